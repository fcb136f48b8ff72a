"""What came of a pull, in words: the line below its rows, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from stnb.catalog import Endpoint
from stnb.errors.wording import counted
from stnb.pull import Progress
from stnb.session import clock

from .parts.blank import Nothing
from .state import SINGLE, State


@dataclass(frozen=True)
class Outcome:
    """A pull that has ended.

    Attributes:
        state: what was pulled.
        progress: how far it came.
        failed: whether an error ended it.
        filters: the filters in words, as the chips had them.
        at: the time of day of its end, such as "10:42".
    """

    state: State
    progress: Progress
    failed: bool
    filters: tuple[str, ...]
    at: str

    @property
    def pace(self) -> float | None:
        """Rows a second; None if that is not known."""
        if not self.progress.rows or not self.progress.seconds:
            return None
        return self.progress.rows / self.progress.seconds


def outcome(state: State, progress: Progress, failed: bool, filters: list[str]) -> Outcome:
    """The outcome of a pull that has just ended."""
    at = clock.now().astimezone().strftime("%H:%M")
    return Outcome(state, progress, failed, tuple(filters), at)


def facts(ended: Outcome, frame: pd.DataFrame, shown: int) -> list[str]:
    """What stands behind the number of rows on show.

    Args:
        ended: the pull.
        frame: its rows.
        shown: how many of them the table shows.

    Example:
        >>> facts(ended, frame, 76)
        ['of 2,611 rows shown', 'complete', 'pulled 10:42, 6 requests']
    """
    total = len(frame)
    noun = "row" if total == 1 else "rows"
    found = [noun if shown == total else f"of {total:,} {noun} shown"]
    found.append(_whole(ended, frame))
    requests = ended.progress.requests
    sent = f", {counted(requests, 'request')}" if requests else ""
    found.append(f"pulled {ended.at}{sent}")
    return found


CHANGED = "of the filters before; press Pull for the new ones"
NAMING = "looking names up …"


def is_part(ended: Outcome) -> bool:
    """Whether rows are missing because the pull was stopped."""
    return ended.failed or ended.progress.state in ("cancelled", "failed")


def _whole(ended: Outcome, frame: pd.DataFrame) -> str:
    """Whether these are all rows; if not, which."""
    total = ended.progress.total
    of_all = f" of {total:,}" if total is not None else ""
    if ended.progress.state == "cancelled":
        return f"cancelled at {len(frame):,}{of_all}"
    if ended.failed:
        return f"stopped at {len(frame):,}{of_all} by an error"
    about: dict[str, Any] = frame.attrs.get("stnb", {})
    if about.get("problems"):
        return f"without {counted(len(about['problems']), 'tenant')}"
    limit = ended.state.limit
    if about.get("first") and ended.state.tenants and limit is not None:
        return f"the first {limit:,} of each tenant"
    if about.get("first"):
        return str(about["first"])
    if total is not None and limit is not None and total > limit:
        return f"the first {len(frame):,}{of_all}"
    return "complete"


# -- no rows


def before(endpoint: Endpoint, state: State, back: str = "") -> Nothing:
    """Nothing was pulled yet.

    Args:
        endpoint: the chosen resource.
        state: what is chosen.
        back: the label of the resource whose rows can be shown again, or "".
    """
    what = "all rows" if state.limit is None else f"the first {state.limit:,} rows"
    if state.tenants:
        what += " of each tenant"
    if endpoint.kind in SINGLE:
        what = "it"
    text = f"Press Pull to read {what}. Filters narrow them first; the tabs say what each holds."
    actions = (("back", f"Back to {back}"),) if back else ()
    return Nothing("before", f"{endpoint.label}: nothing is pulled yet.", text, actions=actions)


def pulling(endpoint: Endpoint) -> Nothing:
    """The first rows are not here yet."""
    text = "Cancel keeps what has arrived by then."
    return Nothing("pulling", f"{endpoint.label} are on their way.", text)


def nothing(ended: Outcome, endpoint: Endpoint) -> Nothing:
    """A pull that brought no row."""
    label = endpoint.label.lower()
    if ended.progress.state == "cancelled":
        text = "Nothing was read, and nothing is lost."
        return Nothing("cancelled", "Cancelled before the first row.", text, actions=AGAIN)
    if ended.failed:
        text = "What went wrong, and what to do, is written above the tabs."
        return Nothing("failed", "The pull failed before the first row.", text, actions=AGAIN)
    hidden = endpoint.shows_all is not None and endpoint.shows_all[0] not in ended.state.filters
    actions = (("active", "Look among the inactive too"),) if hidden else ()
    if ended.filters:
        return _unmatched(label, ended.filters, actions)
    text = (
        "The answer was complete and empty: nobody has entered any, or this app may not see them."
    )
    return Nothing("empty", f"There are no {label} in this account.", text, actions=actions)


def _unmatched(
    label: str, filters: tuple[str, ...], actions: tuple[tuple[str, str], ...]
) -> Nothing:
    """No row has what the filters ask for."""
    these, clear = "these filters", "Take the filters away"
    text = "Each filter alone may have rows. Take one away above, or all of them here."
    if len(filters) == 1:
        these, clear = "this filter", "Take the filter away"
        text = "Choose another value above, or read without it."
    return Nothing(
        "unmatched",
        f"No {label} match {these}.",
        text,
        filters,
        (("clear", clear), *actions),
    )


AGAIN = (("again", "Pull again"),)
