"""The lines that draw a picture again from `df`: pandas and matplotlib, to be read and changed."""

from __future__ import annotations

import pandas as pd

from .columns import SPREAD, TIME, words
from .numbers import drawn, lines, periods, quoted, uses_pandas
from .spec import Spec, with_zone

WIDTHS = {"day": 0.8, "week": 5.6, "month": 25, "quarter": 76, "year": 300}  # of a bar, in days
PEAKS = {
    "day": "{peak.day} {peak:%B %Y}",
    "week": "The week of {peak.day} {peak:%B %Y}",
    "month": "{peak:%B %Y}",
    "quarter": "Quarter {peak.quarter} of {peak.year}",
    "year": "{peak.year}",
}


def code(spec: Spec) -> str:
    """Python that draws the same picture from `df`; "" if there is nothing to draw.

    Example:
        >>> spec = Spec("distribution", "values:total", unit="$", noun="jobs")
        >>> print(code(spec).splitlines()[5])
        values = df["total"].astype("float64").dropna()
    """
    if spec.kind == TIME:
        picture = _over_time(spec)
    elif spec.kind == SPREAD:
        picture = _spread(spec)
    elif spec.by:
        picture = _categories(spec)
    else:
        return ""
    head = ["import matplotlib.pyplot as plt"]
    if uses_pandas(spec):
        head.append("import pandas as pd")
    head += ["from stnb import pictures", "", "plt.style.use(pictures.theme())", ""]
    return "\n".join([*head, *lines(spec), *picture, "plt.show()"])


def measure(spec: Spec) -> str:
    """What the amounts are, in words: "number of jobs", "sum of total"."""
    if spec.how == "count":
        return f"number of {spec.noun}"
    if spec.how == "sum":
        return f"sum of {spec.column}"
    if spec.how == "mean":
        return f"average {spec.column}"
    return spec.column


def with_unit(text: str, spec: Spec) -> str:
    """The label of an axis with the unit of its amounts behind it.

    Example:
        >>> with_unit("total", Spec(unit="$"))
        'total, $'
    """
    return f"{text}, {spec.unit}" if spec.unit else text


def per_period(spec: Spec) -> str:
    """The label of the amounts over time. An average is not one "a month"."""
    if spec.how == "mean":
        return measure(spec)
    return f"{measure(spec)} a {spec.every}"


def sentence(text: str) -> str:
    """A text as the beginning of a sentence.

    Example:
        >>> sentence("number of jobs")
        'Number of jobs'
    """
    return text[:1].upper() + text[1:]


def time_label(spec: Spec) -> str:
    """The label of the axis of time, with the zone if the times are moments."""
    return with_zone(spec.by, spec.zone, days=spec.days)


def period(start: pd.Timestamp, every: str) -> str:
    """A period in words, from its first moment.

    Example:
        >>> period(pd.Timestamp("2026-07-01"), "quarter")
        'Quarter 3 of 2026'
    """
    return PEAKS[every].format(peak=start)


def _over_time(spec: Spec) -> list[str]:
    name, kept = periods(spec), periods(spec)
    found = []
    if (spec.begun or spec.open) and not spec.cut_off:
        kept = "whole"
        ends = f"{1 if spec.begun else ''}:{-1 if spec.open else ''}"
        found.append(f"whole = {name}.iloc[{ends}]  # without what is not all there")
    if not spec.crown:
        lowest, highest = (_total(spec, f"{kept}.{end}()") for end in ("min", "max"))
        title = f"{sentence(_in_f_string(per_period(spec)))}: {lowest} to {highest}"
    elif spec.how == "count":
        found.append(f"peak = {kept}.idxmax()")
        highest = _total(spec, f"{kept}.max()")
        title = f"{PEAKS[spec.every]} has the most {_in_f_string(spec.noun)}: {highest}"
    else:
        found.append(f"peak = {kept}.idxmax()")
        highest = _amount(spec, f"{kept}.max()")
        title = f"{PEAKS[spec.every]} has the highest {_in_f_string(measure(spec))}: {highest}"
    outline = 'set(facecolor="none", edgecolor="C0")'
    return [
        *found,
        "",
        "fig, ax = plt.subplots()",
        f"bars = ax.bar({name}.index, {name}, width={WIDTHS[spec.every]})",
        *([f"bars[0].{outline}"] if spec.begun else []),
        *([f"bars[-1].{outline}"] if spec.open else []),
        _title(title),
        _labels(time_label(spec), with_unit(per_period(spec), spec)),
        *_axis(spec, "y"),
    ]


