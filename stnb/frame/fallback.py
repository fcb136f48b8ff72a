"""The careful path: a page column by column through Python.

A column that does not fit its type becomes text, so that nothing is lost.
"""

from __future__ import annotations

import gc
import itertools
import re
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

import pyarrow as pa

from stnb.catalog import Column
from stnb.errors import UnexpectedAnswer
from stnb.errors.nesting import loads

from . import by_value, twice
from .drift import Drift, Drifts, Kind, add_drift, note, with_kinds
from .fits import MISFITS, fits, mixed, shaped, suited
from .schema import Shape
from .text import as_text, open_texts
from .tokens import Token, exactly, lossy, number, whole_number
from .types import Dtypes, is_open, json_type, kind_of

Columns = dict[str, pa.Array]
SIGNED_ZERO = re.compile(r"-0(?![\d.eE])")
SIGNED_ZERO_BYTES = re.compile(SIGNED_ZERO.pattern.encode())
RAGGED, FEW = 4, 100_000  # cells of a report, filled up to its longest row, for one that was sent


def read(
    document: bytes,
    shape: Shape,
    drift: Drifts,
    *,
    positional: bool = False,
    sent: Columns | None = None,
    fields: list[dict[str, Any]] | None = None,
    with_nested: bool = False,
    doubled: list[str] | None = None,
) -> tuple[Columns, int]:
    """The columns of a page, in the types that they are read as, and the number of its rows.

    Args:
        sent: gets the columns that do not read back as they were sent; see `Decoded.sent`.
        fields: gets the fields of a report.
        with_nested: whether `sent` gets columns of lists and objects, too.
        doubled: gets the keys of the first object in which one stands twice.

    Raises:
        UnexpectedAnswer: the bytes are no JSON, or hold no rows where they should.
    """
    columns: Columns = {}
    rows = rows_of(document, positional, number, fields, doubled)
    unfold(rows, "", shape, columns, drift, sent, with_nested=with_nested)
    return columns, len(rows)


def rows_of(
    document: bytes | str,
    positional: bool,
    parse_float: Callable[[str], Any],
    fields: list[dict[str, Any]] | None = None,
    doubled: list[str] | None = None,
) -> Sequence[dict[str, Any]]:
    """The rows of a page as plain objects; see `read`."""
    hook = None
    if doubled is not None:
        hook = twice.watching(doubled)
    collecting = gc.isenabled()
    # Thousands of fresh dicts make the collector run for nothing: up to 40 % of the time.
    gc.disable()
    try:
        body = loads(
            document,
            parse_float=parse_float,
            parse_int=_parse_int(document),
            parse_constant=str,
            object_pairs_hook=hook,
            strict=False,
        )
        rows = body["data"]
        if positional:
            own = body.get("fields") or []
            if fields is not None:
                fields += own
            return _named(rows, own)
        return _objects(rows)
    except (ValueError, KeyError, TypeError, RecursionError, ArithmeticError):
        raise UnexpectedAnswer(
            "A page could not be read.",
            "Likely the answer was cut off on its way, or its form is not the catalogue's.",
            "Pull again; if it fails again, look at the answer with st.get(path).",
        ) from None
    finally:
        if collecting:
            gc.enable()


def _parse_int(document: bytes | str) -> Callable[[str], Any]:
    pattern: re.Pattern[Any] = SIGNED_ZERO_BYTES
    if isinstance(document, str):
        pattern = SIGNED_ZERO
    if pattern.search(document):
        return whole_number
    return int  # json is faster with it


def names_of(fields: Sequence[dict[str, Any]]) -> list[str]:
    """The columns that a report's fields become."""
    return _distinct([str(field["name"]) for field in fields])


