"""The notebooks run from top to bottom, and are stored clean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.helpers.kernels import Kept, executed, notes
from tests.helpers.moments import ALL, DAYS, DEMO_TODAY
from tests.helpers.sample import EVERYTHING

pytestmark = pytest.mark.usefixtures("small_demo")

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
REAL = "the real day"


def runs() -> list[tuple[Path, str]]:
    """Each notebook once, so that each day has some of them, and one the day outside; with
    everything, each on each day. Those of one day come one after the other: they share its rows.
    """
    days = [DEMO_TODAY, *DAYS, ""]
    if ALL:
        return [(path, day) for path in NOTEBOOKS for day in days]
    return [(path, days[i * len(days) // len(NOTEBOOKS)]) for i, path in enumerate(NOTEBOOKS)]


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    kernel = Kept()
    yield kernel
    kernel.end()


def use_folders_of(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Keep what Jupyter and IPython write in a folder."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        patch.setenv(name, str(folder / name.lower()))
    patch.setenv("JUPYTER_PREFER_ENV_PATH", "1")


def test_there_is_one() -> None:
    """The first notebook is where the README says."""
    assert FOLDER / "01-first-pull.ipynb" in NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_stored_clean(path: Path) -> None:
    """No outputs, no counts, no widget state, no secret, under 15 KB, and each code cell has a
    sentence before it.
    """
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)

    assert len(text) < 15_000
    assert "widgets" not in notebook.metadata
    assert not any(mark in text for mark in ("cs1.", "cs2.", "ak1.", "cid.", "eyJ"))
    for before, cell in zip([None, *notebook.cells], notebook.cells, strict=False):
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
            assert before is not None


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning"
)
@pytest.mark.parametrize(
    ("path", "day"), [pytest.param(p, day, id=f"{p.stem} {day or REAL}") for p, day in runs()]
)
@pytest.mark.each
def test_runs(
    path: Path, day: str, kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs top to bottom on the demo, without credentials, warnings or errors, and its pictures
    stand on any page.

    Whatever day it is in the demo. In the quick round one kernel runs all of them, emptied before
    each.
    """
    monkeypatch.setenv("STNB_DEMO_TODAY", day)  # "" is the day outside, as a user has it
    use_folders_of(tmp_path, monkeypatch)
    notebook = nbformat.read(path, as_version=4)
    if EVERYTHING:
        executed(notebook, tmp_path).execute()
    else:
        kept.execute(notebook, day, tmp_path)

    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    said = "".join(
        o.get("text", "")
        for o in outputs
        if o.output_type == "stream" and o.get("name") == "stderr"
    )
    assert said == "", said
    assert notes(outputs) == []
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert pictures
    assert not any("needs_background" in str(o.metadata) for o in pictures), (
        "a dark page would lay white behind it"
    )
    assert os.getcwd() == str(tmp_path)


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning"
)
def test_a_bar_leaves_nothing_behind(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull that takes longer shows a bar while it runs; the notebook keeps neither the bar nor
    its text.
    """
    use_folders_of(tmp_path, monkeypatch)
    code = """import stnb
from unittest import mock
from stnb.account import progress_bar
shown = []
close = progress_bar.tqdm.close
def noted(bar):
    shown.append(str(bar))
    close(bar)
with mock.patch.object(progress_bar, "DELAY", 0.0), mock.patch("tqdm.auto.tqdm.close", noted):
    df = stnb.connect("demo").jpm.jobs.pull(page_size=500, limit=2000)
print(len(df), "jpm.jobs" in shown[0])"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    kept.execute(notebook, DEMO_TODAY, tmp_path)

    outputs = notebook.cells[0].outputs
    assert "".join(o.text for o in outputs if o.get("name") == "stdout") == "2000 True\n"
    shown = [o for o in outputs if o.output_type == "display_data" and not notes([o])]
    assert [o.data for o in shown] == [
        {"text/plain": "<IPython.core.display.HTML object>", "text/html": ""}
    ]
