"""Bodies as text: what another coding declares, byte-order marks, and bytes that are no text."""

from __future__ import annotations

import codecs
import json
from typing import Any

from stnb.errors.nesting import loads


def as_utf8(content: bytes, charset: str | None) -> bytes:
    """A body of JSON in UTF-8 and without a byte-order mark, as far as its coding is known.

    Bytes that are no UTF-8 stay as they are if no coding is declared that fits them: which values
    they are in is for the reader of the rows to say.

    Args:
        charset: what the header Content-Type declares, or None.

    Example:
        >>> as_utf8(b'"Jos\\xe9"', "iso-8859-1").decode()
        '"José"'
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    coding: str = json.detect_encoding(content)
    if coding.startswith("utf-8"):
        if _is_utf8_or_unknown(charset) or content.isascii():
            return content
        coding = str(charset)
        if _fits(content, "utf-8"):
            return content  # whatever was declared
    if not _fits(content, coding):
        return content
    return content.decode(coding).encode()


def _is_utf8_or_unknown(charset: str | None) -> bool:
    if charset is None:
        return True
    try:
        return codecs.lookup(charset).name == "utf-8"
    except LookupError:
        return True


def _fits(content: bytes, coding: str) -> bool:
    try:
        content.decode(coding)
    except (UnicodeError, LookupError):
        return False
    return True


def read_json(content: bytes) -> Any:
    """JSON whose texts may be broken, such as the body of an error: U+FFFD stands in their place.

    Raises:
        TooDeep: it is nested over 100 levels deep.
        ValueError: it is no JSON.
    """
    text = as_utf8(content, None)
    if not _fits(text, "utf-8"):
        text = text.decode("utf-8", "replace").encode()
    return loads(text, strict=False)  # bytes: as text it would be in memory once more
