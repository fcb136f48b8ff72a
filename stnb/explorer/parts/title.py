"""The page's head: what the chosen resource is; before a choice, what there is to choose from."""

from __future__ import annotations

import threading
from typing import Any

import traitlets

from stnb import catalog
from stnb.catalog import Endpoint

from ..widget import Widget
from .card import head

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


class Title(Widget, scripts=("parts/title.js",), style="parts/title.css"):
    """A heading, a line about the resource, and what people would not expect of it.

    Args:
        level: of the heading: 2 in a notebook, 1 where it is the page's own.

    Attributes:
        chosen: the name of a resource that was picked from the tiles; "" again once one is shown.
    """

    chosen = traitlets.Unicode("").tag(sync=True)

    def __init__(self, level: int = 2) -> None:
        self._lock = threading.Lock()
        self._level = level
        self._shown: tuple[Endpoint | None, frozenset[str] | None] = (None, None)
        super().__init__()

    def show(self, endpoint: Endpoint | None, scopes: frozenset[str] | None = None) -> None:
        """Show a resource, or what there is to choose from. Any thread may call it.

        Args:
            endpoint: the resource, or None.
            scopes: those of the token; None before the first token.
        """
        with self._lock:
            self._shown = (endpoint, scopes)
        if self.chosen:
            self.chosen = ""
        self.reply({"kind": "head"})

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks what to show."""
        if message.get("kind") != "head":
            return
        with self._lock:
            endpoint, scopes = self._shown
        shown: dict[str, Any] = {"kind": "head", "level": self._level, "head": None, "tiles": []}
        if endpoint is None:
            shown["tiles"] = tiles()
        else:
            shown["head"] = head(endpoint, scopes) | {"about": about(endpoint)}
        self.send(shown)

    def __repr__(self) -> str:
        endpoint, _ = self._shown
        return f"<stnb title · {'nothing chosen' if endpoint is None else endpoint.label}>"


def about(endpoint: Endpoint) -> str:
    """A line on what the rows are; "" where we have none of our own."""
    return POPULAR.get(endpoint.name, "")


def tiles() -> list[dict[str, str]]:
    """What to begin with: names, labels and a line each."""
    known = catalog.load().endpoints
    names = [name for name in POPULAR if name in known][:ON_THE_TILES]
    return [{"name": n, "label": known[n].label, "about": POPULAR[n]} for n in names]
