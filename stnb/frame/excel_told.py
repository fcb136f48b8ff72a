"""What a workbook has in another form than the frame, by column, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from stnb.errors import StnbWarning
from stnb.errors.wording import counted

from .notices import MOST_COLUMNS, Notice


class Form(Enum):
    """What became of the values that Excel does not hold, or does not show, as they are."""

    ALL_NUMBERS_TEXT = auto()
    SOME_NUMBERS_TEXT = auto()
    TIMES_TEXT = auto()
    DURATIONS_TEXT = auto()
    DIGITS_HIDDEN = auto()
    FRACTIONS_HIDDEN = auto()


@dataclass(frozen=True)
class Told:
    """What a column has in another form.

    Attributes:
        rows: how many of its values are the reason.
    """

    form: Form
    rows: int


SHOWN = (Form.DIGITS_HIDDEN, Form.FRACTIONS_HIDDEN)  # the cells have the whole values


def sentence(name: str, told: Told) -> str:
    """What is said of a column in the sheet "about"."""
    noun, what = _WORDS[told.form]
    return f"{name or '(no name)'}: {counted(told.rows, noun)} {what}"


def notices(columns: Sequence[tuple[str, Told]]) -> list[Notice]:
    """The warning that names the columns with texts in the place of values; none if there are none.

    Args:
        columns: the names, and what is told of each.
    """
    named = [sentence(name, told) for name, told in columns if told.form not in SHOWN]
    if not named:
        return []
    if len(named) > MOST_COLUMNS:
        named[MOST_COLUMNS:] = [f"and {len(named) - MOST_COLUMNS} more columns"]
    text = (
        f"The Excel file has texts in place of what Excel cannot hold. {'; '.join(named)}."
        ' Its sheet "about" says so too; Parquet, CSV and JSON keep the values.'
    )
    return [Notice(StnbWarning, text)]


_WORDS = {
    Form.ALL_NUMBERS_TEXT: ("number", "of over 15 digits, so the column is text"),
    Form.SOME_NUMBERS_TEXT: ("number", "as text, for want of a cell that holds it whole"),
    Form.TIMES_TEXT: ("time", "before March 1900 or after 9999, so the column is text"),
    Form.DURATIONS_TEXT: ("duration", "below zero or too long, so the column is text"),
    Form.DIGITS_HIDDEN: ("number", "of over 15 digits; the cells hold them, and Excel shows 15"),
    Form.FRACTIONS_HIDDEN: ("value", "finer than a millisecond, and Excel shows milliseconds"),
}
