"""`stnb notebooks`: the tutorial notebooks, where they are and how they are copied."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from stnb.errors import CannotSave

from .terminal import say

FIRST = "00-start-here.ipynb"
FOLDER = "stnb-notebooks"
PACKAGE = Path(__file__).parents[1]  # an installed package carries the notebooks


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb notebooks`."""
    command.add_argument(
        "folder", nargs="?", type=Path, default=Path(FOLDER), help=f"default: {FOLDER}"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Copy the notebooks; a file that is there already stays as it is."""
    # Brings pandas, which `stnb lab` does without.
    from stnb.frame.target import check_folder, local_path

    to = local_path(options.folder)
    check_folder(to, "`stnb notebook new RESOURCE --to FILE` writes a single notebook.")
    target = copy(to)
    count = len(list(target.glob("*.ipynb")))
    say(f"{count} notebooks in {target}  (open them with `stnb lab {target}`)")


def folder(copy_to: Path | None = None, package: Path = PACKAGE) -> Path:
    """The folder of the notebooks: the checkout's own, or a copy if stnb was installed.

    Args:
        copy_to: the folder in which the copy is made; the working directory when not given.
        package: the folder of the package.

    Raises:
        CannotSave: the copy cannot be written.
    """
    checkout = package.parent / "notebooks"
    if (checkout / FIRST).is_file():
        return checkout
    return copy((copy_to or Path.cwd()) / FOLDER, package)


def copy(target: Path, package: Path = PACKAGE) -> Path:
    """Copy the notebooks to a folder, which is made if it is not there. A file that is there
    already stays: the reader may have changed it.

    Raises:
        CannotSave: the folder cannot be written.
    """
    checkout = package.parent / "notebooks"
    source = checkout if (checkout / FIRST).is_file() else package / "notebooks"
    hidden = shutil.ignore_patterns(".*")
    try:
        shutil.copytree(
            source, target, dirs_exist_ok=True, copy_function=_copy_if_new, ignore=hidden
        )
    except OSError as err:
        raise CannotSave(
            f"The notebooks could not be copied to {target}.",
            f"The system says: {err.strerror or err}.",
            "Start `stnb lab` in a folder that you may write to, or name one: `stnb lab FOLDER`.",
        ) from None
    return target


def _copy_if_new(source: str, target: str) -> str:
    if Path(target).exists():
        return target
    return shutil.copy2(source, target)
