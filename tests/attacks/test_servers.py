"""Servers that misbehave in 28 ways, met by five verbs: they give right rows, or words."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb import PagingFault, StnbError, Unreachable
from stnb.credentials import Limits
from stnb.pull.paging import guard
from stnb.session import loop
from tests.helpers.misbehaving_server import Server, Stream
from tests.helpers.owner import SECRETS, owner
from tests.helpers.sample import of_each
from tests.helpers.toys import Toys, page_of, row

ROWS = 300
SOON = Limits(deadline=0.2, max_body=1)
HANGING = 60.0  # seconds that nobody waits for


class Endless(httpx.AsyncByteStream):
    """The same bytes for ever, with a turn of the loop between them."""

    def __init__(self, part: bytes) -> None:
        self.part = part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield self.part
            await asyncio.sleep(0)


class Silent(httpx.AsyncByteStream):
    """A beginning, and then nothing."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"data":['
        await asyncio.sleep(HANGING)


def raw(body: bytes, status: int = 200, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, content=Stream(body))


def error(status: int, **headers: str) -> Callable[[dict[str, Any]], httpx.Response]:
    return lambda right: raw(b'{"title":"no"}', status, **headers)


def changed(**fields: Any) -> Callable[[dict[str, Any]], httpx.Response]:
    return lambda right: httpx.Response(200, json={**right, **fields})


def raising(kind: type[httpx.TransportError]) -> Callable[[dict[str, Any]], Exception]:
    return lambda right: kind("no")


Broken = Callable[[dict[str, Any]], httpx.Response | Exception]
SERVERS: dict[str, Broken] = {
    "drips for ever": lambda right: httpx.Response(200, content=Endless(b" ")),
    "begins and is silent": lambda right: httpx.Response(200, content=Silent()),
    "sends for ever": lambda right: httpx.Response(200, content=Endless(b" " * 65536)),
    "inflates to gigabytes": lambda right: raw(
        gzip.compress(b" " * 10_000_000), content_encoding="gzip"
    ),
    "is no gzip": lambda right: raw(b"[]", content_encoding="gzip"),
    "cuts its gzip off": lambda right: raw(
        gzip.compress(json.dumps(right).encode())[:-20], content_encoding="gzip"
    ),
    "uses brotli unasked": lambda right: raw(b"[]", content_encoding="br"),
    "nests 32,000 deep": lambda right: raw(b'{"data":[' + b"[" * 32_000),
    "nests 8,000 deep": lambda right: raw(b'{"a":' * 8_000 + b"1" + b"}" * 8_000),
    "is empty": lambda right: raw(b""),
    "is HTML": lambda right: raw(b"<html>maintenance</html>", content_type="text/html"),
    "cuts its JSON off": lambda right: raw(json.dumps(right).encode()[:-30]),
    "is null": lambda right: raw(b"null"),
    "is a number": lambda right: raw(b"1e999"),
    "has no data": lambda right: raw(b'{"hasMore":false}'),
    "has data of another shape": changed(data={"id": 1}, hasMore=False),
    "has rows of another shape": changed(data=[1, "two", None, [3]], hasMore=False),
    "closes the connection": raising(httpx.RemoteProtocolError),
    "refuses the connection": raising(httpx.ConnectError),
    "breaks off": raising(httpx.ReadError),
    "has no name": raising(httpx.ConnectTimeout),
    "redirects elsewhere": error(302, location="https://elsewhere.example/"),
    "says 401": error(401),
    "says 404": error(404),
    "says 429 for an hour": error(429, retry_after="3600"),
    "says 500": error(500),
    "counts to a quadrillion and has none": changed(
        data=[], hasMore=True, totalCount=10**15, continueFrom="c9"
    ),
    "repeats a page for ever": lambda right: httpx.Response(
        200, json={**page_of([row(1)], {}), "hasMore": True, "continueFrom": "c9"}
    ),
}
VERBS: dict[str, Callable[[stnb.Resource], Any]] = {
    "pull": lambda toys: toys.pull(progress=False, page_size=None),
    "pages": lambda toys: pd.concat(list(toys.pages())),
    "head": lambda toys: toys.head(250),
    "count": lambda toys: toys.count(),
    "start": lambda toys: toys.start().wait(),
}
# In which of them a right answer can be read at all.
READABLE = {"has rows of another shape", "has data of another shape", "is null", "is a number"}


