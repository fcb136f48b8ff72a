"""The grid's cells: every kind of value reads, sorts and is found, whatever a frame holds, and only
rows in view travel.
"""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stnb.explorer.grid import cells
from stnb.explorer.grid.grid import Grid
from tests.helpers.answers import HeardGrid, listed


@pytest.fixture
def odd() -> HeardGrid:
    """Three rows with what makes tables break."""
    when = pd.Series(
        pd.to_datetime(["2026-07-01T08:15:30.5Z", "", "2026-01-01T00:00:00Z"], format="ISO8601")
    )
    return HeardGrid(
        pd.DataFrame(
            {
                "id": pd.array([9007199254740993, pd.NA, 2**62 + 1], dtype="Int64"),
                "huge": [10**30, None, 2**63],
                "total": pd.array([1234.5, -0.25, pd.NA], dtype="Float64"),
                "plain": [np.nan, np.inf, 1e-9],
                "money": [Decimal("1.10"), Decimal("NaN"), None],
                "when": when,
                "day": pd.to_datetime(["2026-07-01", "", "2026-07-02 10:00"], format="ISO8601"),
                "took": pd.to_timedelta([3661, None, 90_000], unit="s"),
                "active": pd.array([True, pd.NA, False], dtype="boolean"),
                "name": pd.array(["Ärger", None, "<b>x</b>\n"], dtype="str"),
                "items": listed([[{"sku": "Fuse-7", "n": 1}], None, []]),
                "mixed": [{"a": pd.Timestamp("2026-01-01")}, "text", np.array([1, 2])],
                "raw": [b"\x00\x01", None, b""],
            }
        )
    )


def test_every_kind_of_value_reads_well(odd: HeardGrid) -> None:
    """Ids stay exact, missing values of all kinds are null, dates and amounts are readable, nested
    cells are JSON.
    """
    columns = zip(*odd.ask()["rows"], strict=True)

    assert dict(
        zip([c["name"] for c in odd.about["columns"]], map(list, columns), strict=True)
    ) == {
        "id": ["9007199254740993", None, "4611686018427387905"],
        "huge": [str(10**30), None, str(2**63)],
        "total": ["1,234.50", "-0.25", None],
        "plain": [None, "inf", "1e-09"],
        "money": ["1.10", None, None],
        "when": ["Jul 1, 8:15 am", None, "Jan 1, 12:00 am"],
        "day": ["Jul 1, 12:00 am", None, "Jul 2, 10:00 am"],
        "took": ["01:01:01", None, "1 d 01:00:00"],
        "active": ["yes", None, "no"],
        "name": ["Ärger", None, "x"],
        "items": ['[{"sku": "Fuse-7", "n": 1}]', None, "[]"],
        "mixed": ['{"a": "2026-01-01 00:00:00"}', "text", "[1, 2]"],
        "raw": ["2 bytes", None, "0 bytes"],
    }


def test_columns_say_their_kind(odd: HeardGrid) -> None:
    """Each column has a kind for people; numbers and spans stand to the right."""
    kinds = {c["name"]: c["kind"] for c in odd.about["columns"]}

    assert kinds["huge"] == kinds["id"] == "integer"
    assert (kinds["when"], kinds["day"], kinds["took"]) == ("date-time", "date", "duration")
    assert (kinds["items"], kinds["mixed"], kinds["active"]) == ("list", "any", "yes/no")
    assert [c["name"] for c in odd.about["columns"] if c["right"]] == [
        "id",
        "huge",
        "total",
        "plain",
        "took",
    ]


@pytest.mark.parametrize("column", range(13))
def test_every_column_sorts_both_ways(odd: HeardGrid, column: int) -> None:
    """Sorting never fails, whatever the column holds, and keeps all rows."""
    for ascending in (True, False):
        answer = odd.ask(sort=[column, ascending])
        assert (answer["kind"], answer["total"]) == ("rows", 3)


def test_sort_is_stable_and_missing_is_last() -> None:
    """Equal rows keep their order in both directions; missing values end the list in both."""
    grid = HeardGrid(
        pd.DataFrame({"k": pd.array([2, None, 1, 2], dtype="Int64"), "n": list("abcd")})
    )

    assert [r[1] for r in grid.ask(sort=[0, True])["rows"]] == ["c", "a", "d", "b"]
    assert [r[1] for r in grid.ask(sort=[0, False])["rows"]] == ["a", "d", "c", "b"]
    assert [r[1] for r in grid.ask(sort=None)["rows"]] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("ärger", [0]),
        ("fuse-7", [0]),
        ("9007199254740993", [0]),
        ("2026-07", [0, 2]),
        ("08:15:30", [0]),
        ("1,234.5", [0]),
        ("TEXT", [1]),
        ("<b>", [2]),
        ("nan", []),
        ("nat", []),
        ("none", []),
        ("(", []),
    ],
)
def test_search_looks_through_all_columns(odd: HeardGrid, words: str, rows: list[int]) -> None:
    """Text in any case, ids, amounts, dates and nested values are found; the words for "missing"
    are not.
    """
    whole = odd.ask()["rows"]

    assert [whole.index(row) for row in odd.ask(search=words)["rows"]] == rows


def test_typing_on_finds_the_same_as_starting_anew() -> None:
    """A search that grows letter by letter ends with the rows of the whole word."""
    frame = pd.DataFrame(
        {
            "a": [f"Unit {i}" for i in range(300)],
            "b": range(300),
            "c": pd.date_range("2026-01-01", periods=300),
        }
    )
    for words in ("unit 1", "12", "2026-03-1", "-1", "1:0"):
        typing, fresh = HeardGrid(frame), HeardGrid(frame)
        for end in range(1, len(words)):
            typing.ask(search=words[:end].strip())
        assert typing.ask(search=words) == fresh.ask(search=words)


