"""The page's head: what the chosen resource is; before a choice, what there is to choose from."""

from __future__ import annotations

from typing import Any

from stnb import catalog
from stnb.catalog import Endpoint

from .card import head
from .of_resource import OfResource

# What people ask for first, and what its rows are.
POPULAR = {
    "jpm.jobs": "Work orders: one row a job, from booking to completion.",
    "jpm.appointments": "Visits on the calendar: when, where, and how they went.",
    "crm.customers": "The people and companies that you serve.",
    "accounting.invoices": "What was billed, and what is still owed.",
    "accounting.payments": "Money that came in, and how.",
    "telecom.calls": "Phone calls: who rang, who answered, what came of it.",
    "sales.estimates": "Offers, open, sold and lost.",
    "crm.leads": "People who asked, and have not booked yet.",
    "memberships.memberships": "Service plans that customers pay for.",
    "settings.technicians": "Who is in the field.",
    "marketing.campaigns": "Where calls and jobs come from.",
    "payroll.gross_pay_items": "Hours and pay of technicians and employees.",
}
ON_THE_TILES = 9


class Title(OfResource, scripts=("parts/title.js",), style="parts/title.css"):
    """A heading, a line about the resource, and what people would not expect of it.

    Args:
        level: of the heading: 2 in a notebook, 1 where it is the page's own.
    """

    def __init__(self, level: int = 2) -> None:
        self._level = level
        super().__init__()

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks what to show."""
        if message.get("kind") != "head":
            return
        endpoint, scopes = self.shown
        shown: dict[str, Any] = {"kind": "head", "level": self._level, "head": None, "tiles": []}
        if endpoint is None:
            shown["tiles"] = tiles()
        else:
            shown["head"] = head(endpoint, scopes) | {"about": about(endpoint)}
        self.send(shown)

    def __repr__(self) -> str:
        endpoint, _ = self.shown
        return f"<stnb title · {'nothing chosen' if endpoint is None else endpoint.label}>"


def about(endpoint: Endpoint) -> str:
    """A line on what the rows are; "" where we have none of our own."""
    return POPULAR.get(endpoint.name, "")


def tiles() -> list[dict[str, str]]:
    """What to begin with: names, labels and a line each."""
    known = catalog.load().endpoints
    names = [name for name in POPULAR if name in known][:ON_THE_TILES]
    return [{"name": n, "label": known[n].label, "about": POPULAR[n]} for n in names]
