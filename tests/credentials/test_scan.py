"""`stnb scan`: a secret is found wherever it lies in a notebook or text, taken out of notebooks,
and never repeated.
"""

from __future__ import annotations

import base64
import copy
import json
import os
import random
import re
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import stnb
from stnb import demoserver
from stnb.cli import main
from stnb.credentials import patterns, scan
from stnb.credentials.notebook import is_valid
from stnb.credentials.patterns import MARK
from stnb.credentials.scan import Finding
from stnb.session import Session
from tests.helpers.in_time import cpu, is_light
from tests.helpers.sample import tries

SIGNS = string.ascii_lowercase + string.digits


def made(start: str, length: int, seed: int = 1) -> str:
    """A value as ServiceTitan makes them; it stands in no file, this one included."""
    return start + "".join(random.Random(f"{seed}{start}").choices(SIGNS, k=length))


SECRET, OTHER, KEY, PAIR = made("cs1.", 50), made("cs2.", 50), made("ak1.", 25), made("cid.", 25)


def b64(data: bytes | str) -> str:
    return (
        base64.urlsafe_b64encode(data.encode() if isinstance(data, str) else data)
        .decode()
        .rstrip("=")
    )


def jwt(**claims: Any) -> str:
    head = {"alg": "RS256", "kid": "0A1B", "typ": "at+jwt"}
    return ".".join(
        (b64(json.dumps(head)), b64(json.dumps(claims)), b64(random.Random(7).randbytes(64)))
    )


TOKEN = jwt(
    iss="https://auth.servicetitan.io", client_id=PAIR, tenant="42", scope=["tn.jpm.jobs:r"]
)
BASIC = base64.b64encode(f"{PAIR}:{SECRET}".encode()).decode()
ALL = (SECRET, OTHER, KEY, PAIR, TOKEN, BASIC)


def found_in(text: str, name: str = "notes.txt") -> list[Finding]:
    Path(name).write_text(text, encoding="utf-8")
    return scan.find(name)


def notebook(**change: Any) -> dict[str, Any]:
    """A valid notebook with something of everything, and no secret."""
    state = {
        "a1": {
            "model_name": "TextModel",
            "model_module": "x",
            "state": {"value": "hello"},
            "buffers": [],
        }
    }
    book = nbformat.v4.new_notebook(
        metadata={
            "widgets": {
                "application/vnd.jupyter.widget-state+json": {
                    "version_major": 2,
                    "version_minor": 0,
                    "state": state,
                }
            }
        },
        cells=[
            nbformat.v4.new_markdown_cell(
                "# Title", id="one", attachments={"a.txt": {"text/plain": "hello"}}
            ),
            nbformat.v4.new_code_cell(
                "import stnb\nst = stnb.connect()\nst",
                id="two",
                outputs=[
                    nbformat.v4.new_output("stream", text="first\nsecond\n"),
                    nbformat.v4.new_output(
                        "display_data",
                        {"text/html": "<b>hello</b>", "application/json": {"a": ["hello"]}},
                    ),
                    nbformat.v4.new_output(
                        "error", ename="E", evalue="hello", traceback=["hello", "there"]
                    ),
                ],
            ),
        ],
    )
    return json.loads(nbformat.writes(book)) | change


