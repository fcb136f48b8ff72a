"""The server's clock, as far as its answers have told it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from . import clock as machine
from .wire import Answer


class ServerClock:
    """The time of a tenant.

    Args:
        own: the time of a tenant that has a day of its own, as a demo has; None for a real one.
    """

    def __init__(self, own: Callable[[], dt.datetime] | None) -> None:
        self._own = own
        self._date: dt.datetime | None = None
        self._ahead: float | None = None

    def learn(self, answer: Answer) -> None:
        """Take the time from an answer, if it tells one."""
        if answer.date is not None:
            self._date, self._ahead = answer.date, answer.ahead

    def now(self) -> dt.datetime:
        """The time in UTC: the server's as soon as an answer has told it; this machine's before."""
        if self._own is not None:
            return self._own()
        return machine.now() + dt.timedelta(seconds=self.ahead or 0.0)

    @property
    def ahead(self) -> float | None:
        """Seconds by which it is ahead of this machine's; None if no answer has told it, or if the
        tenant has a time of its own.
        """
        return None if self._own is not None else self._ahead

    def last(self) -> str | None:
        """When the last answer was made, as the API writes it; None if it did not say, or is a day
        or more off.
        """
        if self._own is not None:
            return machine.stamp(self._own())
        # A host that is so far off may not have the time of the rows.
        if self._date is None or self._ahead is None or abs(self._ahead) > machine.FAR:
            return None
        return machine.stamp(self._date)
