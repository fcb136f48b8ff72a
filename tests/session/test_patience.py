"""How long a call is tried, and what its 401s count against."""

from __future__ import annotations

import asyncio
import itertools
import zlib
from typing import Any

import httpx
import pytest

from stnb.errors import NotAuthenticated, RateLimited, ServerFault
from stnb.pull import Progress
from stnb.session.failure import MAY_PASS
from stnb.session.retry import PATIENCE, TRIES
from stnb.session.token import REST, TokenAuth
from tests.helpers.clock import Clock
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.misbehaving_server import Server
from tests.helpers.owner import TOKEN, owner
from tests.helpers.sample import tries
from tests.helpers.toys import LIST, Toys


@pytest.mark.parametrize("status", [*MAY_PASS, 409])
def test_what_may_pass_is_tried_again(status: int) -> None:
    """Each status of the table, and a 409 in maintenance; the table has no status that stays."""
    maintenance = httpx.Response(status, json={"title": "Down for maintenance"})
    answers = iter([maintenance, httpx.Response(200, json={"data": []})])
    tenant = FakeTenant(lambda request: next(answers))

    answer = asyncio.run(tenant.session().send("GET", "/toys/v2/tenant/42/widgets"))

    assert answer.attempts == 2
    assert not {400, 401, 403, 404, 405, 422, 501} & MAY_PASS.keys()


def test_a_status_that_stays_is_tried_five_times() -> None:
    """A 408 that stays is the server's fault, as a 504 is."""
    tenant = FakeTenant(lambda request: httpx.Response(408))

    with pytest.raises(ServerFault):
        asyncio.run(tenant.session().send("GET", "/toys/v2/tenant/42/widgets"))

    assert len(tenant.requests) == TRIES


@pytest.mark.parametrize(("asked", "requests"), [(299, 2), (140, 3), (70, 5), (301, 1)])
def test_all_pauses_of_a_call_together_are_bounded(asked: int, requests: int) -> None:
    """A pause of almost five minutes is obeyed once, and each one says how long it waits in all."""
    headers = {"retry-after": str(asked)}
    tenant = FakeTenant(lambda request: httpx.Response(429, headers=headers))
    told: list[str] = []

    def hear(reason: str, seconds: float | None) -> None:
        told.append(reason)

    with pytest.raises(RateLimited):
        call = tenant.session().send("GET", "/toys/v2/tenant/42/widgets", notify=hear)
        asyncio.run(call)

    assert len(tenant.requests) == requests
    assert tenant.clock.now <= PATIENCE + 1
    assert len(told) == requests - 1
    for number, reason in enumerate(told, start=1):
        assert f"(try {number} of {TRIES}; {number * asked} s of at most 300 s)" in reason


# -- tokens


class Dying(Server):
    """A tenant whose tokens die: on some requests, and then all that it granted so far.

    Args:
        dies: (page, the how many-th time) -> whether the token dies with this request.
        all_die: whether every token granted so far dies with it, or the request alone is refused.
    """

    def __init__(self, toys: Toys, dies: Any, *, all_die: bool) -> None:
        super().__init__(toys)
        self.dies, self.all_die = dies, all_die
        self.dead = self.refused = 0  # the tokens up to this number are dead

    async def answer(self, request: httpx.Request) -> httpx.Response:
        number = int(request.headers["authorization"].rpartition(TOKEN)[2])
        page = request.url.params.get("page")
        self.asked[page] += 1
        refused = self.dies(page, self.asked[page])
        await asyncio.sleep(0)
        if refused and self.all_die:
            self.dead = max(self.dead, number)
        if refused or number <= self.dead:
            self.refused += 1
            return httpx.Response(401, json={})
        self.asked[page] -= 1
        return await super().answer(request)


def two_percent(seed: int) -> Any:
    """The 401s of a fiftieth of the requests, the same in every run."""

    def dies(page: Any, time_asked: int) -> bool:
        return time_asked == 1 and zlib.crc32(f"{seed} {page}".encode()) % 50 == 0

    return dies


@pytest.mark.parametrize("all_die", [False, True], ids=["one request", "every token"])
@pytest.mark.parametrize("seed", range(tries(6, least=2)))
def test_a_pull_survives_tokens_that_die(seed: int, all_die: bool) -> None:
    """With 401s at 2 % and eight lanes the rows are exact, and no more tokens than deaths."""
    server = Dying(Toys(20_000), two_percent(seed), all_die=all_die)

    frame = server.account().toys.widgets.pull(page_size=100)

    assert sorted(frame["id"]) == list(range(20_000))
    assert server.refused > 0
    assert server.tokens <= 1 + server.refused


def test_a_storm_of_401s_is_survived() -> None:
    """If each page is refused twice before it comes, every one of them comes."""

    def dies(page: Any, time_asked: int) -> bool:
        return page != "1" and time_asked <= 2

    server = Dying(Toys(2_000), dies, all_die=False)
    frame = server.account().toys.widgets.pull(page_size=100, concurrency=1)

    assert sorted(frame["id"]) == list(range(2_000))
    assert server.refused == 2 * 19


