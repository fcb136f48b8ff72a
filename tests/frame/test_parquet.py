"""Parquet files: the frame comes back as it was, and the file is whole or the old one."""

from __future__ import annotations

import itertools
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb import CannotSave
from stnb.errors import BadFilter
from stnb.frame import parquet
from stnb.frame.types import pandas_type
from tests.helpers.sample import tries

TYPED = {
    "id": pa.array([2**53 + 1, None, -(2**63)], pa.int64()),
    "large": pa.array([2**64 - 1, None, 0], pa.uint64()),
    "total": pa.array([0.1, None, float("nan")], pa.float64()),
    "active": pa.array([True, None, False]),
    "name": pa.array(["é\U0001f600", None, ""]),
    "address.city": pa.array([None, None, None], pa.string()),
    "modifiedOn": pa.array([1, None, -1], pa.timestamp("ns", "UTC")),
    "from": pa.array([-(10**15) * 60, None, 10**15], pa.timestamp("us", "UTC")),
    "day": pa.array([0, None, 86400 * 10**9], pa.timestamp("ns")),
    "length": pa.array([1, None, -1], pa.duration("ns")),
    "tags": pa.array([[1, None], None, []], pa.list_(pa.int64())),
    "items": pa.array(
        [[{"a": 1, "b": ["x"]}], None, [None]],
        pa.list_(pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))])),
    ),
    "inside": pa.array([{"a": 1}, None, {"a": None}], pa.struct([("a", pa.int64())])),
}
TABLE = pa.table(TYPED)
IDS = pa.schema([("id", pa.int64())])
FILE = Path("rows.parquet")


def numbers(start: int, stop: int) -> pa.Table:
    return pa.table({"id": pa.array(range(start, stop), pa.int64())})


def only_file() -> bool:
    return [p.name for p in Path().iterdir()] == [FILE.name]


# -- what comes back


@pytest.mark.parametrize("count", [3, 1, 0])
def test_a_frame_comes_back_as_it_was(count: int) -> None:
    """Values, types, names, index and attrs, filled and empty; the same as of a file that pandas
    itself wrote.
    """
    wanted = TABLE.slice(0, count).to_pandas(types_mapper=pandas_type)
    wanted.attrs["stnb"] = {
        "resource": "jpm.jobs",
        "rows": count,
        "drift": {"é": "ü"},
        "notices": [],
    }

    rows = parquet.write(
        FILE, [TABLE.slice(i, 1) for i in range(count)], TABLE.schema, wanted.attrs["stnb"]
    )
    frame = pd.read_parquet(FILE)
    wanted.to_parquet("pandas.parquet")
    theirs = pd.read_parquet("pandas.parquet")

    assert rows == count
    pd.testing.assert_frame_equal(frame, wanted)
    assert frame.dtypes.to_dict() == wanted.dtypes.to_dict() == theirs.dtypes.to_dict()
    assert frame.attrs == wanted.attrs == theirs.attrs
    assert parquet.provenance(FILE) == parquet.provenance("pandas.parquet") == wanted.attrs["stnb"]
    assert pq.read_schema(FILE).types == TABLE.schema.types


def test_columns_can_be_read_alone() -> None:
    """With their types, and the provenance of the file."""
    parquet.write(FILE, [TABLE], TABLE.schema, {"resource": "jpm.jobs"})

    frame = pd.read_parquet(FILE, columns=["tags", "id"])

    assert {c: str(t) for c, t in frame.dtypes.items()} == {
        "tags": "list<element: int64>[pyarrow]",
        "id": "Int64",
    }
    assert frame.attrs == {"stnb": {"resource": "jpm.jobs"}}


def test_a_frame_without_columns_is_a_file_too() -> None:
    """An endpoint that the documents do not describe may have given no row."""
    assert parquet.write(FILE, [pa.table({})], pa.schema([]), {"rows": 0}) == 0

    assert pd.read_parquet(FILE).shape == (0, 0)
    assert parquet.provenance(FILE) == {"rows": 0}


def test_attrs_may_be_known_after_the_last_row() -> None:
    """A function is asked for them once all tables were taken."""
    taken: list[int] = []

    def tables() -> Iterator[pa.Table]:
        for i in range(3):
            taken.append(i)
            yield numbers(i, i + 1)

    parquet.write(FILE, tables(), IDS, lambda: {"pages": len(taken)})

    assert pd.read_parquet(FILE).attrs["stnb"] == parquet.provenance(FILE) == {"pages": 3}


def test_tables_are_fitted_to_the_schema() -> None:
    """Other orders of columns, columns too many and coarser times are no reason to refuse; nothing
    may be lost.
    """
    schema = pa.schema([("id", pa.int64()), ("on", pa.timestamp("us", "UTC"))])
    nanoseconds = pa.table(
        {"on": pa.array([5000], pa.timestamp("ns", "UTC")), "more": [1], "id": [1]}
    )

    parquet.write(FILE, [nanoseconds, pa.table({"on": [None], "id": [2]})], schema, {})
    before = FILE.read_bytes()
    with pytest.raises(pa.ArrowInvalid):
        parquet.write(
            FILE,
            [nanoseconds.set_column(0, "on", pa.array([1], pa.timestamp("ns", "UTC")))],
            schema,
            {},
        )

    assert pd.read_parquet(FILE)["on"].tolist() == [
        pd.Timestamp("1970-01-01T00:00:00.000005Z"),
        pd.NaT,
    ]
    assert FILE.read_bytes() == before
    assert only_file()


# -- row groups


