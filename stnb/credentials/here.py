"""The working folder, which may be gone."""

from __future__ import annotations

from pathlib import Path

from stnb.errors import SetupError


def working_folder() -> Path:
    """The folder in which this process works.

    Raises:
        SetupError: it was removed, or may not be read.
    """
    try:
        return Path.cwd()
    except OSError:
        pass
    raise no_working_folder()


def no_working_folder() -> SetupError:
    """The error for a working folder that is gone."""
    return SetupError(
        "The working folder is not there any more.",
        "Likely it was removed or moved, and made anew under the same name; the .env file is "
        "looked for from there.",
        "Change to a folder that is there: `cd`, or os.chdir(…) in Python.",
    )
