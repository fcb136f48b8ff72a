"""Pulls: what arrives is kept, whoever stops it; progress, warnings and provenance are true."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pandas as pd
import pytest

from stnb import catalog
from stnb.account.resource import Resource
from stnb.catalog import Column, Endpoint, Param
from stnb.errors import (
    BadFilter,
    ColumnDrift,
    HiddenRows,
    Incomplete,
    NotAuthenticated,
    PagingFault,
    Rejected,
    StnbError,
    StnbWarning,
    UnexpectedAnswer,
    UnknownFilter,
)
from stnb.pull import Progress, Pull
from stnb.pull.progress import Tracker
from stnb.pull.store.memory import Memory
from stnb.session import loop
from tests.helpers import misbehaving_server
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.in_time import is_quick
from tests.helpers.interrupts import interrupted
from tests.helpers.misbehaving_server import Answer, Trouble, at, none
from tests.helpers.owner import SECRETS
from tests.helpers.toys import PAGING, Toys
from tests.helpers.warned import warned

COLUMNS = (Column("id", "integer"), Column("name", "string"), Column("on", "date-time"))
LIST = Endpoint(
    "toys.widgets",
    "toys",
    "/toys/v2/tenant/{tenant}/widgets",
    "list",
    params=(*PAGING, Param("colour")),
    key=("id",),
    page_size_max=5000,
    make_columns=lambda: COLUMNS,
)
HIDING = Endpoint(
    "toys.hidden",
    "toys",
    "/toys/v2/tenant/{tenant}/hidden",
    "list",
    params=(*PAGING, Param("active", values=("True", "Any"))),
    shows_all=("active", "Any"),
    make_columns=lambda: COLUMNS,
)
FEED = Endpoint(
    "toys.export.widgets",
    "toys",
    "/toys/v2/tenant/{tenant}/export/widgets",
    "export",
    params=(Param("from"),),
    key=("id",),
    make_columns=lambda: COLUMNS,
)
FILE = Endpoint("toys.picture", "toys", "/toys/v2/tenant/{tenant}/picture", "file")


def widget(i: int) -> dict[str, Any]:
    """The row with this id."""
    return {"id": i, "name": f"n{i}", "on": "2026-07-01T00:00:00Z"}


class Server(misbehaving_server.Server):
    """A tenant of so many widgets."""

    def __init__(self, count: int = 0, trouble: Trouble = none, **options: Any) -> None:
        super().__init__(Toys(count, make=widget), trouble, **options)

    def resource(self, endpoint: Endpoint = LIST, **options: Any) -> Resource:
        return super().resource(endpoint, **options)


@pytest.fixture(autouse=True)
def quick_switches() -> Iterator[None]:
    """Threads change places as often as they can, so that what races is found."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


# -- what arrives


@pytest.mark.parametrize("count", [0, 1, 500, 4321])
def test_a_pull_brings_every_row_typed_and_in_order(count: int) -> None:
    """Whatever the order in which pages arrive."""
    df = Server(count).resource().pull()

    assert df["id"].tolist() == list(range(count))
    assert df.dtypes.astype(str).to_dict() == {
        "id": "Int64",
        "name": "str",
        "on": "datetime64[us, UTC]",
    }


def test_provenance_is_complete_and_plain() -> None:
    """attrs tell what was asked and what came, in JSON's own types, and hold no secret."""
    server = Server(4321)
    df = server.resource().pull(colour="red", page_size=100)
    told = df.attrs["stnb"]

    assert json.loads(json.dumps(told)) == told
    expected = {
        "resource": "toys.widgets",
        "params": {"colour": "red"},
        "tenant": 42,
        "environment": "integration",
        "rows": 4321,
        "total": 4321,
        "complete": True,
        "pages": 44,
        "requests": 44,
        "duplicates": 0,
    }
    assert {name: told[name] for name in expected} == expected
    assert told["continue_from"] is None
    assert told["notices"] == told["new_columns"] == []
    assert 0 <= told["seconds"] < 60
    assert not any(s in json.dumps(told) for s in SECRETS)


