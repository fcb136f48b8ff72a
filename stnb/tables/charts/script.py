"""The lines that draw a picture again from `df`: pandas and matplotlib, to be read and changed."""

from __future__ import annotations

import json

from .columns import SPREAD, TIME, words
from .numbers import NONE, STEPS, TOP
from .spec import Spec

WIDTHS = {"day": 0.8, "week": 5.6, "month": 25, "quarter": 76, "year": 300}  # of a bar, in days
PEAKS = {
    "day": "{peak.day} {peak:%B %Y}",
    "week": "The week of {peak.day} {peak:%B %Y}",
    "month": "{peak:%B %Y}",
    "quarter": "Quarter {peak.quarter} of {peak.year}",
    "year": "{peak.year}",
}


def code(spec: Spec) -> str:
    """Python that draws the same from `df`; "" where there is nothing to draw.

    >>> print(code(Spec("distribution", "values:total", unit="$", noun="jobs")).splitlines()[5])
    values = df["total"].dropna().astype("float64")
    """
    if spec.kind == TIME:
        body = _over_time(spec)
    elif spec.kind == SPREAD:
        body = _spread(spec)
    elif spec.by:
        body = _categories(spec)
    else:
        return ""
    pandas = ["import pandas as pd"] if any("pd." in line for line in body) else []
    head = [
        "import matplotlib.pyplot as plt",
        *pandas,
        "from stnb import pictures",
        "",
        "plt.style.use(pictures.theme())",
    ]
    return "\n".join([*head, *body, "plt.show()"])


def quoted(text: str) -> str:
    """A text as Python with double quotes."""
    return json.dumps(text, ensure_ascii=False)


def _over_time(spec: Spec) -> list[str]:
    named = f"{spec.every}s"
    zone = f".dt.tz_convert({quoted(spec.zone)}).dt.tz_localize(None)" if spec.zone else ""
    lines = [f"when = df[{quoted(spec.by)}]{zone}"]
    lines += (
        [f"when = when.where(when >= {quoted(spec.start)})  # an earlier date was never set"]
        if spec.start
        else []
    )
    step = _step(spec.every)
    if spec.how == "count":
        lines.append(f"{named} = df.set_index(when).resample({step}).size()")
        finding = f"has the most {spec.noun}: {{{named}.max():,}}"
    else:
        lines.append(f"{named} = {_amounts(spec)}.set_axis(when).resample({step}).{spec.how}()")
        finding = f"has the highest {_measure(spec)}: {_said(spec, f'{named}.max()')}"
    lines += [f"peak = {named}.idxmax()", "", "fig, ax = plt.subplots()"]
    lines += [f"ax.bar({named}.index, {named}, width={WIDTHS[spec.every]})"]
    label = f"{_measure(spec)} a {spec.every}" if spec.how != "mean" else _measure(spec)
    return [
        *lines,
        *_labels(spec, f"{PEAKS[spec.every]} {finding}", f"{spec.by}{_in(spec)}", label),
        *_axis(spec, "y"),
    ]


def _step(every: str) -> str:
    rule, *more = STEPS[every].items()
    return ", ".join([quoted(rule[1]), *(f"{name}={quoted(value)}" for name, value in more)])


