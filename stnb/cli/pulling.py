"""What `stnb pull` does: read a resource to the terminal, a pipe or a file."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from stnb.account.progress_bar import bar_for
from stnb.catalog import Endpoint, load
from stnb.errors import BadFilter, StnbError, StnbWarning
from stnb.frame.save import save
from stnb.frame.stores import store_address
from stnb.mirror.tenants import Tenants
from stnb.pull import ProgressCallback, Pull
from stnb.pull.dates import is_date
from stnb.tables.text import table

from .connect import connect
from .filters import filters_of, full_name, take_pairs
from .landing import check_file, check_file_here, keep, landing, say_saved
from .meant import not_meant
from .tenants import pull as pull_of_tenants
from .tenants import tenants_of
from .terminal import print_csv, print_json, say


def run(options: argparse.Namespace) -> int:
    """Read the rows, and put them where they are to go; 1 if one of several tenants lacks.

    Raises:
        CredentialsMissing: no credentials were found, and the demo was not named.
        StnbError: as `Resource.pull`; the rows that had arrived are kept beside the file.
    """
    _refuse_date_for_file(options.to)
    settle_format(options)
    if store_address(options.to) is not None:
        check_file(options.to)  # a folder of files or of tenants lies on this machine
    with landing(options):
        return _pull(options)


def _pull(options: argparse.Namespace) -> int:
    several = tenants_of(options)
    if several is not None:
        return _pull_of_tenants(several, options)
    endpoint = load()[full_name(options.resource, quiet=options.quiet)]
    into_folder = endpoint.kind == "file"
    if not into_folder:
        check_file_here(options)
    st = connect(options.profile, options.env_file)
    resource = st[endpoint.name]
    bar = bar_of(resource.name, options)
    given = _given(options, resource.endpoint)
    quieten(options)
    if options.to is not None and into_folder:
        _fetch_files(resource.pull(**given, to=options.to, progress=bar or False), options)
        return 0
    # Parquet is written as the rows come, so that they need not fit into memory.
    to = _streamed_to(options, resource.endpoint)
    work = resource.start(**given, to=to, progress=bar)
    if to:
        _stream(work, options)
        return 0
    put_rows(work, options)
    return 0


def bar_of(name: str, options: argparse.Namespace) -> ProgressCallback | None:
    """The bar of a pull; None if it would stand in a file, or is not wanted."""
    if options.quiet or not sys.stderr.isatty():
        return None
    return bar_for(name)


def put_rows(work: Pull, options: argparse.Namespace) -> None:
    """Wait for the rows, and put them where they are to go.

    Raises:
        StnbError: it failed; the rows that had arrived are kept beside the file.
    """
    try:
        frame = work.wait()
    except (StnbError, KeyboardInterrupt):
        keep(work.frame, options)
        raise
    put(frame, options)


def _fetch_files(files: pd.DataFrame, options: argparse.Namespace) -> None:
    """Say what came into the folder; into a pipe goes the list."""
    about = files.attrs["stnb"]
    there = files["path"].notna()
    if not sys.stdout.isatty():
        print_csv(pd.DataFrame(files))
    if not options.quiet:
        size, new = int(files["size"].sum()), about["fetched"]
        say(f"{there.sum():,} files, {new:,} of them new -> {options.to} ({size:,} bytes)")


def _given(options: argparse.Namespace, endpoint: Endpoint) -> dict[str, Any]:
    """The filters and options of the call.

    Raises:
        UsageError: a word of the line is none of them.
    """
    return {
        "limit": options.limit,
        "page_size": options.page_size,
        "max_age": options.max_age,
        "columns": options.columns,
        "since": options.since,
        **filters_given(options, endpoint),
    }


def filters_given(options: argparse.Namespace, endpoint: Endpoint) -> dict[str, Any]:
    """The filters of the call.

    Raises:
        UsageError: a word of the line is none of them.
    """
    unknown = take_pairs(options, endpoint)
    if unknown:  # the resource is known by now, so that near filters can be named
        raise not_meant(endpoint, unknown)
    return filters_of(options, endpoint)


def quieten(options: argparse.Namespace) -> None:
    """Say no notes, if they are not wanted."""
    if options.quiet:
        warnings.simplefilter("ignore", StnbWarning)


def _pull_of_tenants(several: Tenants, options: argparse.Namespace) -> int:
    endpoint = load()[full_name(options.resource, quiet=options.quiet)]
    given = _given(options, endpoint)
    quieten(options)
    with several:
        return pull_of_tenants(several, endpoint.name, given, options)


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
    say_saved(path, rows, columns, f"{run.progress.seconds:.1f} s", options)


def _refuse_date_for_file(to: str | None) -> None:
    """Refuse the end of a span of dates in the place of a file."""
    # A year alone may be the folder of several tenants.
    if to is not None and is_date(to) and not to.isdecimal():
        raise BadFilter(
            f"{to} is no file.",
            "--to says where the rows go; dates have filters of their own.",
            f"Use a filter that ends in Before, such as --createdBefore {shlex.quote(to)}.",
        )


def settle_format(options: argparse.Namespace) -> None:
    """Give the file the ending of its format, or say that the format needs a file."""
    wanted = options.format
    if wanted is None:
        return
    if options.to is None and wanted not in ("csv", "json"):
        raise BadFilter(
            f"{wanted} does not fit a terminal.",
            "It is a format of files.",
            f"Add --to FILE.{wanted}.",
        )
    if options.to is not None:
        path = Path(options.to)
        if not path.suffix:
            options.to = f"{options.to}.{wanted}"
        elif path.suffix.lower() != f".{wanted}":
            stem = options.to.rstrip("/").removesuffix(path.suffix)
            raise BadFilter(
                f"{path.name} is no {wanted} file.",
                "The ending of a file says its format.",
                f"Use --to {stem}.{wanted}, or leave --format out.",
            )


def put(frame: pd.DataFrame, options: argparse.Namespace) -> None:
    """Save the rows as the options say, or print them."""
    rows, columns = frame.shape
    if options.to:
        path = save(frame, options.to)
        seconds = frame.attrs["stnb"]["seconds"]
        say_saved(path, rows, columns, f"{seconds:.1f} s", options)
    elif options.format == "json":
        print_json(frame)
    elif sys.stdout.isatty() and options.format is None:
        print(table(frame, os.get_terminal_size().columns))
        print(f"\n{rows:,} rows, {columns} columns; --to FILE keeps them all.")
    else:
        print_csv(frame)
