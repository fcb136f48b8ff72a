"""The rows inside a row, as a frame of their own."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pandas as pd

from stnb.catalog import Endpoint
from stnb.errors import UsageError
from stnb.errors.misused import explains_misuse
from stnb.frame import assemble, notices, shape_of
from stnb.frame.drift import Drifts, sentences, split_off_texts
from stnb.frame.fallback import free
from stnb.frame.united import TENANT

from ..provenance import is_of_several, provenance
from .elements import Elements, elements
from .place import noun, place_of, rows_at, scalar

POSITION = "position"
# What a child takes over from its parent's provenance: where it is from and when. The numbers of
# rows and requests are the parent's own.
CARRIED = (
    "resource",
    "params",
    "tenant",
    "tenants",
    "environment",
    "timezone",
    "began",
    "until",
    "dtypes",
)


@explains_misuse("stnb")
def children(df: pd.DataFrame, column: str, *, keep: str | Sequence[str] = ()) -> pd.DataFrame:
    """A row for each element of a column of lists, such as the items of invoices.

    A row without elements has no children. An element that is null is a row of nulls.

    Args:
        column: a column of lists: Arrow's, Python's, or the JSON text of lists that differ from
            the catalogue.
        keep: columns of `df` to repeat beside its children. If the children have such a column
            themselves, it gets "parent." before its name.

    Returns:
        A frame with these columns:

        - the parent's key, such as `invoiceId`; `parent.index`, its label in `df`, if the parent
          has no key
        - `position`: 0 for the first element of its row
        - what is kept
        - the elements' own columns, typed as the catalogue says. Objects become dotted columns,
          and lists in them stay lists: `children(children(df, "items"), "serialNumbers")` opens
          those, and has `transferId`, `items.position` and `itemId` of both levels above. Elements
          that are not objects have one column: "tagTypeId" for "tagTypeIds", otherwise "value".

        If the elements have a column of such a name themselves, the key becomes `parent.id`, and
        the position `parent.position`. `attrs["stnb"]` names the resource, and as `path` the way to
        the elements.

    Raises:
        UsageError: there is no such column, or it holds no lists.

    Example:
        >>> items = stnb.children(invoices, "items", keep=["referenceNumber", "invoiceDate"])
        >>> items.groupby("invoiceId")["total"].sum()
    """
    found, inside = opened(df, column)
    own, drift, _ = assemble(found.parts, found.shape)
    own.index = pd.RangeIndex(len(found.parents))
    lead: dict[str, Any] = {}
    for name, otherwise, values in _keys(df):
        lead[_unused(name, otherwise, own, lead)] = values.take(found.parents)
    keys = [*lead, _unused(POSITION, f"parent.{POSITION}", own, lead)]
    lead[keys[-1]] = pd.array(found.positions, "Int64")
    if isinstance(keep, str):
        keep = [keep]
    for name in keep:
        values = named(df, name).array.take(found.parents)
        lead[_unused(name, f"parent.{name}", own, lead)] = values
    child = pd.concat([pd.DataFrame(lead, index=own.index, copy=False), own], axis=1)
    if not found.shape.leaves:
        drift = {}  # the catalogue says nothing that could differ
    _note_provenance(child, df, column, keys, inside, drift)
    return child


def opened(df: pd.DataFrame, column: str) -> tuple[Elements, Endpoint | None]:
    """The elements of a column's lists, and how the catalogue describes them."""
    series, place, origin = named(df, column), place_of(df), provenance(df)
    promised = None if place is None else shape_of(place).by_path.get(column)
    inside = None
    if promised is not None and promised.type == "array":
        inside = rows_at(str(origin["resource"]), _path(df, column))
    else:
        promised = None
    dtypes = origin.get("dtypes", "typed")
    return elements(series, promised, inside, scalar(column), dtypes), inside


def named(df: pd.DataFrame, name: str) -> pd.Series[Any]:
    """The column of that name.

    Raises:
        UsageError: there is none, or more than one.
    """
    count = sum(column == name for column in df.columns)
    if count == 1:
        return df[name]
    if count:
        raise UsageError(
            f"{name!r} names {count} columns.",
            "They cannot be told apart.",
            "Rename or drop all but one of them.",
        )
    lists = []
    for column, dtype in df.dtypes.items():
        if str(dtype).startswith(("list", "large_list")):
            lists.append(repr(str(column)))
    with_lists = ", ".join(lists[:5]) or "none"
    near = difflib.get_close_matches(str(name), map(str, df.columns), n=3, cutoff=0.5)
    advice = "Look at df.columns; a pull with columns= has only those."
    if near:
        advice = f"Near it: {', '.join(near)}."
    raise UsageError(
        f"There is no column {name!r}.",
        f"The frame has {df.shape[1]} columns, {with_lists} of them with lists.",
        advice,
    )


# -- names and provenance


def _keys(df: pd.DataFrame) -> Iterator[tuple[str, str, Any]]:
    """The columns that identify a row of `df` and the rows above it.

    Yields:
        The name among the children, another name if that is taken, and the values.
    """
    origin = provenance(df)
    path = str(origin.get("path") or "")
    if is_of_several(df) and TENANT not in (origin.get("keys") or ()):
        yield TENANT, f"parent.{TENANT}", df[TENANT].array
    above = [name for name in origin.get("keys") or () if name in df.columns]
    for name in above:
        new = name
        if name == origin["keys"][-1]:  # the position of `df` itself
            new = f"{path.rpartition('.')[2]}.{POSITION}"
        yield new, f"parent.{new}", df[name].array
    own = [name for name in _own_key(df) if name in df.columns]
    row = noun(str(origin.get("resource") or ""), path)
    for name in own:
        new = name
        if name == "id":
            new = f"{row}Id" if row else "parent.id"
        yield new, f"parent.{name}", df[name].array
    if not own and not above:
        labels = df.index
        if isinstance(labels, pd.MultiIndex):
            labels = pd.RangeIndex(len(df))
        yield "parent.index", "parent.index", labels.array


def _own_key(df: pd.DataFrame) -> tuple[str, ...]:
    place = place_of(df)
    if place is None or not place.columns:
        return ("id",)
    return place.key


def _unused(name: str, otherwise: str, own: pd.DataFrame, lead: Collection[str]) -> str:
    """A name that neither the elements nor the columns before them have."""
    if name not in own.columns and name not in lead:
        return name
    return free(otherwise, {*own.columns, *lead})


def _path(df: pd.DataFrame, column: str) -> str:
    """The way from the resource's rows to a column of `df`."""
    path = provenance(df).get("path")
    return f"{path}.{column}" if path else column


def _note_provenance(
    child: pd.DataFrame,
    df: pd.DataFrame,
    column: str,
    keys: list[str],
    inside: Endpoint | None,
    drift: Drifts,
) -> None:
    """Write down where the rows are from, and warn about what differs from the catalogue."""
    found: list[notices.Notice] = []
    new_columns: list[str] = []
    if inside is not None:
        found = notices.drifted(inside, drift)
        known = shape_of(inside).by_path
        new_columns = [name for name in split_off_texts(drift)[0] if name not in known]
    origin = provenance(df)
    carried = {name: origin[name] for name in CARRIED if name in origin}
    child.attrs["stnb"] = {
        **carried,
        "path": _path(df, column),
        "keys": keys,
        "rows": len(child),
        "notices": [notice.text for notice in found],
        "new_columns": new_columns,
        "drift": sentences(drift),
    }
    for notice in found:
        notices.warn(notice)
