"""What is to be read of many parents, in calls, and how long that takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from stnb.frame import Decoded

from ..call import Call
from ..options import Requested
from .parents import Parents

if TYPE_CHECKING:
    from stnb.session import Session

# Seconds that a call took, in the last run.
LATENCY: WeakKeyDictionary[Session, float] = WeakKeyDictionary()


@dataclass(frozen=True)
class Unit:
    """One call, and what it brings.

    Attributes:
        texts: the parents whose rows it brings.
        requested: the columns that are decoded of it.
        change: turns its rows into rows of the answer.
    """

    call: Call
    texts: tuple[str, ...]
    requested: Requested
    change: Callable[[Decoded], Decoded]


@dataclass(frozen=True)
class Task:
    """What is to be read.

    Attributes:
        call: the route itself, for reports; its endpoint's key is that of the answer's rows.
        units: the calls; one if a feed is read whole.
        requested: the answer's columns.
        equivalent: the list or feed that is read instead of the route; "" if none is.
        lacks: what the rows of that do not have.
        limit: rows at most.
        file: whether the route gives a file for each parent.
    """

    call: Call
    parents: Parents
    units: tuple[Unit, ...]
    requested: Requested
    equivalent: str = ""
    lacks: str = ""
    limit: int | None = None
    file: bool = False

    @property
    def first(self) -> Call:
        """The first call, to show; the route itself if there is none to make."""
        return self.units[0].call if self.units else self.call


def estimate(session: Session, calls: int, lanes: int) -> float:
    """Seconds that so many calls take: at the even pace of the governor, or slower if the calls
    themselves are.
    """
    from stnb.session.limiter import BURST, RATE

    return max(calls / (RATE - RATE // BURST), calls * LATENCY.get(session, 0.0) / lanes)
