"""Which rows and columns are left: a search, picked bars, an order, hidden columns. Plain data in
and out, no widgets.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stnb.catalog.facts import LARGEST_EXACT

from . import cells
from .columns import Held, Mask, Recent, flags
from .picks import Pick, unstamp
from .search import Index
from .summary import Summary, summary

Picks = Mapping[int, Sequence[Pick]]
Sort = tuple[int, bool]
NARROWEST, WIDEST = 40, 1_200  # px


class Rows:
    """The rows of one frame by what is searched, picked and sorted; the last answers are
    remembered.
    """

    def __init__(self, held: Held) -> None:
        self.held = held
        self.index = Index(held)
        self._masks, self._places = Recent(12), Recent(6)
        self._summaries: dict[int, Summary] = {}

    def places(self, search: str, picks: Picks, sort: Sort | None) -> NDArray[np.intp]:
        """The positions on show, in their order."""
        return self._places.get(
            (search, _key(picks), sort), lambda: self._find(search, picks, sort)
        )

    def _find(self, search: str, picks: Picks, sort: Sort | None) -> NDArray[np.intp]:
        if sort is not None:
            return self.held.ordered(sort[0], self.places(search, picks, None), sort[1])
        mask = self.left(search, picks)
        return np.arange(len(self.held)) if mask is None else np.flatnonzero(mask)

    def left(self, search: str, picks: Picks, but: int | None = None) -> Mask | None:
        """Which rows search and picks leave, without the picks of one column; None: all of them."""
        masks = [self._picked(i, given) for i, given in picks.items() if i != but and given]
        if search:
            masks.append(self._masks.get(search, lambda: self.index.find(search)))
        return np.logical_and.reduce(masks) if masks else None

    def _picked(self, i: int, given: Sequence[Pick]) -> Mask:
        return self._masks.get((i, _key(given)), lambda: mask(self.held, i, given))

    def summary(self, i: int) -> Summary:
        """The bars of a column, made when first asked for."""
        if i not in self._summaries:
            self._summaries[i] = summary(self.held, i)
        return self._summaries[i]


def _key(picks: Any) -> str:
    return json.dumps(picks, sort_keys=True, default=str)


# -- picks


def mask(held: Held, i: int, picks: Sequence[Pick]) -> Mask:
    """Which rows one of these picks of a column takes."""
    return np.logical_or.reduce([_one(held, i, pick) for pick in picks])


def _one(held: Held, i: int, pick: Pick) -> Mask:
    if "from" in pick or "to" in pick:
        values = held.numbers(i)
        low, high = (_bound(pick.get(name)) for name in ("from", "to"))
        with np.errstate(invalid="ignore"):
            return (
                (values == values)
                & (low is None or values >= low)
                & (high is None or values < high)
            )
    if "but" in pick:
        return ~(
            held.missing(i)
            | np.logical_or.reduce([_equal(held, i, value) for value in pick["but"]])
        )
    return _equal(held, i, pick.get("is"))


def _bound(value: Any) -> float | None:
    return unstamp(value) if isinstance(value, str) else value


def _equal(held: Held, i: int, value: Any) -> Mask:
    array, few = held.array(i), held.coded(i)
    if value is None:
        return held.missing(i)
    if isinstance(value, str) and held.shown[i].kind == "integer":
        value = int(value) if value.lstrip("-").isdigit() else value
    if array is None:
        return np.array([v == value for v in held.frame.iloc[:, i].array], dtype=bool)
    try:
        if few is None:
            return flags(pc.equal(array, pa.scalar(value, array.type)))
        return np.append(flags(pc.equal(few.values, pa.scalar(value, array.type))), False)[
            few.codes
        ]
    except (pa.ArrowException, TypeError, ValueError):
        return np.zeros(len(held), dtype=bool)  # a value of another type is in no row


def pick_of(held: Held, i: int, position: int) -> Pick | None:
    """The pick that leaves the rows with the value of this cell; a date's is its day. None for
    nested values.
    """
    value, kind = held.frame.iloc[:, i].array[position], held.shown[i].kind
    if cells.missing(value):
        return {"is": None}
    if kind in {"date", "date-time"}:
        start = value.date()
        return {"from": start.isoformat(), "to": (start + timedelta(days=1)).isoformat()}
    if kind == "duration":
        return {"from": int(value.total_seconds()), "to": int(value.total_seconds()) + 1}
    if kind == "yes/no":
        return {"is": bool(value)}
    if kind == "integer":  # the page's numbers are exact up to here only
        return {"is": int(value) if abs(int(value)) < LARGEST_EXACT else str(value)}
    if kind == "number" and isinstance(value, float):
        return {"is": float(value)}
    return {"is": str(value)} if kind == "text" else None


def fits(pick: Any, kind: str) -> bool:
    """Whether a pick, perhaps of another day's notebook, means something for a column of this kind."""
    if not isinstance(pick, dict) or not pick or not pick.keys() <= {"is", "but", "from", "to"}:
        return False
    if "but" in pick:
        return isinstance(pick["but"], list) and bool(pick["but"])
    if "is" in pick:
        return pick["is"] is None or isinstance(pick["is"], (str, bool, int, float))
    dates = kind in {"date", "date-time"}
    return all(_is_stamp(v) if dates else isinstance(v, (int, float)) for v in pick.values())


