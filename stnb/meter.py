"""A progress bar for pulls that take over a second, in a terminal or a notebook."""

from __future__ import annotations

from typing import Any

from tqdm.auto import tqdm

from .pull import Progress, ProgressCallback

DELAY = 1.0  # seconds: what is done sooner needs no bar


def meter(name: str) -> ProgressCallback:
    """A callback that draws a bar for one pull, and takes it away at the end."""
    bar: Any = None

    def tell(progress: Progress) -> None:
        nonlocal bar
        if bar is None and progress.seconds >= DELAY and progress.state in ("pulling", "waiting", "saving"):
            bar = tqdm(desc=name, total=progress.total, unit=" rows", leave=False, initial=progress.rows)
        if bar is None:
            return
        bar.total = progress.total
        bar.set_postfix_str("writing the file" if progress.state == "saving" else progress.note, refresh=False)
        bar.update(progress.rows - bar.n)
        if progress.state in ("done", "cancelled", "failed"):
            bar.close()

    return tell
