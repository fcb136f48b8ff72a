"""What a refusal says is read and told, whatever the form of its body."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.errors import NotFound, RateLimited, Rejected, ServerFault, StnbError
from stnb.session import loop
from stnb.session.said import status_inside
from stnb.session.words import MOST, words_of
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.toys import BOUND, IDS, route

LIST = route("listed", "list", *BOUND, IDS)
WORDS = "color must be red or blue"
FORMS: dict[str, Any] = {
    "problem": {"title": "Bad Request", "errors": {"color": [WORDS]}},
    "problem in parts": {"title": "Bad Request", "errors": {"color": {"value": [WORDS, {"n": 1}]}}},
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


@pytest.mark.parametrize("status", [403, 404, 409, 500])
def test_an_error_under_a_status_of_success_is_that_error(status: int) -> None:
    """Its words are told, and no list of no rows is made of it."""
    body = {"title": WORDS, "status": status, "traceId": "00-ab", "errors": {}, "data": []}
    error = Refuses(200, json.dumps(body).encode()).error()
    plain = Refuses(status, json.dumps(body).encode()).error()

    assert type(error) is type(plain)
    assert f'200 with the error {status}, "{WORDS}"' in error.happened
    assert (error.why, error.next) == (plain.why, plain.next)


@pytest.mark.parametrize("changed", [{"id": 7}, {"status": 200}, {"status": "403"}, {"page": 1}])
def test_a_row_or_a_page_with_such_names_is_no_error(changed: dict[str, Any]) -> None:
    """Tasks have a status and a title too."""
    body = {"title": WORDS, "status": 403, "errors": [], "hasMore": False, "data": []}
    if "id" in changed or "page" in changed:
        del body["hasMore"]
    assert status_inside(json.dumps({**body, **changed}).encode()) is None
    assert status_inside(json.dumps([body]).encode()) is None


@pytest.mark.parametrize("status", [304, 410, 415, 418, 421, 423, 451, 499])
def test_a_status_without_words_points_to_none(status: int) -> None:
    """Nor to filters, of which it says nothing, nor to another address."""
    error = Refuses(status, b"").error()

    assert "filter" not in error.next
    assert "elsewhere" not in error.why
    assert "above" not in error.next or "if it has any" in error.next


@pytest.mark.parametrize("status", [500, 501, 507, 520, 599, 700])
def test_further_tries_are_told_of_if_there_were_any(status: int) -> None:
    """A fault that no try may mend is given up at once."""
    error = Refuses(status, b"").error()
    assert isinstance(error, ServerFault)

    assert ("further tries" in error.why) == (error.attempts > 1)
    assert (error.attempts > 1) == (status in (500, 520))


def test_a_list_that_is_not_there_is_no_record() -> None:
    """Nobody is sent to an id that was not given."""
    error = Refuses(404, b"").error()

    assert isinstance(error, NotFound)
    assert "No record has that id" not in error.why
    record = Refuses(404, b"").session()
    with pytest.raises(NotFound, match="No record has that id"):
        loop.run(record.send, "GET", "/toys/v2/tenant/42/widgets/7")


def test_xml_is_called_so() -> None:
    """A page of XHTML is HTML all the same."""
    xml = Refuses(200, b'<?xml version="1.0"?><Error/>', "application/xml").error()
    page = Refuses(200, b'<?xml version="1.0"?><html/>', "application/xml").error()

    assert "XML instead of JSON" in xml.happened
    assert "HTML instead of JSON" in page.happened


@pytest.mark.parametrize(
    ("asked", "says"), [("7200", "of 2 hours"), ("soon", "asked for a pause.")]
)
def test_a_long_pause_is_told(asked: str, says: str) -> None:
    """How long it is, if the server says it; one that is too long is not waited for."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers={"retry-after": asked})

    with pytest.raises(RateLimited) as caught:
        FakeTenant(answer).resource(LIST).pull()
    assert says in caught.value.happened
    assert (caught.value.attempts == 1) == (asked != "soon")
