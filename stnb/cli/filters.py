"""A resource's filters as options of a command: `--jobStatus Completed`."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from typing import Any

from stnb.catalog import Endpoint, Param, load
from stnb.errors import BadFilter

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
    return None


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
            group.add_argument(
                f"--{param.name}",
                dest=PREFIX + param.py,
                action="append",
                metavar=_shown(param),
                help=_note(param),
            )


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
