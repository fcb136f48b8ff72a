"""A row as it might be, made without a request: to write code against before the app may read."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb import catalog
from stnb.catalog import Endpoint
from stnb.errors import UsageError
from stnb.frame import assemble, decode, shape_of

if TYPE_CHECKING:
    from stnb.demoserver.company.world import World

DAY = dt.date(2026, 7, 1)  # a fixed one, so that an example is the same on every day
SCALE = 0.02  # of the demo's usual size: its tables are made in a moment
CANDIDATES = 200  # rows among which the fullest is looked for


def example(endpoint: Endpoint, seed: int = 1) -> dict[str, Any]:
    """A row as JSON, as the API would send it: of the demo's first rows the one with most values.

    The same seed gives the same row. Ids fit across resources: the `customerId` of a job is the
    `id` of a customer in `examples`.

    Args:
        seed: another seed is another company.

    Raises:
        UsageError: the documents do not say what the rows hold.

    Example:
        >>> example(st.jpm.jobs.endpoint)["jobStatus"]
        'Completed'
    """
    return max(examples(endpoint, seed), key=_values)


def examples(endpoint: Endpoint, seed: int = 1, count: int = CANDIDATES) -> list[dict[str, Any]]:
    """The first rows of the demo's own table as JSON, fewer than `count` if it is short.

    Raises:
        UsageError: the documents do not say what the rows hold.
    """
    if not endpoint.columns:
        raise UsageError(
            f"There is no example of {endpoint.name}.",
            "ServiceTitan's documents do not say what its rows hold.",
            "Look at a real one, with .head(1) or .get(id).",
        )
    # Loads the demo, which `import stnb` need not do.
    from stnb.demoserver.company.examples import example_rows

    return [json.loads(row) for row in example_rows(_world(seed), endpoint, count)]


def row(endpoint: Endpoint, seed: int = 1) -> pd.Series[Any]:
    """The same as `get` would give it: a Series with the columns of a pull.

    Raises:
        UsageError: the documents do not say what the rows hold.
    """
    made = example(endpoint, seed)
    shape = shape_of(endpoint)
    frame, _, _ = assemble([decode(json.dumps([made]).encode(), "bare", shape)], shape)
    name = None
    for key in endpoint.key:
        if key in made:
            name = made[key]
            break
    found: pd.Series[Any] = frame.iloc[0].rename(name)
    return found


@lru_cache(maxsize=3)
def _world(seed: int) -> World:
    """A small demo company. It keeps its tables, so the next example comes at once."""
    from stnb.demoserver.company.world import World

    return World(catalog.load(), seed, SCALE, DAY)


def _values(value: Any) -> int:
    """How many values a row shows; of a list its first element stands for all."""
    if isinstance(value, dict):
        return sum(map(_values, value.values()))
    if isinstance(value, list):
        return sum(map(_values, value[:1]))
    return int(value not in (None, ""))
