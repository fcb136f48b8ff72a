"""The explorer: pick a resource, filter it, pull it, look at it, and leave with the code."""

from __future__ import annotations

from .entry import explore
from .grid import Grid, show
from .view import Explorer

__all__ = ["Explorer", "Grid", "explore", "show"]
