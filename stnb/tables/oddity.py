"""Something odd about a column, as data and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from stnb.errors.wording import counted


class Kind(StrEnum):
    """What can be odd about a column."""

    EMPTY = "empty"
    CONSTANT = "constant"
    ZEROS = "zeros"
    NOT_RECORDED = "not recorded"
    FUTURE = "future"
    YEAR_ONE = "year 1"
    OLD = "before 1990"
    NUMBERS_AS_TEXT = "numbers as text"
    EMPTY_TEXT = "empty text"
    BLANKS = "blanks"
    SPELLINGS = "spellings"
    SEVERAL_NAMES = "several names"
    SEVERAL_IDS = "several ids"
    REPEATED_KEY = "repeated key"


@dataclass(frozen=True)
class Oddity:
    """One thing that is odd.

    Attributes:
        kind: what it is.
        count: how many rows, dates, values, ids or names it concerns.
        rows: how many rows the column has.
        examples: values that show it, as text.
        most: for an id with several names, or the reverse, how many the first example has.
    """

    kind: Kind
    count: int
    rows: int
    examples: tuple[str, ...] = ()
    most: int = 0


def sentence(oddity: Oddity) -> str:
    """An oddity in a few words.

    Example:
        >>> sentence(Oddity(Kind.FUTURE, 2, 100))
        '2 dates in the future'
    """
    words = SENTENCES[oddity.kind]
    return words.format(
        first=next(iter(oddity.examples), ""),
        all=" and ".join(repr(example) for example in oddity.examples),
        share=share(oddity.count, oddity.rows),
        dates=counted(oddity.count, "date"),
        ids=counted(oddity.count, "id"),
        names=counted(oddity.count, "name"),
        rows=counted(oddity.count, "row"),
        values=counted(oddity.count, "value"),
        most=f"{oddity.most:,}",
    )


SENTENCES = {
    Kind.EMPTY: "empty in all rows",
    Kind.CONSTANT: "always {first}",
    Kind.ZEROS: "0 in {share}",
    Kind.NOT_RECORDED: "0 in {share}: means not recorded",
    Kind.FUTURE: "{dates} in the future",
    Kind.YEAR_ONE: "{dates} in the year 1, which means none",  # the smallest date of .NET
    Kind.OLD: "{dates} before 1990",
    Kind.NUMBERS_AS_TEXT: "numbers, kept as text",
    Kind.EMPTY_TEXT: "empty text in {rows}",
    Kind.BLANKS: "blanks around the text in {rows}",
    Kind.SPELLINGS: "{values} spelt in several ways, such as {all}",
    Kind.SEVERAL_NAMES: "{ids} with several names, such as {all} with {most}",
    Kind.SEVERAL_IDS: "{names} with several ids, such as {all} with {most}",
    Kind.REPEATED_KEY: "{rows} with the key of another row",
}


def share(part: int, whole: int) -> str:
    """A share in percent. Only what is neither more nor less is called 0 or 100 %.

    Example:
        >>> share(41, 100), share(1, 1000), share(999, 1000)
        ('41 %', 'less than 1 %', '99 %')
    """
    if 0 < part < whole / 100:
        return "less than 1 %"
    percent = round(100 * part / whole)
    if part < whole:
        percent = min(percent, 99)
    return f"{percent} %"
