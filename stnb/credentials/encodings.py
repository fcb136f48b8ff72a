"""The text of a file in whatever Unicode it was saved, and back to the same bytes."""

from __future__ import annotations

import codecs

UTF_8, BOM = "utf-8", "\ufeff"
# By their marks; that of UTF-32 begins as that of UTF-16 does, so it comes first.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",  # what the shells of Windows write
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def encoding_of(raw: bytes) -> str:
    """The encoding that a file says it has by its first bytes; UTF-8 if it does not."""
    for mark, encoding in MARKS.items():
        if raw.startswith(mark):
            return encoding
    return UTF_8


def as_text(raw: bytes, encoding: str) -> str:
    """The text; bytes of UTF-8 that are no text stand in it as lone surrogates, else as U+FFFD."""
    if encoding == UTF_8:
        return raw.decode(UTF_8, "surrogateescape")  # odd bytes survive the way back
    return raw.decode(encoding, "replace")


def as_bytes(text: str, encoding: str) -> bytes:
    """The bytes of a text, as `as_text` read it."""
    if encoding == UTF_8:
        return text.encode(UTF_8, "surrogateescape")
    return text.encode(encoding)
