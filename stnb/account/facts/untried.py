"""The reason for which a fact was not tried."""

from __future__ import annotations


class Untried(Exception):
    """A fact could not be tried.

    Attributes:
        why: the reason, without a value of the tenant.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Stopped(Untried):
    """Nothing more can be tried: no token is given, the requests are used up, or a pause is asked
    for that is longer than we wait.
    """
