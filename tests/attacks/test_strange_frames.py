"""Frames that were made by hand, of values and names that no pull brings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stnb
from tests.helpers.sample import in_turn

DEPTH = 5_000


def nested(wrap: Callable[[Any], Any]) -> Any:
    value: Any = "x"
    for _ in range(DEPTH):
        value = wrap(value)
    return value


class NoText:
    def __repr__(self) -> str:
        raise RuntimeError("it has none")


class NoEqual:
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("it has none")


class NoHash:
    def __hash__(self) -> int:
        raise RuntimeError("it has none")


RING: list[Any] = []
RING += [RING, RING]
CIRCLE: dict[str, Any] = {}
CIRCLE["a"] = [CIRCLE]
# What no table can show.
REFUSED: dict[str, Any] = {
    "deep lists": nested(lambda value: [value]),
    "deep tuples": nested(lambda value: (value,)),
    "deep objects": nested(lambda value: {"a": value}),
    "a ring": RING,
    "a circle": CIRCLE,
    "no text": NoText(),
    "no text inside": [{"a": NoText()}],
    "no equal": NoEqual(),
    "a frame": pd.DataFrame({"a": [1, 2]}),
    "a signalling NaN": Decimal("sNaN"),
    "an endless integer": 10**5_000,
}
ODD: dict[str, list[Any]] = {
    "no hash": [NoHash(), NoHash()],
    "categories": pd.Categorical(["a", None]),
    "tuples as categories": pd.Categorical([(1, 2), (3, 4)]),
    "periods": pd.period_range("2026-01", periods=2, freq="M"),
    "intervals": pd.interval_range(0, 2),
    "complex": [1 + 2j, complex("nan")],
    "sparse": pd.arrays.SparseArray([0, 1]),
    "bytes": [b"\xff\x00", None],
    "bytes and texts": [b"\xff", "x"],
    "sets": [{1, 2}, frozenset([3])],
    "arrays": [np.arange(3), np.zeros((2, 2))],
    "large exponents": [Decimal("1e999999"), Decimal(1)],
    "dates and times": [dt.date(1, 1, 1), dt.datetime(9999, 12, 31, tzinfo=dt.UTC)],
    "two zones": [
        pd.Timestamp("2026-01-01", tz="UTC"),
        pd.Timestamp("2026-01-01", tz="Asia/Tokyo"),
    ],
    "half a pair": pd.Series(["\ud800", None], dtype=object),
    "half floats": np.array([1, 2], "float16"),
    "long doubles": np.array([1, 2], "longdouble"),
    "types": [int, len],
}
PAIRS = [(1, "a"), (2, "b")]
FRAMES: dict[str, pd.DataFrame] = {
    **{name: pd.DataFrame({"id": [1, 2], "v": values}) for name, values in ODD.items()},
    "one name twice": pd.DataFrame([[1, 2, 3], [4, 5, 6]], columns=["id", "v", "v"]),
    "the key twice": pd.DataFrame([[1, 2], [4, 5]], columns=["id", "id"]),
    "numbers as names": pd.DataFrame([[1, 2], [4, 5]]),
    "names of all kinds": pd.DataFrame([range(4)], columns=["id", 1, None, ("t", 2)]),
    "missing names": pd.DataFrame([[1, 2]], columns=[float("nan"), pd.NaT]),
    "half a pair as a name": pd.DataFrame(
        [[1, 2]], columns=pd.Index(["a\ud800", "v"], dtype=object)
    ),
    "names of two levels": pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples(PAIRS)),
    "an index of two levels": pd.DataFrame({"id": [1, 2]}, pd.MultiIndex.from_tuples(PAIRS)),
    "levels of one name": pd.DataFrame(
        {"id": [1, 2]}, pd.MultiIndex.from_tuples(PAIRS, names=["k", "k"])
    ),
    "no columns": pd.DataFrame(index=range(3)),
    "no rows": pd.DataFrame({"id": [], "v": []}),
    "nothing": pd.DataFrame(),
}
VERBS: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    "profile": lambda frame, _: repr(stnb.profile(frame)),
    "show": lambda frame, _: stnb.show(frame),
    "compare": lambda frame, _: stnb.compare(frame, frame.copy()),
    "children": lambda frame, _: stnb.children(frame, "v"),
    "custom_fields": lambda frame, _: stnb.custom_fields(frame, "v"),
    "local": lambda frame, _: stnb.local(frame),
    "parquet": lambda frame, folder: stnb.save(frame, folder / "x.parquet"),
    "csv": lambda frame, folder: stnb.save(frame, folder / "x.csv"),
    "json": lambda frame, folder: stnb.save(frame, folder / "x.json"),
    "xlsx": lambda frame, folder: stnb.save(frame, folder / "x.xlsx"),
    "bars": lambda frame, _: stnb.pictures.bars(frame, "id", "v"),
    "line": lambda frame, _: stnb.pictures.line(frame, "id", "v"),
    "heat": lambda frame, _: stnb.pictures.heat(frame, "id", "v"),
    "dots": lambda frame, _: stnb.pictures.dots(frame, "id", "v"),
    "funnel": lambda frame, _: stnb.pictures.funnel(frame, "id", "v"),
}
SEEING = [name for name in VERBS if name != "local"]  # which looks at times alone


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_what_no_table_can_show_is_refused_in_words(tmp_path: Path, value: Any) -> None:
    """Also as a category, and in the index."""
    frame = pd.DataFrame({"id": [1, 2], "v": pd.Series([None, value], dtype=object)})
    for verb in SEEING:
        with pytest.raises(stnb.StnbError) as caught:
            VERBS[verb](frame, tmp_path)
        assert "column 2" in str(caught.value) or "the column" in str(caught.value)
    held = pd.DataFrame({"id": [1]})
    held.index = pd.Index([None], dtype=object)
    held.index = pd.Index(pd.Series([value], dtype=object), name="k", tupleize_cols=False)
    with pytest.raises(stnb.StnbError, match="the index"):
        stnb.save(held, tmp_path / "x.csv")


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")
@pytest.mark.parametrize("name", FRAMES)
def test_any_other_frame_is_taken_or_refused_in_words(tmp_path: Path, name: str) -> None:
    """Whatever its columns are called and hold."""
    for verb in dict.fromkeys(["profile", "show", "compare", *in_turn(list(VERBS), name)]):
        try:
            VERBS[verb](FRAMES[name], tmp_path)
        except stnb.StnbError as err:
            assert err.next  # noqa: PT017 - either is right
        except TypeError as err:
            assert type(err).__name__ == "WrongUse"  # noqa: PT017


@pytest.mark.parametrize("name", ["periods", "intervals", "complex", "sparse", "sets", "types"])
def test_what_arrow_cannot_compare_is_compared_as_text(name: str) -> None:
    """A value that changed is found."""
    before = FRAMES[name]
    after = before.iloc[[1, 1]].reset_index(drop=True).assign(id=[1, 2])

    assert len(stnb.compare(before, before.copy())) == 0
    assert stnb.compare(before, after)["id"].tolist() == [1]
    assert stnb.profile(before).loc["v", "distinct"] >= 1


def test_two_levels_of_one_name_are_two_columns(tmp_path: Path) -> None:
    """In a file as in the table."""
    frame = FRAMES["levels of one name"]
    stnb.save(frame, tmp_path / "x.csv")

    assert (tmp_path / "x.csv").read_text().split() == ["k,k,id", "1,a,1", "2,b,2"]
    assert list(stnb.show(frame).frame.columns) == ["k", "k", "id"]


def test_a_value_that_many_hold_is_looked_at_once_a_level() -> None:
    """Lists of which each holds the next twice are no 2**60 lists."""
    shared: Any = "x"
    for _ in range(60):
        shared = [shared, shared]
    with pytest.raises(stnb.StnbError):
        stnb.show(pd.DataFrame({"v": [nested(lambda value: [value, shared])]}))
