"""`stnb scan`: prints what `credentials.scan.find` returns."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence

from stnb.credentials import scan
from stnb.credentials.scan import Finding, Skipped
from stnb.errors import printable
from stnb.errors.wording import counted

from .terminal import say

ABOUT = """Look for ServiceTitan secrets, app keys and access tokens in notebooks (sources, outputs,
attachments, widgets, metadata) and text files, and for the values of your own .env in any format.
Client ids are listed, but are no secrets."""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb scan`."""
    command.description = ABOUT
    command.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files and folders (default: this folder)",
    )
    command.add_argument(
        "--fix",
        action="store_true",
        help="take the secrets out of notebooks; text files stay as they are",
    )
    command.add_argument(
        "--json", action="store_true", help="print a JSON array, one object for each place"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line or an object for each place; 1 if there is a secret."""
    done = scan.search(options.paths, fix=options.fix)
    found = done.findings
    if options.json:
        print(json.dumps([_as_dict(finding) for finding in found], indent=1))
    else:
        for finding in found:
            print(_printable(_line(finding)))
    for line in _left_out(done.skipped):
        say(f"stnb: {line}")
    secrets = [finding for finding in found if finding.secret]
    if not secrets:
        nothing = "nothing found" if not found else "no secret found"
        say(f"stnb: {counted(done.files, 'file')}, {nothing}.")
        return 0
    say(f"stnb: {_summary(secrets, options.fix)}")
    return 1


def _left_out(skipped: Sequence[Skipped]) -> list[str]:
    """A line for each reason, with all that was left out for it."""
    names: dict[str, list[str]] = {}
    for each in skipped:
        names.setdefault(each.reason, []).append(_printable(str(each.path)))
    return [f"left out, {reason}: {', '.join(paths)}." for reason, paths in names.items()]


def _as_dict(finding: Finding) -> dict[str, object]:
    return {**dataclasses.asdict(finding), "path": str(finding.path)}


def _line(finding: Finding) -> str:
    line = f"{finding.path}: {finding.where}: {finding.kind} {finding.hint}"
    if finding.removed:
        line += " · removed"
    return line


def _printable(line: str) -> str:
    """The line in characters that the terminal has: a file may have any name."""
    shown = printable(line, one_line=True)
    encoding = sys.stdout.encoding or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def _summary(secrets: Sequence[Finding], fix: bool) -> str:
    """How many secrets, and what to do now, each step on a line of its own."""
    left = [finding for finding in secrets if not finding.removed]
    files = len({finding.path for finding in secrets})
    count = f"{counted(len(secrets), 'secret')} in {counted(files, 'file')}"
    if fix:
        count += f", {len(secrets) - len(left)} removed"
    steps = [
        f"{count}.",
        "A secret that lay in a file must be taken as known: "
        "generate a new one, and put it into .env.",
        "(A token ends by itself after 15 minutes; "
        "an app key opens nothing without a client secret.)",
    ]
    if any(_can_be_fixed(finding) and not fix for finding in left):
        steps.append("`stnb scan --fix` takes secrets out of notebooks.")
    if len(left) < len(secrets):
        steps.append("Reload the notebooks that are open in Jupyter, or it writes them back.")
    if any(fix or not _can_be_fixed(finding) for finding in left):
        steps.append("Take those in text files out by hand, and read them from .env.")
    steps.append("What was committed stays in Git's history.")
    return "\n  ".join(steps)


def _can_be_fixed(finding: Finding) -> bool:
    return finding.path.suffix == ".ipynb"
