"""The "Code" tab: the Python that repeats what is on show, ready to copy if it is right."""

from __future__ import annotations

import traitlets

from ..widget import Widget


class Code(Widget, scripts=("parts/code.js",), style="parts/code.css"):
    """The lines with a button to copy them.

    Attributes:
        text: the lines.
        problem: why they would not run, in a sentence; then they cannot be copied.
    """

    text = traitlets.Unicode("").tag(sync=True)
    problem = traitlets.Unicode("").tag(sync=True)

    def show(self, text: str, problem: str = "") -> None:
        """Show other lines, and why they would not run."""
        self.text, self.problem = text, problem

    def __repr__(self) -> str:
        return f"<stnb code · {self.problem or 'ready'}>"
