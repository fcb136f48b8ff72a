"""`stnb scan`: prints what `scan.find` returns."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from typing import Any

from stnb.credentials import scan
from stnb.credentials.scan import Finding

ABOUT = """Look for ServiceTitan secrets, app keys and access tokens in notebooks (sources, outputs, attachments, widgets,
metadata) and text files, and for the values of your own .env in any format. Client ids are told, but are no secrets."""


def add(commands: Any) -> None:
    command = commands.add_parser(
        "scan", help="look for secrets in notebooks and text files", description=ABOUT
    )
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
    command.set_defaults(run=_scan)


def _scan(options: argparse.Namespace) -> int:
    found = scan.find(options.paths, fix=options.fix)
    if options.json:
        print(json.dumps([{**dataclasses.asdict(f), "path": str(f.path)} for f in found], indent=1))
    for f in () if options.json else found:
        print(
            _printable(f"{f.path}: {f.where}: {f.kind} {f.hint}{' · removed' if f.removed else ''}")
        )
    secrets = [f for f in found if f.secret]
    if secrets:
        print(f"stnb: {_summary(secrets, options.fix)}", file=sys.stderr)
    return 1 if secrets else 0


def _printable(line: str) -> str:
    """The line in the terminal's own signs: a file may have any name."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
    coding = sys.stdout.encoding or "utf-8"
    return line.encode(coding, "backslashreplace").decode(coding)


def _summary(secrets: Sequence[Finding], fix: bool) -> str:
    """How many, and what to do now, a step on each line."""
    left = [f for f in secrets if not f.removed]
    files = len({f.path for f in secrets})
    count = f"{len(secrets)} secret{'s' * (len(secrets) > 1)} in {files} file{'s' * (files > 1)}"
    if fix:
        count += f", {len(secrets) - len(left)} removed"
    hand = any(f.path.suffix != ".ipynb" or fix for f in left)
    tool = any(f.path.suffix == ".ipynb" and not fix for f in left)
    steps = [f"{count}."]
    steps += [
        "A secret that lay in a file must be taken as known: generate a new one, and put it into .env."
    ]
    steps += [
        "(A token ends by itself after 15 minutes; an app key opens nothing without a client secret.)"
    ]
    steps += ["`stnb scan --fix` takes secrets out of notebooks."] * tool
    steps += ["Reload the notebooks that are open in Jupyter, or it writes them back."] * (
        len(left) < len(secrets)
    )
    steps += ["Take those in text files out by hand, and read them from .env."] * hand
    return "\n  ".join([*steps, "What was committed stays in Git's history."])
