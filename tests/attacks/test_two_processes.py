"""Two processes that set up, sync or pull into one place at once: nothing is ever corrupt."""

from __future__ import annotations

import ast
import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pytest

import stnb
from stnb import CannotSave, credentials
from stnb.cli import main, setup
from stnb.credentials import write
from tests.helpers.code import parsed
from tests.helpers.full_length import APP_KEY, CLIENT_ID, CLIENT_SECRET
from tests.helpers.misbehaving_server import Server
from tests.helpers.sample import EVERYTHING
from tests.helpers.toys import Toys

ROUNDS = 20 if EVERYTHING else 2
TWO = ("north", "south")
FIELDS = ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "ENVIRONMENT")


# -- what a process does, in each round


def puts(who: str, number: int) -> str:
    """Writes a profile of its own into the .env file, one variable after the other."""
    for field in FIELDS:
        values = {f"SERVICETITAN_{who.upper()}{number}_{field}": f"{who}-{number}"}
        write.put(".env", values, about=f"profile {who}{number}")
    return "done"


def sets_up(who: str, number: int) -> str:
    """The dialogue of `stnb setup`, for a profile of its own."""
    from stnb.access.setup.trial import Verdict

    run = setup.run
    works = Verdict("ok", "They work.", ("A token was granted.",), 985798691)
    given = ["2", "production", f"{who}{number}", "985798691", CLIENT_ID, CLIENT_SECRET, APP_KEY]
    with (
        mock.patch("sys.stdin", io.StringIO("".join(f"{line}\n" for line in [*given, "", ""]))),
        mock.patch("sys.stdout", io.StringIO()),
        mock.patch("sys.stderr", io.StringIO()) as said,
        mock.patch.object(setup, "run", lambda options: run(options, lambda mine: works)),
    ):
        ended = main.main(["setup"])
    return "done" if ended == 0 else repr(said.getvalue())


def syncs(who: str, number: int) -> str:
    """Syncs three tables into one folder."""
    from stnb.mirror import sync
    from tests.mirror.test_sync import Tenant, history

    server = Tenant()
    history(server, 2)
    try:
        sync(["toys.widgets", "toys.gadgets", "toys.colours"], f"data{number}", account=server)
    except CannotSave as err:
        return err.why
    return "done"


def pulls(who: str, number: int) -> str:
    """Pulls into one file, whose rows say who wrote it."""
    toys = Server(Toys(500)).account()["toys.widgets"]
    try:
        toys.pull(to=f"rows{number}.parquet", page_size=50, progress=False)
    except CannotSave as err:
        return err.why
    return "done"


WORKS: dict[str, Callable[[str, int], str]] = {
    work.__name__: work for work in (puts, sets_up, syncs, pulls)
}

if __name__ == "__main__":
    for order in sys.stdin:  # a line for each round
        work, turn, place = order.rstrip("\n").split(" ", 2)
        os.chdir(place)
        try:
            answer = WORKS[work](sys.argv[1], int(turn))
        except BaseException as err:  # noqa: BLE001 - the parent is told
            answer = repr(err)
        print(answer, flush=True)  # noqa: T201


# -- both at once


class Pair:
    """Two processes that do the same, in each round begun together.

    They serve all tests: until they have imported what they need takes longer than their work.
    """

    def __init__(self, cache: Path) -> None:
        others = {
            n: v for n, v in os.environ.items() if not n.startswith(("SERVICETITAN_", "STNB_"))
        }
        root = str(Path(__file__).parents[2])
        options: dict[str, Any] = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.DEVNULL,
            "text": True,
            "env": {**others, "PYTHONPATH": root, "STNB_CACHE": str(cache)},
        }
        self.processes = [
            subprocess.Popen([sys.executable, __file__, who], **options) for who in TWO
        ]

    def do(self, work: str, folder: Path) -> list[tuple[str, str]]:
        """Both do it so many times in a folder: what they said."""
        said = []
        for number in range(ROUNDS):
            for process in self.processes:
                assert process.stdin is not None
                process.stdin.write(f"{work} {number} {folder}\n")
            for process in self.processes:
                assert process.stdin is not None
                process.stdin.flush()
            first, second = map(_answer, self.processes)
            said.append((first, second))
        return said

    def end(self) -> None:
        for process in self.processes:
            process.communicate()


def _answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    both = Pair(tmp_path_factory.mktemp("cache"))
    yield both
    both.end()


def test_two_that_write_one_env_file(pair: Pair, tmp_path: Path) -> None:
    """Every variable of both is in it, once, beside what was there."""
    (tmp_path / ".env").write_text("# mine\nOTHER=1\n")
    assert pair.do("puts", tmp_path) == [("done", "done")] * ROUNDS

    lines = (tmp_path / ".env").read_text().splitlines()
    assert lines[:2] == ["# mine", "OTHER=1"]
    variables = sorted(line for line in lines if line.startswith("SERVICETITAN_"))
    wanted = [
        f"SERVICETITAN_{who.upper()}{number}_{field}={who}-{number}"
        for who in TWO
        for number in range(ROUNDS)
        for field in FIELDS
    ]
    assert variables == sorted(wanted)
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_two_that_set_up(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each profile is whole, and the file stays private."""
    assert pair.do("sets_up", tmp_path) == [("done", "done")] * ROUNDS

    monkeypatch.chdir(tmp_path)
    for who in TWO:
        for number in range(ROUNDS):
            assert credentials.load(f"{who}{number}").tenant == 985798691
    if os.name == "posix":
        assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} <= {".env", ".gitignore"}


def test_two_that_sync(pair: Pair, tmp_path: Path) -> None:
    """One of them is told that the other is at work, or comes after it; the rows are the
    server's.
    """
    from tests.mirror.test_sync import Tenant, history, kept

    server = Tenant()
    history(server, 2)
    for number, said in enumerate(pair.do("syncs", tmp_path)):
        assert "done" in said
        assert set(said) <= {"done", "Another sync is at work in it."}
        folder = tmp_path / f"data{number}"
        for table in ("toys_widgets", "toys_gadgets", "toys_colours"):
            assert kept(folder, table) == server.rows
        assert not (folder / ".stnb" / "lock").exists()


def test_two_that_pull_to_one_file(pair: Pair, tmp_path: Path) -> None:
    """The file is whole whoever wrote it, and nothing is left beside it."""
    for number, said in enumerate(pair.do("pulls", tmp_path)):
        assert "done" in said
        assert set(said) <= {"done", "Another pull writes to it now."}
        assert pd.read_parquet(tmp_path / f"rows{number}.parquet")["id"].tolist() == [*range(500)]
    assert len(list(tmp_path.iterdir())) == ROUNDS


@pytest.mark.long
def test_locks_are_those_of_every_system() -> None:
    """No module locks by what one system alone has."""
    for file in Path(stnb.__file__).parent.rglob("*.py"):
        code = file.read_text("utf-8")
        if "fcntl" not in code and "msvcrt" not in code:
            continue
        for node in ast.walk(parsed(code)):
            if isinstance(node, ast.Import):
                found = {alias.name for alias in node.names}
                assert not found & {"fcntl", "msvcrt"}, file
