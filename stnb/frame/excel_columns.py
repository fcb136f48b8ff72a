"""A column of a frame -> the cells of a workbook: what Excel would change or not show is text."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stnb.errors import BadFilter

from . import cells
from .days import are_days
from .excel_told import Form, Told
from .text import as_text, each

# What a cell and a number of Excel's hold, and the years and days that it shows.
CHARACTERS, DIGITS = 32_767, 15
# Excel counts a 29th of February 1900, which was none: programs differ about the days before it.
FIRST_TIME = np.datetime64("1900-03-01", "us")
LAST_TIME = np.datetime64("9999-12-31T23:59:59", "us")
LAST_DAY = 2_958_465
SMALLEST, LARGEST = 2.3e-308, 9.99e307

NUMBERS = (int, float, Decimal, np.integer, np.floating)

Value = str | float | bool | dt.datetime | dt.timedelta


@dataclass(frozen=True)
class Column:
    """A column as Excel has it.

    Attributes:
        values: None if nothing is there.
        form: how numbers and times are shown, in Excel's words.
        told: what is in another form than in the frame; None if nothing is.
    """

    header: str
    values: list[Value | None]
    form: str = "General"
    told: Told | None = None


class Exact(float):
    """A number of which a workbook gets every digit: xlsxwriter writes 16, and Excel reads 17."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def as_column(series: pd.Series[Any], zone: str) -> Column:
    """A column of a frame as Excel has it.

    Args:
        zone: the zone in which moments are shown.

    Raises:
        BadFilter: a text is too long for a cell.
    """
    name, kind = cell_text(cells.name_of(series.name)), series.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        return _moments(name, series, zone)
    if kind.kind == "M":
        return _times(name, series)
    if kind.kind == "m":
        return _durations(name, series)
    if cells.is_nested(series):
        texts = each(cells.plain_values(series), cells.json_text)
        return Column(name, each(texts, cell_text))
    return _plain(name, series)


def _moments(name: str, series: pd.Series[Any], zone: str) -> Column:
    utc = series.dt.tz_convert("UTC").dt.tz_localize(None)
    if are_days(str(series.name), series):
        return _times(name, utc)
    own = str(series.dt.tz)
    if own != "UTC":  # stnb.local was asked for it
        zone = own
    if not _can_be_shown(utc, days=1):
        # The years 1 and 9999 stand for "none", and no zone has a place for them.
        return _times(f"{name} (UTC)", utc, days=1)
    return _times(f"{name} ({zone})", series.dt.tz_convert(zone).dt.tz_localize(None))


def _can_be_shown(times: pd.Series[Any], days: int = 0) -> bool:
    """Whether Excel shows all of them, and those that are some days before or after them."""
    return not _outside(times, days)


def _outside(times: pd.Series[Any], days: int = 0) -> int:
    """How many times Excel does not show, or not if they were some days earlier or later."""
    margin = np.timedelta64(days, "D")
    there = times.dropna().to_numpy().astype("datetime64[us]")
    shown = (there >= FIRST_TIME + margin) & (there <= LAST_TIME - margin)
    return int(np.count_nonzero(~shown))


def _times(header: str, series: pd.Series[Any], days: int = 0) -> Column:
    """A column of times without a zone.

    Args:
        days: by how many days it was to be moved, and is not, as Excel would not show a time then.
    """
    outside = _outside(series, days)
    if outside:
        told = Told(Form.TIMES_TEXT, outside)
        return Column(header, cells.iso_texts(series), told=told)
    there = series.dropna()
    if (there.dt.normalize() == there).all():
        form, told_finer = "yyyy-mm-dd", None
    else:
        form, told_finer = _to_the_millisecond("yyyy-mm-dd hh:mm:ss", there.to_numpy())
    return Column(header, each(cells.plain_values(series), _without_nanoseconds), form, told_finer)


def _to_the_millisecond(form: str, there: Any) -> tuple[str, Told | None]:
    """How times or durations are shown: with their fractions, as Excel would round them away."""
    kind = there.dtype.kind
    if (there == there.astype(f"{kind}8[s]")).all():
        return form, None
    finer = np.count_nonzero(there != there.astype(f"{kind}8[ms]"))
    return f"{form}.000", Told(Form.FRACTIONS_HIDDEN, int(finer)) if finer else None


