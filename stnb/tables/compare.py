"""Two frames of one table, row by row: what came, what went, and what changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.errors import UsageError
from stnb.errors.misused import explains_misuse
from stnb.frame.strange import check_values
from stnb.frame.text import each, text_of
from stnb.frame.united import TENANT

from .ids import column_of
from .nested.place import place_of
from .provenance import is_of_several, provenance

# A number, and at most so many digits before or behind its point: 1e999999 is one, too.
NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,6})?")
LONGEST = 400
ADDED, GONE, CHANGED = "added", "gone", "changed"


@explains_misuse("stnb")
def compare(
    before: pd.DataFrame, after: pd.DataFrame, *, by: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """What differs between two frames of the same rows, such as a price book now and last month.

    Args:
        before, after: pulls of one resource, or any two frames with a key.
        by: the columns that identify a row. If not given, the key of the resource, and the tenant
            before it if the frame has several.

    Returns:
        A row for each row that came or went, and for each value that changed: the key, then
        change ("added", "gone" or "changed"), column, old and new (the values; missing for a row
        that came or went). A value is compared by what it says, of numbers by the number.

    Raises:
        UsageError: a frame lacks the key, or two of its rows have the same.

    Example:
        >>> drift = stnb.compare(last_month, st.pricebook.services.pull())
        >>> drift[drift["column"] == "price"]
    """
    check_values(before)
    check_values(after)
    key = _key(before, after, by)
    old, new = _indexed(before, key, "first"), _indexed(after, key, "second")
    parts = [
        _of_rows(new.index.difference(old.index, sort=False), ADDED),
        _of_rows(old.index.difference(new.index, sort=False), GONE),
    ]
    both = new.index.intersection(old.index, sort=False)
    earlier, later = old.loc[both], new.loc[both]
    shared = [name for name in later.columns if name in earlier.columns]
    parts += [_of_values(earlier[name], later[name], both, str(name)) for name in shared]
    found = pd.concat(parts)
    found.index = pd.MultiIndex.from_tuples(
        [each if isinstance(each, tuple) else (each,) for each in found.index], names=key
    )
    return found.reset_index()


def _key(before: pd.DataFrame, after: pd.DataFrame, by: str | Sequence[str] | None) -> list[str]:
    if by is not None and not len(by):
        raise UsageError(
            "It is not known which rows are the same.",
            "by names no column.",
            'Name the columns that identify a row, such as by="id", or leave by out.',
        )
    if by is not None:
        return [by] if isinstance(by, str) else list(by)
    place = place_of(after) or place_of(before)
    key = ["id"]
    if place is not None and place.key:
        key = list(place.key)
    if is_of_several(after) or is_of_several(before) or _of_a_lake(before, after):
        return [TENANT, *key]
    return key


def _of_a_lake(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    """Whether both are answers of SQL, which say nothing of themselves, and name the tenant."""
    frames = (before, after)
    return all(TENANT in df.columns and not provenance(df) for df in frames)


def _indexed(df: pd.DataFrame, key: list[str], which: str) -> pd.DataFrame:
    """The frame by its key.

    Raises:
        UsageError: it has no such key.
    """
    lacking = [name for name in key if name not in df.columns]
    if lacking:
        raise UsageError(
            f"The {which} frame cannot be compared.",
            f"It has no column {lacking[0]!r}, which tells its rows apart.",
            'Name the columns that do, as in by=["id"].',
        )
    if not df.columns.is_unique:
        twice = df.columns[df.columns.duplicated()][0]
        raise UsageError(
            f"The {which} frame cannot be compared.",
            f"Two of its columns are named {twice!r}.",
            "Give each column a name of its own.",
        )
    repeated = df.duplicated(key)
    if repeated.any():
        raise UsageError(
            f"The {which} frame cannot be compared.",
            f"{int(repeated.sum()):,} of its rows have the {' and '.join(key)} of another row.",
            'Drop repeats, or name more columns, as in by=["tenant", "id"].',
        )
    return df.set_index(key)


def _of_rows(index: pd.Index[Any], change: str) -> pd.DataFrame:
    """A row for each that came or went."""
    missing = pd.Series([None] * len(index), index=index, dtype=object)
    return pd.DataFrame({"change": change, "column": "", "old": missing, "new": missing})


def _of_values(
    old: pd.Series[Any], new: pd.Series[Any], index: pd.Index[Any], name: str
) -> pd.DataFrame:
    """A row for each value of a column that changed."""
    differs = _differs(column_of(old), column_of(new))
    at = differs.to_numpy(zero_copy_only=False)
    values = {"old": old.array[at].tolist(), "new": new.array[at].tolist()}
    made = {key: pd.Series(value, index=index[at], dtype=object) for key, value in values.items()}
    return pd.DataFrame({"change": CHANGED, "column": name, **made})


def _differs(old: pa.Array, new: pa.Array) -> pa.Array:
    """Where two columns say another thing; missing and missing say the same."""
    if old.type != new.type:
        old, new = _alike(old, new)
    if pa.types.is_nested(old.type):
        old, new = text_of(old), text_of(new)
    unequal = pc.fill_null(pc.not_equal(old, new), False)
    one_missing = pc.xor(pc.is_null(old), pc.is_null(new))
    return pc.or_(unequal, one_missing)


def _alike(old: pa.Array, new: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Two columns of different types in one, in which equal values are equal: whole numbers or
    times if both hold such, else text, in which a number is written in one way.
    """
    wanted = pa.int64()
    if pa.types.is_temporal(old.type) or pa.types.is_temporal(new.type):
        wanted = pa.timestamp("us", "UTC")
        if pa.types.is_integer(old.type) or pa.types.is_integer(new.type):
            return text_of(old), text_of(new)  # Arrow would count from 1970
    try:
        return old.cast(wanted), new.cast(wanted)
    except pa.ArrowException:
        return _one_spelling(old), _one_spelling(new)


def _one_spelling(values: pa.Array) -> pa.Array:
    """Values as text; a number with all its digits, and no zeros at its end."""
    return pa.array(each(text_of(values).to_pylist(), _spelled), pa.string())


def _spelled(text: str) -> str:
    if not NUMBER.fullmatch(text):
        return text
    number = Decimal(text)
    if abs(number.adjusted()) > LONGEST:
        return text
    plain = f"{number:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain
