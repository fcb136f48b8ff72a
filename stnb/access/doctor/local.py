"""What can be checked without the network: the file, who may read it, and the values in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from stnb import credentials
from stnb.credentials import FIELDS, Credentials, Settings, doubt, hints, variable
from stnb.credentials.git import git_state
from stnb.errors import CredentialsMissing, SetupError
from stnb.session import Learned, Taken, ends

from .findings import ADMIN, DEVELOPER, YOU, Check

NOT_CONNECTED = (
    "There is no pair until the tenant's admin has allowed the app; "
    "the portal then no longer says Not Connected Yet."
)


def of_file(known: Settings, profile: str | None) -> Check:
    """Where the values come from."""
    if known.file is None and profile in known.profiles:
        return Check("file", True, "no .env file; the process's variables hold the values")
    if known.file is None or not known.profiles:
        seen = f"{known.file} holds no profile"
        if known.file is None:
            seen = "no .env file here or further up"
        return Check(
            "file",
            False,
            seen,
            "No credentials were found.",
            "Run `stnb setup`, or copy .env.example to .env and fill it in.",
            YOU,
            also=hints(known).strip(),
        )
    seen = str(known.file)
    winning = _set_in_process(profile)
    if winning:
        if len(winning) == 1:
            seen += f"; {winning[0]} comes from the process's variables, which win"
        else:
            seen += f"; {', '.join(winning)} come from the process's variables, which win"
    if profile in known.profiles:
        seen = f"{seen}. {doubt(known, profile)}".removesuffix(". ")
    return Check("file", True, f"{seen}{unread(known)}")


def unread(known: Settings) -> str:
    """The lines of the file that could not be read; "" if all could."""
    return "".join(f"; line {fault.line} {fault.what}" for fault in known.faults)


def _set_in_process(profile: str | None) -> list[str]:
    """The variables of the profile that this process has; names only."""
    # Somebody who edits the file wonders why nothing changes, if the process has another value.
    if not profile:
        return []
    names = [variable(profile, field) for field in FIELDS]
    return [name for name in names if os.environ.get(name, "").strip()]


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
    if state in IN_GIT:
        return Check("private", False, f"mode {mode:o}; git: {state}", *IN_GIT[state], YOU)
    place = "ignored by git" if state == "ignored" else "not in a git work tree"
    return Check("private", True, f"mode {mode:o}, {place}")


# By the state of the file in git: the cause, and what to do next.
IN_GIT = {
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
    """Whether all values are there and look as they should; if they do, with the credentials."""
    try:
        found = credentials.of_profile(known, profile)
    except SetupError as err:
        return _values_wrong(err), None
    return Check("values", True, "all there and well formed"), found


MOST_NAMED = 6  # resources


def of_learned(learned: Learned) -> Check:
    """What the API refused of what stnb adds to a call by itself, and until when it is believed."""
    parts = [_learned(name, taken) for name, taken in sorted(learned.unusual().items())]
    named, rest = parts[:MOST_NAMED], len(parts) - MOST_NAMED
    if rest > 0:
        named.append(f"{rest} more")
    seen = "; ".join(named) or "nothing"
    if learned.problem:
        seen = f"{seen}. It cannot be kept for the next process: {learned.problem}"
    elif learned.file is not None:
        seen = f"{seen}. Kept in {learned.file}; delete it to have it tried again"
    return Check("learned", True, seen)


def of_pace(problem: str) -> Check:
    """That the pace is not shared; the calls work all the same.

    Args:
        problem: what the system says.
    """
    return Check("pace", True, f"kept by this process alone, not with others here: {problem}")


def _learned(name: str, taken: Taken) -> str:
    words = []
    if taken.least is not None:
        words.append(f"pages of {taken.least:,} rows at least")
    if taken.most is not None:
        words.append(f"pages of {taken.most:,} rows at most")
    if taken.without:
        words.append(f"without {', '.join(sorted(taken.without))}")
    last = ends(taken)
    until = ""
    if last is not None:
        until = f" until {last}"
    return f"{name}: {', '.join(words)}{until}"


def _values_wrong(err: SetupError) -> Check:
    seen, ask, also = "not well formed", YOU, err.why
    missing: tuple[str, ...] = ()
    if isinstance(err, CredentialsMissing):
        seen, missing = "not all there", err.fields
        if err.in_keyring:
            ask = YOU  # it is this user's keyring, whoever made the secret
        elif "CLIENT_ID" in err.fields or "CLIENT_SECRET" in err.fields:
            ask, also = ADMIN, f"{err.why} {NOT_CONNECTED}"
        elif "APP_KEY" in err.fields:
            ask = DEVELOPER
    return Check("values", False, seen, err.happened, err.next, ask, also=also, missing=missing)


def same_pair(known: Settings, mine: Credentials) -> str:
    """A profile with the same client id for another environment; "" if there is none.

    A pair belongs to one environment.
    """
    for name in known.profiles:
        try:
            other = credentials.of_profile(known, name)
        except SetupError:
            continue
        if other.client_id == mine.client_id and other.auth_url != mine.auth_url:
            return f"{name} ({other.environment})"
    return ""
