"""Answers that come drop by drop and never end: files, reports and capacity end in words all the
same, and what had come is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import stnb
from stnb.account.account import Account
from stnb.catalog import load
from stnb.credentials import Limits
from stnb.errors import Unreachable
from stnb.session import Session, loop
from stnb.session.deadline import ENOUGH, Deadline
from tests.helpers.clock import with_time
from tests.helpers.owner import SECRETS, owner
from tests.helpers.raw_server import RawServer
from tests.helpers.sample import of_each
from tests.helpers.warned import quiet

DEADLINE = 60.0  # seconds that a request may take
PACE = 0.5  # seconds that a drip takes by the client's clock, and hardly any by that of the machine
TOKEN = json.dumps({"access_token": "eyJ0oken", "expires_in": 900}).encode()
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x01" * 64
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
# What begins an answer, and what follows for ever.
DRIPS = {
    "a byte a time": (OK + b"Content-Length: 900000\r\n\r\n", b" "),
    "continues": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "early hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    "headers without end": (OK, b"X-A: b\r\n"),
    "a header without end": (OK + b"X-A: ", b"b"),
    "a status without end": (b"", b"H"),
    "chunks of a byte": (CHUNKED, b"1\r\n \r\n"),
    "a chunk's size without end": (CHUNKED, b"0"),
    "trailers without end": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    "a fault that drips": (b"HTTP/1.1 500 x\r\nContent-Length: 900000\r\n\r\n", b" "),
    "nothing": (b"", b""),
}


def whole(body: bytes) -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return OK + length + b"Connection: close\r\n\r\n" + body


Right = Callable[[bytes, bytes], tuple[bytes, int]]


class Dripping(RawServer):
    """Answers one question, and drips at all others until it is mended.

    Args:
        right: the right answer, and the number of the question, from 1.

    Attributes:
        asked: the numbers of the questions.
    """

    def __init__(self, right: Right, drip: tuple[bytes, bytes], good: int) -> None:
        super().__init__(b"", whole(TOKEN))
        self.right, self.drip, self.good = right, drip, good
        self.mended = False
        self.limits = Limits(deadline=DEADLINE, max_body=1)
        self.asked: list[int] = []

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head, body = await reader.readuntil(b"\r\n\r\n"), b""
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    body = await reader.readexactly(int(line.partition(b":")[2]))
            if b"/connect/token" in head:
                writer.write(self.token)
                return
            answer, number = self.right(head, body)
            self.asked.append(number)
            if self.mended or number <= self.good:
                writer.write(answer)
                return
            begins, part = self.drip
            writer.write(begins)
            while not writer.is_closing():
                writer.write(part)
                await writer.drain()
                await asyncio.wrap_future(loop.submit(passes, PACE))

    def account(self) -> Account:
        async def at_once(seconds: float) -> None:
            await asyncio.sleep(0)

        mine = owner(api_url=self.url, auth_url=f"{self.url}/connect/token", limits=self.limits)
        return Account(Session(mine, rate=None, sleep=at_once), catalog=load())


@pytest.fixture
def clients_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop of all sessions has a clock that goes forward with each drip, and only once the loop
    has looked at what came before: how fast the machine is decides nothing.
    """

    async def set_up() -> None:
        inner: Any = asyncio.get_running_loop()
        real = inner.time
        monkeypatch.setattr(inner, "ahead", 0.0, raising=False)
        monkeypatch.setattr(inner, "time", lambda: real() + inner.ahead)

    loop.submit(set_up).result()


async def passes(seconds: float) -> None:
    """So much time passes on the loop that this runs on."""
    inner: Any = asyncio.get_running_loop()
    inner.ahead += seconds


def file(head: bytes, body: bytes) -> tuple[bytes, int]:
    found = re.search(rb"/(\d+)(?:/recording)? HTTP", head)
    assert found is not None
    return whole(WAV), int(found[1])


def slots(head: bytes, body: bytes) -> tuple[bytes, int]:
    """One slot in the middle of what is asked for."""
    begins = dt.datetime.fromisoformat(json.loads(body)["startsOnOrAfter"])
    when = (begins + dt.timedelta(days=4)).isoformat()
    row = {"start": when, "startUtc": when, "isAvailable": True}
    number = 1 if begins == dt.datetime(2026, 1, 1, tzinfo=dt.UTC) else 2
    return whole(json.dumps({"timeStamp": "x", "availabilities": [row]}).encode()), number


def run_of_a_report(head: bytes, body: bytes) -> tuple[bytes, int]:
    if head.startswith(b"GET"):
        return whole(b'{"fields":[]}'), 0
    found = re.search(rb"[?&]page=(\d+)", head)
    assert found is not None
    page = int(found[1])
    rows = [[page * 10 + i] for i in range(10)]
    fields = [{"name": "Number", "label": "Number"}]
    said = {"page": page, "pageSize": 10, "hasMore": page < 3, "fields": fields, "data": rows}
    return whole(json.dumps(said).encode()), page


