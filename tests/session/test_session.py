"""The session: tokens, pace, retries, and an error in words for every way in which a call fails."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import email.utils
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from stnb import catalog
from stnb.credentials import HOSTS, Secret
from stnb.errors import (
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    Rejected,
    RequestError,
    ServerFault,
    StnbError,
    UnexpectedAnswer,
    Unreachable,
    UsageError,
)
from stnb.pull import call
from stnb.session import Answer, Session, is_whole_json
from stnb.session.limiter import Governor
from stnb.session.retry import PATIENCE, TRIES
from tests.helpers.clock import Clock
from tests.helpers.fake_tenant import FakeTenant, granted
from tests.helpers.moments import NOW
from tests.helpers.owner import (
    APP_KEY,
    CLIENT_ID,
    CLIENT_SECRET,
    SECRETS,
    TOKEN,
    owner_at_servicetitan,
)

JOBS = "/jpm/v2/tenant/42/jobs"
Handler = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


class Server(FakeTenant):
    """Gives the answers it was made with, the last one for ever.

    Args:
        token: the answer to each request for a token, if it is not the right one.
    """

    def __init__(self, *answers: Any, token: Any = None, clock: Clock | None = None) -> None:
        super().__init__(owner=owner_at_servicetitan(), clock=clock)
        self.answers, self.token = list(answers), token

    async def grant(self, request: httpx.Request) -> httpx.Response:
        right = granted(f"{TOKEN}{self.tokens}")  # before others may ask for one
        await asyncio.sleep(0)
        return await made(self.token or right, request)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        if len(self.answers) > 1:
            return await made(self.answers.pop(0), request)
        return await made(self.answers[0], request)


async def made(answer: Any, request: httpx.Request) -> httpx.Response:
    """The response that an answer stands for: a function of the request, an exception, a response,
    or what is awaited for one.
    """
    if callable(answer):
        answer = answer(request)
        if isinstance(answer, httpx.Response) and not answer.is_stream_consumed:
            return answer
    if isinstance(answer, Exception):
        raise answer
    if isinstance(answer, httpx.Response):
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
    return await answer  # type: ignore[no-any-return]


def fail(
    status: int, title: str = "", headers: dict[str, str] | None = None, **more: Any
) -> httpx.Response:
    return httpx.Response(
        status,
        headers=headers,
        json={"title": title, "status": status, "traceId": "00-trace-01", **more},
    )


OK = httpx.Response(200, json={"data": []})
HTML = httpx.Response(200, html="<html><body>Sign in</body></html>")


def get(server: Server, path: str = JOBS, /, session: Session | None = None, **more: Any) -> Answer:
    return asyncio.run((session or server.session()).send("GET", path, **more))


def trouble(
    server: Server,
    path: str = JOBS,
    /,
    session: Session | None = None,
    method: str = "GET",
    **more: Any,
) -> StnbError:
    with pytest.raises(StnbError) as caught:
        asyncio.run((session or server.session()).send(method, path, **more))
    return caught.value


# -- what is sent


def test_a_call_carries_token_and_app_key() -> None:
    """The token is asked for with a form, and the call has a bearer and the app key."""
    forms: list[dict[str, str]] = []

    def token(request: httpx.Request) -> httpx.Response:
        forms.append(dict(httpx.QueryParams(request.content.decode())))
        assert "authorization" not in request.headers
        assert "st-app-key" not in request.headers
        return granted(TOKEN)

    server = Server(OK, token=token)
    answer = get(server)

    assert answer.content == OK.content
    assert answer.attempts == 1
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert server.requests[0].headers["st-app-key"] == APP_KEY
    assert str(server.requests[0].url) == f"{HOSTS['integration'][0]}{JOBS}"
    assert forms == [
        {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    ]


def test_filters_arrive_as_they_were_meant() -> None:
    """A plus is %2B on the wire, repeated keys stay apart, a quoted path stays quoted, a Z stays a
    Z.
    """
    known, server = catalog.load(), Server(OK)
    jobs = call.call(
        known["jpm.jobs"],
        42,
        {"sort": "Id", "number": "a&b=c +/#é", "createdOnOrAfter": "2026-07-01"},
    )
    report = call.call(
        known["reporting.report_category.reports.data"],
        42,
        {"report_category": "a/b?c", "reportId": 5},
    )

    get(server, jobs.path, query=jobs.query)
    get(server, "/x", query=[("x", "1"), ("x", "2")])
    asyncio.run(server.session().send("POST", report.path, body=report.body))

    raw = [bytes(r.url.raw_path).decode() for r in server.requests]
    assert "sort=%2BId" in raw[0]
    assert dict(server.requests[0].url.params) == dict(jobs.query)
    assert "createdOnOrAfter=2026-07-01T00%3A00%3A00Z" in raw[0]
    assert raw[1] == "/x?x=1&x=2"
    assert raw[2].endswith("/report-category/a%2Fb%3Fc/reports/5/data")
    assert json.loads(server.requests[2].content) == {"parameters": []}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", JOBS),
        ("PUT", JOBS),
        ("PATCH", JOBS),
        ("DELETE", JOBS),
        ("get", JOBS),
        ("HEAD", JOBS),
        ("POST", "/dispatch/v2/tenant/42/capacity/"),
        ("POST", "/dispatch/v2/tenant/42/capacity/x"),
        ("POST", "/dispatch/v2/tenant/x/capacity"),
        ("POST", "/dispatch/v2/tenant/42/../capacity"),
        ("PUT", "/dispatch/v2/tenant/42/capacity"),
        ("POST", "/telecom/v3/tenant/42/optinouts/optouts"),
        ("POST", "/reporting/v2/tenant/42/report-category/x/reports/5/data/more"),
        ("POST", "/reporting/v2/tenant/42/report-category/x/reports/../data"),
        ("POST", "/reporting/v2/tenant/42/report-category/../reports/5/data"),
        ("POST", "/x/reporting/v2/tenant/42/report-category/x/reports/5/data"),
        ("POST", "/reporting/v2/tenant/42/report-category/x/reports/5/data\n"),
    ],
)
def test_only_reads_leave(method: str, path: str) -> None:
    """GET and two POSTs that read; everything else is refused before a token is asked for."""
    server = Server(OK)

    assert isinstance(trouble(server, path, method=method), UsageError)
    assert (server.tokens, server.requests) == (0, [])


@pytest.mark.parametrize("path", ["/a\nb", "/a\x00b", "/" + "x" * 70_000])
def test_an_address_that_cannot_be_written_is_a_usage_error(path: str) -> None:
    """Control characters, or more values than an address holds: told in words, nothing sent."""
    server = Server(OK)

    assert isinstance(trouble(server, path), UsageError)
    assert isinstance(
        trouble(server, query=[("ids", ",".join(map(str, range(20_000))))]), UsageError
    )
    assert (server.tokens, server.requests) == (0, [])


@pytest.mark.parametrize("environment", ["integration", "production"])
def test_a_pair_is_sent_to_the_hosts_of_its_environment_only(environment: str) -> None:
    """Whatever path is asked for, token and call go to the two hosts of the profile."""
    hosts: set[str] = set()

    def note(request: httpx.Request) -> httpx.Response:
        hosts.add(f"{request.url.scheme}://{request.url.host}")
        return OK

    for path in (JOBS, "//evil.example/x", "/@evil.example/x", "/https://evil.example/x", "/../x"):
        get(
            Server(note, token=lambda r: (note(r), granted(TOKEN))[1]),
            path,
            session=Server(note, token=lambda r: (note(r), granted(TOKEN))[1]).session(
                owner_at_servicetitan(environment)
            ),
        )

    assert hosts == {HOSTS[environment][0], HOSTS[environment][1].removesuffix("/connect/token")}


@pytest.mark.parametrize("path", ["@evil.example/x", ".evil.example/x", ":80@evil.example/", "x"])
def test_a_path_cannot_change_the_host(path: str) -> None:
    """A path without its slash would grow the host's name; it is refused."""
    server = Server(OK)

    assert isinstance(trouble(server, path), UsageError)
    assert server.tokens == 0