def _is_stamp(value: Any) -> bool:
    try:
        unstamp(value)
    except (TypeError, ValueError):
        return False
    return True


# -- a state goes by names, which last; the page goes by places


def keys(names: Sequence[str]) -> list[str]:
    """One key for each column: its name, with a number where the name is taken."""
    taken: set[str] = set()
    result = []
    for name in names:
        numbered = (name if n == 1 else f"{name} ({n})" for n in itertools.count(1))
        result.append(next(key for key in numbered if key not in taken))
        taken.add(result[-1])
    return result


def by_place(
    state: Mapping[str, Any], names: Sequence[str], kinds: Sequence[str]
) -> dict[str, Any]:
    """What a state means for these columns; what it says of others, or in no way that is known, is
    left out.
    """
    at = {name: i for i, name in enumerate(names)}
    sort = state.get("sort")
    sorted_by = (
        isinstance(sort, (list, tuple))
        and len(sort) == 2
        and isinstance(sort[0], str)
        and sort[0] in at
    )
    picks = {
        at[n]: [p for p in _list(given) if fits(p, kinds[at[n]])]
        for n, given in _dict(state.get("picks"))
        if n in at
    }
    order = [at[n] for n in dict.fromkeys(_list(state.get("order"))) if n in at]
    return {
        "search": state["search"] if isinstance(state.get("search"), str) else "",
        "sort": [at[sort[0]], bool(sort[1])] if sorted_by and sort is not None else None,
        "picks": {i: given for i, given in picks.items() if given},
        "hidden": sorted({at[n] for n in _list(state.get("hidden")) if n in at}),
        "order": [*order, *(i for i in range(len(names)) if i not in set(order))],
        "widths": {
            at[n]: _width(w)
            for n, w in _dict(state.get("widths"))
            if n in at and isinstance(w, (int, float))
        },
    }


def by_name(view: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """A state from what a page shows: only what differs from a table that nobody has touched."""
    state: dict[str, Any] = {
        "search": str(view.get("search") or "").strip(),
        "sort": [names[view["sort"][0]], bool(view["sort"][1])] if view.get("sort") else None,
        "picks": {names[int(i)]: list(given) for i, given in _dict(view.get("picks")) if given},
        "hidden": [names[i] for i in _list(view.get("hidden"))],
        "order": [names[i] for i in _list(view.get("order"))],
        "widths": {names[int(i)]: _width(w) for i, w in _dict(view.get("widths"))},
    }
    if state["order"] == list(names):
        state["order"] = []
    return {name: value for name, value in state.items() if value}


def _width(width: float) -> int:
    return int(min(WIDEST, max(NARROWEST, width)))


def _list(value: Any) -> list[Any]:
    return [v for v in value if not isinstance(v, list)] if isinstance(value, (list, tuple)) else []


def _dict(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []
