"""What is odd about a column: what an analyst should see before the first sum.

A check gives an `Oddity`, which is data; `oddity.sentence` puts it into words, at the very end.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.frame.keys import usable

from .content import Content, Counts, shown
from .ids import column_of
from .oddity import Kind, Oddity

MOSTLY = 0.5  # the share of zeros from which an amount is worth a second look
# ServiceTitan gives 0 for a job whose total is not recorded.
NOT_RECORDED = {("jpm.jobs", "total")}
OLD = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
YEAR_TWO = dt.datetime(2, 1, 1, tzinfo=dt.UTC)
SLACK = dt.timedelta(days=1)  # days are kept as midnight somewhere, and clocks differ

# Dates of what has happened. What is scheduled, due or predicted may lie ahead.
VERBS = (
    "applied|approved|arrived|assigned|cancel+ed|closed|completed|created|deposited|dispatched|done"
    "|exported|installed|manufactured|modified|paid|picked|received|reported|returned|reviewed|sent"
    "|sold|started|submitted|updated|verified"
)
NOUNS = "actualCompletion|actualReplacement|invoice|lastCheckin|transaction"
PAST = re.compile(
    rf"(({VERBS})(On|Date|DateTime)|({NOUNS})Date|date(Canceled|Reconciled))$", re.IGNORECASE
)
# Names of texts that may well consist of digits.
DIGITS = re.compile(r"(number|num|code|zip|zipcode|phone|fax|po|value|text)$", re.IGNORECASE)
NUMBER = r"^\s*[-+]?\d+(\.\d+)?\s*$"


def oddities(column: Content, resource: str, now: dt.datetime) -> Iterator[Oddity]:
    """What is odd about a column by itself.

    Args:
        resource: where it is from, such as "jpm.jobs"; "" if that is not known.
        now: what lies behind it is in the future.
    """
    if not column.rows:
        return
    if column.missing == column.rows:
        yield Oddity(Kind.EMPTY, column.rows, column.rows)
        return
    if column.nested:
        return
    yield from _constant(column)
    yield from _zeros(column, resource)
    if column.is_moment:
        yield from _future(column, now)
        yield from _old(column)
    if column.is_text:
        yield from _numbers(column)
        yield from _blanks(column)
        yield from _spellings(column)


def _constant(column: Content) -> Iterator[Oddity]:
    if len(column.values) == 1 and not column.missing and column.rows > 1:
        value = shown(column.values[0].as_py())
        yield Oddity(Kind.CONSTANT, column.rows, column.rows, (value,))


def _zeros(column: Content, resource: str) -> Iterator[Oddity]:
    kind = column.values.type
    zero: decimal.Decimal | float = 0.0
    if pa.types.is_decimal(kind):
        zero = decimal.Decimal(0)
    elif not pa.types.is_floating(kind):
        return
    zeros = column.count(pc.equal(column.values, pa.scalar(zero, kind)))
    if not zeros:
        return
    if (resource, column.path) in NOT_RECORDED:
        yield Oddity(Kind.NOT_RECORDED, zeros, column.rows)
    elif zeros > MOSTLY * column.rows and len(column.values) > 1:
        yield Oddity(Kind.ZEROS, zeros, column.rows)


def _future(column: Content, now: dt.datetime) -> Iterator[Oddity]:
    if not PAST.search(column.path.rpartition(".")[2]):
        return
    late = column.count(pc.greater(column.moments, _moment(now + SLACK, column.values.type)))
    if late:
        yield Oddity(Kind.FUTURE, late, column.rows)


def _old(column: Content) -> Iterator[Oddity]:
    kind = column.values.type
    old = column.count(pc.less(column.moments, _moment(OLD, kind)))
    if not old:
        return
    never_set = column.count(pc.less(column.moments, _moment(YEAR_TWO, kind)))
    if never_set:
        yield Oddity(Kind.YEAR_ONE, never_set, column.rows)
    if old > never_set:
        yield Oddity(Kind.OLD, old - never_set, column.rows)


def _moment(when: dt.datetime, kind: pa.DataType) -> pa.Scalar:
    """A moment as a value of a column's own type."""
    if pa.types.is_date(kind):
        return pa.scalar(when.date(), kind)
    if not kind.tz:
        when = when.replace(tzinfo=None)
    return pa.scalar(when, pa.timestamp("us", kind.tz))


