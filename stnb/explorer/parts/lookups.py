"""Searches in lists that are too long for a menu, such as customers, each on a thread of its own: a
server that is slow holds nothing else up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from ..guard import in_sentences
from ..threads import Threads
from .control import Control
from .id_names import Labels, lookup_of

# What was found, and why nothing was if the search failed.
Told = Callable[[Labels, list[str]], None]


class Lookups:
    """Searches of the profile that is chosen.

    Args:
        look_up: finds entries of a list by a part of their name.
    """

    def __init__(self, look_up: Callable[[str, str], Labels]) -> None:
        self._look_up = look_up
        self._owner: tuple[str, ...] = ()
        self._owning = threading.Lock()  # names are taken only while their owner is the chosen one
        self._threads = Threads("stnb-find")

    def choose(self, owner: tuple[str, ...], controls: Iterable[Control]) -> bool:
        """Search the lists of another owner from now on, and have the controls forget what was
        found before, because those ids are of other things here. Whether it is another one.
        """
        if owner == self._owner:
            return False
        with self._owning:
            self._owner = owner
            for control in controls:
                if lookup_of(control.param):
                    control.labels = {}
                    control.offer({})
        return True

    def start(self, control: Control, text: str, told: Told) -> None:
        """Search for what a control's filter takes."""
        self._threads.start(self._search, control, text, told)

    def wait(self, seconds: float | None = None) -> None:
        """Wait until every search has been answered; for tests."""
        self._threads.wait(seconds)

    def _search(self, control: Control, text: str, told: Told) -> None:
        is_taken = False
        while not is_taken:  # else another profile was chosen meanwhile
            owner = self._owner
            found, problem = self._found(lookup_of(control.param), text)
            with self._owning:
                is_taken = owner == self._owner
                if is_taken:
                    control.offer(found)
        told(found, problem)

    def _found(self, thing: str, text: str) -> tuple[Labels, list[str]]:
        try:
            return self._look_up(thing, text), []
        except Exception as error:  # noqa: BLE001 - said where it was asked
            shown = in_sentences(error)
            return {}, [shown.happened, shown.why, "Type an id, or search again later."]
