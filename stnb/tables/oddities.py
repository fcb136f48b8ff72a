"""What is odd about a column, in a few words each: what an analyst should see before the first sum."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column

from .ids import column_of

Counts = npt.NDArray[np.int64]
MOSTLY = 0.5  # share of zeros from which an amount is worth a second look
RECORDED = {("jpm.jobs", "total"): "means not recorded"}  # where 0 stands for missing (facts §8)
OLD = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
SLACK = dt.timedelta(days=1)  # days are kept as midnight somewhere, and clocks differ
# Dates of what has happened; what is scheduled, due, ends or is predicted may lie ahead.
PAST = re.compile(
    r"((created|modified|completed|cancel+ed|closed|sold|paid|deposited|exported|sent|received|submitted|reported|reviewed|approved"
    r"|arrived|done|dispatched|assigned|returned|updated|verified|installed|manufactured|started|applied|picked)(On|Date|DateTime)"
    r"|(invoice|transaction|actualCompletion|actualReplacement|lastCheckin)Date|date(Canceled|Reconciled))$",
    re.IGNORECASE,
)
DIGITS = re.compile(
    r"(number|num|code|zip|zipcode|phone|fax|po|value|text)$", re.IGNORECASE
)  # which may well be digits alone
NUMBER = r"^\s*[-+]?\d+(\.\d+)?\s*$"


@dataclass(frozen=True)
class Content:
    """A column's values, each once.

    Attributes:
        path: the column's name.
        rows: how many there are.
        values: the distinct ones, missing ones left out; of lists, their lengths.
        counts: how often each of them stands.
        codes: for each row the place of its value in `values`, -1 where it is missing.
        kind: the Arrow type of the column.
        promised: what the catalogue says of it; None where it says nothing.
    """

    path: str
    rows: int
    values: pa.Array
    counts: Counts
    codes: npt.NDArray[np.int32]
    kind: pa.DataType
    promised: Column | None

    @property
    def nested(self) -> bool:
        return bool(pa.types.is_nested(self.kind))

    @property
    def missing(self) -> int:
        """Rows without a value; a list without elements has none."""
        there = int(self.counts.sum())
        if self.nested and len(self.values):
            there -= int(self.counts[pc.equal(self.values, 0).to_numpy(zero_copy_only=False)].sum())
        return self.rows - there

    @property
    def is_text(self) -> bool:
        return bool(
            pa.types.is_string(self.values.type) or pa.types.is_large_string(self.values.type)
        )

    @cached_property
    def trimmed(self) -> pa.Array:
        return pc.utf8_trim_whitespace(self.values)

    @cached_property
    def when(self) -> pa.Array:
        """Times to the microsecond, which holds the year 1 too."""
        kind = self.values.type
        return (
            self.values.cast(pa.timestamp("us", kind.tz), safe=False)
            if pa.types.is_timestamp(kind)
            else self.values
        )

    def count(self, which: pa.Array) -> int:
        """In how many rows the values stand for which this is true."""
        return int(self.counts[which.fill_null(False).to_numpy(zero_copy_only=False)].sum())


def content(path: str, series: pd.Series[Any], promised: Column | None) -> Content:
    """Look at a column once; every check works on its distinct values."""
    try:
        array = column_of(series)
    except (
        pa.ArrowException,
        TypeError,
        ValueError,
    ):  # values of several types, as an analyst's own column may hold
        array = pa.array(
            [None if v is None or v is pd.NA or v != v else str(v) for v in series], pa.string()
        )
    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        array = pc.list_value_length(array)
    elif pa.types.is_nested(kind):
        array = pc.if_else(pc.is_valid(array), 1, None)
    coded = (
        array.dictionary_encode()
        if not pa.types.is_null(kind)
        else pa.array([], pa.string()).dictionary_encode()
    )
    codes = (
        coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        if len(coded)
        else np.full(len(series), -1, np.int32)
    )
    counts = np.bincount(codes[codes >= 0], minlength=len(coded.dictionary)).astype(np.int64)
    return Content(path, len(series), coded.dictionary, counts, codes, kind, promised)


def odd(c: Content, resource: str, now: dt.datetime) -> list[str]:
    """What is odd about a column by itself.

    Args:
        resource: where it is from, such as "jpm.jobs"; "" where that is not known.
        now: what lies behind it is in the future.
    """
    if not c.rows:
        return []
    if c.missing == c.rows:
        return ["empty in all rows"]
    if c.nested:
        return []
    checks: list[Callable[[], str | None]] = [lambda: _constant(c), lambda: _zeros(c, resource)]
    if (
        pa.types.is_temporal(c.values.type)
        and not pa.types.is_duration(c.values.type)
        and not pa.types.is_time(c.values.type)
    ):
        checks += [lambda: _future(c, now), lambda: _old(c)]
    if c.is_text:
        checks += [lambda: _numbers(c), lambda: _blanks(c), lambda: _cases(c)]
    return [text for check in checks if (text := check())]


def share(part: int, whole: int) -> str:
    """ "41 %", and never 0 or 100 % for what is neither."""
    if 0 < part < whole / 100:
        return "less than 1 %"
    return f"{min(round(100 * part / whole), 99 if part < whole else 100)} %"


def times(n: int, what: str) -> str:
    """ "1 row", "3,000 rows"."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _constant(c: Content) -> str | None:
    return (
        f"always {shown(c.values[0].as_py())}"
        if len(c.values) == 1 and not c.missing and c.rows > 1
        else None
    )


