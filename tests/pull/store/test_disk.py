"""Pages on disk: whatever ends the process, and whenever, the same call goes on and ends with the
same rows.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb import CannotSave, catalog
from stnb.catalog import Column, Endpoint
from stnb.frame import Decoded, Drifts, Shape, assemble, decode, parquet, sentences, shape_of
from stnb.pull.paging import Position
from stnb.pull.store import disk as store
from stnb.pull.store import folder
from stnb.pull.store.disk import Disk
from stnb.pull.store.memory import Assembly
from tests.helpers.sample import EVERYTHING, tries

KNOWN = catalog.load()
JOBS = shape_of(KNOWN["jpm.jobs"])
FILE = Path("jobs.parquet")
FOLDER = Path(".jobs.parquet.stnb")
CALL = {
    "resource": "jpm.jobs",
    "path": "jpm/v2/tenant/1/jobs",
    "params": {"jobStatus": "Completed"},
    "tenant": "1",
}
POSITION = Position(500, 3, "2026-07-01T00:00:00Z")


def page(*ids: int, shape: Shape = JOBS, **more: Any) -> Decoded:
    rows = [
        {"id": i, "jobNumber": str(i), "modifiedOn": "2026-07-01T09:30:00Z", **more} for i in ids
    ]
    return decode(json.dumps({"data": rows}).encode(), "data", shape)


def told(rows: int, duplicates: int, drift: Drifts, *read: Any) -> dict[str, Any]:
    """What the provenance says; `read` are the frame and the reader of some of its columns."""
    return {"rows": rows, "duplicates": duplicates, "drift": sentences(drift)}


def placed(it: Disk) -> Position:
    """What the journal has of the position."""
    return replace(it.position, done={}, rows=0)


def finished(it: Disk, limit: int | None = None, keep: str = "newest") -> pd.DataFrame:
    return pd.read_parquet(it.finish(Assembly(("id",), limit, keep, told)))


@pytest.fixture
def opened() -> Iterator[Any]:
    """Opens stores, and closes them in the end."""
    taken: list[Disk] = []

    def open_one(call: dict[str, Any] = CALL, shape: Shape = JOBS, target: Path = FILE) -> Disk:
        taken.append(Disk(target, call, shape))
        return taken[-1]

    yield open_one
    for one in taken:
        one.close()


@pytest.fixture
def half(opened: Any) -> Disk:
    """A call that stopped after two of its pages."""
    it: Disk = opened()
    it.save(POSITION)
    it.put(0, page(1, 2), None)
    it.put(2, page(5, new=1), "cursor")
    return it


def left() -> list[str]:
    return sorted(p.name for p in Path().iterdir())


# -- the same rows as a frame


@pytest.mark.parametrize(
    "name", ["jpm.jobs", "accounting.invoices", "crm.customers", "dispatch.arrival_windows"]
)
def test_the_file_is_the_frame(name: str, st: stnb.Account, opened: Any) -> None:
    """Of pages of the demo tenant, put in any order: values, types, index and attrs."""
    e, shape = KNOWN[name], shape_of(KNOWN[name])
    contents = [json.dumps(st.get(e.path, page=i + 1, pageSize=50)).encode() for i in range(4)]
    pages = [decode(content, "data", shape) for content in contents]
    wanted, drift, duplicates = assemble(pages, shape, key=e.key)
    wanted.attrs["stnb"] = told(len(wanted), duplicates, drift)

    it = opened(shape=shape)
    for index in (2, 0, 3, 1):
        it.put(index, pages[index], None)
    path = it.finish(Assembly(e.key, None, "newest", told))

    assert path == FILE
    assert len(wanted) > 5
    frame = pd.read_parquet(path)
    pd.testing.assert_frame_equal(frame, wanted)
    assert frame.attrs == wanted.attrs
    assert left() == ["jobs.parquet"]


def test_rows_are_cut_and_repeats_dropped_as_asked(opened: Any) -> None:
    """The provenance is told how many; columns that only the key needed are left out."""
    for keep, ids in (("newest", [2, 1, 3]), ("all", [1, 2, 1])):
        it = opened()
        it.put(0, page(1, 2, new="x"), None)
        it.put(1, page(1, 3, 4), None)
        frame = finished(it, limit=3, keep=keep)
        assert frame["id"].tolist() == ids
        assert frame.attrs["stnb"] == {
            "rows": 3,
            "duplicates": 1 if keep == "newest" else 0,
            "drift": {"new": "is not in the catalogue; found in 2 rows"},
        }

    it = opened()
    it.put(0, page(1, 1), None)
    it.finish(Assembly(("id",), None, "newest", told, hide=["id", "modifiedOn"]))
    frame = pd.read_parquet(FILE)
    assert len(frame) == 1
    assert not {"id", "modifiedOn"} & set(frame.columns)


def test_an_empty_result_is_a_typed_file(opened: Any) -> None:
    """With no page, or pages without a row."""
    wanted, _, _ = assemble([], JOBS)
    for pages in ([], [page()]):
        it = opened()
        for index, part in enumerate(pages):
            it.put(index, part, None)
        pd.testing.assert_frame_equal(finished(it), wanted)


def test_an_older_file_is_replaced_at_the_end(half: Disk) -> None:
    """Until then a reader sees the old rows."""
    pd.DataFrame({"old": [1]}).to_parquet(FILE)

    half.put(1, page(3), None)
    assert pd.read_parquet(FILE).columns.tolist() == ["old"]

    assert finished(half)["id"].tolist() == [1, 2, 3, 5]


def test_pages_are_put_by_several_threads(opened: Any) -> None:
    """At once, as the decoders do; what is put again replaces what was there."""
    it = opened()

    def put(first: int) -> None:
        for index in range(first, 40, 4):
            it.put(index, page(index, 100), None)
            it.put(index, page(index), f"cursor {index}")

    threads = [threading.Thread(target=put, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert it.pages == {index: f"cursor {index}" for index in range(40)}
    assert it.rows == 40
    assert finished(it)["id"].tolist() == list(range(40))


def test_the_program_may_change_its_folder(
    half: Disk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A relative name means the folder in which the pull began."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    half.finish(Assembly(("id",), None, "newest", told))

    assert sorted(p.name for p in tmp_path.iterdir()) == ["elsewhere", "jobs.parquet"]


# -- going on


def test_the_same_call_goes_on(half: Disk, opened: Any) -> None:
    """With the position, the pages, their cursors and the moment at which it began."""
    half.close()

    it = opened()

    assert placed(it) == POSITION
    assert (it.pages, it.rows, it.began) == ({0: None, 2: "cursor"}, 3, half.began)
    assert [part.table.column("id").to_pylist() for part in it.read()] == [[1, 2], [5]]
    assert [part.drift for part in it.read()] == [{}, page(5, new=1).drift]
    it.put(1, page(3), None)
    assert finished(it)["id"].tolist() == [1, 2, 3, 5]


def test_a_store_that_was_closed_can_be_opened_again(half: Disk, opened: Any) -> None:
    """As a pull is that goes on; where another call had the folder meanwhile, its pages are gone
    and the position is written anew.
    """
    half.again()
    half.close()
    half.close()
    half.again()
    assert half.rows == 3
    half.close()

    other = opened({"resource": "other"})
    other.put(0, page(9), None)
    other.save(Position(1))
    other.close()
    half.again()
    assert half.pages == {}
    half.put(0, page(1), None)
    half.close()

    assert placed(opened()) == POSITION


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        ({**CALL, "params": {"jobStatus": "Canceled"}}, JOBS),
        ({**CALL, "tenant": "2"}, JOBS),
        ({**CALL, "more": 1}, JOBS),
        (CALL, Shape(JOBS.leaves[:5], JOBS.rows)),
    ],
)
def test_another_call_starts_afresh(
    call: dict[str, Any], shape: Shape, half: Disk, opened: Any
) -> None:
    """Other filters, another tenant or other columns: the pages of the former call are deleted."""
    half.close()

    it = opened(call, shape)

    assert it.position == Position()
    assert list(FOLDER.iterdir()) == [FOLDER / "lock"]


def test_params_are_compared_as_they_are_written_down(opened: Any) -> None:
    """Tuples, dates and numbers in them are no other call."""
    call = {**CALL, "params": {"ids": (1, 2), "from": dt.date(2026, 7, 1)}}
    it = opened(call)
    it.put(0, page(1), None)
    it.save(POSITION)
    it.close()

    assert opened(call).rows == 1


@pytest.mark.parametrize(("hours", "goes_on"), [(-25, False), (-23, True), (25, False)])
def test_a_call_of_yesterday_starts_afresh(
    hours: int, goes_on: bool, half: Disk, opened: Any, still: dt.datetime
) -> None:
    """After 24 hours the pages say too little; nor is a clock trusted that was set back so far."""
    half.close()
    plan = json.loads((FOLDER / "plan.json").read_text())
    plan["began"] = (still + dt.timedelta(hours=hours)).isoformat()
    (FOLDER / "plan.json").write_text(json.dumps(plan))

    it = opened()

    assert (placed(it) == POSITION, it.rows) == ((True, 3) if goes_on else (False, 0))


@pytest.mark.parametrize(
    "plan",
    ["", "{", "[]", "null", "{}", '{"began": "2026"}', '{"began": 5, "call": {}, "stand": {}}'],
)
def test_a_journal_of_another_kind_starts_afresh(plan: str, half: Disk, opened: Any) -> None:
    """Whatever stands in it."""
    half.close()
    (FOLDER / "plan.json").write_text(plan)

    it = opened()

    assert it.position == Position()


def test_a_journal_of_an_older_version_still_opens(half: Disk, opened: Any) -> None:
    """It called the position its stand."""
    half.close()
    journal = json.loads((FOLDER / "plan.json").read_text())
    journal["stand"] = journal.pop("position")
    (FOLDER / "plan.json").write_text(json.dumps(journal))

    it = opened()

    assert (placed(it), it.rows) == (POSITION, 3)


def test_pages_without_a_journal_are_of_no_call(half: Disk, opened: Any) -> None:
    """As where the process ended before the first position was saved, or while the folder was being
    deleted.
    """
    half.close()
    (FOLDER / "plan.json").unlink()

    assert opened().pages == {}
    assert list(FOLDER.iterdir()) == [FOLDER / "lock"]


@settings(max_examples=tries(20))
@given(at=some.integers(0, 10**6))
def test_a_torn_page_is_asked_for_again(at: int) -> None:
    """Cut off at any byte, it is not listed, and no longer there; the others are."""
    it = Disk(FILE, CALL, JOBS)
    it.save(POSITION)
    for index in range(3):
        it.put(index, page(index), None)
    it.close()
    torn = FOLDER / "page-000001.arrow"
    content = torn.read_bytes()
    torn.write_bytes(content[: at % len(content)])

    it = Disk(FILE, CALL, JOBS)
    try:
        assert it.pages == {0: None, 2: None}
        assert not torn.exists()
        it.put(1, page(1), None)
        assert finished(it)["id"].tolist() == [0, 1, 2]
    finally:
        it.close()


def test_what_a_killed_process_left_half_written_is_deleted(half: Disk, opened: Any) -> None:
    """Parts of pages and of the file, and pages under another's name."""
    half.close()
    (FOLDER / "page-000001.arrow.part").write_bytes(b"ARROW1")
    (FOLDER / ".jobs.parquet.abc").write_bytes(b"PAR1")
    (FOLDER / "page-000007.arrow").write_bytes((FOLDER / "page-000000.arrow").read_bytes())

    assert opened().pages == {0: None, 2: "cursor"}
    assert sorted(p.name for p in FOLDER.iterdir()) == [
        "lock",
        "page-000000.arrow",
        "page-000002.arrow",
        "plan.json",
    ]


