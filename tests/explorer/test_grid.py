"""The grid: what a header shows, what picks, searches and sorts leave, its state, what it copies;
all without a browser.
"""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from stnb.explorer.grid import cells, clipboard, picks, select, state
from stnb.explorer.grid.background import Background
from stnb.explorer.grid.columns import Columns
from stnb.explorer.grid.grid import Grid
from stnb.explorer.grid.select import Query, Rows
from stnb.explorer.grid.summary import TOP, summary
from tests.helpers.answers import HeardGrid, listed


@pytest.fixture
def jobs() -> HeardGrid:
    """Twelve jobs with every kind of column that has bars."""
    return HeardGrid(
        pd.DataFrame(
            {
                "id": pd.array([*range(2**53 + 1, 2**53 + 13)], dtype="Int64"),
                "status": pd.array(["Done", "Open", "Done", "Hold", None, "Done"] * 2, dtype="str"),
                "total": pd.array([10.5, -3, 0, 99, None, 250] * 2, dtype="Float64"),
                "day": pd.to_datetime([f"2026-{m:02}-15" for m in range(1, 13)]),
                "when": pd.date_range(
                    "2026-01-01 23:30", periods=12, freq="h", tz="America/Phoenix"
                ),
                "active": pd.array([True, False, pd.NA] * 4, dtype="boolean"),
                "took": pd.to_timedelta([60 * n for n in range(12)], unit="s"),
                "items": listed([[{"sku": "a"}] * (n % 3) for n in range(12)]),
                "mixed": [1, "x", {"a": 1}] * 4,
            }
        )
    )


STATUS, TOTAL, DAY, WHEN, ACTIVE, TOOK, ITEMS, MIXED = range(1, 9)


# -- what the header shows


def test_every_row_is_in_one_bar_or_missing(jobs: HeardGrid) -> None:
    """For every kind of column but ids the bars and the missing ones together are all rows."""
    for column, bars in jobs.bars(*range(1, 8)).items():
        assert sum(bars["counts"]) + bars["missing"] == 12, column
        assert len(bars["labels"]) == len(bars["picks"]) == len(bars["counts"])


def test_a_bar_picks_the_rows_it_counts(jobs: HeardGrid) -> None:
    """Picking a bar, whatever its column's kind, leaves as many rows as it says."""
    for column, bars in jobs.bars(*range(1, 8)).items():
        picks = [*zip(bars["picks"], bars["counts"], strict=True), ({"is": None}, bars["missing"])]
        for pick, count in picks:
            assert jobs.ask(picks={column: [pick]})["total"] == count, (column, pick)


@pytest.mark.parametrize(
    "values",
    [
        [0.0, 0.0, 0.0],
        [1e9, 1e9 + 1],
        [-1e-7, 0, 1e-7],
        [np.inf, -np.inf, 0.5, 1.5, np.nan],
        [1e300, -1e300],
        [*range(1000), 10**9, -(10**9)],
        [2**53 + 1, 2**53 + 2, 2**62],
        [Decimal("1.10"), Decimal("2.25"), None],
    ],
)
def test_histograms_of_any_numbers(values: list[Any]) -> None:
    """Equal, tiny, huge, infinite and outlying numbers all get a few bars that add up and pick what
    they count.
    """
    rows = Rows(pd.DataFrame({"n": values}))
    made = summary(rows.columns, 0)
    counts, missing = made.counts(None)

    assert made.shape in {"bars", "none"}
    assert len(made.picks) < 40
    assert sum(counts) + missing == len(values) or made.shape == "none"
    for pick, count in zip(made.picks, counts, strict=True):
        assert select.picked(rows.columns, 0, [pick]).sum() == count


def test_an_outlier_does_not_flatten_a_histogram() -> None:
    """One absurd value goes to an open end; the others keep their bars."""
    rows = Columns(
        pd.DataFrame(
            {"day": pd.to_datetime([*pd.date_range("2026-01-01", periods=365), "1901-01-01"])}
        )
    )
    made = summary(rows, 0)

    assert made.picks[0] == {"to": "2026-02-01"}
    assert made.labels[1] == "2026-02"
    assert max(made.counts(None)[0]) < 40


