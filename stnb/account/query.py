"""A query that one can look at before it is sent: a resource, its filters and its options."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload
from urllib.parse import urlencode

import pandas as pd

from stnb.catalog import Endpoint
from stnb.errors import BadFilter, ColumnDrift, FirstRows, KnownTrap, StnbWarning
from stnb.errors.copying import StaysHere
from stnb.errors.misused import explains_misuse
from stnb.frame import notices
from stnb.frame.save import writer
from stnb.frame.stores import check_store, name_in, staged, store_address
from stnb.pull import PageCallback, ProgressCallback, Pull
from stnb.pull.call import Call
from stnb.pull.fetch import CallSource
from stnb.pull.kept.age import NEVER, age_of
from stnb.pull.kept.key import key_of
from stnb.pull.kept.rows import Kept
from stnb.pull.many.plan import source_of
from stnb.pull.many.task import Task
from stnb.pull.options import Options, target
from stnb.pull.source import Source
from stnb.pull.stream import in_order

from . import misuse
from .cards import query_as_html
from .names import Completes
from .progress_bar import bar_for
from .reader import Reader, split_arguments, what_reads

if TYPE_CHECKING:
    import pyarrow as pa

# What says nothing of a number of rows: which columns they have, and what these mean.
NOT_OF_COUNTS = (FirstRows, ColumnDrift, KnownTrap)
SHOWN = 2_000  # letters of an address on show; one with fifty ids has about 600


@explains_misuse("query")
@dataclass(frozen=True, repr=False, eq=False)
class Query(StaysHere, metaclass=Completes):
    """Filters and options of one resource, checked, and not sent until a verb is called.

    It never changes: `where` gives another one. A phrase such as "last 30 days" is counted from the
    moment at which the query was made, so that what it shows is what it sends.

    Attributes:
        endpoint: what the catalogue knows about the resource.
        filters: as they were given.
        options: limit, columns, since and so on, as they were given.

    Example:
        >>> done = st.jpm.jobs.where(jobStatus="Completed", completedOnOrAfter="last 90 days")
        >>> done.count()
        1874
        >>> df = done.where(businessUnitId=12).pull(columns=["id", "total"])
    """

    endpoint: Endpoint
    filters: Mapping[str, Any]
    options: Options
    _reader: Reader
    _reads: Call | Task

    @property
    def url(self) -> str:
        """The address of its first request, without the paging.

        Example:
            >>> st.jpm.jobs.where(jobStatus="Completed").url.rpartition("?")[2]
            'jobStatus=Completed'
        """
        one = self._reads
        if isinstance(one, Task):
            one = one.first
        pairs = list(one.query)
        if one.batches:
            pairs += one.batches[0]
        address = f"{self._reader.session.credentials.api_url}{one.path}"
        if not pairs:
            return address
        return f"{address}?{urlencode(pairs, safe=':,[]')}"

    @property
    def sent(self) -> dict[str, str]:
        """The filters as the API is asked, by its own names; a long list by its ends.

        Example:
            >>> st.jpm.jobs.where(jobStatus="Completed").sent
            {'jobStatus': 'Completed'}
        """
        reads = self._reads
        if isinstance(reads, Task):
            reads = reads.call
        return dict(reads.filters)

    def _named(self) -> str:
        return f"This query of {self.endpoint.name}"

    def _instead(self) -> str:
        return (
            "Keep its filters, and give them to where(**filters) there; or pull it, and copy that."
        )

    def __repr__(self) -> str:
        parts = [f"{name}={value}" for name, value in (self.sent | self.options.chosen()).items()]
        return f"<Query of {' · '.join([self.endpoint.name, *parts])}>"

    def _repr_html_(self) -> str:
        facts = self.sent | self.options.chosen() | {"url": self.url[:SHOWN]}
        return str(query_as_html(self.endpoint.name, facts))

    if not TYPE_CHECKING:  # what a query is not: a type checker is to say so itself

        def __getattr__(self, name: str) -> None:
            if name.startswith("_") or name == "endpoint":
                raise AttributeError(name)
            misuse.of_a_query(self.endpoint, name)

        def __getitem__(self, key: object) -> None:
            misuse.query_read(self.endpoint.name, key)

        def __iter__(self) -> None:
            misuse.query_read(self.endpoint.name, None)

        def __len__(self) -> int:
            misuse.has_no_length(self._named(), "query.count()")

        def __bool__(self) -> bool:
            return True  # else Python would ask for the length

    def where(self, **arguments: Any) -> Query:
        """Another query with these filters and options beside its own; one of the same name takes
        the place of the one before, and None takes it away.

        Raises:
            UnknownFilter: the resource has no such filter.
            BadFilter: a value does not fit, or a required filter is missing; nothing was sent.

        Example:
            >>> done = st.jpm.jobs.where(jobStatus="Completed")
            >>> done.where(completedOnOrAfter="last 90 days")
        """
        filters, options = split_arguments(self.endpoint, arguments)
        replaced = [self.endpoint.takes(name) for name in filters]
        kept = {n: v for n, v in self.filters.items() if self.endpoint.takes(n) not in replaced}
        return _checked(
            self._reader, self.endpoint, kept | filters, replace(self.options, **options)
        )

    def _with(self, arguments: dict[str, Any]) -> Query:
        """The query itself if there is nothing to add: its filters are checked once."""
        if not arguments:
            return self
        return self.where(**arguments)

    @overload
    def pull(self, *, to: os.PathLike[str], **arguments: Any) -> Path: ...
    @overload
    def pull(self, *, to: str, **arguments: Any) -> Path | str: ...
    @overload
    def pull(self, *, to: None = None, **arguments: Any) -> pd.DataFrame: ...
    def pull(
        self,
        *,
        to: Any = None,
        progress: ProgressCallback | bool | None = None,
        on_page: PageCallback | None = None,
        **arguments: Any,
    ) -> pd.DataFrame | Path | str:
        """Read the rows as a DataFrame, or into the file `to`.

        Args:
            to: a file, whose path is then the answer: into .parquet, or a folder, the rows stream;
                .xlsx, .csv and .json are written from memory, as `stnb.save` does. An address in
                an object store, such as "s3://bucket/jobs.parquet", is then the answer itself.
            progress: called with a Progress at every change, instead of the progress bar; False
                for neither.
            on_page: called with each page as a DataFrame, as it arrives.
            arguments: filters and options, as `where` takes them.

        Raises:
            UsageError: the call cannot be made as written; nothing was sent.
            RequestError, DataError: it failed; the rows that had arrived are in `err.frame`, and
                `err.resume()` goes on.

        Example:
            >>> df = st.jpm.jobs.where(jobStatus="Completed").pull(columns=["id", "total"])
        """
        if progress is None:
            progress = bar_for(self.endpoint.name)
        if self.endpoint.kind == "file" and to is not None:
            return self._pull_files(to, progress, arguments)
        address = store_address(to)
        if address is None or self.endpoint.takes("to") is not None:
            return self.prepare(to=to, progress=progress, on_page=on_page, **arguments).read()
        writer(name_in(address))  # a wrong ending is refused before the rows are read
        check_store(address)
        with staged(address) as waiting:
            self.prepare(to=waiting, progress=progress, on_page=on_page, **arguments).read()
        return address

    def _pull_files(self, to: Any, progress: Any, arguments: dict[str, Any]) -> pd.DataFrame:
        """The files themselves, into a folder."""
        from .files import pull_into

        asked = {**self.filters, **self.options.chosen_values(), **arguments}
        run = {"to": to, "progress": progress}
        return pull_into(self._reader.session, self.endpoint, run, asked)

    def start(
        self,
        *,
        to: Any = None,
        progress: ProgressCallback | bool | None = None,
        on_page: PageCallback | None = None,
        **arguments: Any,
    ) -> Pull:
        """Begin the pull in the background; the same arguments as `pull`.

        Example:
            >>> run = st.jpm.jobs.where(jobStatus="Completed").start()
            >>> df = run.wait()
        """
        return self.prepare(to=to, progress=progress, on_page=on_page, **arguments).start()

    def prepare(
        self,
        *,
        to: Any = None,
        progress: ProgressCallback | bool | None = None,
        on_page: PageCallback | None = None,
        **arguments: Any,
    ) -> Pull:
        """The pull, not yet started; the same arguments as `pull`."""
        if to is not None and self.endpoint.takes("to") is not None:
            # Of some short summaries, `to` is a filter of the API's own.
            arguments, to = {**arguments, "to": to}, None
        query = self._with(arguments)
        return query._prepare(to, progress=progress or None, on_page=on_page)

    def _prepare(self, to: Any, **callbacks: Any) -> Pull:
        source, session = self._source(), self._reader.session
        if to is None:
            return Pull(source, kept=self._kept(source), **callbacks)
        self._refuse_age("to=", "A file is a copy of the rows by itself")
        path = target(source.call, to)
        if path.suffix.lower() != ".parquet":
            return Pull(source, target=path, **callbacks)
        if isinstance(self._reads, Task):
            advice = "Leave it out, and write the frame with stnb.save."
            if self.endpoint.kind == "file":
                advice = "Write pull(…, to=…), which puts the files into a folder."
            raise BadFilter(
                "to= does not fit.",
                f"The rows of many {self.endpoint.name} come as a frame.",
                advice,
            )
        # Loads Parquet itself, for those who use it.
        from stnb.pull.store.of_call import disk_for

        owner = session.credentials
        requested, paging = source.requested, source.paging
        store = disk_for(source.call, paging, requested, path, owner, session.now)
        return Pull(source, store, **callbacks)

    def _kept(self, source: Source) -> Kept | None:
        """The rows of this query that may be kept; None if they are read afresh."""
        age = age_of(self.options.max_age)
        if age is None:
            age = self._reader.max_age
        if not age or self.endpoint.kind == "file":
            return None
        session = self._reader.session
        key = key_of(session, self._reads, self.options, source)
        if key is None:
            return None
        return Kept(session, self.endpoint.name, key, age)

    def _refuse_age(self, beside: str, why: str) -> None:
        if age_of(self.options.max_age):
            raise BadFilter(
                f"max_age= does not fit beside {beside}.",
                f"{why}, and is always read afresh.",
                "Leave max_age out.",
            )

    def _source(self) -> Source:
        session, options = self._reader.session, self.options
        if isinstance(self._reads, Task):
            return source_of(session, self._reads, options)
        paging = options.paging(session.server_time)
        return CallSource(session, self._reads, options.requested(self.endpoint), paging)

    def pages(self, **arguments: Any) -> Iterator[pd.DataFrame]:
        """The pages in order, each a DataFrame, for what is too much for one frame; later ones are
        fetched ahead.

        Example:
            >>> for page in st.jpm.jobs.where(jobStatus="Completed").pages():
            ...     print(len(page))
        """
        query = self._with(arguments)
        query._refuse_age("pages()", "What is read page by page is too much to keep")
        if isinstance(query._reads, Task):  # an equivalent feed would come in another order
            query = query.where(bulk=False)
        return in_order(query._source())

    @property
    def streams(self) -> bool:
        """Whether its rows can go to a file while they come: one call brings them, as rows.

        Example:
            >>> st.jpm.jobs.where(jobStatus="Completed").streams
            True
        """
        return not isinstance(self._reads, Task) and self.endpoint.kind != "file"

    def arrow(self, **arguments: Any) -> pa.Table:
        """Read the rows as an Arrow table, which polars and DuckDB take without a copy.

        Returns:
            The columns and types of `pull`, and its `attrs` in the schema's metadata.

        Raises:
            UsageError, RequestError, DataError: as `pull`.

        Example:
            >>> table = st.jpm.jobs.where(jobStatus="Completed").arrow()
            >>> polars.from_arrow(table)
        """
        from stnb.frame.parquet import as_table

        return as_table(self.pull(**arguments))

    def batches(self, **arguments: Any) -> pa.RecordBatchReader:
        """Read the rows as batches of Arrow, for what does not fit into memory.

        All rows are read into a file of this machine first, as a column's type is known after the
        last page only; the file is gone once the batches are taken.

        Raises:
            UsageError, RequestError, DataError: as `pull`.

        Example:
            >>> for batch in st.jpm.jobs.where().batches():
            ...     print(batch.num_rows)
        """
        from .arrow import reader_of

        return reader_of(self.where(**arguments) if arguments else self)

    def head(self, n: int = 5, **arguments: Any) -> pd.DataFrame:
        """The first rows: one small request. That there are more is said in `attrs` alone.

        Example:
            >>> st.jpm.jobs.where(jobStatus="Completed").head(3)
        """
        frame = _first(self.start(limit=n, **arguments))
        assert isinstance(frame, pd.DataFrame)
        return frame

    def count(self, **arguments: Any) -> int:
        """How many rows there are, whatever the limit: one small request if the API gives a total,
        else a whole pull.

        Example:
            >>> st.jpm.jobs.where(jobStatus="Completed").count()
        """
        query = self._with(arguments)
        counted = query.endpoint.paged and query.endpoint.takes("includeTotal")
        if counted and isinstance(query._reads, Call):
            # The total is the same with one row a page, and the answer is the smallest.
            run = replace(query, options=Options(limit=1, max_age=NEVER)).start()
            run.result(notices=False)
            if _agrees(run):
                _tell_few(run, NOT_OF_COUNTS)
                return run.total or 0
        query = query.where(limit=None, max_age=None)  # a count is what the server says now
        run = query.start()
        frame = run.result(notices=False)
        assert isinstance(frame, pd.DataFrame)
        _tell_few(run, NOT_OF_COUNTS)
        return len(frame)


def _first(run: Pull) -> pd.DataFrame | Path:
    """The answer of a pull whose reader asked for few rows, and knows that there are more."""
    answer = run.result(notices=False)
    _tell_few(run)
    return answer


def _tell_few(run: Pull, but: Collection[type[StnbWarning]] = (FirstRows,)) -> None:
    for notice in run.notices:
        if notice.category not in but:
            notices.warn(notice)


def _agrees(run: Pull) -> bool:
    """Whether the total of a list does not contradict the rows that came with it, of which one was
    asked for; if it does, every row is counted.
    """
    total, rows, more = run.total, run.progress.rows, run.source.more
    if total is None:
        return rows == 0 and not more
    if more is None:
        return total >= rows and (rows > 0 or total == 0)
    return total > rows if more else total == rows


def query_of(reader: Reader, endpoint: Endpoint, arguments: Mapping[str, Any]) -> Query:
    """The query of these arguments, filters and options mixed as in `jobs.where(...)`.

    Raises:
        UnknownFilter: the resource has no such filter.
        BadFilter: a value does not fit, or a required filter is missing.
    """
    filters, options = split_arguments(endpoint, arguments)
    return _checked(reader, endpoint, filters, Options(**options))


def _checked(
    reader: Reader, endpoint: Endpoint, filters: Mapping[str, Any], options: Options
) -> Query:
    reads = what_reads(reader, endpoint, filters, options)
    return Query(endpoint, MappingProxyType(dict(filters)), options, reader, reads)
