"""`stnb doctor`: prints what `checkup.examine` finds."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

from stnb import credentials

if TYPE_CHECKING:
    from stnb.access.doctor import Report
    from stnb.account.account import Account

ABOUT = """Look at everything between the .env file and the first row, and name the likeliest cause where it does not work.
The report holds no secret and can be pasted into a ticket. Ends with 0 where all is well, 1 where something is wrong."""


def add(commands: Any) -> None:
    command = commands.add_parser(
        "doctor", help="find out why it does not work, and whom to ask", description=ABOUT
    )
    command.add_argument(
        "profile", nargs="?", metavar="PROFILE", help="a profile of the .env file, or demo"
    )
    command.add_argument("--all", action="store_true", help="every profile of the file")
    command.add_argument(
        "--env-file", metavar="FILE", help="the file to read (default: the nearest .env upwards)"
    )
    command.add_argument(
        "--json", action="store_true", help="print JSON: an object, with --all an array of them"
    )
    command.add_argument(
        "--try-other-environment",
        action="store_true",
        help="where the pair is refused, send it to the other environment's host, to see whether it belongs there",
    )
    command.add_argument(
        "--demo-state",
        metavar="NAME",
        help="practice on the demo tenant in a state such as disabled; a wrong name lists them",
    )
    command.set_defaults(run=_doctor, refuse=command.error)


def _doctor(options: argparse.Namespace) -> int:
    if sum(map(bool, (options.profile, options.all, options.demo_state))) > 1:
        options.refuse("name one of PROFILE, --all and --demo-state")
    reports = [_examined(who, options) for who in _patients(options)]
    if options.json:
        found = [r.as_dict() for r in reports]
        print(json.dumps(found if options.all else found[0], indent=2, ensure_ascii=False))
    else:
        width = min(shutil.get_terminal_size((100, 24)).columns, 110)
        print("\n\n".join(r.text(width) for r in reports))
    return 0 if all(r.ok for r in reports) else 1


def _patients(options: argparse.Namespace) -> list[Account | str | None]:
    if options.demo_state:
        from stnb.access.doctor import (
            practice,
        )  # brings the session and the demo, which no other command need wait for

        try:
            return [practice(options.demo_state)]
        except ValueError as err:
            options.refuse(str(err))
    if options.all:
        return [*credentials.settings(options.env_file).profiles] or [None]
    return [options.profile]


def _examined(who: Account | str | None, options: argparse.Namespace) -> Report:
    from stnb.access.doctor import examine

    if sys.stderr.isatty():
        print(f"examining {who if isinstance(who, str) else 'the profile'} …", file=sys.stderr)
    return examine(
        who, env_file=options.env_file, try_other_environment=options.try_other_environment
    )
