"""A folder of Parquet files, asked in SQL: DuckDB reads each file as a table that is named like it."""

from __future__ import annotations

import importlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stnb.errors import SetupError, UsageError
from stnb.frame.types import pandas_type

# Nothing is fetched from the network, and no Python variable is taken for a table.
CLOSED = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}
NAMED = 12  # tables that an error names at most


def sql(query: str, folder: str | os.PathLike[str] = ".", **parameters: Any) -> pd.DataFrame:
    """Ask a folder of Parquet files, such as `stnb.sync` keeps: `jpm_jobs.parquet` is the table
    `jpm_jobs`.

    Only these files can be read, and nothing is written. Times are in UTC, to the microsecond;
    durations are intervals.
    DuckDB does the work: `pip install duckdb`.

    Args:
        query: one SELECT in DuckDB's SQL; `DESCRIBE jpm_jobs`, `SUMMARIZE jpm_jobs` and `SHOW
            TABLES` too.
        folder: where the files lie.
        parameters: the values of `$name` in the query.

    Returns:
        A frame typed like that of a pull: Int64, Float64, boolean, str, datetime64[us, UTC],
            timedelta64[us].

    Raises:
        SetupError: DuckDB is not installed.
        UsageError: the folder has no tables, or DuckDB refuses the query; its words are kept.

    Example:
        >>> stnb.sql("select jobStatus, count(*) as n from jpm_jobs where createdOn >= $since group by all", "data", since="2026-07-01")
    """
    duckdb = _duckdb()
    files = _files(Path(folder))
    with _opened(duckdb, query, files) as connection:
        table = _asked(
            duckdb, connection, query, {k: _plain(v) for k, v in parameters.items()}, files
        )
    return _frame(table)


def _duckdb() -> Any:
    try:
        return importlib.import_module("duckdb")
    except ImportError:
        pass
    raise SetupError(
        "SQL over a folder needs DuckDB.",
        "It is not installed here, as stnb does without it otherwise.",
        "Run `pip install duckdb`, then try again.",
    )


def _files(folder: Path) -> dict[str, Path]:
    """The files by the names of their tables."""
    found = {
        p.stem: p.resolve() for p in sorted(folder.glob("*.parquet")) if not p.name.startswith(".")
    }
    if not found:
        raise UsageError(
            f"{folder} has no tables.",
            "There is no Parquet file in it." if folder.is_dir() else "There is no such folder.",
            "Name the folder that `stnb.sync(…, to=folder)` keeps, or pull(to=folder).",
        )
    return found


@contextmanager
def _opened(duckdb: Any, query: str, files: dict[str, Path]) -> Iterator[Any]:
    """A database in memory that sees the files that the query asks and nothing else."""
    with tempfile.TemporaryDirectory(
        prefix="stnb-sql-"
    ) as spill:  # for what does not fit into memory
        connection = duckdb.connect(":memory:", config={**CLOSED, "temp_directory": spill})
        try:
            connection.execute("SET TimeZone='UTC'")
            files = _named(duckdb, connection, query, files)
            for name, path in files.items():
                connection.execute(_view(duckdb, connection, name, path))
            allowed = ", ".join(_text(str(path)) for path in files.values())
            connection.execute(f"SET allowed_paths=[{allowed}]")
            connection.execute("SET enable_external_access=false")
            connection.execute("SET lock_configuration=true")
            yield connection
        finally:
            connection.close()


def _named(duckdb: Any, connection: Any, query: str, files: dict[str, Path]) -> dict[str, Path]:
    """The files that a query names, as each costs some milliseconds; all, where it names none, as
    in SHOW TABLES.
    """
    try:
        names = {name.lower() for name in connection.get_table_names(query)}
    except duckdb.Error:  # which the query itself will tell
        names = set()
    return {name: path for name, path in files.items() if name.lower() in names} or files


def _view(duckdb: Any, connection: Any, name: str, path: Path) -> str:
    """The statement that makes a file a table. Times are cut to what DuckDB's functions take."""
    try:
        schema = pq.read_schema(path)
        source = f"read_parquet({_text(str(path))})"
        connection.execute(f"SELECT * FROM {source} LIMIT 0")
    except (duckdb.Error, pa.ArrowException, OSError):
        raise UsageError(
            f"{path} cannot be read.",
            "It is no Parquet file, or not a whole one.",
            "Move it out of the folder, or sync again.",
        ) from None
    casts = [f"{cast} AS {_name(field.name)}" for field in schema if (cast := _cast(field))]
    replaced = f" REPLACE ({', '.join(casts)})" if casts else ""
    return f"CREATE VIEW {_name(name)} AS SELECT *{replaced} FROM {source}"


