"""Rows in which every column of the catalogue has a value, made from its type alone: the demo
leaves some columns empty, as real tenants do.
"""

from __future__ import annotations

from typing import Any

from stnb.catalog import Column, Endpoint

SEVERAL = 2  # elements of a list
SCALARS: dict[str, Any] = {
    "number": 12.5,
    "boolean": True,
    "guid": "3f2a9c1e-5b7d-4e60-a1c2-9d8e7f6a5b4c",
    "html": "<p>Replaced the capacitor.</p>",
    "date-time": "2026-03-02T15:04:05Z",
    "date": "2026-03-02T00:00:00",
    "duration": "08:30:00",
    "any": "anything",
}


def full_row(endpoint: Endpoint, number: int = 1) -> dict[str, Any]:
    """A row as the API would send it, in which nothing is null or empty.

    Args:
        number: rows with different numbers have different ids.
    """
    return _fields(endpoint.columns, number)


def _fields(columns: tuple[Column, ...], number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in columns}


def _value(column: Column, number: int) -> Any:
    if column.type == "object":
        return _fields(column.children, number)
    if column.type == "array":
        element = Column(column.name, "string", refers=column.refers)
        if column.children:
            element = column.children[0]
        return [_value(element, number * SEVERAL + place) for place in range(SEVERAL)]
    return _scalar(column, number)


def _scalar(column: Column, number: int) -> Any:
    kind = column.type
    if kind == "integer":
        return 10_000_000 + number
    if kind == "string":
        return _text(column, number)
    if kind == "enum":
        return [*column.values, "Unknown"][0]
    if kind == "decimal":
        return "12.50" if column.text else 12.5
    return SCALARS[kind]


def _text(column: Column, number: int) -> str:
    if column.refers is not None:
        return str(10_000_000 + number)  # an id that the API sends as text
    return f"text {number}"
