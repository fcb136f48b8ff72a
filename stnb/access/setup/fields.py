"""What the four values look like: rules that the terminal and the page apply to what is typed, as
plain data.

A pattern is written in what Python's and JavaScript's regular expressions have in common.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from stnb import credentials

Rule = tuple[
    str, str, str
]  # pattern, level (ok, hint or wrong), sentence; the first that is found counts


@dataclass(frozen=True)
class Hint:
    """What can be said of a value as it stands: "ok", "hint" (unusual, but it may be) or "wrong"."""

    level: str
    text: str


@dataclass(frozen=True)
class Field:
    """One of the values.

    Attributes:
        variable: how it is called in .env, behind the profile's name.
        where: where it comes from.
        secret: whether it is masked as it is typed.
    """

    key: str
    label: str
    variable: str
    where: str
    secret: bool
    rules: tuple[Rule, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


ANY: tuple[Rule, ...] = (
    (
        r"^[*.\u2022\u25cf]+$",
        "wrong",
        "This is the mask that covers a value. Copy the value with the page's own button.",
    ),
    (
        r"^(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=",
        "wrong",
        "Only the value: leave out the name and the = sign.",
    ),
    (
        r"^(?:Bearer\s|eyJ)",
        "wrong",
        "This looks like an access token. stnb fetches tokens by itself.",
    ),
)
FOREIGN: tuple[Rule, ...] = (
    (r"[^\x21-\x7e]", "wrong", "There is a blank or an odd sign in it. Copy it once more, alone."),
)
PREFIXES = {"app_key": r"^ak[0-9]*\.", "client_id": r"^cid\.", "client_secret": r"^cs[0-9]*\."}
LABELS = {
    "tenant": "Tenant ID",
    "client_id": "Client ID",
    "client_secret": "Client Secret",
    "app_key": "App Key",
}


def _swapped(key: str) -> tuple[Rule, ...]:
    return tuple(
        (pattern, "wrong", f"This looks like the {LABELS[other]}: likely two values were swapped.")
        for other, pattern in PREFIXES.items()
        if other != key
    )


def _begins(key: str, start: str, whole: str, usual: str) -> tuple[Rule, ...]:
    return (
        (r"^$", "hint", f"Begins with {start}"),
        *ANY,
        *_swapped(key),
        *FOREIGN,
        (whole, "ok", "Looks right."),
        (PREFIXES[key], "hint", f"Unusual length: {usual} is usual. Was it copied whole?"),
        (r"^[0-9]+$", "hint", "This is a number: likely the Tenant ID."),
        (r"", "hint", f"Unusual: the {LABELS[key]} mostly begins with {start}"),
    )


FIELDS = {
    field.key: field
    for field in (
        Field(
            "tenant",
            LABELS["tenant"],
            "TENANT_ID",
            "Settings > Integrations > API Application Access, at the top right",
            False,
            (
                (r"^$", "hint", "A number"),
                *ANY,
                *_swapped("tenant"),
                (r"^[0-9]{1,18}$", "ok", "Looks right."),
                (r"^#?[0-9][0-9 ,.'_]*$", "wrong", "Digits alone, please: no separators."),
                (r"", "wrong", "A Tenant ID is a number."),
            ),
        ),
        Field(
            "client_id",
            LABELS["client_id"],
            "CLIENT_ID",
            "beside the Client Secret, in View Connections or at Allow",
            False,
            _begins("client_id", "cid.", r"^cid\..{20,32}$", "29 signs"),
        ),
        Field(
            "client_secret",
            LABELS["client_secret"],
            "CLIENT_SECRET",
            "from Generate, or shown to the admin at Allow",
            True,
            _begins("client_secret", "cs1. or cs2.", r"^cs[12]\..{50}$", "54 signs"),
        ),
        Field(
            "app_key",
            LABELS["app_key"],
            "APP_KEY",
            "the app's page in My Apps; the same for every tenant",
            True,
            _begins("app_key", "ak1.", r"^ak1\..{20,32}$", "29 signs"),
        ),
    )
}


def check(key: str, text: str) -> Hint:
    """What can be said of a value as it is typed; blanks and quotes around it are no matter, as
    they are left out.

    Example:
        >>> check("client_id", "cs1.abc")
        Hint(level='wrong', text='This looks like the Client Secret: likely two values were
        swapped.')
    """
    value = credentials.clean(text)
    return next(
        Hint(level, said) for pattern, level, said in FIELDS[key].rules if re.search(pattern, value)
    )


def profile_rules(environment: str) -> tuple[Rule, ...]:
    """The rules for a profile's name, lower case; `{}` in a sentence stands for it."""
    taken = tuple(
        (
            f"^{name}$",
            "wrong",
            f"A profile called {name} is taken to be of {name}. Choose another name.",
        )
        for name in credentials.HOSTS
        if name != environment
    )
    return (
        (rf"^(?:{credentials.DEFAULT})?$", "ok", "The unnamed profile: stnb.connect()"),
        (
            rf"^{credentials.DEMO}$",
            "wrong",
            "demo is always there and cannot be replaced. Choose another name.",
        ),
        (
            r"^api$",
            "wrong",
            "That name would be mistaken for a part of a variable. Choose another.",
        ),
        *taken,
        (r"^[a-z](?:[a-z0-9_]{0,22}[a-z0-9])?$", "ok", 'stnb.connect("{}")'),
        (r"", "wrong", "Letters, digits and _, and a letter first; such as phoenix."),
    )


def check_profile(name: str, environment: str) -> Hint:
    """What can be said of a profile's name.

    Example:
        >>> check_profile("Phoenix", "production")
        Hint(level='ok', text='stnb.connect("phoenix")')
    """
    name = name.strip().lower()
    rules = profile_rules(environment)
    return next(
        Hint(level, said.replace("{}", name))
        for pattern, level, said in rules
        if re.search(pattern, name)
    )
