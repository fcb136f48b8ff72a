"""What the explorer's widgets ask it for, and report to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from .parts.id_names import Labels
from .state import State


@dataclass(frozen=True)
class Hooks:
    """What the widgets ask the explorer for, and what they report to it.

    Attributes:
        filters_changed: is called when a filter has another value.
        look_up: finds ids by a part of a name.
        idle: is called when changed filters have been on show for a moment.
        act: does what a button in the place of the rows says.
        check: has the doctor look at the profile.
        frame: gives the rows on show, or None.
        selection: gives the rows that the table's filters leave, or None.
        shown: gives what the rows on show were pulled with, or None.
        code: gives the Python that repeats the rows on show.
    """

    filters_changed: Callable[[], None]
    look_up: Callable[[str, str], Labels]
    idle: Callable[[], None]
    act: Callable[[str], None]
    check: Callable[[], None]
    frame: Callable[[], pd.DataFrame | None]
    selection: Callable[[], pd.DataFrame | None]
    shown: Callable[[], State | None]
    code: Callable[[], str]

    def resource(self) -> str:
        """The resource of the rows on show; another one may have been chosen since."""
        shown = self.shown()
        if shown is None or shown.resource is None:
            return "rows"
        return shown.resource
