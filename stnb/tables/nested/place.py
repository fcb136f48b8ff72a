"""What the catalogue says about the rows of a frame, and the names that their children get from
it.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace

import pandas as pd

from stnb.catalog import Column, Endpoint, load
from stnb.catalog.facts import singular
from stnb.frame import shape_of
from stnb.frame.schema import Leaf

from ..provenance import provenance

VALUE = "value"  # the column of elements that are no objects
HOW_READ = re.compile(r"get|export|paginated|by_\w+|v\d")  # parts of a resource's name


def place_of(df: pd.DataFrame) -> Endpoint | None:
    """What the catalogue says about a frame's rows, also about rows from `children`.

    Returns:
        None if the catalogue does not know them.
    """
    origin = provenance(df)
    return rows_at(str(origin.get("resource") or ""), str(origin.get("path") or ""))


@functools.cache
def rows_at(resource: str, path: str = "") -> Endpoint | None:
    """The rows of a resource, or the rows inside them, as an endpoint of their own.

    Args:
        resource: such as "jpm.jobs".
        path: the path of an array, such as "items"; "items.serialNumbers" is the array inside it.

    Returns:
        None if the catalogue has no such rows.

    Example:
        >>> rows = rows_at("inventory.transfers", "items.serialNumbers")
        >>> [column.name for column in rows.columns]
        ['id', 'number']
    """
    here = load().endpoints.get(resource)
    while here is not None and path:
        leaf = _array_above(here, path)
        if leaf is None:
            return None
        here, path = _inside(here, leaf), path[len(leaf.path) + 1 :]
    return here


def _array_above(here: Endpoint, path: str) -> Leaf | None:
    """The array that a path names or leads into."""
    for leaf in shape_of(here).leaves:
        if leaf.column.type == "array" and f"{path}.".startswith(f"{leaf.path}."):
            return leaf
    return None


def _inside(here: Endpoint, leaf: Leaf) -> Endpoint:
    """The elements of an array as rows."""
    element = leaf.column.children[0] if leaf.column.children else Column("", "any")
    columns: tuple[Column, ...] = ()  # none if the documents do not describe the elements
    if element.type == "object":
        columns = element.children
    elif element.type != "any":
        columns = (replace(element, name=scalar(leaf.path)),)
    has_id = any(column.name == "id" for column in columns)
    return Endpoint(
        f"{here.name} · {leaf.path}",
        here.module,
        here.path,
        "rows",
        key=("id",) if has_id else (),
        make_columns=lambda: columns,
    )


# -- names


def scalar(path: str) -> str:
    """The column for an array's elements if they are not objects.

    Example:
        >>> scalar("tagTypeIds"), scalar("phones")
        ('tagTypeId', 'value')
    """
    name = path.rpartition(".")[2]
    ids = re.fullmatch(r"(.+Id)(s|List)", name)
    return ids[1] if ids else VALUE


def noun(resource: str, path: str = "") -> str:
    """One row's name in ServiceTitan's style; "" if it is not known.

    Example:
        >>> noun("jpm.job_types"), noun("accounting.invoices", "items")
        ('jobType', 'item')
    """
    if path:
        return singular(path.rpartition(".")[2])
    parts = resource.split(".")[1:]
    words = [part for part in parts if not HOW_READ.fullmatch(part)]
    if not words:
        return ""
    return singular(re.sub(r"_(\w)", lambda found: found[1].upper(), words[-1]))
