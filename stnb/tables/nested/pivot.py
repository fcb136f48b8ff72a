"""Name-and-value pairs in a row, such as custom fields, as a column for each name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.errors import StnbWarning, UsageError
from stnb.frame import notices
from stnb.frame.assemble import merge, pandas_array
from stnb.frame.fallback import free
from stnb.frame.text import text_of

from ..provenance import provenance
from .children import opened
from .elements import Numbers
from .written import typed

By = Literal["name", "typeId"]
NAMES = ("name", "key", "patternKey")  # what pairs are told apart by: custom fields, external data
NAMELESS = "(no name)"


def custom_fields(
    df: pd.DataFrame, column: str = "customFields", *, by: By | None = None
) -> pd.DataFrame:
    """A column for each custom field, in the order in which they come up, for `df.join(...)`.

    The API sends every value as text (facts §8). Those of a field become Int64, Float64, boolean,
    datetime64[us] or datetime64[us, UTC] where every one of them fits exactly, an empty text being
    a missing value then; otherwise they stay text, as do numbers with leading zeros.

    Args:
        column: another column of `{name, value}` or `{typeId, name, value}` objects, such as
            "leadCall.customer.customFields".
        by: what tells fields apart. Without it the name, and the type id where one name has
            several: "Gate code (17)" and "Gate code (23)"; with "name" these share a column, with
            "typeId" each column has its id behind the name.

    Returns:
        A frame with the index of `df`; without a field in any row it has no columns. A field that
        has the name of a column of `df` gets that of the list before it: "customFields.status".
        Where a row has a field twice, the last value stays, and a warning tells how many there are.

    Raises:
        UsageError: there is no such column, it holds no lists, or `by` is something else.

    Example:
        >>> jobs = jobs.join(stnb.custom_fields(jobs))
    """
    if by not in (None, *get_args(By)):
        raise UsageError(
            f"by={by!r} tells no fields apart.",
            "They have a name, and some a type id.",
            'Give by="name" or by="typeId".',
        )
    pairs = _pairs(df, column)
    fields = list(_fields(pairs, by))
    names = _names(fields, by, df.columns, column)
    made = {name: _spread(pairs, field, len(df)) for name, field in zip(names, fields, strict=True)}
    _tell(df, column, sum(field.repeated for field in fields))
    out = pd.DataFrame(made, index=df.index)
    out.attrs = df.attrs  # pandas keeps those that both sides of a join share
    return out


def external_data(df: pd.DataFrame, column: str = "externalData") -> pd.DataFrame:
    """A column for each key of the external data that apps left at a record; in all else as
    `custom_fields`.

    Example:
        >>> jobs = jobs.join(stnb.external_data(jobs))
    """
    return custom_fields(df, column)


@dataclass(frozen=True)
class _Pairs:
    """Names and values, one below the other, and the row that each is from; `ids` are type ids as
    text, or null.
    """

    rows: Numbers
    names: pa.Array
    ids: pa.Array
    values: pa.Array


@dataclass(frozen=True)
class _Field:
    """One column to be: where its values lie, one for a row, and how many earlier ones of the same
    row were left out.
    """

    name: str
    id: str | None
    at: Numbers
    repeated: int


def _pairs(df: pd.DataFrame, column: str) -> _Pairs:
    found, _ = opened(df, column)
    table = merge(((part.table, {}) for part in found.parts), {})
    named = next((name for name in NAMES if name in table.column_names), None)
    names, ids, values = (
        _texts(table, name, len(found.parents)) for name in (named, "typeId", "value")
    )
    told = pc.or_(names.is_valid(), pc.or_(ids.is_valid(), values.is_valid())).to_numpy(
        zero_copy_only=False
    )
    return _Pairs(
        found.parents[told],
        *(a.filter(pa.array(told)) for a in (pc.fill_null(names, ""), ids, values)),
    )


def _texts(table: pa.Table, name: str | None, length: int) -> pa.Array:
    if name is None or name not in table.column_names:
        return pa.nulls(length, pa.string())
    return pa.concat_arrays(
        [text_of(chunk) for chunk in table[name].chunks] or [pa.nulls(0, pa.string())]
    )


def _fields(pairs: _Pairs, by: By | None) -> Iterator[_Field]:
    """The fields in the order in which they come up."""
    names, ids = (
        pairs.names.dictionary_encode(),
        pairs.ids.dictionary_encode(null_encoding="encode"),
    )
    one, two = (a.indices.to_numpy(zero_copy_only=False).astype(np.int64) for a in (names, ids))
    same = {"name": one, "typeId": np.where(pairs.ids.is_valid(), two, -1 - one)}.get(
        by or "", one * (len(ids.dictionary) + 1) + two
    )
    codes, _ = pd.factorize(same)
    order = np.argsort(codes, kind="stable")
    for at in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        if len(at):
            rows = pairs.rows[at]
            last = np.append(rows[1:] != rows[:-1], True)
            name, id_ = pairs.names[at[-1]].as_py(), pairs.ids[at[-1]].as_py()
            yield _Field(name, id_, at[last], int((~last).sum()))


def _names(fields: list[_Field], by: By | None, taken: Container[str], column: str) -> list[str]:
    """A name for each, that neither another field nor a column of the frame has."""
    counts = Counter(field.name for field in fields)
    out: dict[str, None] = {}
    for field in fields:
        name = field.name or NAMELESS
        if field.id is not None and (by == "typeId" or (by is None and counts[field.name] > 1)):
            name = f"{name} ({field.id})"
        out[free(f"{column}.{name}" if name in taken else name, out)] = None
    return list(out)


def _spread(pairs: _Pairs, field: _Field, length: int) -> object:
    """A field's values, typed, at the rows that they are from."""
    where = np.full(length, -1)
    where[pairs.rows[field.at]] = np.arange(len(field.at))
    values = typed(pairs.values.take(pa.array(field.at)))
    return pandas_array(pa.chunked_array([values.take(pa.array(where, mask=where < 0))]))


def _tell(df: pd.DataFrame, column: str, repeated: int) -> None:
    if repeated:
        resource = provenance(df).get("resource")
        of = f" of {resource}" if resource else ""
        many = "1 value stands" if repeated == 1 else f"{repeated:,} values stand"
        text = f"{column}{of}: {many} before another of the same field in one row; the last of each was kept."
        notices.warn(notices.Notice(StnbWarning, text))