# -- tokens


def test_twenty_first_calls_share_one_token() -> None:
    """Twenty calls at once ask for one token."""
    server = Server(OK)
    session = server.session()

    async def go() -> None:
        await asyncio.gather(*(session.send("GET", JOBS) for _ in range(20)))

    asyncio.run(go())

    assert (server.tokens, len(server.requests), session.token_requests) == (1, 20, 1)


def test_forty_calls_eight_at_a_time_use_one_token() -> None:
    """As in a pull of forty pages."""
    server = Server(OK)
    session, lanes = server.session(), asyncio.Semaphore(8)

    async def one() -> None:
        async with lanes:
            await session.send("GET", JOBS)

    async def go() -> None:
        await asyncio.gather(*(one() for _ in range(40)))

    asyncio.run(go())

    assert (server.tokens, len(server.requests)) == (1, 40)


def test_a_token_is_renewed_before_it_ends() -> None:
    """A minute early by our own clock: at 839 s the old one serves, at 841 s there is a new one,
    and so on for a day.
    """
    server = Server(OK)
    session = server.session()

    async def go() -> None:
        for at, tokens in ((0, 1), (839, 1), (841, 2), (1680, 2), (1682, 3)):
            server.clock.now = at
            await session.send("GET", JOBS)
            assert server.tokens == tokens, at
        server.clock.now += 86_400
        await session.send("GET", JOBS)
        assert server.tokens == 4

    asyncio.run(go())


