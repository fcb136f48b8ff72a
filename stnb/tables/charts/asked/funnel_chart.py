"""A funnel: how many are left after each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from stnb.errors.misused import explains_misuse

from ..look import AREA, PEAK, QUIET
from .canvas import amount as written
from .canvas import canvas, finished, listed, named
from .plain_columns import numbers_of
from .question import Unit, check, needs_amount, table

if TYPE_CHECKING:
    from ..figure import Picture


@explains_misuse("stnb.pictures")
def funnel(
    data: pd.DataFrame | pd.Series[Any],
    step: str = "",
    amount: str = "",
    *,
    unit: Unit = "",
    title: str = "",
) -> Picture:
    """How many are left after each step, in the order of the rows.

    The step that keeps the smallest share of the one before is in the second colour.

    Args:
        data: a frame with a row for each step, or a Series, which needs no names.
        step: the column of the steps' names.
        amount: the column of how many there are.
        unit: "$" for dollars.
        title: without one it says how many of the first step come to the last.

    Returns:
        A figure of matplotlib that shows itself, with an alternative text.

    Raises:
        UsageError: there is no such column.

    Example:
        >>> funnel(pd.Series({"calls": 900, "lead calls": 500, "booked": 310}))
    """
    frame, step, amount = table(data, step, amount)
    check(frame, (step, amount))
    needs_amount(amount, "funnel")
    numbers = numbers_of(frame.set_index(step)[amount])
    picture, ax = canvas(1.0 + 0.42 * len(numbers))
    ax.set_axis_off()
    if not np.isfinite(numbers.to_numpy(float)).any():
        return finished(picture, "There are no steps", "There is nothing to draw.")
    kept = (numbers / numbers.shift()).fillna(1.0)
    worst = int(kept.to_numpy().argmin())
    _draw(ax, numbers, kept, worst, unit)
    whole = numbers.iloc[-1] / numbers.iloc[0] if numbers.iloc[0] else 0.0
    first, last = named(numbers.index[0]), named(numbers.index[-1])
    shares = [f"{named(key)} {share:.0%}" for key, share in kept.iloc[1:].items()]
    alt = f"Funnel: {listed(numbers, unit)}. Kept of the step before: {', '.join(shares)}."
    return finished(picture, title or f"{whole:.0%} of “{first}” come to “{last}”", alt)


def _draw(ax: Any, numbers: pd.Series[Any], kept: pd.Series[Any], worst: int, unit: str) -> None:
    """Bars around a common middle, the names on the left and what is kept on the right."""
    finite = numbers[np.isfinite(numbers.to_numpy(float))]
    widest = float(finite.max()) or 1.0
    for at, (key, value) in enumerate(numbers.items()):
        color = PEAK if at == worst and at else AREA
        length = value if np.isfinite(value) else 0.0  # nothing that is drawn has no end
        ax.barh(at, length, left=-length / 2, height=0.72, color=color)
        beside: Any = {"va": "center", "fontsize": 10}
        ax.text(-0.54 * widest, at, named(key), ha="right", color=QUIET, **beside)
        ax.text(0.54 * widest, at, written(value, unit), ha="left", color=QUIET, **beside)
        if at:
            share: Any = {"ha": "left", "color": PEAK if at == worst else QUIET}
            said = f"{kept.iloc[at]:.0%} of the step before"
            ax.text(0.68 * widest, at, said, **share, **beside)
    ax.set_xlim(-0.9 * widest, 1.1 * widest)
    ax.invert_yaxis()
