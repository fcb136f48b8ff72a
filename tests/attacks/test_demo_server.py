"""`stnb demo serve` and `stnb app` against pages of other sites, large bodies and deep JSON."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.datastructures import Headers

from stnb.demoserver import APP_KEY, CLIENT_ID, CLIENT_SECRET
from stnb.demoserver.api.bodies import Problem, read_json
from stnb.demoserver.api.guard import MOST_BODY, check
from tests.helpers.interrupts import ended
from tests.helpers.served_demo import Served

FAULT = {"name": "500"}
FAULTS = "/_demo/faults"
REPORT = "/reporting/v2/tenant/900000042/report-category/accounting/reports/{}/data"
FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example@localhost",
    "192.168.1.7",
    "0.0.0.0",
    "2130706433",
    "[::ffff:127.0.0.1]",
    "",
]
FOREIGN_ORIGINS = ["http://evil.example", "https://localhost", "http://localhost:1", "null", ""]
FORMS = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "text/plain; application/json",
    "",
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("served"))
    yield made
    made.end()


@pytest.fixture
def web(served: Served) -> Iterator[httpx.Client]:
    """A client of the server, which still answers, without faults, after the attack."""
    with httpx.Client(base_url=served.url, timeout=20) as client:
        yield client
        assert client.get(FAULTS).json()["in force"] == []


def test_this_machines_programs_are_answered(served: Served, web: httpx.Client) -> None:
    """By each of its names, and from its own page."""
    for name in ("127.0.0.1", "localhost", "LOCALHOST", "other.localhost"):
        host = f"{name}:{served.port}"
        own = {"host": host, "origin": f"http://{host}"}
        assert web.get(FAULTS, headers=own).status_code == 200
    assert web.post(FAULTS, json=[]).status_code == 200


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_rebound_name_is_refused(web: httpx.Client, host: str) -> None:
    """A page whose name was rebound to this machine's address sends that name as the Host."""
    for method, path in (("GET", FAULTS), ("POST", FAULTS), ("GET", "/jpm/v2/tenant/1/jobs")):
        answer = web.request(method, path, headers={"host": host}, json=[FAULT])
        assert answer.status_code in (400, 403)


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_page_is_refused(web: httpx.Client, origin: str) -> None:
    """Whatever it sends, a token's form too."""
    for method, path in (("POST", FAULTS), ("DELETE", FAULTS), ("POST", "/connect/token")):
        answer = web.request(method, path, headers={"origin": origin}, json=[FAULT])
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_is_no_json(web: httpx.Client, kind: str) -> None:
    """What a page can send without asking first is refused; the token takes its form as before."""
    answer = web.post(FAULTS, content=json.dumps([FAULT]), headers={"content-type": kind})
    assert answer.status_code == 415

    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    assert web.post("/connect/token", data=form).status_code == 200


def test_a_body_of_300_mb_is_refused(served: Served, web: httpx.Client) -> None:
    """With a stated length before a byte of it is read; in chunks after the first million."""
    head = f"POST {FAULTS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(f"{head}Content-Length: 300000000\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413")

    chunk, sent = b"10000\r\n" + b" " * 0x10000 + b"\r\n", 0
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        try:
            while sent < 300_000_000:
                line.sendall(chunk)
                sent += 0x10000
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert sent < 20_000_000


