"""The account that a command reads from: never the demo tenant, unless it was named."""

from __future__ import annotations

import os

from stnb import credentials
from stnb.account import connecting
from stnb.account.account import Account
from stnb.errors import CredentialsMissing


def connect(profile: str | None, env_file: str | os.PathLike[str] | None = None) -> Account:
    """The account of a profile, for a command that writes or prints rows.

    Without credentials a notebook gets the demo tenant, with a warning. A command refuses instead:
    its rows go to files and to other programs, where nobody sees a warning.

    Args:
        profile: its name; None takes the only one, or the one that STNB_PROFILE names.
        env_file: the file to read instead of the nearest .env.

    Raises:
        CredentialsMissing: no credentials were found and the demo was not named, there is no such
            profile, or it is incomplete.
        CredentialsInvalid: a value cannot be right.
    """
    found = connecting.connect(profile, env_file=env_file)
    if not found.stands_in:
        return found
    found.close()
    known = credentials.settings(env_file)
    raise CredentialsMissing(
        "No credentials were found.",
        f"{_likely_cause(known)}{credentials.hints(known)}",
        "Run `stnb setup` to set up a profile, or add `--profile demo` to read the demo tenant, "
        "whose data are made up.",
    )


def _likely_cause(known: credentials.Settings) -> str:
    found = [name for name in known.values if name.startswith(credentials.PREFIX)]
    if found:  # such as the app key, which is no profile's own
        return (
            f"{', '.join(found)} is set, but no profile has a tenant, an environment, or a client "
            f"id and secret: {credentials.PREFIX}TENANT_ID and so on are missing."
        )
    if known.file is None:
        return (
            "There is no .env file in this folder or in one above it, and the process has no "
            f"{credentials.PREFIX} variables of a profile."
        )
    return (
        f"Likely {known.file} is not filled in yet, or its names lack the prefix "
        f"{credentials.PREFIX}, as in {credentials.PREFIX}CLIENT_ID."
    )