PLACES: dict[str, tuple[list[Any], str]] = {
    "source": (["cells", 1, "source", 1], "cell 2 source line 2"),
    "markdown": (["cells", 0, "source", 0], "cell 1 source line 1"),
    "attachment": (
        ["cells", 0, "attachments", "a.txt", "text/plain", 0],
        "cell 1 attachment a.txt",
    ),
    "cell metadata": (["cells", 0, "metadata", "note"], "cell 1 metadata.note"),
    "stream": (["cells", 1, "outputs", 0, "text", 1], "cell 2 output"),
    "html": (["cells", 1, "outputs", 1, "data", "text/html", 0], "cell 2 output text/html"),
    "json output": (
        ["cells", 1, "outputs", 1, "data", "application/json", "a", 0],
        "cell 2 output application/json",
    ),
    "output metadata": (["cells", 1, "outputs", 1, "metadata", "x"], "cell 2 output"),
    "error": (["cells", 1, "outputs", 2, "evalue"], "cell 2 output"),
    "traceback": (["cells", 1, "outputs", 2, "traceback", 1], "cell 2 output"),
    "widget": (
        [
            "metadata",
            "widgets",
            "application/vnd.jupyter.widget-state+json",
            "state",
            "a1",
            "state",
            "value",
        ],
        "metadata.widgets … value",
    ),
    "metadata": (["metadata", "papermill"], "metadata.papermill"),
}


def put(book: dict[str, Any], place: list[Any], text: str) -> dict[str, Any]:
    """The notebook with a text behind whatever stands in a place."""
    book = copy.deepcopy(book)
    at: Any = book
    for step in place[:-1]:
        at = at[step]
    last = place[-1]
    before = at[last] if isinstance(at, list) or last in at else ""
    at[last] = before.rstrip("\n") + text + "\n" * before.endswith("\n")
    return book


def write(book: Any, name: str = "book.ipynb", **form: Any) -> Path:
    Path(name).write_text(
        json.dumps(book, **{"indent": 1, "ensure_ascii": False, **form}) + "\n", encoding="utf-8"
    )
    return Path(name)


# -- what is found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f'client_secret = "{SECRET}"', "client secret"),
        (f"{OTHER}", "client secret"),
        (f"client_secret%3D{SECRET}%26x", "client secret"),
        (f"'line\\n{SECRET}\\n'", "client secret"),
        (f"\x1b[32m{SECRET}\x1b[0m", "client secret"),
        (f'{{"ST-App-Key": "{KEY}"}}', "app key"),
        (f"Authorization: Bearer {TOKEN}", "access token"),
        (f"Authorization: {TOKEN}", "access token"),
        (f"'\\n{TOKEN}\\n'", "access token"),
        (jwt(iss="https://auth-integration.servicetitan.io"), "access token"),
        (jwt(tenant="42"), "access token"),
        (jwt(scope="tn.jpm.jobs:r tn.crm.customers:r"), "access token"),
        (jwt(client_id=PAIR), "access token"),
        (f"Bearer {jwt(sub='me')}", "access token"),
        (f"Bearer eyJ{made('', 60)}", "access token"),
        (f"Authorization: Basic {BASIC}", "client secret"),
    ],
)
def test_what_a_secret_looks_like(text: str, kind: str) -> None:
    """Secrets, app keys, tokens and Basic pairs are found, also behind an escape; one finding for
    one place.
    """
    found = found_in(f"first\n\n{text}\n")

    assert [(f.where, f.kind, f.secret) for f in found] == [("line 3", kind, True)]
    assert not any(value in repr(found) for value in ALL)


def test_a_client_id_is_told_but_is_no_secret() -> None:
    """It opens nothing by itself: reported, and no reason to fail."""
    [found] = found_in(f"id = {PAIR!r}")

    assert (found.kind, found.secret, found.hint) == ("client id", False, "cid.… (29 characters)")
    assert main.main(["scan", "notes.txt"]) == 0


