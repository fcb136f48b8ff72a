"""What technicians found wrong with equipment, with pictures of it (module findings)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import Choice, Index, Lazy
from .equipment import KINDS, YEAR, is_repair
from .jpm.jobs import COMPLETED
from .settings.people import office
from .simulation import DAY, HOUR, Company, Data, draw, ids, later, of

WRONG = [
    ["Compressor draws too much current", "Heat exchanger shows rust", "Coil leaks refrigerant"],
    ["Tank is rusty at the bottom", "Relief valve drips", "Scale in the tank"],
    ["Breakers run warm", "No surge protection", "Panel is full"],
]


ADVICE = ["Replace within the year", "Repair at the next visit", "Watch it at the next tune-up"]


def found(co: Company) -> Data:
    """(finding → job, unit).

    What technicians noted on repairs of equipment that is past half of its life.
    """
    rng, job, u, about = co.rng("found"), co.jobs, co.units, co.job_equipment.id
    seen = (np.diff(about.starts) == 1) & is_repair()[job.kind] & (job.status == COMPLETED)
    at = np.flatnonzero(seen)
    unit = np.searchsorted(u.id, about.values[about.starts[at]])
    life = np.array([k[2] for k in KINDS])[u.kind[unit]] * YEAR
    share = (job.completed[at] - u.installed[unit]) / DAY / life
    kept = (share > 0.5) & (rng.random(len(at)) < 0.4)
    return {"job": at[kept], "unit": unit[kept], "share": share[kept]}


def findings(co: Company) -> Data:
    rng, f, job, u = co.rng("findings"), co.found, co.jobs, co.units
    n, kind = len(f.job), u.kind[f.unit]
    urgency: Index = np.asarray(np.searchsorted([0.7, 0.95, 1.2], f.share))
    made = np.minimum(job.completed[f.job], co.end - HOUR)
    return {
        "id": ids(n, 74_100_000),
        "locationId": co["crm.locations"]["id"][job.place[f.job]],
        "name": Choice(
            kind * 3 + rng.integers(0, 3, n), [text for group in WRONG for text in group]
        ),
        "description": draw(rng, ["Seen during the repair", "Measured twice"], n),
        "recommendedSolution": Choice(np.maximum(2 - urgency, 0), ADVICE),
        "internalNotes": draw(rng, [None, "Offer financing"], n, [4, 1]),
        "installedEquipmentId": u.id[f.unit],
        "urgencyLevel": Choice(urgency, ["Low", "Medium", "High", "Critical"]),
        "sourceJobId": job.id[f.job],
        "archived": ~np.isnat(u.gone[f.unit]),
        "active": True,
        "createdBy": office(co, rng, n),
        "modifiedBy": office(co, rng, n),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 10),
    }


def finding_pictures(co: Company) -> Data:
    made = co["findings.location_findings"]["id"]
    number = np.repeat(np.arange(len(made)), co.rng("finding pictures").integers(0, 3, len(made)))
    n = len(number)
    return {
        "id": ids(n, 74_600_000),
        "fileName": Lazy(lambda at: [f"finding-{i + 1}.jpg" for i in at.tolist()]),
        "url": Lazy(
            lambda at: [
                f"https://files.juniperfox.example/finding-{i + 1}.jpg" for i in at.tolist()
            ]
        ),
        "type": "Image",
        "_finding": of(made, number),
    }


FACTS: dict[str, Any] = {
    "found": found,
}
MAKERS: dict[str, Any] = {
    "findings.location_findings": findings,
    "findings.location_findings.attachments": finding_pictures,
}