@pytest.mark.parametrize(("name", "verb"), of_each(SERVERS, VERBS))
@pytest.mark.parametrize("resource", ["toys.widgets", "toys.export.widgets"])
def test_every_verb_ends_in_rows_or_in_words(resource: str, name: str, verb: str) -> None:
    """From the second answer on the server misbehaves: what had arrived is kept, once each."""
    broken = SERVERS[name]
    seen: list[Any] = []

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> Any:
        first = page in (1, "c0") and time_asked == 1
        seen.append(page)
        return None if first else broken(right)

    server = Server(Toys(3 * ROWS, batch=100), trouble)
    toys = server.account(credentials=owner(limits=SOON))[resource]
    before = {thread.name for thread in threading.enumerate()}

    answer, failure = None, None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what disagrees is told as a warning, in whichever words
        try:
            answer = VERBS[verb](toys)
        except StnbError as err:
            answer, failure = err.frame, err
    if failure is not None:
        assert not any(secret in repr(failure) + str(failure) for secret in SECRETS)
        assert all((failure.happened, failure.why, failure.next))
        if answer is not None and resource == "toys.export.widgets":
            assert set(range(100)) <= set(answer["id"])  # nothing that arrived is lost
    if isinstance(answer, pd.DataFrame) and "id" in answer and name not in READABLE:
        ids = answer["id"].dropna().tolist()
        assert sorted(set(ids)) == sorted(ids)
    new = {thread.name for thread in threading.enumerate()} - before
    assert all(name.startswith(("stnb", "asyncio")) for name in new)


# -- time


@pytest.mark.parametrize("body", [Endless(b" "), Silent()], ids=["drips", "is silent"])
def test_a_request_has_a_deadline_whatever_drips(body: httpx.AsyncByteStream) -> None:
    """The error names it, and the setting; the tries have an end too."""
    server = Server(trouble=lambda page, n, right: httpx.Response(200, content=body))
    toys = server.account(credentials=owner(limits=Limits(0.02, 256)))["toys.widgets"]

    with pytest.raises(Unreachable, match=r"within 0\.02 seconds.*STNB_DEADLINE") as caught:
        toys.pull(progress=False)

    assert caught.value.attempts == 5


def test_a_token_that_drips_has_the_same_deadline() -> None:
    """Within a pull, and asked for alone."""

    class Slow(Server):
        async def grant(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=Endless(b" "))

    session = Slow().session(owner(limits=Limits(0.02, 256)))
    for asking in (lambda: session.send("GET", "/x"), session.authorize):
        with pytest.raises(Unreachable, match="STNB_DEADLINE") as caught:
            loop.run(asking)
        # It is said of the token: the call was not sent, and a smaller page would not help.
        assert caught.value.happened.startswith("The token request failed")
        assert "AUTH_URL" in caught.value.next
        assert "page_size" not in caught.value.next
        assert not caught.value.late


def test_a_late_token_makes_no_page_smaller() -> None:
    """It is asked for again, and the pages are as large as without the delay."""

    class Slow(Server):
        delays = 0

        async def grant(self, request: httpx.Request) -> httpx.Response:
            self.delays -= 1
            if self.delays >= 0:
                return httpx.Response(504)
            return await super().grant(request)

    sizes = []
    for delays in (0, 3):
        server = Slow(Toys(20_000))
        server.delays = delays
        assert len(server.account()["toys.widgets"].pull(progress=False)) == 20_000
        sizes.append({query["pageSize"] for query in server.queries if "pageSize" in query})
    assert sizes[0] == sizes[1]


def test_the_wait_for_a_turn_is_not_the_servers_time() -> None:
    """Forty requests wait in line for longer than one of them may take."""

    class Paced(Server):
        pass

    server = Paced(Toys(10))
    session = server.session(owner(limits=Limits(0.5, 256)), rate=2)
    toys = stnb.Account(session, catalog=server.catalog)["toys.widgets"]

    assert [toys.count() for _ in range(20)] == [10] * 20
    assert server.clock.now > 5


def test_all_tries_with_their_pauses_have_an_end() -> None:
    """The server asks for 290 seconds again and again."""
    server = Server(trouble=lambda page, n, right: raw(b"{}", 429, retry_after="290"))

    with pytest.raises(stnb.RateLimited):
        server.account()["toys.widgets"].pull(progress=False)

    assert server.clock.now <= 600


# -- pages without an end


def test_far_past_the_count_a_pull_stops_with_what_arrived() -> None:
    """Twice the count and 1,000 rows more; the rows are kept once each, and it can go on."""

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> httpx.Response:
        rows = [row(i) for i in range((page - 1) * 500, page * 500)]
        body = {"data": rows, "hasMore": True, "totalCount": 700, "page": page, "pageSize": 500}
        return httpx.Response(200, json=body)

    server = Server(trouble=trouble)
    with pytest.raises(PagingFault, match="more than twice") as caught:
        server.account()["toys.widgets"].pull(progress=False)

    ids = caught.value.frame["id"].tolist()  # type: ignore[index]
    assert ids == list(range(len(ids)))
    assert 2_400 <= len(ids) <= 4_000
    with pytest.raises(PagingFault) as again:
        caught.value.resume()
    assert len(again.value.frame) > len(ids)  # type: ignore[arg-type]


