"""What cannot be right in a profile's values, said before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from stnb.errors import CredentialsInvalid, CredentialsMissing

from .models import HOSTS, PREFIX, Settings, variable


def incomplete(known: Settings, profile: str, missing: list[str]) -> CredentialsMissing:
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
    error = CredentialsMissing(
        f"Profile {profile!r} lacks {' and '.join(names)}.",
        f"It was looked for in {known.where} and in the process's variables.",
        hints[missing[0]],
    )
    error.fields = tuple(missing)
    return error


def check_shapes(known: Settings, profile: str, value: Mapping[str, str]) -> None:
    def wrong(field: str, why: str, what: str) -> CredentialsInvalid:
        return CredentialsInvalid(
            f"{variable(profile, field)} cannot be right.",
            why,
            f"Correct it in {known.file or 'the process variables'}: {what}",
        )

    if not re.fullmatch(r"[0-9]{1,18}", value["TENANT_ID"]):
        raise wrong(
            "TENANT_ID",
            "A tenant id is a whole number.",
            "use the number shown at the top of API Application Access.",
        )
    if value["ENVIRONMENT"] and value["ENVIRONMENT"].lower() not in HOSTS:
        raise wrong(
            "ENVIRONMENT", "There are two environments.", "write integration or production."
        )
    shapes = {"APP_KEY": ("ak",), "CLIENT_ID": ("cid",), "CLIENT_SECRET": ("cs1", "cs2")}
    starts = {start: field for field, all_starts in shapes.items() for start in all_starts}
    for field in shapes:
        looks_like = next(
            (f for start, f in starts.items() if re.match(rf"{start}\d*\.", value[field])), field
        )
        if looks_like != field:
            raise wrong(
                field,
                f"It looks like a {looks_like.replace('_', ' ').lower()}: likely two values were swapped.",
                "put each in its place.",
            )
        if re.search(r"[\s\x00-\x1f\x7f]|[^\x20-\x7e]", value[field]):
            raise wrong(
                field,
                "It holds a blank or a sign that no such value has.",
                "copy it once more, without blanks or line ends.",
            )
    if not _is_zone(value["TIMEZONE"] or "UTC"):
        raise wrong("TIMEZONE", "It is no IANA time zone.", "write one such as America/Phoenix.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def url_of(known: Settings, profile: str, field: str, url: str) -> str:
    if not is_safe(url):
        # it may be a secret in the wrong line, and a verbose traceback prints what the frame holds
        del url
        raise CredentialsInvalid(
            f"{variable(profile, field)} cannot be right.",
            "The secret would travel to it, so it must be https, or http on this machine (localhost) only.",
            f"Correct it in {known.file or 'the process variables'}, or leave it out to use ServiceTitan's own address.",
        )
    url = url.rstrip("/")
    return (
        f"{url}/connect/token" if field == "AUTH_URL" and not urlsplit(url).path.strip("/") else url
    )


def is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, fine = (
            parts.hostname or "",
            not (parts.username or parts.query or parts.fragment) and (parts.port or 1) > 0,
        )
        fine = (
            fine and re.fullmatch(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+", host) is not None
        )  # nothing that a client would rewrite
        host.encode().decode(
            "idna"
        )  # a name of another script may be broken, and the client would stumble later
    except ValueError:
        return False
    fine = fine and bool(host) and re.fullmatch(r"[\x21-\x7e]+", url) is not None
    return fine and (
        parts.scheme == "https"
        or (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1"))
    )


def check_environments(known: Settings, profile: str, environment: str, *urls: str) -> None:
    """A pair belongs to one environment: it must not reach a host of the other, whatever the URLs
    say.
    """
    if len(_named(environment, *urls)) > 1:
        raise CredentialsInvalid(
            f"Profile {profile!r} mixes two environments.",
            "An address of the one stands beside the pair or an address of the other, and would be sent its secrets.",
            f"Correct {variable(profile, 'API_URL')}, {variable(profile, 'AUTH_URL')} or {variable(profile, 'ENVIRONMENT')} in {known.where}.",
        )


def check_sources(known: Settings, profile: str) -> None:
    """A pair that stands in the file beside its environment is not sent to another that a variable
    of the process names.
    """
    file = Settings(known.written or {}, known.file)
    beside, now = (
        _named(*(s.get(profile, f) for f in ("ENVIRONMENT", "API_URL", "AUTH_URL")))
        for s in (file, known)
    )
    from_file = any(
        known.get(profile, f) == file.get(profile, f) for f in ("CLIENT_ID", "CLIENT_SECRET")
    )
    if from_file and beside and now - beside:
        raise CredentialsInvalid(
            f"Profile {profile!r} mixes two environments.",
            f"The process's variables name {', '.join(now)}, and its pair stands in {known.file} beside {', '.join(beside)}.",
            f"Unset {variable(profile, 'ENVIRONMENT')} and the URLs in the process, or give the whole pair there too.",
        )


def _named(environment: str, *urls: str) -> set[str]:
    """The environments that a profile's ENVIRONMENT and URLs belong to; a host of one's own belongs
    to none.
    """
    owners = {urlsplit(url).hostname: name for name, hosts in HOSTS.items() for url in hosts}
    hosts = {(urlsplit(url).hostname or "").rstrip(".") for url in urls if is_safe(url)}
    return {environment.lower(), *(owners.get(host, "") for host in hosts)} & set(HOSTS)
