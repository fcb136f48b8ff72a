"""`stnb catalog`: OpenAPI documents -> the catalogue of resources, and their types for editors."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from stnb import catalog
from stnb.catalog.build.build import build, dump
from stnb.catalog.build.surface import surface
from stnb.errors import CannotSave

from .terminal import say

STUB = Path(catalog.__file__).parents[1] / "account" / "surface.pyi"


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
    command = inner.add_parser("types", help="what editors know of the resources, as a stub")
    command.add_argument(
        "--to", type=Path, metavar="FILE", help="where to write (default: the installed stub)"
    )
    command.set_defaults(run=write_types)


def run(options: argparse.Namespace) -> None:
    """Write the catalogue, and the types of its resources if it is the installed one."""
    target = options.to or Path(catalog.__file__).with_name("catalog.json")
    built = build(options.specs, options.older)
    text = dump(built)
    _write(target, text)
    say(f"{len(built['endpoints'])} resources -> {target} ({len(text):,} bytes)")
    if options.to is None:
        _write(STUB, surface(catalog.read(text)))
        say(f"their types -> {STUB}")


def write_types(options: argparse.Namespace) -> None:
    """Write the types of the installed catalogue's resources."""
    target = options.to or STUB
    _write(target, surface(catalog.load()))
    say(f"{len(catalog.load())} resources -> {target}")


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as err:
        raise CannotSave.of(target, err, "Name another file with --to.") from None