@pytest.mark.parametrize("seconds", [1, 60, "30", 900.5])
def test_a_token_of_any_life_is_used_for_its_first_half_at_least(seconds: Any) -> None:
    """A short life is not taken for none: two calls at once after another need one token."""
    server = Server(OK, token=granted(TOKEN, seconds))
    session = server.session()

    async def go() -> None:
        await session.send("GET", JOBS)
        await session.send("GET", JOBS)

    asyncio.run(go())

    assert server.tokens == 1


def test_after_a_401_one_new_token_serves_all_in_flight() -> None:
    """Eight calls meet the end of their token together: one more token, and each call once more."""
    server = Server(OK)

    def check(request: httpx.Request) -> httpx.Response:
        return fail(401) if request.headers["authorization"].endswith("1") else OK

    server.answers = [check]
    session = server.session()

    async def go() -> None:
        await asyncio.gather(*(session.send("GET", JOBS) for _ in range(8)))

    asyncio.run(go())

    assert server.tokens == 2
    assert len(server.requests) == 16


def test_a_401_that_stays_is_not_authenticated() -> None:
    """One new token is tried, no more; the cause is likely the app key."""
    server = Server(fail(401))
    err = trouble(server)

    assert isinstance(err, NotAuthenticated)
    assert (server.tokens, len(server.requests), err.status, err.trace_id) == (
        2,
        2,
        401,
        "00-trace-01",
    )
    assert "APP_KEY" in err.next


def test_the_scopes_are_read_from_the_token_itself() -> None:
    """A list or a text of scopes; a token that is no JWT tells nothing."""

    def jwt(claims: Any) -> str:
        return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"

    for claims, scopes in (
        ({"scope": ["a", "b"]}, {"a", "b"}),
        ({"scope": "a b"}, {"a", "b"}),
        ({}, None),
        ([], None),
    ):
        server = Server(OK, token=granted(jwt(claims)))
        session = server.session()
        assert session.scopes is None
        get(server, session=session)
        assert session.scopes == scopes
    for text in ("opaque", "a.b.c", "a.%%.c", ".."):
        server = Server(OK, token=httpx.Response(200, json={"access_token": text}))
        session = server.session()
        get(server, session=session)
        assert session.scopes is None


@pytest.mark.parametrize(
    ("token", "kind", "tries"),
    [
        (httpx.Response(400, json={"error": "invalid_client"}), NotAuthenticated, 1),
        (httpx.Response(400, json={"error": "unauthorized_client"}), NotAuthenticated, 1),
        (httpx.Response(401, json={}), NotAuthenticated, 1),
        (httpx.Response(400, html="<p>no</p>"), NotAuthenticated, 1),
        (httpx.Response(429, headers={"retry-after": "3"}), RateLimited, TRIES),
        (httpx.Response(500, html="<h1>oops</h1>"), ServerFault, TRIES),
        (httpx.Response(503, json={}), ServerFault, TRIES),
        (HTML, UnexpectedAnswer, TRIES),
        (httpx.Response(200, content=b'{"access_token": "e'), UnexpectedAnswer, TRIES),
        (httpx.Response(200, content=b""), UnexpectedAnswer, TRIES),
        (httpx.Response(200, json=[]), UnexpectedAnswer, TRIES),
        (httpx.Response(200, json="x"), UnexpectedAnswer, TRIES),
        (httpx.Response(200, json={}), UnexpectedAnswer, TRIES),
        (httpx.Response(200, json={"access_token": None}), UnexpectedAnswer, TRIES),
        (httpx.Response(200, json={"access_token": ""}), UnexpectedAnswer, TRIES),
        (
            httpx.Response(200, json={"access_token": "x", "expires_in": "soon"}),
            UnexpectedAnswer,
            TRIES,
        ),
        (
            httpx.Response(302, headers={"location": "https://evil.example/connect/token"}),
            RequestError,
            1,
        ),
        (httpx.ConnectError("refused"), Unreachable, TRIES),
        (httpx.ReadTimeout("slow"), Unreachable, TRIES),
    ],
)
def test_a_token_that_is_not_given_is_told_in_words(
    token: Any, kind: type[StnbError], tries: int
) -> None:
    """Refused at once, or tried again where it may pass; no call is made without a token, and no
    secret is repeated.
    """
    server = Server(OK, token=token)
    err = trouble(server)

    assert isinstance(err, kind)
    assert (server.tokens, server.requests) == (tries, [])
    assert not leaks(err)
    assert not isinstance(err, RequestError) or err.attempts == tries


