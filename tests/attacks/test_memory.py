"""How much memory a hostile body takes that is far below the cap: three times the cap at most."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from stnb import UnexpectedAnswer
from stnb.credentials import Limits
from stnb.frame import decode, shape_of
from stnb.session import loop, weight
from stnb.session.weight import LONG, OF_BYTE, PIECE, SPARE, counts, is_full, is_heavy
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.misbehaving_server import Server, Stream, at
from tests.helpers.owner import owner
from tests.helpers.peak import STATUS
from tests.helpers.sample import tenth
from tests.helpers.toys import LIST

CAP = 16 * 2**20  # bytes
Body = Callable[[int], bytes]  # of so many pieces


def rows(*pieces: str) -> Body:
    """Rows that repeat."""
    return around('{"hasMore":false,"data":[', ",".join(pieces), "]}")


def inside(name: str, *pieces: str) -> Body:
    """One row with a list that repeats."""
    return around(f'{{"hasMore":false,"data":[{{"id":1,"{name}":[', ",".join(pieces), "]}]}")


def beside(*pieces: str) -> Body:
    """A list that repeats, outside of the rows."""
    return around('{"hasMore":false,"x":[', ",".join(pieces), '],"data":[{"id":1}]}')


def around(head: str, piece: str, tail: str, between: str = ",") -> Body:
    sign = between.encode()
    return lambda n: head.encode() + sign.join([piece.encode()] * n) + tail.encode()


def text(piece: bytes) -> Body:
    """One long text."""
    return lambda n: b'{"hasMore":false,"data":[{"id":1,"name":"' + piece * n + b'"}]}'


def numbered(head: str, form: str, tail: str) -> Body:
    """Pieces with a number that is another one in each."""
    return lambda n: (head + ",".join([form % i for i in range(n)]) + tail).encode()


BODIES: dict[str, Body] = {
    "rows of nothing": rows("{}"),
    "numbers for rows": rows("1"),
    "nulls for rows": rows("null"),
    "lists for rows": rows("[]"),
    "a row between numbers": rows("1", "{}", "null"),
    "rows of one id": rows('{"id":1}'),
    "rows of mixed types": rows('{"id":1}', '{"id":"a"}'),
    "names of mixed types": rows('{"name":1}', '{"name":[]}'),
    "large numbers": rows('{"id":99999999999999999999}'),
    "fractions": rows('{"new":0.12345678901234567890}'),
    "no numbers": rows('{"id":NaN}'),
    "a key twice": rows('{"id":1,"id":2}'),
    "short texts": rows('{"name":"","new":""}'),
    "numbers in a list": inside("tags", "1"),
    "numbers in a new list": inside("new", "1"),
    "mixed types in a list": inside("tags", "1", '"a"'),
    "lists in a list": inside("tags", "[]"),
    "objects in a list": inside("tags", "{}"),
    "90 levels": inside("tags", "[" * 90 + "]" * 90),
    "90 levels of objects": inside("new", '{"a":' * 45 + "1" + "}" * 45),
    "numbers beside the rows": beside("1"),
    "objects beside the rows": beside("{}"),
    "mixed types beside the rows": beside("{}", "1", '""'),
    "a text": text(b"a"),
    "escapes": text(rb"\n"),
    "escaped letters": text(rb"\u00e9"),
    "wide letters": text("€".encode()),
    "emoji": text("😀".encode()),
    "an emoji in a text": text(b"a" * 10_000 + "😀".encode()),
    "halves of emoji": text(rb"\ud800 "),
    "no UTF-8": text(b"\xff "),
    "backslashes": text(b"\\\\"),
    "blanks": around('{"hasMore":false,"data":[', " ", "]}", ""),
    "another key in each row": numbered('{"hasMore":false,"data":[', '{"k%d":1}', "]}"),
    "a key more in some rows": numbered(
        '{"hasMore":false,"data":[', ",".join(['{"id":1,"k%d":1}', *['{"id":1}'] * 9]), "]}"
    ),
    "many keys in a row": numbered('{"hasMore":false,"data":[{', '"k%d":1', "}]}"),
    "many keys beside the rows": numbered("{", '"k%d":1', ',"hasMore":false,"data":[{"id":1}]}'),
    "many keys in an object": numbered('{"hasMore":false,"data":[{"new":{', '"k%d":1', "}}]}"),
}


# They may be: what becomes of them is a text, or nothing.
AS_LARGE_AS_THE_CAP = {"a text", "escapes", "backslashes", "blanks"}


def largest(body: Body, cap: int = CAP) -> bytes:
    """The largest body of its kind that is read."""
    low, high = 1, 2
    while len(body(high)) <= cap and not is_heavy(body(high), cap):
        low, high = high, high * 2
    while high - low > low // 50:
        middle = (low + high) // 2
        if len(body(middle)) <= cap and not is_heavy(body(middle), cap):
            low = middle
        else:
            high = middle
    return body(low)


READ = """
import sys, warnings
import httpx, stnb
from stnb.credentials import Limits
from tests.helpers.misbehaving_server import Server, Stream, at
from tests.helpers.owner import owner
from tests.helpers.peak import peak