@pytest.mark.parametrize(
    ("start", "end", "first"),
    [
        ("2026-03-01 08:00:00", "2026-03-01 08:00:09", "2026-03-01T08:00:00"),
        ("2026-03-01 08:10", "2026-03-01 20:00", "2026-03-01T08:00:00"),
        ("2026-03-04", "2026-03-12", "2026-03-04"),
        ("2026-03-04", "2026-05-12", "2026-03-02"),  # a Monday
        ("2026-03-04", "2026-12-12", "2026-03-01"),
        ("2019-03-04", "2026-12-12", "2019-01-01"),
        ("1700-03-04", "2026-12-12", "1700-01-01"),
    ],
)
def test_bars_of_dates_begin_at_round_times(start: str, end: str, first: str) -> None:
    """Hours, days, weeks from Monday, months and years, by how long the time is."""
    made = summary(
        Columns(pd.DataFrame({"t": pd.to_datetime([start, end]).astype("datetime64[us]")})), 0
    )

    assert made.picks[0]["from"] == first
    assert 2 <= len(made.picks) <= 20


def test_dates_are_counted_by_the_clock_of_their_zone() -> None:
    """An evening in Phoenix counts as its own day, though it is the next one in UTC."""
    when = pd.to_datetime(["2026-01-31 23:30", "2026-06-15 12:00"]).tz_localize("America/Phoenix")
    rows = Rows(pd.DataFrame({"when": when}))

    january = {"from": "2026-01-01", "to": "2026-02-01"}
    assert rows.summary(0).picks[0] == january
    assert rows.positions(Query("", {0: [january]})).tolist() == [0]


def test_text_shows_its_commonest_values_and_the_rest_as_one() -> None:
    """The values seen most come first; the others are one bar that picks them all; what all differs
    has no bars.
    """
    grid = HeardGrid(
        pd.DataFrame(
            {"few": [f"v{n % (TOP + 3)}" for n in range(300)], "all": [f"x{n}" for n in range(300)]}
        )
    )
    bars = grid.bars(0, 1)

    assert len(bars[0]["picks"]) == TOP + 1
    assert bars[0]["labels"][-1] == "3 other values"
    assert grid.ask(picks={0: [bars[0]["picks"][-1]]})["total"] == 60
    assert (bars[1]["shape"], bars[1]["note"]) == ("none", "300 different values")


def test_other_columns_follow_a_pick_and_its_own_does_not(jobs: HeardGrid) -> None:
    """After a pick the others count what is left; the picked column still shows what else could be
    picked.
    """
    before = jobs.bars(STATUS, ACTIVE)
    after = jobs.bars(STATUS, ACTIVE, picks={str(STATUS): [{"is": "Done"}]})

    assert after[STATUS]["counts"] == before[STATUS]["counts"]
    assert sum(after[ACTIVE]["counts"]) + after[ACTIVE]["missing"] == 6
    assert after[ACTIVE]["all"] == before[ACTIVE]["counts"]
    assert after[ACTIVE]["step"] == 7


@pytest.mark.parametrize(
    ("pick", "kind", "words"),
    [
        ({"is": "Done"}, "text", "Done"),
        ({"is": " \n"}, "text", "(blank)"),
        ({"is": None}, "text", "missing"),
        ({"is": True}, "yes/no", "yes"),
        ({"from": 0, "to": 500}, "number", "0 to under 500"),
        ({"to": -2.5}, "number", "under -2.5"),
        ({"from": 3, "to": 4}, "integer", "3"),
        ({"from": 1, "to": 2}, "list", "1 entry"),
        ({"from": 0, "to": 3}, "list", "0 to 2 entries"),
        ({"from": "2026-01-01", "to": "2026-04-01"}, "date", "2026-01 to 2026-03"),
        ({"from": "2025-01-01", "to": "2026-01-01"}, "date", "2025"),
        ({"from": "2026-01-05", "to": "2026-01-12"}, "date", "2026-01-05 to 2026-01-11"),
        (
            {"from": "2026-01-05T08:00:00", "to": "2026-01-05T09:00:00"},
            "date-time",
            "2026-01-05 08:00 to before 2026-01-05 09:00",
        ),
        ({"from": "2026-01-05"}, "date", "from 2026-01-05"),
        ({"from": 60, "to": 3600}, "duration", "00:01:00 to under 01:00:00"),
    ],
)
def test_picks_read_like_words(pick: dict[str, Any], kind: str, words: str) -> None:
    """A picked bar is named as people would."""
    assert picks.label(pick, kind) == words


