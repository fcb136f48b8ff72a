"""Files: many at once into a folder, under safe names, and on the page."""

from __future__ import annotations

import asyncio
import errno
import gzip
import os
import stat
import sys
import threading
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as strategy

import stnb
from stnb.account.account import Account
from stnb.account.files import FileBytes, FileTable
from stnb.account.files.content import LARGEST, as_html
from stnb.account.files.naming import DEVICES, file_name, name_in, type_of
from stnb.catalog import load
from stnb.cli import main
from stnb.errors import BadFilter, CannotSave, RequestError
from stnb.filesystem.atomic import Part
from stnb.session import Session, loop
from tests.helpers.owner import owner

ROUTES = [endpoint.name for endpoint in load() if endpoint.kind == "file"]
TOKEN = {"access_token": "t", "expires_in": 900, "token_type": "Bearer"}


@pytest.fixture(scope="module")
def st() -> Iterator[Account]:
    account = stnb.connect("demo")
    yield account
    account.close()


class Host:
    """A tenant that hands out files, and counts them.

    Args:
        files: by the last part of the path, the headers and the body; an int is a status.
    """

    def __init__(self, files: dict[str, Any]) -> None:
        self.files, self.asked = files, list[str]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json=TOKEN)
        key = request.url.params.get("path") or request.url.path.split("/")[-2]
        self.asked.append(key)
        found = self.files[key]
        if isinstance(found, int):
            return httpx.Response(found, json={"title": "No."})
        headers, body = found
        return httpx.Response(200, headers=headers, content=body)

    def account(self, tenant: int = 42) -> Account:
        transport = httpx.MockTransport(self)
        return Account(Session(owner(tenant=tenant), transport=transport, rate=None))


WAV = b"RIFF\x00\x00\x00\x00WAVEfmt " + b"\x00" * 40
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


# -- into a folder


@pytest.mark.parametrize("route", ROUTES)
def test_every_file_route_fills_a_folder(st: Account, route: str, tmp_path: Path) -> None:
    """Of each file route of the catalogue, two files come, and a second pull fetches none."""
    resource = st[route]
    if route.startswith("telecom"):
        calls = st["telecom.calls"].pull(limit=12, active="Any", progress=False)
        asked: dict[str, Any] = {"id": calls["id"]}
    elif route == "forms.jobs.attachment":
        jobs = st.jpm.jobs.pull(limit=200, progress=False)["id"]
        papers = st.forms.jobs.attachments.pull(jobId=jobs, progress=False)
        asked = {"id": papers["id"].head(2)}
    else:
        asked = {"path": ["Images/one.jpg", "Images/two.pdf"]}
    with pytest.warns(stnb.StnbWarning) if route.endswith("voicemail") else _quiet():
        files = resource.pull(**asked, to=tmp_path / "new" / "files", progress=False)
    there = files.dropna(subset="path")
    assert list(files.columns) == ["id", "path", "size", "type"]
    assert len(there) >= 2
    for path, size in zip(there["path"], there["size"], strict=True):
        assert Path(path).stat().st_size == size
        if os.name == "posix":
            assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    found = there["id"].tolist()
    again = resource.pull(**{next(iter(asked)): found}, to=tmp_path / "new" / "files")
    assert again.attrs["stnb"]["requests"] == 0
    assert again["path"].tolist() == there["path"].tolist()


class _quiet:
    def __enter__(self) -> None: ...

    def __exit__(self, *exc: object) -> None: ...


def test_what_is_missing_or_not_whole_is_fetched_again(tmp_path: Path) -> None:
    """A file that is gone, or has another size than when it came, is no whole file."""
    host = Host({str(n): ({}, WAV) for n in range(1, 5)})
    with host.account() as st:
        pull = st.telecom.calls.recording.pull
        first = pull(id=range(1, 5), to=tmp_path)
        os.unlink(first["path"][0])
        Path(first["path"][1]).write_bytes(b"cut")
        host.asked.clear()
        second = pull(id=range(1, 5), to=tmp_path)
    assert sorted(host.asked) == ["1", "2"]
    assert second["path"].tolist() == first["path"].tolist()
    assert names(tmp_path) == [f"recording-{n}.wav" for n in range(1, 5)]


