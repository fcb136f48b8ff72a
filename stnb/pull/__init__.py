"""One pull: pages are fetched on the private loop and decoded beside it; whatever arrived is kept.

`Pull` is what `Resource.start()` returns and what `Resource.pull()` waits for. `work` fetches and
decodes, `run` is what the reader holds, `about` says what happened.
"""

from __future__ import annotations

from .progress import PageCallback, Progress, ProgressCallback, Wish, taken_up
from .run import Pull, last_partial

__all__ = [
    "PageCallback",
    "Progress",
    "ProgressCallback",
    "Pull",
    "Wish",
    "last_partial",
    "taken_up",
]
