"""A search through all columns as lines of pandas, for each type of column in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from ..python_lines import literal
from .columns import Columns
from .search_words import DAYS, words_in_numbers, words_in_times

MOST_NAMED = 3  # columns that get a line each; more are gone through by a loop


class Group(NamedTuple):
    """Columns that are searched in the same way.

    Attributes:
        dtypes: what `DataFrame.select_dtypes` calls them, or "".
        text: what makes texts of such a column.
        words: what is searched in them.
    """

    dtypes: str
    text: str
    words: str


def lines(columns: Columns, words: str) -> list[str]:
    """The lines that leave the rows of `df` which hold these words in one of their columns.

    Example:
        >>> print("\\n".join(lines(Columns(pd.DataFrame({"city": ["Mesa"]})), "mesa")))
        found = df["city"].str.lower().str.contains("mesa", regex=False)
        df = df[found]
    """
    groups: dict[Group, list[str]] = {}
    nested = []
    for i, name in enumerate(columns.names):
        array = columns.array(i)
        if array is None:
            continue
        if pa.types.is_nested(array.type):
            nested += list(_nested(f"df[{literal(name)}]", array.type, words))
            continue
        group = _group(array.type, columns.frame.dtypes.iloc[i], words)
        if group is not None and i in columns.moved:
            clock = f".dt.tz_convert({literal(columns.zone)})"
            group = group._replace(text=f"{clock}{group.text}")
        if group is not None:
            groups.setdefault(group, []).append(name)
    found = []
    for group, names in groups.items():
        found += _of_group(columns.frame, group, names)
    found += nested
    if not found:
        return ["df = df.iloc[:0]  # no column has a place for these words"]
    if len(found) == 1 and found[0][0] != "*":
        return [f"df = df[{found[0]}]"]
    return ["found = [", *(f"    {part}," for part in found), "]", "df = df[sum(found) > 0]"]


def _of_group(frame: pd.DataFrame, group: Group, names: list[str]) -> list[str]:
    """The expressions for one group of columns."""
    contains = f"{group.text}.str.contains({literal(group.words)}, regex=False)"
    if len(names) <= MOST_NAMED:
        return [f"df[{literal(name)}]{contains}" for name in names]
    every = literal(names)
    dtypes: Any = group.dtypes  # the stubs know fewer of them than pandas
    if dtypes and list(frame.select_dtypes(dtypes)) == names:
        every = f"df.select_dtypes({literal(group.dtypes)})"
    return [f"*(df[name]{contains} for name in {every})"]


def _group(kind: Any, dtype: Any, words: str) -> Group | None:
    """How a column of this type is searched for these words; None if it can hold none of them."""
    is_pandas_text = isinstance(dtype, pd.StringDtype)
    text = "" if is_pandas_text else '.astype("str")'
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        wanted = words_in_times(words)
        if wanted is None or (pa.types.is_date(kind) and wanted.form != DAYS):
            return None
        dtypes = "datetimetz" if isinstance(dtype, pd.DatetimeTZDtype) else "datetime"
        if wanted.lower:
            return Group(dtypes, f".dt.strftime({literal(wanted.form)}).str.lower()", wanted.words)
        return Group(dtypes, f".dt.strftime({literal(wanted.form)})", wanted.words)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        wanted_digits = words_in_numbers(words, floating=pa.types.is_floating(kind))
        if wanted_digits is None:
            return None
        return Group("number", '.astype("str")', wanted_digits)
    if pa.types.is_boolean(kind) or pa.types.is_null(kind) or pa.types.is_duration(kind):
        return None
    return Group("str" if is_pandas_text else "", f"{text}.str.lower()", words.lower())


def _nested(expression: str, kind: Any, words: str) -> Iterator[str]:
    """The expressions for the rows that hold the words at one of the places of a nested column."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _nested(f"{expression}.explode()", kind.value_type, words)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _nested(
                f"{expression}.struct.field({literal(field.name)})", field.type, words
            )
    else:
        group = _group(kind, pd.ArrowDtype(kind), words)
        if group is not None:
            contains = f"{group.text}.str.contains({literal(group.words)}, regex=False)"
            yield f"{expression}{contains}.groupby(level=0).any()"
