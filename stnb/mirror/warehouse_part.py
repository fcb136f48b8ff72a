"""One tenant's part of a table that a warehouse loads, and from where the next load goes on."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stnb.catalog.facts import CLOCK_SLACK, MODIFIED, MODIFIED_SINCE
from stnb.errors import Incomplete, NotFound, Rejected, StnbError, UsageError
from stnb.frame import notices
from stnb.frame.parquet import provenance
from stnb.pull import Pull

from .route import Route

MOMENT = pa.timestamp("us", "UTC")
State = dict[str, Any]  # what dlt keeps about a tenant of a table, as JSON
# The kinds of what is kept about a tenant.
KINDS = {"cursor": str, "since": str, "recent": dict, "owner": dict}


def sound_state(state: Any) -> State:
    """What is kept about a tenant; {} if a part of it is not of its kind, as others changed it."""
    if not isinstance(state, dict):
        return {}
    for name, kind in KINDS.items():
        if not isinstance(state.get(name, kind()), kind):
            return {}
    try:
        dt.datetime.fromisoformat(state.get("since", "2020-01-01"))
    except ValueError:
        return {}
    return dict(state)


class Part:
    """One tenant's part of a table, in this load.

    Attributes:
        following: the state from which the next load goes on.
    """

    def __init__(self, route: Route, tenant: str, state: State, path: Path) -> None:
        self.route, self.tenant, self.state = route, tenant, state
        self.following: State = state
        self._path = path
        self._run: Pull | None = None
        self._error: StnbError | None = None

    @property
    def owner(self) -> State:
        """Whose rows they are."""
        owner = self.route.owner
        return {"id": owner.tenant, "environment": str(owner.environment)}

    def begin(self) -> None:
        """Begin to read in the background; `finish` reports what goes wrong."""
        try:
            self._check_owner()
            self._ask(self.state)
        except StnbError as err:
            self._error = err

    def finish(self) -> Path:
        """Wait for the rows; answers with their file."""
        if self._error is not None:
            raise self._error
        assert self._run is not None
        try:
            self._run.saved()
        except (Rejected, NotFound) as err:
            if "cursor" not in self.state:
                raise
            text = f"{self.route.table} of {self.tenant} is read from the beginning: the server "
            text += f"no longer takes its cursor, and answers {err.status}."
            notices.warn(notices.Notice(Incomplete, text))
            self._ask({})
            self._run.saved()
        self._go_on(provenance(str(self._path)))
        return self._path

    def cancel(self) -> None:
        """Stop reading, if it still goes on."""
        if self._run is not None and not self._run.done:
            self._run.cancel()
            with contextlib.suppress(BaseException):
                self._run.saved()

    def unseen(self, table: pa.Table) -> pa.Table:
        """The rows without those that the last load brought as they are: what was modified since
        is asked for from a little earlier on.
        """
        seen = self.state.get("recent")
        if not seen:
            return table
        stamps = _stamps(table, self.route.endpoint.key)
        return table.filter(pa.array([seen.get(key) != when for key, when in stamps], pa.bool_()))

    def _check_owner(self) -> None:
        before = self.state.get("owner")
        if before is None or before == self.owner:
            return
        raise UsageError(
            f"{self.tenant!r} names another tenant than at the last load.",
            f"It was {before.get('id')} in {before.get('environment')}, "
            f"and is {self.owner['id']} in {self.owner['environment']}.",
            "Give it another name, or load into another dataset.",
        )

    def _ask(self, state: State) -> None:
        asks: State = {}
        if state.get("cursor"):
            asks = {"from_": state["cursor"]}
        elif state.get("since"):
            asks = {MODIFIED_SINCE: state["since"]}
        filters = {**self.route.filters, **asks}
        run = self.route.resource.where(**filters).prepare(to=self._path)
        run.store.tells_traps = False
        self._run = run.start()

    def _go_on(self, about: Mapping[str, Any]) -> None:
        """Note from where the next load reads: past what came, if all of it did."""
        following = {**self.state, "owner": self.owner}
        if self.route.by == "feed":
            following["cursor"] = about["continue_from"] or self.state.get("cursor")
        elif about["complete"] is False:
            if self.route.by == "whole":
                raise _changed_under_way(self.route.table)
        elif self.route.by == "modified":
            following |= self._modified(dt.datetime.fromisoformat(about["began"]))
        self.following = following

    def _modified(self, began: dt.datetime) -> State:
        key = self.route.endpoint.key
        with pq.ParquetFile(self._path) as file:
            if MODIFIED not in file.schema_arrow.names or not set(key) <= {
                *file.schema_arrow.names
            }:
                return {}
            rows = file.read([*key, MODIFIED])
        times = rows[MODIFIED]
        if not pa.types.is_timestamp(times.type) or times.null_count or not len(times):
            return {}
        times = times.cast(MOMENT, safe=False)
        assert self._run is not None
        # The server's clock and ours may differ: the earlier of both holds.
        took = self._run.session.now() - began
        since = min(began, pc.max(times).as_py() - took) - CLOCK_SLACK
        recent = rows.filter(pc.greater_equal(times, pa.scalar(since, MOMENT)))
        return {"since": since.isoformat(), "recent": dict(_stamps(recent, key))}


def _stamps(table: pa.Table, key: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The key of each row and when it was modified, as text."""
    for row in table.select([*key, MODIFIED]).to_pylist():
        yield json.dumps([row[name] for name in key], default=str), str(row[MODIFIED])


def _changed_under_way(table: str) -> UsageError:
    return UsageError(
        f"{table} was not loaded.",
        "The list changed while it was read, so rows may lack, and they would replace all others.",
        "Load again.",
    )
