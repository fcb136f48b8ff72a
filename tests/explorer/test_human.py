"""A table reads as a person reads: columns in a human order, times on the tenant's clock, dollars
with cents, notes without tags.
"""

from __future__ import annotations

import pandas as pd
import pytest

import stnb
from stnb import catalog
from stnb.catalog.main_date import main_date
from stnb.catalog.store import walk
from stnb.frame.notices import heard
from tests.helpers.answers import HeardGrid


def pulled() -> pd.DataFrame:
    st = stnb.demo(scale=0.05)
    with heard():
        return st.jpm.jobs.pull(limit=40, jobStatus="Completed")


def test_columns_stand_in_a_human_order_and_the_file_in_the_api_s() -> None:
    """Number, status, main date and money come first, ids last; the selection keeps the frame's
    own order until a column is moved.
    """
    frame = pulled()
    grid = HeardGrid(frame)
    state = grid.ask(kind="open")["state"]
    names = [frame.columns[i] for i in state["order"]]

    assert names[:4] == ["jobNumber", "jobStatus", "completedOn", "total"]
    ids = [name.endswith(("Id", "Ids")) or name == "id" for name in names]
    assert ids == sorted(ids)
    assert "order" not in grid.state
    assert grid.selection.columns.tolist() == frame.columns.tolist()

    state["order"] = [state["order"][1], state["order"][0], *state["order"][2:]]
    grid.put(kind="state", state=state)
    assert grid.state["order"][:2] == ["jobStatus", "jobNumber"]
    assert grid.selection.columns.tolist()[:2] == ["jobStatus", "jobNumber"]


SHUFFLED = {
    "accounting.invoices": (
        ["referenceNumber", "invoiceDate", "total", "syncStatus", "memo", "gone"],
        {"invoiceDate": pd.Timestamp("2026-11-27T00:00Z"), "total": 12.5, "gone": None},
    ),
    "settings.technicians": (
        ["name", "status", "loginName", "phoneNumber", "id"],
        {"id": 1},
    ),
    "accounting.ap_bills": (
        ["referenceNumber", "status", "billAmount", "vendorNumber", "memo"],
        {"billAmount": 12.5},
    ),
    "sales.estimates": (
        ["name", "status.name", "createdOn", "reviewStatus", "jobId"],
        {"createdOn": pd.Timestamp("2026-11-27T00:00Z"), "jobId": 1},
    ),
}


@pytest.mark.parametrize("resource", SHUFFLED)
def test_the_row_s_own_number_and_status_come_first(resource: str) -> None:
    """Not those of other things, such as a phone's or a vendor's number or whether it is synced;
    what is empty comes behind what is not.
    """
    names, others = SHUFFLED[resource]
    frame = pd.DataFrame({name: [others.get(name, "x")] for name in reversed(names)})
    frame.attrs["stnb"] = {"resource": resource}

    assert [frame.columns[i] for i in HeardGrid(frame).about["usual"]] == names


def test_a_frame_of_ones_own_keeps_its_order() -> None:
    """Only the rows of a pull are put in order."""
    assert HeardGrid(pd.DataFrame({"customerId": [1], "name": ["x"]})).about["usual"] == [0, 1]


def test_times_are_the_tenant_s_and_heads_say_so() -> None:
    """Times are on the clock of the profile's zone, which the head names; the frame stays in UTC,
    and days that the API sends as midnights in UTC stay these days, of no zone.
    """
    frame = pd.DataFrame(
        {
            "completedOn": pd.to_datetime(["2026-11-27T23:31Z", None]),
            "invoiceDate": pd.to_datetime(["2026-11-27T00:00Z", "2026-11-28T00:00Z"]),
            "total": pd.array([2000, None], "Float64"),
        }
    )
    frame.attrs["stnb"] = {"resource": "accounting.invoices", "timezone": "America/Phoenix"}
    grid = HeardGrid(frame)

    heads = {column["name"]: column["unit"] for column in grid.about["columns"]}
    assert heads == {"completedOn": "Phoenix time", "invoiceDate": "", "total": "$"}
    assert grid.ask()["rows"] == [
        ["Nov 27, 4:31 pm", "Nov 27, 2026", "2,000.00"],
        [None, "Nov 28, 2026", None],
    ]
    assert grid.ask(search="16:31")["total"] == 1
    assert grid.ask(search="nov 27")["total"] == 1
    assert str(grid.selection["completedOn"].dtype) == "datetime64[us, UTC]"
    grid.state = {"picks": {"completedOn": [{"from": "2026-11-27", "to": "2026-11-28"}]}}
    assert grid.view_lines == [
        'df = df[df["completedOn"].dt.tz_convert("America/Phoenix")'
        '.between("2026-11-27", "2026-11-28", inclusive="left")]'
    ]


def test_ids_have_no_histogram() -> None:
    """Of an id the head says how many there are."""
    grid = HeardGrid(pd.DataFrame({"customerId": [1, 2, 2], "total": [1.5, 2.5, 3.5]}))
    bars = grid.bars(0, 1)

    assert (bars[0]["shape"], bars[0]["note"]) == ("none", "2 different")
    assert bars[1]["shape"] == "bars"


def test_a_note_reads_without_its_tags() -> None:
    """HTML is shown as text, and opened as it is."""
    grid = HeardGrid(pd.DataFrame({"note": ["<p>Gate <b>4417</b></p>", "a < b"]}))

    assert grid.ask()["rows"] == [["Gate 4417"], ["a < b"]]
    assert grid.ask(kind="cell", row=0, col=0)["text"] == "<p>Gate <b>4417</b></p>"


def test_the_main_date_of_a_resource_is_one_fact() -> None:
    """It is a column of the resource, and its filter is one that the resource takes."""
    known = catalog.load()
    for endpoint in known:
        found = main_date(endpoint)
        if found is not None:
            assert found.column in dict(walk(endpoint.columns))
            assert not found.since or endpoint.takes(found.since) is not None

    resources = ("jpm.jobs", "accounting.invoices", "telecom.calls")
    dates = {name: main_date(known[name]) for name in resources}
    assert [(found.column, found.since) for found in dates.values() if found] == [
        ("completedOn", "completedOnOrAfter"),
        ("invoiceDate", "invoicedOnOrAfter"),
        ("leadCall.createdOn", "createdOnOrAfter"),  # a call has its dates in an object
    ]
