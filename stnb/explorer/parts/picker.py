"""The search box over all resources. The page does the searching, so it stays quick while the
kernel is busy.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import Any

import traitlets

from stnb.catalog import Endpoint
from stnb.catalog.phrases import filler_words, phrases_of
from stnb.catalog.store import walk

from ..widget import OnDemand
from .history import History


class Picker(OnDemand, scripts=("parts/search.js", "parts/picker.js"), style="parts/picker.css"):
    """A combobox over the catalogue, grouped by module. `value` is the chosen resource's name, ""
    for none.

    A key pressed costs no message: the entries travel once for each page, packed. A notebook saves
    the choice alone.

    Attributes:
        locked: the resources whose scope the app lacks; they stay in the list, with a lock.
        recent, starred: what stands first while nothing is typed; kept for the person by `history`.
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
        self._known = frozenset(e.name for e in self._endpoints)
        self._history = history or History()
        super().__init__(**settings)
        self.observe(self._mark, ["locked", "recent", "starred"])

    def __repr__(self) -> str:
        return f"<stnb picker · {self.value or 'nothing chosen'}>"

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks for the entries, or tells what was chosen and starred there."""
        kind, name = message.get("kind"), str(message.get("name", ""))
        if kind == "entries":
            self.send({"kind": "entries", "empty": sorted(filler_words())}, [pack(self._endpoints)])
            self._remember()
            self._mark()
        elif kind == "chosen" and name in self._known:
            self._history.chose(name)
            self._remember()
        elif kind == "star" and name in self._known:
            self._history.star(name, bool(message.get("on")))
            self._remember()

    def _remember(self) -> None:
        """Take over what the person's file says, as far as the catalogue still has it."""
        kept = self._history.kept
        with self.hold_trait_notifications():
            self.recent = [n for n in kept.recent if n in self._known]
            self.starred = [n for n in kept.starred if n in self._known]

    def _mark(self, _change: object = None) -> None:
        self.send(
            {"kind": "marks", "locked": self.locked, "recent": self.recent, "starred": self.starred}
        )


def locked(endpoints: Iterable[Endpoint], granted: frozenset[str] | None) -> list[str]:
    """The names of those that a token's scopes do not reach; none before a token has told."""
    return [
        e.name
        for e in endpoints
        if granted is not None and e.scope is not None and e.scope not in granted
    ]


def pack(endpoints: Iterable[Endpoint]) -> bytes:
    """Write what the page needs of every endpoint as gzipped JSON."""
    entries = [
        entry(e) for e in sorted(endpoints, key=lambda e: (e.module, e.kind == "export", e.name))
    ]
    return gzip.compress(json.dumps(entries, separators=(",", ":")).encode(), mtime=0)


def entry(endpoint: Endpoint) -> dict[str, Any]:
    """One line of the list: what is shown, and the words and phrases that find it."""
    words = dict.fromkeys(
        [p.name for p in endpoint.filters] + [c.name for _, c in walk(endpoint.columns)]
    )
    return {
        "name": endpoint.name,
        "label": endpoint.label,
        "module": endpoint.module,
        "kind": endpoint.kind,
        "hidden": endpoint.shows_all is not None,
        "withdrawn": endpoint.withdrawn,
        "words": " ".join(words),
        "phrases": phrases_of(endpoint.name),
    }
