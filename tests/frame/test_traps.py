"""Known traps: told where rows are concerned, in one sentence, and never in the way of a pull."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb import catalog
from stnb.catalog import Endpoint
from stnb.frame import assemble, shape_of, traps
from tests.helpers.sample import tries

KNOWN = catalog.load()
NA = pd.NA
LATE = "15 minutes late"


def told(
    resource: str, filters: dict[str, str] | None = None, limit: int | None = None, **columns: Any
) -> list[str]:
    frame = pd.DataFrame({name.replace("__", "."): values for name, values in columns.items()})
    return [
        notice.text for notice in traps.found(KNOWN[resource], frame, filters or {}, limit=limit)
    ]


def told_of_a_file(resource: str, filters: dict[str, str] | None = None) -> list[str]:
    endpoint = KNOWN[resource]
    return [
        notice.text
        for notice in traps.found(endpoint, None, filters or {}, columns=shape_of(endpoint).by_path)
    ]


def jobs(**more: Any) -> dict[str, Any]:
    return {
        "jobStatus": pd.array(["Completed", "Canceled", "Completed", "Scheduled"], "str"),
        "completedOn": pd.to_datetime(["2026-07-01", "2026-07-02", "2026-07-03", None], utc=True),
        "total": pd.array([100.0, 0.0, 0.0, 0.0], "Float64"),
        **more,
    }


def test_cancelled_jobs_with_an_end_are_counted() -> None:
    """Who counts completedOn counts cancelled jobs too, unless only completed ones were asked for,
    or none came.
    """
    first = told("jpm.jobs", **jobs())[0]

    assert first == (
        "1 of these jobs have a completedOn, but were cancelled:"
        ' filter by jobStatus="Completed" for those that were done.'
    )
    assert 'keep those with jobStatus "Completed"' in told("jpm.export.jobs", **jobs())[0]
    assert not any("cancelled" in t for t in told("jpm.jobs", {"jobStatus": "Completed"}, **jobs()))
    assert not any(
        "cancelled" in t
        for t in told("jpm.jobs", **jobs(completedOn=pd.to_datetime([None] * 4, utc=True)))
    )
    assert "may have a completedOn" in told_of_a_file("jpm.jobs")[0]


def test_totals_of_jobs_are_not_the_revenue() -> None:
    """The share of zeros is that of completed jobs, and without zeros the sentence is about the sum
    alone.
    """
    zeros = told("jpm.jobs", {"jobStatus": "Completed"}, **jobs())
    none = told(
        "jpm.jobs",
        {"jobStatus": "Completed"},
        **jobs(total=pd.array([1.0, 0.0, 2.0, 0.0], "Float64")),
    )

    assert "total is 0 in 50 % of these completed jobs, which means not recorded" in zeros[0]
    assert "report 175" in zeros[0]
    assert "which has adjustments and sales without a job too: its report 175" in none[0]
    assert len(zeros) == len(none) == 1
    assert told("jpm.jobs", id=pd.array([1, 2], "Int64")) == []


def test_several_invoices_of_a_job_are_counted() -> None:
    """Jobs with more than one invoice are counted; with one each, only the revenue is told."""
    twice = told(
        "accounting.invoices",
        job__id=pd.array([7, 7, 7, 8, NA, NA], "Int64"),
        total=pd.array([1.0] * 6, "Float64"),
    )
    once = told(
        "accounting.invoices",
        job__id=pd.array([7, 8, NA, NA], "Int64"),
        total=pd.array([1.0] * 4, "Float64"),
    )

    assert twice[0].startswith(
        "1 job has several of these invoices, as adjustments (adjustmentToId) are invoices too"
    )
    assert len(twice) == 2
    assert once == [twice[1]]
    assert "report 175" in once[0]
    assert "may have several invoices" in told_of_a_file("accounting.invoices")[0]


def test_active_memberships_need_not_run() -> None:
    """Those that are active with another status are counted, with the statuses; who asks for a
    status knows.
    """
    members = {
        "active": pd.array([True, True, False, True, NA], "boolean"),
        "status": pd.array(["Active", "Expired", "Canceled", "Suspended", "Expired"], "str"),
    }

    assert told("memberships.memberships", **members) == [
        (
            "2 of these memberships are active, but their status is Expired or Suspended:"
            ' filter by status="Active" for those that run.'
        )
    ]
    assert told("memberships.memberships", {"status": "Expired"}, **members) == []
    assert (
        told("memberships.memberships", active=members["active"][:1], status=members["status"][:1])
        == []
    )
    assert 'keep those with status "Active"' in told("memberships.export.memberships", **members)[0]


def test_prices_that_were_not_worked_out_are_told() -> None:
    """A price of 0 is told until prices are asked for; other prices are not."""
    prices = {"price": pd.array([0.0, 5.0, 0.0], "Float64")}

    (text,) = told("pricebook.services", **prices)
    assert text.startswith("pricebook.services: price is 0 in 2 rows, which need not be free")
    assert "calculatePrices=True" in text
    assert told("pricebook.services", {"calculatePrices": "true"}, **prices) == []
    assert told("pricebook.services", price=pd.array([5.0], "Float64")) == []
    assert (
        "calculatedPrice is 0 in 1 rows"
        in told("pricebook.services", calculatedPrice=pd.array([0.0], "Float64"))[0]
    )


def test_switches_that_were_left_off_are_named() -> None:
    """Columns that stay empty unless asked for are told where they are empty and were not asked
    for.
    """
    empty: dict[str, Any] = {
        "name": ["Gold"],
        "discounts": [[]],
        "durationBilling": [None],
        "tagTypeIds": [[3]],
    }

    (text,) = told("memberships.membership_types", **empty)
    assert "leaves durationBilling, discounts empty" in text
    assert "includeDurationBilling=True, includeDiscounts=True." in text
    assert (
        "includeDiscounts"
        not in told("memberships.membership_types", {"includeDiscounts": "true"}, **empty)[0]
    )
    assert told("memberships.membership_types", name=["Gold"]) == []


@pytest.mark.parametrize(
    ("resource", "columns", "filters", "says"),
    [
        (
            "settings.technicians",
            {"id": [1]},
            {},
            "soldById of a job leads to id, createdById to userId",
        ),
        (
            "settings.employees",
            {"userId": [1]},
            {},
            "employeeId leads to id, createdById to userId",
        ),
        ("sales.estimates", {"soldBy": [None, 4]}, {}, "a technician, an employee or a user"),
        (
            "sales.estimates.export",
            {"soldBy": [None, 4]},
            {},
            "a technician, an employee or a user",
        ),
        ("sales.estimates", {"soldBy": [None]}, {}, None),
        ("telecom.calls", {"leadCall.id": [1]}, {}, "lies in leadCall"),
        ("telecom.calls", {"id": [1]}, {}, None),
        (
            "crm.customers",
            {"modifiedOn": [1]},
            {"modifiedOnOrAfter": "2026-07-01"},
            "does not change modifiedOn",
        ),
        ("crm.customers", {"modifiedOn": [1]}, {}, None),
        ("crm.export.customers", {"id": [1]}, {}, LATE),
        ("crm.export.customers", {"id": [1]}, {"includeRecentChanges": "true"}, None),
        ("crm.customers.get", {"modifiedOn": [1]}, {"modifiedOnOrAfter": "2026-07-01"}, None),
        ("jpm.jobs.get", {"total": [0.0]}, {}, None),
        ("inventory.vendors", {"id": [1]}, {}, None),
    ],
)
def test_each_trap_is_told_where_it_lies(
    resource: str, columns: Any, filters: dict[str, str], says: str | None
) -> None:
    """The sentence comes with the column, or the filter, that it is about, and not without."""
    frame = pd.DataFrame(columns)
    texts = [notice.text for notice in traps.found(KNOWN[resource], frame, filters)]

    assert [says in text for text in texts[:1] if says] == ([True] if says else [])
    assert bool(texts) == (says is not None)


def test_looking_around_is_not_disturbed() -> None:
    """A few rows, one by its id, or none, are told nothing."""
    one = {name: values[2:3] for name, values in jobs().items()}
    assert told("jpm.jobs", {"ids": "7"}, **one) == []
    assert told("jpm.jobs", **one) != []
    assert told("jpm.jobs", limit=20, **jobs()) == []
    assert told("jpm.jobs", limit=21, **jobs()) != []
    assert told("jpm.jobs", **{name: values[:0] for name, values in jobs().items()}) == []


@pytest.mark.parametrize(
    "resource", [pytest.param(e.name, id=e.name) for e in KNOWN if told_of_a_file(e.name)]
)
def test_sentences_are_short_and_few(resource: str) -> None:
    """At most two, each one sentence of bounded length; a feed's delay is told in the same words
    for every feed.
    """
    texts = told_of_a_file(resource)

    assert len(texts) <= traps.MOST
    for text in texts:
        assert len(text) < 280
        assert re.fullmatch(r"[^.]+(\.\w[^.]*)*\.", text.replace("leadCall.", "leadCall"))
        assert text.startswith((f"{resource}: ", "An export feed shows changes"))


def test_every_resource_named_has_the_columns_named() -> None:
    """No trap lies in a resource or a column that the catalogue does not have."""
    for trap in traps.TRAPS:
        for resource in trap.resources:
            assert set(trap.columns) & set(shape_of(KNOWN[resource]).by_path), (resource, trap)
    for resource, switches in traps.others.ASKED.items():
        assert set(switches) <= set(shape_of(KNOWN[resource]).by_path)
        assert all(KNOWN[resource].takes(switch) for switch in switches.values())


CONCERNED = sorted({r for t in traps.TRAPS for r in t.resources})
ODD = some.one_of(
    some.none(),
    some.integers(),
    some.booleans(),
    some.text(max_size=4),
    some.lists(some.integers(), max_size=2),
)


@settings(max_examples=tries(150))
@given(some.sampled_from(CONCERNED), some.data())
def test_odd_columns_never_stop_a_pull(resource: str, data: some.DataObject) -> None:
    """Whatever the columns hold, and whichever are lacking, there are at most two sentences and no
    error.
    """
    endpoint: Endpoint = KNOWN[resource]
    names = sorted(
        {
            c
            for t in traps.TRAPS
            if resource in t.resources
            for c in (*t.columns, "jobStatus", "status", "active")
        }
    )
    chosen = data.draw(some.lists(some.sampled_from(names), unique=True, min_size=1))
    frame = pd.DataFrame(
        {
            c: pd.Series(data.draw(some.lists(ODD, min_size=3, max_size=3)), dtype=object)
            for c in chosen
        }
    )

    assert len(traps.found(endpoint, frame, {})) <= traps.MOST


@pytest.mark.long
def test_an_empty_pull_of_any_resource_is_told_nothing() -> None:
    """No row, no trap."""
    for endpoint in KNOWN:
        frame, _, _ = assemble([], shape_of(endpoint))
        assert traps.found(endpoint, frame, {}) == []


def test_the_demo_has_its_traps(st: stnb.Account) -> None:
    """The figures are those of the rows: cancelled jobs with an end, and totals of 0 among
    completed ones.
    """
    frame = st.jpm.jobs.pull()

    first, second = (notice.text for notice in traps.found(st.jpm.jobs.endpoint, frame, {}))

    cancelled = int(((frame["jobStatus"] == "Canceled") & frame["completedOn"].notna()).sum())
    done = frame[frame["jobStatus"] == "Completed"]
    assert first.startswith(f"{cancelled:,} of these jobs")
    assert f"total is 0 in {round(100 * (done['total'] == 0).mean())} %" in second


def test_a_pull_into_a_file_hears_of_traps_too(st: stnb.Account, tmp_path: Path) -> None:
    """Of rows that are not in memory, what holds of any of them is said; of none, nothing."""
    with pytest.warns(stnb.KnownTrap, match="jpm.jobs: a cancelled job may have a completedOn"):
        st.jpm.jobs.pull(to=tmp_path / "jobs.parquet")
    with warnings.catch_warnings():
        warnings.simplefilter("error", stnb.KnownTrap)
        st.jpm.jobs.pull(to=tmp_path / "few.parquet", limit=20)
        st.jpm.jobs.pull(to=tmp_path / "ids.parquet", columns=["id"])
        st.jpm.jobs.pull(to=tmp_path / "none.parquet", number="no such job")


def test_who_keeps_a_table_up_to_date_hears_of_no_trap(st: stnb.Account, tmp_path: Path) -> None:
    """Its rows are read again and again, and nobody there can ask for them otherwise."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", stnb.KnownTrap)
        done = stnb.sync([st.jpm.jobs], to=tmp_path)

    assert done["problem"].tolist() == [""]
