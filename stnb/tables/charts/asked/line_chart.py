"""A line, or several that are told apart by their names at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from stnb.errors.misused import explains_misuse

from ..look import AREA, CYCLE, REST
from .canvas import (
    Scale,
    amounts,
    canvas,
    finished,
    named,
    sample_note,
    standing_out,
    style,
    style_dates,
)
from .canvas import amount as written
from .question import ALL, NAMES, TIMES, Answer, How, Unit, ask

if TYPE_CHECKING:
    from ..figure import Picture

FEW = 6  # so many lines have a colour and a name each
ROOM = 0.062  # of the height, that a name at the end of a line takes


@explains_misuse("stnb.pictures")
def line(
    data: pd.DataFrame | pd.Series[Any],
    along: str = "",
    amount: str = "",
    *,
    how: How = "sum",
    split: str = "",
    every: str = "",
    zero: bool = True,
    mark: object = None,
    unit: Unit | None = None,
    label: str = "",
    title: str = "",
) -> Picture:
    """A line of one column along another, such as a time.

    Rows with times are put together by day, week, month, quarter or year. The part of a line that
    leads to a period which a pull does not fill is dashed.

    Args:
        data: a frame, whose index counts as columns too; or a Series, which needs no names.
        along: the column of the times, or of numbers.
        amount: the column of the amounts; without one the rows are counted.
        how: "sum", "mean", "median" or "count", of the rows of a period.
        split: a column that gives each of its values a line. Of more than six, the one that stands
            out is in colour and the others are grey.
        every: the period; without one it follows from the rows.
        zero: whether the axis of the amounts begins at zero.
        mark: the line in colour, in place of the one that stands out.
        unit: "$", or "%" for shares between 0 and 1; without one it follows from the column.
        label: what the amounts are, in words.
        title: without one it says what is shown.

    Returns:
        A figure of matplotlib that shows itself, with an alternative text.

    Raises:
        UsageError: there is no such column.

    Example:
        >>> line(jobs, "completedOn", split="businessUnitName", every="week")
        >>> line(pd.Series([1204, 1260], pd.to_datetime(["2026-01-01", "2026-02-01"])))
    """
    answer = ask(data, along, amount, how=how, split=split, every=every, unit=unit, label=label)
    numbers = answer.numbers
    values = numbers.to_numpy(dtype="float64", na_value=np.nan)
    picture, ax = canvas(3.6)
    if not np.isfinite(values).any():
        ax.set_axis_off()
        return finished(picture, f"No row has a {answer.by}", "There is nothing to draw.")
    out = _chosen(numbers, mark)
    ends = _draw(ax, answer, out)
    if zero:
        ax.set_ylim(bottom=min(0.0, np.nanmin(values)))
    _name_ends(ax, numbers, ends, answer)
    if answer.kind == TIMES:
        style_dates(ax)
    elif answer.kind == NAMES:
        ax.set_xticks(range(len(numbers)), [named(key) for key in numbers.index])
    style(ax, "y", Scale.of(values.ravel(), answer.unit), answer.per_period, answer.by)
    notes = [*sample_note(data), *_dashed_notes(answer)]
    about = " ".join([_in_words(answer), *notes])
    return finished(picture, title or _title(answer, out), about, notes)


def _chosen(numbers: pd.DataFrame, mark: object) -> object:
    """The name of the line in colour; None if each has one of its own."""
    if mark is not None:
        return mark
    totals = numbers.sum()
    if len(totals) <= FEW:
        return None
    place = standing_out(totals)
    return None if place is None else totals.index[place]


def _draw(ax: Any, answer: Answer, out: object) -> list[tuple[str, float, str]]:
    """Draw the lines. Returns the name, the last amount and the colour of those to be named."""
    numbers = answer.numbers
    places = numbers.index if answer.kind != NAMES else range(len(numbers))
    many = len(numbers.columns) > FEW or out is not None
    ends, others = [], []
    for color, (part, values) in zip(_colors(numbers, out, many), numbers.items(), strict=True):
        main = not many or part == out
        width, alpha = (2.4, 1.0) if main else (1.0, 0.55)
        _dashed(ax, places, values, answer.hollow, color=color, linewidth=width, alpha=alpha)
        last = float(values.dropna().iloc[-1]) if values.notna().any() else 0.0
        if main:
            ends.append((named(part), last, color))
        else:
            others.append(last)
    if others:
        rest = f"the other {len(others)}" if out is not None else f"{len(others)} lines"
        ends.append((rest, float(np.mean(others)), REST))
    return ends


def _colors(numbers: pd.DataFrame, out: object, many: bool) -> list[str]:
    if not many:
        return list(CYCLE[: len(numbers.columns)])
    return [AREA if part == out else REST for part in numbers.columns]


def _dashed(ax: Any, places: Any, values: Any, hollow: frozenset[int], **look: Any) -> None:
    """A line whose parts at its ends are dashed if the periods there are not whole."""
    last = len(values) - 1
    begin = 1 if 0 in hollow and last > 1 else 0
    end = last - 1 if last in hollow and last > begin + 1 else last
    ax.plot(places[begin : end + 1], values.iloc[begin : end + 1], **look)
    if begin:
        ax.plot(places[:2], values.iloc[:2], linestyle=":", **look)
    if end < last:
        ax.plot(places[end:], values.iloc[end:], linestyle=":", **look)


def _name_ends(
    ax: Any, numbers: pd.DataFrame, ends: list[tuple[str, float, str]], answer: Answer
) -> None:
    """Write each name at the end of its line, apart from the others."""
    if list(numbers.columns) == [ALL]:
        _first_and_last(ax, numbers[ALL], answer)
        return
    low, high = ax.get_ylim()
    heights = _apart([last for _, last, _ in ends], ROOM * (high - low), low)
    for (name, _, color), height in zip(ends, heights, strict=True):
        beside: Any = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 10}
        ax.annotate(f"  {name}", (1, height), color=color, annotation_clip=False, **beside)
    ax.margins(x=0)


def _first_and_last(ax: Any, values: pd.Series[Any], answer: Answer) -> None:
    """The amounts at both ends of a single line."""
    known = values.reset_index(drop=True).dropna()
    ends = [known.index[0], known.index[-1]]
    texts = amounts([known[at] for at in ends], answer.unit)
    for at, text in zip(ends, texts, strict=True):
        place = at if answer.kind == NAMES else values.index[at]
        above: Any = {"textcoords": "offset points", "ha": "center", "fontsize": 10}
        ax.annotate(text, (place, known[at]), (0, 7), color=AREA, **above)
    ax.margins(x=0.05, y=0.14)


def _apart(heights: list[float], room: float, low: float) -> list[float]:
    """The heights moved up so that each has its room; the order stays.

    Example:
        >>> _apart([5.0, 5.2, 9.0], 1.0, 0.0)
        [5.0, 6.0, 9.0]
    """
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    least = low
    for at in order:
        placed[at] = max(heights[at], least)
        least = placed[at] + room
    return placed


def _title(answer: Answer, out: object) -> str:
    totals = answer.numbers.sum()
    what = answer.measure.removeprefix("number of ")
    step = f"by {answer.every}" if answer.every else f"by {answer.by}"
    if out is not None and (totals >= 0).all() and totals.sum() and answer.unit != "%":
        share = totals[str(out)] / totals.sum()
        return f"{named(out)} makes up {share:.0%} of the {what}"
    return f"{answer.measure[:1].upper()}{answer.measure[1:]} {step}"


def _dashed_notes(answer: Answer) -> list[str]:
    if not answer.hollow:
        return []
    return ["Dashed: a period that is not whole."]


def _in_words(answer: Answer) -> str:
    """Each line from its first to its last amount, with its highest."""
    parts = []
    for part, values in answer.numbers.items():
        known = values.dropna()
        if not len(known):
            continue
        first, last = written(known.iloc[0], answer.unit), written(known.iloc[-1], answer.unit)
        top = named(known.idxmax(), answer.every)
        said = f"from {first} to {last}, highest in {top} with {written(known.max(), answer.unit)}"
        parts.append(said if part == ALL else f"{named(part)} {said}")
    span = [named(answer.numbers.index[at], answer.every) for at in (0, -1)]
    return f"Line chart of the {answer.measure}, {span[0]} to {span[1]}: {'; '.join(parts)}."