@pytest.mark.parametrize("depth", [101, 990, 1_000, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"parameters":'])
def test_deep_json_is_a_400(web: httpx.Client, depth: int, opening: str) -> None:
    """At the control's routes and as a report's parameters, closed or not."""
    keys = {**allowed(web), "content-type": "application/json"}
    for path in (FAULTS, "/_demo/state", REPORT.format(web_report(web, keys))):
        answer = web.post(path, content=(opening * depth)[:900_000], headers=keys)
        assert answer.status_code == 400, (path, answer.status_code)


def allowed(web: httpx.Client) -> dict[str, str]:
    """The headers of a client that may read."""
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    form["grant_type"] = "client_credentials"
    token = web.post("/connect/token", data=form).json()["access_token"]
    return {"authorization": token, "st-app-key": APP_KEY}


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(f"demo:{text}".encode()).decode()


TENANT = "tenant/900000042"
MOMENTS = [
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31",
    "0001-01-01",
    "2026-13-01",
]
NUMBERS = ["9" * 5_000, "-" + "9" * 5_000, "9" * 19, "-1", "nan", "1e400", "²", "１２", "1_0", "\0"]
CURSORS = [*MOMENTS, "x", *map(cursor, ("9" * 30 + ":1", "1:" + "9" * 5_000, "nan:1", "1:2:3"))]
ODD_QUERIES = [
    *((f"/jpm/v2/{TENANT}/jobs", "modifiedOnOrAfter", text) for text in MOMENTS),
    *((f"/jpm/v2/{TENANT}/jobs", "appointmentStartsBefore", text) for text in MOMENTS),
    *((f"/jpm/v2/{TENANT}/jobs", "externalDataValues", f"ERP-{text}") for text in NUMBERS),
    *((f"/jpm/v2/{TENANT}/export/jobs", "from", text) for text in CURSORS),
    *((f"/taskmanagement/v2/{TENANT}/tasks", "jobNumber", text) for text in NUMBERS),
    *((f"/crm/v2/{TENANT}/customers", "page", text) for text in NUMBERS),
    *((f"/crm/v2/{TENANT}/customers", "ids", text) for text in NUMBERS),
]


@pytest.mark.long
def test_odd_values_are_answered_or_refused(web: httpx.Client) -> None:
    """Ends of the calendar in other zones, numbers of 5,000 digits, cursors that are made up."""
    keys = allowed(web)
    for path, name, text in ODD_QUERIES:
        answer = web.get(path, params={name: text}, headers=keys)
        assert answer.status_code in (200, 400), (path, name, text[:40], answer.status_code)


def test_a_span_at_the_ends_of_the_calendar_is_refused(web: httpx.Client) -> None:
    """Of capacity, whose days are those of the tenant's zone."""
    keys = allowed(web)
    for text in MOMENTS:
        body = {"startsOnOrAfter": text, "endsOnOrBefore": text, "skillBasedAvailability": False}
        answer = web.post(f"/dispatch/v2/{TENANT}/capacity", json=body, headers=keys)
        assert answer.status_code == 400, text


def web_report(web: httpx.Client, keys: dict[str, str]) -> int:
    """The first report of the category."""
    path = REPORT.format("").partition("//")[0]
    return int(web.get(path, headers=keys).json()["data"][0]["id"])


@given(some.binary(max_size=200) | some.text('[]{}"\\,:a1', max_size=200).map(str.encode))
def test_any_body_is_json_or_a_value_error(body: bytes) -> None:
    """Nothing else comes out of the reader, and what it reads is what the parser reads."""
    try:
        read = read_json(body)
    except ValueError:
        return
    assert read == json.loads(body) or read != read


@pytest.mark.parametrize("body", [b'"' * 900_000, b'\\"' * 450_000, b'"' + b"\\" * 900_000])
def test_reading_takes_no_time(body: bytes) -> None:
    """A body of nothing but quotes is read once, and not once for each of them."""
    with pytest.raises(ValueError):
        read_json(body)


LATIN = some.text(some.characters(max_codepoint=255), max_size=30)  # what a header can hold


@given(LATIN, LATIN)
def test_only_own_names_pass(host: str, origin: str) -> None:
    """Any Host but this machine's, and any Origin but the Host's, is refused."""
    sent = Headers({"host": host, "origin": origin})
    with pytest.raises(Problem):
        check("GET", "/", sent)


@pytest.mark.parametrize("length", [str(MOST_BODY + 1), "1" * 30, "-1", "x", "²"])
def test_a_length_that_cannot_be_is_refused(length: str) -> None:
    """Before the body is read."""
    headers = Headers({"host": "localhost", "content-length": length})
    with pytest.raises(Problem) as refused:
        check("GET", "/", headers)
    assert refused.value.status == 413


# -- what no client of HTTP sends

JSON = "Content-Type: application/json"
EVIL = "Host: evil.example"
TRAILED = "Transfer-Encoding: chunked"
# The lines of a request, in which HOST is the server's own; and what the status may be. Whether a
# long one is refused hangs on the parts in which it comes.
RAW: dict[str, tuple[str, set[int]]] = {
    "absolute address, foreign Host": (f"GET http://HOST/_demo/faults HTTP/1.1|{EVIL}", {403}),
    "foreign absolute address": ("GET http://evil.example/_demo/faults HTTP/1.1|Host: HOST", {404}),
    "HTTP/1.0 without a Host": ("GET /_demo/faults HTTP/1.0", {403}),
    "HTTP/1.0, foreign Host": (f"GET /_demo/faults HTTP/1.0|{EVIL}", {403}),
    "HTTP/0.9": ("GET /", {400}),
    "the preface of HTTP/2": ("PRI * HTTP/2.0", {403}),
    "a change to HTTP/2": ("GET / HTTP/1.1|Host: HOST|Upgrade: h2c|Connection: Upgrade", {404}),
    "two Hosts": (f"GET /_demo/faults HTTP/1.1|Host: HOST|{EVIL}", {400}),
    "two Hosts turned round": (f"GET /_demo/faults HTTP/1.1|{EVIL}|Host: HOST", {400}),
    "a folded Host": ("GET /_demo/faults HTTP/1.1|Host: HOST| .evil.example", {400, 403}),
    "a Host with a user": ("GET /_demo/faults HTTP/1.1|Host: a@HOST", {403}),
    "two Origins": (
        "GET /_demo/faults HTTP/1.1|Host: HOST|Origin: http://HOST|Origin: http://evil.example",
        {403},
    ),
    "Origins in one line": (
        "GET /_demo/faults HTTP/1.1|Host: HOST|Origin: http://HOST http://evil.example",
        {403},
    ),
    "a question of a foreign page": (
        "OPTIONS /_demo/faults HTTP/1.1|Host: HOST|Origin: http://evil.example"
        "|Access-Control-Request-Method: DELETE",
        {403},
    ),
    "two types": (
        f"POST /_demo/faults HTTP/1.1|Host: HOST|Content-Type: text/plain|{JSON}|Content-Length: 0",
        {415},
    ),
    "two lengths": (
        f"POST /_demo/faults HTTP/1.1|Host: HOST|{JSON}|Content-Length: 0|Content-Length: 9",
        {400},
    ),
    "a length with a sign": (
        f"POST /_demo/faults HTTP/1.1|Host: HOST|{JSON}|Content-Length: +0",
        {400},
    ),
    "a length that is announced": (
        f"POST /_demo/faults HTTP/1.1|Host: HOST|{JSON}|Expect: 100-continue"
        "|Content-Length: 99999999",
        {413},
    ),
    "a foreign page's chunks and trailers": (
        f"POST /_demo/faults HTTP/1.1|Host: HOST|Origin: http://evil.example|{JSON}|{TRAILED}"
        "||2|[]|0|Origin: http://HOST",
        {403},
    ),
    "chunks that are none": (
        f"POST /_demo/faults HTTP/1.1|Host: HOST|{JSON}|{TRAILED}||zz|[]|0",
        {400},
    ),
    "another coding": (
        f"POST /_demo/faults HTTP/1.1|Host: HOST|{JSON}|Transfer-Encoding: gzip, chunked||0",
        {400},
    ),
    "a way out of the folder": ("GET /../../etc/passwd HTTP/1.1|Host: HOST", {404}),
    "a way out, written in signs": (
        "GET /jpm/%2e%2e/..%2f..%2fetc%2fpasswd%00 HTTP/1.1|Host: HOST",
        {404},
    ),
    "no text": ("GET /%ff%fe/%c3%28 HTTP/1.1|Host: HOST", {404}),
    "a long address": (f"GET /{'a' * 200_000} HTTP/1.1|Host: HOST", {400, 404}),
    "a deep address": (f"GET {'/a' * 20_000} HTTP/1.1|Host: HOST", {404}),
    "a long header": (f"GET / HTTP/1.1|Host: HOST|X: {'a' * 300_000}", {400, 404}),
    "many headers": ("GET / HTTP/1.1|Host: HOST|" + "X: y|" * 20_000, {400, 404}),
    "many ranges": (
        f"GET /_demo/faults HTTP/1.1|Host: HOST|Range: bytes={'0-1,' * 5_000}9-",
        {200},
    ),
    "TRACE": ("TRACE /_demo/faults HTTP/1.1|Host: HOST|X-Secret: 1", {405}),
    "CONNECT": ("CONNECT evil.example:443 HTTP/1.1|Host: HOST", {404}),
    "a verb in a header": (
        "GET /_demo/faults?_method=DELETE HTTP/1.1|Host: HOST|X-HTTP-Method-Override: DELETE",
        {200},
    ),
    "a WebSocket": (
        "GET / HTTP/1.1|Host: HOST|Origin: http://evil.example|Upgrade: websocket"
        "|Connection: Upgrade|Sec-WebSocket-Version: 13"
        "|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        {403},
    ),
}


@pytest.mark.parametrize("name", RAW)
def test_requests_that_no_client_sends_are_refused(
    served: Served, web: httpx.Client, name: str
) -> None:
    """Each has one answer that is no 500, none lets a foreign page in, and all goes on after it."""
    before = web.get(FAULTS).json()
    lines, statuses = RAW[name]
    host = served.url.removeprefix("http://")
    answer = answer_to(host, lines.replace("HOST", host).replace("|", "\r\n") + "\r\n\r\n")

    assert int(answer.split()[1]) in statuses
    assert b"access-control-allow" not in answer.lower()
    assert b"X-Secret" not in answer
    assert web.get(FAULTS).json() == before


def answer_to(host: str, request: str) -> bytes:
    """The beginning of what a server answers to these bytes."""
    name, _, port = host.rpartition(":")
    with socket.create_connection((name, int(port)), timeout=20) as line:
        with contextlib.suppress(ConnectionError):  # it may answer, and close, before all is sent
            line.sendall(request.encode())
        return line.recv(4_096)


# -- stnb app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running `stnb app`, with its token."""
    pytest.importorskip("voila")
    process = subprocess.Popen(
        [sys.executable, "-m", "stnb.cli.main", "app", "--no-browser"],
        cwd=tmp_path_factory.mktemp("app"),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for text in process.stderr:
        if found := re.search(r"http://\S+", text):
            yield found[0]
            break
    ended(process)


@pytest.mark.long
def test_the_app_knows_its_own_host_only(app: str) -> None:
    """A rebound name is refused with the right token too; so is a page of another site that opens
    the kernel's channel with the cookie of a visitor who is logged in.
    """
    base, _, token = app.partition("/?token=")
    kernel = "00000000-0000-0000-0000-000000000000"
    channels = f"{base}/api/kernels/{kernel}/channels"
    # Let in, and told that there is no such kernel; the page itself is opened in tests/browser.
    own = {"authorization": f"token {token}"}
    assert httpx.get(channels, headers=own, timeout=60).status_code == 404
    for host in ("evil.example", "evil.example:8866", "192.168.1.7"):
        there = {"host": host, "authorization": f"token {token}"}
        assert httpx.get(app, headers={"host": host}).status_code == 403
        assert httpx.get(channels, headers=there).status_code == 403

    kernel, cookies = visited(app)
    port = base.rpartition(":")[2]
    assert channel(base, kernel, cookies, base) == 101
    assert channel(base, kernel, "", base) == 403
    for origin in ("http://evil.example", "null", "", "http://127.0.0.1:1"):
        assert channel(base, kernel, cookies, origin) == 403
    rebound = f"http://evil.example:{port}"
    assert channel(base, kernel, cookies, rebound, host=f"evil.example:{port}") == 403


def visited(address: str) -> tuple[str, str]:
    """A visitor opens the page with its token: the kernel that it got, and the cookies."""
    read = ""
    with httpx.Client(timeout=60) as visitor, visitor.stream("GET", address) as page:
        assert page.status_code == 200
        # A visit starts a kernel: no page of another site sends the cookie along.
        assert "samesite=strict" in page.headers["set-cookie"].lower()
        for part in page.iter_text():
            read += part
            if found := re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", read):
                break
        cookies = [f"{name}={value}" for name, value in visitor.cookies.items()]
    assert found
    assert cookies
    return found[0], "; ".join(cookies)


def channel(base: str, kernel: str, cookies: str, origin: str, host: str = "") -> int:
    """The status of a WebSocket to the kernel, as a browser opens it for a page of that origin."""
    name, _, port = base.removeprefix("http://").rpartition(":")
    lines = [
        f"GET /api/kernels/{kernel}/channels HTTP/1.1",
        f"Host: {host or f'{name}:{port}'}",
        f"Origin: {origin}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]
    if cookies:
        lines.append(f"Cookie: {cookies}")
    with socket.create_connection((name, int(port)), timeout=20) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(line.recv(64).split()[1])
