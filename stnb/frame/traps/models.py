"""What a trap is and sees, and how it counts, also in columns that differ from the catalogue."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stnb.catalog import Endpoint
from stnb.errors import tongue


@dataclass(frozen=True)
class Pulled:
    """What a pull brought.

    Attributes:
        frame: its rows; None if they went to a file, so that only what holds of any rows can be
            said.
        columns: the names of its columns.
        given: the filters, as sent.
    """

    endpoint: Endpoint
    frame: pd.DataFrame | None
    columns: Collection[str]
    given: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.endpoint.name

    @property
    def list_name(self) -> str:
        """The name of the list; for a feed, that of the list with the same rows."""
        return self.endpoint.name.replace(".export.", ".").removesuffix(".export")

    def values(self, column: str) -> pd.Series[Any] | None:
        """A column, if its rows are here."""
        return None if self.frame is None else self.frame[column]

    def asks(self, name: str) -> bool:
        """Whether a switch was turned on."""
        return str(self.given.get(name, "")).lower() == "true"

    def only(self, column: str, value: str) -> str:
        """How to get only the rows with a value: by a filter, if there is one; feeds have none."""
        if self.endpoint.takes(column):
            asked = tongue.either(f'{column}="{value}"', f"--{column} {shlex.quote(value)}")
            return f"filter by {asked}"
        return f'keep those with {column} "{value}"'


@dataclass(frozen=True)
class Trap:
    """A trap.

    Attributes:
        name: what it is told apart by; it is warned of once for each resource.
        resources: the lists that have it; a feed has the traps of its list.
        columns: the sentence is made if the rows have one of these.
        says: the sentence, "" if these rows are not concerned.
    """

    name: str
    resources: tuple[str, ...]
    columns: tuple[str, ...]
    says: Callable[[Pulled], str] = field(repr=False)


def count(which: pd.Series[Any]) -> int:
    return int(which.fillna(False).astype(bool).sum())


def zeros(values: pd.Series[Any]) -> int:
    """How many are 0; none of what is no number."""
    kind = values.dtype
    if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
        return 0
    return count(values == 0)


def is_empty(p: Pulled, column: str) -> bool:
    """Whether nothing is in a column: no value, or empty lists and texts alone."""
    values = p.values(column)
    if values is None:
        return True
    return all(map(_holds_nothing, values.dropna()))


def _holds_nothing(value: Any) -> bool:
    """Whether it is an empty list or text; a number holds something, also if it is 0."""
    return hasattr(value, "__len__") and len(value) == 0


def percent(share: float) -> str:
    """The share in whole percent; neither 0 nor 100 unless it is."""
    if share == 1:
        return "100 %"
    return f"{max(1, min(99, round(100 * share)))} %"