def _durations(header: str, series: pd.Series[Any]) -> Column:
    there = series.dropna()
    outside = np.count_nonzero((there.dt.days < 0) | (there.dt.days >= LAST_DAY))
    if outside:  # Excel would show ########
        told = Told(Form.DURATIONS_TEXT, int(outside))
        return Column(header, cells.durations(series)(series), told=told)
    values = each(cells.plain_values(series), pd.Timedelta.to_pytimedelta)
    form, told_finer = _to_the_millisecond("[h]:mm:ss", there.to_numpy())
    return Column(header, values, form, told_finer)


def _without_nanoseconds(time: pd.Timestamp) -> dt.datetime:
    return time.to_pydatetime(warn=False)


def _plain(name: str, series: pd.Series[Any]) -> Column:
    """A column of anything but times and lists."""
    kind, values = series.dtype, cells.plain_values(series)
    there = [value for value in values if value is not None]
    if isinstance(kind, pd.ArrowDtype) and pa.types.is_decimal(kind.pyarrow_dtype):
        return _numbers(name, values, list(map(_decimal_is_long, there)), _decimal)
    if pd.api.types.is_bool_dtype(kind):
        return Column(name, each(values, bool))
    if pd.api.types.is_integer_dtype(kind):
        # "General" would show an id of twelve digits as 1.23E+11.
        return _numbers(name, values, list(map(_is_long, there)), int, form="0")
    if pd.api.types.is_float_dtype(kind):
        return _floats(name, values)
    return _cells(name, values, _any)


def _numbers(
    name: str,
    values: list[Any],
    long: list[bool],
    convert: Callable[[Any], Value],
    form: str = "General",
) -> Column:
    """Numbers; if one is too long, all are texts, as a sum of the others would be wrong unseen.

    Args:
        long: which of those that are there are too long.
    """
    if any(long):
        told = Told(Form.ALL_NUMBERS_TEXT, sum(long))
        return Column(name, each(values, cell_text), told=told)
    column = _cells(name, values, convert)
    return Column(name, column.values, form, column.told)


def _floats(name: str, values: list[Any]) -> Column:
    there = [value for value in values if value is not None]
    more = [value for value in there if _has_more_digits(value)]
    # Without a fraction it is likely an id, which nobody may see rounded.
    whole = [value.is_integer() and _has_more_digits(value) for value in map(float, there)]
    if any(whole):
        return _numbers(name, each(values, _digits_of), whole, float)
    column = _cells(name, values, _float)
    if more and column.told is None:
        return Column(name, column.values, told=Told(Form.DIGITS_HIDDEN, len(more)))
    return column


def _cells(name: str, values: list[Any], convert: Callable[[Any], Value]) -> Column:
    """Values of which single ones may be text for what they are."""
    found = each(values, convert)
    texts = 0
    for value, cell in zip(values, found, strict=True):
        texts += isinstance(cell, str) and isinstance(value, NUMBERS)
    return Column(name, found, told=Told(Form.SOME_NUMBERS_TEXT, texts) if texts else None)


def _any(value: Any) -> Value:
    """A value of a column that may hold any: numbers are numbers."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        whole = int(value)
        return str(whole) if _is_long(whole) else whole
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if number.is_integer() and _has_more_digits(number):
            return cell_text(_digits_of(number))
        return _float(number)
    if isinstance(value, Decimal):
        return cell_text(value) if _decimal_is_long(value) else _decimal(value)
    return cell_text(value)


def _is_long(number: int) -> bool:
    return not -(10**DIGITS) < number < 10**DIGITS


def _float(value: float) -> Value:
    """A number; Excel has none for infinity, nor for what is next to it or to 0."""
    if value == 0 or SMALLEST <= abs(value) <= LARGEST:
        return Exact(value)
    return str(value)


def _has_more_digits(value: float) -> bool:
    return math.isfinite(value) and float(f"{value:.{DIGITS}g}") != value


def _digits_of(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _decimal(value: Decimal) -> Value:
    if not value.is_finite() or isinstance(_float(float(value)), str):
        return cell_text(value)
    return Exact(value)


def _decimal_is_long(value: Decimal) -> bool:
    if not value.is_finite():
        return False
    digits = "".join(map(str, value.as_tuple().digits))
    return len(digits.strip("0")) > DIGITS


def cell_text(value: Any) -> str:
    """A text; half of a surrogate pair is written as its escape, as no file holds it."""
    text = as_text(cells.text_of_value(value)) or ""
    if len(text) > CHARACTERS:
        raise too_much(f"A cell holds {CHARACTERS:,} characters, and a text has {len(text):,}")
    return text


def too_much(why: str) -> BadFilter:
    """The error for what a workbook cannot hold."""
    return BadFilter(
        "The Excel file was not written.",
        f"{why}.",
        "Save as .parquet or .csv, or drop columns or rows before you save.",
    )
