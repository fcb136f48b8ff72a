"""`stnb notebook new`: a notebook to start from, for a resource."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from stnb import credentials
from stnb.catalog import Endpoint, load
from stnb.errors import BadFilter, CredentialsMissing
from stnb.explorer import notebook
from stnb.explorer.python_lines import code
from stnb.explorer.state import State, named
from stnb.pull import call
from stnb.session import clock

from .completion import complete_with, resources
from .filters import add_filters, filters_of, full_name, resource_in
from .terminal import add_hidden, add_profile, at_least_1, say

ABOUT = """Write a notebook that connects, pulls, shows the first rows, describes the columns, and
draws a picture. It runs from top to bottom, on the demo tenant too; the line to change is the one
with the profile's name."""
EXAMPLES = """examples:
  stnb notebook new jpm.jobs --jobStatus Completed
  stnb notebook new accounting.invoices --invoicedOnOrAfter "last 90 days" \\
      --profile phoenix --to revenue.ipynb
"""
LIMIT = 1_000


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The commands below `stnb notebook`; help lists the filters of the resource on the line."""
    inner = command.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command = inner.add_parser("new", help="for a resource", description=ABOUT, epilog=EXAMPLES)
    name = command.add_argument(
        "name", nargs="?", metavar="RESOURCE", help="such as jpm.jobs; see `stnb find`"
    )
    complete_with(name, resources)
    command.add_argument("file", nargs="?", type=Path, help=argparse.SUPPRESS)
    command.add_argument("--resource", metavar="NAME", help="the same, by an option")
    add_profile(command, "a profile of the .env file (default: that of `connect()`, else demo)")
    command.add_argument(
        "-n",
        "--limit",
        type=at_least_1,
        default=LIMIT,
        metavar="N",
        help=f"rows at most (default: {LIMIT:,})",
    )
    command.add_argument(
        "-o",
        "--to",
        type=Path,
        metavar="FILE",
        help="the notebook (default: the resource and today's date, in this folder)",
    )
    add_filters(command, resource_in(arguments[1:]))
    add_hidden(command, "to", "--output", "--out", "--file", type=Path)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the notebook, and say where it is.

    Raises:
        UnknownResource: no resource has that name.
        UnknownFilter: the resource has no such filter.
        BadFilter: a value does not fit, a required filter is missing, or the file's ending is
            another one.
        CannotSave: the file is there already, or cannot be written.
    """
    asked = options.name or options.resource
    if asked is None:
        raise BadFilter(
            "No resource is named.",
            "A notebook is for one resource.",
            "Write it so: stnb notebook new jpm.jobs. `stnb find WORDS` searches resources.",
        )
    endpoint = load()[full_name(asked)]
    given = named(endpoint, filters_of(options, endpoint))
    # A required filter that is missing is better noticed here than in the notebook.
    call.call(endpoint, tenant=0, filters=given)
    target = options.to or options.file or _usual_file(endpoint)
    if target.suffix != ".ipynb":
        raise BadFilter(
            f"{target} was not written.",
            "A notebook's name ends in .ipynb.",
            f"Use --to {target.stem}.ipynb.",
        )
    profile = options.profile or _usual_profile()
    state = State(profile, endpoint.name, given, options.limit)
    path = notebook.write(notebook.notebook(code(state), resource=endpoint.name), target)
    say(f"{path}  (open it with `stnb lab {path.parent}`)")
    if options.profile is None and not credentials.settings().profiles:
        _say_whose(profile)


def _say_whose(profile: str) -> None:
    """Say that the notebook reads made-up data, if nobody chose the demo on this command line."""
    if profile == credentials.DEMO:
        say(
            "note: it reads the demo tenant, whose data are made up, because no credentials were "
            "found. Run `stnb setup`, then write the profile's name into connect()."
        )


def _usual_file(endpoint: Endpoint) -> Path:
    name = endpoint.name.replace(".", "-").replace("_", "-")
    return Path(f"{name}-{clock.today():%Y-%m-%d}.ipynb")


def _usual_profile() -> str:
    """The profile that `connect()` would take, by its name, so that the notebook says whose data it
    reads.
    """
    try:
        return credentials.load().profile
    except CredentialsMissing:
        if credentials.settings().profiles:
            raise
        return credentials.DEMO