def test_a_token_endpoint_that_recovers_costs_nothing_but_time() -> None:
    """A 429 and a cut-off answer, then a token: the call goes through."""
    answers = iter(
        [
            httpx.Response(429, headers={"retry-after": "7"}),
            httpx.Response(200, content=b"{"),
            granted(TOKEN),
        ]
    )
    server = Server(OK, token=lambda request: next(answers))

    assert get(server).attempts == 3
    assert server.tokens == 3
    assert server.clock.now >= 7


# -- pace and pauses


def test_never_more_than_the_rate_in_any_second() -> None:
    """Two hundred calls at once: no window of a second has more starts than the rate, repeats after
    a 401 included.
    """
    clock = Clock()

    def check(request: httpx.Request) -> httpx.Response:
        return fail(401) if request.headers["authorization"].endswith("1") else OK

    server = Server(check, clock=clock)
    session = server.session(rate=20)

    async def go() -> None:
        await asyncio.gather(*(session.send("GET", JOBS) for _ in range(200)))

    asyncio.run(go())

    starts = sorted(server.times)
    assert len(starts) >= 200
    assert max(sum(1 for s in starts if at <= s < at + 1.0) for at in starts) <= 20
    assert clock.now <= 20


def test_a_session_tells_its_pace_and_its_tokens_time() -> None:
    """The requests of the last second are counted, not older ones; the token's seconds run down to
    0, and start again.
    """
    server = Server(OK)
    session = server.session()
    assert (session.pace, session.token_seconds) == (0, None)

    async def go() -> None:
        for _ in range(3):
            await session.send("GET", JOBS)
        assert (session.pace, session.token_seconds) == (3, 900)
        server.clock.now = 0.5
        await session.send("GET", JOBS)
        assert session.pace == 4
        server.clock.now = 1.2
        assert (session.pace, session.token_seconds) == (1, pytest.approx(898.8))
        server.clock.now = 2000
        assert (session.pace, session.token_seconds) == (0, 0)
        await session.send("GET", JOBS)
        assert session.token_seconds == 900

    asyncio.run(go())


def test_a_governor_without_a_rate_never_waits() -> None:
    """The demo is in this process; it needs no limit."""
    clock = Clock()

    async def go() -> None:
        governor = Governor(None, clock, clock.sleep)
        for _ in range(1000):
            await governor.turn()

    asyncio.run(go())

    assert clock.slept == []


def http_date(seconds: float) -> str:
    return email.utils.format_datetime(NOW + dt.timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("answer", "least", "most"),
    [
        (fail(429, headers={"retry-after": "12"}), 12, 12.1),
        (fail(429, headers={"retry-after": "1.5"}), 1.5, 1.6),
        (fail(429, headers={"retry-after": " 12 "}), 12, 12.1),
        (lambda r: fail(429, headers={"retry-after": http_date(30)}), 28, 30.1),
        (fail(429, headers={"retry-after": http_date(-100)}), 0, 0.1),
        (fail(429, "Rate limit is exceeded. Try again in 50 seconds."), 50, 50.1),
        (fail(429, "Try again in 50 seconds.", headers={"retry-after": "2"}), 2, 2.1),
        (fail(429, "Try again in 50 seconds.", headers={"retry-after": "0"}), 50, 50.1),
        (fail(429, "One a minute. Try again in 1 minute."), 60, 60.1),
        (fail(429, "Try again in 00:00:50."), 50, 50.1),
        (fail(429, "Retry in 90s."), 90, 90.1),
        (httpx.Response(429, text="Try again in 29 seconds."), 29, 29.1),
        (httpx.Response(429, json={"detail": "Retry after 37 sec"}), 37, 37.1),
        (httpx.Response(429, json={"errors": {"": ["Try again in 21 seconds"]}}), 21, 21.1),
        (fail(429, "Try again in 5 seconds.", headers={"retry-after": "soon"}), 5, 5.1),
        (fail(429, headers={"retry-after": "Mon, 01 Jan 99999999999999 00:00:00 GMT"}), 0, 1.1),
        (fail(429, headers={"retry-after": "-5"}), 0, 1.1),
        (fail(429), 0, 1.1),
        (httpx.Response(429, html="<h1>busy</h1>"), 0, 1.1),
        (fail(503, headers={"retry-after": "4"}), 4, 4.1),
        (fail(503), 0, 1.1),
    ],
)
@pytest.mark.usefixtures("still")
def test_the_server_is_given_the_pause_it_asks_for(answer: Any, least: float, most: float) -> None:
    """Seconds or a date in the header, else the number in a 429's title, else a backoff; the wait
    is told.
    """
    server, waits = Server(answer, OK), list[tuple[str, float | None]]()

    assert get(server, notify=lambda *wait: waits.append(wait)).attempts == 2
    assert least - 0.01 <= server.clock.now <= most
    assert waits[0][0]
    assert waits[0][1] == pytest.approx(server.clock.now)
    assert waits[-1] == ("", None)


