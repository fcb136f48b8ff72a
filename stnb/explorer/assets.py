"""The page's half of the widgets: plain modules and style sheets beside this file.

There is no build step. A browser can read every file as it is.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def module(name: str) -> str:
    """A widget's JavaScript, with the helper that all widgets use before it."""
    return read("assets.js") + read(name)


def style(name: str) -> str:
    """A widget's style sheet, with the colours that all widgets use before it."""
    return read("theme.css") + read(name)


def read(name: str) -> str:
    """A file of this folder as it is, such as "grid/grid.js"."""
    return (HERE / name).read_text(encoding="utf-8")
