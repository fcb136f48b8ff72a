"""What a person meets in the explorer: results first, filters in words, states that explain
themselves, and all of it by keyboard.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import faults
from tests.browser.labkit import Lab, write_notebook

PATIENCE = 30_000


def _opened(lab: Lab, name: str, explore: str) -> Locator:
    write_notebook(lab.notebooks / name, f"import stnb\nui = stnb.{explore}")
    lab.open(name).run_cell(0)
    whole = lab.output(0).locator(".stnb-explorer")
    expect(whole.get_by_role("heading", level=2)).to_be_visible(timeout=PATIENCE)
    return whole


def test_the_table_is_what_one_sees(lab: Lab) -> None:
    """After a pull the rows, and the line below them, are in sight at 1400 x 1000; no search makes
    the table jump.
    """
    whole = _opened(
        lab,
        "seen.ipynb",
        "explore('demo', 'jpm.jobs', {'jobStatus': 'Completed', 'completedOnOrAfter': '2020'})",
    )
    whole.get_by_role("button", name="Pull", exact=True).click()
    foot = whole.locator(".stnb-foot .line")
    expect(foot).to_contain_text("pulled", timeout=PATIENCE)
    expect(foot).to_contain_text(re.compile(r"\d+ requests?"))
    expect(whole.locator(".stnb-grid-row").first).to_be_visible()
    table, below = whole.get_by_role("grid").bounding_box(), foot.bounding_box()
    assert table is not None
    assert below is not None
    assert table["height"] >= 400
    assert below["y"] + below["height"] < 975  # JupyterLab's own line is below that

    whole.get_by_role("searchbox", name="Search all columns").fill("nothing holds this")
    expect(foot).to_contain_text(re.compile("^0 of"))
    assert whole.get_by_role("grid").bounding_box() == table
    assert foot.bounding_box()["y"] == below["y"]  # type: ignore[index]
    assert faults(lab.page, ".stnb-explorer") == []


def test_names_stand_beside_ids(lab: Lab) -> None:
    """They come by themselves after the rows; the menu takes them away at once."""
    whole = _opened(
        lab, "beside.ipynb", "explore('demo', 'jpm.jobs', {'completedOnOrAfter': '2020'})"
    )
    whole.get_by_role("button", name="Pull", exact=True).click()
    named = whole.get_by_role("columnheader").filter(has_text="businessUnitName")
    expect(named).to_be_visible(timeout=PATIENCE)
    expect(whole.locator(".stnb-foot .line")).not_to_contain_text("looking names up")

    whole.get_by_role("combobox", name="Names beside ids").select_option("ids alone")
    expect(named).to_have_count(0)
    expect(whole.locator(".stnb-grid-row").first).to_be_visible()
    assert faults(lab.page, ".stnb-explorer") == []


def test_by_keyboard_alone(lab: Lab) -> None:
    """From a word to rows: choose, add a filter, pick a period, pull, and change tabs."""
    whole = _opened(lab, "keys.ipynb", "explore('demo')")
    keys = lab.page.keyboard
    whole.get_by_role("combobox", name="Resource").focus()
    keys.type("jpm.jobs")
    listed = whole.get_by_role("listbox", name="Resource").get_by_role("option")
    expect(listed.first).to_contain_text("jpm.jobs")
    keys.press("Enter")
    expect(whole.get_by_role("heading", level=2)).to_have_text("Jobs")

    _tab_to(whole.get_by_role("button", name="Add a filter"))
    keys.press("Enter")
    expect(whole.get_by_role("searchbox", name="Find a filter")).to_be_focused()
    keys.type("createdon")
    keys.press("Enter")
    field = whole.get_by_role("dialog", name="Created")
    expect(field.get_by_role("button", name="today", exact=True)).to_be_focused()
    _tab_to(field.get_by_role("button", name="last month", exact=True))
    keys.press("Enter")
    expect(field.get_by_role("textbox", name="Created: before")).to_have_value("this month")
    keys.press("Escape")
    chip = whole.locator(".stnb-ask .chip button.open", has_text="Created")
    expect(chip).to_have_text("Created last month")
    expect(chip).to_be_focused()

    _tab_to(whole.get_by_role("button", name="Pull", exact=True))
    keys.press("Enter")
    expect(whole.locator(".pull.done")).to_be_visible(timeout=PATIENCE)
    _tab_to(whole.get_by_role("tab", name="Table", exact=True))
    keys.press("End")
    expect(whole.locator(".stnb-code-tab pre")).to_contain_text('createdOnOrAfter="last month"')
    assert lab.errors == []


def test_a_button_that_goes_away_leaves_the_focus_to_another(lab: Lab) -> None:
    """While a pull runs Cancel has it, so that the same key stops the pull; then Pull has it again,
    also if the button that was pressed is gone.
    """
    whole = _opened(lab, "keeps.ipynb", "explore(stnb.demo(scale=0.05, latency=60), 'jpm.jobs')")
    keys = lab.page.keyboard
    pull, cancel, again = (
        whole.get_by_role("button", name=name, exact=True)
        for name in ("Pull", "Cancel", "Pull again")
    )
    for pressed in (pull, again):
        pressed.focus()
        keys.press("Enter")
        expect(cancel).to_be_focused(timeout=PATIENCE)
        keys.press("Enter")
        expect(again).to_be_visible(timeout=PATIENCE)
        expect(pull).to_be_focused()
    assert lab.errors == []


def test_a_button_has_the_focus_again_once_its_file_is_written(lab: Lab) -> None:
    """It is disabled meanwhile."""
    whole = _opened(lab, "file.ipynb", "explore('demo', 'jpm.jobs', {'jobStatus': 'Hold'})")
    whole.get_by_role("button", name="Pull", exact=True).click()
    whole.get_by_role("button", name="Export").click(timeout=PATIENCE)
    csv = whole.get_by_role("button", name="CSV")
    csv.focus()
    lab.page.keyboard.press("Enter")
    expect(whole.get_by_text(re.compile(r"\.csv")).first).to_be_visible(timeout=PATIENCE)

    expect(csv).to_be_enabled()
    expect(csv).to_be_focused()


def test_whatever_has_the_focus_shows_it(lab: Lab) -> None:
    """From the first control to the last before the rows, menus too, each has a ring."""
    whole = _opened(lab, "ring.ipynb", "explore('demo', 'jpm.jobs')")
    profile = whole.get_by_role("combobox", name="Profile")
    profile.focus()
    seen = set()
    for _ in range(25):
        lab.page.keyboard.press("Tab")
        tag, style, width = lab.page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            return [e.closest(".stnb-explorer") && e.tagName, s.outlineStyle, s.outlineWidth] }"""
        )
        if tag is None:
            break
        seen.add(tag)
        assert (style, width) == ("solid", "2px"), tag

    assert {"SELECT", "INPUT", "BUTTON", "SUMMARY"} <= seen