def _cast(field: pa.Field) -> str | None:
    if pa.types.is_timestamp(field.type):
        return f"CAST({_name(field.name)} AS TIMESTAMP{'TZ' if field.type.tz else ''})"
    if pa.types.is_duration(field.type):  # Parquet has none: it keeps the number
        per = {"s": 1_000_000, "ms": 1_000, "us": 1}.get(field.type.unit)
        number = _name(field.name)
        return f"to_microseconds({number} * {per})" if per else f"to_microseconds({number} // 1000)"
    return None


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# -- the query


def _asked(
    duckdb: Any, connection: Any, query: str, parameters: dict[str, Any], files: dict[str, Path]
) -> pa.Table:
    try:
        statements = connection.extract_statements(query)
        if [s.type.name for s in statements] == ["SELECT"]:
            return connection.sql(statements[0], params=parameters or None).to_arrow_table()
        why, then = (
            "It is not one SELECT, and the tables are only read.",
            "Ask one question, and write its answer with pandas.",
        )
    except duckdb.Error as err:
        why, then = _words(err), _hint(err, files)
    raise UsageError("The query was not carried out.", why, then)


def _words(err: Exception) -> str:
    """DuckDB's own words, without the picture of the query beneath them."""
    said = " ".join(str(err).partition("\n\nLINE ")[0].split())
    said = re.sub(r' Did you mean "pg_\w+"\?', "", said)  # its own tables, which nobody means
    said = said if len(said) <= 400 else f"{said[:400]}…"
    return f"DuckDB says: {said}{'' if said.endswith(('.', '!', '?', '…')) else '.'}"


def _hint(err: Exception, files: dict[str, Path]) -> str:
    kind, said = type(err).__name__, str(err)
    if kind == "CatalogException" and said.startswith("Catalog Error: Table"):
        more = f" and {len(files) - NAMED} more" if len(files) > NAMED else ""
        return f"The tables are: {', '.join(list(files)[:NAMED])}{more}."
    if kind == "PermissionException":
        return "Only the Parquet files of the folder can be asked, each by the name of its table."
    if re.search(r"(?i)\bparameters?\b", said):
        return (
            'Give each $name of the query its value, as in sql("… where id = $id", folder, id=5).'
        )
    return "Mend the query; `DESCRIBE table` lists the columns of a table."


def _plain(value: Any) -> Any:
    """What DuckDB takes of a value: numpy's numbers as Python's, a missing one as NULL."""
    if isinstance(value, (list, tuple, set, range, pd.Series, pd.Index)):
        return [_plain(v) for v in value]
    if value is pd.NaT or value is pd.NA:
        return None
    return (
        value.to_pydatetime(warn=False)
        if isinstance(value, pd.Timestamp)
        else value.item()
        if hasattr(value, "item")
        else value
    )


# -- the answer


def _frame(table: pa.Table) -> pd.DataFrame:
    columns = [_typed(column) for column in table.columns]
    frame: pd.DataFrame = pa.Table.from_arrays(columns, names=table.column_names).to_pandas(
        types_mapper=pandas_type
    )
    return frame


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column with the type that a pull would have given it; what does not fit exactly stays as it
    is.
    """
    kind = column.type
    if pa.types.is_interval(kind):
        return _durations(column)
    want = next((wanted(kind) for fits, wanted in _TYPES if fits(kind)), kind)
    try:
        return column.cast(want)
    except pa.ArrowException:
        return column


def _durations(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Intervals as durations, unless there are months in them, which have no length."""
    parts = column.to_pylist()
    if any(p is not None and p.months for p in parts):
        return column
    return pa.chunked_array(
        [
            pa.array(
                [
                    None if p is None else p.days * 86_400_000_000 + p.nanoseconds // 1000
                    for p in parts
                ],
                pa.duration("us"),
            )
        ]
    )


def _is_text(kind: pa.DataType) -> bool:
    """Text in another guise; a column of nothing too, as in a pull."""
    others = (
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_dictionary,
        pa.types.is_null,
    )
    return any(fits(kind) for fits in others)


_TYPES: Sequence[tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType], pa.DataType]]] = (
    (pa.types.is_uint64, lambda kind: kind),
    (pa.types.is_integer, lambda kind: pa.int64()),
    (pa.types.is_floating, lambda kind: pa.float64()),
    (
        pa.types.is_decimal,
        lambda kind: pa.float64() if kind.scale else pa.int64(),
    ),  # a sum of whole numbers is one
    (_is_text, lambda kind: pa.string()),
    (pa.types.is_date, lambda kind: pa.timestamp("us")),
    (pa.types.is_timestamp, lambda kind: pa.timestamp("us", "UTC" if kind.tz else None)),
)