# -- what is left


def test_picks_add_up_within_a_column_and_narrow_across_columns(jobs: HeardGrid) -> None:
    """OR within, AND across, and a search on top of them."""
    done_or_open = {STATUS: [{"is": "Done"}, {"is": "Open"}]}

    assert jobs.ask(picks=done_or_open)["total"] == 8
    assert jobs.ask(picks={**done_or_open, TOTAL: [{"from": 0, "to": 100}]})["total"] == 4
    assert jobs.ask(picks=done_or_open, search="open")["total"] == 2
    assert jobs.ask(picks={STATUS: [{"is": "Gone"}]})["total"] == 0
    assert jobs.ask(picks={MIXED: [{"is": "x"}]})["total"] == 4
    assert jobs.ask(picks={TOTAL: [{"is": "text"}]})["total"] == 0


def test_a_cell_says_which_pick_leaves_its_value(jobs: HeardGrid) -> None:
    """Every plain value can be picked from its cell, ids exactly; a nested one cannot."""
    for column in range(8):
        pick = jobs.ask(kind="pick", row=3, col=column)["pick"]
        left = 0 if pick is None else jobs.ask(picks={column: [pick]})["total"]
        assert (left >= 1) is (column != ITEMS), column
    exact = jobs.ask(kind="pick", row=3, col=0)["pick"]
    assert jobs.ask(picks={0: [exact]})["rows"][0][0] == str(2**53 + 4)


def test_the_selection_is_what_is_shown(jobs: HeardGrid) -> None:
    """Rows as searched, picked and sorted; columns as ordered, without the hidden ones; types and
    attributes as they were.
    """
    jobs.frame.attrs["stnb"] = {"resource": "jpm.jobs"}
    jobs.state = {
        "picks": {"status": [{"is": "Done"}]},
        "sort": ["total", False],
        "hidden": ["mixed", "items", "took", "when", "day"],
        "order": ["total", "status"],
    }

    selection = jobs.selection
    assert selection.columns.tolist() == ["total", "status", "id", "active"]
    assert selection["total"].tolist() == [250, 250, 10.5, 10.5, 0, 0]
    assert selection["total"].dtype == jobs.frame["total"].dtype
    assert selection.attrs == {"stnb": {"resource": "jpm.jobs", "view": "status Done"}}
    shown = [row[TOTAL] for row in jobs.ask(**jobs.ask(kind="open")["state"])["rows"]]
    assert shown == ["250.00", "250.00", "10.50", "10.50", "0.00", "0.00"]


def test_an_untouched_selection_is_the_frame_with_its_index() -> None:
    """Without a state everything is left, and a meaningful index stays one."""
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="key"))
    grid = Grid(frame)
    pd.testing.assert_frame_equal(grid.selection, frame)

    grid.state = {"picks": {"key": [{"is": "y"}]}}
    assert grid.selection.index.tolist() == ["y"]


@pytest.mark.parametrize(
    "kind", ["Int64", "int64", "Float64", "str", "object", "boolean", "datetime64[ns]", "category"]
)
def test_sorting_is_that_of_pandas(kind: str) -> None:
    """Every type sorts as pandas would sort it, stable, missing values last, in both directions and
    within picks.
    """
    dice = np.random.default_rng(3)
    numbers = dice.integers(0, 40, 3_000)
    plain: Any = (
        numbers % 2 == 0
        if kind == "boolean"
        else numbers
        if "int" in kind.lower()
        else numbers.astype(str)
    )
    column = (
        pd.to_datetime(numbers, unit="D").to_series()
        if "date" in kind
        else pd.Series(plain).astype(kind)
    )
    column = column.reset_index(drop=True)
    if kind not in {"int64"}:
        column[dice.random(3_000) < 0.1] = None
    columns, some = Columns(pd.DataFrame({"c": column})), np.flatnonzero(dice.random(3_000) < 0.7)

    for ascending in (True, False):
        expected = (
            column.iloc[some]
            .sort_values(ascending=ascending, kind="stable", na_position="last")
            .index
        )
        assert columns.sort(0, some, ascending).tolist() == expected.tolist()


