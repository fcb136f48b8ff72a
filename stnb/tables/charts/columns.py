"""Which columns of a frame fit which picture: times to go along, categories to group by, measures
to add up.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.api import types

TIME, CATEGORY, SPREAD = "over time", "by category", "distribution"
SAMPLE = 20_000  # rows that are looked at, spread over the frame
GROUPS = 400  # different values that still are categories
LONG = 40  # letters from which on a text is prose
MONEY = {
    "total",
    "amount",
    "balance",
    "price",
    "cost",
    "revenue",
    "tax",
    "subtotal",
    "discount",
    "deposit",
    "payment",
    "paid",
    "fee",
    "pay",
    "sold",
    "sales",
    "due",
}
MONEY |= {
    "credit",
    "charge",
    "wage",
    "wages",
    "budget",
    "commission",
    "refund",
    "margin",
    "spend",
    "value",
    "limit",
}
PLAIN = {
    "count",
    "hours",
    "percent",
    "percentage",
    "quantity",
    "multiplier",
    "rate",
    "number",
    "days",
    "minutes",
    "seconds",
    "months",
    "years",
}
NO_SUM = {
    "latitude",
    "longitude",
    "lat",
    "lng",
    "percent",
    "percentage",
    "rate",
    "multiplier",
    "rating",
    "score",
    "year",
    "position",
    "order",
    "sort",
}
NAMES = {
    "id",
    "ids",
    "number",
    "code",
    "zip",
    "phone",
    "year",
    "sid",
    "guid",
    "fax",
}  # numbers that only name something
USUAL_TIMES = (
    "completed",
    "invoice",
    "received",
    "sold",
    "start",
    "booked",
    "created",
    "date",
    "from",
    "posted",
    "due",
)
USUAL_GROUPS = (
    "status",
    "businessunit",
    "jobtype",
    "type",
    "category",
    "reason",
    "campaign",
    "technician",
    "direction",
    "priority",
)


@dataclass(frozen=True)
class Menu:
    """What one kind of picture lets choose, as pairs of a label and a value; `by` is empty where
    there is nothing to choose.
    """

    what: tuple[tuple[str, str], ...]
    by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Fits:
    """The columns by what they are good for, the likeliest first."""

    times: tuple[str, ...]
    groups: tuple[str, ...]
    measures: tuple[str, ...]


def options(frame: pd.DataFrame) -> dict[str, Menu]:
    """The kinds of picture that a frame allows, and for each the columns that fit its menus.

    >>> options(pd.DataFrame({"city": ["Mesa", "Mesa"], "total": [1.5, 2.5]}))["by category"].by
    (('city', 'city'),)
    """
    return menus(fits(frame), noun(frame))


def menus(fit: Fits, rows: str) -> dict[str, Menu]:
    """The same from what `fits` found; `rows` is what the rows are called."""
    what = [(f"number of {rows}", "count")]
    for name in fit.measures:
        what += [(f"sum of {name}", f"sum:{name}")] if sums(name) else []
        what += [(f"average {name}", f"mean:{name}")]
    found = {
        TIME: Menu(tuple(what), _pairs(fit.times)),
        CATEGORY: Menu(tuple(what), _pairs(fit.groups)),
        SPREAD: Menu(tuple((name, f"values:{name}") for name in fit.measures)),
    }
    return {kind: menu for kind, menu in found.items() if menu.what and (menu.by or kind == SPREAD)}


def fits(frame: pd.DataFrame) -> Fits:
    """Sort the columns by what they are good for; a large frame is judged by a sample of it."""
    part = frame.iloc[:: max(1, len(frame) // SAMPLE)]
    often = Counter(frame.columns)
    known = {str(n): i for i, n in enumerate(frame.columns) if isinstance(n, str) and often[n] == 1}
    seen = {name: part.iloc[:, at].dropna() for name, at in known.items()}
    seen = {name: column for name, column in seen.items() if len(column)}
    times = [n for n, c in seen.items() if types.is_datetime64_any_dtype(c.dtype)]
    measures = [n for n, c in seen.items() if is_measure(n, c)]
    groups = [n for n, c in seen.items() if n not in measures and _is_group(n, c, known)]
    return Fits(
        tuple(sorted(times, key=lambda n: (len(seen[n]) < len(part) / 2, _rank(n, USUAL_TIMES)))),
        tuple(
            sorted(
                groups,
                key=lambda n: (seen[n].nunique() < 2, _is_number(seen[n]), _rank(n, USUAL_GROUPS)),
            )
        ),
        tuple(
            sorted(
                measures,
                key=lambda n: (
                    not is_money(n, seen[n]),
                    _rank(n, ("total", "amount", "price", "balance")),
                ),
            )
        ),
    )


def noun(frame: pd.DataFrame) -> str:
    """What the rows are, from the name of their resource: jobs, calls; else rows."""
    said = frame.attrs.get("stnb")
    name = str(said.get("resource") or "") if isinstance(said, dict) else ""
    last = name.removesuffix(".get").rpartition(".")[2].replace("_", " ")
    return last if last.endswith("s") else "rows"


def words(name: str) -> list[str]:
    """The words of a column's last part: `job.subTotal` is sub and total.

    >>> words("job.subTotal")
    ['sub', 'total']
    """
    return [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name.rpartition(".")[2])]


def is_money(name: str, column: pd.Series[Any]) -> bool:
    """Whether the amounts are dollars: the API gives no unit, so the name has to say."""
    said = set(words(name))
    return (
        bool(said & MONEY)
        and not said & PLAIN
        and not types.is_integer_dtype(column.dtype)
        and not is_duration(column)
    )


def is_duration(column: pd.Series[Any]) -> bool:
    """Whether the values are lengths of time."""
    return bool(types.is_timedelta64_dtype(column.dtype))


def sums(name: str) -> bool:
    """Whether a sum of the column says something: that of latitudes does not."""
    return not set(words(name)) & NO_SUM


def is_measure(name: str, column: pd.Series[Any]) -> bool:
    """Whether the column holds amounts, and not numbers that only name something."""
    said = words(name)
    return (_is_number(column) or is_duration(column)) and not (said and said[-1] in NAMES)


def _is_number(column: pd.Series[Any]) -> bool:
    kind = column.dtype
    if isinstance(kind, pd.ArrowDtype):
        arrow = kind.pyarrow_dtype
        return bool(
            pa.types.is_decimal(arrow) or pa.types.is_integer(arrow) or pa.types.is_floating(arrow)
        )
    return (
        types.is_numeric_dtype(kind)
        and not types.is_bool_dtype(kind)
        and not types.is_complex_dtype(kind)
    )


def _is_group(name: str, column: pd.Series[Any], names: dict[str, int]) -> bool:
    if types.is_bool_dtype(column.dtype):
        return True
    if _is_number(column):  # an id, by now; its name says more, where that is there too
        told = {name.removesuffix("Id") + "Name", name.removesuffix(".id") + ".name"}
        return (
            name != "id" and words(name)[-1:] == ["id"] and not told & names.keys() and _few(column)
        )
    if not types.is_string_dtype(column.dtype) or isinstance(column.dtype, pd.ArrowDtype):
        return False
    return _few(column) and column.str.len().mean() <= LONG


def _few(column: pd.Series[Any]) -> bool:
    different = column.nunique()
    return different <= 12 or different <= min(GROUPS, len(column) / 2)


def _rank(name: str, usual: tuple[str, ...]) -> int:
    lower = name.lower()
    return next((at for at, word in enumerate(usual) if word in lower), len(usual)) + 50 * (
        "modified" in lower
    )


def _pairs(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, name) for name in names)
