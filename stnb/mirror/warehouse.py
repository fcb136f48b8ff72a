"""dlt_source(): the tables of one tenant or of many as a source of dlt, which loads warehouses."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stnb.account.account import Account
from stnb.account.tenants import Accounts
from stnb.catalog.facts import CLOCK_SLACK, MODIFIED, MODIFIED_SINCE
from stnb.errors import Incomplete, NotFound, Rejected, StnbError, UsageError
from stnb.errors.misused import explains_misuse
from stnb.errors.packages import imported
from stnb.frame import notices
from stnb.frame.parquet import as_table, provenance
from stnb.frame.text import text_of
from stnb.frame.united import TENANT
from stnb.pull import Pull
from stnb.tables.nested import children as children_of

from .route import Route, routes

ROWS = 65_536  # of a batch
MOMENT = pa.timestamp("us", "UTC")
State = dict[str, Any]  # what dlt keeps about a tenant of a table, as JSON


@explains_misuse("stnb")
def dlt_source(
    ts: Account | Mapping[str, Account],
    resources: Sequence[str] | str,
    *,
    children: Mapping[str, Sequence[str]] | None = None,
    strict: bool = False,
) -> Any:
    """A source of dlt (https://dlthub.com): a table for each resource, to load into any warehouse
    that dlt knows. Nothing is sent before a pipeline runs. Needs `pip install "stnb[dlt]"`.

    The first load reads everything, the next ones read what changed: from the cursor of the export
    feed on if there is one, else what was modified since, else all of it again. dlt keeps the
    cursor with the rows of its load: if a load is killed, the next one makes it good. Changed rows
    take the place of older ones by `tenant` and key. A destination that cannot merge, such as plain
    files, gets them as further rows; the latest `modifiedOn` of a key counts.

    Args:
        ts: several tenants, as `stnb.tenants()` gives them, or one account.
        resources: names such as "jpm.jobs", whose table is `jpm_jobs`.
        children: for a resource, columns of lists that become tables of their own, such as
            `accounting_invoices_items`: the rows of `stnb.children`. The resource's rows are then
            in memory at once. Children of a row whose list has become empty stay.
        strict: whether a tenant that cannot be read fails the load. Otherwise it is left out with a
            warning, and the next load reads what is missing. A table that is read whole takes the
            place of the old one, so there it always fails the load.

    Returns:
        A `dlt.sources.DltSource`. Its rows come as Arrow tables: first column `tenant`, times in
            UTC to the microsecond, durations as seconds; lists and objects as JSON, where the
            destination has no columns of them.

    Raises:
        SetupError: dlt is not installed.
        UnknownResource: no resource has that name.
        UsageError: a resource cannot be kept up to date, or `children` names one that is not read.

    Example:
        >>> source = stnb.dlt_source(stnb.tenants(), ["jpm.jobs", "accounting.invoices"])
        >>> dlt.pipeline("servicetitan", destination="duckdb").run(source)
    """
    dlt = _dlt()
    accounts = dict(ts) if isinstance(ts, Accounts | Mapping) else {ts.profile: ts}
    names = [resources] if isinstance(resources, str) else list(resources)
    lists = {name: list(columns) for name, columns in (children or {}).items()}
    _check_children(names, lists)
    tables = []
    for name in names:
        by_tenant = {tenant: routes([name], accounts[tenant])[0] for tenant in accounts}
        if by_tenant:
            tables.append(_Table(dlt, by_tenant, lists.get(name, []), strict=strict))
    if not tables:
        raise UsageError(
            "Nothing is to be loaded.",
            "No tenant or no resource was named.",
            'Name some, as in dlt_source(ts, ["jpm.jobs"]).',
        )

    # Two names may stand for one table, as a list and its export feed do.
    parts = {table.name: table.resource() for table in tables}

    def servicetitan() -> Any:
        return list(parts.values())

    return dlt.source(servicetitan, name="servicetitan", max_table_nesting=0)()


def _dlt() -> Any:
    return imported("dlt", "No source for a warehouse can be made.", "stnb[dlt]")


def _check_children(names: Sequence[str], lists: Mapping[str, Sequence[str]]) -> None:
    strange = [name for name in lists if name not in names]
    if strange:
        raise UsageError(
            f"children= names {', '.join(strange)}.",
            f"The source reads {', '.join(names)} only.",
            "Name it among the resources too, or leave it out of children.",
        )


class _Table:
    """One table of the warehouse, with the rows of every tenant."""

    def __init__(
        self, dlt: Any, by_tenant: Mapping[str, Route], lists: Sequence[str], *, strict: bool
    ) -> None:
        self.dlt, self.by_tenant, self.lists = dlt, by_tenant, lists
        self.route = next(iter(by_tenant.values()))
        self.name = self.route.table
        self.whole = self.route.by == "whole"
        self.strict = strict or self.whole

    def resource(self) -> Any:
        """What dlt loads."""
        how: dict[str, Any] = {"write_disposition": "merge"}
        if self.whole:
            how = {"write_disposition": "replace"}
        key = self.route.endpoint.key
        if key:
            how["primary_key"] = [TENANT, *key]

        def rows() -> Iterator[Any]:  # dlt takes functions, and no methods
            yield from self._rows()

        return self.dlt.resource(rows, name=self.name, **how)

    def _rows(self) -> Iterator[Any]:
        state = self.dlt.current.resource_state(self.name)
        folder = Path(tempfile.mkdtemp(prefix="stnb-dlt-"))
        readings = [
            _Reading(route, tenant, sound_state(state.get(tenant)), folder / f"{place}.parquet")
            for place, (tenant, route) in enumerate(self.by_tenant.items())
        ]
        try:
            for reading in readings:
                reading.begin()
            errors: list[StnbError] = []
            for reading in readings:
                try:
                    path = reading.finish()
                except StnbError as err:
                    errors.append(err)
                    self._left_out(reading.tenant, err)
                    continue
                yield from self._tables(reading, path)
                # dlt keeps it if all of the load is extracted, and not before.
                state[reading.tenant] = reading.following
            if len(errors) == len(readings):
                raise errors[0]
        finally:
            for reading in readings:
                reading.cancel()
            shutil.rmtree(folder, ignore_errors=True)

    def _left_out(self, tenant: str, err: StnbError) -> None:
        if self.strict or isinstance(err, UsageError):
            raise err
        text = f"{tenant} was left out of {self.name}: {err}"
        notices.warn(notices.Notice(Incomplete, text))

    def _tables(self, reading: _Reading, path: Path) -> Iterator[Any]:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS):
                table = reading.unseen(pa.Table.from_batches([batch]))
                if table.num_rows:
                    yield self._handed_on(table, reading.tenant, {})
        if self.lists:
            yield from self._children(reading, path)

    def _children(self, reading: _Reading, path: Path) -> Iterator[Any]:
        import pandas as pd

        frame = pd.read_parquet(path)
        for column in self.lists:
            if column not in frame.columns and not len(frame):
                continue
            child = children_of(frame, column)
            keys = [TENANT, *child.attrs["stnb"]["keys"]]
            hints = {
                "table_name": f"{self.name}_{column.replace('.', '_')}",
                "write_disposition": "replace" if self.whole else "merge",
                "primary_key": keys,
                "merge_key": keys[:-1],  # all children of a row are replaced together
            }
            if len(child):
                yield self._handed_on(as_table(child), reading.tenant, hints)

    def _handed_on(self, table: pa.Table, tenant: str, hints: dict[str, Any]) -> Any:
        """The rows as the destination of this load takes them.

        Args:
            hints: of a table beside the resource's own.
        """
        texts: list[str] = []
        if not self._takes_lists():
            texts = [field.name for field in table.schema if pa.types.is_nested(field.type)]
        rows = for_warehouse(table, tenant, texts)
        columns = {name: {"name": name, "data_type": "json"} for name in texts}
        if not hints and not columns:
            return rows
        mark = self.dlt.mark
        made = mark.make_hints(**hints, columns=columns or None)
        return mark.with_hints(rows, made, create_table_variant=bool(hints))

    def _takes_lists(self) -> bool:
        """Whether the destination has columns of lists and objects, as Parquet has."""
        able = self.dlt.common.destination.DestinationCapabilitiesContext
        container = self.dlt.common.configuration.container.Container()
        if able not in container:
            return False  # the source is read without a pipeline
        return bool(container[able].supports_nested_types)


# The kinds of what is kept about a tenant.
KINDS = {"cursor": str, "since": str, "recent": dict, "owner": dict}


def sound_state(state: Any) -> State:
    """What is kept about a tenant; {} if a part of it is not of its kind, as others changed it."""
    if not isinstance(state, dict):
        return {}
    for name, kind in KINDS.items():
        if not isinstance(state.get(name, kind()), kind):
            return {}
    try:
        dt.datetime.fromisoformat(state.get("since", "2020-01-01"))
    except ValueError:
        return {}
    return dict(state)


class _Reading:
    """One tenant's part of a table, in this load.

    Attributes:
        following: the state from which the next load goes on.
    """

    def __init__(self, route: Route, tenant: str, state: State, path: Path) -> None:
        self.route, self.tenant, self.state = route, tenant, state
        self.following: State = state
        self._path = path
        self._run: Pull | None = None
        self._error: StnbError | None = None

    @property
    def owner(self) -> State:
        """Whose rows they are."""
        owner = self.route.owner
        return {"id": owner.tenant, "environment": str(owner.environment)}

    def begin(self) -> None:
        """Begin to read in the background; `finish` reports what goes wrong."""
        try:
            self._check_owner()
            self._ask(self.state)
        except StnbError as err:
            self._error = err

    def finish(self) -> Path:
        """Wait for the rows; answers with their file."""
        if self._error is not None:
            raise self._error
        assert self._run is not None
        try:
            self._run.saved()
        except (Rejected, NotFound) as err:
            if "cursor" not in self.state:
                raise
            text = f"{self.route.table} of {self.tenant} is read from the beginning: the server "
            text += f"no longer takes its cursor, and answers {err.status}."
            notices.warn(notices.Notice(Incomplete, text))
            self._ask({})
            self._run.saved()
        self._go_on(provenance(str(self._path)))
        return self._path

    def cancel(self) -> None:
        """Stop reading, if it still goes on."""
        if self._run is not None and not self._run.done:
            self._run.cancel()
            with contextlib.suppress(BaseException):
                self._run.saved()

    def unseen(self, table: pa.Table) -> pa.Table:
        """The rows without those that the last load brought as they are: what was modified since
        is asked for from a little earlier on.
        """
        seen = self.state.get("recent")
        if not seen:
            return table
        stamps = _stamps(table, self.route.endpoint.key)
        return table.filter(pa.array([seen.get(key) != when for key, when in stamps], pa.bool_()))

    def _check_owner(self) -> None:
        before = self.state.get("owner")
        if before is None or before == self.owner:
            return
        raise UsageError(
            f"{self.tenant!r} names another tenant than at the last load.",
            f"It was {before.get('id')} in {before.get('environment')}, "
            f"and is {self.owner['id']} in {self.owner['environment']}.",
            "Give it another name, or load into another dataset.",
        )

    def _ask(self, state: State) -> None:
        asks: State = {}
        if state.get("cursor"):
            asks = {"from_": state["cursor"]}
        elif state.get("since"):
            asks = {MODIFIED_SINCE: state["since"]}
        filters = {**self.route.filters, **asks}
        run = self.route.resource.where(**filters).prepare(to=self._path)
        run.store.tells_traps = False
        self._run = run.start()

    def _go_on(self, about: Mapping[str, Any]) -> None:
        """Note from where the next load reads: past what came, if all of it did."""
        following = {**self.state, "owner": self.owner}
        if self.route.by == "feed":
            following["cursor"] = about["continue_from"] or self.state.get("cursor")
        elif about["complete"] is False:
            if self.route.by == "whole":
                raise _changed_under_way(self.route.table)
        elif self.route.by == "modified":
            following |= self._modified(dt.datetime.fromisoformat(about["began"]))
        self.following = following

    def _modified(self, began: dt.datetime) -> State:
        key = self.route.endpoint.key
        with pq.ParquetFile(self._path) as file:
            if MODIFIED not in file.schema_arrow.names or not set(key) <= {
                *file.schema_arrow.names
            }:
                return {}
            rows = file.read([*key, MODIFIED])
        times = rows[MODIFIED]
        if not pa.types.is_timestamp(times.type) or times.null_count or not len(times):
            return {}
        times = times.cast(MOMENT, safe=False)
        assert self._run is not None
        # The server's clock and ours may differ: the earlier of both holds.
        took = self._run.session.now() - began
        since = min(began, pc.max(times).as_py() - took) - CLOCK_SLACK
        recent = rows.filter(pc.greater_equal(times, pa.scalar(since, MOMENT)))
        return {"since": since.isoformat(), "recent": dict(_stamps(recent, key))}


def _stamps(table: pa.Table, key: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The key of each row and when it was modified, as text."""
    for row in table.select([*key, MODIFIED]).to_pylist():
        yield json.dumps([row[name] for name in key], default=str), str(row[MODIFIED])


def _changed_under_way(table: str) -> UsageError:
    return UsageError(
        f"{table} was not loaded.",
        "The list changed while it was read, so rows may lack, and they would replace all others.",
        "Load again.",
    )


def for_warehouse(table: pa.Table, tenant: str, texts: Sequence[str] = ()) -> pa.Table:
    """The rows as every destination takes them: the tenant first, times in UTC to the microsecond,
    durations as seconds.

    Args:
        texts: columns of lists and objects that become JSON text.
    """
    names, arrays = [TENANT], [pa.array([tenant] * table.num_rows, pa.string())]
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name == TENANT:
            continue
        if name in texts:
            made = pa.chunked_array([text_of(chunk) for chunk in column.chunks], pa.string())
        else:
            made = _plain(column)
        names.append(name)
        arrays.append(made)
    return pa.table(arrays, names=names)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return column.cast(MOMENT, safe=False)
    if pa.types.is_duration(column.type):
        micros = column.cast(pa.duration("us"), safe=False).cast(pa.int64())
        return pc.divide(micros.cast(pa.float64()), 1e6)
    if pa.types.is_large_string(column.type):
        return column.cast(pa.string())
    return column
