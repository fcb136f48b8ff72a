"""The crews: who works where from when to when, how well and how fast."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Array, Index
from ..facts.work import Pools
from ..settings.business_units import JOB_TYPES
from ..simulation import DAY, DAYS, HOUR, NAT, Company, Data, Rng

# The trades that one crew of a branch does, from every trade by itself to all of them together: the
# first that has work enough.
LEVELS: list[list[list[int]]] = [
    [[0], [1], [2], [3]],
    [[0, 1], [2], [3]],
    [[0, 1], [2, 3]],
    [[0, 1, 2, 3]],
]
ENOUGH = 9.0  # hours on a weekday for which a crew of its own is worth while
FULL_DAY = 6.0  # hours at customers'; the rest is driving and meals
MINUTE = HOUR // 60
OPENS, CLOSES = 15 * HOUR, 24 * HOUR  # of the day, in UTC
WEEKDAYS = 5.3 / 7  # Saturdays and Sundays count for less
BUSIEST = 0.9  # of what the busiest month needs: then days are long
AHEAD = 90  # days for which visits may be planned
LEAVING = 2000  # days for which people stay, in the mean
RECALLS = [i for i, job in enumerate(JOB_TYPES) if job[0].endswith("Recall")]


def persons(co: Company) -> Index:
    """How many go to each visit: two or three where there is much to carry."""
    rng, work, visit = co.rng("persons"), co.work, co.visits
    chance, hours = rng.random(len(visit.job)), work.hours[visit.job]
    long = np.searchsorted([0.35, 0.85], chance, side="right")
    short = np.searchsorted([0.9, 0.99], chance, side="right")
    recall = np.isin(work.kind[visit.job], RECALLS)
    return np.asarray(1 + np.where(recall, 0, np.where(hours >= 4, long, short)), dtype=np.int64)


def day_of(co: Company, moments: Array) -> Index:
    """Days since the start; the last ones are beyond `today`."""
    return np.clip((moments - co.start) // DAY, 0, DAYS + AHEAD - 1).astype(np.int64)


def _sums(row: Index, day: Index, weight: Array, rows: int) -> Array:
    grid = np.bincount(row * (DAYS + AHEAD) + day, weight, rows * (DAYS + AHEAD))
    return grid.reshape(rows, DAYS + AHEAD)


def pools(co: Company) -> Data:
    """Which crew does the work of each branch and trade, and how much work each has on each day."""
    work, visit, each = co.work, co.visits, persons(co)
    unit = (work.branch * 4 + work.trade)[visit.job]
    real = ~work.canceled[visit.job]
    day = day_of(co, visit.start)
    hours = _sums(unit, day, np.where(real, work.hours[visit.job] * each, 0.0), 12)
    opened = int((co.west_opens - co.start) / DAY)
    trades: list[list[int]] = []
    of_unit = np.zeros(12, dtype=np.int64)
    branches: list[int] = []
    for branch in range(3):
        days = (DAYS - (opened if branch == 2 else 0)) * WEEKDAYS
        mean = hours[branch * 4 : branch * 4 + 4].sum(axis=1) / days
        level = next(
            (x for x in LEVELS if all(mean[crew].sum() >= ENOUGH for crew in x)), LEVELS[-1]
        )
        for crew in level:
            of_unit[[branch * 4 + t for t in crew]] = len(trades)
            trades.append(crew)
            branches.append(branch)
    daily = np.zeros((len(trades), DAYS + AHEAD))
    np.add.at(daily, of_unit, hours)
    return {
        "of_unit": of_unit,
        "trades": trades,
        "branch": np.array(branches),
        "hours": daily,
        "each": each,
        "day": day,
    }


def _seats(co: Company, pool: Pools) -> Array:
    """How many technicians each crew has on each day.

    Enough for its busiest month so far, never less than two.
    """
    opened = int((co.west_opens - co.start) / DAY)
    window = np.ones(28)
    days = np.convolve(np.ones(DAYS + AHEAD), window, "same")
    mean = np.stack([np.convolve(row, window, "same") for row in pool.hours]) / days / WEEKDAYS
    seats = np.maximum(2, np.ceil(np.maximum.accumulate(BUSIEST * mean / FULL_DAY, axis=1))).astype(
        np.int64
    )
    seats[pool.branch == 2, :opened] = 0
    return np.asarray(seats)


def crew(co: Company) -> Data:
    """Every technician: home unit, skill (1 is best), pace (1 is normal, less is faster), and from
    when to when at the company.

    Each has a place on a crew; when one leaves, the next takes that place.
    """
    rng, pool = co.rng("crew"), co.pools
    seats = _seats(co, pool)
    most = seats[:, -1]
    first_seat = np.cumsum(most) - most
    of_seat = np.repeat(np.arange(len(most)), most)
    rank = np.arange(len(of_seat)) - first_seat[of_seat]
    opens = np.array(
        [int(np.argmax(seats[p] > k)) for p, k in zip(of_seat.tolist(), rank.tolist(), strict=True)]
    )
    seat, since, until = _people(rng, opens)
    hired = _hired(co, rng, since, pool.branch[of_seat[seat]])
    order = np.lexsort((seat, hired))
    seat, since, until, hired = seat[order], since[order], until[order], hired[order]
    n = len(seat)
    trades = [pool.trades[of_seat[s]] for s in seat.tolist()]
    home = [own[k % len(own)] for own, k in zip(trades, rank[seat].tolist(), strict=True)]
    by_seat = np.lexsort((since, seat))
    return {
        "skill": np.linspace(0.25, 0.97, n)[rng.permutation(n)],
        "pace": np.linspace(0.82, 1.22, n)[rng.permutation(n)],
        "hired": hired,
        "left": np.where(until < DAYS, co.start + until * DAY + 7 * HOUR, NAT),
        "seat": seat,
        "branch": pool.branch[of_seat[seat]],
        "trade": np.array(home),
        "trades": trades,
        "by_seat": by_seat,
        "key": seat[by_seat] * 10_000 + since[by_seat],
        "seats": seats,
        "first_seat": first_seat,
    }


def _people(rng: Rng, opens: Index) -> tuple[Index, Index, Index]:
    """(place, first day, day after the last) of everybody who has a place; one at
    least has left."""
    seat, since = np.arange(len(opens)), opens
    rows: list[tuple[Index, Index, Index]] = []
    while len(seat):
        until = since + 40 + rng.exponential(LEAVING, len(seat)).astype(np.int64)
        if not rows:
            until[0] = min(int(until[0]), 300 + int(rng.integers(0, 300)))
        gone = until < DAYS - 20
        rows.append((seat, since, np.where(gone, until, 10_000)))
        seat, since = seat[gone], until[gone]
    found = [np.concatenate(column) for column in zip(*rows, strict=True)]
    return found[0], found[1], found[2]


def _hired(co: Company, rng: Rng, since: Index, branch: Index) -> Array:
    """Those of the beginning came in the years before.

    Others up to two weeks before their first day, in the West not before it opened.
    """
    years = (rng.random(len(since)) * 2000 * 24).astype(np.int64) * (DAY // 24)
    before = np.where(since < 28, years + 5 * DAY, rng.integers(0, 14, len(since)) * DAY)
    hired = co.start + np.where(since < 28, 0, since) * DAY - before
    return np.where(branch == 2, np.maximum(hired, co.west_opens), hired)


def occupant(co: Company, seat: Index, day: Index) -> Index:
    """Who has each place on that day."""
    known = co.crew
    at = np.searchsorted(known.key, seat * 10_000 + day, side="right") - 1
    return np.asarray(known.by_seat[at])


FACTS: dict[str, Any] = {
    "pools": pools,
    "crew": crew,
}
