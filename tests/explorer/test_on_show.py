"""What is on show is one thing: table, chart, code, notebook and file are of the same rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import nbformat
import openpyxl
import pandas as pd
import pytest

import stnb
from stnb import catalog
from stnb.account.account import Account
from stnb.explorer import Explorer, explore
from stnb.explorer.presets import first_filters, with_words
from stnb.explorer.state import named
from stnb.tables.provenance import cost_of_all
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.sample import EVERYTHING
from tests.helpers.warned import quiet

pytestmark = pytest.mark.usefixtures("small_demo")

PICKED = {
    "picks": {"jobStatus": [{"is": "Completed"}], "total": [{"from": 100, "to": 900}]},
    "search": "a",
    "sort": ["total", False],
    "hidden": ["externalData"],
}


@pytest.fixture
def ui() -> Iterator[Explorer]:
    """An explorer of 200 jobs of the demo, some of which are picked, searched and sorted."""
    made = explore("demo", "jpm.jobs", limit=200, grid=PICKED)
    made.pull()
    assert made.wait(60) is not None
    yield made
    made.close()


def run(code: str) -> pd.DataFrame:
    names: dict[str, Any] = {}
    exec(code, names)
    frame = names["df"]
    assert isinstance(frame, pd.DataFrame)
    return frame


def test_the_code_gives_the_rows_on_show(ui: Explorer) -> None:
    """Run from a new cell, the code gives the rows, the order and the columns of the table."""
    shown = ui.selection
    assert shown is not None
    assert 0 < len(shown) < 200

    pd.testing.assert_frame_equal(run(ui.code), shown)
    assert ui.parts.code.text == ui.code == ui.parts.export._code_or_error()


def test_the_saved_notebook_repeats_them(
    ui: Explorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notebook narrows the rows before it draws, so that its picture is the explorer's."""
    monkeypatch.chdir(tmp_path)
    ui.parts.export.notebook.click()
    ui.parts.export.wait(60)
    [path] = tmp_path.glob("*.ipynb")

    nbformat = pytest.importorskip("nbformat")
    cells = nbformat.read(path, 4).cells
    narrowed = next(cell.source for cell in cells if "jobStatus" in cell.source)
    connected = next(cell.source for cell in cells if "stnb.connect" in cell.source)
    pd.testing.assert_frame_equal(run(f"{connected}\n{narrowed}"), ui.selection)


