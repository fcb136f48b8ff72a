"""Where the rows of a frame stand in the catalogue, and the names that their children get from
that.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import Any

import pandas as pd

from stnb.catalog import Column, Endpoint, load
from stnb.catalog.facts import singular
from stnb.frame import shape_of
from stnb.frame.schema import Leaf

VALUE = "value"  # the column of elements that are no objects


def about(df: pd.DataFrame) -> dict[str, Any]:
    """What a frame says of itself; {} where it does not come from a pull."""
    said = df.attrs.get("stnb")
    return said if isinstance(said, dict) else {}


def place_of(df: pd.DataFrame) -> Endpoint | None:
    """What the catalogue promises of a frame's rows, those of `children` too; None where it does
    not know them.
    """
    said = about(df)
    return rows_at(str(said.get("resource") or ""), str(said.get("path") or ""))


@functools.cache
def rows_at(resource: str, path: str = "") -> Endpoint | None:
    """The rows of a resource, or those inside them, as an endpoint of their own; None where the
    catalogue has none.

    Args:
        path: the way to an array, such as "items", or "items.serialNumbers" for one that lies in
            it.

    Example:
        >>> [column.name for column in rows_at("inventory.transfers", "items.serialNumbers").columns]
        ['id', 'number']
    """
    known = load().endpoints
    here = known.get(resource)
    while here is not None and path:
        arrays = [leaf for leaf in shape_of(here).leaves if leaf.column.type == "array"]
        leaf = next((leaf for leaf in arrays if f"{path}.".startswith(f"{leaf.path}.")), None)
        here, path = (
            (None, "") if leaf is None else (_inside(here, leaf), path[len(leaf.path) + 1 :])
        )
    return here


def _inside(here: Endpoint, leaf: Leaf) -> Endpoint:
    element = leaf.column.children[0] if leaf.column.children else Column("", "any")
    columns: tuple[Column, ...] = ()  # of what the documents promise nothing
    if element.type == "object":
        columns = element.children
    elif element.type != "any":
        columns = (replace(element, name=scalar(leaf.path)),)
    key = ("id",) if any(c.name == "id" for c in columns) else ()
    return Endpoint(
        f"{here.name} · {leaf.path}",
        here.module,
        here.path,
        "rows",
        key=key,
        make_columns=lambda: columns,
    )


# -- names


def scalar(path: str) -> str:
    """The column of an array's elements that are no objects: "tagTypeIds" -> "tagTypeId", others
    "value".
    """
    name = path.rpartition(".")[2]
    return re.sub(r"Id(s|List)$", "Id", name) if re.search(r"\wId(s|List)$", name) else VALUE


def noun(resource: str, path: str = "") -> str:
    """One row's name in ServiceTitan's style: "jpm.job_types" -> "jobType", ("…", "items") ->
    "item", "" if unknown.
    """
    if path:
        return singular(path.rpartition(".")[2])
    words = [
        w
        for w in resource.split(".")[1:]
        if not re.fullmatch(r"get|export|paginated|by_\w+|v\d", w)
    ]
    return singular(re.sub(r"_(\w)", lambda m: m[1].upper(), words[-1])) if words else ""
