"""Two frames of one table: what came, what went, what changed, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb.errors import UsageError
from stnb.tables.compare import compare
from tests.helpers.sample import tries

pytestmark = pytest.mark.usefixtures("small_demo")

MOMENT = pd.array(["2026-01-01"], "datetime64[us, UTC]")
LISTS = pd.ArrowDtype(pa.list_(pa.int64()))


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)


def rows(found: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The differences, with None for what is missing."""
    plain = found.astype(object).where(found.notna(), None)
    return sorted(plain.itertuples(index=False, name=None), key=str)


def test_rows_that_came_and_went_and_values_that_changed() -> None:
    """Each once, with the old and the new value."""
    before = frame(id=[1, 2, 3], price=[10.0, 20.0, None], name=["a", "b", "c"])
    after = frame(id=[2, 3, 4], price=[21.0, None, 5.0], name=["b", None, "d"])
    assert rows(compare(before, after)) == [
        (1, "gone", "", None, None),
        (2, "changed", "price", 20.0, 21.0),
        (3, "changed", "name", "c", None),
        (4, "added", "", None, None),
    ]


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (pd.array([1], "Int64"), pd.array([1.0], "Float64"), 0),
        (pd.array([1], "Int64"), pd.array(["1"], "str"), 0),
        (pd.array(["007"], "str"), pd.array(["7"], "str"), 1),
        (pd.array([2**53 + 1], "Int64"), pd.array(["9007199254740992"], "str"), 1),
        (pd.array([[1, 2]], LISTS), pd.array([[1, 2]], LISTS), 0),
        (pd.array([[1, 2]], LISTS), pd.array([[2, 1]], LISTS), 1),
        (pd.array([None], "Float64"), pd.array([None], "str"), 0),
        (pd.array([True], "boolean"), pd.array(["true"], "str"), 0),
        (MOMENT, pd.array(["2025-12-31T17:00:00-07:00"], "str"), 0),
        (MOMENT, pd.array([1767225600000000], "Int64"), 1),
    ],
)
def test_a_value_is_compared_by_what_it_says(old: Any, new: Any, changed: int) -> None:
    """Whatever its type."""
    assert len(compare(frame(id=[1], x=old), frame(id=[1], x=new))) == changed


def held(value: Decimal) -> dict[str, Any]:
    """The types that hold a number exactly, with it."""
    found: dict[str, Any] = {"text": pd.array([f"{value:f}"], "str")}
    found["zeros"] = pd.array([f"{value:.7f}"], "str")
    found["exponent"] = pd.array([f"{value:e}"], "str")
    for name, kind in (("amount", pa.decimal128(18, 6)), ("wide", pa.decimal256(76, 38))):
        found[name] = pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array([value], kind)]))
    if value == value.to_integral_value():
        found["whole"] = pd.array([int(value)], "Int64")
    if Decimal(repr(float(value))) == value:
        found["float"] = pd.array([float(value)], "Float64")
    return found


numbers = some.decimals(-(10**11), 10**11, places=6) | some.integers(-(10**11), 10**11).map(Decimal)
KINDS = ["text", "zeros", "exponent", "amount", "wide", "whole", "float"]
AMONG = [Decimal("0.1"), Decimal(0), Decimal("999999999999.123456"), Decimal("1.50"), Decimal(-7)]


@settings(max_examples=tries(300), derandomize=True, deadline=None)
@given(
    numbers | some.sampled_from(AMONG),
    some.sampled_from([Decimal(0), Decimal("0.000001")]),
    some.sampled_from(KINDS),
    some.sampled_from(KINDS),
)
def test_numbers_of_different_types_are_compared_to_the_last_digit(
    value: Decimal, more: Decimal, kind: str, another: str
) -> None:
    """Also if no float holds them: equal ones are equal in whatever type, and others are not."""
    old, new = held(value).get(kind), held(value + more).get(another)
    if old is None or new is None or old.dtype == new.dtype == "str":
        return  # two texts are compared as texts
    found = compare(frame(id=[1], x=old), frame(id=[1], x=new))
    assert len(found) == (more != 0)


@given(
    some.dictionaries(some.integers(0, 9), some.one_of(some.none(), some.integers(0, 2))),
    some.dictionaries(some.integers(0, 9), some.one_of(some.none(), some.integers(0, 2))),
)
def test_the_differences_make_the_one_of_the_other(
    a: dict[int, int | None], b: dict[int, int | None]
) -> None:
    """Applied to the first frame."""
    found = compare(
        *(
            frame(id=pd.array(list(x), "Int64"), v=pd.array(list(x.values()), "Int64"))
            for x in (a, b)
        )
    )
    made = dict(a)
    for key, change, _, _, new in rows(found):
        if change == "gone":
            del made[key]
        else:
            made[key] = b[key] if change == "added" else new
    assert made == b


def test_the_key_is_that_of_the_resource_and_the_tenant() -> None:
    """As the frames say themselves."""
    ts = stnb.Tenants({name: stnb.demo(seed=n, scale=0.01) for n, name in enumerate("ab")})
    with ts:
        before = ts.pull("pricebook.services", columns=["id", "price"], active="Any")
    after = before.copy()
    after.attrs = before.attrs
    at = after.index[after["tenant"] == "b"][0]
    after.loc[at, "price"] = 1.25
    found = compare(before, after)
    assert found[["tenant", "column", "new"]].to_numpy().tolist() == [["b", "price", 1.25]]


@pytest.mark.parametrize("by", [None, "sku"])
def test_a_frame_without_the_key_or_with_repeats_is_refused(by: str | None) -> None:
    """It would be compared with any of them."""
    name = by or "id"
    good, twice, none = frame(**{name: [1, 2]}), frame(**{name: [1, 1]}), frame(x=[1])
    for bad in (twice, none):
        with pytest.raises(UsageError, match="The second frame"):
            compare(good, bad, by=by)
        with pytest.raises(UsageError, match="The first frame"):
            compare(bad, good, by=by)
