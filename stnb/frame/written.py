"""How the texts of a column were written, if its values say the rest: then no text is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog.facts import LARGEST_EXACT

from .memory import pool
from .types import is_number

SECOND = len("2026-10-01T07:00:00")  # letters of a time up to its second
TICK = 100  # nanoseconds: the API's times have seven digits behind the second at most
DIGITS = 38  # of the widest decimal of 128 bits

# Their names, if one can be told by its values.
Written = Mapping[str, "Times | Numbers"]


@dataclass(frozen=True)
class Times:
    """Times of ISO 8601, in UTC or without a zone.

    Attributes:
        end: what stands behind each: "Z" or "".
        digits: how many stand behind the second; None if zeros at their end are left out.
        ticks: of each time, the seventh digit, which its value lacks; None if none has one.
    """

    end: str
    digits: int | None
    ticks: pa.Array | None = None

    def texts(self, values: pa.Array) -> pa.Array:
        """The texts of these times.

        Example:
            >>> Times("Z", None).texts(pa.array([0], pa.timestamp("us", "UTC")))[0]
            <pyarrow.StringScalar: '1970-01-01T00:00:00Z'>
        """
        moments = pc.multiply(_microseconds(values), 1000)
        if self.ticks is not None:
            moments = pc.add(moments, pc.multiply(self.ticks.cast(pa.int64()), TICK))
        texts = moments.cast(pa.timestamp("ns")).cast(pa.string())
        texts = pc.binary_replace_slice(texts, 10, 11, "T")
        if self.digits is None:
            texts = pc.ascii_rtrim(pc.ascii_rtrim(texts, "0"), ".")
        else:
            point = 1 if self.digits else 0
            texts = pc.utf8_slice_codeunits(texts, 0, SECOND + point + self.digits)
        if self.end:
            texts = pc.binary_join_element_wise(texts, self.end, "")
        return texts

    def take(self, at: pa.Array) -> Times:
        """The same for these rows alone, in their order."""
        return self if self.ticks is None else replace(self, ticks=self.ticks.take(at))

    def slice(self, start: int, rows: int) -> Times:
        """The same for so many rows from `start` on."""
        return self if self.ticks is None else replace(self, ticks=self.ticks.slice(start, rows))

    @classmethod
    def of(cls, texts: pa.Array, values: pa.Array) -> Times | None:
        """How they were written; None if that cannot be told by their values."""
        end = ""
        if texts.drop_null()[0].as_py().endswith("Z"):
            end = "Z"
        moments = texts.cast(pa.timestamp("ns", "UTC" if end else None)).cast(pa.int64())
        lacking = pc.subtract(moments, pc.multiply(_microseconds(values), 1000))
        ends = pc.min_max(lacking)
        if ends["min"].as_py() < 0 or ends["max"].as_py() >= 10 * TICK:
            return None
        ticks = None
        if ends["max"].as_py():
            ticks = pc.divide(lacking, TICK).cast(pa.uint8(), memory_pool=pool())
        lengths = pc.min_max(pc.binary_length(texts))
        digits = None
        if lengths["min"] == lengths["max"]:
            digits = max(lengths["min"].as_py() - len(end) - SECOND - 1, 0)
        found = cls(end, digits, ticks)
        return found if found.texts(values).equals(texts) else None


@dataclass(frozen=True)
class Numbers:
    """Numbers with as many digits behind the point each, as the API sends money.

    Attributes:
        digits: how many.
    """

    digits: int

    def texts(self, values: pa.Array) -> pa.Array:
        """The texts of these numbers.

        Example:
            >>> Numbers(2).texts(pa.array([12.5]))[0]
            <pyarrow.StringScalar: '12.50'>
        """
        if not pa.types.is_integer(values.type) or self.digits:
            values = values.cast(pa.decimal128(DIGITS, self.digits), safe=False)
        return values.cast(pa.string())

    def take(self, at: pa.Array) -> Numbers:
        """The same for these rows alone: none is written in a way of its own."""
        return self

    def slice(self, start: int, rows: int) -> Numbers:
        """The same for so many rows from `start` on."""
        return self

    @classmethod
    def of(cls, texts: pa.Array, values: pa.Array) -> Numbers | None:
        """How they were written; None if that cannot be told by their values."""
        ends = pc.min_max(values)
        if max(abs(ends["min"].as_py()), abs(ends["max"].as_py())) >= LARGEST_EXACT:
            return None  # as a float, which it may become, it would be another one
        behind_point = texts.drop_null()[0].as_py().partition(".")[2]
        found = cls(len(behind_point))
        return found if found.texts(values).equals(texts) else None


def written(texts: pa.Array, values: pa.Array) -> Times | Numbers | None:
    """How a column was written, of which `texts` were sent; None if its values do not say it.

    Example:
        >>> written(pa.array(["12.50", "7.00"]), pa.array([12.5, 7]))
        Numbers(digits=2)
        >>> written(pa.array(["12.50", "7"]), pa.array([12.5, 7]))
    """
    kind = values.type
    if values.null_count == len(values) or values.null_count != texts.null_count:
        return None
    try:
        if pa.types.is_timestamp(kind):
            return Times.of(texts, values)
        if is_number(kind):
            return Numbers.of(texts, values)
    except pa.ArrowException:  # no type of Arrow holds all of them
        pass
    return None


def _microseconds(values: pa.Array) -> pa.Array:
    kind = pa.timestamp("us", values.type.tz)
    return values.cast(kind).cast(pa.int64())
