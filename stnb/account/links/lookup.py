"""Rows by their ids: asked for by fifties, or out of the whole list where that is cheaper; inactive
ones too.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Catalog, Endpoint
from stnb.errors import ColumnDrift, Incomplete
from stnb.frame import assemble, narrow, notices, shape_of
from stnb.tables.ids import column_of

from ..resource import Resource

if TYPE_CHECKING:
    from stnb.pull import ProgressCallback, Pull

FIFTY = 50  # ids in a request (facts §7)
FEW = 100  # ids that are asked for by fifties without looking how long the list is
# ids from which on the whole list is read without looking: it would have to be ten times as long
MANY = 10_000
ROW = (
    1 / 500
    # what reading a row costs, in requests: 5,000 rows take seconds where an empty answer takes 50 ms
)

Asked = Mapping[str, pa.Array]  # the ids wanted, by the column that holds them


class Source(Protocol):
    """What an Account has of this."""

    catalog: Catalog

    def __getitem__(self, name: str) -> Resource: ...


@dataclass(frozen=True)
class Reading:
    """A read under way.

    Attributes:
        run: the pull; None where nothing had to be asked.
        whole: whether it reads the whole list.
    """

    resource: Resource
    asked: Asked
    run: Pull | None
    whole: bool
    columns: list[str] | None = None

    def rows(self) -> pd.DataFrame:
        """Wait for it: the rows asked for.

        Raises:
            StnbError: the pull failed.
        """
        frame = self.frame()
        if not self.whole or not len(frame):
            return frame
        hits = [pc.is_in(column_of(frame[by]), value_set=ids) for by, ids in self.asked.items()]
        kept = functools.reduce(pc.or_, hits).to_numpy(zero_copy_only=False)
        some: pd.DataFrame = frame[kept].reset_index(drop=True)
        some.attrs["stnb"] = {**frame.attrs["stnb"], "rows": len(some)}
        return some

    def frame(self) -> pd.DataFrame:
        """Wait for it: what was read. That ids were not found, or rows hidden, is the reader's
        business here.
        """
        if self.run is None:
            return _no_rows(self.resource.endpoint, self.columns)
        self.run._join(None)
        frame = self.run.frame
        assert frame is not None
        told = [
            notice for notice in self.run._notices if notice.category in (Incomplete, ColumnDrift)
        ]
        for notice in told:
            notices.warn(notice)
        frame.attrs["stnb"]["notices"] = [notice.text for notice in told]
        return frame


def read(
    account: Source,
    name: str,
    asked: Asked,
    columns: Sequence[str] | None = None,
    *,
    pages: int | None = None,
    progress: ProgressCallback | None = None,
) -> Reading:
    """Begin to read the rows of a resource that have these ids; nothing is asked for where there
    are none.

    Args:
        asked: the ids by the column that holds them; other columns than "id" need the whole list.
        columns: those to decode; the columns of `asked` are among them in any case.
        pages: rows a page of a whole list, at most; None lets the pull choose.
    """
    resource = account[name]
    endpoint = resource.endpoint
    wanted = None if columns is None else list(dict.fromkeys([*columns, *asked]))
    if not any(map(len, asked.values())):
        return Reading(resource, asked, None, False, wanted)
    given: dict[str, Any] = {**everything(endpoint), "columns": wanted, "progress": progress}
    if by_fifties(resource, asked):
        return Reading(
            resource, asked, resource.start(ids=asked["id"].to_pylist(), **given), False, wanted
        )
    if pages is not None and endpoint.kind == "list" and endpoint.takes("pageSize"):
        given["page_size"] = min(pages, endpoint.page_size_max or pages)
    return Reading(resource, asked, resource.start(**given), True, wanted)


def everything(endpoint: Endpoint) -> dict[str, str]:
    """The filter that shows inactive rows too: a lookup without it loses rows (facts §7, §10)."""
    return dict([endpoint.shows_all]) if endpoint.shows_all else {}


def by_fifties(resource: Resource, asked: Asked) -> bool:
    """Whether asking by ids is cheaper than the whole list. Between 100 and 10,000 ids a small
    request asks its length.
    """
    endpoint = resource.endpoint
    takes = endpoint.takes("ids")
    if takes is None or endpoint.kind != "list" or set(asked) != {"id"}:
        return False
    n = len(asked["id"])
    if takes.required or n <= FEW:
        return True
    if n > MANY or endpoint.takes("includeTotal") is None:
        return False
    total = resource.count(**everything(endpoint))
    return n / FIFTY + n * ROW < total / (endpoint.page_size_max or FIFTY) + total * ROW


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