def test_nested_columns_sort_by_length_and_by_their_first_fields() -> None:
    """Longer lists come after shorter ones, objects by their first field, then the second."""
    frame = pd.DataFrame(
        {
            "list": listed([[1, 2], None, [], [9]]),
            "object": listed([{"a": 2, "b": "y"}, {"a": 1, "b": "z"}, None, {"a": 2, "b": "x"}]),
        }
    )
    columns, everything = Columns(frame), np.arange(4)

    assert columns.sort(0, everything, True).tolist() == [2, 3, 0, 1]
    assert columns.sort(1, everything, True).tolist() == [1, 3, 0, 2]
    assert columns.sort(1, everything, False).tolist() == [0, 3, 1, 2]


def test_a_search_finds_what_a_plain_look_at_the_texts_finds() -> None:
    """In a frame large enough for every shortcut, searches find what reading each cell finds."""
    n = 6_000
    frame = pd.DataFrame(
        {
            "few": np.array(["Ärger", "Straße", "plain"])[np.arange(n) % 3],
            "all": [f"Call {i} about unit {i % 97}" for i in range(n)],
            "id": np.arange(10**6, 10**6 + n),
            "amount": np.arange(n) / 8,
            "when": pd.date_range("2026-01-01 07:00", periods=n, freq="7min", tz="America/Phoenix"),
            "nested": listed([{"tags": [f"t{i % 11}", None], "n": i} for i in range(n)]),
        }
    )
    grid = HeardGrid(frame)
    texts = frame.assign(when=frame["when"].dt.strftime("%Y-%m-%d %H:%M:%S")).map(
        lambda v: (cells.one_line(v) or "").lower()
    )
    columns = {
        "STRASSE": [],
        "straße": ["few"],
        "unit 96": ["all"],
        "1000777": ["id"],
        "121.125": ["amount"],
        "t10": ["nested"],
    }
    columns |= {
        "2026-01-0": ["when"],
        "07:14": ["when"],
        "02 07:0": ["when"],
        "2026-01-02T07": ["when"],
    }

    for words, where in columns.items():
        plain = words.lower().replace("t07", " 07")
        expected = sum(plain in text for name in where for text in texts[name])
        assert grid.ask(search=words)["total"] == expected, words


def test_floats_are_found_as_python_writes_them() -> None:
    """Whole, tiny and huge ones too, which Arrow writes in another way."""
    floats = [0.1, 2.0, -3.25, 1e-7, 1e-4, 5e-3, 123456789012.0, 1e16, 1.5e300, np.nan, np.inf]
    grid = HeardGrid(pd.DataFrame({"n": floats}))

    for words in ("2.0", "-3.25", "07", "0.0001", "0.005", "9012.0", "16", "300", "1", "inf"):
        rows = [i for i, value in enumerate(floats) if words in str(value)]
        if words == "inf":
            rows = []  # these are letters, which no number has
        assert grid.ask(search=words)["total"] == len(rows), words


@pytest.mark.parametrize(
    "floats",
    [
        [0.0, 12.0, 1234.5, 0.01, 999_999_999.99, None],  # cents alone are written as integers
        [-0.0, -0.01, -1234.5, 7.0],
        [1e9, 0.01],  # one that is no such amount, and all are written as floats
        [0.005, 12.5],
        [float("inf"), 12.5],
        [None, None],
        [],
    ],
)
def test_amounts_are_found_as_other_floats_are(floats: list[float | None]) -> None:
    """Whole cents are searched as the text that Python has for them, with sign and zeros."""
    column = pd.array(floats, dtype=pd.ArrowDtype(pa.float64()))
    grid = HeardGrid(pd.DataFrame({"n": column}))

    for words in ("0", "0.0", "-0", "12.", ".5", "4.5", "-1", "0.01", "99.99", "00000000.0", "2.0"):
        rows = [value for value in floats if value is not None and words in str(value)]
        assert grid.ask(search=words)["total"] == len(rows), words


@pytest.mark.parametrize("last", ["2026-07-09", "2999-12-31"])
def test_days_are_found_however_far_apart_they_are(last: str) -> None:
    """A missing one is on no day, and takes no other one's place."""
    days = ["2026-07-01T08:15:30", None, last + "T23:59:59", "1001-01-01T00:00:00"]
    when = pd.Series(np.array(days, dtype="datetime64[us]"))
    grid, none = HeardGrid(pd.DataFrame({"w": when})), HeardGrid(pd.DataFrame({"w": when[1:2]}))

    assert grid.ask(search="2026-07-01")["total"] == 1
    assert grid.ask(search=last)["total"] == 1
    assert grid.ask(search="1001-01")["total"] == 1
    assert grid.ask(search="1001-01-01 00:0")["total"] == 1
    assert grid.ask(search="1970")["total"] == 0
    assert none.ask(search="0")["total"] == 0


