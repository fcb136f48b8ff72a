"""`stnb demo`: the demo tenant as a server on this machine, and what it can do wrong."""

from __future__ import annotations

import argparse
import contextlib
import sys
from typing import Any

from stnb.errors import SetupError, UsageError

SERVE = """Serve the demo tenant on this machine until Ctrl-C, for stnb and for any other client of the API.
It prints the lines for a .env file; with them, `stnb pull jpm.jobs --profile local` reads from it."""
EXAMPLES = """examples:
  stnb demo serve --port 8000 --live --speed 60
  stnb demo serve --fault 429-header --fault 500:0.05
  curl -X POST localhost:8000/_demo/faults -d '[{"name": "drop", "path": "/jobs", "times": 3}]'
"""


def add(commands: Any) -> None:
    """The commands `demo serve` and `demo faults`."""
    command = commands.add_parser("demo", help="serve the demo tenant on this machine")
    inner = command.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command = inner.add_parser("serve", help="until Ctrl-C", description=SERVE, epilog=EXAMPLES)
    command.add_argument(
        "--host", default="127.0.0.1", help="this machine alone: 127.0.0.1 or localhost"
    )
    command.add_argument("--port", type=int, default=0, help="0 takes a free one (default: 0)")
    command.add_argument(
        "--profile",
        default="local",
        metavar="NAME",
        help="the profile's name in the lines (default: local)",
    )
    command.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help="another seed is another company (default: 1)",
    )
    command.add_argument(
        "--scale",
        type=float,
        default=1.0,
        metavar="X",
        help="1 is 21,000 jobs in two years (default: 1)",
    )
    command.add_argument(
        "--live",
        action="store_true",
        help="time goes on: calls, jobs, invoices and payments keep arriving",
    )
    command.add_argument(
        "--speed",
        type=float,
        metavar="X",
        help="seconds that pass in the demo in one second; with --live",
    )
    command.add_argument(
        "--latency",
        type=float,
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
    command.set_defaults(run=_serve)
    command = inner.add_parser("faults", help="what the demo can do wrong, by name")
    command.set_defaults(run=_faults)


def _faults(options: argparse.Namespace) -> None:
    from stnb.demoserver import FAULTS

    wide = max(map(len, FAULTS))
    for name, told in FAULTS.items():
        print(f"{name:<{wide}}  {told}")


def _serve(options: argparse.Namespace) -> int:
    from stnb.demoserver import (
        serve,
    )  # brings numpy and uvicorn, for which no other command need wait

    if options.host not in serve.LOOPBACK:
        raise UsageError(
            f"The demo does not listen on {options.host}.",
            "It has no secrets of its own and knows no users, so it stays on this machine.",
            "Leave --host out, or write 127.0.0.1.",
        )
    if not options.profile.isidentifier():
        raise UsageError(
            f"{options.profile!r} is no name of a profile.",
            "It becomes part of variables' names.",
            "Write one like local.",
        )
    app, line = _app(options), _line(options.port)
    url = f"http://{serve.HOST}:{line.getsockname()[1]}"

    def ready() -> None:
        print(
            f"# The demo tenant answers at {url} until Ctrl-C. For a .env file:\n{serve.env_lines(url, options.profile)}",
            flush=True,
        )

    with contextlib.suppress(KeyboardInterrupt):
        serve.run(app, line, ready)
    print("stnb: the demo has ended.", file=sys.stderr)
    return 0


def _app(options: argparse.Namespace) -> Any:
    from stnb.demoserver import make_app

    if options.speed is not None and not options.live:
        raise UsageError(
            "--speed was given without --live.",
            "Without it no time passes.",
            "Add --live, or leave --speed out.",
        )
    if not 0 < options.scale <= 100 or not 0 <= options.latency <= 600:
        raise UsageError(
            "The size or the latency is out of range.",
            "A scale lies above 0 and up to 100, a latency between 0 and 600 seconds.",
            "Correct --scale or --latency.",
        )
    given = {
        "seed": options.seed,
        "scale": options.scale,
        "latency": options.latency,
        "state": options.state,
    }
    try:
        return make_app(
            **given,
            faults=options.fault,
            live=options.live,
            speed=1.0 if options.speed is None else options.speed,
        )
    except ValueError as err:
        happened = str(err)
    raise UsageError(
        happened,
        "The demo cannot be started so.",
        "See `stnb demo serve --help` and `stnb demo faults`.",
    )


def _line(port: int) -> Any:
    from stnb.demoserver.api.serve import listen

    try:
        return listen(port)
    except (OSError, OverflowError) as err:
        why = getattr(err, "strerror", None) or str(err)
    raise SetupError(
        f"Port {port} cannot be had.",
        f"The system says: {why}; likely another program listens there.",
        "Name another with --port, or leave it out to take a free one.",
    )
