"""The kinds of columns that a table keeps: arrays, few values, lists, and values made on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Index: TypeAlias = npt.NDArray[np.int64]


Array: TypeAlias = npt.NDArray[Any]


NULL = "null"


@dataclass(frozen=True)
class Ragged:
    """Lists of different length laid end to end: row i owns values[starts[i]:starts[i + 1]].

    `values` is an array, or a Table where the elements are objects.
    """

    starts: Index
    values: Any


@dataclass(frozen=True)
class Choice:
    """A column of few values: row i holds values[codes[i]], and null where the code is negative."""

    codes: Index
    values: Sequence[Any]

    @cached_property
    def texts(self) -> list[str]:
        return [*(dumps(v) for v in self.values), NULL]

    def array(self) -> Array:
        values = np.empty(len(self.values) + 1, dtype=object)
        values[:-1] = list(self.values)
        return values[self.codes]


@dataclass(frozen=True)
class Lazy:
    """A column that is made only for the rows that are asked for.

    `make(at)` gives one JSON value for each.
    """

    make: Callable[[Index], Iterable[Any]]


def ragged(counts: Array, values: Any) -> Ragged:
    """A Ragged of lists with so many elements each."""
    return Ragged(np.concatenate(([0], np.cumsum(counts))).astype(np.int64), values)


def dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
