"""The elements of a column's lists, one below the other, typed as the catalogue promises them."""

from __future__ import annotations

import datetime as dt
import json
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
from stnb.frame import Decoded, Dtypes, Shape, fallback, shape_of
from stnb.frame.text import as_text
from stnb.frame.types import is_open

from .rows import UNKNOWN, aligned, of_arrow, of_python

Numbers = npt.NDArray[np.int64]
_NONE: Numbers = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Elements:
    """What lists held.

    Attributes:
        parents: for each element the row that it is from, counted from 0.
        positions: its place in that row's list, counted from 0.
        parts: the elements themselves, in order, as tables.
        shape: what the catalogue promises of them.
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
        promised: the array that the catalogue says it is; None where it does not know it.
        inside: what the catalogue says of the elements.
        scalar: the name for elements that are no objects.
        dtypes: how the frame was asked to be typed; its elements are alike.

    Raises:
        UsageError: the column holds no lists.
    """
    shape = UNKNOWN if inside is None else shape_of(inside, dtypes)
    anything = promised is not None and is_open(promised)
    parents, positions, parts, seen = [_NONE], [_NONE], [], 0
    for lists in _chunks(series, promised):
        above, places, values = _opened(lists) if isinstance(lists, pa.Array) else _unrolled(lists)
        if isinstance(values, pa.Array) and anything and _are_nested(values):
            values = [
                _nested(text) or text for text in values.to_pylist()
            ]  # "{}" may be a text, and would not be seen
        parts.append(
            of_arrow(values, shape, scalar)
            if isinstance(values, pa.Array)
            else of_python(values, shape, scalar)
        )
        parents.append(above + seen)
        positions.append(places)
        seen += len(lists)
    return Elements(np.concatenate(parents), np.concatenate(positions), aligned(parts), shape)


def _chunks(series: pd.Series[Any], promised: Column | None) -> Iterator[pa.Array | list[Any]]:
    """The column as Arrow lists, or as Python's where it holds anything else."""
    if isinstance(series.dtype, pd.ArrowDtype) and _is_list(series.dtype.pyarrow_dtype):
        yield from pa.chunked_array(pa.array(series.array)).chunks
        return
    cells = [_parsed(plain(cell)) for cell in series]
    if (
        promised is None
        and any(c is not None for c in cells)
        and not any(isinstance(c, list | dict) for c in cells)
    ):
        raise UsageError(
            f"{series.name!r} holds no lists.",
            f"It is a column of {series.dtype}, whose values stand for themselves.",
            "Name a column of lists: in df.dtypes they begin with list.",
        )
    yield [cell if cell is None or isinstance(cell, list) else [cell] for cell in cells]


def _is_list(kind: pa.DataType) -> bool:
    return any(
        is_it(kind)
        for is_it in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    )


# -- Arrow lists


def _opened(lists: pa.Array) -> tuple[Numbers, Numbers, pa.Array]:
    counts = (
        pc.list_value_length(lists).cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    )
    parents, positions = _numbered(counts)
    if not pa.types.is_fixed_size_list(lists.type) and len(lists):
        start, stop = lists.offsets[0].as_py(), lists.offsets[-1].as_py()
        if stop - start == len(
            parents
        ):  # no element hides behind a null list, as good as always: nothing to copy
            return parents, positions, lists.values.slice(start, stop - start)
    return parents, positions, pc.list_flatten(lists)


def _numbered(counts: Numbers) -> tuple[Numbers, Numbers]:
    parents = np.repeat(np.arange(len(counts)), counts)
    return parents, np.arange(len(parents)) - np.repeat(np.cumsum(counts) - counts, counts)


def _are_nested(values: pa.Array) -> bool:
    """Whether texts are JSON objects or lists, as the elements of an array are of which the
    documents promise nothing.
    """
    if not pa.types.is_string(values.type):
        return False
    nested = values.filter(pc.match_substring_regex(values, r"(?s)^(\{.*\}|\[.*\])$"))
    return any(_nested(text.as_py()) for text in nested)


def _nested(text: str | None) -> list[Any] | dict[str, Any] | None:
    value = _parsed(text)
    return value if isinstance(value, list | dict) else None


# -- Python's lists, and texts


def _unrolled(lists: Sequence[list[Any] | None]) -> tuple[Numbers, Numbers, list[Any]]:
    counts = np.array([0 if v is None else len(v) for v in lists], np.int64)
    return *_numbered(counts), [x for v in lists if v is not None for x in v]


def _parsed(text: Any) -> Any:
    """JSON as what it stands for, where it is written as JSON is for a drifted value; other texts
    as they are.
    """
    if not isinstance(text, str):
        return text
    try:
        value = json.loads(text, parse_float=fallback.number, parse_constant=str)
    except (ValueError, RecursionError, ArithmeticError):
        return text
    return (
        value
        if isinstance(value, list | dict) or (not isinstance(value, str) and as_text(value) == text)
        else text
    )


def plain(value: Any) -> Any:
    """A value of numpy, pandas or Python as JSON has it; missing ones as None."""
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
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float | Decimal):
        return value
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _plain_array(values: npt.NDArray[Any]) -> list[Any]:
    """Whole numbers beside nulls are floats in numpy; they become whole again."""
    if values.dtype.kind == "f" and np.isnan(values).any() and not (values % 1 > 0).any():
        return [None if v != v else int(v) for v in values.tolist()]
    return [plain(v) for v in values.tolist()]