@pytest.mark.long
def test_counts_are_exact_although_threads_race() -> None:
    """Pages decoded side by side lose no count, over and over."""
    for _ in range(5):
        server = Server(6000)
        seen: list[Progress] = []
        run = server.resource().start(page_size=50, progress=seen.append)
        df = run.wait()
        p = run.progress
        assert (p.rows, p.pages, p.requests, len(df)) == (6000, 120, 120, 6000)
        assert len(server.requests) == 120


def test_a_file_is_one_row_with_its_bytes() -> None:
    """content, contentType and size, whatever the bytes are."""
    picture = {"content": b"\x89PNG", "headers": {"content-type": "image/png"}}
    server = FakeTenant(lambda r: httpx.Response(200, **picture))

    df = server.resource(FILE).pull()

    assert df.to_dict("list") == {
        "content": [b"\x89PNG"],
        "contentType": ["image/png"],
        "size": [4],
    }
    assert df.attrs["stnb"]["rows"] == 1


def test_a_limit_is_exact_and_says_the_total() -> None:
    """Rows are cut behind the limit; count() still knows them all."""
    resource = Server(100_000).resource()

    df = resource.pull(limit=7)

    assert df["id"].tolist() == list(range(7))
    told = df.attrs["stnb"]
    assert (told["complete"], told["total"], told["rows"]) == (False, 100_000, 7)
    assert resource.head(3)["id"].tolist() == [0, 1, 2]
    assert resource.count() == 100_000
    assert resource.pull(limit=3000)["id"].tolist() == list(range(3000))


def test_an_export_keeps_its_last_cursor() -> None:
    """Unless rows behind it were cut off: going on from there would miss them."""
    batches = {"": [1, 2], "a": [3, 4], "b": [5]}
    names = list(batches)

    def answer(request: httpx.Request) -> httpx.Response:
        at = names.index(request.url.params.get("from", ""))
        rows = [{"id": i} for i in batches[names[at]]]
        return httpx.Response(
            200, json={"hasMore": at < 2, "continueFrom": "abc"[at], "data": rows}
        )

    resource = FakeTenant(answer).resource(FEED)

    assert resource.pull().attrs["stnb"]["continue_from"] == "c"
    assert resource.pull(limit=4).attrs["stnb"]["continue_from"] == "b"
    cut = resource.pull(limit=3)
    assert cut["id"].tolist() == [1, 2, 3]
    assert cut.attrs["stnb"]["continue_from"] is None


def test_a_feed_that_loses_its_cursor_keeps_rows_and_the_last_one() -> None:
    """The error's frame has every row, and the place from which to try again."""

    def answer(request: httpx.Request) -> httpx.Response:
        first = "from" not in request.url.params
        return httpx.Response(
            200,
            json={
                "hasMore": True,
                "continueFrom": "a" if first else None,
                "data": [{"id": 1 if first else 2}],
            },
        )

    with pytest.raises(PagingFault, match="is missing") as caught:
        FakeTenant(answer).resource(FEED).pull()

    assert caught.value.frame is not None
    assert caught.value.frame["id"].tolist() == [1, 2]
    assert caught.value.frame.attrs["stnb"]["continue_from"] == "a"


# -- stopping


def arrived(server: Server, pages: int, **options: Any) -> Pull:
    """A pull of which so many pages have arrived and the rest is held."""
    enough = threading.Event()
    run = server.resource().start(
        page_size=100, progress=lambda p: enough.set() if p.pages >= pages else None, **options
    )
    assert enough.wait(60)
    return run


def test_cancel_keeps_what_arrived_and_ends_within_a_second() -> None:
    """The frame has the pages that came, says that it is incomplete, and no request goes on."""
    ends = []

    def cancelled() -> float:
        server = Server(10_000, held=lambda page: page > 5)
        run = arrived(server, 5)
        began = time.monotonic()
        run.cancel()
        ends.append((server, run, *warned(run.wait)))
        return time.monotonic() - began

    assert is_quick(cancelled, 1.0)
    server, run, df, caught = ends[-1]
    assert df["id"].tolist() == list(range(500))
    assert (run.cancelled, run.done, run.error, run.progress.state) == (
        True,
        True,
        None,
        "cancelled",
    )
    assert [w.category for w in caught] == [Incomplete]
    assert "was cancelled: 500 rows of 10,000" in str(caught[0].message)
    assert df.attrs["stnb"]["complete"] is False
    asked = len(server.requests)
    assert server.dropped == asked - 5
    server.let_go()
    loop.run(asyncio.sleep, 0.02)
    assert len(server.requests) == asked
    assert run.frame is df


def test_cancel_at_any_moment_is_safe() -> None:
    """Before the first step, after the end, and twice: never an exception, always a frame with its
    columns.
    """
    for _ in range(20):
        run = Server(10_000, held=lambda page: True).resource().start()
        run.cancel()
        run.cancel()
        df, _ = warned(run.wait)
        assert list(df.columns) == ["id", "name", "on"]
        assert (len(df), run.cancelled, run.done) == (0, True, True)
    run = Server(10).resource().start()
    assert len(run.wait()) == 10
    run.cancel()
    assert len(run.wait()) == 10
    assert (run.cancelled, run.progress.state) == (False, "done")


def test_cancel_during_a_callback_is_safe() -> None:
    """A progress callback may cancel the pull that calls it."""
    runs: list[Pull] = []
    ready = threading.Event()

    def tell(p: Progress) -> None:
        if p.pages == 2:
            ready.wait(60)
            runs[0].cancel()

    runs.append(
        Server(10_000, held=lambda page: page > 2).resource().start(page_size=100, progress=tell)
    )
    ready.set()
    df, _ = warned(lambda: runs[0].wait(60))

    assert len(df) == 200


def test_pull_warns_of_rows_that_a_cancel_left_out() -> None:
    """Also if the progress callback is what cancels it."""
    runs: list[Pull] = []
    query = Server(10_000, held=lambda page: page > 2).resource().where(page_size=100)
    runs.append(query.prepare(progress=lambda p: runs[0].cancel() if p.pages == 2 else None))
    df, caught = warned(lambda: runs[0].start().result())

    assert len(df) == 200
    assert [w.category for w in caught] == [Incomplete]
    assert runs[0].notices == []


def test_notices_can_be_left_for_the_caller() -> None:
    """`result(notices=False)` warns of nothing; `notices` has what it would have been."""
    run = Server(30).resource().start(progress=lambda p: 1 / 0)
    frame = run.result(notices=False)

    assert len(frame) == 30
    assert [notice.category for notice in run.notices] == [StnbWarning]


def test_an_interrupt_cancels_and_keeps_the_rows() -> None:
    """Ctrl-C leaves wait() at once; what arrived is in the frame."""
    server = Server(10_000, held=lambda page: page > 3)
    run = arrived(server, 3)

    assert interrupted(lambda: run.wait(60)) < 30  # the server never answers
    df, _ = warned(run.wait)
    assert len(df) == 300
    assert run.cancelled


def test_an_interrupt_between_two_looks_cancels_too() -> None:
    """Wherever in the wait Ctrl-C comes, what was waited for does not go on."""

    class Looked(concurrent.futures.Future[None]):
        def done(self) -> bool:
            raise KeyboardInterrupt

    future = Looked()
    with pytest.raises(KeyboardInterrupt):
        loop.wait(future, 0.01)

    assert future.cancelled()


