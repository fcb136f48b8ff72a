"""What commands say of pulls that fail is for the shell: its options, and no names of Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.catalog import load
from stnb.cli import main, pulling, tenants
from stnb.credentials import Limits
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.owner import owner

OF_PYTHON = re.compile(r"err\.|page_size|limit=|columns=|resume|frame\b")
JOBS = ["pull", "jpm.jobs"]


def page(request: httpx.Request, **envelope: object) -> httpx.Response:
    number = int(request.url.params["page"])
    size = int(request.url.params["pageSize"])
    rows = [{"id": i} for i in range((number - 1) * size, number * size)]
    body = {"data": rows, "page": number, "pageSize": size, "hasMore": True, **envelope}
    return httpx.Response(200, json=body)


def late(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no")


SERVERS: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "past its count": lambda request: page(request, totalCount=600),
    "nothing new": lambda request: page(request, data=[]),
    "the same page": lambda request: page(request, data=[{"id": 1}]),
    "too large": lambda request: httpx.Response(200, content=b" " * 600_000),
    "late": late,
    "refuses its pages": lambda request: httpx.Response(
        400, json={"errors": {"pageSize": ["is odd"]}}
    ),
}


def behind(
    monkeypatch: pytest.MonkeyPatch, server: Callable[[httpx.Request], httpx.Response]
) -> None:
    """The command line reads from this server."""
    mine = owner(limits=Limits(max_body=0.5))
    session = FakeTenant(server, owner=mine).session(mine)
    monkeypatch.setattr(pulling, "connect", lambda *_: Account(session, catalog=load()))


@pytest.mark.parametrize("name", SERVERS)
def test_no_word_of_python(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a server does, its error names options as the command line writes them."""
    behind(monkeypatch, SERVERS[name])

    assert main.main([*JOBS, "-o", "jobs.csv"]) == 1
    said = capsys.readouterr().err
    assert OF_PYTHON.findall(said) == []
    assert said.count("stnb: ") == 1


@pytest.mark.parametrize("line", [["--page-size", "99999"], ["--columns", "nothing"]])
def test_options_are_named_as_they_are_written(
    line: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An option that does not fit is named with its dashes."""
    behind(monkeypatch, SERVERS["late"])

    assert main.main([*JOBS, *line]) == 2
    said = capsys.readouterr().err
    assert line[0] in said or line[1] in said
    assert OF_PYTHON.findall(said) == []


def test_rows_that_came_are_kept_or_said_to_be_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the file that was asked for; a pipe gets no half of an answer, and a note says so."""
    behind(monkeypatch, SERVERS["past its count"])
    assert main.main([*JOBS, "-o", "jobs.csv"]) == 1
    kept = pd.read_csv("jobs.partial.csv")
    assert f"the {len(kept):,} rows that had arrived are in jobs.partial.csv." in (
        capsys.readouterr().err
    )
    assert len(kept) >= 1_600

    assert main.main(JOBS) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "rows that had arrived are not printed; with --to FILE they would be kept." in said.err


def test_what_is_asked_instead_is_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    """A known trap names the filter that avoids it as the command line writes it."""
    line = ["--profile", "demo", "--completedOnOrAfter", "2026-01-01", "-n", "500"]
    assert main.main([*JOBS, *line, "-o", "jobs.csv"]) == 0

    said = capsys.readouterr().err
    assert "filter by --jobStatus Completed for those that were done" in said
    assert OF_PYTHON.findall(said) == []


def test_in_python_the_same_errors_speak_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook is told of `err.frame`, `err.resume()` and `limit=`."""
    session = FakeTenant(SERVERS["past its count"]).session(owner())
    jobs = Account(session, catalog=load()).jpm.jobs

    with pytest.raises(stnb.PagingFault, match=r"err\.resume\(\).*limit=.*kept in err\.frame"):
        jobs.pull(progress=False)


def test_each_tenant_that_failed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """If none of several could be read, each has a line, and what came of them is kept."""
    failed = stnb.TenantsFailed.of("jpm.jobs was not read", {"a": "No.", "b": "Late."}, 2, "Mend.")
    failed.frame = pd.DataFrame({"id": [1, 2]})

    class Both:
        def __enter__(self) -> Both:
            return self

        def __exit__(self, *_: object) -> None: ...

        def pull(self, *_: object, **__: object) -> None:
            raise failed

    monkeypatch.setattr(pulling, "tenants_of", lambda options: Both())
    monkeypatch.setattr(tenants, "check_file_here", lambda options: None)

    assert main.main([*JOBS, "--all", "-o", str(tmp_path / "all.csv")]) == 1
    said = capsys.readouterr().err
    assert "\nb: Late." in said
    assert pd.read_csv(tmp_path / "all.partial.csv")["id"].tolist() == [1, 2]
