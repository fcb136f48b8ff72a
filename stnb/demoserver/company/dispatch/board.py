"""The dispatcher's board.

Zones, teams, windows and skills, shifts, and what technicians do besides visits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Choice, ragged
from ..jpm.demand import HOLIDAYS, holiday
from ..settings.business_units import BRANCHES, JOB_TYPES, TRADES, ZONES, lookup
from ..settings.people import office
from ..simulation import DAY, DAYS, HOUR, Company, Data, blur, ids, later, objects
from ..words import CITIES

BACK, ON = 70, 21  # days before and after today for which the board has shifts
# What fills days and hours without a visit: name of the timesheet code, and how long.
MEETING, TRAINING, VEHICLE, MEAL, VACATION = range(5)
NAMES = ["Meeting", "Training", "Vehicle", "Meal", "Vacation"]
LASTS = np.array([1800, 3 * 3600, 3600, 1800, 8 * 3600])


def zones(co: Company) -> Data:
    names, crew = [c[1] for c in CITIES], co["settings.technicians"]
    n = len(names)
    branch = np.array([BRANCHES.index(c[0]) for c in CITIES])
    here = [crew["id"][(co.crew.branch == b) & crew["active"]] for b in range(3)]
    units = co["settings.business_units"]["id"][:12].reshape(3, 4)[branch]
    data = lookup(co, "dispatch.zones", names, int(ZONES[0]))
    created = np.where(branch == 2, co.west_opens, data["createdOn"])
    one = np.ones(n, dtype=int)
    return {
        **data,
        "zips": ragged(one, objects([c[2] for c in CITIES])),
        "cities": ragged(one, objects(names)),
        "active": one > 0,
        "createdOn": created,
        "modifiedOn": np.maximum(created, data["modifiedOn"]),
        "createdBy": office(co, co.rng("zones"), n),
        "businessUnits": ragged(4 * one, units.ravel()),
        "technicians": ragged(
            np.array([len(here[b]) for b in branch.tolist()]),
            np.concatenate([here[b] for b in branch.tolist()]),
        ),
        "serviceDaysEnabled": False,
    }


def teams(co: Company) -> Data:
    return lookup(co, "dispatch.teams", [*BRANCHES, "Night"], 19)


def arrival_windows(co: Company) -> Data:
    """Two hours each, from eight o'clock: what appointments promise."""
    units = co["settings.business_units"]["id"][:12]
    return {
        "id": ids(6, 730),
        "start": np.arange(8, 20, 2) * 3600,
        "duration": np.full(6, 2 * 3600),
        "businessUnitIds": ragged(np.full(6, 12), np.tile(units, 6)),
        "active": True,
    }


def skills(co: Company) -> Data:
    """The trades that each technician knows, and the job types that go with them."""
    known, crew = co.crew, co["settings.technicians"]
    who = np.repeat(np.arange(len(crew["id"])), [len(t) for t in known.trades])
    trade = np.array([t for own in known.trades for t in own])
    kinds = [np.flatnonzero(np.array([j[1] for j in JOB_TYPES]) == t) for t in range(4)]
    pairs = zip(crew["id"][who].tolist(), trade.tolist(), strict=True)
    return {
        "id": objects([f"{i}-{40 + t}" for i, t in pairs]),
        "name": Choice(trade, TRADES),
        "active": crew["active"][who],
        "technicianId": crew["id"][who],
        "jobTypeIds": ragged(
            np.array([len(kinds[t]) for t in trade.tolist()]),
            co["jpm.job_types"]["id"][np.concatenate([kinds[t] for t in trade.tolist()])],
        ),
        "createdOn": crew["createdOn"][who],
        "modifiedOn": crew["modifiedOn"][who],
    }


def _days(co: Company) -> tuple[Array, Array]:
    """The days of the history and those ahead, and on which of them the company is closed."""
    days = co.start.astype("datetime64[D]") + np.arange(DAYS + 90)
    years = np.unique(days.astype("datetime64[Y]"))
    return days, np.isin(days, [holiday(y, m, d) for y in years for m, d in HOLIDAYS])


