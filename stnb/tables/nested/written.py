"""Texts -> the type that all of them are written in."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from stnb.frame.converters import to_date, to_date_time

DIGITS = 15  # a float holds every number of so many digits exactly


def typed(texts: pa.Array) -> pa.Array:
    """Texts as whole numbers, decimals, booleans, days or times, if all of them are written so.

    Each text can be told from its value: "1.10" beside "1.1", or "T09:00" beside "T09:00:00", stay
    text, as one value would stand for both. Empty texts are null. Numbers with leading zeros stay
    text: they are codes.

    Example:
        >>> typed(pa.array(["7", "", "12"])).type, typed(pa.array(["007", "12"])).type
        (DataType(int64), DataType(string))
    """
    encoded = texts.dictionary_encode()  # each distinct text is looked at once
    known = pc.if_else(pc.equal(encoded.dictionary, ""), None, encoded.dictionary)
    if known.null_count == len(known):
        return texts
    for pattern, convert in KINDS:
        if pc.all(pc.match_substring_regex(known, pattern)).as_py():
            try:
                values = convert(known)
            except pa.ArrowInvalid:  # the 30th of February, or a number beyond 2^63
                continue
            if _count(values) == _count(known):
                return values.take(encoded.indices)
    return texts


def _count(values: pa.Array) -> int:
    """How many different values there are."""
    if pa.types.is_floating(values.type):
        values = pc.add(values, 0.0)  # a zero with a sign equals the one without
    return int(pc.count_distinct(values).as_py())


def _integer(texts: pa.Array) -> pa.Array:
    return texts.cast(pa.int64())


def _decimal(texts: pa.Array) -> pa.Array:
    digits = pc.utf8_length(pc.replace_substring_regex(texts, r"[-.]", ""))
    if pc.greater(pc.max(digits), DIGITS).as_py():
        raise pa.ArrowInvalid("more digits than a float holds")
    places = pc.utf8_length(pc.replace_substring_regex(texts, r"^[^.]*\.?", ""))
    filled_up = pc.any(pc.match_substring_regex(texts, r"\.\d*0$")).as_py()
    if filled_up and _count(places) > 1:
        raise pa.ArrowInvalid("zeros behind some numbers, which could not be written back")
    return texts.cast(pa.float64())


def _boolean(texts: pa.Array) -> pa.Array:
    return pc.equal(pc.utf8_lower(texts), "true")


TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?"
# The first type whose pattern every text matches is taken.
KINDS: tuple[tuple[str, Callable[[pa.Array], pa.Array]], ...] = (
    (r"^(0|-?[1-9]\d{0,18})$", _integer),
    (r"^-?(0|[1-9]\d{0,14})(\.\d+)?$", _decimal),
    (r"^(?i:true|false)$", _boolean),
    (r"^\d{4}-\d\d-\d\d$", to_date),
    (rf"^{TIME}$", to_date),
    (rf"^{TIME}(Z|[+-]\d\d:?\d\d)$", to_date_time),
)
