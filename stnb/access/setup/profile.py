"""From the answers of a person to variables in a .env file.

try_them(credentials_of(answers, file))      # asks for a token and nothing else
save(answers, file)                          # after the trial, unless the person says otherwise
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
    vault,
    write,
)
from stnb.errors import CannotSave, CredentialsInvalid

from .fields import FIELDS, LABELS, check, check_profile

SHARED_KEY = credentials.PREFIX + "APP_KEY"
EMPTY = Secret("")
# The demo's own values, which are public.
PRACTICE = {
    "tenant": str(demoserver.TENANT),
    "client_id": demoserver.CLIENT_ID,
    "client_secret": demoserver.CLIENT_SECRET,
    "app_key": demoserver.APP_KEY,
}


@dataclass(frozen=True)
class Answers:
    """What a person answered. The repr shows no value.

    Attributes:
        app_key: empty if the one that is there already is to be used.
    """

    environment: str
    profile: str = DEFAULT
    tenant: str = field(default="", repr=False)
    client_id: Secret = EMPTY
    client_secret: Secret = EMPTY
    app_key: Secret = EMPTY

    @classmethod
    def of(cls, environment: str, profile: str, typed: Mapping[str, object]) -> Answers:
        """Make answers of texts as they were typed, without the blanks and quotes around them.

        Args:
            typed: the texts by the key of their field.
        """
        value = Values((key, credentials.clean(str(typed.get(key) or ""))) for key in FIELDS)
        secrets = {key: Secret(value[key]) for key in FIELDS if key != "tenant"}
        return cls(environment, profile.strip().lower() or DEFAULT, value["tenant"], **secrets)


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


# -- the file


def place(env_file: str | os.PathLike[str] | None = None) -> Path:
    """The file to write: the one that is named, else the nearest .env upwards, as that is the one
    that is read, else a new one in the working directory.

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
    """The variables of the file and of the process now; the file need not exist yet."""
    if not file.exists():
        return replace(credentials.of_process(), file=file)
    return credentials.settings(file)


def written(file: Path) -> Settings:
    """The variables of the file alone."""
    values = known(file).written or {}
    return Settings(values, file, values)


def kept_key(file: Path, profile: str) -> Secret:
    """The app key that a profile has already; empty if it has none."""
    now = known(file)
    name = now.variable_of(profile, "APP_KEY")
    return Secret(vault.revealed(name, "APP_KEY", now.get(profile, "APP_KEY")))


def variables(answers: Answers, file: Path) -> Values:
    """The variables to write. The app key goes where all profiles share it, unless another one is
    there.
    """
    profile, present = answers.profile, written(file).values
    values = Values(
        {
            variable(profile, "TENANT_ID"): answers.tenant,
            variable(profile, "ENVIRONMENT"): answers.environment,
            variable(profile, "CLIENT_ID"): answers.client_id.reveal(),
            variable(profile, "CLIENT_SECRET"): answers.client_secret.reveal(),
        }
    )
    key, own = answers.app_key.reveal(), variable(profile, "APP_KEY")
    # A shared key of another app is not replaced: other profiles may need it.
    if key:
        name = own
        if own not in present and present.get(SHARED_KEY, key) == key:
            name = SHARED_KEY
        values[name] = key
    return values


# -- before anything is sent


def check_all(answers: Answers, file: Path) -> None:
    """Refuse what cannot be right.

    Raises:
        CredentialsInvalid: the profile's name or a value cannot be right, a value is missing, or
            the demo's values are given for a real environment.
    """
    value = _texts(answers, file)
    hints = {"The profile's name": check_profile(answers.profile, answers.environment)}
    for key in FIELDS:
        hints[f"The {LABELS[key]}"] = check(key, value[key])
    for name, hint in hints.items():
        if hint.level == "wrong":
            raise CredentialsInvalid(
                f"{name} cannot be right.", hint.text, "Correct it; nothing was sent."
            )
    for key, field_ in FIELDS.items():
        if not value[key]:
            raise CredentialsInvalid(
                f"The {field_.label} is missing.",
                "A call needs all four values.",
                f"It comes from here: {field_.where}.",
            )
    if answers.environment != DEMO and _has_practice_value(value):
        raise CredentialsInvalid(
            "These are the demo's values.",
            "They open nothing at ServiceTitan.",
            "Choose the demo, for practice; nothing was sent.",
        )


def _has_practice_value(value: Mapping[str, str]) -> bool:
    secrets = PRACTICE.keys() - {"tenant"}  # a real tenant may have any number
    return any(value[key] == PRACTICE[key] for key in secrets)


def _texts(answers: Answers, file: Path) -> Values:
    """The four values as text; if no app key was given, with the one in use."""
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
        CredentialsInvalid: a value cannot be right, or another variable of the profile cannot, such
            as a URL.
    """
    check_all(answers, file)
    # The demo is answered in this process, and a .env file cannot name it as an environment.
    if answers.environment == DEMO:
        key, host = answers.app_key or kept_key(file, answers.profile), "https://demo.invalid"
        pair = answers.client_id, answers.client_secret, key
        return Credentials(
            answers.profile, DEMO, int(answers.tenant), *pair, host, f"{host}/connect/token"
        )
    now, new = known(file), variables(answers, file)
    _check_addresses(answers, file, now)
    values = Values({**now.values, **new})
    in_file = Values({**(now.written or {}), **new})
    return credentials.of_profile(Settings(values, file, in_file), answers.profile)


def _check_addresses(answers: Answers, file: Path, now: Settings) -> None:
    """Refuse to send what was typed to a host that stands in the file beside another pair, or none.

    The file may have come with a folder that somebody else made.
    """
    profile, written = answers.profile, now.written or {}
    if written.get(variable(profile, "CLIENT_ID")) == answers.client_id.reveal():
        return
    for name in (variable(profile, "API_URL"), variable(profile, "AUTH_URL")):
        found = credentials.parsed_address(written.get(name, ""))
        if found is not None and not found.is_known:
            raise CredentialsInvalid(
                f"{name} in {file} was not used.",
                f"What you typed would be sent to {found.netloc}, which is not ServiceTitan's, and "
                "the client id beside it is not the one that you typed.",
                "Remove the line if you do not know that host. If you trust it, write the client "
                "id beside it into the file first.",
            )


# -- at the end


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
        _check_addresses(answers, file, known(file))
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


def to_be_replaced(answers: Answers, file: Path) -> tuple[str, ...]:
    """The variables that the file has with another value; names only."""
    present = written(file).values
    new = variables(answers, file)
    return tuple(name for name, value in new.items() if present.get(name, value) != value)


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
        command += f" --env-file {env_file}"
    return command
