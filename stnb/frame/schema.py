"""What the rows of an endpoint look like, and only some of their columns."""

from __future__ import annotations

import difflib
import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from stnb.catalog import Column, Endpoint
from stnb.errors import BadFilter

from .types import Dtypes, as_asked, is_open, json_type


@dataclass(frozen=True)
class Leaf:
    """A column of the frame: where it lies in a row, and what it is."""

    path: str
    column: Column


@dataclass(frozen=True)
class Shape:
    """What the rows of an endpoint look like.

    Attributes:
        leaves: the frame's columns in order; objects are flattened to dotted paths.
        rows: the Arrow type of a row as read from JSON.
        narrow: whether these are only some of the columns; others are then left out, and not told.
        dtypes: "typed" as the table of types has it, "decimal" for exact amounts, or "raw" for
            values as they are sent.
    """

    leaves: tuple[Leaf, ...]
    rows: pa.DataType
    narrow: bool = False
    dtypes: Dtypes = "typed"

    @functools.cached_property
    def by_path(self) -> dict[str, Column]:
        return {leaf.path: leaf.column for leaf in self.leaves}

    @functools.cached_property
    def open(self) -> frozenset[str]:
        """The columns of which the documents promise nothing."""
        return frozenset(leaf.path for leaf in self.leaves if is_open(leaf.column))

    @functools.cached_property
    def skips(self) -> bool:
        """Whether the reader can skip other keys: within lists of objects, and where nothing is
        promised, it would skip too much.
        """
        return self.narrow and not any(
            is_open(leaf.column) or _holds_objects(leaf.column) for leaf in self.leaves
        )

    @functools.cached_property
    def objects(self) -> frozenset[str]:
        """The paths of the objects that columns lie in."""
        return frozenset(above for leaf in self.leaves for above in _above(leaf.path))

    def reads(self, path: str) -> bool:
        """Whether a path of a row is read at all."""
        return not self.narrow or path in self.by_path or path in self.objects


@functools.cache
def shape_of(endpoint: Endpoint, dtypes: Dtypes = "typed") -> Shape:
    """The shape that the catalogue promises for an endpoint's rows; see `Shape.dtypes`."""
    columns = (
        endpoint.columns
        if dtypes == "typed"
        else tuple(as_asked(c, dtypes) for c in endpoint.columns)
    )
    return Shape(tuple(_leaves(columns)), _struct(columns), dtypes=dtypes)


def narrow(shape: Shape, columns: Sequence[str]) -> Shape:
    """Only these columns of a shape, in the order in which they are named, each once.

    Args:
        columns: dotted paths such as "id" or "address.city"; "address" takes all that lies in it.

    Raises:
        BadFilter: there is no such column.

    Example:
        >>> [leaf.path for leaf in narrow(shape_of(st.crm.customers.endpoint), ["name", "address.city"]).leaves]
        ['name', 'address.city']
    """
    leaves: dict[str, Leaf] = {}
    for name in columns:
        found = [leaf for leaf in shape.leaves if leaf.path == name or name in _above(leaf.path)]
        if not found:
            raise _unknown(name, shape)
        leaves |= {leaf.path: leaf for leaf in found if leaf.path not in leaves}
    few = replace(
        shape, leaves=tuple(leaves.values()), rows=_only(shape.rows, frozenset(leaves)), narrow=True
    )
    return few if few.skips else replace(few, rows=shape.rows)


def _unknown(name: str, shape: Shape) -> BadFilter:
    known = [*shape.by_path, *shape.objects]
    lowered = {path.lower(): path for path in known}
    near = [
        lowered[low]
        for low in difflib.get_close_matches(str(name).lower(), lowered, n=3, cutoff=0.6)
    ]
    near += [
        path
        for path in known
        if path.lower().endswith(f".{str(name).lower()}") and path not in near
    ][:3]
    return BadFilter(
        f"There is no column {name!r}.",
        "columns= takes the dotted names that the catalogue knows.",
        f"Near it: {', '.join(near)}."
        if near
        else "Leave columns= out for all of them, and select in pandas.",
    )


def _holds_objects(column: Column) -> bool:
    return any(child.type == "object" or _holds_objects(child) for child in column.children)


def _above(path: str) -> list[str]:
    """ "a.b.c" -> "a", "a.b"."""
    return list(itertools.accumulate(path.split(".")[:-1], "{}.{}".format))


def _only(rows: pa.DataType, paths: frozenset[str], above: str = "") -> pa.DataType:
    """A row's type with the fields that lead to these paths."""
    fields = []
    for field in rows:
        path = f"{above}{field.name}"
        if path in paths:
            fields.append((field.name, field.type))
        elif (
            pa.types.is_struct(field.type)
            and (inner := _only(field.type, paths, f"{path}.")).num_fields
        ):
            fields.append((field.name, inner))
    return pa.struct(fields)


def _leaves(columns: tuple[Column, ...], above: str = "") -> Iterator[Leaf]:
    for column in columns:
        path = f"{above}{column.name}"
        if column.type == "object":
            yield from _leaves(column.children, f"{path}.")
        else:
            yield Leaf(path, column)


def _struct(columns: tuple[Column, ...]) -> pa.DataType:
    """What a row's objects are read as; what the documents promise nothing of is left to Arrow to
    find out.
    """
    inner = {
        c.name: _struct(c.children) if c.type == "object" else json_type(c)
        for c in columns
        if not is_open(c)
    }
    return pa.struct(list(inner.items()))
