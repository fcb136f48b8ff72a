"""Searched digits are found in numbers by arithmetic as they would be in their texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stnb.explorer.grid.columns import Columns
from stnb.explorer.grid.search import SearchIndex
from stnb.explorer.grid.search_numbers import Figures, holding, of_amounts, of_integers

# Few digits in short words, so that many are found, and long ones beyond any number.
DIGITS = st.text("0129", min_size=1, max_size=4) | st.text("0123456789", min_size=1, max_size=22)
WORDS = st.builds(
    lambda minus, whole, point, part: minus + whole + (f".{part}" if point else ""),
    st.sampled_from(["", "", "-"]),
    DIGITS,
    st.booleans(),
    st.text("0125", max_size=3),
)
BEGINS_WITH_A_POINT = st.text("0125", min_size=1, max_size=3).map(lambda part: f".{part}")
SMALL = st.integers(-200, 200)


@given(
    st.lists(SMALL | st.integers(-(2**63), 2**63 - 1) | st.none(), max_size=30),
    WORDS | BEGINS_WITH_A_POINT,
)
@example([-(2**63), 2**63 - 1, 0, None], "-9223372036854775808")
@example([0, 10, 100, None], "0")
@example([100, 1001, 10, 0], "00")
def test_whole_numbers_are_found_as_their_texts_are(values: list[int | None], word: str) -> None:
    """Of every size and sign; a missing one holds nothing."""
    found = holding(of_integers(pa.array(values, pa.int64())), word)

    assert found.tolist() == [value is not None and word in str(value) for value in values]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=10), DIGITS)
def test_whole_numbers_of_any_width_are_found(values: list[int], word: str) -> None:
    """The largest of 64 bits without a sign, and those of 8 bits."""
    wide = holding(of_integers(pa.array(values, pa.uint64())), word)
    narrow = [value % 256 - 128 for value in values]

    assert wide.tolist() == [word in str(value) for value in values]
    assert holding(of_integers(pa.array(narrow, pa.int8())), word).tolist() == [
        word in str(value) for value in narrow
    ]


@given(
    st.lists((st.integers(-(10**10), 10**10) | SMALL) | st.none(), max_size=30),
    WORDS | BEGINS_WITH_A_POINT | st.just("1.2.3"),
)
@example([0, 5, 50, 100, -5, 1250], ".5")
@example([0, 5, 50, 100, -5, 1250], "0.05")
@example([-50, -1050, -10], "-0.5")
def test_amounts_are_found_as_their_texts_are(cents: list[int | None], word: str) -> None:
    """With a point among the digits or without, as Python writes them."""
    amounts = [None if value is None else value / 100 for value in cents]
    figures = of_amounts(pa.array(amounts, pa.float64()))

    assert isinstance(figures, Figures)
    expected = [amount is not None and word in repr(amount) for amount in amounts]
    assert holding(figures, word).tolist() == expected


def test_a_negative_zero_keeps_its_sign() -> None:
    """As it is written."""
    figures = of_amounts(pa.array([-0.0, 0.0]))

    assert figures is not None
    assert holding(figures, "-0.0").tolist() == [True, False]


@pytest.mark.parametrize("other", [0.125, 0.1 + 0.2, 1e9, float("inf"), float("nan"), 1e-5])
def test_other_floats_are_no_amounts(other: float) -> None:
    """They are written with more digits, or with an exponent, so their texts are searched."""
    assert of_amounts(pa.array([1.25, other])) is None


@pytest.mark.parametrize("zone", [None, "UTC", "America/Phoenix", "Pacific/Kiritimati"])
def test_the_first_and_the_last_day_are_found_by_their_clock(zone: str | None) -> None:
    """Whatever day it is in UTC, and only those: no time is read for digits of no day."""
    moments = pd.Series(
        pd.to_datetime(["2026-01-01T00:30", None, "2027-12-31T23:30"]), dtype="M8[us]"
    )
    moments = moments.dt.tz_localize(zone)
    index = SearchIndex(Columns(pd.DataFrame({"on": moments})))

    for words, rows in (("2026-01-01", [0]), ("2027-12-31", [2]), ("Dec 31", [2]), ("4711", [])):
        assert np.flatnonzero(index.find(words)).tolist() == rows, words
