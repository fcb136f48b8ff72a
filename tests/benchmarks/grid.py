"""The grid in a real JupyterLab: from the run of a cell, a click or a letter to what is then on the
page.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from timing import RUNS

SIZES = ((100_000, 60), (1_000_000, 40))
BOUNDS = {
    "first paint": 1000,
    "scroll to the middle": 100,
    "sort": 500,
    "pick a bar": 500,
    "search": 500,
}
WIRE, SAVED = 1_000_000, 50_000  # bytes
FRAME = """
import numpy as np, pandas as pd, pyarrow as pa, stnb, stnb.explorer
dice, rows, columns = np.random.default_rng(1), {rows}, {columns}
status = np.array(["Completed", "Scheduled", "Canceled", "Hold", "InProgress"])
first, last = ("Ann", "Bob", "Cleo", "Dirk", "Eve", "Gus"), ("Miller", "Jones", "Smith", "Diaz")
people = np.array([f"{{a}} {{b}}" for a in first for b in last])
def moments():
    seconds = pd.to_datetime(1.7e9 + dice.integers(0, 6e7, rows), unit="s", utc=True)
    return pd.Series(seconds).dt.tz_convert("America/Phoenix")
def some(count):
    return people[dice.integers(0, len(people), count)]
kinds = [
    lambda: pd.array(status[dice.integers(0, 5, rows)], dtype="str"),
    lambda: pd.array(np.round(dice.gamma(2, 200, rows), 2), dtype="Float64"),
    moments,
    lambda: pd.array(some(rows), dtype="str"),
    lambda: pd.array(dice.integers(0, 12, rows), dtype="Int64"),
    lambda: pd.array(dice.random(rows) < 0.7, dtype="boolean"),
    lambda: pd.array(dice.integers(10**6, 10**8, rows), dtype="Int64"),
    lambda: pd.array([f"Call {{i}} about the furnace" for i in range(rows)], dtype="str"),
]
df = pd.DataFrame({{f"c{{i}}": kinds[i % len(kinds)]() for i in range(columns - 2)}})
ends = np.append(0, np.cumsum(dice.integers(0, 5, rows))).astype("int32")
def one_array(values):
    # From many texts, pa.array makes chunks, of which no struct is made.
    made = pa.array(values)
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
items = {{"id": np.arange(ends[-1]), "sku": some(ends[-1]), "price": dice.random(ends[-1])}}
elements = pa.StructArray.from_arrays(map(one_array, items.values()), list(items))
lists = pa.ListArray.from_arrays(pa.array(ends), elements)
address = pa.StructArray.from_arrays([one_array(some(rows))] * 2, ["city", "street"])
df["items"], df["address"] = map(pd.arrays.ArrowExtensionArray, (lists, address))
"""
TIMED = """async ([act, seen]) => {
    const root = () => document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .stnb-grid');
    const $ = (css) => root()?.querySelector(css), text = (css) => $(css)?.textContent ?? '';
    const start = performance.now();
    await eval(act);
    while (!eval(seen)) {
        if (performance.now() - start > 60000) throw new Error('not seen: ' + seen);
        await new Promise(requestAnimationFrame);
    }
    return performance.now() - start;
}"""
CELL = "text(\".stnb-grid-row [aria-colindex='2']\")"
SHOW = (
    "(() => { document.querySelectorAll('.stnb-grid').forEach((n) => n.remove());"
    " const book = window.jupyterapp.shell.currentWidget.content; book.deselectAll(); "
    "book.activeCellIndex = 1;"
    " window.jupyterapp.commands.execute('notebook:run-cell'); })()"
)
TYPE = (
    "(() => { const box = $('input'); box.value = '%s'; box.dispatchEvent(new Event('input')); })()"
)
WHOLE = "/^[\\d,]+ rows/.test(text('.stnb-grid-bar span'))"
SOME = "/ of [\\d,]+ rows/.test(text('.stnb-grid-bar span'))"
SORTS = "$('.stnb-grid-head > [aria-colindex=\"2\"]').click()"
SORTED = (
    "[...root().querySelectorAll(\".stnb-grid-row [aria-colindex='2']\")]"
    ".every((n) => n.textContent === 'Canceled')"
)
STEPS: list[tuple[str, str, str]] = [
    ("first paint", SHOW, f"{CELL} !== ''"),
    ("", "0", "$('.histogram') && $('.top')"),
    (
        "scroll to the middle",
        "($('.stnb-grid-view').scrollTop = $('.stnb-grid-space').offsetHeight / 2)",
        "+$('.stnb-grid-row').dataset.row > 10000",
    ),
    ("", "($('.stnb-grid-view').scrollTop = 0)", "$('.stnb-grid-row').dataset.row === '0'"),
    ("sort", SORTS, SORTED),
    ("pick a bar", "$('.top').click()", SOME),
    ("", "0", "$('.stnb-grid-chips .clear')"),
    ("", "$('.stnb-grid-chips .clear').click()", WHOLE),
    ("search", TYPE % "dirk mil", SOME),
    ("", TYPE % "", WHOLE),
]  # fmt: skip


def grid() -> None:
    """First paint, scroll, sort, pick, search; what travels to the page, and what a saved notebook
    keeps.
    """
    for rows, columns in SIZES:
        with _lab(rows, columns) as lab:
            seconds, wire, saved = _measure(lab)
        print(f"\ngrid: {rows:,} rows x {columns} columns, two of them nested, medians of {RUNS}")
        for name, bound in BOUNDS.items():
            print(
                f"  {name:<22}{statistics.median(seconds[name]):>8.0f} ms"
                f"{f'(< {bound:,} at 100,000 rows)':>30}"
            )
        print(f"  {'to the page':<22}{wire / 1000:>8.0f} KB{f'(≤ {WIRE // 1000:,})':>30}")
        print(f"  {'in the notebook':<22}{saved / 1000:>8.0f} KB{f'(≤ {SAVED // 1000:,})':>30}")


@contextmanager
def _lab(rows: int, columns: int) -> Iterator[Any]:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from playwright.sync_api import sync_playwright

    from tests.browser.labkit import Lab, chromium, fresh_page, lab_server, write_notebook

    settings = {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}
    with (
        tempfile.TemporaryDirectory(prefix="stnb-grid-") as folder,
        lab_server(Path(folder), settings) as (address, notebooks),
    ):
        write_notebook(
            notebooks / "grid.ipynb", FRAME.format(rows=rows, columns=columns), "stnb.show(df)"
        )
        with (
            sync_playwright() as playwright,
            chromium(playwright, Path(folder, "browser")) as browser,
            fresh_page(browser) as (page, _),
        ):
            lab = Lab(page, address, notebooks).open("grid.ipynb")
            lab.run_cell(0)
            yield lab
            lab.stop_kernels()


def _measure(lab: Any) -> tuple[dict[str, list[float]], int, int]:
    """One round to warm up, which is also what the page is sent; then the timed ones."""
    before = lab.received
    _round(lab)
    wire = lab.received - before
    # with one grid: those of the later rounds stay in the kernel, and so in the notebook
    lab.save()
    file = lab.notebooks / "grid.ipynb"
    saved = file.stat().st_size - len(FRAME)
    assert "widgets" in json.loads(file.read_text())["metadata"], (
        "the state was to be saved, or this proves nothing"
    )
    seconds: dict[str, list[float]] = {name: [] for name in BOUNDS}
    for _ in range(RUNS):
        for name, took in _round(lab):
            if name:
                seconds[name].append(took)
    return seconds, wire, saved


def _round(lab: Any) -> list[tuple[str, float]]:
    return [(name, float(lab.page.evaluate(TIMED, [act, seen]))) for name, act, seen in STEPS]
