"""What rows are called, looked up once an account: id -> name of customers, people, tags and all
else that has a name.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Endpoint
from stnb.errors import NotAllowed
from stnb.frame import shape_of
from stnb.tables.ids import column_of, fit

from .lookup import Asked, Reading, Source, read
from .rules import Target, links_of

# What a row is called: the first of these columns that it has.
LABELS = (
    "name",
    "displayName",
    "jobNumber",
    "appointmentNumber",
    "referenceNumber",
    "number",
    "code",
)
OTHERWISE = {
    "memberships.memberships": "membershipTypeId",
    "telecom.calls": "",
}  # by its type; not at all
PAGE = 5000  # rows a page: few requests, as only the names are decoded


def label(endpoint: Endpoint) -> str:
    """The column that says what a row is called; "" where there is none."""
    return OTHERWISE.get(
        endpoint.name, next((c for c in LABELS if c in shape_of(endpoint).by_path), "")
    )


@dataclass(frozen=True)
class Known:
    """What is known of a resource's names.

    Attributes:
        keys: the ids by the column that holds them, in the order of `names`.
        asked: the ids that were looked for; None where the whole list was read.
    """

    keys: Mapping[str, pa.Array]
    names: pa.Array
    asked: pa.Array | None


class NameBook:
    """The names that were looked up for an account.

    Example:
        >>> book = NameBook(st)
        >>> book.learn({"settings.tag_types": {"id": pa.array([3300])}})
        set()
        >>> book.names(Target("settings.tag_types"), pa.array([3300]))[1].to_pylist()
        ['VIP']
    """

    def __init__(self, account: Source) -> None:
        self._account = weakref.ref(
            account
        )  # the book is kept by its account, and must not keep it in turn
        self._known: dict[str, Known] = {}

    def learn(self, needs: Mapping[str, Asked]) -> set[str]:
        """Look up what is not known yet, all resources side by side.

        Args:
            needs: ids by resource, and by the column that holds them.

        Returns:
            The resources that the app may not read.

        Raises:
            StnbError: a pull failed for another reason.
        """
        started = {name: self._begin(name, asked) for name, asked in needs.items()}
        refused = set()
        for name, reading in started.items():
            try:
                if reading is not None:
                    self._keep(name, reading)
            except NotAllowed:
                refused.add(name)
        return refused

    def names(self, target: Target, ids: pa.Array) -> tuple[pa.Array, pa.Array]:
        """(ids, names) of those among the ids that are known; each once."""
        known = self._known.get(target.resource)
        if known is None or target.by not in known.keys:
            return ids.slice(0, 0), pa.array([], pa.string())
        there = pc.is_in(known.keys[target.by], value_set=ids)
        return known.keys[target.by].filter(there), known.names.filter(there)

    def _begin(self, name: str, asked: Asked) -> Reading | None:
        account, known = self._account(), self._known.get(name)
        assert account is not None  # it is at work with this book
        if known is not None and not set(asked) <= set(known.keys):
            known = None
            del self._known[name]
        missing = {by: _beyond(ids, known) for by, ids in asked.items()}
        if not any(map(len, missing.values())):
            return None
        endpoint = account.catalog[name]
        return read(account, name, missing, [*_keys(endpoint), label(endpoint)], pages=PAGE)

    def _keep(self, name: str, reading: Reading) -> None:
        """Wait for the rows, and keep what they are called."""
        frame, endpoint = reading.frame(), reading.resource.endpoint
        names = self._called(frame, endpoint)
        keys = {c: column_of(frame[c]) for c in dict.fromkeys([*_keys(endpoint), *reading.asked])}
        before = self._known.get(name)
        if reading.whole:
            self._known[name] = Known(keys, names, None)
            return
        asked = reading.asked["id"]
        if before is not None and before.asked is not None:
            keys = {c: pa.concat_arrays([before.keys[c], values]) for c, values in keys.items()}
            names, asked = (
                pa.concat_arrays([before.names, names]),
                pa.concat_arrays([before.asked, asked]),
            )
        self._known[name] = Known(keys, names, asked)

    def _called(self, frame: pd.DataFrame, endpoint: Endpoint) -> pa.Array:
        """What each row is called."""
        column = label(endpoint)
        values = column_of(frame[column])
        link = next((link for link in links_of(endpoint) if link.column == column), None)
        if link is None:
            return fit(values, pa.string())
        target = link.targets[0]  # it is called by another's name, as a membership by its type's
        self.learn({target.resource: {target.by: pc.unique(values).drop_null()}})
        ids, names = self.names(target, values)
        return names.take(pc.index_in(values, value_set=ids))


def _keys(endpoint: Endpoint) -> list[str]:
    """The columns by which others name a row; people have two."""
    return [c for c in ("id", "userId") if c in shape_of(endpoint).by_path]


def _beyond(ids: pa.Array, known: Known | None) -> pa.Array:
    """The ids that were not looked for yet."""
    if known is None:
        return ids
    return (
        ids.slice(0, 0)
        if known.asked is None
        else ids.filter(pc.invert(pc.is_in(ids, value_set=known.asked)))
    )