@pytest.mark.parametrize("letters", ["ABBA", "ÄBBÄ", "abç"])
def test_letters_are_found_whatever_their_case_and_place(letters: str) -> None:
    """A word may stand at the end of one text and the start of the next, which is no match."""
    texts = [letters, letters.lower(), letters[:2], letters[2:] + "x", None, "x" + letters] * 200
    grid = HeardGrid(pd.DataFrame({"t": pd.array(texts, dtype="str"), "i": range(1200)}))

    assert grid.ask(search=letters.upper())["total"] == 600
    assert grid.ask(search=letters.lower() + "z")["total"] == 0


# -- the state


def test_state_round_trips_through_json_and_the_page(jobs: HeardGrid) -> None:
    """What is set is what is read, as plain data; the page gets it by places and gives it back the
    same.
    """
    state = {
        "search": "a",
        "sort": ["day", True],
        "picks": {"status": [{"is": "Done"}, {"is": None}], "day": [{"from": "2026-02-01"}]},
        "hidden": ["when"],
        "order": ["day", "id", "status", "total", "when", "active", "took", "items", "mixed"],
        "widths": {"id": 200},
    }
    jobs.state = json.loads(json.dumps(state))
    assert jobs.state == state

    opened = jobs.ask(kind="open")
    assert opened["state"]["sort"] == [DAY, True]
    assert [(chip["name"], chip["text"]) for chip in opened["chips"]] == [
        ("status", "Done"),
        ("status", "missing"),
        ("day", "from 2026-02-01"),
        ("Search", "“a”"),
        ("Sorted by", "day ▲"),
    ]
    jobs.put(kind="state", state=opened["state"], turn=opened["turn"])
    assert jobs.state == state
    assert Grid(jobs.frame).state == {}


def test_state_may_come_before_the_frame_and_forgets_what_is_gone() -> None:
    """A state set on an empty table waits for its columns; of unknown columns and senseless values
    nothing is taken over.
    """
    grid = Grid()
    grid.state = {
        "sort": ["b", False],
        "hidden": ["gone"],
        "picks": {"b": [{"from": 1}, {"odd": 2}, "x"], "gone": [{"is": 1}]},
    }
    assert grid.state["hidden"] == ["gone"]

    grid.update(pd.DataFrame({"a": [1, 2, 3], "b": [1, 0, 2]}))
    assert grid.state == {"sort": ["b", False], "picks": {"b": [{"from": 1}]}}
    assert grid.selection["a"].tolist() == [3, 1]
    for senseless in (
        {"sort": "b"},
        {"sort": [["b"], 1]},
        {"picks": [1]},
        {"hidden": "b"},
        {"order": 3},
        {"widths": {"a": "x"}},
        {"search": 1},
    ):
        grid.state = senseless
        assert len(grid.selection) == 3
        assert grid.state == {}


def test_another_pull_keeps_the_state_and_another_table_does_not(jobs: HeardGrid) -> None:
    """The same columns keep what was set; other columns begin anew."""
    jobs.state = {"search": "done", "hidden": ["id"]}
    jobs.update(jobs.frame.head(3))
    assert (jobs.state, len(jobs.selection)) == ({"search": "done", "hidden": ["id"]}, 2)

    jobs.update(pd.DataFrame({"id": [1]}))
    assert jobs.state == {}


def test_columns_of_the_same_name_are_kept_apart() -> None:
    """Doubled names get a number, so that each can be hidden and sorted by itself."""
    grid = Grid(pd.DataFrame([[1, 2, 3], [0, 3, 1]], columns=["a", "a", "a (2)"]))
    grid.state = {"sort": ["a (2)", False], "hidden": ["a"]}

    assert state.unique_names(["a", "a", "a (2)"]) == ["a", "a (2)", "a (2) (2)"]
    assert grid.selection.to_numpy().tolist() == [[3, 1], [2, 3]]


