"""What technicians fill in and photograph.

Forms, their submissions with nested units, and the files kept with jobs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .columns import Choice, Index, Lazy, Ragged
from .facts.goods import Submissions
from .jpm.jobs import COMPLETED
from .settings.business_units import lookup
from .settings.people import office
from .simulation import HOUR, Company, Data, after, ids, later

FORMS = [
    "Cooling check",
    "Plumbing inspection",
    "Panel inspection",
    "Job safety",
    "Customer approval",
    "Maintenance visit (old)",
]
OF_TRADE = np.array([0, 0, 1, 2])
OWNERS = ["Job", "Customer", "Location", "Equipment"]
FILES = [("photo", "jpg"), ("nameplate", "jpg"), ("signed-work-order", "pdf"), ("permit", "pdf")]


def submitted(co: Company) -> Data:
    """Who filled in which form when, about which job.

    A third of the completed jobs have one of their trade, some a second one.
    """
    rng, job = co.rng("submitted"), co.jobs
    done = np.flatnonzero(job.status == COMPLETED)
    first, second = done[rng.random(len(done)) < 0.33], done[rng.random(len(done)) < 0.12]
    at = np.concatenate((first, second))
    form = np.concatenate((OF_TRADE[job.trade[first]], rng.choice([3, 4], len(second))))
    when = np.minimum(after(rng, job.completed[at], -0.9, 0.4), co.end - HOUR)
    by_time = np.argsort(when, kind="stable")
    at, form, when = at[by_time], form[by_time], when[by_time]
    crew = co["settings.technicians"]
    who = crew["userId"][np.searchsorted(crew["id"], co.first_technicians.id[at])]
    open_ = (when > co.end - 48 * HOUR) & (rng.random(len(at)) < 0.3)
    about = co.job_equipment.id
    one = np.diff(about.starts)[at] > 0
    return {
        "job": at,
        "form": form,
        "when": when,
        "who": who,
        "open": open_,
        "unit": np.where(one, about.starts[at], -1),
    }


def forms(co: Company) -> Data:
    n = len(FORMS)
    return {
        **lookup(co, "forms.forms", FORMS, 8110),
        "published": np.arange(n) < n - 1,
        "hasConditionalLogic": np.arange(n) == 0,
        "hasTriggers": np.arange(n) == 3,
        "createdById": office(co, co.rng("forms"), n),
    }


def submissions(co: Company) -> Data:
    s = co.submissions
    n = len(s.job)
    return {
        "id": ids(n, 75_200_000, 2),
        "formId": co["forms.forms"]["id"][s.form],
        "formName": Choice(s.form, FORMS),
        "submittedOn": s.when,
        "createdById": s.who,
        "status": Choice(s.open.astype(int), ["Completed", "Started"]),
        "owners": Ragged(_owner_starts(s), "form owners"),
        "units": Lazy(_writer(co)),
        "active": True,
    }


def _owner_starts(s: Submissions) -> Index:
    return np.concatenate(([0], np.cumsum(3 + (s.unit >= 0)))).astype(np.int64)


def owners(co: Company) -> Data:
    """A submission belongs to a job, its customer and its location, and to the equipment if
    one is known."""
    s, job, about = co.submissions, co.jobs, co.job_equipment.id
    starts, at = _owner_starts(s), s.job
    total, n = int(starts[-1]), len(at)
    key, kind = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    known = (
        job.id[at],
        co.customers.id[job.customer[at]],
        co["crm.locations"]["id"][job.place[at]],
    )
    for i, column in enumerate(known):
        key[starts[:-1] + i], kind[starts[:-1] + i] = column, i
    with_unit = np.flatnonzero(s.unit >= 0)
    key[starts[:-1][with_unit] + 3], kind[starts[:-1][with_unit] + 3] = (
        about.values[s.unit[with_unit]],
        3,
    )
    return {
        "id": key,
        "type": Choice(kind, OWNERS),
        "_submission": np.repeat(np.arange(n), np.diff(starts)),
    }


# -- what stands in a form


def _writer(co: Company) -> Callable[[Index], list[Any]]:
    """Writes the units of the submissions that are asked for: each has its own readings."""
    s, rng = co.submissions, co.rng("readings")
    luck = rng.random((len(s.job), 4))

    def write(at: Index) -> list[Any]:
        dates = np.datetime_as_string(s.when[at], unit="s").tolist()
        return [
            _units(f, x, when)
            for f, x, when in zip(s.form[at].tolist(), luck[at].tolist(), dates, strict=True)
        ]

    return write


def _field(key: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "name": name, "type": kind, "comment": "", "attachments": [], **more}


def _section(key: str, name: str, units: list[Any]) -> dict[str, Any]:
    return {"id": key, "name": name, "type": "Section", "description": "", "units": units}


def _units(form: int, luck: list[float], when: str) -> list[Any]:
    """Sections hold fields, and one of them another section."""
    a, b, c, d = luck
    light = "Green" if c < 0.7 else "Yellow" if c < 0.92 else "Red"
    choices = ["Good", "Worn", "Replace"]
    reading = [
        ("Supply air (F)", 48 + 14 * a),
        ("Water pressure (psi)", 45 + 40 * a),
        ("Voltage", 236 + 9 * a),
    ][form % 3]
    photo = {
        "fileName": f"photo-{int(b * 1e6)}.jpg",
        "createdFrom": "Mobile",
        "originalFileName": "IMG.jpg",
        "thumbnail": "",
    }
    readings = [
        _field("r1", "Number", reading[0], value=round(reading[1], 1)),
        _field("r2", "Stoplight", "State", value=light),
        _section(
            "s3",
            "Parts",
            [
                _field(
                    "p1", "Dropdown", "Wear", options=",".join(choices), value=choices[int(d * 3)]
                )
            ],
        ),
    ]
    signed = _field(
        "g1",
        "Signature",
        "Customer",
        value="signed",
        isRefused=b > 0.97,
        refusalReason="Not at home" if b > 0.97 else "",
    )
    return [
        {"id": "t1", "name": "Please fill in on site", "type": "StaticText"},
        _section("s1", "Readings", readings),
        _section(
            "s2",
            "Visit",
            [
                _field("v1", "Date", "Visited on", value=f"{when}Z"),
                _field(
                    "v2",
                    "Checkbox",
                    "Done",
                    values=["Cleaned"] if c < 0.6 else ["Cleaned", "Tested"],
                    options="Cleaned,Tested",
                ),
                _field(
                    "v3",
                    "Radio",
                    "Access",
                    options="Easy,Hard",
                    value="Easy" if d < 0.8 else "Hard",
                ),
                _field(
                    "v4", "Text", "Remarks", value="" if a < 0.5 else "Explained to the customer"
                ),
                {**_field("v5", "Picture", "Photo"), "attachments": [photo] if b < 0.6 else []},
            ],
        ),
        signed,
    ]


# -- files


def attachments(co: Company) -> Data:
    """Photographs of two jobs in five, papers of a few."""
    rng, job = co.rng("job files"), co.jobs
    n = len(job.id)
    counts = np.where(job.status == COMPLETED, rng.choice(4, n, p=[0.6, 0.2, 0.15, 0.05]), 0)
    at = np.repeat(np.arange(n), counts)
    kind = rng.choice(len(FILES), len(at), p=[0.6, 0.2, 0.15, 0.05])
    made = np.minimum(after(rng, job.completed[at], -0.5, 3), co.end - HOUR)
    made = np.maximum(made, job.created[at])
    number = job.id[at] - 48_000_000
    return {
        "id": ids(len(at), 76_300_000),
        "name": Lazy(
            lambda rows: [
                f"{FILES[k][0]}-{j}.{FILES[k][1]}"
                for k, j in zip(kind[rows], number[rows], strict=True)
            ]
        ),
        "createdOn": made,
        "modifiedOn": later(co, rng, made, 0.5),
        "jobId": job.id[at],
    }


FACTS: dict[str, Any] = {
    "submissions": submitted,
}
MAKERS: dict[str, Any] = {
    "forms.forms": forms,
    "forms.submissions": submissions,
    "form owners": owners,
    "forms.jobs.attachments": attachments,
}
