"""The demo's people: who works where, how well, and what follows in visits, pay and ratings."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from stnb.catalog import load
from stnb.demoserver.company.simulation import Company
from stnb.demoserver.company.world import World

CATALOG = load()
TODAY = date(2026, 3, 2)
HOUR = np.timedelta64(1, "h")
DAY = np.timedelta64(1, "D")
DONE = 4  # status of an appointment


@pytest.fixture(scope="module")
def world() -> World:
    return World(CATALOG, 1, 1.0, TODAY)


@pytest.fixture(scope="module")
def co(world: World) -> Company:
    return world.company


def rows(world: World, name: str, *chosen: int) -> list[dict[str, Any]]:
    """Rows of a resource as an endpoint of that name writes them."""
    table = world.table(world.home(CATALOG[name]))
    at = np.array(chosen) if chosen else np.arange(table.size)
    return [json.loads(row) for row in table.rows(at, CATALOG[name].columns, name)]


def at(world: World, name: str, **keys: Any) -> list[dict[str, Any]]:
    """The rows of a list below the record with that id."""
    endpoint = CATALOG[name]
    (noun, key), *_ = keys.items()
    table, found = world.below(endpoint, [(noun.replace("_", "-"), str(key))])
    return [json.loads(row) for row in table.rows(found, endpoint.columns, name)]


def visits_done(co: Company) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """(technician, day) of each visit that somebody made."""
    sheet = co["payroll.jobs.timesheets"]
    who = np.searchsorted(co["settings.technicians"]["id"], sheet["technicianId"])
    return who, (
        (sheet["arrivedOn"] - 7 * HOUR).astype("datetime64[D]") - co.start.astype("datetime64[D]")
    ).astype(int)


def first_led(co: Company) -> np.ndarray[Any, Any]:
    """The technician who led the first visit of each job."""
    return np.asarray(np.searchsorted(co["settings.technicians"]["id"], co.first_technicians.id))


def rank_correlation(a: Any, b: Any) -> float:
    return float(np.corrcoef(np.argsort(np.argsort(a)), np.argsort(np.argsort(b)))[0, 1])


# -- the crews


@pytest.mark.parametrize(("seed", "scale"), [(1, 0.05), (3, 2 / 7), (1, 1.0)])
def test_nobody_is_sent_before_the_first_day_or_after_the_last(seed: int, scale: float) -> None:
    """Every visit is assigned to people who were at the company then."""
    company = World(CATALOG, seed, scale, TODAY).company
    crew, sent, seen = (
        company.crew,
        company["dispatch.appointment_assignments"],
        company["jpm.appointments"],
    )
    who = np.searchsorted(company["settings.technicians"]["id"], sent["technicianId"])
    start = seen["start"][np.searchsorted(seen["id"], sent["appointmentId"])]

    assert (crew.hired[who] <= start).all()
    assert not (crew.left[who] <= start).any()
    assert (~np.isnat(crew.left)).any()
    assert (crew.hired > company.start).any()
    assert company["settings.technicians"]["active"].tolist() == np.isnat(crew.left).tolist()


def test_everybody_works_in_a_branch_and_trade_that_is_known(co: Company) -> None:
    """Visits are made by technicians of the job's branch who have its trade among their skills."""
    crew, sent, job, seen = co.crew, co.sent, co.jobs, co["jpm.appointments"]
    row = seen["_job"][sent.at]
    knows = np.zeros((len(crew.skill), 4), dtype=bool)
    for who, trades in enumerate(crew.trades):
        knows[who, trades] = True

    assert (crew.branch[sent.who] == job.branch[row]).all()
    hvac = job.recall[row] >= 0  # a recall of an installation is HVAC service
    assert knows[sent.who, job.trade[row]][~hvac].all()


