"""`stnb sql`: a question to a folder of tables."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from stnb.mirror.sql import sql
from stnb.tables.text import table

from .terminal import print_csv

ABOUT = """Query the Parquet files of a folder in DuckDB's SQL: jpm_jobs.parquet is the table
jpm_jobs. Nothing is written. In a terminal the first rows are shown; into a pipe, all rows go as
CSV."""
EXAMPLES = """examples:
  stnb sync jpm.jobs --to data
  stnb sql "select jobStatus, count(*) from jpm_jobs group by all" data
"""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb sql`."""
    command.description, command.epilog = ABOUT, EXAMPLES
    command.add_argument("query", metavar="QUERY", help='such as "select count(*) from jpm_jobs"')
    command.add_argument(
        "folder",
        nargs="?",
        default=".",
        metavar="DIR",
        help="the folder of the files (default: this folder)",
    )
    command.add_argument(
        "--as-of",
        metavar="WHEN",
        help="read Delta tables as they were: a version's number, or a date such as 2026-10-01",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the rows of the answer.

    Raises:
        SetupError: DuckDB is not installed.
        UsageError: the folder has no tables, or DuckDB refuses the query.
    """
    query, folder = options.query, options.folder
    if Path(query).is_dir() and not Path(folder).is_dir():
        query, folder = folder, query  # people name the folder first, too
    as_of = options.as_of
    if as_of is not None and as_of.isdecimal() and len(as_of) < 4:  # four digits are a year
        as_of = int(as_of)
    frame = sql(query, folder, as_of=as_of)
    if sys.stdout.isatty():
        print(table(frame, shutil.get_terminal_size().columns))
        print(f"\n{len(frame):,} rows, {frame.shape[1]} columns.")
    else:
        print_csv(frame)
