"""Ctrl-C at 43 moments of a pull: it ends at once, in one line, and its own rows are kept."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from IPython.core.interactiveshell import InteractiveShell

import stnb
from stnb.account import progress_bar
from stnb.errors import Interrupted
from stnb.pull import Progress, run
from stnb.session import loop
from tests.helpers.misbehaving_server import Server
from tests.helpers.toys import Toys, row

ROWS = 900
BEFORE = 7_000_000  # ids of the pull that was interrupted before


def press() -> None:
    """Ctrl-C: the signal comes to the main thread, whichever thread sends it."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@pytest.fixture(autouse=True)
def _another_pull_ended_early() -> Iterator[None]:
    """Its rows must not be taken for those of the next."""
    server = Server(
        Toys(1_000, make=lambda i: row(BEFORE + i)),
        lambda page, n, right: None if page == 1 else httpx.Response(404, json={}),
    )
    with pytest.raises(stnb.NotFound):
        server.account()["toys.widgets"].pull(page_size=500, progress=False)
    assert stnb.last_partial is not None
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def check(caught: Any, toys: Any) -> None:
    """The error says in one line what `last_partial` holds, and those are the pull's own rows."""
    kept = stnb.last_partial
    assert kept is not None
    ids = kept["id"].tolist() if "id" in kept else []
    assert sorted(set(ids)) == sorted(ids)
    assert set(ids) <= set(range(ROWS))
    lines = caught.value._render_traceback_()
    words = f"{len(ids):,} rows are in stnb.last_partial" if ids else "no rows had arrived."
    assert lines == [f"Interrupted; {words}"]
    assert caught.value.__suppress_context__


def interrupted(work: Callable[[], Any]) -> Any:
    with pytest.raises(Interrupted) as caught:
        work()
    check(caught, None)
    return caught


# -- while pages arrive: 9 answers x 2 resources, 9 pages decoded, 6 states


@pytest.mark.parametrize("number", range(9))
@pytest.mark.parametrize("name", ["toys.widgets", "toys.export.widgets"])
def test_when_an_answer_is_made(name: str, number: int) -> None:
    """From the first to the last one."""
    asked: list[Any] = []

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> None:
        asked.append(page)
        if len(asked) == number + 1:
            press()
        if len(asked) > number + 1:
            pressed.wait(60)

    pressed = threading.Event()
    server = Server(Toys(ROWS, batch=100), trouble, held=lambda page: len(asked) > number)
    toys = server.account()[name]
    size = {"page_size": 100} if name == "toys.widgets" else {}
    try:
        interrupted(lambda: toys.pull(progress=False, **size))
    finally:
        pressed.set()
        server.let_go()


@pytest.mark.parametrize("number", range(1, 9))
def test_when_a_page_is_decoded(number: int) -> None:
    """Its rows are kept."""
    pages: list[Any] = []

    def on_page(frame: Any) -> None:
        pages.append(frame)
        if len(pages) == number:
            press()

    server = Server(Toys(ROWS))
    server.held = lambda page: len(pages) >= number
    toys = server.account()["toys.widgets"]
    try:
        interrupted(lambda: toys.pull(progress=False, page_size=100, on_page=on_page))
    finally:
        server.let_go()
    assert stnb.last_partial is not None
    assert len(stnb.last_partial) >= 100


@pytest.mark.parametrize("rows", [100, 300, 500, 800])
def test_when_progress_is_told(rows: int) -> None:
    """In the middle of a callback, on whichever thread."""
    told: list[Progress] = []

    def hear(progress: Progress) -> None:
        if progress.rows >= rows and not told:
            told.append(progress)
            press()

    server = Server(Toys(ROWS), held=lambda page: bool(told))
    toys = server.account()["toys.widgets"]
    try:
        interrupted(lambda: toys.pull(progress=hear, page_size=100))
    finally:
        server.let_go()


# -- while the reader's own thread works: 4 + 3 + 4 + 2


