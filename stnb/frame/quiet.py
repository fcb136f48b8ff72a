"""In a notebook, what we warn of stands as one quiet block under the cell.

It stays a warning: filters, `catch_warnings` and whoever shows warnings otherwise go first.
Python's own way to show one there is red, with the path of a file, and so an exported page has it.
"""

from __future__ import annotations

import inspect
import sys
import threading
import warnings
from typing import Any

from stnb.catalog.html_table import LINE, QUIET, Html, element
from stnb.errors import KnownTrap, StnbWarning

BLOCK = f"margin:6px 0 2px;padding:2px 0 2px 10px;border-left:{LINE};border-left-width:3px"
NOTE = "font-size:92%;line-height:1.45;margin:1px 0;white-space:normal"


def listen() -> None:
    """Let our warnings stand under the cell that runs; outside a kernel nothing changes."""
    shell = _shell_of_kernel()
    if shell is None or not _python_shows_warnings():
        return
    shown: Any = Shown(shell, warnings.showwarning)
    warnings.showwarning = shown


def _shell_of_kernel() -> Any:
    """IPython's shell if it is the one of a notebook; None elsewhere."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell if getattr(shell, "kernel", None) is not None else None


def _python_shows_warnings() -> bool:
    """Whether nobody else shows or records them: within `catch_warnings(record=True)` the function
    that shows is Python's own, and what it calls is a list's `append`.
    """
    records = getattr(warnings, "_showwarnmsg_impl", None)
    if records is not None and not inspect.isfunction(records):
        return False
    return getattr(warnings.showwarning, "__module__", "") == warnings.formatwarning.__module__


class Shown:
    """What shows warnings in a kernel: ours under the cell, any other as before.

    Args:
        shell: IPython's shell.
        before: what showed warnings until now.
    """

    def __init__(self, shell: Any, before: Any) -> None:
        self._before = before
        self._waiting: list[tuple[type[Warning], str]] = []
        self._cell_runs = True  # the one that warns for the first time
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    def __call__(self, message: Warning, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, StnbWarning):
            self._before(message, category, *where, **more)
            return
        note = (category, str(message))
        if note not in self._waiting:
            self._waiting.append(note)
        # A thread may warn when its cell has ended, and so may a button.
        if not self._cell_runs or threading.current_thread() is not threading.main_thread():
            self._show()

    def _begin(self, *_: object) -> None:
        self._cell_runs = True

    def _end(self, *_: object) -> None:
        self._cell_runs = False
        self._show()

    def _show(self) -> None:
        notes, self._waiting = self._waiting, []
        if not notes:
            return
        from IPython.display import display  # there is one, as a cell runs

        plain = "\n".join(f"note: {text}" for _, text in notes)
        display({"text/html": str(as_html(notes)), "text/plain": plain}, raw=True)


def as_html(notes: list[tuple[type[Warning], str]]) -> Html:
    """The notes as a quiet block; what is a known trap is called so.

    Example:
        >>> "note" in as_html([(StnbWarning, "a note")])
        True
    """
    lines = []
    for category, text in notes:
        words: list[str] = [text]
        if issubclass(category, KnownTrap):
            words = [element("b", "Known trap", style="font-weight:600"), " · ", text]
        lines.append(element("div", *words, style=NOTE))
    return element("div", element("div", *lines, style=QUIET), style=BLOCK, role="note")
