"""A resource and its verbs: pull, get, count, head, pages, start."""

from __future__ import annotations

import datetime as dt
import inspect
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import pandas as pd

from stnb.catalog import Catalog, Endpoint, Param
from stnb.errors import BadFilter, UsageError
from stnb.frame import Dtypes
from stnb.pull import PageCallback, ProgressCallback, Pull
from stnb.pull import call as filters
from stnb.pull.many.plan import check as check_many
from stnb.pull.many.plan import prepare as of_many
from stnb.pull.many.plan import several, unneeded
from stnb.pull.options import Options, target
from stnb.pull.since import since as since_filter
from stnb.pull.store.memory import Memory
from stnb.pull.stream import in_order
from stnb.session import clock

from . import cards
from .names import Branch

if TYPE_CHECKING:
    from stnb.credentials import Credentials
    from stnb.session import Session

Meter = Callable[[str], ProgressCallback | None]  # makes a progress callback for a resource's name


class Resource(Branch):
    """A route that can be read; nothing is sent until a verb is called.

    Attributes:
        name: such as "jpm.jobs".
        endpoint: what the catalogue knows of it.
    """

    def __init__(
        self, session: Session, catalog: Catalog, endpoint: Endpoint, meter: Meter | None = None
    ) -> None:
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

    def example(self, seed: int = 1) -> pd.Series[Any]:
        """A plausible row, made up from the catalogue without a request; the same for a seed.

        Example:
            >>> st.jpm.jobs.example()["jobStatus"]
            'Scheduled'
        """
        from .example import row

        return row(self.endpoint, seed)

    @cached_property
    def pull(self) -> PullVerb:
        """Read the rows as a DataFrame; see `jobs.pull?` for the filters."""
        return PullVerb(self)

    def start(
        self,
        *,
        limit: int | None = None,
        columns: Sequence[str] | None = None,
        since: Any = None,
        to: str | os.PathLike[str] | None = None,
        keep: Literal["newest", "all"] = "newest",
        dtypes: Dtypes = "typed",
        page_size: int | None = None,
        concurrency: int | None = None,
        bulk: bool | None = None,
        confirm: bool = False,
        progress: ProgressCallback | None = None,
        on_page: PageCallback | None = None,
        **filters: Any,
    ) -> Pull:
        """Begin a pull in the background; the same arguments as `pull`.

        Raises:
            UsageError: the call cannot be made as written.
        """
        if self.endpoint.takes("to") is not None:  # a filter of the API's own, of short summaries
            filters, to = {**filters, "to": to}, None
        given = {"limit": limit, "columns": columns, "keep": keep, "dtypes": dtypes}
        options = self._options(filters, **given, page_size=page_size, concurrency=concurrency)
        callbacks: dict[str, Any] = {"progress": progress or None, "on_page": on_page}
        return self._prepare(
            options, filters, since=since, to=to, bulk=bulk, confirm=confirm, **callbacks
        ).start()

    def _options(self, filters: dict[str, Any], **given: Any) -> Options:
        if given.get("page_size") is None:
            given["page_size"] = filters.pop("pageSize", None)
        options = Options(**given)
        if several(self.endpoint, filters) is None:
            options.check(self.endpoint)
        else:
            check_many(self.endpoint, options)
        return options

    def _prepare(
        self,
        options: Options,
        given: dict[str, Any],
        *,
        since: Any = None,
        to: Any = None,
        bulk: bool | None = None,
        confirm: bool = False,
        **callbacks: Any,
    ) -> Pull:
        owner, now = self._session.credentials, self._session.now()
        if since is not None:
            given = _with_since(self.endpoint, given, since, owner, now)
        if (many := several(self.endpoint, given)) is not None:
            here = (self._session, self._catalog, self.endpoint)
            return of_many(
                *here, many, given, options, bulk=bulk, confirm=confirm, to=to, **callbacks
            )
        unneeded(self.endpoint, bulk, confirm)
        call = filters.call(self.endpoint, owner.tenant, given, owner.zone, now)
        wish = options.wish(self.endpoint)
        plan = options.plan(clock.stamp(now))
        if to is None:
            return Pull(self._session, call, plan, wish=wish, **callbacks)
        from stnb.pull.store.disk import spooled  # Parquet itself is loaded for those who use it

        plan, shelf, began = spooled(call, plan, wish, target(call, to), owner, self._session.now)
        return Pull(self._session, call, plan, wish=wish, shelf=shelf, began=began, **callbacks)

    def pages(
        self,
        *,
        limit: int | None = None,
        columns: Sequence[str] | None = None,
        dtypes: Dtypes = "typed",
        page_size: int | None = None,
        concurrency: int | None = None,
        **filters: Any,
    ) -> Iterator[pd.DataFrame]:
        """The pages in order, each a DataFrame, for what is too much for one frame; later ones are
        fetched ahead.

        Example:
            >>> for page in st.jpm.jobs.pages(pageSize=500):
            ...     print(len(page))
        """
        given = {"limit": limit, "columns": columns, "dtypes": dtypes}
        options = self._options(filters, **given, page_size=page_size, concurrency=concurrency)
        each = (
            None if several(self.endpoint, filters) is None else False
        )  # a feed would come in another order
        return in_order(self._prepare(options, filters, bulk=each))

    def head(self, n: int = 5, **filters: Any) -> pd.DataFrame:
        """The first rows: one small request."""
        return self.start(limit=n, **filters).wait()

    def count(self, **filters: Any) -> int:
        """How many rows there are: one small request where the API tells it, else a whole pull."""
        if (
            self.endpoint.kind == "list"
            and self.endpoint.takes("includeTotal")
            and several(self.endpoint, filters) is None
        ):
            run = self._prepare(Options(limit=1, page_size=1), dict(filters)).start()
            frame = run.wait()
            if (total := run.total) is not None:
                return total
            if len(frame) < 1:
                return 0
        return len(self.start(**filters).wait())

    def get(self, id: int | str | Iterable[Any] | None = None, **filters: Any) -> Any:
        """One record by its id, as a Series; of a resource that is a file, its bytes. Several ids
        give a DataFrame.

        Raises:
            NotFound: there is no such record.
            UsageError: the resource has no route to one of its rows.
        """
        if isinstance(id, Iterable) and not isinstance(id, str):
            return self._get_many(id, filters)
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

    def _get_many(self, ids: Iterable[Any], filters: dict[str, Any]) -> pd.DataFrame:
        """Records as rows: by fifties where the list takes ids, else a call each."""
        route = self.endpoint
        if route.kind in ("list", "export", "rows"):
            if route.takes("ids") is not None:
                all_of_them = dict([route.shows_all]) if route.shows_all else {}
                return self.start(**{"ids": ids, **all_of_them, **filters}).wait()
            if route.record is None:
                self._get_by_ids(None, filters)  # tells that there is no way
            route = self._catalog[str(route.record)]
        hole = [p.py for p in route.required if p.where == "path"][-1]
        return Resource(self._session, self._catalog, route).start(**{hole: ids, **filters}).wait()

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
                f"{self.name} has no row with the id {id}.",
                "The API answered with none.",
                "Check the id, and its tenant.",
            )
        return frame.iloc[0].rename(id)


