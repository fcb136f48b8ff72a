"""Asks the API for a few rows, one request after the other, and counts its requests."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from stnb.catalog import Catalog, Endpoint
from stnb.errors import DataError, RequestError
from stnb.session import Look, Session, Taken
from stnb.session import Query as Pairs

from .untried import Stopped, Untried

MOST = 80  # requests
TRIES = 3  # of a request whose failure may pass
PATIENCE = 65.0  # seconds: the longest pause that is waited for
LONGEST = 600.0  # seconds, after which nothing more is asked: a server may be silent each time
USUAL = 50  # rows a page
NO_TOKEN = "no token is given; the doctor without --facts says why"

Row = dict[str, Any]
T = TypeVar("T")


class Tenant(Protocol):
    """What the facts need of an account."""

    catalog: Catalog

    @property
    def session(self) -> Session:
        """Sends the requests."""

    @property
    def tenant(self) -> int:
        """The tenant's id."""

    @property
    def environment(self) -> str:
        """ "production", "integration", "custom" or "demo"."""

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes in the token; None if they are not known."""


@dataclass(frozen=True)
class Page:
    """The rows of an answer and what stands beside them; None for what is not there.

    Attributes:
        rows: the rows that are objects.
        has_more: whether the answer says that there are more rows.
        size: the page size that it says.
        total: the count of all rows that it says.
        cursor: where a feed goes on.
    """

    rows: Sequence[Row]
    has_more: bool | None = None
    size: int | None = None
    total: int | None = None
    cursor: str | None = None

    def ids(self) -> list[int]:
        """The ids of the rows, as far as they are numbers."""
        return [row["id"] for row in self.rows if isinstance(row.get("id"), int)]


class Asker:
    """Asks on behalf of the facts.

    Args:
        account: whose tenant is asked.
        most: requests in all, with those that are tried again.

    Attributes:
        requests: how many were sent.
        answers: every answer that came.
    """

    def __init__(self, account: Tenant, most: int = MOST) -> None:
        self.account, self._most = account, most
        self.requests = 0
        self.answers: list[Look] = []
        self._firsts: dict[str, Page] = {}
        self._began = time.monotonic()

    async def authorize(self, *, renew: bool = False) -> None:
        """Get a token if there is none.

        Raises:
            Stopped: no token is given.
        """
        try:
            await self.account.session.authorize(renew=renew, patience=PATIENCE)
        except (RequestError, DataError):
            raise Stopped(NO_TOKEN) from None

    def endpoint(self, resource: str) -> Endpoint:
        """The route of a resource.

        Raises:
            Untried: the catalogue has none, or the app lacks its scope.
        """
        if resource not in self.account.catalog:
            raise Untried(f"the catalogue has no {resource}")
        found = self.account.catalog[resource]
        granted = self.account.scopes
        if granted is not None and found.scope and found.scope not in granted:
            raise Untried(f"the app lacks the scope {found.scope}")
        return found

    async def list(self, resource: str, **query: Any) -> Look:
        """Read a list or a feed with these parameters.

        Raises:
            Untried: the app lacks the scope, or the failure does not pass.
        """
        endpoint = self.endpoint(resource)
        pairs = [(name, str(value)) for name, value in query.items()]
        # Without one that is required, such as `activeOnly`, the answer says nothing else.
        flags = {param.name for param in endpoint.required if param.type == "boolean"}
        pairs.extend((name, "false") for name in sorted(flags - set(query)))
        return await self.get(self.path(endpoint), pairs)

    def taken(self, resource: str) -> Taken:
        """What is known of the resource, for the pulls of this tenant; what is learned goes
        there.
        """
        return self.account.session.taken(resource)

    def learn(self, resource: str, name: str, seen: Look) -> None:
        """Remember whether a resource takes a parameter that stnb adds to pulls by itself."""
        taken = self.taken(resource)
        is_refused = seen.status == 400
        if is_refused == (name in taken.without) or seen.status not in (200, 400):
            return
        if is_refused:
            taken.without.add(name)
        else:
            taken.without.discard(name)
        taken.keep()

    def path(self, endpoint: Endpoint) -> str:
        """The path of a route in this tenant."""
        return endpoint.path.replace("{tenant}", str(self.account.tenant))

    async def get(
        self, path: str, query: Pairs = (), *, app_key: bool = True, renew: bool = True
    ) -> Look:
        """Read a path; a failure that may pass is tried again.

        Args:
            app_key: whether the app key goes with it.
            renew: whether a first 401 asks for a new token; else it is the answer.

        Raises:
            Untried: the failure does not pass.
            Stopped: nothing more can be asked.
        """
        session = self.account.session
        for tries in range(1, TRIES + 1):
            self._count()
            seen = await session.look(path, query, app_key=app_key)
            if seen.token_error is not None:
                raise Stopped(NO_TOKEN)
            if seen.status is not None:
                self.answers.append(seen)
            if seen.status == 401 and renew and tries == 1:
                await self.authorize(renew=True)
                continue
            if not seen.passing:
                break
            if seen.wait is not None and seen.wait > PATIENCE:
                raise Stopped(f"ServiceTitan asks for a pause of {math.ceil(seen.wait)} s")
            if seen.pauses_all and seen.wait is not None:
                await session.pause(seen.wait)
            else:
                await session.rest(tries)
        if seen.passing or seen.status is None:
            raise Untried(_unanswered(seen))
        return seen

    def _count(self) -> None:
        """Count a request that is about to be sent.

        Raises:
            Stopped: there were enough of them, or the time is over.
        """
        if self.requests >= self._most:
            raise Stopped(f"the {self._most} requests are used up")
        if time.monotonic() - self._began >= LONGEST:
            raise Stopped(f"{LONGEST / 60:.0f} minutes are over")
        self.requests += 1

    async def first(self, resource: str) -> Page:
        """The first rows of a list without a filter, with their total.

        Raises:
            Untried: there is no such answer.
        """
        if resource not in self._firsts:
            seen = await self.list(resource, page=1, pageSize=USUAL, includeTotal="true")
            self._firsts[resource] = page_of(seen)
        return self._firsts[resource]


def page_of(seen: Look) -> Page:
    """The rows of an answer.

    Raises:
        Untried: it has none.
    """
    if seen.status != 200:
        raise Untried(f"the list is answered with {seen.status}")
    body = seen.body
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        raise Untried("the answer has another form: no rows under data")
    rows = [row for row in body["data"] if isinstance(row, dict)]
    has_more, cursor = body.get("hasMore"), body.get("continueFrom")
    return Page(
        rows,
        has_more=_typed(has_more, bool),
        size=_number(body.get("pageSize")),
        total=_number(body.get("totalCount")),
        cursor=_typed(cursor, str) or None,
    )


def _typed(value: Any, kind: type[T]) -> T | None:
    return value if isinstance(value, kind) else None


def _number(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return None


def _unanswered(seen: Look) -> str:
    if seen.status is None:
        return "no answer that can be read came"
    return f"it is answered with {seen.status} each time"
