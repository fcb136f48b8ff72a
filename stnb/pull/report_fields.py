"""What a report's description says of its fields: its rows do not say of which types they are."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from stnb.errors import StnbError
from stnb.frame import fallback, reports
from stnb.session.text import read_json

from .call import Call
from .progress import Tracker

if TYPE_CHECKING:
    from stnb.session import Session

ROWS = "/data"  # the rows' path behind that of the report's description


class ReportFields:
    """The fields of a report.

    Attributes:
        data_types: the type of each, by its name; None before it was asked, or of what is none.
        labels: what each is called.
    """

    def __init__(self) -> None:
        self.data_types: dict[str, str] | None = None
        self.labels: dict[str, str] = {}
        self._asking = asyncio.Lock()

    def again(self) -> ReportFields:
        """For a pull that goes on: the labels stay, and the types are asked for once more."""
        fresh = ReportFields()
        fresh.labels = dict(self.labels)
        return fresh

    async def learn(self, session: Session, call: Call, tracker: Tracker) -> None:
        """Read them once; nothing happens if the call is for no report.

        A description that cannot be read is no reason to fail; the columns then have the types of
        their values.
        """
        if not call.endpoint.positional or not call.path.endswith(ROWS):
            return
        async with self._asking:
            if self.data_types is not None:
                return
            self.data_types = {}
            with contextlib.suppress(StnbError, ValueError, LookupError, TypeError):
                tracker.update(requests=1)
                path = call.path.removesuffix(ROWS)
                answer = await session.send("GET", path, [], scope=call.endpoint.scope)
                fields = read_json(answer.content)["fields"]
                names = fallback.names_of(fields)
                self.data_types = reports.data_types_of(names, fields)
                self.labels = reports.labels_of(names, fields)
