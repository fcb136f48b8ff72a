"""sql(): query a folder of Parquet files. DuckDB reads each file as a table of the file's name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stnb.errors import UsageError
from stnb.errors.misused import explains_misuse
from stnb.errors.packages import imported
from stnb.frame.notices import Notice, warn

from .delta_store import lake_address, tables_in
from .delta_version import AsOf, rows_as_of
from .sql_advice import MEND, NAME_PARAMETERS, ONLY_TABLES, advice, duckdb_says
from .sql_answer import typed_frame
from .sql_files import Files, as_pattern, files_of
from .sql_refusals import refuse_unreadable
from .sql_work import carried_out
from .view import quoted_text, view, view_of_tenants

# DuckDB fetches nothing from the network, and takes no Python variable for a table.
CLOSED = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}


@explains_misuse("stnb")
def sql(
    query: str,
    folder: str | os.PathLike[str] = ".",
    *,
    as_of: AsOf | None = None,
    **parameters: Any,
) -> pd.DataFrame:
    """Query a folder of Parquet files, such as `stnb.sync` keeps: `jpm_jobs.parquet` is the table
    `jpm_jobs`.

    In a folder of several tenants (`tenant=phoenix/jpm_jobs.parquet`, as `ts.sync` keeps) the
    table holds the rows of all, and its first column is `tenant`.

    Only these files can be read, and nothing is written. Times are in UTC, to the microsecond;
    durations are intervals. DuckDB does the work: `pip install duckdb`.

    Args:
        query: one SELECT in DuckDB's SQL; `DESCRIBE jpm_jobs`, `SUMMARIZE jpm_jobs` and `SHOW
            TABLES` too.
        folder: the folder of the files, or of Delta tables (`stnb.sync(…, format="delta")`), also
            an address such as "s3://bucket/lake".
        as_of: reads Delta tables as they were: a version's number, or a date or time, such as
            "2026-10-01" (its first moment in UTC) or "last month".
        parameters: the values of `$name` in the query.

    Returns:
        A frame typed like that of a pull: Int64, Float64, boolean, str, datetime64[us, UTC],
            timedelta64[us]. Decimals are Float64 if no digit is lost, else they stay decimals.

    Warns:
        ColumnDrift: a column whose type differs between tenants is text.

    Raises:
        SetupError: DuckDB is not installed.
        UsageError: the folder has no tables, a table had no rows then, or DuckDB refuses the query;
            its words are quoted.
        Interrupted: the query was interrupted. DuckDB has stopped, or stops after the one
            long step in which it is.

    Example:
        >>> query = "select count(*) as n from jpm_jobs where createdOn >= $since"
        >>> stnb.sql(query, "data", since="2026-07-01")
        >>> prices = stnb.sql("from pricebook_services", "lake")
        >>> stnb.compare(stnb.sql("from pricebook_services", "lake", as_of="2026-10-01"), prices)
    """
    duckdb = _duckdb()
    refuse_unreadable(query)
    files = _files(folder)
    values = {name: _plain(value) for name, value in parameters.items()}
    opened: list[Any] = []
    told: list[Notice] = []

    def work() -> pa.Table:
        with _opened(duckdb, files) as connection:
            opened.append(connection)
            told.extend(_make_views(duckdb, connection, query, files, as_of))
            return _answer(duckdb, connection, query, values, files)

    def stop() -> None:
        for connection in opened:
            with suppress(duckdb.Error):  # it may be closed meanwhile
                connection.interrupt()

    rows = carried_out(work, stop)
    for notice in told:  # here, as the work is done in another thread
        warn(notice)
    return typed_frame(rows)


def _files(folder: str | os.PathLike[str]) -> Files:
    address = lake_address(folder)
    if address is not None:
        return Files({}, {}, delta=tables_in(address))
    return files_of(folder)


def _duckdb() -> Any:
    otherwise = 'or take all of `pip install "stnb[sql]"`'
    return imported("duckdb", "No SQL can be run over a folder.", "duckdb", otherwise=otherwise)


@contextmanager
def _opened(duckdb: Any, files: Files) -> Iterator[Any]:
    """A database in memory that sees the files of the folder and nothing else."""
    with ExitStack() as until_closed:
        spill = ""
        with suppress(OSError):  # a full disk: what does not fit into memory then has no place
            spill = until_closed.enter_context(tempfile.TemporaryDirectory(prefix="stnb-sql-"))
        connection = duckdb.connect(":memory:", config={**CLOSED, "temp_directory": spill})
        try:
            connection.execute("SET TimeZone='UTC'")
            _lock(connection, files)
            yield connection
        finally:
            connection.close()


def _make_views(
    duckdb: Any, connection: Any, query: str, files: Files, as_of: AsOf | None
) -> list[Notice]:
    """Make the tables that a query names; what the reader should know of them is returned."""
    told: list[Notice] = []
    for name in _named(files, _table_names(duckdb, connection, query)):
        if name in files.delta:
            connection.register(name, rows_as_of(files.delta[name], as_of))
            continue
        if as_of is not None:
            raise UsageError(
                f"{name} has no earlier versions.",
                "It is a Parquet file, which keeps its rows as they are now.",
                'Keep it with stnb.sync(…, format="delta"), or leave as_of= out.',
            )
        if name in files.by_tenant:
            statement, found = view_of_tenants(duckdb, connection, name, files.by_tenant[name])
        else:
            statement, found = view(duckdb, connection, name, files.tables[name])
        told.extend(found)
        connection.execute(statement)
    return told


def _lock(connection: Any, files: Files) -> None:
    """Close the database before it sees the query: to look for the names in it, DuckDB already
    opens the files and makes the folders that it speaks of.
    """
    # DuckDB looks at a path as the query has it, and at what it finds there.
    paths = {text for path in files.paths for text in (str(path), as_pattern(path))}
    allowed = ", ".join(map(quoted_text, sorted(paths)))
    connection.execute(f"SET allowed_paths=[{allowed}]")
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")


def _table_names(duckdb: Any, connection: Any, query: str) -> set[str]:
    """The tables that a query names, lower case; none if DuckDB cannot read the query."""
    try:
        return {name.lower() for name in connection.get_table_names(query)}
    except (duckdb.Error, ValueError):  # the query itself will fail with it
        return set()


def _named(files: Files, names: set[str]) -> list[str]:
    """The tables that a query names, as opening each file takes some milliseconds; all of them if
    it names none, as SHOW TABLES does.

    Raises:
        UsageError: the query names a file that is not read.
    """
    for name, why in files.refused.items():
        if name.lower() in names:
            raise UsageError(f"{name}.parquet is not read.", why, ONLY_TABLES)
    return [name for name in files.names if name.lower() in names] or files.names


# -- the query


def _answer(
    duckdb: Any, connection: Any, query: str, parameters: dict[str, Any], files: Files
) -> pa.Table:
    """The rows of the one SELECT.

    Raises:
        UsageError: it is not one SELECT, or DuckDB refuses it.
    """
    statements: list[Any] = []
    try:
        statements = connection.extract_statements(query)
        if [statement.type.name for statement in statements] == ["SELECT"]:
            asked = connection.sql(statements[0], params=parameters or None)
            return asked.to_arrow_table()
    except (duckdb.Error, pa.ArrowException, ValueError, RuntimeError, TypeError) as err:
        why = duckdb_says(err)
        if statements and statements[0].named_parameters != set(parameters):
            then = NAME_PARAMETERS
        elif isinstance(err, duckdb.PermissionException):
            then = ONLY_TABLES
        elif isinstance(err, duckdb.Error):
            names = _table_names(duckdb, connection, query)
            then = advice(duckdb, connection, query, names, files)
        else:
            then = MEND
    else:
        why = "It is not one SELECT, and the tables are only read."
        then = "Ask one question, and write its answer with pandas."
    raise UsageError("The query was not carried out.", why, then)


def _plain(value: Any) -> Any:
    """A parameter as DuckDB takes it: numpy's numbers as Python's, a missing value as NULL."""
    if isinstance(value, (np.ndarray, np.generic, pd.Series, pd.Index)):
        value = value.tolist()  # one value, if it has no dimension
    if isinstance(value, (list, tuple, set, range)):
        return [_plain(one) for one in value]
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    return value
