"""Who needs what, and when: the work as it is asked for and planned."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Index
from ..settings.business_units import BRANCHES, JOB_TYPES
from ..simulation import DAY, DAYS, HOUR, SECOND, Company, Data, Rng, blur, ids
from ..words import CITIES

# By month, January first: calls for cooling, for heating, and days at work.
COOLING = [0.2, 0.2, 0.4, 0.8, 1.4, 2.3, 2.8, 2.5, 1.5, 0.7, 0.3, 0.2]


HEATING = [2.8, 2.2, 1.4, 0.7, 0.3, 0.2, 0.1, 0.1, 0.3, 0.9, 1.9, 2.7]


BUSY = [1.05, 0.95, 0.85, 0.85, 1.0, 1.25, 1.35, 1.25, 1.0, 0.85, 0.9, 1.0]


WEEK = [1.15, 1.05, 1.0, 1.0, 1.05, 0.45, 0.12]  # Monday first


HOLIDAYS = {(1, 1), (7, 4), (11, 11), (12, 24), (12, 25)}


def _created(co: Company, rng: Rng, n: int) -> Array:
    """When each job was booked: more with the years and the season, less on Sundays
    and holidays."""
    days = co.start.astype("datetime64[D]") + np.arange(DAYS)
    month = days.astype("datetime64[M]").astype(int) % 12
    date = (days - days.astype("datetime64[M]")).astype(int) + 1
    closed = np.array(
        [(m + 1, d) in HOLIDAYS for m, d in zip(month.tolist(), date.tolist(), strict=True)]
    )
    weekday = (days.astype(int) + 3) % 7
    weight = (
        np.linspace(0.8, 1.25, DAYS)
        * np.array(BUSY)[month]
        * np.array(WEEK)[weekday]
        * np.where(closed, 0.1, 1.0)
    )
    counts = rng.multinomial(n, weight / weight.sum())
    second = (14 * 3600 + rng.random(n) * 9.9 * 3600).astype(np.int64)
    return np.sort(blur(rng, np.repeat(days, counts).astype("datetime64[us]") + second * SECOND))


def _kinds(rng: Rng, created: Array) -> Index:
    """The job type of each: air conditioning in summer, furnaces in winter."""
    season = {"c": COOLING, "h": HEATING, "-": [1.0] * 12}
    weight = np.array([[j[3] * season[j[2]][m] for j in JOB_TYPES] for m in range(12)])
    upto = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    month = created.astype("datetime64[M]").astype(int) % 12
    return np.asarray(
        np.minimum(
            (rng.random(len(created))[:, None] > upto[month]).sum(axis=1), len(JOB_TYPES) - 1
        )
    )


def _customers(co: Company, rng: Rng, created: Array) -> Index:
    """Whose job it is: a third are the first jobs of those who have just come.

    Those who have gone elsewhere call no more.
    """
    who = co.customers
    known = np.searchsorted(who.created, created, side="right")
    anyone = (rng.random(len(created)) * known).astype(np.int64)
    newest = known - 1 - rng.integers(0, 3, len(created))
    picked = np.maximum(np.where(rng.random(len(created)) < 0.33, newest, anyone), 0)
    picked = np.where(who.gone[picked] <= created, np.maximum(newest, 0), picked)
    return np.asarray(np.where(who.into[picked] >= 0, who.into[picked], picked))


def work(co: Company) -> Data:
    """What is asked for and planned, before anybody is sent and before recalls are known to be
    some job's."""
    rng, who = co.rng("jobs"), co.customers
    n = co.count(21_000)
    created = _created(co, rng, n)
    kind, customer = _kinds(rng, created), _customers(co, rng, created)
    places = who.places.starts
    place = places[customer] + (rng.random(n) * (places[customer + 1] - places[customer])).astype(
        np.int64
    )
    branch = np.array([BRANCHES.index(c[0]) for c in CITIES])[who.city[customer]]
    visits = rng.choice([1, 2, 3], n, p=[0.84, 0.13, 0.03])
    wait = np.minimum(rng.exponential(2.2, n).astype(np.int64), 21)
    hour = rng.choice([15, 17, 19, 21, 23], n)
    hours = np.array([j[4] for j in JOB_TYPES])[kind]
    hour = np.where(hours >= 4, np.minimum(hour, 17), hour)  # what takes long begins early
    first = created.astype("datetime64[D]").astype("datetime64[us]") + wait * DAY + hour * HOUR
    first = np.where(first <= created, first + DAY, first)
    gap = rng.integers(1, 6, n)
    facts = {
        "id": ids(n, 48_200_017, 3),
        "created": created,
        "kind": kind,
        "customer": customer,
        "place": place,
    }
    facts |= {
        "branch": branch,
        "trade": np.array([j[1] for j in JOB_TYPES])[kind],
        "hours": hours,
        "visits": visits,
    }
    job, number, start = _visits(rng, first, gap, visits)
    starts = np.concatenate(([0], np.cumsum(visits)))
    facts |= {"first": start[starts[:-1]], "last_end": start[starts[1:] - 1] + hours * HOUR}
    facts |= {
        "visit_job": job,
        "visit_number": number,
        "visit_start": start,
        "visit_starts": starts,
    }
    bad = (created >= co.bad_month[0]) & (created < co.bad_month[1])
    ended = created + ((facts["first"] - created) * rng.random(n)).astype("timedelta64[us]")
    return {
        **facts,
        "ended": ended,
        "canceled": (rng.random(n) < np.where(bad, 0.27, 0.07)) & (ended < co.end),
    }


def _visits(rng: Rng, first: Array, gap: Index, visits: Index) -> tuple[Index, Index, Array]:
    """(job, number, start) of every visit: not on holidays, and on Sundays few."""
    job = np.repeat(np.arange(len(first)), visits)
    number = np.arange(len(job)) - np.repeat(np.cumsum(visits) - visits, visits)
    day = first.astype("datetime64[D]")
    years = np.unique(day.astype("datetime64[Y]"))
    closed = [
        d for y in [*years, years[-1] + 1] for d in (holiday(y, m, d) for m, d in sorted(HOLIDAYS))
    ]
    works = np.busday_offset(
        day[job], number * gap[job], roll="forward", weekmask="1111110", holidays=closed
    )
    sunday = (day.astype(int) + 3) % 7 == 6
    urgent = (
        (sunday & (rng.random(len(first)) < 0.2))[job] & (number == 0) & ~np.isin(day[job], closed)
    )
    days = np.where(urgent, day[job], works).astype("datetime64[us]")
    return job, number, days + (first - day)[job]


def holiday(year: Any, month: int, day: int) -> Any:
    return (year.astype("datetime64[M]") + (month - 1)).astype("datetime64[D]") + (day - 1)


def visit_facts(co: Company) -> Data:
    """The visits of every job, job by job in the order of time."""
    planned = co.work
    return {
        "job": planned.visit_job,
        "number": planned.visit_number,
        "start": planned.visit_start,
        "starts": planned.visit_starts,
    }


FACTS: dict[str, Any] = {
    "work": work,
    "visits": visit_facts,
}
