"""The first notebook and the explorer as a person meets them: real JupyterLab, real browser."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
from playwright.sync_api import expect

from stnb import demoserver as demo
from tests.browser.labkit import CELLS, Lab, write_notebook

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01-first-pull.ipynb"
SECRETS = (demo.APP_KEY, demo.CLIENT_ID, demo.CLIENT_SECRET)
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.|Bearer ")
PATIENCE = 30_000


def test_first_notebook_and_explorer(lab: Lab) -> None:
    """The first notebook runs; its explorer picks by typing, filters, pulls, cancels and leaves
    code, by mouse and keys.
    """
    shutil.copy(NOTEBOOK, lab.notebooks / "first.ipynb")
    lab.open("first.ipynb").run_all()
    last = lab.code_cells()[-1]
    for cell in lab.code_cells():
        assert "error" not in {output["output_type"] for output in lab.outputs(cell)}, lab.text(
            cell
        )
    output = lab.output(last)

    _pick(lab, last, "jpm.jobs")
    output.get_by_role("button", name="Add Job status").click()
    output.get_by_label("Completed", exact=True).check()
    output.get_by_role("button", name="Done").click()
    output.get_by_role("button", name="Pull").click()
    expect(output.locator(".pull.done")).to_be_visible(timeout=PATIENCE)
    status = output.locator(
        ".stnb-grid-head > div", has_text=re.compile("^jobStatus")
    ).get_attribute("aria-colindex")
    cells = output.locator(f".stnb-grid-row > [aria-colindex='{status}']")
    expect(cells.first).to_have_text("Completed")
    assert set(cells.all_inner_texts()) == {"Completed"}
    output.get_by_role("tab", name="Code", exact=True).click()
    for line in ('jobStatus="Completed",', 'completedOnOrAfter="last 90 days",', "limit=1000,"):
        expect(output.locator(".stnb-code-tab pre")).to_contain_text(line)
    output.get_by_role("tab", name="Table", exact=True).click()

    _cancel_a_second_pull(lab, last)

    # The copy follows by a message of its own.
    outputs = f"i => JSON.stringify({CELLS}[i].model.toJSON().outputs)"
    lab.page.wait_for_function(f"{outputs}.includes('st.jpm.export.jobs.pull')", arg=last)
    lab.save()
    saved = (lab.notebooks / "first.ipynb").read_text()
    assert not [secret for secret in SECRETS if secret in saved]
    assert not TOKEN.search(saved)
    book = nbformat.reads(saved, 4)
    assert book.metadata["widgets"], "the state was to be saved, or this proves nothing"
    copy = book.cells[last].outputs[-1]["data"]["text/html"]
    assert "<table" in copy
    assert "st.jpm.export.jobs.pull" in copy
    assert lab.errors == []


def _pick(lab: Lab, cell: int, name: str) -> None:
    """Choose a resource with the keyboard alone."""
    box = lab.output(cell).get_by_role("combobox", name="Resource")
    box.click()
    box.press_sequentially(name)
    expect(
        lab.output(cell).get_by_role("listbox", name="Resource").get_by_role("option").first
    ).to_contain_text(name)
    box.press("Enter")
    expect(box).to_have_value(name)


def _cancel_a_second_pull(lab: Lab, cell: int) -> None:
    """While a feed is read page after page another cell runs; Cancel keeps the pages that have
    arrived.
    """
    output = lab.output(cell)
    _pick(lab, cell, "jpm.export.jobs")
    output.get_by_label("Rows at most").select_option("all rows")
    output.get_by_role("button", name="Pull").click()
    expect(output.locator(".pull.pulling .line")).to_contain_text(
        re.compile(r": [1-9][\d,]* rows"), timeout=PATIENCE
    )

    other = lab.add_cell("print(ui.running, 6 * 7)")
    lab.run_cell(other)
    assert lab.text(other).split() == ["True", "42"]
    output.get_by_role("button", name="Cancel").click()
    expect(output.locator(".pull.cancelled .line")).to_contain_text("cancelled", timeout=PATIENCE)

    lab.run_cell(lab.add_cell("print(len(ui.frame), ui.frame.attrs['stnb']['complete'])"))
    rows, complete = lab.text(other + 1).split()
    assert int(rows) > 0
    assert complete == "False"
    expect(output.locator(".stnb-grid-bar span")).to_contain_text(f"{int(rows):,} rows")


def test_grid_in_the_page(lab: Lab) -> None:
    """100,000 rows are on the page at once; they scroll, sort, search and open by keyboard, and a
    rerun leaves one explorer.
    """
    write_notebook(
        lab.notebooks / "grid.ipynb",
        "import pandas as pd, stnb\n"
        "ids, cities = range(2**53 + 1, 2**53 + 100_001), ['Tucson', 'Mesa'] * 50_000\n"
        "stnb.show(pd.DataFrame({'id': ids, 'city': cities}))",
        "ui = stnb.explore('demo', 'jpm.jobs')\nui",
    )
    lab.open("grid.ipynb").run_all()
    table = lab.output(0).get_by_role("grid")
    first = table.locator(".stnb-grid-row > [aria-colindex='2']").first
    expect(first).to_have_text(str(2**53 + 1))

    table.press("Control+End")
    expect(table.get_by_text(str(2**53 + 100_000), exact=True)).to_be_visible()
    table.get_by_role("columnheader", name="city").click()
    expect(table.locator(".stnb-grid-row > [aria-colindex='3']").first).to_have_text("Mesa")
    lab.output(0).get_by_role("searchbox").fill(str(2**53 + 77_001))
    status = lab.output(0).locator(".stnb-grid-bar span")
    expect(status).to_have_text("1 of 100,000 rows · found in id")
    table.press("Home")
    table.press("Enter")
    expect(lab.output(0).locator(".stnb-grid-cell pre")).to_have_text(str(2**53 + 77_001))

    lab.run_cell(1)
    expect(lab.page.locator(".stnb-picker")).to_have_count(1)
    lab.run_cell(
        lab.add_cell(
            "import ipywidgets\n"
            "print(sum(isinstance(w, stnb.explorer.Explorer) and w.comm is not None "
            "for w in ipywidgets.widgets.widget._instances.values()))"
        )
    )
    assert lab.text(2) == "1\n"
    assert lab.errors == []
