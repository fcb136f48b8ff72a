"""`stnb pull`: its options. What it does is in `pulling`, which is loaded when it is called."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .filters import add_filters, resource_in
from .terminal import (
    FORMATS,
    add_formats,
    add_hidden,
    add_reading,
    at_least_1,
)

USAGE = "stnb pull RESOURCE [options] [--FILTER VALUE ...]"
ABOUT = """Read a resource. Without --to the first rows are shown; into a pipe, all rows go as
CSV. The demo tenant's rows are made up, and are read with --profile demo only."""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb pull`; help lists the filters of the resource on the line."""
    endpoint = resource_in(arguments)
    command.usage, command.description = USAGE, ABOUT
    if endpoint is None:
        command.epilog = "`stnb pull RESOURCE --help` lists the filters of a resource."
    add_reading(command)
    command.add_argument("-n", "--limit", type=at_least_1, metavar="N", help="rows at most")
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
        "--max-age",
        metavar="TIME",
        help="take kept rows that are no older, such as '1 hour', and keep those that are read",
    )
    command.add_argument(
        "-o",
        "--to",
        metavar="FILE",
        help="write to a .parquet, .xlsx, .csv or .json file; for several tenants, a folder too",
    )
    command.add_argument(
        "--format",
        choices=FORMATS,
        help="of the file, if its name has no ending; csv and json also to the terminal",
    )
    command.add_argument("-q", "--quiet", action="store_true", help="no progress bar and no notes")
    add_filters(command, endpoint)
    _add_other_names(command)
    add_formats(command)
    command.set_defaults(run=run, explains_unknown=True)


def _add_other_names(command: argparse.ArgumentParser) -> None:
    """What other programs call these options; help does not list them."""
    add_hidden(command, "to", "--output", "--out", "--file", "--to-csv", "--to-excel")
    add_hidden(command, "limit", "-l", "--rows", "--max", "--head", "--top", type=at_least_1)
    add_hidden(command, "columns", "--fields", "--select", type=_names)
    add_hidden(command, "filter", "--where", "-w", action="append")
    add_hidden(command, "format", "-f", choices=FORMATS)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    return [name for name in names if name]


def run(options: argparse.Namespace) -> int:
    """Read the rows, and put them where they are to go; as `pulling.run`."""
    from . import pulling  # brings pandas, which the help does without

    return pulling.run(options)
