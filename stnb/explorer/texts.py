"""The explorer's short texts: how a pull stands, what a count said, what to know about the rows."""

from __future__ import annotations

import pandas as pd

from stnb.pull import Progress


def line(progress: Progress, limit: int | None = None) -> str:
    """How a pull stands, in one line; where it takes long, also how fast it is and what is left."""
    wanted = (
        progress.total if limit is None or progress.total is None else min(progress.total, limit)
    )
    rows = f"{progress.rows:,} rows" if wanted is None else f"{progress.rows:,} of {wanted:,} rows"
    pages = f"{progress.pages:,} page{'' if progress.pages == 1 else 's'}"
    start = {
        "starting": "starting",
        "cancelled": f"cancelled, {rows} kept",
        "failed": f"stopped at {rows}",
    }.get(progress.state, rows)
    return " · ".join(
        filter(
            None,
            [start, pages, f"{progress.seconds:.1f} s", *_pace(progress, wanted), progress.note],
        )
    )


def _pace(progress: Progress, wanted: int | None) -> list[str]:
    """Rows a second, and the time left, once they can be told."""
    if progress.state != "pulling" or progress.seconds < 1 or not progress.rows:
        return []
    pace = progress.rows / progress.seconds
    told = [f"{round(pace, -2 if pace > 1000 else 0):,.0f} rows/s"]
    if wanted is not None and wanted > progress.rows:
        told.append(f"about {_span((wanted - progress.rows) / pace)} left")
    return told


def _span(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"


def counted(resource: str, rows: int, limit: int | None) -> str:
    """What a count said."""
    cut = f"; Pull brings the first {limit:,}" if limit is not None and rows > limit else ""
    return (
        f"{resource}: {rows:,} row{'' if rows == 1 else 's'} match{'es' if rows == 1 else ''}{cut}"
    )


def notices(frame: pd.DataFrame, total: int | None, limit: int | None) -> list[str]:
    """What one should know about the rows on show; that there are more is no notice of the frame,
    which has what it asked for.
    """
    more = total is not None and limit is not None and total > limit
    first = (
        [f"These are {len(frame):,} of {total:,} rows; choose more under “Rows at most”."]
        if more
        else []
    )
    return first + [str(notice) for notice in frame.attrs.get("stnb", {}).get("notices", [])]
