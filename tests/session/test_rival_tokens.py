"""Two processes with the same credentials, at a server where each new token ends the former one.

Simulated time: the loop's clock goes on to the next event, and nobody waits.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from stnb.session.token import TokenAuth
from tests.helpers.owner import owner
from tests.helpers.sample import tries

LANES, PAGES, WORK, NETWORK = 8, 60, 1.0, 0.05  # seconds of a page, and there and back


class Skipping(selectors.DefaultSelector):
    """Waits for nothing, and says how long it would have."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.skipped += timeout or 0.0
        return super().select(0)


class Simulated(asyncio.SelectorEventLoop):
    """A loop whose time is what it would have waited."""

    def __init__(self) -> None:
        self._skipping = Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped


class Server:
    """Lets in who comes with the newest token, until it revokes the credentials.

    Args:
        revokes_at: in seconds.
    """

    def __init__(self, seed: int, revokes_at: float = float("inf")) -> None:
        self.dice, self.revokes_at = random.Random(seed), revokes_at
        self.tokens = 0

    async def way(self) -> None:
        await asyncio.sleep(NETWORK * self.dice.uniform(0.3, 0.7))

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await self.way()
        if request.method == "POST":
            self.tokens += 1
            token = {"access_token": f"t{self.tokens}"}
            await self.way()
            return httpx.Response(200, json=token, request=request)
        newest = request.headers["authorization"].endswith(f" t{self.tokens}")
        status = 401
        if newest and asyncio.get_running_loop().time() < self.revokes_at:
            status = 200
            await asyncio.sleep(WORK * self.dice.uniform(0.8, 1.2))
        await self.way()
        return httpx.Response(status, request=request)


class Process:
    """Pages that are asked for in eight lanes, with tokens of its own.

    Args:
        begins: in seconds, or up to a second later.
    """

    def __init__(self, server: Server, begins: float) -> None:
        self.server, self.begins, self.is_let_in = server, begins, False
        self.auth = TokenAuth(owner(), self.turn, asyncio.get_running_loop().time)

    async def turn(self) -> None:
        await asyncio.sleep(0.02 * self.server.dice.random())

    async def status(self) -> int:
        """What one page is answered with at last."""
        flow = self.auth.async_auth_flow(httpx.Request("GET", "https://api.example/toys"))
        asked = await anext(flow)
        while True:
            answer = await self.server.answer(asked)
            try:
                asked = await flow.asend(answer)
            except StopAsyncIteration:
                return answer.status_code

    async def lane(self, todo: Iterator[int]) -> None:
        for _ in todo:
            assert await self.status() == 200

    async def pull(self) -> bool:
        """Whether every page came, once it was let in with the first."""
        await asyncio.sleep(self.begins + self.server.dice.random())
        todo = iter(range(PAGES))
        self.is_let_in = await self.status() == 200
        if not self.is_let_in:
            return False
        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(LANES):
                    lanes.create_task(self.lane(todo))
        except (AssertionError, ExceptionGroup):
            return False
        return True


def simulated(server: Server, count: int) -> tuple[list[tuple[bool, bool]], float]:
    """Of each process whether it was let in at all, and whether every page came; and how long they
    took together.
    """

    async def go() -> list[tuple[bool, bool]]:
        processes = [Process(server, 3.0 * number) for number in range(count)]
        ended = await asyncio.gather(*[process.pull() for process in processes])
        return [(each.is_let_in, end) for each, end in zip(processes, ended, strict=True)]

    random.seed(server.dice.random())
    with asyncio.Runner(loop_factory=Simulated) as runner:
        ended = runner.run(go())
        return ended, runner.get_loop().time()


@pytest.mark.parametrize("seed", range(tries(40, least=10)))
def test_two_processes_that_end_each_others_tokens_both_have_their_pages(seed: int) -> None:
    """Before the third fresh token in a row one of them rests, and the other goes on. The second
    may not be let in at all, which credentials that are wrong cannot be told from.
    """
    server = Server(seed)
    (first, second), seconds = simulated(server, 2)

    assert first == (True, True)
    assert second in {(True, True), (False, False)}
    assert seconds < 30


@pytest.mark.parametrize("seed", range(tries(10, least=2)))
def test_credentials_that_are_revoked_in_the_midst_of_a_pull_end_it(seed: int) -> None:
    """After some seconds and tokens, of all its lanes together."""
    server = Server(seed, revokes_at=2.0)
    ended, seconds = simulated(server, 1)

    assert ended == [(True, False)]
    assert seconds < 15
    assert server.tokens <= 1 + 3 * LANES
