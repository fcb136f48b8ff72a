"""Secrets that stand elsewhere: keyring:NAME is read from the operating system's keyring.

SERVICETITAN_CLIENT_SECRET=keyring:phoenix

The package keyring is only imported for such a value.
"""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Callable
from operator import methodcaller
from types import ModuleType
from typing import Any

from stnb.errors import CredentialsInvalid, CredentialsMissing
from stnb.errors.packages import because, lacking

SERVICE = "stnb"  # under which the keyring holds our entries
LEAD = "keyring:"
# What a program such as `op run` replaces before it starts another: op://vault/item/field.
# So do those of clouds: arn:aws:…, @Microsoft.KeyVault(…), vault:path#field, ssm:/path, projects/….
OF_OTHERS = re.compile(
    r"[a-z][a-z0-9+.-]*://.*|arn:aws[a-z-]*:.*|@Microsoft\.KeyVault\(.*\)|(?:vault|ssm):.*"
    r"|projects/[^/]+/secrets/.*",
    re.IGNORECASE,
)


def is_reference(value: str) -> bool:
    """Whether a value only says where a secret stands."""
    return in_keyring(value) or bool(OF_OTHERS.fullmatch(value))


def in_keyring(value: str) -> bool:
    """Whether a value names an entry of the operating system's keyring."""
    return value[: len(LEAD)].lower() == LEAD


def revealed(name: str, field: str, value: str) -> str:
    """The secret itself: from the keyring if the value names one there, else the value.

    Args:
        name: the variable, for the message of an error.
        field: its field, such as CLIENT_SECRET.

    Raises:
        CredentialsMissing: the keyring has no such entry.
        CredentialsInvalid: there is no keyring, it is locked, or the value is for another program.
    """
    if OF_OTHERS.fullmatch(value):
        del value  # a verbose traceback prints what a frame holds
        raise CredentialsInvalid(
            f"{name} was not sent.",
            "It is no secret, but says where a program or cloud, such as 1Password's `op`, "
            "keeps one.",
            "Start with that program, as in: op run --env-file=.env -- stnb …, or have the cloud "
            "put the secret itself into the variable.",
        )
    if not in_keyring(value):
        return value
    entry = value[len(LEAD) :].strip()
    if not entry:
        raise CredentialsInvalid(
            f"{name} was not read from the keyring.",
            f"It says {LEAD} and no name behind it.",
            f"Write {LEAD}NAME, or run `stnb setup`.",
        )
    found = _asked(name, methodcaller("get_password", SERVICE, entry))
    if not found:
        error = CredentialsMissing(
            f"{name} is not in the keyring.",
            f"The keyring has no password of {SERVICE} for {entry!r}.",
            f"Run `keyring set {SERVICE} {shlex.quote(entry)}` and give the value, or run "
            f"`stnb setup`.",
        )
        error.fields, error.in_keyring = (field,), True
        raise error
    return str(found).strip()


def is_usable() -> bool:
    """Whether the package is installed and has a keyring to write to."""
    if lacking("keyring"):
        return False
    try:
        # Without a keyring, the package has one that refuses everything: its priority is 0.
        return bool(_asked("", lambda keyring: keyring.get_keyring().priority) > 0)
    except CredentialsInvalid:
        return False


def keep(name: str, entry: str, secret: str) -> str:
    """Put a secret into the keyring.

    Returns:
        What to write into the file in its place.

    Raises:
        CredentialsInvalid: there is no keyring, or it is locked.
    """
    try:
        _asked(name, methodcaller("set_password", SERVICE, entry, secret))
    finally:
        del secret  # a verbose traceback prints what a frame holds
    return LEAD + entry


def _asked(name: str, ask: Callable[[ModuleType], Any]) -> Any:
    """What the keyring answers. Its backends raise whatever their systems do.

    Raises:
        CredentialsInvalid: the package is not installed, or the keyring does not answer.
    """
    if lacking("keyring"):
        happened = f"{name} cannot be read from the operating system's keyring."
        otherwise = "or write the value itself"
        raise CredentialsInvalid(
            happened, *because("keyring", "stnb[keyring]", otherwise=otherwise)
        )
    try:
        # The import fails if PYTHON_KEYRING_BACKEND names what is not there.
        return ask(importlib.import_module("keyring"))
    except Exception as err:  # noqa: BLE001
        failure = _shut(name, err)
    del ask  # it holds the secret
    raise failure  # out here, because what was raised may hold the secret, and so would its frames


def _shut(name: str, err: Exception) -> CredentialsInvalid:
    return CredentialsInvalid(
        f"{name} cannot be read.",
        "The operating system's keyring is locked, cannot be reached, or there is none "
        f"({type(err).__name__}).",
        "Unlock it and try again; `keyring diagnose` says which one is used. On a server without "
        "one, set the variable in the process.",
    )