def test_a_page_can_be_dropped(half: Disk) -> None:
    """Behind a gap a feed is read again."""
    half.drop(2)
    half.drop(7)

    assert half.pages == {0: None}
    assert finished(half)["id"].tolist() == [1, 2]


def test_a_call_that_brought_no_page_leaves_nothing(opened: Any) -> None:
    """As one that was refused."""
    it = opened()
    it.save(POSITION)
    it.close()

    assert left() == []


# -- one process at a time


@pytest.mark.long
def test_two_pulls_to_one_file_are_refused(half: Disk, opened: Any) -> None:
    """In one process and in two, until the first one lets go; another file is free."""
    code = (
        "import sys; from pathlib import Path; import pyarrow as pa\n"
        "from stnb.pull.store.disk import Disk; from stnb.frame import Shape\n"
        "try: Disk(Path('jobs.parquet'), {}, Shape((), pa.struct([])))\n"
        "except Exception as err: print(type(err).__name__, err)"
    )

    with pytest.raises(
        CannotSave,
        match=r"jobs.parquet was not written. Another pull writes to it now. Let that one finish",
    ):
        opened()
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.startswith(
        "CannotSave jobs.parquet was not written. Another pull writes to it now."
    )
    opened(target=Path("customers.parquet"))
    assert half.rows == 3

    half.finish(Assembly(("id",), None, "newest", told))
    assert opened().pages == {}


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_systems_without_locks_do_without(
    number: int, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some network drives."""
    fcntl = pytest.importorskip("fcntl")

    def refuses(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuses)

    it = opened()
    it.put(0, page(1), None)

    assert finished(it)["id"].tolist() == [1]
    assert left() == ["jobs.parquet"]


def test_a_folder_that_is_deleted_while_it_is_taken_is_made_again(
    half: Disk, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may finish between our look and our lock."""
    real, once = folder.locked, [half]

    def late(path: Path) -> Any:
        if once:
            once.pop().finish(Assembly(("id",), None, "newest", told))
        return real(path)

    monkeypatch.setattr(folder, "locked", late)
    it = opened()

    assert not once
    it.put(0, page(1), None)
    assert it.rows == 1


# -- what the system refuses


@pytest.mark.parametrize(
    "path", ["nowhere/jobs.parquet", "/proc/jobs.parquet", "file/jobs.parquet", "folder"]
)
def test_a_place_that_cannot_be_written_is_told_at_once(path: str, opened: Any) -> None:
    """Before anything is sent: a folder that is missing or closed, or a folder where the file
    should be.
    """
    Path("file").touch()
    Path("folder").mkdir()

    with pytest.raises(CannotSave) as err:
        opened(target=Path(path))

    assert path in err.value.happened
    assert left() == ["file", "folder"]


@pytest.fixture
def full_disk() -> Iterator[Any]:
    """Call it, and no file grows beyond so many bytes until the test ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def kept(err: CannotSave) -> bool:
    said = [err.happened, err.why, err.next]
    return (
        all(s.endswith(".") for s in said)
        and "are kept in" in err.next
        and "make the same call again" in err.next
    )


def test_a_disk_that_fills_keeps_the_pages(half: Disk, opened: Any, full_disk: Any) -> None:
    """In three sentences: while pages come, while the journal is written, and while the file is
    written.
    """
    full_disk(100)
    with pytest.raises(
        CannotSave, match=r"Page 2 could not be kept. The system says: File too large"
    ) as page_full:
        half.put(1, page(*range(3, 200)), None)
    with pytest.raises(CannotSave, match="The journal could not be written") as journal_full:
        half.save(replace(POSITION, size=600))
    with pytest.raises(CannotSave, match=r"jobs.parquet was not written") as file_full:
        half.finish(Assembly(("id",), None, "newest", told))
    full_disk(resource.getrlimit(resource.RLIMIT_FSIZE)[1])

    assert all(kept(err.value) for err in (page_full, journal_full, file_full))
    assert left() == [".jobs.parquet.stnb"]
    assert sorted(p.name for p in FOLDER.iterdir()) == [
        "lock",
        "page-000000.arrow",
        "page-000002.arrow",
        "plan.json",
    ]
    half.close()
    again = opened()
    assert placed(again) == POSITION
    assert finished(again)["id"].tolist() == [1, 2, 5]


def test_a_page_that_is_damaged_meanwhile_is_told(half: Disk) -> None:
    """No row of it gets into the file; it is dropped, so that the same call asks for it again."""
    content = (FOLDER / "page-000002.arrow").read_bytes()
    for read in (lambda: half.finish(Assembly(("id",), None, "newest", told)), half.read):
        (FOLDER / "page-000002.arrow").write_bytes(content[:-3])
        half.put(1, page(3), None)

        with pytest.raises(
            CannotSave, match=r"page-000002.arrow is damaged; likely another program"
        ) as err:
            read()

        assert kept(err.value)
        assert half.pages == {0: None, 1: None}
        assert not FILE.exists()
        half.put(2, page(5), None)


def test_a_page_that_is_gone_meanwhile_is_told(half: Disk) -> None:
    """As where another program cleaned up."""
    (FOLDER / "page-000002.arrow").unlink()
    with pytest.raises(
        CannotSave, match=r"page-000002.arrow is gone; likely another program deleted it"
    ):
        half.read()
    assert half.pages == {0: None}


def test_a_system_that_is_short_of_something_costs_no_page(
    half: Disk, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of open files: that is no damage, so the page stays."""

    def short(*_: Any) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(pa, "memory_map", short)
        with pytest.raises(CannotSave, match="The system says: Too many open files") as err:
            half.finish(Assembly(("id",), None, "newest", told))
        assert kept(err.value)
        half.close()
        with pytest.raises(CannotSave, match="The system says: Too many open files"):
            opened()

    assert opened().pages == {0: None, 2: "cursor"}


def test_nothing_is_put_into_a_folder_that_was_let_go(half: Disk, opened: Any) -> None:
    """It may be another call's by now."""
    half.close()

    with pytest.raises(
        CannotSave, match=r"Page 2 could not be kept. The pull was cancelled, or has ended."
    ):
        half.put(1, page(3), None)
    with pytest.raises(CannotSave, match=r"was not written. The pull was cancelled, or has ended."):
        half.finish(Assembly(("id",), None, "newest", told))

    assert opened().pages == {0: None, 2: "cursor"}


def test_closing_stops_the_file_being_written(
    half: Disk, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull that is cancelled lets go of the folder as soon as the thread that writes has seen it;
    the pages stay.
    """
    real = parquet.write

    def closed_meanwhile(path: Path, tables: Any, *rest: Any, **more: Any) -> int:
        half.close()
        with pytest.raises(CannotSave, match="Another pull"):
            opened()
        return real(path, tables, *rest, **more)

    with (
        monkeypatch.context() as patch,
        pytest.raises(
            CannotSave, match=r"jobs.parquet was not written. The pull was cancelled, or has ended."
        ),
    ):
        patch.setattr(parquet, "write", closed_meanwhile)
        half.finish(Assembly(("id",), None, "newest", told))

    assert not FILE.exists()
    assert finished(opened())["id"].tolist() == [1, 2, 5]


def test_provenance_that_fails_keeps_the_pages(half: Disk) -> None:
    """Whatever it raises comes through."""

    def fails(*_: Any) -> dict[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half.finish(Assembly(("id",), None, "newest", fails))

    assert finished(half)["id"].tolist() == [1, 2, 5]


# -- memory


@pytest.mark.long
def test_the_memory_that_it_takes_does_not_grow(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row group and a page at a time, however many pages there are."""
    monkeypatch.setattr(parquet, "GROUP_ROWS", 1000)

    def peak(pages: int) -> int:
        it, usual = opened(), pa.default_memory_pool()
        for index in range(pages):
            it.put(index, page(*range(index * 250, index * 250 + 250)), None)
        counting = pa.proxy_memory_pool(usual)
        pa.set_memory_pool(counting)
        try:
            it.finish(Assembly(("id",), None, "newest", told))
            return counting.max_memory()
        finally:
            pa.set_memory_pool(usual)

    assert peak(40) < 1.1 * peak(10)


# -- killed


SMALL = shape_of(
    Endpoint(
        "toys.spooled",
        "toys",
        "/toys",
        "list",
        make_columns=lambda: (Column("id", "integer"), Column("jobNumber", "string")),
    )
)
SERVER = [page(1, 2, shape=SMALL), page(3, new=1, shape=SMALL), page(2, 4, new="x", shape=SMALL)]


def pull() -> None:
    """What a pull does with its store."""
    it = Disk(FILE, CALL, SMALL)
    if placed(it) == Position():
        it.save(POSITION)
    for index, part in enumerate(SERVER):
        if index not in it.pages:
            it.put(index, part, None)
    it.finish(Assembly(("id",), None, "newest", told))


def killed_at(n: int) -> None:
    """Pull, and die just before the n-th thing that is done to a file; in its middle where it is a
    write.
    """
    seen = 0

    def step(*half_way: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == n:
            for do in half_way:
                do()
            os.kill(os.getpid(), signal.SIGKILL)

    def torn(file: Any, *arguments: Any) -> None:
        start = file.tell()
        write(file, *arguments)
        file.flush()
        step(lambda: file.truncate((start + file.tell()) // 2))

    def grouped(writer: Any, *arguments: Any, **more: Any) -> None:
        step()
        group(writer, *arguments, **more)
        step()

    write, store.write_page = store.write_page, torn
    group, parquet.pq.ParquetWriter.write_table = parquet.pq.ParquetWriter.write_table, grouped
    parquet.GROUP_ROWS = 2
    watched = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"}
    sys.addaudithook(lambda event, _: step() if event in watched else None)
    pull()


def in_a_child(work: Any, *arguments: Any) -> int:
    """Run it in a fork of this process, which has not used Arrow's threads; what it ended with."""
    child = os.fork()
    if child == 0:
        try:
            work(*arguments)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - what it was is told by the exit code
            sys.excepthook(*sys.exc_info())
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def went_on(old: bytes | None) -> None:
    """After the kill the file is the old one or whole; the same call ends with the rows of an
    undisturbed one.
    """
    wanted, _, duplicates = assemble(SERVER, SMALL, key=("id",))
    before = FILE.read_bytes() if FILE.exists() else None
    if before != old:
        pd.testing.assert_frame_equal(pd.read_parquet(FILE), wanted)
    had = (
        {int(p.stem[5:]) for p in FOLDER.glob("page-*.arrow")}
        if (FOLDER / "plan.json").exists()
        else set()
    )
    put: list[int] = []
    real = Disk.put

    def counted(it: Disk, index: int, *rest: Any) -> None:
        put.append(index)
        real(it, index, *rest)

    Disk.put = counted  # type: ignore[method-assign]
    pull()
    assert sorted(put) == sorted(set(range(len(SERVER))) - had)
    frame = pd.read_parquet(FILE)
    pd.testing.assert_frame_equal(frame, wanted)
    assert frame.attrs["stnb"]["duplicates"] == duplicates == 1
    assert left() == [FILE.name]


def kill_everywhere(every: int) -> None:
    """Kill at the first step, the next after so many, and so on, until a run gets through; print
    how many there were.
    """
    went_on(None)  # once undisturbed, so that the forks need not load what it takes
    n, code = 1 - every, -signal.SIGKILL
    while code == -signal.SIGKILL:
        n += every
        FILE.unlink(missing_ok=True)
        old = b"an older file" if n % 2 else None
        if old is not None:
            FILE.write_bytes(old)
        code = in_a_child(killed_at, n)
        assert code in (0, -signal.SIGKILL)
        assert in_a_child(went_on, old) == 0, f"killed at step {n}"
    print(n)  # noqa: T201


@pytest.mark.long
def test_a_process_that_is_killed_loses_nothing() -> None:
    """By SIGKILL before, in the middle of and after everything that it does to a file, each in
    turn; in the quick round at every third.
    """
    every = "1" if EVERYTHING else "3"
    done = subprocess.run(
        [sys.executable, __file__, every],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 25


if __name__ == "__main__":
    kill_everywhere(int(sys.argv[1]))
