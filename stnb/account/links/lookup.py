"""Rows by their ids, inactive ones too: fifty ids a request, or the whole list if cheaper."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Endpoint
from stnb.catalog.facts import MAX_IDS
from stnb.errors import ColumnDrift, HiddenRows, Incomplete, NotAllowed, RequestError, StnbError
from stnb.frame import assemble, narrow, notices, shape_of
from stnb.pull.values import OurSize, inactive_too
from stnb.tables.ids import column_of, fit

from ..resource import Resource
from ..source import Source

if TYPE_CHECKING:
    from stnb.frame.original import Original
    from stnb.pull import ProgressCallback, Pull

FEW = 100  # up to so many ids are asked for without asking how long the list is
# From so many ids on the whole list is read in any case: it would have to be ten times as long.
MANY = 10_000
# What reading a row costs, in requests: 5,000 rows take seconds, an empty answer takes 50 ms.
ROW = 1 / 500

Keys = Mapping[str, pa.Array]  # the ids to look up, by the column that holds them


@dataclass(frozen=True)
class Reading:
    """A lookup under way.

    Attributes:
        keys: the ids that are looked up.
        run: the pull; None if there was nothing to ask for.
        whole: whether it reads the whole list.
    """

    resource: Resource
    keys: Keys
    run: Pull | None
    whole: bool
    columns: list[str] | None = None

    def rows(self) -> pd.DataFrame:
        """Wait for the rows that were asked for.

        Raises:
            StnbError: the pull failed.
        """
        frame = self.frame()
        if not self.whole or not len(frame):
            return frame
        hits = []
        for by, ids in self.keys.items():
            hits.append(pc.is_in(fit(column_of(frame[by]), ids.type), value_set=ids.drop_null()))
        kept = functools.reduce(pc.or_, hits).to_numpy(zero_copy_only=False)
        self._pick_original(kept)
        some: pd.DataFrame = frame[kept].reset_index(drop=True)
        some.attrs["stnb"] = {**frame.attrs["stnb"], "rows": len(some)}
        return some

    @property
    def original(self) -> Original | None:
        """What was sent for `rows`, if it is kept; known once these are there."""
        return None if self.run is None else self.run.store.original

    def _pick_original(self, kept: npt.NDArray[np.bool_]) -> None:
        assert self.run is not None
        if self.run.store.original is not None:
            self.run.store.original = self.run.store.original.take(np.flatnonzero(kept))

    def frame(self) -> pd.DataFrame:
        """Wait for all rows that are read.

        Notices about missing ids are dropped: the caller reports what it misses. That the server
        does not show inactive rows is told, as they may be what is missed.
        """
        if self.run is None:
            return _no_rows(self.resource.endpoint, self.columns)
        frame = self.run.result(notices=False)
        assert isinstance(frame, pd.DataFrame)
        about_rows = (Incomplete, ColumnDrift, HiddenRows)
        told = [notice for notice in self.run.notices if notice.category in about_rows]
        for notice in told:
            notices.warn(notice)
        frame.attrs["stnb"]["notices"] = [notice.text for notice in told]
        return frame


def read(
    account: Source,
    name: str,
    keys: Keys,
    columns: Sequence[str] | None = None,
    *,
    pages: int | None = None,
    progress: ProgressCallback | None = None,
    keeps_original: bool = False,
) -> Reading:
    """Begin to read the rows of a resource that have these ids. Without ids nothing is sent.

    Args:
        keys: the ids by the column that holds them; a column other than "id" needs the whole list.
        columns: those to decode; the columns of `keys` are added.
        pages: at most so many rows a page of a whole list; None lets the pull choose.
        keeps_original: whether what was sent is kept beside the rows.
    """
    resource = account[name]
    endpoint = resource.endpoint
    wanted = None
    if columns is not None:
        wanted = list(dict.fromkeys([*columns, *keys]))
    if not any(len(ids) for ids in keys.values()):
        return Reading(resource, keys, None, False, wanted)
    options: dict[str, Any] = {**everything(endpoint), "columns": wanted}
    if by_fifties(resource, keys):
        run = resource.where(ids=keys["id"].to_pylist(), **options).prepare(progress=progress)
        run.store.keeps_original = keeps_original
        return Reading(resource, keys, run.start(), False, wanted)
    if pages is not None and endpoint.kind == "list" and endpoint.takes("pageSize"):
        options["page_size"] = OurSize(min(pages, endpoint.page_size_max or pages))
    run = resource.where(**options).prepare(progress=progress)
    run.store.keeps_original = keeps_original
    return Reading(resource, keys, run.start(), True, wanted)


def everything(endpoint: Endpoint) -> dict[str, str]:
    """The filter that shows inactive rows too; without it a lookup would miss rows."""
    return inactive_too(endpoint)


def by_fifties(resource: Resource, keys: Keys) -> bool:
    """Whether asking for the ids is cheaper than reading the whole list.

    Between 100 and 10,000 ids a small request asks for the list's length.
    """
    endpoint = resource.endpoint
    if by_fifties_at_once(endpoint, keys):
        return True
    if not _by_ids(endpoint, keys):
        return False
    n = len(keys["id"])
    if n > MANY or endpoint.takes("includeTotal") is None:
        return False
    try:
        total = resource.count(**everything(endpoint))
    except RequestError:  # the read itself will say what is wrong
        return True
    by_ids = n / MAX_IDS + n * ROW
    by_list = total / (endpoint.page_size_max or MAX_IDS) + total * ROW
    return by_ids < by_list


def by_fifties_at_once(endpoint: Endpoint, keys: Keys) -> bool:
    """Whether the ids are asked for without asking how long the list is: they are few, or there is
    no other way.
    """
    takes = endpoint.takes("ids")
    if takes is None or not _by_ids(endpoint, keys):
        return False
    return takes.required or len(keys["id"]) <= FEW


def _by_ids(endpoint: Endpoint, keys: Keys) -> bool:
    """Whether the list can be asked for these ids."""
    return endpoint.takes("ids") is not None and endpoint.kind == "list" and set(keys) == {"id"}


def why_unread(name: str, err: StnbError) -> str:
    """Why the rows of a resource are missing, as a part of a sentence.

    >>> why_unread("settings.tag_types", NotFound("There is nothing.", "Likely …", "Look again."))
    'settings.tag_types could not be read (There is nothing)'
    """
    if isinstance(err, NotAllowed):
        return f"the app may not read {name}"
    return f"{name} could not be read ({err.happened.rstrip('.')})"


def _no_rows(endpoint: Endpoint, columns: list[str] | None) -> pd.DataFrame:
    shape = shape_of(endpoint)
    frame = assemble([], shape if columns is None else narrow(shape, columns))[0]
    frame.attrs["stnb"] = {
        "resource": endpoint.name,
        "params": {},
        "rows": 0,
        "requests": 0,
        "notices": [],
    }
    return frame
