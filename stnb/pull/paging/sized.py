"""A page of so many rows, whatever the server refuses: in one answer, or joined of smaller ones."""

from __future__ import annotations

from dataclasses import replace

from stnb.errors import Rejected, RequestError, UnexpectedAnswer

from .envelope import joined, read_page
from .models import Page, Query
from .own import BOUND, LATE_SIZE, SIZE
from .walk import Walk


class OtherSize(Exception):
    """The server refuses the size of a page, and takes another one."""


class _Late(Exception):
    """A page did not come in time; `smaller` ones may."""

    def __init__(self, smaller: int) -> None:
        super().__init__(smaller)
        self.smaller = smaller


class SizedWalk(Walk):
    """A walk over pages that are asked for by their number and their size."""

    @property
    def each_is_a_run(self) -> bool:
        """Whether each page is a run of a report, of which there is one a minute."""
        return self.call.endpoint.positional

    async def page(self, index: int, size: int) -> Page:
        """A page of so many rows: as a whole, or of parts if the server gives no such large ones.

        Raises:
            OtherSize: it is the first one, and the server takes another size.
        """
        part = size
        if self.position.size is not None:
            part = self.own.part(size)
        if part == size:
            try:
                return await self._whole(index, size)
            except _Late as late:
                part = late.smaller
            except OtherSize:
                part = self.own.part(size)
                if self.position.size is None or part == size:
                    raise
        parts: list[Page] = []
        times = size // part
        for number in range(index * times, (index + 1) * times):
            page = await self.page(number, part)
            parts.append(page)
            if page.has_more is False or (page.has_more is None and not page.rows):
                break
        return joined(index, parts)

    async def _whole(self, index: int, size: int) -> Page:
        """A page in one answer, without what the server refuses of our own parameters.

        Raises:
            OtherSize: it refuses the size.
            _Late: it did not answer in time.
        """
        while True:
            query = self._query(index, size)
            page = self.held.again(query)
            if page is not None:
                return page
            try:
                answer = await self._fetch(query, size)
            except (RequestError, UnexpectedAnswer) as err:
                # The pages that came have the size of the position.
                planned = self.position.size not in (None, size)
                if not await self._helped(err, query, size, keeps_size=planned):
                    raise
                self._unbind()
                if self.own.sizeless or self.own.fit(size) == size:
                    continue
                if self.position.size is not None and self.own.part(size) == size:
                    raise  # larger pages would bring rows that came already
                raise OtherSize from None
            self.own.went_through(query)
            page = replace(read_page(self.call, index, *answer), query=query)
            self._hold(page, size)
            return page

    def _hold(self, page: Page, size: int) -> None:
        """Keep a page, or a part of one, until the whole one is handed on."""
        place, behind = divmod(page.index * size, self.position.size or size)
        if not behind:
            self.held.forget(place)  # such as a first page of another size, or another part
        self.held.add(place, page)

    async def _helped(
        self, err: RequestError | UnexpectedAnswer, query: Query, size: int, *, keeps_size: bool
    ) -> bool:
        """Whether another query may help, after a refusal or for an answer that is too large.

        A server in trouble fails at any size. So only a size of which no page ever came is to blame
        for a fault, and only if a smaller page did come.
        """
        if isinstance(err, Rejected):
            return await self.goes_on(err, query, keeps_size=keeps_size)
        if self.each_is_a_run or not err.heavy:
            return False
        beyond_ours = isinstance(err, UnexpectedAnswer) and err.final
        if not beyond_ours and not self.own.is_first_so_large(size):
            return False
        return self.own.refuse({SIZE: ()}, query, keeps_size=True)

    async def _fetch(self, query: Query, size: int) -> tuple[bytes, str]:
        if self.each_is_a_run or not self.paging.size_is_ours or size < LATE_SIZE:
            return await self.fetch(query)
        try:
            return await self.hasty(query)
        except RequestError as err:
            smaller = self.own.late(size) if err.late else None
            if smaller is None:
                raise
            late = _Late(smaller)
        raise late

    def _query(self, index: int, size: int) -> Query:
        bound: Query = ()
        if self.position.until is not None:
            bound = ((BOUND, self.position.until),)
        number = index + self.call.endpoint.page_first
        return self.own.query(*bound, ("page", str(number)), (SIZE, str(size)))

    def _unbind(self) -> None:
        """Forget the bound, if it is refused."""
        if BOUND in self.own.without and self.position.until is not None:
            self.move(until=None)
