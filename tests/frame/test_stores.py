"""Files in object stores: whole or absent, and kept here if the store does not take them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest
from fsspec.implementations.memory import MemoryFileSystem

import stnb
from stnb.cli import main
from stnb.frame.save import load
from stnb.frame.stores import name_in, put, store_address
from tests.helpers.memory_store import emptied, waiting

FRAME = pd.DataFrame({"id": [1, 2], "name": ["a", "é"]})


@pytest.fixture
def store() -> Iterator[MemoryFileSystem]:
    """A store in this process."""
    yield from emptied()


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("s3://bucket/x.parquet", "s3://bucket/x.parquet"),
        (" S3://bucket/x.parquet", "s3://bucket/x.parquet"),
        ("gs://b/a/x.csv", "gs://b/a/x.csv"),
        ("s3:/bucket/x.parquet", None),
        ("https://example.com/x.parquet", None),
        ("zip::s3://bucket/x.parquet", None),
        ("file:///x.parquet", None),
        (Path("s3://bucket/x.parquet"), None),
        (None, None),
        ("C:/data/x.csv", None),
    ],
)
def test_which_targets_are_in_a_store(target: object, address: str | None) -> None:
    """Text with the scheme of a store that can be written."""
    assert store_address(target) == address


@pytest.mark.parametrize(
    "address",
    [
        "s3://",
        "s3://bucket",
        "s3://bucket/",
        "s3://bucket/folder/",
        "s3://bucket/..",
        "s3://key:secret@bucket/x.parquet",
        "s3://bucket/x.parquet?versionId=1",
        "s3://bucket/x.parquet#1",
        "s3://bucket/x\n.parquet",
    ],
)
def test_an_address_that_names_no_file_is_refused(address: str, st: stnb.Account) -> None:
    """By save and pull, before anything is sent; the message does not repeat it."""
    for write in (lambda: stnb.save(FRAME, address), lambda: st.jpm.jobs.pull(to=address)):
        with pytest.raises(stnb.BadFilter) as caught:
            write()
        assert "secret@" not in str(caught.value)


def test_the_folder_of_azure_may_name_its_account() -> None:
    """As abfs://container@account/x.parquet does."""
    assert name_in("abfs://container@account/a/x.parquet") == Path("x.parquet")


@pytest.mark.parametrize("ending", ["parquet", "xlsx", "csv", "json"])
def test_a_frame_is_saved(ending: str, store: MemoryFileSystem) -> None:
    """In every format, to the byte as on this machine; nothing is left behind here."""
    address = f"memory://bucket/a/x.{ending}"
    assert stnb.save(FRAME, address) == address

    there = store.cat_file(f"/bucket/a/x.{ending}")
    if ending != "xlsx":  # a workbook says when it was made
        assert there == stnb.save(FRAME, Path(f"x.{ending}")).read_bytes()
    assert there
    assert waiting() == []


def test_a_pull_goes_to_a_store(store: MemoryFileSystem, st: stnb.Account) -> None:
    """Its file is the one that a pull to this machine writes, and its answer is the address."""
    address = "memory://bucket/jobs.parquet"
    assert st.jpm.jobs.pull(to=address, limit=700, sort="Id") == address

    (Path("there.parquet")).write_bytes(store.cat_file("/bucket/jobs.parquet"))
    st.jpm.jobs.pull(to=Path("here.parquet"), limit=700, sort="Id")
    there, here = load("there.parquet"), load("here.parquet")
    pd.testing.assert_frame_equal(there, here)
    assert there.attrs["stnb"]["rows"] == 700
    assert waiting() == []


