"""Nested data: children and pivoted fields have the promised types, and every value can be read
back.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb import catalog
from stnb.catalog import Column, Endpoint
from stnb.errors import ColumnDrift, StnbWarning, UsageError
from stnb.frame import assemble, decode, dtype_of, sentences, shape_of
from stnb.tables.nested import children, custom_fields, external_data, rows_at
from stnb.tables.nested.place import noun
from tests.helpers.catalog_columns import leaves
from tests.helpers.sample import tenth, tries
from tests.helpers.warned import quiet, said

KNOWN = catalog.load()
ITEMS = "accounting.invoices"
KNOWN_ITEM = {column.name: column for column in rows_at(ITEMS, "items").columns}
DTYPES = {
    "integer": "Int64", "decimal": "Float64", "number": "Float64", "boolean": "boolean",
    "string": "str", "enum": "str",
    "guid": "str", "html": "str", "any": "str", "date-time": "datetime64[us, UTC]",
    "date": "datetime64[us]",
    "duration": "timedelta64[us]",
}  # fmt: skip


def frame_of(*pages: list[dict[str, Any]], resource: str = ITEMS) -> pd.DataFrame:
    """A frame as a pull of these pages makes it."""
    shape = shape_of(KNOWN[resource])
    frame, _, _ = assemble(
        [decode(json.dumps({"data": page}).encode(), "data", shape) for page in pages], shape
    )
    frame.attrs["stnb"] = {"resource": resource, "tenant": 1, "rows": len(frame)}
    return frame


def bare(lists: list[Any], **columns: list[Any]) -> pd.DataFrame:
    """A frame of no pull, whose column "x" holds Python's lists."""
    return pd.DataFrame({**columns, "x": pd.Series(lists, dtype=object)})


def plain(values: Any) -> list[Any]:
    """The values of a column, missing ones as None."""
    return [None if not isinstance(v, list | np.ndarray) and pd.isna(v) else v for v in values]


def cells(df: pd.DataFrame, row: int, *columns: str) -> list[Any]:
    """Some cells of a row, each in its own type."""
    return [df[c].iloc[row] for c in columns]


# -- the promised types


def arrays(columns: tuple[Column, ...]) -> Iterator[tuple[str, Column]]:
    return (
        (path, c)
        for path, c in leaves(columns)
        if c.type == "array" and c.children and c.children[0].type != "any"
    )


NESTED = [e for e in KNOWN if next(arrays(e.columns), None)]


@pytest.mark.parametrize(
    "endpoint", [pytest.param(e, id=e.name) for e in tenth(NESTED, lambda e: e.module)]
)
def test_children_of_an_empty_frame_have_every_promised_column(endpoint: Endpoint) -> None:
    """Without a row, every array of the catalogue opens at every level into the columns and types
    of its elements.
    """
    opened = [(frame_of([], resource=endpoint.name), endpoint.columns)]
    for frame, columns in opened:
        for path, column in arrays(columns):
            child, element = children(frame, path), column.children[0]
            lead = child.attrs["stnb"]["keys"]
            assert list(child.columns[: len(lead)]) == lead
            found = {name: str(dtype) for name, dtype in child.dtypes.items() if name not in lead}
            assert len(child) == 0
            assert len(found) + len(lead) == child.shape[1]
            if element.type == "object":
                assert found == {
                    name: DTYPES.get(c.type) or dtype_of(c) for name, c in leaves(element.children)
                }
                opened.append((child, element.children))
            else:
                assert list(found.values()) == [DTYPES.get(element.type) or dtype_of(element)]


def test_items_are_typed_as_the_catalogue_says() -> None:
    """Amounts sent as text are numbers, times are times, objects are dotted columns, and absent
    keys are null. An empty text is a missing amount, and told.
    """
    item = {
        "id": 2**53 + 1,
        "quantity": "2.5",
        "total": "",
        "taxable": True,
        "createdOn": "2026-07-01T09:30:00.1234567Z",
    }
    frame = frame_of(
        [
            {
                "id": 7,
                "items": [{**item, "generalLedgerAccount": {"id": 3, "name": "Sales"}}, {"id": 1}],
            }
        ]
    )

    with pytest.warns(ColumnDrift, match="total holds empty texts in 1 row; missing values here"):
        child = children(frame, "items")

    assert cells(child, 0, "invoiceId", "position", "id", "quantity") == [7, 0, 2**53 + 1, 2.5]
    assert child.loc[0, "createdOn"] == pd.Timestamp("2026-07-01T09:30:00.123456Z")
    assert cells(child, 0, "generalLedgerAccount.id", "generalLedgerAccount.name", "taxable") == [
        3,
        "Sales",
        True,
    ]
    assert child["total"].isna().all()
    assert cells(child, 1, "invoiceId", "position", "id") == [7, 1, 1]
    assert child.loc[1].isna().sum() == child.shape[1] - 3
    assert list(child.attrs["stnb"]["drift"]) == ["total"]


EMPTY = {"technicianId": "", "inventory": " ", "createdOn": "", "total": "", "soldHours": "\t"}
GOOD = {
    "technicianId": 7,
    "inventory": True,
    "createdOn": "2026-07-01T09:30:00Z",
    "total": "2.50",
    "soldHours": 1.5,
}


@pytest.mark.parametrize("as_python", [False, True])
@pytest.mark.parametrize("name", EMPTY)
def test_empty_texts_inside_lists_are_missing_and_told_once(name: str, as_python: bool) -> None:
    """By the pull where it types what is in a list, else where the list is opened: what it keeps as
    it was sent, and lists of Python.
    """
    rows = [
        {"id": 1, "items": [{name: GOOD[name]}, {name: EMPTY[name]}]},
        {"id": 2, "items": [{name: ""}, {"id": 4, name: None}]},
    ]
    shape = shape_of(KNOWN[ITEMS])
    part = decode(json.dumps({"data": rows}).encode(), "data", shape)
    frame, drift, _ = assemble([part], shape)
    if as_python:
        frame = pd.DataFrame({"id": [1, 2], "items": [row["items"] for row in rows]})
        drift = {}
    frame.attrs["stnb"] = {"resource": ITEMS, "tenant": 1, "rows": 2}

    child, texts = said(lambda: children(frame, "items"))

    assert plain(child[name].isna()) == [False, True, True, True]
    assert str(child[name].dtype) == dtype_of(KNOWN_ITEM[name])
    told = [*sentences(drift).values(), *texts]
    assert [text for text in told if "holds empty texts in 2 rows; missing values here" in text]
    assert len(told) == 1


