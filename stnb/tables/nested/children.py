"""The rows inside a row, as a frame of their own."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pandas as pd

from stnb.catalog import Endpoint
from stnb.errors import UsageError
from stnb.frame import assemble, notices, shape_of
from stnb.frame.drift import Drifts, sentences
from stnb.frame.fallback import free

from ..provenance import provenance
from .elements import Elements, elements
from .place import noun, place_of, rows_at, scalar

POSITION = "position"
# What a child says of its pull: where from and when. How many rows and requests that took is the
# parent's to say.
CARRIED = ("resource", "params", "tenant", "environment", "began", "until", "dtypes")


def children(df: pd.DataFrame, column: str, *, keep: str | Sequence[str] = ()) -> pd.DataFrame:
    """A row for each element of a column of lists, such as the items of invoices.

    Args:
        column: a column of lists: Arrow's, Python's, or the JSON text that such a column is kept as
            where it differed from the catalogue.
        keep: columns of `df` to repeat beside its children; one whose name they have themselves
            gets "parent." before it.

    Returns:
        First the parent's key, such as `invoiceId`, then `position` (0 is the first of its row),
        what is kept, and the elements' own columns, typed as the catalogue says; objects are
        flattened to dotted columns, and lists in them
        stay lists: children(children(df, "items"), "serialNumbers") opens those, and has
            `transferId`, `items.position`
        and `itemId` of both levels above. Elements that are no objects stand in one column:
            "tagTypeId" for
        "tagTypeIds", else "value". A name that the elements have themselves becomes `parent.id` or
        `parent.position`. A row without elements has no children; an element that is null is a row
        of nulls. Where the parent's rows have no key, `parent.index` is their label in `df`.
        `attrs["stnb"]` tells the resource, and as `path` the way to them.

    Raises:
        UsageError: there is no such column, or it holds no lists.

    Example:
        >>> items = stnb.children(invoices, "items", keep=["number", "invoiceDate"])
        >>> items.groupby("invoiceId")["total"].sum()
    """
    found, inside = opened(df, column)
    own, drift, _ = assemble(found.parts, found.shape)
    own.index = pd.RangeIndex(len(found.parents))
    lead: dict[str, Any] = {}
    for name, otherwise, values in _keys(df):
        lead[_beside(name, otherwise, own, lead)] = values.take(found.parents)
    keys = [*lead, _beside(POSITION, f"parent.{POSITION}", own, lead)]
    lead[keys[-1]] = pd.array(found.positions, "Int64")
    for name in [keep] if isinstance(keep, str) else keep:
        lead[_beside(name, f"parent.{name}", own, lead)] = named(df, name).array.take(found.parents)
    child = pd.concat([pd.DataFrame(lead, index=own.index, copy=False), own], axis=1)
    _tell(child, df, column, keys, inside, drift if found.shape.leaves else {})
    return child


def opened(df: pd.DataFrame, column: str) -> tuple[Elements, Endpoint | None]:
    """The elements of a column's lists, and what the catalogue says of them."""
    series, place = named(df, column), place_of(df)
    known = None if place is None else shape_of(place).by_path.get(column)
    promised = known if known is not None and known.type == "array" else None
    inside = (
        None if promised is None else rows_at(str(provenance(df)["resource"]), _way(df, column))
    )
    return elements(
        series, promised, inside, scalar(column), provenance(df).get("dtypes", "typed")
    ), inside


def named(df: pd.DataFrame, name: str) -> pd.Series[Any]:
    """The column of that name.

    Raises:
        UsageError: there is none, or more than one.
    """
    here = [str(c) for c in df.columns]
    if (count := sum(c == name for c in df.columns)) == 1:
        return df[name]
    if count:
        raise UsageError(
            f"{name!r} names {count} columns.",
            "They cannot be told apart.",
            "Rename or drop all but one of them.",
        )
    near = difflib.get_close_matches(str(name), here, n=3, cutoff=0.5)
    lists = [
        str(c) for c, dtype in df.dtypes.items() if str(dtype).startswith(("list", "large_list"))
    ]
    raise UsageError(
        f"There is no column {name!r}.",
        f"The frame has {len(here)} columns, {', '.join(map(repr, lists[:5])) or 'none'} of them with lists.",
        f"Near it: {', '.join(near)}."
        if near
        else "Look at df.columns; a pull with columns= has only those.",
    )


# -- names and provenance


def _keys(df: pd.DataFrame) -> Iterator[tuple[str, str, Any]]:
    """What tells a row of `df`, and those above it: (name, name where that is taken, values)."""
    said, place = provenance(df), place_of(df)
    path = str(said.get("path") or "")
    above = [name for name in said.get("keys") or () if name in df.columns]
    for name in above:
        new = f"{path.rpartition('.')[2]}.{POSITION}" if name == said["keys"][-1] else name
        yield new, f"parent.{new}", df[name].array
    row = noun(str(said.get("resource") or ""), path)
    own = [
        key
        for key in (place.key if place is not None and place.columns else ("id",))
        if key in df.columns
    ]
    for key in own:
        yield (
            (f"{row or 'parent.'}{'Id' if row else 'id'}" if key == "id" else key),
            f"parent.{key}",
            df[key].array,
        )
    if not own and not above:
        labels = pd.RangeIndex(len(df)) if isinstance(df.index, pd.MultiIndex) else df.index
        yield "parent.index", "parent.index", labels.array


def _beside(name: str, otherwise: str, own: pd.DataFrame, lead: Collection[str]) -> str:
    """A name that neither the elements nor what stands before them have."""
    return (
        name
        if name not in own.columns and name not in lead
        else free(otherwise, {*own.columns, *lead})
    )


def _way(df: pd.DataFrame, column: str) -> str:
    path = provenance(df).get("path")
    return f"{path}.{column}" if path else column


def _tell(
    child: pd.DataFrame,
    df: pd.DataFrame,
    column: str,
    keys: list[str],
    inside: Endpoint | None,
    drift: Drifts,
) -> None:
    """Write down where the rows are from, and warn of what differs from the catalogue."""
    said = provenance(df)
    told = [] if inside is None else notices.drifted(inside, drift)
    child.attrs["stnb"] = {
        **{name: said[name] for name in CARRIED if name in said},
        "path": _way(df, column),
        "keys": keys,
        "rows": len(child),
        "notices": [notice.text for notice in told],
        "new_columns": [
            c for c in drift if inside is not None and c not in shape_of(inside).by_path
        ],
        "drift": sentences(drift),
    }
    for notice in told:
        notices.warn(notice)
