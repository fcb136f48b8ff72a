"""The line below the rows: how many of which they are, when they came, and what to know of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from ..widget import Widget


class Foot(Widget, scripts=("parts/foot.js",), style="parts/foot.css"):
    """One quiet line. What to know opens from it.

    Args:
        to_code: shows the code; without it there is no link to it.

    Attributes:
        shown: the rows on show, such as "76"; "" before there are rows.
        facts: what stands behind them: "of 2,611 rows", "complete, newest first", …
        tone: "", or "part" if rows are missing that a complete pull would have.
        notes: what to know about the rows, each a sentence.
        links: whether a link leads to the code.
    """

    shown = traitlets.Unicode("").tag(sync=True)
    facts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tone = traitlets.Unicode("").tag(sync=True)
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)

    links = traitlets.Bool(False).tag(sync=True)

    def __init__(self, to_code: Callable[[], None] | None = None) -> None:
        self._to_code = to_code
        super().__init__(links=to_code is not None)

    def reply(self, message: dict[str, Any]) -> None:
        """The link was pressed."""
        if message.get("kind") == "python" and self._to_code is not None:
            self._to_code()

    def __repr__(self) -> str:
        return f"<stnb foot · {' '.join([self.shown, *self.facts])}>"
