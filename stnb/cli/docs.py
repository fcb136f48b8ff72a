"""`stnb docs`: the documentation as a site that can be searched without a network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .terminal import say

ABOUT = """Build the documentation: the guide, the tutorials as they run on the demo tenant, the
data dictionary, the errors with their cures, and the reference. The site is a folder of HTML, which
any browser opens from the disk. It takes some minutes, because all notebooks run."""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb docs`."""
    command.description = ABOUT
    command.add_argument("--to", metavar="FOLDER", default="site", help="default: site")
    command.add_argument(
        "--as-saved", action="store_true", help="show the notebooks without running them"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build the site.

    Raises:
        SetupError: Sphinx is not installed.
        BadFilter: the folder is named like a file.
        CannotSave: the folder cannot be written.
        UnexpectedAnswer: a notebook fails.
    """
    from .site.build import build, check_installed

    check_installed()
    from stnb.frame.target import check_folder, local_path

    to = local_path(options.to)
    check_folder(to, "The page to open is index.html in it.")
    count = build(to, execute=not options.as_saved)
    say(f"{count} pages in {to}; open {to / 'index.html'} in a browser.")
    return 0
