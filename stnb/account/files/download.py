"""Many files side by side into a folder: what is there whole is not fetched again."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.catalog import Endpoint
from stnb.errors import BadFilter, CannotSave, NotFound, StnbWarning, tongue
from stnb.errors.wording import counted, few
from stnb.filesystem.atomic import PRIVATE, Part, make_folder, unnamed
from stnb.frame import notices
from stnb.frame.target import check_folder, local_path
from stnb.pull.progress import Tracker
from stnb.pull.provenance import warn_of_headers
from stnb.pull.shielded import to_its_end
from stnb.session import loop

from .ledger import Kept, Ledger
from .naming import file_name, name_in, type_of
from .table import FileTable
from .wanted import Wanted, wanted_files

if TYPE_CHECKING:
    from stnb.pull import ProgressCallback
    from stnb.session import Answer, Session

AT_ONCE = 6  # files in flight, each of which goes to the disk as it arrives
UNASKED = 1000  # files that are fetched without being confirmed


def pull_files(
    session: Session,
    endpoint: Endpoint,
    filters: Mapping[str, Any],
    to: str | os.PathLike[str],
    progress: ProgressCallback | None = None,
    *,
    confirm: bool = False,
) -> FileTable:
    """Fetch files into a folder, each under a safe name with the right ending.

    A file is there as a whole or not at all, for this user alone (0600), and one that is there
    whole is skipped; so a call that failed or was stopped goes on when it is made again.

    Args:
        filters: the parameter of the route, with one value or several.
        to: the folder; it is made if it is not there.
        confirm: fetch more than 1,000 files.

    Returns:
        id, path (missing for a file that the API does not have), size (bytes) and type, in the
        order that was asked for.

    Raises:
        BadFilter: a value does not fit, there are too many, or the folder is named like a file;
            nothing was sent.
        CannotSave: the folder cannot be written to.
        RequestError: a call failed; the files that had arrived are kept.
    """
    folder = local_path(to)
    check_folder(folder, _other_ways(endpoint))
    wanted = wanted_files(session, endpoint, filters)
    if len(wanted) > UNASKED and not confirm:
        raise BadFilter(
            f"{len(wanted):,} files: nothing was sent yet.",
            "Each is a request of its own.",
            "Say confirm=True to fetch them, or give fewer.",
        )
    owner = session.credentials
    begun = time.monotonic()
    tracker = Tracker(progress)
    found, fetched = _fetched(session, endpoint, folder, wanted, tracker)
    lacking = [each.id for each, kept in zip(wanted, found, strict=True) if kept is None]
    table = _table(folder, wanted, found)
    table.attrs["stnb"] = {
        "resource": endpoint.name,
        "tenant": owner.tenant,
        "environment": owner.environment,
        "rows": len(table),
        "fetched": fetched,
        "requests": tracker.progress.requests,
        "seconds": round(time.monotonic() - begun, 3),
        "complete": not lacking,
        "failed": lacking,
    }
    if lacking:
        _tell(endpoint, lacking)
    warn_of_headers([session.adapted])
    return table


def _other_ways(endpoint: Endpoint) -> str:
    """How one file, or the list of files, is written to a file."""
    name = endpoint.name.rpartition(".")[2]
    python = f"The answer lists the files, for stnb.save; the bytes of one are {name}.get(…)."
    shell = "Each file in it gets the ending of its type; the list of files goes into a pipe."
    return tongue.either(python, shell)


def _tell(endpoint: Endpoint, lacking: Sequence[Any]) -> None:
    text = (
        f"{endpoint.name}: the API has no file for {counted(len(lacking), 'id')} ({few(lacking)}); "
        "their path is missing. A recording may not be ready yet."
    )
    notices.warn(notices.Notice(StnbWarning, text))


def _table(folder: Path, wanted: Sequence[Wanted], found: Sequence[Kept | None]) -> FileTable:
    rows: list[tuple[Any, ...]] = []
    for each, kept in zip(wanted, found, strict=True):
        if kept is None:
            rows.append((each.id, None, None, None))
        else:
            rows.append((each.id, str(folder / kept.name), kept.size, kept.type))
    table = pd.DataFrame(rows, columns=["id", "path", "size", "type"])
    types = {"path": "str", "size": "Int64", "type": "str"}
    ids = "str"
    if all(isinstance(each.id, int) for each in wanted):
        ids = "Int64"
    return FileTable(table.astype({"id": ids, **types}))


# -- fetching


def _fetched(
    session: Session,
    endpoint: Endpoint,
    folder: Path,
    wanted: Sequence[Wanted],
    tracker: Tracker,
) -> tuple[list[Kept | None], int]:
    """Each file as it is kept, None for one that the API does not have; and how many were not there
    before.
    """
    owner = session.credentials
    state = "failed"
    try:
        make_folder(folder)
        ledger = Ledger(folder, (owner.api_url, str(owner.tenant), endpoint.name))
        tracker.update(state="pulling", total=len(wanted))
        work = _Download(session, endpoint, folder, ledger, tracker)
        found = loop.run(work.all, wanted)
        state = "done"
    except OSError as err:
        raise CannotSave.of(folder, err) from None
    finally:
        tracker.end(state)
    return found, work.fetched


class _Download:
    """Fetches files side by side, under the tenant's limit of requests."""

    def __init__(
        self,
        session: Session,
        endpoint: Endpoint,
        folder: Path,
        ledger: Ledger,
        tracker: Tracker,
    ) -> None:
        self._session, self._endpoint, self._folder = session, endpoint, folder
        self._ledger, self._tracker = ledger, tracker
        self.fetched = 0

    async def all(self, wanted: Iterable[Wanted]) -> list[Kept | None]:
        """Each file as it is kept; None for one that the API does not have.

        Raises:
            RequestError: a call failed; those under way are given up.
            OSError: a file cannot be written.
        """
        places = asyncio.Semaphore(AT_ONCE)

        async def one(each: Wanted) -> Kept | None:
            async with places:
                return await self._one(each)

        tasks = [asyncio.create_task(one(each)) for each in wanted]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, wanted: Wanted) -> Kept | None:
        kept = self._ledger.whole(wanted.key)
        if kept is None:
            kept = await self._fetch(wanted)
        self._tracker.update(rows=1)
        return kept

    async def _fetch(self, wanted: Wanted) -> Kept | None:
        self._tracker.update(requests=1)
        with unnamed(self._folder) as part:
            try:
                answer = await self._session.send(
                    "GET",
                    wanted.call.path,
                    list(wanted.call.query),
                    scope=self._endpoint.scope,
                    expect_json=False,
                    notify=self._tracker.wait_for,
                    into=part.file,
                )
            except NotFound as err:
                if err.route_missing:
                    raise
                return None
            kept = self._named(wanted, answer, part.file.seek(0, os.SEEK_END))
            await to_its_end(self._keep(part, wanted, kept))
        self.fetched += 1
        return kept

    async def _keep(self, part: Part, wanted: Wanted, kept: Kept) -> None:
        """Put a file to its place, and note that it is whole: both, also if another one fails
        meanwhile.
        """
        await asyncio.to_thread(part.put, self._folder / kept.name, mode=PRIVATE)
        self._ledger.add(wanted.key, kept)

    def _named(self, wanted: Wanted, answer: Answer, size: int) -> Kept:
        """The name and the type of a file, by its first bytes and its headers."""
        kind = type_of(answer.content, answer.content_type)
        name = file_name(self._key(wanted), self._called(wanted, answer.disposition), kind)
        return Kept(self._ledger.free_name(wanted.key, name), kind, size)

    def _key(self, wanted: Wanted) -> str:
        """What a name begins with: "recording-48200017"; a short digest for a path of the API."""
        kind = self._endpoint.name.rpartition(".")[2].removesuffix("s")
        if isinstance(wanted.id, int):
            return f"{kind}-{wanted.id}"
        return f"{kind}-{hashlib.sha256(wanted.key.encode()).hexdigest()[:8]}"

    def _called(self, wanted: Wanted, disposition: str) -> str:
        """What the server calls the file, else the last part of the path that it was asked for."""
        said = name_in(disposition)
        if said or isinstance(wanted.id, int):
            return said
        return wanted.key
