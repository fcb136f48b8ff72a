"""Searched digits are found in numbers by arithmetic as they would be in their texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stnb.explorer.grid import scan
from stnb.explorer.grid.columns import Columns
from stnb.explorer.grid.search import SearchIndex
from stnb.explorer.grid.search_floats import BLOCK, Floats, of_floats
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


FLOATS = (
    st.floats(1e-3, 1e9, exclude_max=True)
    | st.floats(0.1, 1)
    | st.integers(3, 10**9).map(lambda count: count / 3_000)
    | st.integers(2**11, 10**9).map(lambda count: count / 2**20)
    | st.integers(10, 10**7).map(lambda count: count / 10**4)
)
ODD = st.sampled_from([1e9, 1e300, 5e-324, 1.5e-7, float("inf"), float("nan"), None])


@given(st.lists(FLOATS, min_size=1, max_size=5), st.sampled_from([1, -1]), ODD, st.data())
def test_floats_are_found_as_their_texts_are(
    sizes: list[float], sign: int, odd: float | None, data: st.DataObject
) -> None:
    """Any part of a text, among a few numbers that have an exponent, or are none."""
    values = [*(sign * size for size in sizes * 20), odd]
    column = of_floats(pa.array(values, pa.float64(), from_pandas=False))
    texts = ["" if value is None else repr(value) for value in values]
    text = data.draw(st.sampled_from(texts[: len(sizes)]))
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : start + data.draw(st.integers(1, 8))]

    assert column is not None
    for word in {data.draw(WORDS | BEGINS_WITH_A_POINT), part} - {"-"}:
        assert column.holding(word).tolist() == [word in text for text in texts], word


def test_every_part_of_a_float_is_found() -> None:
    """Also at its end, where it is written shorter than it is, and beside a whole number."""
    values = [0.1 + 0.2, 2.0, -0.0, 0.0, 0.07, 0.0999999999999999, 999.9999999999999, 0.1]
    values += [0.9999999999999999, 123456789.12345679, 0.001, 0.0012345678901234567, -1 / 3, 0.125]
    texts = [repr(value) for value in values]
    column = of_floats(pa.array(values))
    parts = {text[i : i + n] for text in texts for i in range(len(text)) for n in (1, 3)}

    assert column is not None
    for word in {"50", "250", "00", "90", *parts} - {"-"}:
        assert column.holding(word).tolist() == [word in text for text in texts], word


def test_the_digits_of_many_floats_are_found_at_every_place() -> None:
    """Over more of them than are looked at in one go, of sizes that lie far apart."""
    dice = np.random.default_rng(1)
    values = 10 ** dice.uniform(-3, 9, BLOCK + 500)
    values[::3] = dice.random(len(values[::3]))
    column = of_floats(pa.array(values))
    texts = [repr(value) for value in values.tolist()]

    assert isinstance(column, Floats)
    for word in ("7", "26", "20", "4711", "0.5", "9.99", ".", "00"):
        assert column.holding(word).tolist() == [word in text for text in texts], word


def test_words_longer_than_any_float_are_in_none() -> None:
    """However many digits are pasted into the box."""
    column = of_floats(pa.array([0.125, 0.3333333333333333]))

    assert column is not None
    for word in ("1" * 5_000, "0." + "3" * 5_000, "3" * 17, "3" * 40):
        assert column.holding(word).tolist() == [False, False]


@pytest.mark.parametrize("other", [1e9, 1e-5, float("nan")])
def test_floats_of_which_many_have_an_exponent_are_searched_as_texts(other: float) -> None:
    """Arithmetic would rule out too few of them."""
    assert of_floats(pa.array([0.125] * 10 + [other], from_pandas=False)) is None
    assert of_floats(pa.array([0.125], pa.float32())) is None
    frame = pd.DataFrame({"n": pd.array([0.125] * 10 + [other], dtype="Float64")})

    assert np.flatnonzero(SearchIndex(Columns(frame)).find("12")).tolist() == list(range(10))


TEXTS = ["Gate 7", None, "UNIT 85001-7", "İ7", "K 70", "", "７", "gate", "7" * 9]


@pytest.mark.parametrize("words", ["7", "85001-7", " 7", "70", "７", "0", "$7", "(", "k 7", "77"])
def test_words_without_letters_are_found_before_and_after_texts_are_prepared(words: str) -> None:
    """In texts, in categories, in lists and in objects, over blocks of bytes and their borders."""
    notes = pd.Series(TEXTS * 40, dtype="str")
    lists = pa.array([[text, None] for text in TEXTS * 40])
    objects = pa.array([{"note": text} for text in TEXTS * 40])
    arrow = pd.arrays.ArrowExtensionArray
    columns: list[Any] = [notes, notes.astype("category"), arrow(lists), arrow(objects)]
    expected = [words in (text or "").lower() for text in TEXTS * 40]
    for column in columns:
        fresh, ready = (SearchIndex(Columns(pd.DataFrame({"x": column}))) for _ in range(2))
        list(ready.prepare())

        assert fresh.find(words).tolist() == expected, column.dtype
        assert ready.find(words).tolist() == expected, column.dtype


@pytest.mark.parametrize("length", [1, 3, 7])
def test_a_word_is_found_across_the_blocks_in_which_bytes_are_read(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a block ends in it."""
    monkeypatch.setattr(scan, "BLOCK", 8)
    word = "4711223"[:length]
    texts = ["x" * before + word + "x" * (9 - before) for before in range(10)]
    texts += ["x" * 39 + word[:-1], "23" + "x" * 40, *["x" * 20] * 90]  # the word is rare

    found = scan.holding(pa.array(texts), word)

    assert found.tolist() == [word in text for text in texts]


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


def test_digits_of_every_day_are_found_in_every_time() -> None:
    """But not where no time is."""
    moments = pd.to_datetime(["2026-01-01T00:30", None, "2027-12-31T23:30"])
    index = SearchIndex(Columns(pd.DataFrame({"on": pd.Series(moments, dtype="M8[us]")})))

    assert index.find("202").tolist() == [True, False, True]
