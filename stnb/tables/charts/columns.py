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

from ..provenance import provenance

TIME, CATEGORY, SPREAD = "over time", "by category", "distribution"
SAMPLE = 20_000  # rows that are looked at, spread over the frame
FEW = 12  # so many different values are categories in a frame of any length
GROUPS = 400  # more different values are never categories
LONG = 40  # the average length, in letters, from which a text is prose

# Words of a column's name that say what its numbers are: the API gives no units.
MONEY = {
    "amount", "balance", "budget", "charge", "commission", "cost", "credit", "deposit", "discount",
    "due", "fee", "limit", "margin", "paid", "pay", "payment", "price", "refund", "revenue",
    "sales", "sold", "spend", "subtotal", "tax", "total", "value", "wage", "wages",
}  # fmt: skip
NOT_MONEY = {
    "count", "days", "hours", "minutes", "months", "multiplier", "number", "percent", "percentage",
    "quantity", "rate", "seconds", "years",
}  # fmt: skip
NO_SUM = {
    "lat", "latitude", "lng", "longitude", "multiplier", "order", "percent", "percentage",
    "position", "rate", "rating", "score", "sort", "year",
}  # fmt: skip
# Numbers that only name something; a sum or an average of them says nothing.
LABELS = {"code", "fax", "guid", "id", "ids", "number", "phone", "sid", "year", "zip"}

# Parts of names, the likeliest choice for a first picture first.
USUAL_TIMES = (
    "completed", "invoice", "received", "sold", "start", "booked", "created", "date", "from",
    "posted", "due",
)  # fmt: skip
USUAL_GROUPS = (
    "status", "businessunit", "jobtype", "type", "category", "reason", "campaign", "technician",
    "direction", "priority",
)  # fmt: skip
USUAL_MEASURES = ("total", "amount", "price", "balance")
MODIFIED_LAST = 50  # added to a rank: when a row was last changed is seldom of interest


@dataclass(frozen=True)
class Menu:
    """The choices that one kind of picture offers.

    Attributes:
        what: pairs of a label and a value for what is drawn.
        by: the same for what it is drawn by; empty if there is nothing to choose.
    """

    what: tuple[tuple[str, str], ...]
    by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Fits:
    """The names of the columns by what they are good for, the likeliest first."""

    times: tuple[str, ...]
    groups: tuple[str, ...]
    measures: tuple[str, ...]


def options(frame: pd.DataFrame) -> dict[str, Menu]:
    """The kinds of picture that a frame allows, and the columns that fit each of their menus.

    Example:
        >>> options(pd.DataFrame({"city": ["Mesa", "Mesa"], "total": [1.5, 2.5]}))["by category"].by
        (('city', 'city'),)
    """
    return menus(fits(frame), noun(frame))


def menus(fit: Fits, rows: str) -> dict[str, Menu]:
    """The menus for the columns that `fits` found.

    Args:
        rows: what the rows are called, such as "jobs".
    """
    what = [(f"number of {rows}", "count")]
    values = []
    for name in fit.measures:
        if can_sum(name):
            what.append((f"sum of {name}", f"sum:{name}"))
        what.append((f"average {name}", f"mean:{name}"))
        values.append((name, f"values:{name}"))
    found = {}
    if fit.times:
        found[TIME] = Menu(tuple(what), _pairs(fit.times))
    if fit.groups:
        found[CATEGORY] = Menu(tuple(what), _pairs(fit.groups))
    if values:
        found[SPREAD] = Menu(tuple(values))
    return found