def test_the_demo_adds_up(st: stnb.Account) -> None:
    """The totals of the items of the demo's invoices are those of the raw JSON, to the cent,
    invoice by invoice.
    """
    invoices = st.accounting.invoices.pull(limit=300)
    raw = st.get("accounting/v2/tenant/{tenant}/invoices", pageSize=300)["data"]

    totals = children(invoices, "items").groupby("invoiceId")["total"].sum().round(2)

    wanted = {
        r["id"]: round(sum(float(i["total"]) for i in r["items"]), 2) for r in raw if r["items"]
    }
    assert totals.to_dict() == pytest.approx({k: wanted[k] for k in totals.index}, abs=0.001)
    assert len(totals) == sum(len(items) > 0 for items in invoices["items"].dropna()) > 100


# -- whose children they are


def test_the_parents_key_and_the_position_tell_the_place() -> None:
    """The parent's key is named after the resource, positions count from 0 in each row, and rows
    without elements have none.
    """
    frame = frame_of(
        [{"id": 5, "items": [{"id": 1}, {"id": 2}]}, {"id": 6, "items": []}],
        [{"id": 7}, {"id": 8, "items": [{"id": 3}]}],
    )

    child = children(frame, "items")

    assert child["invoiceId"].tolist() == [5, 5, 8]
    assert child["position"].tolist() == [0, 1, 0]
    assert child["id"].tolist() == [1, 2, 3]
    assert [str(child.dtypes[c]) for c in ("invoiceId", "position")] == ["Int64", "Int64"]
    assert child.index.equals(pd.RangeIndex(3))


@pytest.mark.parametrize(
    ("resource", "word"),
    [
        ("accounting.invoices", "invoice"), ("jpm.job_types", "jobType"),
        ("jpm.export.jobs", "job"), ("jpm.jobs.get", "job"),
        ("pricebook.categories", "category"), ("inventory.warehouses", "warehouse"),
        ("jpm.project_statuses", "projectStatus"),
        ("pricebook.equipment", "equipment"), ("payroll.jobs.splits.by_job", "split"),
        ("telecom.v2.calls", "call"),
        ("accounting.inventory_bills.paginated", "inventoryBill"),
        ("settings.business_units", "businessUnit"),
        ("accounting.journal_entries", "journalEntry"), ("accounting.tax_zones", "taxZone"),
        ("dispatch.business_hours", "businessHour"),
        ("jpm.work_breakdown_structure.segments.items.children", "child"),
        ("sales.estimates.export", "estimate"), ("", ""),
    ],
)  # fmt: skip
def test_a_key_is_named_after_one_row(resource: str, word: str) -> None:
    """A resource's name gives the word for one of its rows, as ServiceTitan writes its ids."""
    assert noun(resource) == word


def test_names_that_the_elements_have_themselves_are_told_apart() -> None:
    """A parent's key, position or kept column whose name is taken gets "parent." before it, and
    nothing is overwritten.
    """
    rows = [
        {
            "id": 7,
            "total": "9",
            "items": [
                {"id": 1, "total": "4", "invoiceId": 99, "position": "left", "parent.total": 2}
            ],
        }
    ]
    with pytest.warns(ColumnDrift, match="invoiceId is not in the catalogue"):
        child = children(frame_of(rows), "items", keep=["total", "active"])

    assert child.columns[:4].tolist() == [
        "parent.id",
        "parent.position",
        "parent.total.2",
        "active",
    ]
    assert child[["parent.id", "parent.position", "parent.total.2"]].iloc[0].tolist() == [7, 0, 9.0]
    assert child[["total", "invoiceId", "position", "parent.total"]].iloc[0].tolist() == [
        4.0,
        99,
        "left",
        2,
    ]


def test_keys_of_another_name_keep_it() -> None:
    """A resource whose rows are told apart by other columns than `id` hands those on."""
    frame = pd.DataFrame({"technicianId": [4], "jobId": [5], "x": pd.Series([[1]], dtype=object)})
    frame.attrs["stnb"] = {"resource": "customer_interactions.technician_ratings"}

    assert children(frame, "x").to_dict("records") == [
        {"technicianId": 4, "jobId": 5, "position": 0, "value": 1}
    ]


def test_levels_open_one_after_the_other() -> None:
    """A list inside a list opens from the child, which hands on the keys and positions of all
    levels above it.
    """
    serial = [{"id": 30, "number": "a"}, {"id": 31, "number": "b"}]
    rows = [
        {"id": 1, "items": [{"id": 20, "serialNumbers": []}, {"id": 21, "serialNumbers": serial}]}
    ]

    child = children(
        children(frame_of(rows, resource="inventory.transfers"), "items"), "serialNumbers"
    )

    assert child.columns.tolist() == [
        "transferId",
        "items.position",
        "itemId",
        "position",
        "id",
        "number",
    ]
    assert child.to_numpy().tolist() == [[1, 1, 21, 0, 30, "a"], [1, 1, 21, 1, 31, "b"]]
    assert child.attrs["stnb"]["path"] == "items.serialNumbers"
    assert child.attrs["stnb"]["resource"] == "inventory.transfers"


def test_three_levels_keep_their_names_apart() -> None:
    """Also where a row has no key, and the levels above have neither: every position has its own
    name.
    """
    rows = [
        {"matches": [{"budgetCodes": [{"segments": [{}, {}]}]}]},
        {"matches": [{"budgetCodes": [{}, {"segments": [{}]}]}]},
    ]
    frame = frame_of(rows, resource="jpm.work_breakdown_structure.budget_codes.match")

    child = children(children(children(frame, "matches"), "budgetCodes"), "segments")

    lead = child.attrs["stnb"]["keys"]
    assert lead == [
        "parent.index",
        "matches.position",
        "budgetCodes.position",
        "budgetCodeId",
        "position",
    ]
    assert child[lead].fillna(-1).to_numpy().tolist() == [
        [0, 0, 0, -1, 0],
        [0, 0, 0, -1, 1],
        [1, 0, 1, -1, 0],
    ]


