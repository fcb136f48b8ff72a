"""Pages shaped by the catalogue, the same for every contestant."""

from __future__ import annotations

import json
import random
from typing import Any

from stnb.catalog import Column, Endpoint

WORDS = [
    "furnace",
    "filter",
    "valve",
    "breaker",
    "panel",
    "drain",
    "heater",
    "coil",
    "pump",
    "duct",
    "switch",
    "meter",
    "tank",
    "fan",
    "motor",
    "vent",
    "pipe",
]
NULLS = 0.3  # share of nulls where the documents allow them
ITEMS = 4  # rows inside a row


def rows(endpoint: Endpoint, count: int, seed: int = 1) -> list[bytes]:
    """That many rows as JSON; ids count up."""
    dice = random.Random(f"{endpoint.name}:{seed}")
    return [_row(endpoint, i, dice) for i in range(1, count + 1)]


def _row(endpoint: Endpoint, i: int, dice: random.Random) -> bytes:
    made = {c.name: _value(c, i, dice) for c in endpoint.columns}
    return json.dumps(made, separators=(",", ":")).encode()  # as the server writes it


def page(rows: list[bytes], number: int, size: int) -> bytes:
    """One page of a list in its envelope."""
    part = rows[(number - 1) * size : number * size]
    more = str(number * size < len(rows)).lower()
    position = f'"page":{number},"pageSize":{size},"hasMore":{more},"totalCount":{len(rows)}'
    head = f'{{{position},"data":['
    return head.encode() + b",".join(part) + b"]}"


def _value(column: Column, i: int, dice: random.Random) -> Any:
    if column.name == "id":
        return 40_000_000 + i
    if column.nullable and dice.random() < NULLS:
        return None
    return _MAKERS.get(column.type, _text)(column, i, dice)


def _text(column: Column, i: int, dice: random.Random) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randint(1, 6)))


def _array(column: Column, i: int, dice: random.Random) -> list[Any]:
    count = ITEMS if column.name == "items" else dice.randint(0, 2)
    return [_value(column.children[0], i, dice) for _ in range(count)] if column.children else []


def _amount(column: Column, i: int, dice: random.Random) -> Any:
    return f"{dice.uniform(0, 2000):.2f}" if column.text else round(dice.uniform(0, 2000), 2)


def _moment(column: Column, i: int, dice: random.Random) -> str:
    day = f"2026-{dice.randint(1, 9):02}-{dice.randint(1, 28):02}"
    return f"{day}T{dice.randint(0, 23):02}:12:38.{dice.randint(0, 9999999):07}Z"


_MAKERS = {
    "integer": lambda c, i, dice: dice.randint(1, 10**8),
    "decimal": _amount,
    "number": lambda c, i, dice: dice.uniform(0, 1),
    "boolean": lambda c, i, dice: dice.random() < 0.5,
    "date-time": _moment,
    "date": lambda c, i, dice: f"2026-{dice.randint(1, 9):02}-{dice.randint(1, 28):02}T00:00:00",
    "duration": lambda c, i, dice: f"{dice.randint(0, 9):02}:30:00",
    "enum": lambda c, i, dice: dice.choice(c.values),
    "object": lambda c, i, dice: {k.name: _value(k, i, dice) for k in c.children},
    "array": _array,
}
