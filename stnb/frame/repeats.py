"""Which rows stay of those that came more than once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]


def newest(keys: Mapping[str, Any], times: Any = None) -> Mask:
    """Which rows stay, so that each key stands once: of rows with one key the newest.

    If times do not tell two rows apart, the one that was read last stays; a row without a time is
    the oldest. A row that lacks a part of its key always stays.

    Args:
        keys: the columns of the key, as pandas' or numpy's arrays, in the order of reading.
        times: when each row was modified; None if that is not known.

    Example:
        >>> newest({"id": [1, 2, 1]})
        array([False,  True,  True])
    """
    rows = pd.DataFrame(keys)
    wanted = np.ones(len(rows), dtype=bool)
    rows = rows[rows.duplicated(keep=False) & rows.notna().all(axis=1)]
    if not len(rows):
        return wanted
    if times is not None:
        when = pd.Series(times[rows.index], rows.index)
        rows = rows.loc[when.sort_values(kind="stable", na_position="first").index]
    wanted[rows.index[rows.duplicated(keep="last")]] = False
    return wanted
