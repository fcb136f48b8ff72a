"""No way out for a secret: tracebacks, logs, copies, reprs, files, widgets, redirects, and the
other environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import dataclasses
import http.server
import importlib
import io
import itertools
import json
import logging
import os
import pickle
import pprint
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import ipywidgets
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.ultratb import VerboseTB
from ipywidgets.embed import embed_data

import stnb
from stnb import credentials
from stnb.account import progress_bar
from stnb.credentials import HOSTS, Secret
from stnb.session import Session, loop, retry, shared
from stnb.session import failure as trouble
from tests.helpers.sample import of_each, tries

pytestmark = pytest.mark.usefixtures("small_demo")

SECRET, PAIR, KEY, TOKEN = (
    "cs1.s3cr3tQ7w8e9",
    "cid.pa1rQ7w8e9",
    "ak1.k3yQ7w8e9r0",
    "eyJ0oken.Q7w8e9.r0t1",
)
WORDS = (SECRET, PAIR, KEY, TOKEN)
API = {name: urlsplit(api).hostname for name, (api, _) in HOSTS.items()}
AUTH = {name: urlsplit(auth).hostname for name, (_, auth) in HOSTS.items()}
JOBS = {
    "data": [{"id": 1}, {"id": 2}],
    "hasMore": False,
    "totalCount": 2,
    "page": 1,
    "pageSize": 500,
}
Reply = Callable[[httpx.Request], httpx.Response]


def env(prefix: str = "", **values: str) -> str:
    """The lines of a profile; a field that is given as "" is left out."""
    own = {
        "TENANT_ID": "7",
        "ENVIRONMENT": "integration",
        "CLIENT_ID": PAIR,
        "CLIENT_SECRET": SECRET,
        "APP_KEY": KEY,
        **values,
    }
    return "".join(f"SERVICETITAN_{prefix}{k}={v}\n" for k, v in own.items() if v)


def leaks(*texts: object) -> list[str]:
    """The lines in which a secret shows."""
    return [
        line[:300]
        for text in texts
        for line in str(text).splitlines()
        if any(w in line for w in WORDS)
    ]


class Wire:
    """Takes the place of the network, below everything of ours, and writes down what is sent."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []
        self.token: Reply = lambda request: httpx.Response(
            200, json={"access_token": TOKEN, "expires_in": 900}
        )
        self.api: Reply = lambda request: httpx.Response(200, json=JOBS)

    async def __call__(self, transport: object, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.sent.append(request)
        await asyncio.sleep(0)
        return (self.token if request.method == "POST" else self.api)(request)

    @property
    def hosts(self) -> set[str]:
        return {r.url.host for r in self.sent}

    @property
    def told(self) -> set[str]:
        """The hosts that were sent anything secret."""
        return {r.url.host for r in self.sent if leaks(r.url, r.headers.raw, r.content)}


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A profile in .env, and a wire in place of the network."""
    made = Wire()

    async def handle(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        return await made(transport, request)

    async def close(transport: httpx.AsyncHTTPTransport) -> None:
        pass

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle)
    monkeypatch.setattr(
        httpx.AsyncHTTPTransport, "__init__", lambda *args, **more: None
    )  # reads no certificates
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "aclose", close)
    Path(".env").write_text(env())
    return made


@pytest.fixture(autouse=True)
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """No token of another test, and no wait between tries."""
    monkeypatch.setattr(shared.OF_PROCESS, "auths", {})
    monkeypatch.setattr(shared.OF_PROCESS, "governors", {})
    monkeypatch.setattr(trouble, "BACKOFF", 0.0)


# -- tracebacks


def tried(run: Callable[[], object], kind: type[BaseException] = Exception) -> BaseException | None:
    """What a call ends with: an error, whichever it is, or None."""
    try:
        run()
    except kind as err:
        return err
    return None


def failure(run: Callable[[], object], kind: type[BaseException] = Exception) -> BaseException:
    err = tried(run, kind)
    assert err is not None
    return err


def frames(err: BaseException) -> Iterator[Any]:
    """The frames of a traceback, without those of the tests, whose own locals are no leak."""
    tb = err.__traceback__
    while tb is not None:
        if tb.tb_frame.f_code.co_filename != __file__:
            yield tb.tb_frame
        tb = tb.tb_next


def chain(err: BaseException | None) -> list[BaseException]:
    """The error with its causes and contexts, also those that are not shown."""
    found: list[BaseException] = []
    todo = [err]
    while todo:
        err = todo.pop()
        if err is not None and err not in found:
            found.append(err)
            todo += [err.__cause__, err.__context__]
    return found


def shown(thing: object) -> str:
    try:
        return repr(thing)
    except Exception as err:  # noqa: BLE001 - as every tool that prints locals does with what is half made
        return f"<no repr: {type(err).__name__}>"


def everything(err: BaseException, *, ipython: bool = False) -> str:
    """All that any tool shows of an error: its words, its locals, its causes, as Python and as
    IPython print them.
    """
    texts: list[object] = []
    for one in chain(err):
        texts += [str(one), repr(one), one.args, vars(one), *getattr(one, "__notes__", [])]
        for frame in frames(one):
            texts += [
                f"{frame.f_code.co_name}: {k} = {shown(v)}" for k, v in frame.f_locals.items()
            ]
            texts += [
                shown(vars(v))
                for v in frame.f_locals.values()
                if "stnb." in type(v).__module__ and "__dict__" in dir(v)
            ]
        tb = one.__traceback__
        while tb is not None and tb.tb_frame.f_code.co_filename == __file__:
            tb = tb.tb_next
        if tb is not None:
            with contextlib.suppress(
                AttributeError, RecursionError
            ):  # a copy under way has no repr yet
                texts += traceback.TracebackException(
                    type(one), one, tb, capture_locals=True
                ).format()
            if ipython:
                texts.append(
                    VerboseTB(include_vars=True, long_header=True, theme_name="nocolor").text(
                        type(one), one, tb
                    )
                )
    return "\n".join(map(str, texts))


def raises(error: Exception) -> Reply:
    def reply(request: httpx.Request) -> httpx.Response:
        raise error

    return reply


def answers(status: int, **body: Any) -> Reply:
    return lambda request: httpx.Response(status, **body)


def echo(request: httpx.Request) -> httpx.Response:
    """As a gateway that repeats what it did not like."""
    said = [*request.headers.values(), request.content.decode(), str(request.url)]
    form = dict(httpx.QueryParams(request.content.decode()))
    return httpx.Response(
        400,
        json={
            "title": f"Bad: {form} {said}",
            "errors": {v: [v] for v in said},
            "traceId": said[-1],
        },
    )


def echo_as_error(request: httpx.Request) -> httpx.Response:
    return httpx.Response(
        400,
        json={
            "error": f"{dict(httpx.QueryParams(request.content.decode()))} {dict(request.headers)}"
        },
    )


FAILURES: dict[str, dict[str, Reply]] = {
    "token refused": {"token": answers(400, json={"error": "invalid_client"})},
    "token refused with its form": {"token": echo_as_error},
    "token is HTML": {"token": answers(200, html="<p>")},
    "token of no header": {"token": answers(200, json={"access_token": f"{TOKEN}\r\nX: y"})},
    "token of no text": {
        "token": answers(200, content=f'{{"access_token": "\\ud800{TOKEN}"}}'.encode())
    },
    "token cut off": {"token": answers(200, content=f'{{"access_token": "{TOKEN}'.encode())},
    "token redirected": {
        "token": answers(307, headers={"location": f"https://evil.example/?{SECRET}"})
    },
    "token unreachable": {"token": raises(httpx.ConnectError(f"refused {SECRET}"))},
    "401": {"api": answers(401, json={"status": 401})},
    "403": {"api": answers(403, json={"title": "Scope validation failed"})},
    "404": {"api": answers(404)},
    "429": {
        "api": answers(429, headers={"retry-after": "0"}, json={"title": "Rate limit is exceeded."})
    },
    "500": {"api": answers(500, html="<h1>")},
    "400 with all that was sent": {"api": echo},
    "connection": {"api": raises(httpx.ConnectError("[Errno -2] Name or service not known"))},
    "protocol": {
        "api": raises(httpx.LocalProtocolError(f"Illegal header value b'Bearer {TOKEN}'"))
    },
    "time-out": {"api": raises(httpx.ReadTimeout("slow"))},
    "HTML": {"api": answers(200, html="<html>")},
    "cut off": {"api": answers(200, content=b'{"data":[{"id":1')},
    "bad JSON": {"api": answers(200, content=b'{"data":[{"id":1,,}]}')},
    "odd JSON": {"api": answers(200, json={"rows": []})},
    "redirected": {"api": answers(302, headers={"location": "https://evil.example/"})},
    "a fault within": {"api": raises(RuntimeError("Event loop is closed"))},
    "another fault within": {"api": raises(ValueError("unexpected"))},
}
VERBS: dict[str, Callable[[stnb.Account], object]] = {
    "pull": lambda st: st.jpm.jobs.pull(),
    "get": lambda st: st.get("jpm/v2/tenant/{tenant}/jobs"),
    "pages": lambda st: list(st.jpm.jobs.pages()),
    "file": lambda st: st.telecom.calls.recording.get(5),
}


@pytest.mark.parametrize(("case", "verb"), of_each(FAILURES, VERBS))
def test_no_failure_shows_a_secret(
    case: str, verb: str, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """In no words, no local of any frame and no log, whichever way the call was made."""
    caplog.set_level(logging.DEBUG)
    vars(wire).update(FAILURES[case])
    st = stnb.connect()
    err = tried(lambda: VERBS[verb](st))

    if err is not None:
        assert leaks(everything(err, ipython=verb == "pull")) == []
    else:
        assert (case, verb) in {
            ("HTML", "file"),
            ("cut off", "file"),
            ("bad JSON", "file"),
            ("odd JSON", "file"),
            ("odd JSON", "get"),
            ("redirected", "file"),
        }
    assert leaks(caplog.text) == []
    assert wire.told <= {API["integration"], AUTH["integration"]}


def test_the_search_for_leaks_finds_them() -> None:
    """A secret in a local, in a hidden context, in an attribute or in an argument is found by the
    search above.
    """
    for code in (
        "def f(x):\n raise ValueError\nf({'a': word})",
        "try:\n int(word)\nexcept ValueError:\n raise KeyError from None",
        "err = ValueError()\nerr.it = word\nraise err",
        "raise ValueError(1, word)",
    ):
        assert leaks(
            everything(
                failure(lambda code=code: exec(compile(code, "<cell>", "exec"), {"word": KEY}))
            )
        )  # type: ignore[misc]


SPOILT = {
    "a zone": env(TIMEZONE="Nowhere/Land"),
    "a tenant in words": env(TENANT_ID="many"),
    "a tenant that is a secret": env(TENANT_ID=SECRET),
    "a swapped id": env(CLIENT_ID=SECRET),
    "a blank": env(CLIENT_SECRET="two words"),
    "no secret": env(CLIENT_SECRET=""),
    "no key": env(APP_KEY=""),
    "no such environment": env(ENVIRONMENT="productive"),
    "an environment that is a key": env(ENVIRONMENT=KEY),
    "no environment": env(ENVIRONMENT=""),
    "a zone that is a secret": env(TIMEZONE=SECRET),
    "a URL that is a secret": env(API_URL=SECRET),
    "a URL with a password": env(AUTH_URL=f"https://{PAIR}:{SECRET}@auth.example"),
    "a URL in the clear": env(AUTH_URL="http://auth.example"),
    "two environments": env(API_URL="https://api.servicetitan.io"),
    "two profiles": env("NORTH_") + env("SOUTH_"),
    "no such profile": env() + "STNB_PROFILE=elsewhere\n",
    "a profile that is a secret": env() + f"STNB_PROFILE={SECRET}\n",
    "no text": env() + "\udcff",
}


@pytest.mark.parametrize("case", SPOILT)
def test_no_setup_error_shows_a_secret(case: str) -> None:
    """Whatever is wrong with the file, neither the words nor a frame on the way repeat a value."""
    Path(".env").write_bytes(SPOILT[case].encode("utf-8", "surrogateescape"))

    for run in (stnb.connect, credentials.load, lambda: stnb.connect("nobody")):
        err = failure(run)
        assert isinstance(err, stnb.SetupError)
        assert leaks(everything(err, ipython=True)) == []
    if case != "no text":
        assert leaks(stnb.profiles(), [p.problem for p in stnb.profiles()]) == []


@pytest.mark.parametrize("when", ["at once", "in the middle"])
def test_an_interrupted_pull_shows_no_secret(
    when: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C, or the stop button, while the notebook waits."""
    waits = itertools.count()

    def interrupted(futures: Any, timeout: float | None = None) -> None:
        if when == "at once" or next(waits) > 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "POLL", 0.001)
    monkeypatch.setattr("concurrent.futures.wait", interrupted)
    answered = threading.Event()  # no answer before the interrupt

    def held(request: httpx.Request) -> httpx.Response:
        answered.wait(60)
        return httpx.Response(503)

    wire.api = held
    st = stnb.connect()

    err = failure(lambda: st.jpm.jobs.pull(), KeyboardInterrupt)
    answered.set()

    assert isinstance(err, KeyboardInterrupt)
    assert leaks(everything(err, ipython=True)) == []