def test_a_pull_that_failed_goes_on(tmp_path: Path) -> None:
    """What had arrived stays, and the same call fetches the rest alone."""
    host = Host({"1": ({}, WAV), "2": ({}, WAV), "3": 403})
    with host.account() as st:
        pull = st.telecom.calls.recording.pull
        pull(id=[1, 2], to=tmp_path)
        with pytest.raises(RequestError):
            pull(id=[1, 2, 3], to=tmp_path)
        host.files["3"] = ({}, WAV)
        host.asked.clear()
        assert pull(id=[1, 2, 3], to=tmp_path)["path"].notna().all()
    assert host.asked == ["3"]


def test_what_the_api_does_not_have_is_named(tmp_path: Path) -> None:
    """A recording that is not ready has no path, and a warning says so once."""
    host = Host({"1": ({}, WAV), "2": 404})
    with host.account() as st, pytest.warns(stnb.StnbWarning, match="no file for 1 id"):
        files = st.telecom.calls.recording.pull(id=[2, 1, 2, None], to=tmp_path)
    assert files["id"].tolist() == [2, 1]
    assert files["path"].isna().tolist() == [True, False]
    assert files.attrs["stnb"]["failed"] == [2]


def test_tenants_and_resources_share_a_folder(tmp_path: Path) -> None:
    """The same id of another tenant is another file, under a name of its own."""
    host = Host({"1": ({}, WAV)})
    for tenant in (42, 43):
        with host.account(tenant) as st:
            st.telecom.calls.recording.pull(id=1, to=tmp_path)
            st.telecom.calls.voicemail.pull(id=1, to=tmp_path)
    assert host.asked == ["1"] * 4
    assert names(tmp_path) == [
        "recording-1-2.wav",
        "recording-1.wav",
        "voicemail-1-2.wav",
        "voicemail-1.wav",
    ]


def test_a_file_of_the_readers_own_is_never_written_over(tmp_path: Path) -> None:
    """A name that is taken gets a number."""
    (tmp_path / "recording-1.wav").write_bytes(b"mine")
    with Host({"1": ({}, WAV)}).account() as st:
        files = st.telecom.calls.recording.pull(id=1, to=tmp_path)
    assert (tmp_path / "recording-1.wav").read_bytes() == b"mine"
    assert Path(files["path"][0]).read_bytes() == WAV


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", '[["x"]]', '[["h","42","r"],"1","../../evil.wav","audio/wav",3]', "\x00\xff"],
)
def test_a_broken_list_of_files_is_no_hindrance(tmp_path: Path, line: str) -> None:
    """Lines that were cut off, or that somebody wrote, say nothing."""
    (tmp_path / ".stnb-files.jsonl").write_text(line, encoding="utf-8")
    with Host({"1": ({}, WAV)}).account() as st:
        for _ in range(2):
            files = st.telecom.calls.recording.pull(id=1, to=tmp_path)
    assert files.attrs["stnb"]["requests"] == 0
    assert names(tmp_path) == ["recording-1.wav"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"id": 1, "limit": 3},
        {"id": 1, "columns": ["id"]},
        {"id": []},
        {"id": ["x"]},
        {"id": range(1, 1002)},
        {"ids": 1},
        {},
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent(
    arguments: dict[str, Any], tmp_path: Path
) -> None:
    """Options of rows, no ids, and over a thousand files without confirm=True."""
    host = Host({})
    with host.account() as st:
        if arguments == {"id": []}:
            assert len(st.telecom.calls.recording.pull(id=[], to=tmp_path)) == 0
            return
        with pytest.raises(stnb.UsageError):
            st.telecom.calls.recording.pull(**arguments, to=tmp_path)
    assert host.asked == []


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    """A file in the place of the folder, and an address."""
    (tmp_path / "file").write_text("x")
    with Host({"1": ({}, WAV)}).account() as st:
        with pytest.raises(CannotSave):
            st.telecom.calls.recording.pull(id=1, to=tmp_path / "file")
        with pytest.raises(BadFilter, match="address"):
            st.telecom.calls.recording.pull(id=1, to="s3://bucket/folder")


