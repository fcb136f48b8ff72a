"""Forty tenants behind one `stnb demo serve`: two have the wrong secret, one is disabled, one is
throttled and one is slow, and the others have exactly their rows. A quick round has 12 of them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb.demoserver import keys_of
from stnb.errors import Incomplete, TenantsFailed
from stnb.pull import Progress
from tests.helpers.interrupts import ended
from tests.helpers.sample import EVERYTHING
from tests.helpers.warned import quiet, warned

TENANTS = 40 if EVERYTHING else 12
NAMES = [f"local{number:02d}" for number in range(1, TENANTS + 1)]
WRONG_SECRET, DISABLED, THROTTLED, SLOW = ["local05", "local07"], "local09", "local11", NAMES[-1]
BAD = [*WRONG_SECRET, DISABLED]
GOOD = [name for name in NAMES if name not in BAD]
PATIENCE = 120.0  # seconds until a test gives up; on a busy machine a server begins slowly


class Served:
    """`stnb demo serve --tenants` as a process of its own, and what goes wrong in it.

    Attributes:
        env: the .env file; two tenants have another tenant's secret in it.
    """

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "stnb", "demo", "serve"]
        command += ["--tenants", str(TENANTS), "--scale", "0.01"]
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert found, first
        self.url = found[0]
        lines = [self.process.stdout.readline() for _ in range(TENANTS * 7)]
        self.env = folder / ".env"
        self.env.write_text("".join(_with_wrong_secret(line) for line in lines))

    def order(self, name: str, what: str, given: Any) -> None:
        """Have one tenant do something wrong, or well again."""
        tenant = keys_of(NAMES.index(name)).tenant
        place = f"{self.url}/_demo/tenant/{tenant}/{what}"
        assert httpx.post(place, json=given, trust_env=False).status_code == 200

    def begin(self) -> None:
        """What goes wrong in each test."""
        self.order(DISABLED, "state", "disabled")
        throttled = {"name": "429-header", "path": "/jobs", "times": 2, "seconds": 0.0}
        self.order(THROTTLED, "faults", [throttled])
        self.order(SLOW, "faults", [{"name": "slow", "path": "/jobs", "times": 2, "seconds": 0.2}])

    def tenants(self, *names: str) -> stnb.Tenants:
        return stnb.tenants(*names, env_file=self.env)


def _with_wrong_secret(line: str) -> str:
    for name in WRONG_SECRET:
        if line.startswith(f"SERVICETITAN_{name.upper()}_CLIENT_SECRET="):
            return line.partition("=")[0] + "=cs9.another\n"
    return line


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all of these tests."""
    served = Served(tmp_path_factory.mktemp("forty"))
    try:
        yield served
    finally:
        ended(served.process)


@pytest.fixture
def served(server: Served) -> Served:
    """The server, with what goes wrong in it from the start."""
    server.begin()
    return server


@pytest.fixture(scope="module")
def alone(server: Served) -> dict[str, pd.DataFrame]:
    """The rows of each tenant that can be read, pulled one after the other."""
    with server.tenants(*GOOD) as ts:  # the file is read once
        return {name: quiet(ts[name].jpm.jobs.pull) for name in GOOD}


def check(df: pd.DataFrame, alone: dict[str, pd.DataFrame]) -> None:
    """Every tenant that can be read has exactly its rows, in the order of the profiles."""
    assert df["tenant"].drop_duplicates().tolist() == GOOD
    bare = df.copy(deep=False)
    bare.attrs = {}  # pandas would copy what is known of forty tenants at each step
    for name, rows in bare.groupby("tenant", sort=False):
        own = rows.drop(columns="tenant").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, alone[str(name)], check_flags=False)


def test_a_pull_has_the_rows_of_the_others_and_says_why_three_lack(
    served: Served, alone: dict[str, pd.DataFrame]
) -> None:
    """One warning, and a reason for each in the frame and in `problems`."""
    with served.tenants() as ts:
        with pytest.warns(Incomplete, match=f"lacks 3 of {TENANTS} tenants") as seen:
            df = ts.pull("jpm.jobs", progress=False)
        problems = ts.problems
    assert len([one for one in seen if issubclass(one.category, Incomplete)]) == 1
    check(df, alone)
    assert sorted(df.attrs["stnb"]["problems"]) == sorted(BAD)
    assert sorted(problems["tenant"]) == sorted(BAD)
    assert problems["problem"].str.len().gt(0).all()
    assert df.attrs["stnb"]["complete"] is False
    assert "another" not in json.dumps(df.attrs["stnb"]["problems"])  # no word of the secret


