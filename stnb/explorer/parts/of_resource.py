"""What the head and the card of a resource share: which resource they show, on any thread."""

from __future__ import annotations

import threading
from typing import Any

import traitlets

from stnb.catalog import Endpoint

from ..widget import Widget

Shown = tuple[Endpoint | None, frozenset[str] | None]


class OfResource(Widget):
    """A widget about the chosen resource, which it sends when a page asks for its "head".

    Attributes:
        chosen: the name of a resource that was picked in it; "" again once another one is shown,
            so that the same one can be picked again.
    """

    chosen = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        self._lock = threading.Lock()
        self._shown: Shown = (None, None)
        super().__init__(**settings)

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

    @property
    def shown(self) -> Shown:
        """The resource on show, and the scopes that are known."""
        with self._lock:
            return self._shown
