"""The explorer from the first key to a notebook that repeats it, and what it says when something is
wrong.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import Locator, expect

from tests.browser.axe import faults
from tests.browser.conftest import DEMO
from tests.browser.labkit import Lab, fresh_page, lab_server, write_notebook

PATIENCE = 30_000
START = "import stnb\nui = stnb.explore('demo')"


def _explorer(lab: Lab, name: str, *cells: str) -> Locator:
    write_notebook(lab.notebooks / name, *cells)
    lab.open(name).run_cell(0)
    whole = lab.output(0).locator(".stnb-explorer")
    expect(whole.get_by_role("combobox", name="Resource")).to_be_visible(timeout=PATIENCE)
    return whole


def _choose(whole: Locator, words: str, name: str) -> None:
    box = whole.get_by_role("combobox", name="Resource")
    box.click()
    box.press_sequentially(words)
    expect(
        whole.get_by_role("listbox", name="Resource").get_by_role("option").first
    ).to_contain_text(name)
    box.press("Enter")
    expect(box).to_have_value(name)


def _printed(lab: Lab, code: str) -> str:
    cell = lab.add_cell(f"print({code})")
    lab.run_cell(cell)
    return lab.text(cell).strip()


def test_from_a_word_to_a_notebook_with_the_same_rows(lab: Lab) -> None:
    """Search by words that also filter, count, pull, chart, code in a cell, save, reopen, and run
    what was saved.
    """
    whole = _explorer(lab, "whole.ipynb", START)
    _choose(whole, "completed jobs", "jpm.jobs")
    chip = whole.get_by_role("button", name=re.compile("Job status.*Completed"))
    expect(chip.first).to_be_visible()  # the words bring their filter
    whole.get_by_role("button", name="Count").click()
    counted = whole.locator(".stnb-messages .line")
    expect(counted).to_contain_text(re.compile(r"[\d,]+ rows"), timeout=PATIENCE)
    whole.get_by_label("Rows at most").select_option("first 100 rows")
    whole.get_by_role("button", name="Pull").click()
    expect(whole.locator(".pull.done")).to_be_visible(timeout=PATIENCE)
    expect(whole.locator(".stnb-grid").get_by_role("status")).to_contain_text("100 rows")
    first = whole.locator(".stnb-grid .top").first
    expect(first).to_be_visible(timeout=PATIENCE)

    whole.get_by_role("tab", name="Chart", exact=True).click()
    expect(whole.get_by_role("img")).to_be_visible(timeout=PATIENCE)
    whole.get_by_role("button", name="Export").click()
    whole.get_by_role("button", name="Code into a new cell").click()
    expect(whole.locator(".stnb-export").get_by_role("status")).to_have_text(
        "The code is in a new cell below."
    )
    lab.run_cell(1)
    assert _printed(lab, "df.id.tolist() == ui.frame.id.tolist(), len(df)") == "True 100"
    ids = json.loads(_printed(lab, "ui.frame.id.tolist()"))
    whole.get_by_label("File name").fill("again")
    whole.get_by_role("button", name="Save as notebook").click()
    expect(whole.locator(".stnb-export").get_by_role("status")).to_contain_text(
        "again.ipynb", timeout=PATIENCE
    )

    lab.save()
    _reopened(lab, "whole.ipynb", str(ids[0]))
    assert _rows(lab.notebooks / "again.ipynb") == ids
    assert lab.errors == []


def _reopened(lab: Lab, name: str, shown: str) -> None:
    """The notebook, without its kernel, shows the first rows where the explorer was."""
    lab.stop_kernels()
    lab.page.goto("about:blank")
    lab.open(name)
    expect(lab.output(0).get_by_text(shown, exact=True)).to_be_visible(timeout=PATIENCE)


def _rows(path: Path) -> Any:
    """Run a saved notebook from top to bottom, and return the ids that it pulled."""
    book = nbformat.read(path, 4)
    book.cells.append(nbformat.v4.new_code_cell("print(df.id.tolist())"))
    old = {name: os.environ.get(name) for name in DEMO}
    os.environ.update(DEMO)
    try:
        NotebookClient(
            book, timeout=120, resources={"metadata": {"path": str(path.parent)}}
        ).execute()
    finally:
        for key, value in old.items():
            os.environ.pop(key, None) if value is None else os.environ.update({key: value})
    return json.loads(book.cells[-1].outputs[0]["text"])


def test_an_error_leads_to_the_doctor(lab: Lab) -> None:
    """What went wrong stands in three sentences without a traceback; the doctor names the cause and
    whom to ask.
    """
    whole = _explorer(
        lab,
        "ill.ipynb",
        "import stnb\nui = stnb.explore(stnb.demo(state='wrong-secret'), 'jpm.jobs')",
    )
    whole.get_by_role("button", name="Pull").click()
    trouble = whole.get_by_role("alert")
    expect(trouble.locator("b")).not_to_be_empty(timeout=PATIENCE)
    assert trouble.locator("b, span").count() == 3
    expect(lab.output(0)).not_to_contain_text("Traceback")

    trouble.get_by_role("button", name="Check with doctor").click()
    report = whole.locator(".stnb-doctor-room .stnb-doctor")
    expect(report).to_contain_text(re.compile("secret", re.IGNORECASE), timeout=PATIENCE)
    wide = whole.bounding_box()
    room = report.bounding_box()
    assert wide is not None
    assert room is not None
    assert room["width"] > 0.8 * wide["width"]
    assert lab.errors == []


@pytest.fixture(
    params=[(1400, False), (1400, True), (400, False), (400, True)],
    ids=lambda p: f"{p[0]} {'dark' if p[1] else 'light'}",
)
def page_of(request: pytest.FixtureRequest, browser: Any, server: tuple[str, Path]) -> Any:
    """A notebook page of that width and theme."""
    width, dark = request.param
    with fresh_page(browser, width=width, dark=dark) as (page, _):
        lab = Lab(page, *server)
        yield lab, dark
        lab.command(
            "apputils:change-theme", theme="JupyterLab Light"
        )  # the server keeps it for the next page
        lab.command("application:toggle-left-area")
        lab.stop_kernels()


def test_axe_finds_nothing_serious(page_of: tuple[Lab, bool]) -> None:
    """With chips, an open filter, the menu of filters, rows, a chart, the card, the code and the
    ways out on show, light and dark, wide and narrow.
    """
    lab, dark = page_of
    whole = _explorer(
        lab, "axe.ipynb", "import stnb\nui = stnb.explore('demo', 'jpm.jobs', limit=100)"
    )
    lab.command("application:toggle-left-area")
    if dark:
        lab.command("apputils:change-theme", theme="JupyterLab Dark")
    whole.get_by_role("button", name="Pull").click()
    expect(whole.locator(".pull.done")).to_be_visible(timeout=PATIENCE)
    expect(whole.locator(".stnb-grid .histogram, .stnb-grid .top").first).to_be_visible(
        timeout=PATIENCE
    )
    assert faults(lab.page, ".stnb-explorer") == []

    whole.get_by_role("button", name="Add a filter").click()
    assert faults(lab.page, ".stnb-explorer") == []
    whole.get_by_role("dialog").get_by_role("button", name="Completed", exact=True).click()
    field = whole.get_by_role("textbox", name="Completed: from", exact=True)
    field.fill("07/01/2026")
    field.press("Tab")
    expect(whole.get_by_role("dialog").get_by_role("button", name="2026-07-01?")).to_be_visible()
    assert faults(lab.page, ".stnb-explorer") == []
    whole.get_by_role("dialog").get_by_role("button", name="2026-07-01?").click()
    field.press("Escape")
    for tab in ("Columns", "Neighbours", "Code"):
        whole.get_by_role("tab", name=tab).first.click()
        assert faults(lab.page, ".stnb-explorer") == []
    whole.get_by_role("button", name="Export").click()
    whole.get_by_role("tab", name="Chart", exact=True).click()
    expect(whole.get_by_role("img")).to_be_visible(timeout=PATIENCE)
    whole.get_by_role("combobox", name="Resource").click()
    expect(whole.get_by_role("listbox", name="Resource")).to_be_visible()
    assert faults(lab.page, ".stnb-explorer") == []


def test_when_the_kernel_is_gone_the_copy_is_seen(lab: Lab) -> None:
    """Nothing stands there that only looks alive: a restart leaves the first rows and what to do,
    and so does a reopened page.
    """
    whole = _explorer(
        lab,
        "gone.ipynb",
        "import stnb\nui = stnb.explore('demo', 'jpm.jobs', limit=100)",
        "stnb.show(ui.wait())",
    )
    whole.get_by_role("button", name="Pull").click()
    expect(whole.locator(".pull.done")).to_be_visible(timeout=PATIENCE)
    lab.run_cell(1)
    expect(lab.output(1).locator(".stnb-grid-row").first).to_be_visible()
    copies = [
        lab.output(cell).get_by_text("Run the cell again for the live table") for cell in (0, 1)
    ]
    for copy in copies:
        expect(copy).to_be_hidden()
    lab.save()

    lab.page.evaluate(
        """() => {
            const notebook = window.jupyterapp.shell.currentWidget;
            notebook.context.sessionContext.session.kernel.restart();
        }"""
    )
    for copy in copies:
        expect(copy).to_be_visible()
    expect(whole).to_be_hidden()
    expect(lab.output(1).locator(".stnb-grid")).to_be_hidden()


def test_in_notebook_7(browser: Any, tmp_path: Path) -> None:
    """Pick, pull and see rows; as the page lets nobody add a cell, the code comes onto the
    clipboard, and that is said.
    """
    with (
        lab_server(tmp_path, app="notebook", **DEMO) as (address, notebooks),
        fresh_page(browser) as (page, refused),
    ):
        browser.grant_permissions(["clipboard-read", "clipboard-write"])
        write_notebook(notebooks / "seven.ipynb", START)
        page.goto(f"{address}/notebooks/seven.ipynb")
        cell = page.locator(".jp-Notebook .cm-content").first
        prompt = page.locator(".jp-Notebook .jp-InputArea-prompt").first
        expect(page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute(
            "data-status", "idle", timeout=PATIENCE
        )
        whole = page.locator(".stnb-explorer")
        for _ in range(20):  # a key that comes before the page is ready for it is lost
            cell.press("Shift+Enter")
            with contextlib.suppress(AssertionError):
                expect(prompt).to_have_text(re.compile(r"\[(\*|\d+)\]"), timeout=2_000)
                break
        expect(whole.get_by_role("combobox", name="Resource")).to_be_visible(timeout=PATIENCE)
        _choose(whole, "customers", "crm.customers")
        whole.get_by_role("button", name="Pull").click()
        expect(whole.locator(".pull.done")).to_be_visible(timeout=PATIENCE)
        expect(whole.locator(".stnb-grid-row").first).to_be_visible()

        whole.get_by_role("button", name="Export").click()
        whole.get_by_role("button", name="Code into a new cell").click()
        expect(whole.locator(".stnb-export").get_by_role("status")).to_contain_text(
            "paste it into a new one"
        )
        assert "st.crm.customers.pull(" in page.evaluate("() => navigator.clipboard.readText()")
        assert refused == []
