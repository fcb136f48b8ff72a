"""A resource and its verbs: where, pull, get, count, head, pages, start."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.catalog import Catalog, Endpoint
from stnb.errors import StnbWarning, UsageError
from stnb.errors.misused import explains_misuse
from stnb.frame.notices import Notice, warn
from stnb.pull import Pull
from stnb.pull.values import inactive_too

from . import cards, misuse
from .names import Branch
from .query import Query, query_of
from .reader import Reader
from .verbs import PULL, RUN, START, WHERE, PullVerb, Verb, path_parameters

if TYPE_CHECKING:
    from stnb.credentials import Credentials
    from stnb.session import Session


@explains_misuse("jobs")
class Resource(Branch):
    """A route that can be read; nothing is sent until a verb is called.

    Attributes:
        name: such as "jpm.jobs".
        endpoint: what the catalogue knows of it.

    Example:
        >>> jobs = st.jpm.jobs
        >>> jobs.pull(jobStatus="Completed", limit=100)
    """

    def __init__(
        self,
        session: Session,
        catalog: Catalog,
        endpoint: Endpoint,
        max_age: dt.timedelta | None = None,
    ) -> None:
        self._session = session
        self._reader = Reader(session, catalog, max_age)
        self.name, self.endpoint = endpoint.name, endpoint

    def __repr__(self) -> str:
        return cards.text(self.endpoint, self._session.scopes)

    def _repr_html_(self) -> str:
        return str(cards.as_html(self.endpoint, self._session.scopes))

    def _title(self) -> str:
        return self.name

    def _instead(self) -> str:
        profile = self._session.credentials.profile
        return (
            f"Write stnb.connect({profile!r})[{self.name!r}] there. What it pulled, a frame, can "
            "be copied."
        )

    def _missing(self, name: str) -> Any:
        if not name.startswith("_"):
            misuse.of_a_frame(self.endpoint, name)
        return super()._missing(name)

    if not TYPE_CHECKING:  # what none of them is: a type checker is to say so itself
        __getattr__ = _missing

        def __call__(self, *bare: object, **arguments: object) -> None:
            misuse.refuse_bare(self.endpoint, "pull", bare)
            misuse.resource_called(self.name, arguments)

        def __getitem__(self, key: object) -> None:
            misuse.resource_indexed(self.endpoint, key)

        def __iter__(self) -> None:
            misuse.resource_iterated(self.name)

        def __len__(self) -> int:
            misuse.has_no_length(self.name, f"{misuse.written(self.name)}.count()")

        def __bool__(self) -> bool:
            return True  # else Python would ask for the length

    @property
    def columns(self) -> pd.DataFrame:
        """What a row holds, nested parts too: name, meaning, unit, dtype, nullable, values, refers
        to.

        Example:
            >>> st.jpm.jobs.columns[["name", "meaning"]].head()
        """
        return cards.columns(self.endpoint)

    @property
    def filters(self) -> pd.DataFrame:
        """What narrows it: name, type, required, values, several.

        Example:
            >>> st.jpm.jobs.filters.query("required")
        """
        return cards.filters(self.endpoint)

    def empty(self, **options: Any) -> pd.DataFrame:
        """A frame without rows, with the columns and types that the catalogue promises.

        Args:
            options: `columns` and `dtypes`, as `pull` takes them.

        Raises:
            UsageError: an option does not fit.

        Example:
            >>> st.jpm.jobs.empty(columns=["id", "total"]).dtypes.astype(str).to_dict()
            {'id': 'Int64', 'total': 'Float64'}
        """
        from stnb.frame import assemble, shape_of
        from stnb.pull.file_table import file_table
        from stnb.pull.options import Options

        if self.endpoint.kind == "file":
            return assemble([file_table(None)], shape_of(self.endpoint))[0]
        requested = Options(**options).requested(self.endpoint)
        frame = assemble([], requested.shape or shape_of(self.endpoint))[0]
        return frame.drop(columns=[name for name in requested.hidden if name in frame])

    def example(self, seed: int = 1) -> pd.Series[Any]:
        """A row of a small demo company, made without a request: the one of its first 200 rows that
        shows most. The same seed gives the same row; another seed is another company.

        Raises:
            UsageError: ServiceTitan's documents do not say what the rows hold.

        Example:
            >>> st.jpm.jobs.example()["jobStatus"]
            'Completed'
        """
        from .example import row

        return row(self.endpoint, seed)

    # -- what else belongs to it

    @property
    def credentials(self) -> Credentials:
        """What it is read with; secrets show as stars.

        Example:
            >>> st.jpm.jobs.credentials.environment
            'demo'
        """
        return self._session.credentials

    @property
    def catalog(self) -> Catalog:
        """The catalogue that it is from.

        Example:
            >>> "jpm.jobs" in st.jpm.jobs.catalog
            True
        """
        return self._reader.catalog

    def sibling(self, name: str) -> Resource:
        """Another resource of the same account.

        Raises:
            UnknownResource: there is none of that name.

        Example:
            >>> st.jpm.jobs.sibling("crm.customers")
        """
        return self._of(self.catalog[name])

    def _of(self, endpoint: Endpoint) -> Resource:
        return Resource(self._session, self.catalog, endpoint, self._reader.max_age)

    # -- the verbs

    def _query(self, **arguments: Any) -> Query:
        return query_of(self._reader, self.endpoint, arguments)

    @cached_property
    def where(self) -> Verb[Query]:
        """Filters and options as a Query, which shows what it would send; see `jobs.where?`.

        Example:
            >>> done = st.jpm.jobs.where(jobStatus="Completed")
            >>> done.count()
        """
        return Verb(self.endpoint, "where", WHERE, self._query)

    @cached_property
    def pull(self) -> PullVerb:
        """Read the rows as a DataFrame; see `jobs.pull?` for the filters.

        Example:
            >>> df = st.jpm.jobs.pull(jobStatus="Completed", limit=100)
            >>> len(df)
            100
        """
        # The overloads say what `to=` changes; Verb itself cannot.
        verb: Any = Verb(self.endpoint, "pull", PULL, self._pull, RUN)
        typed: PullVerb = verb
        return typed

    @cached_property
    def start(self) -> Verb[Pull]:
        """Begin a pull in the background; the same arguments as `pull`.

        Example:
            >>> run = st.jpm.jobs.start(limit=100)
            >>> len(run.wait())
            100
        """
        return Verb(self.endpoint, "start", START, self._start, RUN)

    def _pull(self, **arguments: Any) -> Any:
        run, question = self._apart(arguments)
        if self.endpoint.kind == "file" and run.get("to") is not None:
            return self._pull_files(run, question)
        return self._query(**question).pull(**run)

    def _pull_files(self, run: dict[str, Any], arguments: dict[str, Any]) -> pd.DataFrame:
        """The files themselves, into the folder `to`."""
        from .files import pull_into

        return pull_into(self._session, self.endpoint, run, arguments)

    def _start(self, **arguments: Any) -> Pull:
        run, question = self._apart(arguments)
        return self._query(**question).start(**run)

    def _apart(self, arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """(what says how to run it, what says which rows); a route's own `to` is a filter."""
        run = {}
        for name in RUN:
            if name in arguments and self.endpoint.takes(name) is None:
                run[name] = arguments.pop(name)
        return run, arguments

    def pages(self, *bare: object, **arguments: Any) -> Iterator[pd.DataFrame]:
        """The pages in order, each a DataFrame, for what is too much for one frame; later ones are
        fetched ahead.

        Args:
            arguments: filters and options, as `where` takes them.

        Example:
            >>> for page in st.jpm.jobs.pages(page_size=500):
            ...     print(len(page))
        """
        misuse.refuse_bare(self.endpoint, "pages", bare)
        return self._query(**arguments).pages()

    def head(self, n: int = 5, **arguments: Any) -> pd.DataFrame:
        """The first rows: one small request. That there are more is said in `attrs` alone.

        Example:
            >>> st.jpm.jobs.head(3, jobStatus="Completed")
        """
        return self._query(**arguments).head(n)

    def count(self, *bare: object, **arguments: Any) -> int:
        """How many rows there are: one small request if the API has a total, else a whole pull.

        Example:
            >>> st.jpm.jobs.count(jobStatus="Completed")
        """
        misuse.refuse_bare(self.endpoint, "count", bare)
        return self._query(**arguments).count()

    def get(self, id: int | str | uuid.UUID | Iterable[Any] | None = None, **filters: Any) -> Any:
        """One record by its id, as a Series; of a resource that is a file, its bytes. Several ids
        give a DataFrame.

        Raises:
            NotFound: there is no such record.
            UsageError: the resource has no route to one of its rows.

        Example:
            >>> st.jpm.jobs.get(jobs["id"].iloc[0])["jobStatus"]
            >>> st.jpm.jobs.get(jobs["id"].head(2))["jobStatus"]
        """
        if isinstance(id, Iterable) and not isinstance(id, str):
            return self._get_many(id, filters)
        route = self.endpoint
        if route.kind in ("list", "export", "rows"):
            if route.record is None:
                return self._get_by_ids(id, filters)
            route = self.catalog[route.record]
        parameters = path_parameters(route)
        if id is not None and parameters:
            filters = {parameters[-1]: id, **filters}
        row = self._only_row(self._of(route).start(**filters).wait(), id)
        if route.kind != "file":
            if route.path.endswith("{id}") and route.key == ("id",):
                self._check_id(row, id)
            return row
        from .files import shown  # a notebook plays or shows it

        return shown(row["content"])

    def _get_many(self, ids: Iterable[Any], filters: dict[str, Any]) -> pd.DataFrame:
        """Records as rows: by fifties if the list takes ids, else a call each."""
        route = self.endpoint
        if route.kind in ("list", "export", "rows"):
            if route.takes("ids") is not None:
                return self.start(**{"ids": ids, **self._inactive_too(), **filters}).wait()
            if route.record is None:
                raise self._no_route_to_a_row()
            route = self.catalog[route.record]
        parameter = path_parameters(route)[-1]
        return self._of(route).start(**{parameter: ids, **filters}).wait()

    def _get_by_ids(self, id: int | str | uuid.UUID | None, filters: dict[str, Any]) -> Any:
        if self.endpoint.takes("ids") is None:
            raise self._no_route_to_a_row()
        frame = self.start(ids=[id], **{**self._inactive_too(), **filters}).wait()
        return self._only_row(frame, id)

    def _only_row(self, frame: pd.DataFrame, id: Any) -> pd.Series[Any]:
        """The row of a record, named as it was asked for.

        Raises:
            UsageError: the answer has none.
        """
        if frame.empty:
            raise UsageError(
                f"{self.name} has no row with the id {id}.",
                "The API answered with none.",
                "Check the id, and its tenant.",
            )
        row = frame.iloc[0]
        row.name = id
        return row

    def _check_id(self, row: pd.Series[Any], id: Any) -> None:
        """Warn if the record has another id than the one that was asked for."""
        found = row.get("id")
        if id is None or pd.isna(found) or str(found) == str(id).strip():
            return
        text = (
            f"{self.name} was asked for the record {id} and answered with {found}: likely one was "
            "merged into the other."
        )
        warn(Notice(StnbWarning, text))

    def _inactive_too(self) -> dict[str, str]:
        """The filter that also shows inactive rows, if the list hides them."""
        return inactive_too(self.endpoint)

    def _no_route_to_a_row(self) -> UsageError:
        return UsageError(
            f"{self.name} has no route to one of its rows.",
            "The API offers this list only as a whole.",
            "Pull it, and select the row in pandas.",
        )