def test_a_cancelled_pull_shows_no_secret(wire: Wire) -> None:
    """Neither the pull nor what is told of it."""
    hold = threading.Event()

    def slow(request: httpx.Request) -> httpx.Response:
        hold.set()
        return httpx.Response(503, headers={"retry-after": "200"})

    wire.api = slow
    run = stnb.connect().jpm.jobs.start()
    assert hold.wait(60)
    run.cancel()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        frame = run.wait(60)

    assert (
        leaks(
            run,
            pprint.pformat(vars(run)),
            run.progress,
            frame.attrs,
            [str(w.message) for w in told],
        )
        == []
    )


def test_a_closed_account_shows_no_secret(wire: Wire) -> None:
    """What the library says of a client that is closed under a call."""
    st = stnb.connect()

    async def both() -> None:
        http = st._session._connections.client
        await http.aclose()
        await st._session.send("GET", "/jpm/v2/tenant/7/jobs")

    err = failure(lambda: loop.run(both))

    assert leaks(everything(err)) == []


@pytest.mark.parametrize(
    "where", ["h11._connection.Connection.send", "httpcore._backends.anyio.AnyIOStream.write"]
)
@pytest.mark.long
def test_a_fault_of_the_library_shows_no_secret(
    where: str, fake: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that nobody foresaw, where the headers or the form are written: its frames stay,
    emptied of what they held.
    """
    module, kind, name = where.rsplit(".", 2)
    whole = getattr(getattr(importlib.import_module(module), kind), name)

    def broken(*args: Any, **more: Any) -> Any:
        if leaks(*map(repr, args)):
            raise RuntimeError("unforeseen")
        return whole(*args, **more)

    with monkeypatch.context() as library, stnb.connect() as st:
        library.setattr(where, broken)
        errors = [failure(lambda: loop.run(st._session.authorize))]
        library.setattr(where, whole)
        loop.run(st._session.authorize)
        library.setattr(where, broken)
        errors += [failure(lambda verb=verb: verb(st)) for verb in VERBS.values()]  # type: ignore[misc]

    for err in errors:
        assert str(err) == "unforeseen"
        assert any("httpcore" in f.f_code.co_filename for f in frames(err))
        assert leaks(everything(err, ipython=True)) == []


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::PendingDeprecationWarning", "ignore::ResourceWarning"
)
@pytest.mark.parametrize("mode", ["Verbose", "Context"])
def test_a_notebook_in_verbose_mode_shows_no_secret(
    mode: str, wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    """`%xmode Verbose` prints the locals of every frame: of our errors, and of the reader's own
    beside an account.
    """
    shell = InteractiveShell()
    shell.run_line_magic("xmode", mode)
    shell.run_cell("import stnb\nst = stnb.connect()\njobs = st.jpm.jobs")
    wire.api = answers(401, json={})

    for cell in (
        "jobs.pull()",
        "def f(st, run, session, owner, settings):\n    return 1 / 0\n"
        "f(st, jobs.start(), st._session, st._session.credentials, stnb.credentials.settings())",
        "try:\n    jobs.pull()\nexcept stnb.StnbError as err:\n    raise ValueError('mine') from "
        "err",
        "st, jobs, st._session, st._session.credentials, vars(st._session), "
        "vars(st._session._auth)",
        "%who_ls",
    ):
        shell.run_cell(cell)
    out, err = capsys.readouterr()

    assert "NotAuthenticated" in out + err
    assert "ZeroDivisionError" in out + err
    assert leaks(out, err) == []


# -- logs and warnings


class Loopback:
    """A fake of the API on this machine, over real connections."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self.token: tuple[int, dict[str, str], bytes] = (
            200,
            {},
            json.dumps({"access_token": TOKEN, "expires_in": 900}).encode(),
        )
        self.api: tuple[int, dict[str, str], bytes] = 200, {}, json.dumps(JOBS).encode()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                fake.seen.append((self.path, str(self.headers), body))
                status, headers, content = (
                    fake.token if self.path.endswith("/connect/token") else fake.api
                )
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def fake() -> Iterator[Loopback]:
    made = Loopback()
    Path(".env").write_text(
        env(ENVIRONMENT="", API_URL=made.url, AUTH_URL=made.url.replace("127.0.0.1", "localhost"))
    )
    yield made
    made.close()


