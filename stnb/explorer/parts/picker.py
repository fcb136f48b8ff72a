"""The search box over all resources. The page searches, so that a busy kernel does not slow it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import Any

import traitlets

from stnb.catalog import Endpoint
from stnb.catalog.phrases import filler_words, phrases_of
from stnb.catalog.store import walk

from ..widget import Widget
from .history import History


class Picker(Widget, scripts=("parts/search.js", "parts/picker.js"), style="parts/picker.css"):
    """A combobox over the catalogue, grouped by module.

    A key press sends no message: the entries travel once to each page, packed. A notebook saves the
    choice alone.

    Args:
        endpoints: the resources to choose from.
        history: where the person's recent and starred resources are kept.

    Attributes:
        value: the name of the chosen resource; "" for none.
        locked: the resources whose scope the app lacks; they stay in the list, with a lock.
        recent, starred: what is listed first while nothing is typed.
    """

    value = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("Resource").tag(sync=True)
    locked = traitlets.List(traitlets.Unicode())
    recent = traitlets.List(traitlets.Unicode())
    starred = traitlets.List(traitlets.Unicode())

    def __init__(
        self, endpoints: Iterable[Endpoint], history: History | None = None, **settings: Any
    ) -> None:
        self._endpoints = tuple(endpoints)
        self._known = frozenset(endpoint.name for endpoint in self._endpoints)
        self._history = history or History()
        super().__init__(**settings)
        self.observe(self._send_marks, ["locked", "recent", "starred"])

    def __repr__(self) -> str:
        return f"<stnb picker · {self.value or 'nothing chosen'}>"

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks for the entries, or reports a choice or a star."""
        kind, name = message.get("kind"), str(message.get("name", ""))
        if kind == "entries":
            self.send({"kind": "entries", "empty": sorted(filler_words())}, [pack(self._endpoints)])
            self._read_history()
            self._send_marks()
        elif kind == "chosen" and name in self._known:
            self._history.choose(name)
            self._read_history()
        elif kind == "star" and name in self._known:
            self._history.star(name, bool(message.get("on")))
            self._read_history()

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


def pack(endpoints: Iterable[Endpoint]) -> bytes:
    """What the page needs of every resource, as gzipped JSON; exports come after lists."""
    ordered = sorted(endpoints, key=lambda e: (e.module, e.kind == "export", e.name))
    entries = list(map(entry, ordered))
    return gzip.compress(json.dumps(entries, separators=(",", ":")).encode(), mtime=0)


def entry(endpoint: Endpoint) -> dict[str, Any]:
    """One line of the list: what is shown, and the words and phrases that find it."""
    words = [param.name for param in endpoint.filters]
    words += [column.name for _, column in walk(endpoint.columns)]
    return {
        "name": endpoint.name,
        "label": endpoint.label,
        "module": endpoint.module,
        "kind": endpoint.kind,
        "hidden": endpoint.shows_all is not None,
        "withdrawn": endpoint.withdrawn,
        "words": " ".join(dict.fromkeys(words)),
        "phrases": phrases_of(endpoint.name),
    }
