"""Take out of a text whatever is a secret, or a part of one, or looks like one.

Errors, warnings, reports and logs quote what servers, files and people wrote. Some of these repeat
a secret in whole or in part. Every such text passes through here before anybody sees it.
"""

from __future__ import annotations

import logging
import re
import string
import weakref
from collections.abc import Sequence
from typing import Protocol

from .decoded import words

MARK = "…"
RUN = 9  # characters: a shorter part of a secret tells little, and may be part of any word
LONG = 20  # characters: a shorter text of letters alone may be a word that we write ourselves
FEW_PLACES = 1_000
BLANK, WORD = re.compile(r"\s"), re.compile(r"\S+")
SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)  # keeps a text's length
SHAPES = re.compile(
    r"(?:cs\d|ak\d|cid)\.[A-Za-z0-9_-]{9,}+"  # client secret, app key, client id
    r"|eyJ[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]++)*+"  # a token of JSON
    # What follows the name of a scheme; a word that explains the scheme has no digit.
    r"|(?<=\bBearer )(?=[^\s\d]*\d)[A-Za-z0-9._~+/-]{9,}+=*+"
    r"|(?<=\bBasic )(?=[^\s\d]*\d)[A-Za-z0-9+/]{9,}+=*+"
)


class Holder(Protocol):
    """What holds a secret."""

    def reveal(self) -> str: ...


# By identity, because equal secrets may have different lives; a secret that is gone is forgotten.
_KNOWN: weakref.WeakValueDictionary[int, Holder] = weakref.WeakValueDictionary()


def know(holder: Holder) -> None:
    """Mask this secret in every text from now on, for as long as its holder lives."""
    _KNOWN[id(holder)] = holder


def masked(text: str, *secrets: str) -> str:
    """The text with a mark in place of every run of more than 8 characters of a known secret, of
    every word that holds one encoded, and of whatever has the shape of one.

    Args:
        secrets: further secrets, which nobody holds any more.

    Example:
        >>> masked("the key ak1.p0o9i8u7y6t5 is not valid")
        'the key … is not valid'
    """
    known = [holder for ref in _KNOWN.valuerefs() if (holder := ref()) is not None]
    everything = {holder.reveal() for holder in known}.union(secrets)
    spans = [match.span() for match in SHAPES.finditer(text)]
    low = text.translate(SMALL)
    for size in (RUN - 1, RUN):
        of_size = [
            each for each in everything if not _is_plain(each) and min(RUN, len(each)) == size
        ]
        spans += _runs(low, of_size, size)
        spans += _encoded(text, of_size, size)
    return _without(text, spans)


def _encoded(text: str, secrets: list[str], size: int) -> list[tuple[int, int]]:
    """Where words are that hold so many characters of a secret once they are decoded."""
    found = list(words(text))
    together = "\n".join(word.plain for word in found)
    # Mostly there is none, and one look at all of them says so.
    if not secrets or not _runs(together.translate(SMALL), secrets, size):
        return []
    held = [word for word in found if _runs(word.plain.translate(SMALL), secrets, size)]
    return [(word.start, word.end) for word in held]


def _is_plain(secret: str) -> bool:
    """Whether it is too short to be one, or may be a word that we write ourselves."""
    is_word = len(secret) < LONG and not any(sign.isdigit() for sign in secret)
    return len(secret) < RUN - 1 or is_word


def _runs(low: str, secrets: list[str], size: int) -> list[tuple[int, int]]:
    """Where runs of so many characters of a secret are in a text, in capitals or not.

    Args:
        low: the text in small letters.
    """
    every = [secret.translate(SMALL) for secret in secrets]
    places: Sequence[int] = range(len(low) - size + 1)
    if not any(map(BLANK.search, every)):
        places = _inside_words(low, size)
    if len(places) < FEW_PLACES:
        # A token has thousands of characters, and an error a few long words: to look for these in
        # the secrets costs less than to take the secrets apart.
        together = "\0".join(every)
        starts = [at for at in places if low[at : at + size] in together]
    else:
        parts: set[str] = set()
        for secret in every:
            parts.update(secret[at : at + size] for at in range(len(secret) - size + 1))
        starts = [at for at in places if low[at : at + size] in parts]
    return [(at, at + size) for at in starts]


def _inside_words(text: str, size: int) -> list[int]:
    """Where so many characters without a blank begin."""
    found: list[int] = []
    for word in WORD.finditer(text):
        found += range(word.start(), word.end() - size + 1)
    return found


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with one mark for each stretch of spans that touch."""
    parts: list[str] = []
    done, masked_to = 0, -1
    for start, end in sorted(spans):
        if start > masked_to:
            parts += [text[done:start], MARK]
        masked_to = max(masked_to, end)
        done = masked_to
    return "".join([*parts, text[done:]])


class _Mask(logging.Filter):
    """Masks a record before any handler has it, with the traceback that comes with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = masked(_FORMATTER.formatException(record.exc_info))
        return True


_FORMATTER = logging.Formatter()
_MASK = _Mask()


def mask_logs(*names: str) -> None:
    """Mask what the loggers of these names write; a second time changes nothing."""
    for name in names:
        logging.getLogger(name).addFilter(_MASK)
