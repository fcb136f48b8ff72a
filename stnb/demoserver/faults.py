"""Misbehaviour on demand: what the real API does on its bad days, by name."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from .answers import Answer, as_json

HTML = (
    b"<html><head><title>Service Unavailable</title></head><body><h1>Our services aren't available right now</h1></body></html>"
)


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour.

    Args:
        name: one of `FAULTS`.
        path: only where this is in the request's path; "" for every one. The token endpoint has it only when named ("connect/token").
        page: only on this page of a list.
        times: how often at most; None for always.
        chance: how likely each time; the draws follow the app's seed.
        seconds: for those that have to do with waiting.
        after: how many requests that fit go well before it begins.

    Example:
        >>> make_app(faults=[Fault("429-header", path="/jobs", times=2, seconds=3), Fault("500", chance=0.05)])
    """

    name: str
    path: str = ""
    page: int | None = None
    times: int | None = 1
    chance: float = 1.0
    seconds: float = 1.0
    after: int = 0

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"{self.name!r} is no fault of the demo; there are {', '.join(FAULTS)}.")


@dataclass
class Faults:
    """The faults in force and how often each has happened."""

    faults: Sequence[Fault]
    seed: int = 1
    seen: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seen, self.done = [0] * len(self.faults), [0] * len(self.faults)
        self._random = random.Random(self.seed)

    def next(self, path: str, page: str | None) -> Fault | None:
        """The fault that this request meets, or None."""
        for i, fault in enumerate(self.faults):
            if not self._fits(fault, path, page):
                continue
            self.seen[i] += 1
            spent = fault.times is not None and self.done[i] >= fault.times
            if self.seen[i] > fault.after and not spent and self._random.random() < fault.chance:
                self.done[i] += 1
                return fault
        return None

    @staticmethod
    def _fits(fault: Fault, path: str, page: str | None) -> bool:
        if path.endswith("/connect/token") and "connect/token" not in fault.path:
            return False
        return fault.path in path and (fault.page is None or str(fault.page) == (page or "1"))


def _limited(fault: Fault, title: str, headers: dict[str, str]) -> Answer:
    return Answer(429, as_json({"status": 429, "title": title, "traceId": "demo-429"}), headers=headers)


def _change(pattern: bytes, new: bytes) -> Callable[[Fault, Answer], Answer]:
    return lambda fault, answer: replace(answer, body=re.sub(pattern, new, answer.body, count=1))


def _twice(fault: Fault, answer: Answer) -> Answer:
    """The first row once more in front, as when a row moves from one page to the next during a pull."""
    body = json.loads(answer.body)
    if isinstance(body, dict) and body.get("data"):
        body["data"].insert(0, body["data"][0])
    return replace(answer, body=as_json(body))


def _in_seconds(fault: Fault) -> str:
    return f"Rate limit is exceeded. Try again in {fault.seconds:g} seconds."


# Those that answer in the API's place ...
INSTEAD: dict[str, Callable[[Fault], Answer]] = {
    "429-header": lambda f: _limited(f, "Rate limit is exceeded.", {"retry-after": f"{f.seconds:g}"}),
    "429-title": lambda f: _limited(f, _in_seconds(f), {}),
    "429-bare": lambda f: Answer(429, b"", "text/plain"),
    "500": lambda f: Answer(500, as_json({"title": "An error occurred.", "status": 500, "traceId": "demo-500"})),
    "503-html": lambda f: Answer(503, HTML, "text/html"),
    "409-maintenance": lambda f: Answer(
        409, as_json({"title": "The service is suspended for maintenance. Please try again later.", "status": 409})
    ),
    "401": lambda f: Answer(401, as_json({"status": 401, "title": "Unauthorized", "traceId": "demo-401"})),
    "403": lambda f: Answer(403, as_json({"status": 403, "title": "Scope validation failed", "traceId": "demo-403"})),
    "html-200": lambda f: Answer(200, HTML, "text/html"),
    "empty": lambda f: Answer(200, b""),
}
# ... and those that spoil its answer.
SPOIL: dict[str, Callable[[Fault, Answer], Answer]] = {
    "cut-off": lambda f, a: replace(a, body=a.body[: len(a.body) // 2]),
    "duplicates": _twice,
    "wrong-total": _change(rb'"totalCount":(\d+)', rb'"totalCount":1\1'),
    "total-null": _change(rb'"totalCount":\d+', b'"totalCount":null'),
    "ends-early": _change(rb'"hasMore":true', b'"hasMore":false'),
    "never-ends": _change(rb'"hasMore":false', b'"hasMore":true'),
    "same-cursor": _change(rb'"hasMore":\w+,"continueFrom":"[^"]*"', b'"hasMore":true,"continueFrom":"ZGVtbzpzYW1l"'),
    "slow": lambda f, a: a,
}
FAULTS = (*INSTEAD, *SPOIL)
