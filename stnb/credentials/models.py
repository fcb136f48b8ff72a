"""A profile's credentials, and the variables that they are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from . import vault
from .fault import Fault
from .limits import DEADLINE, MAX_BODY, MAX_MEMORY, USUAL, Limits
from .secret import Secret, Values

HOSTS = {
    "integration": (
        "https://api-integration.servicetitan.io",
        "https://auth-integration.servicetitan.io/connect/token",
    ),
    "production": ("https://api.servicetitan.io", "https://auth.servicetitan.io/connect/token"),
}
DEMO = "demo"
DEFAULT = "default"
FIELDS = (
    "TENANT_ID",
    "ENVIRONMENT",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "APP_KEY",
    "API_URL",
    "AUTH_URL",
    "TIMEZONE",
    "TAGS",
)
# A profile exists if it has one of these; the other fields may be shared.
OWN = {"TENANT_ID", "ENVIRONMENT", "CLIENT_ID", "CLIENT_SECRET"}
SHARED = ("APP_KEY", "ENVIRONMENT", "TIMEZONE")  # said once, they hold for every profile
PREFIX = "SERVICETITAN_"
# The other variables that a .env file may set.
OURS = ("STNB_PROFILE", DEADLINE, MAX_BODY, MAX_MEMORY)
Source = Literal["file", "process"]
SERVICEPYTAN_ENVIRONMENT = "SERVICETITAN_API_ENVIRONMENT"  # the name that servicepytan reads


@dataclass(frozen=True)
class Credentials:
    """What one profile calls with.

    Attributes:
        profile: the profile's name in lower case.
        environment: integration, production, demo, or custom if the profile names a URL.
        tenant: the tenant id.
        client_id, client_secret: the pair for this tenant and environment.
        app_key: the app's key.
        api_url: the API's host, without a slash at its end.
        auth_url: the address that gives tokens.
        timezone: the IANA zone of dates without a zone.
        doubt: why these may be others than the file's, in a sentence; "" if they are not.
        limits: how long a request may take, and how large a body may be.
    """

    profile: str
    environment: str
    tenant: int
    client_id: Secret
    client_secret: Secret
    app_key: Secret
    api_url: str
    auth_url: str
    timezone: str = "UTC"
    limits: Limits = USUAL
    doubt: str = field(default="", compare=False)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def __repr__(self) -> str:
        return f"<Credentials {self.profile} · {self.environment} · tenant {self.tenant}>"


@dataclass(frozen=True)
class Profile:
    """A line of `stnb.profiles()`.

    Attributes:
        name: the profile's name in lower case.
        environment: integration, production, demo or custom; None if it is missing or wrong.
        tenant: the tenant id; None if it is missing or wrong.
        ready: whether all values are there and well formed.
        problem: if it is not ready, why.
        tags: the groups that it belongs to, such as ("west", "franchise").

    Example:
        >>> [profile.name for profile in stnb.profiles() if profile.ready]
    """

    name: str
    environment: str | None
    tenant: int | None
    ready: bool
    problem: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """The variables that concern us, and the file that they come from. The repr shows no value.

    Attributes:
        values: the values by the full names of their variables; the process wins over the file.
        file: the .env file, or None if none was found.
        written: the values of the file alone.
        process: the values of the process alone.
        lines: the line of each name in the file, also of names that are not ours.
        faults: the lines of the file that could not be read.
        twice: the lines of each name that the file sets several times, with different values.
    """

    values: Mapping[str, str]
    file: Path | None
    written: Mapping[str, str] | None = None
    process: Mapping[str, str] = field(default_factory=Values)
    lines: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    twice: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A plain dict would be written out by JSON and pickle.
        for name in ("values", "written", "process"):
            given = getattr(self, name)
            if given is not None and not isinstance(given, Values):
                object.__setattr__(self, name, Values(given))

    def __repr__(self) -> str:
        return f"<Settings of {self.file or 'the process'} · {len(self.values)} variables>"

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """The names of the profiles that have a value of their own, in the order of the file."""
        found: dict[str, set[str]] = {}
        for name in self.values:
            profile, field = _split(name)
            if field in OWN and profile != DEMO:
                found.setdefault(profile, set()).add(field)
        if found.get(DEFAULT) == {"ENVIRONMENT"} and len(found) > 1:
            del found[DEFAULT]  # it is said once for all the others
        return tuple(found)

    def tags(self, profile: str) -> tuple[str, ...]:
        """The groups that a profile belongs to, in lower case."""
        words = self.get(profile, "TAGS").lower().replace(",", " ").split()
        return tuple(dict.fromkeys(words))

    def get(self, profile: str, field: str) -> str:
        """The value of a profile's field, or "". Profiles may share those of `SHARED`."""
        if field == "ENVIRONMENT" and profile in HOSTS:
            return self.values.get(variable(profile, field)) or profile
        return self.values.get(self.variable_of(profile, field), "")

    def sources(self, profile: str, field: str) -> set[Source]:
        """Where the value of a profile's field stands: in one of the two places, or in both."""
        name = self.variable_of(profile, field)
        value = self.values.get(name)
        found: set[Source] = set()
        if value and (self.written or {}).get(name) == value:
            found.add("file")
        if value and (not found or self.process.get(name) == value):
            found.add("process")
        return found

    def origin(self, profile: str, field: str) -> str:
        """Where the value of a profile's field stands, in words: file and line, or the process."""
        name = self.variable_of(profile, field)
        if "process" in self.sources(profile, field) and name in self.process:
            return f"the process variable {name}"
        if name in self.lines:
            return f"line {self.lines[name]} of {self.file}"
        return self.where

    def hidden(self, profile: str) -> dict[str, str]:
        """The variables of a profile whose value in the process is another than in the file, each
        with the place in the file.
        """
        found = {}
        for field_name in FIELDS:
            name = self.variable_of(profile, field_name)
            in_file, in_process = (self.written or {}).get(name), self.process.get(name)
            # `op run` puts the secret into the process for what the file says of its place.
            if in_file and vault.is_reference(in_file):
                continue
            if in_file and in_process and in_file != in_process:
                found[name] = f"line {self.lines.get(name, '?')} of {self.file}"
        return found

    def repeated(self, profile: str) -> dict[str, tuple[int, ...]]:
        """The variables of a profile that the file sets several times with different values, each
        with their lines. Those that the process sets are not among them.
        """
        names = dict.fromkeys(self.variable_of(profile, field_name) for field_name in FIELDS)
        return {n: self.twice[n] for n in names if n in self.twice and n not in self.process}

    def variable_of(self, profile: str, field: str) -> str:
        """The variable that a profile's field is read from."""
        own = variable(profile, field)
        if self.values.get(own):
            return own
        if field in SHARED and self.values.get(PREFIX + field):
            return PREFIX + field
        if field == "ENVIRONMENT" and self.values.get(SERVICEPYTAN_ENVIRONMENT):
            return SERVICEPYTAN_ENVIRONMENT
        if field in ("APP_KEY", "TIMEZONE"):
            return PREFIX + field
        return own

    @property
    def where(self) -> str:
        """The file in words, or that there is none."""
        if self.file:
            return str(self.file)
        return "the process's variables (no .env file was found)"


def variable(profile: str, field: str) -> str:
    """The full name of a field's variable.

    >>> variable("default", "CLIENT_ID"), variable("phoenix", "CLIENT_ID")
    ('SERVICETITAN_CLIENT_ID', 'SERVICETITAN_PHOENIX_CLIENT_ID')
    """
    if profile == DEFAULT:
        return PREFIX + field
    return f"{PREFIX}{profile.upper()}_{field}"


def _split(name: str) -> tuple[str, str]:
    """(profile, field) of a variable; ("", "") if it is none of ours."""
    if name == SERVICEPYTAN_ENVIRONMENT:
        return DEFAULT, "ENVIRONMENT"
    found = re.fullmatch(rf"{PREFIX}(?:(\w+)_)?({'|'.join(FIELDS)})", name)
    if not found:
        return "", ""
    return (found[1] or DEFAULT).lower(), found[2]
