"""The explorer: pick a resource, filter it, pull it, look at it, and take the code along."""

from __future__ import annotations

from .entry import explore, page
from .explorer import Explorer
from .grid.grid import Grid
from .grid.shown import show

__all__ = ["Explorer", "Grid", "explore", "page", "show"]
