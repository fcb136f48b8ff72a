"""What people type at a first try, as the words that `stnb` knows."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from stnb.errors import UsageError

# Words of other tools for ours.
COMMANDS = {
    "search": "find",
    "list": "find",
    "ls": "find",
    "resources": "find",
    "tables": "find",
    "endpoints": "find",
    "modules": "find",
    "describe": "find",
    "info": "find",
    "schema": "find",
    "columns": "find",
    "fields": "find",
    "filters": "find",
    "get": "pull",
    "read": "pull",
    "fetch": "pull",
    "download": "pull",
    "export": "pull",
    "save": "pull",
    "show": "pull",
    "view": "pull",
    "preview": "pull",
    "head": "pull",
    "size": "count",
    "total": "count",
    "how-many": "count",
    "query": "sql",
    "explore": "app",
    "explorer": "app",
    "ui": "app",
    "gui": "app",
    "browse": "app",
    "dashboard": "app",
    "init": "setup",
    "login": "setup",
    "configure": "setup",
    "config": "setup",
    "auth": "setup",
    "connect": "setup",
    "authenticate": "setup",
    "check": "doctor",
    "test": "doctor",
    "jupyter": "lab",
    "tutorials": "notebooks",
    "profile": "profiles",
    "tenant": "profiles",
    "account": "profiles",
    "tenants": "profiles",
    "accounts": "profiles",
    "reports": "report",
    "site": "docs",
    "glossary": "dictionary",
}
# Words for what no command does, with what to type.
INSTEAD = {
    "tail": "Type `stnb pull RESOURCE --sort -Id --limit 5`.",
    "chart": "Type `stnb app`, or `stnb notebook new RESOURCE`: charts are drawn there.",
    "plot": "Type `stnb app`, or `stnb notebook new RESOURCE`: charts are drawn there.",
    "graph": "Type `stnb app`, or `stnb notebook new RESOURCE`: charts are drawn there.",
    "select": 'Type `stnb sql FOLDER "select …"`, for the folder that `stnb sync` keeps.',
    "update": "Type `stnb sync` for newer rows, or `pip install --upgrade stnb` for a newer stnb.",
    "upgrade": "Type `pip install --upgrade stnb`.",
    "install": "Type `pip install stnb`; `stnb setup` sets up a profile.",
}
NEAR = 0.7  # how like a word is to the one that it is taken for, from 0 to 1
HELP = ("-h", "--help")
BEFORE = ("-p", "--profile", "--env-file")  # options that are also written before the command
VERSION = ("version", "-v", "-V", "-version")
REPORTS = ("list", "show", "run")  # what `stnb report` does


def understood(given: Sequence[str], commands: Mapping[str, str]) -> list[str]:
    """A command line as it was likely meant: bare `stnb` is its help, `search` is `find`, and a
    resource alone is pulled.

    Args:
        given: the words after `stnb`.
        commands: the commands that there are.

    Raises:
        UsageError: the first word is no command, and no word for one.

    Example:
        >>> understood(["search", "jobs"], {"find": ""})
        ['find', 'jobs']
    """
    if not given:
        return ["--help"]
    first, *rest = given
    if first.partition("=")[0] in BEFORE:
        return _command_first(given, commands)
    if first == "help":
        return understood([*rest, "--help"], commands)
    if first in VERSION:
        return ["--version"]
    if first.startswith("-") or first in commands:
        return _finished([first, *rest])
    if first.lower() in COMMANDS:
        return _finished([COMMANDS[first.lower()], *rest])
    from .filters import named  # reads the catalogue, which most commands do without

    if named(first) is not None:
        return ["pull", first, *rest]
    if first in INSTEAD:
        raise UsageError(
            f"There is no command {first!r}.", "Something else does that.", INSTEAD[first]
        )
    raise UsageError(
        f"There is no command {first!r}.",
        _near(first, commands),
        f"`stnb --help` lists them; `stnb find {first}` searches the resources.",
    )


def _command_first(given: Sequence[str], commands: Mapping[str, str]) -> list[str]:
    """`--profile demo pull jobs` as `pull jobs --profile demo`."""
    at = 1 if "=" in given[0] else 2
    option, rest = given[:at], given[at:]
    return understood([*rest, *option], commands) if rest else ["--help"]


def _finished(words: list[str]) -> list[str]:
    """A command below a command, where it was left out."""
    if words[0] == "notebook" and words[1:2] != ["new"] and not set(words[1:]) <= set(HELP):
        return ["notebook", "new", *words[1:]]
    if words in (["notebook"], ["demo"], ["catalog"]):
        return [*words, "--help"]
    if words[0] == "report":
        return _reporting(words)
    if words[0] == "doctor":
        return _examining(words)
    if words[0] == "cache" and words[1:] in (["clear"], ["list"]):
        return ["cache", "--clear"] if words[1] == "clear" else ["cache"]
    return words


def _examining(words: list[str]) -> list[str]:
    """`stnb doctor` takes the profile as a word; elsewhere it is an option."""
    found = []
    for word in words:
        name, equals, value = word.partition("=")
        if name not in ("-p", "--profile", "--tenant"):
            found.append(word)
        elif equals:
            found.append(value)
    return found


def _reporting(words: list[str]) -> list[str]:
    """`stnb report` lists the reports, and `stnb report 175` shows one."""
    rest = words[1:]
    if rest and (rest[0] in REPORTS or rest[0] in HELP):
        return words
    if not rest or rest[0].startswith("-"):
        return ["report", "list", *rest]
    return ["report", "show", *rest]


def _near(word: str, commands: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(word, [*commands, *COMMANDS], n=1, cutoff=NEAR)
    if near:
        return f"Did you mean {COMMANDS.get(near[0], near[0])!r}?"
    return f"The commands are: {', '.join(commands)}."