def _categories(spec: Spec) -> list[str]:
    lines = [f'groups = df[{quoted(spec.by)}].astype("str").fillna("{NONE}")']
    if spec.how == "count":
        lines.append("numbers = groups.value_counts()")
    elif spec.how == "sum":
        lines.append(
            f"numbers = {_amounts(spec)}.groupby(groups).sum().sort_values(ascending=False)"
        )
    else:
        lines.append(f"largest = groups.value_counts().index[:{TOP}]")
        lines.append(
            f"numbers = {_amounts(spec)}.groupby(groups).mean().loc[largest].sort_values(ascending=False)"
        )
    lines.append(f"shown = numbers.iloc[:{TOP}]")
    if spec.how != "mean":
        lines.append(f"if len(numbers) > {TOP}:")
        others = f'pd.Series({{f"{{len(numbers) - {TOP}:,}} others": numbers.iloc[{TOP}:].sum()}})'
        lines.append(f"    shown = pd.concat([shown, {others}])")
    lines += [
        "",
        "fig, ax = plt.subplots(figsize=(8, 0.8 + 0.3 * len(shown)))",
        "bars = ax.barh(shown.index, shown)",
    ]
    fmt = (
        "pictures.money"
        if spec.unit == "$"
        else '"{:,.0f}"'
        if spec.how != "mean" and not spec.unit
        else '"{:,.1f}"'
    )
    lines += ["ax.invert_yaxis()", f"ax.bar_label(bars, fmt={fmt}, padding=4)"]
    best = (
        "{numbers.index[0]}"
        if words(spec.by)[-1:] != ["id"]
        else f"{_braced(spec.by)} {{numbers.index[0]}}"
    )
    if spec.how == "count":
        title = f"{best} makes up {{numbers.iloc[0] / numbers.sum():.0%}} of {{numbers.sum():,}} {spec.noun}"
    else:
        title = f"{best} has the highest {_measure(spec)}: {_said(spec, 'numbers.iloc[0]')}"
    return [*lines, *_labels(spec, title, _measure(spec), spec.by), *_axis(spec, "x")]


def _spread(spec: Spec) -> list[str]:
    source = f"df[{quoted(spec.column)}].dropna()"
    lines = [
        "values = "
        + (
            f"{source}.dt.total_seconds() / 60"
            if spec.unit == "minutes"
            else f'{source}.astype("float64")'
        )
    ]
    shown = "values"
    if spec.cut:
        lines.append(
            "shown = values[values.between(*values.quantile([0.01, 0.99]))]  # without the few far away"
        )
        shown = "shown"
    lines += [
        "first, median, third = values.quantile([0.25, 0.5, 0.75])",
        "",
        "fig, ax = plt.subplots()",
    ]
    bins = (
        f'range(int({shown}.min()), int({shown}.max()) + 2), align="left", rwidth=0.9'
        if spec.steps
        else "30, rwidth=0.9"
    )
    lines += [f"ax.hist({shown}, bins={bins})", 'ax.axvline(median, color="C1")']
    span = f"{_said(spec, 'first')} to {_said(spec, 'third')}"
    title = f"The middle half of the {spec.noun}: {spec.column} from {span}"
    return [
        *lines,
        *_labels(spec, title, _measure(spec), f"number of {spec.noun}"),
        *_axis(spec, "x"),
    ]


def _amounts(spec: Spec) -> str:
    column = f"df[{quoted(spec.column)}]"
    return (
        f"(df[{quoted(spec.column)}].dt.total_seconds() / 60)"
        if spec.unit == "minutes"
        else f'{column}.astype("float64")'
    )


def _measure(spec: Spec) -> str:
    return _braced(measure(spec))


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def measure(spec: Spec) -> str:
    """What the amounts are, in words."""
    return {
        "count": f"number of {spec.noun}",
        "sum": f"sum of {spec.column}",
        "mean": f"average {spec.column}",
    }.get(spec.how, spec.column)


def _said(spec: Spec, value: str) -> str:
    if spec.unit == "$":
        return f"{{pictures.money({value})}}"
    return f"{{{value}:,.1f}} minutes" if spec.unit else f"{{{value}:,.1f}}"


def _in(spec: Spec) -> str:
    return f", {spec.zone} time" if spec.zone else ""


def _labels(spec: Spec, title: str, x: str, y: str) -> list[str]:
    unit = f", {spec.unit}" if spec.unit else ""
    plain = [x.replace("{{", "{").replace("}}", "}"), y.replace("{{", "{").replace("}}", "}")]
    with_unit = 1 if spec.kind == TIME else 0
    plain[with_unit] += unit
    return [
        f"ax.set_title(f{quoted(title)})",
        f"ax.set(xlabel={quoted(plain[0])}, ylabel={quoted(plain[1])})",
    ]


def _axis(spec: Spec, axis: str) -> list[str]:
    return [f"ax.{axis}axis.set_major_formatter(pictures.money)"] if spec.unit == "$" else []
