"""Attacks on `stnb scan` by how a secret is written: in pieces, escaped, under any name."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stnb.credentials import patterns, scan
from tests.attacks.test_scan import NAME, UNKNOWN, notebook, parts
from tests.helpers.full_length import CLIENT_SECRET

RANDOM = "Zk3Of7An0therF0rm9x"  # of no known shape, and without a sign


def halves(form: str) -> str:
    """The secret, in two pieces as `form` writes them."""
    return form.format(a=CLIENT_SECRET[:22], b=CLIENT_SECRET[22:])


def escaped(write: Callable[[str], str]) -> str:
    """The secret as a literal with every character escaped."""
    return "x = '" + "".join(map(write, CLIENT_SECRET)) + "'"


def b64(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


IN_PIECES = [
    "x = ''.join(['{a}', '{b}'])",
    "x = ''.join(('{a}',\n    '{b}',\n))",
    'x = "".join([\n    "{a}",  # one\n    "{b}",\n])',
    "x = str.join('', ['{a}', '{b}'])",
    "x = '{a}'\nx += '{b}'",
    "x = '{a}'\n\nx += ('{b}')",
    "x = ('{a}')\nx += '{b}'",
    "x = '{a}'; x += '{b}'",
    "x = '{a}'  # one\nx = x + '{b}'",
    "self.x = '{a}'\nself.x += '{b}'",
    "x = '{a}'\r\nx += '{b}'",
    'x = f\'{{"{a}"}}{{"{b}"}}\'',
    "x = '%s%s' % ('{a}', '{b}')",
    "x = '{{}}{{}}'.format('{a}', '{b}')",
    "x = ('{a}') + ('{b}')",
    "x = ('{a}'\n    '' '{b}')",
    "const x = '{a}'.concat('{b}')",
    'x = \\"{a}\\" + \\"{b}\\"',
    "x = f'{a}{{\"{b}\"}}'",
    "x = f'{{\"{a}\"}}{b}'",
    'x = f\'{{ "{a}"!s}}{{f"{b}":s}}\'',
    "x = t'{a}{{\"{b}\"}}'",  # of a Python that is newer
    "const x = `{a}${{'{b}'}}`",
    "const x = '{a}' +\n  '{b}'",
    "select '{a}' || '{b}'",
    "$x = '{a}' . '{b}'",
    'x = "{a}" & "{b}"',
    "{a}\x1b[31m\x1b[0m{b}",  # coloured in an output
    "{a}\u200b{b}",
    "{a}\xad\ufeff{b}",
]
NO_PYTHON = ("const", "\\", "x = t", "||", "$x", " & ", "cs1.")
BRACKETED = ("x = '{a}'\n\nx += ('{b}')", "x = ('{a}')\nx += '{b}'")  # one piece alone
ESCAPED = [
    lambda sign: f"\\x{ord(sign):02x}",
    lambda sign: f"\\x{ord(sign):02X}",
    lambda sign: f"\\u{ord(sign):04x}",
    lambda sign: f"\\U{ord(sign):08x}",
    lambda sign: f"\\u{{{ord(sign):x}}}",
    lambda sign: f"\\{ord(sign):03o}",
    lambda sign: f"\\{ord(sign):o}",
    lambda sign: f"\\\\u{ord(sign):04x}",
    lambda sign: f"%{ord(sign):02X}",
    lambda sign: f"&#{ord(sign)};",
    lambda sign: f"&#x{ord(sign):x};",
]
ENCODED = [
    b64(CLIENT_SECRET),
    b64(CLIENT_SECRET).rstrip("="),
    base64.urlsafe_b64encode(f"??>{CLIENT_SECRET}".encode()).decode(),
    b64(json.dumps({"client_secret": CLIENT_SECRET})),
    b64(f"$env:X = '{CLIENT_SECRET}'", "utf-16-le"),
    CLIENT_SECRET.encode().hex(),
    CLIENT_SECRET.encode().hex().upper(),
    base64.b85encode(CLIENT_SECRET.encode()).decode(),
    base64.b85encode(json.dumps({"client_secret": CLIENT_SECRET}).encode()).decode(),
]
NAMED = [
    "servicetitan_client_secret = '{v}'",
    "servicetitan_phoenix_app_key: {v}",
    "serviceTitanClientSecret: '{v}'",
    "ServiceTitan:ClientSecret={v}",
    "servicetitan.client-secret={v}",
    "setx SERVICETITAN_CLIENT_SECRET {v}",
    'setx SERVICETITAN_CLIENT_SECRET "{v}" /M',
    'set "SERVICETITAN_CLIENT_SECRET={v}"',
    "$env:SERVICETITAN_CLIENT_SECRET = '{v}'",
    "Set-Item -Path Env:SERVICETITAN_APP_KEY -Value {v}",
    "[Environment]::SetEnvironmentVariable('SERVICETITAN_APP_KEY', '{v}', 'User')",
    "setenv SERVICETITAN_APP_KEY {v}",
    "set -gx SERVICETITAN_APP_KEY {v}",
    "%env SERVICETITAN_APP_KEY {v}",
    "ENV SERVICETITAN_APP_KEY {v}",
    "docker run -e 'SERVICETITAN_APP_KEY={v}' x",
    "gh secret set SERVICETITAN_APP_KEY --body {v}",
    "SERVICETITAN_APP_KEY:\n  {v}\n",
    "SERVICETITAN_APP_KEY: >-\n    {v}\nother: 1\n",
    "SERVICETITAN_APP_KEY: |\n  {v}\n",
    '"SERVICETITAN_APP_KEY":\n    "{v}"',
    "- name: SERVICETITAN_APP_KEY\n  value: {v}\n",
    '{{"name": "SERVICETITAN_APP_KEY", "value": "{v}"}}',
    '<add key="SERVICETITAN_APP_KEY" value="{v}"/>',
    "<SERVICETITAN_APP_KEY>{v}</SERVICETITAN_APP_KEY>",
    "<key>SERVICETITAN_APP_KEY</key>\n<string>{v}</string>",
    "| SERVICETITAN_APP_KEY | {v} |",
    "| `SERVICETITAN_APP_KEY` | `{v}` |",
    "curl -H 'ST-App-Key: {v}' https://api.servicetitan.io",
    "import stnb\nclient_secret = '{v}'",
    "# ServiceTitan\nconnect(appKey='{v}')",
    "curl https://auth.servicetitan.io/connect/token -d 'client_id=x&client_secret={v}&grant=y'",
    '{{\\"SERVICETITAN_APP_KEY\\": \\"{v}\\"}}',
]
HARMLESS = [
    "Set SERVICETITAN_CLIENT_SECRET before 2026-11-29.",
    "| SERVICETITAN_APP_KEY | the key of your app, see chapter 12 |",
    "SERVICETITAN_APP_KEY:\n  client_secret_2:\n    x: 1",
    "- name: SERVICETITAN_APP_KEY\n  valueFrom: secret-12345678",
    "def connect(servicetitan_client_secret=None, app_key_2=settings.app_key_12):",
    "servicetitan_app_key = settings.servicetitan_app_key_2",
    "SERVICETITAN_APP_KEY=op://vault-1/item/field",
    "SERVICETITAN_APP_KEY=keyring:phoenix-12",
    "set X=%SERVICETITAN_APP_KEY_2%",
    "client_secret = 'GOCSPX-1234567890abcdef'",  # of somebody else
    "<SERVICETITAN_APP_KEY></SERVICETITAN_APP_KEY>",
]


def in_both(source: str) -> list[scan.Finding]:
    """What is found in a notebook and in a text file."""
    Path("book.ipynb").write_text(json.dumps(notebook(source.splitlines(keepends=True))))
    Path("notes.txt").write_text(source, newline="")
    return scan.find(fix=True)


def cleaned() -> str:
    """The source that is left in the notebook."""
    return "".join(json.loads(Path("book.ipynb").read_text())["cells"][0]["source"])


@pytest.mark.parametrize("form", IN_PIECES)
def test_pieces_are_put_together(form: str) -> None:
    """No piece stays in a notebook, and Python is code still, if the pieces are bracketed alike."""
    source = halves(form)
    found = in_both(source)

    assert [(each.kind, each.removed) for each in found] == [
        ("client secret", True),
        ("client secret", False),
    ]
    assert found[0].hint == f"cs1.… ({len(CLIENT_SECRET)} characters)"
    assert not parts(cleaned(), CLIENT_SECRET)
    if form not in BRACKETED and not any(sign in source[:4] + form for sign in NO_PYTHON):
        compile(cleaned(), "cell", "exec")


@pytest.mark.parametrize(
    "after", ["\npath += 'suffix'", "\ny = y + 'suffix'", ")\nf('suffix')", ", 'suffix'"]
)
def test_what_stands_behind_a_secret_stays(after: str) -> None:
    """Another variable, another call, another text of a list."""
    found = in_both(f"x = ('{CLIENT_SECRET}'{after}")

    assert [each.hint for each in found] == [f"cs1.… ({len(CLIENT_SECRET)} characters)"] * 2
    assert cleaned() == f"x = ('{patterns.MARK}'{after}"


@pytest.mark.parametrize("write", ESCAPED)
def test_escapes_are_read(write: Callable[[str], str]) -> None:
    """Of Python, JavaScript, JSON, C, addresses and pages."""
    found = in_both(escaped(write))

    assert [each.removed for each in found] == [True, False]
    assert found[0].hint == f"cs1.… ({len(CLIENT_SECRET)} characters)"
    assert cleaned() == f"x = '{patterns.MARK}'"


@pytest.mark.parametrize("places", [(0,), (3,), (10, 11), (52,)])
def test_one_escape_is_enough_to_hide(places: tuple[int, ...]) -> None:
    """One character anywhere, in a literal of two pieces."""
    signs = [f"\\x{ord(s):x}" if at in places else s for at, s in enumerate(CLIENT_SECRET)]
    found = in_both(f"x = ('{''.join(signs[:9])}'\n     '{''.join(signs[9:])}')")

    assert [each.removed for each in found] == [True, False]
    assert cleaned() == f"x = ('{patterns.MARK}')"


@pytest.mark.parametrize("letters", ENCODED)
def test_what_is_encoded_is_read(letters: str) -> None:
    """Base64 of both alphabets, of a JSON, and of a command for PowerShell; hexadecimal digits."""
    found = in_both(f"x = decode('{letters}')")

    assert [each.removed for each in found] == [True, False]
    assert found[0].kind == "client secret, encoded"
    assert cleaned() == f"x = decode('{patterns.MARK}')"


@pytest.mark.parametrize("before", range(5))
def test_base85_begins_anywhere(before: int) -> None:
    """In a text file, behind other letters."""
    Path("notes.txt").write_text("x" * before + base64.b85encode(CLIENT_SECRET.encode()).decode())

    assert [each.kind for each in scan.find()] == ["client secret, encoded"]


def test_a_secret_backwards_is_found() -> None:
    """As somebody may keep it who thinks it hidden."""
    found = in_both(f"x = undo('{CLIENT_SECRET[::-1]}')")

    assert [each.removed for each in found] == [True, False]
    assert found[0].kind == "client secret, backwards"
    assert cleaned() == f"x = undo('{patterns.MARK}')"


@pytest.mark.parametrize("before", range(4))
def test_a_value_of_ones_own_is_found_encoded(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it begins in what was encoded."""
    monkeypatch.setenv(NAME, UNKNOWN)
    text = "x" * before + UNKNOWN + "y"

    found = in_both(f"x = ['{b64(text)}', '{text.encode().hex()}']")

    assert [each.kind for each in found] == [f"your {NAME}"] * 4
    assert UNKNOWN.encode().hex() not in cleaned()


