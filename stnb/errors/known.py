"""The secrets that this process holds, and where a text may have a part of one."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterable
from typing import Protocol

# A run of 9 characters of a secret holds, whole, one of its pieces of 5 that begin at every fifth
# character. Few texts have such a piece by chance, even of a thousand tokens, so mostly nothing
# more is to be looked at.
PIECE = 5
SPARE = 100  # secrets that are gone, whose pieces may stay until the next


class Holder(Protocol):
    """What holds a secret."""

    def reveal(self) -> str: ...


# By identity, because equal secrets may have different lives; a secret that is gone is forgotten.
_HOLDERS: weakref.WeakValueDictionary[int, Holder] = weakref.WeakValueDictionary()


def small(text: str) -> str:
    """A text with small letters from A to Z, also for full-width signs, as long as it was.

    >>> small("Ak1.ÄB ａＫ１")
    'ak1.Äb ak1'
    """
    return text.translate(_SMALL)


_SMALL = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}
# The full-width forms of "!" to "~" stand in the same order.
_SMALL |= {code + 0xFEE0: _SMALL.get(code, code) for code in range(ord("!"), ord("~") + 1)}


class _Pieces:
    """The pieces of all secrets that live, and of some that are gone."""

    def __init__(self) -> None:
        self._pieces: set[str] = set()
        self._made_of = 0
        # The same thread may come again: a signal's handler masks too.
        self._lock = threading.RLock()

    def add(self, secret: str) -> None:
        with self._lock:
            self._made_of += 1
            self._pieces.update(pieces([secret]))

    def all(self) -> set[str]:
        with self._lock:
            if self._made_of > 2 * len(_HOLDERS) + SPARE:
                alive = secrets()
                self._pieces, self._made_of = pieces(alive), len(alive)
            return self._pieces


_PIECES = _Pieces()


def _after_fork() -> None:
    """In the child no thread gives back a lock that another one held."""
    global _PIECES
    _PIECES = _Pieces()
    for secret in secrets():
        _PIECES.add(secret)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)


def know(holder: Holder) -> None:
    """Mask this secret in every text from now on, for as long as its holder lives."""
    _HOLDERS[id(holder)] = holder
    _PIECES.add(holder.reveal())


def secrets() -> set[str]:
    """All that are known now."""
    holders = [ref() for ref in _HOLDERS.valuerefs()]
    return {holder.reveal() for holder in holders if holder is not None}


def pieces(secrets: Iterable[str]) -> set[str]:
    """Every fifth piece of five characters of secrets, in small letters, in both directions.

    >>> sorted(pieces(["ABCDEFGHIJKLM"]))
    ['abcde', 'fghij', 'hgfed', 'mlkji']
    """
    found: set[str] = set()
    for secret in map(small, both_ways(secrets)):
        found.update(secret[at : at + PIECE] for at in range(0, len(secret) - PIECE + 1, PIECE))
    return found


def both_ways(secrets: Iterable[str]) -> set[str]:
    """Secrets as they are, and from their end to their beginning.

    >>> sorted(both_ways(["abc"]))
    ['abc', 'cba']
    """
    found: set[str] = set()
    for secret in secrets:
        found |= {secret, secret[::-1]}
    return found


def places(low: str, further: set[str]) -> set[int]:
    """Where a run of a secret can begin in a text of small letters; nearly nowhere.

    Args:
        further: pieces of secrets that nobody holds.
    """
    known = _PIECES.all()
    found: set[int] = set()
    for at in range(len(low) - PIECE + 1):
        piece = low[at : at + PIECE]
        if piece in known or piece in further:
            found.update(range(at - PIECE + 1, at + 1))
    return found
