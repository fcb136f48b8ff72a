"""What arrived, compared with what the catalogue promises: columns that are empty, new, of another
type, or with new values.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column
from stnb.catalog.schema import kind
from stnb.errors import UsageError
from stnb.errors.misused import explains_misuse
from stnb.errors.nesting import loads
from stnb.frame import shape_of
from stnb.frame.strange import check_values
from stnb.frame.types import is_list, is_open

from .ids import column_of
from .nested.place import place_of
from .provenance import provenance

COLUMNS = ["column", "promised", "arrived", "what"]
# The kinds of difference, as the column `what` has them.
MISSING = "missing in all rows"
EMPTY = "empty in all rows"
NEW = "not in the catalogue"
OTHER = "other type"
VALUES = "new values"
SHOWN = 5  # new values that are named
Row = tuple[str, str, str, str]


@explains_misuse("stnb")
def diff_schema(df: pd.DataFrame) -> pd.DataFrame:
    """What arrived in a frame, compared with what the catalogue promises.

    Args:
        df: a frame of a pull or of `stnb.children`. Columns that were left out of the pull, or
            added since, are no difference.

    Returns:
        A row for each difference; none if all is as promised. The columns are

        - column: its name; "items.total" lies in a list
        - promised, arrived: types, or the values of an enum with the number of rows
        - what: "missing in all rows", "empty in all rows" (lists without elements, so that nothing
          is known about what lies in them), "not in the catalogue", "other type" or "new values"

        A resource that the documents do not describe has no differences.

    Raises:
        UsageError: the frame does not say what it holds.

    Example:
        >>> stnb.diff_schema(st.jpm.jobs.pull()).query("what != 'missing in all rows'")
    """
    check_values(df)
    origin, place = provenance(df), place_of(df)
    if place is None:
        raise UsageError(
            "It is not known what the frame holds.",
            'Its attrs["stnb"] names no resource: likely it was merged or made by hand.',
            "Take the frame as the pull gave it.",
        )
    shape, new = shape_of(place), origin.get("new_columns")
    # The API sends times, and some amounts, as text, and dtypes="raw" keeps them so.
    as_sent = origin.get("dtypes") == "raw"
    rows: list[Row] = []
    for i, name in enumerate(map(str, df.columns)):
        promised = shape.by_path.get(name)
        if promised is not None:
            rows += _compared(name, promised, column_of(df.iloc[:, i]), as_sent)
        elif name in shape.objects:
            rows.append((name, "object", word(column_of(df.iloc[:, i]).type), OTHER))
        elif shape.leaves and (new is None or name in new):
            rows.append((name, "", word(column_of(df.iloc[:, i]).type), NEW))
    if not len(df):
        rows = []  # without rows nothing has arrived that could differ
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")


def _compared(path: str, column: Column, values: pa.Array, as_sent: bool) -> Iterator[Row]:
    """What differs in a column, and in all that lies in it."""
    known = values.drop_null()
    if not len(known):
        yield path, kind(column), "", MISSING
    elif is_open(column):
        return
    elif column.type == "array" and is_list(known.type):
        yield from _elements(path, column, known)
    elif column.type == "object" and pa.types.is_struct(known.type):
        yield from _fields(path, column, known)
    elif not _fits(known.type, column, as_sent):
        yield path, kind(column), word(known.type), OTHER
        if column.type == "array" and word(known.type) == "string":
            yield from _in_texts(path, column, known)
    elif column.values:
        yield from _new_values(path, column, known)


def _elements(path: str, column: Column, lists: pa.Array) -> Iterator[Row]:
    elements = lists.flatten().drop_null()
    if len(elements):
        yield from _compared(path, column.children[0], elements, True)
    else:
        yield path, kind(column), word(lists.type), EMPTY


def _in_texts(path: str, column: Column, texts: pa.Array) -> Iterator[Row]:
    """What differs in lists that are kept as JSON text because something in them differs."""
    try:
        lists = pa.array([loads(text) for text in texts.to_pylist()])
    except (ValueError, pa.ArrowException):
        return  # values of several types: the type of the column was all that can be compared
    if is_list(lists.type):
        yield from _compared(path, column, lists, True)


def _fields(path: str, column: Column, objects: pa.Array) -> Iterator[Row]:
    names = [field.name for field in objects.type]
    for child in column.children:
        inner = f"{path}.{child.name}"
        if child.name in names:
            values = pc.struct_field(objects, [names.index(child.name)])
            yield from _compared(inner, child, values, True)
        else:
            yield inner, kind(child), "", MISSING
    promised = {child.name for child in column.children}
    for field in objects.type:
        if field.name not in promised:
            yield f"{path}.{field.name}", "", word(field.type), NEW


def _new_values(path: str, column: Column, values: pa.Array) -> Iterator[Row]:
    """Values of an enum that the catalogue does not list, the most frequent first."""
    counted = pc.value_counts(values)
    found, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    new = []
    for value, count in zip(found, counts, strict=True):
        if value not in column.values:
            new.append((-count, value))
    if not new:
        return
    new.sort()
    parts = [f"{value} ({-negative:,})" for negative, value in new[:SHOWN]]
    if len(new) > SHOWN:
        parts.append(f"and {len(new) - SHOWN} more")
    yield path, ", ".join(column.values), ", ".join(parts), VALUES


# -- types


def _fits(found: pa.DataType, column: Column, as_sent: bool) -> bool:
    """Whether a type is the one promised.

    Args:
        as_sent: whether the values are as the API sends them: times are text then, and amounts may
            be.
    """
    arrived, promised = word(found), column.type
    if promised in ("string", "enum", "guid", "html"):
        # An id that is sent as text becomes a number in a frame.
        return arrived == "string" or (column.refers is not None and arrived == "integer")
    may_be_text = promised in ("date-time", "date", "duration") or column.text
    if as_sent and may_be_text and arrived == "string":
        return True
    if promised in ("decimal", "number"):
        return arrived in ("decimal", "integer")
    return arrived == promised


def word(found: pa.DataType) -> str:
    """An Arrow type in the catalogue's words.

    Example:
        >>> word(pa.list_(pa.int64()))
        'array of integer'
    """
    if is_list(found):
        return f"array of {word(found.value_type)}"
    if pa.types.is_timestamp(found):
        return "date-time" if found.tz else "date"
    for is_it, name in WORDS:
        if is_it(found):
            return name
    return str(found)


WORDS = (
    (pa.types.is_struct, "object"),
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_integer, "integer"),
    (pa.types.is_floating, "decimal"),
    (pa.types.is_decimal, "decimal"),
    (pa.types.is_string, "string"),
    (pa.types.is_large_string, "string"),
    (pa.types.is_date, "date"),
    (pa.types.is_duration, "duration"),
    (pa.types.is_null, "null"),
)
