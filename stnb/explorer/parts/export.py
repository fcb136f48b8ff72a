"""Leave with it: the code into a cell, a notebook that repeats the pull, or the rows as a file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as W
import pandas as pd
import traitlets

from stnb.errors import StnbError, UsageError
from stnb.frame.save import save
from stnb.session import clock

from .. import assets, notebook
from ..guard import guarded, in_sentences

ALL, SELECTION = "all", "selection"
FILES = {".parquet": "Parquet", ".csv": "CSV", ".xlsx": "Excel"}
ENDINGS = (*FILES, ".ipynb", ".json")
TIPS = {
    ".parquet": "Keeps every type, for pandas, DuckDB and the like",
    ".csv": "Plain text; what a spreadsheet would run as a formula is defused",
    ".xlsx": "A workbook with times in the tenant's zone; formulas are defused",
}
DONE = {  # what the page answers, and what is said then
    "inserted": "The code is in a new cell below.",
    "copied": "The code is copied.",
    "copied for a cell": "Copied. This page lets nobody add a cell, so paste it into a new one.",
    "shown": "This page may not copy. The code is selected below: press Ctrl+C, or ⌘C on a Mac.",
}


class Hand(anywidget.AnyWidget):
    """What only the page can do, adding a cell and copying; and the line that says how it went."""

    _esm = assets.module("parts/export.js")
    _css = assets.style("parts/export.css")
    said = traitlets.Unicode("").tag(sync=True)
    tone = traitlets.Unicode("").tag(sync=True)  # "" | busy | good | bad


class Leave(W.VBox):
    """Buttons to leave the explorer with what is in it.

    Args:
        frame: gives the rows, or None where there are none yet.
        selection: gives the rows that the table's filters leave.
        code: gives the Python that repeats the pull.
        chart: gives the lines that draw the chart, or "".
        name: gives the name of the resource, such as "jpm.jobs".

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
    ) -> None:
        self._frame, self._selection, self._code, self._chart, self._name = (
            frame,
            selection,
            code,
            chart,
            name,
        )
        self.error: StnbError | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self.hand = Hand()
        self._build()
        code_line = _line(self.cell, self.copy)
        super().__init__(
            [
                code_line,
                _line(self.file, self.rows),
                _line(self.notebook, *self.files.values()),
                self.hand,
            ]
        )
        self.add_class("stnb").add_class("stnb-leave")
        self.hand.on_msg(self._on_answer)
        self.refresh()

    def _build(self) -> None:
        self.cell = _button(
            "Code into a new cell", "plus", "Add a cell below with the Python that repeats the pull"
        )
        self.copy = _button("Copy code", "copy", "Copy the Python that repeats the pull")
        self.notebook = _button(
            "Save as notebook",
            "book",
            "A notebook that repeats the pull and the chart; runs top to bottom",
        )
        self.files = {ending: _button(word, "save", TIPS[ending]) for ending, word in FILES.items()}
        self.file = (
            W.Text(description="File name", continuous_update=False)
            .add_class("stnb-field")
            .add_class("stnb-file")
        )
        choices = [("all rows", ALL), ("only those the table's filters leave", SELECTION)]
        self.rows = W.Dropdown(options=choices, description="Rows for a file").add_class(
            "stnb-field"
        )
        self.cell.on_click(self._on_cell)
        self.copy.on_click(self._on_copy)
        self.notebook.on_click(self._on_notebook)
        for ending, button in self.files.items():
            button.on_click(lambda _button, ending=ending: self._on_file(ending))

    # -- for the explorer

    def refresh(self) -> None:
        """Offer a name that fits the resource; called when another one was chosen."""
        self.file.placeholder = self._usual_name()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the file that is being written is there."""
        if self._thread is not None:
            self._thread.join(timeout)

    def tell(self, error: Exception | None) -> None:
        """Show an error's three sentences below the buttons; None takes them away."""
        self.error = said = None if error is None else in_sentences(error)
        self._say(
            "" if said is None else f"{said.happened} {said.why} {said.next}",
            "" if said is None else "bad",
        )

    # -- callbacks: the page calls them, on any thread

    @guarded
    def _on_cell(self, _button: object) -> None:
        self._ask("cell")

    @guarded
    def _on_copy(self, _button: object) -> None:
        self._ask("copy")

    @guarded
    def _on_answer(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        if (did := message.get("did")) in DONE:
            self._say(DONE[did], "bad" if did == "shown" else "good")

    @guarded
    def _on_notebook(self, _button: object) -> None:
        book = notebook.notebook(self._given_code(), self._chart(), self._name())
        self._begin(lambda: self._write_notebook(book), "Writing the notebook …")

    @guarded
    def _on_file(self, ending: str) -> None:
        frame = self._chosen()
        self._begin(lambda: self._write_file(frame, ending), f"Writing {len(frame):,} rows …")

    # -- the work

    def _ask(self, what: str) -> None:
        self.tell(None)
        self.hand.send({"do": what, "code": self._given_code()})

    def _given_code(self) -> str:
        code = self._code()
        if not code.strip():
            raise UsageError(
                "There is no code yet.",
                "No resource is chosen.",
                "Choose one above, then come back.",
            )
        return code

    def _chosen(self) -> pd.DataFrame:
        frame = self._selection() if self.rows.value == SELECTION else self._frame()
        frame = self._frame() if frame is None else frame
        if frame is None:
            raise UsageError(
                "No file was written.", "There are no rows yet.", "Pull some first, then save them."
            )
        return frame

    def _begin(self, work: Callable[[], None], said: str) -> None:
        """One file at a time, beside whatever else runs; a workbook of 100,000 rows takes its time."""
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                raise UsageError(
                    "A file is still being written.",
                    "One is written at a time.",
                    "Wait for its end.",
                )
            self.tell(None)
            self._say(said, "busy")
            self._thread = threading.Thread(
                target=self._run, args=(work,), name="stnb-leave", daemon=True
            )
            self._thread.start()

    @guarded
    def _run(self, work: Callable[[], None]) -> None:
        self._buttons(disabled=True)
        try:
            work()
        finally:
            self._buttons(disabled=False)

    def _write_notebook(self, book: Any) -> None:
        path, note = self._free(".ipynb")
        notebook.write(book, path)
        self._say(f"The notebook is {path.resolve()}.{note}", "good")

    def _write_file(self, frame: pd.DataFrame, ending: str) -> None:
        path, note = self._free(ending)
        path = save(frame, path)
        size = path.stat().st_size
        bytes_ = f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{max(1, size // 1000):,} kB"
        self._say(
            f"{len(frame):,} rows and {frame.shape[1]} columns are in {path.resolve()} ({bytes_}).{note}",
            "good",
        )

    def _free(self, ending: str) -> tuple[Path, str]:
        """A path that is not taken; nothing is ever replaced."""
        typed = self.file.value.strip() or self._usual_name()
        plain = (
            typed[: -len(Path(typed).suffix)] if Path(typed).suffix.lower() in ENDINGS else typed
        )
        first = path = Path(f"{plain}{ending}").expanduser()
        number = 2
        try:
            while path.exists():
                path = first.with_name(f"{first.stem}-{number}{ending}")
                number += 1
        except OSError as err:
            raise UsageError(
                "The file was not written.",
                f"The system says: {err.strerror}.",
                "Give it another name.",
            ) from None
        if not first.parent.is_dir():
            raise UsageError(
                "The file was not written.",
                f"There is no folder {first.parent}.",
                "Make it first, or leave it out of the name.",
            )
        return path, "" if path == first else f" {first.name} was there already, and is as it was."

    def _usual_name(self) -> str:
        return f"{(self._name() or 'rows').replace('.', '-').replace('_', '-')}-{clock.today():%Y-%m-%d}"

    def _say(self, text: str, tone: str) -> None:
        self.hand.said, self.hand.tone = text, tone

    def _buttons(self, disabled: bool) -> None:
        for button in (self.notebook, *self.files.values()):
            button.disabled = disabled

    def __repr__(self) -> str:
        return f"<stnb leave · {self.file.placeholder}>"


def _button(text: str, icon: str, tip: str) -> W.Button:
    return W.Button(description=text, icon=icon, tooltip=tip, layout=W.Layout(width="auto"))


def _line(*parts: W.Widget) -> W.Box:
    return W.Box(parts).add_class("stnb-line")
