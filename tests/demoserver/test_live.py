"""A demo whose time goes on: what arrives, what changes, and that all of it still adds up."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stnb
from stnb.account import connecting
from stnb.catalog import Column, load
from stnb.demoserver.company.columns import Choice, Lazy, Ragged
from stnb.demoserver.company.table import Table
from stnb.demoserver.company.world import World
from stnb.demoserver.live.grown import KEEP, NOTHING, Batch, Grown, Now
from stnb.demoserver.live.live import Clock, Live, LiveWorld

TODAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
HOUR = 3600.0
SYNCED = [
    "jpm.jobs",
    "accounting.invoices",
    "accounting.payments",
    "telecom.calls",
    "crm.customers",
]
pytestmark = pytest.mark.filterwarnings("ignore::stnb.errors.HiddenRows")


class Demo:
    """A live demo and its clock, which goes when it is told to."""

    def __init__(self, hours: float = 9.0, **options: Any) -> None:
        self.now = MIDNIGHT + hours * HOUR
        options = {
            "scale": 0.02,
            "today": TODAY,
            "live": True,
            "clock": lambda: self.now,
            **options,
        }
        self.st = connecting.demo(**options)

    def pass_(self, hours: float) -> None:
        self.now += hours * HOUR


@pytest.fixture
def demo() -> Iterator[Demo]:
    made = Demo()
    with made.st:
        yield made


@pytest.fixture(scope="module")
def world() -> LiveWorld:
    """The world three days after its history ended."""
    base = World(load(), 1, 0.1, TODAY)
    return Live(base, lambda: np.datetime64("2026-03-05T11:30", "us")).world()


def rows(world: World, name: str) -> list[dict[str, Any]]:
    table = world.table(name)
    return [
        json.loads(text) for text in table.rows(np.flatnonzero(table.shown()), table.columns, name)
    ]


def ids(frame: pd.DataFrame) -> set[int]:
    return set(frame["id"].tolist())


@pytest.mark.long
def test_what_exists_depends_on_the_time_alone() -> None:
    """A demo that was asked all day long tells the same as one that is asked for the first time in
    the evening."""
    busy, idle = Demo(), Demo()
    for _ in range(5):
        busy.st.jpm.jobs.pull(limit=3)
        busy.pass_(7.3)
    idle.pass_(5 * 7.3)

    for name in SYNCED:
        active = (
            dict([busy.st[name].endpoint.shows_all]) if busy.st[name].endpoint.shows_all else {}
        )
        pd.testing.assert_frame_equal(busy.st[name].pull(**active), idle.st[name].pull(**active))


def test_another_seed_is_another_day() -> None:
    """What arrives is drawn by the seed."""
    first, second = (Demo(20, seed=seed).st.jpm.jobs.pull()["createdOn"].max() for seed in (1, 2))

    assert first != second


def test_rows_keep_arriving_and_changing(demo: Demo) -> None:
    """After some hours there are new calls, jobs, invoices and payments, and jobs that were
    open are done."""
    before = {name: demo.st[name].pull() for name in SYNCED}
    demo.pass_(6)
    after = {name: demo.st[name].pull() for name in SYNCED}

    for name in SYNCED[:4]:
        assert ids(after[name]) > ids(before[name])
        assert min(ids(after[name]) - ids(before[name])) > max(ids(before[name]))
    was, now = (
        frame.set_index("id")["jobStatus"] for frame in (before["jpm.jobs"], after["jpm.jobs"])
    )
    assert ((now.reindex(was.index) == "Completed") & (was != "Completed")).any()


@pytest.mark.long
def test_a_job_goes_its_way() -> None:
    """It is scheduled, dispatched, worked on and completed.

    Each state is newer than the one before.
    """
    demo, seen = Demo(1), dict[int, list[tuple[str, Any]]]()
    for _ in range(60):
        for row in demo.st.jpm.jobs.pull(modifiedOnOrAfter="2026-03-02T00:00Z").itertuples():
            states = seen.setdefault(row.id, [])
            if not states or states[-1] != (row.jobStatus, row.modifiedOn):
                states.append((row.jobStatus, row.modifiedOn))
        demo.pass_(0.1)

    paths = Counter(tuple(status for status, _ in states) for states in seen.values())
    assert paths["Scheduled", "Dispatched", "InProgress", "Completed"] >= 5
    assert all(a[1] < b[1] for states in seen.values() for a, b in itertools.pairwise(states))


@pytest.mark.long
def test_sync_finds_exactly_what_changed(demo: Demo, tmp_path: Path) -> None:
    """The second sync of a folder adds the new rows and replaces the changed ones, and ends with
    what a first one would read."""
    stnb.sync(SYNCED, tmp_path / "kept", account=demo.st)
    before = {p.name: pd.read_parquet(p) for p in (tmp_path / "kept").glob("*.parquet")}
    demo.pass_(5)
    told = stnb.sync(SYNCED, tmp_path / "kept", account=demo.st).set_index("table")
    stnb.sync(SYNCED, tmp_path / "fresh", account=demo.st)

    assert len(before) == len(SYNCED)
    for name, old in before.items():
        kept, fresh = (
            pd.read_parquet(tmp_path / d / name).set_index("id").sort_index()
            for d in ("kept", "fresh")
        )
        pd.testing.assert_frame_equal(kept, fresh, check_like=True)
        was = old.set_index("id").sort_index().reindex(columns=fresh.columns)
        both = was.index.intersection(fresh.index)
        differs = (
            (was.loc[both].astype(object).map(repr) != fresh.loc[both].astype(object).map(repr))
            .any(axis=1)
            .sum()
        )
        row = told.loc[name.removesuffix(".parquet")]
        assert (row["added"], row["changed"]) == (len(fresh) - len(was), differs)
        assert row["added"] + row["changed"] > 0
        assert row["requests"] == 1


def test_changes_reach_an_export_after_a_quarter_of_an_hour(demo: Demo) -> None:
    """What has just happened is in the list, in the export only when recent changes are asked for,
    and later in any case."""
    export = demo.st.jpm.export.jobs
    while demo.st.jpm.jobs.pull(createdOnOrAfter=datetime.fromtimestamp(demo.now - 600, UTC)).empty:
        demo.pass_(0.1)
    early, recent, listed = (
        export.pull(),
        export.pull(includeRecentChanges=True),
        demo.st.jpm.jobs.pull(),
    )
    demo.pass_(0.26)

    assert ids(early) < ids(recent) == ids(listed)
    assert early["modifiedOn"].max() <= pd.Timestamp(
        demo.now - 0.26 * HOUR, unit="s", tz="UTC"
    ) - pd.Timedelta(minutes=15)
    assert ids(recent) <= ids(export.pull())


def test_a_pull_that_pages_while_rows_arrive_loses_none(demo: Demo) -> None:
    """In the order of ids new rows come last, so that each page goes on where the one
    before ended."""
    begun = ids(demo.st.jpm.jobs.pull())
    seen: list[int] = []
    for page in range(1, 40):
        answer = demo.st.get("jpm/v2/tenant/{tenant}/jobs", page=page, pageSize=50, sort="+Id")
        seen += [row["id"] for row in answer["data"]]
        demo.pass_(0.2)
        if not answer["hasMore"]:
            break

    assert seen == sorted(set(seen))
    assert set(seen) > begun


def test_an_answer_that_lasts_beyond_midnight_is_of_one_day() -> None:
    """At whichever look at the clock a day begins: the answer neither breaks nor mixes days."""
    demo, looks = Demo(), itertools.count()

    def clock() -> float:
        return demo.now + 2.0 * (next(looks) >= 0)

    with connecting.demo(scale=0.02, today=TODAY, live=True, clock=clock) as st:
        for before in range(20):
            demo.now = MIDNIGHT + 48 * (before + 1) * HOUR - 1.0  # a day that nobody has seen
            looks = itertools.count(-before)
            assert st.telecom.calls.count(createdOnOrAfter="2026-01-01") > 0
    assert next(looks) < 0  # the last answer was made before midnight


def test_a_table_of_yesterday_stays_as_it_was() -> None:
    """A column that is first asked for after midnight has as many rows as the table."""
    moment = [np.datetime64("2026-03-02T11:30", "us")]
    live = Live(World(load(), 1, 0.02, TODAY), lambda: moment[0])
    yesterday = live.world().table("telecom.calls")

    moment[0] += np.timedelta64(3, "D")
    today = live.world().table("telecom.calls")

    assert today.size > yesterday.size
    for path in ("id", "leadCall.createdOn", "leadCall.direction"):
        assert len(yesterday.array(path)) == yesterday.size


def test_filters_records_and_sublists_see_the_present(demo: Demo) -> None:
    """A row is found by what it says now, by its id, and by what other tables say of it now."""
    st = demo.st
    demo.pass_(4)
    jobs = st.jpm.jobs.pull()
    working = st.jpm.appointments.pull(status="Working", active="Any")
    new = jobs[jobs["createdOn"] >= pd.Timestamp(TODAY, tz="UTC")]
    technician = st.dispatch.appointment_assignments.pull(jobId=int(new["id"].iloc[-1]))[
        "technicianId"
    ].iloc[0]

    assert ids(st.jpm.jobs.pull(jobStatus="InProgress")) == ids(
        jobs[jobs["jobStatus"] == "InProgress"]
    )
    assert ids(st.jpm.jobs.pull(appointmentStatus="Working")) == set(working["jobId"])
    assert int(new["id"].iloc[-1]) in ids(st.jpm.jobs.pull(technicianId=int(technician)))
    assert st.jpm.jobs.get(int(new["id"].iloc[-1]))["jobStatus"] == new["jobStatus"].iloc[-1]
    assert st.get(f"jpm/v2/tenant/{{tenant}}/jobs/{new['id'].iloc[-1]}/history")["history"]
    call = int(st.telecom.calls.pull()["id"].max())
    assert st.get(f"telecom/v2/tenant/{{tenant}}/calls/{call}")["id"] == call
    with pytest.raises(stnb.NotFound):
        st.jpm.jobs.get(int(jobs["id"].max()) + 1)


@pytest.mark.long
def test_ids_are_unique_and_lead_somewhere(world: LiveWorld) -> None:
    """Every row is there once, and whatever the new rows refer to is there too."""
    found = {name: {row["id"]: row for row in rows(world, name)} for name in world.grown}
    for name in world.grown:
        assert len(found[name]) == world.table(name).shown().sum()
    jobs, seen, bills = found["jpm.jobs"], found["jpm.appointments"], found["accounting.invoices"]
    since = [job for job in jobs.values() if job["createdOn"] >= "2026-03-02"]
    assert len(since) > 100
    for job in since:
        assert job["customerId"] in found["crm.customers"]
        assert seen[job["firstAppointmentId"]]["jobId"] == job["id"]
        assert bills[job["invoiceId"]]["job"] == {
            **bills[job["invoiceId"]]["job"],
            "id": job["id"],
            "number": job["jobNumber"],
        }
        assert (
            job["leadCallId"] is None
            or found["telecom.calls"][job["leadCallId"]]["jobNumber"] == job["jobNumber"]
        )
        assert (
            job["bookingId"] is None
            or found["crm.bookings"][job["bookingId"]]["jobId"] == job["id"]
        )
        assert (job["completedOn"] is not None) == (job["jobStatus"] == "Completed")
    for sent in found["dispatch.appointment_assignments"].values():
        assert seen[sent["appointmentId"]]["jobId"] == sent["jobId"]
    assert {
        call["job"]["id"] for call in found["telecom.export.calls"].values() if call["job"]
    } <= set(jobs)


@pytest.mark.long
def test_totals_still_agree(world: LiveWorld) -> None:
    """An invoice is the sum of its items, its balance what payments have left, and a customer's
    balance the sum of those."""
    bills = {row["id"]: row for row in rows(world, "accounting.invoices")}
    items, paid, owed = set[int](), Counter[int](), Counter[int]()
    for payment in rows(world, "accounting.payments"):
        for part in payment["appliedTo"]:
            paid[part["appliedId"]] += round(100 * float(part["appliedAmount"]))
    for bill in bills.values():
        cents = {key: round(100 * float(bill[key])) for key in ("subTotal", "total", "balance")}
        assert cents["subTotal"] == sum(round(100 * float(item["total"])) for item in bill["items"])
        assert cents["balance"] == cents["total"] - paid[bill["id"]]
        assert (
            bill["balance"] != "0.00"
            or bill["total"] == "0.00"
            or float(bill["total"]) < 0
            or bill["paidOn"]
        )
        items |= {item["id"] for item in bill["items"]}
        owed[bill["customer"]["id"]] += cents["balance"]
    assert items == {row["id"] for row in rows(world, "accounting.export.invoice_items")}
    assert all(
        round(100 * float(c["balance"])) == owed[c["id"]] for c in rows(world, "crm.customers")
    )
    assert set(paid) <= set(bills)


@pytest.mark.long
def test_no_row_tells_of_the_future(world: LiveWorld) -> None:
    """Whatever was created, changed, completed or paid was so by now."""
    for name in world.grown:
        for row in rows(world, name):
            row = row | row.get("leadCall", {})
            for key in (
                "createdOn",
                "modifiedOn",
                "completedOn",
                "paidOn",
                "receivedOn",
                "assignedOn",
            ):
                assert (row.get(key) or "") <= "2026-03-05T11:30"


@pytest.mark.parametrize(
    ("at", "speed", "shown"),
    [
        pytest.param("2026-03-02T14:00", 60.0, "2026-03-02T15:00", id="today"),
        pytest.param("2026-07-09T14:00", 60.0, "2026-03-02T15:00", id="a day of the past"),
        pytest.param("2026-03-02T14:00", 1.0, "2026-03-02T14:01", id="as fast as the clock"),
    ],
)
def test_time_begins_on_the_day_after_the_history(at: str, speed: float, shown: str) -> None:
    """At the hour that it is, and then it goes at its own speed."""
    now = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    moments = iter([now, now + 60])
    clock = Clock(np.datetime64(TODAY, "us"), lambda: next(moments), speed)

    assert clock() == np.datetime64(shown, "us")


@pytest.mark.parametrize("speed", [0, -1, 1e9, float("nan")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    """With what it may be."""
    with pytest.raises(ValueError, match="lies above 0"):
        stnb.demo(live=True, speed=speed)


# -- tables that grow

INNER = Column(
    "parts",
    "array",
    children=(Column("", "object", children=(Column("id", "integer"), Column("n", "integer"))),),
)
COLUMNS = (
    Column("id", "integer"),
    Column("when", "date-time"),
    Column("day", "date-time"),
    Column("kind", "string"),
    Column("fixed", "string"),
    Column("lazy", "string"),
    Column("tags", "array", children=(Column("", "integer"),)),
    INNER,
    Column("filled", "string"),
)


def growing() -> tuple[Table, Grown, list[np.datetime64]]:
    def fill(table: Table, column: Column, path: str) -> Any:
        return np.array([f"made {i}" for i in range(table.size)], dtype=object)

    inner = Table(
        "parts",
        3,
        {"id": np.array([1, 2, 3]), "n": np.array([7, 8, 9])},
        INNER.children[0].children,
        fill,
    )
    data = {
        "id": np.array([10, 20]),
        "when": np.array(["2026-01-01T05:06:07", "2026-01-02T00:00:00"], dtype="datetime64[us]"),
        "day": np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[us]"),
        "kind": Choice(np.array([0, 1]), ["a", "b"]),
        "fixed": None,
        "lazy": Lazy(lambda at: [f"row {i}" for i in at.tolist()]),
        "tags": Ragged(np.array([0, 2, 3]), np.array([5, 6, 7])),
        "parts": Ragged(np.array([0, 1, 3]), inner),
    }
    base, now = Table("toys", 2, data, COLUMNS, fill), [np.datetime64("2026-02-01", "us")]
    hours = np.array([26, 0], dtype="timedelta64[h]").astype("timedelta64[us]")
    begin = np.array(["2026-02-02", "2026-02-03"], dtype="datetime64[us]")
    values: dict[str, list[Any]] = {
        "id": [30, KEEP],
        "kind": ["c", KEEP],
        "fixed": ["x", KEEP],
        "lazy": [KEEP, "told"],
    }
    values["parts"] = [KEEP, [(0, {"id": 4})]]
    ends = (np.array([0]), begin[1:])
    return (
        base,
        Grown(base, [Batch(np.array([1, 0]), begin, hours, values, ends)], lambda: now[0]),
        now,
    )


def test_a_copy_differs_where_it_is_told_to() -> None:
    """Every kind of column grows.

    Arrays, choices, lists, objects in lists, what is made when asked for, and one value for all.
    """
    base, grown, _ = growing()
    first, second, third, fourth = (
        json.loads(t) for t in grown.rows(np.arange(4), COLUMNS, "toys")
    )

    assert [first, second] == [json.loads(t) for t in base.rows(np.arange(2), COLUMNS, "toys")]
    assert third == second | {
        "id": 30,
        "kind": "c",
        "fixed": "x",
        "when": "2026-01-03T02:00:00Z",
        "day": "2026-01-03T00:00:00Z",
    }
    assert fourth == first | {"lazy": "told", "parts": [{"id": 4, "n": 7}]}
    assert base.size == 2


def test_rows_are_shown_from_one_moment_to_another() -> None:
    """A row that was replaced is gone from then on, and is found by its id in its new state."""
    _, grown, now = growing()
    told = []
    for day in ("2026-02-01", "2026-02-02", "2026-02-03"):
        now[0] = np.datetime64(day, "us")
        told.append(
            (
                np.flatnonzero(grown.shown()).tolist(),
                grown.find("10"),
                grown.find("30"),
                Now(grown).at.tolist(),
            )
        )

    assert told == [
        ([0, 1], 0, None, [0, 1]),
        ([0, 1, 2], 0, 2, [0, 1, 2]),
        ([1, 2, 3], 3, 2, [3, 1, 2]),
    ]
    assert grown.in_order(np.array([1, 2, 3])).tolist() == [3, 1, 2]
    assert (grown.original("30"), grown.original("999")) == ("20", "999")


def test_the_present_of_a_table_has_its_columns() -> None:
    """Each row once, in the order of ids, with what it says now."""
    _, grown, now = growing()
    now[0] = np.datetime64("2026-02-03", "us")
    present = Now(grown)

    read = [json.loads(text) for text in present.rows(np.arange(3), COLUMNS[:7], "toys")]
    assert [r["id"] for r in read] == [10, 20, 30]
    assert [r["kind"] for r in read] == ["a", "b", "c"]
    assert [r["tags"] for r in read] == [[5, 6], [7], [7]]


def test_nothing_added_changes_nothing() -> None:
    """A table to which no rows are added is as it was."""
    base, _, _ = growing()
    none = np.empty(0, dtype=np.int64)
    empty = Batch(none, NOTHING[1], none.astype("timedelta64[us]"), {}, NOTHING)
    grown = Grown(base, [empty], lambda: np.datetime64("2026-02-01", "us"))

    assert grown.rows(np.arange(2), COLUMNS, "toys") == base.rows(np.arange(2), COLUMNS, "toys")
