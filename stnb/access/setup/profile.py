"""Writes a profile to a .env file, and says how to read something with it.

try_them(credentials_of(answers, file))      # asks for a token and nothing else
save(answers, file)                          # after the trial, unless the person says otherwise
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from stnb.credentials import DEMO, Settings, variable, vault, write
from stnb.errors import CannotSave

from .answers import SHARED_KEY, Answers, known, to_be_replaced, variables, written
from .checks import check_addresses, check_all


@dataclass(frozen=True)
class Saved:
    """What was written.

    Attributes:
        variables: the names of the variables.
        notes: what else one should know, as sentences.
    """

    file: Path
    variables: tuple[str, ...]
    notes: tuple[str, ...] = ()


def save(
    answers: Answers, file: Path, *, add_to_gitignore: bool = False, in_keyring: bool = False
) -> Saved:
    """Write the profile to the file.

    Args:
        in_keyring: whether the client secret goes to the operating system's keyring, and only its
            place to the file.
        add_to_gitignore: whether the file may be added to .gitignore, if git does not ignore it.

    Raises:
        CannotSave: git would carry the file away, or the system refuses; the file is as it was.
        CredentialsInvalid: a value cannot be written to such a file, or to the keyring.
    """
    check_all(answers, file)
    if answers.environment == DEMO:
        _keep_apart(file)
    else:
        check_addresses(answers, file, known(file))
    write.guard(file, add_to_gitignore=add_to_gitignore)
    values, notes = variables(answers, file), _notes(answers, file)
    if in_keyring:
        name = variable(answers.profile, "CLIENT_SECRET")
        # Two folders may have profiles of one name.
        entry = f"{answers.profile}-{answers.environment}-{answers.tenant}"
        values[name] = vault.keep(name, entry, answers.client_secret.reveal())
    target = write.put(file, values, about=f"profile {answers.profile}, {answers.environment}")
    return Saved(target, tuple(values), notes)


def _keep_apart(file: Path) -> None:
    """Refuse to mix practice with a file that is in use."""
    present = written(file)
    for name in present.profiles:
        if present.get(name, "ENVIRONMENT") != DEMO:
            raise CannotSave(
                f"{file} was not written.",
                f"It holds a real profile, {name}, and the demo's values are for practice.",
                "Name another file for practice.",
            )


def _notes(answers: Answers, file: Path) -> tuple[str, ...]:
    """What else saving changes, or does not change."""
    notes = []
    for name, value in variables(answers, file).items():
        if os.environ.get(name, value) != value:
            notes.append(
                f"{name} is also set in this process and wins over the file: take it away there."
            )
    if SHARED_KEY in to_be_replaced(answers, file):
        sharing = _sharing_the_key(written(file), answers.profile)
        if sharing:
            names = ", ".join(sharing)
            notes.append(f"The App Key was shared: it is now another one for {names} too.")
    return tuple(notes)


def _sharing_the_key(present: Settings, but: str) -> list[str]:
    """The other profiles that have no app key of their own."""
    others = [name for name in present.profiles if name != but]
    return [name for name in others if variable(name, "APP_KEY") not in present.values]


def next_python(profile: str, environment: str, env_file: str | None) -> str:
    """The lines of Python that read something with the profile."""
    if environment == DEMO:
        return 'st = stnb.connect("demo")\nst.jpm.jobs.head()'
    arguments = [f'"{profile}"']
    if env_file:
        arguments.append(f"env_file={env_file!r}")
    return f"st = stnb.connect({', '.join(arguments)})\nst.jpm.jobs.head()"


def next_command(profile: str, environment: str, env_file: str | None) -> str:
    """The command that reads something with the profile."""
    if environment == DEMO:
        return f"stnb pull jpm.jobs --limit 5 --profile {DEMO}"
    command = f"stnb pull jpm.jobs --limit 5 --profile {profile}"
    if env_file:
        command += f" --env-file {shlex.quote(env_file)}"
    return command
