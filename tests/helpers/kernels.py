"""How tests reach the kernels of notebooks that they run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

# Two workers that start a kernel at the same moment may choose the same ports, and one of them
# dies. Files in the test's own working folder are nobody else's.
OVER_FILES = Config({"KernelManager": {"transport": "ipc"}})


def executed(notebook: Any, folder: Path) -> NotebookClient:
    """What runs a notebook in a folder, with a kernel of its own."""
    return NotebookClient(
        notebook,
        config=OVER_FILES,
        timeout=120,
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
    )


# As a kernel begins: no names, nothing said before.
ANEW = """
import os
from stnb import pull
from stnb.frame import notices
os.environ["STNB_DEMO_TODAY"] = {day!r}
os.chdir({folder!r})
notices.forget()
pull.forget_partial()
get_ipython().reset(new_session=False)
"""


class Kept:
    """A kernel that runs one notebook after another: a start takes as long as most of them."""

    def __init__(self) -> None:
        self._client: NotebookClient | None = None

    def execute(self, notebook: Any, day: str, folder: Path) -> None:
        if self._client is None:
            self._client = executed(notebook, folder)
        anew = nbformat.v4.new_code_cell(ANEW.format(day=day, folder=str(folder)))
        notebook.cells.insert(0, anew)
        self._client.nb = notebook
        self._client.execute(cleanup_kc=False)
        del notebook.cells[0]

    def end(self) -> None:
        if self._client is not None:
            self._client._cleanup_kernel()


def notes(outputs: Sequence[Any]) -> list[str]:
    """What stands as notes under the cells: what elsewhere would be warnings of ours."""
    found = []
    for output in outputs:
        data = output.get("data", {})
        if 'role="note"' in str(data.get("text/html", "")):
            found.append(str(data["text/plain"]))
    return found
