"""Two processes that set up, sync or pull into one place at once: nothing is ever corrupt."""

from __future__ import annotations

import ast
import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pytest

import stnb
from stnb import CannotSave, credentials
from stnb.cli import main, setup
from stnb.credentials import write
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
        mock.patch.object(setup, "run", lambda options: run(options, lambda mine: works)),
    ):
        return str(main.main(["setup"]))


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
        try:
            answer = WORKS[sys.argv[1]](sys.argv[2], int(order))
        except BaseException as err:  # noqa: BLE001 - the parent is told
            answer = repr(err)
        print(answer, flush=True)  # noqa: T201


# -- both at once


def both(work: str, folder: Path) -> list[tuple[str, str]]:
    """Two processes do the same so many times, in each round begun together: what they said."""
    command = [sys.executable, __file__, work]
    root = str(Path(__file__).parents[2])
    options: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.DEVNULL,
        "text": True,
        "cwd": folder,
        "env": {**os.environ, "PYTHONPATH": root},
    }
    said = []
    with (
        subprocess.Popen([*command, TWO[0]], **options) as first,
        subprocess.Popen([*command, TWO[1]], **options) as second,
    ):
        for number in range(ROUNDS):
            for process in (first, second):
                process.stdin.write(f"{number}\n")  # type: ignore[union-attr]
            for process in (first, second):
                process.stdin.flush()  # type: ignore[union-attr]
            answers = [p.stdout.readline().strip() for p in (first, second)]  # type: ignore[union-attr]
            said.append((answers[0], answers[1]))
        first.stdin.close()  # type: ignore[union-attr]
        second.stdin.close()  # type: ignore[union-attr]
    return said


def test_two_that_write_one_env_file(tmp_path: Path) -> None:
    """Every variable of both is in it, once, beside what was there."""
    (tmp_path / ".env").write_text("# mine\nOTHER=1\n")
    assert both("puts", tmp_path) == [("done", "done")] * ROUNDS

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


def test_two_that_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each profile is whole, and the file stays private."""
    assert both("sets_up", tmp_path) == [("0", "0")] * ROUNDS

    monkeypatch.chdir(tmp_path)
    for who in TWO:
        for number in range(ROUNDS):
            assert credentials.load(f"{who}{number}").tenant == 985798691
    if os.name == "posix":
        assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} <= {".env", ".gitignore"}


def test_two_that_sync(tmp_path: Path) -> None:
    """One of them is told that the other is at work, or comes after it; the rows are the
    server's.
    """
    from tests.mirror.test_sync import Tenant, history, kept

    server = Tenant()
    history(server, 2)
    for number, said in enumerate(both("syncs", tmp_path)):
        assert "done" in said
        assert set(said) <= {"done", "Another sync is at work in it."}
        folder = tmp_path / f"data{number}"
        for table in ("toys_widgets", "toys_gadgets", "toys_colours"):
            assert kept(folder, table) == server.rows
        assert not (folder / ".stnb" / "lock").exists()


def test_two_that_pull_to_one_file(tmp_path: Path) -> None:
    """The file is whole whoever wrote it, and nothing is left beside it."""
    for number, said in enumerate(both("pulls", tmp_path)):
        assert "done" in said
        assert set(said) <= {"done", "Another pull writes to it now."}
        assert pd.read_parquet(tmp_path / f"rows{number}.parquet")["id"].tolist() == [*range(500)]
    assert len(list(tmp_path.iterdir())) == ROUNDS


def test_locks_are_those_of_every_system() -> None:
    """No module locks by what one system alone has."""
    for file in Path(stnb.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found = {alias.name for alias in node.names}
                assert not found & {"fcntl", "msvcrt"}, file
