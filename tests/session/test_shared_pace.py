"""The pace that all processes of a machine keep together, through a small file."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import math
import os
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

import stnb
from stnb.access.doctor import examine
from stnb.errors import StnbWarning
from stnb.filesystem.folders import cache_folder
from stnb.session import Session, shared_pace
from stnb.session import clock as machine
from stnb.session.limiter import Governor
from stnb.session.shared_pace import FORM, SharedTimes, pace_file
from tests.helpers.clock import Clock
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.moments import NOW
from tests.helpers.toys import LIST, row

TOGETHER = """
import asyncio, json, sys, time
from pathlib import Path
from stnb.session.limiter import Governor
from stnb.filesystem.folders import cache_folder
from stnb.session.shared_pace import SharedTimes

async def go(governor, count):
    for _ in range(count):
        await governor.turn()

times = SharedTimes(Path(sys.argv[1]), time.monotonic)
governor = Governor(100, times=times)
asyncio.run(go(governor, 60))
print(json.dumps([times.problem, list(governor._starts)]))
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands until somebody sleeps; the machine's own goes with it."""
    ours = Clock()
    monkeypatch.setattr(machine, "now", lambda: NOW + dt.timedelta(seconds=ours()))
    return ours


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pace" / "tenant.pace"


def most_in_a_second(starts: list[float]) -> int:
    return max(sum(1 for start in starts if at <= start < at + 1.0) for at in starts)


def governors(count: int, path: Path, clock: Clock, rate: int = 20) -> list[Governor]:
    """As many as processes, each with the file of its own opening."""
    times = [SharedTimes(path, clock) for _ in range(count)]
    return [Governor(rate, clock, clock.sleep, each) for each in times]


def test_four_keep_the_pace_of_one(path: Path, clock: Clock) -> None:
    """Four that share a file start no more in any second than one alone, and none is left out."""
    four = governors(4, path, clock)

    async def go() -> None:
        for _ in range(40):
            for each in four:
                await each.turn()

    asyncio.run(go())
    starts = sorted(start for each in four for start in each._starts)

    assert len(starts) == 160
    assert most_in_a_second(starts) <= 20
    assert clock.now <= 10
    assert [each.problem for each in four] == [""] * 4