@pytest.mark.parametrize("where", ["_as_frame", "_finished", "_warn", "_join"])
@pytest.mark.parametrize("begins", [True, False], ids=["as it begins", "as it ends"])
def test_when_the_frame_is_put_together(
    where: str, begins: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And when warnings are given, before and after the wait."""
    usual = getattr(run.Pull, where)
    held = threading.Event()

    presses = iter([press])

    def press_once() -> None:
        next(presses, lambda: None)()

    def work(self: run.Pull, *arguments: Any) -> Any:
        if begins:
            press_once()
        answer = usual(self, *arguments)
        if not begins:
            press_once()
        if threading.current_thread() is not threading.main_thread():
            held.wait(0.3)  # the main thread sees the signal before it is done
        return answer

    monkeypatch.setattr(run.Pull, where, work)
    toys = Server(Toys(ROWS)).account()["toys.widgets"]
    if where == "_as_frame":  # of a pull that was cancelled: its reader puts its rows together
        monkeypatch.setattr(run.Pull, "_finished", lambda self: self._as_frame())
    try:
        interrupted(lambda: toys.pull(progress=False))
    finally:
        held.set()


class Greedy:
    """Python hands an interrupt that falls into its finaliser to nobody."""

    def __del__(self) -> None:
        press()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("verb", ["pull", "pages", "count", "get"])
def test_an_interrupt_that_a_finaliser_swallows_is_not_lost(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's own handler raises into the finaliser; the wait has noticed it."""
    swallowed: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", swallowed.append)
    usual = loop.concurrent.futures.wait

    def wait(*arguments: Any, **options: Any) -> Any:
        if not swallowed:
            Greedy()
        return usual(*arguments, **options)

    monkeypatch.setattr(loop.concurrent.futures, "wait", wait)
    server = Server(Toys(ROWS), held=lambda page: True)
    account = server.account()
    toys = account["toys.widgets"]
    verbs: dict[str, Callable[[], Any]] = {
        "pull": lambda: toys.pull(progress=False),
        "pages": lambda: list(toys.pages()),
        "count": toys.count,
        "get": lambda: account.get("toys/v2/tenant/{tenant}/widgets"),
    }
    try:
        with pytest.raises(Interrupted):
            verbs[verb]()
    finally:
        server.let_go()
    assert len(swallowed) == 1


# -- what else handles the signal


def test_a_handler_that_raises_nothing_has_its_will() -> None:
    """A server that ends by itself is told, and the wait goes on."""
    told: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: told.append(number))
    try:
        press_once = iter([press])

        def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> None:
            next(press_once, lambda: None)()

        frame = Server(Toys(ROWS), trouble).account()["toys.widgets"].pull(progress=False)
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == [signal.SIGINT]
    assert len(frame) == ROWS


def test_a_thread_leaves_the_signal_alone() -> None:
    """Interrupts come to the main thread."""
    toys, found = Server(Toys(ROWS)).account()["toys.widgets"], list[Any]()
    thread = threading.Thread(target=lambda: found.append(toys.pull(progress=False)))
    thread.start()
    thread.join()

    assert len(found[0]) == ROWS


# -- what the reader sees


def test_a_cell_shows_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback through stnb."""
    shell = InteractiveShell.instance()
    asked: list[Any] = []

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> None:
        asked.append(page)
        if page == 3:
            press()

    server = Server(Toys(ROWS), trouble, held=lambda page: len(asked) > 3)
    shell.user_ns["toys"] = server.account()["toys.widgets"]
    shell.run_cell("toys.pull(progress=False, page_size=100)")
    server.let_go()

    out, err = capsys.readouterr()
    lines = [line for line in (out + err).splitlines() if line.strip()]
    assert len(lines) == 1
    assert lines[0].startswith("Interrupted; ")
    InteractiveShell.clear_instance()


def test_the_bar_is_made_once_and_cleared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three threads draw it at once; after an interrupt nobody draws it any more."""
    made: list[Any] = []
    together = threading.Barrier(3)

    class Bar:
        n = 0
        total = None

        def set_postfix_str(self, *_: Any, **__: Any) -> None: ...

        def update(self, rows: int) -> None:
            assert not made[1:]
            self.n += rows

    closed: list[int] = []

    def shown(**options: Any) -> tuple[Any, Callable[[], object]]:
        made.append(Bar())
        return made[-1], lambda: closed.append(1)

    monkeypatch.setattr(progress_bar, "_shown", shown)
    draw = progress_bar.bar_for("toys.widgets")

    def thread() -> None:
        for rows in range(1, 200):
            together.wait()
            draw(Progress(rows=rows, seconds=2, state="pulling"))

    threads = [threading.Thread(target=thread) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == 1
    assert made[0].n == 199

    draw(Progress(rows=200, seconds=2, state="cancelled"))
    draw(Progress(rows=900, seconds=3, state="pulling"))
    draw(Progress(rows=900, seconds=3, state="cancelled"))
    assert made[0].n == 200
    assert closed == [1]


TERMINAL = """
import os, signal, sys
from stnb.account import progress_bar
from tests.helpers.misbehaving_server import Server
from tests.helpers.toys import Toys

progress_bar.DELAY = 0
asked = []

def trouble(page, n, right):
    asked.append(page)
    if page == 4:
        os.kill(os.getpid(), signal.SIGINT)

server = Server(Toys(900), trouble, held=lambda page: len(asked) > 4)
try:
    server.account()["toys.widgets"].pull(page_size=100)
except KeyboardInterrupt as err:
    print("SAID", err, file=sys.stderr)
server.let_go()
"""


@pytest.mark.long
def test_in_a_terminal_the_bar_is_cleared_before_anything_is_said() -> None:
    """What is said stands on a line of its own."""
    done = subprocess.run(
        [sys.executable, "-c", TERMINAL],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    last = done.stderr.decode().rpartition("\r")[2]

    assert last.startswith("SAID Interrupted; ")
    assert last.count("\n") == 1
