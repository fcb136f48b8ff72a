"""The .env file and the process's variables -> settings."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from . import open_file
from .models import OURS, PREFIX, Settings, Values


def settings(env_file: str | os.PathLike[str] | None = None) -> Settings:
    """Read the .env file and the process's variables.

    Args:
        env_file: the file to read; by default the nearest .env upwards from the working directory.

    Raises:
        CredentialsMissing: the named file is not there.
        CredentialsInvalid: the file cannot be read as text, is no regular file of at most 1 MB, or
            another user of this machine owns it or may write to it.
    """
    if env_file is not None:
        file: Path | None = Path(env_file)
    else:
        file = nearest(Path.cwd())
    written = Values()
    if file is not None:
        written = _ours(_read(file))
    return Settings(_ours({**written, **os.environ}), file, written, _ours(os.environ))


def of_process() -> Settings:
    """The process's variables alone."""
    return Settings(_ours(os.environ), None, Values(), _ours(os.environ))


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


def _read(file: Path) -> dict[str, str]:
    try:
        # utf-8-sig, because a byte-order mark would become part of the first name.
        text = open_file.content(file).decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as err:
        failure = open_file.unreadable(file, err)
    else:
        # Without interpolation, because a `$` in a secret is a `$`.
        raw = dotenv_values(stream=io.StringIO(text, newline=None), interpolate=False)
        return {name: value for name, value in raw.items() if value is not None}
    raise failure  # out here, because the decoder's own error holds the whole file


def clean(value: str) -> str:
    """Remove what copy and paste brings along: blanks, quotes, invisible marks."""
    value = value.strip().strip("\ufeff\u200b\u00a0").strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1].strip()
    return value
