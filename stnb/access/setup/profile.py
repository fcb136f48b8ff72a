"""Setting up a profile: what is answered, tried and saved. The terminal and the widget ask the
questions.

try_them(credentials_of(answers, file))      # asks for a token and nothing else
save(answers, file)                          # not before it was tried, unless the person says so
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from stnb import credentials, demoserver
from stnb.atomic import real_file
from stnb.credentials import (
    DEFAULT,
    DEMO,
    Credentials,
    Secret,
    Settings,
    Values,
    variable,
    write,
)
from stnb.errors import CannotSave, CredentialsInvalid

from .fields import FIELDS, LABELS, check, check_profile

SHARED_KEY = credentials.PREFIX + "APP_KEY"
EMPTY = Secret("")
PRACTICE = {
    "tenant": str(demoserver.TENANT),
    "client_id": demoserver.CLIENT_ID,
    "client_secret": demoserver.CLIENT_SECRET,
    "app_key": demoserver.APP_KEY,
}  # the demo's own values, which are public


@dataclass(frozen=True)
class Answers:
    """What was answered; the repr shows no value.

    Attributes:
        app_key: may be empty where one is there already.
    """

    environment: str
    profile: str = DEFAULT
    tenant: str = field(default="", repr=False)
    client_id: Secret = EMPTY
    client_secret: Secret = EMPTY
    app_key: Secret = EMPTY

    @classmethod
    def of(cls, environment: str, profile: str, typed: Mapping[str, object]) -> Answers:
        """From the texts as typed, of which only what was pasted around them is left out."""
        value = Values((key, credentials.clean(str(typed.get(key) or ""))) for key in FIELDS)
        secrets = {key: Secret(value[key]) for key in FIELDS if key != "tenant"}
        return cls(environment, profile.strip().lower() or DEFAULT, value["tenant"], **secrets)


@dataclass(frozen=True)
class Saved:
    """What was written: the file, the variables by name, and what else one should know."""

    file: Path
    variables: tuple[str, ...]
    notes: tuple[str, ...] = ()


# -- the file


def place(env_file: str | os.PathLike[str] | None = None) -> Path:
    """The file to write: the one named, else the nearest .env upwards, which is the one that is
    read, else one here.

    Raises:
        CannotSave: it is a folder or a device.
    """
    file = credentials.nearest(Path.cwd()) or Path.cwd() / ".env"
    if env_file is not None:
        file = Path(env_file).expanduser().absolute()
    try:
        real_file(file)
    except OSError as err:
        raise CannotSave.of(file, err) from None
    return file


def known(file: Path) -> Settings:
    """What the file and the process say now; the file need not be there yet."""
    found = credentials.settings(file if file.exists() else os.devnull)
    return replace(found, file=file)


def written(file: Path) -> Settings:
    """What the file alone says now."""
    there = known(file).written or {}
    return Settings(there, file, there)


def kept_key(file: Path, profile: str) -> Secret:
    """The app key that is there already for a profile; empty where there is none."""
    return Secret(known(file).get(profile, "APP_KEY"))


def variables(answers: Answers, file: Path) -> Values:
    """What is to be written. The app key goes where all profiles share it, unless another one
    stands there.
    """
    profile, there = answers.profile, written(file).values
    values = Values(
        {
            variable(profile, "TENANT_ID"): answers.tenant,
            variable(profile, "ENVIRONMENT"): answers.environment,
            variable(profile, "CLIENT_ID"): answers.client_id.reveal(),
            variable(profile, "CLIENT_SECRET"): answers.client_secret.reveal(),
        }
    )
    key, own = answers.app_key.reveal(), variable(profile, "APP_KEY")
    if key and own in there:
        values[own] = key
    elif key and there.get(SHARED_KEY, key) == key:
        values[SHARED_KEY] = key
    elif key:
        values[own] = key
    return values


# -- before anything is sent


def check_all(answers: Answers, file: Path) -> None:
    """Refuse what cannot be right.

    Raises:
        CredentialsInvalid: a value, the profile's name, or real and practice values in one.
    """
    value = _texts(answers, file)
    hints = [("The profile's name", check_profile(answers.profile, answers.environment))]
    hints += [(f"The {LABELS[key]}", check(key, value[key])) for key in FIELDS]
    for name, hint in hints:
        if hint.level == "wrong":
            raise CredentialsInvalid(
                f"{name} cannot be right.", hint.text, "Correct it; nothing was sent."
            )
    if missing := [FIELDS[key] for key in FIELDS if not value[key]]:
        raise CredentialsInvalid(
            f"The {missing[0].label} is missing.",
            "A call needs all four values.",
            f"It comes from here: {missing[0].where}.",
        )
    if answers.environment != DEMO and any(
        value[key] == PRACTICE[key] for key in FIELDS if key != "tenant"
    ):
        raise CredentialsInvalid(
            "These are the demo's values.",
            "They open nothing at ServiceTitan.",
            "Choose the demo, for practice; nothing was sent.",
        )


def _texts(answers: Answers, file: Path) -> Values:
    """The four values as text, the app key in use among them where none was given."""
    key = answers.app_key or kept_key(file, answers.profile)
    return Values(
        tenant=answers.tenant,
        client_id=answers.client_id.reveal(),
        client_secret=answers.client_secret.reveal(),
        app_key=key.reveal(),
    )


def credentials_of(answers: Answers, file: Path) -> Credentials:
    """The credentials as they would be read once they are saved; nothing is saved.

    Raises:
        CredentialsInvalid: a value cannot be right; also in what the file says besides, such as an
            address.
    """
    check_all(answers, file)
    now = known(file)
    if answers.environment == DEMO:
        key, host = answers.app_key or kept_key(file, answers.profile), "https://demo.invalid"
        pair = answers.client_id, answers.client_secret, key
        return Credentials(
            answers.profile, DEMO, int(answers.tenant), *pair, host, f"{host}/connect/token"
        )
    new = variables(answers, file)
    return credentials.of_profile(
        Settings(Values({**now.values, **new}), file, Values({**(now.written or {}), **new})),
        answers.profile,
    )


# -- at the end


def save(answers: Answers, file: Path, *, add_to_gitignore: bool = False) -> Saved:
    """Write the profile to the file.

    Raises:
        CannotSave: git would carry the file away, or the system refuses; the file is as it was.
        CredentialsInvalid: a value cannot stand in such a file.
    """
    check_all(answers, file)
    if answers.environment == DEMO:
        _keep_apart(file)
    write.guard(file, add_to_gitignore=add_to_gitignore)
    values, notes = variables(answers, file), _notes(answers, file)
    target = write.put(file, values, about=f"profile {answers.profile}, {answers.environment}")
    return Saved(target, tuple(values), notes)


def _keep_apart(file: Path) -> None:
    """Practice must not spoil a file that is in use."""
    there = written(file)
    if real := [name for name in there.profiles if there.get(name, "ENVIRONMENT") != DEMO]:
        raise CannotSave(
            f"{file} was not written.",
            f"It holds a real profile, {real[0]}, and the demo's values are for practice.",
            "Name another file for practice.",
        )


def _notes(answers: Answers, file: Path) -> tuple[str, ...]:
    """What saving brings along elsewhere."""
    values, there = variables(answers, file), written(file)
    notes = [
        f"{name} is also set in this process and wins over the file: take it away there."
        for name, value in values.items()
        if os.environ.get(name, value) != value
    ]
    if SHARED_KEY in to_be_replaced(answers, file):
        others = [
            n
            for n in there.profiles
            if n != answers.profile and variable(n, "APP_KEY") not in there.values
        ]
        notes += (
            [f"The App Key was shared: it is now another one for {', '.join(others)} too."]
            if others
            else []
        )
    return tuple(notes)


def to_be_replaced(answers: Answers, file: Path) -> tuple[str, ...]:
    """The variables that stand in the file with another value; names only."""
    there = written(file).values
    return tuple(
        name for name, value in variables(answers, file).items() if there.get(name, value) != value
    )


def next_python(profile: str, environment: str, env_file: str | None) -> str:
    """The lines of Python that read something with the profile."""
    if environment == DEMO:
        return 'st = stnb.connect("demo")\nst.jpm.jobs.head()'
    arguments = [f'"{profile}"'] + ([f"env_file={env_file!r}"] if env_file else [])
    return f"st = stnb.connect({', '.join(arguments)})\nst.jpm.jobs.head()"


def next_command(profile: str, environment: str, env_file: str | None) -> str:
    """The command that reads something with the profile."""
    name = DEMO if environment == DEMO else profile
    more = f" --env-file {env_file}" if env_file and environment != DEMO else ""
    return f"stnb pull jpm.jobs --limit 5 --profile {name}{more}"
