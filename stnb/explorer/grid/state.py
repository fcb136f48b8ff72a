"""The grid's state. It names columns, which lasts; the page and the queries go by positions."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from .picks import DATES, RANGE, date_seconds

NARROWEST, WIDEST = 40, 1_200  # px
PICK_KEYS = {"is", "but", "has", *RANGE}


def unique_names(names: Sequence[str]) -> list[str]:
    """One name for each column: its own, with a number if that is taken.

    Example:
        >>> unique_names(["a", "a"])
        ['a', 'a (2)']
    """
    taken: set[str] = set()
    result = []
    for name in names:
        unique = name
        for number in itertools.count(2):
            if unique not in taken:
                break
            unique = f"{name} ({number})"
        taken.add(unique)
        result.append(unique)
    return result


def by_position(
    state: Mapping[str, Any],
    names: Sequence[str],
    kinds: Sequence[str],
    usual: Sequence[int] = (),
) -> dict[str, Any]:
    """A state for these columns. Those that it does not order stand as in `usual`, or as they are.

    What it has of other columns, or in an unknown form, is left out: it may be of an older
    notebook, or written by hand.
    """
    at = {name: i for i, name in enumerate(names)}
    search = state.get("search")
    order = [at[name] for name in dict.fromkeys(_entries(state.get("order"))) if name in at]
    others = [i for i in usual or range(len(names)) if i not in set(order)]
    return {
        "search": search if isinstance(search, str) else "",
        "sort": _sort(state.get("sort"), at),
        "picks": _picks(state.get("picks"), at, kinds),
        "pinned": [at[name] for name in dict.fromkeys(_entries(state.get("pinned"))) if name in at],
        "hidden": sorted({at[name] for name in _entries(state.get("hidden")) if name in at}),
        "order": [*order, *others],
        "widths": _widths(state.get("widths"), at),
    }


def by_name(
    view: Mapping[str, Any], names: Sequence[str], usual: Sequence[int] = ()
) -> dict[str, Any]:
    """The state of what a page shows; only what differs from an untouched table."""
    order = [names[i] for i in _entries(view.get("order"))]
    if order == [names[i] for i in usual or range(len(names))]:
        order = []
    sort = view.get("sort")
    state: dict[str, Any] = {
        "search": str(view.get("search") or "").strip(),
        "sort": [names[sort[0]], bool(sort[1])] if sort else None,
        "picks": {},
        "hidden": [names[i] for i in _entries(view.get("hidden"))],
        "pinned": [names[i] for i in _entries(view.get("pinned"))],
        "order": order,
        "widths": {},
    }
    for i, picks in _pairs(view.get("picks")):
        if picks:
            state["picks"][names[int(i)]] = list(picks)
    for i, width in _pairs(view.get("widths")):
        state["widths"][names[int(i)]] = _width(width)
    return {name: value for name, value in state.items() if value}


def is_pick(pick: Any, kind: str) -> bool:
    """Whether a pick means something for a column of this kind."""
    if not isinstance(pick, dict) or not pick or not pick.keys() <= PICK_KEYS:
        return False
    if "but" in pick:
        return isinstance(pick["but"], list)
    if "has" in pick:
        return isinstance(pick["has"], str) and bool(pick["has"]) and kind == "text"
    if "is" in pick:
        return pick["is"] is None or _is_value(pick["is"], kind)
    if kind in DATES:
        return all(map(_is_date, pick.values()))
    return all(isinstance(bound, (int, float)) for bound in pick.values())


def _is_value(value: Any, kind: str) -> bool:
    """Whether a column of this kind may hold a value. A day or a duration is picked by its bounds:
    the table and pandas would read a text of it in two ways.
    """
    if kind == "integer" and isinstance(value, str):  # beyond 2^53 it is a text
        return value.removeprefix("-").isdecimal()
    if kind in ("integer", "number"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "yes/no":
        return isinstance(value, bool)
    if kind in DATES or kind == "duration":
        return False
    return isinstance(value, (str, bool, int, float))


def _is_date(text: Any) -> bool:
    try:
        date_seconds(text)
    except (TypeError, ValueError):
        return False
    return True


def _sort(sort: Any, at: Mapping[str, int]) -> list[Any] | None:
    if not isinstance(sort, (list, tuple)) or len(sort) != 2:
        return None
    name, ascending = sort
    if not isinstance(name, str) or name not in at:
        return None
    return [at[name], bool(ascending)]


def _picks(picks: Any, at: Mapping[str, int], kinds: Sequence[str]) -> dict[int, list[Any]]:
    known = {}
    for name, given in _pairs(picks):
        if name not in at:
            continue
        i = at[name]
        fitting = [pick for pick in _entries(given) if is_pick(pick, kinds[i])]
        if fitting:
            known[i] = fitting
    return known


def _widths(widths: Any, at: Mapping[str, int]) -> dict[int, int]:
    known = {}
    for name, width in _pairs(widths):
        if name in at and isinstance(width, (int, float)):
            known[at[name]] = _width(width)
    return known


def _width(width: float) -> int:
    return int(min(WIDEST, max(NARROWEST, width)))


def _entries(value: Any) -> list[Any]:
    """The entries of a list, without lists inside it, which could be no key."""
    if not isinstance(value, (list, tuple)):
        return []
    return [entry for entry in value if not isinstance(entry, list)]


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if not isinstance(value, Mapping):
        return []
    return list(value.items())