def test_wait_with_a_time_out_leaves_it_running() -> None:
    """TimeoutError, and later the whole frame."""
    server = Server(1000, held=lambda page: page > 1)
    run = arrived(server, 1)

    for timeout in (0, 0.01):
        with pytest.raises(TimeoutError):
            run.wait(timeout)
    assert (run.done, run.frame) == (False, None)
    assert run.progress.state in ("starting", "pulling")
    server.let_go()
    assert len(run.wait(60)) == 1000


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            lambda: httpx.Response(400, json={"title": "Bad", "errors": {"colour": ["no"]}}),
            Rejected,
        ),
        (lambda: httpx.Response(401), NotAuthenticated),
        (lambda: httpx.Response(200, html="<h1>Sign in</h1>"), UnexpectedAnswer),
        (lambda: httpx.Response(200, content=b'{"data":[{"id":1}'), UnexpectedAnswer),
        (
            lambda: httpx.Response(200, content=b'{"hasMore":true,"data":[{"id":1},{"id":}]}'),
            UnexpectedAnswer,
        ),
        (lambda: httpx.Response(200, json={"hasMore": True}), UnexpectedAnswer),
        (lambda: httpx.ReadError("reset"), StnbError),
    ],
)
def test_an_error_in_the_middle_keeps_the_rows_that_came(
    answer: Callable[[], Answer], kind: type[StnbError]
) -> None:
    """err.frame has them, typed; the message says so; run.frame is the same; nothing goes on."""
    server = Server(1000, at(7, answer), held=lambda page: page == 7)
    enough = threading.Event()
    run = server.resource().start(
        page_size=100, concurrency=3, progress=lambda p: enough.set() if p.pages >= 8 else None
    )
    assert enough.wait(60)
    server.let_go()

    with pytest.raises(kind) as caught:
        run.wait(60)
    err = caught.value

    assert err.frame is not None
    assert set(err.frame["id"]) >= set(range(600))
    assert len(err.frame) == run.progress.rows
    assert f"{len(err.frame):,} rows that had arrived are kept" in str(err)
    assert err.frame.attrs["stnb"]["complete"] is False
    assert (run.error, run.progress.state, run.cancelled) == (err, "failed", False)
    assert err.frame is run.frame
    with pytest.raises(kind):
        run.wait()


def test_an_error_before_the_first_row_has_no_frame() -> None:
    """None, rather than an empty frame that looks like a result."""
    with pytest.raises(Rejected) as caught:
        FakeTenant(lambda r: httpx.Response(400, json={})).resource(LIST).pull()

    assert caught.value.frame is None
    assert "kept" not in str(caught.value)


def test_a_failure_shows_no_secret_in_its_traceback() -> None:
    """No frame of the loop's thread, no cause, and no local with a secret in it."""
    with pytest.raises(NotAuthenticated) as caught:
        FakeTenant(lambda r: httpx.Response(401)).resource(LIST).pull()
    err: BaseException | None = caught.value
    texts: list[str] = []
    while err is not None:
        tb = err.__traceback__
        texts += [str(err), repr(err), repr(vars(err))]
        while tb is not None:
            if tb.tb_frame.f_code.co_filename != __file__:
                texts += map(repr, tb.tb_frame.f_locals.values())
            tb = tb.tb_next
        err = err.__context__ or err.__cause__

    assert not [t for t in texts if any(s in t for s in SECRETS)]


def test_what_cannot_be_sent_is_refused_at_once() -> None:
    """start() raises before anything is sent, on the line that calls it."""
    server = Server(10)
    resource = server.resource()

    for wrong in (
        {"limit": 0},
        {"limit": True},
        {"page_size": 5001},
        {"page_size": -1},
        {"concurrency": 0},
        {"page": 2},
        {"limit": 1.5},
    ):
        with pytest.raises(BadFilter):
            resource.start(**wrong)  # type: ignore[arg-type]
    with pytest.raises(UnknownFilter):
        resource.start(color="red")
    assert server.requests == []


# -- callbacks


def test_progress_is_told_and_ends_once() -> None:
    """It grows, knows the total after the first page, and the last word is done."""
    seen: list[Progress] = []
    Server(3000).resource().pull(page_size=100, progress=seen.append)

    assert seen[-1].state == "done"
    assert [p.state for p in seen].count("done") == 1
    assert (seen[-1].rows, seen[-1].total, seen[-1].pages, seen[-1].requests) == (
        3000,
        3000,
        30,
        30,
    )
    assert all(p.seconds >= 0 for p in seen)
    assert max(p.rows for p in seen) == 3000


