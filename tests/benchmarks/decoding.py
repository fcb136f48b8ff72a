"""Pages -> typed DataFrame: CPU, all columns and a few."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import orjson
import pandas as pd
from by_hand import money_and_times, normalized, typed
from rows import page, rows
from timing import RUNS, side_by_side

from stnb.catalog import load
from stnb.frame import Shape, assemble, decode, dtype_of, narrow, shape_of

CASES = (
    # resource, rows, at most x orjson.loads, at least x faster than by hand
    ("jpm.jobs", 20_000, 1.1, 5),
    ("crm.customers", 20_000, 1.0, 6),
    ("accounting.invoices", 5_000, 1.3, 3),
)
FEW = {
    "jpm.jobs": ["id", "jobStatus", "total", "completedOn"],
    "crm.customers": ["id", "name", "active", "address.city"],
    "accounting.invoices": ["id", "total", "balance", "invoiceDate"],
}


def decoding() -> None:
    """Against orjson.loads of the same bytes, and against json.loads + json_normalize + the same
    dtypes.
    """
    print(f"decode: pages -> typed DataFrame, CPU, medians of {RUNS}")
    print(
        f"  {'':<22}{'x orjson':>10}{'':>10}{'by hand, same dtypes':>26}"
        f"{'money and times only':>24}{'simdjson alone':>18}"
    )
    for name, count, most, least in CASES:
        bodies, shape = pages(name, count), shape_of(load()[name])
        dtypes = {leaf.path: dtype_of(leaf.column) for leaf in shape.leaves}
        _agree(ours(bodies, shape), typed(normalized(bodies), dtypes), dtypes)
        works: dict[str, Callable[[], Any]] = {
            "ours": lambda b=bodies, s=shape: ours(b, s),
            "orjson": lambda b=bodies: [orjson.loads(body) for body in b],
            "hand": lambda b=bodies, d=dtypes: typed(normalized(b), d),
            "light": lambda b=bodies, d=dtypes: money_and_times(normalized(b), d),
        }
        if (simdjson := _simdjson()) is not None:
            works["simdjson"] = lambda b=bodies, read=simdjson: [read(body) for body in b]
        took = side_by_side(works, time.process_time)
        floor = f"{took['simdjson'] / took['orjson']:.2f}x orjson" if simdjson else "not available"
        print(
            f"  {name:<22}{took['ours'] / took['orjson']:>10.2f}{f'(≤ {most})':>10}"
            f"{took['hand'] / took['ours']:>11.1f}x faster (≥ {least})"
            f"{took['light'] / took['ours']:>16.1f}x faster{floor:>18}"
        )


def columns() -> None:
    """pull(columns=[…]): four columns against all."""
    print(f"\ncolumns: four columns -> DataFrame, CPU, medians of {RUNS}")
    for name, count, _, _ in CASES:
        bodies, shape = pages(name, count), shape_of(load()[name])
        few = narrow(shape, FEW[name])
        works = {
            "all": lambda b=bodies, s=shape: ours(b, s),
            "few": lambda b=bodies, s=few: ours(b, s),
            "orjson": lambda b=bodies: [orjson.loads(body) for body in b],
        }
        took = side_by_side(works, time.process_time)
        print(
            f"  {name:<22}{took['few'] / took['all']:>10.2f} of all columns "
            f"{took['few'] / took['orjson']:>10.2f}x orjson.loads of all"
        )


def pages(name: str, count: int) -> list[bytes]:
    """Rows of a resource in pages of 5,000."""
    made = rows(load()[name], count)
    return [page(made, number, 5000) for number in range(1, -(-count // 5000) + 1)]


def ours(bodies: list[bytes], shape: Shape) -> pd.DataFrame:
    """What a pull does with its pages."""
    parts = [decode(body, "data", shape) for body in bodies]
    return assemble(parts, shape, key=("id",), consume=True)[0]


def _agree(ours: pd.DataFrame, hand: pd.DataFrame, dtypes: dict[str, str]) -> None:
    """All contestants have to end with the same values in the same dtypes."""
    for name, dtype in dtypes.items():
        if dtype.startswith("list"):
            assert [
                None if cell is None else list(cell)
                for cell in ours[name].to_numpy(object, na_value=None)
            ] == hand[name].tolist()
        else:
            pd.testing.assert_series_equal(ours[name], hand[name])


def _simdjson() -> Callable[[bytes], Any] | None:
    """Reading into simdjson's own tape, without one Python object: what no reader of JSON goes
    below.
    """
    try:
        import simdjson
    except ImportError:
        return None
    parser = simdjson.Parser()
    return lambda body: len(parser.parse(body)["data"])
