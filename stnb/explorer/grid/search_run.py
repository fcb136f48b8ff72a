"""One search under way: what it has found so far, and whether that is all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np

from .columns import Mask

THREADS = 4  # Arrow and numpy search without the interpreter's lock

Part = tuple[str, int]  # the texts, or the figures, of a column


class Search:
    """A search over the parts of a frame, on threads. Any thread may ask for it.

    It is never cancelled: what takes long is to prepare what is searched, which the next search
    finds done.

    Args:
        rows: of the frame.
        parts: in the order in which they are searched.
        find: gives which rows of a part are found; None for none.
    """

    def __init__(
        self, rows: int, parts: Sequence[Part], find: Callable[[Part], Mask | None]
    ) -> None:
        self._find = find
        self._found = np.zeros(rows, dtype=bool)
        self._places: set[int] = set()
        self._lock = threading.Lock()
        pool = ThreadPoolExecutor(THREADS)
        self._tasks = [pool.submit(self._look, part) for part in parts]
        pool.shutdown(wait=False)  # it ends once nothing is left to do

    def wait(self, seconds: float) -> bool:
        """Wait until all is searched, at most so many seconds; whether it is."""
        return not wait(self._tasks, seconds).not_done

    def whole(self) -> Mask:
        """Which rows are found, once all is searched."""
        for task in self._tasks:
            task.result()  # raises what the search of a part raised
        return self._found

    def so_far(self) -> Mask:
        """Which rows were found until now."""
        with self._lock:
            return self._found.copy()

    @property
    def places(self) -> list[int]:
        """The columns in which something was found until now."""
        with self._lock:
            return sorted(self._places)

    def _look(self, part: Part) -> None:
        found = self._find(part)
        if found is None:
            return
        with self._lock:
            self._found |= found
            self._places.add(part[1])
