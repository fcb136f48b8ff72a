"""`stnb count`: how many rows a resource has, without reading them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .filters import add_filters, resource_in
from .terminal import add_reading

if TYPE_CHECKING:
    import pandas as pd

USAGE = "stnb count RESOURCE [options] [--FILTER VALUE ...]"
ABOUT = """Say how many rows a resource has, by one small request. The number alone is written, so
that scripts can read it; of several tenants a line each."""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb count`; help lists the filters of the resource on the line."""
    endpoint = resource_in(arguments)
    command.usage, command.description = USAGE, ABOUT
    add_reading(command)
    command.add_argument("-q", "--quiet", action="store_true", help="no notes")
    add_filters(command, endpoint)
    command.set_defaults(run=run, explains_unknown=True)


def run(options: argparse.Namespace) -> int:
    """Write the number of rows; 1 if one of several tenants lacks.

    Raises:
        CredentialsMissing: no credentials were found, and the demo was not named.
        StnbError: as `Resource.count`.
    """
    from stnb.catalog import load

    from .connect import connect
    from .filters import full_name
    from .pulling import filters_given, quieten
    from .tenants import tenants_of

    several = tenants_of(options)
    endpoint = load()[full_name(options.resource, quiet=options.quiet)]
    filters = filters_given(options, endpoint)
    quieten(options)
    if several is not None:
        with several:
            return _print_each(several.count(endpoint.name, **filters))
    print(connect(options.profile, options.env_file)[endpoint.name].count(**filters))
    return 0


def _print_each(counts: pd.DataFrame) -> int:
    """A line for each tenant; 1 if one could not be counted."""
    from stnb.tables.text import table

    from .terminal import print_csv

    if sys.stdout.isatty():
        print(table(counts, os.get_terminal_size().columns))
    else:
        print_csv(counts)
    return int(counts["problem"].ne("").any())