def test_a_pause_is_for_the_whole_tenant() -> None:
    """While one call is told to wait, no other starts; then all go on, and each is answered."""
    clock = Clock()
    server = Server(fail(429, headers={"retry-after": "10"}), OK, clock=clock)
    session = server.session(rate=50)

    async def go() -> list[Answer]:
        first = asyncio.create_task(session.send("GET", JOBS))
        while not server.requests:
            await asyncio.sleep(0)
        while not clock.slept:
            await asyncio.sleep(0)
        others = [asyncio.create_task(session.send("GET", JOBS)) for _ in range(10)]
        return list(await asyncio.gather(first, *others))

    answers = asyncio.run(go())

    assert [a.attempts for a in answers] == [2] + [1] * 10
    assert all(at >= 10 for at in server.times[1:])


@pytest.mark.parametrize(
    "answer",
    [fail(429, headers={"retry-after": "3600"}), fail(503, headers={"retry-after": "3600"})],
)
def test_a_pause_beyond_patience_is_an_error_at_once(answer: httpx.Response) -> None:
    """An hour is not waited; the error says that it was tried once."""
    server = Server(answer)
    err = trouble(server)

    assert isinstance(err, (RateLimited, ServerFault))
    assert (err.attempts, len(server.requests)) == (1, 1)
    assert server.clock.now < PATIENCE


def test_the_backoff_grows_and_stays_bounded() -> None:
    """Five tries of a dead server take less than a minute, and wait four times."""
    server = Server(fail(500))
    trouble(server)

    assert len(server.clock.slept) == TRIES - 1
    assert server.clock.now < 40


# -- failures, in words

FAILURES: dict[str, tuple[Any, type[StnbError], int]] = {
    "400 with errors": (
        fail(400, "Bad", errors={"sort": ["The value 'x' is not valid for Sort."], "": ["y"]}),
        Rejected,
        1,
    ),
    "400 odd errors": (fail(400, "Bad", errors=["x", 1]), Rejected, 1),
    "403": (fail(403, "Scope validation failed"), NotAllowed, 1),
    "404 gateway": (fail(404, "Unable to match incoming request to an operation."), NotFound, 1),
    "404 record": (fail(404, "Job is not found."), NotFound, 1),
    "404 empty": (httpx.Response(404), NotFound, 1),
    "409 state": (fail(409, "Customer ID = 5 is not active"), Rejected, 1),
    "409 maintenance": (
        fail(409, "The service is suspended for maintenance. Please try again later."),
        Rejected,
        TRIES,
    ),
    "414": (httpx.Response(414), Rejected, 1),
    "418": (httpx.Response(418, json=[1]), Rejected, 1),
    "429": (fail(429), RateLimited, TRIES),
    "500": (fail(500, "Oops"), ServerFault, TRIES),
    "501": (fail(501), ServerFault, 1),
    "502": (httpx.Response(502, html="<h1>Bad gateway</h1>"), ServerFault, TRIES),
    "503": (httpx.Response(503, html="<h1>Service unavailable</h1>"), ServerFault, TRIES),
    "504": (httpx.Response(504), ServerFault, TRIES),
    "302": (httpx.Response(302, headers={"location": "https://login.example/"}), RequestError, 1),
    "304": (httpx.Response(304), RequestError, 1),
    "200 HTML": (HTML, UnexpectedAnswer, TRIES),
    "200 empty": (httpx.Response(200), UnexpectedAnswer, TRIES),
    "200 blank": (httpx.Response(200, content=b" \r\n"), UnexpectedAnswer, TRIES),
    "200 cut off": (httpx.Response(200, content=b'{"data":[{"id":1'), UnexpectedAnswer, TRIES),
    "200 text": (httpx.Response(200, text="all well"), UnexpectedAnswer, TRIES),
    "204": (httpx.Response(204), UnexpectedAnswer, TRIES),
    "reset": (httpx.ReadError("Connection reset by peer"), Unreachable, TRIES),
    "no name": (httpx.ConnectError("[Errno -2] Name or service not known"), Unreachable, TRIES),
    "time-out": (httpx.ReadTimeout("slow"), Unreachable, TRIES),
    "connect time-out": (httpx.ConnectTimeout("slow"), Unreachable, TRIES),
    "cut off on the wire": (
        httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
        Unreachable,
        TRIES,
    ),
    "proxy": (httpx.ProxyError("407"), Unreachable, TRIES),
    "bad gzip": (
        lambda r: httpx.Response(
            200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip")
        ),
        StnbError,
        TRIES,
    ),
}


