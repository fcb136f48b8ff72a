"""`stnb pull`: read a resource to the terminal, a pipe or a file."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from stnb.account.progress_bar import bar_for
from stnb.catalog import Endpoint, load
from stnb.errors import BadFilter, StnbError, StnbWarning
from stnb.frame.save import save, writer
from stnb.frame.target import local_path
from stnb.mirror.tenants import Tenants
from stnb.pull import Pull, call
from stnb.tables.text import table

from .connect import connect
from .filters import add_filters, filters_of, resource_in
from .tenants import add_tenants, tenants_of
from .tenants import pull as pull_of_tenants
from .terminal import add_env_file, at_least_1, print_csv, say

USAGE = "stnb pull RESOURCE [options] [--FILTER VALUE ...]"
ABOUT = """Read a resource. Without --to the first rows are shown; into a pipe, all rows go as
CSV. The demo tenant's rows are made up, and are read with --profile demo only."""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb pull`; help lists the filters of the resource on the line."""
    endpoint = resource_in(arguments)
    command.usage, command.description = USAGE, ABOUT
    if endpoint is None:
        command.epilog = "`stnb pull RESOURCE --help` lists the filters of a resource."
    command.add_argument(
        "resource", metavar="RESOURCE", help="its name, such as jpm.jobs; see `stnb find`"
    )
    command.add_argument("--profile", metavar="NAME", help="a profile of the .env file, or demo")
    add_env_file(command)
    add_tenants(command)
    command.add_argument("--limit", type=at_least_1, metavar="N", help="rows at most")
    command.add_argument(
        "--page-size",
        type=at_least_1,
        metavar="N",
        help="rows a request (default: chosen from the total)",
    )
    command.add_argument("--columns", type=_names, metavar="A,B", help="only these columns")
    command.add_argument(
        "--since",
        metavar="WHEN",
        help="only what changed since: a date, a phrase, or an earlier .parquet file",
    )
    command.add_argument(
        "--to",
        metavar="FILE",
        help="write to a .parquet, .xlsx, .csv or .json file; for several tenants, a folder too",
    )
    command.add_argument("--quiet", action="store_true", help="no progress bar and no notes")
    add_filters(command, endpoint)
    command.set_defaults(run=run, explains_unknown=True)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    return [name for name in names if name]


def run(options: argparse.Namespace) -> int:
    """Read the rows, and put them where they are to go; 1 if one of several tenants lacks.

    Raises:
        CredentialsMissing: no credentials were found, and the demo was not named.
        StnbError: as `Resource.pull`; the rows that had arrived are kept beside the file.
    """
    several = tenants_of(options)
    if several is not None:
        return _pull_of_tenants(several, options)
    if options.to:
        writer(local_path(options.to))  # a wrong ending is refused before the rows are read
    st = connect(options.profile, options.env_file)
    bar = None
    if sys.stderr.isatty() and not options.quiet:
        bar = bar_for(options.resource)
    resource = st[options.resource]
    if options.unknown:  # the resource is known by now, so that near filters can be named
        raise _unknown(resource.endpoint, options.unknown)
    if options.quiet:
        warnings.simplefilter("ignore", StnbWarning)
    # Parquet is written as the rows come, so that they need not fit into memory.
    to = _streamed_to(options, resource.endpoint)
    work = resource.start(**_given(options, resource.endpoint), to=to, progress=bar)
    if to:
        _stream(work, options)
        return 0
    try:
        frame = work.wait()
    except (StnbError, KeyboardInterrupt):
        _keep(work.frame, options)
        raise
    _put(frame, options)
    return 0


def _given(options: argparse.Namespace, endpoint: Endpoint) -> dict[str, Any]:
    """The filters and options of the call."""
    return {
        "limit": options.limit,
        "page_size": options.page_size,
        "columns": options.columns,
        "since": options.since,
        **filters_of(options, endpoint),
    }


def _pull_of_tenants(several: Tenants, options: argparse.Namespace) -> int:
    endpoint = load()[options.resource]
    if options.unknown:
        raise _unknown(endpoint, options.unknown)
    if options.quiet:
        warnings.simplefilter("ignore", StnbWarning)
    with several:
        return pull_of_tenants(several, endpoint.name, _given(options, endpoint), options)


def _streamed_to(options: argparse.Namespace, endpoint: Endpoint) -> str | None:
    """The Parquet file to which rows go as they come; None if they have to be in memory first."""
    if not options.to or Path(options.to).suffix.lower() != ".parquet":
        return None
    if endpoint.kind == "file" or endpoint.takes("to") is not None:  # `to` is a filter there
        return None
    return str(options.to)


def _stream(run: Pull, options: argparse.Namespace) -> None:
    """Wait while rows go to the file; if the pull fails, the same command goes on from there."""
    try:
        path = run.saved()
    except (StnbError, KeyboardInterrupt):
        if run.store.rows:
            say(
                f"note: the {run.store.rows:,} rows that had arrived are kept; "
                "the same command goes on from there."
            )
        raise
    rows, columns = pq.read_metadata(path).num_rows, len(pq.read_schema(path))
    _say_saved(path, rows, columns, run.progress.seconds, options)


def _say_saved(
    path: Path, rows: int, columns: int, seconds: float, options: argparse.Namespace
) -> None:
    if options.quiet:
        return
    size = path.stat().st_size
    say(f"{rows:,} rows, {columns} columns -> {path} ({size:,} bytes, {seconds:.1f} s)")


def _keep(frame: pd.DataFrame | None, options: argparse.Namespace) -> None:
    """Save the rows that had arrived beside the file that was asked for."""
    if not options.to or frame is None or frame.empty:
        return
    to = Path(options.to)
    path = save(frame, to.with_suffix(f".partial{to.suffix}"))
    say(f"note: the {len(frame):,} rows that had arrived are in {path}.")


def _unknown(endpoint: Endpoint, words: Sequence[str]) -> StnbError:
    """Why the first word that the parser does not know cannot be meant."""
    first = words[0]
    see = f"See `stnb pull {endpoint.name} --help`."
    if not first.startswith("--"):
        return BadFilter(f"{first!r} stands alone.", "A filter is written as --NAME VALUE.", see)
    name = first.removeprefix("--").partition("=")[0]
    try:
        call.call(endpoint, 1, {name: ""})  # it knows which filters are near to that name
    except StnbError as err:
        return err
    return BadFilter(f"{first} has no value.", "A filter is written as --NAME VALUE.", see)


def _put(frame: pd.DataFrame, options: argparse.Namespace) -> None:
    rows, columns = frame.shape
    if options.to:
        path = save(frame, options.to)
        _say_saved(path, rows, columns, frame.attrs["stnb"]["seconds"], options)
    elif sys.stdout.isatty():
        print(table(frame, os.get_terminal_size().columns))
        print(f"\n{rows:,} rows, {columns} columns; --to FILE keeps them all.")
    else:
        print_csv(frame)
