"""The values of a column as a file of text or a workbook has them: no pandas type is left, and each
column has one form of time.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from .assemble import pandas_array
from .text import as_text

# What a spreadsheet may take for the beginning of a formula: the signs and their full-width forms,
# and the white space that starts a new cell where it is pasted.
SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
ENDS = ("\t", "\r", "\n")
# What a reader drops before it looks: a byte order mark, as at the beginning of a file, and a NUL;
# if it trims the cells, white space too.
DROPPED = "\ufeff\x00"
BLANKS = (
    " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
SKIPPED = DROPPED + BLANKS
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DURATION = re.compile(r"-?\d+:\d\d:\d\d(\.\d+)?", re.ASCII)
LONGEST = 100  # places of a decimal that is written out; others have an exponent
LAST_YEAR = 9999
ROWS = 10_000  # rows of a frame that are plain values at once

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode

Plain = Callable[["pd.Series[Any]"], list[Any]]


def is_risky(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula; numbers such as -5 and +16025550100
    are none, nor are durations.

    >>> is_risky("=1+1"), is_risky(" =1+1"), is_risky("-5.20"), is_risky("-2+3"), is_risky("a=b")
    (True, True, False, True, False)
    """
    if text[:1].isalnum():
        return False  # as most texts: a quick way out
    if text.lstrip(DROPPED).startswith(ENDS):
        return True
    text = text.lstrip(SKIPPED)
    if not text.startswith(SIGNS):
        return False
    return not NUMBER.fullmatch(text) and not DURATION.fullmatch(text)


def name_of(column: object) -> str:
    """The name of a column as text."""
    return as_text(str(column)) or ""


def columns_of(frame: pd.DataFrame) -> list[pd.Series[Any]]:
    """The columns in their order, those of Arrow's types as a pull has them."""
    return [_familiar(frame.iloc[:, at]) for at in range(frame.shape[1])]


