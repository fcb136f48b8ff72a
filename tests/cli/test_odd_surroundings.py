"""A command without a working folder, or with its output closed, full or in ASCII."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import stnb
from stnb.access import setup
from tests.helpers import sample

needs_posix = pytest.mark.skipif(os.name != "posix", reason="a folder in use cannot be removed")
FIND = (sys.executable, "-m", "stnb.cli.main", "find", "cancel", "reason")
ROOT = str(Path(stnb.__file__).parents[1])


def started(how: str, *command: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """A command of a shell, which gets ours as its arguments."""
    environment = {**os.environ, "PYTHONPATH": ROOT, **variables}
    environment.pop("PYTHONUNBUFFERED", None)  # with it, nothing is left to be written at the end
    shell = ["sh", "-c", how, "sh", *command]
    return subprocess.run(shell, env=environment, capture_output=True, timeout=60)


@needs_posix
@pytest.mark.parametrize("words", [("doctor",), ("scan", ".")], ids=["doctor", "scan"])
@pytest.mark.long
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


COMMANDS = [
    ("find", "cancel", "reason"),
    ("profiles",),
    ("report", "list", "--profile", "demo"),
    ("--help",),
    ("pull", "--help"),
    ("--version",),
]
ENDS_WELL = sample.tenth(COMMANDS, lambda words: "-" in words[-1])
ENDS = [*ENDS_WELL, *sample.tenth([("doctor",), ("doctor", "--json")], len)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", ENDS, ids=" ".join)
@pytest.mark.long
def test_a_full_disk_is_said(words: tuple[str, ...]) -> None:
    """Where the output goes, with the system's words, also where Python would write it last."""
    done = started('exec "$@" > /dev/full', *FIND[:3], *words)

    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_error_is_said_though_the_output_is_full() -> None:
    """It is what matters; what was printed before it is lost."""
    code = (
        "import stnb.cli.main as m, stnb.errors as e\n"
        "def fails(given):\n"
        "    print('a line')\n"
        "    raise e.SetupError('It.', 'Is.', 'So.')\n"
        "m._run = fails\n"
        "raise SystemExit(m.main([]))"
    )
    done = started('exec "$@" > /dev/full', sys.executable, "-c", code)

    assert done.returncode == 2
    assert done.stderr == b"stnb: It. Is. So.\n"


@needs_posix
@pytest.mark.parametrize("words", ENDS_WELL, ids=" ".join)
def test_a_reader_that_has_seen_enough_is_no_error(words: tuple[str, ...]) -> None:
    """As `stnb find x | head -1` has one."""
    done = started('{ "$@"; echo $? >&2; } | :', *FIND[:3], *words)

    assert done.stderr == b"0\n"


@needs_posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_output_that_is_closed_is_nobody_s(closed: str) -> None:
    """The command is carried out; what it says stays where it belongs."""
    done = started(f'exec "$@" {closed}', *FIND)

    assert done.returncode == 0
    assert done.stderr == b""
    assert bool(done.stdout) == (closed == "2>&-")


@needs_posix
def test_input_that_is_closed_has_ended() -> None:
    """A dialogue says so, as where its input ends."""
    done = started('exec "$@" <&-', *FIND[:3], "setup")

    assert done.returncode == 2
    assert b"The input ended before the last question." in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["TQDM_MININTERVAL", "TQDM_NCOLS"])
def test_a_variable_that_the_progress_bar_cannot_read_is_named(name: str) -> None:
    """Its library reads it as it is loaded."""
    done = started('exec "$@"', *FIND[:3], "count", "jpm.jobs", "--profile", "demo", **{name: "x"})

    assert done.returncode == 2
    assert f"cannot read one of these: {name}".encode() in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_sign_that_the_output_lacks_is_escaped() -> None:
    """ASCII has no curly quotes."""
    done = started('exec "$@"', *FIND, PYTHONIOENCODING="ascii")

    assert done.returncode == 0
    assert done.stderr == b""
    assert b"jpm.job_cancel_reasons" in done.stdout
