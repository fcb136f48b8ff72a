"""The page's half of the widgets: plain modules and style sheets beside this file, without a build
step.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def module(name: str) -> str:
    """A widget's JavaScript, with the helper that all of them use before it."""
    return _read("assets.js") + _read(name)


def style(name: str) -> str:
    """A widget's style sheet, with the colours that all of them use before it."""
    return _read("theme.css") + _read(name)


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
