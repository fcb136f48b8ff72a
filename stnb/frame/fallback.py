"""The careful path: a page column by column through Python.

A column that does not fit its type becomes text, so that nothing is lost.
"""

from __future__ import annotations

import gc
import itertools
import re
from collections.abc import Callable, Container, Sequence
from typing import Any

import pyarrow as pa

from stnb.errors import UnexpectedAnswer
from stnb.errors.nesting import loads

from . import twice
from .arrays import array_of
from .drift import Drift, Drifts, Kind, with_kinds
from .schema import Shape
from .text import as_text
from .tokens import Token, number, whole_number

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