def test_a_list_that_grows_while_it_is_read_is_no_fault() -> None:
    """By less than its count and 1,000 rows."""

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> httpx.Response:
        return httpx.Response(200, json={**right, "totalCount": 500})

    server = Server(Toys(1_900), trouble)
    with pytest.warns(stnb.Incomplete):
        frame = server.account()["toys.widgets"].pull(progress=False)

    assert frame["id"].tolist() == list(range(1_900))


@pytest.mark.parametrize("name", ["toys.widgets", "toys.export.widgets"])
def test_pages_without_new_rows_come_to_an_end(name: str) -> None:
    """Though the server gives another cursor with each, and counts to a quadrillion."""
    asked: Iterator[int] = iter(range(10**9))

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> httpx.Response:
        more = {"data": [], "hasMore": True, "totalCount": 10**15}
        return httpx.Response(200, json={**more, "continueFrom": f"c{next(asked) + 1}"})

    server = Server(trouble=trouble)
    with pytest.raises(PagingFault, match="without a new row"):
        server.account()[name].pull(progress=False)

    assert sum(server.asked.values()) < 2 * guard.NOTHING_NEW


@pytest.mark.parametrize("turn", [2, 7])
@pytest.mark.parametrize("name", ["toys.widgets", "toys.export.widgets"])
def test_pages_that_come_in_turn_come_to_an_end(name: str, turn: int) -> None:
    """Each differs from the one before, under another cursor, and no row is new."""
    asked: Iterator[int] = iter(range(10**9))

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> httpx.Response:
        number = next(asked)
        rows = [row(number % turn * 10 + i) for i in range(10)]
        more = {"data": rows, "hasMore": True, "continueFrom": f"c{number + 1}"}
        return httpx.Response(200, json=more)

    server = Server(trouble=trouble)
    with pytest.raises(PagingFault, match="without a new row") as caught:
        server.account()[name].pull(progress=False)

    assert caught.value.frame is not None
    assert sorted(caught.value.frame["id"]) == list(range(turn * 10))
    assert sum(server.asked.values()) < guard.NOTHING_NEW + 2 * turn + 10


@pytest.mark.parametrize("name", ["toys.widgets", "toys.export.widgets"])
def test_small_pages_without_an_end_come_to_one_sooner(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes memory, however little it holds: they may be a fifth of what large ones may."""
    monkeypatch.setattr(guard, "MOST_SMALL", 30)
    monkeypatch.setattr(guard, "SMALL", 5)
    sizes = itertools.chain([2] * 20, [25] * 10, itertools.repeat(2))

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> httpx.Response:
        number = int(str(page).removeprefix("c"))
        rows = [row(number * 25 + i) for i in range(next(sizes))]
        more = {"data": rows, "hasMore": True, "continueFrom": f"c{number + 1}"}
        return httpx.Response(200, json=more)

    with pytest.raises(PagingFault, match="over 40 pages") as caught:
        Server(trouble=trouble).account()[name].pull(progress=False)

    assert caught.value.frame is not None
    assert len(caught.value.frame) >= 30 * 2 + 10 * 25  # the large ones among them do not count


def test_counted_pages_may_be_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says how many rows there are may give them one by one."""
    monkeypatch.setattr(guard, "MOST_SMALL", 30)
    server = Server(Toys(80))

    assert len(server.account()["toys.widgets"].pull(page_size=1, progress=False)) == 80


@pytest.mark.parametrize("name", ["toys.widgets", "toys.export.widgets"])
def test_new_rows_without_an_end_come_to_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many pages as no tenant has; the rows are kept once each."""
    monkeypatch.setattr(guard, "MOST_PAGES", 30)

    def trouble(page: Any, time_asked: int, right: dict[str, Any]) -> httpx.Response:
        number = int(str(page).removeprefix("c"))
        rows = [row(i) for i in range(number * 10, number * 10 + 10)]
        more = {"data": rows, "hasMore": True, "continueFrom": f"c{number + 1}"}
        return httpx.Response(200, json=more)

    with pytest.raises(PagingFault, match="30 pages") as caught:
        Server(trouble=trouble).account()[name].pull(progress=False)

    assert caught.value.frame is not None
    assert caught.value.frame["id"].is_unique
    assert len(caught.value.frame) >= 300
