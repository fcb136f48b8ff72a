"""The bars themselves: lying ones for names, upright ones for all else."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..look import AREA, CYCLE, PEAK, QUIET, REST
from ..script import WIDTHS
from .canvas import Scale, amounts, canvas, named, style, style_dates
from .canvas import amount as written
from .question import TIMES, Answer

if TYPE_CHECKING:
    from ..figure import Picture

LONGEST = 30  # letters of a name
LEGEND = 90  # letters in a line of the legend


def scale_of(answer: Answer) -> Scale:
    """How the amounts are written at the axis and at the bars."""
    return Scale.of(answer.totals, answer.unit)


def draw_lying(
    answer: Answer, marked: set[int], texts: list[str] | None, level: float | None
) -> Picture:
    """Draw lying bars, as names need room."""
    picture, ax = canvas(1.05 + 0.27 * len(answer.numbers))
    places = list(range(len(answer.numbers)))
    left = pd.Series(0.0, answer.numbers.index)
    containers = []
    for color, (part, values) in zip(CYCLE, answer.numbers.items(), strict=False):
        containers.append(ax.barh(places, values, left=left, color=color, height=0.72, label=part))
        left = left + values.fillna(0)
    if len(containers) == 1:
        _recolor(containers[0], marked, len(answer.numbers))
        if str(answer.numbers.index[-1]).endswith(" others"):
            containers[0][-1].set_color(REST)
    else:
        _legend(ax, answer)
    ax.set_yticks(places, [_short_name(key) for key in answer.numbers.index])
    ax.invert_yaxis()
    if texts is not None:
        ax.bar_label(containers[-1], texts, padding=4, color=QUIET, fontsize=10)
    ax.margins(x=0.14)  # room for the amount behind the longest bar
    style(ax, "x", scale_of(answer), answer.measure, "", _whole(answer))
    if level is not None:
        ax.axvline(level, color=PEAK, linewidth=1.4)
        above: Any = {"xycoords": ("data", "axes fraction"), "va": "bottom", "ha": "center"}
        said = f"all: {written(level, answer.unit)}"
        ax.annotate(said, (level, 1), color=PEAK, fontsize=10, **above)
    return picture


def draw_upright(
    answer: Answer,
    marked: set[int],
    texts: list[str] | None,
    level: float | None,
    stack: bool,
) -> Picture:
    """Draw upright bars, in the order of their groups or times."""
    picture, ax = canvas(3.4)
    numbers = answer.numbers
    times = answer.kind == TIMES
    width = WIDTHS[answer.every] if times else 0.78
    places = numbers.index if times else pd.RangeIndex(len(numbers))
    count = numbers.shape[1]
    bars = _parts(ax, answer, places, width, stack)
    for made in bars:
        if count == 1:
            _recolor(made, marked, len(numbers))
        _outline(made, answer.hollow)
    if texts is not None and (stack or count == 1):
        ax.bar_label(bars[-1], texts, padding=3, color=QUIET, fontsize=9)
    elif texts is not None:
        _label_each(ax, bars, answer)
    if count > 1:
        _legend(ax, answer)
    if times:
        style_dates(ax)
    else:
        ax.set_xticks(places, [named(key) for key in numbers.index])
    ax.margins(x=0.02, y=0.1)
    style(ax, "y", scale_of(answer), answer.per_period, answer.by, _whole(answer))
    if level is not None:
        ax.axhline(level, color=PEAK, linewidth=1.4)
        beside: Any = {"xycoords": ("axes fraction", "data"), "va": "bottom", "ha": "right"}
        ax.annotate(f"all: {written(level, answer.unit)}", (1, level), color=PEAK, **beside)
    return picture


def _parts(ax: Any, answer: Answer, places: Any, width: float, stack: bool) -> list[Any]:
    """The bars of each part: one part on the other, or side by side."""
    count = answer.numbers.shape[1]
    each = width if stack else width / count
    bottom = pd.Series(0.0, answer.numbers.index)
    bars = []
    for at, (part, values) in enumerate(answer.numbers.items()):
        offset = 0.0 if stack else each * (at - (count - 1) / 2)
        step: Any = pd.Timedelta(days=offset) if answer.kind == TIMES else offset
        color = CYCLE[at % len(CYCLE)]
        made = ax.bar(places + step, values, bottom=bottom, width=each, color=color, label=part)
        bars.append(made)
        if stack:
            bottom = bottom + values.fillna(0)
    return bars


def _label_each(ax: Any, bars: list[Any], answer: Answer) -> None:
    """Write the amount at every bar of every part."""
    for made, (_, values) in zip(bars, answer.numbers.items(), strict=True):
        ax.bar_label(made, amounts(values, answer.unit), padding=2, color=QUIET, fontsize=8)


def _outline(made: Any, hollow: frozenset[int]) -> None:
    """Draw periods that are not whole as outlines: they have, or will have, more."""
    for at in hollow:
        made[at].set(facecolor="none", edgecolor=made[at].get_facecolor(), linewidth=1.2)


def _recolor(made: Any, marked: set[int], count: int) -> None:
    for at in range(count):
        made[at].set_color(PEAK if at in marked else AREA)


def _legend(ax: Any, answer: Answer) -> None:
    """The parts by name, above the picture, where they cover nothing."""
    names = [named(part) for part in answer.numbers.columns]
    longest = max(len(name) for name in names)
    across = max(1, min(len(names), LEGEND // (longest + 5)))
    place: Any = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": across}
    ax.legend(frameon=False, labelcolor=QUIET, borderpad=0.2, **place)


def _whole(answer: Answer) -> bool:
    values = answer.numbers.to_numpy(dtype="float64", na_value=0.5)
    return bool((values % 1 == 0).all())


def _short_name(key: object) -> str:
    return textwrap.shorten(named(key), LONGEST, placeholder="…") or named(key)[:LONGEST]
