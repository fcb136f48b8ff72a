"""Amounts by day, week, month, quarter or year."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from .look import AREA, PEAK, style_axes
from .numbers import computed, periods
from .pieces import amount_in_words, draw_nothing, format_amounts, missing_rows
from .script import WIDTHS, measure, per_period, period, sentence, time_label, with_unit
from .spec import Finding, Spec
from .whole import FILTERED, READ, SAMPLED, whole, why_cut


def draw_over_time(ax: Any, frame: pd.DataFrame, spec: Spec, width: int) -> Finding:
    """Draw a bar for each period; one that is not whole is an outline."""
    made = computed(frame, spec)
    numbers = made[periods(spec)]
    if not numbers.notna().any():
        return draw_nothing(ax, f"No row has a {spec.by}")
    peak = whole(numbers, spec).idxmax()
    bars = ax.bar(numbers.index, numbers, width=WIDTHS[spec.every], color=AREA)
    if spec.crown:
        bars[numbers.index.get_loc(peak)].set_color(PEAK)
    cut = {"facecolor": "none", "edgecolor": AREA, "linewidth": 1.2}  # an outline: not all is there
    if spec.begun:
        bars[0].set(**cut)
    if spec.open:
        bars[-1].set(**cut)
    _format_dates(ax, numbers, spec, width)
    style_axes(ax, "y")
    format_amounts(ax.yaxis, spec, whole=spec.how == "count")
    ax.set(xlabel=time_label(spec), ylabel=with_unit(per_period(spec), spec))

    title = _time_title(numbers, peak, spec)
    chart = f"Bar chart of the {measure(spec)} by {spec.every} of {spec.by}"
    alt = f"{title}. {chart}, {len(numbers)} bars, {_span(numbers, spec.every)}."
    notes = missing_rows(frame, made["when"], spec) + _not_whole(frame, numbers, spec)
    return Finding(title, alt, tuple(notes))


def _not_whole(frame: pd.DataFrame, numbers: pd.Series[Any], spec: Spec) -> list[str]:
    """Why the first and the last period are drawn as outlines."""
    early, late = why_cut(frame, numbers, spec)
    first, last = (period(numbers.index[at], spec.every) for at in (0, -1))
    reading = []
    if late == READ:
        reading.append(f"{last} was not over yet when the rows were read.")
    if early == FILTERED:
        reading.append(f"{first} is not whole: a filter begins within it.")
    if late == FILTERED:
        reading.append(f"{last} is not whole: a filter ends within it.")
    sampled = []
    for why, name in ((early, first), (late, last)):
        if why == SAMPLED and name not in sampled:
            sampled.append(name)
    if sampled:
        verb = "is" if len(sampled) == 1 else "are"
        reading.append(f"{' and '.join(sampled)} {verb} not whole: there are more rows.")
    return reading


def _time_title(numbers: pd.Series[Any], peak: Any, spec: Spec) -> str:
    when = period(peak, spec.every)
    if len(numbers) == 1:
        return f"All {spec.noun} are of one {spec.every}: {when}"
    highest = amount_in_words(float(numbers[peak]), spec)
    if not spec.crown:
        lowest = amount_in_words(float(whole(numbers, spec).min()), spec)
        return f"{sentence(per_period(spec))}: {lowest} to {highest}"
    if spec.how == "count":
        return f"{when} has the most {spec.noun}: {highest}"
    return f"{when} has the highest {measure(spec)}: {highest}"


def _span(numbers: pd.Series[Any], every: str) -> str:
    """The first and the last period, inside a sentence."""
    first, last = numbers.index[0], numbers.index[-1]
    if every == "week":
        return f"the week of {period(first, 'day')} to the week of {period(last, 'day')}"
    return f"{period(first, every)} to {period(last, every)}"


def _format_dates(ax: Any, numbers: pd.Series[Any], spec: Spec, width: int) -> None:
    from matplotlib import dates

    make_locator = cast(Any, dates.AutoDateLocator)  # matplotlib gives these no types
    make_formatter = cast(Any, dates.ConciseDateFormatter)
    most = 4 if width < 500 else 8
    locator = make_locator(minticks=2, maxticks=most, interval_multiples=True)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(make_formatter(locator, show_offset=False))
    pad = pd.Timedelta(days=WIDTHS[spec.every] * 0.7)
    ax.set_xlim(numbers.index[0] - pad, numbers.index[-1] + pad)
