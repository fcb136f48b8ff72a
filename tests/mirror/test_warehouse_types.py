"""Tenants and loads whose values are not of one type, in a warehouse."""

from __future__ import annotations

import datetime as dt
import json
import logging
import warnings
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as some

import stnb
from stnb.account.account import Account
from stnb.catalog import load
from stnb.errors import ColumnDrift, Incomplete
from stnb.frame import notices
from stnb.mirror.dlt_logs import COMPARES, LOGGER, hints_untold
from stnb.mirror.warehouse_types import BESIDE, ColumnTypes
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.owner import owner

from .test_warehouse import asked, dlt, pipeline

__all__ = ["dlt"]

MOMENT = pa.timestamp("us", "UTC")
NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def types(due: pa.DataType | None = None, called: str | None = None, lists: bool = False) -> Any:
    """Those of a table of one column x."""
    catalog = {} if due is None else {"x": due}
    return ColumnTypes("t", catalog, lambda name: called, lists=lists)


def fitted(of: ColumnTypes, values: pa.Array) -> dict[str, list[Any]]:
    """What becomes of a tenant's values."""
    return of.fitted(pa.table({"x": values})).to_pydict()


ODD_TEXTS = [None, "007", " 7", "1e400"]
LONG_TEXTS = [None, "0.12345678901234567890"]


@pytest.mark.parametrize(
    ("due", "values", "held", "beside"),
    [
        (pa.int64(), pa.array(["7", "A-1", None]), [7, None, None], [None, "A-1", None]),
        (pa.int64(), pa.array([7.0, None]), [7, None], None),
        (pa.int64(), pa.array([7.5, 8.0, 1e300]), [None, 8, None], ["7.5", None, "1e+300"]),
        (pa.int64(), pa.array(["7.0", "007", " 7", "1e400"]), [7, None, None, None], ODD_TEXTS),
        (pa.float64(), pa.array([2**53 + 1, 1]), [None, 1.0], [str(2**53 + 1), None]),
        (pa.float64(), pa.array(["0.1", "0.12345678901234567890"]), [0.1, None], LONG_TEXTS),
        (pa.float64(), pa.array([1, 2]), [1.0, 2.0], None),
        (pa.bool_(), pa.array([1, 0]), [None, None], ["1", "0"]),
        (pa.int64(), pa.array([True]), [None], ["true"]),
        (pa.int64(), pa.array([NOON], MOMENT), [None], ["2026-07-01T12:00:00Z"]),
        (MOMENT, pa.array(["2026-07-01T12:00:00Z", "soon"]), [NOON, None], [None, "soon"]),
        (pa.string(), pa.array([7, None]), ["7", None], None),
        (pa.string(), pa.array([[{"a": 1}]]), ['[{"a":1}]'], None),
        (pa.int64(), pa.nulls(2), [None, None], None),
    ],
    ids=range(14),
)
def test_what_a_type_does_not_hold_stands_beside_it(
    due: pa.DataType, values: pa.Array, held: list[Any], beside: list[Any] | None
) -> None:
    """No value is rounded, turned into another, or lost."""
    found = fitted(types(due), values)
    if beside is not None and isinstance(beside[0], str) and beside[0].startswith("2026"):
        assert dt.datetime.fromisoformat(found["x" + BESIDE][0]) == NOON
        return
    assert found["x"] == held
    assert found.get("x" + BESIDE) == beside


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pa.array([[1, 2], None]), [[1, 2], None]),
        (pa.array([{"a": 1}]), [{"a": 1}]),
        (pa.array(["[1]", "[1", 'a"b', None]), [[1], "[1", 'a"b', None]),
        (pa.array([1.5, 2.0]), [1.5, 2]),
        (pa.array([True, None]), [True, None]),
        (pa.nulls(1), [None]),
    ],
    ids=["lists", "objects", "texts", "numbers", "truths", "nulls"],
)
def test_a_column_of_json_holds_everything(values: pa.Array, read: list[Any]) -> None:
    """A text among lists is a text of JSON, which no warehouse refuses."""
    of = types(pa.list_(pa.int64()))
    found = fitted(of, values)["x"]
    assert [None if text is None else json.loads(text) for text in found] == read
    assert of.json == {"x"}
    assert fitted(types(pa.int64(), called="json"), values)["x"] == found


