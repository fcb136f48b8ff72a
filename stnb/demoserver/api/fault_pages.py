"""Faults of pages and lines: pages that are cut otherwise, connections that break."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .fault_effects import WAITS, Ordered

Query: TypeAlias = Mapping[str, str]


def _number(query: Query, name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else default


def _shorter(fault: Ordered, query: Query) -> dict[str, str]:
    """A page size of our own: half of what was asked for."""
    return {"pageSize": str(max(_number(query, "pageSize", 50) // 2, 1))}


def _one_empty(fault: Ordered, query: Query) -> dict[str, str]:
    page, empty = _number(query, "page", 1), fault.page or 2
    if page == empty:
        return {"_empty": "page"}
    return {"page": str(page - 1), "_page": str(page)} if page > empty else {}


def _moved(by: int) -> Callable[[Any, Query], dict[str, str]]:
    return lambda fault, query: {"_moved": str(by)} if _number(query, "page", 1) > 1 else {}


def _empty_batch(fault: Ordered, query: Query) -> dict[str, str]:
    """Once for each cursor; what it hands out is answered with the rows."""
    return {} if query.get("from", "").startswith(WAITS) else {"_empty": "batch"}


ASK: dict[str, tuple[str, Callable[[Any, Query], dict[str, str]]]] = {
    "short-pages": ("pages are half as long as asked for", _shorter),
    "empty-page": (
        "a page in the middle is empty (the second, or `page`), and the rows go on behind it",
        _one_empty,
    ),
    "shifting": (
        "a new row came in front after page 1: the last row of each page comes again on the next",
        _moved(-1),
    ),
    "gap": ("a row went away after page 1: one row is on no page", _moved(1)),
    "empty-batch": (
        "an export sends an empty batch, and the rows with the cursor behind it",
        _empty_batch,
    ),
}


LINE: dict[str, tuple[str, None]] = {
    "reset": ("the connection is closed without an answer", None),
    "drop": ("the connection is closed in the middle of the body", None),
    "never-answers": ("no answer for some seconds, then the connection is closed", None),
}