def test_changes_reach_listeners_and_other_pages(jobs: HeardGrid) -> None:
    """A page's change reaches whoever listens and every page; the same state again reaches nobody,
    and a failing listener is shown.
    """
    seen: list[Any] = []
    jobs.on_change(lambda: seen.append(jobs.state))
    view = jobs.ask(kind="open")["state"]

    jobs.put(kind="state", state={**view, "search": " done "})
    assert seen == [{"search": "done"}]
    assert jobs.heard[-1]["by"] == "v"
    assert jobs.heard[-1]["state"]["search"] == "done"
    jobs.put(kind="state", state={**view, "search": "done"})
    jobs.put(kind="state", state=view, turn=-1)
    jobs.state = {"search": "done"}
    assert len(seen) == 1
    jobs.state = {}
    assert (len(seen), jobs.heard[-1]["by"]) == (2, None)

    jobs.on_change(lambda: [][0])
    jobs.state = {"search": "x"}
    assert jobs.heard[-1]["kind"] == "error"


def test_what_a_notebook_saves_is_small_and_without_rows(jobs: HeardGrid) -> None:
    """Neither rows nor bars, searches nor picks nor the widget's code are part of what is saved."""
    wide = HeardGrid(pd.DataFrame({f"column{n}": ["do-not-save-me"] for n in range(60)}))
    wide.state = {"search": "do-not-save-me", "picks": {"column0": [{"is": "do-not-save-me"}]}}
    wide.bars(0)
    saved = json.dumps(wide.get_state(), default=str)

    assert "do-not-save-me" not in saved
    assert len(saved) < 10_000


# -- copies and odd values


def test_a_copied_cell_row_and_column_are_exact(jobs: HeardGrid) -> None:
    """Amounts without thousands marks, rows with tabs in the order of the columns, columns by line,
    nested values as JSON.
    """
    frame = pd.DataFrame(
        {
            "n": [1234567.5, None, -3.0],
            "t": ["a\tb", 'say "x"', '"q"'],
            "x": listed([[{"a": 1}], None, []]),
        }
    )
    grid = HeardGrid(frame)

    assert grid.ask(kind="copy", what="cell", row=0, col=0)["text"] == "1234567.5"
    assert grid.ask(kind="copy", what="cell", row=0, col=2)["text"].count("\n") == 4
    assert (
        grid.ask(kind="copy", what="row", row=0, columns=[1, 0, 2])["text"]
        == '"a\tb"\t1234567.5\t[{"a": 1}]'
    )
    assert grid.ask(kind="copy", what="row", row=1, columns=[0, 1])["text"] == '\tsay "x"'
    column = grid.ask(kind="copy", what="column", col=1, sort=[0, True])
    assert (column["text"], column["count"]) == ('"""q"""\n"a\tb"\nsay "x"', 3)


