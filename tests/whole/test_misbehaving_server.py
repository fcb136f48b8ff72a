"""What a pull does with a server that misbehaves: nothing is lost, nothing comes twice, and all of
it is told.

The parts alone are in test_session, test_pager and test_pull; here whole pulls meet each fault.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx
import pandas as pd
import pyarrow as pa
import pytest

import stnb
from stnb import (
    ColumnDrift,
    NotAllowed,
    NotFound,
    PagingFault,
    RateLimited,
    Rejected,
    RequestError,
    ServerFault,
    StnbError,
    UnexpectedAnswer,
    Unreachable,
)
from stnb.account.resource import Resource
from stnb.frame import Decoded, decode
from stnb.pull import Progress, Pull
from stnb.session import loop
from tests.helpers.in_time import PATIENCE, is_quick
from tests.helpers.interrupts import interrupted
from tests.helpers.loopback import Loopback
from tests.helpers.misbehaving_server import Answer, Server, Stream
from tests.helpers.moments import NOW
from tests.helpers.owner import TOKEN
from tests.helpers.sample import EVERYTHING
from tests.helpers.threads import threads
from tests.helpers.toys import Toys, page_of, row
from tests.helpers.warned import said

HTML = "<html><body>maintenance</body></html>"


def plain(body: Any) -> httpx.Response:
    return httpx.Response(200, json=body)


def held_until(server: Server, run: Pull, pages: int) -> Pull:
    """Let go of what is held once so many pages are decoded."""
    until = time.monotonic() + PATIENCE
    while run.progress.pages < pages and time.monotonic() < until:
        time.sleep(0.001)
    server.let_go()
    return run


def failed(run: Pull) -> StnbError:
    with pytest.raises(StnbError) as caught:
        run.wait(60)
    return caught.value


def widgets(server: Server, name: str = "toys.widgets") -> Resource:
    return server.account()[name]


# -- 429


def pause(kind: str) -> httpx.Response:
    headers = {"seconds": "40", "date": formatdate(NOW.timestamp() + 40, usegmt=True)}
    title = "Rate limit is exceeded. Try again in 40 seconds." if kind == "title" else "Slow down."
    return httpx.Response(
        429,
        headers={"retry-after": headers[kind]} if kind in headers else {},
        json={"title": title},
    )


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [("seconds", 40, 41), ("date", 38, 41), ("title", 40, 41), ("neither", 0, 1)],
)
@pytest.mark.usefixtures("still")
def test_a_pause_is_waited_once_for_the_whole_tenant(kind: str, least: float, most: float) -> None:
    """Eight pages in flight and another pull of the same tenant are told to wait: one pause for
    all, told in words, no row lost.
    """
    together, told = asyncio.Barrier(8), list[int]()

    class Limited(Server):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = await super().__call__(request)
            page = int(request.url.params.get("page", 0))
            if 2 <= page <= 9 and self.asked[page] == 1:
                await together.wait()
                told.append(len(self.times))
                return pause(kind)
            return answer

    server, seen = Limited(Toys(4000)), list[Progress]()
    server.clock.turns = 1000  # a pull that does not wait has time to show it
    st = server.account()
    first = st["toys.widgets"].start(page_size=100, progress=seen.append)
    second = st["toys.export.widgets"].start()

    assert first.wait(60)["id"].tolist() == second.wait(60)["id"].tolist() == list(range(4000))
    assert least <= server.clock.now <= most
    if kind != "neither":
        assert len(server.clock.slept) == 1
        # One of the other pull may be on its way when the server says so.
        assert sum(at < least for at in server.times[told[-1] :]) <= 1
    assert {page for page, n in server.asked.items() if n > 1} == set(range(2, 10))
    assert max(server.asked.values()) == 2
    notes = {p.note for p in seen if p.state == "waiting"}
    assert notes
    assert all("ServiceTitan asked for a pause" in note for note in notes)
    assert seen[-1].note == ""


def test_a_pause_beyond_patience_keeps_the_rows() -> None:
    """An hour is not waited: the error has the rows, and goes on when the reader wants."""
    refusal = httpx.Response(429, headers={"retry-after": "3600"})
    server = Server(
        trouble=lambda page, n, right: refusal if (page, n) == (7, 1) else None,
        held=lambda page: page == 7,
    )
    err = failed(held_until(server, widgets(server).start(page_size=100), 9))

    assert isinstance(err, RateLimited)
    assert err.frame is not None
    assert len(err.frame) == 900
    assert server.clock.slept == []
    assert err.resume()["id"].tolist() == list(range(1000))


# -- trouble that passes, or does not


def stream(*parts: bytes | Exception, **headers: str) -> httpx.Response:
    return httpx.Response(
        200, headers={k.replace("_", "-"): v for k, v in headers.items()}, stream=Stream(*parts)
    )


def packed(right: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(right).encode())


TROUBLES: dict[str, tuple[Callable[[dict[str, Any]], Answer], type[StnbError]]] = {
    **{
        str(n): (lambda right, n=n: httpx.Response(n, json={"title": "Oops"}), ServerFault)
        for n in (500, 502, 503, 504)
    },
    "429": (lambda right: httpx.Response(429), RateLimited),
    "html": (lambda right: httpx.Response(200, html=HTML), UnexpectedAnswer),
    "error page": (lambda right: httpx.Response(503, html=HTML), ServerFault),
    "nothing": (lambda right: httpx.Response(200, content=b" \n"), UnexpectedAnswer),
    "reset": (lambda right: httpx.ReadError("reset"), Unreachable),
    "refused": (lambda right: httpx.ConnectError("refused"), Unreachable),
    "left": (lambda right: httpx.RemoteProtocolError("left without an answer"), Unreachable),
    "slow": (lambda right: httpx.ReadTimeout("slow"), Unreachable),
    "slow to connect": (lambda right: httpx.ConnectTimeout("slow"), Unreachable),
    "reset in the body": (
        lambda right: stream(json.dumps(right).encode()[:90], httpx.ReadError("reset")),
        Unreachable,
    ),
    "cut": (
        lambda right: httpx.Response(200, content=json.dumps(right).encode()[:-9]),
        UnexpectedAnswer,
    ),
    "cut behind a row": (
        lambda right: httpx.Response(200, content=json.dumps(right).encode()[:-2]),
        UnexpectedAnswer,
    ),
    "cut in gzip": (
        lambda right: stream(packed(right)[:-12], content_encoding="gzip"), Unreachable,
    ),
    "no gzip at all": (
        lambda right: stream(json.dumps(right).encode(), content_encoding="gzip"), Unreachable,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TROUBLES)
def test_a_page_is_asked_for_five_times(case: str) -> None:
    """Four troubles and then an answer: each row once, nothing warned of, and the other pages are
    asked for once.
    """
    make, _ = TROUBLES[case]
    server, seen = (
        Server(trouble=lambda page, n, right: make(right) if page == 3 and n < 5 else None),
        list[Progress](),
    )

    df = widgets(server).pull(page_size=100, progress=seen.append)

    assert df["id"].tolist() == list(range(1000))
    assert server.asked == Counter({**dict.fromkeys(range(1, 11), 1), 3: 5})
    assert df.attrs["stnb"]["requests"] == 14
    assert (df.attrs["stnb"]["complete"], df.attrs["stnb"]["notices"]) == (True, [])
    waits = [s for s in server.clock.slept if s > 0]
    assert len(waits) == 4
    assert all(wait <= span for wait, span in zip(waits, (1, 2, 4, 8), strict=True))
    assert any(p.state == "waiting" and p.note for p in seen)
    assert seen[-1].note == ""


@pytest.mark.parametrize("case", TROUBLES)
def test_an_error_keeps_the_rows_and_goes_on(case: str) -> None:
    """After five tries: `err.frame` has all that arrived, and `resume` reads only what had not."""
    make, kind = TROUBLES[case]
    well = threading.Event()
    server = Server(
        trouble=lambda page, n, right: None if page != 3 or well.is_set() else make(right),
        held=lambda page: page == 3,
    )
    err = failed(held_until(server, widgets(server).start(page_size=100), 9))

    assert type(err) is kind
    assert err.frame is not None
    assert err.frame["id"].tolist() == [i for i in range(1000) if i // 100 != 2]
    assert not err.frame.attrs["stnb"]["complete"]
    assert "900 rows that had arrived are kept" in str(err)
    assert (server.asked[3], sum(server.clock.slept) <= 15) == (5, True)

    well.set()
    before = server.asked.copy()
    df, texts = said(err.resume)
    assert df["id"].tolist() == list(range(1000))
    assert df.attrs["stnb"]["complete"]
    assert texts == []
    # The last page is read once more, as it alone tells whether there are more by now.
    assert server.asked - before == Counter({3: 1, 10: 1})
    pd.testing.assert_frame_equal(df, widgets(Server()).pull(page_size=100))


def test_waits_side_by_side_are_spread() -> None:
    """Full jitter: pages that fail together do not come back together."""
    server = Server(
        trouble=lambda page, n, right: httpx.Response(503) if n == 1 and page > 1 else None
    )

    assert len(widgets(server).pull(page_size=20)) == 1000
    assert len(set(server.clock.slept)) > 40
    assert min(server.clock.slept) < 0.3 < 0.7 < max(server.clock.slept) <= 1


def small(i: int) -> dict[str, Any]:
    """A row of few bytes, with a list in it."""
    return {"id": i, "tags": [i]}


def envelopes() -> dict[str, Callable[[dict[str, Any]], bytes]]:
    """The same page with its rows at the end, at the front and in the middle."""

    def written(*names: str) -> Callable[[dict[str, Any]], bytes]:
        def write(right: dict[str, Any]) -> bytes:
            ordered = {**{n: right[n] for n in names if n in right}, **right}
            return json.dumps(ordered, separators=(",", ":")).encode()

        return write

    return {"behind": written(), "before": written("data"), "between": written("hasMore", "data")}


@pytest.mark.parametrize("order", envelopes())
@pytest.mark.parametrize("name", ["toys.widgets", "toys.export.widgets"])
def test_a_body_cut_anywhere_costs_no_row(name: str, order: str) -> None:
    """At every byte, in the first, a middle and the last page, wherever the envelope lies: asked
    for again, and that is all.
    """
    write, toys = envelopes()[order], Toys(6, batch=2, make=small)
    pages = [1, 2, 3] if name == "toys.widgets" else ["c0", "c1", "c2"]
    bodies = []
    for p in pages:
        path = "/export/" if isinstance(p, str) else "/"
        bodies.append(toys.body(path, {"page": str(p), "from": str(p), "pageSize": "2"}))
    length = max(len(write(body)) for body in bodies)
    options = {"page_size": 2} if name == "toys.widgets" else {}
    # In the quick round at every seventh, which takes each of the three pages in turn.
    for at in range(0, length, 1 if EVERYTHING else 7):

        def trouble(page: Any, n: int, right: dict[str, Any]) -> Answer:
            body = write(right)
            short = page == pages[at % 3] and n == 1 and at < len(body)  # noqa: B023
            return httpx.Response(200, content=body[:at] if short else body)  # noqa: B023

        server = Server(toys, trouble)
        df, texts = said(lambda: widgets(server, name).pull(**options))  # noqa: B023
        assert (df["id"].tolist(), texts) == ([0, 1, 2, 3, 4, 5], []), at
        assert [server.asked[p] for p in pages] in (
            [1, 1, 1],
            *([2 if p == pages[at % 3] else 1 for p in pages],),
        ), at


@pytest.mark.long
def test_a_gzip_body_cut_anywhere_costs_no_row() -> None:
    """Whatever could be inflated of it is not taken for the page."""
    toys = Toys(4, make=small)
    whole = packed(toys.body("/", {"page": "2", "pageSize": "2"}))
    for at in range(len(whole)):

        def trouble(page: Any, n: int, right: dict[str, Any]) -> Answer:
            if (page, n) != (2, 1):
                return None
            return stream(whole[:at], content_encoding="gzip")  # noqa: B023

        server = Server(toys, trouble)
        assert widgets(server).pull(page_size=2)["id"].tolist() == [0, 1, 2, 3], at
        assert server.asked[2] == 2, at


def test_the_note_of_an_unreadable_page_goes_away() -> None:
    """Once the page has come, the progress line says no more of it."""
    spoilt = b'{"page":3,"hasMore":true,"totalCount":1000,"data":[{"id":1},{"id":}]}'
    server = Server(
        trouble=lambda page, n, right: (
            httpx.Response(200, content=spoilt) if (page, n) == (3, 1) else None
        )
    )
    seen: list[Progress] = []

    df = widgets(server).pull(page_size=100, progress=seen.append, concurrency=1)

    assert df["id"].tolist() == list(range(1000))
    told = [p.note for p in seen]
    assert "an answer could not be read, and is asked for again" in told
    assert told[-2] == ""


# -- resume


def test_what_fails_again_is_resumed_again() -> None:
    """Three failures in three places: each time only what lacks is read, and the end is whole."""
    broken = {4: 1, 7: 2, 9: 3}
    stage = [1]
    server = Server(
        trouble=lambda page, n, right: (
            httpx.Response(400, json={}) if broken.get(page, 0) >= stage[0] else None
        )
    )
    with pytest.raises(Rejected) as caught:
        widgets(server).pull(page_size=100, concurrency=1)
    err, kept = caught.value, list[int]()
    while stage[0] < 3:
        assert err.frame is not None
        kept.append(len(err.frame))
        stage[0] += 1
        with pytest.raises(Rejected) as caught:
            err.resume()
        err = caught.value
    stage[0] += 1

    assert err.frame is not None
    assert [*kept, len(err.frame)] == [300, 600, 800]
    df = err.resume()
    assert df["id"].tolist() == list(range(1000))
    assert all(n == 1 for page, n in server.asked.items() if page not in (*broken, 10))
    assert df.attrs["stnb"]["requests"] == sum(server.asked.values())


def test_a_feed_goes_on_from_its_cursor() -> None:
    """What had arrived is not read again, and the last cursor is that of an undisturbed pull."""
    well = threading.Event()
    server = Server(
        trouble=lambda page, n, right: (
            None if page != "c4" or well.is_set() else httpx.Response(500)
        )
    )
    with pytest.raises(ServerFault) as caught:
        widgets(server, "toys.export.widgets").pull()
    err = caught.value

    assert err.frame is not None
    assert err.frame["id"].tolist() == list(range(400))
    assert err.frame.attrs["stnb"]["continue_from"] == "c4"
    well.set()
    df = err.resume()
    assert df["id"].tolist() == list(range(1000))
    assert df.attrs["stnb"]["continue_from"] == "c10"
    assert server.asked == Counter({**{f"c{i}": 1 for i in range(10)}, "c4": 6})


def test_a_feed_that_fails_in_the_decoder_is_read_from_the_gap_on() -> None:
    """A batch whose bytes never make sense, behind which others came: no cursor behind the gap is
    trusted.
    """
    spoilt = b'{"hasMore":true,"continueFrom":"c3","data":[{"id":1},{"id":}]}'
    well = threading.Event()

    def trouble(page: Any, n: int, right: dict[str, Any]) -> Answer:
        return httpx.Response(200, content=spoilt) if page == "c2" and not well.is_set() else None

    server = Server(trouble=trouble)
    with pytest.raises(UnexpectedAnswer) as caught:
        widgets(server, "toys.export.widgets").pull()
    err = caught.value
    assert server.asked["c2"] == 5
    assert err.frame is not None
    assert err.frame["id"].tolist()[:200] == list(range(200))
    assert err.frame.attrs["stnb"]["continue_from"] == "c2"
    well.set()

    assert err.resume()["id"].tolist() == list(range(1000))
    assert (server.asked["c0"], server.asked["c1"], server.asked["c2"]) == (1, 1, 6)


def test_batches_of_ids_are_resumed() -> None:
    """Only the batch that failed is asked for again."""
    well = threading.Event()
    server = Server(
        trouble=lambda page, n, right: (
            None if page != "100" or well.is_set() else httpx.Response(500)
        ),
        held=lambda page: page == "100",
    )
    err = failed(held_until(server, widgets(server).start(ids=range(300)), 5))

    assert err.frame is not None
    assert len(err.frame) == 250
    well.set()
    assert err.resume()["id"].tolist() == list(range(300))
    assert {page: n for page, n in server.asked.items() if n > 1} == {"100": 6}


@pytest.mark.parametrize("name", ["toys.keyless", "toys.export.keyless"])
def test_rows_without_a_key_come_once_after_a_resume(name: str) -> None:
    """Nothing could drop them if a page were kept twice."""
    well = threading.Event()
    bad = {"toys.keyless": 5, "toys.export.keyless": "c5"}[name]
    server = Server(
        trouble=lambda page, n, right: None if page != bad or well.is_set() else httpx.Response(400)
    )
    options = {"page_size": 100} if name == "toys.keyless" else {}
    with pytest.raises(Rejected) as caught:
        widgets(server, name).pull(**options)
    well.set()

    assert caught.value.resume()["id"].tolist() == list(range(1000))


@pytest.mark.parametrize("limit", [150, 450, 1000])
def test_a_limit_holds_after_a_resume(limit: int) -> None:
    """Of a feed, whose rows are counted on the way, and of a list."""
    for name, bad, options in (
        ("toys.export.widgets", "c1", {}),
        ("toys.widgets", 2, {"page_size": 100}),
    ):
        server = Server(
            trouble=lambda page, n, right: httpx.Response(400) if page == bad and n == 1 else None  # noqa: B023
        )
        with pytest.raises(Rejected) as caught:
            widgets(server, name).pull(limit=limit, **options)
        assert caught.value.resume()["id"].tolist() == list(range(limit))


@pytest.mark.parametrize(("second", "word"), [("c1", "repeats"), (None, "is missing")])
@pytest.mark.parametrize("name", ["toys.export.widgets", "toys.export.keyless"])
def test_a_feed_whose_cursor_is_mended_is_whole_after_a_resume(
    name: str, second: str | None, word: str
) -> None:
    """The batch with the wrong cursor is asked for again, those before it are not, and no row comes
    twice.
    """
    server = Server(
        Toys(500),
        trouble=lambda page, n, right: (
            plain({**right, "continueFrom": second}) if (page, n) == ("c1", 1) else None
        ),
    )
    with pytest.raises(PagingFault, match=word) as caught:
        widgets(server, name).pull()
    assert caught.value.frame is not None
    assert caught.value.frame["id"].tolist() == list(range(200))

    assert caught.value.resume()["id"].tolist() == list(range(500))
    assert server.asked == Counter({"c0": 1, "c1": 2, "c2": 1, "c3": 1, "c4": 1})


def test_a_limit_that_is_met_asks_for_no_cursor() -> None:
    """head() of a feed whose next cursor is missing has its rows."""
    server = Server(trouble=lambda page, n, right: plain({**right, "continueFrom": None}))

    assert widgets(server, "toys.export.widgets").head()["id"].tolist() == [0, 1, 2, 3, 4]


def test_a_cancelled_pull_goes_on() -> None:
    """Right after `cancel()`, and twice: each page that had arrived is read once."""
    server = Server(Toys(3000), held=lambda page: page in (5, 20))
    run = widgets(server).start(page_size=100)
    until = time.monotonic() + PATIENCE
    while run.progress.pages < 28 and time.monotonic() < until:
        time.sleep(0.001)
    run.cancel()
    again = run.resume()
    assert again.progress.rows == 2800
    again.cancel()
    server.let_go()

    df, texts = said(again.resume().wait)
    assert df["id"].tolist() == list(range(3000))
    assert texts == []
    assert {page for page, n in server.asked.items() if n > 1} <= {5, 20, 30}


def test_a_pull_that_is_whole_is_not_read_again() -> None:
    """`resume` of a pull that is done, or still runs, is that pull."""
    server = Server(held=lambda page: page == 9)
    run = widgets(server).start(page_size=100)

    assert run.resume() is run
    server.let_go()
    df = run.wait(60)
    assert run.resume() is run
    assert run.resume().wait(60) is df
    assert len(df) == 1000
    assert max(server.asked.values()) == 1


@pytest.mark.long
def test_what_a_cancelled_pull_wrote_to_disk_goes_on_at_once(tmp_path: Any) -> None:
    """The pages in the folder are taken up by the same pull, although the first one has hardly
    ended.
    """
    for _ in range(5):
        server = Server(Toys(2000), held=lambda page: page == 11)
        run = widgets(server).start(page_size=100, to=tmp_path / "w.parquet")
        until = time.monotonic() + PATIENCE
        while run.progress.pages < 5 and time.monotonic() < until:
            time.sleep(0.001)
        run.cancel()
        server.let_go()
        path = run.resume().saved(PATIENCE)

        assert sorted(pd.read_parquet(path)["id"]) == list(range(2000))
        path.unlink()


def test_an_error_of_a_pull_to_a_file_goes_on_to_the_file(tmp_path: Any) -> None:
    """`err.resume()` answers with the path, and the pages on disk are not asked for again."""
    well = threading.Event()
    server = Server(
        trouble=lambda page, n, right: None if page != 3 or well.is_set() else httpx.Response(403),
        held=lambda page: page == 3,
    )
    run = held_until(server, widgets(server).start(page_size=100, to=tmp_path), 9)
    with pytest.raises(NotAllowed) as caught:
        run.saved(20)
    assert list(tmp_path.glob("*.parquet")) == []
    well.set()

    path = caught.value.resume()
    assert pd.read_parquet(path)["id"].tolist() == list(range(1000))
    assert {page: n for page, n in server.asked.items() if n > 1} == {3: 2, 10: 2}


def test_other_ids_are_another_pull_to_the_same_file(tmp_path: Any) -> None:
    """Two long lists of ids that begin and end alike: the second does not go on with the first
    one's pages.
    """
    server = Server(trouble=lambda page, n, right: httpx.Response(400) if page == "150" else None)
    with pytest.raises(Rejected):
        widgets(server).pull(ids=[*range(100), *range(150, 300)], to=tmp_path)
    wanted = [*range(50), *range(400, 600)]
    other = [0, *wanted[1:-1], 299]

    path = widgets(Server()).pull(ids=other, to=tmp_path)
    assert sorted(pd.read_parquet(path)["id"]) == sorted(other)


# -- 401


def test_a_token_that_ends_early_costs_one_more_for_all() -> None:
    """Eight pages in flight are refused together: one new token, each page once more, every row."""
    together = asyncio.Barrier(8)

    class Expiring(Server):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = await super().__call__(request)
            if (
                request.headers.get("authorization") == f"Bearer {TOKEN}1"
                and 10 <= int(request.url.params["page"]) <= 17
            ):
                await together.wait()
                return httpx.Response(401)
            return answer

    server = Expiring(Toys(4000))

    assert widgets(server).pull(page_size=100)["id"].tolist() == list(range(4000))
    assert server.tokens == 2
    assert {page for page, n in server.asked.items() if n > 1} == set(range(10, 18))
    assert max(server.asked.values()) == 2


# -- totals, hasMore, short pages


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (lambda page, n, right: {**right, "totalCount": None}, None),
        (
            lambda page, n, right: {**right, "totalCount": 960},
            "totalCount said 960 rows, and 1,000 came",
        ),
        (lambda page, n, right: {**right, "totalCount": 300}, "more pages than totalCount said"),
        (
            lambda page, n, right: {**right, "totalCount": 1040},
            "said that it has 1,040 rows and gave 1,000",
        ),
        (
            lambda page, n, right: {**right, "totalCount": 5000},
            "said that it has 5,000 rows and gave 1,000",
        ),
        (
            lambda page, n, right: {**right, "totalCount": 1000 + page % 2},
            "totalCount changed while the pages were read: from 1,000 to 1,001",
        ),
        (lambda page, n, right: {**right, "totalCount": "1000"}, None),
    ],
)  # fmt: skip
def test_what_disagrees_with_the_total_is_told(lie: Any, words: str | None) -> None:
    """hasMore decides, every row comes, and one warning at least says what disagreed."""
    server = Server(trouble=lambda page, n, right: plain(lie(page, n, right)))

    df, texts = said(lambda: widgets(server).pull(page_size=100))

    assert df["id"].tolist() == list(range(1000))
    assert sum(words in text for text in texts) == 1 if words else texts == []
    assert df.attrs["stnb"]["notices"] == texts


def test_a_list_that_says_no_more_too_early_is_incomplete() -> None:
    """hasMore false on the first of ten pages: the rows that came, and a warning that names both
    numbers.
    """
    server = Server(trouble=lambda page, n, right: plain({**right, "hasMore": False}))

    df, texts = said(lambda: widgets(server).pull(page_size=100))

    assert len(df) == 100
    assert not df.attrs["stnb"]["complete"]
    assert any("said that it has 1,000 rows and gave 100" in text for text in texts)


def test_empty_and_short_pages_are_no_end_of_a_pull() -> None:
    """What lies behind them is read; what the server kept back is told."""
    server = Server(
        trouble=lambda page, n, right: plain(
            {**right, "data": [] if page == 4 else right["data"][: 100 - page]}
        )
    )

    df, texts = said(lambda: widgets(server).pull(page_size=100))

    assert df["id"].tolist() == [
        i for i in range(1000) if i // 100 != 3 and i % 100 < 99 - i // 100
    ]
    assert any(f"said that it has 1,000 rows and gave {len(df)}" in text for text in texts)


# -- rows that shift


class Shifting(Toys):
    """A list into which rows are put, and in which rows change, between any two requests; `order`
    as the server has it.
    """

    def __init__(self, count: int, newest_first: bool = False) -> None:
        super().__init__(count)
        self.live = [row(i, createdOn="2026-01-01T00:00:00Z") for i in range(count)]
        self.newest_first, self.asked, self.gone = newest_first, 0, list[int]()

    def shift(self) -> None:
        """One more row, and another one changed."""
        self.live.append(row(len(self.live), createdOn="2999-01-01T00:00:00Z"))
        self.live[self.asked] = {
            **self.live[self.asked],
            "modifiedOn": f"2026-08-01T00:00:{self.asked:02}Z",
            "name": "new",
        }

    def body(self, path: str, query: Any) -> dict[str, Any]:
        self.asked += 1
        self.shift()
        bound = query.get("createdBefore", "9999")
        rows = [r for r in self.live if r["createdOn"] < bound and r["id"] not in self.gone]
        if self.newest_first and "sort" not in query:
            rows = rows[::-1]
        return page_of(rows, query)


def test_new_rows_shift_no_page_where_the_endpoint_can_be_bounded() -> None:
    """An upper bound and an order by id: exactly the rows that were there, each once; the first
    page alone has no bound yet.
    """

    def dated(page: Any, n: int, right: dict[str, Any]) -> httpx.Response:
        return httpx.Response(200, json=right, headers={"date": formatdate(usegmt=True)})

    server = Server(Shifting(1000, newest_first=True), dated)

    df, texts = said(lambda: widgets(server, "toys.bounded").pull(page_size=100, columns=["id"]))

    assert df["id"].tolist() == list(range(1000))
    assert {q.get("sort") for q in server.queries} == {"+Id"}
    bounds = [q.get("createdBefore") for q in server.queries]
    assert set(bounds[1:]) == {df.attrs["stnb"]["until"]}
    assert df.attrs["stnb"]["until"] is not None
    assert all("totalCount changed" in text for text in texts)


def test_rows_that_shift_come_once_and_are_told() -> None:
    """Newest first and no bound: those that come twice are dropped but for the newest, and the
    numbers are compared.
    """
    server = Server(Shifting(1000, newest_first=True))

    df, texts = said(lambda: widgets(server).pull(page_size=100, concurrency=1))

    assert not df["id"].duplicated().any()
    assert set(df["id"]) >= set(range(1000))
    assert df.attrs["stnb"]["duplicates"] > 0
    assert any("totalCount changed" in text for text in texts)
    assert any("rows and gave" in text for text in texts)


def test_of_a_row_that_changed_meanwhile_the_newest_stays() -> None:
    """The same row on two pages, and the later page has the older state: another row may be missing
    in its place, which is told, as the server gives no total.
    """
    old, new = row(7), row(7, name="changed", modifiedOn="2026-07-02T00:00:00Z")
    pages = {1: [new, row(1)], 2: [row(2), old], 3: [row(3)]}
    server = Server(
        trouble=lambda page, n, right: plain(
            {**right, "totalCount": None, "hasMore": page < 3, "data": pages[page]}
        )
    )

    df, texts = said(lambda: widgets(server).pull(page_size=2))

    assert df.set_index("id")["name"].to_dict() == {7: "changed", 1: "n1", 2: "n2", 3: "n3"}
    assert any("1 row twice" in text for text in texts)
    both = widgets(server).pull(page_size=2, keep="all")
    assert sorted(both.loc[both["id"] == 7, "name"]) == ["changed", "n7"]


def test_rows_that_are_deleted_meanwhile_are_told() -> None:
    """Rows that move up between two pages are missed by any client; the numbers show it."""

    class Deleting(Shifting):
        def shift(self) -> None:
            self.gone.append(self.asked)

    df, texts = said(lambda: widgets(Server(Deleting(1000))).pull(page_size=100, concurrency=1))

    assert len(df) < 999
    assert any("totalCount changed" in text for text in texts)


# -- exports


def test_a_feed_that_goes_in_a_circle_keeps_its_rows() -> None:
    """A cursor that comes again: the rows up to there, and the cursor that was still good."""
    server = Server(
        Toys(100_000),
        trouble=lambda page, n, right: (
            plain({**right, "continueFrom": "c1"}) if page == "c3" else None
        ),
    )
    with pytest.raises(PagingFault, match="repeats") as caught:
        widgets(server, "toys.export.widgets").pull()

    assert caught.value.frame is not None
    assert caught.value.frame["id"].tolist() == list(range(400))
    assert sum(server.asked.values()) == 4


def test_empty_batches_and_rows_sent_again() -> None:
    """Nothing new here and there is more: goes on; of rows that were sent again the newest stays,
    or all where asked for.
    """
    batches = {
        "c0": [row(1), row(2)],
        "c1": [],
        "c2": [row(1, name="second", modifiedOn="2026-07-03T00:00:00Z")],
        "c3": [row(1, name="third", modifiedOn="2026-07-02T00:00:00.5Z"), row(3)],
    }
    server = Server(
        Toys(400), trouble=lambda page, n, right: plain({**right, "data": batches[page]})
    )
    feed = widgets(server, "toys.export.widgets")

    df = feed.pull()
    assert df.set_index("id")["name"].to_dict() == {1: "second", 2: "n2", 3: "n3"}
    assert (df.attrs["stnb"]["duplicates"], df.attrs["stnb"]["notices"]) == (2, [])
    assert df.attrs["stnb"]["continue_from"] == "c4"
    assert feed.pull(keep="all")["name"].tolist() == ["n1", "n2", "second", "third", "n3"]


# -- data


def test_odd_data_is_kept_exactly_and_told_once() -> None:
    """Unknown keys, missing ones, nulls, other types, large ids, odd times, deep and polymorphic
    objects over five pages.
    """
    deep: Any = 1
    for _ in range(40):
        deep = {"in": deep}
    odd = {
        1: {"new": 1},
        2: {"new": {"kind": "b"}, "modifiedOn": "0001-01-01T00:00:00"},
        3: {"modifiedOn": "2026-07-01T12:30:45.1234567Z", "tags": None},
        4: {"id": 2**53 + 1, "modifiedOn": "9999-12-31T23:59:59.9999999Z"},
        5: {"name": {"first": "x"}, "tags": [1, "two"], "deep": deep},
    }
    toys = Toys(500)

    def trouble(page: Any, n: int, right: dict[str, Any]) -> Answer:
        first, *rest = right["data"]
        last = rest.pop()
        del last["name"], last["tags"]
        return plain(
            {
                **right,
                "data": [
                    {**first, **odd[page]},
                    *rest,
                    {**last, "id": None if page == 2 else last["id"]},
                ],
            }
        )

    server = Server(toys, trouble=trouble)
    (df, twice), texts = said(
        lambda: (widgets(server).pull(page_size=100), widgets(server).pull(page_size=100))
    )

    assert len(df) == len(twice) == 500
    assert str(df["id"].dtype) == "Int64"
    assert df["id"].isna().sum() == 1
    assert 2**53 + 1 in set(df["id"].dropna())
    names = df["name"].dropna().tolist()
    assert len(names) == 495
    assert [json.loads(n) for n in names if not n.startswith("n")] == [{"first": "x"}]
    assert str(df["modifiedOn"].dtype) == "datetime64[us, UTC]"
    years = df["modifiedOn"].dt.year
    assert (years.min(), years.max()) == (1, 9999)
    assert df["modifiedOn"].iloc[200] == pd.Timestamp("2026-07-01T12:30:45.123456Z")
    assert json.loads(df["tags"].iloc[400]) == [1, "two"]
    assert (
        df["new"].iloc[0],
        df["new.kind"].iloc[100],
        df["deep." + "in." * 39 + "in"].iloc[400],
    ) == (1, "b", 1)
    drift = [text for text in texts if "differs from the catalogue" in text]
    assert len(drift) == 1
    told = df.attrs["stnb"]["drift"]
    assert told == twice.attrs["stnb"]["drift"]
    assert told["name"] == "holds values that are no string in 1 row; kept as text"
    assert "modifiedOn" not in told
    assert {"new", "new.kind", "tags"} < set(told)


def test_drift_is_counted_over_all_pages() -> None:
    """The same oddity on ten pages is one sentence with the number of its rows."""

    def trouble(page: Any, n: int, right: dict[str, Any]) -> Answer:
        return plain(
            {
                **right,
                "data": [
                    {**r, "colour": "red", "name": 5} if r["id"] % 2 else r for r in right["data"]
                ],
            }
        )

    with pytest.warns(ColumnDrift) as caught:
        df = widgets(Server(trouble=trouble)).pull(page_size=100)

    assert len(caught) == 1
    assert df.attrs["stnb"]["drift"] == {
        "name": "holds values that are no string in 500 rows; kept as text",
        "colour": "is not in the catalogue; found in 500 rows",
    }
    assert df["name"].tolist()[:4] == ["n0", "5", "n2", "5"]


# -- refusals


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            400, {"title": "Validation failed", "errors": {"createdOn": ["is no date"]}}, Rejected,
            ["Validation failed", "createdOn: is no date"],
        ),
        (403, {"title": "Forbidden"}, NotAllowed, ["Forbidden", "scope"]),
        (404, {"title": "Not Found"}, NotFound, ["Not Found", "no such list"]),
        (
            404, {"title": "Unable to match incoming request to an operation."}, NotFound,
            ["gateway knows no such route"],
        ),
        (409, {"title": "The export is locked"}, Rejected, ["The export is locked"]),
    ],
)  # fmt: skip
def test_a_refusal_in_the_middle_is_told_in_the_servers_words(
    status: int, body: Any, kind: type[RequestError], words: list[str]
) -> None:
    """Asked once, told in its words, rows kept, and resumed where it was mended."""
    answer = httpx.Response(status, json={**body, "traceId": "00-trace-01"})
    server = Server(
        trouble=lambda page, n, right: answer if (page, n) == (6, 1) else None,
        held=lambda page: page == 6,
    )
    err = failed(held_until(server, widgets(server).start(page_size=100), 9))

    assert type(err) is kind
    assert isinstance(err, RequestError)
    assert (err.status, err.attempts, err.trace_id, server.asked[6]) == (
        status,
        1,
        "00-trace-01",
        1,
    )
    assert all(word in str(err) for word in words)
    assert err.frame is not None
    assert len(err.frame) == 900
    assert len(err.resume()) == 1000


def test_maintenance_is_waited_for() -> None:
    """A 409 that says so in its title passes."""
    refusal = httpx.Response(409, json={"title": "In maintenance"})
    server = Server(trouble=lambda page, n, right: refusal if (page, n) == (4, 1) else None)

    assert len(widgets(server).pull(page_size=100)) == 1000
    assert server.asked[4] == 2


# -- stopping

AT_ONCE = 0.2  # seconds, as the reader is promised


def busy() -> tuple[int, int]:
    """Threads of this process, and tasks on the private loop beside the one that counts."""

    async def tasks() -> int:
        return len(asyncio.all_tasks()) - 1

    return threads(), loop.run(tasks)


def settled(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether it comes true in time."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.002)
    return condition()


def cancelled(run: Pull) -> float:
    """Cancel a pull while the reader waits for it: the seconds until the wait ended."""
    began: list[float] = []
    threading.Timer(0.05, lambda: (began.append(time.monotonic()), run.cancel())).start()
    said(lambda: run.wait(60))
    return time.monotonic() - began[0]


def stopped(run: Pull) -> float:
    """The same with Ctrl-C."""
    return interrupted(lambda: said(lambda: run.wait(60)))


@pytest.mark.parametrize("how", ["cancel", "interrupt"])
def test_stopping_is_quick_and_leaves_nothing(how: str) -> None:
    """Over real connections with eight requests in flight: 200 ms, the rows, no open request, no
    task, no thread more.
    """

    def once() -> float:
        with Loopback(Toys(3000), faults={}) as server, server.account() as st:
            assert (
                len(st["toys.widgets"].pull(page_size=100, limit=300)) == 300
            )  # connections and threads are there
            before, opened = busy(), server.open
            server.hang(last_page=1)
            run = st["toys.widgets"].start(page_size=100, concurrency=8)
            assert settled(lambda: run.progress.pages >= 1 and server.hanging >= 8)
            took = {"cancel": cancelled, "interrupt": stopped}[how](run)
            assert run.cancelled
            assert settled(lambda: server.hanging == 0)
            assert settled(lambda: busy()[1] == 0)
            assert busy()[0] <= before[0]
            assert server.open <= opened
            arrived = run.progress.rows
            assert arrived >= 100
            frame = stnb.last_partial
            assert frame is not None
            assert len(frame) == arrived
            asked = len(server.stamps)
            server.let_go()
            df, _ = said(run.resume().wait)
            assert df["id"].tolist() == list(range(3000))
            assert len(server.stamps) > asked
            return took

    assert is_quick(once, AT_ONCE)


def test_an_interrupt_waits_for_no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while pages are being decoded leaves at once; they are in the frame a little later."""
    server, go = Server(Toys(3000)), threading.Event()
    monkeypatch.setattr(
        "stnb.pull.decoding.decode", lambda *a, **k: (go.wait(60), decode(*a, **k))[1]
    )
    run = widgets(server).start(page_size=100)
    assert settled(lambda: sum(server.asked.values()) >= 5)
    took = interrupted(lambda: run.wait(60))
    go.set()

    assert took < 30  # half of what a decoder takes here; how soon it is, is measured above
    df, _ = said(run.wait)
    assert 100 <= len(df) < 3000
    assert settled(lambda: busy()[1] == 0)


