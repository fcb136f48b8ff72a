"""A picture from a frame and the names of two columns: bars, a line, a heat map, a funnel, dots."""

from __future__ import annotations

from .bar_chart import bars
from .dot_plot import dots
from .funnel_chart import funnel
from .heat_map import heat
from .line_chart import line

__all__ = ["bars", "dots", "funnel", "heat", "line"]
