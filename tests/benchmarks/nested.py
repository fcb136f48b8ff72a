"""Rows inside rows: `children` and `custom_fields` against explode + json_normalize."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
from rows import ITEMS, WORDS, page, rows
from timing import RUNS, side_by_side

from stnb.catalog import load
from stnb.frame import assemble, decode, shape_of
from stnb.tables.nested import children, custom_fields

INVOICES = 100_000
BY_HAND = 25_000  # of them for those who would need minutes for all
PAGE = 5_000
FIELDS = (
    "Gate code",
    "Equipment age",
    "Permit number",
    "Roof type",
    "Referred by",
    "Warranty until",
    "Square feet",
    "Has dog",
)
COLUMNS = ["id", "items", "customFields"]
SECONDS, RATIO = 2.0, 10.0


def nested() -> None:
    """100,000 invoices with 4 items each, and 4 custom fields."""
    bodies = _invoices(INVOICES)
    frame = _frame(bodies)
    by_hand = pd.DataFrame(
        [row for body in bodies[: BY_HAND // PAGE] for row in json.loads(body)["data"]],
        columns=COLUMNS,
    )
    _agree(frame.head(BY_HAND), by_hand)
    print(
        f"\nnested: {INVOICES:,} invoices with {ITEMS} items and 4 custom fields each, medians of "
        f"{RUNS}"
    )
    print(f"  {'':<18}{'wall':>8}{f'(< {SECONDS:.0f} s)':>10}{'explode + json_normalize':>40}")
    for name, ours, theirs in (
        ("children", partial(children, column="items"), _children_by_hand),
        ("custom_fields", custom_fields, _fields_by_hand),
    ):
        works: dict[str, Callable[[], Any]] = {
            "ours": partial(ours, frame),
            "few": partial(ours, frame.head(BY_HAND)),
            "hand": partial(theirs, by_hand),
        }
        took = side_by_side(works, time.perf_counter)
        times = took["hand"] / took["few"]
        print(
            f"  {name:<18}{took['ours']:>6.2f} s{'':>10}{times:>11.1f}x faster on {BY_HAND:,} of "
            f"them (≥ {RATIO:.0f})"
        )


def _invoices(count: int) -> list[bytes]:
    """Pages of invoices; each page of the same rows but for their ids, as making them takes
    longest.
    """
    dice = random.Random(1)
    made = [json.loads(row) for row in rows(load()["accounting.invoices"], PAGE)]
    some = next(row["items"] for row in made if row["items"])
    for row in made:
        row["items"] = row["items"] or some
        row["customFields"] = [
            {"name": name, "value": _value(name, dice)} for name in dice.sample(FIELDS, 4)
        ]
    pages = (
        [json.dumps({**row, "id": start + i}).encode() for i, row in enumerate(made)]
        for start in range(0, count, PAGE)
    )
    return [page(made_page, 1, PAGE) for made_page in pages]


def _value(name: str, dice: random.Random) -> str:
    made = {
        "Equipment age": str(dice.randint(1, 30)),
        "Square feet": f"{dice.uniform(800, 4000):.1f}",
        "Has dog": "true",
    }
    return made.get(name) or " ".join(dice.choices(WORDS, k=2))


def _frame(bodies: list[bytes]) -> pd.DataFrame:
    shape = shape_of(load()["accounting.invoices"])
    frame, _, _ = assemble([decode(body, "data", shape) for body in bodies], shape, key=("id",))
    frame.attrs["stnb"] = {"resource": "accounting.invoices"}
    return frame


def _children_by_hand(invoices: pd.DataFrame) -> pd.DataFrame:
    exploded = invoices[["id", "items"]].explode("items", ignore_index=True).dropna(subset="items")
    flat = pd.json_normalize(exploded["items"].tolist())
    return flat.assign(invoiceId=exploded["id"].to_numpy())


def _fields_by_hand(invoices: pd.DataFrame) -> pd.DataFrame:
    exploded = (
        invoices[["id", "customFields"]]
        .explode("customFields", ignore_index=True)
        .dropna(subset="customFields")
    )
    flat = pd.json_normalize(exploded["customFields"].tolist()).assign(id=exploded["id"].to_numpy())
    return flat.pivot_table(index="id", columns="name", values="value", aggfunc="last")


def _agree(frame: pd.DataFrame, by_hand: pd.DataFrame) -> None:
    """Both have the same rows, or the times say nothing."""
    ours, theirs = children(frame, "items"), _children_by_hand(by_hand)
    assert ours["invoiceId"].tolist() == theirs["invoiceId"].tolist()
    assert abs(ours["total"].sum() - pd.to_numeric(theirs["total"]).sum()) < 0.01
    ours, theirs = custom_fields(frame), _fields_by_hand(by_hand)
    assert abs(ours["Square feet"].sum() - pd.to_numeric(theirs["Square feet"]).sum()) < 0.01
    assert ours["Roof type"].dropna().tolist() == theirs["Roof type"].dropna().tolist()