@pytest.mark.parametrize(
    "text",
    [
        "cs1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "cs1.…",
        "cs1...",
        "cs1." + "a" * 32,
        "cs1.your-client-secret-goes-here",
        "cs1.YOUR_CLIENT_SECRET_GOES_HERE",
        "ak1.example0a1b2c3d4e5f6g7h8",
        "cid.<your id>",
        "cs1.short1",
        "cs1.abcdefghijklmnopqrstuvwxyz0123456789",
        "specs1.some_function_with_a_long_name2(x)",
        "Bearer <token>",
        "Bearer eyJ…",
        "Bearer eyJhbGciOi...",
        "Basic " + base64.b64encode(b"somebody:and a password of another service").decode(),
        jwt(sub="me", iss="https://accounts.elsewhere.example"),
        "eyJ.eyJ.eyJ",
        f"{demoserver.CLIENT_ID} {demoserver.CLIENT_SECRET} {demoserver.APP_KEY}",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    """Placeholders, names in code, other services' tokens and the demo's public values are passed
    over.
    """
    assert found_in(text) == []


def test_the_demos_own_token_is_no_secret(st: stnb.Account) -> None:
    """A token of the demo opens nothing but the demo; also behind "Bearer"."""
    st.jpm.jobs.head(1)
    session: Session = st._session
    token = session._auth._token
    assert token is not None

    assert found_in(f"Bearer {token.text.reveal()}\n{token.text.reveal()}") == []


@pytest.mark.parametrize("secret", ["0a1b2c3d4e5f", 'p"w\\d<&>9 /+=%', "pässwörd-of-old"])
def test_a_value_of_your_own_is_found_in_any_format(secret: str) -> None:
    """Exactly, and as it looks in JSON, in HTML and in an address; it is called by its variable's
    name.
    """
    Path(".env").write_text(f"SERVICETITAN_PHOENIX_CLIENT_SECRET='{secret}'\n", encoding="utf-8")
    name = "SERVICETITAN_PHOENIX_CLIENT_SECRET"
    if stnb.credentials.settings().values.get(name) != secret:
        pytest.skip("such a value cannot stand in quotes")
    quoted = patterns.quote(secret, safe="")

    for text in (
        secret,
        json.dumps({"a": secret}),
        patterns.html.escape(secret),
        f"?client_secret={quoted}&x=1",
    ):
        assert [(f.kind, f.secret) for f in found_in(text)] == [(f"your {name}", True)]
    write(
        put(
            notebook(), PLACES["source"][0], f" = {secret!r}" if '"' not in secret else f" {secret}"
        )
    )
    assert [f.removed for f in scan.find("book.ipynb", fix=True)] == [True]
    assert scan.find("book.ipynb") == []


def test_values_of_your_own_come_from_the_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As everywhere; a short value is not looked for, nor the demo's."""
    other = "k3y-of-another-form"
    with monkeypatch.context() as process:
        process.setenv("SERVICETITAN_APP_KEY", other)
        process.setenv("SERVICETITAN_CLIENT_SECRET", "short")
        process.setenv("SERVICETITAN_DEMO_CLIENT_SECRET", demoserver.CLIENT_SECRET)
        found = found_in(f"{other} short {demoserver.CLIENT_SECRET}")

    assert [f.kind for f in found] == ["your SERVICETITAN_APP_KEY"]


def test_a_spoilt_env_file_does_not_stop_the_search() -> None:
    """The rest is looked for, and a note says what was not."""
    Path(".env").write_bytes(b"SERVICETITAN_APP_KEY=\xff\xfe\x00")
    Path("notes.txt").write_text(SECRET)

    with pytest.warns(stnb.StnbWarning, match="were not looked for"):
        assert len(scan.find()) == 1


def test_lines_are_counted() -> None:
    """Each place has its own line, in order."""
    found = found_in(f"{SECRET} {KEY}\n\n{OTHER}\n")

    assert [(f.where, f.kind) for f in found] == [
        ("line 1", "client secret"),
        ("line 1", "app key"),
        ("line 3", "client secret"),
    ]


# -- notebooks


@pytest.mark.parametrize("value", [SECRET, KEY, TOKEN], ids=["secret", "app key", "token"])
@pytest.mark.parametrize("place", PLACES)
def test_every_place_in_a_notebook(place: str, value: str) -> None:
    """It is found and named; `fix` takes it out, leaves all else as it was, and the notebook is
    valid.
    """
    at, where = PLACES[place]
    path = write(put(notebook(), at, f" {value}"))
    before = path.read_text()

    assert [f.where for f in scan.find(path)] == [where]
    assert path.read_text() == before
    assert [(f.where, f.removed) for f in scan.find(path, fix=True)] == [(where, True)]
    assert path.read_text() == before.replace(value, MARK)
    nbformat.validate(nbformat.read(path, as_version=4))
    assert scan.find(path) == []


@pytest.mark.parametrize(
    "form",
    [
        {"indent": 2},
        {"indent": None, "separators": (",", ":")},
        {"ensure_ascii": True},
        {"sort_keys": True},
    ],
)
def test_fix_keeps_the_form_of_the_file(form: dict[str, Any]) -> None:
    """Whatever wrote the notebook: blanks, the order of keys and the line ends stay."""
    path = write(
        put(put(notebook(), PLACES["source"][0], f" # é {SECRET}"), PLACES["widget"][0], SECRET),
        **form,
    )
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()

    scan.find(path, fix=True)

    assert path.read_bytes() == before.replace(SECRET.encode(), MARK.encode())


def test_a_secret_across_two_lines_of_the_file() -> None:
    """A source may be cut into pieces anywhere; it is one text."""
    book = notebook()
    book["cells"][1]["source"] = ["x = '" + SECRET[:20], SECRET[20:] + "'\n", "y = 1"]
    path = write(book)

    assert [f.where for f in scan.find(path, fix=True)] == ["cell 2 source line 1"]
    assert json.loads(path.read_text())["cells"][1]["source"] == [f"x = '{MARK}'\n", "y = 1"]
    nbformat.validate(nbformat.read(path, as_version=4))


def test_a_secret_that_lies_encoded() -> None:
    """An attachment or a widget's buffer in base64 is read; the buffer keeps its length."""
    data = b"\x00\x01" + SECRET.encode() + b"\xff" * 30
    book = notebook()
    widget = book["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]["a1"]
    widget["buffers"] = [
        {"encoding": "base64", "path": ["rows"], "data": base64.b64encode(data).decode()}
    ]
    path = write(book)

    assert [(f.where, f.kind) for f in scan.find(path, fix=True)] == [
        ("metadata.widgets … data", "client secret")
    ]
    after = json.loads(path.read_text())["metadata"]["widgets"][
        "application/vnd.jupyter.widget-state+json"
    ]["state"]["a1"]
    assert base64.b64decode(after["buffers"][0]["data"]) == data.replace(
        SECRET.encode(), b"*" * len(SECRET)
    )
    nbformat.validate(nbformat.read(path, as_version=4))


def test_a_secret_in_a_name() -> None:
    """A key of the metadata counts too, and is not repeated as the place."""
    path = write(notebook(metadata={"a": {SECRET: {"b": [OTHER]}}}))
    found = scan.find(path, fix=True)

    assert len(found) == 2
    assert not any(value in repr(found) for value in ALL)
    assert json.loads(path.read_text())["metadata"] == {"a": {MARK: {"b": [MARK]}}}


def test_a_client_id_stays_in_a_notebook() -> None:
    """`fix` changes nothing where there is no secret, and only the secret where there is one."""
    path = write(put(notebook(), PLACES["source"][0], f" {PAIR}"))
    before = path.read_bytes()

    assert [(f.secret, f.removed) for f in scan.find(path, fix=True)] == [(False, False)]
    assert path.read_bytes() == before
    path = write(put(notebook(), PLACES["source"][0], f" {PAIR} {SECRET}"))
    scan.find(path, fix=True)
    assert f"{PAIR} {MARK}" in path.read_text()


def test_an_old_notebook_is_not_converted() -> None:
    """Version 3 keeps its worksheets."""
    cell = {
        "cell_type": "code",
        "collapsed": False,
        "input": [f"x = '{SECRET}'"],
        "language": "python",
        "metadata": {},
        "outputs": [],
    }
    book = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": [cell], "metadata": {}}],
    }
    path = write(book)
    before = path.read_text()

    assert [f.where for f in scan.find(path, fix=True)] == ["worksheets.0.cells.0.input"]
    assert path.read_text() == before.replace(SECRET, MARK)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        f'["{SECRET}"]',
        f'{{"a": "{SECRET}", "a": 1}}',
        "[" * 200_000 + SECRET,
        f'{{"cells": {SECRET}}}',
        "",
    ],
)
def test_what_only_looks_like_a_notebook(text: str) -> None:
    """No JSON, no object, a name twice, or nested beyond sense: it is read as text, and left as it
    is.
    """
    found = found_in(text, "book.ipynb")

    assert [f.where for f in found] == ["line 1"] * (SECRET in text)
    assert [f.removed for f in scan.find("book.ipynb", fix=True)] == [False] * len(found)
    assert Path("book.ipynb").read_text() == text


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_notebook_that_cannot_be_written() -> None:
    """It is named, and its findings are not called removed."""
    Path("closed").mkdir()
    path = write(put(notebook(), PLACES["source"][0], SECRET), "closed/book.ipynb")
    Path("closed").chmod(0o500)

    with pytest.warns(stnb.StnbWarning, match="by hand"):
        assert [f.removed for f in scan.find(path, fix=True)] == [False]


