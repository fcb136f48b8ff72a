"""What is sent back: bodies, problems and the small files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from stnb.catalog import Column

TITLES = {
    400: "One or more validation errors occurred.",
    401: "Unauthorized",
    403: "Scope validation failed",
    404: "Not Found",
}


# What a resource without a documented schema shows.
PLAIN = (
    Column("id", "integer", False),
    Column("name", "string"),
    Column("createdOn", "date-time"),
    Column("modifiedOn", "date-time"),
)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    media: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Problem(Exception):
    """Ends a request early.

    Args:
        errors: what is wrong with each parameter.
        short: the gateway's own answers have fewer keys than those of the API behind it.
    """

    def __init__(
        self,
        status: int,
        title: str = "",
        errors: dict[str, list[str]] | None = None,
        *,
        short: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, title)
        self.headers = headers or {}
        self.status, self.title, self.errors, self.short = (
            status,
            title or TITLES[status],
            errors or {},
            short,
        )

    def answer(self, trace: str) -> Answer:
        body: dict[str, Any] = {"title": self.title, "status": self.status, "traceId": trace}
        if not self.short:
            kind = f"https://httpstatuses.example/{self.status}"
            body = {"type": kind, **body, "errors": self.errors, "data": {}}
        return Answer(self.status, as_json(body), headers=self.headers)


MOST_LEVELS = 100
# Texts whole, so that their brackets do not count; one that does not end is all of the rest.
MARKS = re.compile(rb'(?s)"(?:[^"\\]|\\.)*+"?|[\[\]{}]')


def read_json(body: bytes) -> Any:
    """The value of a JSON body.

    Raises:
        ValueError: it is no JSON, or is nested over 100 levels deep, which the parser cannot hold.
    """
    level = 0
    for found in MARKS.finditer(body):
        mark = found[0]
        if mark in b"[{":
            level += 1
        elif mark in b"]}":
            level -= 1
        if level > MOST_LEVELS:
            raise ValueError(f"The body is nested over {MOST_LEVELS} levels deep.")
    return json.loads(body)


def as_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def page_of(rows: list[bytes], page: int, size: int, more: bool, total: int | None) -> bytes:
    told = "null" if total is None else total
    place = f'"page":{page},"pageSize":{size},"hasMore":{str(more).lower()},"totalCount":{told}'
    head = f'{{{place},"data":['
    return head.encode() + b",".join(rows) + b"]}"


def feed_of(rows: list[bytes], more: bool, cursor: str) -> bytes:
    return (
        f'{{"hasMore":{str(more).lower()},"continueFrom":{json.dumps(cursor)},"data":['.encode()
        + b",".join(rows)
        + b"]}"
    )
