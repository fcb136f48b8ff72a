"""`stnb catalog build`: OpenAPI documents -> the catalogue of resources."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from stnb import catalog
from stnb.catalog.build.build import build, dump
from stnb.errors import CannotSave

from .terminal import say


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The commands below `stnb catalog`."""
    inner = command.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command = inner.add_parser("build", help="from the OpenAPI documents of the developer portal")
    command.add_argument(
        "--specs", type=Path, required=True, metavar="DIR", help="folder of the documents (*.json)"
    )
    command.add_argument(
        "--older",
        type=Path,
        metavar="DIR",
        help="an older set: what only it has is marked as withdrawn",
    )
    command.add_argument(
        "--to", type=Path, metavar="FILE", help="where to write (default: the installed catalogue)"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the catalogue, and say how many resources it has."""
    target = options.to or Path(catalog.__file__).with_name("catalog.json")
    built = build(options.specs, options.older)
    text = dump(built)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as err:
        raise CannotSave.of(target, err, "Name another file with --to.") from None
    say(f"{len(built['endpoints'])} resources -> {target} ({len(text):,} bytes)")
