"""sql(): query a folder of Parquet files. DuckDB reads each file as a table of the file's name."""

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

from stnb.errors import SetupError, UsageError
from stnb.frame.types import pandas_type

from .view import quoted_text, view

# DuckDB fetches nothing from the network, and takes no Python variable for a table.
CLOSED = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}
NAMED = 12  # tables that an error names at most
LONGEST = 400  # characters of DuckDB's words in an error


def sql(query: str, folder: str | os.PathLike[str] = ".", **parameters: Any) -> pd.DataFrame:
    """Query a folder of Parquet files, such as `stnb.sync` keeps: `jpm_jobs.parquet` is the table
    `jpm_jobs`.

    Only these files can be read, and nothing is written. Times are in UTC, to the microsecond;
    durations are intervals. DuckDB does the work: `pip install duckdb`.

    Args:
        query: one SELECT in DuckDB's SQL; `DESCRIBE jpm_jobs`, `SUMMARIZE jpm_jobs` and `SHOW
            TABLES` too.
        folder: the folder of the files.
        parameters: the values of `$name` in the query.

    Returns:
        A frame typed like that of a pull: Int64, Float64, boolean, str, datetime64[us, UTC],
            timedelta64[us].

    Raises:
        SetupError: DuckDB is not installed.
        UsageError: the folder has no tables, or DuckDB refuses the query; its words are quoted.

    Example:
        >>> query = "select count(*) as n from jpm_jobs where createdOn >= $since"
        >>> stnb.sql(query, "data", since="2026-07-01")
    """
    duckdb = _duckdb()
    files = _files(Path(folder))
    values = {name: _plain(value) for name, value in parameters.items()}
    with _opened(duckdb, query, files) as connection:
        table = _answer(duckdb, connection, query, values, files)
    return _frame(table)


def _duckdb() -> Any:
    try:
        return importlib.import_module("duckdb")
    except ImportError:
        pass
    raise SetupError(
        "SQL over a folder needs DuckDB.",
        "It is not installed here, as nothing else in stnb needs it.",
        "Run `pip install duckdb`, then try again.",
    )


def _files(folder: Path) -> dict[str, Path]:
    """The files by the names of their tables."""
    found = {}
    for path in sorted(folder.glob("*.parquet")):
        if not path.name.startswith("."):  # a file that is being written
            found[path.stem] = path.resolve()
    if found:
        return found
    why = "There is no such folder."
    if folder.is_dir():
        why = "There is no Parquet file in it."
    raise UsageError(
        f"{folder} has no tables.",
        why,
        "Name the folder that `stnb.sync(…, to=folder)` keeps, or pull(to=folder).",
    )


@contextmanager
def _opened(duckdb: Any, query: str, files: dict[str, Path]) -> Iterator[Any]:
    """A database in memory that sees the files that the query names and nothing else."""
    # The temporary folder is for what does not fit into memory.
    with tempfile.TemporaryDirectory(prefix="stnb-sql-") as spill:
        connection = duckdb.connect(":memory:", config={**CLOSED, "temp_directory": spill})
        try:
            connection.execute("SET TimeZone='UTC'")
            files = _named(files, _table_names(duckdb, connection, query))
            for name, path in files.items():
                connection.execute(view(duckdb, connection, name, path))
            allowed = ", ".join(quoted_text(str(path)) for path in files.values())
            connection.execute(f"SET allowed_paths=[{allowed}]")
            connection.execute("SET enable_external_access=false")
            connection.execute("SET lock_configuration=true")
            yield connection
        finally:
            connection.close()


def _table_names(duckdb: Any, connection: Any, query: str) -> set[str]:
    """The tables that a query names, lower case; none if DuckDB cannot read the query."""
    try:
        return {name.lower() for name in connection.get_table_names(query)}
    except duckdb.Error:  # the query itself will fail with it
        return set()


def _named(files: dict[str, Path], names: set[str]) -> dict[str, Path]:
    """The files that a query names, as opening each takes some milliseconds; all of them if it
    names none, as SHOW TABLES does.
    """
    named = {name: path for name, path in files.items() if name.lower() in names}
    return named or files


# -- the query


def _answer(
    duckdb: Any, connection: Any, query: str, parameters: dict[str, Any], files: dict[str, Path]
) -> pa.Table:
    statements: list[Any] = []
    try:
        statements = connection.extract_statements(query)
        if [statement.type.name for statement in statements] == ["SELECT"]:
            return connection.sql(statements[0], params=parameters or None).to_arrow_table()
    except duckdb.Error as err:
        why = _words(err)
        if statements and statements[0].named_parameters != set(parameters):
            then = NAME_PARAMETERS
        elif isinstance(err, duckdb.CatalogException):
            then = _known_tables(files, _table_names(duckdb, connection, query))
        elif isinstance(err, duckdb.PermissionException):
            then = ONLY_TABLES
        else:
            then = MEND
    else:
        why = "It is not one SELECT, and the tables are only read."
        then = "Ask one question, and write its answer with pandas."
    raise UsageError("The query was not carried out.", why, then)


NAME_PARAMETERS = (
    'Give each $name of the query its value, as in sql("… where id = $id", folder, id=5).'
)
ONLY_TABLES = "Only the Parquet files of the folder can be queried, each by the name of its table."
MEND = "Mend the query; `DESCRIBE table` lists the columns of a table."


def _known_tables(files: dict[str, Path], names: set[str]) -> str:
    """What to do about a name that DuckDB does not know: of a table, or of a function."""
    known = {name.lower() for name in files}
    if names <= known:
        return MEND
    listed = ", ".join(list(files)[:NAMED])
    if len(files) > NAMED:
        listed += f" and {len(files) - NAMED} more"
    return f"The tables are: {listed}."


def _words(err: Exception) -> str:
    """DuckDB's own words, without the picture of the query beneath them."""
    words = " ".join(str(err).partition("\n\nLINE ")[0].split())
    words = re.sub(r' Did you mean "pg_\w+"\?', "", words)  # a table of its own, which nobody means
    if len(words) > LONGEST:
        words = f"{words[:LONGEST]}…"
    elif not words.endswith((".", "!", "?")):
        words += "."
    return f"DuckDB says: {words}"


def _plain(value: Any) -> Any:
    """A parameter as DuckDB takes it: numpy's numbers as Python's, a missing value as NULL."""
    if isinstance(value, (list, tuple, set, range, pd.Series, pd.Index)):
        return [_plain(one) for one in value]
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    if hasattr(value, "item"):  # a number of numpy's
        return value.item()
    return value


# -- the answer


def _frame(table: pa.Table) -> pd.DataFrame:
    columns = [_typed(column) for column in table.columns]
    frame: pd.DataFrame = pa.Table.from_arrays(columns, names=table.column_names).to_pandas(
        types_mapper=pandas_type
    )
    return frame


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column with the type that a pull would have given it. If a value would not fit exactly, the
    column stays as it is.
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
    """Intervals as durations, unless there are months in them, whose length differs."""
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
    """Whether a pull would have made it text; a column without values is text too."""
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
