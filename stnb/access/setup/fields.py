"""What the four values look like: rules for what is typed, as data.

The terminal and the page apply the same rules, so a pattern keeps to what Python's and JavaScript's
regular expressions have in common.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from stnb import credentials

# Pattern, level (ok, hint or wrong), sentence; the first rule whose pattern is found counts.
Rule = tuple[str, str, str]


@dataclass(frozen=True)
class Hint:
    """What is known about a value by its looks.

    Attributes:
        level: "ok", "hint" if it is unusual but may be right, or "wrong".
    """

    level: str
    text: str


@dataclass(frozen=True)
class Field:
    """One of the four values.

    Attributes:
        variable: its name in .env, behind the profile's name.
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
        """The field as plain data, for the page."""
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
# The values are printable ASCII without blanks; what else is in them comes from copying.
FOREIGN: tuple[Rule, ...] = (
    (r"[^\x21-\x7e]", "wrong", "There is a blank or an odd sign in it. Copy it once more, alone."),
)
# The beginnings by which ServiceTitan's values can be told apart.
PREFIXES = {"app_key": r"^ak[0-9]*\.", "client_id": r"^cid\.", "client_secret": r"^cs[0-9]*\."}
LABELS = {
    "tenant": "Tenant ID",
    "client_id": "Client ID",
    "client_secret": "Client Secret",
    "app_key": "App Key",
}


def _swapped(key: str) -> tuple[Rule, ...]:
    """Rules that notice another one of the values."""
    rules: list[Rule] = []
    for other, pattern in PREFIXES.items():
        if other != key:
            text = f"This looks like the {LABELS[other]}: likely two values were swapped."
            rules.append((pattern, "wrong", text))
    return tuple(rules)


def _begins(key: str, start: str, whole: str, usual: str) -> tuple[Rule, ...]:
    """The rules for a value that begins with its kind.

    Args:
        start: the beginning, as one would say it.
        whole: the pattern of a whole value.
        usual: its usual length, in words.
    """
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
    """What is known about a value that was typed. Blanks and quotes around it are left out.

    Example:
        >>> check("client_id", "cs1.abc").text
        'This looks like the Client Secret: likely two values were swapped.'
    """
    return _first(FIELDS[key].rules, credentials.clean(text))


def _first(rules: Iterable[Rule], value: str) -> Hint:
    """The hint of the first rule that fits; the last rule of every list fits any value."""
    for pattern, level, text in rules:
        if re.search(pattern, value):
            return Hint(level, text)
    raise AssertionError("the last rule fits any value")


def profile_rules(environment: str) -> tuple[Rule, ...]:
    """The rules for a profile's name, lower case; `{}` in a sentence stands for the name."""
    others: list[Rule] = []
    for name in credentials.HOSTS:
        if name != environment:
            text = f"A profile called {name} is taken to be of {name}. Choose another name."
            others.append((f"^{name}$", "wrong", text))
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
        *others,
        (r"^[a-z](?:[a-z0-9_]{0,22}[a-z0-9])?$", "ok", 'stnb.connect("{}")'),
        (r"", "wrong", "Letters, digits and _, and a letter first; such as phoenix."),
    )


def check_profile(name: str, environment: str) -> Hint:
    """What is known about a profile's name.

    Example:
        >>> check_profile("Phoenix", "production")
        Hint(level='ok', text='stnb.connect("phoenix")')
    """
    name = name.strip().lower()
    hint = _first(profile_rules(environment), name)
    return Hint(hint.level, hint.text.replace("{}", name))
