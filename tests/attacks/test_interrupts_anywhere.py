"""Ctrl-C at every line that the main thread passes while it reads: the rows that it finds then are
always those of its own pull.
"""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest

import stnb
from stnb.errors import Interrupted
from stnb.pull import partial, run
from stnb.session import loop
from tests.helpers.misbehaving_server import Server
from tests.helpers.toys import Toys, row

ROWS = 300
BEFORE = 7_000_000  # ids of the pull that failed before
WATCHED = tuple(module.__file__ for module in (run, partial, loop))
Line = tuple[str, int]


@pytest.fixture(autouse=True)
def _another_pull_ended_early() -> None:
    """Its rows must not be taken for those of the next."""
    fail()


def fail() -> None:
    """A pull that fails after its first page."""
    server = Server(
        Toys(1_000, make=lambda i: row(BEFORE + i)),
        lambda page, n, right: None if page == 1 else httpx.Response(404, json={}),
    )
    with pytest.raises(stnb.NotFound):
        server.account()["toys.widgets"].pull(page_size=500, progress=False)
    assert len(stnb.last_partial) == 500


class Lines:
    """Sees each line that the main thread begins between `Pull.read` and its end.

    Args:
        passed: called with the line and how often it was passed before.
    """

    def __init__(self, passed: Callable[[Line, int], None]) -> None:
        self._passed, self._times = passed, dict[Line, int]()
        self._reads = False

    def __enter__(self) -> None:
        sys.settrace(self._call)

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, value: Any) -> Any:
        if frame.f_code is run.Pull.read.__code__:
            self._reads = True
        if self._reads and frame.f_code.co_filename in WATCHED:
            return self._line
        return None

    def _line(self, frame: FrameType, event: str, value: Any) -> Any:
        if frame.f_code is run.Pull.read.__code__ and event == "return":
            self._reads = False
        if event == "line" and self._reads:
            line = (Path(frame.f_code.co_filename).name, frame.f_lineno)
            times = self._times[line] = self._times.get(line, 0) + 1
            self._passed(line, times - 1)
        return self._line


def read(server: Server | None = None) -> Any:
    server = server or Server(Toys(ROWS))
    return server.account()["toys.widgets"].pull(progress=False, page_size=100)


def lines_passed() -> list[Line]:
    found: dict[Line, None] = {}
    with Lines(lambda line, times: found.setdefault(line)):
        read()
    return list(found)


def pressed_at(where: Line, server: Server) -> BaseException | None:
    """Read, and press Ctrl-C at a line: what ended it, if anything did."""

    def passed(line: Line, times: int) -> None:
        if line == where and times == 0:
            signal.raise_signal(signal.SIGINT)

    try:
        with Lines(passed):
            read(server)
    except KeyboardInterrupt as err:
        return err
    return None


def is_another() -> bool:
    """Whether `last_partial` has rows that are not those of `read`."""
    kept = stnb.last_partial
    return kept is not None and "id" in kept and not set(kept["id"]) <= set(range(ROWS))


def words() -> str:
    """What the one line of the cell has to say."""
    kept = stnb.last_partial
    if kept is None or kept.empty:
        return "Interrupted; no rows had arrived."
    return f"Interrupted; {len(kept):,} rows are in stnb.last_partial"


@pytest.mark.long
def test_at_every_line() -> None:
    """Once anything was sent, the rows are the pull's own; and nearly everywhere one line says how
    many they are.
    """
    lines = lines_passed()
    unread = []
    for line in lines:
        fail()
        server = Server(Toys(ROWS))
        error = pressed_at(line, server)
        assert error is not None, line
        assert not (is_another() and server.asked), line
        assert isinstance(error, Interrupted), line
        if str(error) == "Interrupted.":  # it says nothing of rows, and leaves those kept before
            unread.append(line)
        else:
            assert str(error) == words(), line
    gc.collect()  # so that it says so here

    assert len(lines) - len(unread) >= 43
    assert len(unread) <= 2  # before the first step of the reading, and behind its last
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def press_again(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Press Ctrl-C once more as a step of the leaving begins."""
    usual = getattr(run.Pull, step)

    def work(self: run.Pull) -> None:
        signal.raise_signal(signal.SIGINT)
        usual(self)

    monkeypatch.setattr(run.Pull, step, work)


@pytest.mark.parametrize("step", ["leave", "_stop"])
def test_pressed_twice(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second press while it leaves is heard by nobody, and the pull ends all the same."""
    press_again(monkeypatch, step)

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> None:
        if page == 1:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    server = Server(Toys(ROWS), trouble, held=lambda page: page == 2)
    with pytest.raises(Interrupted) as caught:
        read(server)
    server.let_go()

    assert str(caught.value) == words()
    assert not is_another()


def test_who_asks_waits_no_longer() -> None:
    """An interrupt that no code of ours saw ends the pull when its rows are asked for."""
    server = Server(Toys(ROWS), held=lambda page: page == 3)
    came = threading.Event()
    toys = server.account()["toys.widgets"]
    pull = toys.start(page_size=100, on_page=lambda page: came.set())
    assert came.wait(60)
    partial.begin(pull)

    kept = stnb.last_partial

    assert pull.cancelled
    assert kept is not None
    assert len(kept) >= 100
    assert set(kept["id"]) <= set(range(ROWS))
    server.let_go()


def test_a_pull_in_the_background_is_nobody_s_rest() -> None:
    """While it runs, `last_partial` is what it was before, and does not wait for it."""
    server = Server(Toys(ROWS), held=lambda page: True)
    pull = server.account()["toys.widgets"].start(page_size=100)

    assert is_another()
    server.let_go()
    assert len(pull.wait()) == ROWS
