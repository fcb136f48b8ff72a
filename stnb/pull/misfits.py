"""The rows of an answer that do not fit the filters that were sent, counted and told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Endpoint
from stnb.errors import FilterIgnored
from stnb.frame.notices import Notice

from .answered import Check, checks
from .call import Call

# The names of columns -> tables with those that the rows have, one after the other.
Tables = Callable[[Sequence[str]], Iterable[pa.Table]]
SHOWN = 10  # values that a line of code names
DAY = dt.timedelta(days=1)
# Times before it stand for none, as the year 1 does.
EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)


@dataclass
class Misfits:
    """What the rows show of one filter.

    Attributes:
        rows: how many rows there are.
        wrong: how many of them do not fit; a row without a value is none of these.
        fitting: values of the column that fit, as they are in it.
        as_text: whether times or amounts are text, as with dtypes="raw".
        zoned: whether times have a zone; days have none.
    """

    check: Check
    rows: int = 0
    wrong: int = 0
    fitting: dict[Any, None] = field(default_factory=dict)
    as_text: bool = False
    zoned: bool = True

    def add(self, column: pa.ChunkedArray) -> None:
        """Count further rows."""
        self.rows += len(column)
        if self.check.kind in ("from", "before"):
            self.as_text = _is_text(column.type)
            self.zoned = self.as_text or getattr(column.type, "tz", None) is not None
            wrong = _outside(self.check, column)
        elif self.check.kind in ("least", "most"):
            self.as_text = _is_text(column.type)
            wrong = _beyond(self.check, column)
        elif self.check.kind == "some":
            self.fitting = dict.fromkeys(sorted(map(int, self.check.values)))
            wrong = _without_any(self.fitting, column)
        else:
            plain = _plain(self.check, column)
            fits = _fitting(self.check, plain)
            wrong = pc.and_(pc.invert(fits), pc.is_valid(plain))
            for value in column.filter(fits).unique().to_pylist()[: SHOWN + 1]:
                self.fitting[value] = None
        self.wrong += pc.sum(wrong).as_py() or 0


def found(call: Call, tables: Tables) -> list[Misfits]:
    """The filters that some rows do not fit.

    Args:
        tables: gives the rows' columns; those that the rows lack are left out.
    """
    each = [Misfits(check) for check in checks(call)]
    add(each, tables)
    return [misfits for misfits in each if misfits.wrong]


def add(each: Sequence[Misfits], tables: Tables) -> None:
    """Count the rows of these tables for each filter."""
    if not each:
        return
    for table in tables([misfits.check.column for misfits in each]):
        for misfits in each:
            if misfits.check.column in table.column_names:
                misfits.add(table.column(misfits.check.column))


def of_frame(frame: pd.DataFrame) -> Tables:
    """The columns of a frame."""

    def tables(names: Sequence[str]) -> Iterator[pa.Table]:
        columns = {}
        for name in names:
            if name in frame:
                columns[name] = pa.chunked_array([pa.array(frame[name])])
        yield pa.table(columns)

    return tables


def notices(endpoint: Endpoint, each: Iterable[Misfits]) -> list[Notice]:
    """What the reader should know about them."""
    return [Notice(FilterIgnored, _sentence(endpoint, misfits)) for misfits in each]


# -- values


def _plain(check: Check, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values as text, as a filter has them; null for what cannot be compared."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    elif pa.types.is_nested(kind) or pa.types.is_floating(kind) or pa.types.is_temporal(kind):
        return pa.chunked_array([pa.nulls(len(column), pa.string())])
    text = pc.utf8_lower(pc.utf8_trim_whitespace(column.cast(pa.string())))
    if check.kind == "id":
        text = pc.replace_substring_regex(text, pattern="[{}-]", replacement="")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _fitting(check: Check, plain: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which values are one of those that were asked for, or hold one as a part."""
    asked = [_written(check, value) for value in sorted(check.values)]
    fits = pc.is_in(plain, value_set=pa.array(asked, pa.string()))
    if check.kind == "part":
        for text in asked:
            holds = pc.match_substring(plain, text)
            fits = pc.or_(fits, pc.fill_null(holds, False))
    return fits


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _written(check: Check, value: str) -> str:
    """A value of a filter in the same form."""
    if check.kind == "id":
        return value.strip("{}").replace("-", "")
    return value


def limit_of(check: Check) -> dt.datetime:
    """The moment that no row may be before, or behind.

    A moment has no fraction in some columns, and a day begins at another hour in another zone.
    """
    (text,) = check.values
    bound = dt.datetime.fromisoformat(text.upper())
    if bound.tzinfo is None:
        bound = bound.replace(tzinfo=dt.UTC)
    if check.kind == "from":
        bound = bound.replace(microsecond=0)
    if check.whole_days and check.kind == "from":
        return bound - DAY
    if check.whole_days:
        return bound + DAY
    return bound


