"""Settings -> the credentials of one profile, or a list of all profiles."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable

from stnb.errors import CredentialsMissing, SetupError, tongue

from . import vault
from .check import (
    TENANT_ID,
    address_of,
    check_environments,
    check_lines,
    check_shapes,
    check_sources,
    doubt,
    incomplete,
)
from .hints import hints
from .limits import limits_of
from .models import DEMO, FIELDS, HOSTS, PREFIX, Credentials, Profile, Settings
from .read import settings
from .secret import SECRETS, Secret, Values


def load(
    profile: str | None = None,
    env_file: str | os.PathLike[str] | None = None,
    *,
    known: Settings | None = None,
) -> Credentials:
    """Read the credentials of a profile.

    Args:
        profile: its name; by default the one that STNB_PROFILE names, else the only one.
        env_file: the file to read; by default the nearest .env upwards from the working directory.
        known: what was read of it already, in place of reading it again.

    Raises:
        CredentialsMissing: there is no such profile, or a value of it is missing.
        CredentialsInvalid: a value cannot be right.
    """
    if known is None:
        known = settings(env_file)
    if profile:
        return of_profile(known, profile.strip().lower())
    return of_profile(known, _only_profile(known))


def _only_profile(known: Settings) -> str:
    if named := known.values.get("STNB_PROFILE"):
        return named.lower()
    if len(known.profiles) == 1:
        return known.profiles[0]
    if not known.profiles:
        raise CredentialsMissing(
            "No credentials were found.",
            f"Nothing named {PREFIX}TENANT_ID, {PREFIX}CLIENT_ID and so on is in {known.where}."
            f"{hints(known)}",
            'Copy .env.example to .env and fill it in, or use stnb.connect("demo").',
        )
    raise CredentialsMissing(
        "No profile was named.",
        f"There are several in {known.where}: {', '.join(known.profiles)}.",
        f"Name one, as in {tongue.either(*_naming(known.profiles[0]))}, or set STNB_PROFILE.",
    )


def _naming(profile: str) -> tuple[str, str]:
    return f'stnb.connect("{profile}")', f"--profile {profile}"


def _meant(profile: str, profiles: Iterable[str]) -> str:
    """A question for the profile whose name is nearest, if one is: "tenant7" is "tenant07"."""
    near = difflib.get_close_matches(profile.lower(), profiles, n=1, cutoff=0.75)
    return f"Did you mean {near[0]!r}? " if near else ""


def of_profile(known: Settings, profile: str) -> Credentials:
    """Check one profile's values and make its credentials; it raises what `load` does."""
    if profile not in known.profiles:
        shown = "of that name"  # it may be a pasted secret
        if re.fullmatch(r"\w{1,24}", profile):
            shown = repr(profile)
        raise CredentialsMissing(
            f"There is no profile {shown}.",
            f"The profiles in {known.where} are: {', '.join((*known.profiles, DEMO))}.",
            f"{_meant(profile, known.profiles)}Use one of these, or add {PREFIX}NAME_TENANT_ID "
            "and the other values, with the profile's name for NAME.",
        )
    value = _values(known, profile)
    check_lines(known, profile)
    check_shapes(known, profile, value)
    environment = value["ENVIRONMENT"].lower()
    usual_api, usual_auth = HOSTS.get(environment, ("", ""))
    api = address_of(known, profile, "API_URL", value["API_URL"] or usual_api)
    auth = address_of(known, profile, "AUTH_URL", value["AUTH_URL"] or usual_auth)
    check_environments(known, profile, environment, api, auth)
    check_sources(known, profile)
    if value["API_URL"] or value["AUTH_URL"]:
        environment = "custom"
    return Credentials(
        profile=profile,
        environment=environment,
        tenant=int(value["TENANT_ID"]),
        client_id=Secret(value["CLIENT_ID"]),
        client_secret=Secret(value["CLIENT_SECRET"]),
        app_key=Secret(value["APP_KEY"]),
        api_url=str(api),
        auth_url=str(auth),
        timezone=value["TIMEZONE"] or "UTC",
        limits=limits_of(known.values),
        doubt=doubt(known, profile),
    )


def _values(known: Settings, profile: str) -> Values:
    """The value of each field of a profile, a secret of a vault from there.

    Raises:
        CredentialsMissing: some that are needed are missing.
        CredentialsInvalid: the vault does not give the value.
    """
    value = Values((field, known.get(profile, field)) for field in FIELDS)
    needed = ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "APP_KEY"]
    if not (value["API_URL"] and value["AUTH_URL"]):
        needed.insert(1, "ENVIRONMENT")
    missing = [field for field in needed if not value[field]]
    if missing:
        raise incomplete(known, profile, missing)
    for field in SECRETS:
        name = known.variable_of(profile, field)
        value[field] = vault.revealed(name, field, value[field])
    return value


def profiles(env_file: str | os.PathLike[str] | None = None) -> list[Profile]:
    """Every profile that can be named, ready or not, with "demo" last. Nothing is sent."""
    known = settings(env_file)
    found = [_profile(known, name) for name in known.profiles]
    return [*found, Profile(DEMO, DEMO, None, ready=True)]


def _profile(known: Settings, name: str) -> Profile:
    try:
        found = of_profile(known, name)
    except SetupError as err:
        return _unready(known, name, str(err))
    tags = known.tags(name)
    return Profile(found.profile, found.environment, found.tenant, ready=True, tags=tags)


def _unready(known: Settings, name: str, problem: str) -> Profile:
    """A profile that is not ready, with the values that are well formed."""
    environment: str | None = known.get(name, "ENVIRONMENT").lower()
    if environment not in HOSTS:
        environment = None
    tenant = None
    if TENANT_ID.fullmatch(known.get(name, "TENANT_ID")):
        tenant = int(known.get(name, "TENANT_ID"))
    tags = known.tags(name)
    return Profile(name, environment, tenant, ready=False, problem=problem, tags=tags)
