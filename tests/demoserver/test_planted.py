"""What an analyst finds in the demo tenant.

The stories that were planted, by nothing but pulled frames.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import stnb

pytestmark = pytest.mark.long
SCALE = 1.0  # the tenant that everybody meets


@pytest.fixture(scope="module")
def tenant() -> Iterator[stnb.Account]:
    with stnb.demo(scale=SCALE) as account:
        yield account


@pytest.fixture(scope="module")
def units(tenant: stnb.Account) -> pd.Series:
    frame = tenant.settings.business_units.pull(active="Any")
    return frame.set_index("id")["name"]


@pytest.fixture(scope="module")
def jobs(tenant: stnb.Account, units: pd.Series) -> pd.DataFrame:
    frame = tenant.jpm.jobs.pull()
    return frame.assign(
        unit=frame["businessUnitId"].map(units),
        month=frame["createdOn"].dt.tz_localize(None).dt.to_period("M"),
    )


@pytest.fixture(scope="module")
def invoices(tenant: stnb.Account) -> pd.DataFrame:
    frame = tenant.accounting.invoices.pull()
    return frame.assign(month=frame["invoiceDate"].dt.tz_localize(None).dt.to_period("M"))


def whole_months(frame: pd.DataFrame) -> pd.DataFrame:
    """Without the first and the last month, which are cut."""
    return frame[(frame["month"] > frame["month"].min()) & (frame["month"] < frame["month"].max())]


def test_revenue_follows_the_season(
    tenant: stnb.Account, jobs: pd.DataFrame, invoices: pd.DataFrame
) -> None:
    """Work on cooling brings far more in July than in April, and work on heating in January."""
    names = tenant.jpm.job_types.pull(active="Any").set_index("id")["name"].astype("str")
    kind_of_job = jobs.set_index("id")["jobTypeId"].map(names)
    bills = whole_months(invoices)
    kind, month = bills["job.id"].map(kind_of_job), bills["month"].dt.month

    def revenue(words: str) -> pd.Series:
        """By month, of the jobs whose type is called so."""
        mine = kind.str.contains(words, regex=True).fillna(False).astype(bool)
        return bills[mine].groupby(month[mine])["total"].sum()

    cooling, heating = revenue(r"^AC |No Cool"), revenue("^Heating|^Furnace")
    assert cooling[7] > 1.5 * cooling[4]
    assert heating[1] > 1.5 * heating[4]


def test_the_third_branch_is_new(jobs: pd.DataFrame, invoices: pd.DataFrame) -> None:
    """The West branch has jobs and revenue from its opening on, and none before.

    The others have both all the time.
    """
    first = jobs.groupby(jobs["unit"].str.split().str[0])["createdOn"].min()

    assert first["West"] - first["North"] > pd.Timedelta(days=365)
    west = invoices[invoices["businessUnit.name"].astype("str").str.startswith("West")]
    assert west["invoiceDate"].min() >= first["West"].normalize()
    assert west["total"].sum() > 0


def test_one_month_went_wrong(jobs: pd.DataFrame) -> None:
    """In one whole month more than twice as many jobs were cancelled as in any other."""
    share = (
        whole_months(jobs)
        .groupby("month")["jobStatus"]
        .agg(lambda s: (s == "Canceled").mean())
        .sort_values()
    )

    assert share.iloc[-1] > 0.2
    assert share.iloc[-1] > 2 * share.iloc[-2]


def test_some_technicians_sell_more(tenant: stnb.Account) -> None:
    """Of those with thirty estimates or more the best sell half as much again as the weakest, and
    it is no accident."""
    jobs = tenant.jpm.jobs.pull(columns=["id", "estimateIds", "firstAppointmentId"])
    visits = tenant.dispatch.appointment_assignments.pull(
        active="Any", columns=["appointmentId", "technicianId"]
    )
    estimates = tenant.sales.estimates.pull(
        active="Any", columns=["id", "jobId", "status", "soldOn"]
    )
    lead = visits.drop_duplicates("appointmentId").set_index("appointmentId")["technicianId"]
    who = jobs.set_index("id")["firstAppointmentId"].map(lead)
    by_job = estimates.assign(sold=estimates["soldOn"].notna()).groupby("jobId")["sold"].any()
    table = (
        pd.DataFrame({"sold": by_job, "who": by_job.index.map(who)})
        .groupby("who")["sold"]
        .agg(["mean", "size"])
    )
    rate = table[table["size"] >= 30]["mean"].sort_values()

    assert len(rate) >= 6
    assert rate.iloc[-1] > 1.5 * rate.iloc[0]


def test_members_leave_and_renew(tenant: stnb.Account) -> None:
    """Memberships that came to their end were renewed for the most part.

    Each renewal begins where the one before it ended.
    """
    members = tenant.memberships.memberships.pull(active="Any")
    ended = members[members["to"] < members["to"].max() - pd.Timedelta(days=365)]
    renewed = ended["renewedById"].notna()

    assert 0.4 < renewed.mean() < 0.95
    assert (members["status"] == "Canceled").any()
    later = members.set_index("id")["from"]
    gap = ended[renewed]["renewedById"].map(later).to_numpy() - ended[renewed]["to"].to_numpy()
    assert abs(pd.Series(gap)).max() <= pd.Timedelta(days=45)


def test_agents_book_differently(tenant: stnb.Account) -> None:
    """Of the calls that could be booked, the best agent books clearly more than the weakest."""
    calls = tenant.telecom.calls.pull(active="Any")
    lead = calls[calls["leadCall.callType"].isin(["Booked", "Unbooked"])]
    table = lead.groupby("leadCall.agent.name")["leadCall.callType"].agg(
        rate=lambda s: (s == "Booked").mean(), size="size"
    )
    rate = table[table["size"] >= 50]["rate"]

    assert len(rate) >= 3
    assert rate.max() - rate.min() > 0.1


def test_one_campaign_is_a_bad_buy(tenant: stnb.Account) -> None:
    """What a booked job cost through Summer TV is a multiple of what it cost through any other
    campaign that was paid for."""
    costs = tenant.marketing.costs.pull()
    days = pd.PeriodIndex.from_fields(
        year=costs["year"].astype(int), month=costs["month"].astype(int), freq="M"
    ).days_in_month
    spent = (costs["dailyCost"] * days).groupby(costs["campaignId"]).sum()
    jobs = tenant.jpm.jobs.pull(columns=["id", "campaignId"]).groupby("campaignId").size()
    names = tenant.marketing.campaigns.pull(active="Any").set_index("id")["name"]
    a_job = (spent / jobs.reindex(spent.index)).rename(names).sort_values()

    assert a_job.index[-1] == "Summer TV"
    assert a_job.iloc[-1] > 3 * a_job.iloc[-2]


def test_companies_pay_late(tenant: stnb.Account) -> None:
    """Commercial customers take more than three weeks at the median, people a day or two.

    Some invoices are far over due.
    """
    customers = tenant.crm.customers.pull(active="Any", columns=["id", "type"]).set_index("id")[
        "type"
    ]
    invoices = tenant.accounting.invoices.pull()
    took = (
        (invoices["paidOn"] - invoices["invoiceDate"])
        .dt.days.groupby(invoices["customer.id"].map(customers))
        .median()
    )
    overdue = invoices[
        (invoices["balance"] > 0)
        & (invoices["dueDate"] < invoices["dueDate"].max() - pd.Timedelta(days=120))
    ]

    assert took["Commercial"] > 21
    assert took["Residential"] <= 3
    assert len(overdue) > 20


def test_prices_rose_with_the_year(tenant: stnb.Account) -> None:
    """The same service costs 6 % more from January on."""
    items = tenant.accounting.export.invoice_items.pull(
        columns=["skuName", "type", "price", "serviceDate", "estimateItemId"]
    )
    plain = items[
        (items["type"] == "Service")
        & items["estimateItemId"].isna()
        & (items["skuName"] != "Membership fee")
    ]
    year = plain["serviceDate"].dt.year
    last = year.max()
    price = plain.groupby([year, "skuName"])["price"].median().unstack(0)

    assert ((price[last] / price[last - 1]).between(1.055, 1.065)).all()


def test_an_invoice_bills_what_was_sold(tenant: stnb.Account) -> None:
    """The lines of a sold estimate stand on an invoice of the same customer, at the price
    of the offer."""
    offered = tenant.sales.estimates.items.pull(active="Any").set_index("id")
    billed = tenant.accounting.export.invoice_items.pull()
    billed = billed[billed["estimateItemId"].notna()]
    line = offered.loc[billed["estimateItemId"]]

    assert len(billed) > 500
    assert (line["invoiceItemId"].to_numpy() == billed["id"].to_numpy()).all()
    assert (line["unitRate"].to_numpy() == billed["price"].to_numpy()).all()


def test_members_states_agree(tenant: stnb.Account) -> None:
    """Each membership that does not run has the change of its status, of the same day.

    Some are suspended and active all the same.
    """
    members = tenant.memberships.memberships.pull(active="Any").set_index("id")
    changes = tenant.memberships.export.membership_status_changes.pull().set_index("membershipId")
    over = members[members["status"] != "Active"]

    assert set(over.index) == set(changes.index)
    assert (changes["newStatus"] == members.loc[changes.index, "status"]).all()
    quit_ = members[members["status"] == "Canceled"]
    assert (changes.loc[quit_.index, "createdOn"] == quit_["cancellationDate"]).all()
    assert members.loc[members["status"] == "Suspended", "active"].all()
    assert (members["status"] == "Suspended").any()


def test_visits_of_members_are_jobs(tenant: stnb.Account) -> None:
    """An event of a recurring service that was won leads to a tune-up of the same customer."""
    events = tenant.memberships.recurring_service_events.pull()
    done = events[events["jobId"].notna()]
    jobs = (
        tenant.jpm.jobs.pull(columns=["id", "customerId", "membershipId", "jobTypeId"])
        .set_index("id")
        .loc[done["jobId"]]
    )
    kinds = tenant.jpm.job_types.pull(active="Any").set_index("id")["name"]

    assert len(done) > 50
    assert (done["status"] == "Won").all()
    assert (jobs["membershipId"].to_numpy() == done["membershipId"].to_numpy()).all()
    assert set(jobs["jobTypeId"].map(kinds)) <= {"AC Tune-up", "Furnace Tune-up"}
