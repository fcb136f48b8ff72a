"""The line below the rows: how many of which they are, when they came, and what to know of them."""

from __future__ import annotations

import traitlets

from ..widget import Widget


class Foot(Widget, scripts=("parts/foot.js",), style="parts/foot.css"):
    """One quiet line. What to know opens from it.

    Attributes:
        shown: the rows on show, such as "76"; "" before there are rows.
        facts: what stands behind them: "of 2,611 rows", "complete, newest first", …
        tone: "", or "part" if rows are missing that a complete pull would have.
        notes: what to know about the rows, each a sentence.
    """

    shown = traitlets.Unicode("").tag(sync=True)
    facts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tone = traitlets.Unicode("").tag(sync=True)
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __repr__(self) -> str:
        return f"<stnb foot · {' '.join([self.shown, *self.facts])}>"
