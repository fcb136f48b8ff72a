"""A frame of list columns answers what an analyst types first."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

import stnb
from stnb.frame.nested import NestedArray, NestedDtype
from stnb.frame.notices import heard
from stnb.frame.save import load

LISTS = some.lists(
    some.none() | some.lists(some.none() | some.integers(0, 2), max_size=2), max_size=9
)


def column(values: list[Any]) -> pd.Series[Any]:
    return pd.Series(
        NestedDtype(pa.list_(pa.int64())).__from_arrow__(pa.array(values, pa.list_(pa.int64())))
    )


@given(LISTS)
def test_lists_have_different_values(values: list[Any]) -> None:
    """They are counted, dropped and grouped as tuples in a plain column of objects are."""
    lists = column(values)
    plain = pd.Series([None if v is None else tuple(v) for v in values], dtype="object")

    assert lists.nunique() == plain.nunique()
    assert lists.nunique(dropna=False) == plain.nunique(dropna=False)
    assert lists.duplicated().tolist() == plain.duplicated().tolist()
    assert lists.drop_duplicates().index.tolist() == plain.drop_duplicates().index.tolist()
    assert len(lists.unique()) == len(plain.unique())
    assert pd.factorize(lists)[0].tolist() == pd.factorize(plain)[0].tolist()
    counts = lists.value_counts()
    assert sorted(counts.tolist()) == sorted(plain.value_counts().tolist())


def test_the_first_things_an_analyst_types(tmp_path: Path) -> None:
    """Of a pull, of a part of it, of two together, and of a file that was read back."""
    with heard():
        df = stnb.demo(scale=0.05).jpm.jobs.pull(limit=60)
    df.to_parquet(tmp_path / "plain.parquet")
    stnb.save(df, tmp_path / "ours.parquet")
    frames = [df, df.iloc[5:20], pd.concat([df, df], ignore_index=True), df.sort_values("total")]
    frames += [pickle.loads(pickle.dumps(df)), load(tmp_path / "ours.parquet")]
    frames += [pd.read_parquet(tmp_path / "plain.parquet")]

    for frame in frames:
        assert isinstance(frame["tagTypeIds"].dtype, pd.ArrowDtype)
        assert isinstance(frame["tagTypeIds"].array, NestedArray)
        assert frame.nunique()["id"] == frame["id"].nunique()
        assert 0 < frame.nunique()["tagTypeIds"] <= len(frame)
        assert len(frame.drop_duplicates()) == frame["id"].nunique()
        described = frame.describe(include="all")
        assert described.loc["unique", "tagTypeIds"] == frame["tagTypeIds"].nunique()


def test_what_is_inside_a_list_is_plain_arrow() -> None:
    """After `explode`, values are counted as ever, and lengths are those of pandas."""
    lists = column([[1, 2], [2], None])

    assert lists.explode().nunique() == 2
    assert lists.list.len().tolist()[:2] == [2, 1]
    assert lists.list.flatten().value_counts()[2] == 2
    with pytest.raises(TypeError):
        hash(NestedArray(pa.array([[1]])))
