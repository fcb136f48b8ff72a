"""Whether other tenants are read too: what their pages cost this machine makes all of them late."""

from __future__ import annotations

import math
from collections.abc import Hashable

# Seconds after another tenant's last page for which it counts: its next one may be on its way.
QUIET = 2.0


class Company:
    """The pages in flight of all tenants of a process. All moments are handed in.

    Example:
        >>> company = Company()
        >>> company.began("one")
        >>> company.has_others("other", moment)
        True
    """

    def __init__(self) -> None:
        self._in_flight: dict[Hashable, int] = {}  # of each tenant that has any
        self._last: Hashable = None  # the tenant whose page ended last
        self._last_at = self._others_at = -math.inf  # when, and when one of another tenant did

    def began(self, tenant: Hashable) -> None:
        """A page of a tenant is asked for."""
        self._in_flight[tenant] = self._in_flight.get(tenant, 0) + 1

    def ended(self, tenant: Hashable, moment: float) -> None:
        """A page of a tenant came, or failed."""
        self._in_flight[tenant] -= 1
        if not self._in_flight[tenant]:
            del self._in_flight[tenant]
        if tenant != self._last:
            self._last, self._others_at = tenant, self._last_at
        self._last_at = moment

    def has_others(self, tenant: Hashable, moment: float) -> bool:
        """Whether tenants other than this one are read."""
        if len(self._in_flight) > (tenant in self._in_flight):
            return True
        latest = self._last_at
        if tenant == self._last:
            latest = self._others_at
        return moment - latest < QUIET
