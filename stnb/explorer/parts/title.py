"""The page's head: what the chosen resource is; before a choice, what there is to choose from."""

from __future__ import annotations

from typing import Any

from stnb import catalog
from stnb.catalog import Endpoint, meanings

from .card import head
from .of_resource import OfResource

# What people ask for first; title.js has a picture for each.
TILES = (
    "jpm.jobs",
    "jpm.appointments",
    "crm.customers",
    "accounting.invoices",
    "accounting.payments",
    "telecom.calls",
    "sales.estimates",
    "crm.leads",
    "memberships.memberships",
)


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
    """A line on what the rows are, as the search has it, without the label that stands above it;
    "" if nothing is known of them.

    >>> about(catalog.load()["crm.leads"])
    'People who asked, and are not booked yet'
    """
    line = meanings.about(endpoint).removeprefix(f"{endpoint.label}: ")
    return line[:1].upper() + line[1:]


def tiles() -> list[dict[str, str]]:
    """What to begin with: names, labels and a line each."""
    known = catalog.load().endpoints
    some = [known[name] for name in TILES if name in known]
    return [{"name": each.name, "label": each.label, "about": about(each)} for each in some]
