"""dlt_source(): the tables of one tenant or of many as a source of dlt, which loads warehouses."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stnb.account.account import Account
from stnb.account.tenants import Accounts
from stnb.errors import Incomplete, StnbError, UnexpectedAnswer, UsageError
from stnb.errors.misused import explains_misuse
from stnb.errors.packages import imported
from stnb.frame import notices, shape_of
from stnb.frame.parquet import as_table
from stnb.frame.types import final_type
from stnb.frame.united import TENANT
from stnb.tables.nested import children as children_of

from .dlt_logs import hints_untold
from .route import Route, routes
from .warehouse_part import Part, sound_state
from .warehouse_rows import for_warehouse, plain_type, prepared
from .warehouse_types import ColumnTypes, json_hints

ROWS = 65_536  # of a batch


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
            destination has no columns of them. A column keeps its type for all tenants and loads:
            a value that is of another, as "A-1" among numbers, stands in a column of text beside
            it, such as `total__text`, and is told.

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
        self._types: dict[str, ColumnTypes] = {}

    def resource(self) -> Any:
        """What dlt loads."""
        how: dict[str, Any] = {"write_disposition": "merge"}
        if self.whole:
            how = {"write_disposition": "replace"}
        key = self.route.endpoint.key
        if key:
            how["primary_key"] = [TENANT, *key]

        def rows() -> Iterator[Any]:  # dlt takes functions, and no methods
            with hints_untold():
                yield from self._rows()

        return self.dlt.resource(rows, name=self.name, **how)

    def _rows(self) -> Iterator[Any]:
        self._types.clear()  # another load may find another schema
        state = self.dlt.current.resource_state(self.name)
        folder = Path(tempfile.mkdtemp(prefix="stnb-dlt-"))
        readings = [
            Part(route, tenant, sound_state(state.get(tenant)), folder / f"{place}.parquet")
            for place, (tenant, route) in enumerate(self.by_tenant.items())
        ]
        try:
            for reading in readings:
                reading.begin()
            errors: list[StnbError] = []
            for reading in readings:
                try:
                    path = reading.finish()
                    self._check_key(path, reading.tenant)
                except StnbError as err:
                    errors.append(err)
                    self._left_out(reading.tenant, err)
                    continue
                yield from self._tables(reading, path)
                for types in self._types.values():
                    types.tell(reading.tenant)
                # dlt keeps it if all of the load is extracted, and not before.
                state[reading.tenant] = reading.following
            if len(errors) == len(readings):
                raise errors[0]
        finally:
            for reading in readings:
                reading.cancel()
            shutil.rmtree(folder, ignore_errors=True)

    def _check_key(self, path: Path, tenant: str) -> None:
        """Refuse rows whose key is of another type than the table's: they could not be merged."""
        types = self._types_of(self.name)
        schema = pq.read_schema(path)
        for name in self.route.endpoint.key:
            if name in schema.names and not types.holds(name, schema.field(name).type):
                raise UnexpectedAnswer(
                    f"{name}, the key of {self.name}, is no number in rows of {tenant}.",
                    "The warehouse has numbers there, and knows rows by them.",
                    f"Look at them with {self.route.resource.name}.pull(), and leave the tenant "
                    "out of the load until they are mended.",
                )

    def _left_out(self, tenant: str, err: StnbError) -> None:
        if self.strict or isinstance(err, UsageError):
            raise err
        text = f"{tenant} was left out of {self.name}: {err}"
        notices.warn(notices.Notice(Incomplete, text))

    def _tables(self, reading: Part, path: Path) -> Iterator[Any]:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS):
                table = reading.unseen(pa.Table.from_batches([batch]))
                if table.num_rows:
                    yield self._handed_on(table, reading.tenant, self.route.endpoint.key, {})
        if self.lists:
            yield from self._children(reading, path)

    def _children(self, reading: Part, path: Path) -> Iterator[Any]:
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
                yield self._handed_on(as_table(child), reading.tenant, keys, hints)

    def _handed_on(
        self, table: pa.Table, tenant: str, key: Sequence[str], hints: dict[str, Any]
    ) -> Any:
        """The rows as the destination of this load takes them.

        Args:
            key: the columns that are never null.
            hints: of a table beside the resource's own.
        """
        types = self._types_of(hints.get("table_name", self.name))
        rows = for_warehouse(types.fitted(prepared(table)), tenant, key)
        columns = json_hints(types.json.intersection(rows.column_names))
        if not hints and not columns:
            return rows
        mark = self.dlt.mark
        made = mark.make_hints(**hints, columns=columns or None)
        return mark.with_hints(rows, made, create_table_variant=bool(hints))

    def _types_of(self, table: str) -> ColumnTypes:
        """The types of a table in this load."""
        if table not in self._types:
            due: dict[str, pa.DataType] = {}
            if table == self.name:
                columns = shape_of(self.route.endpoint).by_path.items()
                due = {path: plain_type(final_type(column)) for path, column in columns}
            self._types[table] = ColumnTypes(
                table, due, partial(self._called, table), lists=self._takes_lists()
            )
        return self._types[table]

    def _called(self, table: str, column: str) -> str | None:
        """What dlt calls the type that a column has since an earlier load."""
        schema = self.dlt.current.source_schema()
        columns = schema.tables.get(schema.naming.normalize_tables_path(table), {}).get(
            "columns", {}
        )
        about = columns.get(schema.naming.normalize_path(column), {})
        called: str | None = about.get("data_type")
        return called

    def _takes_lists(self) -> bool:
        """Whether the destination has columns of lists and objects, as Parquet has."""
        able = self.dlt.common.destination.DestinationCapabilitiesContext
        container = self.dlt.common.configuration.container.Container()
        if able not in container:
            return False  # the source is read without a pipeline
        return bool(container[able].supports_nested_types)