def test_the_warehouse_decides_then_the_catalogue_then_who_comes_first() -> None:
    """A type stays for all tenants of a load, and for all loads."""
    assert fitted(types(pa.int64(), called="text"), pa.array([7]))["x"] == ["7"]
    assert fitted(types(pa.int64()), pa.array(["7"]))["x"] == [7]
    of = types()
    assert fitted(of, pa.nulls(1))["x"] == [None]  # says nothing of the type
    assert fitted(of, pa.array([7]))["x"] == [7]
    assert fitted(of, pa.array(["A-1"])) == {"x": [None], "x" + BESIDE: ["A-1"]}


@pytest.mark.parametrize(
    ("values", "held"),
    [
        (pa.array([[{"a": 1}]]), [[{"a": 1, "b": None}]]),
        (pa.array([[{"a": 1, "b": "x", "c": 2}]]), [None]),
        (pa.array(["none"]), [None]),
        (pa.array([[]], pa.list_(pa.null())), [[]]),
    ],
    ids=["narrower", "wider", "text", "empty"],
)
def test_lists_keep_the_type_that_files_have(values: pa.Array, held: list[Any]) -> None:
    """Where a destination has columns of lists, an object with further keys stands beside them."""
    due = pa.list_(pa.struct({"a": pa.int64(), "b": pa.string()}))
    found = fitted(types(due, lists=True), values)
    assert found["x"] == held
    assert ("x" + BESIDE in found) == (held == [None])


VALUES = some.one_of(
    some.lists(some.none() | some.integers(-(2**63), 2**63 - 1), min_size=1).map(pa.array),
    some.lists(some.none() | some.floats(allow_nan=False, allow_infinity=False), min_size=1).map(
        lambda v: pa.array(v, pa.float64())
    ),
    some.lists(some.none() | some.booleans(), min_size=1).map(pa.array),
    some.lists(some.none() | some.text() | some.integers().map(str), min_size=1).map(
        lambda v: pa.array(v, pa.string())
    ),
)


@given(VALUES, some.sampled_from([pa.int64(), pa.float64(), pa.bool_(), MOMENT, pa.string()]))
def test_each_value_stands_in_one_of_the_two(values: pa.Array, due: pa.DataType) -> None:
    """Of two columns at most one has a value, and one has it where a value came."""
    found = fitted(types(due), values)
    beside = found.get("x" + BESIDE, [None] * len(values))
    for value, held, text in zip(values.to_pylist(), found["x"], beside, strict=True):
        assert [held is None, text is None].count(False) == (value is not None)


def test_what_stands_beside_is_told_once() -> None:
    """By the tenant, the column and the count, however many batches its rows come in."""
    notices.forget()
    of = types(pa.int64())
    for rows in (["A-1", "7"], ["B-2"]):
        of.fitted(pa.table({"x": rows}))
    with pytest.warns(ColumnDrift, match=r"t: mesa .*2 values of x in x__text") as seen:
        of.tell("mesa")
    assert len(seen) == 1
    with warnings.catch_warnings(action="error"):
        of.tell("tucson")


# -- with dlt


def tenant(number: int, *jobs: dict[str, Any]) -> Account:
    """One whose export feed of jobs has these rows."""

    def answer(request: httpx.Request) -> httpx.Response:
        rows = list(jobs) if request.url.path.endswith("/export/jobs") else []
        return httpx.Response(200, json={"hasMore": False, "continueFrom": "c", "data": rows})

    fake = FakeTenant(answer, owner=owner(tenant=number))
    return Account(fake.session(), catalog=load())


def job(number: int, **values: Any) -> dict[str, Any]:
    return {"id": number, "jobNumber": str(number), "modifiedOn": "2026-07-01T12:00:00Z", **values}


ODD = (
    job(2, total="unknown", customerId="C-7", tagTypeIds="none", extra="y"),
    job(3, total=12.5, customerId=8, tagTypeIds=[4], extra="x"),
)


