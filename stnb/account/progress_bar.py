"""A progress bar for pulls that take over a second, in a terminal or a notebook."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from stnb.errors import SetupError
from stnb.pull import Progress, ProgressCallback

try:
    from tqdm.auto import tqdm
except ValueError:  # it reads its variables as it is loaded
    names = ", ".join(sorted(name for name in os.environ if name.startswith("TQDM_")))
    raise SetupError(
        "The progress bar cannot be made.",
        f"Its library, tqdm, reads variables, and cannot read one of these: {names}.",
        "Correct it, or unset it; TQDM_MININTERVAL, for one, is a number of seconds.",
    ) from None

DELAY = 1.0  # seconds: what is done sooner needs no bar
IN_NOTEBOOK = any(kind.__module__ == "tqdm.notebook" for kind in tqdm.__mro__)
UNDER_WAY = ("pulling", "waiting", "saving")
ENDED = ("done", "cancelled", "failed")


def bar_for(name: str) -> ProgressCallback:
    """A callback that draws a bar for one pull of that resource, and takes it away at the end.

    The loop's thread, those of the decoders and the reader's may call it at once.
    """
    return _Bar(name).draw


class _Bar:
    """One bar: made once, taken away once, and not drawn after that."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._bar: Any = None
        self._close: Callable[[], object] = lambda: None
        self._over = False
        self._lock = threading.Lock()

    def draw(self, progress: Progress) -> None:
        """Show how far a pull is."""
        with self._lock:
            if self._over:
                return
            if progress.state in ENDED:
                self._over = True
            elif self._bar is None:
                self._begin(progress)
            if self._bar is not None:
                self._show(progress)
            if self._over:
                self._close()

    def _begin(self, progress: Progress) -> None:
        if progress.seconds >= DELAY and progress.state in UNDER_WAY:
            self._bar, self._close = _shown(
                desc=self._name,
                total=progress.total,
                unit=" rows",
                leave=False,
                initial=progress.rows,
            )

    def _show(self, progress: Progress) -> None:
        note = progress.note
        if progress.state == "saving":
            note = "writing the file"
        self._bar.total = progress.total
        self._bar.set_postfix_str(note, refresh=False)
        # Threads may bring their counts in another order than they were made.
        self._bar.update(max(progress.rows - self._bar.n, 0))


def _shown(**options: Any) -> tuple[Any, Callable[[], object]]:
    """A bar on show, and what takes it away. In a notebook its output goes too: a saved page would
    keep the bar's text.
    """
    if not IN_NOTEBOOK:
        plain: Any = tqdm(**options)
        return plain, plain.close
    from IPython.display import HTML, display

    bar: Any = tqdm(display=False, **options)
    place = display(bar.container, display_id=True)

    def close() -> None:
        bar.close()
        place.update(HTML(""))

    return bar, close


if hasattr(os, "register_at_fork"):  # not on Windows; the parent may have held the lock
    os.register_at_fork(after_in_child=lambda: tqdm.set_lock(threading.RLock()))