def test_a_write_that_fails_leaves_the_notebook_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full: the old file is there, no half one beside it, and a note tells."""
    path = write(put(notebook(), PLACES["source"][0], SECRET))
    before = path.read_bytes()

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "replace", full)
        with pytest.warns(stnb.StnbWarning, match="No space left"):
            found = scan.find(path, fix=True)
    assert [f.removed for f in found] == [False]
    assert path.read_bytes() == before
    assert os.listdir() == ["book.ipynb"]


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_fix_keeps_mode_and_link() -> None:
    """A notebook that only its owner reads stays so, and a link stays a link."""
    path = write(put(notebook(), PLACES["source"][0], SECRET), "real.ipynb")
    path.chmod(0o640)
    Path("link.ipynb").symlink_to("real.ipynb")

    scan.find("link.ipynb", fix=True)

    assert Path("link.ipynb").is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert SECRET not in path.read_text()


# -- files and folders


def test_folders_are_walked_and_some_are_not() -> None:
    """Git, environments, packages, caches and .env are passed over, unless they are named;
    checkpoints are not.
    """
    passed = [
        ".git/config",
        ".venv/a.py",
        "mine/pyvenv.cfg",
        "mine/a.py",
        "node_modules/a.js",
        "__pycache__/a.py",
        ".env",
    ]
    looked = [
        ".ipynb_checkpoints/a.ipynb",
        ".env.local",
        "a.py",
        "deep/er/a.md",
        "no-ending",
        "x.html",
    ]
    for name in passed + looked:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(f"value {SECRET}")

    assert sorted(str(f.path) for f in scan.find()) == sorted(looked)
    assert [str(f.path) for f in scan.find([".env", ".venv", "a.py", Path("a.py")])] == [
        ".env",
        ".venv/a.py",
        "a.py",
    ]


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        (SECRET.encode("utf-16"), 1),
        (b"\xef\xbb\xbf" + SECRET.encode(), 1),
        (b"\xe9t\xe9 " + SECRET.encode(), 1),
        (b"PAR1\x00\x01" + SECRET.encode(), 0),
        (b"", 0),
    ],
    ids=["UTF-16", "byte-order mark", "Latin-1", "binary", "empty"],
)
def test_encodings(raw: bytes, places: int) -> None:
    """Whatever is text is read; what is binary is not."""
    Path("file").write_bytes(raw)

    assert len(scan.find("file")) == places


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_and_a_circle_of_links_end_nothing() -> None:
    """Neither is waited for."""
    Path("in").mkdir()
    os.mkfifo("in/pipe")
    Path("in/circle").symlink_to(".")
    Path("in/nowhere").symlink_to("gone")

    assert scan.find("in") == []
    with pytest.raises(stnb.UsageError):
        scan.find("in/pipe")


def test_a_file_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left out, and a note says so."""
    Path("large.csv").write_text(SECRET)

    with monkeypatch.context() as limit:
        limit.setattr(scan, "LARGEST", 10)
        with pytest.warns(stnb.StnbWarning, match=r"large\.csv was left out"):
            assert scan.find() == []


