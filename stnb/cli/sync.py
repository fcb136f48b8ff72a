"""`stnb sync` and `stnb sql`: a folder of tables, kept up to date and asked."""

from __future__ import annotations

import argparse
import shutil
import sys
import warnings
from typing import TYPE_CHECKING, Any

from stnb.errors import StnbWarning

if TYPE_CHECKING:
    import pandas as pd

SYNC = """Keep a folder of Parquet files up to date, one for each resource: jpm.jobs is DIR/jpm_jobs.parquet.
The first run reads everything, the next ones what changed since. A run that was killed is made good by the next one.
Ends with 0 where every table is up to date, 1 where one is not."""
SQL = """Ask the Parquet files of a folder in DuckDB's SQL: jpm_jobs.parquet is the table jpm_jobs. Nothing is written.
In a terminal the first rows are shown; into a pipe, all rows go as CSV."""
EXAMPLES = """examples:
  stnb sync jpm.jobs crm.customers accounting.invoices --to data
  stnb sql "select jobStatus, count(*) from jpm_jobs group by all" data
"""


def add(commands: Any) -> None:
    """The commands `sync` and `sql`."""
    command = commands.add_parser(
        "sync", help="keep a folder of Parquet files up to date", description=SYNC, epilog=EXAMPLES
    )
    command.add_argument(
        "resources", nargs="+", metavar="RESOURCE", help="names, such as jpm.jobs; see `stnb find`"
    )
    command.add_argument(
        "--to", required=True, metavar="DIR", help="the folder; it keeps the tables of one tenant"
    )
    command.add_argument("--profile", help="a profile of the .env file, or demo")
    command.add_argument(
        "--env-file", metavar="FILE", help="the file to read (default: the nearest .env upwards)"
    )
    command.add_argument(
        "--quiet", action="store_true", help="no progress bars, no notes and no table"
    )
    command.set_defaults(run=_sync)

    command = commands.add_parser(
        "sql", help="ask a folder of Parquet files in SQL", description=SQL, epilog=EXAMPLES
    )
    command.add_argument("query", metavar="QUERY", help='such as "select count(*) from jpm_jobs"')
    command.add_argument(
        "folder",
        nargs="?",
        default=".",
        metavar="DIR",
        help="where the files lie (default: this folder)",
    )
    command.set_defaults(run=_sql)


def _sync(options: argparse.Namespace) -> int:
    # these bring the session and pandas, for which no other command need wait
    from stnb.account.progress_bar import meter
    from stnb.mirror import sync

    from .connect import connect

    bars = meter if sys.stderr.isatty() and not options.quiet else None
    if options.quiet:
        warnings.simplefilter("ignore", StnbWarning)
    with connect(options.profile, options.env_file, meter=bars) as st:
        changes = sync(options.resources, options.to, account=st)
    if not options.quiet:
        print(changes.drop(columns="problem").to_string(index=False, na_rep="–"))
    return int(changes["problem"].ne("").any())


def _sql(options: argparse.Namespace) -> None:
    from stnb.mirror.sql import sql

    frame = sql(options.query, options.folder)
    if sys.stdout.isatty():
        _show(frame)
    else:
        frame.to_csv(sys.stdout, index=False)


def _show(frame: pd.DataFrame) -> None:
    from stnb.tables.text import table

    print(table(frame, shutil.get_terminal_size().columns))
    print(f"\n{len(frame):,} rows, {frame.shape[1]} columns.")
