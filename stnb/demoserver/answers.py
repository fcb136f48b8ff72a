"""What is sent back: bodies, problems and the small files."""

from __future__ import annotations

import io
import json
import math
import struct
import wave
import zlib
from dataclasses import dataclass, field
from typing import Any

TITLES = {400: "One or more validation errors occurred.", 401: "Unauthorized", 403: "Scope validation failed", 404: "Not Found"}


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

    def __init__(self, status: int, title: str = "", errors: dict[str, list[str]] | None = None, *, short: bool = False) -> None:
        super().__init__(status, title)
        self.status, self.title, self.errors, self.short = status, title or TITLES[status], errors or {}, short

    def answer(self, trace: str) -> Answer:
        body: dict[str, Any] = {"title": self.title, "status": self.status, "traceId": trace}
        if not self.short:
            kind = f"https://httpstatuses.example/{self.status}"
            body = {"type": kind, **body, "errors": self.errors, "data": {}}
        return Answer(self.status, as_json(body))


def as_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def page_of(rows: list[bytes], page: int, size: int, more: bool, total: int | None) -> bytes:
    head = f'{{"page":{page},"pageSize":{size},"hasMore":{str(more).lower()},"totalCount":{"null" if total is None else total},"data":['
    return head.encode() + b",".join(rows) + b"]}"


def feed_of(rows: list[bytes], more: bool, cursor: str) -> bytes:
    return f'{{"hasMore":{str(more).lower()},"continueFrom":{json.dumps(cursor)},"data":['.encode() + b",".join(rows) + b"]}"


# -- files


def sound(seconds: float = 0.4, pitch: int = 440) -> bytes:
    """A short tone as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(int(128 + 60 * math.sin(2 * math.pi * pitch * i / 8000)) for i in range(int(8000 * seconds))))
    return out.getvalue()


def picture(side: int = 32) -> bytes:
    """A small gradient as a PNG file."""
    rows = b"".join(b"\0" + bytes(v for x in range(side) for v in (40 + 5 * x, 90 + 4 * y, 180)) for y in range(side))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
