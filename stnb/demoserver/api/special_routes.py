"""Routes that are like no other: single facts about a job, sums over campaigns, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stnb.catalog import Column, Endpoint

from ..company.calls import ABANDONED
from ..company.columns import Lazy
from ..company.table import cells
from ..company.world import World
from .bodies import Answer, Problem
from .files import named, sound
from .query import Query, moment

MOMENT = Column("", "date-time")


def _row(world: World, name: str, key: str) -> int:
    row = world.table(name).find(key)
    if row is None:
        raise Problem(
            404, f"{name.rpartition('.')[2].rstrip('s').capitalize()} {key} was not found."
        )
    return row


def _time(moments: Any) -> list[str | None]:
    return [None if t == "null" else t.strip('"') for t in cells(MOMENT, moments)]


def preferred_technician(world: World, keys: list[str], query: Query) -> int | None:
    """A bare number; two places in three have none."""
    row, crew = _row(world, "crm.locations", keys[0]), world.company["settings.technicians"]["id"]
    return int(crew[row % len(crew)]) if row % 3 == 0 else None


def job_history(world: World, keys: list[str], query: Query) -> dict[str, Any]:
    row, job = _row(world, "jpm.jobs", keys[0]), world.company.jobs
    events = [("Job Booked", job.created[row]), ("Job Completed", job.completed[row])]
    staff = world.company["settings.employees"]["id"]
    kept = [(name, when) for name, when in events if not np.isnat(when)]
    times = _time(np.array([when for _, when in kept], dtype="datetime64[us]"))
    return {
        "history": [
            {
                "id": 1 + 2 * row + i,
                "employeeId": int(staff[row % len(staff)]),
                "eventType": name,
                "date": at,
                "usedSchedulingTool": "Manual",
                "memo": "",
            }
            for i, ((name, _), at) in enumerate(zip(kept, times, strict=True))
        ]
    }


def job_equipment(world: World, keys: list[str], query: Query) -> dict[str, Any]:
    row, lists = _row(world, "jpm.jobs", keys[0]), world.company.job_equipment.id
    return {"equipmentIds": lists.values[lists.starts[row] : lists.starts[row + 1]].tolist()}


def _costs(world: World, query: Query) -> list[tuple[int, str, float]]:
    """(campaign, name, cost) between `from` and `to`."""
    costs, known = world.company["marketing.costs"], world.company["marketing.campaigns"]
    months = ((costs["year"] - 1970) * 12 + costs["month"] - 1).astype("datetime64[M]")
    first, last = (
        np.maximum(moment(query[k]), np.datetime64("1990-01-01")) for k in ("from", "to")
    )
    begin, end = (
        np.maximum(months.astype("datetime64[D]"), first),
        np.minimum((months + 1).astype("datetime64[D]"), last),
    )
    days = np.maximum((end - begin) / np.timedelta64(1, "D"), 0)
    at = np.searchsorted(known["id"], costs["campaignId"])
    sums = np.bincount(at, costs["dailyCost"] * days, len(known["id"]))
    return list(
        zip(known["id"].tolist(), known["name"].tolist(), np.round(sums, 2).tolist(), strict=True)
    )


def cost_summary(world: World, keys: list[str], query: Query) -> dict[str, Any]:
    return {
        "items": [
            {"campaignId": i, "campaignName": name, "totalCost": cost}
            for i, name, cost in _costs(world, query)
        ]
    }


def email_cost(world: World, keys: list[str], query: Query) -> dict[str, Any]:
    return {"totalCost": 0.0}


SINGLE: dict[str, Callable[[World, list[str], Query], Any]] = {
    "crm.locations.preferredtechnician": preferred_technician,
    "jpm.jobs.history": job_history,
    "jpm.jobs.equipment": job_equipment,
    "marketing.campaign_cost_summary": cost_summary,
    "marketing.email_channel_cost": email_cost,
}


def file(world: World, endpoint: Endpoint, keys: list[str], query: Query) -> Answer:
    """A small real file of the kind that its name says. Calls that were given up have
    no recording."""
    if endpoint.module == "telecom":
        return Answer(200, _recording(world, endpoint, keys[0]), "application/octet-stream")
    if not keys:
        return Answer(200, *named(query.get("path", "")))
    papers = world.table("forms.jobs.attachments")
    row, names = papers.find(keys[0]), papers.raw("name")
    if row is None:
        return Answer(404, b"")
    name = (
        next(iter(names.make(np.array([row]))))
        if isinstance(names, Lazy)
        else np.asarray(papers.array("name"))[row]
    )
    return Answer(200, *named(str(name)))


def _recording(world: World, endpoint: Endpoint, key: str) -> bytes:
    row = _row(world, "telecom.calls", key)
    voicemail = endpoint.name.endswith("voicemail")
    if world.company.calls.kind[row] == ABANDONED or (voicemail and row % 2):
        raise Problem(404, "The recording is not ready.")
    return sound(seconds=0.6 if voicemail else 1.0, pitch=300 + row % 400)
