"""The small files that the demo hands out: a tone, a picture, a page."""

from __future__ import annotations

import base64
import io
import struct
import wave
import zlib

import numpy as np

RATE = 8000
PHOTO = (  # a grey square of 8 x 8
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERX"
    "RTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAA"
    "AAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z"
)


def sound(seconds: float = 1.0, pitch: int = 440) -> bytes:
    """A tone as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        at = np.arange(int(RATE * seconds))
        file.writeframes(
            (128 + 60 * np.sin(2 * np.pi * pitch * at / RATE)).astype(np.uint8).tobytes()
        )
    return out.getvalue()


def picture(side: int = 32) -> bytes:
    """A small gradient as a PNG file."""
    rows = b"".join(
        b"\0" + bytes(v for x in range(side) for v in (40 + 5 * x, 90 + 4 * y, 180))
        for y in range(side)
    )
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def page(text: str) -> bytes:
    """One page with a line of text as a PDF file."""
    words = (
        text.encode("ascii", "replace").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    )
    drawn = b"BT /F1 14 Tf 40 150 Td (" + words + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        len(out),
    )
    return out + head + rows + tail


def named(name: str) -> tuple[bytes, str]:
    """(bytes, content type) of the file of that name."""
    ending = name.lower().rpartition(".")[2]
    if ending == "pdf":
        return page(name.rpartition("/")[2]), "application/pdf"
    if ending in ("jpg", "jpeg"):
        return base64.b64decode(PHOTO), "image/jpeg"
    if ending == "wav":
        return sound(), "audio/wav"
    return picture(), "image/png"
