"""What `stnb pull` says of the rows: which they are, and whether a filter was heard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.cli import main, pulling
from stnb.demoserver import make_app
from stnb.session import Session

JOBS = ["pull", "jpm.jobs", "--profile", "demo"]
COUNT = re.compile(r"([\d,]+) of ([\d,]+) rows")


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line reads from a demo that does not hear jobStatus."""
    app = make_app(scale=0.05)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        pairs = parse_qsl(scope.get("query_string", b"").decode(), keep_blank_values=True)
        heard = [pair for pair in pairs if pair[0] != "jobStatus"]
        await app({**scope, "query_string": urlencode(heard).encode()}, receive, send)

    def connect(profile: str | None, env_file: str | None = None) -> Account:
        owner = stnb.demo()._session.credentials
        return Account(Session.of_app(answer, owner, now=app.state.now))

    monkeypatch.setattr(pulling, "connect", connect)


def notes(capsys: pytest.CaptureFixture[str], about: str) -> list[str]:
    """The lines on standard error that hold some words."""
    return [line for line in capsys.readouterr().err.splitlines() if about in line]


@pytest.mark.parametrize("to", [[], ["--to", "jobs.csv"], ["--to", "jobs.parquet"]])
def test_the_first_rows_are_said_to_be_the_first(
    to: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, whether the rows go to a pipe, to a file, or to a file as they come."""
    assert main.main([*JOBS, "--limit", "50", *to]) == 0

    assert notes(capsys, "the first") == [
        "note: jpm.jobs: the first 50 of 6,000, oldest first.",
    ]


@pytest.mark.parametrize("to", [[], ["--to", "jobs.csv"], ["--to", "jobs.parquet"]])
def test_rows_that_do_not_fit_a_filter_are_counted(
    to: list[str], deaf: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with their number and the line of pandas that drops them, and every row comes."""
    assert main.main([*JOBS, "--limit", "50", "--jobStatus", "Completed", *to]) == 0

    [line] = notes(capsys, "jobStatus")
    assert line.startswith("note: jpm.jobs")
    [(wrong, count)] = COUNT.findall(line)
    assert count == "50"
    if to:
        reader = {".csv": pd.read_csv, ".parquet": pd.read_parquet}[Path(to[1]).suffix]
        rows = reader(to[1])
        assert int(wrong) == (rows["jobStatus"] != "Completed").sum() > 0


@pytest.mark.parametrize("to", [[], ["--to", "jobs.csv"], ["--to", "jobs.parquet"]])
def test_quiet_says_nothing(to: list[str], deaf: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither of the rows nor of the file; the rows themselves are the same."""
    given = [*JOBS, "--limit", "50", "--jobStatus", "Completed", *to]
    assert main.main([*given, "--quiet"]) == 0

    out, err = capsys.readouterr()
    assert err == ""
    assert len(out.splitlines()) == (0 if to else 51)


def test_a_limit_that_holds_nothing_back_says_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All rows are not the first rows."""
    assert main.main(["pull", "settings.business_units", "--profile", "demo", "--limit", "99"]) == 0

    assert notes(capsys, "the first") == []
