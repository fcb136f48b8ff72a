"""`stnb demo`: the demo tenant as a server on this machine, and the faults that it can produce."""

from __future__ import annotations

import argparse
import contextlib
import socket
from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp

from stnb.demoserver import FAULTS, Companies, make_app, serve
from stnb.errors import SetupError, UsageError

from .terminal import decimal, say, whole

SERVE = """Serve the demo tenant on this machine until Ctrl-C, for stnb and any other client of the
API. It prints the lines for a .env file; with them, `stnb pull jpm.jobs --profile local` reads
from it."""
EXAMPLES = """examples:
  stnb demo serve --port 8000 --live --speed 60
  stnb demo serve --tenants 40 --scale 0.1 > .env
  stnb demo serve --fault 429-header --fault 500:0.05
  curl localhost:8000/_demo/faults -H 'Content-Type: application/json' \\
      -d '[{"name": "drop", "path": "/jobs", "times": 3}]'
"""
MOST_TENANTS = 1000


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The commands below `stnb demo`."""
    inner = command.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command = inner.add_parser("serve", help="until Ctrl-C", description=SERVE, epilog=EXAMPLES)
    _add_address(command)
    _add_company(command)
    _add_behaviour(command)
    command.set_defaults(run=run)
    command = inner.add_parser("faults", help="what the demo can do wrong, by name")
    command.set_defaults(run=list_faults)


def _add_address(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--host", default="127.0.0.1", help="this machine alone: 127.0.0.1 or localhost"
    )
    command.add_argument("--port", type=whole, default=0, help="0 takes a free one (default: 0)")
    command.add_argument(
        "--profile",
        default="local",
        metavar="NAME",
        help="the profile's name in the lines (default: local)",
    )


def _add_company(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--seed",
        type=whole,
        default=1,
        metavar="N",
        help="another seed is another company (default: 1)",
    )
    command.add_argument(
        "--scale",
        type=decimal,
        default=1.0,
        metavar="X",
        help="1 is 21,000 jobs in two years (default: 1)",
    )
    command.add_argument(
        "--tenants",
        type=whole,
        default=1,
        metavar="N",
        help="so many tenants, each with its own company, zone and pair (default: 1)",
    )
    command.add_argument(
        "--live",
        action="store_true",
        help="time goes on: calls, jobs, invoices and payments keep arriving",
    )
    command.add_argument(
        "--speed",
        type=decimal,
        metavar="X",
        help="seconds that pass in the demo in one second; with --live",
    )


def _add_behaviour(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--latency",
        type=decimal,
        default=0.0,
        metavar="S",
        help="seconds that each answer takes longer",
    )
    command.add_argument(
        "--state",
        default="healthy",
        metavar="NAME",
        help="such as disabled; a wrong name lists them",
    )
    command.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:CHANCE]",
        help="once, or by chance; see `stnb demo faults`",
    )


def list_faults(options: argparse.Namespace) -> None:
    """Print each fault and what it does."""
    width = max(map(len, FAULTS))
    for name, effect in FAULTS.items():
        print(f"{name:<{width}}  {effect}")


def run(options: argparse.Namespace) -> None:
    """Serve the demo until Ctrl-C.

    Raises:
        UsageError: an option cannot be what it is.
        SetupError: the port cannot be had.
    """
    if options.host not in serve.LOOPBACK:
        raise UsageError(
            f"The demo does not listen on {options.host}.",
            "It has no secrets of its own and knows no users, so it stays on this machine.",
            "Leave --host out, or write 127.0.0.1.",
        )
    if not options.profile.isidentifier():
        raise UsageError(
            f"{options.profile!r} is no name of a profile.",
            "It becomes part of the variables' names.",
            "Write one such as local.",
        )
    app, listener = _app(options), _listener(options.port)
    url = f"http://{serve.HOST}:{listener.getsockname()[1]}"

    def ready() -> None:
        served = "The demo tenant answers"
        if options.tenants > 1:
            served = f"{options.tenants} demo tenants answer"
        print(f"# {served} at {url} until Ctrl-C. For a .env file:")
        print(serve.env_lines(url, options.profile, options.tenants), flush=True)

    with contextlib.suppress(KeyboardInterrupt):
        serve.run(app, listener, ready)
    say("stnb: the demo has ended.")


def _app(options: argparse.Namespace) -> ASGIApp:
    if options.speed is not None and not options.live:
        raise UsageError(
            "--speed was given without --live.",
            "Without --live no time passes.",
            "Add --live, or leave --speed out.",
        )
    if not 1 <= options.tenants <= MOST_TENANTS:
        raise UsageError(
            f"{options.tenants} tenants cannot be served.",
            f"One process serves up to {MOST_TENANTS}.",
            "Correct --tenants.",
        )
    given: dict[str, Any] = {
        "seed": options.seed,
        "scale": options.scale,
        "latency": options.latency,
        "state": options.state,
        "faults": options.fault,
        "live": options.live,
        "speed": 1.0 if options.speed is None else options.speed,
    }
    try:
        if options.tenants > 1:
            return Companies(options.tenants, **given)
        return make_app(**given)
    except ValueError as err:
        happened = str(err)
    raise UsageError(
        happened,
        "The demo cannot be started in this way.",
        "See `stnb demo serve --help` and `stnb demo faults`.",
    )


def _listener(port: int) -> socket.socket:
    try:
        return serve.listen(port)
    except OverflowError as err:  # no port has such a number
        cause = str(err)
    except OSError as err:
        cause = err.strerror or str(err)
    raise SetupError(
        f"Port {port} cannot be had.",
        f"The system says: {cause}; likely another program listens there.",
        "Name another with --port, or leave it out to take a free one.",
    )
