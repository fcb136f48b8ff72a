"""What a refusal says is read and told, whatever the form of its body."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.errors import Rejected, StnbError
from stnb.session.words import MOST, words_of
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.toys import BOUND, IDS, route

LIST = route("listed", "list", *BOUND, IDS)
WORDS = "color must be red or blue"
FORMS: dict[str, Any] = {
    "problem": {"title": "Bad Request", "errors": {"color": [WORDS]}},
    "one text for each": {"errors": {"color": WORDS}},
    "list of texts": {"title": "Bad Request", "errors": [WORDS]},
    "list of objects": {"errors": [{"field": "color", "message": WORDS}]},
    "a text": {"errors": WORDS},
    "detail": {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": WORDS},
    "title": {"title": WORDS},
    "gateway": {"statusCode": 400, "message": WORDS},
    "error object": {"error": {"code": "BadRequest", "message": WORDS}},
    "inner": {"error": {"innererror": {"details": [{"message": WORDS}]}}},
    "model state": {"Message": "The request is invalid.", "ModelState": {"filter": [WORDS]}},
    "description": {"error": "invalid_request", "error_description": WORDS},
    "list": [{"code": 7, "message": WORDS}],
    "JSON text": WORDS,
}


class Refuses(FakeTenant):
    """A tenant that answers every list in the same way."""

    def __init__(self, status: int, content: bytes, kind: str = "application/json") -> None:
        super().__init__()
        self.right = (status, content, {"content-type": kind})

    async def answer(self, request: httpx.Request) -> httpx.Response:
        status, content, headers = self.right
        return httpx.Response(status, content=content, headers=headers)

    def error(self) -> StnbError:
        """What a pull raises."""
        with pytest.raises(StnbError) as caught:
            self.resource(LIST).pull(ids="1,2")
        return caught.value


@pytest.mark.parametrize("status", [400, 422, 409])
@pytest.mark.parametrize("form", FORMS)
def test_words_of_any_form_are_told(form: str, status: int) -> None:
    """In the first sentence, once, and not as Python writes a value."""
    error = Refuses(status, json.dumps(FORMS[form]).encode()).error()

    assert isinstance(error, Rejected)
    assert error.happened.count(WORDS) == 1
    assert "{" not in error.happened
    assert "[" not in error.happened


def test_plain_text_and_pages_are_told() -> None:
    """A proxy's words, and the title of its page."""
    plain = Refuses(400, f"{WORDS}\r\n".encode(), "text/plain").error()
    page = Refuses(414, b"<html><title>Request-URI Too Large</title>", "text/html").error()

    assert f'"{WORDS}"' in plain.happened
    assert 'a page titled "Request-URI Too Large"' in page.happened


@pytest.mark.parametrize("status", [400, 422])
def test_refusal_without_words_points_to_none(status: int) -> None:
    """Nobody is sent to words that are not there."""
    for content in (b"", b"{}", b"[]", b"\x00\x01"):
        error = Refuses(status, content).error()
        assert "does not say why" in error.why
        assert "Leave out one filter after the other" in error.next


@pytest.mark.parametrize(
    ("status", "next_step"),
    [(413, "Give fewer ids"), (414, "Give fewer ids"), (431, "Give fewer ids"), (405, "proxy")],
)
def test_statuses_of_proxies_say_what_to_do(status: int, next_step: str) -> None:
    """A call that is too long, or a method that is not let through; asked for once."""
    server = Refuses(status, b"", "text/plain")
    error = server.error()

    assert next_step in f"{error.why} {error.next}"
    assert len([request for request in server.requests if LIST.name in str(request.url)]) <= 1


def test_words_do_not_repeat_what_was_sent() -> None:
    """A server that quotes the token and the app key in its words is not quoted in that."""
    server = Refuses(400, b"")
    secret = server.owner.app_key.reveal()
    for form in ({"errors": [f"{WORDS} {secret}"]}, {"detail": secret}, [secret]):
        server.right = (400, json.dumps(form).encode(), {})
        assert secret not in str(server.error())
    server.right = (400, f"{WORDS} {secret}".encode(), {"content-type": "text/plain"})
    assert secret not in str(server.error())


@given(
    some.recursive(
        some.none() | some.booleans() | some.floats() | some.text(),
        lambda node: some.lists(node) | some.dictionaries(some.text(), node),
    )
)
def test_any_body_has_words_or_none(body: Any) -> None:
    """Few, without blanks around them, and each once."""
    words = words_of(body)

    assert len(words) <= MOST
    assert len(set(words)) == len(words)
    assert all(words)