def _outside(check: Check, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which values lie outside of a bound."""
    limit, times = limit_of(check), column
    if _is_text(column.type):
        # Of some rows: the columns are typed as a rule.
        moments = pd.to_datetime(column.to_pandas(), utc=True, format="ISO8601", errors="coerce")
        times = pa.chunked_array([pa.array(moments)])
    elif pa.types.is_date(column.type):
        times = column.cast(pa.timestamp("us"))
    elif not pa.types.is_timestamp(column.type):
        return pa.chunked_array([pa.nulls(len(column), pa.bool_())])
    if times.type.tz is None:
        times = pc.assume_timezone(times.cast(pa.timestamp("us")), "UTC")
    bound = pa.scalar(limit, pa.timestamp("us", "UTC"))
    if check.kind == "before":
        return pc.greater(times, bound)
    set_at_all = pc.greater(times, pa.scalar(EARLIEST, pa.timestamp("us", "UTC")))
    return pc.and_(pc.less(times, bound), set_at_all)


def _beyond(check: Check, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which numbers lie beyond a bound; those that are no numbers do not."""
    (text,) = check.values
    numbers = column
    if _is_text(column.type):
        numbers = pa.chunked_array([pa.array(pd.to_numeric(column.to_pandas(), errors="coerce"))])
    if not any(is_one(numbers.type) for is_one in NUMBERS):
        return pa.chunked_array([pa.nulls(len(column), pa.bool_())])
    compare = pc.less if check.kind == "least" else pc.greater
    return compare(numbers.cast(pa.float64()), float(text))


def _without_any(ids: Iterable[int], column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which lists hold none of these ids."""
    if not pa.types.is_list(column.type) or not pa.types.is_integer(column.type.value_type):
        return pa.chunked_array([pa.nulls(len(column), pa.bool_())])
    wanted = pa.array(list(ids), column.type.value_type)
    chunks = []
    for chunk in column.chunks:
        rows = pc.list_parent_indices(chunk).filter(pc.is_in(chunk.flatten(), value_set=wanted))
        lacking = np.ones(len(chunk), dtype=bool)
        lacking[rows.to_numpy()] = False
        chunks.append(pc.and_(pa.array(lacking), chunk.is_valid()))
    return pa.chunked_array(chunks, pa.bool_())


# -- in words


def _sentence(endpoint: Endpoint, misfits: Misfits) -> str:
    check = misfits.check
    asked = ", ".join(check.asked)
    if len(check.asked) > SHOWN:
        asked = f"{len(check.asked):,} values"
    return (
        f"{endpoint.name} was asked for {check.filter}={asked}, and {misfits.wrong:,} of "
        f"{misfits.rows:,} rows do not fit it by their {check.column}: likely the API ignored the "
        f"filter. This drops them: {line(misfits)}"
    )


def line(misfits: Misfits) -> str:
    """The line of pandas that drops the rows that do not fit.

    Example:
        >>> line(misfits)
        'df = df[df["status"].isin(["Active"]) | df["status"].isna()]'
    """
    check = misfits.check
    column = f'df["{check.column}"]'
    if check.kind in ("from", "before"):
        return _line_of_bound(misfits, column)
    if check.kind in ("least", "most"):
        return _line_of_range(misfits, column)
    if check.kind == "part" and len(check.asked) == 1:
        (text,) = check.asked
        holds = f"{column}.astype(str).str.contains({text!r}, case=False, regex=False)"
        return f"df = df[{holds} | {column}.isna()]"
    values = list(misfits.fitting)
    named = repr(values)
    if len(values) > SHOWN:
        named = check.filter
    if check.kind == "some":
        fits = f"not isinstance(ids, list) or bool(set({named}) & set(ids))"
        return f"df = df[[{fits} for ids in {column}]]"
    return f"df = df[{column}.isin({named}) | {column}.isna()]"


def _line_of_range(misfits: Misfits, column: str) -> str:
    (bound,) = misfits.check.asked
    numbers = f'{column}.astype("Float64")'
    if misfits.as_text:
        numbers = f'pd.to_numeric({column}, errors="coerce")'
    sign = "<" if misfits.check.kind == "least" else ">"
    return f"df = df[~({numbers} {sign} {bound}).fillna(False)]"


def _line_of_bound(misfits: Misfits, column: str) -> str:
    check = misfits.check
    limit, earliest = limit_of(check), EARLIEST
    if not misfits.zoned:
        limit, earliest = limit.replace(tzinfo=None), earliest.replace(tzinfo=None)
    bound = f'pd.Timestamp("{limit.isoformat()}")'
    if misfits.as_text:
        column = f'pd.to_datetime({column}, utc=True, format="ISO8601", errors="coerce")'
    if check.kind == "before":
        return f"df = df[~({column} > {bound})]"
    first = f'pd.Timestamp("{earliest.isoformat()}")'
    return f"df = df[~{column}.between({first}, {bound}, inclusive='left')]"
