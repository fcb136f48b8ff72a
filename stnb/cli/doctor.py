"""`stnb doctor`: prints the report of `access.doctor.examine`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial

from stnb import credentials
from stnb.access.doctor import Report, examine, practice, summary
from stnb.account import connecting
from stnb.account.account import Account
from stnb.account.facts import Finding, try_facts
from stnb.session import loop

from .terminal import add_env_file, say

ABOUT = """Look at everything between the .env file and the first row, and name the likeliest cause
if something does not work. The report holds no secret and can be pasted into a ticket.
Ends with 0 if all is well, 1 if something is wrong: also if nothing of a whole module can be read.
With --all and several profiles: a line for each, and the reasons below."""
AT_ONCE = 6  # profiles with --all: each waits mostly for its hosts
WIDEST = 110  # columns: longer lines are hard to read


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb doctor`."""
    command.description = ABOUT
    command.add_argument(
        "profile", nargs="?", metavar="PROFILE", help="a profile of the .env file, or demo"
    )
    command.add_argument("--all", action="store_true", help="every profile of the file")
    command.add_argument(
        "--facts",
        action="store_true",
        help="try what stnb believes of the API instead: read-only, in at most 80 requests; "
        "the table holds counts and forms only",
    )
    add_env_file(command)
    command.add_argument(
        "--json", action="store_true", help="print JSON: an object, or an array with --all"
    )
    command.add_argument(
        "--try-other-environment",
        action="store_true",
        help="if the pair is refused, send it to the other environment's host, "
        "to see whether it belongs there",
    )
    command.add_argument(
        "--demo-state",
        metavar="NAME",
        help="practise on the demo tenant in a state such as disabled; a wrong name lists them",
    )
    # Two choices at once are a wrong command line: argparse's own error prints the usage.
    command.set_defaults(run=run, refuse=command.error)


def run(options: argparse.Namespace) -> int:
    """Print a report for each profile that was asked for; 1 if something is wrong in one."""
    choices = (options.profile, options.all, options.demo_state)
    if len([choice for choice in choices if choice]) > 1:
        options.refuse("name one of PROFILE, --all and --demo-state")
    if options.facts:
        return _run_facts(options)
    reports = _examine_all(_profiles(options), options)
    if options.json:
        print(_json(reports, as_array=options.all))
    elif len(reports) > 1:
        print(summary(reports, _width()))
    else:
        print(reports[0].text(_width()))
    return 0 if all(report.ok for report in reports) else 1


def _run_facts(options: argparse.Namespace) -> int:
    """Print what was seen of each fact; 1 if one differs, or if none could be tried."""
    if options.all or options.try_other_environment:
        options.refuse("--facts is for one profile, and tries one environment")
    (who,) = _profiles(options)
    account = who
    if not isinstance(account, Account):
        account = connecting.connect(account, env_file=options.env_file)
    report = try_facts(account, tell=_progress())
    if options.json:
        print(report.to_json())
    else:
        print(report.text(_width()))
    return 0 if report.ok else 1


def _progress() -> Callable[[Finding], None]:
    """What shows each fact while it is tried, if somebody looks on."""
    if not sys.stderr.isatty():
        return lambda finding: None
    return lambda finding: say(f"{finding.fact}: {finding.seen}")


def _width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, WIDEST)


def _profiles(options: argparse.Namespace) -> list[Account | str | None]:
    """What to examine; None for the profile that `connect()` would take."""
    if options.demo_state:
        try:
            return [practice(options.demo_state)]
        except ValueError as err:
            options.refuse(str(err))
    if options.all:
        return [*credentials.settings(options.env_file).profiles] or [None]
    return [options.profile]


def _examine_all(
    profiles: Sequence[Account | str | None], options: argparse.Namespace
) -> list[Report]:
    """The reports in the order of the profiles, of which a few are examined side by side."""
    turns = threading.Semaphore(AT_ONCE)

    def examined(who: Account | str | None) -> Report:
        with turns:
            return _examined(who, options)

    # Daemons: Ctrl-C does not wait for a host that does not answer.
    reports = [loop.in_daemon(partial(examined, who), "stnb-doctor") for who in profiles]
    return [loop.wait(report) for report in reports]


def _examined(who: Account | str | None, options: argparse.Namespace) -> Report:
    if sys.stderr.isatty():
        name = who.profile if isinstance(who, Account) else who or "the profile"
        say(f"examining {name} …")
    return examine(
        who, env_file=options.env_file, try_other_environment=options.try_other_environment
    )


def _json(reports: Sequence[Report], *, as_array: bool) -> str:
    found = [report.as_dict() for report in reports]
    if as_array:
        return json.dumps(found, indent=2, ensure_ascii=False)
    return json.dumps(found[0], indent=2, ensure_ascii=False)
