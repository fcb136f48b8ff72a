"""As many lanes as are given, to compare learned ones with."""

from __future__ import annotations

from stnb.session.lanes import LaneCount, Try


class Fixed(LaneCount):
    """The same count from the first page on, whatever happens."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = self._tried = limit

    def came(self, page: Try, seconds: float, moment: float) -> None:
        self.in_flight -= 1

    def refused(self, page: Try, moment: float) -> None:
        self.in_flight -= 1
