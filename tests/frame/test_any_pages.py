"""However rows are cut into pages, the frame is the same, in memory and from disk."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.catalog import Column, Endpoint
from stnb.frame import Decoded, Drifts, Shape, assemble, decode, parquet, shape_of
from stnb.frame.types import Dtypes
from stnb.mirror.columns import Rows, cast, common
from stnb.pull.store.pagefile import write_page
from stnb.pull.store.union import Union
from tests.helpers.sample import tries

TYPES = ("integer", "decimal", "number", "boolean", "string", "date-time", "date", "duration")
CATALOG = (
    Column("id", "integer"),
    *(Column(kind, kind) for kind in TYPES),
    Column("amount", "decimal", text=True),
    Column("typeId", "string", refers="toys.types"),
    Column("any", "any"),
    Column("tags", "array", children=(Column("", "string"),)),
    Column("numbers", "array", children=(Column("", "number"),)),
    Column("items", "array", children=(Column("", "object", children=(Column("a", "number"),)),)),
    Column("address", "object", children=(Column("city", "string"), Column("lat", "number"))),
)
ROUTE = Endpoint("toys.pages", "toys", "/toys", "list", make_columns=lambda: CATALOG)
REPORT = Endpoint(
    "toys.report", "toys", "/toys/data", "list", positional=True, make_columns=lambda: ()
)

# Tokens of JSON, as servers send them: 12.50 is another one than 12.5.
NUMBERS = some.sampled_from(
    [
        *("0", "7", "-0", "-12", "12.0", "12.5", "12.50", "0.1", "1e3", "1E-7", "1e300"),
        *("9007199254740991", "9007199254740992", "9007199254740993", "-9007199254740993"),
        *("9223372036854775807", "18446744073709551616", "12345678901234567.89"),
        *("0.12345678901234567890", "123456789012.123456"),
    ]
)
TEXTS = some.sampled_from(
    [
        *("", " ", "x", "7", "12.50", "1e3", "007", "9007199254740993", "true", "False", "é"),
        *("9007199254740992", "0.12345678901234567890", "2026-07-01", "2026-07-01T08:30:00"),
        *("2026-07-01T08:30:00.1234567Z", "2026-07-01T00:00:00-07:00", "0001-01-01", "P1D"),
        "08:30:00",
    ]
).map(json.dumps)
SINGLE = some.one_of(some.just("null"), some.sampled_from(["true", "false"]), NUMBERS, TEXTS)


def _lists(inner: some.SearchStrategy[str]) -> some.SearchStrategy[str]:
    return some.lists(inner, max_size=2).map(lambda parts: f"[{','.join(parts)}]")


def _objects(inner: some.SearchStrategy[str]) -> some.SearchStrategy[str]:
    """Also without a key, and with the keys in another order."""
    forms = some.sampled_from(['{{"a":{0},"b":{1}}}', '{{"b":{0},"a":{1}}}', '{{"b":{0}}}', "{{}}"])
    return some.tuples(forms, inner, inner).map(lambda of: of[0].format(*of[1:]))


VALUES = some.recursive(SINGLE, lambda inner: _lists(inner) | _objects(inner), max_leaves=4)
KINDS = {column.name: VALUES for column in CATALOG if column.name != "id"}
# What is an object in some rows, and none in others, has columns of both.
KINDS |= {"address": VALUES, "new": VALUES}


@some.composite
def cells(draw: some.DrawFn, values: some.SearchStrategy[str], rows: int) -> list[str]:
    """The values of a column: mostly of one kind, often without a value."""
    few = draw(some.lists(values, min_size=1, max_size=3))
    pool = some.sampled_from([*few, "null"])
    return draw(some.lists(pool, min_size=rows, max_size=rows))


def cut(rows: Sequence[Any], at: Sequence[int]) -> Iterator[Sequence[Any]]:
    """The rows in pages that end at these places."""
    ends = [0, *sorted({min(place, len(rows)) for place in at} - {0, len(rows)}), len(rows)]
    for start, end in itertools.pairwise(ends):
        yield rows[start:end]


def from_disk(pages: list[Decoded], shape: Shape) -> pd.DataFrame:
    paths = []
    for i, part in enumerate(pages):
        path = Path(f"{i:03}.arrow")
        with path.open("wb") as file:
            write_page(file, i, part, None)
        paths.append(path)
    union = Union(paths, shape)
    parquet.write(Path("x.parquet"), union.tables({}, None), union.schema, {})
    return pd.read_parquet("x.parquet")


def same(one: Decoded, pages: list[Decoded], shape: Shape) -> None:
    """See that the pages make the frame that one page makes, in memory and from disk."""
    wanted = assemble([one], shape, keep="all")[0]
    memory = assemble(pages, shape, keep="all")[0]
    pd.testing.assert_frame_equal(memory, wanted, check_like=True)
    pd.testing.assert_frame_equal(from_disk(pages, shape), wanted, check_like=True)


def page_of(rows: Sequence[str], shape: Shape) -> Decoded:
    return decode(f'{{"data":[{",".join(rows)}]}}'.encode(), "data", shape)


@settings(max_examples=tries(60))
@given(data=some.data())
@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
def test_rows_make_one_frame_however_they_are_paged(dtypes: Dtypes, data: some.DataObject) -> None:
    """Whatever the values, of columns that the catalogue knows and of others."""
    length = data.draw(some.integers(2, 5))
    names = data.draw(
        some.lists(some.sampled_from(list(KINDS)), min_size=1, max_size=2, unique=True)
    )
    columns = {name: data.draw(cells(KINDS[name], length)) for name in names}
    shape = shape_of(ROUTE, dtypes)
    rows = []
    for i in range(length):
        fields = [f'"id":{i}', *(f'"{name}":{columns[name][i]}' for name in names)]
        rows.append("{" + ",".join(fields) + "}")
    at = data.draw(some.lists(some.integers(1, 4), min_size=1, max_size=3))

    pages = [page_of(part, shape) for part in cut(rows, at)]
    same(page_of(rows, shape), pages, shape)


def report_of(values: Sequence[str], data_type: str, shape: Shape) -> Decoded:
    field = f'{{"name":"C","dataType":"{data_type}"}}'
    rows = ",".join(f"[{value}]" for value in values)
    page = f'{{"fields":[{field}],"data":[{rows}]}}'
    return decode(page.encode(), "data", shape, positional=True)


@settings(max_examples=tries(60))
@given(data=some.data())
@pytest.mark.parametrize("data_type", ["Number", "Boolean", "Date", "String"])
def test_a_report_makes_one_frame_however_it_is_paged(
    data_type: str, data: some.DataObject
) -> None:
    """A page that is blank in a column does not count for its type."""
    dtypes = data.draw(some.sampled_from(["typed", "decimal", "raw"]))
    values = data.draw(cells(SINGLE, data.draw(some.integers(2, 5))))
    shape = shape_of(REPORT, dtypes)
    at = data.draw(some.lists(some.integers(1, 4), min_size=1, max_size=3))

    pages = [report_of(part, data_type, shape) for part in cut(values, at)]
    same(report_of(values, data_type, shape), pages, shape)


BLANKS = [
    (["", ""], ["5"]),
    (["5"], ["", ""]),
    ([""], ["9007199254740993"]),
    ([None], ["", None], [7]),
    ([7, 8], [""], [None]),
    ([""], [None, "7"], [8]),
]


@pytest.mark.parametrize("pages", BLANKS)
def test_a_blank_page_does_not_change_whole_numbers(pages: tuple[list[Any], ...]) -> None:
    """Wherever it stands, and also if a number has more digits than a float holds."""
    shape = shape_of(REPORT)
    parts = [report_of(list(map(json.dumps, page)), "Number", shape) for page in pages]

    column = assemble(list(parts), shape)[0]["C"]

    wanted = [None if value in ("", None) else int(value) for page in pages for value in page]
    assert str(column.dtype) == "Int64"
    assert [None if pd.isna(value) else value for value in column] == wanted
    pd.testing.assert_series_equal(from_disk(parts, shape)["C"], column)


@pytest.mark.parametrize(
    ("data_type", "dtype"),
    [("Number", "Float64"), ("Boolean", "boolean"), ("Date", "datetime64[us]"), ("String", "str")],
)
@pytest.mark.parametrize("pages", [([None],), ([None], [None])])
def test_a_column_without_a_value_has_the_type_of_its_description(
    pages: tuple[list[Any], ...], data_type: str, dtype: str
) -> None:
    """If no page has a value of it."""
    shape = shape_of(REPORT)
    parts = [report_of(list(map(json.dumps, page)), data_type, shape) for page in pages]

    assert str(assemble(list(parts), shape)[0]["C"].dtype) == dtype
    assert str(from_disk(parts, shape)["C"].dtype) == dtype


def test_blank_texts_stay_as_sent_beside_text_of_another_page() -> None:
    """A blank page of numbers is blank texts again if its column becomes text."""
    shape = shape_of(REPORT)
    parts = [report_of(values, "Number", shape) for values in (['""', '" "'], ['"many"'])]

    assert assemble(list(parts), shape)[0]["C"].tolist() == ["", " ", "many"]
    assert from_disk(parts, shape)["C"].tolist() == ["", " ", "many"]


def test_a_report_tells_the_digits_that_a_float_drops() -> None:
    """Whether they came as numbers or as text."""
    shape = shape_of(REPORT)
    for sent in ("0.12345678901234567890", '"0.12345678901234567890"'):
        part = report_of([sent], "Number", shape)
        assert part.table["C"].to_pylist() == [0.12345678901234568]
        assert [drift.kind for drift in part.drift["C"]] == ["digits"]


def test_an_object_that_is_null_on_one_page_is_no_column_of_its_own() -> None:
    """Nor is it reported: its fields are."""
    shape = shape_of(ROUTE)
    rows = ['{"id":1,"new":null}', '{"id":2,"new":{"a":7}}']
    parts = [page_of([row], shape) for row in rows]

    frame, drift, _ = assemble(list(parts), shape)

    assert "new" not in frame
    assert frame["new.a"].tolist()[1:] == [7]
    assert list(drift) == ["new.a"]
    assert list(from_disk(parts, shape).columns) == list(frame.columns)


@pytest.mark.parametrize("old_first", [True, False])
def test_a_synced_column_without_a_value_takes_the_type_of_the_new_rows(
    tmp_path: Path, old_first: bool
) -> None:
    """Of two files the one that is blank in a column does not count for its type."""
    blank = pa.table({"C": pa.nulls(2, pa.float64())})
    whole = pa.table({"C": pa.array([2**53 + 1, 7])})
    files = []
    for i, table in enumerate((blank, whole) if old_first else (whole, blank)):
        pq.write_table(table, tmp_path / f"{i}.parquet")
        files.append(Rows(tmp_path / f"{i}.parquet"))
    drift: Drifts = {}

    schema = common(files[0], files[1], drift)

    assert (schema.field("C").type, drift) == (pa.int64(), {})
    for file in files:
        assert cast(file.column("C"), pa.int64()).type == pa.int64()