def frames(err: BaseException) -> Iterator[Any]:
    tb = err.__traceback__
    while tb is not None:
        yield tb.tb_frame
        tb = tb.tb_next


def leaks(err: BaseException | None, words: tuple[str, ...] = SECRETS) -> list[str]:
    """Where a secret shows in an exception, as a verbose traceback would print it: texts, causes
    and every local.
    """
    found: list[str] = []
    seen: set[int] = set()
    todo = [err]
    while todo:
        err = todo.pop()
        if err is None or id(err) in seen:
            continue
        seen.add(id(err))
        todo += [err.__cause__, err.__context__]
        texts = [
            str(err),
            repr(err),
            repr(err.args),
            repr(vars(err)),
            *getattr(err, "__notes__", []),
        ]
        for frame in frames(err):
            if frame.f_code.co_filename != __file__:
                texts += [f"{frame.f_code.co_name}: {k}={v!r}" for k, v in frame.f_locals.items()]
        found += [t[:300] for t in texts if any(w in t for w in words)]
    return found


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_is_the_right_error(case: str) -> None:
    """It is tried as often as makes sense, and told in three sentences with method, path, status
    and number of tries.
    """
    answer, kind, tries = FAILURES[case]
    server = Server(answer)

    err = trouble(server)

    assert isinstance(err, kind)
    assert len(server.requests) == tries
    assert all(s.endswith((".", "?")) and s[0].isupper() for s in (err.why, err.next)), err
    assert JOBS in err.happened
    assert len(str(err)) < 900
    assert server.tokens == 1
    if isinstance(err, RequestError):
        assert (err.method, err.path, err.attempts) == ("GET", JOBS, tries)
        assert err.status == (
            answer.status_code if isinstance(answer, httpx.Response) else err.status
        )


@pytest.mark.parametrize("case", [c for c, (_, _, tries) in FAILURES.items() if tries > 1])
def test_a_failure_that_passes_costs_no_rows(case: str) -> None:
    """The same trouble four times, then an answer: it is handed on as if nothing had been."""
    server = Server(*[FAILURES[case][0]] * (TRIES - 1), OK)

    answer = get(server)

    assert answer.content == OK.content
    assert answer.attempts == len(server.requests) == TRIES


def test_servicetitans_own_words_are_kept() -> None:
    """Title, errors and the trace id that its support asks for."""
    err = trouble(Server(FAILURES["400 with errors"][0]))

    assert isinstance(err, Rejected)
    assert err.title
    assert "sort: The value 'x' is not valid for Sort" in err.happened
    assert err.trace_id == "00-trace-01"


def test_the_missing_scope_is_named() -> None:
    """A 403 says which scope to ask for, and that an admin must upgrade the app."""
    err = trouble(Server(FAILURES["403"][0]), scope="tn.jpm.jobs:r")

    assert isinstance(err, NotAllowed)
    assert err.scope == "tn.jpm.jobs:r"
    assert "tn.jpm.jobs:r" in err.why
    assert "admin" in err.next
    assert isinstance(trouble(Server(fail(403))), NotAllowed)


def test_a_missing_route_is_told_from_a_missing_record() -> None:
    """The gateway's 404 is about the path, the other about the id."""
    gateway = trouble(Server(FAILURES["404 gateway"][0]))
    record = trouble(Server(FAILURES["404 record"][0]))

    assert isinstance(gateway, NotFound)
    assert isinstance(record, NotFound)
    assert (gateway.route_missing, record.route_missing) == (True, False)
    assert "route" in gateway.why
    assert "id" in record.why


def test_what_a_refusal_is_about_is_a_field() -> None:
    """Nobody has to read the sentences: whether it is the app key, and whether it is a scope."""
    words = {"title": "Access denied due to invalid subscription key."}
    key = trouble(Server(httpx.Response(401, json=words)))
    other = trouble(Server(httpx.Response(401)))
    scope = trouble(Server(httpx.Response(403, json={"title": "Insufficient scope."})))
    shut = trouble(Server(httpx.Response(403)))

    assert isinstance(key, NotAuthenticated)
    assert isinstance(other, NotAuthenticated)
    assert (key.app_key_refused, other.app_key_refused) == (True, False)
    assert isinstance(scope, NotAllowed)
    assert isinstance(shut, NotAllowed)
    assert (scope.scope_missing, shut.scope_missing) == (True, False)


