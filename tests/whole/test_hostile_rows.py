"""Hostile servers: every row comes, or it is said; `complete` is not True with one missing."""

from __future__ import annotations

import asyncio
import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import stnb
from stnb.account.account import Account
from stnb.demoserver import FAULTS, Fault, make_app
from stnb.session import Session
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.sample import tenth, tries
from tests.helpers.toys import CATALOG, row

# A feed has no count: if it says that it has ended, nothing can show that it has not.
UNKNOWABLE = {("jpm.export.jobs", "ends-early")}


COUNTED = ("right", "high", "moving")  # totals from which a row that is left out can be known


# -- the demo's faults


@pytest.fixture(scope="module")
def app() -> Any:
    """One demo for all faults, which are set anew for each pull."""
    return make_app(scale=0.05)


def account_of(app: Any) -> Account:
    async def rest(seconds: float) -> None:
        await asyncio.sleep(0)

    return Account(Session.of_app(app, stnb.demo()._session.credentials, sleep=rest))


def pulled(app: Any, name: str, **options: Any) -> tuple[pd.DataFrame | None, list[str]]:
    """The frame, or None if it failed in words; and what was said of the rows."""
    with account_of(app) as st, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frame = st[name].pull(**options)
        except stnb.StnbError as err:
            return None, [str(err)]
    return frame, [
        str(w.message) for w in caught if w.category in (stnb.Incomplete, stnb.FirstRows)
    ]


@pytest.fixture(scope="module")
def right(app: Any) -> Callable[[str, str], pd.DataFrame]:
    """The rows without any fault, pulled once for each way."""

    @functools.cache
    def pull(name: str, way: str) -> pd.DataFrame:
        app.state.faults.set([])
        frame, _ = pulled(app, name, **WAYS[way])
        assert frame is not None
        return frame

    return pull


WAYS: dict[str, dict[str, Any]] = {
    "whole": {"page_size": 100},
    "the first": {"limit": 250, "page_size": 100},
    "a feed": {},
}
CASES = [
    (fault, name, way, times)
    for times in (1, None)
    for name, way in (
        ("jpm.appointments", "whole"),
        ("jpm.appointments", "the first"),
        ("jpm.export.jobs", "a feed"),
    )
    for fault in FAULTS
]


@pytest.mark.parametrize(("fault", "name", "way", "times"), tenth(CASES, lambda case: case[0]))
def test_a_fault_of_the_demo_loses_no_row_untold(
    app: Any,
    right: Callable[[str, str], pd.DataFrame],
    fault: str,
    name: str,
    way: str,
    times: int | None,
) -> None:
    """Once, or each time: the rows are exact, or it is said that they are not."""
    options = WAYS[way]
    good = right(name, way)
    path = "/jobs" if "export" in name else "/appointments"
    app.state.faults.set([Fault(fault, path=path, seconds=0.01, times=times)])
    frame, texts = pulled(app, name, **options)
    app.state.faults.set([])

    if frame is None or (name, fault) in UNKNOWABLE:
        assert frame is not None or texts
        return
    about = frame.attrs["stnb"]
    missing = len(good) - len(frame)
    if fault != "big-ids":  # its ids are others
        missing = len(set(good["id"]) - set(frame["id"]))
    if missing:
        assert about["complete"] is not True
        assert texts
    limit = options.get("limit")
    assert limit is None or len(frame) <= limit


# -- any server


@dataclass
class Hostile(FakeTenant):
    """A list that is cut, counted and ended as the server likes.

    Attributes:
        count: how many rows there are at first.
        cap: rows a page at most.
        mores: what `hasMore` is on a page with more behind it, by the page's number.
        last: what it is on the last page.
        total: what totalCount says: "right", "none", "low", "high", "text" or "moving".
        repeats: pages that have the rows of the page before.
        short: pages that lack their last rows.
        grows: rows that are added with each request.
    """

    count: int
    cap: int
    mores: list[Any]
    last: Any
    total: str
    repeats: set[int]
    short: set[int]
    grows: int
    now: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        super().__init__(catalog=CATALOG)
        self.now = self.count
        if self.total not in COUNTED:
            self.short = set()  # nothing can show that a row was left out

    async def answer(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        page, size = int(query["page"]), min(int(query["pageSize"]), self.cap)
        shown = page - 1 if page in self.repeats else page
        found = list(range(self.now))[(shown - 1) * size : shown * size]
        if page in self.short:
            found = found[: len(found) // 2]
        body = {"page": page, "pageSize": size, "totalCount": self._total(page)}
        body["hasMore"] = self.last
        if page * size < self.now:
            body["hasMore"] = self.mores[page % len(self.mores)]
        self.now += self.grows
        return httpx.Response(200, json={**body, "data": [row(i) for i in found]})

    def _total(self, page: int) -> Any:
        said = {"right": self.now, "none": None, "low": self.now // 3, "high": self.now * 50 + 1}
        said |= {"text": str(self.now), "moving": self.now + page}
        return said[self.total]


servers = some.builds(
    Hostile,
    count=some.integers(0, 1400),
    cap=some.integers(20, 600),
    mores=some.lists(some.sampled_from([True, True, None, "true"]), min_size=1, max_size=3),
    last=some.sampled_from([False, False, None, "false"]),
    total=some.sampled_from(["right", "none", "low", "high", "text", "moving"]),
    repeats=some.sets(some.integers(2, 6), max_size=2),
    short=some.sets(some.integers(1, 6), max_size=1),
    grows=some.sampled_from([0, 0, 1, 7]),
)


@settings(max_examples=tries(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    server=servers,
    limit=some.none() | some.integers(1, 1500),
    size=some.none() | some.integers(30, 700),
)
def test_no_server_makes_a_missing_row_look_complete(
    server: Hostile, limit: int | None, size: int | None
) -> None:
    """Whatever it says of itself: each row once, and every row, or it is said."""
    account = Account(server.session(), catalog=CATALOG)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frame = account["toys.widgets"].pull(limit=limit, page_size=size, progress=False)
        except stnb.PagingFault:
            return  # the pages came in a circle, which is said
    about, ids = frame.attrs["stnb"], frame["id"].tolist()

    assert len(set(ids)) == len(ids)
    assert limit is None or len(ids) <= limit
    missing = set(range(server.count)) - set(ids)
    if missing:
        assert about["complete"] is not True
        assert any(w.category in (stnb.Incomplete, stnb.FirstRows) for w in caught)
    if about["complete"] is True:
        assert not missing
    honest = not (server.repeats or server.short)
    if honest and limit is None:
        assert not missing
