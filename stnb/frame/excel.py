"""A frame -> an Excel workbook in which nothing is wrong in silence: ids keep their digits, and
times are local ones.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import pandas as pd
import pyarrow as pa

from stnb.errors import BadFilter, SetupError

from .days import are_days
from .text import each

# What a sheet, a cell and a number of Excel's hold, and the years and days that it shows.
ROWS, COLUMNS = 1_048_575, 16_384
CHARACTERS, DIGITS = 32_767, 15
FIRST_YEAR = 1900
LAST_DAY = 2_958_465
WIDEST = 60  # characters that a column shows at most
MARGIN, FILTER = 2, 3  # characters that a cell's padding takes, and the button that filters
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

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
    try:
        import xlsxwriter  # type: ignore[import-untyped]
        from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]
    except ImportError:
        raise SetupError(
            "An Excel file cannot be written.",
            "The package xlsxwriter is not installed.",
            "pip install xlsxwriter, or save as .csv.",
        ) from None
    if len(frame) > ROWS:
        raise _too_much(f"A sheet holds {ROWS:,} rows, and there are {len(frame):,}")
    if frame.shape[1] > COLUMNS:
        raise _too_much(f"A sheet holds {COLUMNS:,} columns, and there are {frame.shape[1]:,}")
    attrs = frame.attrs.get("stnb")
    if not isinstance(attrs, dict):
        attrs = {}
    zone = str(attrs.get("timezone") or "UTC")
    columns = [_column(frame.iloc[:, at], zone) for at in range(frame.shape[1])]
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


def _about(attrs: dict[str, Any], rows: int, zone: str) -> list[_Column]:
    told: dict[str, Value] = {"times with a zone are in": zone, "rows": rows}
    for name in ("resource", "tenant", "environment", "began"):
        if attrs.get(name) is not None:
            told[name] = str(attrs[name])
    return [_Column("what", list(told)), _Column("value", list(told.values()))]


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
        if text.startswith("#") or is_risky(text):
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
    name, kind = _text(series.name), series.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        if are_days(str(series.name), series):
            return _times(name, series.dt.tz_convert("UTC").dt.tz_localize(None))
        local = series.dt.tz_convert(zone).dt.tz_localize(None)
        return _times(f"{name} ({zone})", local)
    if kind.kind == "M":
        return _times(name, series)
    if kind.kind == "m":
        return _durations(name, series)
    if is_nested(series):
        return _Column(name, each(json_texts(series), _text))
    convert, form = _converter(series)
    return _Column(name, each(_plain(series), convert), form)


def _times(header: str, series: pd.Series[Any]) -> _Column:
    if (series.dt.year < FIRST_YEAR).any():
        return _Column(header, each(_plain(series), pd.Timestamp.isoformat))
    whole_days = (series.dropna().dt.normalize() == series.dropna()).all()
    form = "yyyy-mm-dd" if whole_days else "yyyy-mm-dd hh:mm:ss"
    return _Column(header, each(_plain(series), _without_nanoseconds), form)


def _durations(header: str, series: pd.Series[Any]) -> _Column:
    values = each(_plain(series), pd.Timedelta.to_pytimedelta)
    days = series.dropna().dt.days
    if ((days < 0) | (days >= LAST_DAY)).any():  # Excel would show ########
        return _Column(header, each(_plain(series), str))
    return _Column(header, values, "[h]:mm:ss")


def _plain(series: pd.Series[Any]) -> list[Any]:
    """The values, None if they are missing."""
    return [None if gone else v for v, gone in zip(series, series.isna(), strict=True)]


def _without_nanoseconds(time: pd.Timestamp) -> dt.datetime:
    return time.to_pydatetime(warn=False)


def _converter(series: pd.Series[Any]) -> tuple[Callable[[Any], Value], str]:
    """What makes a cell of a value, and how numbers are shown."""
    kind = series.dtype
    if isinstance(kind, pd.ArrowDtype) and pa.types.is_decimal(kind.pyarrow_dtype):
        if any(len(f"{v:f}".strip("-0.")) > DIGITS for v in series.dropna()):
            return str, "General"
        return float, "General"
    if pd.api.types.is_bool_dtype(kind):
        return bool, "General"
    if pd.api.types.is_integer_dtype(kind):
        if (series.abs() >= 10**DIGITS).any():
            return str, "General"
        return int, "0"  # "General" would show an id of twelve digits as 1.23E+11
    if pd.api.types.is_float_dtype(kind):
        return _float, "General"
    return _text, "General"


def _float(value: float) -> Value:
    """A number; Excel has none for infinity."""
    if math.isfinite(value):
        return float(value)
    return str(value)


def _text(value: Any) -> str:
    text = str(value)
    if len(text) > CHARACTERS:
        raise _too_much(f"A cell holds {CHARACTERS:,} characters, and a text has {len(text):,}")
    return text


def is_risky(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula; numbers such as -5 and +16025550100
    are none.

    >>> is_risky("=1+1"), is_risky("-5.20"), is_risky("-2+3"), is_risky("a=b")
    (True, False, True, False)
    """
    return text.startswith(FORMULA) and not NUMBER.fullmatch(text)


def is_nested(series: pd.Series[Any]) -> bool:
    """Whether its values are lists or objects."""
    kind = series.dtype
    return isinstance(kind, pd.ArrowDtype) and pa.types.is_nested(kind.pyarrow_dtype)


def json_texts(series: pd.Series[Any]) -> list[str | None]:
    """Lists and objects as JSON text, for files that hold none."""
    dumps = functools.partial(json.dumps, ensure_ascii=False, default=str)
    return each(pa.array(series.array).to_pylist(), dumps)


def _too_much(why: str) -> BadFilter:
    return BadFilter(
        "The Excel file was not written.",
        f"{why}.",
        "Save as .parquet or .csv, or drop columns or rows before you save.",
    )
