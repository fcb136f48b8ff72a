"""A secret that is typed or pasted into a terminal: it is not shown, and neither is what comes
behind it.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import select
import sys
from collections.abc import Iterator

if sys.platform != "win32":
    import termios

QUIET = 0.1  # seconds without a byte, by which a paste is over


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
        yield
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


def _without(terminal: int, modes: int) -> None:
    if sys.platform == "win32":
        return
    attributes = termios.tcgetattr(terminal)
    attributes[3] &= ~modes
    termios.tcsetattr(terminal, termios.TCSADRAIN, attributes)
