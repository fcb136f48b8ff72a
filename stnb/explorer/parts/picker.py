"""The search box over all resources. The page searches, so that a busy kernel does not slow it."""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import traitlets

from stnb.catalog import Catalog, Endpoint, meanings

from ..widget import Widget
from .history import History


class Picker(Widget, scripts=("parts/search.js", "parts/picker.js"), style="parts/picker.css"):
    """A combobox over the catalogue. What is typed is ranked as `catalog.search` ranks it.

    A key press sends no message, but the first one after the list was opened: the tenant's own
    reports are read then. The entries travel once to each page, packed. A notebook saves the choice
    alone.

    Args:
        known: the resources to choose from.
        history: where the person's recent and starred resources are kept.

    Attributes:
        value: the name of the chosen resource; "" for none.
        locked: the resources whose scope the app lacks; they stay in the list, with a lock.
        recent, starred: what is listed first while nothing is typed.
        preset: the filters that belong to the words by which the choice was found: "cancelled jobs"
            brings jobStatus=Canceled. It changes at every choice by a person.
        typed: how often the list was opened and then typed into.
        report: id and category of the tenant's own report that was chosen last.
    """

    value = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("Resource").tag(sync=True)
    locked = traitlets.List(traitlets.Unicode())
    recent = traitlets.List(traitlets.Unicode())
    starred = traitlets.List(traitlets.Unicode())

    preset = traitlets.Dict()
    typed = traitlets.Int(0)
    report = traitlets.Dict()

    def __init__(self, known: Catalog, history: History | None = None, **settings: Any) -> None:
        self._known = known
        self._history = history or History()
        super().__init__(**settings)
        self.observe(self._send_marks, ["locked", "recent", "starred"])

    def __repr__(self) -> str:
        return f"<stnb picker · {self.value or 'nothing chosen'}>"

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks for the entries, or reports a choice or a star."""
        kind, name = message.get("kind"), str(message.get("name", ""))
        if kind == "entries":
            self.send({"kind": "entries"}, [pack(self._known)])
            self._read_history()
            self._send_marks()
        elif kind == "chosen" and name in self._known:
            self._history.choose(name)
            self._read_history()
            if self.preset:
                self.preset = {}  # so that the same words are noticed twice
            self.preset = self._filters_of(name, message.get("filters"))
        elif kind == "typed":
            self.typed += 1
        elif kind == "report":
            self.report = {}  # so that the same one is noticed twice
            self.report = {part: str(message.get(part, "")) for part in ("id", "category")}
        elif kind == "star" and name in self._known:
            self._history.star(name, bool(message.get("on")))
            self._read_history()

    def list_reports(self, rows: Sequence[Mapping[Any, Any]]) -> None:
        """Have the page list the tenant's own reports among what fits.

        Args:
            rows: those of `st.reports()`.
        """
        self.send({"kind": "reports", "entries": [report_entry(row) for row in rows]})

    def _filters_of(self, name: str, filters: object) -> dict[str, Any]:
        """The filters that a page sent, without those that the resource does not have."""
        if not isinstance(filters, Mapping):
            return {}
        takes = self._known[name].takes
        return {key: value for key, value in filters.items() if takes(str(key)) is not None}

    def _read_history(self) -> None:
        """Take what the person's file has, without resources that are gone from the catalogue."""
        kept = self._history.kept
        with self.hold_trait_notifications():
            self.recent = list(filter(self._known.__contains__, kept.recent))
            self.starred = list(filter(self._known.__contains__, kept.starred))

    def _send_marks(self, _change: object = None) -> None:
        marks = {"locked": self.locked, "recent": self.recent, "starred": self.starred}
        self.send({"kind": "marks", **marks})


def locked(endpoints: Iterable[Endpoint], scopes: frozenset[str] | None) -> list[str]:
    """The names of the resources that these scopes do not open.

    Args:
        endpoints: the resources to look at.
        scopes: those of the token; None before the first token, when nothing is locked.
    """
    if scopes is None:
        return []
    opened = {None, *scopes}  # a resource without a scope is open to all
    return [endpoint.name for endpoint in endpoints if endpoint.scope not in opened]


@functools.lru_cache(maxsize=4)
def pack(known: Catalog) -> bytes:
    """What the page needs to list and to search, as gzipped JSON: entries and the index."""
    popular = meanings.popular()
    data = {
        "entries": [entry(endpoint) for endpoint in known],
        "popular": [name for name in popular if name in known],
        "index": known.index.as_data(),
    }
    return gzip.compress(json.dumps(data, separators=(",", ":")).encode(), mtime=0)


def entry(endpoint: Endpoint) -> dict[str, Any]:
    """One line of the list, as it is shown."""
    return {
        "name": endpoint.name,
        "label": endpoint.label,
        "module": meanings.module(endpoint.module),
        "kind": endpoint.kind,
        "about": meanings.about(endpoint),
        "hidden": endpoint.shows_all is not None,
        "withdrawn": endpoint.withdrawn,
    }


def report_entry(row: Mapping[Any, Any]) -> dict[str, str]:
    """One report as it is listed; its number as text, as a page rounds large ones."""
    parts = [str(row[part]) for part in ("category", "description") if pd.notna(row[part])]
    return {
        "id": str(row["id"]),
        "category": str(row["categoryId"]),
        "label": str(row["name"]),
        "about": " · ".join(part for part in parts if part),
    }
