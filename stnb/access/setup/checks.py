"""Refuses answers that cannot be right, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stnb import credentials, demoserver
from stnb.credentials import DEMO, Credentials, Settings, Values, variable
from stnb.errors import CredentialsInvalid

from .answers import Answers, kept_key, known, variables
from .fields import FIELDS, LABELS, check, check_profile

# The demo's own values, which are public.
PRACTICE = {
    "tenant": str(demoserver.TENANT),
    "client_id": demoserver.CLIENT_ID,
    "client_secret": demoserver.CLIENT_SECRET,
    "app_key": demoserver.APP_KEY,
}


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
    check_addresses(answers, file, now)
    values = Values({**now.values, **new})
    in_file = Values({**(now.written or {}), **new})
    return credentials.of_profile(Settings(values, file, in_file), answers.profile)


def check_addresses(answers: Answers, file: Path, now: Settings) -> None:
    """Refuse to send what was typed to a host that stands in the file beside another pair, or none.

    The file may have come with a folder that somebody else made.

    Raises:
        CredentialsInvalid: it would be sent to a host that is not ServiceTitan's.
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
