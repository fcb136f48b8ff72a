"""Texts -> the type that every one of them is written in."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from stnb.frame.types import to_date, to_date_time

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?"
# A type is taken where all texts are written so; more than 15 digits a float does not hold exactly.
KINDS: tuple[tuple[str, Callable[[pa.Array], pa.Array]], ...] = (
    (r"^(0|-?[1-9]\d{0,18})$", lambda texts: texts.cast(pa.int64())),
    (r"^-?(0|[1-9]\d{0,14})(\.\d+)?$", lambda texts: _decimal(texts)),
    (r"^(?i:true|false)$", lambda texts: pc.equal(pc.utf8_lower(texts), "true")),
    (r"^\d{4}-\d\d-\d\d$", to_date),
    (rf"^{TIME}$", to_date),
    (rf"^{TIME}(Z|[+-]\d\d:?\d\d)$", to_date_time),
)


def typed(texts: pa.Array) -> pa.Array:
    """Texts as whole numbers, decimals, booleans, days or times where every one is written so;
    blank ones are null then.

    Example:
        >>> typed(pa.array(["7", "", "12"])).type, typed(pa.array(["007", "12"])).type
        (DataType(int64), DataType(string))
    """
    encoded = texts.dictionary_encode()  # each distinct text is looked at once
    told = pc.if_else(pc.equal(encoded.dictionary, ""), None, encoded.dictionary)
    if told.null_count == len(told):
        return texts
    for pattern, convert in KINDS:
        if pc.all(pc.match_substring_regex(told, pattern)).as_py():
            try:
                return convert(told).take(encoded.indices)
            except pa.ArrowInvalid:  # the 30th of February, or a number beyond 2^63
                continue
    return texts


def _decimal(texts: pa.Array) -> pa.Array:
    digits = pc.utf8_length(pc.replace_substring_regex(texts, r"[-.]", ""))
    if pc.greater(pc.max(digits), 15).as_py():
        raise pa.ArrowInvalid("more digits than a float holds")
    return texts.cast(pa.float64())
