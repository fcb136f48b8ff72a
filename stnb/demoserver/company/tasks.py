"""What the office has to see to after some of the jobs.

Tasks with their parts, and the words that tasks are described with.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import Array, Choice, Index, Ragged
from .simulation import DAY, HOUR, NAT, SECOND, Company, Data, Rng, draw, ids, later
from .words import SENTENCES

STATUSES = ["ToDo", "InProgress", "OnHold", "Canceled", "Completed"]
TODO, DOING, WAITING, DROPPED, DONE = range(5)
# Name of a task, its type, and the parts that it may have.
KINDS = [
    ("Call customer back", 0, ["Call", "Write down what was said"]),
    ("Check warranty", 1, ["Read the serial number", "Ask the maker", "Tell the customer"]),
    ("Refund request", 2, ["Ask the manager", "Send the money"]),
    ("Send documents", 0, ["Print", "Mail"]),
    ("Order the permit", 3, ["Fill the form", "Pay the city", "Post it on site"]),
]
TYPES = ["Customer service", "Warranty", "Refund", "Permit"]
SOURCES = ["Phone call", "E-mail", "Technician", "Survey"]
RESOLUTIONS = [("Solved", "Custom"), ("Refunded", "Refund"), ("No answer", "Custom")]
PRIORITIES = ["Normal", "High", "Urgent"]
TYPE_BASE, SOURCE_BASE, RESOLUTION_BASE = 3_310, 3_340, 3_370


def facts(co: Company) -> Data:
    """Which job each task is about, who does it, and when it was closed."""
    rng, job, staff = co.rng("tasks"), co.jobs, co["settings.employees"]
    at = np.flatnonzero(rng.random(len(job.id)) < 0.04)
    n = len(at)
    # Whatever a job's end, a task cannot be older than the job.
    made = np.minimum(
        np.fmax(job.completed[at], job.created[at]) + rng.integers(1, 50, n) * HOUR, co.end - HOUR
    )
    days = rng.exponential(6, n) * np.where(rng.random(n) < 0.1, 30, 1)  # every tenth is left lying
    closed = made + (days * 86_400).astype(np.int64) * SECOND
    done = closed < co.end - HOUR
    status = np.where(
        done,
        np.where(rng.random(n) < 0.06, DROPPED, DONE),
        rng.choice([TODO, DOING, WAITING], n, p=[0.5, 0.35, 0.15]),
    )
    office = staff["id"][np.asarray(staff["active"], dtype=bool)]
    facts = {
        "job": at,
        "made": made,
        "closed": np.where(done, closed, NAT),
        "status": status,
        "kind": rng.integers(0, len(KINDS), n),
    }
    return {
        **facts,
        "who": rng.choice(office, n),
        "by": rng.choice(office, n),
        "id": ids(n, 14_200_000),
    }


def tasks(co: Company) -> Data:
    rng, t, job = co.rng("taskmanagement.tasks"), co.tasks, co.jobs
    at, n, done = t.job, len(t.job), t.status >= DROPPED
    kinds = np.array([k[1] for k in KINDS])[t.kind]
    refund = (kinds == 2) & (t.status == DONE)
    bill = np.maximum(co.bills.total[at], 0.0)
    return {
        "id": t.id,
        "taskNumber": ids(n, 1_001),
        "reportedById": t.by,
        "assignedToId": t.who,
        "involvedEmployeeIdList": Ragged(
            2 * np.arange(n + 1), np.stack((t.by, t.who), axis=1).ravel()
        ),
        "active": True,
        "isClosed": done,
        "status": Choice(t.status, STATUSES),
        "closedOn": t.closed,
        "name": Choice(t.kind, [k[0] for k in KINDS]),
        "businessUnitId": co["settings.business_units"]["id"][job.branch[at] * 4 + job.trade[at]],
        "employeeTaskTypeId": TYPE_BASE + kinds,
        "employeeTaskSourceId": SOURCE_BASE + rng.integers(0, len(SOURCES), n),
        "employeeTaskResolutionId": RESOLUTION_BASE
        + np.where(refund, 1, np.where(rng.random(n) < 0.8, 0, 2)),
        "reportedOn": t.made,
        "completeBy": t.made + 7 * DAY,
        "customerId": co.customers.id[job.customer[at]],
        "customerName": Choice(job.customer[at], co.customers.names),
        "jobId": job.id[at],
        "jobNumber": job.id[at] - 48_000_000,
        "projectId": co.job_projects.id[at],
        "description": draw(rng, SENTENCES, n),
        "priority": draw(rng, PRIORITIES, n, [7, 2, 1]),
        "refundIssued": np.where(refund, np.round(bill * 0.25, 2), np.nan),
        "createdOn": t.made,
        "modifiedOn": later(co, rng, np.fmax(t.closed, t.made), 1),
        "comments": Ragged(_starts(_commented(co)), "task comments"),
        "attachments": [],
        "subTasksData?": np.ones(n, dtype=bool),
        "subTasksData.count": _parts(co),
        "subTasksData.subTasks": Ragged(_starts(_parts(co)), "subtasks"),
    }


def _starts(counts: Array) -> Index:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _parts(co: Company) -> Index:
    """How many parts each task has: none, or all of its kind."""
    kind = co.tasks.kind
    many = np.array([len(k[2]) for k in KINDS])[kind]
    return np.asarray(np.where(co.rng("subtasks").random(len(kind)) < 0.35, many, 0))


def _commented(co: Company) -> Index:
    return np.asarray(co.rng("task comments").choice(3, len(co.tasks.id), p=[0.6, 0.3, 0.1]))


def _between(rng: Rng, start: Array, end: Array) -> Array:
    return np.asarray(start + ((end - start) * rng.random(len(start))).astype("timedelta64[s]"))


def subtasks(co: Company) -> Data:
    """The parts follow one another; a task is not closed before its parts."""
    t, counts = co.tasks, _parts(co)
    task = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(task)) - _starts(counts)[task]
    status, made = t.status[task], t.made[task]
    until = np.where(np.isnat(t.closed[task]), co.end, t.closed[task])
    # Of an open task that is being worked on, the first part is done.
    done = (status >= DROPPED) | ((status == DOING) & (number == 0))
    closed = made + ((until - made) * (number + 1) / (counts[task] + 1)).astype("timedelta64[s]")
    names = [name for kind in KINDS for name in kind[2]]
    first = _starts(np.array([len(k[2]) for k in KINDS]))
    return {
        "assignedToId": t.who[task],
        "reportedById": t.by[task],
        "active": True,
        "isClosed": done,
        "closedOn": np.where(done, closed, NAT),
        "name": Choice(first[t.kind[task]] + number, names),
        "createdOn": made,
        "dueDateTime": made + 7 * DAY,
        "subtaskNumber": number + 1,
        "isViewed": done,
        "assignedDateTime": made,
        "comments": [],
        "id": np.arange(len(task)),
    }


def comments(co: Company) -> Data:
    rng, t, counts = co.rng("words on tasks"), co.tasks, _commented(co)
    task = np.repeat(np.arange(len(counts)), counts)
    until = np.where(np.isnat(t.closed[task]), co.end, t.closed[task])
    return {
        "id": np.arange(len(task)),
        "employeeId": t.who[task],
        "comment": draw(
            rng,
            ["Called, no answer", "Done", "Waiting for the vendor", "Customer will call back"],
            len(task),
        ),
        "createdOn": _between(rng, t.made[task], until),
    }


def words(co: Company) -> Data:
    """The one record that lists whatever a task may refer to."""
    staff, unit = co["settings.employees"], co["settings.business_units"]
    people = zip(
        staff["id"].tolist(),
        staff["name"].tolist(),
        np.asarray(staff["active"]).tolist(),
        strict=True,
    )

    def named(base: int, names: list[str], more: str) -> list[Any]:
        return [
            {"id": base + i, "name": name, "active": True, **({more: []} if more else {})}
            for i, name in enumerate(names)
        ]

    solved = [
        {**row, "type": RESOLUTIONS[i][1]}
        for i, row in enumerate(
            named(RESOLUTION_BASE, [r[0] for r in RESOLUTIONS], "excludedTaskTypeIds")
        )
    ]
    lists: dict[str, list[Any]] = {
        "employees": [{"id": i, "name": name, "active": active} for i, name, active in people],
        "businessUnits": [
            {"name": name, "value": i}
            for i, name in zip(unit["id"].tolist(), unit["name"].tolist(), strict=True)
        ],
        "taskPriorities": [{"name": p} for p in PRIORITIES],
        "taskResolutionTypes": [{"name": "Custom"}, {"name": "Refund"}],
        "taskStatuses": [{"name": s} for s in STATUSES],
        "taskTypes": named(TYPE_BASE, TYPES, "excludedTaskResolutionIds"),
        "taskSources": named(SOURCE_BASE, SOURCES, ""),
        "taskResolutions": solved,
    }
    return {
        "id": np.zeros(1, dtype=np.int64),
        **{k: Choice(np.zeros(1, dtype=np.int64), [v]) for k, v in lists.items()},
    }


FACTS: dict[str, Any] = {
    "tasks": facts,
}
MAKERS: dict[str, Any] = {
    "taskmanagement.tasks": tasks,
    "task comments": comments,
    "subtasks": subtasks,
    "taskmanagement.data": words,
}
