"""The private loop and forks of the process."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from stnb.session import loop

FORKS = """
import os, signal, sys, threading
from stnb.session import loop

importing, forking = threading.Event(), threading.Event()


class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "never_there":
            importing.set()
            forking.wait(60)
            for _ in range(300_000):  # goes on for a while after the fork has begun
                pass


def attempt():
    try:
        import never_there
    except ImportError:
        return True


async def work():
    return attempt()


sys.meta_path.insert(0, Slow())
os.register_at_fork(before=forking.set)  # runs before those that were registered earlier
work_is_done = loop.submit(work)
assert importing.wait(60)
pid = os.fork()
if pid == 0:
    signal.alarm(30)  # what hangs is killed
    os._exit(0 if attempt() and loop.run(work) else 1)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
assert loop.wait(work_is_done, 60)
assert loop.run(work)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_fork_leaves_no_lock_of_the_loops_thread_closed(tmp_path: Path) -> None:
    """The thread is in the middle of an import, and the child imports the same."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKS],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


NAMES = """
import asyncio, socket, threading
from stnb.session import loop

asked = threading.Event()


def never(*host, **kind):
    asked.set()
    threading.Event().wait()


async def look_up(seconds=None):
    async with asyncio.timeout(seconds):
        await asyncio.get_running_loop().getaddrinfo("api.example.com", 443)


async def work():
    await asyncio.to_thread(bool)


socket.getaddrinfo = never
for _ in range(40):  # more than the threads that a loop has of itself
    try:
        loop.run(look_up, 0)
    except TimeoutError:
        pass
    else:
        raise AssertionError
loop.run(work)
loop.submit(look_up)
assert asked.wait(60)
print("the end")
"""


def test_a_name_server_that_does_not_answer_keeps_no_program_from_its_end(tmp_path: Path) -> None:
    """Lookups that were given up hold up neither other work nor the end of Python."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", NAMES],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "the end\n", "")


def test_names_are_looked_up_as_the_system_does() -> None:
    """The same addresses and the same error."""

    async def look_up(host: str) -> list[object]:
        kind = socket.SOCK_STREAM
        return await asyncio.get_running_loop().getaddrinfo(host, 443, type=kind)

    kind = socket.SOCK_STREAM
    assert loop.run(look_up, "127.0.0.1") == socket.getaddrinfo("127.0.0.1", 443, type=kind)
    with pytest.raises(socket.gaierror):
        loop.run(look_up, "no host")


def test_a_coroutine_is_made_on_the_loops_own_thread() -> None:
    """An interrupt of the main thread cannot fall between its making and its start, which Python
    would call "never awaited".
    """
    made: list[str] = []

    async def nothing() -> None: ...

    def make() -> Coroutine[Any, Any, None]:
        made.append(threading.current_thread().name)
        return nothing()

    loop.run(make)

    assert made == ["stnb"]


def test_what_cannot_be_called_raises_at_the_caller() -> None:
    """The wait does not go on for ever."""

    async def of_one(name: str) -> None: ...

    with pytest.raises(TypeError, match="missing 1 required"):
        loop.run(of_one)  # type: ignore[call-arg]


def test_what_is_cancelled_before_it_begins_ends() -> None:
    """It was waiting behind other work of the loop."""
    held, came = threading.Event(), threading.Event()

    async def hold() -> None:
        came.set()
        held.wait(60)

    holding = loop.submit(hold)
    assert came.wait(60)
    left = loop.submit(asyncio.sleep, 60)
    left.cancel()
    held.set()

    loop.wait(holding, 60)
    assert left in concurrent.futures.wait([left], timeout=60).done
