"""Take out of a text whatever is a secret, or a part of one, or looks like one.

Errors, warnings, reports and logs quote what servers, files and people wrote. Some of these repeat
a secret in whole or in part. Every such text passes through here before anybody sees it.
"""

from __future__ import annotations

import logging
import re
import string

from . import known
from .decoded import words

MARK = "…"
RUN = 9  # characters: a shorter part of a secret tells little, and may be part of any word
SHORTEST = RUN - 1  # characters: of a secret that is no longer, all count
LONG = 20  # characters: a shorter text of letters alone may be a word that we write ourselves
FEW_RUNS = 1_000
SHAPES = re.compile(
    r"(?:cs\d|ak\d|cid)\.[A-Za-z0-9_-]{9,}+"  # client secret, app key, client id
    r"|eyJ[A-Za-z0-9_-]{8,}+(?:\.[A-Za-z0-9_-]++)*+"  # a token of JSON
    # What follows the name of a scheme; a word that explains the scheme has no digit.
    r"|(?<=\bBearer )(?=[^\s\d]*\d)[A-Za-z0-9._~+/-]{9,}+=*+"
    r"|(?<=\bBasic )(?=[^\s\d]*\d)[A-Za-z0-9+/]{9,}+=*+"
)

# What may stand between the characters of a secret, as in lines of eight or a list of letters.
_WITHOUT_CUTS = dict.fromkeys(map(ord, string.whitespace + "\u00a0\u2028\u2029\"',;|()[]{}<>*"))

# What everybody knows, in small letters. A line of .env that was pasted into another one makes a
# secret with such names in it, and they are what the error about it has to say.
PUBLIC = "\0".join(
    (
        "https://api-integration.servicetitan.io",
        "https://auth-integration.servicetitan.io/connect/token",
        "https://api.servicetitan.io",
        "https://auth.servicetitan.io/connect/token",
        "servicetitan_app_key",
        "servicetitan_client_id",
        "servicetitan_client_secret",
        "servicetitan_tenant_id",
        "servicetitan_environment",
        "servicetitan_api_url",
        "servicetitan_auth_url",
        "servicetitan_timezone",
        "servicetitan_tags",
    )
)


def masked(text: str, *secrets: str) -> str:
    """The text with a mark in place of every run of more than 8 characters of a known secret, of
    every word that holds one encoded, and of whatever has the shape of one.

    Args:
        secrets: further secrets, which nobody holds any more.

    Example:
        >>> masked("the key ak1.p0o9i8u7y6t5 is not valid")
        'the key … is not valid'
    """
    if len(text) < SHORTEST and text.isascii():
        return text  # as most keys of an answer; no run of a secret fits in
    everything = known.both_ways(known.secrets().union(secrets))
    further = known.pieces(secrets)
    spans = [match.span() for match in SHAPES.finditer(text)]
    spans += _runs(text, everything, further)
    spans += _cut_runs(text, everything, further)
    # Mostly no word holds a secret, and one look at all of them says so.
    found = list(words(text))
    if _runs("\n".join(word.plain for word in found), everything, further):
        held = [word for word in found if _runs(word.plain, everything, further)]
        spans += [(word.start, word.end) for word in held]
    return _without(text, spans)


def _runs(text: str, secrets: set[str], further: set[str]) -> list[tuple[int, int]]:
    """Where runs of a secret are in a text, in capitals or not.

    Args:
        further: pieces of those secrets that nobody holds.
    """
    low = known.small(text)
    places = known.places(low, further)
    if not places:
        return []
    found: list[tuple[int, int]] = []
    for size in (SHORTEST, RUN):
        of_size = [each for each in secrets if min(RUN, len(each)) == size and not _is_plain(each)]
        runs = {at: low[at : at + size] for at in places if 0 <= at <= len(low) - size}
        shared = _shared(set(runs.values()), of_size, size)
        found += [(at, at + size) for at, run in runs.items() if run in shared]
    return found


def _cut_runs(text: str, secrets: set[str], further: set[str]) -> list[tuple[int, int]]:
    """Where runs of a secret are that blanks, line breaks, quotes or commas cut."""
    whole = text.translate(_WITHOUT_CUTS)
    runs = []
    if len(whole) != len(text):
        runs = _runs(whole, secrets, further)
    if not runs:
        return []
    kept = [at for at, sign in enumerate(text) if ord(sign) not in _WITHOUT_CUTS]
    return [(kept[start], kept[end - 1] + 1) for start, end in runs]


def _shared(runs: set[str], secrets: list[str], size: int) -> set[str]:
    """Those of the runs that a secret has, but for public words."""
    runs = {run for run in runs if run not in PUBLIC}
    every = [known.small(secret) for secret in secrets]
    if len(runs) < FEW_RUNS:
        # To look for them in the secrets costs less than to take the secrets apart.
        together = "\0".join(every)
        return {run for run in runs if run in together}
    parts: set[str] = set()
    for secret in every:
        parts.update(secret[at : at + size] for at in range(len(secret) - size + 1))
    return runs & parts


def _is_plain(secret: str) -> bool:
    """Whether it is too short to be one, or may be a word that we write ourselves."""
    is_word = len(secret) < LONG and not any(sign.isdigit() for sign in secret)
    return len(secret) < SHORTEST or is_word


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