def _categories(spec: Spec) -> list[str]:
    best = "{numbers.index[0]}"
    if words(spec.by)[-1:] == ["id"]:  # a bare id says nothing
        best = f"{_in_f_string(spec.by)} {best}"
    if spec.how == "count":
        share = "{numbers.iloc[0] / numbers.sum():.0%} of {numbers.sum():,}"
        title = f"{best} makes up {share} {_in_f_string(spec.noun)}"
    else:
        highest = _amount(spec, "numbers.iloc[0]")
        title = f"{best} has the highest {_in_f_string(measure(spec))}: {highest}"
        if not spec.crown:
            both = f"{best} and {{numbers.index[1]}}"
            amounts = f"{highest} and {_amount(spec, 'numbers.iloc[1]')}"
            title = f"{both} have the highest {_in_f_string(measure(spec))}: {amounts}"
    return [
        "",
        "fig, ax = plt.subplots(figsize=(8, 0.8 + 0.3 * len(shown)))",
        "bars = ax.barh(shown.index, shown)",
        "ax.invert_yaxis()",
        f"ax.bar_label(bars, fmt={_bar_format(spec)}, padding=4)",
        _title(title),
        _labels(with_unit(measure(spec), spec), spec.by),
        *_axis(spec, "x"),
    ]


def _spread(spec: Spec) -> list[str]:
    name = drawn(spec)
    bins = "30, rwidth=0.9"
    if spec.steps:  # a bar in the middle of each whole number
        bins = f'range(int({name}.min()), int({name}.max()) + 2), align="left", rwidth=0.9'
    middle = f"The middle half of the {_in_f_string(spec.noun)}"
    ends = f"{_amount(spec, 'first')} to {_amount(spec, 'third')}"
    return [
        "",
        "fig, ax = plt.subplots()",
        f"ax.hist({name}, bins={bins})",
        'ax.axvline(median, color="C1")',
        _title(f"{middle}: {_in_f_string(spec.column)} from {ends}"),
        _labels(with_unit(measure(spec), spec), f"number of {spec.noun}"),
        *_axis(spec, "x"),
    ]


def _bar_format(spec: Spec) -> str:
    if spec.unit == "$":
        return "pictures.money"
    if spec.unit or spec.how == "mean":
        return '"{:,.1f}"'
    return '"{:,.0f}"'


def _in_f_string(text: str) -> str:
    """A text with its braces doubled, as an f-string needs them."""
    return text.replace("{", "{{").replace("}", "}}")


def _amount(spec: Spec, value: str) -> str:
    """The part of an f-string that writes an amount with its unit."""
    if spec.unit == "$":
        return f"{{pictures.money({value})}}"
    amount = f"{{{value}:,.1f}}"
    return f"{amount} {spec.unit}" if spec.unit else amount


def _total(spec: Spec, value: str) -> str:
    """The same of a number over time, which is a whole one if rows are counted."""
    if spec.how == "count":
        return f"{{{value}:,}}"
    return _amount(spec, value)


def _title(text: str) -> str:
    return f"ax.set_title(f{quoted(text)})"


def _labels(x: str, y: str) -> str:
    return f"ax.set(xlabel={quoted(x)}, ylabel={quoted(y)})"


def _axis(spec: Spec, axis: str) -> list[str]:
    if spec.unit != "$":
        return []
    return [f"ax.{axis}axis.set_major_formatter(pictures.money)"]
