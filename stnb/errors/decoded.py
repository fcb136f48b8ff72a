"""The words of a text as they were before a header, a gateway or a log encoded them."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}+")  # nine characters, which may begin at any letter
HEX = re.compile(r"[0-9A-Fa-f]{18,}+")
# Each is a run of one class of characters, so that the search takes time linear in the text.
IN_URLS = re.compile(r"[A-Za-z0-9._~+%-]{9,}+")
IN_PAGES = re.compile(r"[A-Za-z0-9._~+&#;-]{9,}+")
ESCAPES = re.compile(r"[A-Za-z0-9._~+\\-]{9,}+")
ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")
FROM_URLS = str.maketrans("-_", "+/")


class Word(NamedTuple):
    """A word of a text, from `start` to `end`, and what it may be decoded."""

    start: int
    end: int
    plain: str


def words(text: str) -> Iterator[Word]:
    """The words that may be base64, hexadecimal, or a text with escapes of URLs, pages or JSON.

    >>> [word.plain for word in words("key: 6b65792d6f662d6d696e65")][-2]
    'key-of-mine'
    """
    for match in BASE64.finditer(text):
        for plain in _from_base64(match[0].translate(FROM_URLS)):
            yield Word(*match.span(), plain)
    for match in HEX.finditer(text):
        for first in (0, 1):
            digits = match[0][first:]
            plain = bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("latin-1")
            yield Word(*match.span(), plain)
    for sign, form, decode in ESCAPED:
        if sign in text:
            for match in form.finditer(text):
                yield Word(*match.span(), decode(match[0]))


def _from_base64(letters: str) -> Iterator[str]:
    """What letters may be; other letters, of any number, may stand before what is looked for."""
    for first in range(4):
        size = (len(letters) - first) // 4 * 4
        yield base64.b64decode(letters[first : first + size]).decode("latin-1")


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1] or escape[2], 16))


def _from_url(word: str) -> str:
    return unquote(word, "latin-1")


def _from_json(word: str) -> str:
    return ESCAPE.sub(_character, word)


ESCAPED: tuple[tuple[str, re.Pattern[str], Callable[[str], str]], ...] = (
    ("%", IN_URLS, _from_url),
    ("&", IN_PAGES, html.unescape),
    ("\\", ESCAPES, _from_json),
)
