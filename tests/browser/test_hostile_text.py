"""Texts of a server that attack the page: they are shown, and nothing of them is carried out."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.labkit import Lab, write_notebook
from tests.helpers.hostile_demo import HOSTILE

PATIENCE = 30_000
MARKUP = (
    '<img src=x onerror="alert(window.owned=1)"></script><script>alert(window.owned=2)</script>'
)
ESCAPED = r"\x1b]0;owned\x07\x1b[2J\u202eback\x00"
SHOWN = MARKUP + ESCAPED
ACTING = ("\x1b", "\x07", "\u202e", "\x00")
REFUSED = """
import stnb
from tests.helpers import hostile_demo
ui = stnb.explore(hostile_demo.account(refuses=True), "crm.customers", limit=100)
"""
ROWS = 'ui = stnb.explore(hostile_demo.account(), "crm.customers", limit=100)'
REPORTS = """
reports = hostile_demo.account()["reporting.report_category.reports"]
stnb.show(reports.pull(report_category="operations"))
"""


def test_nothing_of_a_hostile_text_is_carried_out(lab: Lab) -> None:
    """In the panel of an error, the doctor's report, tables of rows and of reports, the name of a
    file, and in the copies that are saved with the notebook.
    """
    dialogs: list[str] = []
    lab.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    write_notebook(lab.notebooks / "hostile.ipynb", REFUSED, ROWS, REPORTS)
    lab.open("hostile.ipynb").run_all()

    refused = lab.output(0).locator(".stnb-explorer")
    refused.get_by_role("button", name="Pull").click()
    trouble = refused.get_by_role("alert")
    expect(trouble).to_contain_text(SHOWN, timeout=PATIENCE)
    trouble.get_by_role("button", name="Check with doctor").click()
    report = refused.locator(".stnb-doctor-room .stnb-doctor")
    expect(report).to_contain_text(SHOWN, timeout=PATIENCE)

    whole = lab.output(1).locator(".stnb-explorer")
    whole.get_by_role("button", name="Pull").click()
    expect(whole.locator(".pull.done")).to_be_visible(timeout=PATIENCE)
    shown_in(whole.locator(".stnb-grid"))
    whole.get_by_role("button", name="Export").click()
    whole.get_by_label("File name").fill(HOSTILE.replace("\x00", ""))
    whole.get_by_role("button", name="Save as notebook").click()
    said = whole.locator(".stnb-export").get_by_role("status")
    expect(said).not_to_be_empty(timeout=PATIENCE)
    shown_in(lab.output(2).locator(".stnb-grid"))

    harmless(lab)

    lab.save()
    lab.stop_kernels()
    lab.page.goto("about:blank")
    lab.open("hostile.ipynb")
    for cell in lab.code_cells()[1:]:
        expect(lab.output(cell)).to_contain_text(ESCAPED, timeout=PATIENCE)

    assert dialogs == []
    harmless(lab)


def shown_in(grid: Locator) -> None:
    """The first row of a table shows the text; a cell leaves markup out, as ServiceTitan's texts
    hold some.
    """
    expect(grid.locator(".stnb-grid-row").first).to_contain_text(ESCAPED, timeout=PATIENCE)


def harmless(lab: Lab) -> None:
    """No script ran, no element was made of the text, and none of its characters acts."""
    assert lab.page.evaluate("() => window.owned") is None
    assert lab.page.locator("img[src=x]").count() == 0
    seen = lab.page.locator(".jp-Notebook").inner_text()
    assert [sign for sign in ACTING if sign in seen] == []
    assert lab.errors == []