warnings.simplefilter("ignore")
cap = int(sys.argv[2])


class File(httpx.AsyncByteStream):
    async def __aiter__(self):
        with open(sys.argv[1], "rb") as file:
            while part := file.read(2**16):
                yield part


server = Server(trouble=at(1, lambda: httpx.Response(200, content=File())))
toys = server.account(credentials=owner(limits=Limits(200, cap / 2**20)))["toys.widgets"]
Server().account()["toys.widgets"].pull(progress=False)  # all is loaded
before = peak()
said = "read"
try:
    toys.pull(progress=False)
except stnb.StnbError as err:
    said = type(err).__name__
print(said, (peak() - before) / cap)
"""


def read(content: bytes, folder: Path, cap: int = CAP) -> tuple[str, float]:
    """What a pull of this body says, and the memory that it takes at most, as times the cap; in a
    process of its own.
    """
    (folder / "body").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(folder / "body"), str(cap)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        # Freed blocks go back to the system; otherwise the C library keeps some for itself.
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": str(2**17)},
    )
    said, times = done.stdout.split()
    return said, float(times)


@pytest.mark.skipif(not STATUS.exists(), reason="reads the peak in /proc")
@pytest.mark.parametrize("kind", tenth(list(BODIES), lambda kind: "kind"))
@pytest.mark.long
def test_the_largest_body_that_is_read(kind: str, tmp_path: Path) -> None:
    """Whatever it is made of."""
    said, times = read(largest(BODIES[kind]), tmp_path)

    assert said in ("read", "UnexpectedAnswer")
    assert times <= 3 + SPARE / CAP


@pytest.mark.parametrize("kind", sorted(BODIES.keys() - AS_LARGE_AS_THE_CAP))
def test_a_body_that_would_fill_the_memory_is_not_read(kind: str) -> None:
    """It is refused in words that name the setting, once, and the page before it is kept."""
    cap = 2**20
    body = BODIES[kind]
    pieces = cap // (len(body(3)) - len(body(2)))
    while len(body(pieces)) > cap:
        pieces = pieces * 9 // 10
    content = body(pieces)
    server = Server(trouble=at(2, lambda: httpx.Response(200, content=Stream(content))))
    limits = Limits(60, cap / 2**20)
    toys = server.account(credentials=owner(limits=limits))["toys.widgets"]

    with pytest.raises(UnexpectedAnswer, match=r"(?s)so many values.*over 3 MB") as caught:
        toys.pull(progress=False, page_size=100)

    assert caught.value.final
    assert server.asked[2] == 1
    assert caught.value.frame is not None
    assert len(caught.value.frame) >= 100


HIDDEN = {
    "UTF-16": ("application/json", "utf-16-le"),
    "UTF-32": ("application/json", "utf-32-be"),
    "a coding of its own": ("application/json; charset=cp037", "cp037"),
}


@pytest.mark.parametrize(("declared", "coding"), HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("kind", ["lists in a list", "another key in each row"])
def test_no_coding_hides_the_values(kind: str, declared: str, coding: str) -> None:
    """What is weighed is what is read."""
    content = BODIES[kind](20_000).decode().encode(coding)
    headers = {"content-type": declared}
    server = Server(
        trouble=at(1, lambda: httpx.Response(200, headers=headers, content=Stream(content)))
    )
    account = server.account(credentials=owner(limits=Limits(60, 1)))

    with pytest.raises(UnexpectedAnswer, match="so many values"):
        account["toys.widgets"].pull(progress=False)
    with pytest.raises(UnexpectedAnswer, match="so many values"):
        account.get("toys/v2/tenant/{tenant}/widgets")


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_refusal_is_weighed_too(status: int) -> None:
    """Its words are read as JSON."""
    content = b'{"title":"no","errors":[' + b"[]," * 60_000 + b"[]]}"
    server = Server(trouble=at(1, lambda: httpx.Response(status, content=Stream(content))))
    account = server.account(credentials=owner(limits=Limits(60, 1)))

    with pytest.raises(UnexpectedAnswer, match="so many values"):
        account.get("toys/v2/tenant/{tenant}/widgets")


def test_a_file_is_not_weighed() -> None:
    """Nobody reads it as JSON, whatever stands in it."""
    content = gzip.compress(b"[]," * 60_000)
    headers = {"content-encoding": "gzip"}
    session = FakeTenant(
        lambda request: httpx.Response(200, headers=headers, content=Stream(content))
    ).session(owner(limits=Limits(60, 1)))

    answer = loop.run(session.send, "GET", "/file", expect_json=False)

    assert len(answer.content) == 180_000


def test_a_usual_page_is_far_from_it() -> None:
    """5,000 rows with a hundred values of all kinds each, under the usual cap."""
    row: dict[str, object] = {f"text{i}": "José, who lives here." for i in range(60)}
    row |= {f"amount{i}": 1234.5 * i for i in range(20)}
    row |= {f"changed{i}": "2026-07-01T09:30:00.1234567Z" for i in range(5)}
    row |= {f"part{i}": {"id": i, "name": "x"} for i in range(5)}
    row |= {"items": [{"id": i, "total": 12.5, "sku": None} for i in range(5)]}
    page = json.dumps({"hasMore": False, "data": [row] * 5_000}, ensure_ascii=False).encode()

    assert not is_heavy(page, 256 * 2**20)


@pytest.mark.parametrize("size", [0, 1, LONG - 1, LONG, PIECE, PIECE + 1, 2 * PIECE + 7])
def test_every_sign_of_a_body_is_counted(size: int) -> None:
    """Once, wherever the body is cut into pieces to count faster."""
    content = (b'{"a":[1.5,2],"b":{}}[' * (size // 21 + 1))[:size]

    signs = (b"{", b"[", b",", b".", b":")
    assert counts(content, *signs) == [content.count(sign) for sign in signs]


@pytest.mark.parametrize(
    "part",
    [
        "[],",
        "{},",
        "1.1,",
        "[1.1],",
        "[[1.1]],",
        "[" * 90 + "]" * 90 + ",",
        '"\\ud83d\\ude00",',
        "7,",
    ],
)
def test_no_body_takes_more_for_each_byte_than_is_counted_on(part: str) -> None:
    """A body so small that it cannot fill the memory is not looked at for what it holds."""
    content = ("[" + part * (30_000 // len(part)) + "0]").encode()
    json.loads(content)

    assert not is_full(content, int(OF_BYTE * len(content)))


def test_the_keys_of_a_usual_page_are_not_all_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of them tell that they are the same in every row."""
    monkeypatch.setattr(weight, "KEY", None)
    row = {f"key{i}": i for i in range(50)} | {"customer": {f"part{i}": i for i in range(20)}}
    page = json.dumps({"hasMore": False, "data": [row] * 1_750}).encode()

    assert not is_heavy(page, 128 * 2**20)


@pytest.mark.parametrize("seed", range(10))
def test_nor_are_they_where_some_keys_are_in_few_rows(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Such keys look new among few places, and not among more of them."""
    monkeypatch.setattr(weight, "KEY", None)
    monkeypatch.setattr(weight, "random", random.Random(seed))
    row: dict[str, object] = {"items": [{f"part{i}": i for i in range(10)}] * 20}
    rows = [row] * 450 + [row | {f"rare{i}": i for i in range(40)}] * 50
    page = json.dumps({"hasMore": False, "data": rows}).encode()

    assert not is_heavy(page, 256 * 2**20)


def test_a_report_with_one_long_row_is_not_filled_up() -> None:
    """Each of its other rows would have as many cells."""
    long = b'{"fields":[],"data":[[' + b"1," * 5_000 + b"1]" + b",[]" * 5_000 + b"]}"

    with pytest.raises(UnexpectedAnswer, match="could not be read"):
        decode(long, "data", shape_of(LIST), positional=True)