def _named(rows: list[Any], fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of cells as objects; a cell without a field gets the name "column 3".

    A row that is no list of cells is read as any other: an object has names of its own.
    """
    names = [str(field["name"]) for field in fields]
    lengths = [len(row) for row in rows if isinstance(row, list)]
    longest = max(lengths, default=0)
    if longest * len(rows) > RAGGED * (sum(lengths) + len(rows) * len(names)) + FEW:
        raise ValueError("one long row would give all the others as many columns")
    names += [f"column {i + 1}" for i in range(len(names), longest)]
    names = _distinct(names)
    named = [dict(zip(names, row, strict=False)) if isinstance(row, list) else row for row in rows]
    return list(_objects(named))


def _objects(rows: list[Any]) -> Sequence[dict[str, Any]]:
    """Rows as objects: null is no row, but beside bare values it is one of them."""
    known = [row for row in rows if row is not None]
    if all(isinstance(row, dict) for row in known):
        return known
    return _AsObjects(rows)


class _AsObjects(Sequence[dict[str, Any]]):
    """Bare values, each as an object: made when it is looked at, because a million of them take a
    hundred times the memory of the page.
    """

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        row = self._rows[index]
        if isinstance(row, dict):
            return row
        return {"value": row}


def _distinct(names: list[str]) -> list[str]:
    """Reports may give two fields one name; the second becomes "Name.2"."""
    taken: dict[str, None] = {}
    for name in names:
        taken[free(name, taken)] = None
    return list(taken)


def free(name: str, taken: Container[str]) -> str:
    """The name itself if nothing has it yet, otherwise the first free one of "name.2", "name.3" ...

    Example:
        >>> free("total", {"total", "total.2"})
        'total.3'
    """
    found = name
    for i in itertools.count(2):
        if found not in taken:
            break
        found = f"{name}.{i}"
    return found


def unfold(
    rows: Sequence[dict[str, Any] | None],
    above: str,
    shape: Shape,
    columns: Columns,
    drift: Drifts,
    sent: Columns | None = None,
    *,
    with_nested: bool = False,
) -> None:
    """Add the columns of these rows to `columns`: one for each key, and dotted ones for objects.

    Args:
        rows: one dict a row; None counts as a row of nulls.
        above: what stands before each name, such as "address."; "" at the top.
        drift: gets what differs.
        sent: gets the columns that do not read back as they were sent.
        with_nested: whether it gets those of lists and objects, too.
    """
    names: dict[str, None] = {}
    for row in rows:
        names |= dict.fromkeys(row or ())
    for name in names:
        path = f"{above}{as_text(name)}"
        values = [None if row is None else row.get(name) for row in rows]
        column = shape.by_path.get(path)
        kinds = set(map(type, values)) - {type(None)}
        if not shape.reads(path) or (path in shape.objects and not kinds):
            continue
        inside: list[Any] = []
        if dict in kinds and column is None:
            # Whatever stands in other rows, also of other pages, an object's fields are columns.
            inside = [value if isinstance(value, dict) else None for value in values]
            values = [None if isinstance(value, dict) else value for value in values]
        if not inside or len(kinds) > 1:
            found = array_of(values, column, path, drift, shape.dtypes)
            single = free(path, columns)
            columns[single] = found
            nested = with_nested and pa.types.is_nested(found.type)
            if sent is not None and (nested or _was_read(values, found.type)):
                sent[single] = pa.array(list(map(as_text, values)), pa.string())
            if path in shape.objects:
                others = len(values) - found.null_count
                kept = "text" if pa.types.is_string(found.type) else "it is"
                digits = with_kinds(drift, (Kind.DIGITS, Kind.WIDE_NUMBER)).get(path, [])
                drift[path] = [Drift(path, Kind.NO_OBJECT, others, kept), *digits]
        if inside:
            unfold(inside, f"{path}.", shape, columns, drift, sent, with_nested=with_nested)


def _was_read(values: list[Any], kind: pa.DataType) -> bool:
    """Whether a column of single values shows them in another way than they were sent."""
    if pa.types.is_string(kind) or pa.types.is_nested(kind):
        return False
    if pa.types.is_boolean(kind):
        return any(value is not None and type(value) is not bool for value in values)
    others: tuple[type, ...] = (str, Token)
    if pa.types.is_integer(kind):
        others = (str, Token, float)
    elif pa.types.is_floating(kind):
        others = (str, Token, int)
    elif pa.types.is_decimal(kind):
        others = (str, Token, float)
    return any(isinstance(value, others) for value in values)


def array_of(
    values: list[Any],
    column: Column | None,
    path: str,
    drift: Drifts,
    dtypes: Dtypes = "typed",
) -> pa.Array:
    """An Arrow array of the promised type if every value fits or converts exactly, otherwise of
    text.

    Args:
        column: what the catalogue says of it; None if it does not know the column.
        drift: gets what differs, unless something is noted of the column already.
        dtypes: see `Shape.dtypes`.
    """
    if column is not None and is_open(column):
        return open_texts(values, column)
    if column is not None and _numbered(column) and all(map(_is_name, values)):
        return pa.array(list(map(as_text, values)), pa.string())
    want = None
    if column is not None:
        want = json_type(column)
    found = _fitting_or_none(values, column, want, dtypes)
    if found is None and column is not None and dtypes != "raw":
        found = _converted(values, column, path, drift, dtypes)
    if found is not None:
        if pa.types.is_nested(found.type) or pa.types.is_floating(found.type):
            _note_digits(values, path, drift)
        elif _is_wide(found.type, want):
            _note_digits(values, path, drift, Kind.WIDE_NUMBER)
        return found
    if path not in drift:
        _note_misfit(values, column, want, path, drift)
    return pa.array(list(map(as_text, values)), pa.string())


def _fitting_or_none(
    values: list[Any], column: Column | None, want: pa.DataType | None, dtypes: Dtypes
) -> pa.Array | None:
    try:
        found = _fitting(values, column, want)
    except MISFITS:
        if dtypes == "typed" or not _may_be_any_number(values, want):
            return None
    else:
        if dtypes == "typed" or found is None or pa.types.is_decimal(found.type):
            return found
        if not any(map(lossy, values)):
            return found
    try:
        return exactly(values)  # as floats they would lose digits, which was not asked for
    except MISFITS:
        return None


def _may_be_any_number(values: list[Any], want: pa.DataType | None) -> bool:
    """Whether Arrow refused long whole numbers because others beside them have more digits than a
    float keeps; as decimals they all may be read.
    """
    if want is not None and not pa.types.is_floating(want):
        return False
    for value in values:
        if type(value) is int and not fits(value, pa.int64()):
            return False
        if value is not None and type(value) not in (int, float, Token):
            return False
    return any(map(lossy, values))


def _converted(
    values: list[Any], column: Column, path: str, drift: Drifts, dtypes: Dtypes
) -> pa.Array | None:
    """The values in the promised type if each says a value of it, in another type of JSON."""
    made = by_value.converted(values, column)
    if made is None:
        return None
    fitting, odd = made
    found = _fitting_or_none(fitting, column, json_type(column), dtypes)
    if found is not None and odd and path not in drift:
        note(drift, path, Kind.CONVERTED, odd, kind_of(column))
    return found


def _is_wide(found: pa.DataType, want: pa.DataType | None) -> bool:
    """Whether decimals stand for the floats that a column promises, or nothing is promised."""
    return pa.types.is_decimal(found) and (want is None or pa.types.is_floating(want))


def _note_digits(values: list[Any], path: str, drift: Drifts, kind: Kind = Kind.DIGITS) -> None:
    """Note the rows with numbers of more digits than a float holds."""
    rows = sum(map(lossy, values))
    if rows:
        add_drift(drift, {path: [Drift(path, kind, rows)]})


def _numbered(column: Column) -> bool:
    """Whether it is an enum whose values are numbers, which some resources send as such."""
    if column.type != "enum" or not column.values:
        return False
    return all(v.lstrip("-").isdecimal() for v in column.values)


def _is_name(value: Any) -> bool:
    """Whether it is a value of such an enum."""
    return value is None or type(value) is int or as_text(value) == value


def _fitting(values: list[Any], column: Column | None, want: pa.DataType | None) -> pa.Array | None:
    """The values as an array, None if they do not fit; raises what Arrow raises, too."""
    if mixed(values):
        return None
    exact = column is not None and kind_of(column) == "exact decimal"
    if exact and not any(isinstance(v, str) for v in values):
        return exactly(values)
    values = [suited(v, want) for v in values]
    # The type is inferred first: if it were given, Arrow would cut 1.5 down to 1 in silence.
    found = pa.array(values)
    if want is None or found.type == want:
        return found
    if pa.types.is_null(found.type):
        return pa.nulls(len(values), want)
    if pa.types.is_floating(want) and pa.types.is_integer(found.type):
        return found.cast(want)
    if pa.types.is_nested(want):
        wanted = pa.array(values, want)
        if wanted.to_pylist() == shaped(values, want):
            return wanted
        return found
    return _number_after_all(found, column)


def _number_after_all(found: pa.Array, column: Column | None) -> pa.Array | None:
    """An amount or an id that came as a number, although the catalogue says it is sent as text."""
    if column is None or pa.types.is_nested(found.type) or pa.types.is_boolean(found.type):
        return None
    if kind_of(column) == "whole number":
        return found if pa.types.is_integer(found.type) else None
    if column.text:
        return found.cast(pa.float64())
    return None


def _note_misfit(
    values: Iterable[Any], column: Column | None, want: pa.DataType | None, path: str, drift: Drifts
) -> None:
    if column is None or want is None:
        note(drift, path, Kind.SEVERAL_TYPES)
        return
    others = 0
    for value in values:
        if value is not None and not fits(value, want):
            others += 1
    note(drift, path, Kind.MISFIT, others, kind_of(column))
