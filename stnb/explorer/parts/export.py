"""The ways out: the code into a cell, a notebook that repeats the pull, or the rows as a file."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as W
import pandas as pd

from stnb.errors import StnbError, UsageError
from stnb.frame.notices import Notice
from stnb.frame.save import save_file
from stnb.session import clock

from .. import notebook
from ..elsewhere import notebook_folder
from ..guard import guarded, in_sentences
from .page_actions import DONE, PageActions

ALL, SELECTION = "all", "selection"
FILES = {".parquet": "Parquet", ".csv": "CSV", ".xlsx": "Excel"}
ENDINGS = (*FILES, ".ipynb", ".json")
TIPS = {
    ".parquet": "Keeps every type, for pandas, DuckDB and the like",
    ".csv": "Plain text; what a spreadsheet would run as a formula is defused",
    ".xlsx": "A workbook with times in the tenant's zone; formulas are defused",
}


class Export(W.VBox):
    """Buttons that take the code and the rows out of the explorer.

    Args:
        frame: gives the rows, or None before there are some.
        selection: gives the rows that the table's filters leave.
        code: gives the Python that repeats the pull.
        chart: gives the lines that draw the chart, or "".
        name: gives the name of the resource, such as "jpm.jobs".
        alone: whether the explorer is a page without a notebook: then files come down through the
            browser, and there is nothing for Python.

    Attributes:
        error: the error on show, or None.
    """

    def __init__(
        self,
        frame: Callable[[], pd.DataFrame | None],
        selection: Callable[[], pd.DataFrame | None],
        code: Callable[[], str],
        chart: Callable[[], str],
        name: Callable[[], str],
        alone: bool = False,
    ) -> None:
        self._alone = alone
        self._frame, self._selection = frame, selection
        self._code, self._chart, self._name = code, chart, name
        self.error: StnbError | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self.page_actions = PageActions()
        self._make_controls()
        files = _line(self.file, self.rows), _line(self.notebook, *self.files.values())
        lines = [_line(self.cell, self.copy), *files]
        if alone:
            lines = [_line(self.file, self.rows, *self.files.values())]
        super().__init__([*lines, self.page_actions])
        self.add_class("stnb").add_class("stnb-export")
        self._observe()
        self.refresh()

    def _make_controls(self) -> None:
        self.cell = _button(
            "Code into a new cell", "plus", "Add a cell below with the Python that repeats the pull"
        )
        self.copy = _button("Copy code", "copy", "Copy the Python that repeats the pull")
        self.notebook = _button(
            "Save as notebook",
            "book",
            "A notebook that repeats the pull and the chart; runs top to bottom",
        )
        self.files = {ending: _button(name, "save", TIPS[ending]) for ending, name in FILES.items()}
        self.file = W.Text(description="File name", continuous_update=False)
        self.file.add_class("stnb-field").add_class("stnb-file")
        choices = [("those on show", SELECTION), ("all that were pulled", ALL)]
        self.rows = W.Dropdown(options=choices, description="Rows for a file")
        self.rows.add_class("stnb-field")

    def _observe(self) -> None:
        self.cell.on_click(self._on_cell)
        self.copy.on_click(self._on_copy)
        self.notebook.on_click(self._on_notebook)
        for ending, button in self.files.items():
            button.on_click(lambda _button, ending=ending: self._on_file(ending))
        self.page_actions.on_msg(self._on_answer)

    # -- for the explorer

    def refresh(self) -> None:
        """Offer a file name that fits the resource. Called when another one is on show."""
        self.file.placeholder = self._default_name()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the file that is being written is complete.

        Args:
            timeout: seconds to wait at most; None waits until the end.
        """
        if self._thread is not None:
            self._thread.join(timeout)

    def show_error(self, error: Exception | None) -> None:
        """Show an error's three sentences below the buttons; None takes them away."""
        if error is None:
            self.error = None
            self._show("", "")
        else:
            self.error = shown = in_sentences(error)
            self._show(f"{shown.happened} {shown.why} {shown.next}", "bad")

    # -- callbacks: the page calls them, on any thread

    @guarded
    def _on_cell(self, _button: object) -> None:
        self._have_page_do("cell")

    @guarded
    def _on_copy(self, _button: object) -> None:
        self._have_page_do("copy")

    @guarded
    def _on_answer(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        done = message.get("did")
        if done in DONE:
            self._show(DONE[done], "bad" if done == "shown" else "good")

    @guarded
    def _on_notebook(self, _button: object) -> None:
        book = notebook.notebook(self._code_or_error(), self._chart(), self._name())
        self._start(lambda: self._write_notebook(book), "Writing the notebook …")

    @guarded
    def _on_file(self, ending: str) -> None:
        frame = self._chosen_rows()
        self._start(lambda: self._write_file(frame, ending), f"Writing {len(frame):,} rows …")

    # -- the work

    def _have_page_do(self, what: str) -> None:
        self.show_error(None)
        self.page_actions.send({"do": what, "code": self._code_or_error()})

    def _code_or_error(self) -> str:
        code = self._code()
        if not code.strip():
            raise UsageError(
                "There is no code yet.",
                "No resource is chosen.",
                "Choose one above, then try again.",
            )
        return code

    def _chosen_rows(self) -> pd.DataFrame:
        frame = self._frame()
        if frame is None:
            raise UsageError(
                "No file was written.", "There are no rows yet.", "Pull some first, then save them."
            )
        if self.rows.value == SELECTION:
            selection = self._selection()
            if selection is not None:
                return selection
        return frame

    def _start(self, work: Callable[[], None], text: str) -> None:
        """Write one file at a time, on a thread: a workbook of 100,000 rows takes a while."""
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                raise UsageError(
                    "A file is still being written.",
                    "Only one is written at a time.",
                    "Wait for its end.",
                )
            self.show_error(None)
            self._show(text, "busy")
            self._thread = threading.Thread(
                target=self._run, args=(work,), name="stnb-export", daemon=True
            )
            self._thread.start()

    @guarded
    def _run(self, work: Callable[[], None]) -> None:
        self._disable_buttons(True)
        try:
            work()
        finally:
            self._disable_buttons(False)

    def _write_notebook(self, book: Any) -> None:
        path, note = self._free_path(".ipynb")
        notebook.write(book, path)
        self._show(f"The notebook is {path.resolve()}.{note}", "good")

    def _write_file(self, frame: pd.DataFrame, ending: str) -> None:
        if self._alone:
            self._send_file(frame, ending)
            return
        path, note = self._free_path(ending)
        path, told = save_file(frame, path)
        rows, columns = frame.shape
        size = _size(path.stat().st_size)
        text = f"{rows:,} rows and {columns} columns are in {path.resolve()} ({size}).{note}"
        self._show(_with_notices(text, told), "good")

    def _send_file(self, frame: pd.DataFrame, ending: str) -> None:
        """Have the page offer the file as a download."""
        name = Path(_without_ending(self.file.value.strip() or self._default_name())).name
        with tempfile.TemporaryDirectory(prefix="stnb-") as folder:
            path, told = save_file(frame, Path(folder) / f"{name}{ending}")
            content = path.read_bytes()
        self.page_actions.send({"do": "file", "name": f"{name}{ending}"}, [content])
        rows, columns = frame.shape
        text = f"{rows:,} rows and {columns} columns are in {name}{ending} ({_size(len(content))})"
        text += ", where your browser puts what it downloads."
        self._show(_with_notices(text, told), "good")

    def _free_path(self, ending: str) -> tuple[Path, str]:
        """A path that is not taken, and what to report about it. No file is ever replaced."""
        name = _without_ending(self.file.value.strip() or self._default_name())
        first = path = notebook_folder() / Path(f"{name}{ending}").expanduser()
        number = 2
        try:
            if not first.parent.is_dir():
                raise UsageError(
                    "The file was not written.",
                    f"There is no folder {first.parent}.",
                    "Make it first, or leave it out of the name.",
                )
            while path.exists():
                path = first.with_name(f"{first.stem}-{number}{ending}")
                number += 1
        except OSError as err:
            raise UsageError(
                "The file was not written.",
                f"The system reports: {err.strerror}.",
                "Give it another name.",
            ) from None
        if path == first:
            return path, ""
        return path, f" {first.name} was there already, and is unchanged."

    def _default_name(self) -> str:
        resource = (self._name() or "rows").replace(".", "-").replace("_", "-")
        return f"{resource}-{clock.today():%Y-%m-%d}"

    def _show(self, text: str, tone: str) -> None:
        self.page_actions.text, self.page_actions.tone = text, tone

    def _disable_buttons(self, disabled: bool) -> None:
        for button in (self.notebook, *self.files.values()):
            button.disabled = disabled

    def __repr__(self) -> str:
        return f"<stnb export · {self.file.placeholder}>"


def _with_notices(text: str, told: list[Notice]) -> str:
    return " ".join([text, *(notice.text for notice in told)])


def _without_ending(name: str) -> str:
    suffix = Path(name).suffix
    if suffix.lower() in ENDINGS:
        return name.removesuffix(suffix)
    return name


def _size(size: int) -> str:
    if size >= 1e6:
        return f"{size / 1e6:,.1f} MB"
    return f"{max(1, size // 1000):,} kB"


def _button(text: str, icon: str, tip: str) -> W.Button:
    return W.Button(description=text, icon=icon, tooltip=tip, layout=W.Layout(width="auto"))


def _line(*parts: W.Widget) -> W.Box:
    return W.Box(parts).add_class("stnb-line")
