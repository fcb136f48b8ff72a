"""A resource's filters as options of a command: `--jobStatus Completed`."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from stnb.catalog import Endpoint, Param, load
from stnb.errors import BadFilter, UnknownResource

from .completion import complete_with
from .terminal import add_hidden, say

FLAGS = frozenset({"--quiet", "-q"})  # options that have no value
FEW = 9  # values: fewer are listed in the help, more would fill the screen
PREFIX = "filter:"  # of a filter's name among the parsed options, apart from the command's own


def resource_in(arguments: Sequence[str]) -> Endpoint | None:
    """The first resource that is named on a command line, or None.

    It has to be known before the line is parsed, as its filters are options.
    """
    catalog = load()
    for argument in arguments:
        if argument in catalog:
            return catalog[argument]
    for argument in _free(arguments):
        found = named(argument)
        if found is not None:
            return found
    return None


def _free(arguments: Sequence[str]) -> Iterator[str]:
    """The words that are neither options nor, likely, the value of one."""
    before = ""
    for argument in arguments:
        is_value = before.startswith("-") and "=" not in before and before not in FLAGS
        if not argument.startswith("-") and not is_value:
            yield argument
        before = argument


def named(text: str) -> Endpoint | None:
    """The resource of a name, or of a name without its module, if one list alone has it: "jobs" and
    "job" are jpm.jobs.
    """
    catalog = load()
    plain = text.strip().strip("/").replace("-", "_").replace("/", ".").lower()
    if plain in catalog:
        return catalog[plain]
    for tail in (plain, f"{plain}s", f"{plain.removesuffix('y')}ies"):
        found = [e for e in catalog if e.name.split(".", 1)[1] == tail]
        if len(found) == 1:
            return found[0]
    return None


def full_name(text: str, *, quiet: bool = False) -> str:
    """The whole name of a resource that was named on a command line, with a note if it was short.

    Args:
        quiet: whether no notes are wanted.

    Raises:
        UnknownResource: no resource has that name; the message names what was likely meant.
    """
    found = named(text)
    if found is None:
        raise _unknown(text)
    if text not in load() and not quiet:
        say(f"note: {text} is read as {found.name}.")
    return found.name


def _unknown(text: str) -> UnknownResource:
    near = load().near(text, 3)
    near += [endpoint.name for endpoint in load().find(text, 3)]
    near = [name for name in near if not name.endswith(".get")]
    why = "Likely it is spelt otherwise."
    if near:
        why = f"Did you mean {' or '.join(list(dict.fromkeys(near))[:3])}?"
    return UnknownResource(
        f"There is no resource {text!r}.", why, f"Search with `stnb find {text}`."
    )


def take_pairs(options: argparse.Namespace, endpoint: Endpoint) -> list[str]:
    """Take `jobStatus=Completed`, which stands alone, as a filter; the words that are left."""
    left = []
    for word in options.unknown:
        name, equals, _ = word.partition("=")
        if equals and not word.startswith("-") and endpoint.takes(name):
            options.filter.append(word)
        else:
            left.append(word)
    return left


def add_filters(command: argparse.ArgumentParser, endpoint: Endpoint | None) -> None:
    """Add `--filter NAME=VALUE`, and an option for each filter of the resource, required ones
    first.
    """
    command.add_argument(
        "--filter",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a filter, if its name is an option above",
    )
    if endpoint is None:
        return
    group = command.add_argument_group(f"filters of {endpoint.name}")
    for param in sorted(endpoint.filters, key=_optional):
        # A filter with the name of an option, such as `--to`, is given by --filter.
        with contextlib.suppress(argparse.ArgumentError):
            option = group.add_argument(
                f"--{param.name}",
                dest=PREFIX + param.py,
                action="append",
                metavar=_shown(param),
                help=_note(param),
            )
            complete_with(option, param.values)
    for param in endpoint.filters:
        add_hidden(group, PREFIX + param.py, *_other_spellings(param.name), action="append")


def _other_spellings(name: str) -> list[str]:
    """How people write jobStatus in a shell: job-status, job_status, jobstatus."""
    dashed = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).replace(".", "-").lower()
    spellings = {dashed, dashed.replace("-", "_"), dashed.replace("-", "")} - {name}
    return [f"--{spelling}" for spelling in sorted(spellings)]


def _optional(param: Param) -> bool:
    return not param.required


def _shown(param: Param) -> str:
    if param.values and len(param.values) < FEW:
        return "{" + ",".join(param.values) + "}"
    return param.type.upper()


def _note(param: Param) -> str:
    notes = []
    if param.required:
        notes.append("required")
    if param.many:
        notes.append("several: repeat it, or use commas")
    return "; ".join(notes)


def filters_of(options: argparse.Namespace, endpoint: Endpoint) -> dict[str, Any]:
    """The filters of a parsed command line, by name.

    Raises:
        BadFilter: a `--filter` has no value.

    Example:
        >>> filters_of(options, load()["jpm.jobs"])
        {'jobStatus': 'Completed'}
    """
    texts: dict[str, list[str]] = {}
    for name, values in vars(options).items():
        if name.startswith(PREFIX) and values is not None:
            texts[name.removeprefix(PREFIX)] = list(values)
    for pair in options.filter:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadFilter(
                f"{pair!r} has no value.",
                "A filter is written as --filter NAME=VALUE.",
                "Put = between the two.",
            )
        texts.setdefault(name, []).append(value)
    given = {}
    for name, values in texts.items():
        given[name] = _value(endpoint.takes(name), values)
    return given


def _value(param: Param | None, texts: list[str]) -> Any:
    """The texts as one value: a dictionary for an object, a list for several, else the last one."""
    if param is not None and param.type == "object":
        return dict(text.partition("=")[::2] for text in texts)
    if param is not None and param.many and len(texts) > 1:
        return texts
    return texts[-1]
