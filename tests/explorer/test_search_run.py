"""A long search shows what it has found so far, and then the rest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stnb.explorer.grid import answers
from stnb.explorer.grid.search_run import Part, Search
from stnb.explorer.grid.select import Query, Rows
from tests.helpers.answers import HeardGrid

FRAME = pd.DataFrame(
    {"note": ["gate 7", "none", "gate 7"], "n": [1, 70, 7], "late": [0.125, 0.5, 7.125]}
)
LATE = ("figures", 2)


@contextmanager
def unread(rows: Rows, part: Part) -> Iterator[None]:
    """A part that no search can read meanwhile, as one that takes long."""
    with rows.index._locks[part]:
        yield


def asked(grid: HeardGrid, rows: int, **question: Any) -> dict[str, Any]:
    """The first answer with so many rows."""
    while True:
        grid.put(kind="rows", start=0, stop=50, **question)
        if len(grid.heard[-1]["rows"]) == rows:
            return grid.heard[-1]


def test_a_search_says_what_it_has_so_far() -> None:
    """And waits for the rest only if it is to."""
    more = threading.Event()

    def find(part: Part) -> Any:
        if part[1] == 0:
            return np.array([True, False, False])
        assert more.wait(60)
        return np.array([False, True, False])

    search = Search(3, [("texts", 0), ("texts", 1)], find)
    while not search.so_far().any():
        assert not search.wait(0.001)
    assert (search.so_far().tolist(), search.places) == ([True, False, False], [0])

    more.set()
    assert search.whole().tolist() == [True, True, False]
    assert (search.wait(0), search.places) == (True, [0, 1])


def test_an_error_in_a_part_is_an_error_of_the_search() -> None:
    """Rows without those of that part are never said to be all."""

    def find(part: Part) -> Any:
        raise ValueError(part)

    with pytest.raises(ValueError, match="texts"):
        Search(3, [("texts", 0)], find).whole()


def test_the_page_has_the_first_rows_before_the_last_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are marked as a part, sorted and picked as all will be; the next answer has all."""
    monkeypatch.setattr(answers, "SOON", 0.001)
    grid = HeardGrid(FRAME)
    question: dict[str, Any] = {"search": "7", "sort": [1, False], "picks": {"0": [{"has": "a"}]}}
    with unread(grid._rows, LATE):
        answer = asked(grid, 2, **question)
        assert answer["part"] is True
        assert [row[1] for row in answer["rows"]] == ["7", "1"]
        assert (answer["total"], answer["found"]) == (2, [0, 1])

        assert asked(grid, 3, search="7")["part"] is True
        monkeypatch.setattr(answers, "LATER", 0.001)
        assert asked(grid, 3, search="7", part=True)["part"] is True

    answer = grid.ask(search="7")
    assert (answer["total"], answer["found"]) == (3, [0, 1, 2])
    assert "part" not in answer


def test_whoever_needs_all_rows_waits_for_them() -> None:
    """A selection, a file or a bar is never of the rows so far."""
    rows, found = Rows(FRAME), []
    late = threading.Thread(target=lambda: found.append(rows.positions(Query(".5", {}))))
    with unread(rows, LATE):
        late.start()
        assert rows.soon(Query(".5", {}), 0)[1] is False
        assert found == []
    late.join(60)

    assert found[0].tolist() == [1]
