"""The .env file and the process's variables -> Credentials, one set per profile.

The four values that a call needs are the app key (one per app), the client id and the client secret (a pair for one
tenant in one environment) and the tenant id (facts §1, §2). Variables of the process win over the file. Nothing is
ever written to `os.environ`.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from .errors import CredentialsInvalid, CredentialsMissing, SetupError

HOSTS = {
    "integration": ("https://api-integration.servicetitan.io", "https://auth-integration.servicetitan.io/connect/token"),
    "production": ("https://api.servicetitan.io", "https://auth.servicetitan.io/connect/token"),
}
DEMO = "demo"
DEFAULT = "default"
FIELDS = ("TENANT_ID", "ENVIRONMENT", "CLIENT_ID", "CLIENT_SECRET", "APP_KEY", "API_URL", "AUTH_URL", "TIMEZONE")
OWN = {"TENANT_ID", "ENVIRONMENT", "CLIENT_ID", "CLIENT_SECRET"}  # a profile has at least one of these
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
    """Values by name. The repr shows the names alone: a verbose traceback prints whatever a frame holds."""

    def __repr__(self) -> str:
        return f"<values of {', '.join(self) or 'nothing'}>"


@dataclass(frozen=True)
class Settings:
    """The variables that concern us, by full name, and the file they come from; the repr shows no value.

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
        """The value of a profile's field, "" where there is none; the app key and the zone may be shared."""
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
    """The full name: SERVICETITAN_CLIENT_ID for the unnamed profile, SERVICETITAN_PHOENIX_CLIENT_ID for "phoenix"."""
    return PREFIX + field if profile == DEFAULT else f"{PREFIX}{profile.upper()}_{field}"


def _split(name: str) -> tuple[str, str] | None:
    """(profile, field) of a variable, or None where it is none of ours."""
    found = re.fullmatch(rf"{PREFIX}(?:(\w+)_)?({'|'.join(FIELDS)})", name)
    if not found or name == "SERVICETITAN_API_ENVIRONMENT":
        return (DEFAULT, "ENVIRONMENT") if found else None
    return (found[1] or DEFAULT).lower(), found[2]


# -- reading


def settings(env_file: str | os.PathLike[str] | None = None) -> Settings:
    """Read the file (named, or the nearest .env upwards from the working directory) and the process's variables.

    Raises:
        CredentialsMissing: the named file is not there.
        CredentialsInvalid: the file cannot be read as text.
    """
    file = Path(env_file) if env_file is not None else _nearest(Path.cwd())
    written = _ours(_read(file) if file else {})
    return Settings(_ours({**written, **os.environ}), file, written)


def _ours(values: Mapping[str, str]) -> Values:
    clean = ((k, _clean(v)) for k, v in values.items() if k.startswith(PREFIX) or k == "STNB_PROFILE")
    return Values((k, v) for k, v in clean if v)


def _nearest(folder: Path) -> Path | None:
    return next((f for d in (folder, *folder.parents) if (f := d / ".env").is_file()), None)


def _read(file: Path) -> dict[str, str]:
    failure: SetupError
    try:
        text = file.read_text(encoding="utf-8-sig")  # a byte-order mark would become part of the first name
        raw = dotenv_values(stream=io.StringIO(text.replace("\x00", "")), interpolate=False)  # a `$` in a secret is a `$`
        return {k: v for k, v in raw.items() if v is not None}
    except FileNotFoundError:
        failure = CredentialsMissing(
            f"The file {file} is not there.",
            "It was named as the .env file to read.",
            "Check the path, or leave env_file out to use the nearest .env upwards from the working directory.",
        )
    except (OSError, UnicodeDecodeError) as err:
        failure = CredentialsInvalid(
            f"The file {file} cannot be read.",
            f"Likely it is no text file in UTF-8, or not yours to read ({type(err).__name__}).",
            "Save it as plain UTF-8 text with one NAME=value a line.",
        )
    raise failure  # out here, as the decoder's own error holds the whole file


def _clean(value: str) -> str:
    """Take off what a copy and paste brings along: blanks, quotes, invisible marks."""
    value = value.strip().strip("\ufeff\u200b\u00a0").strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1].strip()
    return value


# -- one profile


