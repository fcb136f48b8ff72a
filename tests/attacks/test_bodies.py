"""Bodies that are made to do harm: too deep, too large, or of an encoding that nobody asked for."""

from __future__ import annotations

import contextlib
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

import stnb
from stnb import UnexpectedAnswer, credentials
from stnb.credentials import Limits
from stnb.credentials.notebook import parsed
from stnb.errors import CredentialsInvalid, RequestError, StnbError, nesting
from stnb.explorer.parts.history import History
from stnb.frame import decode, shape_of
from stnb.frame.parquet import provenance
from stnb.session import body, loop
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.misbehaving_server import Server, Stream, at
from tests.helpers.owner import owner
from tests.helpers.peak import STATUS
from tests.helpers.toys import LIST

DEPTHS = (101, 8_000, 32_000)
SMALL = Limits(deadline=20, max_body=0.5)  # MB
OVER = 2**19 + 1  # bytes: the first that is too many


def arrays(depth: int) -> str:
    return "[" * depth + "]" * depth


def objects(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


def mixed(depth: int) -> str:
    return '[7,{"a":' * (depth // 2 + 1) + "1" + "}]" * (depth // 2 + 1)


def never_closed(depth: int) -> str:
    return "[" * depth


SHAPES = {f.__name__: f for f in (arrays, objects, mixed, never_closed)}


# -- how deep a text is


def deepest(text: str) -> int:
    """How deep JSON is, letter by letter."""
    depth = most = 0
    inside = escaped = False
    for letter in text:
        if escaped:
            escaped = False
        elif inside:
            escaped = letter == "\\"
            inside = letter != '"'
        elif letter == '"':
            inside = True
        elif letter in "[{":
            depth += 1
            most = max(most, depth)
        elif letter in "]}":
            depth -= 1
    return most


JSON = some.recursive(
    some.none() | some.integers() | some.text('[]{}"\\é', max_size=80),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text('[{"\\'), inner),
)


@given(JSON, some.integers(0, 140), some.integers(0, 3), some.booleans())
def test_levels_are_counted_as_letter_by_letter(
    value: Any, around: int, before: int, compact: bool
) -> None:
    """Whatever stands in texts, and wherever a block of the scan ends."""
    separators = (",", ":") if compact else None
    inner = json.dumps(value, ensure_ascii=False, separators=separators)
    # A long text first, so that the scan does not end with the count of all brackets.
    text = "[" * around + json.dumps("]\\" * 40_000 + '"' * before) + "," + inner + "]" * around

    assert nesting.is_deep(text) == nesting.is_deep(text.encode()) == (deepest(text) > 100)


@pytest.mark.parametrize("block", [64, 128, 2**17])
def test_100_levels_are_read_and_101_are_not(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """Also at the edges of the scan's blocks, and behind many rows."""
    monkeypatch.setattr(nesting, "BLOCK", block)
    rows = '{"a":[1,{"b":"]}"}]},' * 5_000

    for depth, too_deep in ((100, False), (101, True)):
        for shape in (arrays, objects):
            assert nesting.is_deep(shape(depth)) == too_deep
            assert nesting.is_deep(f"[{rows}{shape(depth - 1)}]") == too_deep


def test_brackets_in_texts_are_no_levels() -> None:
    """A note may hold as many as it likes, escaped quotes beside them."""
    note = json.dumps({"note": '\\"' + "[{" * 50_000 + '"\\'})

    assert nesting.loads(note)["note"].count("[") == 50_000


# -- who reads JSON from outside


@pytest.fixture
def _no_limit_of_python() -> Any:
    """A program that raised Python's own limit, so that it no longer stops its reader of JSON."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    yield
    sys.setrecursionlimit(usual)


@pytest.mark.usefixtures("_no_limit_of_python")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("around", ["{}", '{{"data":[{{"id":1,"x":{}}}],"hasMore":false}}'])
def test_no_page_is_too_deep_for_the_decoder(
    shape: Callable[[int], str], depth: int, around: str
) -> None:
    """It is refused in words, before Arrow or Python's reader sees it."""
    content = around.format(shape(depth)).encode()

    for rows_at in ("data", "bare", "one"):
        with pytest.raises(UnexpectedAnswer) as caught:
            decode(content, rows_at, shape_of(LIST))
        assert caught.value.final


PLACES = {
    "in a row": '{"data":[{"id":1,"x":DEEP}],"hasMore":false}',
    "beside the rows": '{"x":DEEP,"data":[{"id":1}],"hasMore":false,"totalCount":1}',
    "instead of them": "DEEP",
    "as rows": '{"data":DEEP,"hasMore":false}',
}


@pytest.mark.usefixtures("_no_limit_of_python")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("verb", ["pull", "count", "pages", "head", "limited"])
def test_a_deep_page_ends_a_pull_at_once(verb: str, place: str, depth: int) -> None:
    """It is asked for once, not five times."""
    body = place.replace("DEEP", arrays(depth)).encode()
    server = Server(trouble=at(1, lambda: httpx.Response(200, content=body)))
    toys = server.account()["toys.widgets"]
    verbs: dict[str, Callable[[], Any]] = {
        "pull": lambda: toys.pull(progress=False),
        "count": lambda: toys.count(),
        "pages": lambda: list(toys.pages()),
        "head": lambda: toys.head(),
        "limited": lambda: toys.pull(limit=2000, progress=False),
    }

    with pytest.raises(UnexpectedAnswer, match="100 levels"):
        verbs[verb]()

    assert server.asked[1] <= 2  # `count` asks for the total, and then for the rows


@pytest.mark.parametrize("opened", ['{"a":', "[", '[{"a":'])
@pytest.mark.parametrize("depth", [101, 32_000])
def test_a_deep_answer_that_is_cut_off_is_asked_for_once(opened: str, depth: int) -> None:
    """Of one record: a second try would not make it less deep."""
    tried = []
    body = f'{{"data":[{{"id":1,"x":{opened * depth}'.encode()

    def answer() -> httpx.Response:
        tried.append(depth)
        return httpx.Response(200, content=body)

    with pytest.raises(UnexpectedAnswer, match="100 levels"):
        Server(trouble=at(1, answer)).account().get("toys/v2/tenant/{tenant}/widgets")
    assert tried == [depth]


@pytest.mark.usefixtures("_no_limit_of_python")
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("status", [200, 400, 401, 404, 500])
def test_no_answer_is_too_deep_for_a_plain_get(shape: Callable[[int], str], status: int) -> None:
    """Refusals too, whose words are read."""
    body = shape(32_000).encode()
    server = Server(trouble=at(1, lambda: httpx.Response(status, content=body)))

    with pytest.raises(StnbError):
        server.account().get("toys/v2/tenant/{tenant}/widgets")


@pytest.mark.usefixtures("_no_limit_of_python")
@pytest.mark.parametrize("status", [200, 401])
def test_no_token_is_too_deep(status: int) -> None:
    """The answer itself, and the claims of a token."""
    deep = arrays(32_000).encode()

    class Deep(FakeTenant):
        async def grant(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(status, content=deep)

    with pytest.raises((RequestError, UnexpectedAnswer)):
        loop.run(Deep(lambda _: httpx.Response(200)).session().authorize)


@pytest.mark.usefixtures("_no_limit_of_python")
def test_deep_files_count_as_strange_ones(tmp_path: Path) -> None:
    """Notebooks, saved states, and the provenance of a Parquet file."""
    deep, file = arrays(32_000), tmp_path / "deep.json"
    file.write_text(deep)
    frame = pd.DataFrame({"id": [1], "notes": [deep], "customFields": [deep]})
    frame.attrs = {}
    frame.to_parquet(tmp_path / "x.parquet")

    assert parsed(deep) is None
    assert History(file).kept.recent == ()
    assert provenance(tmp_path / "x.parquet") == {}
    with pytest.raises(StnbError):
        stnb.children(frame, "notes")
    with pytest.raises(StnbError):
        stnb.custom_fields(frame)


# -- how large a body is


def stream(*parts: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(200, headers=named, content=Stream(*parts))


BOMB = gzip.compress(b" " * 50_000_000)
LARGE = {
    "in one piece": lambda: httpx.Response(200, content=b" " * OVER),
    "in many pieces": lambda: stream(*[b" " * 1000] * 2000),
    "inflated": lambda: stream(BOMB, content_encoding="gzip"),
    "inflated, in pieces": lambda: stream(BOMB[:100], BOMB[100:], content_encoding="gzip"),
    "inflated, bomb behind bomb": lambda: stream(
        *[gzip.compress(b" " * 200_000)] * 3, content_encoding="gzip"
    ),
    "a refusal": lambda: httpx.Response(
        500, headers={"content-encoding": "gzip"}, content=Stream(BOMB)
    ),
    "a 401": lambda: httpx.Response(
        401, headers={"content-encoding": "gzip"}, content=Stream(BOMB)
    ),
}


@pytest.mark.parametrize("make", LARGE.values(), ids=LARGE)
def test_a_body_over_the_cap_is_refused_once(make: Callable[[], httpx.Response]) -> None:
    """In words that name the setting; the pages before it are kept."""
    server = Server(trouble=at(3, make))
    run = server.account(credentials=owner(limits=SMALL))["toys.widgets"].start(page_size=100)

    with pytest.raises(UnexpectedAnswer, match=r"over 0\.5 MB.*STNB_MAX_BODY") as caught:
        run.wait(60)

    assert caught.value.final
    assert server.asked[3] == 1
    assert caught.value.frame is not None
    assert set(range(200)) <= set(caught.value.frame["id"])


@pytest.mark.parametrize("status", [200, 401])
def test_the_answer_to_a_token_request_has_the_same_cap(status: int) -> None:
    """Within a pull, and asked for alone."""

    class Greedy(FakeTenant):
        async def grant(self, request: httpx.Request) -> httpx.Response:
            headers = {"content-encoding": "gzip"}
            return httpx.Response(status, headers=headers, content=Stream(BOMB))

    tenant = Greedy(lambda _: httpx.Response(200))
    session = tenant.session(owner(limits=SMALL))
    with pytest.raises(UnexpectedAnswer, match=r"over 0\.5 MB"):
        loop.run(session.send, "GET", "/x")
    with pytest.raises(UnexpectedAnswer, match=r"over 0\.5 MB"):
        loop.run(session.authorize)


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "x" * 300])
def test_an_encoding_that_nobody_asked_for_is_refused(encoding: str) -> None:
    """Also one that httpx could inflate."""
    server = Server(
        trouble=at(1, lambda: stream(b'{"data":[]}', content_encoding=encoding)),
    )

    with pytest.raises(stnb.Unreachable, match="DecodingError"):
        server.account()["toys.widgets"].pull(progress=False)


def test_a_body_of_exactly_the_cap_is_read() -> None:
    """The cap is the first that is too many."""
    rows = b'{"data":[],"hasMore":false}'
    server = Server(trouble=at(1, lambda: stream(rows + b" " * (OVER - 1 - len(rows)))))

    assert server.account(credentials=owner(limits=SMALL))["toys.widgets"].count() == 0


def test_a_file_may_be_larger_but_not_by_inflating() -> None:
    """It goes to the disk while it arrives."""
    session = FakeTenant(
        lambda request: stream(
            *([b"x" * 1000] * 2000 if request.url.path == "/plain" else [BOMB]),
            **({} if request.url.path == "/plain" else {"content_encoding": "gzip"}),
        )
    ).session(owner(limits=SMALL))
    whole = loop.run(session.send, "GET", "/plain", expect_json=False)
    assert len(whole.content) == 2_000_000
    with pytest.raises(UnexpectedAnswer, match=r"packed file of over 0\.5 MB.*STNB_MAX_BODY"):
        loop.run(session.send, "GET", "/bomb", expect_json=False)


@pytest.mark.parametrize("into", [None, "disk"])
def test_a_file_without_an_end_has_one(
    into: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The bound that it passed is the one that is said, with no advice about pages."""
    monkeypatch.setattr(body, "LARGEST_FILE", 3_000)
    tenant = FakeTenant(lambda request: stream(*[b"x" * 1000] * 9))
    session = tenant.session(owner(limits=SMALL))
    with contextlib.ExitStack() as opened:
        file = opened.enter_context((tmp_path / "file").open("wb")) if into else None
        with pytest.raises(UnexpectedAnswer, match="a file of over 2 GB") as caught:
            loop.run(session.send, "GET", "/plain", expect_json=False, into=file)

    assert "page_size" not in str(caught.value)
    assert len(tenant.requests) == 1


# -- the settings


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "much", "1,5"])
@pytest.mark.parametrize("name", ["STNB_DEADLINE", "STNB_MAX_BODY", "STNB_MAX_MEMORY"])
def test_a_bound_that_is_none_is_refused(name: str, text: str) -> None:
    """By its name."""
    with pytest.raises(CredentialsInvalid, match=name):
        credentials.limits_of({name: text})


@pytest.mark.parametrize("digits", ["9", "9" * 8, "9" * 13, "9" * 15])
def test_the_widest_bounds_are_taken(digits: str) -> None:
    """Plain and in gzip, rows and files: no library below meets a number that it cannot hold."""
    names = "STNB_DEADLINE", "STNB_MAX_BODY", "STNB_MAX_MEMORY"
    limits = credentials.limits_of(dict.fromkeys(names, digits))
    body = b'{"data":[]}'
    session = FakeTenant(
        lambda request: stream(
            *([body] if request.url.path == "/plain" else [gzip.compress(body)]),
            **({} if request.url.path == "/plain" else {"content_encoding": "gzip"}),
        )
    ).session(owner(limits=limits))

    for path in ("/plain", "/packed"):
        for expect_json in (True, False):
            assert loop.run(session.send, "GET", path, expect_json=expect_json).content == body


def test_bounds_stand_in_the_file_or_in_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process wins; without either they are 120 seconds, 256 MB, and half of the memory."""
    file = tmp_path / ".env"
    lines = ["APP_KEY=ak1.x", "TENANT_ID=1", "ENVIRONMENT=integration", "CLIENT_ID=cid.x"]
    lines = [f"SERVICETITAN_{line}" for line in [*lines, "CLIENT_SECRET=cs1.x"]]
    file.write_text("\n".join(lines))
    assert credentials.load(env_file=file).limits == Limits(120, 256, None)

    bounds = ["STNB_DEADLINE=30", "STNB_MAX_BODY=10", "STNB_MAX_MEMORY=1000"]
    file.write_text("\n".join([*lines, *bounds]))
    assert credentials.load(env_file=file).limits == Limits(30, 10, 1_000)

    monkeypatch.setenv("STNB_MAX_BODY", "20")
    assert credentials.load(env_file=file).limits == Limits(30, 20, 1_000)
    assert stnb.connect("demo").session.credentials.limits == Limits(120, 20)


# -- how much memory a hostile body takes

HOSTILE = """
import gzip, sys
import httpx, pyarrow, stnb
from stnb.credentials import Limits
from tests.helpers.misbehaving_server import Server, Stream, at
from tests.helpers.owner import owner
from tests.helpers.peak import peak

cap = 24  # MB
size = cap * 2**20


def bomb():
    return httpx.Response(200, headers={"content-encoding": "gzip"}, content=Stream(BOMB))


def endless():
    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self):
            while True:
                yield bytes(2**16)

    return httpx.Response(200, content=Endless())


def random():
    import random
    part = random.Random(1).randbytes(2**20)
    packed = gzip.compress(part, 1)
    headers = {"content-encoding": "gzip"}
    return httpx.Response(200, headers=headers, content=Stream(*[packed] * (cap + 1)))


def plain():
    return httpx.Response(200, content=Stream(*[b" " * 2**20] * cap))


makes = {"bomb": bomb, "endless": endless, "random": random, "plain": plain}
BOMB = gzip.compress(bytes(2**28), 9)
server = Server(trouble=at(1, lambda: makes[sys.argv[1]]()))
toys = server.account(credentials=owner(limits=Limits(60, cap)))["toys.widgets"]
Server().account()["toys.widgets"].pull(progress=False)  # all is loaded
before = peak()
try:
    toys.pull(progress=False)
except stnb.StnbError as err:
    print(type(err).__name__)
print((peak() - before) / size)
"""


@pytest.mark.skipif(not STATUS.exists(), reason="reads the peak in /proc")
@pytest.mark.parametrize("kind", ["bomb", "endless", "random", "plain"])
@pytest.mark.long
def test_a_hostile_body_takes_three_times_the_cap_at_most(kind: str) -> None:
    """Measured in a process of its own, as the peak that it adds."""
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE, kind],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    error, times = done.stdout.split()

    assert error in ("UnexpectedAnswer", "Unreachable")
    assert float(times) <= 3
