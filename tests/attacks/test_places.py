"""Attacks by the place that rows go to: names, links, pipes, and disks that are full."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb.errors import BadFilter, CannotSave
from tests.helpers.misbehaving_server import Server
from tests.helpers.sample import of_each
from tests.helpers.toys import Toys

ROWS = 300
LONG = "n" * 300 + ".parquet"
NO_UTF8 = "a\udc80b.parquet"

VERBS: dict[str, Callable[[Any, str], Any]] = {
    "pull": lambda toys, to: toys.pull(to=to, progress=False),
    "sync": lambda toys, to: stnb.sync(toys, to=to, progress=False),
}


def toys() -> Any:
    return Server(Toys(ROWS, batch=100)).account()["toys.export.widgets"]


def outcome(call: Callable[[], Any]) -> str:
    """What the CannotSave says that a call raises; "" if it raises nothing."""
    try:
        call()
    except CannotSave as err:
        return str(err)
    return ""


@pytest.mark.skipif(os.name != "posix", reason="names of POSIX")
@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize(
    "name", [LONG, NO_UTF8, f"{NO_UTF8}/x.parquet", f"{LONG}/x.parquet"], ids=ascii
)
def test_a_name_that_cannot_be_is_refused(name: str, verb: Callable[[Any, str], Any]) -> None:
    """In words, before anything is asked for or made."""
    with pytest.raises(BadFilter):
        verb(toys(), name)
    assert os.listdir() == []


@pytest.mark.parametrize("lead", ["file", "folder", "nothing", "itself"])
def test_a_link_is_replaced_and_what_it_leads_to_stays(lead: str) -> None:
    """The rows are one's own, and go where they were sent by name."""
    Path("file").write_text("kept")
    Path("x.parquet").symlink_to("x.parquet" if lead == "itself" else lead)

    toys().pull(to="x.parquet", progress=False)

    assert len(pd.read_parquet("x.parquet")) == ROWS
    assert not Path("x.parquet").is_symlink()
    assert Path("file").read_text() == "kept"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes")
def test_a_pipe_is_not_waited_for() -> None:
    """It is replaced by the file."""
    os.mkfifo("x.parquet")

    toys().pull(to="x.parquet", progress=False)

    assert len(pd.read_parquet("x.parquet")) == ROWS


@pytest.mark.parametrize(
    ("ending", "number"),
    of_each(
        ["parquet", "csv", "json", "xlsx"],
        [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS],
    ),
)
@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_a_disk_that_is_full_at_the_end(
    call: str, number: int, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of a pull are kept, the old file stays as it was, and the same call goes on."""
    file = Path(f"x.{ending}")
    file.write_text("old")
    usual = getattr(os, call)

    def full(*given: Any, **named: Any) -> Any:
        if call == "fsync" or str(file) in str(given[-1]):
            raise OSError(number, os.strerror(number))
        return usual(*given, **named)

    with monkeypatch.context() as disk:
        disk.setattr(os, call, full)
        said = outcome(lambda: toys().pull(to=file, progress=False))
    if said:
        assert os.strerror(number) in said
        assert file.read_text() == "old"
    toys().pull(to=file, progress=False)
    assert file.stat().st_size > 100