def _numbers(column: Content) -> Iterator[Oddity]:
    """Ids and amounts as text join and add up wrongly. Codes and zips are meant to be text."""
    if DIGITS.search(column.path.rpartition(".")[2]):
        return
    if column.promised is not None and column.promised.values:
        return
    if pc.all(pc.match_substring_regex(column.values, NUMBER)).as_py():
        yield Oddity(Kind.NUMBERS_AS_TEXT, column.rows - column.missing, column.rows)


def _blanks(column: Content) -> Iterator[Oddity]:
    empty = pc.equal(column.trimmed, "")
    without_text = column.count(empty)
    if without_text:
        yield Oddity(Kind.EMPTY_TEXT, without_text, column.rows)
    differs = pc.not_equal(column.trimmed, column.values)
    around = column.count(pc.and_(differs, pc.invert(empty)))
    if around:
        yield Oddity(Kind.BLANKS, around, column.rows)


def _spellings(column: Content) -> Iterator[Oddity]:
    """One word in several spellings makes several groups."""
    lowered = pc.utf8_lower(column.trimmed)
    if pc.all(pc.equal(lowered, column.values)).as_py():
        return
    words = lowered.dictionary_encode()
    codes = words.indices.to_numpy()
    spellings = np.bincount(codes, minlength=len(words.dictionary))
    several = np.flatnonzero(spellings > 1)
    blank = pc.index(words.dictionary, "").as_py()
    several = several[several != blank]  # empty texts are an oddity of their own
    if not len(several):
        return
    first_two = np.flatnonzero(codes == several[0])[:2].tolist()
    examples = tuple(shown(column.values[at].as_py()) for at in first_two)
    yield Oddity(Kind.SPELLINGS, len(several), column.rows, examples)


# -- columns beside each other


def several_names(ids: Content, names: Content) -> Oddity | None:
    """Ids that have more than one name; None if there are none."""
    return _several(ids, names, Kind.SEVERAL_NAMES)


def several_ids(names: Content, ids: Content) -> Oddity | None:
    """Names that have more than one id; None if there are none."""
    return _several(names, ids, Kind.SEVERAL_IDS)


def _several(column: Content, other: Content, kind: Kind) -> Oddity | None:
    both = (column.codes >= 0) & (other.codes >= 0)
    width = max(len(other.values), 1)
    pairs = np.unique(column.codes[both].astype(np.int64) * width + other.codes[both])
    partners: Counts = np.bincount(pairs // width, minlength=1)
    count = int((partners > 1).sum())
    if not count:
        return None
    most = int(np.argmax(partners))
    example = shown(column.values[most].as_py())
    return Oddity(kind, count, column.rows, (example,), int(partners[most]))


def repeated_key(df: pd.DataFrame, key: Mapping[str, str | None]) -> Oddity | None:
    """Rows whose key an earlier row has; None if there are none.

    Rows without a usable key repeat none: null, empty and unparsable keys are not equal.

    Args:
        key: the columns that tell rows apart, and the types that the catalogue gives them.
    """
    parts = {}
    for name, promised in key.items():
        parts[name] = usable(pa.chunked_array([column_of(df[name])]), promised).to_pandas()
    rows = pd.DataFrame(parts)
    again = int((rows.duplicated() & rows.notna().all(axis=1)).sum())
    if not again:
        return None
    return Oddity(Kind.REPEATED_KEY, again, len(df))
