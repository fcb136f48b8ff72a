"""Files that are replaced whole, the lock that one writer holds, and the error in words."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import stnb
from stnb.errors import CannotSave, reason
from stnb.filesystem.atomic import add_line, real_file, replacing, rewrite
from stnb.filesystem.locks import locked

HOLDER = """
import sys, time
from pathlib import Path
from stnb.filesystem.locks import locked
with locked(Path("lock")):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    """A second one is refused, in this process too; the file goes when the lock does."""
    with locked(tmp_path / "lock"):
        with pytest.raises(BlockingIOError), locked(tmp_path / "lock"):
            pass
        with locked(tmp_path / "other"):
            pass

    with locked(tmp_path / "lock"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_is_free_when_its_process_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system frees it, and the file that stays behind is taken up."""
    monkeypatch.chdir(tmp_path)
    home = {**os.environ, "PYTHONPATH": str(Path(stnb.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, env=home, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError), locked(Path("lock")):
            pass
        holder.kill()

    with locked(Path("lock")):
        pass
    assert list(tmp_path.iterdir()) == []


def test_no_folder_is_made_for_a_lock(tmp_path: Path) -> None:
    """A folder that is missing is the caller's mistake."""
    with pytest.raises(FileNotFoundError), locked(tmp_path / "no" / "lock"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("looks", [0, 1, 2, 3])
def test_a_file_that_appears_meanwhile_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """Whoever asks for a path while another writer makes the file is not told of a folder."""
    path = tmp_path.resolve() / "choices.json"
    usual = Path.stat
    seen = 0

    def stat(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        nonlocal seen
        if self == path:
            if seen == looks:
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
            seen += 1
        return usual(self, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", stat)
    assert real_file(path) == path


def test_only_system_errors_come_out(tmp_path: Path) -> None:
    """Whoever knows what is written words them."""
    (tmp_path / "ring").symlink_to(tmp_path / "ring")

    for path, number in ((tmp_path, errno.EISDIR), (tmp_path / "ring", errno.ELOOP)):
        with pytest.raises(OSError, match=os.strerror(number)):
            real_file(path)
    with pytest.raises(OSError, match="Invalid argument"):
        real_file("a\x00b")
    with pytest.raises(FileNotFoundError):
        rewrite(tmp_path / "no" / "file", lambda old: b"new")
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "no" / "file"):
        pass


def test_an_error_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    """The old content stays, and nothing lies beside it."""
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def fails(old: bytes | None) -> bytes:
        raise ValueError(old)

    with pytest.raises(ValueError, match="old"):
        rewrite(target, fails)
    with pytest.raises(ValueError, match="middle"), replacing(target) as file:
        file.write(b"new")
        raise ValueError("middle")

    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_line_is_added_once(tmp_path: Path) -> None:
    """In the file's own line ends, and behind a last line without one."""
    target = tmp_path / ".gitignore"
    target.write_bytes(b"build/\r\ndist/")

    add_line(target, ".env")
    add_line(target, ".env")

    assert target.read_bytes() == b"build/\r\ndist/\r\n.env\r\n"


@pytest.mark.parametrize(
    ("err", "why"),
    [
        (OSError(errno.ENOSPC, "x"), "The system says: No space left on device; nothing was"),
        (BlockingIOError(errno.EAGAIN, "x"), "Another program writes to it"),
        (IsADirectoryError(errno.EISDIR, "x"), "It is a folder or a device"),
    ],
)
def test_the_system_s_error_in_words(err: OSError, why: str) -> None:
    """Three sentences, with the name that the caller gave; our own error stays as it is."""
    found = CannotSave.of("jobs.csv", err)

    assert found.happened == "jobs.csv could not be written."
    assert found.why.startswith(why)
    assert CannotSave.of("other", found) is found
    assert CannotSave.of("x", OSError(errno.EIO, "x"), "Wait.").next == "Wait."


def test_the_reason_is_the_system_s_own() -> None:
    """Without what a library adds; the kind of an error that has no number."""
    assert reason(OSError(errno.ENOENT, "[Errno 2] Failed to open 'x'")) == os.strerror(
        errno.ENOENT
    )
    assert reason(ValueError("secret")) == "ValueError"
