"""Dtypes of lists, objects and decimals by their names, for `pd.read_parquet`.

The one place of the package that touches a private part of pandas; its test says when that changes.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pyarrow as pa

from .nested import NestedArray

# A Parquet file names the pandas dtype of each column. Pandas cannot read back the name that it
# gives to lists, such as "list<item: int64>[pyarrow]", and calls decimals objects. Files of ours
# have this name instead. It is numpy's, so plain pandas knows it and makes objects; as pandas makes
# no column of that name, to read it as `NestedByName` takes nothing from others.
PORTABLE = "void"
NESTED = re.compile(r"(?s)(list|struct)<.*>\[pyarrow\]")


@pd.api.extensions.register_extension_dtype
class NestedByName(pd.ArrowDtype):
    """Answers to the names of nested dtypes; the type itself is in the file."""

    @classmethod
    def construct_from_string(cls, string: str) -> NestedByName:
        """The dtype of this name, of which only `__from_arrow__` is used.

        Raises:
            TypeError: it is no nested dtype's name; pandas then asks the next dtype.
        """
        if isinstance(string, str) and (string == PORTABLE or NESTED.fullmatch(string)):
            return cls(pa.null())
        raise TypeError(f"{string!r} is no nested Arrow type")

    def __from_arrow__(self, array: pa.Array | pa.ChunkedArray) -> Any:
        return NestedArray(array)


def ask_first() -> bool:
    """Let pandas ask `NestedByName` before `pd.ArrowDtype`, which refuses a name with round or
    square brackets for good: that of a list of decimals, in a file that `df.to_parquet` wrote.

    Returns:
        Whether pandas still has the list of dtypes that this needs. Without it such files need
        `frame.save.load`, and all others read as ever.
    """
    try:
        from pandas.core.dtypes.base import _registry  # type: ignore[attr-defined]

        known = _registry.dtypes
        known.insert(0, known.pop(known.index(NestedByName)))
    except (ImportError, AttributeError, ValueError, TypeError):
        return False
    return True


ASKED_FIRST = ask_first()
