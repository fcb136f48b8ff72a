"""The pages -> a site, by Sphinx: it needs no network, to be built or to be searched."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

from stnb.errors import CannotSave, SetupError, UnexpectedAnswer, reason
from stnb.errors.packages import lacking

NEEDED = ("sphinx", "furo", "myst_parser", "nbclient")
LAST = 5  # lines of what Sphinx says that an error quotes


def check_installed() -> None:
    """See that all that builds the site is there.

    Raises:
        SetupError: a package is missing.
    """
    missing = [name for name in NEEDED if lacking(name)]
    if missing:
        raise SetupError(
            "The documentation cannot be built.",
            f"It needs {', '.join(missing)}, which stnb itself does without.",
            'Install it with `pip install "stnb[docs]"`.',
        )


def build(to: Path, *, execute: bool) -> int:
    """Make the site in the folder `to`.

    Args:
        execute: whether the notebooks run first.

    Returns:
        The number of pages.

    Raises:
        SetupError: Sphinx or what it needs is not installed.
        CannotSave: the folder cannot be written.
        UnexpectedAnswer: a notebook fails, or Sphinx cannot read a page.
    """
    check_installed()
    from . import sources  # brings pandas

    with tempfile.TemporaryDirectory(prefix="stnb-docs-") as spare:
        pages = Path(spare) / "pages"
        sources.make(pages, execute=execute)
        _sphinx(pages, Path(spare) / "site")
        try:
            shutil.copytree(Path(spare) / "site", to, dirs_exist_ok=True)
        except OSError as err:
            why = reason(err)
        else:
            return len(list(to.rglob("*.html")))
    raise CannotSave(
        f"The site was not written to {to}.",
        f"The system says: {why}.",
        "Name another folder, such as --to site.",
    )


def _sphinx(pages: Path, to: Path) -> None:
    own = resources.files(__package__)
    (pages / "conf.py").write_text(own.joinpath("conf.txt").read_text("utf-8"), "utf-8")
    (pages / "_static").mkdir()
    (pages / "_static" / "site.css").write_text(own.joinpath("site.css").read_text("utf-8"))
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    done = subprocess.run([*command, str(pages), str(to)], capture_output=True, text=True)
    if done.returncode:
        said = " ".join(done.stderr.strip().splitlines()[-LAST:])
        raise UnexpectedAnswer(
            "The site was not built.",
            f"Sphinx says: {said}",
            "Mend the page that it names, and build again.",
        )
