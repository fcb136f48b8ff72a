"""A progress bar for pulls that take over a second, in a terminal or a notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tqdm.auto import tqdm

from stnb.pull import Progress, ProgressCallback

DELAY = 1.0  # seconds: what is done sooner needs no bar
IN_NOTEBOOK = any(kind.__module__ == "tqdm.notebook" for kind in tqdm.__mro__)


def bar_for(name: str) -> ProgressCallback:
    """A callback that draws a bar for one pull of that resource, and takes it away at the end."""
    bar: Any = None
    close: Callable[[], object]

    def draw(progress: Progress) -> None:
        nonlocal bar, close
        if (
            bar is None
            and progress.seconds >= DELAY
            and progress.state in ("pulling", "waiting", "saving")
        ):
            bar, close = _shown(
                desc=name, total=progress.total, unit=" rows", leave=False, initial=progress.rows
            )
        if bar is None:
            return
        bar.total = progress.total
        bar.set_postfix_str(
            "writing the file" if progress.state == "saving" else progress.note, refresh=False
        )
        bar.update(progress.rows - bar.n)
        if progress.state in ("done", "cancelled", "failed"):
            close()

    return draw


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
