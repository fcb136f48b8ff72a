"""The catalogue's columns, walked without stnb's own code."""

from __future__ import annotations

from collections.abc import Iterator

from stnb.catalog import Column


def leaves(columns: tuple[Column, ...], above: str = "") -> Iterator[tuple[str, Column]]:
    """(path, column) of all that holds values: objects give their own, lists count as one."""
    for c in columns:
        if c.type == "object":
            yield from leaves(c.children, f"{above}{c.name}.")
        else:
            yield f"{above}{c.name}", c
