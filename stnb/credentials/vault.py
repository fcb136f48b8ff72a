"""Secrets that stand elsewhere: keyring:NAME is read from the operating system's keyring.

SERVICETITAN_CLIENT_SECRET=keyring:phoenix

The package keyring is only imported for such a value.
"""

from __future__ import annotations

import re
import sys
from types import ModuleType

from stnb.errors import CredentialsInvalid, CredentialsMissing
from stnb.errors.packages import imported, lacking

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
    keyring = _package(name)
    try:
        found = keyring.get_password(SERVICE, entry)
    except keyring.errors.KeyringError as err:
        raise _shut(name, err) from None
    if not found:
        error = CredentialsMissing(
            f"{name} is not in the keyring.",
            f"The keyring has no password of {SERVICE} for {entry!r}.",
            f"Run `keyring set {SERVICE} {entry}` and give the value, or run `stnb setup`.",
        )
        error.fields = (field,)
        raise error
    return str(found)


def is_usable() -> bool:
    """Whether the package is installed and has a keyring to write to."""
    if lacking("keyring"):
        return False
    # Without a keyring, the package has one that refuses everything: its priority is 0.
    return bool(_package("").get_keyring().priority > 0)


def keep(name: str, entry: str, secret: str) -> str:
    """Put a secret into the keyring.

    Returns:
        What to write into the file in its place.

    Raises:
        CredentialsInvalid: there is no keyring, or it is locked.
    """
    keyring = _package(name)
    failure = None
    try:
        keyring.set_password(SERVICE, entry, secret)
    except keyring.errors.KeyringError as err:
        failure = _shut(name, err)
    del secret  # a verbose traceback prints what a frame holds
    if failure is not None:
        raise failure
    return LEAD + entry


def _package(name: str) -> ModuleType:
    happened = f"{name} cannot be read from the operating system's keyring."
    otherwise = "or write the value itself"
    for module in ("keyring", "keyring.errors"):
        imported(module, happened, "stnb[keyring]", kind=CredentialsInvalid, otherwise=otherwise)
    keyring: ModuleType = sys.modules["keyring"]
    return keyring


def _shut(name: str, err: Exception) -> CredentialsInvalid:
    return CredentialsInvalid(
        f"{name} cannot be read.",
        f"The operating system's keyring is locked, or there is none ({type(err).__name__}).",
        "Unlock it and try again. On a server without one, set the variable in the process.",
    )
