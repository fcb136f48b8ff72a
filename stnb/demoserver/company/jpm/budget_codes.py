"""The codes that the costs of projects are booked on (work breakdown structure)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Choice
from ..simulation import Company, Data, ids, objects

SEGMENTS = [("Cost code", "CostCode", "Hierarchal"), ("Cost type", "CostType", "Flat")]


CODES = [
    ("10", "Equipment", ["Systems", "Controls"]),
    ("20", "Rough-in", ["Ducts", "Pipes", "Wires"]),
    ("30", "Finish", ["Start-up"]),
]


COST_TYPES = [("L", "Labor"), ("M", "Material"), ("E", "Equipment"), ("S", "Subcontract")]


ITEM_BASE = 7_810


def _items() -> list[tuple[int, int, str, str, str, str | None]]:
    """(segment, parent's place, code, description, path, cost category) of every item.

    Parents before their children.
    """
    out: list[tuple[int, int, str, str, str, str | None]] = []
    for code, name, below in CODES:
        parent = len(out)
        out.append((0, -1, code, name, code, None))
        out += [
            (0, parent, f"{code}.{i}", child, f"{code}/{code}.{i}", None)
            for i, child in enumerate(below, 1)
        ]
    return out + [(1, -1, code, name, code, name) for code, name in COST_TYPES]


def segments(co: Company) -> Data:
    n = len(SEGMENTS)
    return {
        "id": ids(n, 7_700),
        "name": objects([s[0] for s in SEGMENTS]),
        "type": objects([s[1] for s in SEGMENTS]),
        "structure": objects([s[2] for s in SEGMENTS]),
        "isActive": np.ones(n, dtype=bool),
        "isRequired": np.arange(n) == 0,
    }


def segment_items(co: Company) -> Data:
    rows = _items()
    parent = np.array([r[1] for r in rows])
    return {
        "id": ids(len(rows), ITEM_BASE),
        "parentId": np.where(parent >= 0, ITEM_BASE + parent, -1),
        "code": objects([r[2] for r in rows]),
        "description": objects([r[3] for r in rows]),
        "path": objects([r[4] for r in rows]),
        "costCategory": objects([r[5] for r in rows]),
        "isActive": np.ones(len(rows), dtype=bool),
        "_segment": 7_700 + np.array([r[0] for r in rows]),
    }


def budget_codes(co: Company) -> Data:
    """Every code that has no parts, with every type of cost."""
    rows = _items()
    leaves = [i for i, r in enumerate(rows) if r[0] == 0 and r[1] >= 0]
    kinds = [i for i, r in enumerate(rows) if r[0] == 1]
    pairs = [(a, b) for a in leaves for b in kinds]

    def part(i: int) -> dict[str, Any]:
        segment, _, code, name, path, _ = rows[i]
        return {
            "segmentId": 7_700 + segment,
            "segmentItemId": ITEM_BASE + i,
            "code": code,
            "description": name,
            "path": path,
        }

    return {
        "id": ids(len(pairs), 7_900),
        "code": objects([f"{rows[a][2]}-{rows[b][2]}" for a, b in pairs]),
        "description": objects([f"{rows[a][3]}, {rows[b][3].lower()}" for a, b in pairs]),
        "segments": Choice(np.arange(len(pairs)), [[part(a), part(b)] for a, b in pairs]),
    }


WBS = "jpm.work_breakdown_structure"
MAKERS: dict[str, Any] = {
    f"{WBS}.segments": segments,
    f"{WBS}.segments.items": segment_items,
    f"{WBS}.budget_codes": budget_codes,
}
