"""A secret that is typed or pasted into a terminal: it is not shown, and neither is what comes
behind it.
"""

from __future__ import annotations

import contextlib
import getpass
import importlib
import os
import select
import sys
import time
from collections.abc import Iterator
from typing import Protocol

if sys.platform != "win32":
    import termios

QUIET = 0.1  # seconds without a byte, by which a paste is over
LOOK = 0.01  # seconds between two looks at the keys


def hidden(question: str) -> str:
    """One line that is not shown.

    `getpass` shows input again after the first line, so it would show the others of a paste.

    Raises:
        EOFError: the input ended.
        UnicodeDecodeError: the line is not in the terminal's encoding.
    """
    with _silent():
        return getpass.getpass(question)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Show no input; drop what still arrives at the end."""
    if sys.platform == "win32":  # input is shown there by who reads it
        try:
            yield
        finally:
            _drop_keys(importlib.import_module("msvcrt"))
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        _without(terminal, termios.ECHO)
        try:
            yield
        finally:
            _without(terminal, termios.ECHO | termios.ICANON)  # as half a line counts, too
            while select.select([terminal], [], [], QUIET)[0] and os.read(terminal, 65_536):
                pass
    finally:
        with contextlib.suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


class Keys(Protocol):
    """What the console of Windows tells of its keys, as the module msvcrt does."""

    def kbhit(self) -> bool: ...

    def getwch(self) -> str: ...


def _drop_keys(keys: Keys) -> None:
    """Take the keys that wait, so that nobody else reads and shows them; Ctrl-C is obeyed."""
    quiet = 0.0
    while quiet < QUIET:
        if keys.kbhit():
            quiet = 0.0
            if keys.getwch() == "\x03":
                raise KeyboardInterrupt
        else:
            time.sleep(LOOK)
            quiet += LOOK


def _without(terminal: int, modes: int) -> None:
    if sys.platform == "win32":
        return
    attributes = termios.tcgetattr(terminal)
    attributes[3] &= ~modes
    termios.tcsetattr(terminal, termios.TCSADRAIN, attributes)
