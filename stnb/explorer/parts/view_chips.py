"""What is on show, above the chart: the chips of the table, and how many rows they leave."""

from __future__ import annotations

from typing import Any

from ..grid.grid import Grid
from ..widget import Widget

SCRIPTS = ("grid/grid-chips.js", "parts/view-chips.js")


class ViewChips(Widget, scripts=SCRIPTS, style="grid/grid.css"):
    """The parts of a table's view, each to be taken away.

    Args:
        grid: the table. It keeps the view, so both show the same at any time.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        super().__init__()
        grid.on_change(self.refresh)

    def refresh(self) -> None:
        """Show the view as it is now."""
        self.send({"kind": "chips", **self._grid.chips})

    def reply(self, message: dict[str, Any]) -> None:
        """Give a page the chips, or take one away."""
        if message["kind"] == "drop":
            self._grid.drop(str(message["key"]))
        self.refresh()

    def __repr__(self) -> str:
        return "<stnb chips of what is on show>"
