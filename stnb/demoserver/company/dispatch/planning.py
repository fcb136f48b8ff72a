"""Who is sent to which visit, and when it begins."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from ..columns import Array, Index
from ..payroll.timesheets import in_time
from ..simulation import DAY, DAYS, HOUR, Company, Data
from .crews import AHEAD, CLOSES, FULL_DAY, MINUTE, OPENS, RECALLS, occupant


def leads(co: Company) -> Data:
    """Who would be sent to each visit.

    The day's work of a crew is dealt out in turn to as many as it needs, whoever leads first.
    """
    work, visit, pool, known = co.work, co.visits, co.pools, co.crew
    of_visit = pool.of_unit[(work.branch * 4 + work.trade)[visit.job]]
    seats, day = known.seats, pool.day
    each = np.minimum(pool.each, seats[of_visit, day])
    needed = np.ceil(pool.hours / FULL_DAY).astype(np.int64)
    np.maximum.at(needed, (of_visit, day), each)
    needed = np.clip(needed, 1, np.maximum(seats, 1))
    turn = np.cumsum(needed, axis=1) - needed
    # Visits that were called off come last, so that the others are shared evenly.
    order = np.lexsort((visit.start, work.canceled[visit.job], day, of_visit))
    at = np.repeat(order, each[order])
    group = of_visit[at] * (DAYS + AHEAD) + day[at]
    rank = np.arange(len(at)) - np.searchsorted(group, group)
    size, days = np.maximum(seats, 1)[of_visit[at], day[at]], day[at]
    seat = (turn[of_visit[at], days] + rank % needed[of_visit[at], days]) % size + known.first_seat[
        of_visit[at]
    ]
    back = np.argsort(at, kind="stable")
    starts = np.concatenate(([0], np.cumsum(each)))
    return {
        "at": at[back],
        "who": occupant(co, seat[back], days[back]),
        "starts": starts,
        "rank": rank[back][starts[:-1]],
        "of": needed[of_visit, day],
        "group": of_visit * (DAYS + AHEAD) + day,
    }


def plan(co: Company) -> Data:
    """When each visit begins.

    About when the customer asked for, after the visits before it, and so that the day ends in time.
    """
    work, visit, sent = co.work, co.visits, co.planned_leads
    at = np.flatnonzero(~work.canceled[visit.job])
    at = at[np.lexsort((sent.rank[at], sent.group[at]))]
    job, lead = visit.job[at], sent.who[sent.starts[at]]
    person = sent.group[at] * 1000 + sent.rank[at] % sent.of[at]
    takes = in_time(person, work.hours[job] * co.crew.pace[lead] * 3600.0)
    takes = (takes.astype(np.int64) // 900 + 2) * 15 * MINUTE  # and half an hour between visits
    midnight = co.start + co.pools.day[at] * DAY
    booked = (
        (work.created[job] - co.start) // (30 * MINUTE) * (30 * MINUTE) + co.start + 60 * MINUTE
    )
    latest = midnight + CLOSES - _rest(person, takes)
    wanted = np.maximum(np.maximum(midnight + OPENS, booked), np.minimum(visit.start[at], latest))
    group = np.unique(sent.group[at], return_inverse=True)[1]
    planned = visit.start.copy()
    start = _one_by_one(group, sent.rank[at], sent.of[at], np.diff(sent.starts)[at], wanted, takes)
    planned[at] = np.minimum(start, midnight + CLOSES + 2 * HOUR)
    return {"start": planned}


def _rest(key: Index, takes: Array) -> Array:
    """How long this visit and those after it take the same person on the same day."""
    order = np.argsort(key, kind="stable")
    upto = np.concatenate(([0 * MINUTE], np.cumsum(takes[order])))
    last = np.searchsorted(key[order], key[order], side="right")
    rest = np.empty_like(takes)
    rest[order] = upto[last] - upto[:-1]
    return rest


def _one_by_one(
    group: Index, rank: Index, of: Index, each: Index, wanted: Array, takes: Array
) -> Array:
    """Starts of visits that lie group by group (a crew's day).

    None before all who go to it are free.
    """
    free = np.full((int(group.max(initial=0)) + 1, int(of.max(initial=1))), np.datetime64(0, "us"))
    turn = np.arange(len(group)) - np.searchsorted(group, group)
    order = np.argsort(turn, kind="stable")
    edges = np.searchsorted(turn[order], np.arange(int(turn.max(initial=0)) + 2))
    start = wanted.copy()
    for a, b in pairwise(edges.tolist()):
        now = order[a:b]
        who = [(group[now], (rank[now] + np.minimum(k, each[now] - 1)) % of[now]) for k in range(3)]
        start[now] = np.maximum(wanted[now], np.maximum.reduce([free[w] for w in who]))
        for w in who:
            free[w] = start[now] + takes[now]
    return start


def recalls(co: Company) -> Data:
    """The job that each recall is about.

    Of its trade, done in the six weeks before, and likelier of those who work badly.
    """
    rng, work, sent = co.rng("recalls"), co.work, co.planned_leads
    skill = co.crew.skill[sent.who[sent.starts[co.visits.starts[:-1]]]]
    recall = np.isin(work.kind, RECALLS)
    trade = np.array([0, 0, 2, 3])[work.trade]
    original = np.full(len(recall), -1)
    for of_trade in (0, 2, 3):
        able = np.flatnonzero(~recall & ~work.canceled & (trade == of_trade))
        able = able[np.argsort(work.last_end[able], kind="stable")]
        upto = np.concatenate(([0.0], np.cumsum(np.exp(-3 * skill[able]))))
        mine = np.flatnonzero(recall & (trade == of_trade))
        first, last = (
            np.searchsorted(work.last_end[able], work.created[mine] - x * DAY) for x in (45, 1)
        )
        place = upto[first] + rng.random(len(mine)) * (upto[last] - upto[first])
        at = np.clip(
            np.searchsorted(upto, place, side="right") - 1, first, np.maximum(last - 1, first)
        )
        has = last > first
        original[mine[has]] = able[at[has]]
    return {"of": original}


def sent(co: Company) -> Data:
    """Who was sent to each visit, the one who leads first.

    To a recall goes whoever has the place of the one who did the job.
    """
    lead, visit, known = co.planned_leads, co.visits, co.crew
    of = co.recalls.of
    first = lead.starts[visit.starts[np.maximum(of, 0)]]
    seat = known.seat[lead.who[first]]
    job = visit.job[lead.at]
    again = occupant(co, seat[job], co.pools.day[lead.at])
    return {**vars(lead), "who": np.where(of[job] >= 0, again, lead.who)}


FACTS: dict[str, Any] = {
    "planned_leads": leads,
    "plan": plan,
    "recalls": recalls,
    "sent": sent,
}
