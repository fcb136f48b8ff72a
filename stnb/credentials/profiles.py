"""Settings -> the Credentials of one profile, or a list of all of them."""

from __future__ import annotations

import os
import re

from stnb.errors import CredentialsMissing, SetupError

from .check import (
    check_environments,
    check_shapes,
    check_sources,
    incomplete,
    url_of,
)
from .models import (
    DEMO,
    FIELDS,
    HOSTS,
    PREFIX,
    Credentials,
    Profile,
    Secret,
    Settings,
    Values,
)
from .read import settings


def load(profile: str | None = None, env_file: str | os.PathLike[str] | None = None) -> Credentials:
    """The credentials of a profile; without a name, of the only one, or of the one that
    STNB_PROFILE names.

    Raises:
        CredentialsMissing: no such profile, or a value of it is missing.
        CredentialsInvalid: a value cannot be right.
    """
    known = settings(env_file)
    return of_profile(known, profile.strip().lower() if profile else _choose(known))


def _choose(known: Settings) -> str:
    if named := known.values.get("STNB_PROFILE"):
        return named.lower()
    if len(known.profiles) == 1:
        return known.profiles[0]
    if not known.profiles:
        raise CredentialsMissing(
            "No credentials were found.",
            f"Nothing named {PREFIX}TENANT_ID, {PREFIX}CLIENT_ID and so on is in {known.where}.",
            'Copy .env.example to .env and fill it in, or use stnb.connect("demo").',
        )
    raise CredentialsMissing(
        "No profile was named.",
        f"There are several in {known.where}: {', '.join(known.profiles)}.",
        f'Name one, as in stnb.connect("{known.profiles[0]}"), or set STNB_PROFILE.',
    )


def of_profile(known: Settings, profile: str) -> Credentials:
    """Check one profile's values and make its credentials; see `load` for what it raises."""
    if profile not in known.profiles:
        there = ", ".join((*known.profiles, DEMO))
        shown = (
            repr(profile) if re.fullmatch(r"\w{1,24}", profile) else "of that name"
        )  # else it may be a pasted secret
        raise CredentialsMissing(
            f"There is no profile {shown}.",
            f"The profiles in {known.where} are: {there}.",
            f"Use one of these, or add {PREFIX}NAME_TENANT_ID and the other values, with the profile's name for NAME.",
        )
    value = Values((field, known.get(profile, field)) for field in FIELDS)
    custom = bool(value["API_URL"] or value["AUTH_URL"])
    needed = ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "APP_KEY"]
    if not (value["API_URL"] and value["AUTH_URL"]):
        needed.insert(1, "ENVIRONMENT")
    missing = [field for field in needed if not value[field]]
    if missing:
        raise incomplete(known, profile, missing)
    check_shapes(known, profile, value)
    api, auth = HOSTS.get(value["ENVIRONMENT"].lower(), ("", ""))
    api = url_of(known, profile, "API_URL", value["API_URL"] or api)
    auth = url_of(known, profile, "AUTH_URL", value["AUTH_URL"] or auth)
    check_environments(known, profile, value["ENVIRONMENT"].lower(), api, auth)
    check_sources(known, profile)
    return Credentials(
        profile,
        "custom" if custom else value["ENVIRONMENT"].lower(),
        int(value["TENANT_ID"]),
        Secret(value["CLIENT_ID"]),
        Secret(value["CLIENT_SECRET"]),
        Secret(value["APP_KEY"]),
        api,
        auth,
        value["TIMEZONE"] or "UTC",
    )


def profiles(env_file: str | os.PathLike[str] | None = None) -> list[Profile]:
    """Every profile that can be named, ready or not, with "demo" last; nothing is sent."""
    known = settings(env_file)
    return [*(_profile(known, name) for name in known.profiles), Profile(DEMO, DEMO, None, True)]


def _profile(known: Settings, name: str) -> Profile:
    try:
        c = of_profile(known, name)
    except SetupError as err:
        tenant, environment = known.get(name, "TENANT_ID"), known.get(name, "ENVIRONMENT").lower()
        number = int(tenant) if re.fullmatch(r"[0-9]{1,18}", tenant) else None
        return Profile(name, environment if environment in HOSTS else None, number, False, str(err))
    return Profile(c.profile, c.environment, c.tenant, True)
