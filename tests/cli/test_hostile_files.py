"""Hostile rows by the command line: files and the pipe have every value that was sent."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from stnb import catalog
from stnb.account.account import Account
from stnb.catalog import Endpoint
from stnb.catalog.store import walk
from stnb.cli import main, pulling
from tests.frame.test_decode import Maker, missing
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.sample import EVERYTHING

pytestmark = pytest.mark.filterwarnings("ignore::stnb.StnbWarning")
KNOWN = catalog.load()
NAMES = ["accounting.invoices", "jpm.jobs", "crm.export.customers", "memberships.membership_types"]


def is_plain(endpoint: Endpoint) -> bool:
    """Whether it needs no filter, and has no durations, which files write as "26:00:00"."""
    if not endpoint.columns or endpoint.positional or endpoint.kind not in ("list", "export"):
        return False
    types = {column.type for _, column in walk(endpoint.columns)}
    return "duration" not in types and not endpoint.required


if EVERYTHING:
    NAMES = [endpoint.name for endpoint in KNOWN if is_plain(endpoint)]


@pytest.mark.parametrize("name", NAMES)
def test_files_and_the_pipe_have_what_was_sent(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Of each kind of file, and a file of text is what the pipe has."""
    maker = Maker(random.Random(name), wrong=0.15)
    rows = [maker.row(KNOWN[name].columns) | {"zPlace": place} for place in range(12)]
    for place, row in enumerate(rows):
        row |= {part: 1000 + place for part in KNOWN[name].key if part in row}
    body = {"data": rows, "hasMore": False, "totalCount": len(rows)}
    tenant = FakeTenant(lambda request: httpx.Response(200, json=body), catalog=KNOWN)
    monkeypatch.setattr(pulling, "connect", lambda *_: Account(tenant.session(), catalog=KNOWN))

    def pulled(*more: str) -> bytes:
        assert main.main(["pull", name, "--quiet", *more]) == 0
        return bytes(capfdbinary.readouterr().out)

    written = {}
    for ending in ("csv", "json", "parquet", "xlsx"):
        pulled("--to", str(tmp_path / f"x.{ending}"))
        written[ending] = (tmp_path / f"x.{ending}").read_bytes()
    assert pulled() == written["csv"]
    assert pulled("--format", "json") == written["json"]

    records: list[dict[str, Any]] = json.loads(written["json"], parse_float=Decimal)
    columns = {key: [record[key] for record in records] for key in records[0]}
    from_json = pd.DataFrame({k: pd.Series(v, dtype=object) for k, v in columns.items()})
    for frame in (from_json, pd.read_parquet(tmp_path / "x.parquet", dtype_backend="pyarrow")):
        assert frame["zPlace"].tolist() == list(range(12))
    for place, row in enumerate(rows):
        assert missing(row, from_json, place) == []
    assert len(pd.read_csv(tmp_path / "x.csv")) == 12
