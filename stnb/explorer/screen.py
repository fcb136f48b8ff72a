"""Keeps the widgets in step with what is chosen, what is under way, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import python_lines
from .chosen import Chosen
from .layout import Layout
from .parts.blank import Nothing
from .parts.id_names import IdNames
from .pulls import Pulls
from .results import Results


class Screen:
    """Shows, part by part, what follows from the choice and the rows.

    Args:
        parts: the widgets.
        chosen: what is chosen.
        results: the rows on show.
        pulls: what is under way.

    Attributes:
        id_names: reads the names for the filters that take ids.
    """

    def __init__(self, parts: Layout, chosen: Chosen, results: Results, pulls: Pulls) -> None:
        self._parts, self._chosen, self._results, self._pulls = parts, chosen, results, pulls
        self.id_names = IdNames(parts.filters.name_ids)

    @property
    def code(self) -> str:
        """The Python that repeats what is chosen, and what the table shows of its rows."""
        chosen, shown = self._chosen.state, self._results.shown
        if shown is None or not chosen.same_pull(shown):
            return python_lines.code(chosen)
        return self._results.code

    def show_resource(self, filters: Mapping[str, Any]) -> None:
        """Show the controls of the chosen resource, with these filters set."""
        self._parts.show_resource(self._chosen.endpoint, filters)
        self.show_account()
        self.show_buttons()
        self.show_code()

    def show_account(self) -> None:
        """Show what depends on the profile's account: status, locks, and the names of ids."""
        account, endpoint = self._chosen.ready_account(), self._chosen.endpoint
        self._parts.show_account(self._chosen.profile, account, endpoint)
        self._parts.filters.search_of((self._chosen.profile.name, *self._chosen.state.tenants))
        if endpoint is not None:
            self.id_names.read(self._chosen.account_with_token(), endpoint.filters)

    def show_buttons(self) -> None:
        """Show which buttons can be used."""
        self._parts.show_buttons(self._pulls.running, self._chosen.endpoint is not None)
        self._parts.show_resume(self._pulls.stopped, self._pulls.resource)
        self.show_view()

    def show_code(self) -> None:
        """Show what follows from another choice: its code, and whether the rows are still its."""
        self.show_problem()
        self._pulls.counter.clear()
        if self._missing() is None:
            self._results.show_foot()
        else:
            self.show_view()

    def show_problem(self) -> None:
        """Show the code of what is chosen, and why it would not run."""
        problem = None if self._chosen.endpoint is None else self._chosen.problem
        self._parts.code.show(self.code, "" if problem is None else problem.happened)

    def show_selection(self) -> None:
        """Show the rows that the table leaves, and the code and the static copy of them."""
        self.show_view()
        if self._results.shown is not None:
            self._parts.show_copy(self._results.code)
        self.show_problem()

    def show_view(self) -> None:
        """Show the tab that is chosen, and the line below the rows."""
        self._parts.show_view(self._missing(), self._results.resource)
        self._results.show_foot()

    def _missing(self) -> Nothing | None:
        """Why there are no rows of the chosen resource to show; None if there are some."""
        endpoint, state = self._chosen.endpoint, self._chosen.state
        return self._results.missing(endpoint, state, self._pulls.under_way)
