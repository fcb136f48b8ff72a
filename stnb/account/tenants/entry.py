"""The accounts of several profiles of a .env file."""

from __future__ import annotations

import os

from stnb import credentials
from stnb.account import connecting
from stnb.account.account import Account
from stnb.credentials import Profile
from stnb.errors import CredentialsMissing, Incomplete, SetupError, StnbError
from stnb.frame import notices

TAG = "tag:"


def accounts(
    *names: str, env_file: str | os.PathLike[str] | None = None
) -> tuple[dict[str, Account], dict[str, StnbError]]:
    """The work of `stnb.tenants`, which is documented there: the accounts by name, and the profiles
    that are not ready.
    """
    known = [p for p in credentials.profiles(env_file) if p.name != credentials.DEMO]
    if not names:
        return _every(known, env_file)
    found, read = {}, credentials.settings(env_file)
    for name in dict.fromkeys(_named(names, known)):
        found[name] = connecting.connect(name, env_file=env_file, known=read)
    return found, {}


def _every(
    known: list[Profile], env_file: str | os.PathLike[str] | None
) -> tuple[dict[str, Account], dict[str, StnbError]]:
    """Those of every profile that is ready; a warning names the others."""
    found = connecting.connect_all(env_file=env_file)
    unready: dict[str, StnbError] = {}
    for profile in known:
        if profile.name not in found:
            unready[profile.name] = _why(profile, env_file)
    for name, why in list(unready.items())[:1]:
        text = (
            f"{len(unready)} of {len(known)} profiles are not ready and are left out. {name}: {why}"
            " stnb.profiles() shows what each of them lacks."
        )
        notices.warn(notices.Notice(Incomplete, text))
    return found, unready


def _why(profile: Profile, env_file: str | os.PathLike[str] | None) -> SetupError:
    try:
        credentials.load(profile.name, env_file)
    except SetupError as err:
        return err
    return SetupError(f"{profile.name} was not ready.", "Its file has changed.", "Try again.")


def _named(names: tuple[str, ...], known: list[Profile]) -> list[str]:
    """The profiles that are meant, in the order of the names.

    Raises:
        CredentialsMissing: no profile belongs to a group.
    """
    found = []
    for name in names:
        word = name.strip().lower()
        if not word.startswith(TAG):
            found.append(word)
            continue
        group = [p.name for p in known if word.removeprefix(TAG) in p.tags]
        if not group:
            tags = sorted({tag for p in known for tag in p.tags})
            raise CredentialsMissing(
                f"No profile has the tag {word.removeprefix(TAG)!r}.",
                f"The tags are: {', '.join(tags) or 'none'}.",
                "Set one in .env, as in SERVICETITAN_PHOENIX_TAGS=west.",
            )
        found += group
    return found
