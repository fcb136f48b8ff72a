"""What these pictures share: the figure with its title and notes, amounts, and who stands out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.frame.about import about_of

from ..look import DPI, INK, QUIET, money, short, style_axes
from ..script import period
from ..spec import Finding

if TYPE_CHECKING:
    from ..figure import Picture

WIDTH = 760  # dots
# Dots that a letter of the title, and of the notes, takes in the widest of the usual fonts.
LETTER, NOTE_LETTER = 10, 6.6
LISTED = 8  # numbers that the alternative text names
CLEAR = 1.15  # what stands out is so many times what comes next


def canvas(height: float) -> tuple[Picture, Any]:
    """A figure of the usual width and its axes. pyplot is not used: any thread may draw."""
    from ..figure import Picture

    made = Picture(figsize=(WIDTH / DPI, height), dpi=DPI, layout="constrained", facecolor="none")
    return made, made.add_subplot()


def finished(picture: Picture, title: str, alt: str, notes: Sequence[str] = ()) -> Picture:
    """The picture with its title above, its notes below, and its alternative text.

    Args:
        alt: what the picture shows, without the title.
    """
    from ..figure import Text, drawable

    picture.finding = Finding(title, f"{title}. {alt}", tuple(notes))
    head = textwrap.fill(drawable(title), int(WIDTH / LETTER))
    picture.suptitle(head, x=0.012, ha="left", fontsize=13, fontweight="bold", color=INK)
    if notes:
        text = textwrap.fill(" ".join(notes), int(WIDTH / NOTE_LETTER))
        picture.supxlabel(text, x=0.012, ha="left", fontsize=9, color=QUIET)
    texts: Any = picture.findobj(match=Text)
    for text in texts:
        text.set_parse_math(False)  # two dollar signs are no formula
    return picture


def style(ax: Any, amounts: str, scale: Scale, label: str, other: str, whole: bool = False) -> None:
    """Give axes the common look, and the axis of the amounts its unit.

    Args:
        amounts: "x" or "y".
        scale: how the amounts are written.
        label: of the amounts.
        other: label of the other axis.
        whole: whether the amounts are whole numbers.
    """
    from matplotlib.ticker import MaxNLocator

    style_axes(ax, amounts)
    axis = ax.xaxis if amounts == "x" else ax.yaxis
    # Steps of 10, 20, 25 or 50 read well, also as shares.
    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=whole))
    axis.set_major_formatter(scale.tick)
    axis.set_label_text(with_unit(label, scale.unit))
    (ax.yaxis if amounts == "x" else ax.xaxis).set_label_text(other)


def style_dates(ax: Any, most: int = 9) -> None:
    """Write dates on the x axis as briefly as they can be read."""
    from matplotlib import dates

    untyped: Any = dates
    locator = untyped.AutoDateLocator(minticks=2, maxticks=most)
    written = untyped.ConciseDateFormatter(locator, show_offset=False)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(written)


def with_unit(label: str, unit: str) -> str:
    """The label of an axis. Dollars and shares carry their sign at each number."""
    return f"{label}, {unit}" if unit == "minutes" else label


def amount(value: float, unit: str = "") -> str:
    """One amount by itself, in few letters.

    Example:
        >>> amount(1_234_567, "$"), amount(0.125, "%"), amount(0.034, "%"), amount(1234)
        ('$1.2M', '12%', '3.4%', '1,234')
    """
    if value != value:
        return "–"
    if unit == "%":
        return Scale.of([value], unit).write(value)
    return money(value) if unit == "$" else short(value)


def amounts(values: Iterable[float], unit: str = "") -> list[str]:
    """Amounts of one picture: all in the same thousands or millions, with as many digits as tell
    them apart.

    Example:
        >>> amounts([1_502_000, 198_400], "$"), amounts([1_502_000, 1_548_000], "$")
        (['$1,502k', '$198k'], ['$1,502k', '$1,548k'])
        >>> amounts([0.051, 0.0534], "%"), amounts([4669, 788.5], "$"), amounts([2, 3])
        (['5.1%', '5.3%'], ['$4,669', '$788'], ['2', '3'])
    """
    return Scale.of(values, unit).texts(values)


@dataclass(frozen=True)
class Scale:
    """How all amounts of a picture are written.

    Attributes:
        unit: "", "$", "%" or "minutes".
        least: the thousand or million that each amount is divided by.
        letter: what that is written as.
        digits: behind the point.
    """

    unit: str = ""
    least: float = 1.0
    letter: str = ""
    digits: int = 0

    @classmethod
    def of(cls, values: Iterable[float], unit: str = "") -> Scale:
        """The scale that fits the largest amount; no amount gets more than four digits and a
        fraction.
        """
        sizes = [abs(float(value)) for value in values if value == value]
        largest = max(sizes, default=0.0)
        if unit == "%":
            usual = cls(unit, digits=1 if 0 < largest < 0.1 else 0)
        else:
            usual = cls(unit, *_letter(largest, unit))
        if usual.letter and largest / usual.least < 100:
            usual = replace(usual, digits=1)
        elif largest < 10 and unit != "%":
            usual = replace(usual, digits=2 if unit == "$" else 1)
        if all(size.is_integer() for size in sizes) and usual.least == 1 and unit != "%":
            return replace(usual, digits=0)
        return usual._told_apart(sizes)

    def _told_apart(self, sizes: list[float]) -> Scale:
        """One more digit if two amounts that differ by a hundredth would read the same.

        Whole dollars stay whole, and a share has one digit at most.
        """
        if (self.unit == "$" and not self.letter) or (self.unit == "%" and self.digits):
            return self
        order = sorted(sizes)
        for less, more in pairwise(order):
            if more - less >= more / 100 and self.write(less) == self.write(more):
                return replace(self, digits=self.digits + 1)
        return self

    def write(self, value: float) -> str:
        """One amount."""
        if value != value:
            return "–"
        if self.unit == "%":
            return f"{value:.{self.digits}%}"
        sign = "-" if value < 0 else ""
        mark = "$" if self.unit == "$" else ""
        text = f"{abs(value) / self.least:,.{self.digits}f}"
        if float(text.replace(",", "")) == 0:
            return f"{mark}0"
        return f"{sign}{mark}{text}{self.letter}"

    def texts(self, values: Iterable[float]) -> list[str]:
        """Each amount."""
        return [self.write(value) for value in values]

    def tick(self, value: float, _position: object = None) -> str:
        """An amount at an axis, without zeros behind the point."""
        text = replace(self, digits=max(self.digits, 2)).write(value)
        return re.sub(r"\.(\d*?)0+(?=\D|$)", _fraction, text)


def _fraction(match: re.Match[str]) -> str:
    return f".{match[1]}" if match[1] else ""


def _letter(largest: float, unit: str) -> tuple[float, str]:
    """The thousand or million that leaves the largest amount four digits; counts keep six."""
    most = 9_999.5 if unit == "$" else 999_999.5
    for least, letter in ((1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "B")):
        if largest / least < most:
            return least, letter
    return 1e12, "T"


def standing_out(numbers: pd.Series[Any], left_out: Iterable[int] = ()) -> Any:
    """The place of the largest number if it is clearly larger than the next; None if it is not.

    Args:
        left_out: places that do not count, such as those of periods that are not whole.

    Example:
        >>> standing_out(pd.Series([5, 9, 6])), standing_out(pd.Series([8, 9, 6]))
        (1, None)
    """
    kept = numbers.reset_index(drop=True).drop(list(left_out)).astype("float64").dropna()
    if len(kept) < 2:
        return None
    order = kept.sort_values(ascending=False)
    if order.iloc[0] <= 0 or order.iloc[0] < CLEAR * order.iloc[1]:
        return None
    return int(order.index[0])


def named(key: object, every: str = "") -> str:
    """A group or a period in words.

    Example:
        >>> named(pd.Timestamp("2026-07-01"), "month"), named(17), named("Mesa")
        ('July 2026', '17', 'Mesa')
    """
    from ..figure import drawable

    if every and isinstance(key, pd.Timestamp):
        return period(key, every)
    return drawable(str(key)) or "(blank)"


def listed(numbers: pd.Series[Any], unit: str, every: str = "") -> str:
    """The numbers in words, for those who do not see the picture."""
    texts = amounts(numbers, unit)
    pairs = [f"{named(key, every)} {text}" for key, text in zip(numbers.index, texts, strict=True)]
    if len(pairs) <= LISTED + 4:
        return ", ".join(pairs)
    return ", ".join(pairs[:LISTED]) + f", and {len(pairs) - LISTED} more"


def sample_note(data: pd.DataFrame | pd.Series[Any]) -> list[str]:
    """That the rows are not all there are."""
    about = about_of(data.attrs)
    if about.get("first"):
        return [f"Drawn from {about['first']}."]
    return []
