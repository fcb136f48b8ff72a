"""What stands in the place of the rows while there are none, and what to do then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import traitlets

from ..widget import Widget


@dataclass(frozen=True)
class Nothing:
    """Why there are no rows.

    Attributes:
        kind: "before", "pulling", "empty", "unmatched", "failed" or "cancelled".
        title: what there is, in a sentence.
        text: what to do.
        chips: the filters that left no row.
        actions: what a button does, and its words: "clear", "active", "again" or "resume".
    """

    kind: str
    title: str
    text: str = ""
    chips: tuple[str, ...] = ()
    actions: tuple[tuple[str, str], ...] = ()


class Blank(Widget, scripts=("parts/blank.js",), style="parts/blank.css"):
    """A picture, a sentence, and buttons, as tall as the table would be.

    Args:
        act: is called with the name of a button that was pressed.

    Attributes:
        shown: all that the page shows. It is one trait, so that a switch is never seen by halves.
    """

    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, act: Callable[[str], None] = lambda name: None) -> None:
        self._act = act
        super().__init__()

    def show(self, nothing: Nothing) -> None:
        """Say why there are no rows. Any thread may call it."""
        self.shown = {
            "kind": nothing.kind,
            "title": nothing.title,
            "text": nothing.text,
            "chips": list(nothing.chips),
            "actions": [list(action) for action in nothing.actions],
        }

    def reply(self, message: dict[str, Any]) -> None:
        """A button was pressed."""
        if message.get("kind") == "act":
            self._act(str(message.get("name", "")))

    def __repr__(self) -> str:
        return f"<stnb blank · {self.shown.get('title', '')}>"
