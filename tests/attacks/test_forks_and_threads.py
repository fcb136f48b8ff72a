"""A fork in the middle of a pull, threads that share an account, and an account that is closed:
each goes on as before, or says in words why it does not.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tqdm import tqdm

from stnb.account import progress_bar
from stnb.pull import Progress
from tests.helpers.loopback import Loopback
from tests.helpers.sample import tenth
from tests.helpers.toys import Toys

ROWS = 600

FORKS = """
import os, signal, sys, threading, warnings
import stnb
from stnb.errors import UsageError
from tests.helpers.loopback import Loopback
from tests.helpers.toys import Toys

warnings.simplefilter("ignore")
pages = int(sys.argv[1])


def child(toys, run):
    signal.alarm(60)  # what hangs is killed
    try:
        run.wait()
    except UsageError as err:
        assert "forked" in err.why and err.next, err
    else:
        raise AssertionError("the parent's pull was read")
    run.cancel()
    assert stnb.last_partial is None
    assert len(toys.pull(page_size=50)) == 600  # with its bar
    assert len(toys.pull(to=f"{os.getpid()}.parquet", progress=False).read_bytes()) > 0


with Loopback(Toys(600), faults={}) as server, server.account() as account:
    toys, came = account["toys.widgets"], threading.Event()
    toys.pull(progress=False)

    def on_page(frame):
        seen.append(frame)
        if len(seen) == pages:
            came.set()
            go.wait(60)

    seen, go = [], threading.Event()
    run = toys.start(page_size=50, concurrency=4, on_page=on_page)
    if pages:
        assert came.wait(60)
    pid = os.fork()
    if pid == 0:
        try:
            child(toys, run)
            os._exit(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
    go.set()
    assert len(run.wait(60)) == 600  # the parent's goes on
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(toys.pull(progress=False)) == 600
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.parametrize("pages", tenth(range(12), lambda pages: "fork"))
@pytest.mark.long
def test_a_fork_during_a_pull(pages: int, tmp_path: Path) -> None:
    """The child is told whose pull it is, and pulls with the same account; the parent's goes on."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", FORKS, str(pages)],
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each gives, in a thread of its own, all begun at once."""
    gate, found = threading.Barrier(len(works)), dict[int, Any]()

    def thread(number: int) -> None:
        gate.wait()
        try:
            found[number] = works[number]()
        except Exception as err:  # noqa: BLE001 - looked at by the test
            found[number] = err

    threads = [threading.Thread(target=thread, args=(number,)) for number in range(len(works))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return [found[number] for number in range(len(works))]


def test_threads_pull_with_one_account() -> None:
    """Each gets all rows, once, whatever the others do meanwhile."""
    with Loopback(Toys(ROWS), faults={}) as server, server.account() as account:
        toys = account["toys.widgets"]
        frames = together(*[lambda: toys.pull(page_size=50, progress=False)] * 5)

    assert [frame["id"].tolist() for frame in frames] == [list(range(ROWS))] * 5


@pytest.mark.parametrize("verb", ["pull", "count", "head", "get", "pages"])
def test_an_account_is_used_after_it_was_closed(verb: str) -> None:
    """It opens new connections."""
    with Loopback(Toys(ROWS), faults={}) as server:
        account = server.account()
        toys = account["toys.widgets"]
        verbs: dict[str, Callable[[], Any]] = {
            "pull": lambda: len(toys.pull(progress=False)),
            "count": toys.count,
            "head": lambda: len(toys.head()),
            "get": lambda: account.get("toys/v2/tenant/{tenant}/widgets")["totalCount"],
            "pages": lambda: sum(map(len, toys.pages())),
        }
        before = verbs[verb]()
        account.close()
        account.close()

        assert verbs[verb]() == before
        account.close()


@pytest.mark.parametrize("pages", range(6))
def test_an_account_is_closed_during_a_pull(pages: int) -> None:
    """By another thread; the pull asks again, and has all its rows."""
    with Loopback(Toys(ROWS), faults={}) as server:
        account, came, seen = server.account(), threading.Event(), []

        def on_page(frame: Any) -> None:
            seen.append(frame)
            if len(seen) >= pages:
                came.set()

        run = account["toys.widgets"].start(page_size=50, on_page=on_page)
        assert came.wait(60) or not pages
        account.close()

        assert run.wait(60)["id"].tolist() == list(range(ROWS))
        account.close()


def test_no_digit_of_a_terminal_s_line_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever threads draw at once, each line that is shown is whole, and the last one is taken
    away.
    """
    screen = io.StringIO()

    def shown(**options: Any) -> tuple[Any, Callable[[], object]]:
        bar = tqdm(file=screen, mininterval=0, miniters=1, ncols=60, ascii=True, **options)
        return bar, bar.close

    monkeypatch.setattr(progress_bar, "_shown", shown)
    draw = progress_bar.bar_for("toys.widgets")

    def count(first: int) -> None:
        for rows in range(first, ROWS + 1, 3):
            draw(Progress(rows=rows, total=ROWS, seconds=2, state="pulling"))

    together(*[lambda first=first: count(first) for first in (1, 2, 3)])  # type: ignore[misc]
    draw(Progress(rows=ROWS, total=ROWS, seconds=3, state="done"))

    lines = [line.strip() for line in screen.getvalue().split("\r")]
    drawn = [line for line in lines if line]
    whole = re.compile(r"toys\.widgets: +\d+%\|.*\| (\d+)/600 \[.*\]")
    numbers = [int(found[1]) for line in drawn if (found := whole.fullmatch(line))]
    assert len(numbers) == len(drawn)
    assert numbers == sorted(numbers)
    assert numbers[-1] == ROWS
    assert lines[-1] == ""
