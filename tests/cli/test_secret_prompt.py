"""The setup's prompt for a secret in a real terminal, into which something odd is pasted."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")

# The terminal becomes the one of the process, so that the prompt opens it as it does for a person.
TAKE = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
SETUP = "from stnb.cli.main import main; raise SystemExit(main())"
HERE = str(Path(__file__).parents[2])
PATIENCE = 60  # seconds for the next question
PAINT = re.compile(rb"\x1b\[\d+m")  # bold and colours, which are ours
CARRIED_OUT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SECRET = b"zq7" * 20
PASTES = {
    "escape sequences": b"\x1b]0;" + SECRET + b"\x1b[2J\x1b[200~" + SECRET + b"\x1b[201~",
    "a NUL": SECRET + b"\x00" + SECRET,
    "100 kB": SECRET * 1_700,
    "100 kB in lines": (SECRET + b"\n") * 1_650,
    "several lines": SECRET + b"\n" + SECRET + b"\r\n" + SECRET,
    "no UTF-8": SECRET + b"\xff\xfe\x80" + SECRET,
    "marks of direction": SECRET + "\u202e\u2066\u2028".encode() + SECRET,
    "blanks alone": b" \t ",
}


class Terminal:
    """The setup dialogue in a terminal of its own.

    Attributes:
        shown: all that was on the screen.
    """

    def __init__(self, folder: Path) -> None:
        self._end, side = os.openpty()
        os.set_blocking(self._end, False)
        self.shown = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE + SETUP, "setup"],
            stdin=side,
            stdout=side,
            stderr=side,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": HERE, "TERM": "xterm"},
            start_new_session=True,
        )
        os.close(side)

    def wait_for_question(self) -> bytes:
        """What is shown until the next question, or until the end."""
        before, until = len(self.shown), time.monotonic() + PATIENCE
        while not self.shown[before:].endswith(b"> "):
            assert time.monotonic() < until, self.shown
            if not self._read():
                break
        return self.shown[before:]

    def paste(self, text: bytes) -> None:
        """Hand a text over as fast as the terminal takes it, and read what is shown meanwhile."""
        until = time.monotonic() + PATIENCE
        while text:
            assert time.monotonic() < until, self.shown
            readable, writable, _ = select.select([self._end], [self._end], [], 1)
            if readable and not self._read():
                return
            if writable:
                text = text[os.write(self._end, text) :]

    def close(self) -> None:
        """End the dialogue."""
        self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self._end)

    def _read(self) -> bool:
        """Whether there may be more."""
        if not select.select([self._end], [], [], 1)[0]:
            return True
        try:
            part = os.read(self._end, 65_536)
        except OSError:  # Linux says so at the end
            return False
        self.shown += part
        return bool(part)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """The dialogue at its first question."""
    running = Terminal(tmp_path)
    yield running
    running.close()


def to_the_secret(terminal: Terminal) -> None:
    """Answer until the client secret is asked for, for practice with the demo."""
    for answer in (b"1", b"3", b"", b"", b""):
        question = terminal.wait_for_question()
        assert question.endswith(b"> "), question
        terminal.paste(answer + b"\n")
    question = terminal.wait_for_question()
    assert b"not shown as you type" in question, terminal.shown


@pytest.mark.parametrize("paste", PASTES.values(), ids=PASTES)
def test_a_paste_ends_in_words_and_is_not_shown(
    terminal: Terminal, paste: bytes, tmp_path: Path
) -> None:
    """The prompt takes it or asks again, shows nothing of it, and can be left."""
    to_the_secret(terminal)
    terminal.paste(paste + b"\n")
    terminal.wait_for_question()
    for _ in range(3):
        terminal.paste(b"\x04")
        if not terminal.wait_for_question():
            break

    assert b"zq7" not in terminal.shown
    assert CARRIED_OUT.search(PAINT.sub(b"", terminal.shown)) is None
    assert b"Traceback" not in terminal.shown
    assert b"was not finished" in terminal.shown
    assert terminal.process.wait(PATIENCE) == 2
    assert not (tmp_path / ".env").exists()


def test_a_pipe_that_is_no_text_ends_in_words(tmp_path: Path) -> None:
    """The dialogue says so, and shows nothing of the line. Until then nobody waited for pandas or
    for the demo.
    """
    light = "import sys; from stnb.cli.main import main; code = main(); "
    light += "assert not {'pandas', 'starlette'} & sys.modules.keys(); raise SystemExit(code)"
    done = subprocess.run(
        [sys.executable, "-c", light, "setup"],
        input=b"1\n3\n" + SECRET + b"\xff\n",
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": HERE, "PYTHONIOENCODING": "utf-8:strict"},
        check=False,
    )

    shown = done.stdout + done.stderr
    assert done.returncode == 2
    assert b"is not in the encoding" in shown
    assert b"Traceback" not in shown
    assert SECRET not in shown
