"""The columns of a report, by the data types that its description gives them.

A report's rows are arrays of cells. Its fields say of each cell whether it is a String, Number,
Boolean, Date or Time; numbers and dates may come as text all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from . import by_value
from .converters import ZONE, to_date, to_date_time
from .drift import Drifts, Kind, misfits, note
from .fits import MISFITS


def follow(
    columns: dict[str, pa.Array],
    data_types: Mapping[str, str],
    drift: Drifts,
    sent: dict[str, pa.Array],
) -> None:
    """Give columns of text the type that the report says they have, if every value converts
    exactly.

    Args:
        data_types: "Number", "Boolean", "Date" or another one by the column's name.
        drift: gets the columns that stay text for it, and in how many rows.
        sent: gets the texts that were converted.
    """
    for name, values in columns.items():
        data_type = data_types.get(name, "")
        if data_type not in CONVERTERS or not pa.types.is_string(values.type):
            continue
        try:
            columns[name] = CONVERTERS[data_type](values)
            sent.setdefault(name, values)
        except MISFITS:
            rows = misfits(values, CONVERTERS[data_type])
            note(drift, name, Kind.MISFIT, max(rows, 1), data_type)


def data_types_of(names: Sequence[str], fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The data type of each column whose field has one."""
    found = {}
    for name, field in zip(names, fields, strict=False):
        if field.get("dataType"):
            found[name] = str(field["dataType"])
    return found


def _number(texts: pa.Array) -> pa.Array:
    """Whole numbers if all are; a column without a value has the type that holds any number."""
    known = _filled(texts)
    values = known.to_pylist()
    if known.null_count == len(known):
        return by_value.array(values, "number")
    try:
        return by_value.array(values, "integer")
    except pa.ArrowInvalid:
        return by_value.array(values, "number")


def _boolean(texts: pa.Array) -> pa.Array:
    return by_value.array(_filled(texts).to_pylist(), "boolean")


def _date(texts: pa.Array) -> pa.Array:
    """Moments in UTC if the texts have a zone, otherwise times of the tenant's own clock."""
    known = _filled(texts)
    zoned = pc.match_substring_regex(known, ZONE)
    if not pc.any(zoned).as_py():
        return to_date(known)
    if pc.all(zoned).as_py():
        return to_date_time(known)
    raise pa.ArrowInvalid("some with a zone and some without, which cannot be compared")


def _filled(texts: pa.Array) -> pa.Array:
    """The texts; none where one is blank: an empty cell of a table has no value."""
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "")
    return pc.if_else(blank, None, texts)


CONVERTERS = {"Number": _number, "Boolean": _boolean, "Date": _date}