def test_a_table_of_several_tenants_goes_to_a_store(store: MemoryFileSystem) -> None:
    """As one file, with the tenants in its first column."""
    with stnb.Tenants({"phoenix": stnb.demo(seed=1), "mesa": stnb.demo(seed=2)}) as ts:
        ts.pull("jpm.jobs", limit=3, to="memory://bucket/jobs.csv")
    assert b"mesa" in store.cat_file("/bucket/jobs.csv")


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_the_command_line(
    ending: str, store: MemoryFileSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says where the file is."""
    address = f"memory://bucket/jobs.{ending}"
    line = ["pull", "jpm.jobs", "--profile", "demo", "--limit", "10", "--to", address]
    assert main.main(line) == 0

    assert f"-> {address}" in capsys.readouterr().err
    assert store.size(f"/bucket/jobs.{ending}") > 0


class Refusing(MemoryFileSystem):
    """A store that fails so many times, before or after it took the file."""

    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    failures, after, cut = 0, False, 0

    def put_file(self, lpath: Any, rpath: Any, **kwargs: Any) -> None:
        if type(self).failures:
            type(self).failures -= 1
            if self.after:
                super().put_file(lpath, rpath, **kwargs)
            raise PermissionError("secret-of-a-store")
        super().put_file(lpath, rpath, **kwargs)
        if self.cut:
            self.pipe_file(rpath, self.cat_file(rpath)[: -self.cut])


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> type[Refusing]:
    """The store behind memory://, which refuses."""
    Refusing.store.clear()
    Refusing.failures, Refusing.after, Refusing.cut = 0, False, 0
    monkeypatch.setattr("fsspec.core.url_to_fs", lambda url: (Refusing(), url[len("memory:/") :]))
    return Refusing


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_that_is_lost_costs_nothing(refusing: type[Refusing], after: bool) -> None:
    """The file is put once more, whether the store had taken it or not."""
    refusing.failures, refusing.after = 1, after

    stnb.save(FRAME, "memory://bucket/x.parquet")
    assert refusing().exists("/bucket/x.parquet")
    assert waiting() == []


@pytest.mark.parametrize("how", ["refuses", "cuts"])
def test_rows_are_kept_if_the_store_does_not_take_them(
    refusing: type[Refusing], how: str, st: stnb.Account
) -> None:
    """In a file of this machine that its owner alone can read; the error names it, and not what the
    store said.
    """
    if how == "refuses":
        refusing.failures = 99
    else:
        refusing.cut = 3
    with pytest.raises(stnb.CannotSave) as caught:
        st.jpm.jobs.pull(to="memory://bucket/jobs.parquet", limit=20)

    (kept,) = waiting()
    assert str(kept) in str(caught.value)
    assert "secret-of-a-store" not in str(caught.value)
    assert len(load(kept)) == 20
    if sys.platform != "win32":
        assert kept.stat().st_mode & 0o077 == 0
        assert kept.parent.stat().st_mode & 0o077 == 0

    refusing.failures, refusing.cut = 0, 0
    st.jpm.jobs.pull(to="memory://bucket/jobs.parquet", limit=20)  # the same call mends it
    assert waiting() == []


def test_what_failed_before_the_store_leaves_the_store_alone(refusing: type[Refusing]) -> None:
    """A file that cannot be written here is not put there."""
    with pytest.raises(stnb.BadFilter):
        stnb.save(FRAME, "memory://bucket/x.docx")
    assert refusing.store == {}


@pytest.mark.parametrize(
    ("scheme", "package"),
    [("s3", "s3fs"), ("gs", "gcsfs"), ("gcs", "gcsfs"), ("az", "adlfs"), ("abfss", "adlfs")],
)
def test_a_package_that_is_missing_is_named_before_rows_are_read(
    scheme: str,
    package: str,
    monkeypatch: pytest.MonkeyPatch,
    st: stnb.Account,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the line that installs it: by a pull of one tenant or several, save and the shell."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    address = f"{scheme}://bucket/x.parquet"
    with pytest.raises(stnb.SetupError, match=f"pip install .*{package}"):
        st.jpm.jobs.pull(to=address)
    with pytest.raises(stnb.SetupError, match=package):
        stnb.Tenants({"a": st}).pull("jpm.jobs", to=address)
    with pytest.raises(stnb.SetupError, match=package):
        stnb.save(FRAME, address)
    assert main.main(["pull", "jpm.jobs", "--profile", "demo", "--to", address]) == 2
    assert f"Nothing can be written to {address}." in capsys.readouterr().err
    assert waiting() == []


def test_put_says_what_the_store_has(refusing: type[Refusing], tmp_path: Path) -> None:
    """If it has another number of bytes than the file."""
    file = tmp_path / "x.bin"
    file.write_bytes(b"12345")
    refusing.cut = 2
    with pytest.raises(stnb.CannotSave, match="has 3 bytes of it then, and it has 5"):
        put(file, "memory://bucket/x.bin")
