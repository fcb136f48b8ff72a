"""Which endpoint a path means."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from stnb.catalog import Endpoint, load


@functools.cache  # half of what it takes to connect to a demo
def tree() -> dict[str, Any]:
    """The catalogue's routes as nested dictionaries by segment; "{}" stands for any."""
    tree: dict[str, Any] = {}
    for endpoint in load():
        node = tree
        for part in [*endpoint.path.strip("/").split("/"), endpoint.method]:
            node = node.setdefault("{}" if part.startswith("{") else part, {})
        node[""] = endpoint
    return tree


def walk(
    node: dict[str, Any], parts: Sequence[str], taken: list[str]
) -> tuple[Endpoint, list[str]] | None:
    if not parts:
        return (node[""], taken) if "" in node else None
    head, *rest = parts
    if head in node and (found := walk(node[head], rest, taken)) is not None:
        return found
    return walk(node["{}"], rest, [*taken, head]) if "{}" in node and head else None


def nouns(path: str) -> list[str]:
    """The segment before each parameter of a path, the tenant aside."""
    parts = path.split("{tenant}/")[1].split("/")
    return [parts[i - 1] for i, part in enumerate(parts) if part.startswith("{")]