def test_chips_that_are_drawn_anew_leave_the_focus_where_it_is(lab: Lab) -> None:
    """Every button of the row of filters keeps the focus as names arrive for their ids."""
    late = "ui.parts.filters._idle = ui.parts.filters._send_form"  # again and again
    held = "explore('demo', 'jpm.jobs', {'jobStatus': 'Hold'})"
    whole = _opened(lab, "chips.ipynb", f"{held}\n{late}")
    chips = whole.get_by_role("group", name="Filters", exact=True)
    expect(chips.get_by_role("button", name="Take away Job status")).to_be_visible()
    for name in ("Job status Hold", "Take away Job status", "Add Completed", "Add a filter"):
        chips.get_by_role("button", name=name).first.focus()
        chips.evaluate("e => { for (const each of e.children) each.dataset.old = 1 }")
        expect(chips.locator("[data-old]")).to_have_count(0)

        expect(chips.get_by_role("button", name=name).first).to_be_focused()


def test_what_arrives_late_leaves_the_focus_where_it_is(lab: Lab) -> None:
    """An open field that is drawn anew, as names have come, keeps the one who uses the keyboard."""
    late = "ui.parts.filters._idle = ui.parts.filters._send_form"  # again and again
    whole = _opened(lab, "late.ipynb", f"explore('demo', 'jpm.jobs')\n{late}")
    whole.get_by_role("button", name="Add Completed").click()
    field = whole.get_by_role("dialog", name="Completed")
    month = field.get_by_role("button", name="last month", exact=True)
    _tab_to(month)
    field.locator(".body").evaluate("e => { e.dataset.old = 1 }")
    expect(field.locator(".body[data-old]")).to_have_count(0)

    expect(month).to_be_focused()
    lab.page.keyboard.press("Escape")
    expect(field).to_be_hidden()


def _tab_to(wanted: Locator) -> None:
    """Press Tab until something has the focus; a mouse is not needed to get there."""
    # One look, as the page may draw it anew between two.
    there = wanted.and_(wanted.page.locator(":focus"))
    for _ in range(60):
        if there.count():
            return
        wanted.page.keyboard.press("Tab")
    raise AssertionError("Tab does not lead there")


