"""Lists and objects that pandas can count, compare and describe.

`df.nunique()`, `df.drop_duplicates()` and `df.describe(include="all")` ask every column for its
different values. Arrow has none for lists and objects and raises ArrowNotImplementedError
(https://github.com/apache/arrow, `unique` and `dictionary_encode`). These columns answer by the
texts of their values. `df.groupby()` and `df.sort_values()` ask for their order, which is that of
Python's own lists. Their dtype is pandas' own, so that everything else is as ever.

`df.merge()` asks the column nothing: it hands what is beneath to Arrow, which refuses it.
"""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray


class NestedArray(pd.arrays.ArrowExtensionArray):
    """A column of lists or objects that has different values.

    Example:
        >>> pd.Series(NestedArray(pa.array([[1], [1], None]))).nunique()
        1
    """

    def unique(self) -> Self:
        """Each different value once, a missing one too, in the order of the first of them."""
        if not self._is_nested():
            return super().unique()
        codes, _ = pd.factorize(self._texts(), use_na_sentinel=False)
        return self.take(_first_places(codes))

    def factorize(self, use_na_sentinel: bool = True) -> tuple[NDArray[np.intp], Self]:
        """The number of each row's value among the different ones, and these."""
        if not self._is_nested():
            return super().factorize(use_na_sentinel)
        codes, _ = pd.factorize(self._texts(), use_na_sentinel=use_na_sentinel)
        there = np.flatnonzero(codes >= 0)
        return codes, self.take(there[_first_places(codes[there])])

    def duplicated(self, keep: Literal["first", "last", False] = "first") -> NDArray[np.bool_]:
        """Which rows have the value of another one."""
        if not self._is_nested():
            return super().duplicated(keep)
        return pd.Series(self._texts()).duplicated(keep=keep).to_numpy()

    def value_counts(self, dropna: bool = True) -> pd.Series[Any]:
        """How often each value is there, by its text: an index holds no lists."""
        if not self._is_nested():
            counts: pd.Series[Any] = super().value_counts(dropna)  # type: ignore[misc]
            return counts
        return pd.Series(self._texts()).value_counts(sort=False, dropna=dropna).astype("Int64")

    def argsort(
        self,
        *,
        ascending: bool = True,
        kind: Any = "quicksort",
        na_position: Literal["first", "last"] = "last",
        **others: Any,
    ) -> NDArray[np.intp]:
        """The rows in the order of their values, as `sort_values` and `groupby` ask for it."""
        if not self._is_nested():
            how = {"ascending": ascending, "kind": kind, "na_position": na_position}
            order: NDArray[np.intp] = super().argsort(**how, **others)
            return order
        ranks = pd.Series(self._ranks())
        rising = ranks.sort_values(ascending=ascending, kind="stable", na_position=na_position)
        places: NDArray[np.intp] = rising.index.to_numpy(dtype=np.intp)
        return places

    def isin(self, values: Any) -> NDArray[np.bool_]:
        """Which rows have one of these values: lists or objects, as the rows have them."""
        if not self._is_nested():
            found: NDArray[np.bool_] = super().isin(values)  # type: ignore[misc]
            return found
        wanted = {repr(value) for value in map(self._as_own, values)}
        return np.array([repr(value) in wanted for value in self._values()], dtype=bool)

    def _as_own(self, value: Any) -> Any:
        """A value as the rows have it; of what is none of this column, something that no row is."""
        if isinstance(value, np.ndarray | pd.api.extensions.ExtensionArray):
            value = value.tolist()
        if pd.api.types.is_scalar(value) and pd.isna(value):
            return None
        try:
            return pa.scalar(value, type=self.__arrow_array__().type).as_py()
        except (pa.ArrowException, TypeError, ValueError):
            return NotImplemented

    def _ranks(self) -> NDArray[np.float64]:
        """The place of each row's value among the different ones in their order."""
        codes, values = self.factorize()
        different = values._values()
        rising = sorted(range(len(different)), key=lambda code: _order(different[code]))
        # The last is that of what is missing, whose code is -1.
        places = np.full(len(different) + 1, np.nan)
        places[rising] = np.arange(len(different))
        return places[codes]

    def _is_nested(self) -> bool:
        # What is inside a list, as `explode` gives it, is an array of this class as well.
        return isinstance(self.dtype, pd.ArrowDtype) and pa.types.is_nested(
            self.dtype.pyarrow_dtype
        )

    def _values(self) -> list[Any]:
        found: list[Any] = pa.chunked_array(self.__arrow_array__()).to_pylist()
        return found

    def _texts(self) -> Any:
        texts = [None if value is None else repr(value) for value in self._values()]
        return pd.array(texts, dtype="str")


class NestedDtype(pd.ArrowDtype):
    """Makes such a column of an Arrow array; the dtype of the column itself is `pd.ArrowDtype`."""

    def __from_arrow__(self, array: pa.Array | pa.ChunkedArray) -> NestedArray:
        return NestedArray(array)


def _order(value: Any) -> tuple[Any, ...]:
    """What values are sorted by: within a list item by item, and what is missing first."""
    if value is None:
        return (0,)
    if isinstance(value, dict):
        return (2, *(_order(item) for item in value.values()))
    if isinstance(value, list):
        return (2, *(_order(item) for item in value))
    return (1, value)  # in one place all values are of one type


def _first_places(codes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where each code is first; the codes are counted up from 0 as they come."""
    _, first = np.unique(codes, return_index=True)
    return np.sort(first)
