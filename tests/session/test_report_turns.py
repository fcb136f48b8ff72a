"""Whose turn it is to run a report: told, counted down, ended by a cancel or a killed process."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from stnb.filesystem.locks import lock_at
from stnb.pull import Progress
from stnb.session import Session
from stnb.session import clock as machine
from stnb.session.report_turns import FORM, LONGEST, ReportTurn
from tests.helpers.interrupts import interrupted
from tests.pull.test_report_runs import REPORT, WHICH, numbers, small

Heard = list[tuple[str, float | None]]
HOLDER = """
import asyncio, sys
from pathlib import Path
from stnb.session.report_turns import ReportTurn

async def go():
    turn = ReportTurn(lambda: Path(sys.argv[1]), asyncio.sleep)
    async with turn.taken(lambda reason, seconds: None) as told:
        told("a pause", 40.0)
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(go())
"""
# It is killed in its third run. A minute lies between two runs, in which pages reach the disk.
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from stnb.session import Session
from tests.pull.test_report_runs import REPORT, WHICH, Tenant

def kept_in(folder):
    return len(list(folder.glob(".*/page-*.arrow")))

class Killed(Tenant):
    async def answer(self, request):
        folder = Path(sys.argv[2]).parent
        while request.method == "POST" and kept_in(folder) < len(self.runs):
            await asyncio.sleep(0.01)
        if len(self.runs) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().answer(request)

Session._turn_file = lambda self, *place: Path(sys.argv[1])
tenant = Killed()
tenant.most_a_page, tenant.rows = 2, 6
tenant.resource(REPORT).pull(**WHICH, to=sys.argv[2], progress=False)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "turns" / "a.lock"


def turn(path: Path, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> ReportTurn:
    return ReportTurn(lambda: path, sleep)


async def take(its: ReportTurn, heard: Heard) -> None:
    async with its.taken(lambda reason, seconds: heard.append((reason, seconds))):
        pass


def test_another_process_is_named_and_its_pause_counted_down(path: Path) -> None:
    """Whoever waits hears whose turn it is, and the seconds that are left of its pause."""
    heard: Heard = []

    async def go() -> None:
        async with turn(path).taken(lambda reason, seconds: None) as told:
            told("a pause", 40.0)
            polled = asyncio.Event()

            async def sleep(seconds: float) -> None:
                polled.set()
                await asyncio.sleep(0)

            waiting = asyncio.create_task(take(turn(path, sleep), heard))
            await polled.wait()
            told("", None)
        await waiting

    asyncio.run(go())

    reason, seconds = heard[0]
    assert reason == f"process {os.getpid()} runs the same report; one run at a time"
    assert seconds is not None
    assert 30 < seconds <= 40
    assert heard[-1] == ("", None)
    assert [file.name for file in path.parent.iterdir()] == ["a.lock"]


def test_calls_of_one_process_hear_of_each_new_pause() -> None:
    """Those who wait in line count down the pause of the one that runs."""
    its = ReportTurn(lambda: None, asyncio.sleep)
    heard: list[Heard] = [[], []]

    async def go() -> None:
        async with its.taken(lambda reason, seconds: None) as told:
            waiting = [asyncio.create_task(take(its, each)) for each in heard]
            await asyncio.sleep(0)
            told("a pause", 30.0)
            told("a pause", 60.0)
        await asyncio.gather(*waiting)

    asyncio.run(go())

    for each in heard:
        assert [reason for reason, _ in each[:3]] == 3 * [
            "another call of this process runs the same report; one run at a time"
        ]
        assert [seconds and math.ceil(seconds) for _, seconds in each[:3]] == [None, 30, 60]
        assert each[-1] == ("", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a process",
        FORM.pack(7, math.nan),
        FORM.pack(7, math.inf),
        FORM.pack(7, 1e12),
        FORM.pack(7, 0.0),
        FORM.pack(7, 0.0) + b"more",
    ],
    ids=["empty", "text", "nan", "infinity", "far ahead", "over", "longer"],
)
def test_a_damaged_note_of_the_other_process_costs_nothing(content: bytes, path: Path) -> None:
    """No countdown then; the turn comes as soon as the other one ends."""
    heard: Heard = []
    path.parent.mkdir()
    path.with_suffix(".turn").write_bytes(content)
    held = lock_at(path, 0.0)
    held.acquire()

    async def sleep(seconds: float) -> None:
        held.release()

    asyncio.run(take(turn(path, sleep), heard))

    assert [seconds for _, seconds in heard] == [None, None]
    assert "one run at a time" in heard[0][0]


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process by a signal")
def test_a_killed_process_holds_no_turn(path: Path) -> None:
    """The system frees it, and what it had told of its pause is not believed after that."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    heard: Heard = []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"

        async def sleep(seconds: float) -> None:
            other.kill()
            other.wait()

        asyncio.run(take(turn(path, sleep), heard))

    assert [reason.split(" runs")[0] for reason, _ in heard] == [f"process {other.pid}", ""]
    assert not path.with_suffix(".turn").exists()


