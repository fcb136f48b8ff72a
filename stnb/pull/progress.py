"""How far a pull is, what the caller wants of its rows, and where it goes on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from stnb.frame import Shape

from .call import Call
from .paging.models import Plan
from .store.memory import Shelf


@dataclass(frozen=True)
class Progress:
    """How far a pull is.

    Attributes:
        rows: rows decoded so far.
        total: rows in all, once known.
        pages, requests: answers decoded, and requests sent, so far.
        seconds: since the start.
        state: starting, pulling, waiting, saving, done, cancelled or failed.
        note: why it waits, in words.
    """

    rows: int = 0
    total: int | None = None
    pages: int = 0
    requests: int = 0
    seconds: float = 0.0
    state: str = "starting"
    note: str = ""


ProgressCallback = Callable[[Progress], object]
PageCallback = Callable[[pd.DataFrame], object]


@dataclass(frozen=True)
class Wish:
    """What the caller wants of the rows.

    Attributes:
        shape: the columns that are decoded, and as what; None for all, typed.
        hide: columns that are decoded for the key alone, and left out of the frame.
        keep: "newest", so that of rows with one key the newest stays, or "all".
    """

    shape: Shape | None = None
    hide: tuple[str, ...] = ()
    keep: Literal["newest", "all"] = "newest"


def taken_up(plan: Plan, call: Call, shelf: Shelf) -> Plan:
    """The plan of a walk that goes on from the pages on the shelf."""
    done = shelf.pages
    if (
        call.endpoint.kind == "export"
    ):  # behind a gap, or a cursor that leads nowhere, the feed is read again
        known: dict[str, int] = {}
        for index in itertools.takewhile(done.__contains__, itertools.count()):
            cursor = done[index]
            if not cursor or cursor in known:
                break
            known[cursor] = index
        for index in set(done).difference(known.values()):
            shelf.drop(index)
        done = {index: cursor for cursor, index in known.items()}
    return replace(plan, done=done, rows=shelf.rows, notices=list(plan.notices))
