"""Many rows, many pulls, many hours: over loopback HTTP with seeded faults, each pull ends with
exactly the rows there are.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from stnb import RequestError, StnbError
from stnb.pull import Pull
from stnb.session import START
from tests.helpers.in_time import PATIENCE
from tests.helpers.loopback import FAULTS, Loopback
from tests.helpers.misbehaving_server import Server
from tests.helpers.owner import TOKEN
from tests.helpers.sample import tries
from tests.helpers.toys import Toys

SEEDS = range(tries(20, least=5))
ROWS, BATCH = 1500, 50
REAL = {"faster": 1.0, "rate": 50}  # the pace of the real API


def insist(run: Pull, to: bool = False) -> Any:
    """The result, however often the pull has to be resumed."""
    for _ in range(20):
        try:
            return run.saved(60) if to else run.wait(60)
        except StnbError as err:
            assert err.goes_on is not None  # noqa: PT017 - the next round is the test
            run = run.resume()
    raise AssertionError


def check(frame: pd.DataFrame, count: int = ROWS) -> None:
    """Exactly the rows, each whole."""
    frame = frame.sort_values("id", ignore_index=True)
    assert frame["id"].tolist() == list(range(count))
    assert frame["name"].tolist() == [f"n{i}" for i in range(count)]
    assert frame["tags"].tolist() == [[i, i] for i in range(count)]
    assert frame["modifiedOn"].notna().all()


def most_in_a_second(stamps: list[float]) -> int:
    """The most requests in any window of a second."""
    stamps, start, most = sorted(stamps), 0, 0
    for end, at in enumerate(stamps):
        while stamps[start] <= at - 1.0:
            start += 1
        most = max(most, end - start + 1)
    return most


# -- faults at random


@pytest.mark.parametrize("seed", SEEDS)
def test_every_row_comes_whatever_the_server_does(seed: int) -> None:
    """A list and a feed at once, with pauses, failures, drops, cut bodies and ended tokens: exactly
    the rows, and the truth about them.
    """
    with Loopback(Toys(ROWS, BATCH), seed=seed) as server, server.account() as st:
        runs = [st["toys.widgets"].start(page_size=BATCH), st["toys.export.widgets"].start()]
        frames = [insist(run) for run in runs]

    assert sum(server.met.values()) >= 5
    for frame in frames:
        check(frame)
        assert frame.attrs["stnb"]["complete"]
        assert frame.attrs["stnb"]["notices"] == []
    assert frames[1].attrs["stnb"]["continue_from"] == f"c{ROWS // BATCH}"
    # The faults cost further requests, but no page is read over and over.
    assert len(server.stamps) <= 2 * ROWS / BATCH + 3 * sum(server.met.values()) + 20


@pytest.mark.parametrize("name", ["toys.keyless", "toys.export.keyless"])
@pytest.mark.parametrize("seed", [101, 102])
def test_rows_without_a_key_come_once_each(seed: int, name: str) -> None:
    """Where nothing would drop a page that was kept twice."""
    with Loopback(Toys(ROWS, BATCH), seed=seed) as server, server.account() as st:
        check(insist(st[name].start(**({} if "export" in name else {"page_size": BATCH}))))
    assert sum(server.met.values()) >= 2


def test_each_kind_of_fault_was_met() -> None:
    """The seeds above are no fair weather: all kinds of faults come up in them."""
    met = set()
    for seed in SEEDS:
        server = Loopback(Toys(0), seed=seed)
        met |= {server._fault() for _ in range(100)}
        server._loop.close()
    assert met >= set(FAULTS)


@pytest.mark.parametrize("name", ["toys.widgets", "toys.export.widgets"])
@pytest.mark.parametrize("seed", [201, 202])
def test_a_file_has_every_row_whatever_the_server_does(
    seed: int, name: str, tmp_path: Path
) -> None:
    """Into a Parquet file: the same frame as an undisturbed pull, and no other file beside it."""
    options = {} if "export" in name else {"page_size": BATCH}
    with Loopback(Toys(ROWS, BATCH), seed=seed) as server, server.account() as st:
        path = insist(st[name].start(to=tmp_path, **options), to=True)
    assert sum(server.met.values()) >= 2
    found = pd.read_parquet(path)
    check(found)
    assert [p.name for p in tmp_path.iterdir()] == ["toys_widgets.parquet"]

    calm = Server(Toys(ROWS, BATCH)).account()[name].pull(**options)
    pd.testing.assert_frame_equal(found, calm)
    assert found.attrs["stnb"]["continue_from"] == calm.attrs["stnb"]["continue_from"]


@pytest.mark.long
def test_a_server_that_is_down_for_long_costs_patience_only() -> None:
    """Nothing but failures for some hundred requests: the pull fails, fails again, and ends with
    every row.
    """
    with (
        Loopback(Toys(ROWS, BATCH), seed=7, faults={"503": 0.5, "drop": 0.2}) as server,
        server.account() as st,
    ):
        run, failures = st["toys.widgets"].start(page_size=BATCH), 0
        while True:
            try:
                frame = run.wait(60)
                break
            except RequestError as err:
                failures += 1
                kept = 0 if err.frame is None else len(err.frame)
                run = run.resume()
                assert run.progress.rows >= kept  # it goes on meanwhile
    assert failures > 0
    check(frame)


# -- the pace


@pytest.mark.long
def test_fifty_pulls_at_once_keep_the_pace() -> None:
    """Of two accounts of one tenant: never more than 60 requests in any second at the server, and
    every pull has its rows.
    """
    with (
        Loopback(Toys(150, 50), faults={}) as server,
        server.account(**REAL) as one,
        server.account(**REAL) as two,
    ):
        runs = [st["toys.widgets"].start(page_size=50) for st in (one, two) * 25]
        for run in runs:
            check(run.wait(60), 150)
    assert len(server.stamps) == 150
    assert most_in_a_second(server.stamps) <= 60


@pytest.mark.long
def test_a_server_that_wakes_up_is_met_by_no_burst() -> None:
    """While it hangs, requests wait for a lane; when it answers again they come at the pace, not
    all at once.
    """
    with Loopback(Toys(400, 50), faults={}) as server, server.account(**REAL) as st:
        assert len(st["toys.widgets"].pull(limit=5)) == 5
        server.hang()
        runs = [st["toys.export.widgets"].start() for _ in range(120)]
        time.sleep(2.5)  # what could bunch up needs so long at 50 a second
        assert server.hanging == START
        server.let_go()
        until = time.monotonic() + PATIENCE
        while len(server.stamps) <= 60 and time.monotonic() < until:
            time.sleep(0.01)
        for run in runs:
            run.cancel()
    assert len(server.stamps) > 60
    assert most_in_a_second(server.stamps) <= 60


# -- hours


class Slow(Server):
    """Each answer takes two minutes of the clock, and a token lives for fifteen."""

    def __init__(self, toys: Toys) -> None:
        super().__init__(toys)
        self.ends: dict[str, float] = {}
        self.refused = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/connect/token":
            answer = await super().__call__(request)
            self.ends[f"Bearer {TOKEN}{self.tokens}"] = self.clock.now + 900
            return answer
        if self.clock.now >= self.ends[request.headers["authorization"]]:
            self.refused += 1
            return httpx.Response(401)
        await asyncio.sleep(0)
        answer = await super().__call__(request)
        self.clock.now += 120
        return answer


@pytest.mark.parametrize("name", ["toys.widgets", "toys.export.widgets"])
@pytest.mark.long
def test_eight_hours_of_tokens_in_one_pull(name: str) -> None:
    """240 answers of two minutes each: a new token every quarter of an hour, in time, and every
    row.
    """
    server = Slow(Toys(2400, 10))
    df = server.account()[name].pull(**({} if "export" in name else {"page_size": 10}))

    check(df, 2400)
    assert server.clock.now >= 8 * 3600
    least = server.clock.now / 900
    assert 0.8 * least <= server.tokens <= 2 * least
    assert server.refused <= (0 if "export" in name else 8 * server.tokens)
    assert set(server.asked.values()) == {1}