def test_a_wrong_date_is_mended_by_a_click(lab: Lab) -> None:
    """It is explained beside its field, its code cannot be copied; what was meant is offered."""
    whole = _opened(lab, "wrong.ipynb", "explore('demo', 'jpm.jobs')")
    whole.get_by_role("button", name="Add Completed").click()
    field = whole.get_by_role("textbox", name="Completed: from", exact=True)
    field.fill("07/01/2026")
    field.press("Enter")
    wrong = whole.locator(".stnb-ask .wrong")
    expect(wrong).to_contain_text("Completed from: “07/01/2026” does not fit.")
    whole.get_by_role("tab", name="Code", exact=True).click()
    expect(whole.locator(".stnb-code-tab").get_by_role("button")).to_be_disabled()
    assert faults(lab.page, ".stnb-explorer") == []

    wrong.get_by_role("button", name="2026-07-01?").click()
    expect(wrong).to_be_hidden()
    expect(whole.locator(".stnb-code-tab").get_by_role("button")).to_be_enabled()
    expect(whole.locator(".stnb-code-tab pre")).to_contain_text('completedOnOrAfter="2026-07-01"')


def test_customers_go_by_their_names(lab: Lab) -> None:
    """A part of a name finds them; the chip has the name, the code has the id."""
    whole = _opened(lab, "names.ipynb", "explore('demo', 'jpm.jobs')")
    whole.get_by_role("button", name="Add a filter").click()
    menu = whole.get_by_role("dialog")
    menu.get_by_role("button", name="Customer", exact=True).click()
    whole.get_by_role("searchbox", name="Find in Customer").press_sequentially("ma")
    found = whole.locator(".stnb-field-panel .hits button").first
    expect(found).to_be_visible(timeout=PATIENCE)
    i, _, name = found.inner_text().partition(" · ")
    found.click()
    expect(whole.locator(".stnb-ask .chip button.open")).to_have_text(f"Customer {name}")
    lab.run_cell(lab.add_cell("print(ui.state['filters'])"))
    assert lab.printed(1).strip() == f"{{'customerId': {i}}}"


def test_a_search_that_fails_says_so_in_its_field(lab: Lab) -> None:
    """Where customers may not be read, the field says why and takes an id."""
    fault = "{'name': '403', 'path': '/customers', 'times': None}"
    whole = _opened(
        lab, "refused.ipynb", f"explore(stnb.demo(scale=0.1, faults=[{fault}]), 'jpm.jobs')"
    )
    whole.get_by_role("button", name="Add a filter").click()
    whole.get_by_role("dialog").get_by_role("button", name="Customer", exact=True).click()
    panel = whole.locator(".stnb-field-panel")
    whole.get_by_role("searchbox", name="Find in Customer").press_sequentially("ma")
    said = panel.get_by_role("status")
    expect(said).to_contain_text("tn.crm.customers:r", timeout=PATIENCE)
    expect(said).to_contain_text("Type an id, or search again later.")
    expect(whole.locator(".stnb-ask .wrong")).to_be_hidden()
    assert faults(lab.page, ".stnb-explorer") == []


@pytest.mark.parametrize(
    ("explore", "kind", "says"),
    [
        (
            "explore('demo', 'jpm.jobs', {'completedOnOrAfter': 'tomorrow'})",
            "unmatched",
            "No jobs match this filter.",
        ),
        (
            "explore(stnb.demo(state='wrong-secret'), 'jpm.jobs')",
            "failed",
            "The pull failed before the first row.",
        ),
    ],
)
def test_no_rows_explain_themselves(lab: Lab, explore: str, kind: str, says: str) -> None:
    """In the place of the rows stands why there are none, and a button. No bar is drawn."""
    whole = _opened(lab, "none.ipynb", explore)
    blank = whole.locator(".stnb-blank")
    expect(blank).to_contain_text("nothing is pulled yet")
    whole.get_by_role("button", name="Pull", exact=True).click()

    expect(whole.locator(f".stnb-blank.{kind}")).to_contain_text(says, timeout=PATIENCE)
    expect(whole.locator(".gauge")).to_be_hidden()
    expect(blank.get_by_role("button").first).to_be_visible()
    assert faults(lab.page, ".stnb-explorer") == []
    if kind == "unmatched":
        blank.get_by_role("button", name="Take the filter away").click()
        expect(whole.locator(".stnb-grid-row").first).to_be_visible(timeout=PATIENCE)
