"""What all commands share: lines for the reader, and how a parser of options looks."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

if TYPE_CHECKING:
    import pandas as pd

from stnb.errors import UsageError, numbers, printable

from .completion import complete_with, profiles, resources

FORMATS = ("csv", "json", "parquet", "xlsx")


def say(text: str) -> None:
    """Print a line to standard error; standard output is for what the command was asked for."""
    print(printable(text), file=sys.stderr, flush=True)


def open_streams() -> None:
    """Have output that nobody reads (`>&-`) written to nowhere, input that is closed (`<&-`) at its
    end, and signs that the output's encoding lacks escaped: the streams of a terminal may be closed
    or in ASCII.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_csv(frame: pd.DataFrame) -> None:
    """Print all rows to standard output, as a .csv file has them."""
    from stnb.frame.csv_file import write  # brings pandas, which most commands do without

    sys.stdout.flush()
    write(frame, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def print_json(frame: pd.DataFrame) -> None:
    """Print all rows to standard output, as a .json file has them."""
    from stnb.frame.json_file import write  # brings pandas, as above

    sys.stdout.flush()
    write(frame, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def has_screen() -> bool:
    """Whether a browser can likely be opened on this machine."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class Parser(argparse.ArgumentParser):
    """A parser that keeps the lines of its texts and takes no abbreviated options.

    A new filter could make an abbreviation ambiguous, and break a script that uses it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options
        )

    def error(self, message: str) -> NoReturn:
        """Refuse the command line in three sentences, as every other error is worded.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            f"`{self.prog}` cannot be carried out as it is written.",
            f"{message[:1].upper()}{message[1:]}.",
            f"`{self.prog} --help` shows what it takes.",
        )


def add_env_file(command: argparse.ArgumentParser) -> None:
    """The option that names a .env file to read."""
    command.add_argument(
        "--env-file", metavar="FILE", help="the file to read (default: the nearest .env upwards)"
    )


def add_profile(command: argparse.ArgumentParser, help_line: str) -> None:
    """The option that names a profile, with the words that people use for it."""
    profile = command.add_argument("-p", "--profile", metavar="NAME", help=help_line)
    complete_with(profile, profiles)
    add_hidden(command, "profile", "--tenant", "--account")


def add_tenants(command: argparse.ArgumentParser) -> None:
    """The options that name several profiles of the .env file."""
    group = command.add_argument_group("several tenants at once")
    group.add_argument(
        "--all", dest="every", action="store_true", help="every profile that is ready"
    )
    group.add_argument("--profiles", metavar="A,B", help="these profiles")
    group.add_argument("--tag", metavar="TAG", help="the profiles of a group (SERVICETITAN_…_TAGS)")


def add_reading(command: argparse.ArgumentParser) -> None:
    """What a command reads: a resource, of a profile or of several."""
    resource = command.add_argument(
        "resource", metavar="RESOURCE", help="its name, such as jpm.jobs; see `stnb find`"
    )
    complete_with(resource, resources)
    add_profile(command, "a profile of the .env file, or demo")
    add_env_file(command)
    add_tenants(command)


class Options(Protocol):
    """A parser of options, or a group of them."""

    def add_argument(self, *names: str, **how: Any) -> argparse.Action: ...


def add_hidden(command: Options, dest: str, *names: str, **more: Any) -> None:
    """Other names of an option, which people guess. A name that is taken already stays what it is.

    The help does not show them: one name is enough to learn.
    """
    for name in names:
        with contextlib.suppress(argparse.ArgumentError):
            command.add_argument(
                name, dest=dest, default=argparse.SUPPRESS, help=argparse.SUPPRESS, **more
            )


def add_formats(command: Options) -> None:
    """`--json` for `--format json`, and likewise for the others."""
    for name in FORMATS:
        add_hidden(command, "format", f"--{name}", action="store_const", const=name)


def at_least_1(text: str) -> int:
    """A whole number of at least 1, as argparse reads an option's value."""
    number = numbers.whole(text)
    if number is None or number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return number


def whole(text: str) -> int:
    """A whole number, as argparse reads an option's value."""
    number = numbers.whole(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return number


def decimal(text: str) -> float:
    """A number with a point or without, as argparse reads an option's value."""
    number = numbers.decimal(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no number in digits, such as 0.5")
    return number


def add_browser_option(command: argparse.ArgumentParser) -> None:
    """`--browser` and `--no-browser`; without either, a browser opens if there is a screen."""
    command.add_argument(
        "--browser",
        action=argparse.BooleanOptionalAction,
        default=has_screen(),
        help="open the browser",
    )
