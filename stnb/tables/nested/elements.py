"""The elements of a column's lists, one below the other, typed as the catalogue says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column, Endpoint
from stnb.errors import UsageError
from stnb.errors.nesting import loads
from stnb.frame import Decoded, Dtypes, Shape, shape_of
from stnb.frame.strange import check_values
from stnb.frame.text import as_text
from stnb.frame.tokens import Token, number, whole_number
from stnb.frame.types import is_list, is_open

from .rows import UNKNOWN, aligned, of_arrow, of_python

Numbers = npt.NDArray[np.int64]
_NONE: Numbers = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Elements:
    """What lists held.

    Attributes:
        parents: for each element the number of its row, from 0.
        positions: for each element its place in the row's list, from 0.
        parts: the elements themselves, in order, as tables.
        shape: what the catalogue says about them.
    """

    parents: Numbers
    positions: Numbers
    parts: list[Decoded]
    shape: Shape


def elements(
    series: pd.Series[Any],
    promised: Column | None,
    inside: Endpoint | None,
    scalar: str,
    dtypes: Dtypes,
) -> Elements:
    """Open a column of lists: Arrow lists, Python's, or JSON texts.

    Args:
        promised: the catalogue's column; None if the catalogue does not know it.
        inside: the elements as the catalogue describes them.
        scalar: the column's name for elements that are not objects.
        dtypes: the option of that name that the frame was pulled with; its elements follow it.

    Raises:
        UsageError: the column holds no lists.
    """
    shape = UNKNOWN if inside is None else shape_of(inside, dtypes)
    undescribed = promised is not None and is_open(promised)
    parents, positions, parts, rows = [_NONE], [_NONE], [], 0
    for lists in _chunks(series, promised):
        if isinstance(lists, pa.Array):
            above, places, values = _opened(lists)
            if undescribed and _has_json(values):
                parts.append(of_python(_read_json(values), shape, scalar))
            else:
                parts.append(of_arrow(values, shape, scalar))
        else:
            above, places, members = _unrolled(lists)
            parts.append(of_python(members, shape, scalar))
        parents.append(above + rows)
        positions.append(places)
        rows += len(lists)
    return Elements(np.concatenate(parents), np.concatenate(positions), aligned(parts), shape)


def _chunks(series: pd.Series[Any], promised: Column | None) -> Iterator[pa.Array | list[Any]]:
    """The column as Arrow lists, or as Python lists if it holds anything else."""
    if isinstance(series.dtype, pd.ArrowDtype) and is_list(series.dtype.pyarrow_dtype):
        yield from pa.chunked_array(pa.array(series.array)).chunks
        return
    check_values(series)
    cells = [_parsed(plain(cell)) for cell in series]
    known = [cell for cell in cells if cell is not None]
    if promised is None and known and not any(isinstance(cell, list | dict) for cell in known):
        raise UsageError(
            f"{series.name!r} holds no lists.",
            f"It is a column of {series.dtype}, which has one value in each row.",
            "Name a column of lists: in df.dtypes they begin with list.",
        )
    yield [_as_list(cell) for cell in cells]


def _as_list(cell: Any) -> list[Any] | None:
    """A cell as a list; an object alone is a list of one."""
    return cell if cell is None or isinstance(cell, list) else [cell]


# -- Arrow lists


def _opened(lists: pa.Array) -> tuple[Numbers, Numbers, pa.Array]:
    """For each element its row and its place there, and the elements."""
    lengths = pc.list_value_length(lists).cast(pa.int64()).fill_null(0)
    parents, positions = _numbered(lengths.to_numpy(zero_copy_only=False))
    if not pa.types.is_fixed_size_list(lists.type) and len(lists):
        start, stop = lists.offsets[0].as_py(), lists.offsets[-1].as_py()
        # Mostly no element hides behind a list that is null; then nothing has to be copied.
        if stop - start == len(parents):
            return parents, positions, lists.values.slice(start, stop - start)
    return parents, positions, pc.list_flatten(lists)


def _numbered(lengths: Numbers) -> tuple[Numbers, Numbers]:
    parents = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.cumsum(lengths) - lengths
    return parents, np.arange(len(parents)) - np.repeat(starts, lengths)


def _has_json(values: pa.Array) -> bool:
    """Whether texts are JSON objects or lists, as elements without a description are."""
    if not pa.types.is_string(values.type):
        return False
    candidates = values.filter(pc.match_substring_regex(values, r"(?s)^(\{.*\}|\[.*\])$"))
    return any(_nested(text.as_py()) for text in candidates)


def _read_json(texts: pa.Array) -> list[Any]:
    """JSON texts as objects and lists. An empty one stays text: as an object it has no column."""
    return [_nested(text) or text for text in texts.to_pylist()]


def _nested(text: str | None) -> list[Any] | dict[str, Any] | None:
    value = _parsed(text)
    return value if isinstance(value, list | dict) else None


# -- Python's lists, and texts


def _unrolled(lists: Sequence[list[Any] | None]) -> tuple[Numbers, Numbers, list[Any]]:
    lengths: list[int] = []
    members: list[Any] = []
    for one in lists:
        lengths.append(len(one or ()))
        members += one or ()
    return *_numbered(np.array(lengths, np.int64)), members


def _parsed(text: Any) -> Any:
    """A JSON text as its value, if a value that did not fit its column was kept as this text.

    Other texts and other values stay as they are.
    """
    if not isinstance(text, str):
        return text
    try:
        value = loads(text, parse_float=_number, parse_int=whole_number, parse_constant=str)
    except (ValueError, ArithmeticError):
        return text
    if isinstance(value, list | dict):
        return value
    # Any other text that is JSON by chance, such as "1.50" or "007", was a text from the start.
    was_kept_as_text = not isinstance(value, str) and as_text(value) == text
    return value if was_kept_as_text else text


def _number(text: str) -> float | Decimal:
    """A number of a JSON text. Unlike a float that pandas made of an id, 1.0 was sent so."""
    value = number(text)
    if isinstance(value, float) and value.is_integer():
        return Token(text)
    return value


def plain(value: Any) -> Any:
    """A value of numpy, pandas or Python as JSON would give it; None if it is missing."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return _plain_array(value)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if value is pd.NA or value is pd.NaT or value != value:
        return None
    if isinstance(value, np.longdouble):  # whose item() is itself
        return float(value)
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float | Decimal):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _plain_array(values: npt.NDArray[Any]) -> list[Any]:
    """The values of an array. Whole numbers beside nulls are floats in numpy, and become whole."""
    plain_values = [plain(value) for value in values.tolist()]
    if values.dtype.kind != "f" or not np.isnan(values).any() or (values % 1 > 0).any():
        return plain_values
    return [value if value is None else int(value) for value in plain_values]
