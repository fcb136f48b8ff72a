"""Whether other tenants are read too: what their pages cost this machine makes all of them late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

# Seconds after the last page of a tenant that is still read: its next one may be on its way.
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
        self._in_flight: Counter[Hashable] = Counter()
        self._reads: Counter[Hashable] = Counter()  # that have not come to their end
        self._last_at: dict[Hashable, float] = {}  # when a page of a tenant that is read ended

    @contextmanager
    def reading(self, tenant: Hashable) -> Iterator[None]:
        """A tenant is read, from its first page to the end of its last."""
        self._reads[tenant] += 1
        try:
            yield
        finally:
            self._reads[tenant] -= 1
            if not self._reads[tenant]:
                del self._reads[tenant]
                self._last_at.pop(tenant, None)

    def began(self, tenant: Hashable) -> None:
        """A page of a tenant is asked for."""
        self._in_flight[tenant] += 1

    def ended(self, tenant: Hashable, moment: float) -> None:
        """A page of a tenant came, or failed."""
        self._in_flight[tenant] -= 1
        if not self._in_flight[tenant]:
            del self._in_flight[tenant]
        if tenant in self._reads:
            self._last_at[tenant] = moment

    def has_others(self, tenant: Hashable, moment: float) -> bool:
        """Whether tenants other than this one are read."""
        if len(self._in_flight) > (tenant in self._in_flight):
            return True
        return any(
            moment - last < QUIET for other, last in self._last_at.items() if other != tenant
        )
