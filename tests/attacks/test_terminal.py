"""The setup dialogue in a real terminal, to which hostile text is typed."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e‮<b>"
PAINT = re.compile(r"\x1b\[\d+m")  # bold and colours, which are ours
CARRIED_OUT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
PATIENCE = 60  # seconds for the next question


def asked(terminal: int) -> str:
    """What is shown until the next question, or until the end."""
    shown = b""
    while not shown.endswith(b"> "):
        if not select.select([terminal], [], [], PATIENCE)[0]:
            raise AssertionError(shown)
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux says so at the end
            part = b""
        if not part:
            break
        shown += part
    return shown.decode("utf-8", "replace")


def answer(question: str) -> str:
    """What is typed: an environment for practice, and otherwise hostile text."""
    last = question.splitlines()[-1].lower()
    if "1 to" in last:
        return "3" if "integration" in question.lower() and "practice" in question.lower() else "1"
    return HOSTILE


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
def test_what_is_typed_is_shown_and_never_carried_out(tmp_path: Path) -> None:
    """The name of a profile is asked for again, and the dialogue's end is said in words."""
    terminal, side = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from stnb.cli.main import main; raise SystemExit(main())", "setup"],
        stdin=side,
        stdout=side,
        stderr=side,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,  # no terminal of the test's own behind it
    )
    os.close(side)
    shown = ""
    for number in range(12):
        question = asked(terminal)
        shown += question
        if not question.endswith("> "):
            break
        typed = answer(question) if number < 6 else "\x04"
        os.write(terminal, typed.encode() + (b"" if typed == "\x04" else b"\n"))
    process.wait(PATIENCE)
    os.close(terminal)

    assert CARRIED_OUT.search(PAINT.sub("", shown)) is None
    assert "Traceback" not in shown
    assert "was not finished" in shown
    assert not (tmp_path / ".env").exists()
