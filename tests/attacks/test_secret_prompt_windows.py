"""Attacks on the prompt for a secret with what is pasted into the console of Windows."""

from __future__ import annotations

import getpass
import sys
import types

import pytest

from stnb.cli import hidden

SECRET = "zq7" * 20


class Console(types.ModuleType):
    """A console whose keys wait until they are read, as those of msvcrt do.

    Args:
        keys: what was pasted.
        late: how many looks find nothing before the rest of the paste arrives.

    Attributes:
        shown: what the prompt wrote.
    """

    def __init__(self, keys: str, late: int = 0) -> None:
        super().__init__("msvcrt")
        self._keys, self._late = list(keys), late
        self.shown = ""

    def kbhit(self) -> bool:
        self._late -= 1
        return bool(self._keys) and self._late < 0

    def getwch(self) -> str:
        return self._keys.pop(0)

    def putwch(self, key: str) -> None:
        self.shown += key

    def left(self) -> str:
        """What the next question would read, and show."""
        return "".join(self._keys)


def prompt(console: Console, monkeypatch: pytest.MonkeyPatch) -> str:
    """The prompt on Windows, with Python's own way of asking there."""
    monkeypatch.setitem(sys.modules, "msvcrt", console)
    monkeypatch.setattr(getpass, "msvcrt", console, raising=False)
    monkeypatch.setattr(getpass, "getpass", getpass.win_getpass)
    monkeypatch.setattr(sys, "stdin", sys.__stdin__)
    monkeypatch.setattr(sys, "platform", "win32")
    return hidden.hidden("> ")


@pytest.mark.parametrize("late", [0, 3])
@pytest.mark.parametrize(
    "more",
    ["", SECRET, f"{SECRET}\r{SECRET}\r\n", "\n" * 50, f"\x00{SECRET}\xe0H\x1a", SECRET * 100],
)
def test_no_later_line_is_left_for_the_next_question(
    more: str, late: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first line is the answer; the others are read, dropped and never shown."""
    console = Console(f"{SECRET}\r{more}", late)

    assert prompt(console, monkeypatch) == SECRET
    assert console.left() == ""
    assert console.shown == "> \r\n"


def test_ctrl_c_behind_a_paste_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends the dialogue, as at any other time; in the first line too."""
    with pytest.raises(KeyboardInterrupt):
        prompt(Console(f"{SECRET}\r{SECRET}\x03"), monkeypatch)
    console = Console(f"{SECRET}\x03{SECRET}\r")
    with pytest.raises(KeyboardInterrupt):
        prompt(console, monkeypatch)
    assert console.left() == ""
