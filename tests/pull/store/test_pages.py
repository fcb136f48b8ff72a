"""Page files: many give the rows, types and repeats that one frame of the same pages has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb import catalog
from stnb.catalog import Column, Endpoint
from stnb.frame import Decoded, Shape, assemble, decode, parquet, shape_of
from stnb.pull.store.pagefile import Unreadable, read_head, read_page, read_sent, write_page
from stnb.pull.store.union import Union
from tests.helpers.sample import tries

JOBS = shape_of(catalog.load()["jpm.jobs"])
NOTHING = Shape((), pa.struct([]))


def col(name: str, kind: str, *children: Column) -> Column:
    return Column(name, kind, children=children)


WIDGETS = shape_of(
    Endpoint(
        "toys.pages",
        "toys",
        "/toys",
        "list",
        make_columns=lambda: (
            col("id", "integer"),
            col("name", "string"),
            col("total", "decimal"),
            col("modifiedOn", "date-time"),
            col("address", "object", col("city", "string")),
            col("items", "array", col("", "object", col("a", "integer"))),
        ),
    )
)


def page(*rows: dict[str, Any], shape: Shape = WIDGETS) -> Decoded:
    return decode(json.dumps({"data": rows}).encode(), "data", shape)


def files(pages: list[Decoded]) -> list[Path]:
    paths = [Path(f"{i:03}.arrow") for i in range(len(pages))]
    for i, (path, part) in enumerate(zip(paths, pages, strict=True)):
        with path.open("wb") as file:
            write_page(file, i, part, f"cursor {i}")
    return paths


def alike(
    pages: list[Decoded],
    key: tuple[str, ...] = ("id",),
    limit: int | None = None,
    keep: str = "newest",
) -> pd.DataFrame:
    """Write the pages out and put them together, and see that it is the frame that `assemble` makes
    of them.
    """
    wanted, drift, duplicates = assemble(pages, WIDGETS, key=key, limit=limit, keep=keep)
    union = Union(files(pages), WIDGETS)
    dropped = union.repeats(key) if keep == "newest" else {}
    rows = parquet.write(Path("x.parquet"), union.tables(dropped, limit), union.schema, {})
    frame = pd.read_parquet("x.parquet")

    assert list(frame.columns) == list(wanted.columns)
    assert frame.dtypes.to_dict() == wanted.dtypes.to_dict()
    pd.testing.assert_frame_equal(frame, wanted)
    assert union.drift == drift
    assert rows == len(wanted)
    assert sum(map(len, dropped.values())) == duplicates
    return frame


# -- one page


def test_a_page_comes_back_with_what_is_told_of_it() -> None:
    """Rows, place, cursor and drift; also without its rows, or with some of its columns only."""
    part = page({"id": 1, "new": True}, {"id": 2, "items": [{"a": 1}]})
    [path] = files([part])

    head, table = read_page(path)

    assert table == part.table
    assert (head.index, head.continue_from, head.drift, head.careful) == (
        0,
        "cursor 0",
        part.drift,
        part.careful,
    )
    assert list(head.drift) == ["new"]
    assert read_head(path) == (head, part.table.schema)
    assert read_page(path, ["new", "id"])[1] == part.table.select(["id", "new"])
    assert read_page(path, ["nowhere"])[1].shape == (2, 0)


@settings(max_examples=tries(60))
@given(at=some.integers(0, 10**6))
def test_a_page_that_was_cut_off_is_unreadable(at: int) -> None:
    """At whichever byte it ends."""
    [path] = files([page({"id": 1, "name": "x"})])
    content = path.read_bytes()
    path.write_bytes(content[: at % len(content)])

    for read in (read_page, read_head):
        with pytest.raises(Unreadable):
            read(path)


@settings(max_examples=tries(200), derandomize=True, deadline=None)
@given(some.data())
def test_a_page_with_a_changed_byte_is_unreadable(data: some.DataObject) -> None:
    """Wherever it stands: Arrow would believe it, and could end the process."""
    [path] = files([page({"id": 1, "name": "Ann", "items": [{"a": 1}, {"a": 2}]})])
    content = bytearray(path.read_bytes())
    at = data.draw(some.integers(0, len(content) - 1))
    content[at] ^= data.draw(some.integers(1, 255))
    path.write_bytes(content)

    for read in (read_page, read_head, read_sent):
        with pytest.raises(Unreadable):
            read(path)


def test_a_page_of_an_earlier_version_is_read() -> None:
    """It has no checksum behind it."""
    [path] = files([page({"id": 1, "name": "Ann"})])
    path.write_bytes(path.read_bytes()[:-4])

    assert read_page(path)[1].num_rows == 1


@pytest.mark.parametrize("content", [b"", b"ARROW1", b"\0" * 4000, b'{"data":[]}'])
def test_a_file_of_another_kind_is_unreadable(content: bytes) -> None:
    """And so is a missing one, and an Arrow file that tells nothing of a page."""
    Path("other.arrow").write_bytes(content)
    table = pa.table({"id": [1]})
    with pa.ipc.new_file("plain.arrow", table.schema) as sink:
        sink.write_table(table)

    for name in ("other", "plain", "missing"):
        with pytest.raises(Unreadable):
            read_page(Path(f"{name}.arrow"))


# -- the types of all pages together


def test_columns_that_differ_between_pages_get_one_type() -> None:
    """As in a frame: text for numbers and text, floats for whole and other numbers, µs for years
    that ns do not hold.
    """
    frame = alike(
        [
            page(
                {
                    "id": 1,
                    "name": "x",
                    "total": 1.5,
                    "modifiedOn": "2026-07-01T00:00:00.1234567Z",
                    "more": 1,
                }
            ),
            page(
                {
                    "id": 2,
                    "name": 5,
                    "total": None,
                    "modifiedOn": "0001-01-01T00:00:00Z",
                    "more": 1.5,
                }
            ),
            page({"id": 3, "name": {"a": 1}, "total": "soon", "modifiedOn": None, "more": None}),
            page(),
            page({"id": 4, "items": [{"a": 1, "b": "new"}], "late": True}),
        ]
    )

    assert {c: str(t) for c, t in frame.dtypes.items()} == {
        "id": "Int64",
        "name": "str",
        "total": "str",
        "modifiedOn": "datetime64[us, UTC]",
        "address.city": "str",
        "items": "list<element: struct<a: int64, b: string>>[pyarrow]",
        "more": "Float64",
        "late": "boolean",
    }


def test_whole_numbers_beyond_a_float_become_text() -> None:
    """Exact, however many pages lie between them and a fraction."""
    frame = alike(
        [
            page({"id": 1, "more": 2**53 + 1}),
            page({"id": 2, "more": 0.5}),
            page({"id": 3, "more": 2**53 + 1}),
        ]
    )

    assert frame["more"].tolist() == [str(2**53 + 1), "0.5", str(2**53 + 1)]


def test_columns_without_a_value_become_text() -> None:
    """Unknown keys that were null, {} or [{}] in every row of every page: no file takes that."""
    odd = {"a": None, "b": {}, "c": [{}], "d": [None], "e": {"f": [{"g": None}]}}
    frame = alike(
        [
            page({"id": 1, **odd}),
            page({"id": 2}),
            page({"id": 3, "b": {"x": None}, "c": [{"y": None}]}),
        ]
    )

    assert str(frame["a"].dtype) == "str"
    assert str(alike([page({"id": 1, "c": [{}]})])["c"].dtype) == "str"


def test_no_page_and_empty_pages_have_the_types_of_the_catalogue() -> None:
    """Also where the documents describe no column at all."""
    for pages in ([], [page()], [page(), page()]):
        assert len(alike(pages)) == 0
    assert Union([], NOTHING).schema == pa.schema([])
    assert Union(files([page(shape=NOTHING)]), NOTHING).schema == pa.schema([])


SCALARS = (
    some.none()
    | some.booleans()
    | some.sampled_from([0, 1, 5, -1, 2**53 + 1, 2**63 - 1, 2**64 - 1])
    | some.sampled_from([0.5, 1.0, 1e300])
    | some.sampled_from(
        [
            "",
            "x",
            "5",
            "0001-01-01T00:00:00Z",
            "2026-07-01T00:00:00Z",
            "2026-07-02T00:00:00+02:00",
            "9999-12-31",
        ]
    )
)
VALUES = some.recursive(
    SCALARS,
    lambda v: (
        some.lists(v, max_size=2)
        | some.dictionaries(some.sampled_from(["a", "city"]), v, max_size=2)
    ),
    max_leaves=3,
)
ODD = some.fixed_dictionaries(
    {},
    optional={
        "name": VALUES,
        "total": VALUES,
        "modifiedOn": VALUES,
        "address": VALUES,
        "items": VALUES,
        "more": VALUES,
    },
)
ROWS = some.builds(
    lambda number, odd: {"id": number, **odd}, some.sampled_from([1, 2, 3, None]), ODD
)


@settings(max_examples=tries(60))
@given(
    pages=some.lists(some.lists(ROWS, max_size=3), max_size=4),
    limit=some.none() | some.integers(1, 5),
    keep=some.sampled_from(["newest", "all"]),
)
def test_whatever_pages_hold_is_as_in_a_frame(
    pages: list[list[dict[str, Any]]], limit: int | None, keep: str
) -> None:
    """Values, types, drift and repeats, of pages of any rows."""
    alike([page(*rows) for rows in pages], limit=limit, keep=keep)


# -- repeats


def test_the_newest_row_of_a_key_stays() -> None:
    """By modifiedOn, on whichever page it is; of rows as new as each other, or with no date, the
    one read last.
    """

    def row(id: int | None, name: str, day: int) -> dict[str, Any]:
        return {
            "id": id,
            "name": name,
            "modifiedOn": f"2026-07-{day:02}T00:00:00Z" if day else None,
        }

    frame = alike(
        [
            page(row(1, "old", 1), row(2, "new", 5), row(5, "dated", 1)),
            page(row(1, "new", 2), row(3, "alone", 0)),
            page(row(2, "old", 4), row(4, "first", 1), row(6, "first", 0)),
            page(
                row(4, "last", 1), row(None, "no id", 1), row(None, "no id", 1), row(6, "last", 0)
            ),
        ]
    )

    assert [
        (int(i), name) for i, name in zip(frame["id"].fillna(0), frame["name"], strict=True)
    ] == [
        (2, "new"),
        (5, "dated"),
        (1, "new"),
        (3, "alone"),
        (4, "last"),
        (0, "no id"),
        (0, "no id"),
        (6, "last"),
    ]


@pytest.mark.parametrize("key", [("id", "name"), ("name",), ("id", "nowhere"), ()])
def test_keys_may_be_of_several_columns_or_of_none(key: tuple[str, ...]) -> None:
    """A key that the rows lack drops nothing."""
    rows = [{"id": i % 3, "name": "xy"[i % 2], "total": i} for i in range(12)]

    frame = alike([page(*rows[i : i + 5]) for i in (0, 5, 10)], key=key)

    assert len(frame) == {("id", "name"): 6, ("name",): 2}.get(key, 12)


def test_ids_that_are_numbers_here_and_text_there_are_the_same() -> None:
    """They are compared as they stand in the frame."""
    assert len(alike([page({"id": 5}, {"id": 6}), page({"id": "5"})])) == 2


def test_keys_that_share_a_number_are_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers only find what may be the same; what is dropped was compared."""
    real = pd.util.hash_pandas_object
    monkeypatch.setattr(pd.util, "hash_pandas_object", lambda *a, **k: real(*a, **k) % 2)

    frame = alike([page(*({"id": i % 40} for i in range(start, start + 25))) for start in (0, 25)])

    assert sorted(frame["id"]) == list(range(40))


