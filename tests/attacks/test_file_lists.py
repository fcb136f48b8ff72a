"""Attacks by the list of fetched files, which may come with a folder that somebody else filled."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import httpx
import pytest

from stnb.account.account import Account
from stnb.account.files.ledger import NAME, Kept, Ledger
from stnb.errors import CannotSave
from stnb.session import Session
from tests.helpers.owner import owner

WHOSE = ("host", "42", "telecom.calls.recording")
DEEP = "[" * 5_000 + "]" * 5_000
VALUES = [DEEP, "1e999", "-1", "NaN", '"x"', "null", "{}", "[1]", "1e16", "9" * 5_000]
NAMES = ["..", ".", "", "/etc/passwd", "../x", "a\\b", "a/b", "x\0y", "x\ny", "\ud800", "\x1b[2J"]


def lines() -> list[str]:
    """Lines that no list of ours has."""
    whose = json.dumps(WHOSE)
    found = [f'[{whose}, "7", "x.wav", "audio/wav", {value}]' for value in VALUES]
    found += [f'[{whose}, "7", {json.dumps(name)}, "audio/wav", 4096]' for name in NAMES]
    return [*found, *VALUES, "[" * 60_000, '{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}', "\x00", ""]


@pytest.mark.parametrize("line", lines(), ids=range(len(lines())))
def test_a_hostile_line_says_nothing(line: str, tmp_path: Path) -> None:
    """The good line behind it counts."""
    good = json.dumps([WHOSE, "8", "y.wav", "audio/wav", 3])
    (tmp_path / NAME).write_text(f"{line}\n{good}\n", "utf-8", "surrogatepass")

    assert Ledger(tmp_path, WHOSE).kept == {"8": Kept("y.wav", "audio/wav", 3)}


def fetched(folder: Path) -> None:
    def host(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"access_token": "a.b", "expires_in": 900})
        return httpx.Response(200, content=b"RIFF")

    session = Session(owner(), transport=httpx.MockTransport(host), rate=None)
    with Account(session) as st:
        st.telecom.calls.recording.pull(id=1, to=folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links and pipes are POSIX's")
@pytest.mark.parametrize("kind", ["link", "link to nothing", "pipe", "folder"])
def test_a_trap_in_the_place_of_the_list(kind: str, tmp_path: Path) -> None:
    """Nothing is written through a link, and no pipe is waited for: it ends in words."""
    place, theirs, folder = tmp_path / "files" / NAME, tmp_path / "theirs", tmp_path / "files"
    folder.mkdir()
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(theirs)
    if kind == "link":
        theirs.write_text("# mine\n")

    with pytest.raises(CannotSave):
        fetched(folder)

    assert theirs.exists() == (kind == "link")
    assert not theirs.exists() or theirs.read_text() == "# mine\n"


def test_without_a_trap_the_list_is_written(tmp_path: Path) -> None:
    """For this user alone."""
    fetched(tmp_path)

    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) & 0o177 == 0 or os.name == "nt"
    assert len((tmp_path / NAME).read_text().split("\n")) == 3
