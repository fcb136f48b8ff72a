"""The explorer's short texts: progress, counts, and what to know about the rows on show."""

from __future__ import annotations

import pandas as pd

from stnb import catalog
from stnb.errors import wording
from stnb.pull import Progress
from stnb.session import clock


def line(progress: Progress, limit: int | None = None) -> str:
    """A pull's progress in one line. A longer pull also has its speed and the time left.

    Example:
        >>> line(Progress(rows=40, total=100, pages=4, seconds=0.5, state="pulling"))
        '40 of 100 rows · 4 pages · 0.5 s'
    """
    wanted = rows_wanted(progress, limit)
    parts = [
        _rows(progress, wanted),
        wording.counted(progress.pages, "page"),
        f"{progress.seconds:.1f} s",
    ]
    parts += _speed(progress, wanted)
    if progress.note:
        parts.append(progress.note)
    return " · ".join(parts)


def share(progress: Progress, limit: int | None) -> float:
    """The part of the rows that has arrived, 0 to 1; -1 if the total is not known."""
    wanted = rows_wanted(progress, limit)
    if wanted is None:
        return -1.0
    return min(1.0, progress.rows / max(1, wanted))


def rows_wanted(progress: Progress, limit: int | None) -> int | None:
    """How many rows a pull will bring; None if the total is not known."""
    if limit is None or progress.total is None:
        return progress.total
    return min(progress.total, limit)


def _rows(progress: Progress, wanted: int | None) -> str:
    rows = wording.counted(progress.rows, "row")
    # "1,000 of 1,000" would read as all that there are, beside "the first 1,000 of 5,791".
    if wanted is not None and not (progress.state == "done" and progress.rows == wanted):
        rows = f"{progress.rows:,} of {wanted:,} rows"
    if progress.state == "starting":
        return "starting"
    if progress.state == "cancelled":
        return f"cancelled, {rows} kept"
    if progress.state == "failed" and not progress.step:  # the step is how many tenants have ended
        return f"stopped at {rows}"
    return rows


def _speed(progress: Progress, wanted: int | None) -> list[str]:
    """Rows a second, and the time left. The first second is too short to tell."""
    if progress.state != "pulling" or progress.seconds < 1 or not progress.rows:
        return []
    speed = progress.rows / progress.seconds
    rounded = round(speed, -2) if speed > 1000 else round(speed)
    parts = [f"{rounded:,.0f} rows/s"]
    if wanted is not None and wanted > progress.rows:
        parts.append(f"about {clock.in_words((wanted - progress.rows) / speed)} left")
    return parts


def name(resource: str | None) -> str:
    """What a person calls a resource; what was given if the catalogue does not know it.

    Example:
        >>> name("jpm.jobs")
        'Jobs'
    """
    known = catalog.load()
    if resource is None or resource not in known:
        return str(resource)
    return known[resource].label


def counted(resource: str, rows: int, limit: int | None, pace: float | None = None) -> str:
    """The answer to a count, and what a pull would bring of it.

    Args:
        resource: such as "jpm.jobs".
        rows: the rows that match.
        limit: rows at most; None for all.
        pace: rows a second of the last pull, which tells the time of the next; None before it.

    Example:
        >>> counted("jpm.jobs", 6000, 1000)
        'Jobs: 6,000 rows match; Pull brings the first 1,000'
    """
    verb = "matches" if rows == 1 else "match"
    text = f"{name(resource)}: {wording.counted(rows, 'row')} {verb}"
    if limit is not None and rows > limit:
        text += f"; Pull brings the first {limit:,}"
    if pace and rows:
        seconds = (rows if limit is None else min(rows, limit)) / pace
        text += ", under a second" if seconds < 1 else f", about {clock.in_words(seconds)}"
    return text


def notices(frame: pd.DataFrame, total: int | None, limit: int | None) -> list[str]:
    """What to know about the rows on show: whether there are more, and the frame's own notices."""
    found, about = [], frame.attrs.get("stnb", {})
    if about.get("stopped"):
        pass  # its own notice says so, and "Go on" is offered
    elif about.get("first"):  # its own notice says which rows these are
        found.append("Choose more under “Rows at most” to see the rest.")
    elif total is not None and limit is not None and total > limit:
        found.append(
            f"These are {len(frame):,} of {total:,} rows; choose more under “Rows at most”."
        )
    return [str(notice) for notice in about.get("notices", [])] + found