def _familiar(series: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers, texts and times that came as Arrow's, as with `dtype_backend="pyarrow"`, and
    Python's dates, as `times.dt.date` gives them.
    """
    kind = series.dtype
    if pd.api.types.is_object_dtype(kind) and _are_dates(series):
        return series.astype("datetime64[s]")
    if not isinstance(kind, pd.ArrowDtype) or is_nested(series):
        return series
    values = pandas_array(pa.chunked_array(pa.array(series.array)))
    return pd.Series(values, index=series.index, name=series.name)


def _are_dates(series: pd.Series[Any]) -> bool:
    there = series.dropna()
    return len(there) > 0 and all(type(value) is dt.date for value in there)


def is_nested(series: pd.Series[Any]) -> bool:
    """Whether its values are lists or objects."""
    kind = series.dtype
    return isinstance(kind, pd.ArrowDtype) and pa.types.is_nested(kind.pyarrow_dtype)


def slices(frame: pd.DataFrame) -> Iterator[list[list[Any]]]:
    """The columns of the first rows as plain values, then those of the next ones.

    A value is None if it is missing, else a bool, a number, a text, a list or an object. Times are
    ISO 8601: with "Z" if they are in UTC, with their offset in another zone; in one column all have
    a fraction of a second or none. Days without a zone are days. Durations are "h:mm:ss".
    """
    columns = columns_of(frame)
    plain = [_converter(column) for column in columns]
    for start in range(0, len(frame), ROWS):
        parts = [column.iloc[start : start + ROWS] for column in columns]
        yield [convert(part) for convert, part in zip(plain, parts, strict=True)]


def _converter(series: pd.Series[Any]) -> Plain:
    kind = series.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        return _moments(series)
    if kind.kind == "M":
        return _naive(series)
    if kind.kind == "m":
        return durations(series)
    return plain_values


def plain_values(series: pd.Series[Any]) -> list[Any]:
    """The values as Python's own, None if they are missing."""
    if isinstance(series.dtype, pd.ArrowDtype):
        return list(pa.array(series.array).to_pylist())
    values = series.astype(object).tolist()
    missing = series.isna().tolist()
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


# -- times


def iso_texts(series: pd.Series[Any]) -> list[Any]:
    """Times without a zone, such as "1899-12-31T00:00:00"; None if they are missing."""
    return _iso(series, _unit(series), [""] * len(series))


def _moments(series: pd.Series[Any]) -> Plain:
    unit = _unit(series.dt.tz_convert("UTC").dt.tz_localize(None))
    in_utc = str(series.dt.tz) in ("UTC", "UTC+00:00") or not _has_local_years(series)

    def texts(part: pd.Series[Any]) -> list[Any]:
        utc = part.dt.tz_convert("UTC").dt.tz_localize(None)
        if in_utc:
            return _iso(utc, unit, ["Z"] * len(part))
        local = part.dt.tz_localize(None)
        return _iso(local, unit, _offsets(local, utc))

    return texts


def _has_local_years(series: pd.Series[Any]) -> bool:
    """Whether all times are in the years 1 to 9999 of their zone, as ISO 8601 has no others."""
    try:
        years = series.dt.tz_localize(None).dt.year.dropna()
    except (OverflowError, ValueError):
        return False
    return bool(((years >= 1) & (years <= LAST_YEAR)).all())


def _naive(series: pd.Series[Any]) -> Plain:
    unit = _unit(series)
    if _are_midnights(series):
        unit = "D"
    return lambda part: _iso(part, unit, [""] * len(part))


def _are_midnights(series: pd.Series[Any]) -> bool:
    there = series.dropna().to_numpy()
    return bool((there == there.astype("datetime64[D]")).all())


def _unit(series: pd.Series[Any]) -> str:
    """The coarsest of "s", "us" and "ns" that holds all times or durations of a column."""
    there = series.dropna().to_numpy()
    for unit in ("s", "us"):
        if (there == there.astype(f"{there.dtype.kind}8[{unit}]")).all():
            return unit
    return "ns"


def _iso(times: pd.Series[Any], unit: str, ends: list[str]) -> list[Any]:
    values = times.to_numpy().astype(f"datetime64[{unit}]")
    texts = np.datetime_as_string(values).tolist()
    missing = np.isnat(values).tolist()
    parts = zip(texts, ends, missing, strict=True)
    return [None if gone else f"{text}{end}" for text, end, gone in parts]


def _offsets(local: pd.Series[Any], utc: pd.Series[Any]) -> list[str]:
    ahead = (local.to_numpy() - utc.to_numpy()).astype("timedelta64[s]").astype("int64")
    places, of = np.unique(ahead, return_inverse=True)
    texts = np.array([_offset(int(seconds)) for seconds in places], dtype=object)
    return list(texts[of])


def _offset(seconds: int) -> str:
    """Such as "+02:00"; zones of the years before 1900 have seconds too."""
    sign = "+"
    if seconds < 0:
        sign = "-"
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    if rest:
        text += f":{rest:02}"
    return text


DIGITS = {"s": 0, "us": 6, "ns": 9}  # of a second


def durations(series: pd.Series[Any]) -> Plain:
    """What makes texts of the durations in a column, or in a part of it: "26:00:00", and all with a
    fraction of a second or none.
    """
    unit = _unit(series)

    def texts(part: pd.Series[Any]) -> list[Any]:
        counts = part.to_numpy().astype(f"timedelta64[{unit}]").astype("int64").tolist()
        pairs = zip(counts, part.isna().tolist(), strict=True)
        return [None if gone else _duration(count, DIGITS[unit]) for count, gone in pairs]

    return texts


def _duration(count: int, digits: int) -> str:
    """A count of the parts of a second that so many digits tell apart, as "26:00:00"."""
    sign = ""
    if count < 0:
        sign = "-"
    seconds, rest = divmod(abs(count), 10**digits)
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if digits:
        text += f".{rest:0{digits}}"
    return text


# -- texts


def text_of_value(value: Any) -> str:
    """A value as text: decimals with all their digits, times as ISO 8601, lists as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, (dt.date, dt.time)):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, (dict, list, tuple, set, frozenset, np.ndarray)):
        return json_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)


def _digits(value: Decimal) -> str:
    if not value.is_finite() or abs(value.adjusted()) > LONGEST:
        return str(value)
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def json_text(value: Any) -> str:
    """A value as JSON in which no digit is lost.

    Missing values are null. Infinity, which JSON lacks, is a text; so is what JSON has no kind for.

    >>> json_text({"a": [Decimal("1.10"), float("inf"), None]})
    '{"a": [1.1, "Infinity", null]}'
    """
    if type(value) is int:  # the encoder takes ten times as long for it
        return str(value)
    try:
        return _encode(value)
    except (TypeError, ValueError):  # what the standard library does not write
        pass
    if isinstance(value, dict):
        fields = [f"{_key(key)}: {json_text(inner)}" for key, inner in value.items()]
        return f"{{{', '.join(fields)}}}"
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        return f"[{', '.join(map(json_text, value))}]"
    if isinstance(value, np.longdouble):  # whose item() is itself
        return json_text(float(value))
    if isinstance(value, np.generic):
        return json_text(value.item())
    if isinstance(value, (float, Decimal)):
        return _json_number(value)
    if value is pd.NA or value is pd.NaT:
        return "null"
    return _encode(text_of_value(value))


def _key(key: Any) -> str:
    return _encode(text_of_value(key))


def _json_number(value: float | Decimal) -> str:
    if math.isnan(value):
        return "null"
    if isinstance(value, Decimal) and value.is_finite():
        return _digits(value)
    if value > 0:
        return '"Infinity"'
    return '"-Infinity"'