def test_a_file_has_the_rows_on_show_and_says_so(
    ui: Explorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is of the rows on show unless all are asked for; a workbook says what was picked."""
    monkeypatch.chdir(tmp_path)
    ui.parts.export.files[".xlsx"].click()
    ui.parts.export.wait(60)
    [path] = tmp_path.glob("*.xlsx")

    about = pd.read_excel(path, sheet_name="about").set_index("what")["value"]
    assert len(pd.read_excel(path)) == len(ui.selection) == about["rows"]  # type: ignore[arg-type]
    assert "jobStatus Completed" in about["on show"]
    assert "the first 200 of " in about["complete"]


HOSTILE = (
    '{"id":9007199254740993,"total":"1.10","summary":"=1+1","createdOn":"0001-01-01T00:00:00Z"}',
    '{"id":2,"total":0.30000000000000004,"summary":"a,\\"b\\"\\nc","customerId":9007199254740993}',
    '{"id":3,"total":12345678901234567.89,"summary":"\\ud83d\\u0000","tagTypeIds":[1,null]}',
    '{"id":4,"summary":"","jobStatus":"null","zzz":{"a b":1.10,"c":[1,"x"]},"new":"1e5"}',
    '{"id":5,"total":-0.0,"summary":"nan","jobStatus":"NaN","zzz":5,"new":7}',
)
HOSTILE_VIEWS: list[dict[str, Any]] = [
    {"sort": ["total", False]},
    {"search": "a", "picks": {"summary": [{"is": "nan"}]}},
    {"picks": {"id": [{"is": 2**53 + 1}], "createdOn": [{"to": "1900-01-01"}]}},
]


@pytest.mark.parametrize("grid", HOSTILE_VIEWS if EVERYTHING else HOSTILE_VIEWS[:1])
def test_hostile_rows_are_the_same_in_code_notebook_and_files(
    grid: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the value, whatever the server sent."""
    monkeypatch.chdir(tmp_path)
    body = f'{{"hasMore":false,"totalCount":{len(HOSTILE)},"data":[{",".join(HOSTILE)}]}}'
    tenant = FakeTenant(lambda request: httpx.Response(200, content=body))
    account = Account(tenant.session(), catalog=catalog.load())
    monkeypatch.setattr(stnb, "connect", lambda *args, **options: account)
    ui = quiet(lambda: explore(account, "jpm.jobs", grid=grid, names=False))
    quiet(lambda: (ui.pull(), ui.wait(60)))
    shown, saving = ui.selection, ui.parts.export
    assert shown is not None
    expected = shown.reset_index(drop=True)

    pd.testing.assert_frame_equal(quiet(lambda: run(ui.code)), shown, check_flags=False)
    for ending in (".parquet", ".csv", ".xlsx"):
        quiet(lambda ending=ending: (saving.files[ending].click(), saving.wait(60)))
        assert saving.error is None
    quiet(lambda: (saving.notebook.click(), saving.wait(60)))
    ui.close()

    [path] = tmp_path.glob("*.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(path), expected, check_flags=False)
    [path] = tmp_path.glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    texts = [text.removeprefix("'") for text in (line["summary"] for line in lines)]
    assert texts == expected["summary"].tolist()
    assert [line["id"] for line in lines] == expected["id"].astype(str).tolist()
    totals = [float(line["total"]) if line["total"] else None for line in lines]
    assert totals == [None if pd.isna(v) else v for v in expected["total"]]
    [path] = tmp_path.glob("*.xlsx")
    rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True)
    assert [str(row[0]) for row in rows] == expected["id"].astype(str).tolist()

    [path] = tmp_path.glob("*.ipynb")
    cells = nbformat.read(path, 4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    until = next(at for at, source in enumerate(sources) if "pull(" in source) + 1
    again = quiet(lambda: run("\n".join(sources[:until])))
    pd.testing.assert_frame_equal(again, shown, check_flags=False)


def test_the_chart_says_what_it_is_drawn_from(ui: Explorer) -> None:
    """The chart's notes have the sample and the picks, its chips are those of the table, and a chip
    that is taken away changes the table, the chart and the code.
    """
    ui.parts.views.value = "chart"
    ui.parts.chart.wait(60)
    notes = " ".join(ui.parts.chart.picture.shown["notes"])
    assert "oldest first" in notes
    assert "jobStatus Completed" in notes

    chips = ui.parts.grid.chips
    assert [chip["name"] for chip in chips["chips"]] == [
        "jobStatus",
        "total",
        "Search",
        "Sorted by",
    ]
    ui.parts.grid.drop("")
    ui.parts.chart.wait(60)
    assert "jobStatus" not in ui.code
    assert "jobStatus Completed" not in " ".join(ui.parts.chart.picture.shown["notes"])


def test_a_cancelled_pull_is_marked_everywhere() -> None:
    """The rows of a pull that was cancelled say so in the table, the chart and a file."""
    st = stnb.demo(scale=0.05)
    pull = st.jpm.jobs.start()
    pull.cancel()
    with pytest.warns(stnb.Incomplete):
        pull.wait()
    which = pull.frame.attrs["stnb"]["first"]

    assert which.endswith("that had arrived when the pull was cancelled")
    assert stnb.show(pull.frame).about["which"] == which


def test_words_that_ask_for_filters_leave_the_newest_rows_first() -> None:
    """ "Cancelled jobs" are the last ones, not the first thousand of ten years; what the words ask
    for stays as it is, and no span of a date cuts off an invoice that has long been unpaid.
    """
    ui = stnb.explore("demo")
    ui.parts.picker.value = "jpm.jobs"
    ui.parts.picker.preset = {"jobStatus": "Canceled"}
    assert ui.state["filters"] == {"jobStatus": "Canceled", "sort": "-Id"}
    assert with_words(catalog.load()["jpm.jobs"], {"sort": "+Id"}) == {"sort": "+Id"}
    ui.pull()
    frame = ui.wait(60)
    assert frame is not None
    assert frame["id"].is_monotonic_decreasing
    ui.close()


def test_the_first_filters_of_every_resource_can_be_sent() -> None:
    """A resource that is chosen begins with its last rows where it can: by its main date, by the
    newest first, or by both; master data is not cut off at a date.
    """
    known = catalog.load()
    for endpoint in known:
        filters = dict(first_filters(endpoint))
        assert named(endpoint, filters) == filters

    assert first_filters(known["jpm.jobs"]) == {
        "completedOnOrAfter": "last 90 days",
        "sort": "-Id",
    }
    assert first_filters(known["accounting.invoices"]) == {"invoicedOnOrAfter": "last 90 days"}
    assert first_filters(known["crm.customers"]) == {"sort": "-Id"}
    assert first_filters(known["jpm.jobs.get"]) == {}
    assert first_filters(None) == {}


def test_all_rows_are_a_click_away_and_say_their_cost(ui: Explorer) -> None:
    """A sample names the cost of all rows; the click pulls them with the same filters."""
    assert ui.parts.grid.about["more"].startswith("All ")
    ui.parts.grid.reply({"kind": "all"})
    frame = ui.wait(60)

    assert frame is not None
    assert frame.attrs["stnb"]["complete"] is True
    assert ui.parts.grid.about["more"] == ui.parts.grid.about["which"] == ""
    assert "limit" not in ui.code
    slow = {"first": "…", "total": 2_000_000, "rows": 1_000, "seconds": 1.0}
    assert cost_of_all(slow) == "All 2,000,000 rows, about 33 min"


def test_columns_that_were_moved_are_the_same_in_table_code_and_state() -> None:
    """A state may name the first columns alone, as one written by hand does: the others follow as
    the table has them, and the code has them so too.
    """
    ui = explore("demo", "crm.leads", limit=20, grid={"order": ["summary", "leadUrl"]})
    ui.pull()
    assert ui.wait(60) is not None
    shown = ui.selection
    assert shown is not None
    assert list(shown.columns[:2]) == ["summary", "leadUrl"]
    assert list(shown.columns) == ui.state["grid"]["order"]
    pd.testing.assert_frame_equal(run(ui.code), shown)
    ui.close()
