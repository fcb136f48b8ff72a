"""How many hours the technicians of a business unit have, and how many of them are free."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ..company.columns import Array
from ..company.world import World
from .bodies import Answer, Problem, as_json, read_json
from .query import bad
from .reports.work_metrics import Books

MOST = timedelta(days=14)
FRAMES = ((8, 12), (12, 16), (16, 20))  # hours of the tenant's clock
TECHNICIANS, APPOINTMENTS = "settings.technicians", "jpm.appointments"
SENT = "dispatch.appointment_assignments"
HOUR = np.timedelta64(1, "h")
IDEAL = 0.8  # the share of the hours that is booked at best
TRUTHS = ("true", "false")  # as JSON has them, or as text: other clients send that
REQUIRED = ("startsOnOrAfter", "endsOnOrBefore", "skillBasedAvailability")


def answer(world: World, body: bytes, timezone: str, now: datetime) -> Answer:
    """The availability of each unit and each part of a day.

    Raises:
        Problem: 400, the body is no such object, lacks something, or asks for over 14 days.
    """
    try:
        asked = read_json(body or b"{}")
        lacking = {
            name: [f"The {name} field is required."] for name in REQUIRED if name not in asked
        }
    except (ValueError, TypeError):
        raise Problem(400, errors={"": ["The request body is not valid."]}) from None
    if lacking:
        raise Problem(400, errors=lacking)
    begin, end = _moment(asked, "startsOnOrAfter"), _moment(asked, "endsOnOrBefore")
    if str(asked["skillBasedAvailability"]).lower() not in TRUTHS:
        raise bad("skillBasedAvailability", json.dumps(asked["skillBasedAvailability"]))
    if end < begin or end - begin > MOST + timedelta(hours=1):  # a clock may change meanwhile
        why = "The time frame must end after it starts, and span 14 days at most."
        raise Problem(400, errors={"endsOnOrBefore": [why]})
    units = _units(world, asked)
    free = _Free(world, units)
    rows = []
    for first, last in _frames(begin, end, ZoneInfo(timezone)):
        rows += [free.row(unit, first, last) for unit in units]
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Answer(200, as_json({"timeStamp": stamp, "availabilities": rows}))


def _moment(asked: dict[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(asked[name])
        # In another zone, or a day later, the first and the last year would be out of range.
        if not 1 < found.year < 9999:
            raise ValueError(asked[name])
    except (ValueError, TypeError):
        raise bad(name, json.dumps(asked[name])) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _units(world: World, asked: dict[str, Any]) -> list[int]:
    known: list[int] = Books(world).of("settings.business_units", "id").tolist()
    given = asked.get("businessUnitIds")
    if given is None:
        return known
    if not isinstance(given, list):
        raise bad("businessUnitIds", json.dumps(given))
    return [unit for unit in known if unit in given]


def _frames(begin: datetime, end: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The parts of days that lie inside a span."""
    found = []
    day: date = begin.astimezone(zone).date()
    while datetime.combine(day, time(0), zone) < end:
        for hours in FRAMES:
            first, last = (datetime.combine(day, time(hour), zone) for hour in hours)
            if first >= begin and last <= end:
                found.append((first, last))
        day += timedelta(days=1)
    return found


class _Free:
    """The hours of technicians, and what of them is booked."""

    def __init__(self, world: World, units: list[int]) -> None:
        books = Books(world)
        self._ids = books.of(TECHNICIANS, "id")
        self._names = books.texts(TECHNICIANS, "name")
        self._unit = books.of(TECHNICIANS, "businessUnitId")
        at = books.at(APPOINTMENTS, books.of(SENT, "appointmentId"))
        there = at >= 0
        self._who = books.of(SENT, "technicianId")[there]
        self._start: Array = books.of(APPOINTMENTS, "start")[at[there]]
        self._end: Array = books.of(APPOINTMENTS, "end")[at[there]]

    def row(self, unit: int, first: datetime, last: datetime) -> dict[str, Any]:
        begin, end = (np.datetime64(m.astimezone(UTC).replace(tzinfo=None)) for m in (first, last))
        inside = (self._start < end) & (self._end > begin)
        overlap = np.minimum(self._end[inside], end) - np.maximum(self._start[inside], begin)
        hours = (last - first).total_seconds() / 3600
        total = free = 0.0
        crew = []
        for row in np.flatnonzero(self._unit == unit).tolist():
            booked = float(overlap[self._who[inside] == self._ids[row]].sum() / HOUR)
            left = max(hours - booked, 0.0)
            total, free = total + hours, free + left
            status = "Available" if left > 0 else "Unavailable"
            member = {"id": int(self._ids[row]), "name": self._names[row], "status": status}
            crew.append({**member, "hasRequiredSkills": None})
        return {
            "start": _text(first),
            "end": _text(last),
            "startUtc": _text(first),
            "endUtc": _text(last),
            "businessUnitIds": [unit],
            "totalAvailability": round(total, 2),
            "openAvailability": round(free, 2),
            "technicians": crew,
            "isAvailable": free > 0,
            "isExceedingIdealBookingPercentage": total - free > IDEAL * total,
        }


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
