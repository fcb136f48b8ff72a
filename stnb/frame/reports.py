"""The columns of a report, by the data types that its description gives them.

A report's rows are arrays of cells. Its fields say of each cell whether it is a String, Number,
Boolean, Date or Time; numbers and dates may come as text all the same.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from . import by_value, tokens
from .converters import ZONE, filled, to_date, to_date_time
from .drift import Drift, Drifts, Kind, add_drift, misfits, note
from .fits import MISFITS, fits, suited
from .sent import keep_written
from .text import each, text_of
from .types import Dtypes, is_number


def follow(
    columns: dict[str, pa.Array],
    data_types: Mapping[str, str],
    drift: Drifts,
    sent: dict[str, pa.Array],
    dtypes: Dtypes = "typed",
) -> None:
    """Give columns the type that the report says they have, if every value converts exactly; a
    column without a value has it, too. Numbers of more digits than a float keeps are rounded, and
    noted, unless `dtypes` asks for decimals. An empty cell of a table has no value.

    What a value becomes does not depend on those beside it: a page may hold any of them.

    Args:
        data_types: "Number", "Boolean", "Date" or another one by the column's name.
        drift: gets the columns that stay text for it, and in how many rows.
        sent: gets the texts that were converted.
    """
    keep_written(columns, sent)
    if dtypes == "raw":
        return
    for name, values in columns.items():
        data_type = data_types.get(name, "")
        if data_type not in CONVERTERS or FITTING[data_type](values.type):
            continue
        texts = values
        if not pa.types.is_string(values.type):
            texts = sent.get(name, text_of(values))
        convert = functools.partial(CONVERTERS[data_type], dtypes=dtypes)
        try:
            columns[name] = convert(texts)
            sent.setdefault(name, texts)
        except MISFITS:
            columns[name] = texts
            note(drift, name, Kind.MISFIT, max(misfits(texts, convert), 1), data_type)
            continue
        if pa.types.is_floating(columns[name].type):
            rows = tokens.lossy_texts(filled(texts))
            if rows:
                add_drift(drift, {name: [Drift(name, Kind.DIGITS, rows)]})


def data_types_of(names: Sequence[str], fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The data type of each column whose field has one."""
    found = {}
    for name, field in zip(names, fields, strict=False):
        if field.get("dataType"):
            found[name] = str(field["dataType"])
    return found


def labels_of(names: Sequence[str], fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The label of each column, as the office sees it; the column's name if it has none."""
    found = {}
    for name, field in zip(names, fields, strict=False):
        found[name] = str(field.get("label") or name)
    return found


def _number(texts: pa.Array, dtypes: Dtypes = "typed") -> pa.Array:
    """Whole numbers if all are written so; a column without a value has the type that holds any
    number.
    """
    known = filled(texts)
    if known.null_count == len(known):
        return pa.nulls(len(known), pa.float64())
    values = each(known.to_pylist(), _as_json)
    if dtypes == "decimal" and any(map(tokens.lossy, values)):
        return tokens.exactly(values)
    return pa.array([suited(value, None) for value in values])


def _as_json(text: str) -> Any:
    """The number that JSON would read.

    Raises:
        pa.ArrowInvalid: it is none.
    """
    text = text.strip()
    if not by_value.NUMBER.fullmatch(text):
        raise pa.ArrowInvalid(f"{text} is no number")
    if WHOLE.fullmatch(text):
        whole = tokens.whole_number(text)
        if not fits(whole, pa.int64()):
            raise pa.ArrowInvalid(f"{text} is too large")
        return whole
    return tokens.number(text)


def _boolean(texts: pa.Array, dtypes: Dtypes = "typed") -> pa.Array:
    return by_value.array(filled(texts).to_pylist(), "boolean")


def _date(texts: pa.Array, dtypes: Dtypes = "typed") -> pa.Array:
    """Moments in UTC if the texts have a zone, otherwise times of the tenant's own clock."""
    known = filled(texts)
    zoned = pc.match_substring_regex(known, ZONE)
    if not pc.any(zoned).as_py():
        return to_date(known)
    if pc.all(zoned).as_py():
        return to_date_time(known)
    raise pa.ArrowInvalid("some with a zone and some without, which cannot be compared")


CONVERTERS = {"Number": _number, "Boolean": _boolean, "Date": _date}
# The types of JSON that need no conversion; a date has none.
FITTING: dict[str, Callable[[pa.DataType], bool]] = {
    "Number": is_number,
    "Boolean": pa.types.is_boolean,
    "Date": pa.types.is_timestamp,
}
WHOLE = re.compile(r"-?\d+", re.ASCII)