def test_elements_that_are_no_objects_have_one_column() -> None:
    """Lists of ids become a column named after one of them, with nulls where the list has them."""
    child = children(
        frame_of([{"id": 1, "tagTypeIds": [5, None, 2**60 + 1]}], resource="jpm.jobs"), "tagTypeIds"
    )

    assert child.columns.tolist() == ["jobId", "position", "tagTypeId"]
    assert plain(child["tagTypeId"]) == [5, None, 2**60 + 1]
    assert child["tagTypeId"].dtype == "Int64"


def test_provenance_goes_with_the_children(tmp_path: Path) -> None:
    """Resource, tenant and the way to the rows are in attrs, and the next level opens typed from a
    file too.
    """
    frame = frame_of(
        [{"id": 1, "items": [{"id": 2, "serialNumbers": [{"id": 3}]}]}],
        resource="inventory.transfers",
    )
    child = children(frame, "items")
    child.to_parquet(tmp_path / "items.parquet")

    back = pd.read_parquet(tmp_path / "items.parquet")

    said = back.attrs["stnb"]
    assert {k: said[k] for k in ("resource", "path", "tenant", "rows")} == {
        "resource": "inventory.transfers",
        "path": "items",
        "tenant": 1,
        "rows": 1,
    }
    pd.testing.assert_frame_equal(children(back, "serialNumbers"), children(child, "serialNumbers"))
    assert children(back, "serialNumbers").dtypes["number"] == "str"


def test_rows_at_knows_the_way_into_arrays() -> None:
    """The catalogue's columns of any level can be asked for; an unknown way has none."""
    inside = rows_at("inventory.transfers", "items.serialNumbers")

    assert inside is not None
    assert [c.name for c in inside.columns] == ["id", "number"]
    assert rows_at("inventory.transfers", "items.nothing") is None
    assert rows_at("toys.widgets") is None


# -- frames that were worked on, and frames of no pull


def test_slices_and_selections_open_as_they_stand() -> None:
    """Sliced, filtered, sorted, reindexed and concatenated frames have the children of their
    present rows.
    """
    rows = [
        {"id": n, "items": None if n % 3 == 0 else [{"id": 10 * n + k} for k in range(n % 4)]}
        for n in range(20)
    ]
    frame = frame_of(rows[:9], rows[9:])
    worked = {
        "slice": frame.iloc[3:17], "filter": frame[frame["id"] % 2 == 0],
        "sorted": frame.sort_values("id", ascending=False),
        "indexed": frame.set_index(pd.Index(list("abcdefghijklmnopqrst"))).loc[list("tca")],
        "none": frame.iloc[:0],
        "reindexed": frame.reindex([4, 99, 5]), "twice": pd.concat([frame, frame]),
        "step": frame.iloc[::-3],
    }  # fmt: skip

    for name, df in worked.items():
        child = children(df, "items")
        wanted = [
            (n, k, 10 * n + k)
            for n in plain(df["id"])
            if n is not None and n % 3
            for k in range(n % 4)
        ]
        assert (
            list(child[["invoiceId", "position", "id"]].itertuples(index=False, name=None))
            == wanted
        ), name


def test_null_lists_hide_nothing() -> None:
    """A null list whose memory still holds elements, as some programs leave them, gives no
    children.
    """
    offsets, values = pa.array([0, 2, 3, 5]), pa.array([1, 2, 3, 4, 5])
    lists = pa.ListArray.from_arrays(offsets, values, mask=pa.array([False, True, False]))
    frame = pd.DataFrame({"x": pd.arrays.ArrowExtensionArray(lists)})

    assert children(frame, "x")["value"].tolist() == [1, 2, 4, 5]
    assert children(frame, "x")["parent.index"].tolist() == [0, 0, 2, 2]


@pytest.mark.parametrize(
    "kind",
    [
        pa.large_list(pa.struct([("a", pa.int64())])),
        pa.list_(pa.struct([("a", pa.int64())]), 2),
        pa.list_(pa.struct([("a", pa.int32())])),
    ],
    ids=str,
)
def test_other_lists_of_arrow_open_too(kind: pa.DataType) -> None:
    """Long lists, lists of one length and narrow numbers, as other programs write them."""
    array = pa.array([[{"a": 1}, {"a": 2}], None, [{"a": 3}, None]], kind)
    frame = pd.DataFrame({"x": pd.arrays.ArrowExtensionArray(array)})

    child = children(frame, "x")

    assert child["parent.index"].tolist() == [0, 0, 2, 2]
    assert plain(child["a"]) == [1, 2, 3, None]


def test_types_that_json_has_not_stay_as_they_are() -> None:
    """A file of another program may hold times or decimals inside its lists: they keep their types,
    also beside a promise.
    """
    kind = pa.list_(
        pa.struct(
            [
                ("id", pa.int64()),
                ("createdOn", pa.timestamp("us", "UTC")),
                ("total", pa.decimal128(9, 2)),
            ]
        )
    )
    frame = frame_of([{"id": 1}])
    frame["items"] = pd.arrays.ArrowExtensionArray(
        pa.array([[{"id": 2, "createdOn": 0, "total": 1}]], kind)
    )

    child = children(frame, "items")

    assert child["createdOn"].tolist() == [pd.Timestamp(0, tz="UTC")]
    assert float(child["total"][0]) == 1.0


def test_pythons_lists_open_without_a_pull() -> None:
    """Object columns of lists, dicts, tuples, arrays, JSON texts and missing values: types come
    from the values.
    """
    lists = [
        [{"a": 1, "b": {"c": "t"}}, {"a": None}], None, float("nan"), pd.NA, [], ({"a": 2},),
        np.array([{"a": np.int64(3)}]),
        {"a": 4}, '[{"a": 5, "b": {"c": "u"}}]', [None],
    ]  # fmt: skip

    child = children(bare(lists, id=list("abcdefghij")), "x")

    assert child["parent.id"].tolist() == ["a", "a", "f", "g", "h", "i", "j"]
    assert child["position"].tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert plain(child["a"]) == [1, None, 2, 3, 4, 5, None]
    assert plain(child["b.c"]) == ["t", None, None, None, None, "u", None]
    assert child["a"].dtype == "Int64"


