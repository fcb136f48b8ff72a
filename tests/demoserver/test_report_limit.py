"""The demo runs the same report once a minute, as the API does; each page is a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from stnb.catalog import load
from tests.conformance.client import Client

DATA = load()["reporting.report_category.reports.data"].path
LIST = load()["reporting.report_category.reports"].path
DAYS = {"parameters": [{"name": n, "value": "2025-06-01"} for n in ("From", "To")]}


class Clock:
    """Seconds since 1970, as a test sets them."""

    now = 1_772_452_800.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def demo(clock: Clock) -> Iterator[Client]:
    client = Client(clock=clock)
    yield client
    client.close()


def run(demo: Client, number: int = 0, body: Any = DAYS, **query: Any) -> httpx.Response:
    """A run of the first report of a category, or of another of them."""
    listed = demo.ask(LIST, {"pageSize": 50}, ("operations",)).json()["data"]
    keys = ("operations", str(listed[number]["id"]))
    return demo.ask(DATA, query, keys, "POST", body)


def test_the_same_report_runs_once_a_minute(demo: Client, clock: Clock) -> None:
    """The refusal says how long to wait, in its title and in `Retry-After`."""
    assert run(demo).status_code == 200
    clock.now += 10
    refused = run(demo)

    assert refused.status_code == 429
    assert set(refused.json()) == {"status", "title", "traceId"}
    assert refused.json()["title"] == "Rate limit is exceeded. Try again in 50 seconds."
    assert refused.headers["retry-after"] == "50"
    clock.now += 49
    assert run(demo).status_code == 429
    clock.now += 1
    assert run(demo).status_code == 200


def test_each_page_is_a_run(demo: Client) -> None:
    """Page 2 too, and other parameters make no other report."""
    assert run(demo, pageSize=5).status_code == 200
    assert run(demo, pageSize=5, page=2).status_code == 429
    demo.skip(60)
    assert run(demo, pageSize=5, page=2).status_code == 200
    other = {"parameters": [{"name": n, "value": "2025-07-01"} for n in ("From", "To")]}
    assert run(demo, body=other).status_code == 429


def test_another_report_runs_meanwhile(demo: Client) -> None:
    """The limit is on one report, and on no list."""
    assert [run(demo, number).status_code for number in (0, 1, 0)] == [200, 200, 429]


def test_a_refused_body_is_no_run(demo: Client) -> None:
    """Whoever corrects a parameter need not wait."""
    assert run(demo, body={}).status_code == 400
    assert run(demo, pageSize=25_001).status_code == 400
    assert run(demo).status_code == 200
