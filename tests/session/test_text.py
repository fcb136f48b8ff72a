"""Bodies of JSON in other codings, with byte-order marks, and with bytes that are no text."""

from __future__ import annotations

import codecs

import httpx
import pytest

from stnb.errors import Rejected
from stnb.session import loop
from stnb.session.text import as_utf8, read_json
from tests.helpers.fake_tenant import FakeTenant, granted
from tests.helpers.owner import TOKEN

PATH = "/jpm/v2/tenant/42/jobs"
TEXT = '{"name":"José"}'


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (TEXT.encode(), None),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode(), "no such coding"),
        (TEXT.encode(), "iso-8859-1"),  # declared wrongly
        (TEXT.encode(), "ascii"),
        (codecs.BOM_UTF8 + TEXT.encode(), None),
        (TEXT.encode("latin-1"), "iso-8859-1"),
        (TEXT.encode("cp1252"), "windows-1252"),
        (TEXT.encode("utf-16"), None),
        (TEXT.encode("utf-16-le"), "utf-16"),
        (TEXT.encode("utf-32"), None),
    ],
)
def test_a_body_is_read_in_its_coding(content: bytes, charset: str | None) -> None:
    """In the one that its bytes show or its header declares; nothing is lost on the way."""
    assert as_utf8(content, charset) == TEXT.encode()


@pytest.mark.parametrize("charset", [None, "utf-8", "ascii", "utf-16", "hex"])
def test_bytes_of_no_known_coding_stay(charset: str | None) -> None:
    """The reader of the rows then says in which values they are."""
    content = TEXT.encode("latin-1") + b" "

    assert as_utf8(content, charset) in (content, content.decode("utf-16", "replace").encode())
    assert read_json(content) == {"name": "Jos\ufffd"}


def asked(response: httpx.Response, **options: object) -> bytes:
    session = FakeTenant(lambda _: response).session()
    return loop.run(session.send, "GET", PATH, **options).content  # type: ignore[arg-type]


def test_an_answer_is_utf8_without_a_mark() -> None:
    """Whatever it came as; a file stays as it is."""
    declared = {"content-type": "application/json; charset=iso-8859-1"}
    latin = httpx.Response(200, content=TEXT.encode("latin-1"), headers=declared)
    marked = codecs.BOM_UTF8 + TEXT.encode()

    assert asked(latin) == TEXT.encode()
    assert asked(httpx.Response(200, content=marked)) == TEXT.encode()
    assert asked(httpx.Response(200, content=marked), expect_json=False) == marked


@pytest.mark.parametrize(
    ("title", "shown"), [(b"Jos\xe9", "Jos\ufffd"), (rb"half \ud83d", "half \\ud83d")]
)
def test_an_error_with_broken_text_has_words_that_can_be_printed(title: bytes, shown: str) -> None:
    """The API's own words are part of the message, as far as they are text."""
    body = codecs.BOM_UTF8 + b'{"title":"%s","traceId":"t1"}' % title
    with pytest.raises(Rejected) as caught:
        asked(httpx.Response(400, content=body))

    assert shown in str(caught.value)
    assert caught.value.trace_id == "t1"
    assert str(caught.value).encode()


class Tokens(FakeTenant):
    """Grants a token in an answer that is marked, and holds broken text beside the token."""

    async def grant(self, request: httpx.Request) -> httpx.Response:
        right = granted(TOKEN).content.rstrip(b"}")
        return httpx.Response(200, content=codecs.BOM_UTF8 + right + b',"note":"Jos\xe9"}')


def test_a_token_is_taken_from_an_answer_with_broken_text() -> None:
    """What is beside the token does not matter."""
    session = Tokens(lambda _: httpx.Response(200, json={})).session()

    assert loop.run(session.send, "GET", PATH).content == b"{}"
    assert session.token_requests == 1
