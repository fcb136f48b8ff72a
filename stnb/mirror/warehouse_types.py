"""One type for each column of a warehouse's table, whatever its tenants and loads bring.

A warehouse refuses a whole load if one tenant sends a text where others send numbers. So each
column keeps the type that it has there, and what this type does not hold stands beside it as text.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stnb.errors import ColumnDrift, wording
from stnb.errors.nesting import loads
from stnb.frame import notices
from stnb.frame.by_value import NUMBER
from stnb.frame.text import text_of
from stnb.frame.tokens import lossy, number
from stnb.frame.types import is_number

from .warehouse_part import MOMENT

BESIDE = "__text"  # behind the name of a column: what its type does not hold
# What dlt calls types -> the Arrow types of our batches.
OF_DLT = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": MOMENT,
}
JSON = "json"  # so does dlt call it
WHOLE_END = 2**63  # whole numbers of the warehouse lie before it

Known = Callable[[str], str | None]
_is_number = partial(is_number, decimal=False)  # Arrow rounds decimals in silence


@dataclass
class ColumnTypes:
    """The types of one table's columns.

    Args:
        table: its name.
        due: those of the catalogue.
        known: tells what dlt calls the type that a column has in the warehouse; None if it has
            none yet.
        lists: whether the warehouse has columns of lists and objects. Else these are JSON text.

    Example:
        >>> types = ColumnTypes("jpm_jobs", {"id": pa.int64()}, lambda name: None, lists=False)
        >>> types.fitted(pa.table({"id": ["7", "A-1"]})).to_pydict()
        {'id': [7, None], 'id__text': [None, 'A-1']}
    """

    table: str
    due: Mapping[str, pa.DataType]
    known: Known
    lists: bool
    json: set[str] = field(default_factory=set)
    _types: dict[str, pa.DataType] = field(default_factory=dict)
    # The values of a column that stand in another, since they were told.
    _beside: Counter[tuple[str, str]] = field(default_factory=Counter)

    def fitted(self, rows: pa.Table) -> pa.Table:
        """The rows with the types of the table; `tell` tells what a type does not hold."""
        columns: dict[str, pa.ChunkedArray] = {}
        for name, column in zip(rows.column_names, rows.columns, strict=True):
            columns[name], rest = self._fitted(name, column)
            if rest is not None:
                beside = _free_name(name, rows.column_names)
                columns[beside] = rest
                self._beside[name, beside] += len(rest) - rest.null_count
        return pa.table(columns)

    def tell(self, tenant: str) -> None:
        """Warn once of what stands beside the columns since the last time: a tenant's rows come in
        several batches.
        """
        if not self._beside:
            return
        told = []
        for (name, beside), count in self._beside.items():
            told.append(f"{wording.counted(count, 'value')} of {name} in {beside}")
        self._beside.clear()
        text = f"{self.table}: {tenant} sent values that are not of their column's type: they "
        text += f"stand beside it as text, {', '.join(told)}."
        notices.warn(notices.Notice(ColumnDrift, text))

    def holds(self, name: str, sent: pa.DataType) -> bool:
        """Whether the type of a column may hold all values of another type."""
        kind = self._kind(name, sent)
        if kind == sent or pa.types.is_string(kind) or pa.types.is_null(sent):
            return True
        return _is_number(kind) and _is_number(sent)

    def _fitted(
        self, name: str, column: pa.ChunkedArray
    ) -> tuple[pa.ChunkedArray, pa.ChunkedArray | None]:
        """A column, and the texts of what its type does not hold, if there is such a value."""
        kind = self._kind(name, column.type)
        if name in self.json:
            return _each(column, _as_json), None
        if kind == column.type:
            return column, None
        if pa.types.is_null(column.type):
            return pa.chunked_array([pa.nulls(len(column), kind)]), None
        if pa.types.is_string(kind):
            return _each(column, text_of), None
        whole = _cast(column, kind)
        if whole is not None:
            return whole, None
        held, rest = _split(column, kind)
        return held, rest if rest.null_count < len(rest) else None

    def _kind(self, name: str, here: pa.DataType) -> pa.DataType:
        """The type of a column: the warehouse's, else the catalogue's, else that which came."""
        if name in self._types:
            return self._types[name]
        called = self.known(name)
        kind = OF_DLT.get(called or "") or self.due.get(name) or here
        if not self.lists and (called == JSON or pa.types.is_nested(kind)):
            self.json.add(name)
            kind = pa.string()
        if not pa.types.is_null(kind):
            self._types[name] = kind
        return kind


def _free_name(name: str, taken: Collection[str]) -> str:
    """The column beside another one; a tenant may itself send one that is called so."""
    names = (f"{name}{BESIDE}{number or ''}" for number in itertools.count())
    return next(free for free in names if free not in taken)


def _each(column: pa.ChunkedArray, make: Callable[[pa.Array], pa.Array]) -> pa.ChunkedArray:
    return pa.chunked_array([make(chunk) for chunk in column.chunks], pa.string())


def _as_json(values: pa.Array) -> pa.Array:
    """Values as JSON text."""
    texts = text_of(values)
    kind = values.type
    if pa.types.is_nested(kind) or pa.types.is_boolean(kind) or _is_number(kind):
        return texts
    made = [None if text is None else _quoted(text) for text in texts.to_pylist()]
    return pa.array(made, pa.string())


def _quoted(text: str) -> str:
    """A text as JSON. A column of lists that became text has the JSON of its lists already."""
    if text[:1] in ("[", "{"):
        with contextlib.suppress(ValueError):
            loads(text)
            return text
    return json.dumps(text)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    """The column in this type; None if that could change a value."""
    numbers = _is_number(column.type) and _is_number(kind)
    if not numbers and not _is_within(column.type, kind):
        return None
    try:
        return column.cast(kind)
    except pa.ArrowException:
        return None


def _is_within(kind: pa.DataType, other: pa.DataType) -> bool:
    """Whether a list or an object of the one type has a place for all in the other."""
    if kind == other or pa.types.is_null(kind):
        return True
    if pa.types.is_list(kind) and pa.types.is_list(other):
        return _is_within(kind.value_type, other.value_type)
    if pa.types.is_struct(kind) and pa.types.is_struct(other):
        fields = {part.name: part.type for part in other}
        return all(
            part.name in fields and _is_within(part.type, fields[part.name]) for part in kind
        )
    return False


def _split(column: pa.ChunkedArray, kind: pa.DataType) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Those values of a column that are of the type, and the texts of the others."""
    texts = _each(column, text_of)
    distinct = texts.unique()
    says = _reader(column.type, kind)
    values = pa.array([says(text) for text in distinct.to_pylist()], kind)
    at = pc.index_in(texts, distinct)
    held = pa.chunked_array([values.take(chunk) for chunk in at.chunks], kind)
    return held, pc.if_else(pc.is_null(held), texts, pa.scalar(None, pa.string()))


