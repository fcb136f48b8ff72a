"""People, jobs and visits: who is where, what is asked for, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from ..columns import Array, Index, Ragged


@dataclass(frozen=True)
class Users:
    """The user ids of everybody, which `createdById` and its like lead to."""

    id: Index


@dataclass(frozen=True)
class Customers:
    """Who became a customer when and where, in the order of time.

    `into` is the row of the one that a merged one became.
    """

    id: Index
    created: Array
    city: Index
    company: Array
    names: list[str]
    places: Ragged
    merged: Array
    into: Index
    gone: Array


@dataclass(frozen=True)
class ContactMethods:
    """The numbers and addresses at which customers are reached."""

    customer: Index
    kind: Index
    value: Array
    number: Array


@dataclass(frozen=True)
class Work:
    """What is asked for and planned, before anybody is sent."""

    id: Index
    created: Array
    kind: Index
    customer: Index
    place: Index
    branch: Index
    trade: Index
    hours: Index
    visits: Index
    first: Array
    last_end: Array
    visit_job: Index
    visit_number: Index
    visit_start: Array
    visit_starts: Index
    ended: Array
    canceled: Array


@dataclass(frozen=True)
class Visits:
    """The visits of every job, job by job in the order of time."""

    job: Index
    number: Index
    start: Array
    starts: Index


@dataclass(frozen=True)
class Jobs:
    """The jobs as they came to be.

    `recall` is the row of the job that a recall is about, `member` that of the membership.
    """

    id: Index
    created: Array
    kind: Index
    trade: Index
    visits: Index
    hours: Index
    first: Array
    last_end: Array
    customer: Index
    place: Index
    branch: Index
    recall: Index
    status: Index
    completed: Array
    member: Index


@dataclass(frozen=True)
class JobProjects:
    """By job: its project's id, and the row of the job that leads it."""

    id: Index
    lead: Index


@dataclass(frozen=True)
class Projects:
    """The projects with their jobs."""

    id: Index
    jobs: Index
    starts: Index
    of: Index
    status: Index


@dataclass(frozen=True)
class Pools:
    """Which crew does the work of each branch and trade, and how much work each has on each day."""

    of_unit: Index
    trades: list[list[int]]
    branch: Index
    hours: Array
    each: Index
    day: Index


@dataclass(frozen=True)
class Crew:
    """Every technician.

    Home unit, skill (1 is best), pace (1 is normal, less is faster), and from when to when at
    the company.
    """

    skill: Array
    pace: Array
    hired: Array
    left: Array
    seat: Index
    branch: Index
    trade: Index
    trades: list[list[int]]
    by_seat: Index
    key: Index
    seats: Index
    first_seat: Index


@dataclass(frozen=True)
class Sent:
    """Who would be sent to each visit, the one who leads first."""

    at: Index
    who: Index
    starts: Index
    rank: Index
    of: Index
    group: Index


@dataclass(frozen=True)
class Plan:
    """When each visit begins."""

    start: Array


@dataclass(frozen=True)
class Recalls:
    """By job: the row of the job that a recall is about; -1 for all others."""

    of: Index


@dataclass(frozen=True)
class Board:
    """By technician and day: who is there, out or on leave."""

    there: Array
    out: Array
    weekday: Array
    free: Array
    leave: Array
    chance: Array


@dataclass(frozen=True)
class ClockTimes:
    """By visit: when the first set out, came, and was done."""

    set_out: Array
    arrived: Array
    done: Array
    came: Array
    finished: Array


@dataclass(frozen=True)
class PayrollKeys:
    """How the payrolls of each person are numbered."""

    since: Index
    counts: Index
    first: Index
    office: int
