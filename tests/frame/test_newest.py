"""Of rows with one key the newest stays."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as some

from stnb.frame.repeats import newest


@given(
    some.lists(
        some.tuples(
            some.none() | some.integers(0, 3),
            some.sampled_from("ab"),
            some.none() | some.integers(0, 2),
        )
    ),
    some.booleans(),
)
def test_the_newest_of_each_key_stays(
    rows: list[tuple[int | None, str, int | None]], timed: bool
) -> None:
    """As Python says: the latest time, then the last that was read; a key that lacks a part is no
    key.
    """
    best: dict[tuple[Any, str], int] = {}
    for at, (first, second, time) in enumerate(rows):
        other = best.get((first, second), at)
        before = rows[other][2]
        older = timed and before is not None and (time is None or time < before)
        best[first, second] = other if older else at
    keys = {
        "first": pd.array([first for first, _, _ in rows], "Int64"),
        "second": pd.array([second for _, second, _ in rows], "str"),
    }
    times = pd.to_datetime([time for _, _, time in rows], unit="s").array

    mask = newest(keys, times if timed else None)

    assert mask.tolist() == [
        first is None or best[first, second] == at for at, (first, second, _) in enumerate(rows)
    ]
