"""A picked bar as plain data in a state, and as words on the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from stnb.errors import printable

from . import cells

Pick = dict[str, Any]
"""What a bar picks, as JSON has it.

{"is": "Completed"} a value, {"is": None} no value, {"but": [...]} any value except these,
{"has": "gate"} a text inside the value, {"from": 0, "to": 500} from the first up to, but without,
the second; "max" in place of "to" is a bound that belongs to it. Either may be left out.
Dates are the wall clock's: {"from": "2026-01-01"}.
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The first and the last second of the years 1 to 9999, counted from 1970.
YEAR_1, YEAR_9999 = -62_135_596_800.0, 253_402_300_799.0
LETTERS = 60
RANGE = {"from", "to", "max"}
DATES = {"date", "date-time"}
COUNTS = {"integer", "list"}  # kinds of which only whole numbers are shown
UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"))


def date_text(seconds: float) -> str:
    """Write seconds since 1970 as a date, with its time unless it is midnight.

    Example:
        >>> date_text(0), date_text(3600)
        ('1970-01-01', '1970-01-01T01:00:00')
    """
    inside = min(max(float(seconds), YEAR_1), YEAR_9999)
    when = (EPOCH + timedelta(seconds=inside)).replace(tzinfo=None)
    if when.time() == when.time().min:
        return when.date().isoformat()
    return when.isoformat(timespec="seconds")


def date_seconds(text: str) -> float:
    """Read what `date_text` writes.

    Raises:
        ValueError: it is no date.
    """
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH).total_seconds()


def label(pick: Pick, kind: str) -> str:
    """Describe which rows a pick leaves.

    Example:
        >>> label({"from": 0, "to": 500}, "number")
        '0 to under 500'
        >>> label({"from": "2026-01-01", "to": "2026-04-01"}, "date")
        '2026-01 to 2026-03'
    """
    if "is" in pick:
        return printable(_value(pick["is"]))
    if "but" in pick:
        return "other values" if pick["but"] else "any value"
    if "has" in pick:
        return f"contains “{_value(pick['has'])}”"
    low, high = pick.get("from"), pick.get("to")
    if "max" in pick:
        return _up_to(low, pick["max"], kind)
    if kind in DATES:
        return _dates(low, high)
    if kind in COUNTS and low is not None and high is not None:
        return _counts(int(low), int(high) - 1, kind)
    if low is None:
        return f"under {_number(high or 0, kind)}"
    if high is None:
        return f"{_number(low, kind)} and more"
    return f"{_number(low, kind)} to under {_number(high, kind)}"


def _up_to(low: Any, most: Any, kind: str) -> str:
    """A range whose upper bound belongs to it."""
    write = _clock if kind in DATES else lambda value: _number(value, kind)
    if low is None:
        return f"up to {write(most)}"
    if low == most:
        return str(write(low))
    return f"{write(low)} to {write(most)}"


def axis_ends(first: Pick, last: Pick, kind: str) -> tuple[str, str]:
    """What is written under a histogram: where its first bar begins and its last one ends.

    Example:
        >>> axis_ends({"to": 0}, {"from": 0, "to": 2_000_000}, "number")
        ('< 0', '2 M')
    """
    if kind in DATES:
        return _first_date(first), _last_date(last)
    return _first_number(first, kind), _last_number(last, kind)


def _first_date(pick: Pick) -> str:
    low, high = pick.get("from"), pick.get("to")
    if low is None:
        return _clock_of_day(high)
    if high is None:
        return f"from {_clock_of_day(low)}"
    if _has_time(low, high):
        return _clock_of_day(low)
    return low[: _letters_shown(low, high)]


def _last_date(pick: Pick) -> str:
    low, high = pick.get("from"), pick.get("to")
    if high is None:
        return f"from {_clock_of_day(low)}"
    if low is None or _has_time(low, high):
        return _clock_of_day(high)
    return _day_before(high)[: _letters_shown(low, high)]


def _first_number(pick: Pick, kind: str) -> str:
    low = pick.get("from")
    if low is None:
        return f"< {_short_number(pick.get('to') or 0, kind)}"
    return _short_number(low, kind)


def _last_number(pick: Pick, kind: str) -> str:
    high = pick.get("to")
    if high is None:
        return f"≥ {_short_number(pick.get('from') or 0, kind)}"
    if kind in COUNTS:
        high -= 1
    return _short_number(high, kind)


def _short_number(value: float, kind: str) -> str:
    """A number in few letters, as there is little room."""
    if kind == "duration" or abs(value) < 1e6:
        return _number(value, kind)
    if abs(value) >= 1e15:
        return f"{value:.3g}"
    for power, unit in UNITS:
        if abs(value) >= power:
            return f"{value / power:,.4g} {unit}"
    return f"{value:,.4g}"


def _value(value: Any) -> str:
    if value is None:
        return "missing"
    if value is True:
        return "yes"
    if value is False:
        return "no"
    text = " ".join(str(value).split()) or "(blank)"
    if len(text) <= LETTERS:
        return text
    return text[: LETTERS - 1] + "…"


def _counts(low: int, high: int, kind: str) -> str:
    text = f"{low:,} to {high:,}"
    if low == high:
        text = f"{low:,}"
    if kind == "integer":
        return text
    noun = "entry" if low == high == 1 else "entries"
    return f"{text} {noun}"


def _number(value: float, kind: str) -> str:
    if kind == "duration":
        return cells.duration(timedelta(seconds=value)) or ""
    if abs(value) < 1e10:
        return f"{value:,.10g}"
    return f"{value:,.6g}"


def _dates(low: str | None, high: str | None) -> str:
    """Whole months and years are written as such. The last day is part of a range of days."""
    if low is None:
        return f"before {_clock(high)}"
    if high is None:
        return f"from {_clock(low)}"
    if _has_time(low, high):
        return f"{_clock(low)} to before {_clock(high)}"
    letters = _letters_shown(low, high)
    first, last = low[:letters], _day_before(high)[:letters]
    if first == last:
        return first
    return f"{first} to {last}"


def _letters_shown(low: str, high: str) -> int:
    """The letters of a date that say enough: 4 of whole years, 7 of whole months, else 10."""
    first, end = datetime.fromisoformat(low), datetime.fromisoformat(high)
    if first.day != 1 or end.day != 1:
        return 10
    if first.month != 1 or end.month != 1:
        return 7
    return 4


def _day_before(day: str) -> str:
    return (datetime.fromisoformat(day) - timedelta(days=1)).date().isoformat()


def _has_time(low: str, high: str) -> bool:
    return "T" in low or "T" in high


def _clock(text: str | None) -> str:
    """A date as people write it, without seconds that are 0."""
    return (text or "").replace("T", " ").removesuffix(":00")


def _clock_of_day(text: str | None) -> str:
    """The same under a histogram, where midnight is left out as well."""
    return _clock(text).removesuffix(" 00:00")