@pytest.mark.long
def test_one_odd_tenant_fails_no_load(dlt: Any, tmp_path: Path) -> None:
    """Texts among numbers and lists are loaded too, of a later tenant and in a later load."""
    pipe = pipeline(dlt, tmp_path)
    plain = tenant(1, job(1, total=10.0, customerId=7, tagTypeIds=[1, 2], extra=5))
    with warnings.catch_warnings(action="ignore", category=ColumnDrift):
        pipe.run(stnb.dlt_source({"a": plain, "b": tenant(2, *ODD)}, ["jpm.jobs"]))
        pipe.run(stnb.dlt_source({"c": tenant(3, *ODD)}, ["jpm.jobs"]))
    names = "customer_id, customer_id__text, total, total__text, tag_type_ids"
    where = "from jpm_jobs where tenant"
    assert asked(pipe, f"select {names} {where} = 'a'") == [(7, None, 10.0, None, "[1,2]")]
    for name in ("b", "c"):
        assert asked(pipe, f"select {names} {where} = '{name}' order by id") == [
            (None, "C-7", None, "unknown", '"none"'),
            (8, None, 12.5, None, "[4]"),
        ]
    extra = asked(pipe, "select tenant, extra, extra__text from jpm_jobs order by tenant, id")
    assert extra[0] == ("a", 5, None)
    assert {text for _, _, text in extra[1:]} == {"x", "y"}


def test_a_tenant_whose_keys_are_texts_is_left_out(dlt: Any, tmp_path: Path) -> None:
    """Its rows could not be merged by them; those of the others are loaded."""
    pipe = pipeline(dlt, tmp_path)
    odd = tenant(2, {**job(2), "id": "J-2"})
    with (
        warnings.catch_warnings(action="ignore", category=ColumnDrift),
        pytest.warns(Incomplete, match="b was left out of jpm_jobs: id, the key"),
    ):
        pipe.run(stnb.dlt_source({"a": tenant(1, job(1)), "b": odd}, ["jpm.jobs"]))
    assert asked(pipe, "select tenant, id from jpm_jobs") == [("a", 1)]


def test_files_hold_an_odd_tenant_too(dlt: Any, tmp_path: Path) -> None:
    """Where lists are columns of their own, all files of a table have one schema."""
    pipe = dlt.pipeline(
        "files",
        destination=dlt.destinations.filesystem((tmp_path / "bucket").as_uri()),
        dataset_name="st",
        pipelines_dir=str(tmp_path / "pipelines"),
    )
    plain = tenant(1, job(1, total=10.0, customerId=7, tagTypeIds=[1, 2]))
    with warnings.catch_warnings(action="ignore", category=ColumnDrift):
        source = stnb.dlt_source({"a": plain, "b": tenant(2, *ODD)}, ["jpm.jobs"])
        pipe.run(source, loader_file_format="parquet")
    files = list((tmp_path / "bucket" / "st" / "jpm_jobs").glob("*.parquet"))
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    found = {row["id"]: (row["tag_type_ids"], row.get("tag_type_ids__text")) for row in rows}
    assert found[1][0] == [1, 2]
    assert found[2] == (None, "none")


def test_dlt_says_nothing_of_hints_meanwhile(caplog: pytest.LogCaptureFixture) -> None:
    """What else it says is heard, and afterwards that too."""
    from dlt.extract.extractors import ArrowExtractor

    assert hasattr(ArrowExtractor, COMPARES)
    logger = logging.getLogger(LOGGER)
    record = logger.makeRecord(LOGGER, logging.WARNING, "f", 1, "hints", (), None, COMPARES)
    other = logger.makeRecord(LOGGER, logging.WARNING, "f", 1, "other", (), None, "run")
    with hints_untold():
        assert not logger.filter(record)
        assert logger.filter(other)
    assert logger.filter(record)


def test_a_column_of_the_tenant_keeps_its_place() -> None:
    """What does not fit stands beside it under a further name, which is told."""
    own = f"x{BESIDE}"
    of = types(pa.int64())
    for names in (["x", own], [own, "x"]):
        rows = {"x": ["7", "A-1"], own: ["mine", "too"]}
        made = of.fitted(pa.table({name: rows[name] for name in names})).to_pydict()
        assert made == {"x": [7, None], own: ["mine", "too"], f"{own}1": [None, "A-1"]}

    with pytest.warns(ColumnDrift, match=f"2 values of x in {own}1"):
        of.tell("phoenix")
