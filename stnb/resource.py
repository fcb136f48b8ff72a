"""A resource and its verbs: pull, get, count, head, pages, start."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import cards, filters
from .catalog import Catalog, Endpoint, Param
from .errors import BadFilter, UsageError
from .pager import IN_FLIGHT, Plan
from .pull import PageCallback, ProgressCallback, Pull
from .stream import in_order
from .tree import Branch

if TYPE_CHECKING:
    from .session import Session

Meter = Callable[[str], ProgressCallback | None]  # makes a progress callback for a resource's name


class Resource(Branch):
    """A route that can be read; nothing is sent until a verb is called.

    Attributes:
        name: such as "jpm.jobs".
        endpoint: what the catalogue knows of it.
    """

    def __init__(self, session: Session, catalog: Catalog, endpoint: Endpoint, meter: Meter | None = None) -> None:
        self._session, self._catalog, self._meter = session, catalog, meter
        self.name, self.endpoint = endpoint.name, endpoint

    def __repr__(self) -> str:
        return cards.text(self.endpoint, self._session.scopes)

    def _repr_html_(self) -> str:
        return cards.as_html(self.endpoint, self._session.scopes)

    def _title(self) -> str:
        return self.name

    @property
    def columns(self) -> pd.DataFrame:
        """What a row holds, nested parts too: name, dtype, nullable, values, refers to."""
        return cards.columns(self.endpoint)

    @property
    def filters(self) -> pd.DataFrame:
        """What narrows it: name, type, required, values, several."""
        return cards.filters(self.endpoint)

    @cached_property
    def pull(self) -> PullVerb:
        """Read the rows as a DataFrame; see `jobs.pull?` for the filters."""
        return PullVerb(self)

    def start(
        self,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        concurrency: int | None = None,
        progress: ProgressCallback | None = None,
        on_page: PageCallback | None = None,
        **filters: Any,
    ) -> Pull:
        """Begin a pull in the background; the same arguments as `pull`.

        Raises:
            UsageError: the call cannot be made as written.
        """
        return self._prepare(limit, page_size, concurrency, progress, on_page, filters).start()

    def _prepare(
        self,
        limit: int | None,
        page_size: int | None,
        concurrency: int | None,
        progress: ProgressCallback | None,
        on_page: PageCallback | None,
        given: dict[str, Any],
    ) -> Pull:
        if page_size is None:
            page_size = given.pop("pageSize", None)
        _check_options(self.endpoint, limit, page_size, concurrency)
        owner = self._session.credentials
        call = filters.call(self.endpoint, owner.tenant, given, owner.zone)
        plan = Plan(limit=limit, page_size=page_size, concurrency=concurrency or IN_FLIGHT)
        return Pull(self._session, call, plan, progress=progress, on_page=on_page)

    def pages(
        self, *, limit: int | None = None, page_size: int | None = None, concurrency: int | None = None, **filters: Any
    ) -> Iterator[pd.DataFrame]:
        """The pages in order, each a DataFrame, for what is too much for one frame; later ones are fetched ahead.

        Example:
            >>> for page in st.jpm.jobs.pages(pageSize=500):
            ...     print(len(page))
        """
        return in_order(self._prepare(limit, page_size, concurrency, None, None, filters))

    def head(self, n: int = 5, **filters: Any) -> pd.DataFrame:
        """The first rows: one small request."""
        return self.start(limit=n, **filters).wait()

    def count(self, **filters: Any) -> int:
        """How many rows there are: one small request where the API tells it, else a whole pull."""
        if self.endpoint.kind == "list" and self.endpoint.takes("includeTotal"):
            run = self._prepare(1, 1, None, None, None, filters).start()
            frame = run.wait()
            if (total := run.total) is not None:
                return total
            if len(frame) < 1:
                return 0
        return len(self.start(**filters).wait())

    def get(self, id: int | str | None = None, **filters: Any) -> Any:
        """One record by its id, as a Series; of a resource that is a file, its bytes.

        Raises:
            NotFound: there is no such record.
            UsageError: the resource has no route to one of its rows.
        """
        route = self.endpoint
        if route.kind in ("list", "export", "rows"):
            if route.record is None:
                return self._get_by_ids(id, filters)
            route = self._catalog[route.record]
        holes = [p.py for p in route.required if p.where == "path"]
        given = {holes[-1]: id, **filters} if id is not None and holes else filters
        frame = Resource(self._session, self._catalog, route).start(**given).wait()
        row = frame.iloc[0].rename(id)
        return row["content"] if route.kind == "file" else row

    def _get_by_ids(self, id: int | str | None, filters: dict[str, Any]) -> Any:
        if self.endpoint.takes("ids") is None:
            raise UsageError(
                f"{self.name} has no route to one of its rows.",
                "The API offers this list only as a whole.",
                "Pull it, and select the row in pandas.",
            )
        all_of_them = dict([self.endpoint.shows_all]) if self.endpoint.shows_all else {}
        frame = self.start(ids=[id], **{**all_of_them, **filters}).wait()
        if not len(frame):
            raise UsageError(
                f"{self.name} has no row with the id {id}.", "The API answered with none.", "Check the id, and its tenant."
            )
        return frame.iloc[0].rename(id)


class PullVerb:
    """`jobs.pull(...)`: a callable whose signature and help name the resource's own filters."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self.__name__, self.__qualname__ = "pull", f"{resource.name}.pull"

    def __repr__(self) -> str:
        return f"<pull of {self._resource.name}>"

    def __call__(self, **arguments: Any) -> pd.DataFrame:
        meter = self._resource._meter
        if arguments.get("progress") is None and meter is not None:
            arguments["progress"] = meter(self._resource.name)
        return self._resource.start(**arguments).wait()

    @property
    def __signature__(self) -> inspect.Signature:
        options = [p for p in inspect.signature(Resource.start).parameters.values() if p.kind is p.KEYWORD_ONLY]
        kind = inspect.Parameter.KEYWORD_ONLY
        needed = [inspect.Parameter(p.py, kind) for p in self._resource.endpoint.required]
        others = [inspect.Parameter(p.py, kind, default=None) for p in self._resource.endpoint.filters if not p.required]
        return inspect.Signature([*needed, *others, *options], return_annotation=pd.DataFrame)

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        e = self._resource.endpoint
        return "\n".join([f"Read {e.name} as a DataFrame.", "", "Filters:", *map(_help_line, e.filters), "", _OPTIONS])


def _help_line(param: Param) -> str:
    words = [param.type, *["required"] * param.required, *filter(None, [cards.several(param), ", ".join(param.values)])]
    return f"    {param.py}: {'; '.join(words)}"


_OPTIONS = """Options:
    limit: rows at most.
    page_size: rows a request; chosen from the total when not given.
    concurrency: requests in flight at most.
    progress: called with a Progress at every change; False for none.
    on_page: called with each page as a DataFrame, as it arrives.

Raises:
    UsageError: the call cannot be made as written; nothing was sent.
    RequestError, DataError: it failed; the rows that had arrived are in err.frame."""


def _check_options(endpoint: Endpoint, limit: Any, page_size: Any, concurrency: Any) -> None:
    for name, value in (("limit", limit), ("page_size", page_size), ("concurrency", concurrency)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise BadFilter(
                f"{name}={value!r} does not fit.", "It is a whole number from 1 on.", "Leave it out for stnb's own choice."
            )
    most = endpoint.page_size_max
    if page_size is not None and most is not None and page_size > most:
        raise BadFilter(
            f"page_size={page_size} does not fit.",
            f"{endpoint.name} gives {most:,} rows a page at most.",
            "Say less, or leave it out.",
        )
