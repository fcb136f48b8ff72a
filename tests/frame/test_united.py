"""Frames of several tenants become one, and each tenant's rows stay what they were."""

from __future__ import annotations

import gc
import itertools
import json
import random
import weakref
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb import catalog
from stnb.frame import assemble, decode, shape_of
from stnb.frame.united import OTHERWISE, TENANT, united
from tests.frame.test_decode import Maker, missing
from tests.helpers.sample import tries

KNOWN = [each for each in catalog.load() if each.columns and not each.positional]

LISTS = pd.ArrowDtype(pa.list_(pa.int64()))
OBJECTS = pd.ArrowDtype(pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())])))
KINDS: dict[str, tuple[Any, list[Any]]] = {
    "number": ("Int64", [1, None, 2**53 + 1]),
    "amount": ("Float64", [1.5, None, 0.1]),
    "text": ("str", ["a", None, "é"]),
    "truth": ("boolean", [True, None, False]),
    "moment": ("datetime64[us, UTC]", ["2026-07-01T07:00:00Z", None, "0001-01-01T00:00:00Z"]),
    "day": ("datetime64[us]", ["2026-07-01", None, "9999-12-31"]),
    "length": ("timedelta64[us]", [1, None, 3]),
    "list": (LISTS, [[1, 2], None, []]),
    "objects": (OBJECTS, [[{"name": "a", "value": None}], None, []]),
}


def frame(*names: str, rows: int = 3) -> pd.DataFrame:
    """Columns of these kinds."""
    columns = {name: pd.Series(KINDS[name][1][:rows], dtype=KINDS[name][0]) for name in names}
    return pd.DataFrame(columns)


def of(tenant: str, answer: pd.DataFrame) -> pd.DataFrame:
    """One tenant's rows of the answer, as a frame of their own."""
    return answer[answer[TENANT] == tenant].drop(columns=TENANT).reset_index(drop=True)


@given(
    first=some.lists(some.sampled_from(list(KINDS)), unique=True, min_size=1),
    second=some.lists(some.sampled_from(list(KINDS)), unique=True, min_size=1),
    sizes=some.tuples(some.integers(0, 3), some.integers(0, 3)),
)
def test_each_tenants_rows_and_types_are_kept(
    first: list[str], second: list[str], sizes: tuple[int, int]
) -> None:
    """Also of columns that the other tenant lacks; there they are missing."""
    frames = {"a": frame(*first, rows=sizes[0]), "b": frame(*second, rows=sizes[1])}
    before = {tenant: each.copy() for tenant, each in frames.items()}

    answer, converted = united(frames)

    assert converted == {}
    assert answer[TENANT].tolist() == ["a"] * sizes[0] + ["b"] * sizes[1]
    assert list(answer.columns) == [TENANT, *dict.fromkeys(first + second)]
    for tenant, each in before.items():
        found = of(tenant, answer)
        pd.testing.assert_frame_equal(found[list(each.columns)], each)
        others = found.drop(columns=list(each.columns))
        assert bool(others.isna().all().all())


@pytest.mark.parametrize("rows", [0, 2])
@pytest.mark.parametrize(("kind", "other"), list(itertools.permutations(KINDS, 2)))
def test_a_tenant_without_a_value_decides_no_type(kind: str, other: str, rows: int) -> None:
    """And is not named, whether it has no rows or only rows that lack the value."""
    some_rows = pd.DataFrame({"x": frame(kind)[kind]})
    none = pd.DataFrame({"x": pd.Series([None] * rows, dtype=KINDS[other][0])})

    for frames in ({"a": some_rows, "b": none}, {"b": none, "a": some_rows}):
        answer, converted = united(frames.copy())
        assert converted == {}
        pd.testing.assert_series_equal(of("a", answer)["x"], some_rows["x"])
        assert bool(of("b", answer)["x"].isna().all())


def test_a_column_of_another_type_loses_nothing_and_is_named() -> None:
    """The number of one tenant is the text of another's."""
    frames = {
        "a": pd.DataFrame({"x": pd.array([2**53 + 1, None], "Int64")}),
        "b": pd.DataFrame({"x": pd.array(["07"], "str")}),
    }
    answer, converted = united(frames)

    assert answer["x"].tolist()[::2] == ["9007199254740993", "07"]
    assert pd.isna(answer["x"][1])
    assert converted["x"].tenants == ["a"]


@pytest.mark.parametrize(("value", "dtype"), [(2**53 + 1, "str"), (7, "Float64")])
def test_whole_numbers_beside_amounts_keep_every_digit(value: int, dtype: str) -> None:
    """As text, if a float does not hold them."""
    frames = {
        "a": pd.DataFrame({"x": pd.array([value], "Int64")}),
        "b": pd.DataFrame({"x": pd.array([0.5], "Float64")}),
    }
    answer, _ = united(frames)

    assert str(answer["x"].dtype) == dtype
    assert answer["x"][0] in (value, str(value))


def test_a_column_that_is_called_tenant_gets_another_name() -> None:
    """The first column is ours."""
    answer, _ = united({"a": pd.DataFrame({TENANT: pd.array([{"id": 1}], "object")})})
    assert list(answer.columns) == [TENANT, OTHERWISE]


def test_the_frames_are_let_go_on_the_way() -> None:
    """So that all of them and the answer are never in memory at once."""
    frames = {"a": frame("number", "text"), "b": frame("number")}
    kept = [weakref.ref(each) for each in frames.values()]
    united(frames)
    assert frames == {}
    gc.collect()
    assert [each() for each in kept] == [None, None]


def test_no_tenant_is_a_frame_with_a_column_for_it() -> None:
    """And without rows."""
    answer, _ = united({})
    assert list(answer.columns) == [TENANT]
    assert len(answer) == 0


@pytest.mark.parametrize("seed", range(tries(200)))
def test_hostile_rows_of_several_tenants_read_back(seed: int) -> None:
    """Whatever types each tenant's columns got by its rows: every value of every tenant."""
    chance = random.Random(seed)
    endpoint = chance.choice(KNOWN)
    shape = shape_of(endpoint, chance.choice(["typed", "decimal", "raw"]))
    sent, frames = {}, {}
    for tenant, wrong in (("a", 0.0), ("b", 0.1), ("c", 0.3)):
        maker = Maker(chance, wrong)
        sent[tenant] = [maker.row(endpoint.columns) for _ in range(5)]
        page = json.dumps(sent[tenant]).encode()
        frames[tenant] = assemble([decode(page, "bare", shape)], shape)[0]

    answer, _ = united(frames)

    for tenant, rows in sent.items():
        own = of(tenant, answer).rename(columns={OTHERWISE: TENANT})
        for at, row in enumerate(rows):
            assert missing(row, own, at) == [], (endpoint.name, tenant)
