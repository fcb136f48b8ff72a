"""Faults of answers: answers in the API's place, and answers that are spoilt."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any, Protocol, TypeAlias

from .bodies import Answer, as_json

HTML = (
    b"<html><head><title>Service Unavailable</title></head>"
    b"<body><h1>Our services aren't available right now</h1></body></html>"
)
Row: TypeAlias = dict[str, Any]
BEYOND = 2**53  # whole numbers above it are no longer exact as floats
WAITS = "demo-wait:"  # a cursor that stands for the one behind it


class Ordered(Protocol):
    """What of a fault matters here."""

    @property
    def seconds(self) -> float: ...
    @property
    def page(self) -> int | None: ...


# -- answers in the API's place


def _problem(status: int, title: str, **more: Any) -> Callable[[Ordered], Answer]:
    return lambda fault: Answer(
        status, as_json({"title": title, "status": status, "traceId": f"demo-{status}", **more})
    )


def _limited(fault: Ordered, title: str, headers: dict[str, str]) -> Answer:
    return Answer(
        429, as_json({"status": 429, "title": title, "traceId": "demo-429"}), headers=headers
    )


def _in_seconds(fault: Ordered) -> str:
    return f"Rate limit is exceeded. Try again in {fault.seconds:g} seconds."


def _at(fault: Ordered) -> str:
    return formatdate(time.time() + fault.seconds, usegmt=True)


def _bad_request(fault: Ordered) -> Answer:
    errors = {"modifiedOnOrAfter": ["The value 'demo' is not valid for ModifiedOnOrAfter."]}
    body = {
        "type": "https://httpstatuses.example/400",
        "title": "One or more validation errors occurred.",
        "status": 400,
    }
    return Answer(400, as_json({**body, "traceId": "demo-400", "errors": errors, "data": {}}))


INSTEAD: dict[str, tuple[str, Callable[[Any], Answer]]] = {
    "429-header": (
        "429 with the seconds in Retry-After",
        lambda f: _limited(f, "Rate limit is exceeded.", {"retry-after": f"{f.seconds:g}"}),
    ),
    "429-date": (
        "429 with a date in Retry-After",
        lambda f: _limited(f, "Rate limit is exceeded.", {"retry-after": _at(f)}),
    ),
    "429-title": (
        "429 with the seconds in its title only",
        lambda f: _limited(f, _in_seconds(f), {}),
    ),
    "429-bare": ("429 that says nothing", lambda f: Answer(429, b"", "text/plain")),
    "500": ("500, an error of the server", _problem(500, "An error occurred.")),
    "502": ("502 from the gateway, as HTML", lambda f: Answer(502, HTML, "text/html")),
    "503": ("503, as JSON", _problem(503, "Service Unavailable")),
    "503-html": ("503 from the gateway, as HTML", lambda f: Answer(503, HTML, "text/html")),
    "504": ("504 from the gateway, without a body", lambda f: Answer(504, b"", "text/plain")),
    "409-maintenance": (
        "409, suspended for maintenance; passes",
        _problem(409, "The service is suspended for maintenance. Please try again later."),
    ),
    "409": ("409, the record is not active", _problem(409, "Customer ID = 42 is not active")),
    "400-errors": ("400 that says which parameter it does not take", _bad_request),
    "401": ("401, the token has ended early", _problem(401, "Unauthorized")),
    "403": ("403, the scope is missing", _problem(403, "Scope validation failed")),
    "404": (
        "404, no such record",
        _problem(404, "The record was not found.", type="about:blank", errors={}, data={}),
    ),
    "404-gateway": (
        "404, no such route",
        _problem(404, "Unable to match incoming request to an operation."),
    ),
    "html-200": ("200 with HTML", lambda f: Answer(200, HTML, "text/html")),
    "empty": ("200 with an empty body", lambda f: Answer(200, b"")),
}


# -- answers that are spoilt


def _change(pattern: bytes, new: bytes) -> Callable[[Any, Answer], Answer]:
    return lambda fault, answer: replace(answer, body=re.sub(pattern, new, answer.body, count=1))


def _rows(change: Callable[[list[Row]], object]) -> Callable[[Any, Answer], Answer]:
    """Changes the rows of a page; other answers stay as they are."""

    def spoil(fault: Ordered, answer: Answer) -> Answer:
        body = json.loads(answer.body) if answer.body[:1] in (b"{", b"[") else None
        rows = body.get("data", [body]) if isinstance(body, dict) else body
        if (
            answer.status != 200
            or not isinstance(rows, list)
            or not rows
            or not all(isinstance(r, dict) for r in rows)
        ):
            return answer
        change(rows)
        return replace(answer, body=as_json(body))

    return spoil


def _every(change: Callable[[Row], object]) -> Callable[[Any, Answer], Answer]:
    return _rows(lambda rows: [change(row) for row in rows])


def _first(row: Row, fits: Callable[[Any], bool]) -> str | None:
    """The first key but the id whose value fits."""
    return next((key for key, value in row.items() if key != "id" and fits(value)), None)


def _set(fits: Callable[[Any], bool], make: Callable[[Any], Any]) -> Callable[[list[Row]], None]:
    """Gives the first row another value, in the first column that fits."""

    def change(rows: list[Row]) -> None:
        key = _first(rows[0], fits)
        if key is not None:
            rows[0][key] = make(rows[0][key])

    return change


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value) is not None


def _times(write: Callable[[str], str]) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row.update({k: write(v) for k, v in row.items() if _is_time(v)})

    return change


def _lacking(rows: list[Row]) -> None:
    key = _first(rows[0], lambda v: True)
    if key is not None:
        del rows[0][key]


def _other_total(fault: Ordered, answer: Answer) -> Answer:
    page = re.search(rb'"page":(\d+)', answer.body)
    more = int(page[1]) if page else 0
    return replace(
        answer,
        body=re.sub(
            rb'"totalCount":(\d+)',
            lambda m: b'"totalCount":%d' % (int(m[1]) + more),
            answer.body,
            count=1,
        ),
    )


def _cut_gzip(fault: Ordered, answer: Answer) -> Answer:
    packed = gzip.compress(answer.body, 1)
    return replace(
        answer,
        body=packed[: len(packed) // 2],
        headers={**answer.headers, "content-encoding": "gzip"},
    )


SPOIL: dict[str, tuple[str, Callable[[Any, Answer], Answer]]] = {
    "cut-off": (
        "a body that ends in the middle",
        lambda f, a: replace(a, body=a.body[: len(a.body) // 2]),
    ),
    "cut-gzip": ("a gzipped body that ends in the middle", _cut_gzip),
    "duplicates": ("the first row comes twice", _rows(lambda rows: rows.insert(0, rows[0]))),
    "resent": (
        "the first row comes again at the end, as an export may send it",
        _rows(lambda rows: rows.append(rows[0])),
    ),
    "wrong-total": (
        "totalCount is too high",
        _change(rb'"totalCount":(\d+)', rb'"totalCount":1\1'),
    ),
    "total-null": (
        "totalCount is null though it was asked for",
        _change(rb'"totalCount":\d+', b'"totalCount":null'),
    ),
    "changing-total": ("totalCount is another on each page", _other_total),
    "ends-early": (
        "hasMore is false though there are more",
        _change(rb'"hasMore":true', b'"hasMore":false'),
    ),
    "never-ends": (
        "hasMore is true though there are no more",
        _change(rb'"hasMore":false', b'"hasMore":true'),
    ),
    "same-cursor": (
        "an export hands out the same cursor again and again",
        _change(
            rb'"hasMore":\w+,"continueFrom":"[^"]*"',
            b'"hasMore":true,"continueFrom":"%s"' % WAITS.encode(),
        ),
    ),
    "slow": ("the answer comes after some seconds", lambda f, a: a),
    "unknown-key": (
        "rows have a key that no document knows",
        _every(lambda row: row.update(surprise=1)),
    ),
    "missing-key": ("a row lacks a key", _rows(_lacking)),
    "null-required": (
        "null where a value is promised",
        _rows(_set(lambda v: v is not None, lambda v: None)),
    ),
    "wrong-type": ("text where a number is promised", _rows(_set(_is_number, lambda v: "n/a"))),
    "big-ids": (
        "ids beyond 2^53",
        _every(
            lambda row: row.update(id=BEYOND + 1 + row["id"]) if _is_number(row.get("id")) else None
        ),
    ),
    "long-fractions": (
        "moments with 7 digits of a second",
        _every(_times(lambda v: f"{v[:19]}.1234567Z")),
    ),
    "no-zone": ("moments without a zone", _every(_times(lambda v: v[:-1]))),
    "year-1": (
        "a moment in the year 1, which stands for none",
        _rows(_set(_is_time, lambda v: "0001-01-01T00:00:00Z")),
    ),
    "year-9999": (
        "a moment in the year 9999, which stands for none",
        _rows(_set(_is_time, lambda v: "9999-12-31T23:59:59Z")),
    ),
    "deep": (
        "objects within objects, of another form in each row",
        _rows(lambda rows: [row.update(extra=_nest(i)) for i, row in enumerate(rows)]),
    ),
}


def _nest(i: int) -> Any:
    return [{"a": {"b": {"c": [i, {"d": None}]}}}, [{"a": i}], i, "text"][i % 4]


# -- pages that are cut otherwise: no row is lost, but for "gap"


# -- lines that break: the answer is worked out, but the connection does not bring it
