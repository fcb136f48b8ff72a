"""The .env file and the process's variables -> Settings. Nothing is ever written to `os.environ`."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from stnb.errors import CredentialsInvalid, CredentialsMissing, SetupError

from .models import PREFIX, Settings, Values


def settings(env_file: str | os.PathLike[str] | None = None) -> Settings:
    """Read the file (named, or the nearest .env upwards from the working directory) and the
    process's variables.

    Raises:
        CredentialsMissing: the named file is not there.
        CredentialsInvalid: the file cannot be read as text.
    """
    file = Path(env_file) if env_file is not None else nearest(Path.cwd())
    written = _ours(_read(file) if file else {})
    return Settings(_ours({**written, **os.environ}), file, written)


def _ours(values: Mapping[str, str]) -> Values:
    tidy = ((k, clean(v)) for k, v in values.items() if k.startswith(PREFIX) or k == "STNB_PROFILE")
    return Values((k, v) for k, v in tidy if v)


def nearest(folder: Path) -> Path | None:
    return next((f for d in (folder, *folder.parents) if (f := d / ".env").is_file()), None)


def _read(file: Path) -> dict[str, str]:
    failure: SetupError
    try:
        text = file.read_text(
            encoding="utf-8-sig"
        )  # a byte-order mark would become part of the first name
        raw = dotenv_values(
            stream=io.StringIO(text.replace("\x00", "")), interpolate=False
        )  # a `$` in a secret is a `$`
        return {k: v for k, v in raw.items() if v is not None}
    except FileNotFoundError:
        failure = CredentialsMissing(
            f"The file {file} is not there.",
            "It was named as the .env file to read.",
            "Check the path, or leave env_file out to use the nearest .env upwards from the working directory.",
        )
    except (OSError, UnicodeDecodeError) as err:
        failure = CredentialsInvalid(
            f"The file {file} cannot be read.",
            f"Likely it is no text file in UTF-8, or not yours to read ({type(err).__name__}).",
            "Save it as plain UTF-8 text with one NAME=value a line.",
        )
    raise failure  # out here, as the decoder's own error holds the whole file


def clean(value: str) -> str:
    """Take off what a copy and paste brings along: blanks, quotes, invisible marks."""
    value = value.strip().strip("\ufeff\u200b\u00a0").strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1].strip()
    return value
