"""What a profile calls with, and the variables that it is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

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
)
OWN = {
    "TENANT_ID",
    "ENVIRONMENT",
    "CLIENT_ID",
    "CLIENT_SECRET",
}  # a profile has at least one of these
PREFIX = "SERVICETITAN_"


class Secret:
    """A text that no repr, message or format shows; `reveal()` gives it to whoever must send it.

    Example:
        >>> Secret("cs1.abc")
        Secret('**********')
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret('**********')"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("A Secret is not pickled: it would lie in the file as plain text.")


@dataclass(frozen=True)
class Credentials:
    """What one profile calls with.

    Attributes:
        profile: its name, lower case.
        environment: integration, production, demo, or custom where a URL was given.
        tenant: the tenant id.
        timezone: the IANA zone in which dates without a zone are meant.
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

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def __repr__(self) -> str:
        return f"<Credentials {self.profile} · {self.environment} · tenant {self.tenant}>"


@dataclass(frozen=True)
class Profile:
    """A line of `stnb.profiles()`: whether a profile is ready to use, and if not, why."""

    name: str
    environment: str | None
    tenant: int | None
    ready: bool
    problem: str = ""


class Values(dict[str, str]):
    """Values by name. The repr shows the names alone: a verbose traceback prints whatever a frame
    holds.
    """

    def __repr__(self) -> str:
        return f"<values of {', '.join(self) or 'nothing'}>"


@dataclass(frozen=True)
class Settings:
    """The variables that concern us, by full name, and the file they come from; the repr shows no
    value.

    Attributes:
        written: what the file alone says, before the process's variables.
    """

    values: Mapping[str, str]
    file: Path | None
    written: Mapping[str, str] | None = None

    def __repr__(self) -> str:
        return f"<Settings of {self.file or 'the process'} · {len(self.values)} variables>"

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """The names of the profiles that have something of their own, in the order of the file."""
        names = (_split(name) for name in self.values)
        return tuple(dict.fromkeys(n[0] for n in names if n and n[1] in OWN and n[0] != DEMO))

    def get(self, profile: str, field: str) -> str:
        """The value of a profile's field, "" where there is none; the app key and the zone may be
        shared.
        """
        value = self.values.get(variable(profile, field), "")
        if not value and field in ("APP_KEY", "TIMEZONE"):
            value = self.values.get(PREFIX + field, "")
        if not value and field == "ENVIRONMENT":
            value = profile if profile in HOSTS else ""
            if profile == DEFAULT:  # the name that servicepytan reads
                value = self.values.get("SERVICETITAN_API_ENVIRONMENT", "")
        return value

    @property
    def where(self) -> str:
        return str(self.file) if self.file else "the process's variables (no .env file was found)"


def variable(profile: str, field: str) -> str:
    """The full name: SERVICETITAN_CLIENT_ID for the unnamed profile, SERVICETITAN_PHOENIX_CLIENT_ID
    for "phoenix".
    """
    return PREFIX + field if profile == DEFAULT else f"{PREFIX}{profile.upper()}_{field}"


def _split(name: str) -> tuple[str, str] | None:
    """(profile, field) of a variable, or None where it is none of ours."""
    found = re.fullmatch(rf"{PREFIX}(?:(\w+)_)?({'|'.join(FIELDS)})", name)
    if not found or name == "SERVICETITAN_API_ENVIRONMENT":
        return (DEFAULT, "ENVIRONMENT") if found else None
    return (found[1] or DEFAULT).lower(), found[2]
