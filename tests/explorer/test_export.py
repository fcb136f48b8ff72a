"""Leaving: the code to the page, notebooks and files under a name of their own, and formulas that
never run.
"""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

import stnb
from stnb.errors import UsageError
from stnb.explorer.parts import export
from stnb.explorer.parts.export import Export
from stnb.explorer.parts.page_actions import DONE
from stnb.frame import save as saving
from stnb.frame.notices import Notice
from stnb.frame.save import save
from tests.helpers.moments import NOW

pytestmark = pytest.mark.usefixtures("still")
CODE = 'import stnb\n\nst = stnb.connect("demo")\ndf = st.jpm.jobs.pull(limit=20)'
FRAME = pd.DataFrame({"id": [1, 2, 3], "name": ["a", "=1+1", None]})
TODAY = f"{NOW:%Y-%m-%d}"


class Bench:
    """An `Export` whose rows and code the test decides."""

    def __init__(
        self,
        frame: pd.DataFrame | None = FRAME,
        selection: pd.DataFrame | None = None,
        code: str = CODE,
    ) -> None:
        self.frame, self.selection, self.code = frame, selection, code
        self.sent: list[dict[str, Any]] = []
        self.export = Export(
            lambda: self.frame,
            lambda: self.selection,
            lambda: self.code,
            lambda: "print(len(df))",
            lambda: "jpm.jobs",
        )
        self.export.page_actions.send = lambda message, buffers=None: self.sent.append(message)

    def press(self, button: Any) -> str:
        button.click()
        self.export.wait(60)
        return str(self.export.page_actions.text)

    @property
    def error(self) -> Exception | None:
        return self.export.error


# -- the code


@pytest.mark.parametrize(("name", "what"), [("cell", "cell"), ("copy", "copy")])
def test_the_code_goes_to_the_page(name: str, what: str) -> None:
    """The page is asked to add a cell, or to copy; nothing is claimed before it answers."""
    bench = Bench()

    assert bench.press(getattr(bench.export, name)) == ""
    assert bench.sent == [{"do": what, "code": CODE}]


@pytest.mark.parametrize(
    ("did", "tone"),
    [("inserted", "good"), ("copied", "good"), ("copied for a cell", "good"), ("shown", "bad")],
)
def test_what_the_page_did_is_reported(did: str, tone: str) -> None:
    """Each answer has its sentence; another word of the page changes nothing."""
    bench = Bench()
    bench.export._on_answer(None, {"did": did}, None)
    assert bench.export.page_actions.text == DONE[did]
    assert bench.export.page_actions.tone == tone

    bench.export._on_answer(None, {"did": "anything else"}, None)
    assert bench.export.page_actions.text == DONE[did]


def test_without_code_or_rows_it_says_what_to_do() -> None:
    """Without code or rows every button shows three sentences, and writes nothing."""
    bench = Bench(frame=None, code="")
    for button in (bench.export.cell, bench.export.copy, bench.export.notebook):
        assert bench.press(button).startswith("There is no code yet.")
        assert isinstance(bench.error, UsageError)
    for button in bench.export.files.values():
        assert bench.press(button).startswith("No file was written.")
    assert bench.sent == []
    assert list(Path.cwd().iterdir()) == []


# -- files


def test_files_read_back() -> None:
    """Parquet, CSV and Excel hold the rows; what was written, and its path, is reported."""
    bench = Bench()
    said = {ending: bench.press(button) for ending, button in bench.export.files.items()}
    stem = f"jpm-jobs-{TODAY}"

    assert pd.read_parquet(f"{stem}.parquet")["id"].tolist() == [1, 2, 3]
    assert pd.read_csv(f"{stem}.csv")["name"].tolist()[:2] == ["a", "'=1+1"]
    assert pd.read_excel(f"{stem}.xlsx")["name"].tolist()[:2] == ["a", "=1+1"]
    for ending, text in said.items():
        assert text.startswith(f"3 rows and 2 columns are in {Path.cwd() / stem}{ending} (")
    assert bench.export.page_actions.tone == "good"


def test_what_a_workbook_cannot_hold_is_told_beside_its_path() -> None:
    """A number of more digits than Excel keeps is text there."""
    bench = Bench(frame=pd.DataFrame({"id": [1, 2**53 + 1]}))
    bench.export.file.value = "ids"

    said = bench.press(bench.export.files[".xlsx"])

    assert "id: 1 number of over 15 digits, so the column is text" in said
    assert pd.read_excel("ids.xlsx")["id"].tolist() == [1, 2**53 + 1]


def test_only_the_filtered_rows() -> None:
    """The menu says which rows; without any filter they are all."""
    bench = Bench(selection=FRAME.iloc[:1])
    bench.export.rows.value = export.SELECTION
    bench.export.file.value = "some"
    assert bench.press(bench.export.files[".parquet"]).startswith("1 rows")

    bench.selection = None
    bench.export.file.value = "all"
    bench.press(bench.export.files[".parquet"])
    assert [len(pd.read_parquet(f"{name}.parquet")) for name in ("some", "all")] == [1, 3]


