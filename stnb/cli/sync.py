"""`stnb sync`: a folder of tables, kept up to date."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from typing import Literal

from stnb import mirror
from stnb.errors import StnbWarning

from .completion import complete_with, resources
from .connect import connect
from .filters import full_name
from .tenants import show_sync, tenants_of
from .terminal import add_env_file, add_hidden, add_profile, add_tenants

ABOUT = """Keep a folder of Parquet files up to date, one for each resource: jpm.jobs is
DIR/jpm_jobs.parquet. The first run reads everything, the next ones read what changed since. If a
run was killed, the next one makes it good. Ends with 0 if every table is up to date, 1 if one is
not. The demo tenant's rows are made up, and are read with --profile demo only."""
EXAMPLES = """examples:
  stnb sync jpm.jobs crm.customers accounting.invoices --to data
  stnb sync jpm.jobs --all --to lake
  stnb sql "select jobStatus, count(*) from jpm_jobs group by all" data
"""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb sync`."""
    command.description, command.epilog = ABOUT, EXAMPLES
    names = command.add_argument(
        "resources", nargs="+", metavar="RESOURCE", help="names, such as jpm.jobs; see `stnb find`"
    )
    complete_with(names, resources)
    command.add_argument(
        "-o",
        "--to",
        required=True,
        metavar="DIR",
        help="the folder; each of several tenants gets one of its own in it",
    )
    add_profile(command, "a profile of the .env file, or demo")
    add_env_file(command)
    add_tenants(command)
    command.add_argument(
        "--format",
        choices=["parquet", "delta"],
        default="parquet",
        help="parquet, or delta for Delta tables that all tenants share and that keep their past",
    )
    command.add_argument(
        "-q", "--quiet", action="store_true", help="no progress bars, no notes and no table"
    )
    add_hidden(command, "to", "--output", "--out", "--folder", "--dir")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Bring the tables up to date, and print what changed; 1 if one is not up to date.

    Raises:
        CredentialsMissing: no credentials were found, and the demo was not named.
        StnbError: as `mirror.sync`.
    """
    progress: Literal[False] | None = None  # a bar for each table
    if options.quiet or not sys.stderr.isatty():
        progress = False
    if options.quiet:
        warnings.simplefilter("ignore", StnbWarning)
    names = [full_name(name) for name in options.resources]
    several = tenants_of(options)
    if several is not None:
        with several:
            changes = several.sync(names, options.to, progress=progress, format=options.format)
    else:
        with connect(options.profile, options.env_file) as st:
            changes = mirror.sync(
                names, options.to, account=st, progress=progress, format=options.format
            )
    if not options.quiet and several is not None:
        show_sync(changes)
    elif not options.quiet:
        print(changes.drop(columns="problem").to_string(index=False, na_rep="–"))
    return int(changes["problem"].ne("").any())
