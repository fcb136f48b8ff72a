"""The rows on show: those of the last pull, with names beside their ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from stnb import catalog
from stnb.catalog import Endpoint

from . import python_lines, texts
from .layout import Layout
from .naming import Named, Naming
from .outcome import CHANGED, NAMING, Outcome, before, facts, is_part, nothing, outcome, pulling
from .parts.blank import Nothing
from .several import Run, reader
from .state import State

if TYPE_CHECKING:
    from stnb.account.account import Account


class Results:
    """Shows the rows of a pull that has ended, and then the names beside their ids.

    Args:
        parts: gives the widgets, which ask for the rows while they are made.
        account_of: gives the account of a profile.
        show_error: shows an error.

    Attributes:
        frame: the rows, or None.
        shown: what they were pulled with, or None.
        ended: how the last pull ended, or None.
    """

    def __init__(
        self,
        parts: Callable[[], Layout],
        account_of: Callable[[str], Account],
        show_error: Callable[[Exception | None], None],
    ) -> None:
        self._parts, self._account_of, self._show_error = parts, account_of, show_error
        self.frame: pd.DataFrame | None = None
        self.shown: State | None = None
        self.ended: Outcome | None = None
        self._bare: pd.DataFrame | None = None  # the rows as they were pulled
        self._named: Sequence[str] = ()  # the columns that were named without being asked for
        self._naming = Naming(self._show_names)

    # -- what is known of them

    @property
    def code(self) -> str:
        """The Python that repeats what is on show; "" before there are rows."""
        if self.shown is None:
            return ""
        lines = python_lines.code(self.shown, self._named)
        return "\n".join([lines, *self._parts().grid.view_lines])

    @property
    def selection(self) -> pd.DataFrame | None:
        """The rows that the table shows, in its order and with its columns."""
        return None if self.frame is None else self._parts().grid.selection

    @property
    def resource(self) -> str:
        """The resource of the rows; "" before there are any."""
        return "" if self.shown is None else str(self.shown.resource)

    @property
    def pace(self) -> float | None:
        """Rows a second of the last pull, or None."""
        return None if self.ended is None else self.ended.pace

    @property
    def back(self) -> str:
        """The label of the resource whose rows are kept though another one is chosen, or ""."""
        if self.frame is None or not len(self.frame):
            return ""
        return catalog.load()[self.resource].label

    def are_of(self, state: State) -> bool:
        """Whether the rows are what this state asks for."""
        if self.shown is None:
            return False
        shown = self.shown
        if state.tenants != shown.tenants:
            return False
        asked = (state.profile, state.resource, dict(state.filters))
        return asked == (shown.profile, shown.resource, dict(shown.filters))

    def missing(
        self, endpoint: Endpoint | None, chosen: State, under_way: str | None
    ) -> Nothing | None:
        """Why there are no rows of the chosen resource to show; None if there are some.

        Args:
            endpoint: the chosen resource.
            chosen: what is chosen.
            under_way: the resource of the pull that is running, or None.
        """
        if endpoint is None:
            return None
        own = self.resource == endpoint.name
        if own and self.frame is not None and len(self.frame):
            return None
        if under_way == endpoint.name:
            return pulling(endpoint)
        if own and self.ended is not None:
            return nothing(self.ended, endpoint)
        return before(endpoint, chosen, self.back)

    # -- what happens to them

    def end(self, pull: Run, state: State, filters: list[str]) -> None:
        """Show what came of a pull, and look the names of its rows up.

        Args:
            state: what it was started with.
            filters: the same in words.
        """
        frame, error = pull.frame, pull.error
        self._naming.stop()
        self.ended = outcome(state, pull.progress, error is not None, filters)
        if frame is None:
            return
        found = texts.notices(frame, pull.total, state.most)
        if error is not None and not len(frame):
            found = []  # the error explains why there are no rows
        self._bare, self.shown, self._named = frame, state, ()
        self._parts().foot.notes = found
        first = Named(frame)
        if state.names is None:
            first = self._naming.at_once(reader(self._account_of, state), frame)
        self._show(first, same=False)
        if not first.columns:
            self._name()

    def name(self, names: bool | None) -> None:
        """Put other names beside the ids of the rows on show, or take them away."""
        self._naming.stop()
        if self.shown is None or self._bare is None:
            return
        self.shown, self._named = replace(self.shown, names=names), ()
        if names is False:
            self._show(Named(self._bare))
        else:
            self._name()

    def _name(self) -> None:
        shown, bare = self.shown, self._bare
        if shown is None or bare is None or shown.names is False or not len(bare):
            return
        self._naming.start(reader(self._account_of, shown), bare, shown.names)
        self.show_foot()

    def wait(self, timeout: float | None) -> None:
        """Wait for the names."""
        self._naming.wait(timeout)

    def close(self) -> None:
        """Drop what is under way."""
        self._naming.stop()

    # -- what is shown

    def _show_names(self, named: Named) -> None:
        if named.error is not None:
            self._show_error(named.error)
        foot = self._parts().foot
        foot.notes = [*foot.notes, *named.notes]
        if named.frame is not self.frame:
            self._show(named)
        self.show_foot()

    def _show(self, named: Named, same: bool = True) -> None:
        assert self.shown is not None
        self.frame, self._named = named.frame, named.columns
        self._parts().show_frame(named.frame, self.shown, same)

    def show_foot(self) -> None:
        """Show which rows these are, and whether they are those that are asked for now."""
        if self.frame is None or self.ended is None:
            return
        rows = self._parts().grid.rows_left
        found = facts(self.ended, self.frame, rows)
        current = self.are_of(self._parts().state())
        if not current:
            found.insert(1, CHANGED)
        if self._naming.running:
            found.append(NAMING)
        foot = self._parts().foot
        foot.shown = f"{rows:,}"
        foot.facts = found
        foot.tone = "part" if is_part(self.ended) or not current else ""