def test_a_frame_without_a_key_hands_on_its_labels() -> None:
    """Where nothing tells the rows apart, `parent.index` is the label of each, or its number below
    several levels of them.
    """
    frame = bare([[1], [2.5]]).set_axis(["one", "two"])
    assert children(frame, "x").to_dict("list") == {
        "parent.index": ["one", "two"],
        "position": [0, 0],
        "value": [1.0, 2.5],
    }

    frame.index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    assert children(frame, "x")["parent.index"].tolist() == [0, 1]


def test_numbers_beside_nulls_become_whole_again() -> None:
    """numpy holds ids beside nulls as floats; whole ones are read as what they were."""
    child = children(bare([np.array([1.0, np.nan]), np.array([0.5, np.nan])]), "x")
    assert plain(child["value"]) == [1.0, None, 0.5, None]

    ids = children(bare([np.array([1.0, np.nan])]), "x")["value"]
    assert (plain(ids), ids.dtype) == ([1, None], "Int64")


def test_python_values_that_json_has_not_are_written_out() -> None:
    """Times become ISO texts and anything else its own text."""
    child = children(bare([[{"t": pd.Timestamp("2026-07-01"), "u": {1: b"x"}, "f": 1.5}]]), "x")

    assert cells(child, 0, "t", "u.1", "f") == ["2026-07-01T00:00:00", "b'x'", 1.5]


def test_a_file_without_our_types_opens_alike(tmp_path: Path) -> None:
    """Lists read back as numpy objects have the same children as the Arrow lists once written."""
    rows = [
        {"id": 1, "items": [{"id": 2, "total": "1.50", "generalLedgerAccount": {"id": 3}}, None]},
        {"id": 4, "items": []},
        {"id": 5},
    ]
    frame = frame_of(rows)
    frame.to_parquet(tmp_path / "own.parquet")
    objects = frame.assign(items=frame["items"].astype(object))
    objects.attrs = frame.attrs

    wanted = children(frame, "items")

    pd.testing.assert_frame_equal(
        children(pd.read_parquet(tmp_path / "own.parquet"), "items"), wanted
    )
    pd.testing.assert_frame_equal(children(objects, "items"), wanted)
    assert len(wanted) == 2


# -- data that breaks the promise


def test_a_null_element_is_a_row_of_nulls() -> None:
    """It has its parent and its position, so that it can be told from one that is not there."""
    child = children(
        frame_of([{"id": 1, "items": [None, {"id": 2}]}, {"id": 3, "items": [None]}]), "items"
    )

    assert child["invoiceId"].tolist() == [1, 1, 3]
    assert child["position"].tolist() == [0, 1, 0]
    assert plain(child["id"]) == [None, 2, None]
    assert child.iloc[0].notna().sum() == 2


def test_unknown_keys_are_kept_and_told_once() -> None:
    """What the catalogue lacks has a column of its own, and a warning names it at its first coming
    up.
    """
    frame = frame_of([{"id": 1, "items": [{"id": 2, "new": 5, "inside": {"deep": [1]}}]}])

    with pytest.warns(
        ColumnDrift,
        match=r"accounting\.invoices · items differs .* "
        r"new is not in the catalogue; found in 1 row",
    ):
        child = children(frame, "items")

    assert child["new"].tolist() == [5]
    assert child["inside.deep"].tolist() == [[1]]
    assert child.attrs["stnb"]["new_columns"] == ["new", "inside.deep"]
    assert children(frame, "items").attrs["stnb"]["notices"] == child.attrs["stnb"]["notices"] != []


@pytest.mark.parametrize(
    ("items", "column", "values", "dtype"),
    [
        ([{"id": "x"}, {"id": 1}], "id", ["x", "1"], "str"),
        ([{"id": 1.5}], "id", ["1.5"], "str"),
        ([{"id": 2**64}], "id", [str(2**64)], "str"),
        ([{"total": "5.10"}, {"total": 7}], "total", [5.1, 7.0], "Float64"),
        ([{"total": "much"}], "total", ["much"], "str"),
        ([{"createdOn": "soon"}], "createdOn", ["soon"], "str"),
        ([{"soldHours": 3}], "soldHours", [3.0], "Float64"),
        ([{"taxable": "yes"}], "taxable", ["yes"], "str"),
        ([{"skuName": {"a": 1}}], "skuName", ['{"a":1}'], "str"),
        ([{"generalLedgerAccount": "4000"}], "generalLedgerAccount", ["4000"], "str"),
        ([{"a.b": 1, "a": {"b": 2}}], "a.b.2", [2], "Int64"),
        ([{"id": 1}, "text"], "value", [None, "text"], "str"),
        (["text", 5], "value", ["text", "5"], "str"),
        ("text", "value", ["text"], "str"),
        ({"id": 5}, "id", [5], "Int64"),
        ([[{"id": 5}]], "value", [[{"id": 5}]], "list"),
    ],
)
def test_wrong_types_are_kept_as_text_and_told(
    items: Any, column: str, values: list[Any], dtype: str
) -> None:
    """A value of another type than promised makes its own column text, alone, and the warning says
    so; a second page is well.
    """
    frame = frame_of(
        [{"id": 1, "items": items}],
        [{"id": 2, "items": [{"id": 3, "total": "1.00", "skuName": "s"}]}],
    )

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        child = children(frame, "items")

    mine = child[child["invoiceId"] == 1]
    assert [v.tolist() if isinstance(v, np.ndarray) else v for v in plain(mine[column])] == values
    assert str(child.dtypes[column]).startswith(dtype)
    if dtype == "str":
        assert column in child.attrs["stnb"]["drift"]
        assert [w.category for w in said] == [ColumnDrift]
    if column not in ("total", "skuName"):
        assert child.iloc[-1][["invoiceId", "total", "skuName"]].tolist() == [2, 1.0, "s"]