def test_windows_send_only_rows_in_view() -> None:
    """Whatever window is asked for, at most 400 rows travel, from inside the table, with the order
    kept.
    """
    grid = HeardGrid(pd.DataFrame({"n": range(1000)}))

    assert [r[0] for r in grid.ask(start=10, stop=13, sort=[0, False])["rows"]] == [
        "989",
        "988",
        "987",
    ]
    assert len(grid.ask(start=0, stop=10**9)["rows"]) == 400
    assert grid.ask(start=2000, stop=2100)["rows"] == []
    assert len(grid.ask(start=-5, stop=5)["rows"]) == 5


@pytest.mark.parametrize("columns", [[0], [9, 2, 5], [], [*range(13)], [3, 99]])
def test_only_the_columns_asked_for_are_written(odd: HeardGrid, columns: list[int]) -> None:
    """A window may be asked for some columns, which come in that order as they stand in whole
    rows; columns that are not there are left out.
    """
    whole, some = odd.ask(), odd.ask(columns=columns)

    there = [i for i in columns if i < 13]
    assert some["columns"] == there
    assert some["rows"] == [[row[i] for i in there] for row in whole["rows"]][: len(some["rows"])]
    assert len(some["rows"]) == (3 if there else 0)
    assert some["total"] == whole["total"]
    assert "columns" not in whole


def test_rows_read_alike_wherever_they_stand(odd: HeardGrid) -> None:
    """A row is written as it is alone, whether it is cut out with its neighbours or picked out."""
    columns = odd._rows.columns

    def written(*positions: int) -> list[list[str | None]]:
        return cells.rows(columns.frame, columns.shown, np.array(positions, dtype=np.intp))

    alone = [written(i)[0] for i in range(3)]
    for positions in ([0, 1, 2], [1, 2], [2, 1, 0], [0, 2], [1, 1], [2, 0, 1]):
        assert written(*positions) == [alone[i] for i in positions], positions
    assert written() == []


def test_state_is_shape_and_columns_only() -> None:
    """No cell is part of the widget's state."""
    grid = Grid(pd.DataFrame({"secret": ["do-not-save-me"] * 3}))

    assert "do-not-save-me" not in json.dumps(grid.get_state(), default=str)
    assert repr(grid) == "<stnb grid 3 rows x 1 columns>"


def test_update_shows_another_frame_in_the_same_widget(odd: HeardGrid) -> None:
    """After an update, answers are of the new frame and carry a new turn; old searches are
    forgotten.
    """
    odd.ask(search="ärger", sort=[0, True])
    turn = odd.about["turn"]

    odd.update(pd.DataFrame({"x": ["new"]}))

    assert odd.ask(search="new") == {
        "kind": "rows",
        "turn": turn + 1,
        "start": 0,
        "rows": [["new"]],
        "total": 1,
        "found": [0],
        "view": "v",
    }
    assert odd.about["rows"] == 1
    assert odd.frame.columns.tolist() == ["x"]


def test_a_cell_opens_whole(odd: HeardGrid) -> None:
    """The whole value of a cell comes when asked for, by its place on show."""
    grid = HeardGrid(pd.DataFrame({"t": ["x" * 5000, "short"]}))

    assert len(grid.ask()["rows"][0][0]) == cells.LONGEST
    assert len(grid.ask(kind="cell", row=0, col=0)["text"]) == 5000
    assert grid.ask(kind="cell", row=0, col=0, sort=[0, True])["text"] == "short"
    assert odd.ask(kind="cell", row=0, col=10)["text"].count("\n") == 5
    assert odd.ask(kind="cell", row=1, col=10)["text"] is None


def test_a_question_that_cannot_be_answered_is_answered_with_words(odd: HeardGrid) -> None:
    """A handler's error goes to the page it came from, in sentences."""
    answer = odd.ask(sort=[99, True])

    assert answer["kind"] == "error"
    assert answer["view"] == "v"
    assert "could not be read" in answer["sentences"][0]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame({"a": []}),
        pd.DataFrame({"a": [None, None]}),
        pd.DataFrame([[1, 2]], columns=["same", "same"]),
        pd.DataFrame({"a": [1]}, index=pd.Index(["row"], name="a")),
        pd.DataFrame({("x", "y"): [1]}),
        pd.DataFrame({"c": pd.Categorical(["u", None])}),
        pd.DataFrame({"s": listed([{"a": 1}, None])}),
        pd.DataFrame({"p": pd.period_range("2026-01", periods=2, freq="M"), "z": [1j, 2j]}),
    ],
)
def test_any_frame_can_be_shown_searched_and_sorted(frame: pd.DataFrame) -> None:
    """Empty, all-missing, doubled, indexed and unusual frames are shown like any other."""
    grid = HeardGrid(frame)

    assert grid.ask()["total"] == len(frame)
    assert grid.ask(search="zzz")["total"] == 0
    for column in range(len(grid.about["columns"])):
        assert grid.ask(sort=[column, False])["kind"] == "rows"


def test_many_threads_may_ask_at_once() -> None:
    """Messages that arrive on several threads are each answered from one consistent order."""
    grid = HeardGrid(pd.DataFrame({"n": range(5000)}))
    wrong: list[Any] = []

    def ask(ascending: bool) -> None:
        for _ in range(20):
            row = grid.answer({"kind": "rows", "start": 0, "stop": 1, "sort": [0, ascending]})[
                "rows"
            ][0][0]
            if row != ("0" if ascending else "4999"):
                wrong.append(row)

    threads = [threading.Thread(target=ask, args=(i % 2 == 0,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
