"""The numbers of a picture, as lines of pandas.

The code that a reader takes away begins with these lines, and the picture on show is drawn from
what the same lines compute. So the two cannot differ.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from .columns import SPREAD, TIME
from .spec import Spec

TOP = 12  # categories that get a bar of their own
NONE = "(none)"
STEPS = {
    "day": '"D"',
    "week": '"W-MON", label="left", closed="left"',
    "month": '"MS"',
    "quarter": '"QS"',
    "year": '"YS"',
}
CALLS = {"sum": "sum()", "mean": "mean()"}


def computed(frame: pd.DataFrame, spec: Spec) -> dict[str, Any]:
    """Run the lines of a picture on a frame.

    Names of columns and other texts are in the lines as quoted texts only, so none of them can
    become code.

    Returns:
        The names that the lines assign, with their values: `when` and `days` or `months` for a
        picture over time, `groups`, `numbers` and `shown` for one by category, `values`, the
        quartiles and perhaps `shown` for a distribution.

    Example:
        >>> jobs = pd.DataFrame({"city": ["Mesa", "Mesa", "Tempe"]})
        >>> computed(jobs, Spec("by category", "count", "city"))["numbers"].to_dict()
        {'Mesa': 2, 'Tempe': 1}
    """
    source = "\n".join(lines(spec))
    names: dict[str, Any] = {"df": frame, "pd": pd}
    exec(compile(source, "<the code of a picture>", "exec"), names)
    return names


def lines(spec: Spec) -> list[str]:
    """The lines that compute a picture's numbers from `df`, for each kind by its own names."""
    if spec.kind == TIME:
        return [*moments(spec), _by_period(spec)]
    if spec.kind == SPREAD:
        return _values(spec)
    return [*_by_group(spec), *_shown(spec)]


def moments(spec: Spec) -> list[str]:
    """The lines that put times on the tenant's own clock and drop dates that were never set."""
    when = f"when = df[{quoted(spec.by)}]"
    clock = ""
    if spec.zone:
        clock = f".dt.tz_convert({quoted(spec.zone)}).dt.tz_localize(None)"
    if not spec.start and not spec.end:
        return [f"{when}{clock}"]
    found = [when]
    if spec.start:
        kept = f"when = when.where(when >= {quoted(spec.start)})"
        found.append(f"{kept}  # an earlier date was never set")
    if spec.end:
        kept = f"when = when.where(when < {quoted(spec.end)})"
        found.append(f"{kept}  # a later date means for ever")
    if clock:  # last, as some zones have no clock for the year 9999
        found.append(f"when = when{clock}")
    return found


def periods(spec: Spec) -> str:
    """The name of the numbers over time: "months" if each is of a month."""
    return f"{spec.every}s"


def drawn(spec: Spec) -> str:
    """The name of the values that a distribution draws."""
    return "shown" if spec.cut else "values"


def uses_pandas(spec: Spec) -> bool:
    """Whether the lines name pandas itself."""
    return spec.kind not in (TIME, SPREAD) and spec.how != "mean"


def quoted(text: str) -> str:
    """A text as Python with double quotes.

    Example:
        >>> quoted("total")
        '"total"'
    """
    return json.dumps(text, ensure_ascii=False)


def _by_period(spec: Spec) -> str:
    step = STEPS[spec.every]
    if spec.how == "count":
        return f"{periods(spec)} = df.set_index(when).resample({step}).size()"
    steps = f"{_amounts(spec)}.set_axis(when).resample({step})"
    return f"{periods(spec)} = {steps}.{CALLS[spec.how]}"


def _by_group(spec: Spec) -> list[str]:
    groups = f'groups = df[{quoted(spec.by)}].astype("str").fillna({quoted(NONE)})'
    if spec.how == "count":
        return [groups, "numbers = groups.value_counts()"]
    numbers = f"numbers = {_amounts(spec)}.groupby(groups).{CALLS[spec.how]}"
    order = "numbers = numbers.sort_values(ascending=False)"
    if spec.how == "sum":
        return [groups, numbers, order]
    # Only the largest groups: an average over a handful of rows may be the highest by chance.
    largest = f"numbers = numbers.loc[groups.value_counts().index[:{TOP}]]"
    return [groups, numbers, largest, order]


def _shown(spec: Spec) -> list[str]:
    first = f"shown = numbers.iloc[:{TOP}]"
    if spec.how == "mean":
        return [first]
    others = f'{{f"{{len(numbers) - {TOP}:,}} others": numbers.iloc[{TOP}:].sum()}}'
    return [
        first,
        f"if len(numbers) > {TOP}:",
        f"    shown = pd.concat([shown, pd.Series({others})])",
    ]


def _values(spec: Spec) -> list[str]:
    values = f"values = {_amounts(spec)}.dropna()"
    quartiles = "first, median, third = values.quantile([0.25, 0.5, 0.75])"
    if not spec.cut:
        return [values, quartiles]
    middle = "values.between(*values.quantile([0.01, 0.99]))"
    return [values, f"shown = values[{middle}]  # without the few far away", quartiles]


def _amounts(spec: Spec) -> str:
    """The column that is added up or spread, as plain numbers."""
    column = f"df[{quoted(spec.column)}]"
    if spec.unit == "minutes":
        return f"({column}.dt.total_seconds() / 60)"
    amounts = f'{column}.astype("float64")'
    if spec.most:
        amounts = f"{amounts}.where(lambda amounts: amounts.abs() < {spec.most:g})"
    return amounts
