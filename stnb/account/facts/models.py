"""A fact that stnb believes of the API, and what was seen of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from .asker import Asker


@dataclass(frozen=True)
class Seen:
    """What was seen of a fact.

    Attributes:
        what: counts and forms; no value of a row.
        holds: whether it is as believed; None if it could not be tried.
    """

    what: str
    holds: bool | None


@dataclass(frozen=True)
class Fact:
    """A fact that stnb relies on.

    Attributes:
        name: what it is about.
        believed: what stnb believes, after ServiceTitan's documents and other people's clients.
        look: tries it.
    """

    name: str
    believed: str
    look: Callable[[Asker], Awaitable[Seen]]


@dataclass(frozen=True)
class Finding:
    """A fact with what was seen of it."""

    fact: str
    believed: str
    seen: str
    holds: bool | None

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "fact": self.fact,
            "believed": self.believed,
            "seen": self.seen,
            "holds": self.holds,
        }
