"""A frame -> an Excel workbook in which nothing is wrong in silence: ids keep their digits, and
times are local ones.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from stnb.errors import BadFilter, SetupError

from . import cells
from .days import are_days
from .text import as_text, each

# What a sheet, a cell and a number of Excel's hold, and the years and days that it shows.
ROWS, COLUMNS = 1_048_575, 16_384
CHARACTERS, DIGITS = 32_767, 15
FIRST_TIME = np.datetime64("1900-01-01", "us")
LAST_TIME = np.datetime64("9999-12-31T23:59:59", "us")
LAST_DAY = 2_958_465
SMALLEST, LARGEST = 2.3e-308, 9.99e307
WIDEST = 60  # characters that a column shows at most
MARGIN, FILTER = 2, 3  # characters that a cell's padding takes, and the button that filters

Value = str | float | bool | dt.datetime | dt.timedelta


def write(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write the frame as a sheet "data", and beside it "about": where the rows are from.

    Times with a zone become the tenant's own, `attrs["stnb"]["timezone"]`, or UTC if it is not
    known, as Excel has no zones; the header then names the zone. Days that the API sends as
    midnights in UTC stay these days. What Excel would round or could not show becomes text: numbers
    of more than 15 digits, years before 1900, negative durations, and lists.

    Raises:
        SetupError: xlsxwriter is not installed.
        BadFilter: a sheet does not hold as many rows or columns, or a cell as long a text.
        OSError: the system refuses.
    """
    check_installed()
    import xlsxwriter  # type: ignore[import-untyped]
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

    if len(frame) > ROWS:
        raise _too_much(f"A sheet holds {ROWS:,} rows, and there are {len(frame):,}")
    if frame.shape[1] > COLUMNS:
        raise _too_much(f"A sheet holds {COLUMNS:,} columns, and there are {frame.shape[1]:,}")
    attrs = frame.attrs.get("stnb")
    if not isinstance(attrs, dict):
        attrs = {}
    zone = _zone(attrs)
    columns = [_column(series, zone) for series in cells.columns_of(frame)]
    # Rows go to a temporary file as they are written, so that only the columns are in memory. The
    # packed workbook is kept there too: xlsxwriter leaves a zip file open if its target fails.
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"constant_memory": True, "use_zip64": True})
    _Sheet(book, "data", filters=True).fill(columns)
    _Sheet(book, "about").fill(_about(attrs, len(frame), zone))
    try:
        book.close()
    except FileCreateError as err:
        raise OSError(*err.args[0].args) from None
    file.write(packed.getbuffer())


def check_installed() -> None:
    """Refuse what needs xlsxwriter if it is not installed.

    Raises:
        SetupError: it is not.
    """
    try:
        import xlsxwriter  # noqa: F401
    except ImportError:
        raise SetupError(
            "An Excel file cannot be written.",
            "The package xlsxwriter is not installed.",
            "pip install xlsxwriter, or save as .csv.",
        ) from None


@dataclass(frozen=True)
class _Column:
    """A column as Excel has it.

    Attributes:
        values: None if nothing is there.
        form: how numbers and times are shown, in Excel's words.
    """

    header: str
    values: list[Value | None]
    form: str = "General"


def _zone(attrs: dict[str, Any]) -> str:
    """The zone of the profile; UTC if it is not known."""
    name = attrs.get("timezone")
    try:
        ZoneInfo(name or "UTC")
    except (LookupError, ValueError, TypeError, OSError):
        return "UTC"
    return name or "UTC"


def _about(attrs: dict[str, Any], rows: int, zone: str) -> list[_Column]:
    """What the rows are, when they were read, by which filters, and whether they are all."""
    owner = ("resource", "tenant", "environment")
    told: list[tuple[str, Value]] = [(n, _text(attrs[n])) for n in owner if attrs.get(n)]
    if attrs.get("began") is not None:
        told.append(("read", _when(str(attrs["began"]), zone)))
        filters = attrs.get("params") or {}
        told += [(f"filter {name}", _text(value)) for name, value in filters.items()]
        if not filters:
            told.append(("filters", "none"))
    told.append(("rows", rows))
    if attrs.get("rows", rows) != rows:
        told.append(("rows that were read", int(attrs["rows"])))
    if attrs.get("view"):
        told.append(("on show", _text(attrs["view"])))
    if "complete" in attrs:
        told.append(("complete", _complete(attrs)))
    told.append(("times with a zone are in", zone))
    told += [("note", _text(text)) for text in attrs.get("notices", ())]
    names, values = zip(*told, strict=True)
    return [_Column("what", list(names)), _Column("value", list(values))]