def test_a_copied_column_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a column beyond the bound the first values are copied, and the answer says how many there
    are.
    """
    monkeypatch.setattr(clipboard, "MOST", 10)
    answer = HeardGrid(pd.DataFrame({"n": range(25)})).ask(kind="copy", what="column", col=0)

    assert answer["text"].split("\n") == [str(n) for n in range(10)]
    assert (answer["count"], answer["total"]) == (10, 25)
    monkeypatch.setattr(clipboard, "MOST_LETTERS", 5)
    assert clipboard.column(pd.Series(["aaaa", "bbbb", "cccc"]), np.arange(3)) == ("aaaa\nbbbb", 2)


def test_long_negative_missing_and_dated_values_read_well() -> None:
    """Long text is cut and whole when opened, amounts keep their sign, missing is None, midnights
    have no time.
    """
    frame = pd.DataFrame(
        {
            "text": ["long " * 500, None],
            "money": [-1234.5, np.nan],
            "day": pd.to_datetime(["2026-03-01", None]).tz_localize("America/Phoenix"),
        }
    )
    grid = HeardGrid(frame)
    first, second = grid.ask()["rows"]

    assert (len(first[0]), first[0][-1]) == (cells.LONGEST, "…")
    assert first[1:] == ["-1,234.50", "Mar 1, 2026"]
    assert second == [None, None, None]
    assert len(grid.ask(kind="cell", row=0, col=0)["text"]) == 2500


def test_unusual_columns_have_no_bars_but_their_missing_are_counted() -> None:
    """Objects, mixed and empty columns say how many are missing, and nothing fails."""
    grid = HeardGrid(
        pd.DataFrame(
            {
                "object": listed([{"a": 1}, None, None]),
                "mixed": [1, "x", None],
                "none": [None, None, None],
                "nan": [np.nan] * 3,
                "period": pd.period_range("2026-01", periods=3, freq="M"),
                "category": pd.Categorical(["u", None, "u"]),
            }
        )
    )
    bars = grid.bars(*range(6))

    assert {column: bar["missing"] for column, bar in bars.items()} == {
        0: 2,
        1: 1,
        2: 3,
        3: 3,
        4: 0,
        5: 1,
    }
    assert bars[5]["counts"] == [2]
    assert [bars[column]["shape"] for column in range(5)] == ["none"] * 5


# -- threads


def test_many_threads_may_pick_search_and_sort_at_once(jobs: HeardGrid) -> None:
    """Whatever is asked on whichever thread, each answer is of its own question."""
    wrong: list[Any] = []
    wanted = {"Done": 6, "Open": 2, "Hold": 2}

    def ask(status: str) -> None:
        for _ in range(30):
            answer = jobs.answer(
                {
                    "kind": "rows",
                    "start": 0,
                    "stop": 20,
                    "picks": {str(STATUS): [{"is": status}]},
                    "sort": [TOTAL, False],
                }
            )
            if answer["total"] != wanted[status] or {row[STATUS] for row in answer["rows"]} != {
                status
            }:
                wrong.append(answer)

    threads = [threading.Thread(target=ask, args=(status,)) for status in wanted for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_background_work_takes_the_latest_job_first() -> None:
    """A newer job of a name replaces the older one, idle work waits for all others, an error is
    shown, and the thread ends.
    """
    done: list[str] = []
    errors: list[Exception] = []
    go, begun = threading.Event(), threading.Event()

    def steps(name: str, gate: bool = False) -> Any:
        if gate:
            begun.set()
            assert go.wait(60)
        yield
        done.append(name)

    def failing() -> Any:
        yield
        raise ValueError("no")

    background = Background(errors.append)
    background.submit("first", steps("first", gate=True))
    assert begun.wait(60)
    background.submit("index", steps("index"), idle=True)
    background.submit("view", steps("replaced"))
    background.submit("bad", failing())
    background.submit("view", steps("view"))
    go.set()
    background.wait(60)

    assert done == ["view", "first", "index"]
    assert [str(error) for error in errors] == ["no"]
    assert "stnb-grid" not in {thread.name for thread in threading.enumerate()}


def test_closing_ends_what_is_under_way(jobs: HeardGrid) -> None:
    """After close nothing is computed for a page that is gone."""
    go, begun = threading.Event(), threading.Event()
    done: list[int] = []

    def steps() -> Any:
        begun.set()
        assert go.wait(60)
        yield
        done.append(1)

    jobs._background.submit("slow", steps())
    assert begun.wait(60)
    jobs.close()
    go.set()
    jobs._background.wait(60)
    assert done == []


def test_opening_prepares_the_search_behind_the_page() -> None:
    """Once a page has its rows, what searches read is made ready without being asked for."""
    grid = HeardGrid(pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}))
    assert grid.ask(kind="open")["rows"] == [["x", "1"], ["y", "2"]]
    grid._background.wait(60)

    assert sorted(grid._rows.index._leaves) == [("figures", 1), ("texts", 0)]


def test_a_million_rows_are_shown_picked_and_sorted() -> None:
    """A large frame is held as it is: a window, a pick and a sort answer from a million rows."""
    n = 1_000_000
    grid = HeardGrid(
        pd.DataFrame({"n": np.arange(n), "even": pd.array(np.arange(n) % 2 == 0, dtype="boolean")})
    )

    answer = grid.ask(picks={"1": [{"is": True}]}, sort=[0, False], start=499_998, stop=500_010)
    assert (answer["total"], answer["rows"]) == (500_000, [["2", "yes"], ["0", "yes"]])


def test_under_a_histogram_of_days_stand_the_days_that_are_there() -> None:
    """Not those of the whole weeks, months or years that its bars are."""
    for days, ends in (
        (range(100), ["2026-08-20", "2026-11-27"]),
        (range(0, 900, 9), ["2026-08", "2029-01"]),
    ):
        frame = pd.DataFrame(
            {"on": pd.Timestamp("2026-08-20T10:00Z") + pd.to_timedelta(list(days), unit="D")}
        )
        assert HeardGrid(frame).bars(0)[0]["ends"] == ends
