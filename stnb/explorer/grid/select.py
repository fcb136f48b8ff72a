"""Which rows are left by a search and picked bars, and in which order. No widgets here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stnb.catalog.facts import LARGEST_EXACT

from . import cells
from .columns import Cache, Columns, Mask, mask_of
from .picks import DATES, RANGE, Pick, date_seconds
from .search import SearchIndex
from .summary import Summary, summary

Picks = Mapping[int, Sequence[Pick]]
Sort = tuple[int, bool]
Positions = NDArray[np.intp]


class Query(NamedTuple):
    """What is searched, picked and sorted; columns go by their positions.

    Attributes:
        search: the words; "" for all rows.
        picks: the picks of each column; a row has to fit one pick of every column.
        sort: the column and whether ascending, or None.
    """

    search: str
    picks: Picks
    sort: Sort | None = None


def query_of(message: Mapping[str, Any]) -> Query:
    """The query of a page's message, whose columns are texts as JSON's keys are."""
    search = str(message.get("search") or "").strip()
    picks = {int(i): list(given) for i, given in (message.get("picks") or {}).items() if given}
    sort = message.get("sort")
    if not sort:
        return Query(search, picks)
    return Query(search, picks, (int(sort[0]), bool(sort[1])))


class Rows:
    """The rows of one frame by query. The last answers are remembered."""

    def __init__(self, frame: pd.DataFrame, zone: str = "") -> None:
        self.columns = Columns(frame, zone)
        self.index = SearchIndex(self.columns)
        self._masks, self._positions = Cache(12), Cache(6)
        self._summaries: dict[int, Summary] = {}

    def positions(self, query: Query) -> Positions:
        """The positions of the rows that a query leaves, in its order."""
        key = (query.search, _key(query.picks), query.sort)
        return self._positions.get(key, lambda: self._find(query))

    def soon(self, query: Query, seconds: float) -> tuple[Positions, bool]:
        """The rows that a query has found within so many seconds, and whether these are all.

        The search goes on; who asks again gets more.
        """
        search = self.index.search(query.search) if query.search else None
        if search is None or search.wait(seconds):
            return self.positions(query), True
        found = np.logical_and.reduce([*self._picks(query), search.so_far()])
        return self._sorted(np.flatnonzero(found), query.sort), False

    def mask(self, query: Query, without: int | None = None) -> Mask | None:
        """Which rows a query leaves, without the picks of one column; None for all of them."""
        masks = self._picks(query, without)
        if query.search:
            masks.append(self.index.find(query.search))
        if not masks:
            return None
        return np.logical_and.reduce(masks)

    def _picks(self, query: Query, without: int | None = None) -> list[Mask]:
        masks = []
        for i, picks in query.picks.items():
            if picks and i != without:
                masks.append(self._picked(i, picks))
        return masks

    def summary(self, i: int) -> Summary:
        """The bars of a column, made when they are first asked for."""
        if i not in self._summaries:
            self._summaries[i] = summary(self.columns, i)
        return self._summaries[i]

    def _find(self, query: Query) -> Positions:
        if query.sort is not None:
            return self._sorted(self.positions(query._replace(sort=None)), query.sort)
        mask = self.mask(query)
        if mask is None:
            return np.arange(len(self.columns))
        return np.flatnonzero(mask)

    def _sorted(self, positions: Positions, by: Sort | None) -> Positions:
        if by is None:
            return positions
        column, ascending = by
        return self.columns.sort(column, positions, ascending)

    def _picked(self, i: int, picks: Sequence[Pick]) -> Mask:
        return self._masks.get((i, _key(picks)), lambda: picked(self.columns, i, picks))


def _key(picks: Any) -> str:
    return json.dumps(picks, sort_keys=True, default=str)


# -- picks


def picked(columns: Columns, i: int, picks: Sequence[Pick]) -> Mask:
    """Which rows fit one of these picks of a column."""
    return np.logical_or.reduce([_fits(columns, i, pick) for pick in picks])


def pick_of(columns: Columns, i: int, position: int) -> Pick | None:
    """The pick that leaves the rows with the value of this cell; None for a nested value.

    The pick of a date is its day.
    """
    value, kind = columns.frame.iloc[:, i].array[position], columns.shown[i].kind
    if cells.missing(value):
        return {"is": None}
    if kind in DATES:
        start = value.date()
        return {"from": start.isoformat(), "to": (start + timedelta(days=1)).isoformat()}
    if kind == "duration":
        seconds = int(value.total_seconds())
        return {"from": seconds, "to": seconds + 1}
    if kind == "yes/no":
        return {"is": bool(value)}
    if kind == "integer":
        number = int(value)
        return {"is": number if abs(number) < LARGEST_EXACT else str(number)}
    if kind == "number" and isinstance(value, float):
        return {"is": float(value)}
    if kind == "text":
        return {"is": str(value)}
    return None


def _fits(columns: Columns, i: int, pick: Pick) -> Mask:
    """Which rows fit one pick."""
    if RANGE & pick.keys():
        return _in_range(columns.numbers(i), pick)
    if "has" in pick:
        return _holds(columns, i, pick["has"])
    if "but" in pick:
        unwanted = [columns.missing(i), *(_equal(columns, i, value) for value in pick["but"])]
        return ~np.logical_or.reduce(unwanted)
    return _equal(columns, i, pick.get("is"))


def _in_range(values: NDArray[np.float64], pick: Pick) -> Mask:
    low, high, most = map(_bound, (pick.get("from"), pick.get("to"), pick.get("max")))
    found = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        if low is not None:
            found &= values >= low
        if high is not None:
            found &= values < high
        if most is not None:
            found &= values <= most
    return found


def _bound(value: Any) -> float | None:
    if isinstance(value, str):
        return date_seconds(value)
    return value


def _holds(columns: Columns, i: int, text: str) -> Mask:
    """Which rows hold a text in this column, whatever its case."""
    array, encoded = columns.array(i), columns.encoded(i)
    if array is None:
        return np.zeros(len(columns), dtype=bool)
    values = array if encoded is None else encoded.values
    lower = pc.utf8_lower(values.cast(pa.large_string()))
    found = mask_of(pc.match_substring(lower, text.lower()))
    if encoded is None:
        return found
    # Code -1, a missing value, takes the False at the end.
    return np.append(found, False)[encoded.codes]


def _equal(columns: Columns, i: int, value: Any) -> Mask:
    if value is None:
        return columns.missing(i)
    # A whole number beyond 2^53 is sent as text, or the page would change it.
    integer = columns.shown[i].kind == "integer"
    if integer and isinstance(value, str) and value.lstrip("-").isdigit():
        value = int(value)
    array, encoded = columns.array(i), columns.encoded(i)
    if array is None:
        return np.array([v == value for v in columns.frame.iloc[:, i].array], dtype=bool)
    kind = array.type
    if pa.types.is_decimal(kind) and isinstance(value, float):
        kind = pa.float64()  # as pandas compares them
    try:
        wanted = pa.scalar(value, kind)
        if encoded is None:
            return mask_of(pc.equal(array, wanted))
        # Code -1, a missing value, takes the False at the end.
        return np.append(mask_of(pc.equal(encoded.values, wanted)), False)[encoded.codes]
    except (pa.ArrowException, TypeError, ValueError):
        return np.zeros(len(columns), dtype=bool)  # no row has a value of another type
