"""From filters to rows: what one pull does.

`call` writes filters as the API takes them, `options` checks what is asked beside them. A `source`
yields decoded pages: `fetch` those of one call, `many` those of many records. `keep` puts them into
a `store`, `describe` says what the rows are, and `run` is the Pull that the reader holds.
"""

from __future__ import annotations

from .partial import forget_partial, last_partial
from .progress import PageCallback, Progress, ProgressCallback
from .run import Pull

__all__ = [
    "PageCallback",
    "Progress",
    "ProgressCallback",
    "Pull",
    "forget_partial",
    "last_partial",
]
