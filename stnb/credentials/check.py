"""What cannot be right in a profile's values, said before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from stnb.errors import CredentialsInvalid, CredentialsMissing

from .models import HOSTS, PREFIX, Settings, variable

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TENANT_ID = re.compile(r"[0-9]{1,18}")
HOST_NAME = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+")  # nothing that a client would rewrite
NO_VALUE_HAS = re.compile(r"[\s\x00-\x1f\x7f]|[^\x20-\x7e]")  # blanks, and whatever is not ASCII
# What the values of ServiceTitan begin with.
BEGINNINGS = {
    "APP_KEY": re.compile(r"ak\d*\."),
    "CLIENT_ID": re.compile(r"cid\d*\."),
    "CLIENT_SECRET": re.compile(r"cs[12]\d*\."),
}
WHERE_TO_FIND = {
    "APP_KEY": "The app key is in the developer portal, on the app's page.",
    "ENVIRONMENT": "Name the environment, integration or production, because a client id and "
    "secret belong to one of them.",
    "CLIENT_SECRET": "The secret comes from Generate in the app's View Connections, or from the "
    "tenant's admin.",
    "CLIENT_ID": "The client id is shown beside the secret.",
    "TENANT_ID": "The tenant id is the number at the top of API Application Access.",
}


def incomplete(known: Settings, profile: str, missing: list[str]) -> CredentialsMissing:
    """The error for a profile without all the values that a call needs."""
    names = [_variable_to_set(profile, field) for field in missing]
    error = CredentialsMissing(
        f"Profile {profile!r} lacks {' and '.join(names)}.",
        f"It was looked for in {known.where} and in the process's variables.",
        WHERE_TO_FIND[missing[0]],
    )
    error.fields = tuple(missing)
    return error


def _variable_to_set(profile: str, field: str) -> str:
    """Where to put a missing value; the app key is one per app, so that profiles share it."""
    if field == "APP_KEY":
        return f"{PREFIX}APP_KEY"
    return variable(profile, field)


def check_shapes(known: Settings, profile: str, value: Mapping[str, str]) -> None:
    """Check the form of each value.

    Raises:
        CredentialsInvalid: a value cannot be right; the message does not show it.
    """

    def wrong(field: str, why: str, what: str) -> CredentialsInvalid:
        return CredentialsInvalid(
            f"{variable(profile, field)} cannot be right.",
            why,
            f"Correct it in {_place(known)}: {what}",
        )

    if not TENANT_ID.fullmatch(value["TENANT_ID"]):
        raise wrong(
            "TENANT_ID",
            "A tenant id is a whole number.",
            "use the number at the top of API Application Access.",
        )
    if value["ENVIRONMENT"] and value["ENVIRONMENT"].lower() not in HOSTS:
        raise wrong(
            "ENVIRONMENT", "There are two environments.", "write integration or production."
        )
    for field in BEGINNINGS:
        other = _looks_like(value[field])
        if other not in (None, field):
            raise wrong(
                field,
                f"It looks like a {_words(other)}: likely two values were swapped.",
                "put each in its place.",
            )
        if NO_VALUE_HAS.search(value[field]):
            raise wrong(
                field,
                "It holds a blank or a character that no such value has.",
                "copy it once more, without blanks and line ends.",
            )
    if not _is_zone(value["TIMEZONE"] or "UTC"):
        raise wrong("TIMEZONE", "It is no IANA time zone.", "write one such as America/Phoenix.")


def _looks_like(value: str) -> str | None:
    """The field that a value would fit by its beginning; None if it has none of them."""
    for field, beginning in BEGINNINGS.items():
        if beginning.match(value):
            return field
    return None


def _words(field: str | None) -> str:
    return str(field).replace("_", " ").lower()


def _place(known: Settings) -> str:
    return str(known.file or "the process variables")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def url_of(known: Settings, profile: str, field: str, url: str) -> str:
    """An address of a profile without its last slash; the token's with its path.

    Raises:
        CredentialsInvalid: secrets must not travel to it.
    """
    if not is_safe(url):
        # It may be a secret in the wrong line, and a verbose traceback prints what a frame holds.
        del url
        raise CredentialsInvalid(
            f"{variable(profile, field)} cannot be right.",
            "The secret would travel to it, so it must be https, or http on this machine "
            "(localhost) only.",
            f"Correct it in {_place(known)}, or leave it out to use ServiceTitan's own address.",
        )
    url = url.rstrip("/")
    if field == "AUTH_URL" and not urlsplit(url).path.strip("/"):
        return f"{url}/connect/token"
    return url


def is_safe(url: str) -> bool:
    """Whether secrets may travel to a URL: https, or http to this machine alone.

    >>> is_safe("https://api.servicetitan.io"), is_safe("http://api.servicetitan.io")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not _is_plain(parts) or (parts.port or 1) <= 0:
            return False
        # A name of another script may be broken, and the client would fail on it later.
        host.encode().decode("idna")
    except ValueError:
        return False
    if not HOST_NAME.fullmatch(host) or not re.fullmatch(r"[\x21-\x7e]+", url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def _is_plain(parts: SplitResult) -> bool:
    return not (parts.username or parts.query or parts.fragment)


def check_environments(known: Settings, profile: str, environment: str, *urls: str) -> None:
    """Check that a pair reaches only hosts of its own environment.

    Raises:
        CredentialsInvalid: the environment and the URLs belong to two of them.
    """
    if len(_environments(environment, *urls)) > 1:
        names = [variable(profile, field) for field in ("API_URL", "AUTH_URL", "ENVIRONMENT")]
        raise CredentialsInvalid(
            f"Profile {profile!r} mixes two environments.",
            "An address of one environment is beside the pair or an address of the other, and "
            "would be sent its secrets.",
            f"Correct {names[0]}, {names[1]} or {names[2]} in {known.where}.",
        )


def check_sources(known: Settings, profile: str) -> None:
    """Check that a pair of the file is not sent to an environment that only the process names.

    Raises:
        CredentialsInvalid: the file names another environment beside the pair.
    """
    file = Settings(known.written or {}, known.file)
    of_file = _environments_of(file, profile)
    others = _environments_of(known, profile) - of_file
    pair_is_from_file = any(
        known.get(profile, field) == file.get(profile, field)
        for field in ("CLIENT_ID", "CLIENT_SECRET")
    )
    if pair_is_from_file and of_file and others:
        raise CredentialsInvalid(
            f"Profile {profile!r} mixes two environments.",
            f"The process's variables name {', '.join(others)}, but its pair is in {known.file} "
            f"beside {', '.join(of_file)}.",
            f"Unset {variable(profile, 'ENVIRONMENT')} and the URLs in the process, or set the "
            "whole pair there too.",
        )


def _environments_of(settings: Settings, profile: str) -> set[str]:
    environment = settings.get(profile, "ENVIRONMENT")
    return _environments(
        environment, settings.get(profile, "API_URL"), settings.get(profile, "AUTH_URL")
    )


def _environments(environment: str, *urls: str) -> set[str]:
    """The environments that ENVIRONMENT and URLs name; a host of one's own belongs to none."""
    owners = {}
    for name, own_urls in HOSTS.items():
        for url in own_urls:
            owners[urlsplit(url).hostname] = name
    found = {environment.lower()}
    for url in urls:
        if is_safe(url):
            host = (urlsplit(url).hostname or "").rstrip(".")
            found.add(owners.get(host, ""))
    return found & set(HOSTS)