@pytest.mark.parametrize("name", ["z.parquet", "z.CSV", "z.xlsx", "a/z.json", "call.mp3"])
def test_a_folder_is_not_named_like_a_file(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In three sentences, before anything is sent or made, in Python and in the shell."""
    host = Host({"1": ({}, WAV)})
    with host.account() as st, pytest.raises(BadFilter) as caught:
        st.telecom.calls.recording.pull(id=1, to=tmp_path / name)
    assert "such as" in caught.value.next
    assert "recording.get(…)" in caught.value.next
    line = ["pull", "telecom.calls.recording", "--id", "1", "--to", str(tmp_path / name)]
    assert main.main([*line, "--profile", "demo"]) == 2
    assert "is the ending of a file" in capsys.readouterr().err
    assert host.asked == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["2026.07", "st.louis", "v1.2", "old.csv"])
def test_a_folder_may_have_a_dot_in_its_name(name: str, tmp_path: Path) -> None:
    """And one that is there already is taken, whatever it is called."""
    (tmp_path / "old.csv").mkdir()
    with Host({"1": ({}, WAV)}).account() as st:
        st.telecom.calls.recording.pull(id=1, to=tmp_path / name)
    assert names(tmp_path / name) == ["recording-1.wav"]


def test_the_command_line_fills_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], st: Account
) -> None:
    """`stnb pull telecom.calls.recording --id 1,2 --to FOLDER`, and again for nothing."""
    ids = st["telecom.calls"].pull(limit=2, active="Any", progress=False)["id"]
    line = ["pull", "telecom.calls.recording", "--id", ",".join(map(str, ids))]
    for new in (2, 0):
        assert main.main([*line, "--to", str(tmp_path / "r"), "--profile", "demo"]) == 0
        assert f"2 files, {new} of them new" in capsys.readouterr().err
    assert len(names(tmp_path / "r")) == 2


# -- names


@pytest.mark.parametrize(
    ("called", "kind", "name"),
    [
        ("", "audio/wav", "k.wav"),
        ("Report.PDF", "application/pdf", "k-Report.pdf"),
        ("photo.jpeg", "image/jpeg", "k-photo.jpeg"),
        ("photo.png", "image/jpeg", "k-photo_png.jpg"),
        ("../../etc/passwd", "application/octet-stream", "k-passwd.bin"),
        ("C:\\Windows\\con.wav", "audio/wav", "k-con.wav"),
        ("invoice.pdf.exe", "application/octet-stream", "k-invoice_pdf_exe.bin"),
        ("page.html", "text/html", "k-page_html.bin"),
        ("a<b>:c|d?.wav", "audio/wav", "k-a_b__c_d_.wav"),
        ("x\u202egnp.exe", "application/octet-stream", "k-xgnp_exe.bin"),
        ("data.xyz", "application/octet-stream", "k-data.xyz"),
        ("%2e%2e%2fup.wav", "audio/wav", "k-up.wav"),
        (" . ", "audio/wav", "k.wav"),
    ],
)
def test_names_are_safe_and_end_as_they_should(called: str, kind: str, name: str) -> None:
    """Whatever the server calls a file."""
    assert file_name("k", called, kind) == name


@given(strategy.text(max_size=300), strategy.text(max_size=300), strategy.text(max_size=30))
def test_any_name_is_a_plain_one(key: str, called: str, kind: str) -> None:
    """No path, no device, nothing hidden or too long, and an ending."""
    name = file_name(key, called, kind)
    assert 0 < len(name.encode()) <= 130
    assert not set('<>:"/\\|?*\0\n') & set(name)
    assert not name.startswith(".")
    assert not name.endswith((".", " "))
    assert "." in name
    assert DEVICES.fullmatch(name) is None


@given(strategy.text(max_size=200))
def test_any_header_gives_a_text(header: str) -> None:
    """A header that is no header names no file."""
    assert isinstance(name_in(header), str)


def test_the_header_names_the_file() -> None:
    """Both forms, the plain one and the one with a coding."""
    assert name_in('attachment; filename="a b.pdf"') == "a b.pdf"
    assert name_in("attachment; filename*=UTF-8''%c3%bcber.pdf") == "über.pdf"
    assert name_in("attachment; filename*=nobody''x") in ("x", "")


def test_bytes_tell_the_type_before_the_header_does() -> None:
    """A recording often comes as application/octet-stream."""
    assert type_of(WAV, "application/octet-stream") == "audio/wav"
    assert type_of(b"plain", "text/plain; charset=utf-8") == "text/plain"
    assert type_of(b"", "\x1b[2J") == "application/octet-stream"


def test_hostile_answers_stay_in_the_folder(tmp_path: Path) -> None:
    """Names that lead out of the folder, hide, or are devices."""
    hostile = ["../../out.wav", "/etc/x.wav", "..\\up.wav", ".bashrc", "NUL", "a\tb.wav", "x" * 500]
    files = {}
    for number, name in enumerate(hostile, 1):
        header = {"content-disposition": f'attachment; filename="{name}"'}
        files[str(number)] = (header, WAV)
    folder = tmp_path / "in"
    with Host(files).account() as st:
        found = st.telecom.calls.recording.pull(id=range(1, 1 + len(hostile)), to=folder)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    for path in found["path"]:
        assert Path(path).parent == folder
        assert Path(path).name.startswith("recording-")
        assert Path(path).suffix == ".wav"


# -- on the page


def test_a_recording_is_a_player_and_a_picture_a_picture(tmp_path: Path) -> None:
    """The first few of a table, each with its name; a large one stays out of the notebook."""
    large = PNG + b"\x00" * LARGEST
    files = {str(n): ({}, WAV if n % 2 else PNG) for n in range(1, 10)}
    with Host({**files, "10": ({}, large)}).account() as st:
        table = st.telecom.calls.recording.pull(id=[10, *range(1, 10)], to=tmp_path)
    assert isinstance(table, FileTable)
    page = table._repr_html_()
    assert page.count("<audio") + page.count("<img") == 3
    assert "recording-1.wav" in page
    assert len(page) < 20_000
    assert type(table.head()) is pd.DataFrame
    assert as_html(large, "x") is None
    assert as_html(b"<svg onload=alert(1)>", "x") is None
    assert "onerror" not in str(as_html(PNG, '"><img onerror=x')).replace("&quot;", "")[:20]


def test_one_file_is_its_bytes_and_shows_itself(st: Account) -> None:
    """`get` gives bytes, which a notebook plays."""
    call = st["telecom.calls"].pull(limit=1, active="Any", progress=False)["id"][0]
    content = st.telecom.calls.recording.get(call)
    assert isinstance(content, FileBytes)
    assert content[:4] == b"RIFF"
    assert str(content._repr_html_()).startswith("<audio controls")
    assert FileBytes(b"text")._repr_html_() is None


def test_memory_holds_few_files_at_once(tmp_path: Path) -> None:
    """At most six are in flight, however many are asked for."""
    under_way, most = 0, 0

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal under_way, most
            if request.url.path.endswith("/token"):
                return httpx.Response(200, json=TOKEN)
            under_way += 1
            most = max(most, under_way)
            for _ in range(5):
                await asyncio.sleep(0)
            under_way -= 1
            return httpx.Response(200, content=WAV)

    with Account(Session(owner(), transport=Slow(), rate=None)) as st:
        assert len(st.telecom.calls.recording.pull(id=range(1, 40), to=tmp_path)) == 39
    assert 1 < most <= 6


class Pieces(httpx.AsyncByteStream):
    """A body in so many pieces of 64 KB behind a head; one that is to fail breaks off."""

    def __init__(self, head: bytes, count: int, fails: bool = False) -> None:
        self._head, self._count, self._fails = head, count, fails

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._head
        for _ in range(self._count):
            yield b"\x01" * 65_536
        if self._fails:
            raise httpx.ReadError("broken off")


class Streams(httpx.AsyncBaseTransport):
    """Answers each call for a file by the next of its answers."""

    def __init__(self, *answers: httpx.Response) -> None:
        self._answers = list(answers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json=TOKEN)
        return self._answers.pop(0)


async def no_wait(seconds: float) -> None:
    await asyncio.sleep(0)


def account_of(*answers: httpx.Response) -> Account:
    return Account(Session(owner(), transport=Streams(*answers), rate=None, sleep=no_wait))


def test_files_go_to_the_disk_as_they_arrive(tmp_path: Path) -> None:
    """Six recordings of 6 MB side by side need less memory than one of them."""
    count, head = 96, WAV
    answers = [httpx.Response(200, stream=Pieces(head, count)) for _ in range(6)]
    with account_of(*answers) as st:
        tracemalloc.start()
        files = st.telecom.calls.recording.pull(id=range(1, 7), to=tmp_path)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    size = len(head) + count * 65_536
    assert files["size"].tolist() == [size] * 6
    assert [Path(path).stat().st_size for path in files["path"]] == [size] * 6
    assert most < size / 2


def test_a_try_that_broke_off_leaves_nothing_behind(tmp_path: Path) -> None:
    """A shorter file of the next try is that alone, and a refusal is no file."""
    broken = httpx.Response(200, stream=Pieces(WAV, 4, fails=True))
    with account_of(broken, httpx.Response(200, content=PNG)) as st:
        files = st.telecom.calls.recording.pull(id=1, to=tmp_path)
    assert Path(files["path"][0]).read_bytes() == PNG
    assert files["type"].tolist() == ["image/png"]
    refused = httpx.Response(403, json={"title": "No."})
    with account_of(refused) as st, pytest.raises(RequestError, match="No"):
        st.telecom.calls.recording.pull(id=2, to=tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"recording-1.png", ".stnb-files.jsonl"}


def test_a_packed_file_is_unpacked_as_it_arrives(tmp_path: Path) -> None:
    """Cut anywhere, and in several streams of gzip; one that is cut off is an error."""
    content = WAV + bytes(range(256)) * 400
    packed = gzip.compress(content[:500]) + gzip.compress(content[500:])
    for step in (1, 7, 1_000, len(packed)):
        parts = [packed[at : at + step] for at in range(0, len(packed), step)]
        folder = tmp_path / str(step)
        with account_of(_packed(parts)) as st:
            files = st.telecom.calls.recording.pull(id=1, to=folder)
        assert Path(files["path"][0]).read_bytes() == content
    cut = [_packed([packed[:-9]]) for _ in range(9)]
    with account_of(*cut) as st, pytest.raises(RequestError):
        st.telecom.calls.recording.pull(id=1, to=tmp_path / "cut")
    assert names(tmp_path / "cut") == []


def _packed(parts: list[bytes]) -> httpx.Response:
    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return httpx.Response(200, headers={"content-encoding": "gzip"}, content=body())


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system refuses while a file arrives is no failure of the API, and is not retried."""

    async def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    host = Host({"1": ({}, WAV)})
    monkeypatch.setattr("stnb.session.body._write", full)
    with host.account() as st, pytest.raises(CannotSave):
        st.telecom.calls.recording.pull(id=1, to=tmp_path)
    assert host.asked == ["1"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_the_list_of_files_is_private(tmp_path: Path) -> None:
    """Names may hold those of customers."""
    with Host({"1": ({}, WAV)}).account() as st:
        st.telecom.calls.recording.pull(id=1, to=tmp_path)
    assert stat.S_IMODE((tmp_path / ".stnb-files.jsonl").stat().st_mode) == 0o600


def test_a_file_that_came_is_listed_though_another_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is put to its place; else it would be fetched again, beside the first."""
    putting, refused = threading.Event(), threading.Event()
    put = Part.put

    def slowly(part: Part, path: Path, *, mode: int | None = None) -> None:
        putting.set()
        assert refused.wait(60)
        for _ in range(20):  # turns of the loop, in which the refusal ends the others
            loop.submit(asyncio.sleep, 0).result()
        put(part, path, mode=mode)

    class Host(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/token"):
                return httpx.Response(200, json=TOKEN)
            if "/1/" in request.url.path or refused.is_set():
                return httpx.Response(200, content=WAV)
            while not putting.is_set():
                await asyncio.sleep(0)
            refused.set()
            return httpx.Response(403, json={"title": "No."})

    monkeypatch.setattr(Part, "put", slowly)
    with Account(Session(owner(), transport=Host(), rate=None)) as st:
        with pytest.raises(RequestError):
            st.telecom.calls.recording.pull(id=[1, 2], to=tmp_path)
        st.telecom.calls.recording.pull(id=[1, 2], to=tmp_path)

    assert names(tmp_path) == ["recording-1.wav", "recording-2.wav"]