SPAN = {"startsOnOrAfter": "2026-01-01", "endsOnOrBefore": "2026-02-20"}
REPORT = {"report_category": "operations", "reportId": 7, "parameters": {"From": "2026-07-01"}}
Verb = Callable[[Account, Path], Any]
# The right answer, how many questions are answered in any case, and the call.
VERBS: dict[str, tuple[Right, int, Verb]] = {
    "files": (file, 1, lambda st, to: st.telecom.calls.recording.pull(id=[1, 2, 3], to=to)),
    "one file": (file, 0, lambda st, to: st.telecom.calls.recording.get(1)),
    "attachments": (file, 1, lambda st, to: st.forms.jobs.attachment.pull(id=[1, 2, 3], to=to)),
    "capacity": (
        slots,
        1,
        lambda st, to: st.dispatch.capacity.pull(**SPAN, skillBasedAvailability=False),
    ),
    "a report": (
        run_of_a_report,
        1,
        lambda st, to: st["reporting.report_category.reports.data"].pull(**REPORT, page_size=10),
    ),
}
ROWS = {"capacity": (1, 5), "a report": (10, 30)}  # that came, and that there are


@pytest.mark.usefixtures("clients_time")
@pytest.mark.parametrize(("drip", "verb"), of_each(DRIPS, VERBS))
def test_every_drip_ends_in_words_and_keeps_what_came(drip: str, verb: str, tmp_path: Path) -> None:
    """By the deadline, five times; what came is not asked for anew."""
    right, good, call = VERBS[verb]
    with Dripping(right, DRIPS[drip], good) as server, server.account() as st:
        with pytest.raises((Unreachable, stnb.ServerFault, stnb.UnexpectedAnswer)) as caught:
            quiet(lambda: call(st, tmp_path))
        err = caught.value
        assert all((err.happened, err.why, err.next))
        assert not any(secret in f"{err!r}{err}" for secret in SECRETS)
        server.mended = True
        before = len(server.asked)
        if verb in ROWS:
            assert err.frame is not None
            assert len(err.frame) == ROWS[verb][0]
            assert len(quiet(err.resume)) == ROWS[verb][1]
            # The last page of a list that came says whether there are more.
            assert server.asked[before:].count(1) == (verb == "a report")
        elif good:
            kept = [path for path in tmp_path.iterdir() if not path.name.startswith(".")]
            assert [path.read_bytes() for path in kept] == [WAV]
            assert not list(tmp_path.glob(".part*"))
            assert len(quiet(lambda: call(st, tmp_path))) == 3
            assert sorted(server.asked[before:]) == [2, 3]


# -- a file that comes slowly


def test_each_megabyte_of_a_file_has_the_whole_time() -> None:
    """What came before, and a byte less than one, gives none."""

    async def work(forward: Callable[[float], None]) -> int:
        passed = 0
        with contextlib.suppress(TimeoutError):
            async with Deadline(60) as deadline:
                deadline.start()
                for size in (ENOUGH, ENOUGH, ENOUGH + 7, ENOUGH - 8, 1, 1):
                    deadline.came(size)
                    forward(40)
                    await asyncio.sleep(0)
                    await asyncio.sleep(0)
                    passed += 1
        return passed

    assert with_time(work) == 3


class Slow(httpx.AsyncByteStream):
    """A body in parts, each of which takes so many seconds."""

    def __init__(self, forward: Callable[[float], None], size: int, seconds: float) -> None:
        self._forward, self._size, self._seconds = forward, size, seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(4 * ENOUGH // self._size):
            yield b"\x01" * self._size
            self._forward(self._seconds)
            await asyncio.sleep(0)
            await asyncio.sleep(0)


@pytest.mark.parametrize(("size", "seconds"), [(ENOUGH, 50.0), (ENOUGH // 8, 7.0)])
@pytest.mark.parametrize("to_disk", [True, False])
def test_a_large_file_may_take_longer_than_one_answer(
    size: int, seconds: float, to_disk: bool, tmp_path: Path
) -> None:
    """As long as a megabyte comes within the deadline."""
    assert len(fetched(size, seconds, tmp_path, to_disk=to_disk)) == 4 * ENOUGH


@pytest.mark.parametrize("to_disk", [True, False])
def test_a_file_that_comes_too_slowly_ends(to_disk: bool, tmp_path: Path) -> None:
    """Though bytes come all the time, and it would end at last."""
    with pytest.raises(Unreachable, match=r"no megabyte.*within 60 seconds.*STNB_DEADLINE") as err:
        fetched(ENOUGH // 8, 9.0, tmp_path, to_disk=to_disk)
    assert err.value.attempts >= 2


def fetched(size: int, seconds: float, folder: Path, *, to_disk: bool) -> bytes:
    """A file of four megabytes that comes in such parts, with a deadline of 60 seconds."""

    async def work(forward: Callable[[float], None]) -> bytes:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/token"):
                return httpx.Response(200, content=TOKEN)
            return httpx.Response(200, stream=Slow(forward, size, seconds))

        async def at_once(wait: float) -> None:
            await asyncio.sleep(0)

        mine = owner(limits=Limits(60, 16))
        network = httpx.MockTransport(answer)
        session = Session(mine, transport=network, rate=None, sleep=at_once, clock=lambda: 0.0)
        path = "/telecom/v2/tenant/42/calls/1/recording"
        with (folder / "file").open("w+b") as file:
            into = file if to_disk else None
            found = await session.send("GET", path, expect_json=False, into=into)
            file.seek(0)
            return file.read() if to_disk else found.content

    return with_time(work)
