"""A spec and a frame -> a matplotlib figure whose title says what it shows.

pyplot is not used: it belongs to the main thread, and a picture may be drawn by any.
"""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from ..provenance import provenance
from .columns import SPREAD, TIME
from .look import AREA, DPI, INK, PEAK, QUIET, REST, money, short, style_axes
from .numbers import NONE, computed, drawn, periods
from .script import WIDTHS, measure, per_period, period, sentence, time_label, with_unit
from .spec import Finding, Spec, too_large
from .whole import FILTERED, READ, SAMPLED, whole, why_cut

if TYPE_CHECKING:
    from .figure import Picture

LETTER = 10  # dots that a letter of the title takes
NOTE_LETTER = 6  # dots that a letter of the notes takes
LONGEST = 30  # letters of a category
LISTED = 5  # categories that the description names
NO_PICTURE = "There is nothing to draw: no column holds a date, a category or an amount."


def draw(frame: pd.DataFrame, spec: Spec, width: int = 760, notes: bool = True) -> Picture:
    """Draw a picture. In a notebook the figure shows itself.

    Args:
        spec: from `suggest` or `settled`, which know what the frame holds.
        width: in dots.
        notes: whether to write under the picture what is left out of it.

    Returns:
        The figure; `figure.finding` has its title, a description in words, and the notes.

    Example:
        >>> draw(jobs, suggest(jobs))
    """
    from .figure import Picture, Text  # matplotlib is loaded when the first picture is drawn

    made = Picture(figsize=(width / DPI, 3.5), dpi=DPI, layout="constrained", facecolor="none")
    finding = _drawn(made.add_subplot(), frame, spec, width)
    if spec.most:
        count = int(too_large(frame[spec.column]).sum())
        note = f"{count:,} of {len(frame):,} {spec.noun} have a {spec.column} too large to draw."
        finding = replace(finding, notes=(*finding.notes, note))
    about = provenance(frame)
    if about.get("first"):
        finding = replace(finding, notes=(*finding.notes, f"Drawn from {about['first']}."))
    if about.get("view"):
        some = f"Drawn from {len(frame):,} of {about.get('rows', 0):,} rows: {about['view']}."
        finding = replace(finding, notes=(*finding.notes, some))
    made.finding = finding
    title = textwrap.fill(finding.title, int(width / LETTER))
    made.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold", color=INK)
    if notes and finding.notes:
        text = textwrap.fill(" ".join(finding.notes), int(width / NOTE_LETTER))
        made.supxlabel(text, x=0.012, ha="left", fontsize=9, color=QUIET)
    texts: Any = made.findobj(match=Text)
    for text in texts:
        text.set_parse_math(False)  # two dollar signs are no formula
    return made


def _drawn(ax: Any, frame: pd.DataFrame, spec: Spec, width: int) -> Finding:
    if spec.kind == TIME:
        return _over_time(ax, frame, spec, width)
    if spec.kind == SPREAD:
        return _spread(ax, frame, spec)
    if spec.by:
        return _categories(ax, frame, spec, width)
    return _empty(ax, NO_PICTURE)


def _empty(ax: Any, why: str) -> Finding:
    ax.set_axis_off()
    return Finding(why, why)


# -- over time


def _over_time(ax: Any, frame: pd.DataFrame, spec: Spec, width: int) -> Finding:
    made = computed(frame, spec)
    numbers = made[periods(spec)]
    if not numbers.notna().any():
        return _empty(ax, f"No row has a {spec.by}")
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
    _format_amounts(ax.yaxis, spec, whole=spec.how == "count")
    ax.set(xlabel=time_label(spec), ylabel=with_unit(per_period(spec), spec))

    title = _time_title(numbers, peak, spec)
    chart = f"Bar chart of the {measure(spec)} by {spec.every} of {spec.by}"
    alt = f"{title}. {chart}, {len(numbers)} bars, {_span(numbers, spec.every)}."
    notes = _missing(frame, made["when"], spec) + _not_whole(frame, numbers, spec)
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
    highest = _amount(float(numbers[peak]), spec)
    if not spec.crown:
        lowest = _amount(float(whole(numbers, spec).min()), spec)
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


# -- by category


def _categories(ax: Any, frame: pd.DataFrame, spec: Spec, width: int) -> Finding:
    made = computed(frame, spec)
    numbers, shown = made["numbers"], made["shown"]
    if not numbers.notna().any():
        return _empty(ax, "There are no rows")
    _draw_categories(ax, numbers, shown, spec)
    ax.figure.set_size_inches(width / DPI, 1.05 + 0.26 * len(shown))
    style_axes(ax, "x")
    _format_amounts(ax.xaxis, spec, whole=spec.how == "count")
    ax.set(xlabel=with_unit(measure(spec), spec), ylabel="")

    title = _category_title(numbers, spec)
    first = [f"{_name(n)} {_amount(v, spec)}" for n, v in shown.iloc[:LISTED].items()]
    end = ", and more." if len(shown) > LISTED else "."
    chart = f"Bar chart of the {measure(spec)} by {spec.by}"
    alt = f"{title}. {chart}: {', '.join(first)}{end}"
    return Finding(title, alt, tuple(_left_out(frame, numbers, shown, spec)))


