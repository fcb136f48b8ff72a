"""How searched words may stand in times and in numbers."""

from __future__ import annotations

import re
from typing import NamedTuple

# What may stand in a date, in a date with its time, in a named day, and in a number.
DATES = re.compile(r"[\d-]+")
TIMES = re.compile(r"[\d:-]+([ t][\d:]+)?")
NAMED_DAYS = re.compile(
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)( \d\d?(,( \d{0,4})?)?)?"
)
NUMBERS = re.compile(r"-?[\d.]+")
LAST_ZEROS = re.compile(r"(\.\d+?)0+$")
# How a time is searched: its day, its time of the day, both, or its day by the month's name.
DAYS, CLOCK, BOTH, NAMED = "%Y-%m-%d", "%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%b %d, %Y"


class InTimes(NamedTuple):
    """Words as they are searched in times.

    Attributes:
        form: how the times are written, as `strftime` has it.
        words: in small letters.
    """

    form: str
    words: str

    @property
    def lower(self) -> bool:
        """Whether the form has letters, which may be large ones."""
        return self.form == NAMED


def words_in_times(words: str) -> InTimes | None:
    """How these words are searched in times; None if no time can hold them.

    Example:
        >>> words_in_times("2026-07"), words_in_times("Nov 7")
        (InTimes(form='%Y-%m-%d', words='2026-07'), InTimes(form='%b %d, %Y', words='nov 07'))
    """
    words = words.lower()
    if DATES.fullmatch(words):
        return InTimes(DAYS, words)
    if TIMES.fullmatch(words):
        words = words.replace("t", " ")
        return InTimes(BOTH if " " in words else CLOCK, words)
    if NAMED_DAYS.fullmatch(words):
        month, _, rest = words.partition(" ")
        if rest:
            day, comma, year = rest.partition(",")
            words = f"{month} {int(day):02}{comma}{year}"
        return InTimes(NAMED, words)
    return None


def words_in_numbers(words: str, floating: bool) -> str | None:
    """How these words are searched in numbers; None if no number can hold them.

    Example:
        >>> words_in_numbers("$1,234.50", floating=True)
        '1234.5'
    """
    digits = words.replace(",", "").removeprefix("$")
    if not NUMBERS.fullmatch(digits):
        return None
    return LAST_ZEROS.sub(r"\1", digits) if floating else digits