def test_amounts_that_come_as_numbers_after_all_are_numbers() -> None:
    """The documents promise a text, and numbers come: the column is what it would be, and nothing
    is told.
    """
    frame = frame_of([{"id": 1, "items": [{"total": 5.5}, {"total": None}, {"total": 7}]}])

    assert plain(children(frame, "items")["total"]) == [5.5, None, 7.0]
    assert children(frame, "items")["total"].dtype == "Float64"


def test_a_column_that_became_text_is_read_again() -> None:
    """A page with a list of two kinds makes the whole column JSON text; its children are typed all
    the same.
    """
    frame = frame_of(
        [
            {"id": 1, "items": [{"id": 2, "total": "1.50"}]},
            {"id": 3, "items": [{"id": "x"}, 5, None]},
            {"id": 4, "items": None},
        ]
    )
    assert frame["items"].dtype == "str"

    with pytest.warns(ColumnDrift, match="id holds values that are no integer in 1 row"):
        child = children(frame, "items")

    assert child["invoiceId"].tolist() == [1, 3, 3, 3]
    assert plain(child["id"]) == ["2", "x", None, None]
    assert plain(child["value"]) == [None, None, 5, None]
    assert plain(child["total"]) == [1.5, None, None, None]


def test_elements_that_the_documents_leave_open_are_looked_into() -> None:
    """Open arrays hold JSON texts: objects in them flatten, at several levels, and others stay
    texts.
    """
    units = [
        {"id": "a", "value": 72, "units": [{"id": "b"}, {"id": "c", "value": True}]},
        {"id": "d"},
    ]
    frame = frame_of(
        [{"id": 1, "units": units}],
        [{"id": 2, "units": ["plain", None]}],
        resource="forms.submissions",
    )

    child = children(frame, "units")
    second = children(child, "units")

    assert child["submissionId"].tolist() == [1, 1, 2, 2]
    assert plain(child["id"]) == ["a", "d", None, None]
    assert plain(child["value"])[0] in (72, "72")
    assert "plain" in {v for c in ("value", "value.2") if c in child for v in plain(child[c])}
    assert second[
        ["submissionId", "units.position", "unitId", "position", "id"]
    ].to_numpy().tolist() == [
        [1, 0, "a", 0, "b"],
        [1, 0, "a", 1, "c"],
    ]


@pytest.mark.parametrize("resource", [ITEMS, ""])
def test_lists_of_nothing_known_keep_their_rows(resource: str) -> None:
    """Where all elements are null, or empty objects, they still count."""
    for elements in ([None, None], [{}, {}], [{}, None]):
        frame = pd.DataFrame(
            {"id": [1, 2], "items": pd.arrays.ArrowExtensionArray(pa.array([elements, []]))}
        )
        frame.attrs["stnb"] = {"resource": resource}

        child = children(frame, "items")

        assert child["position"].tolist() == [0, 1]
        assert child.iloc[:, 2:].isna().all(axis=None)
        assert ("total" in child) == bool(resource)


def test_chunks_without_a_known_element_count_too() -> None:
    """Empty objects in one part and full ones in another: each row keeps its place."""
    parts = pa.chunked_array([pa.array([[{"a": None}]]), pa.array([[{"a": None}, None]])])
    full = pa.chunked_array([*parts.chunks, pa.array([[{"a": None}]])])
    frame = pd.DataFrame({"x": pd.arrays.ArrowExtensionArray(full)})

    assert children(frame, "x")["position"].tolist() == [0, 0, 1, 0]


# -- what cannot be opened


@pytest.mark.parametrize("name", ["number", "amount", "note"])
def test_a_column_without_lists_is_refused(name: str) -> None:
    """Numbers, amounts and texts stand for themselves: the error says so, and how to find lists."""
    frame = pd.DataFrame({"number": [1, 2], "amount": [1.5, None], "note": ["[urgent] call", "5"]})

    with pytest.raises(UsageError, match="holds no lists"):
        children(frame, name)


def test_a_column_that_is_not_there_is_refused() -> None:
    """Unknown names are told with those that come near, for the lists and for what is to be kept;
    twins cannot be told apart.
    """
    frame = frame_of([{"id": 1, "items": []}])

    with pytest.raises(UsageError, match="Near it: items"):
        children(frame, "item")
    with pytest.raises(UsageError, match="no column 'xyz'"):
        children(frame, "items", keep="xyz")
    with pytest.raises(UsageError, match="names 2 columns"):
        children(pd.concat([frame, frame], axis=1), "items")


def test_a_column_of_nothing_has_no_children() -> None:
    """A column that is missing everywhere may be one of lists: it opens, and is empty."""
    assert len(children(bare([None, float("nan")]), "x")) == 0
    assert children(bare([]), "x").columns.tolist() == ["parent.index", "position", "value"]


def test_kept_columns_stand_beside_each_child() -> None:
    """One name or several, in their own types, once for every element."""
    frame = frame_of(
        [{"id": 1, "active": True, "paidOn": "2026-07-01T00:00:00Z", "items": [{}, {}]}]
    )

    child = children(frame, "items", keep=["active", "paidOn"])

    assert child["active"].tolist() == [True, True]
    assert child.dtypes[["active", "paidOn"]].astype(str).tolist() == [
        "boolean",
        "datetime64[us, UTC]",
    ]
    assert "active" in children(frame, "items", keep="active")


# -- custom fields and external data


