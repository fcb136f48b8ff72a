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

# Without a mark, by the zeros of ASCII in it: width of a character, and its upper bytes.
WIDE = (
    ("utf-32-le", 4, (1, 2, 3)),
    ("utf-32-be", 4, (0, 1, 2)),
    ("utf-16-le", 2, (1,)),
    ("utf-16-be", 2, (0,)),
)
SAMPLE = 8192  # bytes, of whole characters


def encoding_of(raw: bytes) -> str:
    """The encoding that a file says it has by its first bytes. If it does not, UTF-16 or UTF-32 if
    the zeros in it lie as they do in such a text, and UTF-8 otherwise.
    """
    for mark, encoding in MARKS.items():
        if raw.startswith(mark):
            return encoding
    first = raw[:SAMPLE]
    if b"\0" in first:
        for encoding, width, high in WIDE:
            if len(raw) % width == 0 and _is_wide(first, width, high):
                return encoding
    return UTF_8


def _is_wide(first: bytes, width: int, high: tuple[int, ...]) -> bool:
    """Whether the upper bytes of most characters are 0, and the lowest ones never are."""
    count = len(first) // width
    zeros = [first[at::width].count(0) for at in range(width)]
    low = [zeros[at] for at in range(width) if at not in high]
    return sum(low) == 0 and min(zeros[at] for at in high) * 2 > count


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
