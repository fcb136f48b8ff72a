"""Names beside the ids of the rows on show: looked up after the rows are there, on a thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from stnb.account.links import quick_columns
from stnb.account.links.quick import Quick
from stnb.errors import StnbError
from stnb.frame import notices

from .guard import in_sentences
from .several import Together

if TYPE_CHECKING:
    from stnb.account.account import Account

MOST_ROWS = 200_000  # of more rows, names cost seconds and memory that nobody asked for
NO_NAMES = (
    "No names beside {columns}: of {tenants} tenants they take many requests. "
    "Choose “with all names” to have them."
)

log = logging.getLogger("stnb")


@dataclass(frozen=True)
class Named:
    """Rows with names beside their ids.

    Attributes:
        frame: the rows, with the names.
        columns: the columns of ids that were named without being asked for.
        notes: what to know of the names.
        error: why names that were asked for are missing, or None.
    """

    frame: pd.DataFrame
    columns: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)
    error: StnbError | None = None


class Naming:
    """Looks names up, one frame at a time. A newer frame takes an older one's place.

    Names that nobody asked for cost nothing if they fail: the rows stay as they are.

    Args:
        arrived: is called with the named rows, on the thread that looked them up.

    Attributes:
        running: whether names are being looked up.
    """

    def __init__(self, arrived: Callable[[Named], None]) -> None:
        self._arrived = arrived
        self._turn = 0  # counts the frames, so that the names of an older one are dropped
        self._thread: threading.Thread | None = None
        self.running = False

    def at_once(self, account: Account | Together, frame: pd.DataFrame) -> Named:
        """The rows with the names that are known already; nothing is sent."""
        try:
            quick = _quick(account, frame)
            if quick.requests == 0 and quick.columns and len(frame) <= MOST_ROWS:
                return _named_quickly(account, frame)
        except Exception:  # nobody asked for names, so nobody misses them
            log.debug("no names at once", exc_info=True)
        return Named(frame)

    def start(self, account: Account | Together, frame: pd.DataFrame, names: bool | None) -> None:
        """Look the names of a frame up.

        Args:
            names: True for those of all ids, None for those that a few requests bring.
        """
        self.stop()
        self.running = True
        self._thread = threading.Thread(
            target=self._look_up,
            args=(account, frame, names, self._turn),
            name="stnb-names-beside",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """Drop what is under way."""
        self._turn += 1
        self.running = False

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the names are there, or it is known that there will be none."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _look_up(
        self, account: Account | Together, frame: pd.DataFrame, names: bool | None, turn: int
    ) -> None:
        try:
            look_up = _named_wholly if names else _named_quickly
            named = look_up(account, frame)
        except Exception as error:
            log.debug("no names", exc_info=True)
            named = Named(frame, error=in_sentences(error) if names else None)
        if turn == self._turn:
            self.running = False
            self._arrived(named)


def _quick(account: Account | Together, frame: pd.DataFrame) -> Quick:
    if isinstance(account, Together):
        return account.quick_columns(frame)
    return quick_columns(account, frame, account.scopes)


def _named_quickly(account: Account | Together, frame: pd.DataFrame) -> Named:
    """The rows with the names that a few requests bring."""
    if len(frame) > MOST_ROWS:
        return Named(frame)
    quick = _quick(account, frame)
    columns, notes = quick.columns, []
    if quick.left_out and isinstance(account, Together):
        alone = ", ".join(quick.left_out)
        notes = [NO_NAMES.format(columns=alone, tenants=len(account))]
    if not columns:
        return Named(frame, notes=notes)
    with notices.heard():  # of names that nobody asked for nobody need know what is missing
        named = account.name_columns(frame, only=columns)
    return Named(named, _with_names(frame, named, columns), notes)


def _named_wholly(account: Account | Together, frame: pd.DataFrame) -> Named:
    """The rows with the names of all ids, and what was missing."""
    try:
        with notices.heard() as told:
            named = account.name_columns(frame)
    except StnbError as error:
        return Named(frame, error=error)
    return Named(named, notes=[notice.text for notice in told])


def _with_names(frame: pd.DataFrame, named: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Those of the columns that did get a name beside them."""
    before = set(frame.columns)
    after = list(named.columns)
    return [name for name in columns if not before.issuperset(after[after.index(name) + 1 :][:1])]