def board(co: Company) -> Data:
    """For every technician and day: at work there, sent to customers, a working day,
    and on leave."""
    crew, sent = co.crew, co.sent
    days, closed = _days(co)
    n = len(crew.skill)
    begins = (np.maximum(crew.hired, co.start) - co.start) // DAY
    ends = (np.fmin(crew.left, co.start + len(days) * DAY) - co.start) // DAY
    there = (np.arange(len(days)) >= begins[:, None]) & (np.arange(len(days)) < ends[:, None])
    out = np.zeros((n, len(days)), dtype=bool)
    out[sent.who, co.pools.day[sent.at]] = True
    weekday = np.is_busday(days) & ~closed
    free = there & weekday & ~out & (np.arange(len(days)) < DAYS + ON)
    chance = co.rng("board").random((n, len(days)))
    return {
        "there": there,
        "out": out,
        "weekday": weekday,
        "free": free,
        "leave": free & (chance < 0.12),
        "chance": chance,
    }


def other_work(co: Company) -> Data:
    """A meeting on Mondays; leave, training and the workshop on days without a visit."""
    rng, seen, crew = co.rng("other work"), co.board, co["settings.technicians"]
    monday = seen.there & seen.weekday & (np.arange(DAYS + 90) < DAYS + ON) & ~seen.leave
    monday &= ((_days(co)[0].astype(int) + 3) % 7 == 0)[None, :]
    free, chance = seen.free & ~seen.leave & ~monday, seen.chance
    parts = [
        (MEETING, monday),
        (VACATION, seen.leave),
        (TRAINING, free & (chance < 0.17)),
        (VEHICLE, free & (chance > 0.97)),
    ]
    rows = [(*np.nonzero(has), np.full(int(has.sum()), c)) for c, has in parts]
    who, day, code = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.lexsort((who, day))
    who, day, code = who[order], day[order], code[order]
    n, start = len(who), co.start + day * DAY + np.where(code == MEETING, 14, 15) * HOUR
    made = blur(rng, np.minimum(start - rng.integers(5, 20, n) * DAY, co.end - HOUR))
    made = np.maximum(made, crew["createdOn"][who])
    return {
        "id": ids(n, 5_900_000),
        "technicianId": crew["id"][who],
        "start": start,
        "name": Choice(code, NAMES),
        "duration": LASTS[code],
        "timesheetCodeId": co["payroll.timesheet_codes"]["id"][code],
        "summary": "",
        "clearDispatchBoard": code == VACATION,
        "clearTechnicianView": False,
        "removeTechnicianFromCapacityPlanning": code == VACATION,
        "allDay": code == VACATION,
        "showOnTechnicianSchedule": True,
        "active": rng.random(n) > 0.02,
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 4),
        "createdById": office(co, rng, n),
        "_who": who,
        "_code": code,
    }


def shifts(co: Company) -> Data:
    """A shift on each weekday of the last ten weeks and the next three.

    On call where somebody was sent on another day.
    """
    rng, seen, crew = co.rng("dispatch.technician_shifts"), co.board, co["settings.technicians"]
    near = (np.arange(DAYS + 90) >= DAYS - BACK) & (np.arange(DAYS + 90) < DAYS + ON)
    has = seen.there & near & (seen.weekday | seen.out)
    day, who = np.nonzero(has.T)
    n = len(who)
    kind = np.where(seen.leave[who, day], 2, np.where(seen.weekday[day], 0, 1))
    start: Array = co.start + day * DAY + 14 * HOUR
    made = np.maximum(
        blur(rng, np.minimum(start - 14 * DAY, co.end - HOUR)), crew["createdOn"][who]
    )
    return {
        "id": ids(n, 5_500_000),
        "shiftType": Choice(kind, ["Normal", "OnCall", "TimeOff"]),
        "title": Choice(kind, ["Day shift", "On call", "Time off"]),
        "note": None,
        "active": rng.random(n) > 0.02,
        "technicianId": crew["id"][who],
        "start": start,
        "end": start + 9 * HOUR,
        "timesheetCodeId": np.where(kind == 2, co["payroll.timesheet_codes"]["id"][VACATION], -1),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 3),
    }


FACTS: dict[str, Any] = {
    "board": board,
}
MAKERS: dict[str, Any] = {
    "dispatch.zones": zones,
    "dispatch.teams": teams,
    "dispatch.arrival_windows": arrival_windows,
    "dispatch.technician_skills": skills,
    "dispatch.non_job_appointments": other_work,
    "dispatch.technician_shifts": shifts,
}