@pytest.mark.long
def test_processes_keep_it_too(path: Path) -> None:
    """Four processes of this machine start no more in any second than the rate allows."""
    command = [sys.executable, "-c", TOGETHER, str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = [json.loads(process.communicate()[0]) for process in running]
    starts = sorted(start for _, own in answers for start in own)

    assert [problem for problem, _ in answers] == [""] * 4
    assert len(starts) == 240
    assert most_in_a_second(starts) <= 100


AT_THE_END = """
import ctypes, sys, time
from pathlib import Path
from stnb.session.shared import OF_PROCESS
from stnb.session.shared_pace import SharedTimes

times = SharedTimes(Path(sys.argv[1]), time.monotonic)
with times.changing():
    OF_PROCESS.governors["a tenant"] = times
assert not times.problem
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] in ("filelock", "stnb"):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(module))
"""


def test_a_lock_that_outlives_its_library_ends_in_silence(path: Path) -> None:
    """The pace is kept as long as the process, and other libraries may keep the modules of both, so
    that Python empties that of the lock first.
    """
    command = [sys.executable, "-c", AT_THE_END, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_pause_asked_of_one_holds_for_all(path: Path, clock: Clock) -> None:
    """Who starts next waits for the end of the pause, also a process that began during it."""
    one, two = governors(2, path, clock)

    async def go() -> None:
        await two.turn()
        await one.pause(30)
        await two.turn()
        assert clock.now == pytest.approx(30)
        await one.pause(12)
        (late,) = governors(1, path, clock)
        await late.turn()
        assert clock.now == pytest.approx(42)

    asyncio.run(go())


@given(some.binary(max_size=40) | some.tuples(some.floats(), some.floats()))
def test_any_content_of_the_file(content: bytes | tuple[float, float]) -> None:
    """A damaged file, and moments of another day, hold nobody up for longer than a pause may."""
    path = cache_folder() / "damaged.pace"
    path.parent.mkdir(exist_ok=True)
    ours = Clock()
    path.write_bytes(FORM.pack(*content) if isinstance(content, tuple) else content)
    (governor,) = governors(1, path, ours)
    asyncio.run(governor.turn())

    assert governor.problem == ""
    assert ours.now <= 3_600
    assert all(map(math.isfinite, struct.unpack("<dd", path.read_bytes()[:16])))


def keep_the_pace(some_governors: list[Governor]) -> list[float]:
    """When requests start of as many processes, 40 of each."""

    async def go() -> None:
        for _ in range(40):
            for each in some_governors:
                await each.turn()

    asyncio.run(go())
    return sorted(start for each in some_governors for start in each._starts)


@pytest.mark.parametrize("size", [0, 15, 17, 5_000])
def test_a_file_of_another_size_is_put_right(path: Path, clock: Clock, size: int) -> None:
    """What a longer file holds is no reason to keep no pace at all."""
    path.parent.mkdir()
    path.write_bytes(b"x" * size)
    two = governors(2, path, clock)

    assert most_in_a_second(keep_the_pace(two)) <= 20
    assert path.stat().st_size == FORM.size
    assert [each.problem for each in two] == ["", ""]


@pytest.mark.skipif(os.name != "posix", reason="an open file stays where it is")
@pytest.mark.parametrize("way", ["removed", "replaced"])
def test_a_file_that_is_taken_away_is_opened_anew(path: Path, clock: Clock, way: str) -> None:
    """A cleared cache does not part the processes that hold the old file from the later ones."""
    first = governors(2, path, clock)
    keep_the_pace(first)
    if way == "removed":
        path.unlink()
    else:
        other = path.with_name("other")
        other.touch()
        other.replace(path)
    every = [*first, *governors(1, path, clock)]

    assert most_in_a_second(keep_the_pace(every)) <= 20
    assert [each.problem for each in every] == ["", "", ""]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
@pytest.mark.parametrize("kind", ["a pipe", "a folder"])
def test_what_is_no_file_is_not_used(path: Path, clock: Clock, kind: str) -> None:
    """Neither is it waited for, nor does the call end because of it."""
    path.parent.mkdir()
    if kind == "a pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    (governor,) = governors(1, path, clock)

    assert most_in_a_second(keep_the_pace([governor])) <= 20
    assert governor.problem


def test_a_file_that_can_no_longer_be_read(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network's folder that is gone ends no call; the pace is kept by this process alone."""
    (governor,) = governors(1, path, clock)
    keep_the_pace([governor])

    def gone(file: int, offset: int, whence: int) -> int:
        raise OSError("stale file handle")

    monkeypatch.setattr(os, "lseek", gone)

    assert most_in_a_second(keep_the_pace([governor])) <= 20
    assert governor.problem == "stale file handle"


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_the_file_is_private_and_holds_times_alone(path: Path, clock: Clock) -> None:
    """Nobody else reads it, and it holds two numbers; its name is a digest."""
    (governor,) = governors(1, path, clock)
    asyncio.run(governor.turn())
    even, resume_at = FORM.unpack(path.read_bytes())
    name = pace_file("https://api.servicetitan.io", "900000042").name

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert abs(even - NOW.timestamp()) < 1
    assert resume_at <= NOW.timestamp()
    assert "900000042" not in name
    assert name != pace_file("https://api.servicetitan.io", "900000043").name


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_link_in_its_place_is_not_followed(path: Path, clock: Clock, tmp_path: Path) -> None:
    """What another put in place of the file stays as it is."""
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    path.parent.mkdir()
    path.symlink_to(victim)
    (governor,) = governors(1, path, clock)
    asyncio.run(governor.turn())

    assert governor.problem
    assert victim.read_text() == "untouched"


def test_where_it_cannot_be_kept(path: Path, clock: Clock) -> None:
    """Without the file each process keeps the pace for itself, and can say why."""
    path.parent.write_text("a file where the folder should be")
    (governor,) = governors(1, path, clock)

    async def go() -> None:
        for _ in range(60):
            await governor.turn()

    asyncio.run(go())

    assert governor.problem
    assert most_in_a_second(list(governor._starts)) <= 20


def test_it_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account whose pace cannot be shared says so with the reason, and once."""
    (tmp_path / "cache").write_text("")
    monkeypatch.setenv("STNB_CACHE", str(tmp_path / "cache"))
    lines = {
        "CLIENT_ID": "cid.0123456789abcdefghijklmnop",
        "CLIENT_SECRET": "cs1.0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijkl",
        "APP_KEY": "ak1.0123456789abcdefghijklmnop",
        "TENANT_ID": "900000077",
        "ENVIRONMENT": "integration",
    }
    env = tmp_path / ".env"
    env.write_text("".join(f"SERVICETITAN_{name}={value}\n" for name, value in lines.items()))
    with pytest.warns(StnbWarning, match="kept by this process alone.*STNB_CACHE"):
        stnb.connect(env_file=env).close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stnb.connect(env_file=env).close()


@pytest.fixture
def full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes nothing more once the file is there."""

    def opened(path: Path) -> int:
        return os.open(path, os.O_RDONLY | os.O_CREAT)

    monkeypatch.setattr(shared_pace, "_opened", opened)
    monkeypatch.setattr(Session, "_times", lambda self: SharedTimes(path, self._clock))


def test_what_fails_later_is_said_by_the_pull(full: None) -> None:
    """A disk that is full at the first request: the rows come, it is said once for all pulls, and
    no path of this machine stays with the rows.
    """
    body = {"page": 1, "hasMore": False, "totalCount": 3, "data": [row(id) for id in range(3)]}
    jobs = FakeTenant(lambda request: httpx.Response(200, json=body)).resource(LIST)
    with pytest.warns(StnbWarning, match="kept by this process alone"):
        first = jobs.pull()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        second = jobs.pull()

    assert len(first) == len(second) == 3
    assert first.attrs["stnb"]["notices"] == second.attrs["stnb"]["notices"] == []


def test_the_doctor_names_it(full: None) -> None:
    """As something to know, which keeps nobody out."""
    st = stnb.demo(scale=0.02)
    report = examine(st)

    assert report.ok
    assert report["pace"].ok
    assert "Bad file descriptor" in report["pace"].seen