def test_nothing_is_overwritten() -> None:
    """A name that is taken gets a number, which is reported; the older file is unchanged."""
    Path("mine.csv").write_text("mine")
    Path("mine-2.csv").write_text("mine too")
    bench = Bench()
    bench.export.file.value = "mine.xlsx"  # a typed ending is that of the button

    said = bench.press(bench.export.files[".csv"])

    assert "mine-3.csv" in said
    assert said.endswith("mine.csv was there already, and is unchanged.")
    assert [Path(f"mine{n}.csv").read_text() for n in ("", "-2")] == ["mine", "mine too"]


def _named(bench: Bench, name: str) -> Any:
    bench.export.file.value = name
    return bench.export.files[".csv"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The line names it before anything is written, and nothing lies about elsewhere; the buttons
    work again.
    """
    bench = Bench()
    bench.export.file.value = "nowhere/rows"

    assert "There is no folder nowhere" in bench.press(bench.export.notebook)
    assert isinstance(bench.error, UsageError)
    assert "name" in bench.press(_named(bench, "x" * 300))
    assert not bench.export.notebook.disabled


def test_a_long_write_leaves_the_page_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a file is written the click is over, a line says so, and a second file is refused."""
    go, begun = threading.Event(), threading.Event()

    def slow(frame: pd.DataFrame, path: Path) -> tuple[Path, list[Notice]]:
        begun.set()
        go.wait(60)
        return saving.save_file(frame, path)

    monkeypatch.setattr(export, "save_file", slow)
    bench = Bench()
    bench.export.files[".csv"].click()
    assert begun.wait(60)
    assert bench.export.page_actions.text == "Writing 3 rows …"
    assert bench.export.files[".csv"].disabled
    bench.export.notebook.click()
    assert isinstance(bench.error, UsageError)

    go.set()
    bench.export.wait(60)
    assert bench.export.page_actions.text.startswith("3 rows")
    assert not bench.export.files[".csv"].disabled


def test_the_name_follows_the_resource() -> None:
    """The name that is offered is the resource's and today's, until another is typed."""
    ways = Export(
        lambda: FRAME,
        lambda: None,
        lambda: CODE,
        lambda: "",
        iter(["", "accounting.payment_types"]).__next__,
    )
    assert ways.file.placeholder == f"rows-{TODAY}"

    ways.refresh()

    assert ways.file.placeholder == f"accounting-payment-types-{TODAY}"


def test_a_notebook_is_saved_clean() -> None:
    """It holds the code and the chart's lines, and no outputs; what is in the frame stays out of
    it.
    """
    bench = Bench()

    said = bench.press(bench.export.notebook)

    path = Path(f"jpm-jobs-{TODAY}.ipynb")
    assert said == f"The notebook is {path.resolve()}."
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell.source for cell in book.cells if cell.cell_type == "code"]
    assert "df = st.jpm.jobs.pull(limit=20)" in code
    assert "print(len(df))" in code
    assert "=1+1" not in path.read_text()


def test_nothing_of_the_rows_is_in_the_widgets() -> None:
    """What a notebook saves of the buttons has no row of the frame."""
    bench = Bench(pd.DataFrame({"name": ["Mrs Secret"] * 50}))
    bench.press(bench.export.files[".csv"])
    state = json.dumps(
        [w.get_state() for w in (bench.export, bench.export.page_actions, bench.export.file)],
        default=str,
    )

    assert "Secret" not in state


# -- formulas


RISKY = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",  # some readers trim cells
    "=cmd|' /C calc'!A0",
    "+1 (602) 555-0100",
    "-",
]
HARMLESS = ["-5", "+16025550100", "-1.5e3", "+.5", "a=b", "", " 1", "'=1", "1-2"]


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_formulas_are_defused_in_csv(kind: str, tmp_path: Path) -> None:
    """A text that a spreadsheet would run gets an apostrophe; numbers, also those that are texts,
    stay as they are.
    """
    texts = [*RISKY, *HARMLESS]
    frame = pd.DataFrame({"=head": pd.Series(texts, dtype=kind), "n": -1.5})

    with save(frame, tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)

    assert header == ["'=head", "n"]
    assert [row[0] for row in rows] == [*(f"'{t}" for t in RISKY), *HARMLESS]
    assert {row[1] for row in rows} == {"-1.5"}


def test_formulas_are_texts_in_excel(tmp_path: Path) -> None:
    """Excel's cells hold the very text, marked as such: no formula now, and none after an edit."""
    openpyxl = pytest.importorskip("openpyxl")
    texts = [t for t in RISKY if t[0] not in "\t\r"]
    sheet = openpyxl.load_workbook(
        save(pd.DataFrame({"x": [*texts, "-5", "a"]}), tmp_path / "x.xlsx")
    )["data"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]

    assert [c.value for c in cells] == [*texts, "-5", "a"]
    assert {c.data_type for c in cells} == {"s"}
    assert [bool(c.quotePrefix) for c in cells] == [*[True] * len(texts), False, False]


def test_a_pull_survives_the_way_into_csv(st: stnb.Account, tmp_path: Path) -> None:
    """Names twice, lists and nulls: the same rows and columns come back."""
    customers = st.crm.customers.pull(limit=40, active="Any")
    twice = pd.concat([customers, customers[["id"]]], axis=1)

    read = pd.read_csv(save(twice, tmp_path / "x.csv"))

    assert len(read) == 40
    assert list(read.columns[:-1]) == list(customers.columns)
    assert read["name"].tolist() == customers["name"].tolist()
