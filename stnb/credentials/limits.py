"""How long a request may take, how large a body may be, and how much memory rows may take:
STNB_DEADLINE, STNB_MAX_BODY and STNB_MAX_MEMORY.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stnb.errors import CredentialsInvalid, numbers

DEADLINE, MAX_BODY, MAX_MEMORY = "STNB_DEADLINE", "STNB_MAX_BODY", "STNB_MAX_MEMORY"
MB = 2**20
MOST = 2**50  # bytes: more than any machine holds, and few enough for the libraries below


@dataclass(frozen=True)
class Limits:
    """What ends what does not end by itself.

    Attributes:
        deadline: seconds for one request with its body.
        max_body: MB of a body, inflated.
        max_memory: MB that the rows of all pulls that run may take in memory; None for half of what
            the machine has.
    """

    deadline: float = 120.0
    max_body: float = 256.0
    max_memory: float | None = None

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
        Limits(deadline=30.0, max_body=256.0, max_memory=None)
    """
    deadline = _number(values, DEADLINE, "seconds", f"{USUAL.deadline:g} seconds")
    max_body = _number(values, MAX_BODY, "MB", f"{USUAL.max_body:g} MB")
    max_memory = _number(values, MAX_MEMORY, "MB", "half of the machine's memory")
    return Limits(deadline or USUAL.deadline, max_body or USUAL.max_body, max_memory)


def _number(values: Mapping[str, str], name: str, unit: str, usual: str) -> float | None:
    """The number above 0 that a variable sets; None if it sets none."""
    text = values.get(name, "")
    if not text.strip():
        return None
    number = numbers.decimal(text)
    if number is not None and number > 0:
        return number
    raise CredentialsInvalid(
        f"{name} cannot be right.",
        f"It is a number of {unit} above 0, in digits alone.",
        f"Write a number such as 120, or leave it out for {usual}.",
    )