async def never(seconds: float) -> None:
    await asyncio.Event().wait()


@pytest.fixture
def kept_waiting(path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A resource whose report another process runs, and the lock of that one."""
    monkeypatch.setattr(Session, "_turn_file", lambda self, *place: path)
    path.parent.mkdir()
    held = lock_at(path, 0.0)
    held.acquire()
    tenant = small()
    yield tenant, tenant.resource(REPORT, sleep=never), held
    held.release()


def test_a_pull_is_cancelled_while_it_waits_for_its_turn(kept_waiting: Any, path: Path) -> None:
    """Nothing was sent, and the turn is free for the next call."""
    tenant, resource, held = kept_waiting
    waits: list[Progress] = []
    run = resource.start(**WHICH, progress=waits.append)
    while not any("one run at a time" in told.note for told in waits):
        pass
    run.cancel()
    run.settle(30)

    assert run.cancelled
    assert tenant.runs == []
    held.release()
    with lock_at(path, 0.0):
        pass


def test_a_pull_that_waits_for_its_turn_shows_the_countdown(kept_waiting: Any, path: Path) -> None:
    """Its progress says whose turn it is, and how long that one still waits."""
    _, resource, _ = kept_waiting
    path.with_suffix(".turn").write_bytes(FORM.pack(4711, machine.now().timestamp() + 500))
    waits: list[Progress] = []
    run = resource.start(**WHICH, progress=waits.append)
    while not any(told.state == "waiting" for told in waits):
        pass
    run.cancel()
    run.settle(30)

    told = next(told for told in waits if told.state == "waiting")
    assert told.reason == "process 4711 runs the same report; one run at a time"
    assert told.resume_in is not None
    assert 300 < told.resume_in <= 500
    assert told.note.endswith(f" s: {told.reason}")


def test_ctrl_c_ends_a_wait_for_the_turn(kept_waiting: Any) -> None:
    """As it ends any pull."""
    tenant, resource, _ = kept_waiting
    waits: list[Progress] = []

    def ready() -> bool:
        return any("one run at a time" in told.note for told in waits)

    interrupted(lambda: resource.pull(**WHICH, progress=waits.append), ready)
    assert tenant.runs == []


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process by a signal")
@pytest.mark.long
def test_another_process_goes_on_with_the_report_of_a_killed_one(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages that went to the disk are not run once more, and its turn is free."""
    monkeypatch.setattr(Session, "_turn_file", lambda self, *place: path)
    target = str(tmp_path / "report.parquet")
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(path), target]
    assert subprocess.run(command, timeout=120).returncode == -signal.SIGKILL

    tenant = small()
    run = tenant.resource(REPORT).start(**WHICH, to=target)
    assert run.saved() == Path(target)
    assert numbers(run.frame) == list(range(6))
    assert [page for page, _ in tenant.runs] == [3]
    assert tenant.clock() < LONGEST
