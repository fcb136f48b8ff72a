"""Pictures of a frame, without widgets: a sensible first one, others that fit, and the code that
draws the same.

Users know this package as `stnb.pictures`.
"""

from __future__ import annotations

from .asked import bars, dots, funnel, heat, line
from .columns import Menu, options
from .drawing import draw
from .look import money, theme
from .script import code
from .spec import Finding, Spec
from .whole import settled, suggest

__all__ = [
    "Finding",
    "Menu",
    "Spec",
    "bars",
    "code",
    "dots",
    "draw",
    "funnel",
    "heat",
    "line",
    "money",
    "options",
    "settled",
    "suggest",
    "theme",
]
