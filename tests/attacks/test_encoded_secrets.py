"""Attacks by echo in another coding: a header, a gateway or a log wrote the secret its own way."""

from __future__ import annotations

import base64
import dataclasses
import html
import random
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

import stnb
from stnb.credentials import Secret
from stnb.errors.masking import MARK, masked
from stnb.session import Session
from tests.helpers.full_length import APP_KEY, CLIENT_ID, CLIENT_SECRET
from tests.helpers.owner import owner


def in_base64(plain: bytes) -> str:
    return base64.b64encode(plain).decode()


CODINGS: dict[str, Callable[[str], str]] = {
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64 for URLs": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
    "a pair": lambda s: base64.b64encode(f"cid.x:{s}".encode()).decode(),
    "a pair with a longer id": lambda s: base64.b64encode(f"cid.xy:{s}".encode()).decode(),
    "behind a slash": lambda s: "/token/" + base64.b64encode(s.encode()).decode(),
    "hexadecimal": lambda s: s.encode().hex(),
    "capitals of that": lambda s: s.encode().hex().upper(),
    "hexadecimal behind a digit": lambda s: "7" + s.encode().hex(),
    "a form": lambda s: "client_secret=" + "".join(f"%{ord(sign):02X}" for sign in s),
    "a form in part": lambda s: "%63" + s[1:5] + "%2e" + s[5:9] + quote(s[9:]),
    "entities": lambda s: "".join(f"&#{ord(sign)};" for sign in s),
    "hexadecimal entities": lambda s: "".join(f"&#x{ord(sign):x};" for sign in s),
    "some entities": lambda s: html.escape(s[:5] + "'") + s[5:].replace("7", "&#55;"),
    "JSON": lambda s: "".join(f"\\u{ord(sign):04x}" for sign in s),
    "Python": lambda s: "".join(f"\\x{ord(sign):02x}" for sign in s),
    "octal": lambda s: "".join(f"\\{ord(sign):03o}" for sign in s),
    "braces": lambda s: "".join(f"\\u{{{ord(sign):x}}}" for sign in s),
    "long escapes": lambda s: "".join(f"\\U{ord(sign):08x}" for sign in s),
    "JSON in JSON": lambda s: "".join(f"\\\\u{ord(sign):04x}" for sign in s),
    "base64 twice": lambda s: in_base64(in_base64(s.encode()).encode()),
    "base64 three times": lambda s: in_base64(in_base64(in_base64(s.encode()).encode()).encode()),
    "base64 of hexadecimal": lambda s: in_base64(s.encode().hex().encode()),
    "hexadecimal of base64": lambda s: in_base64(s.encode()).encode().hex(),
    "base64 in a URL": lambda s: "".join(f"%{ord(sign):02x}" for sign in in_base64(s.encode())),
    "a form twice": lambda s: "".join(f"%25{ord(sign):02X}" for sign in s),
    "a form three times": lambda s: "".join(f"%2525{ord(sign):02X}" for sign in s),
    "entities twice": lambda s: "".join(f"&amp;#{ord(sign)};" for sign in s),
    "a form in entities": lambda s: "".join(f"&#37;{ord(sign):02X}" for sign in s),
    "UTF-16": lambda s: s.encode("utf-16-le").decode("latin-1"),
    "UTF-16, the other way round": lambda s: s.encode("utf-16-be").decode("latin-1"),
    "UTF-32": lambda s: s.encode("utf-32-be").decode("latin-1"),
    "base64 of UTF-16": lambda s: in_base64(s.encode("utf-16-le")),
    "hexadecimal UTF-16": lambda s: s.encode("utf-16").hex(),
    "UTF-16 as Python writes it": lambda s: repr(s.encode("utf-16-le"))[2:-1],
    "hexadecimal with colons": lambda s: s.encode().hex(":"),
    "hexadecimal with spaces": lambda s: s.encode().hex(" ").upper(),
    "hexadecimal with dashes": lambda s: s.encode().hex("-"),
    "a dump of words": lambda s: s.encode().hex(" ", 2),
    "a list of numbers": lambda s: ", ".join(f"0x{byte:02x}" for byte in s.encode()),
    "quoted printable": lambda s: "".join(f"={byte:02X}" for byte in s.encode()),
    "UTF-16 with spaces": lambda s: s.encode("utf-16-le").hex(" "),
    "zero width": "\u200b".join,
    "soft hyphens": "\xad".join,
    "joiners": "\u2060\ufeff".join,
    "tags": "\U000e0041".join,
    "control characters": "\x01".join,
    "a soft hyphen in base64": lambda s: "\xad".join(in_base64(s.encode())),
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("secret", [CLIENT_SECRET, APP_KEY, "0paqueTok3n/Zy9Xw8Vu7+Ts6Rq5Po4Nm3"])
def test_a_coding_hides_no_secret(coding: str, secret: str) -> None:
    """The word that holds it is masked, whole or in part, and what stands around it stays."""
    held = Secret(secret)
    for part in (secret, secret[4:24]):
        echo = CODINGS[coding](part)
        shown = masked(f"It says {echo} here.")

        assert MARK in shown
        assert shown.startswith("It says ")
        assert shown.endswith(" here.")
        assert echo[len(echo) // 2 :][:24] not in shown
    assert held.reveal() == secret


@pytest.mark.parametrize("coding", CODINGS)
def test_no_answer_of_a_server_shows_a_coding(coding: str) -> None:
    """An error of a pull, through all that the answer passes."""
    echo = CODINGS[coding](CLIENT_SECRET)

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"access_token": "a.b", "expires_in": 900})
        return httpx.Response(400, json={"title": echo, "errors": {"x": [echo]}})

    mine = dataclasses.replace(
        owner(), client_id=Secret(CLIENT_ID), client_secret=Secret(CLIENT_SECRET)
    )
    session = Session(mine, transport=httpx.MockTransport(handler))
    with stnb.Account(session) as st, pytest.raises(stnb.StnbError) as caught:
        st.jpm.jobs.pull()

    assert echo[len(echo) // 2 :][:24] not in f"{caught.value}{caught.value!r}{vars(caught.value)}"


def test_what_only_looks_encoded_stays() -> None:
    """Ids, traces, paths and other people's base64 are no secrets."""
    held = [Secret(CLIENT_SECRET), Secret(APP_KEY), Secret("integration")]
    dice = random.Random(14)
    texts = [
        "trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "/jpm/v2/tenant/985798691/jobs?pageSize=5000&modifiedOnOrAfter=2026-07-01T00%3A00%3A00Z",
        "C:\\users\\u0041bcd\\x.parquet \\u00",
        base64.b64encode(b"integration is the environment").decode(),
        base64.b64encode(dice.randbytes(3000)).decode(),
        dice.randbytes(3000).hex(),
        "&amp;&#0;&#xD800;&#99999999;&copy;",
        "%FF%00%GG%",
        "%25FF%2500%25GG%",
        "2026-07-01 00:00:00 12 34 56 78 90 12, 0x0a:be:ef:00",
        base64.b64encode(base64.b64encode(dice.randbytes(900))).decode(),
        dice.randbytes(900).hex(":"),
        dice.randbytes(900).decode("latin-1"),
        "w\u200bo\u200br\u200bd\u200bs\u200b of a langu\xadage\0\0",
    ]
    for text in texts:
        assert masked(text) == text
    assert len(held) == 3


# What stays nearly a word of a coding at each layer.
CODED = ("QUFB", "41:", "4 1", "%25", "&amp;", "A\0", "\xad", "\\\\", "0x", "ab0x", "41 :.\u200b")


def test_the_search_is_linear() -> None:
    """A long text of what nearly is a word of a coding takes no time to speak of."""
    held = [Secret(CLIENT_SECRET), Secret(APP_KEY)]
    for piece in ("A", "%41", "&#65;", "\\u0041", "/jpm/v2 ", "a%", "a&", "&#6", "\\u0"):
        text = f"{piece * (60_000 // len(piece))} % & \\"
        assert masked(text) == text
    for piece in CODED:
        text = piece * (12_000 // len(piece))
        assert masked(text) == text
    assert len(held) == 2
