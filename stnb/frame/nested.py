"""Lists and objects that pandas can count, compare and describe.

`df.nunique()`, `df.drop_duplicates()` and `df.describe(include="all")` ask every column for its
different values. Arrow has none for lists and objects and raises ArrowNotImplementedError
(https://github.com/apache/arrow, `unique` and `dictionary_encode`). These columns answer by the
texts of their values. Their dtype is pandas' own, so that everything else is as ever.
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

    def _is_nested(self) -> bool:
        # What is inside a list, as `explode` gives it, is an array of this class as well.
        return isinstance(self.dtype, pd.ArrowDtype) and pa.types.is_nested(
            self.dtype.pyarrow_dtype
        )

    def _texts(self) -> Any:
        values = pa.chunked_array(self.__arrow_array__()).to_pylist()
        texts = [None if value is None else repr(value) for value in values]
        return pd.array(texts, dtype="str")


class NestedDtype(pd.ArrowDtype):
    """Makes such a column of an Arrow array; the dtype of the column itself is `pd.ArrowDtype`."""

    def __from_arrow__(self, array: pa.Array | pa.ChunkedArray) -> NestedArray:
        return NestedArray(array)


def _first_places(codes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where each code is first; the codes are counted up from 0 as they come."""
    _, first = np.unique(codes, return_index=True)
    return np.sort(first)