def load(profile: str | None = None, env_file: str | os.PathLike[str] | None = None) -> Credentials:
    """The credentials of a profile; without a name, of the only one, or of the one that STNB_PROFILE names.

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
        shown = repr(profile) if re.fullmatch(r"\w{1,24}", profile) else "of that name"  # else it may be a pasted secret
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
        raise _incomplete(known, profile, missing)
    _check_shapes(known, profile, value)
    api, auth = HOSTS.get(value["ENVIRONMENT"].lower(), ("", ""))
    api = _url(known, profile, "API_URL", value["API_URL"] or api)
    auth = _url(known, profile, "AUTH_URL", value["AUTH_URL"] or auth)
    _check_environments(known, profile, value["ENVIRONMENT"].lower(), api, auth)
    _check_sources(known, profile)
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


def _incomplete(known: Settings, profile: str, missing: list[str]) -> CredentialsMissing:
    names = [variable(profile, f) for f in missing]
    if "APP_KEY" in missing:
        names[missing.index("APP_KEY")] = f"{PREFIX}APP_KEY"
    hints = {
        "APP_KEY": "The app key is in the developer portal, on the app's page.",
        "ENVIRONMENT": "The environment is integration or production; a pair belongs to one of them, so it must be said.",
        "CLIENT_SECRET": "The secret comes from Generate in the app's View Connections, or from the tenant's admin.",
        "CLIENT_ID": "The client id stands beside the secret.",
        "TENANT_ID": "The tenant id is the number at the top of API Application Access.",
    }
    return CredentialsMissing(
        f"Profile {profile!r} lacks {' and '.join(names)}.",
        f"It was looked for in {known.where} and in the process's variables.",
        hints[missing[0]],
    )


def _check_shapes(known: Settings, profile: str, value: Mapping[str, str]) -> None:
    def wrong(field: str, why: str, what: str) -> CredentialsInvalid:
        return CredentialsInvalid(
            f"{variable(profile, field)} cannot be right.", why, f"Correct it in {known.file or 'the process variables'}: {what}"
        )

    if not re.fullmatch(r"[0-9]{1,18}", value["TENANT_ID"]):
        raise wrong("TENANT_ID", "A tenant id is a whole number.", "use the number shown at the top of API Application Access.")
    if value["ENVIRONMENT"] and value["ENVIRONMENT"].lower() not in HOSTS:
        raise wrong("ENVIRONMENT", "There are two environments.", "write integration or production.")
    shapes = {"APP_KEY": ("ak",), "CLIENT_ID": ("cid",), "CLIENT_SECRET": ("cs1", "cs2")}
    starts = {start: field for field, all_starts in shapes.items() for start in all_starts}
    for field in shapes:
        looks_like = next((f for start, f in starts.items() if re.match(rf"{start}\d*\.", value[field])), field)
        if looks_like != field:
            raise wrong(
                field,
                f"It looks like a {looks_like.replace('_', ' ').lower()}: likely two values were swapped.",
                "put each in its place.",
            )
        if re.search(r"[\s\x00-\x1f\x7f]|[^\x20-\x7e]", value[field]):
            raise wrong(
                field, "It holds a blank or a sign that no such value has.", "copy it once more, without blanks or line ends."
            )
    if not _is_zone(value["TIMEZONE"] or "UTC"):
        raise wrong("TIMEZONE", "It is no IANA time zone.", "write one such as America/Phoenix.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _url(known: Settings, profile: str, field: str, url: str) -> str:
    if not _is_safe(url):
        del url  # it may be a secret in the wrong line, and a verbose traceback prints what the frame holds
        raise CredentialsInvalid(
            f"{variable(profile, field)} cannot be right.",
            "The secret would travel to it, so it must be https, or http on this machine (localhost) only.",
            f"Correct it in {known.file or 'the process variables'}, or leave it out to use ServiceTitan's own address.",
        )
    url = url.rstrip("/")
    return f"{url}/connect/token" if field == "AUTH_URL" and not urlsplit(url).path.strip("/") else url


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, fine = parts.hostname or "", not (parts.username or parts.query or parts.fragment) and (parts.port or 1) > 0
        fine = fine and re.fullmatch(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+", host) is not None  # nothing that a client would rewrite
        host.encode().decode("idna")  # a name of another script may be broken, and the client would stumble later
    except ValueError:
        return False
    fine = fine and bool(host) and re.fullmatch(r"[\x21-\x7e]+", url) is not None
    return fine and (parts.scheme == "https" or (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")))


def _check_environments(known: Settings, profile: str, environment: str, *urls: str) -> None:
    """A pair belongs to one environment: it must not reach a host of the other, whatever the URLs say."""
    if len(_named(environment, *urls)) > 1:
        raise CredentialsInvalid(
            f"Profile {profile!r} mixes two environments.",
            "An address of the one stands beside the pair or an address of the other, and would be sent its secrets.",
            f"Correct {variable(profile, 'API_URL')}, {variable(profile, 'AUTH_URL')} or {variable(profile, 'ENVIRONMENT')} in {known.where}.",
        )


def _check_sources(known: Settings, profile: str) -> None:
    """A pair that stands in the file beside its environment is not sent to another that a variable of the process names."""
    file = Settings(known.written or {}, known.file)
    beside, now = (_named(*(s.get(profile, f) for f in ("ENVIRONMENT", "API_URL", "AUTH_URL"))) for s in (file, known))
    from_file = any(known.get(profile, f) == file.get(profile, f) for f in ("CLIENT_ID", "CLIENT_SECRET"))
    if from_file and beside and now - beside:
        raise CredentialsInvalid(
            f"Profile {profile!r} mixes two environments.",
            f"The process's variables name {', '.join(now)}, and its pair stands in {known.file} beside {', '.join(beside)}.",
            f"Unset {variable(profile, 'ENVIRONMENT')} and the URLs in the process, or give the whole pair there too.",
        )


def _named(environment: str, *urls: str) -> set[str]:
    """The environments that a profile's ENVIRONMENT and URLs belong to; a host of one's own belongs to none."""
    owners = {urlsplit(url).hostname: name for name, hosts in HOSTS.items() for url in hosts}
    hosts = {(urlsplit(url).hostname or "").rstrip(".") for url in urls if _is_safe(url)}
    return {environment.lower(), *(owners.get(host, "") for host in hosts)} & set(HOSTS)


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