def test_a_refused_pair_names_the_likely_causes() -> None:
    """Wrong secret, the other environment, or an app that is not connected."""
    err = trouble(Server(OK, token=httpx.Response(400, json={"error": "invalid_client"})))

    assert err.title == "invalid_client"
    assert "invalid_client" in err.happened
    assert all(word in err.why for word in ("secret", "environment", "connected"))


# -- files and redirects

FILE = "/telecom/v2/tenant/42/calls/5/recording"


def redirected(location: str, then: Any = None) -> Server:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == FILE:
            return httpx.Response(302, headers={"location": location})
        return then or httpx.Response(200, content=b"RIFF", headers={"content-type": "audio/wav"})

    return Server(answer)


def test_a_file_is_fetched_from_where_the_api_keeps_it() -> None:
    """Neither token nor app key, nor a cookie, goes to the other host."""
    server = redirected("https://files.example/a.wav?sig=x")

    answer = get(server, FILE, expect_json=False)

    assert (answer.content, answer.content_type) == (b"RIFF", "audio/wav")
    assert [r.url.host for r in server.requests] == [
        "api-integration.servicetitan.io",
        "files.example",
    ]
    assert not {"authorization", "st-app-key", "cookie"} & set(server.requests[1].headers)
    assert not any(
        w in str(server.requests[1].headers.raw) for w in (CLIENT_SECRET, APP_KEY, TOKEN)
    )


def test_a_relative_target_is_fetched_without_secrets_too() -> None:
    """A file on the API's own host is fetched plainly."""
    server = redirected("/files/a.wav")

    assert get(server, FILE, expect_json=False).content == b"RIFF"
    assert "st-app-key" not in server.requests[1].headers


@pytest.mark.parametrize(
    "location",
    [
        "http://files.example/a.wav",
        "http://api-integration.servicetitan.io/a.wav",
        "ftp://files.example/a.wav",
        "file:///etc/passwd",
        "data:text/plain,x",
        "",
        "https://",
        "https://files.example:port/",
        "\x01",
    ],
)
def test_a_file_is_not_fetched_in_the_clear(location: str) -> None:
    """A target that is not https, or is none, is not followed; the error says so in words."""
    server = redirected(location)

    err = trouble(server, FILE, expect_json=False)

    assert isinstance(err, RequestError)
    assert {(r.url.host, r.url.path) for r in server.requests} == {
        ("api-integration.servicetitan.io", FILE)
    }
    assert not leaks(err)


def test_a_second_redirect_is_not_followed() -> None:
    """One hop is a file's home; two are a riddle."""
    server = redirected(
        "https://files.example/a",
        httpx.Response(302, headers={"location": "https://evil.example/"}),
    )

    assert isinstance(trouble(server, FILE, expect_json=False), RequestError)
    assert len(server.requests) == 2


def test_a_call_for_rows_is_never_redirected() -> None:
    """Rows come from the API's own host or not at all."""
    server = redirected("https://files.example/a")

    trouble(server, FILE)

    assert [r.url.host for r in server.requests] == ["api-integration.servicetitan.io"]


# -- secrets


