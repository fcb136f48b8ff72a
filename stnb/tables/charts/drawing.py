"""A spec and a frame -> a matplotlib figure with its finding as the title. No pyplot: any thread
may draw.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from .columns import SPREAD, TIME
from .look import AREA, DPI, INK, PEAK, QUIET, REST, dress, money, short
from .numbers import NONE, categories, moments, over_time, spread, topped
from .script import WIDTHS, measure
from .spec import Finding, Spec

if TYPE_CHECKING:
    from .figure import Picture

LETTER = 8.6  # dots that a letter of the title takes
LONGEST = 30  # letters of a category
NO_PICTURE = "There is nothing to draw: no column holds a date, a category or an amount."


def draw(frame: pd.DataFrame, spec: Spec, width: int = 760, notes: bool = True) -> Picture:
    """Draw a picture; in a notebook the figure shows itself.

    Args:
        spec: of `suggest` or `settled`, which know what the frame holds.
        width: in dots.
        notes: write under the picture what is left out of it.

    Returns:
        The figure; `figure.finding` has its title, a description in words, and the notes.

    Example:
        >>> draw(jobs, suggest(jobs))
    """
    from .figure import Picture, Text  # matplotlib is loaded when the first picture is drawn

    made = Picture(figsize=(width / DPI, 3.5), dpi=DPI, layout="constrained", facecolor="none")
    ax = made.add_subplot()
    painter = {TIME: _over_time, SPREAD: _spread}.get(
        spec.kind, _categories if spec.by else _nothing
    )
    made.finding = found = painter(ax, frame, spec, width)
    title = textwrap.fill(found.title, int(width / LETTER))
    made.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold", color=INK)
    if notes and found.notes:
        made.supxlabel(
            textwrap.fill(" ".join(found.notes), int(width / 6)),
            x=0.012,
            ha="left",
            fontsize=9,
            color=QUIET,
        )
    texts: Any = made.findobj(match=Text)
    for text in texts:
        text.set_parse_math(False)  # two dollar signs are no formula
    return made


# -- the kinds


def _over_time(ax: Any, frame: pd.DataFrame, spec: Spec, width: int) -> Finding:
    numbers = over_time(frame, spec)
    if not numbers.notna().any():
        return _empty(ax, f"No row has a {spec.by}", spec)
    open_end = _unfinished(frame, numbers, spec)
    done = numbers.iloc[:-1] if open_end and len(numbers) > 1 else numbers
    peak: Any = (done if done.notna().any() else numbers).idxmax()
    bars: Any = ax.bar(numbers.index, numbers, width=WIDTHS[spec.every], color=AREA)
    bars[numbers.index.get_loc(peak)].set_color(PEAK)
    if open_end:
        bars[-1].set(facecolor="none", edgecolor=AREA, linewidth=1.2)
    _dates(ax, numbers, spec, width)
    dress(ax, "y")
    _amounts_on(ax.yaxis, spec, whole=spec.how == "count")
    unit = f", {spec.unit}" if spec.unit else ""
    ax.set_ylabel(measure(spec) + (f" a {spec.every}" if spec.how != "mean" else "") + unit)
    ax.set_xlabel(spec.by + (f", {spec.zone} time" if spec.zone else ""))
    best = _amount(float(numbers[peak]), spec)
    when = period(peak, spec.every)
    title = (
        f"{when} has the most {spec.noun}: {best}"
        if spec.how == "count"
        else f"{when} has the highest {measure(spec)}: {best}"
    )
    if len(numbers) == 1:
        title = f"All {spec.noun} are of one {spec.every}: {when}"
    ends = f"{period(numbers.index[0], spec.every)} to {period(numbers.index[-1], spec.every)}".replace(
        "The", "the"
    )
    alt = f"{title}. Bar chart of the {measure(spec)} by {spec.every} of {spec.by}, {len(numbers)} bars, {ends}."
    more = (
        [f"{period(numbers.index[-1], spec.every)} was not over yet when the rows were read."]
        if open_end
        else []
    )
    return Finding(title, alt, (*_missing(frame, moments(frame, spec), spec), *more))


def _categories(ax: Any, frame: pd.DataFrame, spec: Spec, width: int) -> Finding:
    numbers = categories(frame, spec)
    shown = topped(numbers)
    if not len(shown) or not numbers.notna().any():
        return _empty(ax, "There are no rows", spec)
    many = len(shown)
    ax.figure.set_size_inches(width / DPI, 1.05 + 0.26 * many)
    colors = [PEAK, *[AREA] * (many - 1)]
    if len(numbers) > many:
        colors[-1] = REST
    bars = ax.barh(range(many), shown, color=colors, height=0.72)
    ax.set_yticks(
        range(many),
        [textwrap.shorten(_plain(n), LONGEST, placeholder="…") or "(blank)" for n in shown.index],
    )
    ax.invert_yaxis()
    ax.margins(x=0.14)
    ax.bar_label(bars, [_amount(v, spec) for v in shown], padding=4, color=QUIET, fontsize=10)
    dress(ax, "x")
    _amounts_on(ax.xaxis, spec, whole=spec.how == "count")
    ax.set(xlabel=measure(spec) + (f", {spec.unit}" if spec.unit else ""), ylabel="")
    first, best = _plain(numbers.index[0]) or "(blank)", _amount(float(numbers.iloc[0]), spec)
    first = (
        f"{spec.by} {first}" if first.isdigit() or first in ("True", "False") else first
    )  # a bare id says nothing
    if spec.how == "count":
        title = f"{first} makes up {numbers.iloc[0] / numbers.sum():.0%} of {numbers.sum():,} {spec.noun}"
    else:
        title = f"{first} has the highest {measure(spec)}: {best}"
    listed = ", ".join(f"{_plain(n)} {_amount(v, spec)}" for n, v in shown.iloc[:5].items())
    alt = f"{title}. Bar chart of the {measure(spec)} by {spec.by}: {listed}" + (
        ", and more." if many > 5 else "."
    )
    return Finding(title, alt, _left_out(frame, numbers, shown, spec))


def _spread(ax: Any, frame: pd.DataFrame, spec: Spec, _width: int) -> Finding:
    values, shown = spread(frame, spec)
    if not len(values):
        return _empty(ax, f"No row has a {spec.column}", spec)
    if spec.steps:
        bins: Any = range(int(shown.min()), int(shown.max()) + 2)
        ax.hist(shown, bins=bins, align="left", rwidth=0.9, color=AREA)
    else:
        ax.hist(shown, bins=30, rwidth=0.9, color=AREA)
    first, median, third = values.quantile([0.25, 0.5, 0.75])
    ax.axvline(median, color=PEAK, linewidth=1.6)
    top = ("data", "axes fraction")
    ax.annotate(
        f" median {_amount(median, spec)}",
        (median, 1),
        xycoords=top,
        va="bottom",
        color=PEAK,
        fontsize=10,
    )
    dress(ax, "y")
    _amounts_on(ax.xaxis, spec, whole=spec.steps)
    _amounts_on(ax.yaxis, Spec(), whole=True)
    unit = f", {spec.unit}" if spec.unit else ""
    ax.set(xlabel=spec.column + unit, ylabel=f"number of {spec.noun}")
    title = f"The middle half of the {spec.noun}: {spec.column} from {_amount(first, spec)} to {_amount(third, spec)}"
    if first == third:
        title = f"At least half of the {spec.noun} have {_amount(first, spec)} as {spec.column}"
    alt = f"{title}. Histogram of {spec.column} in {len(values):,} {spec.noun}; the median is {_amount(median, spec)}."
    notes = list(_missing(frame, frame[spec.column], spec))
    if spec.cut:
        low, high = _amount(shown.min(), spec), _amount(shown.max(), spec)
        notes.append(
            f"{len(values) - len(shown):,} {spec.noun} lie outside {low} to {high} and are not drawn."
        )
    return Finding(title, alt, tuple(notes))


def _nothing(ax: Any, _frame: pd.DataFrame, spec: Spec, _width: int) -> Finding:
    return _empty(ax, NO_PICTURE, spec)


def _empty(ax: Any, why: str, _spec: Spec) -> Finding:
    ax.set_axis_off()
    return Finding(why, why)


# -- parts of them


def period(start: pd.Timestamp, every: str) -> str:
    """A period in words, from its first day."""
    if every == "year":
        return str(start.year)
    if every == "quarter":
        return f"Quarter {start.quarter} of {start.year}"
    return (
        f"{start:%B %Y}"
        if every == "month"
        else ("The week of " * (every == "week")) + f"{start.day} {start:%B %Y}"
    )


def _unfinished(frame: pd.DataFrame, numbers: pd.Series[Any], spec: Spec) -> bool:
    """Whether the rows were read before the last period was over."""
    said = frame.attrs.get("stnb")
    began = said.get("began") if isinstance(said, dict) else None
    if not began:
        return False
    read = pd.Timestamp(began)
    read = read.tz_convert(spec.zone or "UTC").tz_localize(None) if read.tzinfo else read
    last = pd.Timestamp(numbers.index[-1])
    return bool(
        last
        <= read
        < last
        + pd.tseries.frequencies.to_offset({"week": "7D"}.get(spec.every, _offset(spec.every)))
    )


def _offset(every: str) -> str:
    return {"day": "D", "month": "MS", "quarter": "QS", "year": "YS"}.get(every, "D")


def _dates(ax: Any, numbers: pd.Series[Any], spec: Spec, width: int) -> None:
    from matplotlib import dates

    make_locator, make_formatter = (
        cast(Any, dates.AutoDateLocator),
        cast(Any, dates.ConciseDateFormatter),
    )  # they have no types
    locator = make_locator(minticks=2, maxticks=4 if width < 500 else 8, interval_multiples=True)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(make_formatter(locator, show_offset=False))
    pad = pd.Timedelta(days=WIDTHS[spec.every] * 0.7)
    ax.set_xlim(numbers.index[0] - pad, numbers.index[-1] + pad)


def _amounts_on(axis: Any, spec: Spec, whole: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=whole))
    axis.set_major_formatter(money if spec.unit == "$" else short)


def _amount(value: float, spec: Spec) -> str:
    if value != value:  # of a category without any amount
        return "–"
    return (
        money(value) if spec.unit == "$" else short(value) + (f" {spec.unit}" if spec.unit else "")
    )


def _missing(frame: pd.DataFrame, column: pd.Series[Any], spec: Spec) -> tuple[str, ...]:
    name = spec.by or spec.column
    gone = int(column.isna().sum())
    early = " or one before 1990" if spec.start else ""
    return (
        (f"{gone:,} of {len(frame):,} {spec.noun} have no {name}{early} and are left out.",)
        if gone
        else ()
    )


def _left_out(
    frame: pd.DataFrame, numbers: pd.Series[Any], shown: pd.Series[Any], spec: Spec
) -> tuple[str, ...]:
    notes = []
    if len(numbers) > len(shown):
        notes.append(
            f"The {len(shown) - 1} largest of {len(numbers):,} are shown, the others as one."
        )
    if spec.how == "mean" and (many := frame[spec.by].nunique()) > len(shown):
        notes.append(f"Of {many:,} the {len(shown)} with the most {spec.noun} are shown.")
    gone = int(frame[spec.column].isna().sum()) if spec.column else 0
    notes += [f"{gone:,} of {len(frame):,} {spec.noun} have no {spec.column}."] if gone else []
    none = int(frame[spec.by].isna().sum())
    notes += (
        [f"{NONE}: {none:,} {spec.noun} without {spec.by}."] if none and NONE in shown.index else []
    )
    return tuple(notes)


def _plain(name: object) -> str:
    from .figure import drawable

    return drawable(str(name))