@pytest.mark.parametrize("form", NAMED)
def test_a_name_may_be_written_in_any_way(form: str) -> None:
    """In code, settings, commands and tables, with the value beside it or in the next line."""
    found = in_both(form.format(v=RANDOM))

    assert [(each.kind, each.removed) for each in found] == [
        ("value of a secret variable", True),
        ("value of a secret variable", False),
    ]
    assert cleaned() == form.format(v=patterns.MARK).replace("\r", "")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_value_is_left(text: str) -> None:
    """Prose, code about names, references, and other people's secrets."""
    Path("notes.txt").write_text(text)

    assert scan.find() == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_text_without_a_mark(encoding: str) -> None:
    """It is found, and a notebook is written back in the encoding that it had."""
    text = json.dumps(notebook(f"x = '{CLIENT_SECRET}'"), indent=1)
    Path("book.ipynb").write_bytes(text.encode(encoding))
    Path("notes.txt").write_bytes(f"ключ 東京 {CLIENT_SECRET}".encode(encoding))

    found = scan.find(fix=True)

    assert [each.removed for each in found] == [True, False]
    written = Path("book.ipynb").read_bytes().decode(encoding)
    assert written == text.replace(CLIENT_SECRET, patterns.MARK)


@pytest.mark.parametrize(
    "piece",
    [
        "'\nx += ",
        "';",
        "'.join([",
        "'.join(['a', ",
        ".format('a','",
        "\\x63",
        "%63",
        "&#99;",
        "VPaz1(jkE#" * 5 + " ",
        "aB3-" * 6 + ".1sx",
        "SERVICETITAN_",
        "SERVICETITAN_A_",
        "SERVICETITAN_APP_KEY ",
        "SERVICETITAN_APP_KEY:\n ",
        "SERVICETITAN_APP_KEY\\",
        "SERVICETITAN_APP_KEY\n",
        "client_secret",
        "stnb app_key='",
        "/usr/lib/python/",
        "'}{'",
        "'}a",
        "a{'",
        "a${f'",
        "'!s:s",
        "' || ",
        "'.",
        "\x1b[1",
        "\u200b",
        "\\4",
        "('",
    ],
)
def test_the_search_is_linear(piece: str) -> None:
    """A long text of what nearly is a joint, an escape or a name takes no time to speak of."""
    assert patterns.hits(piece * (200_000 // len(piece)), {}) == []
