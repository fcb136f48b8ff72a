"""A command without a working folder, or with its output closed, full or in ASCII."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import stnb
from stnb.access import setup

needs_posix = pytest.mark.skipif(os.name != "posix", reason="a folder in use cannot be removed")
FIND = (sys.executable, "-m", "stnb.cli.main", "find", "cancel", "reason")
ROOT = str(Path(stnb.__file__).parents[1])


def started(how: str, *command: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """A command of a shell, which gets ours as its arguments."""
    environment = {**os.environ, "PYTHONPATH": ROOT, **variables}
    shell = ["sh", "-c", how, "sh", *command]
    return subprocess.run(shell, env=environment, capture_output=True, timeout=60)


@needs_posix
@pytest.mark.parametrize("words", [("doctor",), ("scan", ".")], ids=["doctor", "scan"])
def test_a_folder_that_is_gone_is_said(words: tuple[str, ...], tmp_path: Path) -> None:
    """In three sentences, and not by Python's own error."""
    gone = f'mkdir "{tmp_path}/gone" && cd "{tmp_path}/gone" && rmdir ../gone && exec "$@"'
    done = started(gone, *FIND[:3], *words)

    assert b"The working folder is not there any more." in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


@needs_posix
def test_python_says_so_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`connect` and the setup look for .env from the working folder."""
    here = tmp_path / "gone"
    here.mkdir()
    monkeypatch.chdir(here)
    here.rmdir()

    for verb in (stnb.connect, stnb.profiles, setup.place):
        with pytest.raises(stnb.errors.SetupError, match="working folder"):
            verb()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said() -> None:
    """Where the output goes, with the system's words."""
    done = started('exec "$@" > /dev/full', *FIND)

    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@needs_posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_output_that_is_closed_is_nobody_s(closed: str) -> None:
    """The command is carried out; what it says stays where it belongs."""
    done = started(f'exec "$@" {closed}', *FIND)

    assert done.returncode == 0
    assert done.stderr == b""
    assert bool(done.stdout) == (closed == "2>&-")


def test_a_sign_that_the_output_lacks_is_escaped() -> None:
    """ASCII has no curly quotes."""
    done = started('exec "$@"', *FIND, PYTHONIOENCODING="ascii")

    assert done.returncode == 0
    assert done.stderr == b""
    assert b"jpm.job_cancel_reasons" in done.stdout