def test_progress_tells_why_it_waits() -> None:
    """A 429 is told in words, with the patience that is left, and taken back when it goes on."""
    answers = iter(
        [
            httpx.Response(429, headers={"retry-after": "12"}, json={}),
            httpx.Response(200, json={"hasMore": False, "data": [{"id": 1}]}),
        ]
    )
    seen: list[Progress] = []
    FakeTenant(lambda r: next(answers)).resource(LIST).pull(progress=seen.append)

    waiting = [p for p in seen if p.state == "waiting"]
    asked, patience = "ServiceTitan asked for a pause", "try 1 of 5; 12 s of at most 300 s"
    assert waiting[0].note == f"waiting 12 s: {asked} ({patience})"
    assert seen[-1].note == ""
    assert seen[-1].requests == 2


def test_a_broken_callback_costs_no_rows() -> None:
    """It is left out from then on, and that is told once; the frame is complete."""
    calls: list[Progress] = []

    def broken(p: Progress) -> None:
        calls.append(p)
        raise RuntimeError("no bar today")

    df, caught = warned(lambda: Server(3000).resource().pull(page_size=100, progress=broken))

    assert len(df) == 3000
    assert df.attrs["stnb"]["complete"]
    assert [w.category for w in caught] == [StnbWarning]
    assert "no bar today" in str(caught[0].message)
    assert len(calls) < 10


def test_each_page_is_handed_on_as_it_arrives() -> None:
    """on_page gets every row once, as typed frames."""
    got: list[pd.DataFrame] = []
    df = Server(3000).resource().pull(page_size=100, on_page=got.append)

    assert sorted(i for page in got for i in page["id"]) == list(range(3000))
    assert all(str(page["on"].dtype) == "datetime64[us, UTC]" for page in got)
    assert len(df) == 3000


def test_an_exception_of_on_page_ends_the_pull() -> None:
    """It comes out of wait() as it is; what arrived is in run.frame."""

    def full(page: pd.DataFrame) -> None:
        raise OSError("disk full")

    run = Server(10_000).resource().start(page_size=100, on_page=full)

    with pytest.raises(OSError, match="disk full"):
        run.wait(60)
    assert run.progress.state == "failed"
    assert run.frame is not None
    assert len(run.frame) >= 100


def test_on_page_may_pull_itself() -> None:
    """A pull inside the callback, with a callback of its own, waits for no thread of the outer."""
    inner: list[int] = []

    def look(page: pd.DataFrame) -> None:
        got: list[pd.DataFrame] = []
        inner.append(len(Server(3).resource().pull(on_page=got.append)))
        assert len(got) == 1

    df = Server(1000).resource().pull(page_size=100, on_page=look)

    assert (len(df), inner) == (1000, [3] * 10)


def test_pages_are_handed_on_one_at_a_time() -> None:
    """Although several are decoded at once, no callback runs beside itself."""
    running, most = [0], [0]

    def slow(page: pd.DataFrame) -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        threading.Event().wait(0.002)
        running[0] -= 1

    Server(2000).resource().pull(page_size=100, on_page=slow)

    assert most == [1]


def test_a_cancel_while_the_frame_is_made_comes_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows are there, and so it is done."""
    finishing, go, real = threading.Event(), threading.Event(), Memory.finish

    def slowly(it: Memory, *arguments: Any, **more: Any) -> pd.DataFrame:
        finishing.set()
        assert go.wait(60)
        return real(it, *arguments, **more)

    monkeypatch.setattr(Memory, "finish", slowly)
    run = Server(1000).resource().start()
    assert finishing.wait(60)
    run.cancel()
    go.set()

    assert len(run.wait(60)) == 1000
    assert (run.cancelled, run.progress.state) == (False, "done")
    assert run.resume() is run


def test_a_pause_counts_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks sees how many seconds are left; none when it goes on."""
    clock = [100.0]
    monkeypatch.setattr("stnb.pull.progress.time.monotonic", lambda: clock[0])
    tracker = Tracker()
    tracker.wait_for("ServiceTitan asked for a pause", 7.0)
    seen = []
    for clock[0] in (100.0, 102.5, 110.0):
        seen.append((tracker.progress.resume_in, tracker.progress.note))

    assert seen == [
        (7.0, "waiting 7 s: ServiceTitan asked for a pause"),
        (4.5, "waiting 5 s: ServiceTitan asked for a pause"),
        (0.0, "waiting 1 s: ServiceTitan asked for a pause"),
    ]
    tracker.wait_for("")
    assert (tracker.progress.resume_in, tracker.progress.note) == (None, "")


