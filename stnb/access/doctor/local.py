"""What can be looked at without the network: the file, who may read it, and the values in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from stnb import credentials
from stnb.credentials import FIELDS, Credentials, Settings, variable
from stnb.credentials.git import git_state
from stnb.errors import CredentialsMissing, SetupError

from .report import ADMIN, DEVELOPER, YOU, Check

NOT_CONNECTED = " There is no pair until the tenant's admin has allowed the app; the portal then no longer says Not Connected Yet."


def of_file(known: Settings, profile: str | None) -> Check:
    """Where the values come from."""
    if known.file is None and profile in known.profiles:
        return Check("file", True, "no .env file; the process's variables hold the values")
    if known.file is None or not known.profiles:
        return Check(
            "file",
            False,
            "no .env file here or further up"
            if known.file is None
            else f"{known.file} holds no profile",
            "No credentials were found.",
            "Run `stnb setup`, or copy .env.example to .env and fill it in.",
            YOU,
        )
    winning = [
        n for f in FIELDS if profile and os.environ.get(n := variable(profile, f), "").strip()
    ]
    more = f"; {', '.join(winning)} come from the process's variables, which win" if winning else ""
    return Check("file", True, f"{known.file}{more}")


def of_privacy(file: Path | None) -> Check:
    """Whether others on this machine may read the file, and whether git would carry it away."""
    if file is None:
        return Check("private", True, "no file to be read by others")
    mode = stat.S_IMODE(file.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        return Check(
            "private",
            False,
            f"mode {mode:o}",
            "Others on this machine may read the .env file.",
            f"Run: chmod 600 {file}",
            YOU,
        )
    state = git_state(file)
    if state in ("tracked", "exposed"):
        return Check("private", False, f"mode {mode:o}; git: {state}", *_GIT[state], YOU)
    return Check(
        "private",
        True,
        f"mode {mode:o}, {'ignored by git' if state == 'ignored' else 'not in a git work tree'}",
    )


_GIT = {
    "tracked": (
        "The .env file is in git, and its secrets are in the history.",
        "Run `git rm --cached .env`, add .env to .gitignore, and have a new secret generated.",
    ),
    "exposed": (
        "The next `git add` may take the .env file along.",
        "Add the line .env to .gitignore.",
    ),
}


def of_values(known: Settings, profile: str) -> tuple[Check, Credentials | None]:
    """Whether all values are there and look as they should; with the credentials, where they do."""
    try:
        found = credentials.of_profile(known, profile)
    except SetupError as err:
        lacking = err.fields if isinstance(err, CredentialsMissing) else ()
        no_pair = "CLIENT_ID" in lacking or "CLIENT_SECRET" in lacking
        no_key = "APP_KEY" in lacking and not no_pair
        ask = ADMIN if no_pair else DEVELOPER if no_key else YOU
        seen = "not all there" if isinstance(err, CredentialsMissing) else "not well formed"
        return Check(
            "values",
            False,
            seen,
            f"{err.happened} {err.why}{NOT_CONNECTED * no_pair}",
            err.next,
            ask,
        ), None
    return Check("values", True, "all there and well formed"), found


def same_pair(known: Settings, mine: Credentials) -> str:
    """A profile that has the same client id for another environment; "" where there is none. A pair
    belongs to one.
    """
    for name in known.profiles:
        try:
            other = credentials.of_profile(known, name)
        except SetupError:
            continue
        if other.client_id == mine.client_id and other.auth_url != mine.auth_url:
            return f"{name} ({other.environment})"
    return ""
