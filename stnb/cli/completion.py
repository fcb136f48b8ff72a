"""`stnb completion`: what makes the Tab key complete commands, resources, filters and values."""

from __future__ import annotations

import argparse
import os
import shlex
from collections import Counter
from collections.abc import Sequence
from typing import Any

from stnb.errors import numbers
from stnb.errors.packages import lacking, missing

SHELLS = ("bash", "zsh", "fish", "powershell")
ABOUT = """Print the lines that make the Tab key complete the commands, resources, filters, values
and profiles of stnb. They go into the file that your shell reads when it starts."""
EXAMPLES = """examples:
  stnb completion bash >> ~/.bashrc
  stnb completion zsh >> ~/.zshrc
  stnb completion fish > ~/.config/fish/completions/stnb.fish
"""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb completion`."""
    command.description, command.epilog = ABOUT, EXAMPLES
    usual = os.path.basename(os.environ.get("SHELL", ""))
    if usual not in SHELLS:
        usual = "bash"
    command.add_argument(
        "shell", nargs="?", choices=SHELLS, default=usual, help=f"default: {usual}"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the lines.

    Raises:
        SetupError: argcomplete is not installed.
    """
    if lacking("argcomplete"):
        happened = "The Tab key cannot complete stnb."
        raise missing(happened, "argcomplete", "stnb[completion]")
    from argcomplete.shell_integration import shellcode

    print(shellcode(["stnb"], shell=options.shell))


def is_asked_for() -> bool:
    """Whether a shell asks what could come next, instead of running a command."""
    return "_ARGCOMPLETE" in os.environ and not lacking("argcomplete")


def words() -> list[str]:
    """The words after `stnb` that stand before the cursor, without the one that is being typed."""
    line, point = os.environ.get("COMP_LINE", ""), os.environ.get("COMP_POINT", "")
    before = line[: numbers.whole(point)]
    try:
        found = shlex.split(before)
    except ValueError:  # a quote that is not closed yet
        found = before.split()
    if found and not before.endswith((" ", "\t")):
        found.pop()
    return found[1:]


def answer(parser: argparse.ArgumentParser) -> None:
    """Tell the shell what could come next, and end the process."""
    import argcomplete

    argcomplete.autocomplete(parser, always_complete_options="long", exclude=[])


def complete_with(action: argparse.Action, choices: Any) -> None:
    """Let the value of an option or argument be completed.

    Args:
        choices: the values, or a function that gives them, as argcomplete calls it.
    """
    completer = choices
    if not callable(choices):
        fixed = tuple(choices)
        completer = lambda **_: fixed  # noqa: E731
    action.completer = completer  # type: ignore[attr-defined]


def resources(prefix: str = "", **_: Any) -> list[str]:
    """The names of all resources, and those that do without their module: "jobs" is jpm.jobs."""
    from stnb.catalog import load

    known = list(load().endpoints)
    tails = Counter(name.split(".", 1)[1] for name in known)
    alone = [tail for tail, times in tails.items() if times == 1]
    return [name for name in [*known, *alone] if name.startswith(prefix)]


def profiles(**_: Any) -> list[str]:
    """The names of the profiles in the .env file, and demo."""
    from stnb import credentials

    try:
        return [profile.name for profile in credentials.profiles()]
    except Exception:  # noqa: BLE001 - a shell that completes shows no errors
        return [credentials.DEMO]
