"""Attacks by another user of the machine who looks for rows and credentials in files."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import stnb
from stnb.account.dictionary import write as dictionary
from stnb.credentials import write
from stnb.filesystem import atomic
from stnb.pull.store import folder as store


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """The most careless surroundings: whatever is made without a mode is open to everyone."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def open_to_others(folder: Path) -> list[str]:
    """Files and folders below `folder` that others can get at."""
    found = []
    for place, below, names in os.walk(folder):
        for name in (*below, *names):
            path = Path(place, name)
            if mode(path) & 0o077:
                found.append(f"{path} {mode(path):o}")
        below[:] = [name for name in below if mode(Path(place, name)) & 0o011]
    return found


@pytest.mark.parametrize("name", ["rows.csv", "rows.json", "rows.parquet", "rows.xlsx"])
def test_saved_rows_are_ones_own(name: str) -> None:
    """A new file is 0600; one that is there keeps the mode that its owner gave it."""
    frame = pd.DataFrame({"name": ["Ann"]})

    assert mode(stnb.save(frame, name)) == 0o600
    Path(name).chmod(0o640)
    assert mode(stnb.save(frame, name)) == 0o640


@pytest.mark.parametrize("name", ["rows.csv", "rows.json", "rows.parquet", "rows.xlsx"])
def test_what_waits_at_the_place_opens_no_rows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An open pipe, and an open file of another user, are replaced by a file of one's own."""
    frame = pd.DataFrame({"name": ["Ann"]})
    os.mkfifo(name, 0o666)
    assert mode(stnb.save(frame, name)) == 0o600

    Path(name).chmod(0o666)
    others = os.geteuid() + 1
    monkeypatch.setattr(atomic.os, "geteuid", lambda: others)
    assert mode(stnb.save(frame, name)) == 0o600


def test_rows_of_a_failed_save_are_ones_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They are rescued into the temporary folder, which others read too."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "shared"))
    (tmp_path / "shared").mkdir(mode=0o777)
    (tmp_path / "rows.csv").mkdir()

    with pytest.raises(stnb.CannotSave):
        stnb.save(pd.DataFrame({"name": ["Ann"]}), "rows.csv")
    [kept] = (tmp_path / "shared").iterdir()
    assert mode(kept) == 0o600


def test_a_pull_to_a_file_is_private_while_it_runs_and_after(
    st: stnb.Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, journal, lock and result: nobody else reads them at any moment."""
    seen: list[str] = []
    real = store.Folder.note

    def noted(self: store.Folder, began: str, position: dict[str, object]) -> None:
        real(self, began, position)
        assert mode(self.path) == 0o700
        seen.extend(path.name for path in self.path.iterdir())
        seen.extend(f"open {path}" for path in self.path.iterdir() if holds_rows(path))

    monkeypatch.setattr(store.Folder, "note", noted)
    path = st.jpm.jobs.pull(limit=1200, to="jobs.parquet")

    assert "plan.json" in seen
    assert [line for line in seen if line.startswith("open")] == []
    assert mode(Path(path)) == 0o600


def holds_rows(path: Path) -> bool:
    """Whether a file may hold rows and is open to others; the lock file is empty."""
    return path.is_file() and path.stat().st_size > 0 and bool(mode(path) & 0o077)


def test_a_synced_folder_is_private(st: stnb.Account) -> None:
    """Tables, checkpoints and what lies between two runs."""
    stnb.sync(st.settings.business_units, to="data")

    kept = [path for path in Path("data").rglob("*") if path.is_file() and path.stat().st_size]
    assert len(kept) >= 2
    assert [path for path in kept if mode(path) & 0o077] == []
    assert mode(Path("data/.stnb")) == 0o700


FOLDERS: dict[str, Callable[[stnb.Account], object]] = {
    "save": lambda st: stnb.save(pd.DataFrame({"name": ["Ann"]}), "new/below/rows.csv"),
    "pull": lambda st: st.jpm.jobs.pull(limit=9, to="new/below/x.parquet"),
    "sync": lambda st: stnb.sync(st.settings.business_units, to="new/below"),
    "Delta": lambda st: stnb.sync(st.settings.business_units, to="new/below", format="delta"),
    "files": lambda st: st.telecom.calls.recording.pull(id=a_call(st), to="new/below"),
    "dictionary": lambda st: dictionary.write("new/below", st),
}


def a_call(st: stnb.Account) -> int:
    return int(st.telecom.calls.pull(limit=1, active="Any", progress=False)["id"][0])


@pytest.mark.parametrize("way", FOLDERS)
def test_new_folders_are_ones_own(way: str, st: stnb.Account) -> None:
    """All that are made on the way to a file, so that nobody else puts another one in its place."""
    if way == "Delta":
        pytest.importorskip("deltalake")

    FOLDERS[way](st)

    assert open_to_others(Path.cwd()) == []


def test_a_delta_table_in_an_open_folder_is_ones_own(st: stnb.Account) -> None:
    """Its package makes files that everybody may read; an open table that is there stays so."""
    pytest.importorskip("deltalake")
    Path("data").mkdir(mode=0o755)
    stnb.sync(st.settings.business_units, to="data", format="delta")
    table = Path("data/settings_business_units")
    assert mode(table) == 0o700
    assert mode(Path("data")) == 0o755

    table.chmod(0o750)
    stnb.sync(st.settings.business_units, to="data", format="delta")
    assert mode(table) == 0o750


def test_a_folder_that_was_open_is_closed() -> None:
    """An older version, or a careless hand, left it open."""
    Path("spool").mkdir(mode=0o777)

    atomic.private_folder(Path("spool"))

    assert mode(Path("spool")) == 0o700
    atomic.private_folder(Path("new/below"))
    assert mode(Path("new/below")) == 0o700


def test_a_link_or_a_file_in_the_folders_place_is_refused() -> None:
    """Somebody else could choose where the rows lie."""
    Path("elsewhere").mkdir()
    Path("link").symlink_to("elsewhere")
    Path("file").write_text("")

    for name in ("link", "file"):
        with pytest.raises(OSError, match="Not a directory"):
            atomic.private_folder(Path(name))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_that_somebody_else_made_is_refused() -> None:
    """In a shared place another user can make it first, and read what is put there."""
    Path("theirs").mkdir(mode=0o777)
    os.chown("theirs", 12_345, 12_345)

    with pytest.raises(PermissionError):
        atomic.private_folder(Path("theirs"))


def test_a_private_file_replaces_a_link_and_an_open_file() -> None:
    """What another user left in its place gets no row."""
    Path("trap").symlink_to("elsewhere")
    Path("open").write_text("")

    for name in ("trap", "open"):
        with atomic.private_file(Path(name)) as file:
            file.write(b"rows")
        assert mode(Path(name)) == 0o600
        assert not Path(name).is_symlink()
    assert not Path("elsewhere").exists()


def test_credentials_are_private_from_the_first_byte() -> None:
    """A new .env, and one that was open."""
    write.put(".env", {"SERVICETITAN_TENANT_ID": "7"})
    Path("old.env").write_text("SERVICETITAN_TENANT_ID=6\n")
    write.put("old.env", {"SERVICETITAN_TENANT_ID": "7"})

    assert open_to_others(Path.cwd()) == []
