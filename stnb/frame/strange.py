"""Values of Python that no table can show: nested without an end, or without a text.

Readers and writers in C call themselves once for each level, so a frame is looked at before it is
given to them. Rows of a pull never hold such values; a frame that was made by hand may.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from stnb.errors import BadFilter
from stnb.errors.nesting import MOST_LEVELS

PLAIN = (str, bytes, bool, float, complex, dt.date, dt.time, dt.timedelta, np.generic)
HOLDING = (dict, list, tuple, set, frozenset, np.ndarray)
KNOWN = frozenset([*PLAIN[:-1], dt.datetime, pd.Timestamp, type(None)])
MOST_BITS = 10_000  # of an integer: Python writes none of more than 4,300 digits


def check_values(frame: object) -> None:
    """See that every value of a frame can be shown and compared.

    Args:
        frame: anything else than a frame or a column is left to whoever takes it.

    Raises:
        BadFilter: one is nested over 100 levels deep, holds itself, has no text, or cannot be
            compared.

    Example:
        >>> check_values(pd.DataFrame({"tags": [["a"], []]}))
    """
    for name, values in _columns(frame):
        why = _fault([value for value in values if type(value) not in KNOWN])
        if why:
            raise BadFilter(
                "The frame cannot be used as it is.",
                f"A value of {name} {why}.",
                "Leave that column out, as with df.drop(columns=…), or convert it first.",
            )


def _columns(frame: object) -> Iterator[tuple[str, Iterable[Any]]]:
    """What may hold objects: columns, categories and levels of the index."""
    if isinstance(frame, pd.Series):
        yield from _objects("the column", frame)
    if isinstance(frame, pd.DataFrame):
        for at in range(frame.shape[1]):
            yield from _objects(f"column {at + 1}", frame.iloc[:, at])
    if isinstance(frame, (pd.DataFrame, pd.Series)):
        for level in range(frame.index.nlevels):
            yield from _objects("the index", frame.index.get_level_values(level))


def _objects(name: str, values: Any) -> Iterator[tuple[str, Iterable[Any]]]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.dtype.categories
    if values.dtype == object:
        yield name, values


def _fault(values: list[Any]) -> str:
    """What is wrong with one of the values, in words; "" if nothing is.

    They are looked at level by level, each object once a level: so one that holds itself ends too.
    """
    for _ in range(MOST_LEVELS):
        if not values:
            return ""
        parts = {}
        for value in values:
            if isinstance(value, HOLDING):
                parts.update({id(part): part for part in _parts(value)})
            elif not isinstance(value, PLAIN) and not _has_text(value):
                return f"is of the type {type(value).__name__}, and has no text or no equal"
        values = [part for part in parts.values() if type(part) not in KNOWN]
    return f"is nested over {MOST_LEVELS} levels deep, or holds itself"


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, np.ndarray):
        return list(value.flat) if value.dtype == object else []
    return list(value)


def _has_text(value: Any) -> bool:
    if isinstance(value, int):
        return value.bit_length() < MOST_BITS
    if value is pd.NA or value is pd.NaT:
        return True
    try:
        str(value), repr(value), bool(value != value)
    except Exception:  # noqa: BLE001 - whatever the code of others raises
        return False
    return True
