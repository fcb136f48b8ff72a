"""`stnb notebook new`: a notebook to start from, for a resource."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from stnb import credentials
from stnb.catalog import Endpoint, load
from stnb.errors import BadFilter, CredentialsMissing
from stnb.session import clock

from .pull import count

ABOUT = """Write a notebook that connects, pulls, shows the first rows, says what the columns hold, and draws a picture.
It runs from top to bottom, on the demo tenant too; the profile's name is the one line to change."""
EXAMPLES = """examples:
  stnb notebook new --resource jpm.jobs --jobStatus Completed
  stnb notebook new --resource accounting.invoices --invoicedOnOrAfter "last 90 days" --profile phoenix --to revenue.ipynb
"""
LIMIT = 1_000


def add(commands: Any, given: Sequence[str], say: Callable[[str], None]) -> None:
    """The `notebook` command; its help lists the filters of the resource that stands on the line."""
    top = commands.add_parser("notebook", help="write a notebook to start from")
    inner = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    endpoint = (
        next((load()[a] for a in given[1:] if a in load()), None)
        if given[:1] == ["notebook"]
        else None
    )
    command = inner.add_parser("new", help="for a resource", description=ABOUT, epilog=EXAMPLES)
    command.add_argument(
        "--resource", required=True, metavar="NAME", help="such as jpm.jobs; see `stnb find`"
    )
    command.add_argument(
        "--profile", help="a profile of the .env file (default: the usual one, else demo)"
    )
    command.add_argument(
        "--limit", type=count, default=LIMIT, metavar="N", help=f"rows at most (default: {LIMIT:,})"
    )
    command.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="the notebook (default: the resource and today, here)",
    )
    command.add_argument(
        "--filter",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a filter, where its name is an option above",
    )
    if endpoint is not None:
        group = command.add_argument_group(f"filters of {endpoint.name}")
        for p in sorted(endpoint.filters, key=lambda p: not p.required):
            if f"--{p.name}" not in command._option_string_actions:
                shown = (
                    "{" + ",".join(p.values) + "}"
                    if p.values and len(p.values) < 9
                    else p.type.upper()
                )
                note = "; ".join(["required"] * p.required + ["several: repeat it"] * bool(p.many))
                group.add_argument(
                    f"--{p.name}", dest=f"filter:{p.py}", action="append", metavar=shown, help=note
                )
    command.set_defaults(run=_new, say=say)


def _new(options: argparse.Namespace) -> int:
    from stnb.explorer import notebook
    from stnb.explorer.state import (
        State,
        code,
        named,
    )  # brings the widgets, for which no other command need wait
    from stnb.pull import call

    endpoint = load()[options.resource]
    given = named(endpoint, _filters(options, endpoint))
    call.call(
        endpoint, tenant=0, filters=given
    )  # that a required one is missing is better told now than in the notebook
    state = State(options.profile or _usual(), endpoint.name, given, options.limit)
    target = options.to or Path(
        f"{endpoint.name.replace('.', '-').replace('_', '-')}-{clock.today():%Y-%m-%d}.ipynb"
    )
    if target.suffix != ".ipynb":
        raise BadFilter(
            f"{target} was not written.",
            "A notebook's name ends in .ipynb.",
            f"Use --to {target.stem}.ipynb.",
        )
    path = notebook.write(notebook.notebook(code(state), resource=endpoint.name), target)
    options.say(f"{path}  (open it with `stnb lab {path.parent}`)")
    return 0


def _usual() -> str:
    """The profile that `connect()` would take, by its name, so that the notebook says whose data it
    reads.
    """
    try:
        return credentials.load().profile
    except CredentialsMissing:
        if credentials.settings().profiles:
            raise
        return credentials.DEMO


def _filters(options: argparse.Namespace, endpoint: Endpoint) -> dict[str, Any]:
    given = {
        k.removeprefix("filter:"): v
        for k, v in vars(options).items()
        if k.startswith("filter:") and v is not None
    }
    for pair in options.filter:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadFilter(
                f"{pair!r} has no value.",
                "A filter is written as --filter NAME=VALUE.",
                "Put = between the two.",
            )
        given.setdefault(name, []).append(value)
    for name, values in given.items():
        param = endpoint.takes(name)
        if param is None or not param.many or len(values) == 1:
            given[name] = values[-1]
    return given
