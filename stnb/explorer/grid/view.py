"""What a table shows of its frame, as one thing: the rows that it leaves, and the pandas for them.

The table, the chart, the code, the saved notebook and the saved file all take it from here, so that
none of them can show other rows than the others say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from ..python_lines import literal
from . import pandas_search, pandas_sort
from .columns import Columns
from .pandas_picks import picked
from .picks import Pick, label
from .select import Query, Rows
from .state import by_position, unique_names


@dataclass(frozen=True)
class Chip:
    """One part of a view, as the page shows it above the table and above the chart.

    Attributes:
        key: says which part it is, for `without`.
        name: the column, or what is done.
        text: what is picked of it, searched, or sorted by.
    """

    key: str
    name: str
    text: str


@dataclass(frozen=True)
class View:
    """What is picked, searched, sorted and hidden. Columns go by their names.

    Attributes:
        picks: for each column what is picked of it; a row has to fit one pick of every column.
        search: the words that a row has to hold somewhere; "" for all rows.
        sort: a column, and whether ascending; None for the frame's own order.
        hidden: the columns that are left out.
        order: the columns that come first.

    Example:
        >>> View({"total": [{"from": 2000, "to": 3000}]}, sort=("total", False))
    """

    picks: Mapping[str, Sequence[Pick]] = field(default_factory=dict)
    search: str = ""
    sort: tuple[str, bool] | None = None
    hidden: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    @classmethod
    def of(cls, state: Mapping[str, Any], columns: Columns) -> View:
        """The view that a grid's state is of these columns; what does not fit them is left out.

        Args:
            state: as `Grid.state` has it.
        """
        names = unique_names(columns.names)
        known = by_position(state, names, columns.kinds)
        order = [names[i] for i in known["order"]]
        sort = known["sort"]
        if sort is not None:
            sort = (names[sort[0]], sort[1])
        return cls(
            picks={names[i]: tuple(picks) for i, picks in known["picks"].items()},
            search=known["search"],
            sort=sort,
            hidden=tuple(names[i] for i in known["hidden"]),
            order=() if order == names else tuple(order),
        )

    @property
    def is_whole(self) -> bool:
        """Whether it leaves every row."""
        return not self.picks and not self.search


def rows(found: Rows, view: View) -> pd.DataFrame:
    """The rows of a frame that a view leaves, in its order, and its columns.

    Example:
        >>> frame = pd.DataFrame({"n": [1, 2, 3]})
        >>> rows(Rows(frame), View({"n": [{"from": 2}]}, sort=("n", False)))["n"].tolist()
        [3, 2]
    """
    names = unique_names(found.columns.names)
    at = {name: i for i, name in enumerate(names)}
    picks = {at[name]: list(given) for name, given in view.picks.items()}
    sort = None if view.sort is None else (at[view.sort[0]], view.sort[1])
    positions = found.positions(Query(view.search, picks, sort))
    return found.columns.given.iloc[positions, [at[name] for name in _columns(view, names)]]


def lines(columns: Columns, view: View) -> list[str]:
    """The lines of pandas that make of the frame `df` what `rows` gives.

    Args:
        columns: of a frame with a row index, and a text of its own as the name of each column, as
            a pull's is.

    Example:
        >>> lines(Columns(pd.DataFrame({"n": [1, 2]})), View(sort=("n", False)))
        ['df = df.sort_values("n", ascending=False, kind="stable")']
    """
    found = []
    for name, picks in view.picks.items():
        found.append(f"df = df[{picked(columns, columns.names.index(name), picks)}]")
    if view.search:
        found += pandas_search.lines(columns, view.search)
    if view.sort is not None:
        name, ascending = view.sort
        found += pandas_sort.lines(columns, columns.names.index(name), ascending)
    return found + _column_lines(view, columns.names)


def chips(columns: Columns, view: View) -> list[Chip]:
    """The view for readers: what is picked of a column, the search, the order, each to be removed.

    Example:
        >>> [chip.text for chip in chips(Columns(pd.DataFrame({"n": [1]})), View(search="gate"))]
        ['“gate”']
    """
    kinds = dict(zip(unique_names(columns.names), columns.kinds, strict=True))
    found = []
    for name, picks in view.picks.items():
        for k, pick in enumerate(picks):
            found.append(Chip(f"pick {k} {name}", name, label(pick, kinds[name])))
    if view.search:
        found.append(Chip("search", "Search", f"“{view.search}”"))
    if view.sort is not None:
        name, ascending = view.sort
        found.append(Chip("sort", "Sorted by", f"{name} {'▲' if ascending else '▼'}"))
    return found


def without(view: View, key: str) -> View:
    """The view without one of its chips; an unknown key changes nothing."""
    if key == "search":
        return replace(view, search="")
    if key == "sort":
        return replace(view, sort=None)
    picks = {}
    for name, given in view.picks.items():
        left = [pick for k, pick in enumerate(given) if key != f"pick {k} {name}"]
        if left:
            picks[name] = left
    return replace(view, picks=picks)


def words(columns: Columns, view: View) -> str:
    """Which rows a view leaves, in one line, for a file or a description; "" for all of them.

    Example:
        >>> words(Columns(pd.DataFrame({"n": [1]})), View({"n": [{"from": 2}]}, "gate"))
        'n 2 and more, Search “gate”'
    """
    left = chips(columns, replace(view, sort=None))
    return ", ".join(f"{chip.name} {chip.text}" for chip in left)


def _columns(view: View, names: Sequence[str]) -> list[str]:
    """The columns that a view shows, in its order."""
    ordered = list(dict.fromkeys([*view.order, *names]))
    return [name for name in ordered if name not in view.hidden]


def _column_lines(view: View, names: Sequence[str]) -> list[str]:
    shown = _columns(view, names)
    if shown == list(names):
        return []
    kept = [name for name in names if name in shown]
    if shown == kept and len(view.hidden) < len(shown):
        return [f"df = df.drop(columns={literal(view.hidden)})"]
    return [f"df = df[{literal(shown)}]"]
