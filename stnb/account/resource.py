"""A resource and its verbs: where, pull, get, count, head, pages, start."""

from __future__ import annotations

import dataclasses
import inspect
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

import pandas as pd

from stnb.catalog import Catalog, Endpoint, Param
from stnb.errors import BadFilter, UsageError
from stnb.pull import ProgressCallback, Pull
from stnb.pull.options import Options

from . import cards
from .names import Branch
from .query import Meter, Query, Reader, query_of

if TYPE_CHECKING:
    from stnb.credentials import Credentials
    from stnb.session import Session

T = TypeVar("T")


class Resource(Branch):
    """A route that can be read; nothing is sent until a verb is called.

    Attributes:
        name: such as "jpm.jobs".
        endpoint: what the catalogue knows of it.
    """

    def __init__(
        self, session: Session, catalog: Catalog, endpoint: Endpoint, meter: Meter | None = None
    ) -> None:
        self._session = session
        self._reader = Reader(session, catalog, meter)
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

    # -- what else belongs to it

    @property
    def credentials(self) -> Credentials:
        """What it is read with; secrets show as stars."""
        return self._session.credentials

    @property
    def catalog(self) -> Catalog:
        """The catalogue that it is from."""
        return self._reader.catalog

    def sibling(self, name: str) -> Resource:
        """Another resource of the same account.

        Raises:
            UnknownResource: there is none of that name.
        """
        return self._of(self.catalog[name])

    def progress_bar(self) -> ProgressCallback | None:
        """What draws the bar of one pull; None if this account draws none."""
        meter = self._reader.meter
        return None if meter is None else meter(self.name)

    def _of(self, endpoint: Endpoint) -> Resource:
        return Resource(self._session, self.catalog, endpoint, self._reader.meter)

    # -- the verbs

    def _query(self, **arguments: Any) -> Query:
        return query_of(self._reader, self.endpoint, arguments)

    @cached_property
    def where(self) -> Verb[Query]:
        """Filters and options as a Query, which shows what it would send; see `jobs.where?`."""
        return Verb(self, "where", _WHERE, self._query)

    @cached_property
    def pull(self) -> PullVerb:
        """Read the rows as a DataFrame; see `jobs.pull?` for the filters."""
        verb: Any = Verb(self, "pull", _PULL, self._pull, RUN)
        typed: PullVerb = verb
        return typed

    @cached_property
    def start(self) -> Verb[Pull]:
        """Begin a pull in the background; the same arguments as `pull`."""
        return Verb(self, "start", _START, self._start, RUN)

    def _pull(self, **arguments: Any) -> Any:
        run, question = self._apart(arguments)
        return self._query(**question).pull(**run)

    def _start(self, **arguments: Any) -> Pull:
        run, question = self._apart(arguments)
        return self._query(**question).start(**run)

    def _apart(self, arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """(what says how to run it, what says which rows); a route's own `to` is a filter."""
        names = [name for name in RUN if self.endpoint.takes(name) is None]
        run = {name: arguments.pop(name) for name in names if name in arguments}
        return run, arguments

    def pages(self, **arguments: Any) -> Iterator[pd.DataFrame]:
        """The pages in order, each a DataFrame, for what is too much for one frame; later ones are
        fetched ahead.

        Args:
            arguments: filters and options, as `where` takes them.

        Example:
            >>> for page in st.jpm.jobs.pages(page_size=500):
            ...     print(len(page))
        """
        return self._query(**arguments).pages()

    def head(self, n: int = 5, **arguments: Any) -> pd.DataFrame:
        """The first rows: one small request."""
        return self._query(limit=n, **arguments).start().wait()

    def count(self, **arguments: Any) -> int:
        """How many rows there are: one small request if the API gives a total, else a whole pull."""
        return self._query(**arguments).count()

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
            route = self.catalog[route.record]
        parameters = _path_parameters(route)
        if id is not None and parameters:
            filters = {parameters[-1]: id, **filters}
        frame = self._of(route).start(**filters).wait()
        row = frame.iloc[0].rename(id)
        return row["content"] if route.kind == "file" else row

    def _get_many(self, ids: Iterable[Any], filters: dict[str, Any]) -> pd.DataFrame:
        """Records as rows: by fifties if the list takes ids, else a call each."""
        route = self.endpoint
        if route.kind in ("list", "export", "rows"):
            if route.takes("ids") is not None:
                return self.start(**{"ids": ids, **self._inactive_too(), **filters}).wait()
            if route.record is None:
                raise self._no_route_to_a_row()
            route = self.catalog[route.record]
        parameter = _path_parameters(route)[-1]
        return self._of(route).start(**{parameter: ids, **filters}).wait()

    def _get_by_ids(self, id: int | str | None, filters: dict[str, Any]) -> Any:
        if self.endpoint.takes("ids") is None:
            raise self._no_route_to_a_row()
        frame = self.start(ids=[id], **{**self._inactive_too(), **filters}).wait()
        if frame.empty:
            raise UsageError(
                f"{self.name} has no row with the id {id}.",
                "The API answered with none.",
                "Check the id, and its tenant.",
            )
        return frame.iloc[0].rename(id)

    def _inactive_too(self) -> dict[str, str]:
        """The filter that also shows inactive rows, if the list hides them."""
        return dict([self.endpoint.shows_all]) if self.endpoint.shows_all else {}

    def _no_route_to_a_row(self) -> UsageError:
        return UsageError(
            f"{self.name} has no route to one of its rows.",
            "The API offers this list only as a whole.",
            "Pull it, and select the row in pandas.",
        )


def _path_parameters(route: Endpoint) -> list[str]:
    return [p.py for p in route.required if p.where == "path"]


class Verb(Generic[T]):
    """`jobs.pull(...)`: a callable whose signature and help name the resource's own filters.

    Args:
        does: the first line of its help.
        extra: the arguments beside filters and options.
    """

    def __init__(
        self,
        resource: Resource,
        name: str,
        does: str,
        call: Callable[..., T],
        extra: tuple[str, ...] = (),
    ) -> None:
        self._resource, self._does, self._call, self._extra = resource, does, call, extra
        self.__name__, self.__qualname__ = name, f"{resource.name}.{name}"

    def __repr__(self) -> str:
        return f"<{self.__name__} of {self._resource.name}>"

    def __call__(self, *bare: object, **arguments: Any) -> T:
        if bare:
            first = next((p.py for p in self._resource.endpoint.filters), "ids")
            raise BadFilter(
                f"{self._resource.name} does not know what {bare[0]!r} is to be.",
                "Filters and options are given by name.",
                f"Write it so: {self.__name__}({first}=…). The names complete with the Tab key.",
            )
        return self._call(**arguments)

    @property
    def __signature__(self) -> inspect.Signature:
        endpoint, kind = self._resource.endpoint, inspect.Parameter.KEYWORD_ONLY
        needed = [inspect.Parameter(p.py, kind) for p in endpoint.required]
        others: dict[str, Any] = {p.py: None for p in endpoint.filters if not p.required}
        below_a_record = any(p.where == "path" for p in endpoint.params)
        taken = {p.py for p in endpoint.filters}  # a route's own `to` comes before ours
        for field in dataclasses.fields(Options):
            if below_a_record or field.name not in ("bulk", "confirm"):
                others[field.name] = field.default
        for name in self._extra:
            if name not in taken:
                others[name] = None
        optional = [inspect.Parameter(name, kind, default=value) for name, value in others.items()]
        return inspect.Signature([*needed, *optional])

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        endpoint = self._resource.endpoint
        lines = [self._does.format(endpoint.name), "", "Filters:"]
        lines += [_help_line(param) for param in endpoint.filters]
        lines += ["", _OPTIONS]
        if self._extra:
            lines.append(_RUN)
        return "\n".join([*lines, "", _RAISES])


class PullVerb(Protocol):
    """What `jobs.pull` answers, for type checkers: a frame, or the path of the file `to`."""

    @overload
    def __call__(self, *bare: object, to: str | os.PathLike[str], **arguments: Any) -> Path: ...
    @overload
    def __call__(self, *bare: object, to: None = None, **arguments: Any) -> pd.DataFrame: ...


def _help_line(param: Param) -> str:
    words = [param.type]
    if param.required:
        words.append("required")
    if param.where == "path":
        words.append("one or many")
    elif param.many:
        words.append(cards.several(param))
    if param.values:
        words.append(", ".join(param.values))
    return f"    {param.py}: {'; '.join(words)}"


RUN = ("to", "progress", "on_page")
_PULL = "Read {} as a DataFrame."
_START = "Begin a pull of {} in the background, and give the Pull that can be waited for."
_WHERE = "A Query of {}: it shows what it would send, and has pull, count, head, pages and start."
_OPTIONS = """\
Options:
    limit: rows at most.
    columns: the names of those to decode; the others are skipped, which is faster. "address" takes
        all below it.
    since: only what changed since: a date or phrase, or an earlier frame or Parquet file, whose
        cursor a feed goes on from.
    keep: "newest", so that of rows with one key the newest stays, or "all".
    dtypes: "typed"; "decimal" for amounts as exact decimals; "raw" for values as they are sent:
        dates and amounts sent as text stay text.
    page_size: rows a request; chosen from the total if not given.
    concurrency: requests in flight at most.
    bulk: for many records above the rows: True to read the list or feed that holds the rows of many
        at once, False for a call each; the cheaper way if not given.
    confirm: make more than 1,000 calls for that."""
_RUN = """\
    to: a .parquet file or a folder: the rows stream into it, and its path is the answer. The same
        call again goes on where a killed one stopped.
    progress: called with a Progress at every change; False for none.
    on_page: called with each page as a DataFrame, as it arrives."""
_RAISES = """\
Raises:
    UsageError: the call cannot be made as written; nothing was sent.
    RequestError, DataError: it failed; the rows that had arrived are in err.frame, and err.resume()
        goes on."""
