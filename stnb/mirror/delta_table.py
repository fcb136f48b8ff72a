"""The rows of one tenant in a Delta table that all tenants share; it is partitioned by tenant.

The package deltalake does the work: its merge, its log, its check that nobody else wrote meanwhile.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
import pyarrow.parquet as pq

from stnb.catalog.facts import LARGEST_EXACT, MODIFIED
from stnb.errors import ColumnDrift
from stnb.errors.wording import listed
from stnb.filesystem.atomic import private_folder
from stnb.frame.notices import Notice, warn
from stnb.frame.united import TENANT

from . import merge
from .columns import Rows, cast
from .delta_package import dataset_of, opened, package, tried
from .delta_types import for_delta, of_tenant
from .merge import Both, Difference, Key, writes
from .view import quoted_text

ROWS = 65_536  # of a batch


class InDelta:
    """The rows of one tenant in a Delta table.

    Args:
        address: the table's folder.
        tenant: the name of the tenant's partition.
        spare: a folder of this machine for the files that are compared.
    """

    def __init__(self, address: str, tenant: str, spare: Path) -> None:
        self.address, self.tenant, self._spare = address, tenant, spare

    @property
    def place(self) -> str:
        """Where they are, for people."""
        return self.address

    @property
    def of_tenant(self) -> pds.Expression:
        """What is true of the tenant's rows."""
        return pds.field(TENANT) == self.tenant

    def count(self, table: Any) -> int:
        """How many rows the tenant has."""
        found: int = dataset_of(table).count_rows(filter=self.of_tenant)
        return found

    def texts(self) -> Sequence[str]:
        """The columns of text, whichever tenant has made them that."""
        table = opened(self.address)
        if table is None:
            return []
        schema = dataset_of(table).schema
        kinds = zip(schema.names, schema.types, strict=True)
        return [name for name, kind in kinds if pa.types.is_string(kind) and name != TENANT]

    def turned_to_text(self, changes: Path) -> Sequence[str]:
        """The columns that would become text because of what changed."""
        table = opened(self.address)
        if table is None or not self._differing(table, Rows(changes)):
            return []
        with self._beside(changes, table, None) as (old, new):
            return merge.turned_to_text(old, new)

    def newest(self) -> dt.datetime | None:
        """The last time of change; None if a row lacks it."""
        table = opened(self.address)
        if table is None or MODIFIED not in dataset_of(table).schema.names:
            return None
        with self._file("times") as path:
            rows = dataset_of(table).scanner(columns=[MODIFIED], filter=self.of_tenant)
            _write(path, rows.projected_schema, rows.to_batches())
            return merge.newest(path)

    def merge(self, changes: Path, key: Key, about: Mapping[str, Any]) -> Difference:
        """Put what changed into the table, by its own merge. Nothing is written if nothing differs.

        Raises:
            CannotSave: the table cannot be written, or others write it all the time.
        """
        return tried(self.address, lambda: self._merge(changes, key))

    def replace(self, changes: Path, key: Key) -> Difference:
        """Put other rows in the place of all rows of the tenant; raises as `merge`."""
        return tried(self.address, lambda: self._replace(changes, key))

    # -- the work

    def _merge(self, changes: Path, key: Key) -> Difference:
        table = opened(self.address)
        assert table is not None  # else there is no checkpoint, and all rows replace none
        before = self.count(table)
        if not Rows(changes).count:
            return Difference(before, 0, 0, 0, 0, before)
        keys = None if self._differing(table, Rows(changes)) else key
        with self._beside(changes, table, keys) as (old, new):
            both = Both(Rows(old), Rows(new), key)
            after = before + len(both.fresh)
            difference = both.difference(gone=0, after=after)
            difference = replace(difference, before=before, stayed=before - len(both.was))
            if writes(difference):
                wanted = np.zeros(both.new.count, dtype=bool)
                wanted[both.now[both.changed()]] = wanted[both.fresh] = True
                self._widen(table, both)
                self._carry_out(opened(self.address), both, wanted, key)
            return difference

    def _carry_out(self, table: Any, both: Both, wanted: Any, key: Key) -> None:
        named = " and ".join(f't."{name}" = s."{name}"' for name in key)
        own = quoted_text(self.tenant)
        work = table.merge(
            source=self._reader(both, wanted),
            predicate=f"t.{TENANT} = {own} and s.{TENANT} = {own} and {named}",
            source_alias="s",
            target_alias="t",
            merge_schema=True,
        )
        work.when_matched_update_all().when_not_matched_insert_all().execute()

    def _replace(self, changes: Path, key: Key) -> Difference:
        table = opened(self.address)
        with self._beside(changes, table, None) as (old, new):
            both = Both(Rows(old), Rows(new), key, newest=False)
            count = both.new.count
            gone = both.old.count - len(both.was)
            difference = both.difference(gone=gone, after=count)
            if not key:
                difference = Difference(both.old.count, None, None, None, 0, count)
            same = key and not gone and not writes(difference)
            if table is not None and same:
                return difference
            if table is not None:
                self._widen(table, both)
            options: dict[str, Any] = {"mode": "overwrite", "partition_by": [TENANT]}
            if table is not None:
                options["predicate"] = f"{TENANT} = {quoted_text(self.tenant)}"
                options["schema_mode"] = "merge"
            elif "://" not in self.address:
                private_folder(Path(self.address))  # the package makes files that all may read
            rows = self._reader(both, np.ones(count, dtype=bool))
            package().write_deltalake(self.address, rows, **options)
            return difference

    def _widen(self, table: Any, both: Both) -> None:
        """Give the columns of all tenants the types of both files: Delta itself widens none.

        The whole table is written anew, in one step, if the type of a column differs.
        """
        source = dataset_of(table)
        both.schema = schema = _exact(source, both.schema)
        wide = [schema.field(n) if n in schema.names else source.schema.field(n)
                for n in source.schema.names]  # fmt: skip
        target = pa.schema([pa.field(field.name, field.type) for field in wide])
        if [field.type for field in source.schema] == target.types:
            return

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in source.to_batches(batch_size=ROWS):
                rows = pa.Table.from_batches([batch])
                columns = {n: cast(rows.column(n), target.field(n).type) for n in target.names}
                yield from pa.table(columns, target).to_batches()

        rows = pa.RecordBatchReader.from_batches(target, batches())
        options = {"mode": "overwrite", "schema_mode": "overwrite", "partition_by": [TENANT]}
        package().write_deltalake(self.address, rows, **options)
        self._tell(source.schema, target)

    def _tell(self, before: pa.Schema, after: pa.Schema) -> None:
        """Warn of columns that have become text for the rows that are there."""
        names = []
        for name, was, now in zip(after.names, before.types, after.types, strict=True):
            if pa.types.is_string(now) and not pa.types.is_string(was):
                names.append(name)
        if names:
            text = (
                f"{listed(names)} in {self.address} became text with the rows of {self.tenant}. The"
                " rows of other tenants have the text of their values there, 12.5 also if 12.50"
                " was sent."
            )
            warn(Notice(ColumnDrift, text))

    def _reader(self, both: Both, wanted: Any) -> pa.RecordBatchReader:
        """The rows of the new file that are wanted, with the columns of both."""
        schema = pa.schema([pa.field(TENANT, pa.string()), *both.schema])

        def batches() -> Iterator[pa.RecordBatch]:
            for rows in merge.tables_of([(both.new, wanted)], both.schema):
                yield from of_tenant(rows, self.tenant).cast(schema).to_batches(ROWS)

        return pa.RecordBatchReader.from_batches(schema, batches())

    # -- two files to compare

    def _differing(self, table: Any, coming: Rows) -> list[str]:
        """The columns that have another type in what changed than in the table."""
        schema = dataset_of(table).schema
        new = for_delta(pa.schema([(n, coming.type_of(n)) for n in coming.names]).empty_table())
        both = [name for name in new.column_names if name in schema.names]
        return [name for name in both if not _same(schema.field(name).type, new[name].type)]

    @contextlib.contextmanager
    def _beside(
        self, changes: Path, table: Any | None, key: Key | None
    ) -> Iterator[tuple[Path, Path]]:
        """The tenant's rows of the table and what changed, as two files of the same types.

        Args:
            key: its rows alone that have a key of what changed; all of them without it.
        """
        with self._file("old") as old, self._file("new") as new:
            with pq.ParquetFile(changes) as file:
                schema = for_delta(file.schema_arrow.empty_table()).schema
                parts = (pa.Table.from_batches([b]) for b in file.iter_batches(ROWS))
                _write(new, schema, (for_delta(part) for part in parts))
            if table is None:
                _write(old, schema, ())
            else:
                self._write_old(table, new, old, key)
            yield old, new

    def _write_old(self, table: Any, new: Path, old: Path, key: Key | None) -> None:
        source = dataset_of(table)
        names = [name for name in source.schema.names if name != TENANT]
        wanted = self.of_tenant
        for name in key or ():
            wanted = wanted & pds.field(name).isin(
                pq.read_table(new, columns=[name])[name].unique()
            )
        rows = source.scanner(columns=names, filter=wanted, batch_size=ROWS)
        _write(old, rows.projected_schema, rows.to_batches())

    @contextlib.contextmanager
    def _file(self, name: str) -> Iterator[Path]:
        path = self._spare / f"{Path(self.address).name}.{name}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def _write(path: Path, schema: pa.Schema, parts: Any) -> None:
    """Write batches or tables to a Parquet file."""
    with pq.ParquetWriter(path, schema) as writer:
        for part in parts:
            if isinstance(part, pa.RecordBatch):
                part = pa.Table.from_batches([part])
            writer.write_table(part.select(schema.names).cast(schema))


def _same(a: pa.DataType, b: pa.DataType) -> bool:
    """Whether two types are one, whatever the fields inside are called and may be missing."""
    if pa.types.is_list(a) and pa.types.is_list(b):
        return _same(a.value_type, b.value_type)
    return bool(a == b)


def _exact(source: pds.Dataset, schema: pa.Schema) -> pa.Schema:
    """The schema with text for floats that would not hold a whole number of another tenant."""
    for at, field in enumerate(schema):
        if field.name not in source.schema.names or not pa.types.is_floating(field.type):
            continue
        if pa.types.is_integer(source.schema.field(field.name).type):
            ends = pc.min_max(source.to_table(columns=[field.name])[field.name]).as_py()
            if max(abs(end or 0) for end in ends.values()) > LARGEST_EXACT:
                schema = schema.set(at, pa.field(field.name, pa.string()))
    return schema
