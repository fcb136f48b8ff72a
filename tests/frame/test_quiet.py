"""In a notebook our warnings are one quiet block under the cell, and still warnings."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from stnb.errors import HiddenRows, KnownTrap, StnbWarning
from stnb.frame import quiet
from tests.helpers.kernels import OVER_FILES

SETUP = """import warnings
from stnb.errors import HiddenRows, KnownTrap
from stnb.frame.notices import Notice, warn"""
SAY = """warn(Notice(KnownTrap, "a <trap>"))
warn(Notice(HiddenRows, "rows are hidden"))
warn(Notice(HiddenRows, "rows are hidden"))
warnings.warn("another library's")
1 + 1"""
RECORD = """with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    warn(Notice(HiddenRows, "for the record"))
print(len(found), found[0].category.__name__)"""
IGNORE = """warnings.simplefilter("ignore", HiddenRows)
warn(Notice(HiddenRows, "not wanted"))
warn(Notice(KnownTrap, "another trap"))"""
RAISE = """warnings.simplefilter("error", HiddenRows)
try:
    warn(Notice(HiddenRows, "an error"))
except HiddenRows as err:
    print("raised:", err)"""


@pytest.mark.long
def test_a_notebook_shows_them_under_the_cell() -> None:
    """One block of HTML after the cell's result, in an exported page too, each note once; nothing
    in red but what is not ours. Who records, ignores or raises them gets what he asks for.
    """
    cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, SAY, RECORD, IGNORE, RAISE)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, config=OVER_FILES).execute()
    _, say, record, ignore, fail = (cell.outputs for cell in notebook.cells)

    block = say[-1].data["text/html"]
    assert [output.output_type for output in say] == ["stream", "execute_result", "display_data"]
    assert "another library's" in say[0].text
    assert "rows are hidden" not in say[0].text
    assert block.count("rows are hidden") == 1
    assert "Known trap</b> · a &lt;trap&gt;" in block
    assert say[-1].data["text/plain"] == "note: a <trap>\nnote: rows are hidden"
    assert [output.text for output in record] == ["1 HiddenRows\n"]
    assert [output.data["text/plain"] for output in ignore] == ["note: another trap"]
    assert [output.text for output in fail] == ["raised: an error\n"]


def test_a_script_sees_a_plain_warning() -> None:
    """Outside a kernel it goes to standard error, as any warning."""
    code = f"{SETUP}\nwarn(Notice(HiddenRows, 'rows are hidden'))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "HiddenRows: rows are hidden" in ran.stderr


class FakeShell:
    """A kernel's shell, whose cells the test runs."""

    kernel = object()

    def __init__(self) -> None:
        self.heard: dict[str, Callable[..., None]] = {}
        self.events = SimpleNamespace(register=self.heard.__setitem__)


def test_what_comes_between_cells_is_shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A button's note does not wait for the next cell."""
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    shell = FakeShell()
    show = quiet.Shown(shell, warnings.showwarning)

    show(HiddenRows("one"), HiddenRows, "file", 1)
    assert shown == []
    shell.heard["post_run_cell"]()
    assert [data["text/plain"] for data in shown] == ["note: one"]
    show(HiddenRows("two"), HiddenRows, "file", 1)
    assert [data["text/plain"] for data in shown] == ["note: one", "note: two"]


def test_the_block_is_quiet_and_escaped() -> None:
    """No colour of an error, and no markup of a server's words."""
    block = quiet.as_html([(KnownTrap, "a <b>"), (StnbWarning, "plain")])

    assert "error" not in block
    assert "a &lt;b&gt;" in block
    assert 'role="note"' in block
