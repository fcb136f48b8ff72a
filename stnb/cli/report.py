"""`stnb report`: the tenant's own reports. What it does is in `reporting`, loaded when called."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from .guesses import REPORTS
from .terminal import FORMATS, add_env_file, add_formats, add_hidden, add_profile, at_least_1

USAGE = "stnb report {list,show,run} [REPORT] [options] [--PARAMETER VALUE ...]"
ABOUT = """List the tenant's own reports, show what one asks for, and run it. A report is named by
its number, its name, or words of its name. A day is 2026-07-01, yesterday or a span such as
"last month", of which From takes the first day and To the last."""
EXAMPLES = """examples:
  stnb report list --profile demo
  stnb report show 175 --profile demo
  stnb report run 175 --From 2026-01-01 --To 2026-01-31 --profile demo -o revenue.parquet
  stnb report run "Revenue by Business Unit" --From "last month" --To "last month"
"""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb report`; the parameters of a report are taken as they are written."""
    command.usage, command.description, command.epilog = USAGE, ABOUT, EXAMPLES
    command.add_argument("does", choices=REPORTS, help="what to do")
    command.add_argument("report", nargs="?", metavar="REPORT", help="its number or its name")
    add_profile(command, "a profile of the .env file, or demo")
    add_env_file(command)
    command.add_argument("--category", metavar="NAME", help="the category that it lies in")
    command.add_argument("-n", "--limit", type=at_least_1, metavar="N", help="rows at most")
    command.add_argument(
        "-o",
        "--output",
        dest="to",
        metavar="FILE",
        help="write to a .parquet, .xlsx, .csv or .json; also in a store, as s3://bucket/x.parquet",
    )
    command.add_argument(
        "--to", dest="to_word", metavar="FILE", help="the same; or --To, if it is no such file"
    )
    command.add_argument(
        "--format",
        choices=FORMATS,
        help="of the file, if its name has no ending; csv and json also to the terminal",
    )
    command.add_argument("-q", "--quiet", action="store_true", help="no progress bar and no notes")
    add_hidden(command, "to", "--out", "--file")
    add_formats(command)
    _add_parameters(command, arguments)
    command.set_defaults(run=run, explains_unknown=True)


def _add_parameters(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """Take each other option of the line as a parameter of the report, with the word behind it: the
    parser would take that word for the report, if it stands before it.
    """
    command.set_defaults(parameters=[])
    for word in dict.fromkeys(arguments):
        option = word.partition("=")[0]
        if option.startswith("--") and option != "--":
            add_hidden(command, "parameters", option, action=_Parameter, nargs="?")


class _Parameter(argparse.Action):
    """Keeps the name of a parameter as it was written, and its text."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        options: argparse.Namespace,
        text: Any,
        name: str | None = None,
    ) -> None:
        options.parameters = [*options.parameters, (str(name), text)]


def run(options: argparse.Namespace) -> int:
    """List, show or run; as `reporting.run`."""
    from . import reporting  # brings pandas, which the help does without

    return reporting.run(options)