@pytest.mark.long
def test_ten_times_as_many_files_take_ten_times_as_long() -> None:
    """Small ones, half of them notebooks."""
    book, text = (
        json.dumps(put(notebook(), PLACES["stream"][0], " row" * 500)),
        "import os\nprint('hello')\n" * 100,
    )

    def took(pairs: int) -> float:
        Path(f"{pairs}").mkdir(exist_ok=True)
        for i in range(pairs):
            Path(f"{pairs}/{i}.ipynb").write_text(book)
            Path(f"{pairs}/{i}.py").write_text(text)
        return cpu(lambda: find_nothing(f"{pairs}"))

    def find_nothing(folder: str) -> None:
        assert scan.find(folder) == []

    took(1)  # what is loaded at the first search
    assert any(took(100) < 40 * took(10) for _ in range(5))


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 300_000,
        "eyJ." * 200_000,
        "cs1." * 200_000,
        "a" * 900_000,
        "a." * 400_000,
        "Basic " * 100_000,
        "Basic " + "A" * 900_000,
        "Bearer eyJ" * 90_000,
        "Bearer" + " " * 900_000,
        "cs1." + "a-" * 400_000,
        f"{SECRET}\n" * 5_000,
        f"{TOKEN}." * 1_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_long(text: str) -> None:
    """Time grows with the length and no faster, whatever the text."""
    assert is_light(lambda: patterns.hits(text, {"own-value": "SERVICETITAN_APP_KEY"}), 40)


