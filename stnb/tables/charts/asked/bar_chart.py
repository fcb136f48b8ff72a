"""Bars: upright for periods and for groups that have an order, lying for names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.errors.misused import explains_misuse

from ..look import CYCLE
from .bar_drawing import draw_lying, draw_upright, scale_of
from .bar_words import by_words, hollow_notes, in_words, title_of
from .canvas import canvas, finished, sample_note, standing_out
from .question import NAMES, Answer, How, Unit, ask, table

if TYPE_CHECKING:
    from ..figure import Picture

TOP = 12  # bars of names
LABELLED = 14  # so many upright bars have room for their amounts


@explains_misuse("stnb.pictures")
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
        picture = draw_lying(answer, marked, texts, level)
    else:
        picture = draw_upright(answer, marked, texts, level, stack)
    shown = f"Bar chart of {answer.measure}{by_words(answer)}: {in_words(answer)}."
    notes += hollow_notes(answer)
    return finished(picture, title or title_of(answer), " ".join([shown, *notes]), notes)


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
    return scale_of(answer).texts(answer.totals)
