"""Bars: upright for periods and for groups that have an order, lying for names."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..look import AREA, CYCLE, PEAK, QUIET, REST
from ..script import WIDTHS
from .canvas import (
    Scale,
    amounts,
    canvas,
    finished,
    listed,
    named,
    sample_note,
    standing_out,
    style,
    style_dates,
)
from .canvas import (
    amount as written,
)
from .question import NAMES, NO_NAME, ORDER, TIMES, Answer, How, Unit, ask, table

if TYPE_CHECKING:
    from ..figure import Picture

TOP = 12  # bars of names
LONGEST = 30  # letters of a name
LEGEND = 90  # letters in a line of the legend
LABELLED = 14  # so many upright bars have room for their amounts


def bars(
    data: pd.DataFrame | pd.Series[Any],
    by: str = "",
    amount: str = "",
    *,
    how: How = "sum",
    split: str = "",
    stack: bool = True,
    every: str = "",
    top: int = TOP,
    level: float | None = None,
    text: str = "",
    mark: object = None,
    unit: Unit | None = None,
    label: str = "",
    title: str = "",
) -> Picture:
    """Bars of one column by another.

    Names lie, the largest first. Numbers, categories with an order and times stand, in their own
    order. Rows with times are put together by day, week, month, quarter or year, and a period that
    a pull does not fill is an outline.

    Args:
        data: a frame, whose index counts as columns too; or a Series, which needs no names.
        by: the column of the groups or the times.
        amount: the column of the amounts; without one the rows are counted.
        how: "sum", "mean", "median" or "count", of the rows of a group.
        split: a column that splits each bar into parts.
        stack: whether the parts stand on each other, and not side by side.
        every: the period; without one it follows from the rows.
        top: how many names are shown; the others are added up to one bar, or left out of averages.
        level: a number to compare with; it becomes a line.
        text: a column with the text at each bar, in place of its amount.
        mark: the group in the second colour, or several in a list; without one that which stands
            out; False for none.
        unit: "$", or "%" for shares between 0 and 1; without one it follows from the column.
        label: what the amounts are, in words.
        title: without one it names what stands out, or else what is shown.

    Returns:
        A figure of matplotlib that shows itself, with an alternative text.

    Raises:
        UsageError: there is no such column.

    Example:
        >>> bars(jobs, "completedOn")                            # jobs a month
        >>> bars(invoices, "businessUnit.name", "subTotal")      # dollars by unit
        >>> bars(jobs["jobStatus"].value_counts())
    """
    answer = ask(data, by, amount, how=how, split=split, every=every, unit=unit, label=label)
    notes = sample_note(data)
    answer = _few_parts(answer, how)
    if answer.kind == NAMES:
        answer, left = _largest(answer, top, how)
        notes += left
    if answer.numbers.empty:
        return _nothing(answer)
    marked = _marked(answer, mark)
    texts = _texts(data, by, text, answer)
    if answer.kind == NAMES:
        picture = _lying(answer, marked, texts, level)
    else:
        picture = _upright(answer, marked, texts, level, stack)
    shown = f"Bar chart of {answer.measure}{_by(answer)}: {_in_words(answer)}."
    notes += _hollow_notes(answer)
    return finished(picture, title or _title(answer), " ".join([shown, *notes]), notes)


def _nothing(answer: Answer) -> Picture:
    picture, ax = canvas(1.0)
    ax.set_axis_off()
    return finished(picture, f"No row has a {answer.by}", "There is nothing to draw.")


def _few_parts(answer: Answer, how: str) -> Answer:
    """No more parts than there are colours: the smallest ones are added up."""
    numbers = answer.numbers
    if numbers.shape[1] <= len(CYCLE) or how not in ("sum", "count"):
        return answer
    order = numbers.sum().sort_values(ascending=False).index
    kept, rest = order[: len(CYCLE) - 1], order[len(CYCLE) - 1 :]
    shown = numbers[kept].copy()
    shown[f"{len(rest)} others"] = numbers[rest].sum(axis=1)
    return replace(answer, numbers=shown)


def _largest(answer: Answer, top: int, how: str) -> tuple[Answer, list[str]]:
    """The largest groups first; the others as one bar, or left out if they cannot be added up."""
    order = answer.totals.sort_values(ascending=False, kind="stable").index
    numbers = answer.numbers.loc[order]
    count = len(numbers)
    if count <= top:
        return replace(answer, numbers=numbers), []
    if how not in ("sum", "count") or answer.unit == "%":
        note = f"The {top} highest of {count:,} are shown."
        return replace(answer, numbers=numbers.iloc[:top]), [note]
    rest = numbers.iloc[top:].sum().to_frame(f"{count - top:,} others").T
    note = f"The {top} largest of {count:,} are shown, the others as one."
    return replace(answer, numbers=pd.concat([numbers.iloc[:top], rest])), [note]


def _marked(answer: Answer, mark: object) -> set[int]:
    """The places of the bars in the second colour."""
    if mark is False:
        return set()
    if mark is not None:
        several = isinstance(mark, Iterable) and not isinstance(mark, str)
        chosen: list[Any] = list(mark) if several else [mark]  # type: ignore[call-overload]
        places: list[int] = [at for at, key in enumerate(answer.numbers.index) if key in chosen]
        return set(places)
    out = standing_out(answer.totals, answer.hollow)
    return set() if out is None else {out}


def _texts(
    data: pd.DataFrame | pd.Series[Any], by: str, column: str, answer: Answer
) -> list[str] | None:
    """The text at each bar: its amount, or what a column says; None if there is no room."""
    if column and isinstance(data, pd.DataFrame):
        frame, key, _ = table(data, by, "")
        said = frame.drop_duplicates(key).set_index(key)[column].astype("str")
        return list(said.reindex(answer.numbers.index).fillna(""))
    if answer.kind != NAMES and len(answer.numbers) > LABELLED:
        return None
    return _scale(answer).texts(answer.totals)


def _scale(answer: Answer) -> Scale:
    return Scale.of(answer.totals, answer.unit)


# -- lying bars


def _lying(
    answer: Answer, marked: set[int], texts: list[str] | None, level: float | None
) -> Picture:
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
    style(ax, "x", _scale(answer), answer.measure, "", _whole(answer))
    if level is not None:
        ax.axvline(level, color=PEAK, linewidth=1.4)
        above: Any = {"xycoords": ("data", "axes fraction"), "va": "bottom", "ha": "center"}
        said = f"all: {written(level, answer.unit)}"
        ax.annotate(said, (level, 1), color=PEAK, fontsize=10, **above)
    return picture


# -- upright bars


def _upright(
    answer: Answer,
    marked: set[int],
    texts: list[str] | None,
    level: float | None,
    stack: bool,
) -> Picture:
    picture, ax = canvas(3.4)
    numbers = answer.numbers
    times = answer.kind == TIMES
    width = WIDTHS[answer.every] if times else 0.78
    places = numbers.index if times else pd.RangeIndex(len(numbers))
    count = numbers.shape[1]
    each = width if stack else width / count
    bottom = pd.Series(0.0, numbers.index)
    for at, (part, values) in enumerate(numbers.items()):
        offset = 0.0 if stack else each * (at - (count - 1) / 2)
        step: Any = pd.Timedelta(days=offset) if times else offset
        made = ax.bar(
            places + step, values, bottom=bottom, width=each, color=CYCLE[at % len(CYCLE)],
            label=part,
        )  # fmt: skip
        if count == 1:
            _recolor(made, marked, len(numbers))
        _outline(made, answer.hollow)
        if texts is not None and not stack and count > 1:
            ax.bar_label(made, amounts(values, answer.unit), padding=2, color=QUIET, fontsize=8)
        if stack:
            bottom = bottom + values.fillna(0)
    if texts is not None and (stack or count == 1):
        ax.bar_label(made, texts, padding=3, color=QUIET, fontsize=9)
    if count > 1:
        _legend(ax, answer)
    if times:
        style_dates(ax)
    else:
        ax.set_xticks(places, [named(key) for key in numbers.index])
    ax.margins(x=0.02, y=0.1)
    style(ax, "y", _scale(answer), _per_period(answer), answer.by, _whole(answer))
    if level is not None:
        ax.axhline(level, color=PEAK, linewidth=1.4)
        beside: Any = {"xycoords": ("axes fraction", "data"), "va": "bottom", "ha": "right"}
        ax.annotate(f"all: {written(level, answer.unit)}", (1, level), color=PEAK, **beside)
    return picture


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


def _per_period(answer: Answer) -> str:
    if answer.kind == TIMES and answer.added_up:
        return f"{answer.measure} a {answer.every}"
    return answer.measure


def _short_name(key: object) -> str:
    return textwrap.shorten(named(key), LONGEST, placeholder="…") or named(key)[:LONGEST]


# -- in words


def _title(answer: Answer) -> str:
    """What stands out, or else what is shown."""
    totals = answer.totals
    out = standing_out(totals, answer.hollow)
    if out is None:
        what = answer.measure[:1].upper() + answer.measure[1:]
        return f"{what}{_by(answer)}"
    first = named(totals.index[out], answer.every)
    if answer.kind == ORDER and first.isdigit():
        first = f"{answer.by[:1].upper()}{answer.by[1:]} {first}"  # a bare number says nothing
    highest = written(float(totals.iloc[out]), answer.unit)
    if answer.counted and answer.kind != NAMES:
        return f"{first} stands out: {highest} {answer.rows}"
    if answer.kind != NAMES or not answer.added_up or (totals < 0).any():
        return f"{first} stands out: {answer.measure} {highest}"
    share = f"{totals.iloc[out] / totals.sum():.0%}"
    total = written(float(totals.sum()), answer.unit)
    if answer.counted:
        return f"{first} makes up {share} of {total} {answer.rows}"
    return f"{first} makes up {share} of the {answer.measure}, {total}"


def _by(answer: Answer) -> str:
    by = answer.every or answer.by
    return f" by {by}" if by != NO_NAME else ""


def _in_words(answer: Answer) -> str:
    if answer.numbers.shape[1] == 1:
        return listed(answer.totals, answer.unit, answer.every)
    parts = []
    for part, values in answer.numbers.items():
        parts.append(f"{part}: {listed(values, answer.unit, answer.every)}")
    return "; ".join(parts)


def _hollow_notes(answer: Answer) -> list[str]:
    if not answer.hollow:
        return []
    names = [named(answer.numbers.index[at], answer.every) for at in sorted(answer.hollow)]
    return [f"Not whole: {'; '.join(names)}."]
