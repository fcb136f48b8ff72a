"""Columns whose types differ between the files of tenants: how one table holds all of them.

DuckDB finds a common type by itself, and loses values in it: a boolean beside numbers becomes 1,
and a whole number beside floats loses digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stnb.catalog.facts import LARGEST_EXACT
from stnb.errors import ColumnDrift, StnbWarning
from stnb.errors.wording import listed
from stnb.frame.notices import Notice

MOST_DIGITS = 38  # of a decimal of DuckDB's


class Family(Enum):
    """Types that hold each other's values."""

    NUMBER = auto()
    TEXT = auto()
    BOOLEAN = auto()
    MOMENT = auto()
    TIME = auto()
    DURATION = auto()
    NESTED = auto()
    EMPTY = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Differing:
    """A column whose types differ.

    Attributes:
        is_text: whether the table has it as text.
        empty: the tenants in whose files it has no value.
        made: the tenants whose values become text.
    """

    is_text: bool = False
    empty: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)


def differing(files: Mapping[str, pq.FileMetaData]) -> dict[str, Differing]:
    """The columns whose types differ between the files of tenants."""
    schemas = {tenant: footer.schema.to_arrow_schema() for tenant, footer in files.items()}
    kinds: dict[str, dict[str, pa.DataType]] = {}
    for tenant, schema in schemas.items():
        for column in schema:
            kinds.setdefault(column.name, {})[tenant] = column.type
    found = {}
    for name, by_tenant in kinds.items():
        if len(set(by_tenant.values())) > 1:
            found[name] = _differing(name, by_tenant, files)
    return found


def too_wide(table: str, schema: pa.Schema) -> list[Notice]:
    """That columns of decimals have more digits than DuckDB's, which reads them as floats."""
    names = []
    for column in schema:
        kind = column.type
        if pa.types.is_decimal(kind) and kind.precision > MOST_DIGITS:
            names.append(column.name)
    if not names:
        return []
    text = (
        f"{table}: the decimals of {listed(names)} have room for more than {MOST_DIGITS} digits, so"
        " they are floats here, of about 16. pd.read_parquet reads them whole."
    )
    return [Notice(StnbWarning, text)]


def told(table: str, columns: Mapping[str, Differing]) -> list[Notice]:
    """That columns are text, and in which tenants their values were none."""
    found = []
    for name, column in columns.items():
        if column.made:
            text = (
                f"{table}: {name} is text, as its type differs between tenants. The values of"
                f" {listed(column.made)} are the text of what their files hold, 12.5 also if"
                " 12.50 was sent."
            )
            found.append(Notice(ColumnDrift, text))
    return found


def _differing(
    name: str, kinds: Mapping[str, pa.DataType], files: Mapping[str, pq.FileMetaData]
) -> Differing:
    empty = [tenant for tenant, kind in kinds.items() if _is_empty(files[tenant], name, kind)]
    there = {tenant: kind for tenant, kind in kinds.items() if tenant not in empty}
    if not there:  # the type of the first one is as good as any
        return Differing(empty=empty[1:])
    exact = all(_floats_hold(files[tenant], name) for tenant in there)
    if not _is_text(list(there.values()), exact=exact):
        return Differing(empty=empty)
    made = [tenant for tenant, kind in there.items() if _family(kind) is not Family.TEXT]
    return Differing(True, empty, made)


def _is_text(kinds: Sequence[pa.DataType], *, exact: bool) -> bool:
    """Whether text alone holds every value of these types as it is.

    Args:
        exact: whether a float holds every whole number of the columns.
    """
    if len(set(map(_family, kinds))) > 1:
        return True
    leaves: dict[str, set[pa.DataType]] = {}
    for kind in kinds:
        for path, leaf in _leaves(kind):
            leaves.setdefault(path, set()).add(leaf)
    for types in leaves.values():
        families = set(map(_family, types)) - {Family.EMPTY}
        floats = any(map(pa.types.is_floating, types))
        if len(families) > 1:
            return True
        if floats and any(map(pa.types.is_decimal, types)):
            return True
        if floats and not exact and any(map(pa.types.is_integer, types)):
            return True
    return False


def _family(kind: pa.DataType) -> Family:
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Family.NUMBER
    if pa.types.is_timestamp(kind):
        return Family.MOMENT if kind.tz else Family.TIME
    for family, fits in _FITS.items():
        if fits(kind):
            return family
    return Family.OTHER


_FITS: dict[Family, Any] = {
    Family.TEXT: lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind),
    Family.BOOLEAN: pa.types.is_boolean,
    Family.DURATION: pa.types.is_duration,
    Family.NESTED: pa.types.is_nested,
    Family.EMPTY: pa.types.is_null,
}


def _leaves(kind: pa.DataType, path: str = "") -> Iterator[tuple[str, pa.DataType]]:
    """The types within a type that hold values, and where they are, in the order of Parquet."""
    if pa.types.is_struct(kind):
        for part in kind:
            yield from _leaves(part.type, f"{path}.{part.name}")
    elif pa.types.is_map(kind):
        yield from _leaves(kind.key_type, f"{path}{{}}")
        yield from _leaves(kind.item_type, f"{path}[]")
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaves(kind.value_type, f"{path}[]")
    else:
        yield path, kind


def _statistics(footer: pq.FileMetaData, name: str) -> Iterator[tuple[pa.DataType, Any]]:
    """What the file says of a column: for each of its leaves and row groups."""
    at = 0
    for column in footer.schema.to_arrow_schema():
        leaves = list(_leaves(column.type))
        if column.name == name:
            for group in range(footer.num_row_groups):
                for place, (_, kind) in enumerate(leaves, at):
                    yield kind, footer.row_group(group).column(place).statistics
        at += len(leaves)


def _is_empty(footer: pq.FileMetaData, name: str, kind: pa.DataType) -> bool:
    """Whether a column is known to have no value."""
    if pa.types.is_null(kind):
        return True
    if pa.types.is_nested(kind):  # an empty list is a value
        return False
    for _, part in _statistics(footer, name):
        if part is None or not part.has_null_count or part.num_values:
            return False
    return True


def _floats_hold(footer: pq.FileMetaData, name: str) -> bool:
    """Whether a float holds every whole number of a column; False if that is not known."""
    for leaf, part in _statistics(footer, name):
        if not pa.types.is_integer(leaf):
            continue
        if part is not None and part.has_null_count and not part.num_values:
            continue
        if part is None or not part.has_min_max:
            return False
        if max(abs(part.min), abs(part.max)) > LARGEST_EXACT:
            return False
    return True
