"""`stnb dictionary`: what every resource holds, as files to read, to search and to give away."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .connect import connect
from .terminal import add_env_file, add_profile, say

ABOUT = """Write a data dictionary: every resource with its columns, types, meanings, filters,
links, traps and scope, as Markdown with diagrams, as one page with a search, as JSON, and as a text
for a language model. Nothing is sent, unless a profile is named: then its custom fields, tags and
business units stand in it too."""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb dictionary`."""
    command.description = ABOUT
    command.add_argument(
        "--to", metavar="FOLDER", default="dictionary", help="the folder (default: dictionary)"
    )
    add_profile(command, "name this tenant's custom fields, tags and business units too")
    add_env_file(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the files, and say where they are.

    Raises:
        SetupError: there is no such profile.
        CannotSave: the folder cannot be written.
    """
    from stnb.account.dictionary.write import write  # brings pandas

    if options.profile is None:
        written = write(options.to)
    else:
        with connect(options.profile, options.env_file) as st:
            written = write(options.to, st)
    say(f"{len(written)} files in {options.to}; open {written[0]} in a browser.")
    return 0