def _zeros(c: Content, resource: str) -> str | None:
    if not (pa.types.is_floating(c.values.type) or pa.types.is_decimal(c.values.type)):
        return None
    zero = decimal.Decimal(0) if pa.types.is_decimal(c.values.type) else 0.0
    zeros = c.count(pc.equal(c.values, pa.scalar(zero, c.values.type)))
    means = RECORDED.get((resource, c.path))
    if means and zeros:
        return f"0 in {share(zeros, c.rows)}: {means}"
    return f"0 in {share(zeros, c.rows)}" if zeros > MOSTLY * c.rows and len(c.values) > 1 else None


def _moment(when: dt.datetime, kind: pa.DataType) -> pa.Scalar:
    """A moment as a value of a column's own type."""
    if pa.types.is_date(kind):
        return pa.scalar(when.date(), kind)
    return pa.scalar(when if kind.tz else when.replace(tzinfo=None), pa.timestamp("us", kind.tz))


def _future(c: Content, now: dt.datetime) -> str | None:
    if not PAST.search(c.path.rpartition(".")[2]):
        return None
    late = c.count(pc.greater(c.when, _moment(now + SLACK, c.values.type)))
    return f"{times(late, 'date')} in the future" if late else None


def _old(c: Content) -> str | None:
    old = pc.less(c.when, _moment(OLD, c.values.type))
    many = c.count(old)
    if not many:
        return None
    ones = c.count(pc.less(c.when, _moment(dt.datetime(2, 1, 1, tzinfo=dt.UTC), c.values.type)))
    told = (
        [f"{times(ones, 'date')} in the year 1, which means none"] if ones else []
    )  # .NET's smallest date
    return "; ".join(
        [*told, *([f"{times(many - ones, 'date')} before 1990"] if many > ones else [])]
    )


def _numbers(c: Content) -> str | None:
    """Ids and amounts that came as text join and add up wrongly; codes, numbers and zips are meant
    as text.
    """
    if DIGITS.search(c.path.rpartition(".")[2]) or (c.promised is not None and c.promised.values):
        return None
    return (
        "numbers, kept as text"
        if pc.all(pc.match_substring_regex(c.values, NUMBER)).as_py()
        else None
    )


def _blanks(c: Content) -> str | None:
    empty = c.count(pc.equal(c.trimmed, ""))
    around = c.count(pc.and_(pc.not_equal(c.trimmed, c.values), pc.not_equal(c.trimmed, "")))
    told = [f"empty text in {times(empty, 'row')}"] if empty else []
    return "; ".join(
        [*told, *([f"blanks around the text in {times(around, 'row')}"] if around else [])]
    )


def _cases(c: Content) -> str | None:
    """One word in several spellings is several groups."""
    lowered = pc.utf8_lower(c.trimmed)
    if pc.all(pc.equal(lowered, c.values)).as_py():
        return None
    spellings = lowered.dictionary_encode()
    blank = pc.index(spellings.dictionary, "").as_py()
    counts = np.bincount(spellings.indices.to_numpy(), minlength=len(spellings.dictionary))
    twice = np.flatnonzero(counts > 1)
    twice = twice[twice != blank]  # empty texts are told by themselves
    if not len(twice):
        return None
    first = np.flatnonzero(spellings.indices.to_numpy() == twice[0])[:2].tolist()
    spelt = " and ".join(repr(shown(c.values[i].as_py())) for i in first)
    return f"{times(len(twice), 'value')} spelt in several ways, such as {spelt}"


# -- columns beside each other


def two_names(ids: Content, names: Content) -> tuple[str | None, str | None]:
    """(what is odd about the ids, about the names) where they should go together one to one."""
    both = (ids.codes >= 0) & (names.codes >= 0)
    n = max(len(names.values), 1)
    pairs = np.unique(ids.codes[both].astype(np.int64) * n + names.codes[both])
    return _several(pairs // n, ids, "name"), _several(pairs % n, names, "id")


def _several(codes: Counts, of: Content, what: str) -> str | None:
    counts = np.bincount(codes, minlength=1)
    many = int((counts > 1).sum())
    if not many:
        return None
    at = int(np.argmax(counts))
    kind = "id" if what == "name" else "name"
    return f"{times(many, kind)} with several {what}s, such as {shown(of.values[at].as_py())!r} with {counts[at]:,}"


def repeated(df: pd.DataFrame, key: tuple[str, ...]) -> str | None:
    """Rows whose key an earlier row has."""
    rows = df[list(key)]
    again = int((rows.duplicated() & rows.notna().all(axis=1)).sum())
    return f"{times(again, 'row')} with the key of another row" if again else None


def shown(value: Any, width: int = 40) -> str:
    """A value in few letters."""
    if isinstance(value, dt.datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        text = value.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M")
        return (
            text.rjust(10, "0") if midnight else text.rjust(16, "0")
        )  # the year 1 has four digits too
    if isinstance(value, dt.timedelta):
        return str(value).split(".", 1)[0]
    if isinstance(value, float):
        return f"{value:.12g}"
    text = " ".join(str(value).split()) or '""'
    return text if len(text) <= width else f"{text[: width - 1]}…"
