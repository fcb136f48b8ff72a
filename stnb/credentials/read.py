"""The .env file and the process's variables -> settings."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from stnb.errors.printable import without_unseen_ends

from . import open_file
from .here import working_folder
from .lines import Lines, read_lines
from .models import OURS, PREFIX, Settings
from .secret import Values

REMARK = re.compile(r"\s+#.*", re.DOTALL)


def settings(env_file: str | os.PathLike[str] | None = None) -> Settings:
    """Read the .env file and the process's variables.

    Args:
        env_file: the file to read; by default the nearest .env upwards from the working directory.

    Raises:
        CredentialsMissing: the named file is not there.
        SetupError: the working directory is not there any more.
        CredentialsInvalid: the file cannot be read as text, is no regular file of at most 1 MB, or
            another user of this machine owns it or may write to it.
    """
    if env_file is not None:
        file: Path | None = Path(env_file)
    else:
        file = nearest(working_folder())
    found = Lines()
    if file is not None:
        found = read_lines(_text(file))
    written, process = _ours(found.values), of_process().process
    return Settings(
        {**written, **process},
        file,
        written,
        process,
        lines=found.numbers,
        faults=found.faults,
        twice=found.twice,
    )


def of_process() -> Settings:
    """The process's variables alone."""
    # `docker run --env-file` hands on remarks and quotes, which other readers of the file take off.
    without_remarks = {name: REMARK.sub("", value) for name, value in os.environ.items()}
    found = _ours(without_remarks)
    return Settings(found, None, Values(), found)


def _ours(values: Mapping[str, str]) -> Values:
    """The variables that concern us, cleaned, without those that are empty."""
    found = Values()
    for name, value in values.items():
        is_ours = name.startswith(PREFIX) or name in OURS
        if is_ours and clean(value):
            found[name] = clean(value)
    return found


def nearest(folder: Path) -> Path | None:
    """The nearest .env upwards from a folder, or None."""
    for each in (folder, *folder.parents):
        file = each / ".env"
        with contextlib.suppress(OSError):  # a folder that is not ours to search
            if file.is_file():
                return file
    return None


def _text(file: Path) -> str:
    # Raised out here, because the decoder's own error holds the whole file, and so would its frame.
    text = _decoded(open_file.content(file))
    if text is None:
        raise open_file.unreadable(file, UnicodeError())
    return text


def _decoded(content: bytes) -> str | None:
    """The text of a file; None if it is none."""
    # A byte-order mark would become part of the first name. PowerShell writes UTF-16 with one.
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return content.decode(encoding).replace("\x00", "")
    except UnicodeDecodeError:
        return None


def clean(value: str) -> str:
    """Remove what copy and paste brings along: blanks, quotes, invisible marks."""
    value = without_unseen_ends(value)
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = without_unseen_ends(value[1:-1])
    return value
