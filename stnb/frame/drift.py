"""What differs from the catalogue: as data while pages are read, as a sentence for the reader.

Example:
    >>> drifts: Drifts = {}
    >>> note(drifts, "total", Kind.MISFIT, 2, "decimal")
    >>> add_drift(drifts, {"total": [Drift("total", Kind.MISFIT, 3, "decimal")]})
    >>> sentences(drifts)
    {'total': 'holds values that are no decimal in 5 rows; kept as text'}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stnb.errors import wording


class Kind(StrEnum):
    """In which way a column differs. `Drift.detail` has what is said of it here."""

    NEW = "new"  # it is not in the catalogue
    MISFIT = "misfit"  # values do not fit its type, which is the detail; kept as text
    CONVERTED = "converted"  # of another JSON type, and converted exactly to the detail
    BLANK = "blank"  # empty texts where no texts are due; they are missing values
    SEVERAL_TYPES = "several types"  # not in the catalogue, and kept by no one type but text
    NO_OBJECT = "no object"  # an object is due; the detail is what the values are kept as
    INSIDE = "inside"  # its lists or objects hold other fields than they should
    WIDE_AMOUNT = "wide amount"  # more digits than the usual decimal has, which are the detail
    DIGITS = "digits"  # numbers of more digits than a float holds; rounded to a float
    WIDE_NUMBER = "wide number"  # the same, kept as decimals
    PAGES_DIFFER = "pages differ"  # its type is another one on another page; kept as text
    NO_KEY = "no key"  # values identify no row; such rows are never taken for repeats
    OTHER_ZONE = "other zone"  # days that came as midnights of another zone than UTC
    BROKEN_BYTES = "broken bytes"  # bytes that are no UTF-8; U+FFFD stands in their place
    HALVES = "halves"  # halves of surrogate pairs, which are no text; kept as their escapes
    TWICE = "twice"  # the key stands twice in one object; the last value was kept
    OTHER_PARENT = "other parent"  # a parent's column, the detail, differs from the one asked for


# How values were converted: untrue of a column that other pages make text, which is what was sent.
CONVERSIONS = (
    *(Kind.CONVERTED, Kind.BLANK, Kind.OTHER_ZONE),
    *(Kind.DIGITS, Kind.WIDE_NUMBER, Kind.WIDE_AMOUNT),
)
TEXTS = (Kind.MISFIT, Kind.SEVERAL_TYPES, Kind.PAGES_DIFFER)


@dataclass(frozen=True)
class Drift:
    """One way in which a column differs from the catalogue.

    Attributes:
        rows: in how many rows; 0 if they were not counted.
        detail: see `Kind`.
    """

    column: str
    kind: Kind
    rows: int = 0
    detail: str = ""


# column -> each way in which it differs, in the order in which they came up
Drifts = dict[str, list[Drift]]


def note(drifts: Drifts, column: str, kind: Kind, rows: int = 0, detail: str = "") -> None:
    """Note what differs in a column of a page, in the place of what was noted of it before."""
    drifts[column] = [Drift(column, kind, rows, detail)]


def add_drift(drifts: Drifts, found: Mapping[str, Sequence[Drift]]) -> None:
    """Add what one page found to what the pages before it found; numbers of rows are added up."""
    for column, several in found.items():
        for drift in several:
            drifts[column] = _added(drifts.get(column, []), drift)
        if any(drift.kind in TEXTS for drift in drifts.get(column, [])):
            drifts[column] = without_conversions(drifts[column])


def without_conversions(found: Sequence[Drift]) -> list[Drift]:
    """What differs in a column that is text."""
    return [drift for drift in found if drift.kind not in CONVERSIONS]


def _added(known: list[Drift], drift: Drift) -> list[Drift]:
    for at, other in enumerate(known):
        if (other.kind, other.detail) == (drift.kind, drift.detail):
            both = replace(other, rows=other.rows + drift.rows)
            return [*known[:at], both, *known[at + 1 :]]
    return [*known, drift]


def sentences(drifts: Drifts) -> dict[str, str]:
    """What differs in each column in words, for `df.attrs` and for warnings."""
    return {column: "; also ".join(map(_sentence, found)) for column, found in drifts.items()}


# {rows} is such as "in 2 rows"; {counted} the same with a blank before it, "" if none were counted.
SENTENCES = {
    Kind.NEW: "is not in the catalogue; found {rows}",
    Kind.MISFIT: "holds values that are no {detail}{counted}; kept as text",
    Kind.CONVERTED: "came as another type of JSON {rows}; converted exactly to {detail}",
    Kind.BLANK: "holds empty texts {rows}; missing values here",
    Kind.SEVERAL_TYPES: "holds values that no one type keeps; kept as text",
    Kind.NO_OBJECT: "is no object {rows}, as the catalogue says; kept as {detail}",
    Kind.INSIDE: "holds other fields or types inside than the catalogue says",
    Kind.WIDE_AMOUNT: "holds amounts of more than {detail} {rows}; kept as wider decimals",
    Kind.DIGITS: (
        "holds numbers of more digits than a float keeps {rows}; rounded to a float,"
        ' exact with dtypes="decimal" or "raw"'
    ),
    Kind.WIDE_NUMBER: "holds numbers of more digits than a float keeps {rows}; kept as decimals",
    Kind.PAGES_DIFFER: "differs in type between pages; kept as text",
    Kind.NO_KEY: "is no usable key {rows}; all of them were kept",
    Kind.OTHER_ZONE: "holds midnights of another zone than UTC {rows}; kept as their days",
    Kind.BROKEN_BYTES: "holds bytes that are no UTF-8 {rows}; U+FFFD stands in their place",
    Kind.HALVES: 'holds halves of surrogate pairs {rows}; kept as escapes such as "\\ud83d"',
    Kind.TWICE: "stood twice in one object{counted}; the last value was kept",
    Kind.OTHER_PARENT: "is the rows' own {detail}, which differs from the one asked for",
}


def _sentence(drift: Drift) -> str:
    rows = _in_rows(drift.rows)
    counted = ""
    if drift.rows:
        counted = f" {rows}"
    return SENTENCES[drift.kind].format(rows=rows, counted=counted, detail=drift.detail)


def _in_rows(count: int) -> str:
    """ "in 1 row", "in 3,000 rows"."""
    return f"in {wording.counted(count, 'row')}"


def split_off_texts(drifts: Drifts) -> tuple[Drifts, Drifts]:
    """What differs from the catalogue, and which texts came broken, whatever the catalogue says."""
    others: Drifts = {}
    broken: Drifts = {}
    for column, found in drifts.items():
        for drift in found:
            part = others
            if drift.kind in (Kind.BROKEN_BYTES, Kind.HALVES):
                part = broken
            part.setdefault(column, []).append(drift)
    return others, broken


def with_kinds(drifts: Drifts, kinds: Collection[Kind]) -> Drifts:
    """What differs in one of these ways."""
    found: Drifts = {}
    for column, several in drifts.items():
        some = [drift for drift in several if drift.kind in kinds]
        if some:
            found[column] = some
    return found


def to_json(drifts: Drifts) -> dict[str, list[dict[str, Any]]]:
    """Plain values, which `from_json` reads back."""
    return {column: [asdict(drift) for drift in found] for column, found in drifts.items()}


def from_json(plain: Mapping[str, Sequence[Mapping[str, Any]]]) -> Drifts:
    """What `to_json` wrote.

    Raises:
        TypeError, ValueError, LookupError: it is something else.
    """
    drifts: Drifts = {}
    for column, found in plain.items():
        drifts[column] = [Drift(**{**one, "kind": Kind(one["kind"])}) for one in found]
    return drifts


def misfits(values: pa.Array, convert: Callable[[pa.Array], Any]) -> int:
    """How many values a converter refuses.

    Equal values are tried once, and a half of them that is taken as a whole is not looked into.
    """
    counted = pc.value_counts(values)
    distinct, counts = counted.field("values"), counted.field("counts")

    def refused(start: int, stop: int) -> int:
        try:
            convert(distinct.slice(start, stop - start))
        except pa.ArrowException:
            if stop - start == 1:
                return int(counts[start].as_py())
            middle = (start + stop) // 2
            return refused(start, middle) + refused(middle, stop)
        return 0

    return refused(0, len(distinct))
