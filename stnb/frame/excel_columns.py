"""A column of a frame -> the cells of a workbook: what Excel would change or not show is text."""

from __future__ import annotations

import datetime as dt
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
from .text import as_text, each

# What a cell and a number of Excel's hold, and the years and days that it shows.
CHARACTERS, DIGITS = 32_767, 15
FIRST_TIME = np.datetime64("1900-01-01", "us")
LAST_TIME = np.datetime64("9999-12-31T23:59:59", "us")
LAST_DAY = 2_958_465
SMALLEST, LARGEST = 2.3e-308, 9.99e307

Value = str | float | bool | dt.datetime | dt.timedelta


@dataclass(frozen=True)
class Column:
    """A column as Excel has it.

    Attributes:
        values: None if nothing is there.
        form: how numbers and times are shown, in Excel's words.
    """

    header: str
    values: list[Value | None]
    form: str = "General"


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
    convert, form = _converter(series)
    return Column(name, each(cells.plain_values(series), convert), form)


def _moments(name: str, series: pd.Series[Any], zone: str) -> Column:
    utc = series.dt.tz_convert("UTC").dt.tz_localize(None)
    if are_days(str(series.name), series):
        return _times(name, utc)
    own = str(series.dt.tz)
    if own != "UTC":  # stnb.local was asked for it
        zone = own
    if not _can_be_shown(utc, days=1):
        # The years 1 and 9999 stand for "none", and no zone has a place for them.
        return _times(f"{name} (UTC)", utc)
    return _times(f"{name} ({zone})", series.dt.tz_convert(zone).dt.tz_localize(None))


def _can_be_shown(times: pd.Series[Any], days: int = 0) -> bool:
    """Whether Excel shows all of them, and those that are some days before or after them."""
    margin = np.timedelta64(days, "D")
    there = times.dropna().to_numpy().astype("datetime64[us]")
    return bool(((there >= FIRST_TIME + margin) & (there <= LAST_TIME - margin)).all())


def _times(header: str, series: pd.Series[Any]) -> Column:
    if not _can_be_shown(series):
        return Column(header, cells.iso_texts(series))
    whole_days = (series.dropna().dt.normalize() == series.dropna()).all()
    form = "yyyy-mm-dd" if whole_days else "yyyy-mm-dd hh:mm:ss"
    return Column(header, each(cells.plain_values(series), _without_nanoseconds), form)


def _durations(header: str, series: pd.Series[Any]) -> Column:
    days = series.dropna().dt.days
    if ((days < 0) | (days >= LAST_DAY)).any():  # Excel would show ########
        return Column(header, cells.durations(series)(series))
    values = each(cells.plain_values(series), pd.Timedelta.to_pytimedelta)
    return Column(header, values, "[h]:mm:ss")


def _without_nanoseconds(time: pd.Timestamp) -> dt.datetime:
    return time.to_pydatetime(warn=False)


def _converter(series: pd.Series[Any]) -> tuple[Callable[[Any], Value], str]:
    """What makes a cell of a value, and how numbers are shown."""
    kind = series.dtype
    if isinstance(kind, pd.ArrowDtype) and pa.types.is_decimal(kind.pyarrow_dtype):
        if any(isinstance(_decimal(value), str) for value in series.dropna()):
            return cell_text, "General"
        return float, "General"
    if pd.api.types.is_bool_dtype(kind):
        return bool, "General"
    if pd.api.types.is_integer_dtype(kind):
        if ((series >= 10**DIGITS) | (series <= -(10**DIGITS))).any():
            return str, "General"
        return int, "0"  # "General" would show an id of twelve digits as 1.23E+11
    if pd.api.types.is_float_dtype(kind):
        return _float, "General"
    return _any, "General"


def _any(value: Any) -> Value:
    """A value of a column that may hold any: numbers are numbers."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        number = int(value)
        return number if abs(number) < 10**DIGITS else str(number)
    if isinstance(value, (float, np.floating)):
        return _float(float(value))
    if isinstance(value, Decimal):
        return _decimal(value)
    return cell_text(value)


def _float(value: float) -> Value:
    """A number; Excel has none for infinity, nor for what is next to it or to 0."""
    if value == 0 or SMALLEST <= abs(value) <= LARGEST:
        return float(value)
    return str(value)


def _decimal(value: Decimal) -> Value:
    """A number if Excel keeps all its digits, else their text."""
    if not value.is_finite() or len(value.normalize().as_tuple().digits) > DIGITS:
        return cell_text(value)
    return _float(float(value))


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
