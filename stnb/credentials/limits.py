"""How long a request may take, and how large a body may be: STNB_DEADLINE and STNB_MAX_BODY."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stnb.errors import CredentialsInvalid, numbers

DEADLINE, MAX_BODY = "STNB_DEADLINE", "STNB_MAX_BODY"
MB = 2**20
MOST = 2**50  # bytes: more than any machine holds, and few enough for the libraries below


@dataclass(frozen=True)
class Limits:
    """What ends a request whose answer does not end by itself.

    Attributes:
        deadline: seconds for one request with its body.
        max_body: MB of a body, inflated.
    """

    deadline: float = 120.0
    max_body: float = 256.0

    @property
    def largest(self) -> int:
        """Bytes of a body at most."""
        return min(int(self.max_body * MB), MOST)


USUAL = Limits()


def limits_of(values: Mapping[str, str]) -> Limits:
    """The limits that variables set; those that they do not set are the usual ones.

    Raises:
        CredentialsInvalid: one of them is no number above 0.

    Example:
        >>> limits_of({"STNB_DEADLINE": "30"})
        Limits(deadline=30.0, max_body=256.0)
    """
    return Limits(
        _number(values, DEADLINE, "seconds", USUAL.deadline),
        _number(values, MAX_BODY, "MB", USUAL.max_body),
    )


def _number(values: Mapping[str, str], name: str, unit: str, usual: float) -> float:
    text = values.get(name, "")
    if not text.strip():
        return usual
    number = numbers.decimal(text)
    if number is not None and number > 0:
        return number
    raise CredentialsInvalid(
        f"{name} cannot be right.",
        f"It is a number of {unit} above 0, in digits alone.",
        f"Write a number such as {usual:g}, or leave it out for {usual:g} {unit}.",
    )
