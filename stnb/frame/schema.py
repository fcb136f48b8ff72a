"""What the rows of an endpoint look like, and only some of their columns."""

from __future__ import annotations

import difflib
import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from stnb.catalog import Column, Endpoint
from stnb.errors import BadFilter, tongue
from stnb.errors.wording import shown

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
        narrow: whether these are only some of the columns; others are then left out in silence.
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
        """The columns about which the documents promise nothing."""
        return frozenset(path for path, column in self.by_path.items() if is_open(column))

    @functools.cached_property
    def skips(self) -> bool:
        """Whether the reader can skip other keys: inside lists of objects, and in columns about
        which nothing is promised, it would skip too much.
        """
        if not self.narrow or self.open:
            return False
        return not any(map(_holds_objects, self.by_path.values()))

    @functools.cached_property
    def objects(self) -> frozenset[str]:
        """The paths of the objects that columns lie in."""
        return frozenset(itertools.chain.from_iterable(map(_above, self.by_path)))

    def reads(self, path: str) -> bool:
        """Whether a path of a row is read at all."""
        return not self.narrow or path in self.by_path or path in self.objects


@functools.cache
def shape_of(endpoint: Endpoint, dtypes: Dtypes = "typed") -> Shape:
    """The shape that the catalogue promises for an endpoint's rows; see `Shape.dtypes`."""
    columns = endpoint.columns
    if dtypes != "typed":
        columns = tuple(as_asked(column, dtypes) for column in columns)
    return Shape(tuple(_leaves(columns)), _struct(columns), dtypes=dtypes)


def narrow(shape: Shape, columns: Sequence[str]) -> Shape:
    """Only these columns of a shape, in the order in which they are named, each once.

    Args:
        columns: dotted paths such as "id" or "address.city"; "address" takes all that lies in it.

    Raises:
        BadFilter: there is no such column.

    Example:
        >>> list(narrow(shape_of(st.crm.customers.endpoint), ["name", "address.city"]).by_path)
        ['name', 'address.city']
    """
    leaves: dict[str, Leaf] = {}
    for name in columns:
        found = False
        for leaf in shape.leaves:
            if leaf.path == name or name in _above(leaf.path):
                leaves.setdefault(leaf.path, leaf)
                found = True
        if not found:
            raise _unknown(name, shape)
    few = replace(
        shape, leaves=tuple(leaves.values()), rows=_only(shape.rows, frozenset(leaves)), narrow=True
    )
    if few.skips:
        return few
    return replace(few, rows=shape.rows)


def _unknown(name: str, shape: Shape) -> BadFilter:
    near = _near(name.lower() if isinstance(name, str) else "", [*shape.by_path, *shape.objects])
    option = tongue.either("columns=", "--columns")
    advice = f"Leave {option} out for all of them, and select in pandas."
    if near:
        advice = f"Near it: {', '.join(near)}."
    return BadFilter(
        f"There is no column {shown(name)}.",
        f"{option} takes the dotted names that the catalogue knows.",
        advice,
    )


def _near(name: str, known: list[str]) -> list[str]:
    """Columns whose names are like it, and then those inside objects that end with it."""
    by_lower = {path.lower(): path for path in known}
    alike = difflib.get_close_matches(name, by_lower, n=3, cutoff=0.6)
    near = [by_lower[low] for low in alike]
    inside = [path for path in known if path.lower().endswith(f".{name}") and path not in near]
    return near + inside[:3]


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
        elif pa.types.is_struct(field.type):
            inner = _only(field.type, paths, f"{path}.")
            if inner.num_fields:
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
    """What a row's objects are read as; if the documents promise nothing about a column, its type
    is left to Arrow to find out.
    """
    fields: dict[str, pa.DataType] = {}
    for column in columns:
        if column.type == "object":
            fields[column.name] = _struct(column.children)
        elif not is_open(column):
            fields[column.name] = json_type(column)
    return pa.struct(list(fields.items()))
