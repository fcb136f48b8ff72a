"""A limit is not completeness: the server's count, and which rows these are, are told."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb.account.resource import Resource
from stnb.frame import notices, parquet
from stnb.tables import charts
from tests.helpers.misbehaving_server import Server, Toys
from tests.helpers.sample import tries


def said(run: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What it gives, and the texts of its warnings about first rows."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = run()
    return answer, [str(w.message) for w in caught if w.category is stnb.FirstRows]


def widgets(count: int, name: str = "toys.widgets") -> Resource:
    return Server(Toys(count)).account()[name]


@settings(max_examples=tries(25), deadline=None)
@given(
    count=some.integers(0, 1300), limit=some.integers(1, 1400), size=some.sampled_from([None, 7])
)
def test_complete_only_if_nothing_is_left(count: int, limit: int, size: int | None) -> None:
    """`total` is the server's count, whatever the limit, and the line is said if rows are left."""
    resource = widgets(count)
    frame, lines = said(lambda: resource.pull(limit=limit, page_size=size))
    told = frame.attrs["stnb"]

    assert len(frame) == min(count, limit)
    assert (told["total"], told["complete"]) == (count, limit >= count)
    assert lines == told["notices"]
    assert bool(lines) == (limit < count)


def test_the_line_is_the_same_everywhere(tmp_path: Path) -> None:
    """In a warning, in a frame, in a file, from pages and under a picture."""
    st = stnb.demo(scale=0.05)
    total = st.jpm.jobs.count()
    which = f"the first 50 of {total:,}, oldest first"

    frame, lines = said(lambda: st.jpm.jobs.pull(limit=50))
    _, of_file = said(lambda: st.jpm.jobs.pull(limit=50, to=tmp_path / "jobs.parquet"))
    _, of_pages = said(lambda: list(st.jpm.jobs.pages(limit=50)))
    about = parquet.provenance(str(tmp_path / "jobs.parquet"))
    picture = charts.draw(frame, charts.suggest(frame))

    assert lines == of_file == of_pages == [f"jpm.jobs: {which}."]
    assert frame.attrs["stnb"]["first"] == which
    assert about is not None
    assert (about["first"], about["complete"], about["total"]) == (which, False, total)
    assert f"Drawn from {which}." in picture.finding.notes


def test_it_is_said_each_time() -> None:
    """As what is missing is missing each time; a count asks for one row, and says nothing."""
    resource = widgets(400)

    assert said(resource.count) == (400, [])
    for _ in range(2):
        assert len(said(lambda: resource.pull(limit=3))[1]) == 1


def test_another_order_is_not_oldest_first() -> None:
    """Oldest first is said only of a list that is read by rising id."""
    st = stnb.demo(scale=0.05)

    for sort, oldest in (("+Id", True), ("-Id", False), ("+ModifiedOn", False), (None, True)):
        lines = said(lambda sort=sort: st.jpm.jobs.pull(limit=5, sort=sort))[1]
        assert [line.endswith("oldest first.") for line in lines] == [oldest]
    assert "oldest" not in said(lambda: st.settings.technicians.pull(limit=1, active="Any"))[1][0]


def test_a_feed_has_no_count() -> None:
    """Its first rows are said to be the first, of a number that the server does not say."""
    resource = widgets(400, "toys.export.widgets")
    frame, lines = said(lambda: resource.pull(limit=50))

    assert lines == ["toys.export.widgets: the first 50, and the server did not say of how many."]
    assert (frame.attrs["stnb"]["total"], frame.attrs["stnb"]["complete"]) == (None, False)
    whole, none = said(resource.pull)
    assert (whole.attrs["stnb"]["complete"], none) == (True, [])


def test_a_count_that_is_refuted_is_not_said() -> None:
    """Of 400 rows a server counts 20: the first 50 are not said to be the first of 20."""

    class Wrong(Server):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = await super().__call__(request)
            if "page" not in request.url.params:
                return answer
            body = json.loads(answer.content) | {"totalCount": 20}
            return httpx.Response(200, json=body)

    def of(read: Callable[[Resource], Any]) -> list[str]:
        return said(lambda: read(Wrong(Toys(400)).account()["toys.widgets"]))[1]

    lines = of(lambda widgets: widgets.pull(limit=50))
    assert lines == of(lambda widgets: list(widgets.pages(limit=50)))
    assert lines == ["toys.widgets: the first 50, and the server did not say of how many."]


def test_a_pull_that_ended_early_does_not_say_a_refuted_count() -> None:
    """Of 50 rows where the server counted 20, only the 50 are said."""
    endpoint = widgets(1).endpoint

    assert notices.arrived(50, 20, "failed") == "the 50 that had arrived when the pull failed"
    assert notices.arrived(20, 20, "failed").startswith("the 20 of 20 ")
    [notice] = notices.stopped(endpoint, "failed", 50, 20)
    assert notice.text == "The pull of toys.widgets failed: 50 rows had arrived."


@pytest.mark.parametrize(
    ("more", "total", "complete"),
    [(False, 3, True), (False, None, True), (None, 3, True), (None, None, None), (None, 9, False)],
)
def test_complete_is_what_the_server_said(
    more: bool | None, total: int | None, complete: bool | None
) -> None:
    """True only if it said that there is no more or how many there are; None if it said nothing."""

    class Short(Server):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = await super().__call__(request)
            if "page" not in request.url.params:
                return answer
            body = json.loads(answer.content) | {"hasMore": more, "totalCount": total}
            if request.url.params["page"] != "1":
                body["data"] = []
            return httpx.Response(200, json=body)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = Short(Toys(3)).account()["toys.widgets"].pull()

    assert len(frame) == 3
    assert frame.attrs["stnb"]["complete"] is complete


def test_the_first_rows_of_many_parents() -> None:
    """Not all parents were asked, so that the rows are not all."""
    st = stnb.demo(scale=0.05)
    ids = st.crm.customers.pull(limit=20, active="Any")["id"]
    frame: pd.DataFrame = said(lambda: st.crm.customers.notes.pull(id=ids, limit=1, bulk=False))[0]

    assert (len(frame), frame.attrs["stnb"]["complete"]) == (1, False)


@pytest.mark.filterwarnings("error::stnb.FirstRows")
def test_head_and_count_say_nothing_of_the_other_rows(st: stnb.Account) -> None:
    """Who asks for the first rows, or for a number, knows that there are more."""
    frame = st.jpm.jobs.head(3)

    assert len(frame) == 3
    assert frame.attrs["stnb"]["complete"] is False
    assert st.jpm.jobs.count() == frame.attrs["stnb"]["total"]
