"""What only the page can do for the ways out, and the sentences about what it did."""

from __future__ import annotations

import anywidget
import traitlets

from .. import assets

# What the page reports that it did, and the sentence for it.
DONE = {
    "inserted": "The code is in a new cell below.",
    "copied": "The code is copied.",
    "copied for a cell": "Copied. This page lets nobody add a cell, so paste it into a new one.",
    "shown": "This page may not copy. The code is selected below: press Ctrl+C, or ⌘C on a Mac.",
}


class PageActions(anywidget.AnyWidget):
    """What only the page can do, adding a cell and copying, and the line with the outcome.

    Attributes:
        text: the outcome.
        tone: "", "busy", "good" or "bad".
    """

    _esm = assets.module("parts/export.js")
    _css = assets.style("parts/export.css")
    text = traitlets.Unicode("").tag(sync=True)
    tone = traitlets.Unicode("").tag(sync=True)
