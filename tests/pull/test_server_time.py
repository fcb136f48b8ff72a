"""The server's clock bounds the rows, and never this machine's."""

from __future__ import annotations

import datetime as dt
import warnings
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.account.resource import Resource
from stnb.frame import notices, parquet
from stnb.session import clock
from tests.helpers.misbehaving_server import Server, Toys
from tests.helpers.toys import page_of, row

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)  # at the server


class Growing(Toys):
    """1,300 rows, the newest of which were created in the last minutes."""

    def body(self, path: str, query: Any) -> dict[str, Any]:
        bound = dt.datetime.fromisoformat(query.get("createdBefore", "2999-01-01T00:00:00Z"))
        found = [i for i in range(1300) if NOW - dt.timedelta(seconds=1300 - i) < bound]
        envelope = page_of(found, query)
        return {**envelope, "data": [row(i) for i in envelope["data"]]}


def tenant(monkeypatch: pytest.MonkeyPatch, off: float, **headers: str) -> tuple[Server, Resource]:
    """A tenant whose answers are dated, seen from a machine whose clock is so many seconds off."""
    monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(seconds=off))
    dated = {"date": format_datetime(NOW, usegmt=True), **headers}
    server = Server(
        Growing(1300), lambda page, n, right: httpx.Response(200, json=right, headers=dated)
    )
    return server, server.account()["toys.bounded"]


def told(resource: Resource, **options: Any) -> tuple[pd.DataFrame, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = resource.pull(**options)
    return frame, [str(w.message) for w in caught]


@pytest.mark.parametrize("off", [-600.0, -30.0, 0.0, 30.0, 600.0, 7200.0, -90_000.0])
def test_the_newest_rows_come_whatever_this_machine_says(
    monkeypatch: pytest.MonkeyPatch, off: float
) -> None:
    """The bound is the server's own date; of a clock a day off there is none."""
    server, resource = tenant(monkeypatch, off)
    frame, texts = told(resource)
    about = frame.attrs["stnb"]

    bounds = {query.get("createdBefore") for query in server.queries[1:]}
    assert bounds == {None if off < -86_400 else "2026-07-01T12:00:00Z"}
    assert (len(frame), about["complete"]) == (1300, True)
    assert about["notices"] == texts
    assert len(texts) == (abs(off) > 60)
    assert ("Rows are bounded by the server's" in "".join(texts)) == (60 < abs(off) < 86_400)


def test_a_clock_that_is_off_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how far, and on which side; `attrs` have it each time."""
    notices.forget()
    resource = tenant(monkeypatch, -600)[1]
    first, texts = told(resource)
    second, nothing = told(resource)

    assert len(texts) == 1
    assert texts[0].startswith("This computer's clock is 10 minutes behind the server's.")
    assert nothing == []
    assert first.attrs["stnb"]["notices"] == second.attrs["stnb"]["notices"] == texts
    notices.forget()


@pytest.mark.parametrize("headers", [{"date": ""}, {"date": "soon"}, {"age": "4000"}])
def test_a_server_that_does_not_tell_the_time_sets_no_bound(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    """Nor does an answer out of a cache."""
    server, resource = tenant(monkeypatch, -600, **headers)
    frame, texts = told(resource)

    assert {query.get("createdBefore") for query in server.queries} == {None}
    assert (len(frame), texts, frame.attrs["stnb"]["until"]) == (1300, [], None)


def test_phrases_are_counted_from_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as one answer has told its time: today is the server's day."""
    server, resource = tenant(monkeypatch, -13 * 3600)
    told(resource)
    told(resource, createdBefore="today")

    assert server.queries[-1]["createdBefore"] == "2026-07-01T00:00:00Z"


@pytest.mark.parametrize("off", [-7200.0, 7200.0])
def test_a_later_pull_goes_on_from_the_server_s_time(
    monkeypatch: pytest.MonkeyPatch, off: float, tmp_path: Path
) -> None:
    """What a frame and a file say of their beginning is the server's time."""
    resource = tenant(monkeypatch, off)[1]
    frame = told(resource)[0]
    told(resource, to=tmp_path / "rows.parquet")
    about = parquet.provenance(str(tmp_path / "rows.parquet"))

    assert about is not None
    for began in (frame.attrs["stnb"]["began"], about["began"]):
        assert began in ("2026-07-01T12:00:00Z", "2026-07-01T12:00:01Z")  # a Date has no fractions


@given(
    off=some.floats(-1e6, 1e6),
    there=some.floats(0, 60),
    back=some.floats(0, 60),
)
def test_the_difference_is_never_more_than_it_is(off: float, there: float, back: float) -> None:
    """However long an answer takes: 0 if both clocks may be the same."""
    sent, arrived = NOW, NOW + dt.timedelta(seconds=there + back)
    made = NOW + dt.timedelta(seconds=there + off)
    seen = clock.ahead(made.replace(microsecond=0), sent, arrived)

    assert abs(seen) <= abs(off) + 1e-3
    assert seen == 0 or (seen > 0) == (off > 0)
    assert abs(seen - off) <= there + back + 1
