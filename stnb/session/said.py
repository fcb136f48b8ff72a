"""What an answer says: the API's own words, the pause it asks for, and what a body looks like."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx

from stnb.errors.masking import masked

from . import clock
from .refusal import refused
from .text import read_json
from .words import words_of

# What the API and its gateway write into an answer.
MAINTENANCE = re.compile("maintenance", re.IGNORECASE)  # a 409 that passes
NO_ROUTE = "match incoming request"  # a 404 of the gateway, which knows no such path
# A 429 says in words when to come again: "in 50 seconds", "in 1 minute", "in 00:00:50".
WAITS = (
    (re.compile(r"\b(\d{1,6}(?:\.\d+)?)\s*(?:s|sec|second)s?\b", re.IGNORECASE), 1),
    (re.compile(r"\b(\d{1,4}(?:\.\d+)?)\s*(?:min|minute)s?\b", re.IGNORECASE), 60),
)
WAIT_AS_TIME = re.compile(r"\bin\s+(\d{1,2}(?::\d{2}){1,2})\b", re.IGNORECASE)
CODING = "Accept-Encoding"
LONGEST_TEXT = 2_000  # bytes of a plain text that are looked at
LONGEST_PROBLEM = 20_000  # bytes of an error, or of a page, that are looked at
OF_ROWS = ("id", "hasMore", "page", "totalCount", "continueFrom")
TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})", re.IGNORECASE)  # of a page for a browser


def said_in(response: httpx.Response, content: bytes) -> dict[str, Any]:
    """The API's own words, in one form for the API, the token endpoint and the gateway.

    They are a `title`, the `errors` of each filter, `words` beside these, and a `traceId`; or how
    a `page` for a browser looks. Each is there only if the answer has it.
    """
    secrets = _secrets_of(response.request)
    try:
        raw = _without(read_json(content), secrets)
    except ValueError:  # a gateway may answer with HTML, or in plain text
        return _said_plainly(response, content, secrets)
    if not isinstance(raw, dict):
        return _present({"words": words_of(raw)})
    title = raw.get("title")
    if not title and isinstance(raw.get("error"), str):  # the token endpoint's form, by RFC 6749
        title = raw.pop("error")
    if not title and isinstance(raw.get("message"), str):  # the gateway's form
        title = raw.pop("message")
    errors = raw.get("errors")
    if isinstance(errors, dict):
        del raw["errors"]
    else:
        errors = None
    words = [text for text in words_of(raw) if text != title]
    return _present(
        {"title": title, "errors": errors, "words": words, "traceId": raw.get("traceId")}
    )


def _present(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value}


def _said_plainly(response: httpx.Response, content: bytes, secrets: list[str]) -> dict[str, Any]:
    """The words of a body that is no JSON."""
    if is_html(response, content):
        return {"page": html_in_words(response, content)}
    text = " ".join(content[:LONGEST_TEXT].decode("utf-8", "replace").split())
    if not text or not text.isprintable():
        return {}
    return {"words": [masked(text, *secrets)]}


def refused_in(response: httpx.Response, content: bytes) -> dict[str, tuple[int, ...]]:
    """The parameters of the call that a 400 or 422 names, and the numbers that it states; and the
    header by which stnb asks for compressed answers, if it is named.
    """
    names = list(dict.fromkeys([*response.request.url.params, CODING]))
    if response.status_code not in (400, 422) or is_html(response, content):
        return {}
    try:
        body = read_json(content)
    except ValueError:
        body = content.decode("utf-8", "replace")
    return refused(names, body)


def _secrets_of(request: httpx.Request) -> list[str]:
    """The secrets that a request carried; some servers repeat in their answer what they refuse."""
    found = [
        request.headers.get("authorization", "").removeprefix("Bearer "),
        request.headers.get("st-app-key", ""),
    ]
    if request.method == "POST":
        form = parse_qs(request.content.decode("utf-8", "replace"))
        found += form.get("client_secret", [])
        found += form.get("client_id", [])
    return found


def _without(node: Any, secrets: list[str]) -> Any:
    """The parsed JSON with "…" in place of each secret, and of each part of one."""
    if isinstance(node, str):
        return masked(node, *secrets)
    if isinstance(node, dict):
        return {_without(key, secrets): _without(value, secrets) for key, value in node.items()}
    if isinstance(node, list):
        return [_without(value, secrets) for value in node]
    return node


def wait_asked(response: httpx.Response, said: Mapping[str, Any]) -> float | None:
    """Seconds from the header Retry-After, a number or a date; else those in the words of a 429."""
    seconds = _of_header(response)
    if response.status_code != 429 or seconds:
        return seconds
    in_words = _of_words(said)
    # A header that is over by now, or 0, says nothing: the words may.
    return seconds if in_words is None else in_words


def _of_header(response: httpx.Response) -> float | None:
    header = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", header):
        return float(header)
    try:
        at = email.utils.parsedate_to_datetime(header)
        at = at.replace(tzinfo=at.tzinfo or dt.UTC)
        now = clock.date_of(response.headers) or clock.now()
        return max((at - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):  # no date either
        return None


def _of_words(said: Mapping[str, Any]) -> float | None:
    words = f"{said.get('title', '')} {said.get('errors', '')} {said.get('words', '')}"
    for form, unit in WAITS:
        found = form.search(words)
        if found:
            return float(found[1]) * unit
    found = WAIT_AS_TIME.search(words)
    if found is None:
        return None
    seconds = 0
    for part in found[1].split(":"):
        seconds = seconds * 60 + int(part)
    return float(seconds)


def is_whole_json(content: bytes) -> bool:
    """Whether the body looks like one whole JSON text.

    Of an object or array only the first and the last byte are looked at: the decoder reads all of
    it later.
    """
    text = content.strip()
    if text.startswith(b"{"):
        return text.endswith(b"}")
    if text.startswith(b"["):
        return text.endswith(b"]")
    try:
        read_json(text)
    except ValueError:
        return False
    return True


def is_html(response: httpx.Response, content: bytes) -> bool:
    is_declared = "html" in response.headers.get("content-type", "")
    return is_declared or content.lstrip().startswith(b"<")


def html_in_words(response: httpx.Response, content: bytes) -> str:
    """A page for a browser in words, with its title, which often names the filter."""
    begin = content[:LONGEST_PROBLEM]
    found = TITLE.search(begin)
    if found is None:
        is_xml = begin.lstrip().startswith(b"<?xml") and b"<html" not in begin.lower()
        return "XML instead of JSON" if is_xml else "HTML instead of JSON"
    title = " ".join(found[1].decode("utf-8", "replace").split())[:80]
    return f'HTML instead of JSON, a page titled "{masked(title, *_secrets_of(response.request))}"'


def status_inside(content: bytes) -> int | None:
    """The status of an error of the API that came with a status of success; None if the body is
    none: it has a title, a status and a traceId or errors, and nothing that rows or a record have.
    """
    if len(content) > LONGEST_PROBLEM or b'"status"' not in content:
        return None
    try:
        body = read_json(content)
    except ValueError:
        return None
    if not isinstance(body, dict) or not body.keys().isdisjoint(OF_ROWS):
        return None
    status, is_told = body.get("status"), not body.keys().isdisjoint(("traceId", "errors"))
    if type(status) is int and 400 <= status < 600 and is_told and "title" in body:
        return status
    return None