# -- page by page


def test_pages_come_in_order_whatever_arrives_first() -> None:
    """Each is a typed frame of its own; together they are all rows."""
    server = Server(1000, held=lambda page: page == 2)
    walk = server.resource().pages(page_size=100)
    first = next(walk)
    server.let_go()

    found = [first, *walk]

    assert [len(p) for p in found] == [100] * 10
    assert [i for p in found for i in p["id"]] == list(range(1000))
    assert str(found[3]["on"].dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize("limit", [1, 100, 150, 999, 5000])
def test_pages_keep_the_limit(limit: int) -> None:
    """The last page is cut; none is empty."""
    found = list(Server(1000).resource().pages(page_size=100, limit=limit))

    assert sum(map(len, found)) == min(limit, 1000)
    assert all(len(p) for p in found)


def test_leaving_pages_early_stops_the_requests() -> None:
    """A break closes the walk: what is in flight is dropped."""
    server = Server(100_000, held=lambda page: page > 3)
    walk = server.resource().pages(page_size=100)
    next(walk)
    walk.close()  # type: ignore[attr-defined]

    asked = len(server.requests)
    server.let_go()
    loop.run(asyncio.sleep, 0.02)
    assert len(server.requests) == asked < 20


def test_a_page_is_handed_on_while_the_next_is_on_its_way() -> None:
    """The first page is there although no other ever comes."""
    server = Server(1000, held=lambda page: page > 1)
    walk = server.resource().pages(page_size=100)
    late = threading.Timer(20, server.let_go)
    late.start()

    assert next(walk)["id"].tolist() == list(range(100))
    assert late.is_alive()
    late.cancel()
    walk.close()  # type: ignore[attr-defined]
    server.let_go()


def test_an_error_comes_after_the_pages_before_it() -> None:
    """And a wrong filter before the first."""
    server = Server(1000, at(4, lambda: httpx.Response(400, json={})))
    found: list[pd.DataFrame] = []

    with pytest.raises(Rejected):
        for page in server.resource().pages(page_size=100, concurrency=1):
            found.append(page)  # noqa: PERF402 - what came before the error counts
    assert [len(p) for p in found] == [100] * 3
    with pytest.raises(UnknownFilter):
        Server().resource().pages(color="red")


def test_a_file_has_one_page() -> None:
    """The same frame as pull gives."""
    server = FakeTenant(lambda r: httpx.Response(200, content=b"x"))

    (page,) = server.resource(FILE).pages()

    assert page["content"].tolist() == [b"x"]


def test_pages_tell_of_hidden_rows_too() -> None:
    """The same warning as pull gives, at the caller's line."""
    pages, caught = warned(lambda: list(Server(10).resource(HIDING).pages()))

    assert len(pages) == 1
    assert [(w.category, w.filename) for w in caught] == [(HiddenRows, __file__)]


# -- warnings


def test_hidden_rows_are_told_once_at_the_callers_line() -> None:
    """One line says how to see them; asking for them, or a second pull, brings no warning."""
    resource = Server(10).resource(HIDING)

    df, caught = warned(lambda: resource.pull())
    _, again = warned(lambda: resource.pull())
    _, asked = warned(lambda: resource.pull(active="Any"))

    assert [(w.category, w.filename) for w in caught] == [(HiddenRows, __file__)]
    assert 'active="Any"' in str(caught[0].message)
    assert again == asked == []
    assert df.attrs["stnb"]["notices"] == [str(caught[0].message)]


def test_drift_is_told_once_at_the_callers_line() -> None:
    """It names the columns; attrs have it every time."""
    page = {"hasMore": False, "data": [{"id": "x", "new": 1}]}
    resource = FakeTenant(lambda r: httpx.Response(200, json=page)).resource(LIST)

    _, caught = warned(lambda: resource.pull())
    df, again = warned(lambda: resource.pull())

    assert [(w.category, w.filename) for w in caught] == [(ColumnDrift, __file__)]
    assert "new is not in the catalogue" in str(caught[0].message)
    assert again == []
    assert set(df.attrs["stnb"]["drift"]) == {"id", "new"}
    assert df.attrs["stnb"]["new_columns"] == ["new"]


def test_missing_rows_are_told_each_time() -> None:
    """A list that gives fewer rows than it says it has."""
    page = {"hasMore": False, "totalCount": 9, "data": [{"id": 1}, {"id": 1}]}
    resource = FakeTenant(lambda r: httpx.Response(200, json=page)).resource(LIST)

    for _ in range(2):
        df, caught = warned(lambda: resource.pull())
        assert {w.category for w in caught} == {Incomplete}
        assert all(w.filename == __file__ for w in caught)
        assert "9 rows and gave 1, 1 of them twice" in str(caught[0].message)
        assert (df.attrs["stnb"]["complete"], df.attrs["stnb"]["duplicates"]) == (False, 1)


def test_rows_that_came_twice_are_told_if_nothing_says_how_many_there_are() -> None:
    """Others may be missing in their place: whether the frame is complete is not known."""
    page = {"hasMore": False, "data": [{"id": 1}, {"id": 1}]}
    resource = FakeTenant(lambda r: httpx.Response(200, json=page)).resource(LIST)

    df, caught = warned(lambda: resource.pull())

    assert [(w.category, w.filename) for w in caught] == [(Incomplete, __file__)]
    assert "1 row twice" in str(caught[0].message)
    assert df.attrs["stnb"]["complete"] is None
    assert df.attrs["stnb"]["notices"] == [str(caught[0].message)]


def test_a_warning_made_an_error_leaves_the_frame() -> None:
    """With warnings as errors the pull raises, and the run still has its frame."""
    run = Server(10).resource(HIDING).start()

    with pytest.raises(HiddenRows):
        run.wait()
    assert run.frame is not None
    assert len(run.frame) == 10


# -- the loop below


def test_pulls_side_by_side_share_one_loop() -> None:
    """Ten threads pull at once; each has its own rows."""
    found: dict[int, int] = {}
    start = threading.Barrier(10)

    def one(count: int) -> None:
        start.wait()
        found[count] = len(Server(count).resource().pull(page_size=100))

    threads = [threading.Thread(target=one, args=(n * 100,)) for n in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)

    assert found == {n * 100: n * 100 for n in range(10)}


def test_one_loop_is_made_however_many_threads_are_first() -> None:
    """Two loops would share locks that belong to one of them."""
    loops: list[Any] = []
    start = threading.Barrier(16)

    def one() -> None:
        start.wait()
        loops.append(loop._loop(-1))

    threads = [threading.Thread(target=one) for _ in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)

    assert len({id(made) for made in loops}) == 1
    loops[0].call_soon_threadsafe(loops[0].stop)


def test_a_pull_works_inside_a_running_loop() -> None:
    """As in a notebook, whose cells run in one."""

    async def cell() -> int:
        return len(Server(1000).resource().pull())

    assert asyncio.run(cell()) == 1000


def test_the_repr_of_a_pull_shows_where_it_is() -> None:
    """Name, state and rows; nothing secret."""
    run = Server(10).resource().start()
    run.wait()

    assert repr(run) == "<Pull of toys.widgets · done · 10 rows>"
    assert catalog.load()["jpm.jobs"].name == "jpm.jobs"
