"""Attacks by what a .env file says: ends of lines, marks, zeros, long lines, addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from stnb import credentials
from stnb.errors import CredentialsInvalid, SetupError
from tests.attacks.test_env_files import WHOLE
from tests.helpers.full_length import APP_KEY, CLIENT_SECRET
from tests.helpers.in_time import is_light

MARK = b"\xef\xbb\xbf"
READ = {
    "carriage returns alone": WHOLE.replace(b"\n", b"\r"),
    "a mark": MARK + WHOLE,
    "two marks": MARK * 2 + WHOLE,
    "a zero at the end": WHOLE + b"\0",
    "a zero in each line": WHOLE.replace(b"\n", b"\0\n"),
    "UTF-16 with its mark": WHOLE.decode().encode("utf-16"),
    "UTF-16 without": WHOLE.decode().encode("utf-16-le"),
    "a line of 900 kB": WHOLE + b"X=" + b"y" * 900_000,
    "a remark of 900 kB": WHOLE + b"#" + b"y" * 900_000,
    "a quote without end": WHOLE + b"X='" + b"y" * 900_000,
    "quotes": WHOLE + b"'" * 900_000,
    "backslashes": WHOLE + b'X="' + b"\\" * 900_000,
    "variables": WHOLE + b"X=${" * 200_000,
    "5,000 lines": WHOLE + b"a=1\r\n" * 5_000,
}
SECRET, KEY = CLIENT_SECRET.encode(), APP_KEY.encode()
REFUSED = {
    "another end of lines": WHOLE.replace(b"\n", b"\xc2\x85"),
    "form feeds": WHOLE.replace(b"\n", b"\x0c"),
    "a secret with an end of line": WHOLE.replace(SECRET, b'"' + SECRET + b'\\nX-Evil: 1"'),
    "a key with a header": WHOLE.replace(KEY, b'"' + KEY + b'\\r\\nX-Evil: 1"'),
    "a key of no ASCII": WHOLE.replace(KEY, KEY + "é".encode()),
    "a key with a tab": WHOLE.replace(KEY, b'"' + KEY + b'\\tb"'),
    "a tenant that is a path": WHOLE.replace(b"=985798691", b"=98/../../x"),
    "a tenant of 5,000 digits": WHOLE.replace(b"=985798691", b"=" + b"9" * 5_000),
    "a deadline of nan": WHOLE + b"STNB_DEADLINE=nan\n",
    "a cap of 400 digits": WHOLE + b"STNB_MAX_BODY=1" + b"0" * 400,
    "300,000 lines": WHOLE + b"a=\n" * 300_000,
    "900,000 blank lines": WHOLE + b"\r" * 900_000,
}
HOSTS = [
    "https://аpi.servicetitan.io",
    "https://api。servicetitan。io",
    "https://ⓐpi.servicetitan.io",
    "https://faß.de",
    "https://[fe80::1%25eth0]",
    "https://[::1%lo]",
    "http://[::ffff:127.0.0.1]",
    "http://127.1",
    "http://0x7f.1",
    "http://2130706433",
    "http://0.0.0.0",
    "http://localhost.evil.example",
    "https://api-integration.servicetitan.io%2f@evil.example",
    "https://api-integration.servicetitan.io\\@evil.example",
    "https://api-integration.servicetitan.io/../x",
    "https://api-integration.servicetitan.io/;x",
    "https://api-integration.servicetitan.io:0",
    "https://api-integration.servicetitan.io:99999",
    "https:/api-integration.servicetitan.io",
    "https://xn--",
    "https://a..b",
]


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_what_is_whole_is_read(text: bytes) -> None:
    """The values are those of the file, whatever stands around them, and at once."""
    Path(".env").write_bytes(text)
    found = credentials.load("default")

    assert found.client_secret.reveal() == CLIENT_SECRET
    assert found.app_key.reveal() == APP_KEY
    assert is_light(lambda: credentials.load("default"), 60)


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_a_value_is_refused(text: bytes) -> None:
    """In words, at once, and without a part of a secret."""
    Path(".env").write_bytes(text)

    def refused() -> None:
        with pytest.raises(SetupError) as caught:
            credentials.load("default")
        assert CLIENT_SECRET[4:14] not in str(caught.value)
        assert APP_KEY[4:14] not in str(caught.value)

    assert is_light(refused, 60)


@pytest.mark.parametrize("host", HOSTS, ids=ascii)
def test_an_address_of_another_spelling_is_refused(host: str) -> None:
    """Letters that look like others, numbers that are addresses, zones, and paths."""
    Path(".env").write_bytes(WHOLE + f"SERVICETITAN_API_URL={host}\n".encode())

    with pytest.raises(CredentialsInvalid, match="SERVICETITAN_API_URL cannot be right"):
        credentials.load("default")
