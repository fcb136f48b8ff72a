"""What cannot be right in a profile's values, said before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from stnb.errors import CredentialsInvalid, CredentialsMissing

from . import address, vault
from .address import Address
from .hints import hints
from .models import HOSTS, PREFIX, Settings, variable
from .secret import PAIR, SECRETS

ADDRESSES = ("API_URL", "AUTH_URL")
TENANT_ID = re.compile(r"[0-9]{1,18}")
NO_VALUE_HAS = re.compile(r"[\s\x00-\x1f\x7f]|[^\x20-\x7e]")  # blanks, and whatever is not ASCII
# What is left of another language: backticks, a variable that nobody filled in, a dot as addresses
# write it, or the quote, comma, semicolon or backslash at an end of a value of a known form. A
# secret may hold any of these signs inside.
LEFT_OVER = re.compile(
    r"`.*`|\$\{[^}]*\}|\$\(.*\)|\${1,2}[A-Z_]+|%[A-Z_]+%"
    r"|(?:cid|cs\d|ak\d)\.\w{8,}[;,'\"\\]+|(?:cid|cs\d|ak\d)%2E.*"
    r"|\\?['\"]+(?:cid|cs\d|ak\d)\..{8,}"
)
PLACEHOLDER = re.compile(
    r"(?:your|my|insert|replace|enter|paste)[\s_-].*|<.*>|\[.*\]|\{.*\}|[x*.…-]{3,}"
    r"|change[_-]?me|todo|placeholder|xxx+.*",
    re.IGNORECASE,
)
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
        f"It was looked for in {known.where} and in the process's variables.{hints(known, names)}",
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
    for field, why, what in _misshapen(value):
        raise CredentialsInvalid(
            f"{variable(profile, field)} cannot be right.",
            why,
            f"Correct it in {known.origin(profile, field)}: {what}",
        )


def _misshapen(value: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """The fields whose value cannot be right, each with the reason and what to do."""
    for field in ("TENANT_ID", *BEGINNINGS):
        if is_placeholder(value[field]):
            why = "It is still a placeholder, so it was not sent."
            yield field, why, WHERE_TO_FIND[field]
    if not TENANT_ID.fullmatch(value["TENANT_ID"]):
        what = "use the number at the top of API Application Access."
        yield "TENANT_ID", "A tenant id is a whole number.", what
    if value["ENVIRONMENT"] and value["ENVIRONMENT"].lower() not in HOSTS:
        yield "ENVIRONMENT", "There are two environments.", "write integration or production."
    for field in BEGINNINGS:
        other = _looks_like(value[field])
        if other not in (None, field):
            why = f"It looks like {_with_article(_words(other))}: likely two values were swapped."
            yield field, why, "put each in its place."
        if LEFT_OVER.fullmatch(value[field]):
            why = "It is a variable that was not filled in, or has signs around the value."
            yield field, why, "write the value alone."
        if NO_VALUE_HAS.search(value[field]):
            yield (
                field,
                "It holds a blank or a character that no such value has.",
                "copy it once more, without blanks and line ends; likely a quote is not closed, "
                "or other text follows.",
            )
    if not _is_zone(value["TIMEZONE"] or "UTC"):
        yield "TIMEZONE", "It is no IANA time zone.", "write one such as America/Phoenix."


def _looks_like(value: str) -> str | None:
    """The field that a value would fit by its beginning; None if it has none of them."""
    for field, beginning in BEGINNINGS.items():
        if beginning.match(value):
            return field
    return None


def _with_article(words: str) -> str:
    article = "an" if words[0] in "aeiou" else "a"
    return f"{article} {words}"


def _words(field: str | None) -> str:
    return str(field).replace("_", " ").lower()


def is_placeholder(value: str) -> bool:
    """Whether a value is one that an example holds: your_…, <…>, xxx."""
    for beginning in BEGINNINGS.values():
        value = beginning.sub("", value, count=1)
    return bool(PLACEHOLDER.fullmatch(value))


def check_lines(known: Settings, profile: str) -> None:
    """Check that no value goes on in the line below, as a copied secret does if it was wrapped.

    Raises:
        CredentialsInvalid: one does.
    """
    names = {variable(profile, field): field for field in SECRETS}
    names.setdefault(PREFIX + "APP_KEY", "APP_KEY")
    for fault in known.faults:
        field = names.get(fault.wraps)
        if field and "file" in known.sources(profile, field):
            raise CredentialsInvalid(
                f"{fault.wraps} cannot be right.",
                f"Line {fault.line} of {known.file} {fault.what}: likely the value was wrapped "
                "over two lines.",
                "Join the two lines into one, without a blank.",
            )


def doubt(known: Settings, profile: str) -> str:
    """Which values may be others than one thinks, and the cure; "" if there are none: those that
    the process holds instead of the file, and those that the file holds twice.
    """
    found, hidden, repeated = [], known.hidden(profile), known.repeated(profile)
    if hidden:
        several = ", ".join(f"{name} (other than {place})" for name, place in hidden.items())
        found.append(
            f"The process holds another value of {several}; restart the kernel or unset it."
        )
    if repeated:
        several = ", ".join(f"{name} on {_lines(numbers)}" for name, numbers in repeated.items())
        found.append(
            f"{known.file} sets different values of {several}; the last one counts. Delete the "
            "lines that are out of date."
        )
    return " ".join(found)


def _lines(numbers: tuple[int, ...]) -> str:
    """The lines in words: "lines 3 and 9"."""
    *first, last = map(str, numbers)
    return f"lines {', '.join(first)} and {last}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def address_of(known: Settings, profile: str, field: str, text: str) -> Address:
    """The address in a variable of a profile; that of the token with its path.

    Raises:
        CredentialsInvalid: secrets must not travel to it, or it cannot be judged.
    """
    found = address.parsed(text)
    if found is None:
        # It may be a secret in the wrong line, and a verbose traceback prints what a frame holds.
        del text
        raise CredentialsInvalid(
            f"{variable(profile, field)} cannot be right.",
            "The secret would travel to it, so it must be a plain https address, or http on this "
            "machine (localhost) only, without a user, ?, # or signs in %.",
            f"Correct it in {known.origin(profile, field)}, or leave it out to use ServiceTitan's "
            "own address.",
        )
    if field == "AUTH_URL" and not found.path:
        return replace(found, path="/connect/token")
    return found


def check_environments(
    known: Settings, profile: str, environment: str, *addresses: Address
) -> None:
    """Check that a pair reaches only hosts of its own environment.

    Raises:
        CredentialsInvalid: the environment and the addresses belong to two of them.
    """
    if len(_environments(environment, *addresses)) > 1:
        names = [variable(profile, field) for field in ("API_URL", "AUTH_URL", "ENVIRONMENT")]
        raise CredentialsInvalid(
            f"Profile {profile!r} mixes two environments.",
            "An address of one environment is beside the pair or an address of the other, and "
            "would be sent its secrets.",
            f"Correct {names[0]}, {names[1]} or {names[2]} in {known.where}.",
        )


def check_sources(known: Settings, profile: str) -> None:
    """Check that neither the file nor the process sends elsewhere what the other one holds.

    Raises:
        CredentialsInvalid: the file names another environment beside the pair than the process, or
            an address is not where the secrets are.
    """
    _check_pair_of_file(known, profile)
    for field in ADDRESSES:
        _check_address(known, profile, field)


def _check_pair_of_file(known: Settings, profile: str) -> None:
    """A pair of the file is not sent to an environment that only the process names."""
    file = Settings(known.written or {}, known.file)
    of_file = _environments_of(file, profile)
    others = _environments_of(known, profile) - of_file
    pair_is_from_file = any("file" in known.sources(profile, field) for field in PAIR)
    if pair_is_from_file and of_file and others:
        raise CredentialsInvalid(
            f"Profile {profile!r} mixes two environments.",
            f"The process's variables name {', '.join(others)}, but its pair is in {known.file} "
            f"beside {', '.join(of_file)}.",
            f"Unset {variable(profile, 'ENVIRONMENT')} and the URLs in the process, or set the "
            "whole pair there too.",
        )


def _check_address(known: Settings, profile: str, field: str) -> None:
    """An address of one's own counts only beside the secrets that it would be sent.

    Else a file in a folder that was cloned or shared could have the process's secrets sent to it.
    """
    written = known.get(profile, field)
    if not written or address_of(known, profile, field, written).is_known:
        return
    places = known.sources(profile, field)
    for secret in SECRETS:
        places = places & known.sources(profile, secret)
        # A file of anybody's may name an entry of the keyring, and the host beside it.
        if vault.is_reference(known.get(profile, secret)):
            places = set()
    if places:
        return
    name = variable(profile, field)
    raise CredentialsInvalid(
        f"{name} was not used.",
        f"It names a host of its own, and the secrets that would be sent there are not all in the "
        f"same place: {known.where}, the process's variables, or the keyring.",
        f"If you trust the host, put {name}, the client id, the secret and the app key into one "
        "place; if you do not know it, remove the line.",
    )


def _environments_of(settings: Settings, profile: str) -> set[str]:
    addresses = []
    for field in ADDRESSES:
        written = settings.get(profile, field)
        if written:
            addresses.append(address_of(settings, profile, field, written))
    return _environments(settings.get(profile, "ENVIRONMENT"), *addresses)


def _environments(environment: str, *addresses: Address) -> set[str]:
    """The environments that ENVIRONMENT and addresses name; a host of one's own belongs to none."""
    found = {environment.lower()}
    for each in addresses:
        found.add(each.environment)
    return found & set(HOSTS)