REPLIES: dict[str, dict[str, tuple[int, dict[str, str], bytes]]] = {
    "well": {},
    "cookies": {
        "token": (200, {"set-cookie": "a=1"}, json.dumps({"access_token": TOKEN}).encode())
    },
    "refused": {"token": (400, {}, b'{"error":"invalid_client"}')},
    "line end in the token": {
        "token": (200, {}, json.dumps({"access_token": f"{TOKEN}\r\nX: y"}).encode())
    },
    "blanks around the token": {
        "token": (200, {}, json.dumps({"access_token": f" {TOKEN} "}).encode())
    },
    "401": {"api": (401, {}, b"{}")},
    "redirected": {"api": (302, {"location": "/elsewhere"}, b"")},
    "no JSON": {"api": (200, {}, b"<html>")},
}


@pytest.mark.parametrize("case", REPLIES)
def test_no_log_holds_a_secret(case: str, fake: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    """Every logger at DEBUG, httpx's, httpcore's and asyncio's with its own debug mode too, over
    real connections.
    """
    vars(fake).update(REPLIES[case])
    here = loop._loop(os.getpid())
    here.set_debug(True)
    here.slow_callback_duration = 0.0
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    try:
        with stnb.connect() as st, pytest.MonkeyPatch.context() as quick:
            quick.setattr(retry, "TRIES", 2)
            err = tried(lambda: st.jpm.jobs.pull())
    finally:
        here.set_debug(False)
    told = "\n".join(f"{r.getMessage()} {r.args!r} {vars(r)!r}" for r in caplog.records)

    assert "httpcore" in told
    assert "asyncio" in told
    assert err is None or leaks(everything(err)) == []
    assert leaks(caplog.text, told) == []
    assert any(SECRET in body for _, _, body in fake.seen)


def test_no_warning_holds_a_secret(wire: Wire) -> None:
    """What a pull has to tell of its rows."""
    wire.api = answers(200, json={**JOBS, "totalCount": 9, "data": [{"id": "x", "new": 1}]})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        frame = stnb.connect().crm.customers.pull()

    assert told
    assert leaks([f"{w.message!r} {w!r} {vars(w)}" for w in told], frame.attrs) == []


# -- copies, reprs, files


def objects(st: stnb.Account) -> dict[str, Any]:
    run = st.jpm.jobs.start()
    frame = run.wait(60)
    session = st._session
    named = {
        "account": st,
        "session": session,
        "credentials": session.credentials,
        "auth": session._auth,
        "secret": session.credentials.app_key,
    }
    named |= {
        "token": session._auth._token,
        "http": session._connections.client,
        "settings": credentials.settings(),
        "resource": st.jpm.jobs,
    }
    return named | {
        "pull": run,
        "frame": frame,
        "branch": st.jpm,
        "verb": st.jpm.jobs.pull,
        "governor": session._governor,
    }


def test_no_repr_holds_a_secret(wire: Wire) -> None:
    """repr, str, format, the notebook's own forms, vars() of each and of what lies in it."""
    for name, thing in objects(stnb.connect()).items():
        rich = [
            getattr(thing, form)()
            for form in ("_repr_html_", "_repr_mimebundle_")
            if hasattr(thing, form)
        ]
        inside = {k: repr(v) for k, v in vars(thing).items()} if hasattr(thing, "__dict__") else {}
        assert (
            leaks(
                repr(thing), str(thing), f"{thing}", pprint.pformat(thing), rich, inside, dir(thing)
            )
            == []
        ), name


def outcome(make: Callable[[Any], object], thing: Any) -> str:
    made: list[object] = []
    err = tried(lambda: made.append(make(thing)))
    return everything(err) if err else repr(made)


@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
def test_no_copy_holds_a_secret_in_the_open(protocol: int, wire: Wire) -> None:
    """Pickles fail or hold none, and say why without it; shallow and deep copies and asdict show
    none.
    """
    for name, thing in objects(stnb.connect()).items():
        if name not in ("http", "settings"):
            assert leaks(outcome(lambda x: pickle.dumps(x, protocol), thing)) == [], name
        for copied in (copy.copy, copy.deepcopy, dataclasses.asdict, dataclasses.astuple):
            assert leaks(outcome(copied, thing)) == [], (name, copied)


def test_no_file_of_a_frame_holds_a_secret(wire: Wire) -> None:
    """A frame tells where it comes from, in attrs and in Parquet's metadata, and no more."""
    frame = stnb.connect().jpm.jobs.pull()
    frame.to_parquet("jobs.parquet")
    frame.to_pickle("jobs.pickle")

    assert frame.attrs["stnb"]["environment"] == "integration"
    assert (
        leaks(
            frame.attrs,
            pq.read_schema("jobs.parquet").metadata,
            pd.read_parquet("jobs.parquet").attrs,
        )
        == []
    )
    assert not any(
        w.encode() in Path(f).read_bytes() for f in ("jobs.parquet", "jobs.pickle") for w in WORDS
    )


def test_no_bar_holds_a_secret(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A progress bar names the resource, and why it waits."""
    first = iter(
        [httpx.Response(429, headers={"retry-after": "0"}, json={"title": f"Slow down, {KEY}."})]
    )
    wire.api = lambda request: next(first, None) or httpx.Response(200, json=JOBS)
    monkeypatch.setattr(progress_bar, "DELAY", 0.0)
    monkeypatch.setattr(
        progress_bar,
        "tqdm",
        lambda **options: bars.append(io.StringIO()) or real(**{**options, "file": bars[-1]}),
    )
    from tqdm import tqdm as real

    bars: list[io.StringIO] = []
    stnb.connect().jpm.jobs.pull()
    out, err = capsys.readouterr()

    assert bars
    assert leaks(out, err, *(bar.getvalue() for bar in bars)) == []


@pytest.mark.parametrize(
    "api", [answers(200, json=JOBS), answers(401, json={}), echo], ids=["rows", "refused", "echoed"]
)
def test_no_widget_holds_a_secret(api: Reply, wire: Wire) -> None:
    """What the explorer would leave in a notebook: every trait of every widget, hidden ones too,
    and what it shows beside.
    """
    wire.api = api
    Path(".env").write_text(
        env() + env("NORTH_") + env("SOUTH_", CLIENT_SECRET="") + env("WEST_", ENVIRONMENT=SECRET)
    )
    ui = stnb.explore("default", "jpm.jobs", {"jobStatus": "Completed"})
    try:
        ui.pull()
        ui.wait(60)
        for profile in ("north", "south", "west", "demo", "default"):
            ui.parts.profile.value = profile
        state = ipywidgets.Widget.get_manager_state(drop_defaults=False)
        traits = [w.get_state() for w in ipywidgets.widgets.widget._instances.values()]
        own = [vars(w) for w in ipywidgets.widgets.widget._instances.values()]

        assert (
            leaks(json.dumps(state, default=repr), json.dumps(embed_data(views=[ui]), default=repr))
            == []
        )
        assert (
            leaks(
                traits,
                own,
                ui,
                ui.code,
                ui.state,
                ui._repr_mimebundle_() if hasattr(ui, "_repr_mimebundle_") else "",
            )
            == []
        )
    finally:
        ui.close()


# -- redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "host", ["evil.example", API["production"], AUTH["production"], "files.servicetitan.io"]
)
@pytest.mark.parametrize(
    "path", ["jpm/v2/tenant/{tenant}/jobs", "telecom/v2/tenant/{tenant}/calls/5/recording"]
)
def test_no_redirect_carries_a_secret(path: str, host: str, status: int, wire: Wire) -> None:
    """Of rows none is followed; of a file one is, plainly, and a cookie that came with it stays
    behind.
    """
    cookie = {"set-cookie": "affinity=1; Domain=servicetitan.io; Path=/"}
    moved = {"location": f"https://{host}/connect/token?sig=x", **cookie}
    wire.api = lambda request: (
        httpx.Response(status, headers=moved)
        if request.url.host == API["integration"]
        else httpx.Response(200)
    )
    wire.token = lambda request: httpx.Response(200, headers=cookie, json={"access_token": TOKEN})
    st = stnb.connect()
    for run in (lambda: st.get(path), lambda: st.telecom.calls.recording.get(5)):
        err = tried(run, stnb.StnbError)  # a file may well arrive
        assert err is None or leaks(everything(err)) == []

    assert wire.told == {API["integration"], AUTH["integration"]}
    others = [r for r in wire.sent if r.url.host not in wire.told]
    assert all(
        not {"authorization", "st-app-key", "cookie"} & set(r.headers) and not r.content
        for r in others
    )
    assert not any("cookie" in r.headers for r in wire.sent)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        f"https://{AUTH['production']}/connect/token",
        "https://evil.example/connect/token",
        "//evil.example",
        "",
    ],
)
def test_a_token_request_is_not_redirected(location: str, status: int, wire: Wire) -> None:
    """307 and 308 would carry the form with the secret; none is followed, and the call fails in
    words.
    """
    wire.token = lambda request: httpx.Response(status, headers={"location": location})
    st = stnb.connect()

    with pytest.raises(stnb.RequestError) as caught:
        st.jpm.jobs.pull()
    assert leaks(everything(caught.value)) == []
    assert wire.hosts == {AUTH["integration"]}
    assert all(str(r.url) == HOSTS["integration"][1] for r in wire.sent)


def test_a_proxy_of_the_process_sees_nothing_in_the_clear(
    fake: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain http is for this machine; a proxy that the process names is not on it."""
    proxy = Loopback()
    with monkeypatch.context() as process:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            process.setenv(name, proxy.url)
        with stnb.connect() as st:
            assert len(st.jpm.jobs.pull()) == 2
    proxy.close()

    assert proxy.seen == []
    assert len(fake.seen) == 2


# -- the other environment

PLACES = ("", *(url for hosts in HOSTS.values() for url in hosts), "https://proxy.example/st")


def environment_of(host: str) -> str | None:
    return next((name for name in HOSTS if host in (API[name], AUTH[name])), None)


@pytest.mark.parametrize(
    "environment", ["", "integration", "production", "PRODUCTION", "Integration"]
)
@pytest.mark.parametrize("name", ["", "INTEGRATION_", "PRODUCTION_", "PHOENIX_"])
def test_a_pair_reaches_one_environment_only(name: str, environment: str, wire: Wire) -> None:
    """Every mix of a profile's name, its environment and both its URLs: refused before anything is
    sent, or kept to one.
    """
    for api, auth in itertools.product(PLACES, PLACES):
        shared.OF_PROCESS.auths.clear()
        wire.sent.clear()
        Path(".env").write_text(env(name, ENVIRONMENT=environment, API_URL=api, AUTH_URL=auth))
        try:
            loop.run(Session(credentials.load()).send, "GET", "/jpm/v2/tenant/7/jobs")
        except stnb.SetupError:
            assert wire.sent == []
            continue
        reached = {environment_of(host) for host in wire.told} - {None}
        own = environment.lower() or {
            "INTEGRATION_": "integration",
            "PRODUCTION_": "production",
        }.get(name)
        assert len(reached) <= 1, (api, auth)
        assert not own or reached <= {own}, (api, auth)


@pytest.mark.parametrize("field", ["API_URL", "AUTH_URL"])
@pytest.mark.parametrize("kind", [0, 1], ids=["api", "auth"])
@pytest.mark.parametrize(
    "written",
    [
        "https://{h}", "HTTPS://{H}/", "https://{h}.", "https://{h}:443", "https://{h}./x",
        "https://{h}//", "https://x@{h}", "https://{h}@x.example", "https://{h}#x", "https://{h}?x",
        "https://x.example\\@{h}", "https://{h}\\x.example", "https://%61{r}", "https://{h}%2e",
        "https://{h}\t", "https:/{h}", "https:{h}", "//{h}", "https:///{h}", "https://{h}:0443",
        "https://{h}:", "https://{w}", "https://{h};x", " https://{h} ",
    ],
)  # fmt: skip
def test_no_spelling_of_a_host_leads_to_the_other_environment(
    written: str, kind: int, field: str, wire: Wire
) -> None:
    """Capitals, dots, ports, escapes, wide letters: the host of the other environment is known in
    any dress.
    """
    host = urlsplit(HOSTS["production"][kind]).hostname or ""
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in host)
    url = written.format(h=host, H=host.upper(), r=host[1:], w=wide)
    Path(".env").write_text(env(**{field: f"'{url}'"}))
    err = tried(lambda: stnb.connect().jpm.jobs.pull(), stnb.StnbError)

    assert err is None or leaks(everything(err)) == []
    assert not {host for host in wire.hosts if environment_of(host.rstrip(".")) == "production"}


@settings(max_examples=tries(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    some.lists(
        some.sampled_from([
            "https://", "http://", "localhost", "api.servicetitan.io", "evil.example", "/", "\\",
            "@", ":", "443", "#", "?", "%", "2e", ".", "[::1]", "[", "]", ";", "é", "。", "xn--",
            "-", "\t", "A",
        ]) | some.characters(),
        max_size=8,
    ).map("".join)
)  # fmt: skip
def test_we_and_the_library_read_an_address_alike(url: str) -> None:
    """What we take for the host of an address is where the library sends to: no two readings, no
    way between them.
    """
    ours = credentials.parsed_address(url)
    if ours is None:
        return
    theirs = httpx.URL(str(ours))

    assert str(theirs) == str(ours)
    assert theirs.raw_host.decode() == ours.host == urlsplit(str(ours)).hostname
    assert (theirs.scheme, theirs.port) == (ours.scheme, ours.port)


@pytest.mark.parametrize(
    "process",
    [
        {"SERVICETITAN_ENVIRONMENT": "production"},
        {"SERVICETITAN_ENVIRONMENT": "production", "SERVICETITAN_CLIENT_ID": "cid.another"},
        {"SERVICETITAN_ENVIRONMENT": "production", "SERVICETITAN_TENANT_ID": "8"},
        {
            "SERVICETITAN_API_URL": HOSTS["production"][0],
            "SERVICETITAN_AUTH_URL": HOSTS["production"][1],
        },
        {"SERVICETITAN_API_URL": HOSTS["production"][0]},
        {"SERVICETITAN_AUTH_URL": HOSTS["production"][1]},
    ],
    ids=lambda process: " ".join(process),
)
def test_variables_of_the_process_do_not_move_a_pair(
    process: dict[str, str], wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pair in the file belongs to the environment beside it; another, from the process, needs a
    pair of its own.
    """
    for file in (
        env(),
        env(ENVIRONMENT="", API_URL=HOSTS["integration"][0], AUTH_URL=HOSTS["integration"][1]),
    ):
        Path(".env").write_text(file)
        with monkeypatch.context() as variables:
            for name, value in process.items():
                variables.setenv(name, value)
            with pytest.raises(stnb.CredentialsInvalid, match="mixes two environments") as caught:
                stnb.connect()
            assert leaks(everything(caught.value)) == []
            variables.setenv("SERVICETITAN_CLIENT_ID", "cid.another")
            variables.setenv("SERVICETITAN_CLIENT_SECRET", "cs1.another")
            with monkeypatch.context():
                for url in ("SERVICETITAN_API_URL", "SERVICETITAN_AUTH_URL"):
                    variables.delenv(url, raising=False)
                variables.setenv("SERVICETITAN_ENVIRONMENT", "integration")
                assert stnb.connect().tenant in (7, 8)

    assert wire.sent == []


def test_what_changes_after_connect_moves_no_call(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is edited, variables appear, the folder changes: a connected account keeps its pair
    and its hosts.
    """
    st = stnb.connect()
    with monkeypatch.context() as process:
        process.setenv("SERVICETITAN_ENVIRONMENT", "production")
        Path(".env").write_text(env(ENVIRONMENT="production"))
        st.jpm.jobs.pull()
        wire.api = answers(401, json={})
        with pytest.raises(stnb.NotAuthenticated):
            st.jpm.jobs.pull()

    assert st.environment == "integration"
    assert wire.hosts == {API["integration"], AUTH["integration"]}


def test_two_accounts_of_one_process_share_nothing_across_environments(wire: Wire) -> None:
    """The same pair, tenant and name under both environments: a token goes back to where it came
    from, in either order.
    """
    wire.token = lambda r: httpx.Response(
        200, json={"access_token": f"{r.url.host}.{TOKEN}", "headers": 1}
    )
    for order in (("integration", "production"), ("production", "integration")):
        shared.OF_PROCESS.auths.clear()
        accounts = []
        for environment in order:
            Path(f"{environment}.env").write_text(env(ENVIRONMENT=environment))
            accounts.append(stnb.connect(env_file=f"{environment}.env"))
        for st in (*accounts, *reversed(accounts)):
            st.jpm.jobs.pull()
    calls = [r for r in wire.sent if r.url.path != "/connect/token"]

    assert len(calls) == 8
    for r in calls:
        assert (
            r.headers["authorization"] == f"Bearer {r.url.host.replace('api', 'auth', 1)}.{TOKEN}"
        )


def test_cookies_do_not_go_from_one_environment_to_the_other(wire: Wire) -> None:
    """Not even where an account is moved by `reload`, and the cookie is for the whole domain."""
    wire.api = answers(
        200, headers={"set-cookie": "who=me; Domain=servicetitan.io; Path=/"}, json=JOBS
    )
    st = stnb.connect()
    st.jpm.jobs.pull()
    Path(".env").write_text(env(ENVIRONMENT="production", CLIENT_SECRET="cs1.other-s3cret"))
    assert st.reload()
    st.jpm.jobs.pull()

    assert wire.hosts >= {API["integration"], API["production"]}
    assert not any("cookie" in r.headers for r in wire.sent)


def test_a_secret_is_whole_in_no_other_form() -> None:
    """Neither in the state that Python copies, nor through vars(), json or a namespace."""
    s = Secret(SECRET)

    assert not hasattr(s, "__dict__")
    assert leaks(SimpleNamespace(s=s), [s], {s: s}, {"a": {"b": s}}, pprint.pformat({"x": s})) == []
    with pytest.raises(TypeError) as caught:
        json.dumps(s)
    assert leaks(everything(caught.value)) == []
