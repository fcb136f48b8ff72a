"""Texts that no repr, message, format, JSON or pickle shows: one, or several by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import NoReturn

from stnb.errors import known

from . import vault

PAIR = ("CLIENT_ID", "CLIENT_SECRET")
SECRETS = (*PAIR, "APP_KEY")  # what is sent to an address, with the token
NOT_COPIED = "is not pickled or copied: its secrets would be in the file as plain text."


class Secret:
    """A text that no repr, message or format shows. `reveal()` returns it, to be sent.

    While it lives, no error, warning, report or log of ours shows a part of it either.

    Args:
        is_known: False for a value that may be shown, such as a tenant id.

    Example:
        >>> Secret("cs1.abc")
        Secret('**********')
    """

    __slots__ = ("__weakref__", "_text")

    def __init__(self, text: str, *, is_known: bool = True) -> None:
        self._text = text
        if is_known:
            known.know(self)

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret('**********')"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"A Secret {NOT_COPIED}")

    __getstate__ = __reduce__


class Values(MutableMapping[str, str]):
    """Values by name; the repr shows the names alone.

    A verbose traceback prints whatever a frame holds. Not a dict, because JSON and pickle would
    write that as plain text.
    """

    __slots__ = ("_secrets",)

    def __init__(
        self, values: Mapping[str, str] | Iterable[tuple[str, str]] = (), /, **more: str
    ) -> None:
        self._secrets: dict[str, Secret] = {}
        self.update(values, **more)

    def __getitem__(self, name: str) -> str:
        return self._secrets[name].reveal()

    def __setitem__(self, name: str, value: str) -> None:
        text = str(value)  # a page may send a number
        # Where a secret stands is none, and may be named.
        is_known = name.upper().endswith(SECRETS) and not vault.is_reference(text)
        self._secrets[name] = Secret(text, is_known=is_known)

    def __delitem__(self, name: str) -> None:
        del self._secrets[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._secrets)

    def __len__(self) -> int:
        return len(self._secrets)

    def __repr__(self) -> str:
        return f"<values of {', '.join(self) or 'nothing'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"A mapping of values {NOT_COPIED}")

    __getstate__ = __reduce__
