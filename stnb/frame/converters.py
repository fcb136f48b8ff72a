"""One small converter for each type that JSON does not have: times, days, durations, amounts.

Converters take an Arrow array as it was read and answer with the typed one; they raise
`pa.ArrowInvalid` if a value does not fit, and the column then stays text. An empty text is a
missing value.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog.facts import LARGEST_EXACT

from .memory import pool
from .types import AMOUNT, WIDE

# A zone behind a time, as ISO 8601 has it: a letter, or an offset of hours alone or with minutes.
ZONE = r"([zZ]|:\d\d(\.\d+)?[+-]\d\d(:?\d\d)?)$"
# A day, alone or as a midnight, in whatever zone; and a time in UTC.
DAY = r"^(\d{4}-\d\d-\d\d)([T ]00:00(:00(\.0+)?)?)?([zZ]|[+-]\d\d(:?\d\d)?)$"
IN_UTC = r"(:\d\d(?:\.\d+)?)(?:[zZ]|[+-]00(?::?00)?)$"
ELSEWHERE = (
    r"(:\d\d(\.\d+)?|^\d{4}-\d\d-\d\d)"
    r"[+-](([1-9]\d|\d[1-9])(:?\d\d)?|\d\d:?([1-9]\d|\d[1-9]))$"
)
# The first and the last microsecond of the years 1 to 9999, counted from 1970.
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999


def to_date_time(values: pa.Array) -> pa.Array:
    """ISO text with any zone, or none for UTC -> UTC in microseconds; further digits are cut."""
    try:
        return cut(values.cast(pa.timestamp("ns", "UTC")))  # takes texts with a zone only
    except pa.ArrowInvalid:
        values = filled(values)
    lacking = pc.invert(pc.match_substring_regex(values, ZONE))
    zoned = pc.if_else(lacking, pc.binary_join_element_wise(values, "Z", ""), values)
    # Arrow takes neither a small z, nor an offset of hours alone beside other texts.
    zoned = pc.replace_substring_regex(zoned, "z$", "Z")
    zoned = pc.replace_substring_regex(zoned, r"(:\d\d(?:\.\d+)?[+-]\d\d)$", r"\1:00")
    return _moments(zoned, "UTC")


def to_date(values: pa.Array) -> pa.Array:
    """A calendar day, also with midnight and a zone behind it -> a timestamp without a zone.

    A time of UTC is taken as it is. One of another zone, unless it is a midnight, is no day, and
    without its offset it would be another time.
    """
    try:
        return cut(values.cast(pa.timestamp("ns")))  # takes texts without a zone only
    except pa.ArrowInvalid:
        days = pc.replace_substring_regex(filled(values), DAY, r"\1")
    return _moments(pc.replace_substring_regex(days, IN_UTC, r"\1"), None)


def days_elsewhere(values: pa.Array) -> int:
    """How many days were sent as midnights of another zone than UTC, which `to_date` leaves out."""
    try:
        values.cast(pa.timestamp("ns"))  # takes texts without a zone only, as most pages have them
        return 0
    except pa.ArrowInvalid:
        pass
    return int(pc.sum(pc.match_substring_regex(values, ELSEWHERE)).as_py() or 0)


def _moments(texts: pa.Array, zone: str | None) -> pa.Array:
    """Texts that all have a zone, or all lack one -> microseconds.

    Arrow reads seven digits of a second only as nanoseconds, which hold the years 1677 to 2262.
    To cut the digits in the text takes twenty times as long, so that is left to other years.
    """
    try:
        return cut(texts.cast(pa.timestamp("ns", zone)))
    except pa.ArrowInvalid:
        shorter = pc.replace_substring_regex(texts, r"(\.\d{6})\d{1,3}(\D|$)", r"\1\2")
    times = shorter.cast(pa.timestamp("us", zone))
    ends = pc.min_max(times.cast(pa.int64())).as_py()
    if ends["min"] is not None and (ends["min"] < FIRST or ends["max"] > LAST):
        # An offset can lead out of the years 1 to 9999, and such a frame could not be shown.
        raise pa.ArrowInvalid("no time of a calendar's years")
    return times


def cut(times: pa.Array) -> pa.Array:
    """Timestamps or durations of any unit as microseconds; digits behind them are cut off.

    Example:
        >>> cut(pa.array([1999], pa.duration("ns")))[0].value
        1
    """
    kind = times.type
    if pa.types.is_duration(kind):
        return _kept(times, pa.duration("us"), safe=False)
    micro = pa.timestamp("us", kind.tz)
    if kind.unit == "ns":
        first = pc.min(times.cast(pa.int64())).as_py()
        if first is not None and first < 0:
            # Arrow's cast cuts towards 1970, which for earlier times is the next microsecond.
            times = pc.floor_temporal(times, unit="microsecond")
    return _kept(times, micro, safe=False)


def to_amount(values: pa.Array) -> pa.Array:
    """Amounts as text -> numbers; none may be so large that a float skips whole numbers."""
    if not pa.types.is_string(values.type):
        return _kept(values, pa.float64())
    try:
        numbers = _kept(values, pa.float64())
    except pa.ArrowInvalid:
        numbers = _kept(filled(pc.utf8_trim_whitespace(values)), pa.float64())
    if pc.any(pc.invert(pc.less(pc.abs(numbers), float(LARGEST_EXACT)))).as_py():
        raise pa.ArrowInvalid("no amount: nan, infinity, or more than a float holds")
    return numbers


def to_exact(values: pa.Array) -> pa.Array:
    """Amounts as text, or as decimals of any size -> decimals; wide ones if one needs that."""
    wide = values
    if pa.types.is_string(values.type):
        wide = filled(pc.utf8_trim_whitespace(values)).cast(WIDE)
    try:
        return _kept(wide, AMOUNT)
    except pa.ArrowInvalid:
        return _kept(wide, WIDE)


def to_whole(values: pa.Array) -> pa.Array:
    """Ids as text -> whole numbers, if each is written as in JSON."""
    if not pa.types.is_string(values.type):
        return _kept(values, pa.int64())
    texts = filled(values)
    numbers = _kept(texts, pa.int64())
    if pc.any(pc.not_equal(numbers.cast(pa.string()), texts)).as_py():
        raise pa.ArrowInvalid("no id: leading zeros would be lost, or it is hexadecimal")
    return numbers


def _kept(values: pa.Array, kind: pa.DataType, *, safe: bool = True) -> pa.Array:
    """Values as another type, beside the other columns of their page."""
    return values.cast(kind, safe=safe, memory_pool=pool())


def filled(texts: pa.Array) -> pa.Array:
    """The texts, with null for those in which nothing but blanks stands."""
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "")
    return pc.if_else(blank, None, texts)


def to_duration(values: pa.Array) -> pa.Array:
    """.NET's "[-][d.]hh:mm:ss[.fffffff]", or ISO 8601 -> a duration; each distinct text is read
    once.
    """
    distinct = values.dictionary_encode()
    parsed = pa.array(
        [None if t is None else _microseconds(t) for t in filled(distinct.dictionary).to_pylist()],
        pa.duration("us"),
    )
    return pc.take(parsed, distinct.indices)


# Two forms with groups of the same names. Years and months have no length, and pandas reads PT1.5H
# as five hours.
NET = re.compile(
    r"(?P<sign>-)?(?:(?P<d>\d+)\.)?(?P<h>\d+):(?P<m>\d\d)(?::(?P<s>\d\d)(?:\.(?P<f>\d{1,9}))?)?",
    re.ASCII,
)
ISO = re.compile(
    r"(?P<sign>-)?P(?=.*\d[WDHMS]$)(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?"
    r"(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)(?:\.(?P<f>\d{1,9}))?S)?)?",
    re.ASCII,
)


def _microseconds(text: str) -> int:
    found = NET.fullmatch(text.strip()) or ISO.fullmatch(text.strip().upper())
    if found is None:
        raise pa.ArrowInvalid(f"no duration: {text[:20]}")
    of = found.groupdict()
    weeks, days, hours, minutes, seconds = (int(of.get(unit) or 0) for unit in "wdhms")
    whole = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds
    fraction = (of["f"] or "")[:6].ljust(6, "0")
    total = whole * 10**6 + int(fraction)
    if total >= 2**63:  # 292,000 years; .NET's largest is 29,000
        raise pa.ArrowInvalid(f"no duration that fits: {text[:20]}")
    if of["sign"]:
        return -total
    return total


CONVERTERS: dict[str, Callable[[pa.Array], pa.Array]] = {
    "date-time": to_date_time,
    "date": to_date,
    "duration": to_duration,
    "decimal": to_amount,
    "exact decimal": to_exact,
    "whole number": to_whole,
}
