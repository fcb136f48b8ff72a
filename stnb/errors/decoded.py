"""The words of a text as they were before a header, a gateway or a log encoded them."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from .printable import INVISIBLE

BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}+")  # nine characters, which may begin at any letter
HEX = re.compile(r"[0-9A-Fa-f]{18,}+")
# "63:73:31", "63 73 31", "0x63, 0x73" or groups of more digits.
SPREAD_HEX = re.compile(
    r"\b(?:0x)?[0-9A-Fa-f]{2,}+(?:[^0-9A-Za-z]{1,4}+(?:0x)?[0-9A-Fa-f]{2,}+\b)++"
)
NO_DIGITS = re.compile(r"0x|[^0-9A-Fa-f]")
SHORTEST_HEX = 18  # digits
# What nobody sees; every other byte of UTF-16 is such a character, too.
UNSEEN = "\0-\x08\x0e-\x1f\x7f-\x9f" + INVISIBLE
UNSEEN_SIGNS = re.compile(f"[{UNSEEN}]+")
WITH_UNSEEN = re.compile(rf"[A-Za-z0-9.~+/=%&#;_\\{UNSEEN}-]{{10,}}+")
# What a word of any of these forms is made of. Mostly, what was decoded is noise without one.
ANY_FORM = re.compile(rf"[\0-\x7f{UNSEEN}]{{11,}}+")
# Each is a run of one class of characters, so that the search takes time linear in the text.
IN_URLS = re.compile(r"[A-Za-z0-9._~+%-]{9,}+")
IN_PAGES = re.compile(r"[A-Za-z0-9._~+&#;-]{9,}+")
ESCAPES = re.compile(r"[A-Za-z0-9._~+{}\\-]{9,}+")
ESCAPE = re.compile(
    r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]{1,4})\}"
    r"|U0000([0-9A-Fa-f]{4})|([0-3][0-7]{2})|\\)"
)
LAYERS = 3  # codings one over the other
FROM_URLS = str.maketrans("-_", "+/")


class Word(NamedTuple):
    """A word of a text, from `start` to `end`, and what it may be decoded."""

    start: int
    end: int
    plain: str


def words(text: str, layers: int = LAYERS) -> Iterator[Word]:
    """The words that may be base64, hexadecimal digits, UTF-16, cut by characters that nobody sees,
    or a text with escapes of URLs, pages or JSON.

    Args:
        layers: how many codings may lie one over the other.

    >>> "key-of-mine" in [word.plain for word in words("key: 6b65792d6f662d6d696e65")]
    True
    """
    for word in _decoded(text):
        yield word
        if layers > 1 and ANY_FORM.search(word.plain):
            for inner in words(word.plain, layers - 1):
                yield Word(word.start, word.end, inner.plain)


def _decoded(text: str) -> Iterator[Word]:
    """The words of a text without one coding."""
    for match in BASE64.finditer(text):
        for plain in _from_base64(match[0].translate(FROM_URLS)):
            yield Word(*match.span(), plain)
    for form in (HEX, SPREAD_HEX):
        for match in form.finditer(text):
            for plain in _from_hex(match[0]):
                yield Word(*match.span(), plain)
    for sign, form, decode in ESCAPED:
        if sign in text:
            yield from _changed(text, form, decode)
    if UNSEEN_SIGNS.search(text):
        yield from _changed(text, WITH_UNSEEN, _seen)


def _changed(text: str, form: re.Pattern[str], decode: Callable[[str], str]) -> Iterator[Word]:
    """The words that become others."""
    for match in form.finditer(text):
        plain = decode(match[0])
        if plain != match[0]:
            yield Word(*match.span(), plain)


def _from_base64(letters: str) -> Iterator[str]:
    """What letters may be; other letters, of any number, may stand before what is looked for."""
    for first in range(4):
        size = (len(letters) - first) // 4 * 4
        yield base64.b64decode(letters[first : first + size]).decode("latin-1")


def _from_hex(written: str) -> Iterator[str]:
    """What digits may be; one more digit may stand before what is looked for."""
    digits = NO_DIGITS.sub("", written)
    if len(digits) < SHORTEST_HEX:
        return
    for first in (0, 1):
        end = first + (len(digits) - first) // 2 * 2
        yield bytes.fromhex(digits[first:end]).decode("latin-1")


def _character(escape: re.Match[str]) -> str:
    if escape.lastindex is None:  # an escaped backslash, perhaps of an escape
        return "\\"
    base = 8 if escape[5] else 16
    return chr(int(escape[escape.lastindex], base))


def _from_url(word: str) -> str:
    return unquote(word, "latin-1")


def _seen(word: str) -> str:
    return UNSEEN_SIGNS.sub("", word)


def _from_json(word: str) -> str:
    return ESCAPE.sub(_character, word)


ESCAPED: tuple[tuple[str, re.Pattern[str], Callable[[str], str]], ...] = (
    ("%", IN_URLS, _from_url),
    ("&", IN_PAGES, html.unescape),
    ("\\", ESCAPES, _from_json),
)