@pytest.mark.parametrize(("scale", "least"), [(2 / 7, 1.8), (1.0, 2.0)])
def test_days_are_full(scale: float, least: float) -> None:
    """On the days on which technicians are out they make about two visits, the busy ones two to
    five, and few days have more than six."""
    company = World(CATALOG, 1, scale, TODAY).company
    who, day = visits_done(company)
    days, counts = np.unique(who * 1000 + day, return_counts=True)
    mean = np.bincount(days // 1000, counts) / np.maximum(np.bincount(days // 1000), 1)
    weekdays = (
        (np.fmin(company.crew.left, company.end) - np.maximum(company.crew.hired, company.start))
        / DAY
        * 5
        / 7
    )
    out = np.bincount(days // 1000, minlength=len(weekdays)) / np.maximum(weekdays, 1)
    busy = np.argsort(-mean)[: max(2, len(mean) // 3)]

    assert counts.mean() > least
    assert ((mean[busy] >= 1.9) & (mean[busy] <= 5)).all()
    assert np.quantile(counts, 0.99) <= 6
    assert np.median(out[weekdays > 100]) > 0.5


def test_nobody_is_at_two_places_at_once(co: Company) -> None:
    """The visits of a technician follow each other.

    The way to the next begins when the last is done.
    """
    sheet = co["payroll.jobs.timesheets"]
    order = np.lexsort((sheet["arrivedOn"], sheet["technicianId"]))
    same = sheet["technicianId"][order][1:] == sheet["technicianId"][order][:-1]
    gap = sheet["dispatchedOn"][order][1:] - sheet["doneOn"][order][:-1]

    assert (gap[same] >= np.timedelta64(0)).mean() > 0.995
    assert (sheet["dispatchedOn"] < sheet["arrivedOn"]).all()
    assert (sheet["arrivedOn"] < sheet["doneOn"]).all()


def test_pace_shows_in_timesheets(co: Company) -> None:
    """The slower somebody's pace, the longer the visits, compared with what the job types are
    planned for."""
    sheet, seen, crew = co["payroll.jobs.timesheets"], co["jpm.appointments"], co.crew
    who, _ = visits_done(co)
    visit = np.searchsorted(seen["id"], sheet["appointmentId"])
    took = (sheet["doneOn"] - sheet["arrivedOn"]) / (seen["end"] - seen["start"])[visit]
    many = np.bincount(who, minlength=len(crew.pace)) > 60
    mean = np.bincount(who, took, len(crew.pace)) / np.maximum(
        np.bincount(who, minlength=len(crew.pace)), 1
    )

    assert many.sum() > 20
    assert rank_correlation(mean[many], crew.pace[many]) > 0.9


def test_completion_follows_the_clock(co: Company) -> None:
    """A job is completed within a second of the moment when the last of its people was done."""
    job, sheet = co["jpm.jobs"], co["payroll.jobs.timesheets"]
    last = np.full(len(job["id"]), np.datetime64("1970-01-01", "us"))
    np.maximum.at(last, np.searchsorted(job["id"], sheet["jobId"]), sheet["doneOn"])
    done = np.flatnonzero(co.jobs.status == 4)
    late = (job["completedOn"][done] - last[done]) / np.timedelta64(1, "s")

    assert len(done) > 1000
    assert ((late >= 0) & (late < 1)).all()


def test_nothing_in_the_west_before_it_opened(co: Company) -> None:
    """The third branch has no customer, job, visit, technician or shift before its first day, and
    has all of them after it."""
    west, opened = co.jobs.branch == 2, co.west_opens
    mine = co.crew.branch == 2
    shift = co["dispatch.technician_shifts"]
    in_west = np.isin(shift["technicianId"], co["settings.technicians"]["id"][mine])

    assert west.sum() > 100
    assert mine.any()
    assert in_west.any()
    assert (co.jobs.created[west] >= opened).all()
    assert (co.crew.hired[mine] >= opened).all()
    assert (co["jpm.appointments"]["start"][west[co["jpm.appointments"]["_job"]]] >= opened).all()
    assert (co.customers.created[co.customers.city >= 7] >= opened).all()
    assert (shift["start"][in_west] >= opened).all()


# -- recalls


def test_recalls_are_of_a_job_done_shortly_before(co: Company) -> None:
    """A recall is at the same customer and location, of the same trade, free of charge, within
    weeks of the job."""
    job, facts = co["jpm.jobs"], co.jobs
    again = np.flatnonzero(job["recallForId"] >= 0)
    of = np.searchsorted(job["id"], job["recallForId"][again])
    kinds = co["jpm.job_types"]["name"][facts.kind[again]]

    assert 0.01 < len(again) / len(job["id"]) < 0.06
    assert (job["customerId"][again] == job["customerId"][of]).all()
    assert (job["locationId"][again] == job["locationId"][of]).all()
    assert (
        facts.trade[again] // 2 * 2 + (facts.trade[again] == 3)
        == np.array([0, 0, 2, 3])[facts.trade[of]]
    ).all()
    assert all(name.endswith("Recall") for name in kinds)
    assert job["noCharge"][again].all()
    age = (job["createdOn"][again] - facts.last_end[of]) / DAY
    assert ((age > 0) & (age <= 46)).all()


def test_recalls_are_rarer_for_the_skilled(co: Company) -> None:
    """Jobs led by the better third come back less than half as often as those of the
    worst third."""
    skill, led = co.crew.skill, first_led(co)
    of = co.jobs.recall[co.jobs.recall >= 0]
    again = np.bincount(of, minlength=len(led)) > 0
    low, high = np.quantile(skill[led], [1 / 3, 2 / 3])

    assert again[skill[led] >= high].mean() < 0.5 * again[skill[led] <= low].mean()


# -- pay


def test_gross_pay_is_the_hours_of_the_timesheets(co: Company) -> None:
    """For each technician and day the paid hours are those of the timesheets, and the wage is hours
    times rate."""
    sheet, item, crew = (
        co["payroll.jobs.timesheets"],
        co["payroll.gross_pay_items"],
        co["settings.technicians"],
    )
    wage = item["grossPayItemType"].array() == "TimesheetTime"
    who, day = visits_done(co)
    paid_who = np.searchsorted(crew["id"], item["employeeId"])
    paid_day = ((item["date"] - co.start) // DAY).astype(int)
    hours = np.zeros((len(crew["id"]), 800))
    np.add.at(hours, (who, np.clip(day, 0, 799)), (sheet["doneOn"] - sheet["arrivedOn"]) / HOUR)
    paid = np.zeros_like(hours)
    np.add.at(paid, (paid_who[wage], paid_day[wage]), item["paidDurationHours"][wage])

    assert wage.sum() == len(sheet["id"])
    assert (np.abs(hours - paid) < 0.05).mean() > 0.9999
    assert item["amount"][wage] == pytest.approx(
        item["paidDurationHours"][wage] * crew["hourlyRate"][paid_who[wage]], abs=0.006
    )


def test_commission_is_a_share_of_the_invoice(co: Company) -> None:
    """The other items are a technician's part of an invoice times the commission rate."""
    item, crew, bill = co["payroll.gross_pay_items"], co["settings.technicians"], co.bills
    split = co["payroll.jobs.splits"]
    some = np.flatnonzero(item["grossPayItemType"].array() == "InvoiceRelatedBonus")
    part = {
        (int(j), int(t)): s
        for j, t, s in zip(split["jobId"], split["technicianId"], split["split"], strict=True)
    }
    total = dict(zip(bill.id.tolist(), bill.sub_total.tolist(), strict=True))
    rate = dict(zip(crew["id"].tolist(), crew["commissionRate"].tolist(), strict=True))

    assert len(some) > 1000
    for i in some[:: len(some) // 300].tolist():
        job, who = int(item["jobId"][i]), int(item["employeeId"][i])
        expected = total[int(item["invoiceId"][i])] * part[job, who] / 100 * rate[who]
        assert item["amount"][i] == pytest.approx(expected, abs=0.006)


def test_payrolls_hold_their_items(co: Company) -> None:
    """Each pay item is in the two weeks of its payroll and of the same person.

    A person's payrolls follow without a gap.
    """
    item, roll = co["payroll.gross_pay_items"], co["payroll.payrolls"]
    of = np.searchsorted(roll["id"], item["payrollId"])
    order = np.lexsort((roll["startedOn"], roll["employeeId"]))
    same = roll["employeeId"][order][1:] == roll["employeeId"][order][:-1]

    assert (roll["id"][of] == item["payrollId"]).all()
    assert (roll["employeeId"][of] == item["employeeId"]).all()
    assert ((roll["startedOn"][of] <= item["date"]) & (item["date"] < roll["endedOn"][of])).all()
    assert ((roll["endedOn"] - roll["startedOn"]) == 14 * DAY).all()
    assert (roll["startedOn"][order][1:][same] == roll["endedOn"][order][:-1][same]).all()
    assert set(roll["status"].array()) == {"Pending", "Approved", "Paid"}


def test_splits_make_a_hundred(co: Company) -> None:
    """The credit for each completed job is shared among those who were there, and the shares
    make 100 %."""
    split, job = co["payroll.jobs.splits"], co["jpm.jobs"]
    at_job = np.searchsorted(job["id"], split["jobId"])
    sums = np.bincount(at_job, split["split"], len(job["id"]))
    done = co.jobs.status == 4

    assert np.round(sums[done], 6).tolist() == [100.0] * int(done.sum())
    assert (sums[~done] == 0).all()
    assert (np.bincount(at_job) == 3).any()


def test_pay_items_lead_to_the_work(world: World) -> None:
    """A wage's source is the activity of working on the same job by the same technician at
    the same time."""
    activities = {row["id"]: row for row in rows(world, "timesheets.activities", *range(2000))}
    for item in rows(world, "payroll.gross_pay_items", *range(0, 900, 9)):
        source = activities[item["sourceEntityId"]]
        assert (source["employeeId"], source["jobId"]) == (item["employeeId"], item["jobId"])
        assert (source["startTime"], source["endTime"]) == (item["startedOn"], item["endedOn"])


def test_settings_of_pay_agree_with_the_person(world: World) -> None:
    """Rates and first days in the payroll settings are those of technicians and
    employees, each once."""
    people = rows(world, "settings.technicians") + rows(world, "settings.employees")
    rates = {row["id"]: (row["hourlyRate"], row["startDate"]) for row in people}
    settings = rows(world, "payroll.payroll_settings")

    assert {row["employeeId"]: (row["hourlyRate"], row["hireDate"]) for row in settings} == rates
    assert len(settings) == len(rates) == len(people)


def test_other_time_is_what_the_dispatcher_put_down(co: Company) -> None:
    """Meetings, training and leave on timesheets are past entries of the board, on days when their
    technician was there."""
    sheet, other, crew = (
        co["payroll.non_job_timesheets"],
        co["dispatch.non_job_appointments"],
        co.crew,
    )
    mine = sheet["employeeType"].array() == "Technician"
    booked = set(
        zip(
            other["technicianId"].tolist(),
            other["start"].tolist(),
            other["timesheetCodeId"].tolist(),
            strict=True,
        )
    )
    found = set(
        zip(
            *(sheet[key][mine].tolist() for key in ("employeeId", "startedOn", "timesheetCodeId")),
            strict=True,
        )
    )
    who = np.searchsorted(co["settings.technicians"]["id"], other["technicianId"])

    assert found <= booked
    assert len(found) > 100
    assert (crew.hired[who] <= other["start"]).all()
    assert not (crew.left[who] <= other["start"]).any()


# -- the board


def test_shifts_fit_the_work(co: Company) -> None:
    """Whoever is sent out in the last ten weeks has a shift that day, nobody on leave is sent, and
    on holidays nobody works."""
    shift, crew = co["dispatch.technician_shifts"], co["settings.technicians"]
    day = (shift["start"] - 7 * HOUR).astype("datetime64[D]")
    kind = shift["shiftType"].array()
    has = set(zip(shift["technicianId"].tolist(), day.tolist(), strict=True))
    leave = set(
        zip(
            shift["technicianId"][kind == "TimeOff"].tolist(),
            day[kind == "TimeOff"].tolist(),
            strict=True,
        )
    )
    who, out = visits_done(co)
    recent = out > 730 - 69
    days = (co.start.astype("datetime64[D]") + out[recent]).tolist()
    went = set(zip(crew["id"][who[recent]].tolist(), days, strict=True))
    starts = (co["jpm.appointments"]["start"] - 7 * HOUR).astype("datetime64[D]")

    assert len(went) > 300
    assert len(went - has) <= 0.01 * len(went)
    assert not went & leave
    assert leave
    assert not np.isin(
        starts, np.array(["2024-12-25", "2025-01-01", "2025-07-04"], dtype="datetime64[D]")
    ).any()


def test_zones_and_skills_name_their_technicians(world: World) -> None:
    """A zone's technicians are those who have it among theirs, and everybody's skills are in
    both lists."""
    technicians = {row["id"]: row for row in rows(world, "settings.technicians")}
    zones = rows(world, "dispatch.zones")
    skills = {
        (row["technicianId"], row["name"]) for row in rows(world, "dispatch.technician_skills")
    }

    assert {(z["id"], t) for z in zones for t in z["technicians"]} == {
        (z, t["id"]) for t in technicians.values() if t["active"] for z in t["zoneIds"]
    }
    assert skills == {(t["id"], s["name"]) for t in technicians.values() for s in t["skills"]}
    assert {t["team"] for t in technicians.values()} <= {
        row["name"] for row in rows(world, "dispatch.teams")
    }


# -- what customers say


@pytest.mark.parametrize(
    "name", ["customer_interactions.technician_ratings", "marketingreputation.reviews"]
)
def test_ratings_follow_skill(co: Company, name: str) -> None:
    """The better a technician, the more stars; both lists have all five numbers of stars."""
    given, crew = co[name], co.crew
    known = given["technicianId"] >= 0
    who = np.searchsorted(co["settings.technicians"]["id"], given["technicianId"][known])
    counts = np.bincount(who, minlength=len(crew.skill))
    mean = np.bincount(who, given["rating"][known], len(crew.skill)) / np.maximum(counts, 1)
    many = counts > (40 if "ratings" in name else 12)

    assert many.sum() > 15
    assert rank_correlation(mean[many], crew.skill[many]) > 0.7
    assert set(given["rating"].tolist()) == {1.0, 2.0, 3.0, 4.0, 5.0}


@pytest.mark.long
def test_reviews_agree_with_their_job(world: World) -> None:
    """A review that is matched to a job has its customer, business unit and technician, and the
    stars of the rating."""
    co = world.company
    stars = dict(
        zip(
            co["customer_interactions.technician_ratings"]["jobId"].tolist(),
            co.ratings.stars.tolist(),
            strict=True,
        )
    )
    jobs = {row["id"]: row for row in rows(world, "jpm.jobs")}
    matched = [row for row in rows(world, "marketingreputation.reviews") if row["jobId"]]

    assert len(matched) > 100
    for row in matched:
        job = jobs[row["jobId"]]
        assert (row["customerId"], row["businessUnitId"]) == (
            job["customerId"],
            job["businessUnitId"],
        )
        assert row["rating"] == stars[row["jobId"]]


# -- customers


@pytest.mark.long
def test_contacts_agree_between_the_routes(world: World) -> None:
    """The number and the address of a customer are the same in every list.

    All have a telephone, most an e-mail address.
    """
    by_customer: dict[int, set[tuple[str, str]]] = {}
    for row in rows(world, "crm.customers.contacts"):
        by_customer.setdefault(row["customerId"], set()).add((row["type"], row["value"]))
    people = {row["id"]: row for row in rows(world, "crm.contacts")}
    by_person: dict[int, set[tuple[str, str]]] = {}
    for row in rows(world, "crm.contacts.contact_methods"):
        by_person.setdefault(int(people[row["contactId"]]["referenceId"]), set()).add(
            (row["type"], row["value"])
        )
    owner = {row["id"]: row["customerId"] for row in rows(world, "crm.locations")}
    customers = rows(world, "crm.customers")

    assert by_customer == by_person
    assert set(by_customer) == {row["id"] for row in customers}
    for row in rows(world, "crm.locations.contacts"):
        assert (row["type"], row["value"]) in by_customer[owner[row["locationId"]]]
    assert all(
        {kind for kind, _ in ways} & {"Phone", "MobilePhone"} for ways in by_customer.values()
    )
    assert (
        0.8
        < np.mean(["Email" in {kind for kind, _ in ways} for ways in by_customer.values()])
        < 0.95
    )
    values = {value for ways in by_customer.values() for _, value in ways}
    assert all("555-01" in v or v.endswith("@mail.example") for v in values)


def test_lists_below_a_customer(world: World) -> None:
    """The contacts, notes and relationships of one customer are those of the whole lists."""
    customer = rows(world, "crm.customers")[7]
    mine = [
        row for row in rows(world, "crm.customers.contacts") if row["customerId"] == customer["id"]
    ]
    person = next(
        row for row in rows(world, "crm.contacts") if row["referenceId"] == str(customer["id"])
    )
    notes = world.company["crm.customers.notes"]

    assert [
        row["value"] for row in at(world, "crm.customers.contacts.by_id", customers=customer["id"])
    ] == [row["value"] for row in mine]
    assert (
        len(at(world, "crm.customers.notes", customers=customer["id"]))
        == (notes["customerId"] == customer["id"]).sum()
    )
    assert [
        row["relatedEntityId"]
        for row in at(world, "crm.contacts.relationships", contacts=person["id"])
    ] == [customer["id"]]


def test_customers_come_and_go(co: Company) -> None:
    """The company grows, some customers leave and call no more, and those entered twice lead to an
    earlier one of the same name."""
    who, job, table = co.customers, co.jobs, co["crm.customers"]
    into = np.searchsorted(table["id"], table["mergedToId"])
    merged = table["mergedToId"] >= 0
    half = co.start + 365 * DAY
    gone = who.gone <= co.end

    assert merged.any()
    assert not table["active"][merged].any()
    assert not merged[into[merged]].any()
    assert (table["name"][merged] == table["name"][into[merged]]).all()
    assert not np.isin(job.customer, np.flatnonzero(merged)).any()
    assert 0.08 < gone.mean() < 0.3
    assert not table["active"][gone].any()
    assert not (job.created >= who.gone[job.customer])[job.recall < 0].mean() > 0.01
    assert table["doNotService"].any()
    assert (job.created >= half).sum() > 1.1 * (job.created < half).sum()


def test_history_of_jobs(world: World) -> None:
    """Each job was booked when it was created and completed when it was completed."""
    jobs, histories = (
        rows(world, "jpm.jobs", *range(300)),
        rows(world, "jpm.export.job_history", *range(300)),
    )

    for job, told in zip(jobs, histories, strict=True):
        dates = [(event["eventType"], event["date"]) for event in told["history"]]
        assert told["jobId"] == job["id"]
        assert dates == [
            (name, moment)
            for name, moment in (
                ("Job Booked", job["createdOn"]),
                ("Job Completed", job["completedOn"]),
            )
            if moment is not None
        ]
