"""A call that goes on when the program ends: no raw error of Python's threads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

IN_A_THREAD = """
import threading
import stnb

st = stnb.demo(scale=0.02)
begun = threading.Event()


def go():
    for _ in range(100_000):
        try:
            {call}
        except Exception as err:
            print(type(err).__name__, err)
            return
        begun.set()


threading.Thread(target=go).start()
begun.wait()
"""
AT_EXIT = """
import atexit
import stnb

st = stnb.demo(scale=0.02)


def go():
    try:
        {call}
    except Exception as err:
        print(type(err).__name__, err)


atexit.register(go)
"""
CALLS = [
    "st.jpm.jobs.pull(limit=300, progress=False)",
    "st.jpm.jobs.pull(limit=300, progress=False, to='jobs.parquet')",
    "[page for page in st.jpm.jobs.pages()]",
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("program", [IN_A_THREAD, AT_EXIT])
@pytest.mark.long
def test_a_call_that_goes_on_at_the_end_says_so(program: str, call: str, tmp_path: Path) -> None:
    """It ends in our sentences, and the program comes to its end."""
    script = tmp_path / "script.py"
    script.write_text(program.format(call=call))
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ended.returncode == 0
    assert "RuntimeError" not in ended.stdout + ended.stderr
    assert ended.stdout.startswith("UsageError The call was given up. Python starts no more")
    assert ended.stderr == ""
