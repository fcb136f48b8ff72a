"""The rows of a query as Arrow's own, for polars, DuckDB and others that take them as they are."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from stnb.errors.interrupts import in_one_line
from stnb.frame.parquet import as_table

ROWS = 65_536  # of a batch


class Asked(Protocol):
    """A query, as far as it is needed here."""

    @property
    def streams(self) -> bool: ...

    def pull(self, **options: Any) -> Any: ...


def reader_of(query: Asked) -> pa.RecordBatchReader:
    """The work of `Query.batches`, which is documented there.

    The type of a column is known after the last page only, so the rows lie in a file of this
    machine until they are taken.
    """
    if not query.streams:
        return as_table(query.pull()).to_reader(ROWS)
    folder = Path(tempfile.mkdtemp(prefix="stnb-batches-"))
    try:
        path = query.pull(to=folder / "rows.parquet")
        file = pq.ParquetFile(path)
    except KeyboardInterrupt:
        # What had arrived can be had as `stnb.last_partial` as long as this process runs.
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return pa.RecordBatchReader.from_batches(file.schema_arrow, _batches(file, folder))


@in_one_line
def _batches(file: pq.ParquetFile, folder: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a file, which is gone once they are taken."""
    try:
        yield from file.iter_batches(ROWS)
    finally:
        file.close()
        shutil.rmtree(folder, ignore_errors=True)
