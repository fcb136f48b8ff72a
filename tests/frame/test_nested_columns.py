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


def items(value: Any) -> tuple[Any, ...]:
    """What a list is sorted by in plain Python, with what is missing in it first."""
    return tuple((item is not None, item or 0) for item in value)


@given(LISTS)
def test_lists_have_an_order(values: list[Any]) -> None:
    """Rows are sorted and grouped by lists as tuples are, and equal ones stay as they came."""
    frame = pd.DataFrame({"lists": column(values), "at": range(len(values))})
    there = [at for at, value in enumerate(values) if value is not None]
    missing = [at for at, value in enumerate(values) if value is None]
    rising = sorted(there, key=lambda at: items(values[at]))
    falling = sorted(there, key=lambda at: items(values[at]), reverse=True)

    assert frame.sort_values("lists")["at"].tolist() == rising + missing
    first = frame.sort_values("lists", na_position="first")
    assert first["at"].tolist() == missing + rising
    fall = frame.sort_values("lists", ascending=False)["at"].tolist()
    assert [values[at] for at in fall] == [values[at] for at in falling + missing]
    groups = frame.groupby("lists", dropna=True)["at"].agg(list)
    assert [sorted(rows) for rows in groups] == [
        [at for at in there if values[at] == values[rows[0]]] for rows in groups
    ]
    assert [rows[0] for rows in groups] == [at for at in rising if at in [r[0] for r in groups]]


@given(LISTS, LISTS)
def test_lists_are_found_among_others(values: list[Any], wanted: list[Any]) -> None:
    """`isin` takes lists as they are, arrays as a row gives them, and values of other kinds."""
    lists = column(values)

    assert lists.isin(wanted).tolist() == [value in wanted for value in values]
    assert lists.isin([*wanted, "x", 1.5, {}]).tolist() == [value in wanted for value in values]
    assert lists.isin(list(lists)).all()


def test_objects_are_grouped_and_sorted() -> None:
    """Objects, and lists of them, go by their values in the order of their names."""
    kind = pa.list_(pa.struct([("sku", pa.string()), ("qty", pa.int64())]))
    rows = [[{"sku": "b", "qty": 1}], [{"sku": "a", "qty": 2}], [], [{"sku": "a", "qty": None}]]
    frame = pd.DataFrame({"items": NestedDtype(kind).__from_arrow__(pa.array(rows, kind))})

    assert frame.sort_values("items").index.tolist() == [2, 3, 1, 0]
    assert frame.groupby("items").size().tolist() == [1, 1, 1, 1]
    assert frame.pivot_table(index="items", aggfunc="size").sum() == 4
    assert frame["items"].isin([[{"sku": "a", "qty": 2}]]).tolist() == [False, True, False, False]


def test_a_key_of_lists_merges() -> None:
    """As the guide writes it, for what pandas asks of Arrow alone."""
    frame = pd.DataFrame({"lists": column([[1], [2], [1]]), "at": [0, 1, 2]})
    keyed = frame.assign(key=frame["lists"].astype("str"))

    assert len(keyed.merge(keyed, on="key")) == 5
    assert keyed.sort_values(["key", "at"])["at"].tolist() == [0, 2, 1]


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
