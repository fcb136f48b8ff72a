"""The names of customers, people, tags and other rows by their ids, looked up once an account."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Endpoint
from stnb.errors import StnbError
from stnb.frame import shape_of
from stnb.frame.types import final_type
from stnb.tables.ids import column_of, fit

from ..source import Source
from .lookup import Keys, Reading, read
from .models import Target
from .rules import links_of

# A row's name is in the first of these columns that it has.
LABELS = (
    "name",
    "displayName",
    "jobNumber",
    "appointmentNumber",
    "referenceNumber",
    "number",
    "code",
)
# A membership is called by its type; a call has no name.
OTHER_LABELS = {"memberships.memberships": "membershipTypeId", "telecom.calls": ""}
PAGE = 5000  # rows a page: few requests, because only the names are decoded


def label(endpoint: Endpoint) -> str:
    """The column that holds a row's name; "" if there is none."""
    if endpoint.name in OTHER_LABELS:
        return OTHER_LABELS[endpoint.name]
    columns = shape_of(endpoint).by_path
    return next((name for name in LABELS if name in columns), "")


@dataclass(frozen=True)
class Known:
    """The names of a resource's rows, as far as they were read.

    Attributes:
        keys: the ids by the column that holds them, in the order of `names`.
        requested: the ids that were looked up, found or not; None if the whole list was read.
    """

    keys: Mapping[str, pa.Array]
    names: pa.Array
    requested: pa.Array | None


class NameBook:
    """The names that were looked up for an account.

    Example:
        >>> book = NameBook(st)
        >>> book.learn({"settings.tag_types": {"id": pa.array([3300])}})
        {}
        >>> book.names(Target("settings.tag_types"), pa.array([3300]))[1].to_pylist()
        ['VIP']
    """

    def __init__(self, account: Source) -> None:
        # The account keeps the book, which must not keep the account alive in turn.
        self._account = weakref.ref(account)
        self._known: dict[str, Known] = {}
        self._learning = threading.RLock()  # the explorer reads names on a thread of its own

    def learn(self, needs: Mapping[str, Keys]) -> dict[str, StnbError]:
        """Look up the names that are not known yet, all resources side by side.

        Args:
            needs: ids by resource, and by the column that holds them.

        Returns:
            Why, for each resource that could not be read; the others were.
        """
        with self._learning:
            return self._learn(needs)

    def missing(self, name: str, keys: Keys) -> Keys:
        """Those of the ids that would be looked up, by the column that holds them."""
        known = self._known.get(name)
        if known is not None and not set(keys) <= set(known.keys):
            known = None
        return {by: _not_requested(ids, known) for by, ids in keys.items()}

    def _learn(self, needs: Mapping[str, Keys]) -> dict[str, StnbError]:
        started: dict[str, Reading] = {}
        unread: dict[str, StnbError] = {}
        for name, keys in needs.items():
            try:
                reading = self._begin(name, keys)
            except StnbError as err:
                unread[name] = err
            else:
                if reading is not None:
                    started[name] = reading
        for name, reading in started.items():
            try:
                self._keep(name, reading)
            except StnbError as err:
                unread[name] = err
        return unread

    def names(self, target: Target, ids: pa.Array) -> tuple[pa.Array, pa.Array]:
        """(ids, names) of those ids that are known; each once."""
        known = self._known.get(target.resource)
        if known is None or target.by not in known.keys:
            return ids.slice(0, 0), pa.array([], pa.string())
        # A row without an id is not what a missing id leads to.
        there = pc.is_in(known.keys[target.by], value_set=ids.drop_null())
        return known.keys[target.by].filter(there), known.names.filter(there)

    def _begin(self, name: str, keys: Keys) -> Reading | None:
        account = self._account()
        assert account is not None  # the account is at work with this book
        missing = self.missing(name, keys)
        if not any(map(len, missing.values())):
            return None
        known = self._known.get(name)
        if known is not None and not set(keys) <= set(known.keys):
            del self._known[name]
        endpoint = account.catalog[name]
        return read(account, name, missing, [*_key_columns(endpoint), label(endpoint)], pages=PAGE)

    def _keep(self, name: str, reading: Reading) -> None:
        """Wait for the rows and keep their names.

        Raises:
            StnbError: they, or the rows that name them, could not be read.
        """
        frame = reading.frame()
        endpoint = reading.resource.endpoint
        names = self._names_of(frame, endpoint)
        columns = dict.fromkeys([*_key_columns(endpoint), *reading.keys])
        kinds = shape_of(endpoint).by_path
        keys = {}
        for column in columns:
            keys[column] = fit(column_of(frame[column]), final_type(kinds[column]))
        if reading.whole:
            self._known[name] = Known(keys, names, None)
            return
        requested = reading.keys["id"]
        before = self._known.get(name)
        if before is not None and before.requested is not None:
            keys = {c: pa.concat_arrays([before.keys[c], values]) for c, values in keys.items()}
            names = pa.concat_arrays([before.names, names])
            requested = pa.concat_arrays([before.requested, requested])
        self._known[name] = Known(keys, names, requested)

    def _names_of(self, frame: pd.DataFrame, endpoint: Endpoint) -> pa.Array:
        column = label(endpoint)
        values = column_of(frame[column])
        link = next((link for link in links_of(endpoint) if link.column == column), None)
        if link is None:
            return fit(values, pa.string())
        # The row is called by another's name, as a membership by its type's.
        target = link.targets[0]
        unread = self.learn({target.resource: {target.by: pc.unique(values).drop_null()}})
        for err in unread.values():
            raise err
        ids, names = self.names(target, values)
        return names.take(pc.index_in(values, value_set=ids))


def _key_columns(endpoint: Endpoint) -> list[str]:
    """The columns that other rows hold to name this one; people have two."""
    columns = shape_of(endpoint).by_path
    return [name for name in ("id", "userId") if name in columns]


def _not_requested(ids: pa.Array, known: Known | None) -> pa.Array:
    """The ids that were not looked up yet."""
    if known is None:
        return ids
    if known.requested is None:
        return ids.slice(0, 0)
    return ids.filter(pc.invert(pc.is_in(ids, value_set=known.requested)))
