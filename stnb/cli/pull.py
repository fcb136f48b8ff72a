"""The `stnb pull` command."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from stnb.account import account
from stnb.account.progress_bar import meter
from stnb.catalog import Endpoint, load
from stnb.errors import BadFilter, StnbError, StnbWarning
from stnb.frame.save import save, writer
from stnb.pull import Pull, call
from stnb.tables.text import table


def add(commands: Any, given: Sequence[str], say: Callable[[str], None]) -> None:
    """The `pull` command; its help lists the filters of the resource that stands on the line."""
    endpoint = (
        next((load()[a] for a in given[1:] if a in load()), None) if given[:1] == ["pull"] else None
    )
    command = commands.add_parser(
        "pull",
        help="read a resource into a table or a file",
        usage="stnb pull RESOURCE [options] [--FILTER VALUE ...]",
        description="Read a resource. Without --to the first rows are shown; into a pipe, all rows go as CSV.",
        epilog=None if endpoint else "`stnb pull RESOURCE --help` lists the filters of a resource.",
    )
    command.add_argument(
        "resource", metavar="RESOURCE", help="its name, such as jpm.jobs; see `stnb find`"
    )
    command.add_argument("--profile", help="a profile of the .env file, or demo")
    command.add_argument("--env-file", help="the file to read (default: the nearest .env upwards)")
    command.add_argument("--limit", type=count, metavar="N", help="rows at most")
    command.add_argument(
        "--page-size",
        type=count,
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
        "--to", metavar="FILE", help="write to a .parquet, .xlsx, .csv or .json file"
    )
    command.add_argument(
        "--filter",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a filter, where its name is an option above",
    )
    command.add_argument("--quiet", action="store_true", help="no progress bar and no notes")
    if endpoint is not None:
        group = command.add_argument_group(f"filters of {endpoint.name}")
        for p in sorted(endpoint.filters, key=lambda p: not p.required):
            shown = (
                "{" + ",".join(p.values) + "}" if p.values and len(p.values) < 9 else p.type.upper()
            )
            if f"--{p.name}" in command._option_string_actions:
                continue  # `--to` is where the rows go; a filter of that name is given by --filter
            words = ["required"] * p.required + ["several: repeat it, or commas"] * bool(p.many)
            group.add_argument(
                f"--{p.name}",
                dest=f"filter:{p.py}",
                action="append",
                metavar=shown,
                help="; ".join(words),
            )
    command.set_defaults(run=run, endpoint=endpoint, say=say)


def count(text: str) -> int:
    """A number of at least 1, as argparse reads it."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def run(options: argparse.Namespace) -> None:
    """Read, and put the rows where they are to go."""
    if options.to:
        writer(Path(options.to))  # a wrong ending is told before the rows are read
    st = account.connect(options.profile, env_file=options.env_file)
    if st.stands_in and not options.quiet:
        options.say(
            "note: no credentials were found, so this is the demo tenant; `stnb profiles` tells more."
        )
    bar = meter(options.resource) if sys.stderr.isatty() and not options.quiet else None
    resource = st[options.resource]
    if options.left:  # the resource is known by now, so that near filters can be named
        raise _unknown(resource.endpoint, options.left)
    if options.quiet:
        warnings.simplefilter("ignore", StnbWarning)
    streams = resource.endpoint.kind != "file" and resource.endpoint.takes("to") is None
    to = (
        options.to
        if streams and options.to and Path(options.to).suffix.lower() == ".parquet"
        else None
    )
    given = {
        "limit": options.limit,
        "page_size": options.page_size,
        "columns": options.columns,
        "since": options.since,
        "to": to,
    }
    work = resource.start(**given, progress=bar, **_filters(options))
    if to:
        return _stream(work, options)
    try:
        frame = work.wait()
    except (StnbError, KeyboardInterrupt):
        _keep(work.frame, options)
        raise
    return _put(frame, options)


def _stream(run: Pull, options: argparse.Namespace) -> None:
    """Rows go to the file as they come; where the pull fails, the same command goes on."""
    try:
        path = run.saved()
    except (StnbError, KeyboardInterrupt):
        if run.store.rows:
            options.say(
                f"note: the {run.store.rows:,} rows that had arrived are kept; the same command goes on from there."
            )
        raise
    if not options.quiet:
        rows, columns = pq.read_metadata(path).num_rows, len(pq.read_schema(path))
        options.say(
            f"{rows:,} rows, {columns} columns -> {path} ({path.stat().st_size:,} bytes, {run.progress.seconds:.1f} s)"
        )


def _keep(frame: pd.DataFrame | None, options: argparse.Namespace) -> None:
    """Save what had arrived beside the file that was asked for."""
    to = options.to
    if to and frame is not None and len(frame):
        path = save(frame, Path(to).with_suffix(f".partial{Path(to).suffix}"))
        options.say(f"note: the {len(frame):,} rows that had arrived are in {path}.")


def _unknown(endpoint: Endpoint, left: Sequence[str]) -> StnbError:
    first = left[0]
    if not first.startswith("--"):
        return BadFilter(
            f"{first!r} stands alone.",
            "A filter is written as --NAME VALUE.",
            f"See `stnb pull {endpoint.name} --help`.",
        )
    try:
        call.call(endpoint, 1, {first[2:].partition("=")[0]: ""})
    except StnbError as err:
        return err
    return BadFilter(
        f"{first} has no value.",
        "A filter is written as --NAME VALUE.",
        f"See `stnb pull {endpoint.name} --help`.",
    )


def _filters(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        k.removeprefix("filter:"): v
        for k, v in vars(options).items()
        if k.startswith("filter:") and v is not None
    }
    for pair in options.filter:
        name, _, value = pair.partition("=")
        given.setdefault(name, []).append(value)
    endpoint: Endpoint | None = options.endpoint
    for name, values in given.items():
        param = endpoint.takes(name) if endpoint else None
        if param is not None and param.type == "object":
            given[name] = dict(v.partition("=")[::2] for v in values)
        elif len(values) == 1 or not (param and param.many):
            given[name] = values[-1]
    return given


def _put(frame: pd.DataFrame, options: argparse.Namespace) -> None:
    if options.to:
        path = save(frame, options.to)
        about = frame.attrs["stnb"]
        if not options.quiet:
            options.say(
                f"{len(frame):,} rows, {frame.shape[1]} columns -> {path} ({path.stat().st_size:,} bytes, {about['seconds']:.1f} s)"
            )
    elif sys.stdout.isatty():
        print(table(frame, os.get_terminal_size().columns))
        print(f"\n{len(frame):,} rows, {frame.shape[1]} columns; --to FILE keeps them all.")
    else:
        frame.to_csv(sys.stdout, index=False)
