"""The `stnb` command: finds the file of a command, and words what went wrong.

Exit codes: 0 done, 1 failed, 2 the command cannot be carried out as written.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from stnb.errors import (
    CannotSave,
    SetupError,
    StnbError,
    StnbWarning,
    TenantsFailed,
    UsageError,
    tongue,
)
from stnb.errors.packages import own_version

from . import completion
from .guesses import understood
from .terminal import Parser, open_streams, say

EXAMPLES = """examples:
  stnb lab
  stnb find cancelled jobs
  stnb pull jobs -n 5 --profile demo
  stnb pull jpm.jobs --jobStatus Completed --completedOnOrAfter 2026-07-01 -o jobs.parquet
  stnb pull customers --active Any --limit 1000 --profile phoenix --to customers.csv
"""

# In the order of `stnb --help`. Each command stands in the file of its name, which has
# `add(command, arguments)`: it adds the options, and sets `run`. Only the file of the command that
# is called is imported, so that `stnb find` does not wait for pandas.
COMMANDS = {
    "lab": "open JupyterLab on the notebooks",
    "app": "the explorer as a page, without a notebook",
    "notebooks": "copy the tutorial notebooks to a folder",
    "notebook": "write a notebook to start from",
    "pull": "read a resource into a table or a file",
    "count": "say how many rows a resource has",
    "report": "list, look at and run the tenant's own reports",
    "sync": "keep a folder of Parquet files up to date",
    "sql": "query a folder of Parquet files in SQL",
    "dictionary": "write down what every resource holds, as a page to search",
    "docs": "build the documentation as a site",
    "cache": "list the rows that are kept for a while, or delete them",
    "find": "search resources by name, column, filter or module",
    "profiles": "list the profiles of the .env file, and whether they are ready",
    "setup": "set up a profile: what to fetch where, tried before it is kept",
    "doctor": "find out why a profile does not work, and whom to ask",
    "scan": "look for secrets in notebooks and text files",
    "demo": "serve the demo tenant on this machine",
    "catalog": "rebuild the catalogue of resources",
    "completion": "let the Tab key complete all this",
}
DONE, FAILED, NOT_AS_WRITTEN = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line; see `stnb --help`.

    Args:
        arguments: the words after `stnb`; those of the process when not given.

    Returns:
        The exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    open_streams()
    try:
        with tongue.shell():
            return _to_its_end(given)
    except StnbError as err:
        with tongue.shell():
            say(f"stnb: {err}")
            _say_the_others(err)
        _write_the_rest()
        return _exit_code(err)
    except KeyboardInterrupt:
        say("stnb: interrupted.")
        _write_the_rest()
        return FAILED
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        _write_no_more()
        return DONE
    except OSError as err:
        say(f"stnb: {_of_the_system(err)}")
        _write_no_more()
        return FAILED


def _to_its_end(given: Sequence[str]) -> int:
    """Carry it out, and see that what it printed has arrived: Python would write the rest when it
    ends, where nobody can say in words what the system refuses.
    """
    try:
        ended = _run(given)
    except SystemExit:  # the help and the version end the program
        sys.stdout.flush()
        raise
    sys.stdout.flush()
    return ended


def _say_the_others(err: StnbError) -> None:
    """A line for each tenant that failed but the first, which the error has named."""
    if isinstance(err, TenantsFailed):
        for tenant, why in list(err.problems.items())[1:]:
            say(f"{tenant}: {why}")


def _write_the_rest() -> None:
    """What was printed before an error that was said; that the output is full is no news then."""
    try:
        sys.stdout.flush()
    except OSError:
        _write_no_more()


def _write_no_more() -> None:
    """Python would complain once more when it flushes standard output at the end."""
    with contextlib.suppress(OSError, ValueError):  # what is no file has no number
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _of_the_system(err: OSError) -> StnbError:
    """What the system refused, where no command expected it, such as a full disk for the output."""
    from stnb.credentials import no_working_folder  # most commands end without it

    try:
        Path.cwd()
    except OSError:
        return no_working_folder()
    of_what = f": {err.filename}" if err.filename else ""
    return StnbError(
        "The command was not carried out to its end.",
        f"The system says: {err.strerror or err}{of_what}.",
        "Mend what it says, such as a full disk or a folder without rights, and call it again.",
    )


def _run(given: Sequence[str]) -> int:
    if completion.is_asked_for():
        completion.answer(_parser(completion.words()))
    given = understood(given, COMMANDS)
    parser = _parser(given)
    options, unknown = parser.parse_known_args(given)
    if unknown and not options.explains_unknown:
        called = " ".join(["stnb", *[word for word in given[:1] if word in COMMANDS]])
        raise UsageError(
            f"`{called}` does not know what to do with {' '.join(unknown)!r}.",
            "It takes no such word or option.",
            f"`{called} --help` shows what it takes.",
        )
    options.unknown = unknown
    with warnings.catch_warnings():
        warnings.simplefilter("always", StnbWarning)
        warnings.showwarning = lambda message, *rest, **more: say(f"note: {message}")
        return int(options.run(options) or DONE)


def _exit_code(err: StnbError) -> int:
    if isinstance(err, CannotSave):  # the command is right, and another disk would take the file
        return FAILED
    if isinstance(err, UsageError | SetupError):
        return NOT_AS_WRITTEN
    return FAILED


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """The parser with all commands, of which the one that is called has its options."""
    parser = Parser(prog="stnb", description="Explore the ServiceTitan API.", epilog=EXAMPLES)
    parser.add_argument("--version", action="version", version=f"stnb {own_version()}")
    parser.set_defaults(explains_unknown=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    # The options before a command take no values, so the first word that is a command is the one.
    called = next((word for word in given if word in COMMANDS), None)
    for name, help_line in COMMANDS.items():
        command = commands.add_parser(name, help=help_line)
        if name == called:
            module = importlib.import_module(f".{name}", __package__)
            module.add(command, given[given.index(name) + 1 :])
    return parser


if __name__ == "__main__":
    sys.exit(main())