@settings(max_examples=tries(30))
@given(sizes=some.lists(some.integers(0, 25), max_size=12))
def test_tables_become_row_groups(sizes: list[int]) -> None:
    """Small ones are put together and large ones cut; the order stays, and no group but the last
    could be much fuller.
    """
    ends = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "GROUP_ROWS", 10)
        rows = parquet.write(FILE, [numbers(*e) for e in itertools.pairwise(ends)], IDS, {})

    groups = pq.read_metadata(FILE)
    counts = [groups.row_group(i).num_rows for i in range(groups.num_row_groups)]
    assert rows == sum(counts) == ends[-1]
    assert all(0 < n <= 10 for n in counts)
    assert all(a + b > 10 for a, b in itertools.pairwise(counts))
    assert pd.read_parquet(FILE)["id"].tolist() == list(range(ends[-1]))


def test_wide_rows_make_smaller_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group is bounded in bytes as well, as rows may be of any size; a row larger than that is a
    group of its own.
    """
    monkeypatch.setattr(parquet, "GROUP_BYTES", 10_000)
    texts = pa.table({"text": ["x" * 1000] * 40})
    huge = pa.table({"text": ["y" * 50_000] * 3})

    parquet.write(FILE, [texts, texts.slice(0, 3), texts.slice(0, 3), huge], texts.schema, {})

    groups = pq.read_metadata(FILE)
    counts = [groups.row_group(i).num_rows for i in range(groups.num_row_groups)]
    assert counts == [9, 9, 9, 9, 7, 3, 1, 1, 1]


def test_no_more_than_a_row_group_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory that writing takes does not grow with the number of rows."""
    monkeypatch.setattr(parquet, "GROUP_ROWS", 4000)

    def peak(tables: int) -> int:
        pool, before = pa.proxy_memory_pool(pa.default_memory_pool()), pa.default_memory_pool()
        pa.set_memory_pool(pool)
        try:
            parquet.write(
                FILE, (numbers(i * 1000, i * 1000 + 1000) for i in range(tables)), IDS, {}
            )
            return pool.max_memory()
        finally:
            pa.set_memory_pool(before)

    assert peak(200) < 1.2 * peak(20)


# -- whole or not at all


class Stop(BaseException):
    pass


@pytest.mark.parametrize(
    "failure", [Stop(), ValueError("x"), CannotSave("It stopped.", "So it is.", "Go on.")]
)
def test_what_goes_wrong_on_the_way_leaves_the_old_file(failure: BaseException) -> None:
    """An error of whoever gives the tables comes through, and nothing is left in the folder."""
    parquet.write(FILE, [numbers(0, 5)], IDS, {"old": 1})
    before = FILE.read_bytes()

    def tables() -> Iterator[pa.Table]:
        yield numbers(0, 100_000)
        assert FILE.read_bytes() == before
        raise failure

    with pytest.raises(type(failure)) as told:
        parquet.write(FILE, tables(), IDS, {})

    assert told.value is failure
    assert FILE.read_bytes() == before
    assert only_file()


def test_a_full_disk_leaves_the_old_file() -> None:
    """In three sentences, with what the system says."""
    parquet.write(FILE, [numbers(0, 5)], IDS, {})
    before = FILE.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(CannotSave) as told:
            parquet.write(FILE, [numbers(0, 100_000)], IDS, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert (
        "rows.parquet could not be written. The system says: File too large; nothing was changed."
        in str(told.value)
    )
    assert FILE.read_bytes() == before
    assert only_file()


@pytest.mark.parametrize(
    "path", ["nowhere/rows.parquet", "/proc/rows.parquet", "file/rows.parquet"]
)
def test_a_folder_that_cannot_be_written_is_told(path: str) -> None:
    """Missing, closed, or no folder at all."""
    Path("file").touch()

    with pytest.raises(CannotSave, match="could not be written"):
        parquet.write(Path(path), [numbers(0, 5)], IDS, {})


def test_the_temporary_file_can_lie_elsewhere() -> None:
    """So that a folder of a program's own holds what a killed one leaves behind."""
    Path("own").mkdir()

    def tables() -> Iterator[pa.Table]:
        assert not FILE.exists()
        assert len(list(Path("own").iterdir())) == 1
        assert [p.name for p in Path().iterdir()] == ["own"]
        yield numbers(0, 5)

    parquet.write(FILE, tables(), IDS, {}, folder=Path("own"))

    assert len(pd.read_parquet(FILE)) == 5
    assert list(Path("own").iterdir()) == []


# -- provenance


@pytest.mark.parametrize("attrs", [{}, {"other": 1}, {"stnb": "text"}, {"stnb": {}}])
def test_files_of_others_have_no_provenance(attrs: dict[str, Any]) -> None:
    """Whatever their attrs hold."""
    frame = pd.DataFrame({"a": [1]})
    frame.attrs = attrs
    frame.to_parquet(FILE)

    assert parquet.provenance(FILE) == {}


@pytest.mark.parametrize("told", [b"{no json", b"[]", b"5", b"\xff"])
def test_attrs_that_are_none_are_no_provenance(told: bytes) -> None:
    """A file that another program wrote may hold anything there."""
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"PANDAS_ATTRS": told}), FILE)

    assert parquet.provenance(FILE) == {}


def test_what_is_no_parquet_file_is_told() -> None:
    """Missing, a folder, empty, cut off, or another kind of file."""
    parquet.write(FILE, [numbers(0, 5)], IDS, {})
    Path("cut.parquet").write_bytes(FILE.read_bytes()[:-7])
    Path("empty.parquet").touch()
    Path("text.parquet").write_text("id,name\n1,x\n" * 9)
    Path("folder.parquet").mkdir()

    for name in ("cut", "empty", "text", "folder", "missing"):
        with pytest.raises(BadFilter, match=f"{name}.parquet could not be read"):
            parquet.provenance(f"{name}.parquet")
