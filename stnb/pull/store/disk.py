"""The pages of one call on disk, and the Parquet file that they become."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from stnb.errors import CannotSave, reason
from stnb.frame import Decoded, Shape, parquet
from stnb.session import clock

from ..paging.models import Position
from .folder import LOCK, PLAN, Folder
from .memory import Assembly, PageStore
from .pagefile import Unreadable, read_page, read_sent, write_page
from .union import Numbers, Union

Now = Callable[[], dt.datetime]


class Disk(PageStore):
    """The pages of one call, kept beside the file that they become.

    Args:
        target: the Parquet file; its folder must be there.
        call_id: what this call is, in plain values: resource, path, params, tenant,
            environment.
        shape: the columns that are decoded; other columns make another call.
        now: what time it is where the rows come from; this machine's time if not given.

    Attributes:
        began: when the call began, as ISO text in UTC; of one that goes on, in an earlier
            process.

    Raises:
        CannotSave: the folder cannot be written, or another pull writes to this file now.

    Example:
        >>> store = Disk(Path("jobs.parquet"), {"resource": "jpm.jobs"}, shape)
        >>> store.put(0, decode(content, "data", shape), None)
        >>> store.finish(Assembly(("id",), None, "newest", describe))
        PosixPath('jobs.parquet')
    """

    in_memory = False
    finishing = "saving"

    def __init__(
        self, target: Path, call_id: dict[str, Any], shape: Shape, now: Now | None = None
    ) -> None:
        super().__init__(shape)
        now = now or clock.now
        self.target = target
        self.file: Path = target.absolute()  # the program may change its folder meanwhile
        columns = [[leaf.path, leaf.column.type] for leaf in shape.leaves]
        call = json.loads(
            json.dumps({"version": 1, "call": call_id, "columns": columns}, default=str)
        )
        self._folder = Folder(self.file.with_name(f".{target.name}.stnb"), call, now)
        self._pages: dict[int, tuple[str | None, int]] = {}
        self._lock = threading.Lock()
        self._open = self._finishing = False
        self.began = clock.stamp(now())
        self.again()

    # -- the folder

    def again(self) -> Disk:
        """Take the folder, also once more after `close`, and see what is in it; raises as the class
        does.
        """
        if self._open:
            return self
        if self.file.is_dir():
            raise CannotSave(
                f"{self.target} was not written.",
                "It is a folder.",
                "Name a file in it, such as jobs.parquet.",
            )
        try:
            self._folder.take()
            self._look()
            self._open = True
            return self
        except BlockingIOError:
            why, then = (
                "Another pull writes to it now.",
                "Let that one finish, or name another file.",
            )
        except OSError as err:
            why = f"The system says: {reason(err)}."
            then = (
                "Check that its folder is there, yours to write and not full, or name another file."
            )
        self._folder.let_go()  # with all that is in it
        raise CannotSave(f"{self.target} was not written.", why, then)

    def close(self) -> None:
        """Let go of the folder; its pages stay, and the same call goes on from them. A `finish`
        under way gives up.
        """
        with self._lock:
            self._open = False
            if not self._finishing:
                self._let_go()

    def _let_go(self) -> None:
        if not self._pages:
            self._folder.remove()
        self._folder.let_go()

    def _look(self) -> None:
        """Read the journal and the pages; what belongs to another call, is too old or not whole is
        deleted.
        """
        kept = self._folder.journal()
        if kept is not None:
            self.began, self._position = kept[0], _position(kept[1])
        self._pages.clear()
        for path in sorted(self._folder.path.iterdir()):
            if path.name == LOCK:
                continue
            if kept is None or not (path.name == PLAN or self._listed(path)):
                path.unlink()
        if kept is None and self._position is not None:
            self.save(self._position)  # another call had the folder since this one was closed

    def _listed(self, path: Path) -> bool:
        """List a page that is whole: all of it can be read."""
        try:
            head, table = read_page(path)
        except Unreadable:
            return False
        if path != self._path(head.index):
            return False
        self._pages[head.index] = (head.continue_from, table.num_rows)
        return True

    def _path(self, index: int) -> Path:
        return self._folder.path / f"page-{index:06}.arrow"

    # -- the journal and the pages

    def save(self, position: Position) -> None:
        """Write down how far the call is; raises as `put` does."""
        plain = {
            "size": position.size,
            "planned": position.planned,
            "until": position.until,
            "more": position.more,
        }
        with self._wording("The journal could not be written"):
            self._folder.note(self.began, plain)
        super().save(position)

    @property
    def pages(self) -> dict[int, str | None]:
        """The place of every page on disk, and its cursor."""
        with self._lock:
            return {index: self._pages[index][0] for index in sorted(self._pages)}

    @property
    def sizes(self) -> dict[int, int]:
        """The place of every page on disk, and its rows."""
        with self._lock:
            return {index: rows for index, (_, rows) in self._pages.items()}

    def put(self, index: int, part: Decoded, continue_from: str | None) -> None:
        """Keep a page; one of the same place is replaced. Threads may put different pages at once.

        Raises:
            CannotSave: the system refuses, or the store is closed; the other pages are kept.
        """
        with self._wording(f"Page {index + 1} could not be kept"):
            self._check_open()
            with self._folder.written(self._path(index).name) as file:
                write_page(file, index, part, continue_from)
        with self._lock:
            self._pages[index] = (continue_from, part.table.num_rows)

    def drop(self, index: int) -> None:
        """Forget a page."""
        with self._lock:
            self._pages.pop(index, None)
        with contextlib.suppress(OSError):
            self._path(index).unlink()

    def read(self) -> list[Decoded]:
        """The pages in their order.

        Raises:
            CannotSave: one is damaged; it is dropped, so that it is asked for once more.
        """
        with self._wording("The pages could not be read"):
            return self.in_places({index: _decoded(self._path(index)) for index in self.pages})

    # -- the file

    def finish(self, how: Assembly) -> Path:
        """Put the pages together as the file, as `frame.assemble` puts them together as a frame,
        and delete them.

        One page, one row group and a number for each row are in memory at once.

        Raises:
            CannotSave: the system refuses, a page is damaged, or it was closed meanwhile; the pages
                are kept.
        """
        with self._lock:
            self._finishing = True
        try:
            with self._wording(f"{self.target} was not written"):
                self._check_open()
                paths = [self._path(index) for index in self.pages]
                union = Union(paths, self.shape, self.as_text)
                dropped = union.repeats(how.key) if how.keep != "all" else {}
                self._put_together(union, dropped, how)
            with self._lock:
                self._pages.clear()
                self._open = False
        finally:
            with self._lock:
                self._finishing = False
                if not self._open:
                    self._let_go()
        return self.target

    def _put_together(self, union: Union, dropped: Mapping[Path, Numbers], how: Assembly) -> None:
        limit, duplicates = how.limit, sum(map(len, dropped.values()))
        rows = self.rows - duplicates
        if limit is not None:
            rows = min(rows, limit)
        schema = pa.schema([field for field in union.schema if field.name not in how.hide])

        def some(columns: Sequence[str]) -> Iterator[pa.Table]:
            known = [name for name in columns if name in schema.names]
            return self._while_open(union.tables(dropped, limit, list(dict.fromkeys(known))))

        about = how.describe(rows, duplicates, union.drift, None, some)
        tables = self._while_open(union.tables(dropped, limit))
        parquet.write(self.file, tables, schema, about, folder=self._folder.path)

    def _while_open(self, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
        for table in tables:
            self._check_open()
            yield table

    # -- what goes wrong

    def _check_open(self) -> None:
        if not self._open:
            raise _Closed

    @contextlib.contextmanager
    def _wording(self, happened: str) -> Iterator[None]:
        """Word every failure in three sentences, the last of which says where the pages are."""
        try:
            yield
            return
        except Unreadable as err:
            path: Path = err.args[0]
            fault = "gone; likely another program deleted it"
            if path.exists():
                fault = "damaged; likely another program changed it"
            self.drop(int(path.stem.removeprefix("page-")))
            why = f"{path.name} is {fault}, or the disk is at fault"
        except _Closed:
            why = "The pull was cancelled, or has ended"
        except CannotSave as err:
            why = err.why.rstrip(".")
        except OSError as err:
            why = f"The system says: {reason(err)}"
        again = "make the same call again within 24 hours, and it goes on from there."
        raise CannotSave(
            f"{happened}.",
            f"{why}.",
            f"The pages that had arrived are kept in {self._folder.path}: {again}",
        )


def _decoded(path: Path) -> Decoded:
    head, table = read_page(path)
    return Decoded(table, head.drift, head.careful, read_sent(path))


class _Closed(Exception):
    """The store was closed by another thread."""


def _position(kept: Mapping[str, Any]) -> Position:
    """The position that a journal has, also one of an older version."""
    size, planned, until = kept.get("size"), kept.get("planned", 0), kept.get("until")
    return Position(size, planned, until, more=kept.get("more", False))
