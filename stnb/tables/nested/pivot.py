"""Name-and-value pairs in a row, such as custom fields, as a column for each name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.errors import StnbWarning, UsageError
from stnb.errors.misused import explains_misuse
from stnb.errors.wording import counted
from stnb.frame import notices
from stnb.frame.assemble import merge, pandas_array
from stnb.frame.fallback import free
from stnb.frame.text import text_of

from ..provenance import provenance
from .children import opened
from .elements import Numbers
from .written import typed

By = Literal["name", "typeId"]
NAMES = ("name", "key", "patternKey")  # the first is of custom fields, the others of external data
NAMELESS = "(no name)"


@explains_misuse("stnb")
def custom_fields(
    df: pd.DataFrame, column: str = "customFields", *, by: By | None = None
) -> pd.DataFrame:
    """A column for each custom field, in order of appearance, for `df.join(...)`.

    The API sends every value as text. The values of a field become Int64, Float64, boolean,
    datetime64[us] or datetime64[us, UTC] if each text reads back from its value as it was written;
    an empty text is a missing value then. Otherwise they stay text, as "1.10" beside "1.1" and
    numbers with leading zeros do.

    Args:
        column: another column of `{name, value}` or `{typeId, name, value}` objects, such as
            "leadCall.customer.customFields".
        by: what tells fields apart. By default it is the name, and the type id if one name has
            several: "Gate code (17)" and "Gate code (23)". With "name" these share a column, with
            "typeId" every column has its id behind the name.

    Returns:
        A frame with the index of `df`, without columns if no row has a field. A field with the name
        of a column of `df` gets the name of the list before it: "customFields.status". If a row has
        a field twice, the last value is kept, and a warning has the number of such values.

    Raises:
        UsageError: there is no such column, it holds no lists, or `by` is something else.

    Example:
        >>> jobs = jobs.join(stnb.custom_fields(jobs))
    """
    if by not in (None, *get_args(By)):
        raise UsageError(
            f"Fields cannot be told apart by {by!r}.",
            "They have a name, and some have a type id.",
            'Give by="name" or by="typeId".',
        )
    pairs = _pairs(df, column)
    fields = list(_fields(pairs, by))
    names = _names(fields, by, df.columns, column)
    columns = {}
    repeated = 0
    for name, field in zip(names, fields, strict=True):
        columns[name] = _spread(pairs, field, len(df))
        repeated += field.repeated
    _warn_of_repeats(df, column, repeated)
    out = pd.DataFrame(columns, index=df.index)
    out.attrs = df.attrs  # a join keeps the attrs that both sides share
    return out


@explains_misuse("stnb")
def external_data(df: pd.DataFrame, column: str = "externalData") -> pd.DataFrame:
    """A column for each key of the external data that apps have stored with a record.

    Everything else is as in `custom_fields`.

    Example:
        >>> jobs = jobs.join(stnb.external_data(jobs))
    """
    return custom_fields(df, column)


@dataclass(frozen=True)
class _Pairs:
    """All name-and-value pairs of a column, one below the other.

    Attributes:
        rows: for each pair the number of its row.
        ids: type ids as text, or null.
    """

    rows: Numbers
    names: pa.Array
    ids: pa.Array
    values: pa.Array


@dataclass(frozen=True)
class _Field:
    """One field, which becomes a column.

    Attributes:
        at: the numbers of its pairs, one for each row that has the field.
        repeated: how many pairs are left out because a later one of the same row has the field too.
    """

    name: str
    id: str | None
    at: Numbers
    repeated: int


def _pairs(df: pd.DataFrame, column: str) -> _Pairs:
    found, _ = opened(df, column)
    table = merge(((part.table, {}) for part in found.parts), {})
    length = len(found.parents)
    names = _texts(table, NAMES, length)
    ids = _texts(table, ("typeId",), length)
    values = _texts(table, ("value",), length)
    filled = pc.or_(names.is_valid(), pc.or_(ids.is_valid(), values.is_valid()))
    return _Pairs(
        found.parents[filled.to_numpy(zero_copy_only=False)],
        pc.fill_null(names, "").filter(filled),
        ids.filter(filled),
        values.filter(filled),
    )


def _texts(table: pa.Table, names: Sequence[str], length: int) -> pa.Array:
    """The first of these columns that the table has, as text; nulls if it has none."""
    for name in names:
        if name in table.column_names:
            chunks = [text_of(chunk) for chunk in table[name].chunks]
            return pa.concat_arrays([*chunks, pa.nulls(0, pa.string())])
    return pa.nulls(length, pa.string())


def _fields(pairs: _Pairs, by: By | None) -> Iterator[_Field]:
    """The fields in order of appearance."""
    codes, _ = pd.factorize(_identities(pairs, by))
    if not len(codes):
        return
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order])) + 1
    for at in np.split(order, starts):
        rows = pairs.rows[at]
        last_in_row = np.append(rows[1:] != rows[:-1], True)
        name, type_id = pairs.names[at[-1]].as_py(), pairs.ids[at[-1]].as_py()
        yield _Field(name, type_id, at[last_in_row], int((~last_in_row).sum()))


def _identities(pairs: _Pairs, by: By | None) -> Numbers:
    """A number for each pair; pairs of one field have the same."""
    names = pairs.names.dictionary_encode()
    ids = pairs.ids.dictionary_encode(null_encoding="encode")
    name_codes: Numbers = names.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    id_codes: Numbers = ids.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    if by == "name":
        return name_codes
    if by == "typeId":
        # Pairs without an id are told apart by their names, as numbers that no id has.
        has_id = pairs.ids.is_valid().to_numpy(zero_copy_only=False)
        return np.where(has_id, id_codes, -1 - name_codes)
    return name_codes * (len(ids.dictionary) + 1) + id_codes


def _names(fields: list[_Field], by: By | None, taken: Container[str], column: str) -> list[str]:
    """A name for each field, which neither another field nor a column of the frame has."""
    counts = Counter(field.name for field in fields)
    out: dict[str, None] = {}
    for field in fields:
        name = field.name or NAMELESS
        ambiguous = by == "typeId" or (by is None and counts[field.name] > 1)
        if ambiguous and field.id is not None:
            name = f"{name} ({field.id})"
        if name in taken:
            name = f"{column}.{name}"
        out[free(name, out)] = None
    return list(out)


def _spread(pairs: _Pairs, field: _Field, length: int) -> object:
    """A field's values, typed, each in its row."""
    values = typed(pairs.values.take(pa.array(field.at)))
    index = np.full(length, -1)
    index[pairs.rows[field.at]] = np.arange(len(field.at))
    by_row = values.take(pa.array(index, mask=index < 0))
    return pandas_array(pa.chunked_array([by_row]))


def _warn_of_repeats(df: pd.DataFrame, column: str, repeated: int) -> None:
    if not repeated:
        return
    resource = provenance(df).get("resource")
    of = f" of {resource}" if resource else ""
    many = counted(repeated, "value")
    text = (
        f"{column}{of}: {many} came before another of the same field in one row;"
        " the last of each was kept."
    )
    notices.warn(notices.Notice(StnbWarning, text))