@pytest.mark.long
def test_a_count_is_a_row_for_each_tenant(served: Served, alone: dict[str, pd.DataFrame]) -> None:
    """Those that cannot be asked have a reason in place of a number."""
    with served.tenants() as ts:
        found = quiet(ts.where("jpm.jobs").count).set_index("tenant")
    assert found.index.tolist() == NAMES
    assert found.loc[GOOD, "rows"].tolist() == [len(alone[name]) for name in GOOD]
    assert found.loc[GOOD, "problem"].eq("").all()
    assert found.loc[BAD, "rows"].isna().all()
    assert found.loc[BAD, "problem"].ne("").all()


@pytest.mark.long
def test_strict_is_an_error_whose_resume_reads_what_is_missing(
    served: Served, alone: dict[str, pd.DataFrame]
) -> None:
    """Once the tenant is well again; the others are not asked a second time."""
    first, refused = NAMES[:2]
    names = [first, refused, THROTTLED, SLOW]
    no_scope = [{"name": "403", "path": "/jobs", "times": None}]
    served.order(refused, "faults", no_scope)
    with served.tenants(*names) as ts:
        with pytest.raises(TenantsFailed, match=refused) as raised:
            quiet(lambda: ts.pull("jpm.jobs", strict=True, progress=False))
        served.order(refused, "faults", [])
        others = (first, THROTTLED, SLOW)
        for name in others:
            served.order(name, "faults", no_scope)
        df = quiet(raised.value.resume)
        for name in others:
            served.order(name, "faults", [])
    assert df["tenant"].drop_duplicates().tolist() == names
    for name in names:
        assert df[df["tenant"] == name]["id"].tolist() == alone[name]["id"].tolist()
    assert df.attrs["stnb"]["complete"] is True


@pytest.mark.long
def test_cancel_keeps_what_has_arrived_and_resume_goes_on(
    served: Served, alone: dict[str, pd.DataFrame]
) -> None:
    """A tenant that does not answer is not waited for."""
    never = {"name": "slow", "path": "/jobs", "times": None, "seconds": 3600.0}
    served.order(SLOW, "faults", [never])
    others_ended = threading.Event()

    def hear(progress: Progress) -> None:
        if progress.step == f"{TENANTS - 1} of {TENANTS} tenants":
            others_ended.set()

    with served.tenants() as ts:
        run = ts.start("jpm.jobs", progress=hear)
        assert others_ended.wait(PATIENCE)
        run.cancel()
        cut = quiet(lambda: run.wait(PATIENCE))
        served.order(SLOW, "faults", [])
        df = quiet(ts.resume)
    assert cut["tenant"].drop_duplicates().tolist() == GOOD[:-1]
    assert cut.attrs["stnb"]["complete"] is False
    assert len(cut) == sum(len(alone[name]) for name in GOOD[:-1])
    check(df, alone)


@pytest.mark.long
def test_a_sync_keeps_a_folder_of_each_and_says_why_three_lack(
    served: Served, alone: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    """What was kept is read as one table; strict is an error, and costs the others nothing."""
    pytest.importorskip("duckdb")
    with served.tenants() as ts:
        done, said = warned(lambda: ts.sync("jpm.jobs", tmp_path / "lake", progress=False))
    with served.tenants(*BAD, *GOOD[:3]) as some, pytest.raises(TenantsFailed, match="3 of 6"):
        quiet(lambda: some.sync("jpm.jobs", tmp_path / "lake", progress=False, strict=True))
    lacking = done[done["problem"].ne("")]
    assert sorted(lacking["tenant"]) == sorted(BAD)
    assert len(done) == TENANTS
    assert said
    rows = stnb.sql("select tenant, count(*) n from jpm_jobs group by all", tmp_path / "lake")
    kept = dict(zip(rows["tenant"], rows["n"], strict=True))
    assert kept.keys() == set(GOOD)
    for name in GOOD:
        assert kept[name] >= len(alone[name])  # a feed has what is inactive, too


@pytest.mark.long
def test_the_command_line_says_how_many_were_read_and_why_others_were_not(
    served: Served, tmp_path: Path
) -> None:
    """Code 1 if a tenant lacks; one that is not ready counts among all that were meant."""
    env = tmp_path / "some.env"
    meant = ("LOCAL01_", "LOCAL02_", "LOCAL05_")
    lines = [line for line in served.env.read_text().splitlines() if line[13:21] in meant]
    env.write_text("\n".join([*lines, "SERVICETITAN_LOCAL03_TENANT_ID=7\n"]))
    command = [sys.executable, "-m", "stnb", "pull", "jpm.jobs", "--all", "--to", "lake"]
    done = subprocess.run(
        [*command, "--env-file", str(env)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "2 of 4 tenants -> " in done.stderr
    assert "invalid_client" in done.stderr
    files = sorted(path.parent.name for path in (tmp_path / "lake").glob("*/jpm_jobs.parquet"))
    assert files == ["tenant=local01", "tenant=local02"]