def _draw_categories(ax: Any, numbers: pd.Series[Any], shown: pd.Series[Any], spec: Spec) -> None:
    places = range(len(shown))
    colors = [PEAK if spec.crown else AREA, *[AREA] * (len(shown) - 1)]
    if len(numbers) > len(shown):
        colors[-1] = REST  # the bar of all others
    bars = ax.barh(places, shown, color=colors, height=0.72)
    labels = [textwrap.shorten(_name(name), LONGEST, placeholder="…") for name in shown.index]
    ax.set_yticks(places, labels)
    ax.invert_yaxis()
    ax.margins(x=0.14)  # room for the amount behind the longest bar
    amounts = [_amount(value, spec) for value in shown]
    ax.bar_label(bars, amounts, padding=4, color=QUIET, fontsize=10)


def _category_title(numbers: pd.Series[Any], spec: Spec) -> str:
    first = _name(numbers.index[0])
    if first.isdigit() or first in ("True", "False"):
        first = f"{spec.by} {first}"  # a bare id or yes says nothing
    if spec.how == "count":
        share = f"{numbers.iloc[0] / numbers.sum():.0%}"
        return f"{first} makes up {share} of {numbers.sum():,} {spec.noun}"
    highest = _amount(float(numbers.iloc[0]), spec)
    if not spec.crown and len(numbers) > 1:
        second = _amount(float(numbers.iloc[1]), spec)
        both = f"{first} and {_name(numbers.index[1])}"
        return f"{both} have the highest {measure(spec)}: {highest} and {second}"
    return f"{first} has the highest {measure(spec)}: {highest}"


def _name(category: object) -> str:
    from .figure import drawable

    return drawable(str(category)) or "(blank)"


# -- a distribution


def _spread(ax: Any, frame: pd.DataFrame, spec: Spec) -> Finding:
    made = computed(frame, spec)
    values, shown = made["values"], made[drawn(spec)]
    if not len(values):
        return _empty(ax, f"No row has a {spec.column}")
    bins: Any = _bins(shown)
    align: Any = "mid"
    if spec.steps:  # a bar in the middle of each whole number
        bins = range(int(shown.min()), int(shown.max()) + 2)
        align = "left"
    ax.hist(shown, bins=bins, align=align, rwidth=0.9, color=AREA)
    median = _amount(made["median"], spec)
    ax.axvline(made["median"], color=PEAK, linewidth=1.6)
    above: Any = {"xycoords": ("data", "axes fraction"), "va": "bottom"}
    ax.annotate(f" median {median}", (made["median"], 1), color=PEAK, fontsize=10, **above)
    style_axes(ax, "y")
    _format_amounts(ax.xaxis, spec, whole=spec.steps)
    _format_amounts(ax.yaxis, Spec(), whole=True)
    ax.set(xlabel=with_unit(spec.column, spec), ylabel=f"number of {spec.noun}")

    title = _spread_title(made["first"], made["third"], spec)
    chart = f"Histogram of {spec.column} in {len(values):,} {spec.noun}"
    notes = _missing(frame, frame[spec.column], spec)
    if spec.cut:
        count = f"{len(values) - len(shown):,} {spec.noun}"
        ends = f"{_amount(shown.min(), spec)} to {_amount(shown.max(), spec)}"
        notes.append(f"{count} lie outside {ends} and are not drawn.")
    return Finding(title, f"{title}. {chart}; the median is {median}.", tuple(notes))


def _bins(values: pd.Series[Any]) -> Any:
    """The edges of the bars; wider ones than the values if these lie closer than floats do."""
    try:
        return np.histogram_bin_edges(values, 30)
    except ValueError:
        low, high = float(values.min()), float(values.max())
    pad = max(abs(low), abs(high)) / 100
    return np.linspace(low - pad, high + pad, 31)


def _spread_title(first: float, third: float, spec: Spec) -> str:
    low, high = _amount(first, spec), _amount(third, spec)
    if first == third:
        return f"At least half of the {spec.noun} have {low} as {spec.column}"
    return f"The middle half of the {spec.noun}: {spec.column} from {low} to {high}"


# -- parts of all


def _format_amounts(axis: Any, spec: Spec, whole: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=whole))
    formatter = money if spec.unit == "$" else short
    axis.set_major_formatter(formatter)


def _amount(value: float, spec: Spec) -> str:
    if value != value:  # a category without any amount
        return "–"
    if spec.unit == "$":
        return money(value)
    return f"{short(value)} {spec.unit}" if spec.unit else short(value)


def _missing(frame: pd.DataFrame, column: pd.Series[Any], spec: Spec) -> list[str]:
    """That rows are left out because the picture has no place for them."""
    count = int(column.isna().sum())
    if not count:
        return []
    name = spec.by or spec.column
    bounds = ""
    if spec.start:
        bounds += f" or one before {spec.start[:4]}"
    if spec.end:
        bounds += f" or one from {spec.end[:4]} on"
    return [f"{count:,} of {len(frame):,} {spec.noun} have no {name}{bounds} and are left out."]


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