def test_lanes_whose_tokens_die_of_each_other_go_on() -> None:
    """If each of 20 pages in eight lanes ends all tokens when it is first asked for, all come."""

    def dies(page: Any, time_asked: int) -> bool:
        return page != "1" and time_asked == 1

    server = Dying(Toys(2_000), dies, all_die=True)
    frame = server.account().toys.widgets.pull(page_size=100, concurrency=8)

    assert sorted(frame["id"]) == list(range(2_000))


NUMBERS = itertools.count()  # of tokens


class Flow:
    """One request with the tokens of an auth, answered by hand."""

    def __init__(self, auth: TokenAuth) -> None:
        self.request = httpx.Request("GET", "https://api.example/toys")
        self._flow = auth.async_auth_flow(self.request)

    async def sent(self, status: int | None = None) -> bool:
        """Answer what was sent; whether it is sent anew, with a token that is granted if needed."""
        try:
            if status is None:
                asked = await anext(self._flow)
            else:
                asked = await self._flow.asend(httpx.Response(status, request=self.request))
            if asked.method == "POST":
                token = {"access_token": f"t{next(NUMBERS)}"}
                await self._flow.asend(httpx.Response(200, json=token, request=asked))
        except StopAsyncIteration:
            return False
        return True


def flows(count: int) -> tuple[TokenAuth, list[Flow]]:
    """Requests of one auth."""

    async def turn() -> None:
        return None

    auth = TokenAuth(owner(), turn, sleep=Clock().sleep)
    return auth, [Flow(auth) for _ in range(count)]


def test_a_token_that_works_for_another_request_meanwhile_was_not_refused_in_a_row() -> None:
    """Its success comes in after the refusal, and still counts."""

    async def go() -> None:
        auth, (first, one, other) = flows(3)
        await first.sent()
        assert not await first.sent(200)
        await one.sent()
        assert await one.sent(401)
        await other.sent()
        assert await one.sent(401)
        assert not await other.sent(200)
        assert await one.sent(401)
        assert await one.sent(401)
        assert not await one.sent(401)
        assert auth.requests == 5

    asyncio.run(go())


def test_tokens_that_others_find_dead_do_not_count_against_a_request() -> None:
    """Nine tokens in a row die of other requests, and the tenth serves it."""

    async def go() -> None:
        auth, (first, one, *others) = flows(11)
        await first.sent()
        assert not await first.sent(200)
        await one.sent()
        for other in others:
            await other.sent()
            assert await other.sent(401)
            assert await one.sent(401)
        assert not await one.sent(200)
        assert auth.requests == 1 + len(others)

    asyncio.run(go())


def test_credentials_that_never_let_anybody_in_end_all_requests_soon() -> None:
    """Eight requests at once are refused with two tokens, and not with two of each."""

    async def go() -> None:
        auth, several = flows(8)
        for flow in several:
            await flow.sent()
        assert [await flow.sent(401) for flow in several] == [True] * 8
        assert [await flow.sent(401) for flow in several] == [False] * 8
        assert auth.requests == 2

    asyncio.run(go())


def test_a_request_ends_whatever_the_tokens_do() -> None:
    """It is sent eight times, if it alone is refused with tokens that work for others."""

    async def go() -> None:
        _, (one, *others) = flows(20)
        await one.sent()
        times = 1
        for other in others:
            await other.sent()
            assert not await other.sent(200)
            if not await one.sent(401):
                break
            times += 1
        assert times == 8

    asyncio.run(go())


def test_three_fresh_tokens_refused_in_a_row_end_it() -> None:
    """A route that always answers 401 ends after three new tokens, of which the last comes after a
    rest of half a second at most; others go on.
    """

    def shut(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("shut"):
            return httpx.Response(401, json={})
        return httpx.Response(200, json={"data": []})

    tenant = FakeTenant(shut)
    session = tenant.session()

    async def go() -> None:
        await session.send("GET", "/toys/open")
        with pytest.raises(NotAuthenticated):
            await session.send("GET", "/toys/shut")
        await session.send("GET", "/toys/open")

    asyncio.run(go())

    assert tenant.tokens == 4
    assert len(tenant.requests) == 6
    (rest,) = tenant.clock.slept
    assert REST / 2 <= rest <= REST


def test_a_token_that_is_refused_at_once_is_replaced() -> None:
    """The first token of a session may be dead when it is granted; the next one serves."""

    def check(request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"].endswith("1"):
            return httpx.Response(401, json={})
        return httpx.Response(200, json={"hasMore": False, "data": [{"id": 1}]})

    tenant = FakeTenant(check)

    assert list(tenant.resource(LIST).pull()["id"]) == [1]
    assert tenant.tokens == 2


def test_the_line_of_a_pull_says_its_patience() -> None:
    """The progress says which try it is, and how much of the patience the pauses have used."""
    busy = httpx.Response(503, headers={"retry-after": "100"})
    answers = iter([busy, busy, httpx.Response(200, json={"hasMore": False, "data": [{"id": 1}]})])
    seen: list[Progress] = []

    FakeTenant(lambda request: next(answers)).resource(LIST).pull(progress=seen.append)

    notes = [p.note for p in seen if p.state == "waiting"]
    assert "waiting 100 s: the server answered 503 (try 1 of 5; 100 s of at most 300 s)" in notes
    assert "waiting 100 s: the server answered 503 (try 2 of 5; 200 s of at most 300 s)" in notes