# -- back-pressure

LANES, PAGES, PAGE = 8, 30, 1_000_000  # bytes: so large that nothing else counts


@pytest.mark.parametrize("name", ["toys.widgets", "toys.export.widgets"])
def test_a_slow_decoder_holds_the_server_back(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never more than lanes + 3 bodies in memory, and none is asked for that is beyond it."""
    turn, decoded, ahead = threading.Semaphore(0), [0], list[int]()

    class Fat(Server):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            ahead.append(sum(self.asked.values()) + 1 - decoded[0])
            return await super().__call__(request)

    def slowly(*a: Any, **k: Any) -> Decoded:
        assert turn.acquire(timeout=PATIENCE)
        decoded[0] += 1
        return Decoded(pa.table({"id": [decoded[0]]}))

    monkeypatch.setattr("stnb.pull.decoding.decode", slowly)
    server = Fat(
        Toys(PAGES, batch=1),
        trouble=lambda page, n, right: stream(
            json.dumps({**right, "data": [row(1, name="x" * PAGE)]}).encode()
        ),
    )
    resource = widgets(server, name)
    tracemalloc.start()
    try:
        fixed = {"page_size": 1, "concurrency": LANES}
        run = resource.start(**(fixed if name == "toys.widgets" else {}))
        for n in range(PAGES):
            assert settled(lambda: sum(server.asked.values()) >= min(n + 3, PAGES))  # noqa: B023
            time.sleep(0.03)  # what could be too much has time to come
            turn.release()
        assert len(run.wait(60)) == PAGES
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    lanes = LANES if name == "toys.widgets" else 1
    assert max(ahead) <= lanes + 3
    assert peak < (lanes + 3 + 1) * PAGE + 5e6
