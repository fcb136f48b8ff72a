"""How much memory rows may take: a pull that would fill it ends, and keeps what came."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import psutil
import pytest

from stnb.credentials.limits import Limits
from stnb.errors import UsageError
from stnb.pull import held
from tests.helpers.misbehaving_server import Server
from tests.helpers.owner import owner
from tests.helpers.toys import Toys, row

SMALL = Limits(max_memory=0.1)  # MB
LONG = "x" * 1_000
ROWS = 100  # a page
BOUND = 104  # such rows in 0.1 MB, at most
AHEAD = 6  # pages that may be on their way when it ends


def wide(i: int) -> dict[str, Any]:
    return {**row(i), "name": f"{i} {LONG}"}


def endless() -> Server:
    """A list that nobody counted, with new rows on each page and no end of them."""

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> httpx.Response:
        rows = [wide(int(page) * ROWS + i) for i in range(ROWS)]
        return httpx.Response(200, json={"page": page, "hasMore": True, "data": rows})

    return Server(Toys(1), trouble)


def test_pages_without_an_end_end_before_the_memory_does() -> None:
    """The rows that came are kept, and the frame is not complete."""
    toys = endless().account(credentials=owner(limits=SMALL))["toys.widgets"]
    with pytest.raises(UsageError, match="STNB_MAX_MEMORY") as caught:
        toys.pull(page_size=ROWS, progress=False)

    frame = caught.value.frame
    assert frame is not None
    assert frame["id"].is_unique
    assert ROWS < len(frame) <= BOUND + AHEAD * ROWS
    assert frame.attrs["stnb"]["complete"] is False


def test_a_list_that_is_counted_ends_as_well() -> None:
    """A page that is on its way more or less."""
    server = Server(Toys(1_000, make=wide))
    with pytest.raises(UsageError, match=r"take over 0\.1 MB") as caught:
        server.account(credentials=owner(limits=SMALL))["toys.widgets"].pull(
            page_size=10, progress=False, concurrency=2
        )

    assert caught.value.frame is not None
    assert 90 <= len(caught.value.frame) <= BOUND + AHEAD * 10
    assert server.asked.total() < 25


def test_a_pull_that_goes_on_counts_what_it_has() -> None:
    """It ends at its next page."""
    server = Server(Toys(1_000, make=wide))
    toys = server.account(credentials=owner(limits=SMALL))["toys.widgets"]
    with pytest.raises(UsageError) as caught:
        toys.pull(page_size=50, progress=False, concurrency=1)
    before = server.asked.total()
    had = len(caught.value.frame)

    with pytest.raises(UsageError):
        caught.value.resume().wait()

    assert server.asked.total() <= before + 3
    assert had >= 50


def test_a_file_may_be_larger(tmp_path: Path) -> None:
    """Its rows are on the disk."""
    toys = Server(Toys(1_000, make=wide)).account(credentials=owner(limits=SMALL))["toys.widgets"]

    path = toys.pull(page_size=100, progress=False, to=tmp_path / "toys.parquet")

    assert len(pd.read_parquet(path)) == 1_000


def test_parts_of_many_records_count(tmp_path: Path) -> None:
    """Each call is read into memory of its own first."""
    server = Server(Toys(1_000, make=wide))
    toys = server.account(credentials=owner(limits=SMALL))["toys.widgets"]
    with pytest.raises(UsageError, match="STNB_MAX_MEMORY"):
        toys.pull(ids=list(range(900)), progress=False)


def test_pulls_that_run_at_once_share_it() -> None:
    """The message says how many they are."""
    holding = Server(Toys(60, make=wide), held=lambda page: int(page) == 6)
    came = threading.Semaphore(0)
    first = holding.account(credentials=owner(limits=SMALL))["toys.widgets"].start(
        page_size=10, on_page=lambda page: came.release()
    )
    toys = Server(Toys(80, make=wide)).account(credentials=owner(limits=SMALL))["toys.widgets"]
    for _ in range(5):
        assert came.acquire(timeout=60)
    with pytest.raises(UsageError, match="of 2 pulls that run"):
        toys.pull(page_size=10, progress=False)
    holding.let_go()

    assert len(first.wait()) == 60
    assert len(toys.pull(page_size=10, progress=False)) == 80


@pytest.mark.parametrize(
    ("said", "share"),
    [("max", 8), ("", 8), ("9223372036854771712", 8), (str(2 * 2**30), 1), (None, 8)],
)
def test_half_of_what_the_machine_or_its_container_has(
    said: str | None, share: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as no setting says so."""
    file = tmp_path / "memory.max"
    if said is not None:
        file.write_text(f"{said}\n")

    class Machine:
        total = 16 * 2**30

    monkeypatch.setattr(psutil, "virtual_memory", Machine)
    monkeypatch.setattr(held, "CONTAINER", (tmp_path / "none", file))
    held.usual.cache_clear()
    try:
        assert held.usual() == share * 2**30
    finally:
        held.usual.cache_clear()


def test_a_machine_that_hides_its_memory_sets_no_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a sandbox without /proc does."""

    def hidden() -> Any:
        raise FileNotFoundError("/proc/meminfo")

    monkeypatch.setattr(psutil, "virtual_memory", hidden)
    monkeypatch.setattr(held, "CONTAINER", (tmp_path / "none",))
    held.usual.cache_clear()
    try:
        assert held.usual() > 2**60
    finally:
        held.usual.cache_clear()


def test_the_usual_bound_says_whose_memory_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names no setting that nobody made."""
    monkeypatch.setattr(held, "usual", lambda: 50_000)
    with pytest.raises(UsageError) as caught:
        Server(Toys(1_000, make=wide)).account()["toys.widgets"].pull(progress=False)

    assert caught.value.why.startswith("That is half of what this machine has")
