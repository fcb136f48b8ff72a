"""The explorer as a page without a notebook, and the chart and the buttons that export, in a real
browser.
"""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import faults
from tests.browser.labkit import HOMES, Lab, _free_port, fresh_page, write_notebook
from tests.helpers.interrupts import ended
from tests.helpers.moments import DEMO_TODAY

PATIENCE = 60_000
ICON_FONT = "cdn.jsdelivr.net"  # Voila asks for it, and does without
LEAVING = """import numpy as np, pandas as pd, stnb
from stnb.explorer.parts.chart import Chart
from stnb.explorer.parts.export import Export
rows = 2000
start, hours = pd.Timestamp("2026-01-05T17:00Z"), pd.to_timedelta(np.arange(rows) * 3, unit="h")
df = pd.DataFrame({"createdOn": start + hours,
    "jobStatus": pd.array(np.where(np.arange(rows) % 7, "Completed", "Canceled"), dtype="str"),
    "total": pd.array(np.arange(rows) % 900 * 1.5, dtype="Float64")})
df.attrs["stnb"] = {"resource": "jpm.jobs", "timezone": "America/Phoenix"}
code = 'import stnb\\n\\nst = stnb.connect("demo")\\ndf = st.jpm.jobs.pull(limit=20)'"""
CHART = "chart = Chart()\nchart.update(df, 'jpm.jobs')\nchart"
EXPORT = """ways = Export(
    lambda: df, lambda: df.head(5), lambda: code, lambda: chart.code, lambda: "jpm.jobs"
)
ways"""


@contextlib.contextmanager
def app(folder: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`stnb app` in a folder of its own, ended by Ctrl-C; gives its address."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SERVICETITAN_", "STNB_"))
    }
    environment |= {name: str(folder / name.lower()) for name in HOMES} | {
        "STNB_DEMO_SCALE": "0.1",
        "STNB_DEMO_TODAY": DEMO_TODAY,
    }
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    command = [
        sys.executable,
        "-m",
        "stnb.cli.main",
        "app",
        "--port",
        str(_free_port()),
        "--no-browser",
        *options,
    ]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        restore_signals=True,
    ) as process:
        try:
            assert process.stderr is not None
            yield (
                next(
                    found[0] for line in process.stderr if (found := re.search(r"http://\S+", line))
                ),
                process,
            )
        finally:
            ended(process)


@pytest.mark.skipif(importlib.util.find_spec("voila") is None, reason="the app needs voila")
def test_the_explorer_is_a_page(browser: Any, tmp_path: Path) -> None:
    """With the token, and only so, it is the explorer: search, pull and see rows, and take a file
    through the browser; Ctrl-C ends it. No other host is needed.
    """
    with app(tmp_path, "--profile", "demo") as (address, process):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(
                address.partition("?")[0].rstrip("/") + "/voila/files/explorer.ipynb", timeout=20
            )
        refused.value.close()
        _nothing_without_token(browser, address)
        with fresh_page(browser) as (page, others):
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_have_text(
                "What would you like to see?", timeout=PATIENCE
            )
            assert faults(page, ".stnb-explorer") == []
            _pull(page, "jpm.jobs")
            _the_table_fills_the_window(page)
            _columns_and_neighbours_fill_the_window(page)
            _the_system_decides_on_dark(page)
            assert "explorer.page(" not in page.content()  # the source stays behind
            _for_people_without_python(page)
            assert errors == []
            assert [url for url in others if ICON_FONT not in url] == []
        ended(process)
        assert process.returncode == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=5)


BOTTOM = "() => document.querySelector('.stnb-foot').getBoundingClientRect().bottom"
PANEL_BOTTOM = BOTTOM.replace(".stnb-foot", ".stnb-about .panel")
GROUND = "() => getComputedStyle(document.body).backgroundColor"


