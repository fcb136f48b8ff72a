"""What is tied to a connection and to credentials is not copied, and says so."""

from __future__ import annotations

from typing import NoReturn

from . import UsageError


class NotCopied(UsageError, TypeError):
    """The object is not pickled or copied. It is a TypeError because Python expects one there."""


class StaysHere:
    """Mixed into a class whose objects `pickle` and `copy` are to refuse in words.

    Without it pickle says what it met first, such as "cannot pickle '_thread.lock' object".
    """

    __slots__ = ()

    def _named(self) -> str:
        """What it is called at the beginning of a sentence."""
        return f"This {type(self).__name__}"

    def _instead(self) -> str:
        """What to write instead."""
        raise NotImplementedError

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise NotCopied(
            f"{self._named()} cannot be pickled or copied.",
            "Credentials and a connection would be in the copy, the credentials as plain text.",
            self._instead(),
        )

    def __reduce__(self) -> NoReturn:
        self.__reduce_ex__(2)

    def __getstate__(self) -> NoReturn:
        self.__reduce_ex__(2)
