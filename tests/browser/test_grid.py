"""The grid as a person meets it: 100,000 rows in a real browser, by mouse and by keyboard."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, expect

from tests.browser.axe import faults
from tests.browser.labkit import Lab, write_notebook

FRAME = """
import numpy as np, pandas as pd, stnb
n = 100_000
df = pd.DataFrame({
    'id': np.arange(2**53 + 1, 2**53 + 1 + n),
    'status': np.array(['Done', 'Open', 'Hold', 'Done'])[np.arange(n) % 4],
    'total': (np.arange(n) % 1000) - 100.5,
    'day': pd.to_datetime('2026-01-01') + pd.to_timedelta(np.arange(n) % 365, unit='D'),
    'note': pd.array(['do-not-save-me', None] * (n // 2), dtype='str'),
    'items': [[{'sku': 'Fuse-7'}]] * n,
})
grid = stnb.show(df)
grid
"""


def _open(lab: Lab, name: str) -> tuple[Locator, Locator]:
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write_notebook(lab.notebooks / name, FRAME)
    lab.open(name).run_cell(0)
    whole = lab.output(0).locator(".stnb-grid")
    expect(_column(whole, 1).first).to_have_text(str(2**53 + 1))
    return whole, whole.get_by_role("grid")


def _column(whole: Locator, place: int) -> Locator:
    return whole.locator(f".stnb-grid-row > [aria-colindex='{place + 1}']")


def _asked(lab: Lab, code: str) -> str:
    cell = lab.add_cell(f"print({code})")
    lab.run_cell(cell)
    return lab.text(cell).strip()


def test_bars_search_and_sort_leave_a_selection(lab: Lab) -> None:
    """Bars appear, a click and a drag pick, counts and the kernel's selection follow, × and Clear
    take the picks back.
    """
    whole, table = _open(lab, "bars.ipynb")
    info, chips = whole.get_by_role("status"), whole.get_by_role("group", name="On show")
    expect(whole.locator(".histogram")).to_have_count(3)  # an id has none
    expect(info).to_have_text("100,000 rows × 6 columns")

    whole.locator(".top", has_text="Done").click()
    expect(info).to_have_text("50,000 of 100,000 rows")
    expect(whole.locator(".top", has_text="Done")).to_contain_text("50 %")
    bars = whole.locator("[data-plot='2'] .histogram i")
    bars.nth(1).drag_to(bars.nth(3))
    expect(chips.get_by_role("button", name=re.compile("Remove total: "))).to_have_count(1)
    expect(info).not_to_have_text("50,000 of 100,000 rows")
    whole.get_by_role("searchbox").fill("2026-02-0")
    expect(info).to_have_text(re.compile(r"^\d{1,3} of 100,000 rows|^\d,\d{3} of"))
    table.get_by_role("columnheader", name="total").click()
    table.get_by_role("columnheader", name="total").click()
    expect(table.get_by_role("columnheader", name="total")).to_have_attribute(
        "aria-sort", "descending"
    )

    count, status, first = _asked(
        lab, "len(grid.selection), set(grid.selection.status), grid.selection.id.iloc[0]"
    ).split(" ")
    expect(info).to_have_text(f"{int(count):,} of 100,000 rows · found in day")
    assert status == "{'Done'}"
    expect(_column(whole, 1).first).to_have_text(first)

    chips.get_by_role("button", name="Remove status: Done").click()
    expect(chips.get_by_role("button")).to_have_count(4)  # total, the search, the order, Clear
    chips.get_by_role("button", name="Clear").click()
    expect(whole.get_by_role("searchbox")).to_have_value("")
    expect(info).to_have_text("100,000 rows × 6 columns")
    assert json.loads(_asked(lab, "__import__('json').dumps(grid.state)")) == {
        "sort": ["total", False]
    }
    assert lab.errors == []


SLOW = """
small = stnb.show(df.head(9))
late = small._rows.index._locks["figures", 2]
taken = late.acquire()  # as if the totals took long to prepare
small"""


def test_a_long_search_shows_its_first_rows(lab: Lab) -> None:
    """They are there while the rest is searched, and cannot be taken for all that there are."""
    _open(lab, "long.ipynb")
    cell = lab.add_cell(SLOW)
    lab.run_cell(cell)
    whole = lab.output(cell).locator(".stnb-grid")
    info = whole.get_by_role("status")
    whole.get_by_role("searchbox").fill("99")
    expect(info).to_have_text("9 rows so far, searching …")  # all ids have these digits
    whole.get_by_role("searchbox").fill("-98")
    expect(info).to_have_text("0 rows so far, searching …")
    expect(whole.locator(".stnb-grid-empty")).to_have_text("Searching …")

    _asked(lab, "late.release()")
    expect(info).to_have_text("1 of 9 rows · found in total")
    expect(whole.locator(".stnb-grid-row mark")).to_have_text("−98")
    assert lab.errors == []


def test_columns_and_copies_by_keyboard(lab: Lab) -> None:
    """Keys alone scroll, hide, move, widen and sort columns, pick from a menu, open and copy cells;
    the state follows.
    """
    whole, table = _open(lab, "keys.ipynb")
    table.focus()
    table.press("Control+End")
    expect(table.get_by_text(str(2**53 + 100_000), exact=True)).to_be_visible()
    table.press("Home")
    table.press("Control+c")
    expect(whole.get_by_role("status")).to_have_text("Copied the cell.")
    assert lab.page.evaluate("() => navigator.clipboard.readText()") == str(2**53 + 100_000)

    for key in ("Control+Home", "ArrowUp", "ArrowRight", "Shift+ArrowLeft", "Control+ArrowRight"):
        table.press(key)
    expect(_column(whole, 1).first).to_have_text("Done")
    table.press("Shift+F10")
    menu = whole.get_by_role("menu", name="Column status")
    expect(menu.get_by_role("menuitem", name="Copy column")).to_be_visible()
    menu.get_by_role("menuitemcheckbox", name="Hold").press("Enter")
    expect(menu.get_by_role("menuitemcheckbox", name="Hold")).to_have_attribute(
        "aria-checked", "true"
    )
    lab.page.keyboard.press("Escape")
    expect(whole.get_by_role("status")).to_have_text("25,000 of 100,000 rows")
    for key in ("ArrowRight", "Delete", "Enter"):
        table.press(key)
    expect(table.get_by_role("columnheader", name="id", exact=False)).to_have_count(0)

    whole.get_by_role("button", name="Columns (1 hidden)").press("Enter")
    lab.page.keyboard.type("note")
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Space")
    lab.page.keyboard.press("Escape")
    expect(table.get_by_role("columnheader")).to_have_text(
        [re.compile(t) for t in ("#", "status", "total", "day", "items")]
    )
    expect(_column(whole, 2).first).to_have_class(re.compile("minus"))
    _column(whole, 4).first.dblclick()
    expect(whole.get_by_role("region", name="Value")).to_contain_text('"sku": "Fuse-7"')

    state = json.loads(_asked(lab, "__import__('json').dumps(grid.state)"))
    assert state["hidden"] == ["id", "note"]
    assert state["order"][:2] == ["status", "id"]
    assert state["sort"] == ["total", True]
    assert state["picks"] == {"status": [{"is": "Hold"}]}
    assert list(state["widths"]) == ["status"]
    lab.run_cell(lab.add_cell("grid.state = {'hidden': ['items']}"))
    expect(table.get_by_role("columnheader")).to_have_count(6)
    expect(whole.get_by_role("status")).to_have_text("100,000 rows × 5 of 6 columns")
    assert lab.errors == []


def test_a_row_and_a_column_are_copied_from_menus_and_little_is_saved(lab: Lab) -> None:
    """The menus of a cell and a header copy; the widget saves neither rows nor its code."""
    whole, table = _open(lab, "menus.ipynb")
    info = whole.get_by_role("status")
    _column(whole, 2).nth(1).click(button="right")
    whole.get_by_role("menuitem", name="Copy row").click()
    expect(info).to_have_text("Copied the row.")
    row = str(lab.page.evaluate("() => navigator.clipboard.readText()")).split("\t")
    assert row == [
        str(2**53 + 2),
        "Open",
        "-99.5",
        "2026-01-02 00:00:00",
        "",
        '[{"sku": "Fuse-7"}]',
    ]
    _column(whole, 2).nth(2).click(button="right")
    whole.get_by_role("menuitem", name="Only rows with this value").click()
    expect(info).to_have_text("25,000 of 100,000 rows")
    table.get_by_role("columnheader", name="status").click(button="right")
    whole.get_by_role("menuitem", name="Copy column").click()
    expect(info).to_have_text("Copied 25,000 values.")
    assert lab.page.evaluate("() => navigator.clipboard.readText()") == "\n".join(["Hold"] * 25_000)

    lab.save()
    book = json.loads((lab.notebooks / "menus.ipynb").read_text())
    models = book["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    saved = json.dumps([model for model in models.values() if "about" in model["state"]])
    assert "covers" in saved
    assert "do-not-save-me" not in saved
    assert len(saved) < 6_000
    assert lab.errors == []


def test_a_wide_table_draws_what_is_in_view(lab: Lab) -> None:
    """Of 200 columns only those near the view are on the page; scrolling, keys and narrower columns
    bring the others.
    """
    write_notebook(
        lab.notebooks / "wide.ipynb",
        "import numpy as np, pandas as pd, stnb\n"
        "columns = {f'c{i}': np.arange(1000) * 1000 + i for i in range(200)}\n"
        "grid = stnb.show(pd.DataFrame(columns))\ngrid",
    )
    lab.open("wide.ipynb").run_cell(0)
    whole = lab.output(0).locator(".stnb-grid")
    table, row = whole.get_by_role("grid"), whole.locator(".stnb-grid-row").first
    expect(_column(whole, 1).first).to_have_text("0")
    assert row.get_by_role("gridcell").count() < 40

    table.evaluate("view => { view.scrollLeft = view.scrollWidth / 2; }")
    expect(row.get_by_text("100", exact=True)).to_be_in_viewport()
    middle = table.get_by_role("columnheader", name="c100").bounding_box()
    cell = row.get_by_text("100", exact=True).bounding_box()
    assert middle is not None
    assert cell is not None
    assert abs(middle["x"] - cell["x"]) < 1
    expect(_column(whole, 1).first).not_to_be_attached()

    table.focus()
    table.press("Control+End")
    expect(
        whole.get_by_text("999,199", exact=True).or_(whole.get_by_text("999199", exact=True))
    ).to_be_in_viewport()
    table.press("Home")
    expect(_column(whole, 1).last).to_be_in_viewport()
    lab.run_cell(lab.add_cell("grid.state = {'widths': {f'c{i}': 40 for i in range(150)}}"))
    expect(_column(whole, 20).first).to_be_in_viewport()
    assert lab.errors == []


HEARD = """
questions, answer = [], grid.answer
def heard(message):
    questions.append(message)
    return answer(message)
grid.answer = heard
"""


def test_a_jump_asks_for_what_is_in_view_and_then_for_the_rest(lab: Lab) -> None:
    """Far down, the cells in view are asked for first, the other columns right after them; what was
    selected with the pointer is let go, as other rows stand there.
    """
    write_notebook(
        lab.notebooks / "jump.ipynb",
        "import numpy as np, pandas as pd, stnb\n"
        "columns = {f'c{i}': np.arange(5000) + 10_000 * i for i in range(60)}\n"
        "grid = stnb.show(pd.DataFrame(columns))\ngrid",
    )
    lab.open("jump.ipynb").run_cell(0)
    whole = lab.output(0).locator(".stnb-grid")
    table = whole.get_by_role("grid")
    expect(_column(whole, 1).first).to_have_text("0")
    lab.run_cell(lab.add_cell(HEARD))
    _column(whole, 1).first.evaluate("cell => getSelection().selectAllChildren(cell)")

    table.evaluate("view => { view.scrollTop = view.scrollHeight / 2; }")
    row = whole.locator(".stnb-grid-row[data-row='2500']")
    expect(row.locator("[data-col='0']")).to_have_text("2500")
    assert lab.page.evaluate("() => String(getSelection())") == ""
    table.evaluate("view => { view.scrollLeft = view.scrollWidth; }")
    expect(row.locator("[data-col='59']")).to_have_text("592500")
    expect(row.locator("[data-col='59']")).to_be_in_viewport()

    asked = "[len(q.get('columns', 'all')) for q in questions if q['kind'] == 'rows']"
    first, *_, last = json.loads(_asked(lab, asked))
    assert 3 < first < 30
    assert last == len("all")
    assert lab.errors == []


def test_typed_filters_pins_and_matches(lab: Lab) -> None:
    """A text, bounds and days are typed in a column's menu; a pinned column stays in view; a match
    out of sight is scrolled to and marked; a column is gone to by its name.
    """
    write_notebook(
        lab.notebooks / "typed.ipynb",
        "import numpy as np, pandas as pd, stnb\n"
        "n = np.arange(400)\n"
        "columns = {'number': n, 'note': np.array(['Gate code', 'Ladder'])[n % 2]}\n"
        "columns |= {f'c{i}': n for i in range(40)}\n"
        "columns['far'] = np.where(n == 7, 'blue door', 'x')\n"
        "grid = stnb.show(pd.DataFrame(columns))\ngrid",
    )
    lab.open("typed.ipynb").run_cell(0)
    whole = lab.output(0).locator(".stnb-grid")
    table, info = whole.get_by_role("grid"), whole.get_by_role("status")
    expect(_column(whole, 1).first).to_have_text("0")

    table.get_by_role("columnheader", name="number").click(button="right")
    whole.get_by_label("number: from (≥)").fill("10")
    whole.get_by_label("number: to (≤)").fill("19")
    whole.get_by_role("button", name="Apply").click()
    expect(info).to_have_text("10 of 400 rows")
    table.get_by_role("columnheader", name="note").click(button="right")
    whole.get_by_label("note: text").fill("gate")
    whole.get_by_label("note: text").press("Enter")
    expect(info).to_have_text("5 of 400 rows")
    chips = whole.get_by_role("group", name="On show")
    expect(chips.get_by_role("button", name="Remove number: 10 to 19")).to_be_visible()
    expect(chips.get_by_role("button", name="Remove note: contains “gate”")).to_be_visible()
    chips.get_by_role("button", name="Clear").click()

    # The same by keyboard: from the entries into the fields, back, and away.
    keys = lab.page.keyboard
    table.focus()
    for key in ("Control+Home", "ArrowUp", "Shift+F10", "ArrowUp", "Shift+Tab", "Shift+Tab"):
        keys.press(key)
    expect(whole.get_by_label("number: from (≥)")).to_be_focused()
    assert faults(lab.page, ".stnb-grid") == []
    keys.type("10")
    keys.press("Shift+Tab")
    expect(whole.get_by_role("menuitemcheckbox").last).to_be_focused()
    for key in ("ArrowDown", "Tab"):
        keys.press(key)
    keys.type("19")
    keys.press("Enter")
    expect(info).to_have_text("10 of 400 rows")
    expect(table).to_be_focused()
    for key in ("Shift+F10", "ArrowUp", "Tab"):
        keys.press(key)
    expect(whole.get_by_role("menu")).to_be_hidden()
    expect(table).to_be_focused()
    chips.get_by_role("button", name="Clear").click()

    table.get_by_role("columnheader", name="note").click(button="right")
    assert faults(lab.page, ".stnb-grid") == []
    whole.get_by_role("menuitemcheckbox", name="Pin to the left").click()
    whole.get_by_role("searchbox").fill("blue door")
    expect(info).to_have_text("1 of 400 rows · found in far")
    expect(whole.locator("mark")).to_have_text("blue door")
    expect(whole.locator("mark")).to_be_in_viewport()
    expect(_column(whole, 1).first).to_have_text("Ladder")
    expect(_column(whole, 1).first).to_be_in_viewport()

    whole.get_by_role("searchbox").fill("")
    expect(info).to_have_text(re.compile("^400 rows"))
    whole.get_by_role("button", name="Columns").click()
    whole.get_by_label("Find a column").fill("c20")
    whole.get_by_label("Find a column").press("Enter")
    expect(table.get_by_role("columnheader", name="c20")).to_be_in_viewport()
    assert json.loads(_asked(lab, "__import__('json').dumps(grid.state)")) == {"pinned": ["note"]}
    assert lab.errors == []
