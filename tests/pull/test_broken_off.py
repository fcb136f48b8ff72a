"""Pulls that break off half-way: every row that had arrived is kept, and none is read twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb.catalog import load
from stnb.errors import ServerFault
from stnb.pull import Pull
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.interrupts import interrupted
from tests.helpers.toys import CATALOG as TOYS
from tests.helpers.toys import page_of, row
from tests.helpers.warned import quiet

CATALOG = load()
FAILS = httpx.Response(500, json={"title": "no"})
Body = dict[str, Any]


class Tenant(FakeTenant):
    """Answers so many requests, and fails or is silent from then on, until it is mended.

    Attributes:
        good: how many are answered.
        served: how often each row came in an answer.
        answered: what was asked for by the answers with rows.
    """

    def __init__(self, body: Callable[[str, Mapping[str, str]], Body | httpx.Response]) -> None:
        super().__init__(catalog=None)
        self.body, self.good, self.silent = body, 10**9, False
        self.served: Counter[int] = Counter()
        self.answered: list[str] = []
        self.came = 0

    def mend(self) -> None:
        self.good, self.silent = 10**9, False

    async def answer(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        if request.content:
            query = json.loads(request.content)
        body = self.body(request.url.path, query)
        if isinstance(body, httpx.Response):
            return body  # a refusal is none of the answers
        self.came += 1
        while self.came > self.good and self.silent:
            await asyncio.sleep(0.001)
        if self.came > self.good:
            return FAILS
        rows = body.get("data", body.get("availabilities"))
        assert isinstance(rows, list)
        self.served.update(each.get("id", 0) for each in rows)
        self.answered.append(f"{request.url} {request.content.decode()}")
        return httpx.Response(200, json=body)


def listed(count: int) -> Callable[[str, Mapping[str, str]], Body]:
    """A list of so many rows, or a feed of batches of 100."""

    def body(path: str, query: Mapping[str, str]) -> Body:
        if "/export/" in path:
            at = int(query.get("from", "c0").removeprefix("c"))
            rows = [row(i) for i in range(count)][at * 100 : at * 100 + 100]
            more = (at + 1) * 100 < count
            return {"hasMore": more, "continueFrom": f"c{at + 1}", "data": rows}
        return page_of([row(i) for i in range(count)], query)

    return body


def by_ids(most: int, rows: int = 20) -> Callable[[str, Mapping[str, str]], Body | httpx.Response]:
    """A list that takes so many ids a call, and gives so many rows a page."""

    def body(path: str, query: Mapping[str, str]) -> Body | httpx.Response:
        ids = query["ids"].split(",")
        if len(ids) > most:
            return httpx.Response(414)
        return page_of([row(int(i)) for i in ids], {**query, "pageSize": str(rows)})

    return body


def notes(path: str, query: Mapping[str, str]) -> Body:
    """250 notes of each customer."""
    customer = int(path.split("/")[-2])
    found = [{"id": customer * 1000 + i, "text": f"{i}"} for i in range(250)]
    return page_of(found, query)


def slots(path: str, query: Mapping[str, str]) -> Body:
    """A slot on each day that is asked for."""
    days = pd.date_range(query["startsOnOrAfter"], query["endsOnOrBefore"], inclusive="left")
    found = [f"{day:%Y-%m-%d}T12:00:00Z" for day in days]
    slots = [{"start": when, "startUtc": when} for when in found]
    return {"timeStamp": "2026-07-01T00:00:00Z", "availabilities": slots}


def late_if_large(path: str, query: Mapping[str, str]) -> Body | httpx.Response:
    """Pages of more than 800 rows come too late."""
    if int(query["pageSize"]) > 800:
        return httpx.Response(504)
    return page_of([row(i) for i in range(6_000)], query)


@dataclass(frozen=True)
class Kind:
    """A pull, and how many rows it has."""

    resource: str
    body: Callable[[str, Mapping[str, str]], Body | httpx.Response]
    filters: dict[str, Any]
    rows: int


KINDS = {
    "a list": Kind("toys.widgets", listed(4_000), {}, 4_000),
    "a list in small pages": Kind("toys.widgets", listed(900), {"page_size": 100}, 900),
    "a list without a key": Kind("toys.keyless", listed(4_000), {}, 4_000),
    "a list whose pages are late": Kind("toys.widgets", late_if_large, {}, 6_000),
    "a feed": Kind("toys.export.widgets", listed(700), {}, 700),
    "many ids": Kind("toys.widgets", by_ids(50, 50), {"ids": range(230)}, 230),
    "many ids, in pages": Kind("toys.widgets", by_ids(50), {"ids": range(230)}, 230),
    "many ids, in parts": Kind("toys.widgets", by_ids(10), {"ids": range(230)}, 230),
    "few ids, in parts": Kind("toys.widgets", by_ids(10), {"ids": range(50)}, 50),
    "many parents": Kind("crm.customers.notes", notes, {"id": range(1, 6), "page_size": 50}, 1250),
}


def started(kind: Kind, tenant: Tenant, **options: Any) -> Pull:
    catalog = TOYS if kind.resource in TOYS else CATALOG
    tenant.catalog = catalog
    resource = tenant.resource(catalog[kind.resource])
    return resource.start(**kind.filters, **options)


@pytest.mark.parametrize("good", [1, 2, 4])
@pytest.mark.parametrize("name", KINDS)
def test_what_arrived_is_kept_and_the_rest_is_read(name: str, good: int) -> None:
    """Each row of an answer is in the error once, and `resume` asks for no answer anew but one."""
    kind = KINDS[name]
    tenant = Tenant(kind.body)
    tenant.good = good

    with pytest.raises(ServerFault) as caught:
        quiet(started(kind, tenant).wait)
    err = caught.value
    assert err.frame is not None
    assert sorted(err.frame["id"]) == sorted(tenant.served)
    assert f"{len(tenant.served):,} rows that had arrived" in str(err)
    assert err.frame.attrs["stnb"]["complete"] is False
    kept = stnb.last_partial
    assert kept is not None
    assert len(kept) == len(err.frame)

    before = list(tenant.answered)
    tenant.mend()
    whole = quiet(err.resume)
    assert len(whole) == whole["id"].nunique() == kind.rows
    assert whole.attrs["stnb"]["complete"] is not False
    again = [asked for asked in tenant.answered[len(before) :] if asked in before]
    assert len(again) <= 1  # the last page of a list says whether there are more


@pytest.mark.parametrize("good", [1, 3, 5])
def test_windows_that_came_are_kept(good: int) -> None:
    """Each with the days of its own; those at its ends come with the window beside it."""
    tenant = Tenant(slots)
    tenant.good = good
    span = {"startsOnOrAfter": "2026-01-01", "endsOnOrBefore": "2026-04-01"}
    kind = Kind("dispatch.capacity", slots, {**span, "skillBasedAvailability": False}, 90)

    with pytest.raises(ServerFault) as caught:
        quiet(started(kind, tenant).wait)
    frame = caught.value.frame
    assert frame is not None
    assert len(tenant.answered) == good
    assert 12 * good <= len(frame) == frame["startUtc"].nunique() <= 14 * good

    tenant.mend()
    whole = quiet(caught.value.resume)
    assert len(whole) == whole["startUtc"].nunique() == kind.rows
    assert len(tenant.answered) == len(set(tenant.answered))


def silent_after(kind: Kind, good: int) -> tuple[Tenant, Pull]:
    """A pull whose server answers so often, and then never."""
    tenant = Tenant(kind.body)
    tenant.good, tenant.silent = good, True
    run = started(kind, tenant, concurrency=1)
    while tenant.came <= good:
        time.sleep(0.001)
    return tenant, run


@pytest.mark.parametrize(
    "name", ["many parents", "many ids, in pages", "few ids, in parts", "a feed"]
)
def test_a_cancel_keeps_what_arrived(name: str) -> None:
    """Of the call that was under way, too; the pull that goes on asks for nothing anew."""
    kind = KINDS[name]
    tenant, run = silent_after(kind, 3)
    run.cancel()

    frame = quiet(run.wait)
    assert sorted(frame["id"]) == sorted(tenant.served)
    assert len(frame) == run.progress.rows

    before = list(tenant.answered)
    tenant.mend()
    whole = quiet(run.resume().wait)
    assert sorted(whole["id"]) == sorted(set(tenant.served))
    assert not set(before) & set(tenant.answered[len(before) :])


@pytest.mark.parametrize("name", ["many parents", "many ids, in pages"])
def test_an_interrupt_keeps_what_arrived(name: str) -> None:
    """`last_partial` has the rows of the call that was under way."""
    tenant, run = silent_after(KINDS[name], 2)

    interrupted(lambda: run.wait(60))

    kept = stnb.last_partial
    assert kept is not None
    assert sorted(kept["id"]) == sorted(tenant.served)


def test_it_may_break_off_again_and_again() -> None:
    """Every time with all that came since the first."""
    kind = KINDS["many parents"]
    tenant = Tenant(kind.body)
    tenant.good = 1
    attempt: Callable[[], Any] = started(kind, tenant).wait
    for _ in range(4):
        with pytest.raises(ServerFault) as caught:
            quiet(attempt)
        frame = caught.value.frame
        assert frame is not None
        assert sorted(frame["id"]) == sorted(tenant.served)
        tenant.good = tenant.came + 3
        attempt = caught.value.resume
    tenant.mend()
    whole = quiet(attempt)
    assert sorted(whole["id"]) == sorted(tenant.served)
    again = {i % 1000 for i, times in tenant.served.items() if times > 1}
    assert again <= set(range(200, 250))  # the last page of a list says whether there are more


def test_a_pull_to_a_file_keeps_them_too(tmp_path: Path) -> None:
    """The rows of a batch that broke off are in `last_partial`; the file has each row once."""
    kind = KINDS["many ids, in pages"]
    tenant = Tenant(kind.body)
    tenant.good = 3
    resource = tenant.resource(TOYS[kind.resource])
    with pytest.raises(ServerFault) as caught:
        quiet(lambda: resource.pull(**kind.filters, to=tmp_path / "widgets.parquet"))
    kept = stnb.last_partial
    assert kept is not None
    assert sorted(kept["id"]) == sorted(tenant.served)

    tenant.mend()
    path = quiet(caught.value.resume)
    assert sorted(pd.read_parquet(path)["id"]) == sorted(tenant.served)
    assert set(tenant.served.values()) == {1}


def test_pages_of_ids_are_all_handed_on() -> None:
    """Also if some batches have more pages than others; once `pages()` lost those in silence."""

    def body(path: str, query: Mapping[str, str]) -> Body:
        there = [row(int(i)) for i in query["ids"].split(",") if int(i) >= 40]
        return page_of(there, {**query, "pageSize": "20"})

    tenant = Tenant(body)
    tenant.catalog = TOYS
    frames = list(tenant.resource(TOYS["toys.widgets"]).pages(ids=range(230)))

    assert sorted(i for frame in frames for i in frame["id"]) == list(range(40, 230))