class PullVerb:
    """`jobs.pull(...)`: a callable whose signature and help name the resource's own filters."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self.__name__, self.__qualname__ = "pull", f"{resource.name}.pull"

    def __repr__(self) -> str:
        return f"<pull of {self._resource.name}>"

    @overload
    def __call__(self, *, to: str | os.PathLike[str], **arguments: Any) -> Path: ...
    @overload
    def __call__(self, *, to: None = None, **arguments: Any) -> pd.DataFrame: ...
    def __call__(self, *bare: object, to: Any = None, **arguments: Any) -> pd.DataFrame | Path:
        if bare:
            first = next((p.py for p in self._resource.endpoint.filters), "ids")
            raise BadFilter(
                f"{self._resource.name} does not know what {bare[0]!r} is to be.",
                "Filters and options are given by name.",
                f"Write it so: pull({first}=…). The names complete with the Tab key.",
            )
        meter = self._resource._meter
        if arguments.get("progress") is None and meter is not None:
            arguments["progress"] = meter(self._resource.name)
        run = self._resource.start(to=to, **arguments)
        return run.wait() if isinstance(run.shelf, Memory) else run.saved()

    @property
    def __signature__(self) -> inspect.Signature:
        options = [
            p
            for p in inspect.signature(Resource.start).parameters.values()
            if p.kind is p.KEYWORD_ONLY
        ]
        kind = inspect.Parameter.KEYWORD_ONLY
        needed = [inspect.Parameter(p.py, kind) for p in self._resource.endpoint.required]
        others = [
            inspect.Parameter(p.py, kind, default=None)
            for p in self._resource.endpoint.filters
            if not p.required
        ]
        own = {p.name for p in (*needed, *others)}  # a route's own `to` comes before ours
        if not any(p.where == "path" for p in self._resource.endpoint.params):
            own |= {"bulk", "confirm"}
        options = [p for p in options if p.name not in own]
        return inspect.Signature([*needed, *others, *options], return_annotation=pd.DataFrame)

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        e = self._resource.endpoint
        return "\n".join(
            [
                f"Read {e.name} as a DataFrame.",
                "",
                "Filters:",
                *map(_help_line, e.filters),
                "",
                _OPTIONS,
            ]
        )


def _help_line(param: Param) -> str:
    many = "one or many" if param.where == "path" else cards.several(param)
    words = [
        param.type,
        *["required"] * param.required,
        *filter(None, [many, ", ".join(param.values)]),
    ]
    return f"    {param.py}: {'; '.join(words)}"


_OPTIONS = """Options:
    limit: rows at most.
    columns: the names of those to decode; the others are skipped, which is faster. "address" takes all below it.
    since: only what changed since: a date or phrase, or an earlier frame or Parquet file, whose cursor a feed goes on from.
    to: a .parquet file or a folder: the rows stream into it, and its path is the answer. The same call again goes on
        where a killed one stood.
    keep: "newest", so that of rows with one key the newest stays, or "all".
    dtypes: "typed"; "decimal" for amounts as exact decimals; "raw" for values as they are sent: dates and amounts sent as
        text stay text.
    page_size: rows a request; chosen from the total when not given.
    concurrency: requests in flight at most.
    bulk: below a record that is given many: True to read the list or feed that holds the rows of many at once, False for
        a call each; the cheaper way when not given.
    confirm: make more than 1,000 calls for that.
    progress: called with a Progress at every change; False for none.
    on_page: called with each page as a DataFrame, as it arrives.

Raises:
    UsageError: the call cannot be made as written; nothing was sent.
    RequestError, DataError: it failed; the rows that had arrived are in err.frame, and err.resume() goes on."""


def _with_since(
    endpoint: Endpoint, given: Mapping[str, Any], value: Any, owner: Credentials, now: dt.datetime
) -> dict[str, Any]:
    asks = since_filter(endpoint, value, owner, now)
    twice = next(
        (n for n in asks if given.get(n) is not None or given.get(n.rstrip("_")) is not None), None
    )
    if twice is not None:
        raise BadFilter(
            f"since and {twice} were both given.",
            f"since is written as {twice} for {endpoint.name}.",
            "Give one of them.",
        )
    return {**given, **asks}
