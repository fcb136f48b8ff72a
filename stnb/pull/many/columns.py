"""Rows of many parents as one table: the parents' columns first, and the rows in the order of the
parents.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column, Endpoint, Param
from stnb.frame import Decoded, Shape, narrow
from stnb.frame.drift import Kind, note
from stnb.frame.schema import Leaf
from stnb.frame.sent import stacked
from stnb.frame.types import final_type

from ..file_table import file_table
from .parents import Parents


def with_parents(shape: Shape, parents: Parents) -> Shape:
    """A shape with the parents' columns first; if the rows have one of them, it moves there."""
    first = tuple(
        Leaf(name, _column(name, parameter)) for name, parameter in parents.columns.items()
    )
    return replace(
        shape, leaves=(*first, *(leaf for leaf in shape.leaves if leaf.path not in parents.columns))
    )


def of_equivalent(other: Shape, answer: Shape, *also: str) -> Shape:
    """What is read of an equivalent feed's rows so that the answer can be made of it: some columns,
    in the order of the answer.

    Args:
        also: columns of the feed that are needed beside those of the answer, if it has them.
    """
    names = [leaf.path for leaf in answer.leaves]
    for leaf in other.leaves:
        if leaf.path not in names and (not answer.narrow or leaf.path in also):
            names.append(leaf.path)
    wanted = [name for name in names if name in other.by_path]
    if answer.narrow:
        return narrow(other, wanted)
    return replace(other, leaves=tuple(Leaf(name, other.by_path[name]) for name in wanted))


def labelled(part: Decoded, parents: Parents, text: str) -> Decoded:
    """The rows of one parent with its columns first.

    A row that has such a column, as `jobs/{id}/splits` has jobId, keeps one only. If that says
    another value than was asked for, it stays as "jobId_row" and is reported.
    """
    table, drift, length = part.table, dict(part.drift), part.table.num_rows
    for name, parameter in reversed(list(parents.columns.items())):
        value = text if parameter is parents.parameter else parents.fixed[parameter.name]
        if name in table.column_names:
            own = table.column(name)
            same = pc.all(pc.equal(pc.utf8_lower(own.cast(pa.string())), value.lower())).as_py()
            table = table.drop_columns(name)
            if same is False:
                table = table.append_column(f"{name}_row", own)
                note(drift, f"{name}_row", Kind.OTHER_PARENT, detail=name)
        table = table.add_column(0, name, pa.repeat(_scalar(value, parameter), length))
    sent = part.sent.without({*parents.columns})
    return Decoded(table, drift, part.careful, sent)


def chosen(part: Decoded, column: str, texts: Sequence[str]) -> Decoded:
    """The rows of these parents alone, in the order of the parents and then as they came."""
    at = places(part.table[column], texts).combine_chunks()
    wanted = pc.indices_nonzero(at.is_valid())
    # The order of those of one parent stays as it is.
    rows = wanted.take(pc.sort_indices(at.drop_null()))
    return Decoded(part.table.take(rows), part.drift, part.careful, part.sent.take(rows))


def places(values: pa.ChunkedArray, texts: Sequence[str]) -> pa.ChunkedArray:
    """The place of each value among the texts; null if it is none of them. A column of another type
    than promised is text.
    """
    if pa.types.is_integer(values.type):
        return pc.index_in(values, value_set=pa.array(map(int, texts), values.type))
    lower = pc.utf8_lower(values.cast(pa.string()))
    return pc.index_in(lower, value_set=pa.array([t.lower() for t in texts], pa.string()))


def packed(parts: Sequence[Decoded], shape: Shape) -> list[Decoded]:
    """The same rows in few tables: thousands of small ones take seconds to put together column by
    column.
    """
    out: list[Decoded] = []
    for (_, odd), group in itertools.groupby(
        parts, key=lambda part: (part.table.schema, bool(part.drift))
    ):
        alike = list(group)
        table = pa.concat_tables([part.table for part in alike]).combine_chunks()
        sent = stacked([(part.sent, part.table) for part in alike], {}, shape)
        whole = Decoded(table, sent=sent)
        out.extend(alike if odd else [whole])
    return out


def empty(endpoint: Endpoint, shape: Shape) -> Decoded:
    """No rows, with every column typed."""
    if endpoint.kind == "file":
        return file_table(None)
    return Decoded(
        pa.table({leaf.path: pa.nulls(0, final_type(leaf.column)) for leaf in shape.leaves})
    )


def _column(name: str, parameter: Param) -> Column:
    return Column(name, parameter.type, nullable=False)


def _scalar(text: str, parameter: Param) -> pa.Scalar:
    return pa.scalar(
        int(text) if parameter.type == "integer" else text, final_type(_column("", parameter))
    )
