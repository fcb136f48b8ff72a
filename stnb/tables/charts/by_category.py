"""Amounts by category: lying bars, the largest first."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd

from .look import AREA, DPI, PEAK, QUIET, REST, style_axes
from .numbers import NONE, computed
from .pieces import amount_in_words, draw_nothing, format_amounts
from .script import measure, with_unit
from .spec import Finding, Spec

LONGEST = 30  # letters of a category
LISTED = 5  # categories that the description names


def draw_categories(ax: Any, frame: pd.DataFrame, spec: Spec, width: int) -> Finding:
    """Draw a lying bar for each category, and one for all the others."""
    made = computed(frame, spec)
    numbers, shown = made["numbers"], made["shown"]
    if not numbers.notna().any():
        return draw_nothing(ax, "There are no rows")
    _draw_bars(ax, numbers, shown, spec)
    ax.figure.set_size_inches(width / DPI, 1.05 + 0.26 * len(shown))
    style_axes(ax, "x")
    format_amounts(ax.xaxis, spec, whole=spec.how == "count")
    ax.set(xlabel=with_unit(measure(spec), spec), ylabel="")

    title = _category_title(numbers, spec)
    first = [f"{_name(n)} {amount_in_words(v, spec)}" for n, v in shown.iloc[:LISTED].items()]
    end = ", and more." if len(shown) > LISTED else "."
    chart = f"Bar chart of the {measure(spec)} by {spec.by}"
    alt = f"{title}. {chart}: {', '.join(first)}{end}"
    return Finding(title, alt, tuple(_left_out(frame, numbers, shown, spec)))


def _draw_bars(ax: Any, numbers: pd.Series[Any], shown: pd.Series[Any], spec: Spec) -> None:
    places = range(len(shown))
    colors = [PEAK if spec.crown else AREA, *[AREA] * (len(shown) - 1)]
    if len(numbers) > len(shown):
        colors[-1] = REST  # the bar of all others
    bars = ax.barh(places, shown, color=colors, height=0.72)
    labels = [textwrap.shorten(_name(name), LONGEST, placeholder="…") for name in shown.index]
    ax.set_yticks(places, labels)
    ax.invert_yaxis()
    ax.margins(x=0.14)  # room for the amount behind the longest bar
    amounts = [amount_in_words(value, spec) for value in shown]
    ax.bar_label(bars, amounts, padding=4, color=QUIET, fontsize=10)


def _category_title(numbers: pd.Series[Any], spec: Spec) -> str:
    first = _name(numbers.index[0])
    if first.isdigit() or first in ("True", "False"):
        first = f"{spec.by} {first}"  # a bare id or yes says nothing
    if spec.how == "count":
        share = f"{numbers.iloc[0] / numbers.sum():.0%}"
        return f"{first} makes up {share} of {numbers.sum():,} {spec.noun}"
    highest = amount_in_words(float(numbers.iloc[0]), spec)
    if not spec.crown and len(numbers) > 1:
        second = amount_in_words(float(numbers.iloc[1]), spec)
        both = f"{first} and {_name(numbers.index[1])}"
        return f"{both} have the highest {measure(spec)}: {highest} and {second}"
    return f"{first} has the highest {measure(spec)}: {highest}"


def _name(category: object) -> str:
    from .figure import drawable

    return drawable(str(category)) or "(blank)"


def _left_out(
    frame: pd.DataFrame, numbers: pd.Series[Any], shown: pd.Series[Any], spec: Spec
) -> list[str]:
    """What the bars of categories do not show."""
    notes = []
    if len(numbers) > len(shown):
        largest = len(shown) - 1
        notes.append(f"The {largest} largest of {len(numbers):,} are shown, the others as one.")
    if spec.how == "mean":
        all_of_them = frame[spec.by].nunique()
        if all_of_them > len(shown):
            most = f"the {len(shown)} with the most {spec.noun}"
            notes.append(f"Of {all_of_them:,} {most} are shown.")
    if spec.column:
        missing = int(frame[spec.column].isna().sum())
        if missing:
            notes.append(f"{missing:,} of {len(frame):,} {spec.noun} have no {spec.column}.")
    nameless = int(frame[spec.by].isna().sum())
    if nameless and NONE in shown.index:
        notes.append(f"{NONE}: {nameless:,} {spec.noun} without {spec.by}.")
    return notes