def fits(frame: pd.DataFrame) -> Fits:
    """Sort the columns by what they are good for. A large frame is judged by a sample of its rows.

    Columns without a value, and columns whose name another one has too, fit nothing.
    """
    step = max(1, len(frame) // SAMPLE)
    sample = frame.iloc[::step]
    columns = _unique_columns(sample)
    filled = {}
    times, groups, measures = [], [], []
    for name, column in columns.items():
        known = column.dropna()
        if not len(known):
            continue
        filled[name] = known
        if types.is_datetime64_any_dtype(known.dtype):
            times.append(name)
        elif is_measure(name, known):
            measures.append(name)
        elif _is_group(name, known, columns):
            groups.append(name)

    def time_order(name: str) -> tuple[bool, int]:
        mostly_missing = len(filled[name]) < len(sample) / 2
        return mostly_missing, _rank(name, USUAL_TIMES)

    def group_order(name: str) -> tuple[bool, bool, int]:
        one_group = filled[name].nunique() < 2
        return one_group, _is_number(filled[name]), _rank(name, USUAL_GROUPS)

    def measure_order(name: str) -> tuple[bool, int]:
        return not is_money(name, filled[name]), _rank(name, USUAL_MEASURES)

    times.sort(key=time_order)
    groups.sort(key=group_order)
    measures.sort(key=measure_order)
    return Fits(tuple(times), tuple(groups), tuple(measures))


def noun(frame: pd.DataFrame) -> str:
    """What the rows are, from the name of their resource: "jobs", "calls"; otherwise "rows"."""
    name = str(provenance(frame).get("resource") or "")
    last = name.removesuffix(".get").rpartition(".")[2].replace("_", " ")
    return last if last.endswith("s") else "rows"


def words(name: str) -> list[str]:
    """The words of the last part of a column's name, in small letters.

    Example:
        >>> words("job.subTotal")
        ['sub', 'total']
    """
    last = name.rpartition(".")[2]
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", last)]


def is_money(name: str, column: pd.Series[Any]) -> bool:
    """Whether the amounts are dollars. The API gives no unit, so the name has to say it."""
    if types.is_integer_dtype(column.dtype) or is_duration(column):
        return False
    parts = set(words(name))
    return bool(parts & MONEY) and not parts & NOT_MONEY


def is_duration(column: pd.Series[Any]) -> bool:
    """Whether the values are lengths of time."""
    return bool(types.is_timedelta64_dtype(column.dtype))


def can_sum(name: str) -> bool:
    """Whether a sum of the column says something: a sum of latitudes does not."""
    return not set(words(name)) & NO_SUM


def is_measure(name: str, column: pd.Series[Any]) -> bool:
    """Whether the column holds amounts, and not numbers that only name something."""
    last = words(name)[-1:]
    if last and last[0] in LABELS:
        return False
    return _is_number(column) or is_duration(column)


def _unique_columns(frame: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """The columns by their names. A name that two columns share does not say which is meant."""
    count = Counter(frame.columns)
    found: dict[str, pd.Series[Any]] = {}
    for at, name in enumerate(frame.columns):
        if isinstance(name, str) and count[name] == 1:
            found[name] = frame.iloc[:, at]
    return found


def _is_number(column: pd.Series[Any]) -> bool:
    dtype = column.dtype
    if isinstance(dtype, pd.ArrowDtype):
        arrow = dtype.pyarrow_dtype
        whole = pa.types.is_integer(arrow)
        return bool(whole or pa.types.is_decimal(arrow) or pa.types.is_floating(arrow))
    if types.is_bool_dtype(dtype) or types.is_complex_dtype(dtype):
        return False  # pandas counts both as numeric
    return types.is_numeric_dtype(dtype)


def _is_group(name: str, column: pd.Series[Any], columns: dict[str, pd.Series[Any]]) -> bool:
    """Whether rows can be grouped by the column. `column` is no measure; `columns` are all."""
    if types.is_bool_dtype(column.dtype):
        return True
    if _is_number(column):
        if name == "id" or words(name)[-1:] != ["id"]:
            return False
        # A name beside the id says more than the id.
        named = name.removesuffix("Id") + "Name" in columns
        named = named or name.removesuffix(".id") + ".name" in columns
        return not named and _few(column)
    if not types.is_string_dtype(column.dtype) or isinstance(column.dtype, pd.ArrowDtype):
        return False
    return _few(column) and column.str.len().mean() <= LONG


def _few(column: pd.Series[Any]) -> bool:
    different = column.nunique()
    return different <= FEW or different <= min(GROUPS, len(column) / 2)


def _rank(name: str, usual: tuple[str, ...]) -> int:
    """The place of the first usual word that the name contains; small is likely."""
    lower = name.lower()
    rank = len(usual)
    for at, word in enumerate(usual):
        if word in lower:
            rank = at
            break
    if "modified" in lower:
        rank += MODIFIED_LAST
    return rank


def _pairs(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, name) for name in names)