def _when(began: str, zone: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(began).astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        return began
    return f"{moment:%Y-%m-%d %H:%M:%S} ({zone})"


def _complete(attrs: dict[str, Any]) -> str:
    if attrs.get("first"):
        return f"no: {attrs['first']}"
    if attrs["complete"]:
        return "yes"
    if attrs["complete"] is None:
        return "the server did not say whether these are all rows"
    return "no: rows are missing"


class _Sheet:
    """A sheet whose header stays in view.

    Args:
        filters: whether the header has buttons that filter.
    """

    def __init__(self, book: Any, name: str, *, filters: bool = False) -> None:
        self._book, self._filters = book, filters
        self._sheet = book.add_worksheet(name)
        self._header = book.add_format({"bold": True})
        # Excel's own leading apostrophe, which is no part of the value: a text that begins with =
        # is no formula even after it was edited.
        self._risky = book.add_format({"quote_prefix": True})
        self._plain = book.add_format()

    def fill(self, columns: list[_Column]) -> None:
        """Write the columns, row by row."""
        rows = max((len(column.values) for column in columns), default=0)
        forms = []
        for at, column in enumerate(columns):
            forms.append(self._book.add_format({"num_format": column.form}))
            self._sheet.set_column(at, at, self._width(column))
            self._put(0, at, column.header, self._header)
        self._sheet.freeze_panes(1, 0)
        if self._filters and columns:
            self._sheet.autofilter(0, 0, rows, len(columns) - 1)
        for row, values in enumerate(zip(*[c.values for c in columns], strict=True), start=1):
            for at, value in enumerate(values):
                if value is not None and value != "":
                    self._put(row, at, value, forms[at])

    def _width(self, column: _Column) -> float:
        widest = len(column.header)
        if self._filters:
            widest += FILTER
        for value in column.values:
            if value is not None:
                widest = max(widest, _shown(value, column.form))
        return min(widest, WIDEST) + MARGIN

    def _put(self, row: int, at: int, value: Value, form: Any) -> None:
        if isinstance(value, str):
            self._put_text(row, at, value, form)
        elif isinstance(value, bool):
            self._sheet.write_boolean(row, at, value)
        elif isinstance(value, (dt.datetime, dt.timedelta)):
            self._sheet.write_datetime(row, at, value, form)
        else:
            self._sheet.write_number(row, at, value, form)

    def _put_text(self, row: int, at: int, text: str, form: Any) -> None:
        if text.startswith("#") or cells.is_risky(text):
            form = self._risky
        if text.startswith("<r>") and text.endswith("</r>"):
            # xlsxwriter takes such a text for markup of its own, unless it comes in pieces.
            self._sheet.write_rich_string(row, at, self._plain, text[:1], self._plain, text[1:])
        else:
            self._sheet.write_string(row, at, text, form)


def _shown(value: Value, form: str) -> int:
    """How many characters a cell shows."""
    if isinstance(value, str):
        return max(map(len, value.splitlines()), default=0)
    if isinstance(value, dt.datetime):
        return len(form)
    if isinstance(value, dt.timedelta):
        return len(f"{value // dt.timedelta(hours=1)}:00:00")
    if isinstance(value, float):
        return min(len(f"{value:.10g}"), 11)  # "General" rounds to what the column has room for
    return len(str(value))


# -- columns


def _column(series: pd.Series[Any], zone: str) -> _Column:
    name, kind = _text(cells.name_of(series.name)), series.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        return _moments(name, series, zone)
    if kind.kind == "M":
        return _times(name, series)
    if kind.kind == "m":
        return _durations(name, series)
    if cells.is_nested(series):
        texts = each(cells.plain_values(series), cells.json_text)
        return _Column(name, each(texts, _text))
    convert, form = _converter(series)
    return _Column(name, each(cells.plain_values(series), convert), form)


def _moments(name: str, series: pd.Series[Any], zone: str) -> _Column:
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


def _times(header: str, series: pd.Series[Any]) -> _Column:
    if not _can_be_shown(series):
        return _Column(header, cells.iso_texts(series))
    whole_days = (series.dropna().dt.normalize() == series.dropna()).all()
    form = "yyyy-mm-dd" if whole_days else "yyyy-mm-dd hh:mm:ss"
    return _Column(header, each(cells.plain_values(series), _without_nanoseconds), form)


def _durations(header: str, series: pd.Series[Any]) -> _Column:
    days = series.dropna().dt.days
    if ((days < 0) | (days >= LAST_DAY)).any():  # Excel would show ########
        return _Column(header, each(cells.plain_values(series), str))
    values = each(cells.plain_values(series), pd.Timedelta.to_pytimedelta)
    return _Column(header, values, "[h]:mm:ss")


def _without_nanoseconds(time: pd.Timestamp) -> dt.datetime:
    return time.to_pydatetime(warn=False)


def _converter(series: pd.Series[Any]) -> tuple[Callable[[Any], Value], str]:
    """What makes a cell of a value, and how numbers are shown."""
    kind = series.dtype
    if isinstance(kind, pd.ArrowDtype) and pa.types.is_decimal(kind.pyarrow_dtype):
        if any(isinstance(_decimal(value), str) for value in series.dropna()):
            return _text, "General"
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
    return _text(value)


def _float(value: float) -> Value:
    """A number; Excel has none for infinity, nor for what is next to it or to 0."""
    if value == 0 or SMALLEST <= abs(value) <= LARGEST:
        return float(value)
    return str(value)


def _decimal(value: Decimal) -> Value:
    """A number if Excel keeps all its digits, else their text."""
    if not value.is_finite() or len(value.normalize().as_tuple().digits) > DIGITS:
        return _text(value)
    return _float(float(value))


def _text(value: Any) -> str:
    """A text; half of a surrogate pair is written as its escape, as no file holds it."""
    text = as_text(cells.text_of_value(value)) or ""
    if len(text) > CHARACTERS:
        raise _too_much(f"A cell holds {CHARACTERS:,} characters, and a text has {len(text):,}")
    return text


def _too_much(why: str) -> BadFilter:
    return BadFilter(
        "The Excel file was not written.",
        f"{why}.",
        "Save as .parquet or .csv, or drop columns or rows before you save.",
    )