def _the_table_fills_the_window(page: Page) -> None:
    """Nothing is left below it, nor does the page scroll; a low window scrolls instead."""
    for height in (1000, 900):
        page.set_viewport_size({"width": 1400, "height": height})
        page.wait_for_function(f"() => ({BOTTOM})() > {height - 40}")
        assert page.evaluate(BOTTOM) <= height
        assert page.evaluate("() => document.documentElement.scrollHeight") == height
    page.set_viewport_size({"width": 1400, "height": 500})
    assert page.locator(".stnb-grid-view").evaluate("n => n.offsetHeight") == 540
    page.set_viewport_size({"width": 1400, "height": 1000})


def _columns_and_neighbours_fill_the_window(page: Page) -> None:
    """Their panels end shortly above its bottom; neither then makes the page scroll."""
    for name in ("Columns", "Neighbours"):
        page.get_by_role("tab", name=re.compile(f"^{name}")).click()
        page.wait_for_function(f"() => ({PANEL_BOTTOM})() > 950")
        assert page.evaluate(PANEL_BOTTOM) <= 1000, name
        assert page.evaluate("() => document.documentElement.scrollHeight") == 1000, name
    page.get_by_role("tab", name="Table").click()


def _the_system_decides_on_dark(page: Page) -> None:
    """Page, table and chart follow it while they are open; menus of a narrow chart are whole."""
    grounds, pictures = [], []
    page.get_by_role("tab", name="Chart").click()
    picture = page.locator(".stnb-picture img")
    expect(picture).to_be_visible(timeout=PATIENCE)
    for scheme in ("light", "dark", "light"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        expect(page.locator(f"body.theme-{scheme}")).to_be_visible()
        pictures.append(picture.get_attribute("src"))
        grounds.append(page.evaluate(GROUND))
        assert faults(page, ".stnb-explorer") == []
    assert grounds == ["rgb(255, 255, 255)", "rgb(17, 17, 17)", "rgb(255, 255, 255)"]
    assert pictures[0] == pictures[2] != pictures[1]

    page.set_viewport_size({"width": 420, "height": 900})
    expect(page.locator(".stnb-chart-menus select").first).to_have_css("width", re.compile("39"))
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.get_by_role("tab", name="Table").click()


def _for_people_without_python(page: Page) -> None:
    """No buttons for cells; the code is behind a link; a file is a download."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Jobs")
    assert page.get_by_role("tab").all_inner_texts()[-1] == "Neighbours"
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("button", name=re.compile("cell|Copy|notebook"))).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    name = download.value.suggested_filename
    assert name.startswith("jpm-jobs-")
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = len(list(csv.DictReader(file)))
    expect(page.locator(".stnb-export").get_by_role("status")).to_contain_text(name)
    assert page.locator(".stnb-foot b").inner_text() == f"{rows:,}"
    assert faults(page, ".stnb-explorer") == []
    page.get_by_role("button", name="The code for Python").click()
    expect(page.locator(".stnb-code-tab pre")).to_contain_text("st.jpm.jobs.pull(")


def _nothing_without_token(browser: Any, address: str) -> None:
    """Who has no token is asked for it, and sees nothing of the explorer."""
    with fresh_page(browser) as (page, _):
        page.goto(address.partition("?")[0])
        expect(
            page.get_by_role("textbox", name=re.compile("token|password", re.IGNORECASE)).first
        ).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".stnb")).to_have_count(0)


def _pull(page: Page, name: str) -> None:
    box = page.get_by_role("combobox", name="Resource")
    expect(box).to_be_visible(timeout=PATIENCE)
    box.click()
    box.press_sequentially(name)
    expect(
        page.get_by_role("listbox", name="Resource").get_by_role("option").first
    ).to_contain_text(name)
    box.press("Enter")
    page.get_by_role("button", name="Pull").click()
    expect(page.locator(".pull.done")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".stnb-grid-row").first).to_be_visible()


def test_a_chart_in_the_page(lab: Lab) -> None:
    """The picture is there with its description; its menus work by keyboard; the page's width and
    theme reach it; its code runs.
    """
    write_notebook(lab.notebooks / "chart.ipynb", LEAVING, CHART)
    lab.open("chart.ipynb").run_all()
    output = lab.output(1)
    picture = output.get_by_role("img")
    expect(picture).to_be_visible(timeout=PATIENCE)
    expect(picture).to_have_attribute(
        "alt",
        re.compile(
            "Number of jobs a month: \\d+ to 2\\d\\d\\. Bar chart of the number of jobs by month"
        ),
    )
    assert picture.evaluate("i => i.complete && i.naturalWidth") > 300
    light = picture.get_attribute("src")

    output.get_by_label("Chart", exact=True).select_option("By category")
    expect(picture).to_have_attribute("alt", re.compile("Completed makes up 86% of 2,000 jobs"))
    output.get_by_label("Show", exact=True).select_option("sum of total")
    expect(picture).to_have_attribute("alt", re.compile("sum of total by jobStatus"))
    output.get_by_text("Code of this chart").press("Enter")
    expect(output.locator("pre")).to_contain_text('df["total"]')

    bright = picture.get_attribute("src")
    lab.command("apputils:change-theme", theme="JupyterLab Dark")
    expect(picture).not_to_have_attribute("src", bright or "")
    lab.command("apputils:change-theme", theme="JupyterLab Light")
    assert light != bright

    lab.run_cell(lab.add_cell("print(chart.state)\nexec(chart.code)"))
    assert "'what': 'sum:total'" in lab.text(2)
    assert any("image/png" in o.get("data", {}) for o in lab.outputs(2))
    assert lab.errors == []


def test_leaving_by_the_buttons(lab: Lab) -> None:
    """The code comes into a new cell and runs, or onto the clipboard; a notebook and a file are
    where the line says.
    """
    write_notebook(lab.notebooks / "export.ipynb", LEAVING, CHART, EXPORT, "print('after')")
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.open("export.ipynb").run_all()
    output = lab.output(2)
    said = output.get_by_role("status")

    output.get_by_role("button", name="Code into a new cell").click()
    expect(said).to_have_text("The code is in a new cell below.")
    lab.run_cell(3)
    lab.run_cell(lab.add_cell("print(len(st.jpm.jobs.pull(limit=20)), len(df))"))
    assert lab.printed(5).split() == ["20", "20"]

    output.get_by_role("button", name="Copy code").click()
    expect(said).to_have_text("The code is copied.")
    assert lab.page.evaluate("() => navigator.clipboard.readText()").endswith(
        "df = st.jpm.jobs.pull(limit=20)"
    )

    output.get_by_label("File name").fill("mine")
    output.get_by_role("button", name="Save as notebook").click()
    expect(said).to_have_text(f"The notebook is {lab.notebooks / 'mine.ipynb'}.", timeout=PATIENCE)
    assert "df = st.jpm.jobs.pull(limit=20)" in [
        cell.source for cell in nbformat.read(lab.notebooks / "mine.ipynb", 4).cells
    ]
    output.get_by_role("button", name="CSV").click()
    expect(said).to_contain_text("mine.csv", timeout=PATIENCE)
    assert lab.errors == []


def test_where_no_cell_can_be_added_the_code_is_copied(lab: Lab) -> None:
    """In a page that does not expose its application the code is copied, and that is reported."""
    write_notebook(lab.notebooks / "plain.ipynb", LEAVING, EXPORT)
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.open("plain.ipynb").run_all()
    lab.page.evaluate("() => { window.hidden_app = window.jupyterapp; delete window.jupyterapp; }")

    lab.output(1).get_by_role("button", name="Code into a new cell").click()

    expect(lab.output(1).get_by_role("status")).to_contain_text("paste it into a new one")
    lab.page.evaluate("() => { window.jupyterapp = window.hidden_app; }")
    assert "stnb.connect" in lab.page.evaluate("() => navigator.clipboard.readText()")
    assert len(lab.code_cells()) == 2
