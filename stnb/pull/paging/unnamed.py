"""Which of our own parameters a server refuses, if its refusal names nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from stnb.errors import Rejected

from .models import Fetch, Query
from .own import SIZE, Own

Named = Mapping[str, tuple[int, ...]]  # parameters, with the numbers that are stated of each
UNNAMED = (400, 422)  # the statuses of a refusal that may lie in a parameter
SEARCHES = 3  # of one walk
IN_VAIN = 2  # after so many for the same filters it is theirs


class Unnamed:
    """Finds by trying what a server refuses that says only "Bad Request".

    The call is tried without all of our own parameters, and if it goes through so, with one after
    the other again. The caller's filters are in every try.

    Args:
        own: our own parameters in the queries of a walk.
        fetch: sends one request, at the tenant's pace.
    """

    def __init__(self, own: Own, fetch: Fetch) -> None:
        self._own, self._fetch = own, fetch
        self._lock = asyncio.Lock()  # pages that are refused side by side are one question
        self._searches = 0
        self._blamed: set[str] = set()  # what a search found; a size may be refused once more
        self._first: Rejected | None = None  # of a report, whose every try may count as a run

    async def found(self, err: Rejected, query: Query, *, keeps_size: bool = False) -> Named:
        """What of ours is refused in a query; empty if another one is to be tried at once.

        What other lists of the tenant refuse is left out first. Such searches come one after
        another, so that lists that are read side by side need not all find the same.

        Args:
            keeps_size: whether a page may not be left to the size that the server chooses.

        Raises:
            Rejected: nothing of ours is to blame. It is the first refusal.
        """
        if err.status not in UNNAMED:
            raise err
        async with self._lock:
            settled = self._own.settled(query)
            if settled:
                return _named(settled)
            suspects = self._own.suspects(query)
            if self._own.call.endpoint.positional:
                return self._of_report(err, suspects)
            known = self._own.taken.in_vain[self._own.call.query]
            if len(suspects) == 1 and self._own.has_come:
                return _named(suspects)  # all else of the query went through before
            if suspects and self._blamed.issuperset(suspects):
                return _named(suspects)
            if not suspects or self._searches >= SEARCHES or known >= IN_VAIN:
                raise err
            async with self._own.taken.search_lock():
                if self._own.guess(query, keeps_size=keeps_size):
                    return {}
                self._searches += 1
                return await self._tried(err, query, suspects)

    def _of_report(self, err: Rejected, suspects: Sequence[str]) -> Named:
        """One more of them: a try that goes through is a run and a page, not a mere trial.

        The page size goes last, as a report in smaller pages takes a minute for each.
        """
        self._first = self._first or err
        if not suspects:
            raise self._first
        blamed = sorted(suspects, key=lambda name: name == SIZE)[0]
        self._own.without.add(blamed)
        return _named([blamed])

    async def _tried(self, err: Rejected, query: Query, suspects: Sequence[str]) -> Named:
        left_out = set(suspects)
        if not await self._goes_through(query, left_out):
            self._own.taken.in_vain[self._own.call.query] += 1
            raise err
        blamed = set()
        for name in suspects:
            left_out.remove(name)
            if await self._goes_through(query, left_out):
                self._own.came(_without(query, left_out))
            else:
                left_out.add(name)
                blamed.add(name)
        self._blamed |= blamed
        return _named(blamed)

    async def _goes_through(self, query: Query, left_out: set[str]) -> bool:
        try:
            await self._fetch(_without(query, left_out))
        except Rejected:
            return False
        return True


def _without(query: Query, left_out: set[str]) -> Query:
    return tuple(pair for pair in query if pair[0] not in left_out)


def _named(names: Sequence[str] | set[str]) -> Named:
    return dict.fromkeys(names, ())
