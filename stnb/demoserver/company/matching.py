"""Which rows of a column hold a value, compared as text without case."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from .columns import Array, Choice, Ragged
from .table import Table

NUMBER = re.compile(r"-?[0-9]{1,18}")  # what a column of integers can hold


def equal(data: Any, given: list[str], contains: bool = False) -> Array:
    """Which rows hold one of the values, or for names: a part of it."""
    wanted = {g.lower() for g in given}

    def test(value: Any) -> bool:
        text = "" if value is None else str(value).lower()
        return any(w in text for w in wanted) if contains else text in wanted

    if isinstance(data, Choice):
        flags = [
            any(test(v) for v in value) if isinstance(value, list) else test(value)
            for value in data.values
        ]
        return np.array([*flags, False])[data.codes]
    if isinstance(data, Ragged):
        hits = np.concatenate(
            ([0], np.cumsum(np.broadcast_to(equal(data.values, given), data.starts[-1])))
        )
        return np.asarray(hits[data.starts[1:]] > hits[data.starts[:-1]])
    if not isinstance(data, np.ndarray):
        return np.array(test(data)) if not isinstance(data, Table) else np.array(True)
    if data.dtype.kind == "i":
        numbers = [int(g) for g in given if NUMBER.fullmatch(g)]
        return np.isin(data, numbers)
    if data.dtype.kind == "b":
        return np.asarray(data == ("true" in wanted))
    return np.array([test(v) for v in data.tolist()], dtype=bool)
