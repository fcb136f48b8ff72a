"""Finding a resource and reading its card as a person does: by keyboard and by mouse, in a real
browser.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from stnb import catalog
from stnb.explorer import assets
from stnb.explorer.parts import picker
from tests.browser.labkit import Lab, fresh_page, write_notebook

KEY = 50  # ms that a key may take
KEYS = ("j", "jo", "job", "r", "re", "rev", "revenue", "revnue", "who answered", "e", "")
QUERIES = {
    "revenue": "accounting.invoices",
    "revenue by month": "accounting.invoices",
    "show me revenue": "accounting.invoices",
    "reven": "accounting.invoices",
    "revnue": "accounting.invoices",
    "unpaid": "accounting.invoices",
    "unpaid invoices": "accounting.invoices",
    "invoice balance": "accounting.invoices",
    "invoces": "accounting.invoices",
    "refund": "accounting.credit_memos",
    "paid": "accounting.payments",
    "line items": "accounting.export.invoice_items",
    "expenses": "accounting.ap_bills",
    "who answered": "telecom.calls",
    "who answered the phone": "telecom.calls",
    "who an": "telecom.calls",
    "calls": "telecom.calls",
    "booked": "telecom.calls",
    "recording": "telecom.calls.recording",
    "call reasons": "jbce.call_reasons",
    "no show": "jpm.export.job_canceled_logs",
    "cancelled": "jpm.jobs",
    "cancel reason": "jpm.job_cancel_reasons",
    "on hold": "jpm.jobs",
    "recall": "jpm.jobs",
    "warranty": "jpm.jobs",
    "job": "jpm.jobs",
    "jpm.jobs": "jpm.jobs",
    "jpm/jobs": "jpm.jobs",
    "jobStatus": "jpm.jobs",
    "how many jobs": "jpm.jobs",
    "export jobs": "jpm.export.jobs",
    "job types": "jpm.job_types",
    "schedule": "jpm.appointments",
    "who did the job": "dispatch.appointment_assignments",
    "gps": "dispatch.technician_tracking",
    "vacation": "dispatch.technician_shifts",
    "commission": "payroll.gross_pay_items",
    "overtime pay": "payroll.gross_pay_items",
    "timesheet": "payroll.jobs.timesheets",
    "stock": "inventory.warehouses",
    "truck": "inventory.trucks",
    "purchase orders": "inventory.purchase_orders",
    "upsell": "sales.estimates",
    "quotes": "sales.estimates",
    "renewal": "memberships.memberships",
    "membership renewals": "memberships.memberships",
    "tune up": "memberships.recurring_service_events",
    "reviews": "marketingreputation.reviews",
    "google reviews": "marketingreputation.reviews",
    "lead source": "marketing.campaigns",
    "ad spend": "marketing.costs",
    "custmer": "crm.customers",
    "phone number": "crm.contacts.contact_methods",
    "address": "crm.locations",
    "technicin": "settings.technicians",
    "technician phone": "settings.technicians",
    "business units": "settings.business_units",
    "serial number": "equipmentsystems.installed_equipment",
    "photos": "forms.jobs.attachments",
    "discount": "pricebook.discounts_and_fees",
    "kpi": "reporting.report_category.reports",
}
RANK = """async ([code, bytes, queries]) => {
    const blob = new Blob([code + "export { unpack, search };"], {type: "text/javascript"});
    const search = await import(URL.createObjectURL(blob));
    const index = await search.unpack(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)));
    return queries.map((q) => {
        const hits = search.search(index, q);
        return [hits.map((h) => index.names[h.number]), hits.length > 0 && !hits[0].whole];
    });
}"""
TIMES = """(keys) => { const box = document.querySelector(".stnb-picker input");
    const list = document.querySelector(".stnb-picker-list .options");
    return keys.map((text) => { const t = performance.now();
        box.value = text;
        box.dispatchEvent(new Event("input"));
        list.scrollHeight; // the page is laid out, too
        return performance.now() - t; }); }"""
CELL = """\
import ipywidgets as W
from stnb import catalog
from stnb.explorer.parts.card import Card
from stnb.explorer.parts.picker import Picker
known = catalog.load()
box, card = Picker(known), Card()
box.locked = [name for name in known.endpoints if name.startswith("payroll.")]
card.show(None)
box.observe(lambda change: card.show(known[change["new"]], frozenset({"tn.jpm.jobs:r"})), "value")
card.observe(lambda change: change["new"] and setattr(box, "value", change["new"]), "chosen")
W.VBox([box, card])"""


@pytest.fixture
def blank(browser: Any) -> Any:
    """An empty page."""
    with fresh_page(browser) as (page, refused):
        yield page
        assert refused == []


def test_words_find_what_they_mean(blank: Page) -> None:
    """For names, people's words, columns, slips and unfinished words the resource that is meant
    stands first.
    """
    found = dict(zip(QUERIES, _ranked(blank, list(QUERIES)), strict=True))

    assert {query: names[:1] for query, (names, _) in found.items()} == {
        query: [name] for query, name in QUERIES.items()
    }


def test_any_text_is_borne(blank: Page) -> None:
    """Nonsense finds nothing, marks are no patterns, and where no resource has all words those with
    most are told as such.
    """
    nothing, marks, most = _ranked(blank, ["zzzqqq", "(.*[", "jobs zzzqqq"])

    assert nothing == [[], False]
    assert marks[0] == []
    assert most[0][0] == "jpm.jobs"
    assert most[1] is True


def _ranked(blank: Page, queries: list[str]) -> list[Any]:
    code = (Path(assets.HERE) / "parts/search.js").read_text()
    packed = base64.b64encode(picker.pack(catalog.load())).decode()
    return list(blank.evaluate(RANK, [code, packed, queries]))


def test_choosing_by_keyboard_alone(lab: Lab) -> None:
    """Type with a slip, go by arrows and ends, star, choose, and read the card's tabs: all by keys;
    little of it is saved.
    """
    output = _open(lab)
    box, options = _box(output)
    box.focus()
    box.press_sequentially("overtme")
    expect(options.first).to_contain_text("payroll.gross_pay_items")
    expect(options.first).to_contain_text("no scope")
    box.press("Control+d")
    expect(options.first).to_contain_text("starred")
    box.press("End")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("Home")
    box.press("ArrowDown")
    box.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(box).to_have_value("")

    box.press_sequentially("jobs")
    box.press("Enter")
    expect(box).to_have_value("jpm.jobs")
    box.press("ArrowDown")
    expect(output.get_by_role("group").nth(0)).to_have_attribute("aria-label", "Starred")
    expect(output.get_by_role("group").nth(1)).to_have_attribute("aria-label", "Recent")
    box.press("Escape")

    times = [1e9] * len(KEYS)
    for _ in range(60):  # the best of some rounds: what else the machine does is not the search's
        times = [
            min(pair) for pair in zip(times, lab.page.evaluate(TIMES, list(KEYS)), strict=True)
        ]
        if max(times) < KEY:
            break
    mean = sum(times) / len(times)
    print(f"\na key: {mean:.0f} ms on average, {max(times):.0f} ms at most")  # noqa: T201
    assert max(times) < KEY
    box.press("Escape")

    _read_the_card(output)
    lab.save()
    states = nbformat.read(str(lab.notebooks / "find.ipynb"), 4).metadata["widgets"][
        "application/vnd.jupyter.widget-state+json"
    ]["state"]
    sizes = {
        s["state"]["_anywidget_id"]: len(json.dumps(s))
        for s in states.values()
        if "_anywidget_id" in s["state"]
    }
    assert {name: size < 2_000 for name, size in sizes.items()} == {
        "stnb.explorer.parts.picker.Picker": True,
        "stnb.explorer.parts.card.Card": True,
    }
    assert lab.errors == []


def _read_the_card(output: Locator) -> None:
    """Through the tabs by arrows; a search in the columns; Escape folds them away."""
    tabs = output.get_by_role("tab")
    tabs.first.focus()
    tabs.first.press("Enter")
    expect(output.get_by_role("cell", name="jobStatus")).to_be_visible()
    output.get_by_role("searchbox", name="Search the columns").fill("membershipId")
    expect(output.get_by_role("row")).to_have_count(2)
    tabs.first.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(output.get_by_role("searchbox", name="Search the filters")).to_be_visible()
    tabs.nth(1).press("End")
    expect(output.get_by_text("nothing was asked of ServiceTitan")).to_be_visible()
    tabs.last.press("Escape")
    expect(output.get_by_role("tabpanel")).to_be_hidden()


def test_by_mouse_from_neighbour_to_neighbour(lab: Lab) -> None:
    """A click on a neighbour, and on a column's target, goes there, with the tab kept open; the
    star is a button, too.
    """
    output = _open(lab)
    box, options = _box(output)
    box.click()
    box.fill("who answered")
    options.first.click()
    expect(box).to_have_value("telecom.calls")
    output.get_by_role("button", name="Star").click()
    expect(output.get_by_role("button", name="Starred")).to_have_attribute("aria-pressed", "true")

    output.get_by_role("tab", name="Neighbours").click()
    output.get_by_role("button", name="jpm.jobs, reached by jobNumber").click()
    expect(box).to_have_value("jpm.jobs")
    expect(output.locator(".stnb-about .self b")).to_have_text("jobs")
    more = output.get_by_role("button", name="more")
    before = output.locator(".into .node").count()
    more.click()
    expect(output.locator(".into .node").nth(before)).to_be_focused()
    assert output.locator(".map path").count() >= before

    output.get_by_role("tab", name="Columns").click()
    output.get_by_role("button", name="crm.customers").first.click()
    expect(box).to_have_value("crm.customers")
    expect(output.locator(".stnb-about .line")).to_contain_text(
        "lacks the scope tn.crm.customers:r"
    )
    output.get_by_role("button", name="Star").click()
    asked = lab.add_cell("print(sorted(box.starred)[0], card.chosen == '')")
    for _ in range(50):  # the star travels beside the cells, on a thread of its own
        lab.run_cell(asked)
        if lab.text(asked).startswith("crm.customers"):
            break
    assert lab.text(asked).split() == ["crm.customers", "True"]
    assert lab.errors == []


def test_a_report_is_found_by_its_name_and_opened(lab: Lab) -> None:
    """The tenant's own reports come in sight while it is typed, and a click opens a form that is
    filled in; none has a star.
    """
    write_notebook(lab.notebooks / "report.ipynb", 'import stnb\nui = stnb.explore("demo")')
    lab.open("report.ipynb").run_cell(0)
    output = lab.output(0)
    box, _ = _box(output)
    box.click()
    box.press_sequentially("revenue by bus")
    found = output.get_by_role("group", name="Your reports").get_by_role("option")
    expect(found.first).to_contain_text("Revenue by Business Unit")
    expect(found.first).to_contain_text("report 70101")
    expect(found.first.locator(".star")).to_have_count(0)
    found.first.click()

    expect(box).to_have_value("reporting.report_category.reports.data")
    asked = lab.add_cell("print(ui.state['filters']['reportId'])")
    for _ in range(50):  # the description comes on a thread of its own
        lab.run_cell(asked)
        if lab.text(asked).strip() == "70101":
            break
    assert lab.text(asked).strip() == "70101"
    assert lab.errors == []


def test_a_reopened_notebook_says_what_to_do(lab: Lab) -> None:
    """Without its kernel the box is not there; a sentence says what to do, and running the cell
    brings it back.
    """
    output = _open(lab)
    lab.save()
    lab.stop_kernels()
    lab.page.goto("about:blank")
    lab.open("find.ipynb")

    expect(output.get_by_text("run the cell again").first).to_be_visible()
    lab.run_cell(0)
    expect(output.get_by_role("combobox", name="Resource")).to_be_visible()
    assert lab.errors == []


def test_the_box_lives_while_the_cell_runs(lab: Lab) -> None:
    """A cell that shows the box and goes on for long does not hold it up: it comes, searches, and
    the card answers.
    """
    write_notebook(
        lab.notebooks / "busy.ipynb",
        CELL.replace("W.VBox", "display(W.VBox") + ")\nwhile not box.value:\n    pass",
    )
    lab.open("busy.ipynb").run_cell(0, wait=False)
    output = lab.output(0)
    box, options = _box(output)
    box.fill("jobs")
    expect(options.first).to_contain_text("jpm.jobs")
    box.press("Enter")
    lab.wait_cell(0)
    expect(output.locator(".stnb-about .line")).to_contain_text("/jpm/v2/tenant/{tenant}/jobs")
    assert lab.errors == []


def _open(lab: Lab) -> Locator:
    write_notebook(lab.notebooks / "find.ipynb", CELL)
    lab.open("find.ipynb").run_cell(0)
    output = lab.output(0)
    expect(output.get_by_role("combobox", name="Resource")).to_be_visible()
    expect(output.locator(".stnb-about .line")).to_contain_text("Choose a resource")
    return output


def _box(output: Locator) -> tuple[Locator, Locator]:
    return output.get_by_role("combobox", name="Resource"), output.get_by_role("option")
