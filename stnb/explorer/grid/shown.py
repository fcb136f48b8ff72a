"""A table by itself, as `stnb.show` makes it."""

from __future__ import annotations

import sys

import pandas as pd
from IPython import get_ipython

from stnb.errors.misused import explains_misuse
from stnb.frame.strange import check_values

from .. import elsewhere
from ..internals import display_bundle
from ..static_copy import StaticCopy
from .grid import Grid


class ShownGrid(Grid):
    """A grid by itself. Displaying it also leaves a small static table for a reopened notebook."""

    def _ipython_display_(self) -> None:
        if not hasattr(get_ipython(), "kernel"):
            sys.stdout.write(f"{elsewhere.as_text(elsewhere.NO_TABLE)}\n")
            return
        copy = StaticCopy()
        copy.update(self.frame)
        self.covers = copy.css_class
        copy.show(display_bundle(self))


@explains_misuse("stnb")
def show(frame: pd.DataFrame) -> Grid:
    """Show any DataFrame in the grid.

    Raises:
        BadFilter: a value is nested over 100 levels deep, holds itself, or has no text.

    Example:
        >>> stnb.show(df)
    """
    check_values(frame)
    return ShownGrid(frame)