def test_a_limit_cuts_behind_the_last_row_wanted() -> None:
    """After repeats are taken out, and without reading further."""
    pages = [
        page({"id": 1}, {"id": 2}),
        page({"id": 1}, {"id": 3}),
        page({"id": 4}),
        page({"id": 5}),
    ]

    assert alike(pages, limit=2)["id"].tolist() == [2, 1]
    paths = files(pages)
    union = Union(paths, WIDGETS)
    dropped = union.repeats(("id",))
    paths[-1].unlink()
    assert sum(t.num_rows for t in union.tables(dropped, 3)) == 3


@settings(max_examples=tries(40))
@given(
    some.lists(some.sampled_from([1, 2, "2", "abc", "", None, True, {}]), max_size=9),
    some.integers(1, 4),
)
def test_rows_without_a_usable_key_stay_in_a_file_too(ids: list[Any], size: int) -> None:
    """As in a frame: none of them is taken for another, and the same is noted."""
    rows = [{"id": key, "name": str(at)} for at, key in enumerate(ids)]

    frame = alike([page(*rows[at : at + size]) for at in range(0, len(rows), size)])

    unusable = [
        str(at) for at, key in enumerate(ids) if key in ("abc", "", None, {}) or key is True
    ]
    assert [name for name in frame["name"] if name in unusable] == unusable
