"""The body of an answer is left with its server until there is room for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from stnb.errors import NotFound, Unreachable
from stnb.session.deadline import Deadline
from tests.helpers.clock import with_time
from tests.helpers.fake_tenant import FakeTenant

PATH = "/toys/v2/tenant/42/widgets"
BODY = b'{"data": []}'


class Body(httpx.AsyncByteStream):
    """Knows whether it was read, and whether it was closed."""

    def __init__(self) -> None:
        self.read = self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.read = True
        yield BODY

    async def aclose(self) -> None:
        self.closed = True


def tenant_of(body: Body, status: int = 200) -> FakeTenant:
    return FakeTenant(lambda request: httpx.Response(status, stream=body))


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, 0),
        ({"content-length": "12"}, 12),
        ({"content-length": "²"}, 0),
        ({"content-length": "-1"}, 0),
        ({"content-length": "9" * 5_000}, 0),
    ],
    ids=["unsaid", "said", "no digit", "negative", "endless"],
)
def test_the_body_waits(headers: dict[str, str], said: int) -> None:
    """Nothing of it is read before; what the answer says of its size is handed on."""
    body, asked = Body(), list[int]()

    async def room(size: int) -> None:
        asked.append(size)
        await asyncio.sleep(0)
        assert not body.read

    encoded = {name: value.encode() for name, value in headers.items()}
    tenant = FakeTenant(lambda request: httpx.Response(200, stream=body, headers=encoded))
    answer = asyncio.run(tenant.session().send("GET", PATH, room=room))

    assert answer.content == BODY
    assert asked == [said]
    assert body.closed


def test_the_wait_is_not_the_servers_time() -> None:
    """Neither the time of the answer nor the whole time of the request has it."""

    async def work(forward: Callable[[float], None]) -> float:
        async def room(size: int) -> None:
            forward(10_000)
            await asyncio.sleep(0)

        return (await tenant_of(Body()).session().send("GET", PATH, room=room)).seconds

    assert with_time(work) < 1_000


def test_time_goes_on_where_it_stood() -> None:
    """A pause gives no new time: what had passed before has passed after it."""

    async def work(forward: Callable[[float], None]) -> float:
        with pytest.raises(TimeoutError):
            async with Deadline(60) as deadline:
                deadline.start()
                forward(40)
                with deadline.paused():
                    forward(500)
                    await asyncio.sleep(0)
                passed = deadline.passed
                forward(30)
                await asyncio.Event().wait()
        return passed

    assert 40 <= with_time(work) < 100


def test_a_pause_before_the_start_starts_nothing() -> None:
    """A deadline that stands still stands still after it."""

    async def work(forward: Callable[[float], None]) -> None:
        async with Deadline(60) as deadline:
            with deadline.paused():
                forward(500)
            forward(500)
            await asyncio.sleep(0)

    with_time(work)


def test_who_gives_up_leaves_no_body_open() -> None:
    """A pull that is cancelled while it waits closes the answer."""
    body, waits = Body(), asyncio.Event()

    async def room(size: int) -> None:
        waits.set()
        await asyncio.Event().wait()

    async def work() -> None:
        task = asyncio.create_task(tenant_of(body).session().send("GET", PATH, room=room))
        await waits.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())
    assert body.closed
    assert not body.read


def test_a_refusal_needs_no_room() -> None:
    """Its body is small, and says why."""

    async def room(size: int) -> None:
        raise AssertionError

    with pytest.raises(NotFound):
        asyncio.run(tenant_of(Body(), 404).session().send("GET", PATH, room=room))


def test_each_try_asks_for_room() -> None:
    """A body that breaks off is asked for again, and waits again."""
    tries = 0

    class Broken(Body):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield BODY[:3]
            raise httpx.ReadError("reset")

    async def room(size: int) -> None:
        nonlocal tries
        tries += 1

    with pytest.raises(Unreachable) as caught:
        asyncio.run(tenant_of(Broken()).session().send("GET", PATH, room=room))
    assert tries == caught.value.attempts > 1