def _reader(sent: pa.DataType, kind: pa.DataType) -> Callable[[str | None], Any]:
    """What reads a value of the type from the text of what was sent; it gives None for others."""
    says_numbers = pa.types.is_string(sent) or _is_number(sent)
    if pa.types.is_integer(kind) and says_numbers:
        return _whole
    if pa.types.is_floating(kind) and says_numbers:
        return _float
    if pa.types.is_timestamp(kind) and pa.types.is_string(sent):
        return _moment
    return lambda text: None


def _whole(text: str | None) -> int | None:
    if text is None or NUMBER.fullmatch(text) is None:
        return None
    value = Decimal(text)
    if abs(value) >= WHOLE_END or value != value.to_integral_value():
        return None
    return int(value)


def _float(text: str | None) -> float | None:
    if text is None or NUMBER.fullmatch(text) is None or lossy(number(text)):
        return None
    return float(text)


def _moment(text: str | None) -> Any:
    with contextlib.suppress(pa.ArrowException):
        return pa.array([text], pa.string()).cast(MOMENT)[0].as_py()
    return None


def json_hints(columns: Collection[str]) -> dict[str, dict[str, str]]:
    """The hints that say to dlt which columns of text are JSON."""
    return {name: {"name": name, "data_type": JSON} for name in sorted(columns)}
