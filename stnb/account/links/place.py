"""Which links a frame has, and where their ids are in it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from stnb.catalog import Catalog
from stnb.errors import BadFilter
from stnb.frame import shape_of
from stnb.frame.about import about_of
from stnb.frame.types import final_type
from stnb.tables.ids import located

from .models import DOCUMENTED, Link, Target
from .rules import links_of


@dataclass(frozen=True)
class Place:
    """A link of a frame.

    Attributes:
        path: where the ids are, from the frame's columns on.
    """

    link: Link
    path: str


def places(catalog: Catalog, df: pd.DataFrame, resource: str | None = None) -> dict[str, Place]:
    """The links of a frame, by their path in it.

    Raises:
        BadFilter: the frame does not say what it holds.
    """
    attrs = about_of(df.attrs)
    name = resource or attrs.get("resource")
    if name is None or name not in catalog:
        raise BadFilter(
            "It is not known what the frame holds.",
            'Likely it was merged or made by hand: its attrs["stnb"] names no resource.',
            'Name the resource, as in resource="jpm.jobs".',
        )
    # A frame named by hand is taken for the resource's own rows, one of `children` for its lists.
    above = "" if resource else str(attrs.get("path") or "")
    out: dict[str, Place] = {}
    if above and attrs.get("keys") and "id" in catalog[name].key:
        parent_id = attrs["keys"][0]
        link = Link(parent_id, (Target(name),), DOCUMENTED, "the row that these lie in")
        out[parent_id] = Place(link, parent_id)
    for link in links_of(catalog[name]):
        path = _path_below(link, above, str(df.columns[-1]))
        if path is not None:
            out[path] = Place(link, path)
    return {path: place for path, place in out.items() if located(df, path) is not None}


def _path_below(link: Link, above: str, last_column: str) -> str | None:
    """The path of a link in a frame of the elements of `above`; None if it lies elsewhere."""
    if not above:
        return link.path
    if link.path.startswith(f"{above}."):
        return link.path.removeprefix(f"{above}.")
    if link.path == above:
        return last_column  # a list of ids that was opened: they stand in the last column
    return None


def place_of(catalog: Catalog, df: pd.DataFrame, column: str, resource: str | None = None) -> Place:
    """The link of that column.

    Raises:
        BadFilter: it is none; those that the frame has are named.
    """
    there = places(catalog, df, resource)
    found = there.get(column.replace("[]", ""))
    if found is not None:
        return found
    near = difflib.get_close_matches(column, there, n=1)
    then = "Choose one of them; st.links(…) shows where each leads."
    if near:
        then = f"Did you mean {near[0]!r}?"
    names = ", ".join(map(_shown_name, there.values())) or "none"
    raise BadFilter(f"{column!r} is no link of the frame.", f"Its links are: {names}.", then)


def _shown_name(place: Place) -> str:
    return place.link.column if place.path == place.link.path else place.path


def key_type(catalog: Catalog, target: Target) -> pa.DataType:
    """The Arrow type of the column that a target is found by."""
    return final_type(shape_of(catalog[target.resource]).by_path[target.by])


def grouped(targets: Sequence[Target]) -> dict[str, list[Target]]:
    """The targets by resource, so that each is read once."""
    out: dict[str, list[Target]] = {}
    for target in targets:
        out.setdefault(target.resource, []).append(target)
    return out