# -- whatever comes

PIECES = some.sampled_from(
    [
        "cs1.",
        "ak1.",
        "cid.",
        "eyJ",
        ".",
        "Bearer ",
        "Basic ",
        '"',
        "\\",
        "\n",
        "[",
        "{",
        "}",
        "]",
        ":",
        ",",
        "\ufeff",
        "\x00",
        "é",
        "\ud800",
        SECRET,
        KEY,
        TOKEN,
        BASIC,
    ]
)
TEXT = some.lists(PIECES | some.text(max_size=8), max_size=12).map("".join)
quick = settings(
    max_examples=tries(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@quick
@given(text=TEXT, ending=some.sampled_from([".txt", ".ipynb"]))
def test_no_text_breaks_it(text: str, ending: str) -> None:
    """Any text, as a notebook or not: findings or none, and no value in them."""
    Path(f"any{ending}").write_bytes(text.encode("utf-8", "surrogatepass"))
    found = scan.find(f"any{ending}")

    assert not any(value in repr(found) for value in ALL)
    assert patterns.without(patterns.without(text, {}), {}) == patterns.without(text, {})


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | TEXT,
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            TEXT | some.sampled_from(["source", "text", "cells"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@quick
@given(
    metadata=some.dictionaries(some.text(max_size=5), JSON, max_size=3),
    lines=some.lists(TEXT, max_size=3),
    cells=JSON,
)
def test_no_notebook_breaks_it(metadata: dict[str, Any], lines: list[str], cells: Any) -> None:
    """Any JSON where metadata, outputs or cells should be: after `fix` no secret is left, and a
    valid one stays valid.
    """
    good = notebook()
    good["metadata"] |= {
        k: v
        for k, v in metadata.items()
        if k not in ("kernelspec", "language_info", "orig_nbformat", "title", "authors")
    }
    good["cells"][1]["outputs"][0]["text"] = [f"{line}\n" for line in lines]
    for book in (good, {**good, "cells": cells}):
        path = write(book, ensure_ascii=True)
        valid = is_valid(json.loads(path.read_text()))
        scan.find(path, fix=True)

        assert [f for f in scan.find(path) if f.secret] == []
        assert not any(value in path.read_text() for value in (SECRET, KEY, TOKEN))
        assert not valid or is_valid(json.loads(path.read_text()))


# -- the command


def test_the_command_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """0, and how much was searched."""
    write(notebook())

    assert main.main(["scan"]) == 0
    assert capsys.readouterr() == ("", "stnb: 1 file, nothing found.\n")


def test_the_command_finds_some(capsys: pytest.CaptureFixture[str]) -> None:
    """1, a line for each place, and what to do next; no value is repeated."""
    path = write(put(notebook(), PLACES["source"][0], SECRET))
    Path("notes.md").write_text(KEY)

    assert main.main(["scan", str(path), "notes.md"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "book.ipynb: cell 2 source line 2: client secret cs1.… (54 characters)",
        "notes.md: line 1: app key ak1.… (29 characters)",
    ]
    assert "2 secrets in 2 files" in err
    assert "generate a new one" in err
    assert "--fix" in err
    assert not any(value in out + err for value in ALL)


def test_the_command_removes(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with 1, because a secret was found; the text file stays, the notebook is clean."""
    path = write(put(notebook(), PLACES["source"][0], SECRET))
    Path("notes.md").write_text(KEY)

    assert main.main(["scan", "--fix"]) == 1
    out, err = capsys.readouterr()
    assert "book.ipynb: cell 2 source line 2: client secret cs1.… (54 characters) · removed" in out
    assert "2 secrets in 2 files, 1 removed" in err
    assert "by hand" in err
    assert Path("notes.md").read_text() == KEY
    assert main.main(["scan", str(path)]) == 0


def test_the_command_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    """An array of objects, empty where there is nothing."""
    Path("notes.md").write_text(KEY)

    assert main.main(["scan", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "path": "notes.md",
            "where": "line 1",
            "kind": "app key",
            "hint": "ak1.… (29 characters)",
            "secret": True,
            "removed": False,
        }
    ]
    Path("notes.md").unlink()
    assert main.main(["scan", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_command_cannot_be_carried_out(capsys: pytest.CaptureFixture[str]) -> None:
    """2, and three sentences."""
    assert main.main(["scan", "nowhere.ipynb"]) == 2
    assert "nowhere.ipynb was not searched." in capsys.readouterr().err


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="such names cannot be made here")
def test_a_file_of_any_name_is_named(tmp_path: Path) -> None:
    """Also where the terminal has not all signs, and the name is no text at all."""
    for name in (b"\xe9t\xe9.txt", "über\n.txt".encode()):
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text(SECRET)
    environment = {
        **os.environ,
        "PYTHONIOENCODING": "ascii",
        "PYTHONPATH": str(Path(stnb.__file__).parent.parent),
    }

    done = subprocess.run(
        [sys.executable, "-m", "stnb.cli.main", "scan", "."],
        capture_output=True,
        cwd=tmp_path,
        env=environment,
    )

    assert done.returncode == 1, done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_the_hook_names_the_command() -> None:
    """What pre-commit reads: our command, on notebooks and texts."""
    hook = (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text()

    assert re.search(r"^- id: stnb-scan$", hook, re.MULTILINE)
    assert re.search(r"^  entry: stnb scan$", hook, re.MULTILINE)
    assert re.search(r"^  types_or: \[jupyter, text\]$", hook, re.MULTILINE)


def test_the_projects_own_notebooks_are_clean() -> None:
    """What we give away has no secret in it."""
    assert scan.find(Path(__file__).parents[2] / "notebooks") == []
