"""What arrived, against what the catalogue promised: columns that are empty, new, of another type,
or with new values.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column
from stnb.catalog.schema import kind
from stnb.errors import UsageError
from stnb.frame import shape_of
from stnb.frame.types import is_open

from .ids import column_of
from .nested.place import place_of
from .provenance import provenance

COLUMNS = ["column", "promised", "arrived", "what"]
MISSING, EMPTY, NEW, OTHER, VALUES = (
    "missing in all rows",
    "empty in all rows",
    "not in the catalogue",
    "other type",
    "new values",
)
SHOWN = 5  # new values that are named
Row = tuple[str, str, str, str]


def diff_schema(df: pd.DataFrame) -> pd.DataFrame:
    """What arrived in a frame, against what the catalogue promised; no row where all is as it
    should be.

    Args:
        df: a frame of a pull, or of `stnb.children`. Columns that were left out, or added since,
            are no difference.

    Returns:
        A row for each difference: column (as in `columns`: "items.total" lies in a list), promised,
            arrived (types, or
        the values of an enum with the number of rows) and what: "missing in all rows", "empty in
        all rows" (lists without elements; what would lie in them is not told), "not in the
        catalogue", "other type" or "new values". Where the documents do not describe a resource,
        nothing differs.

    Raises:
        UsageError: the frame does not say what it holds.

    Example:
        >>> stnb.diff_schema(st.jpm.jobs.pull()).query("what != 'missing in all rows'")
    """
    said, place = provenance(df), place_of(df)
    if place is None:
        raise UsageError(
            "It is not known what the frame holds.",
            'Its attrs["stnb"] names no resource: likely it was merged or made by hand.',
            "Take the frame as the pull gave it.",
        )
    shape, new = shape_of(place), said.get("new_columns")
    as_read = said.get("dtypes") == "raw"  # the API's own values: times and amounts as text
    rows: list[Row] = []
    for i, name in enumerate(map(str, df.columns)):
        promised = shape.by_path.get(name)
        if promised is not None:
            rows += _compared(name, promised, column_of(df.iloc[:, i]), as_read)
        elif name in shape.objects:
            rows.append((name, "object", word(column_of(df.iloc[:, i]).type), OTHER))
        elif shape.leaves and (new is None or name in new):
            rows.append((name, "", word(column_of(df.iloc[:, i]).type), NEW))
    return pd.DataFrame(rows if len(df) else [], columns=COLUMNS, dtype="str")


def _compared(path: str, column: Column, values: pa.Array, as_read: bool) -> Iterator[Row]:
    """What differs in a column, and in all that lies in it."""
    there = values.drop_null()
    if not len(there):
        yield path, kind(column), "", MISSING
    elif is_open(column):
        return
    elif column.type == "array" and _is_list(there.type):
        elements = there.flatten().drop_null()
        if not len(elements):
            yield path, kind(column), word(there.type), EMPTY
        else:
            yield from _compared(path, column.children[0], elements, True)
    elif column.type == "object" and pa.types.is_struct(there.type):
        yield from _fields(path, column, there)
    elif not _fits(there.type, column, as_read):
        yield path, kind(column), word(there.type), OTHER
        if column.type == "array" and word(there.type) == "string":
            yield from _written(path, column, there)
    elif column.values:
        yield from _new_values(path, column, there)


def _written(path: str, column: Column, texts: pa.Array) -> Iterator[Row]:
    """What differs in lists that are kept as JSON text, as they are where something in them
    differs.
    """
    try:
        lists = pa.array([json.loads(text) for text in texts.to_pylist()])
    except (
        ValueError,
        RecursionError,
        pa.ArrowException,
    ):  # values of several types: nothing is to be said but that
        return
    if _is_list(lists.type):
        yield from _compared(path, column, lists, True)


def _fields(path: str, column: Column, objects: pa.Array) -> Iterator[Row]:
    names = [field.name for field in objects.type]
    for child in column.children:
        inner = f"{path}.{child.name}"
        if child.name in names:
            yield from _compared(
                inner, child, pc.struct_field(objects, [names.index(child.name)]), True
            )
        else:
            yield inner, kind(child), "", MISSING
    promised = {child.name for child in column.children}
    for field in objects.type:
        if field.name not in promised:
            yield f"{path}.{field.name}", "", word(field.type), NEW


def _new_values(path: str, column: Column, values: pa.Array) -> Iterator[Row]:
    counted = pc.value_counts(values)
    seen = zip(
        counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True
    )
    new = sorted(
        ((n, value) for value, n in seen if value not in column.values),
        key=lambda found: (-found[0], found[1]),
    )
    if new:
        more = [f"and {len(new) - SHOWN} more"] if len(new) > SHOWN else []
        yield (
            path,
            ", ".join(column.values),
            ", ".join([*(f"{value} ({n:,})" for n, value in new[:SHOWN]), *more]),
            VALUES,
        )


# -- types


def _is_list(found: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(found)
        or pa.types.is_large_list(found)
        or pa.types.is_fixed_size_list(found)
    )


def _fits(found: pa.DataType, column: Column, as_read: bool) -> bool:
    """Whether a type is the one promised, as the frame has it; as read from JSON, times are text,
    and amounts may be.
    """
    word_of_it, wanted = word(found), column.type
    if wanted in (
        "string",
        "enum",
        "guid",
        "html",
    ):  # an id that is sent as text becomes a number in a frame
        return word_of_it == "string" or (column.refers is not None and word_of_it == "integer")
    if (
        as_read
        and word_of_it == "string"
        and (wanted in ("date-time", "date", "duration") or column.text)
    ):
        return True
    if wanted in ("decimal", "number"):
        return word_of_it in ("decimal", "integer")
    return word_of_it == wanted


def word(found: pa.DataType) -> str:
    """An Arrow type in the catalogue's words."""
    is_it = pa.types
    if _is_list(found):
        return f"array of {word(found.value_type)}"
    if is_it.is_timestamp(found):
        return "date-time" if found.tz else "date"
    words = (
        (is_it.is_struct, "object"),
        (is_it.is_boolean, "boolean"),
        (is_it.is_integer, "integer"),
        (is_it.is_floating, "decimal"),
        (is_it.is_decimal, "decimal"),
        (is_it.is_string, "string"),
        (is_it.is_large_string, "string"),
        (is_it.is_date, "date"),
        (is_it.is_duration, "duration"),
        (is_it.is_null, "null"),
    )
    return next((name for test, name in words if test(found)), str(found))
