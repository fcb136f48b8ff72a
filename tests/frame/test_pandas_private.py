"""The private part of pandas that is used is still there, and still needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from stnb.frame import pandas_private
from stnb.frame.pandas_private import PORTABLE, NestedByName

DECIMALS = pd.ArrowDtype(pa.list_(pa.decimal128(18, 6)))


def test_pandas_still_has_its_list_of_dtypes() -> None:
    """If this fails, pandas has changed: `ask_first` then does nothing, and should be mended."""
    from pandas.core.dtypes.base import _registry

    assert pandas_private.ASKED_FIRST
    assert _registry.dtypes[0] is NestedByName


def test_pandas_still_refuses_names_with_brackets() -> None:
    """If this fails, pandas reads such names by itself, and `ask_first` can go."""
    with pytest.raises(NotImplementedError):
        pd.ArrowDtype.construct_from_string(str(DECIMALS))


def test_without_that_list_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pandas that moved it is used as it is."""
    monkeypatch.delattr("pandas.core.dtypes.base._registry")

    assert not pandas_private.ask_first()


def test_a_frame_that_pandas_wrote_is_read_back(tmp_path: Path) -> None:
    """By `df.to_parquet` and `pd.read_parquet`, lists of decimals and odd names included."""
    odd = pd.ArrowDtype(pa.list_(pa.struct([("x (y)[z]", pa.int64())])))
    frame = pd.DataFrame({"a": pd.Series([[1, None], None], dtype=DECIMALS)})
    frame["b"] = pd.Series([[{"x (y)[z]": 1}], []], dtype=odd)
    frame.to_parquet(tmp_path / "x.parquet")

    assert pd.read_parquet(tmp_path / "x.parquet").dtypes.equals(frame.dtypes)


def test_other_names_mean_what_they_mean() -> None:
    """Only names of nested dtypes are answered to; the portable one is of use to nobody else."""
    for name in ("int64[pyarrow]", "object", "Int64", "str", "category", "datetime64[us, UTC]"):
        with pytest.raises(TypeError):
            NestedByName.construct_from_string(name)
    assert np.dtype(PORTABLE).kind == "V"
    with pytest.raises(NotImplementedError):
        pd.Series([b"x"], dtype=np.dtype(PORTABLE))
