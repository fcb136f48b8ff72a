"""What a person answered, and the variables of a .env file that it becomes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from stnb import credentials
from stnb.credentials import DEFAULT, Secret, Settings, Values, variable, vault
from stnb.errors import CannotSave
from stnb.filesystem.atomic import real_file

from .fields import FIELDS

SHARED_KEY = credentials.PREFIX + "APP_KEY"
EMPTY = Secret("")


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


# -- the file


def place(env_file: str | os.PathLike[str] | None = None) -> Path:
    """The file to write: the one that is named, else the nearest .env upwards, as that is the one
    that is read, else a new one in the working directory.

    Raises:
        CannotSave: it is a folder or a device.
    """
    if env_file is not None:
        file = Path(env_file).expanduser().absolute()
    else:
        here = credentials.working_folder()
        file = credentials.nearest(here) or here / ".env"
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


def to_be_replaced(answers: Answers, file: Path) -> tuple[str, ...]:
    """The variables that the file has with another value; names only."""
    present = written(file).values
    new = variables(answers, file)
    return tuple(name for name, value in new.items() if present.get(name, value) != value)