@pytest.mark.parametrize("case", FAILURES)
def test_no_failure_shows_a_secret(case: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the error nor its causes, nor any local of any frame as a verbose traceback prints
    it, nor a log.
    """
    caplog.set_level(logging.DEBUG)
    server = Server(FAILURES[case][0])

    err = trouble(server, scope="tn.jpm.jobs:r")

    assert leaks(err) == []
    assert err.__cause__ is None
    assert err.__context__ is None
    assert not any(w in caplog.text for w in SECRETS)


def test_the_search_for_leaks_finds_one() -> None:
    """The search above is no blind eye: a request's headers in a local are found."""
    code = "def f(headers):\n raise ValueError('x')\nf({'ST-App-Key': word})"
    with pytest.raises(ValueError) as caught:
        exec(compile(code, "elsewhere.py", "exec"), {"word": APP_KEY})

    assert leaks(caught.value)


def test_a_session_and_an_answer_show_no_secret() -> None:
    """Their reprs name the profile, not its values, before and after a call."""
    server = Server(OK)
    session = server.session()
    answer = get(server, session=session)

    shown = repr(session) + repr(answer) + repr(vars(session).get("credentials"))

    assert not any(w in shown for w in SECRETS)
    assert "integration" in repr(session)


async def _loopback(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> tuple[asyncio.Server, str]:
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


WIRE: dict[str, tuple[bytes, bool]] = {
    "answered": (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + b'{"data":[]}', True),
    "cut off": (b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"data":[', False),
    "chunk cut off": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{", False),
    "closed": (b"", False),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n", False),
    "401": (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}", False),
}


@pytest.mark.parametrize("case", WIRE)
def test_on_a_real_connection_no_log_and_no_traceback_holds_a_secret(
    case: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Over loopback with httpx and httpcore logging everything: right outcome, and not a word of
    the secrets.
    """
    caplog.set_level(logging.DEBUG)
    answer, fine = WIRE[case]
    token = json.dumps({"access_token": TOKEN, "expires_in": 900}).encode()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"/connect/token" in head:
            writer.write(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                % (len(token), token)
            )
        else:
            writer.write(answer)
        await writer.drain()
        writer.close()

    async def go() -> Answer:
        server, url = await _loopback(handle)
        clock = Clock()
        own = owner_at_servicetitan(api_url=url, auth_url=f"{url}/connect/token")
        session = Session(own, transport=httpx.AsyncHTTPTransport(), clock=clock, sleep=clock.sleep)
        try:
            return await session.send("GET", JOBS)
        finally:
            await session.close()
            server.close()

    if fine:
        assert asyncio.run(go()).content == b'{"data":[]}'
    else:
        with pytest.raises(StnbError) as caught:
            asyncio.run(go())
        assert leaks(caught.value) == []
    assert "httpcore" in caplog.text or "httpx" in caplog.text
    assert not any(w in caplog.text for w in SECRETS)


# -- odds and ends


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b"{}", True),
        (b" []\n", True),
        (b"null", True),
        (b"5", True),
        (b'"x"', True),
        (b"\xef\xbb\xbf{}", True),
        (b"", False),
        (b"  ", False),
        (b"{", False),
        (b"[1,", False),
        (b'{"data":[1', False),
        (b"<html>", False),
        (b"nul", False),
        (b'"x', False),
        (b"\xff\xfe", False),
        (b"{]", False),
    ],
)
def test_a_body_is_whole_json_or_not(content: bytes, whole: bool) -> None:
    """Told by its ends, as the decoder will read it all."""
    assert is_whole_json(content) is whole


def test_a_session_can_be_closed_and_used_again() -> None:
    """Closing twice is no error, and the next call opens a new connection with the same token."""
    server = Server(OK)
    session = server.session()

    async def go() -> None:
        for _ in range(2):
            await session.send("GET", JOBS)
            await session.close()
            await session.close()

    asyncio.run(go())

    assert (server.tokens, len(server.requests)) == (1, 2)


def test_two_sessions_of_a_real_pair_share_token_and_pace() -> None:
    """Two accounts of a tenant count as one towards the limit; another pair of the same tenant has
    its own token.
    """
    one, two = Session(owner_at_servicetitan()), Session(owner_at_servicetitan())
    other = Session(owner_at_servicetitan(profile="q", client_id=Secret("cid.x")))

    assert one._auth is two._auth
    assert one._governor is two._governor is other._governor
    assert one._auth is not other._auth


def test_a_cancelled_call_leaves_the_token_lock_free() -> None:
    """A call that is cancelled while it asks for a token does not block the next."""
    gate = asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        await gate.wait()
        return granted(TOKEN)

    server = Server(OK, token=slow)
    session = server.session()

    async def go() -> Answer:
        first = asyncio.create_task(session.send("GET", JOBS))
        while not server.tokens:
            await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        gate.set()
        return await asyncio.wait_for(session.send("GET", JOBS), 5)

    assert asyncio.run(go()).attempts == 1


@pytest.mark.parametrize("case", ["401", "403", "200 HTML", "reset", "token"])
def test_ipythons_verbose_traceback_shows_no_secret(case: str) -> None:
    """With every frame and every local printed, as `%xmode Verbose` does."""
    ultratb = pytest.importorskip("IPython.core.ultratb")
    answer = fail(401) if case == "401" else FAILURES.get(case, (OK,))[0]
    err = trouble(
        Server(
            answer,
            token=httpx.Response(400, json={"error": "invalid_client"})
            if case == "token"
            else None,
        )
    )

    text = ultratb.VerboseTB(include_vars=True).text(type(err), err, err.__traceback__)

    assert "_address" in text or "result" in text
    assert not any(w in text for w in SECRETS)