def fields_of(*rows: list[dict[str, Any]] | None, **columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({**columns, "customFields": pd.Series(rows, dtype=object)})


def pair(name: str | None, value: str | None, id: int | None = None) -> dict[str, Any]:
    return {"typeId": id, "name": name, "value": value}


def test_fields_become_columns_beside_their_rows() -> None:
    """One column a name, in the order of their coming up, on the index of the frame; provenance
    survives the join.
    """
    rows = [
        {"id": 1, "customFields": [{"name": "Gate", "value": "A1"}]},
        {"id": 2},
        {"id": 3, "customFields": [{"name": "Age", "value": "9"}]},
    ]
    frame = frame_of(rows).set_index(pd.Index([30, 10, 20]))

    fields = custom_fields(frame)

    assert fields.columns.tolist() == ["Gate", "Age"]
    assert fields.index.tolist() == [30, 10, 20]
    assert (plain(fields["Gate"]), plain(fields["Age"])) == (["A1", None, None], [None, None, 9])
    assert frame.join(fields).attrs == frame.attrs


@pytest.mark.parametrize(
    ("values", "dtype", "read"),
    [
        (["1", "-20", "0"], "Int64", [1, -20, 0]),
        (["1", "", None], "Int64", [1, None, None]),
        (["9223372036854775807"], "Int64", [2**63 - 1]),
        (["9223372036854775808"], "str", ["9223372036854775808"]),
        (["007", "12"], "str", ["007", "12"]),
        (["-0"], "Float64", [-0.0]),
        (["-0", "0"], "str", ["-0", "0"]),
        (["0.0", "-0.0", "1.5"], "str", ["0.0", "-0.0", "1.5"]),
        (["1.5", "2", "-0.25"], "Float64", [1.5, 2.0, -0.25]),
        (["1234567890.1234567"], "str", ["1234567890.1234567"]),
        (["1.10", "1.1"], "str", ["1.10", "1.1"]),
        (["5", "5.0"], "str", ["5", "5.0"]),
        (["5.0", "7"], "str", ["5.0", "7"]),
        (["12.50", "7.00", ""], "Float64", [12.5, 7.0, None]),
        (["true", "True"], "str", ["true", "True"]),
        (
            ["2026-07-01T09:30", "2026-07-01T09:30:00"],
            "str",
            ["2026-07-01T09:30", "2026-07-01T09:30:00"],
        ),
        (["1,234.50"], "str", ["1,234.50"]),
        (["1e5"], "str", ["1e5"]),
        (["nan", "1"], "str", ["nan", "1"]),
        (["true", "False"], "boolean", [True, False]),
        (["true", "1"], "str", ["true", "1"]),
        (
            ["2026-07-01", "2026-12-31"],
            "datetime64[us]",
            [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-12-31")],
        ),
        (["2026-07-01T09:30:00"], "datetime64[us]", [pd.Timestamp("2026-07-01T09:30:00")]),
        (["2026-07-01T09:30:00Z"], "datetime64[us, UTC]", [pd.Timestamp("2026-07-01T09:30:00Z")]),
        (
            ["2026-07-01T09:30:00+02:00"],
            "datetime64[us, UTC]",
            [pd.Timestamp("2026-07-01T07:30:00Z")],
        ),
        (["2026-02-30"], "str", ["2026-02-30"]),
        (["2026-07-01", "2026-07-01T09:30:00Z"], "str", ["2026-07-01", "2026-07-01T09:30:00Z"]),
        (["7/1/2026"], "str", ["7/1/2026"]),
        (["", ""], "str", ["", ""]),
        ([None], "str", [None]),
    ],
)
def test_values_are_typed_where_every_one_fits(
    values: list[str | None], dtype: str, read: list[Any]
) -> None:
    """Whole numbers, decimals, booleans, days and times; blank is missing among them; all else
    stays text to the letter.
    """
    fields = custom_fields(fields_of(*[[pair("f", v)] for v in values]))

    assert str(fields["f"].dtype) == dtype
    assert plain(fields["f"]) == read


def test_the_last_of_two_values_is_kept_and_told() -> None:
    """A field that stands twice in a row has one cell; a warning tells how many values were left
    out.
    """
    frame = fields_of(
        [pair("a", "1"), pair("b", "x"), pair("a", "2"), pair("a", "3")], [pair("a", "4")]
    )

    with pytest.warns(
        StnbWarning,
        match="customFields: 2 values came before another of the same field in one row",
    ):
        fields = custom_fields(frame)

    assert fields["a"].tolist() == [3, 4]


def test_one_name_with_two_ids_is_two_fields() -> None:
    """Names are told apart by their type ids where they must be, and by what is asked for."""
    frame = fields_of(
        [pair("Gate", "1", 17), pair("Gate", "x", 23), pair("Age", "9", 5)],
        [pair("Gate", "2", 17), pair("Gate", "3")],
    )

    assert custom_fields(frame).columns.tolist() == ["Gate (17)", "Gate (23)", "Age", "Gate"]
    assert plain(custom_fields(frame)["Gate (17)"]) == [1, 2]
    assert custom_fields(frame, by="typeId").columns.tolist() == [
        "Gate (17)",
        "Gate (23)",
        "Age (5)",
        "Gate",
    ]
    with pytest.warns(StnbWarning, match="2 values came"):
        assert custom_fields(frame, by="name").to_dict("list") == {
            "Gate": ["x", "3"],
            "Age": [9, None],
        }
    with pytest.raises(UsageError, match="Fields cannot be told apart"):
        custom_fields(frame, by="id")  # type: ignore[arg-type]


def test_a_renamed_field_is_one_by_its_id() -> None:
    """With by="typeId" a field whose name changed has one column, of its last name."""
    frame = fields_of([pair("Old", "1", 17)], [pair("New", "2", 17)])

    assert custom_fields(frame, by="typeId").to_dict("list") == {"New (17)": [1, 2]}
    assert custom_fields(frame).columns.tolist() == ["Old", "New"]


def test_names_of_fields_are_free() -> None:
    """A field called like a column of the frame, like another with its id, or not at all, has a
    name of its own: joins go on.
    """
    frame = fields_of(
        [
            pair("id", "1"),
            pair(None, "2"),
            pair("", "3", 9),
            pair("A", "4", 1),
            pair("A", "5", 2),
            pair("A (1)", "6"),
        ],
        id=[7],
    )

    fields = custom_fields(frame)

    assert fields.columns.tolist() == [
        "customFields.id",
        "(no name)",
        "(no name) (9)",
        "A (1)",
        "A (2)",
        "A (1).2",
    ]
    assert frame.join(fields).loc[0, fields.columns.tolist()].tolist() == [1, 2, 3, 4, 5, 6]


def test_no_fields_is_a_frame_without_columns() -> None:
    """Without a field in any row, or without a row, the index is still that of the frame."""
    for rows in ([None, []], [], [[None]]):
        frame = fields_of(*rows)
        fields = custom_fields(frame)
        assert fields.shape == (len(rows), 0)
        assert frame.join(fields).columns.tolist() == ["customFields"]
    assert custom_fields(frame_of([], resource="jpm.jobs")).shape == (0, 0)


def test_fields_may_lie_deeper() -> None:
    """Another column of the same shape can be named; each job of the demo has its own fields."""
    rows = [
        {
            "id": 1,
            "leadCall": {
                "customer": {"customFields": [{"typeId": 1, "name": "VIP", "value": "true"}]}
            },
        }
    ]

    fields = custom_fields(
        frame_of(rows, resource="telecom.calls"), "leadCall.customer.customFields"
    )

    assert fields["VIP"].tolist() == [True]


def test_external_data_is_by_its_key() -> None:
    """One column a key, of the catalogue's shape and of those that were seen."""
    frame = frame_of(
        [{"id": 1, "externalData": [{"key": "crm", "value": "12"}]}, {"id": 2, "externalData": []}],
        resource="jpm.jobs",
    )

    assert plain(external_data(frame)["crm"]) == [12, None]
    assert external_data(bare([[{"patternKey": "p", "value": "v"}]]), "x").to_dict("list") == {
        "p": ["v"]
    }


def test_fields_of_a_column_that_became_text() -> None:
    """Drifted columns pivot too, and values that are no texts are written out."""
    rows = [
        {"id": 1, "customFields": [{"name": "a", "value": 5}]},
        {"id": 2, "customFields": "none"},
        {"id": 3, "customFields": [{"name": "a", "value": "x"}]},
    ]

    assert plain(custom_fields(frame_of(rows, resource=ITEMS))["a"]) == ["5", None, "x"]


PAIRS = some.lists(
    some.builds(
        pair,
        some.sampled_from(["a", "b", "c d", ""]),
        some.sampled_from([None, "", "1", "2.5", "x", "007"]),
        some.sampled_from([None, 1, 2]),
    ),
    max_size=5,
)


@given(some.lists(PAIRS | some.none(), max_size=6))
def test_every_field_of_every_row_can_be_read_back(rows: list[list[dict[str, Any]] | None]) -> None:
    """The last value of each (name, id) of a row is in its cell, and no other cell is filled."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StnbWarning)
        fields = custom_fields(fields_of(*rows))

    for number, row in enumerate(rows):
        last = {(p["name"], p["typeId"]): p["value"] for p in row or []}
        filled = {key: value for key, value in last.items() if value not in (None, "")}
        for key, value in filled.items():
            cell = wanted_cell(fields, key, number)
            assert cell == (value if isinstance(cell, str) else float(value))
        assert sum(cell not in (None, "") for cell in plain(fields.iloc[number])) == len(filled)


def wanted_cell(fields: pd.DataFrame, key: tuple[str, int | None], row: int) -> Any:
    """The cell of a field, whatever its column is called."""
    name = key[0] or "(no name)"
    column = next(c for c in (f"{name} ({key[1]})", name) if c in fields)
    return fields[column].iloc[row]


def test_notices_are_told_once() -> None:
    """The same drift and the same repeats are warned of once a process, as everywhere."""
    frame = fields_of([pair("a", "1"), pair("a", "2")])
    with pytest.warns(StnbWarning) as caught:
        custom_fields(frame)
    with warnings.catch_warnings(record=True) as again:
        warnings.simplefilter("always")
        custom_fields(frame)

    assert (len(caught), again) == (1, [])


# -- every value can be read back

SCALARS = some.one_of(
    some.none(), some.booleans(), some.integers(-(2**70), 2**70),
    some.floats(allow_nan=False, allow_infinity=False),
    some.text(max_size=4),
    some.sampled_from(
        [
            "", "5", "1.50", "2026-07-01", "2026-07-01T09:30:00Z", "01:30:00", "true", "[", "{}",
            "null",
        ]
    ),
)  # fmt: skip
ODD = some.recursive(
    SCALARS,
    lambda inner: (
        some.lists(inner, max_size=2)
        | some.dictionaries(some.sampled_from("abc"), inner, max_size=2)
    ),
    max_leaves=4,
)
KEPT: dict[str, Any] = {
    "integer": some.integers(-(2**63), 2**63 - 1), "decimal": some.floats(-1e9, 1e9),
    "number": some.floats(-1e9, 1e9),
    "boolean": some.booleans(),
    "date-time": some.sampled_from(["2026-07-01T09:30:00Z", "2026-07-01T09:30:00.1234567Z"]),
    "date": some.sampled_from(["2026-07-01", "2026-07-01T00:00:00"]),
    "duration": some.just("01:30:00"),
}  # fmt: skip
DEEP = (
    "inventory.transfers", "accounting.ap_bills", "pricebook.equipment", "forms.submissions",
    "jpm.jobs", "jpm.work_breakdown_structure.budget_codes.match", "inventory.inventory_templates",
)  # fmt: skip


def value_of(column: Column) -> some.SearchStrategy[Any]:
    """Mostly what a column promises, at times anything."""
    if column.type == "object":
        good = object_of(column.children)
    elif column.type == "array":
        good = (
            some.lists(value_of(column.children[0]), max_size=3)
            if column.children
            else some.just([])
        )
    elif column.text:
        good = some.sampled_from(["0.00", "12.50", "-3", ""])
    else:
        good = KEPT.get(column.type, some.text(max_size=5))
    return some.one_of(good, good, good, good, some.none(), ODD)


def object_of(columns: tuple[Column, ...]) -> some.SearchStrategy[dict[str, Any]]:
    pairs = [
        some.tuples(some.just(c.name), some.deferred(lambda c=c: value_of(c))) for c in columns
    ]
    unknown = some.tuples(some.sampled_from(["new", "value", "position"]), ODD)
    return some.lists(some.one_of(*pairs, unknown), max_size=5).map(dict)


@some.composite
def nested_pages(draw: some.DrawFn) -> tuple[str, list[list[dict[str, Any]]]]:
    """Two pages of rows with lists, of one resource."""
    resource = draw(some.sampled_from(DEEP))
    tops = {c.name: c for c in KNOWN[resource].columns if c.type == "array"}
    rows = some.fixed_dictionaries(
        {
            name: some.lists(value_of(c.children[0]), max_size=3) | some.none()
            for name, c in tops.items()
            if c.children
        }
    )
    return resource, draw(some.lists(some.lists(rows, max_size=3), min_size=1, max_size=2))


@settings(max_examples=tries(40))
@given(nested_pages())
def test_every_value_of_every_element_can_be_read_back(
    made: tuple[str, list[list[dict[str, Any]]]],
) -> None:
    """Rows of deep resources, with nulls, absent and unknown keys and wrong types: the children
    hold every value, at every level.
    """
    resource, pages = made
    rows = [{"id": i, **row} for i, row in enumerate(row for page in pages for row in page)]
    split = len(pages[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StnbWarning)
        frame = frame_of(rows[:split], rows[split:], resource=resource)
        for name in pages[0][0] if pages[0] else ():
            check_children(frame, name, [row[name] for row in rows])


def check_children(frame: pd.DataFrame, column: str, lists: list[Any]) -> None:
    """The elements of each row, in their order, hold the values that were sent."""
    child = children(frame, column)
    sent = [
        (n, k, element) for n, cell in enumerate(lists) for k, element in enumerate(as_list(cell))
    ]
    assert len(child) == len(sent)
    assert child[child.attrs["stnb"]["keys"][-1]].tolist() == [k for _, k, _ in sent]
    lead = set(child.attrs["stnb"]["keys"])
    below: dict[str, list[Any]] = {}
    for at, (_, _, element) in enumerate(sent):
        if element is None:
            assert child.drop(columns=list(lead)).iloc[at].isna().all()
            continue
        for path, value in flat(element, ()):
            name, whole = found(child, path, value, at, lead)
            below.setdefault(name, [None] * len(sent))[at] = (
                value if whole else 0
            )  # a part of a JSON text is no list to open
    for name, values in below.items():
        if (
            all(v is None or isinstance(v, list) for v in values)
            and [v is not None for v in values] == child[name].notna().tolist()
        ):
            check_children(child, name, values)


def as_list(cell: Any) -> list[Any]:
    return [] if cell is None else cell if isinstance(cell, list) else [cell]


def flat(value: Any, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(path, value) for all that is no object with something in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, (*above, key))
    elif value is not None:
        yield above, value


def found(
    child: pd.DataFrame, path: tuple[str, ...], value: Any, at: int, lead: set[str]
) -> tuple[str, bool]:
    """The column that holds a value: that of its path, or, not as a whole, of a part of it where an
    object became JSON text.
    """
    for name in child.columns:
        if name in lead:
            continue
        cell = child[name].iloc[at]
        for cut in range(len(path), -1, -1):
            stem = ".".join(path[:cut]) or "value"
            if (name == stem or name.startswith(f"{stem}.") or not path) and holds(
                cell, path[cut:], value, str(child[name].dtype)
            ):
                return str(name), cut == len(path)
    raise AssertionError(
        f"{value!r} of {path} is lost in row {at}: {child.iloc[at].dropna().to_dict()}"
    )


def holds(cell: Any, rest: tuple[str, ...], value: Any, dtype: str) -> bool:
    """Whether a cell is exactly a value, in the type of its column."""
    if isinstance(cell, list | np.ndarray):
        return not rest and isinstance(value, list) and pruned(plain_list(cell)) == pruned(value)
    if pd.isna(cell):
        return not rest and value == ""
    if dtype == "str":
        return text_holds(cell, rest, value)
    if rest or isinstance(value, list):
        return False
    if dtype.startswith("timedelta"):
        return bool(pd.Timedelta(value) == cell)
    if dtype.startswith("datetime"):
        return bool(pd.Timestamp(value).tz_localize(None) == cell.tz_localize(None))
    if dtype == "boolean" or isinstance(value, bool):
        return dtype == "boolean" and isinstance(value, bool) and bool(cell) == value
    return bool(cell == (float(value) if dtype == "Float64" else value)) and (
        not isinstance(value, int) or int(cell) == value
    )


def text_holds(cell: str, rest: tuple[str, ...], value: Any) -> bool:
    if not rest and isinstance(value, str):
        return cell == value.encode("utf-8", "backslashreplace").decode()
    try:
        inner = json.loads(cell)
        for key in rest:
            inner = inner[key]
    except (ValueError, KeyError, TypeError):
        return False
    return same(inner, value)


def same(one: Any, other: Any) -> bool:
    return bool(pruned(one) == pruned(other))


def pruned(value: Any) -> Any:
    """What JSON says, but for the difference of an absent key and null; true is not 1."""
    if isinstance(value, dict):
        return {k: pruned(v) for k, v in value.items() if pruned(v) not in (None, {})}
    if isinstance(value, list):
        return [pruned(v) or None if isinstance(v, dict) else pruned(v) for v in value]
    return ("bool", value) if isinstance(value, bool) else value


def plain_list(cell: Any) -> Any:
    if isinstance(cell, list | np.ndarray):
        return [plain_list(v) for v in cell]
    if isinstance(cell, dict):
        return {k: plain_list(v) for k, v in cell.items()}
    return None if isinstance(cell, float) and math.isnan(cell) else cell


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ('[{"id":1,"skuId":-0},{"id":2,"skuId":"x"}]', ["-0", "x"]),
        ('[{"id":1,"skuId":1.0},{"id":2,"skuId":"x"}]', ["1.0", "x"]),
        ('[{"id":1,"skuId":1E2},{"id":2,"skuId":"x"}]', ["1E2", "x"]),
        ('[{"id":1,"quantity":12.0},{"id":2,"quantity":"y"}]', ["12.0", "y"]),
        ('[{"id":1,"skuId":7.0},{"id":2,"skuId":8}]', [7, 8]),
    ],
)
def test_lists_that_are_text_give_numbers_as_they_were_sent(
    st: stnb.Account, sent: str, read: list[Any]
) -> None:
    """Whole ones with a point, or a sign before zero, too, if the column becomes text."""
    invoices = pd.DataFrame({"id": [1], "items": [sent]})
    invoices.attrs["stnb"] = {"resource": "accounting.invoices"}

    items = quiet(lambda: stnb.children(invoices, "items"))

    name = "quantity" if "quantity" in sent else "skuId"
    assert items[name].tolist() == read
