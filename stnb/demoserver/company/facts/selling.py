"""How work comes in and what is offered: calls, leads, estimates, memberships."""

from __future__ import annotations

from dataclasses import dataclass

from ..columns import Array, Index


@dataclass(frozen=True)
class Calls:
    """Every call, and which led to which job."""

    id: Index
    when: Array
    job: Index
    kind: Index
    customer: Index
    campaign: Index
    seconds: Index
    campaign_of_job: Index
    call_of_job: Index


@dataclass(frozen=True)
class Bookings:
    """Bookings, and that of each job."""

    id: Index
    job: Index
    when: Array
    booking_of_job: Index


@dataclass(frozen=True)
class Leads:
    """Leads, and that of each call."""

    id: Index
    call: Index
    lead_of_call: Index


@dataclass(frozen=True)
class Advertised:
    """Which campaigns are paid by the click."""

    of: Index
    names: list[str]
    online: Array


@dataclass(frozen=True)
class Ratings:
    """What customers say of technicians, by job."""

    job: Index
    who: Index
    stars: Array
    made: Array


@dataclass(frozen=True)
class FirstTechnicians:
    """By job: the row of the technician who was sent first."""

    id: Index


@dataclass(frozen=True)
class Estimates:
    """What was offered on each job, what was sold, and the job that did the work."""

    id: Index
    job: Index
    option: Index
    starts: Index
    winner: Index
    seller: Index
    later_job: Index
    options: Index
    of_bill: Index
    status: Index
    made: Array
    sold_on: Array
    decided: Array


@dataclass(frozen=True)
class EstimateLines:
    """The items of the estimates."""

    estimate: Index
    starts: Index
    kind: Index
    sku: Index
    quantity: Array
    total: Array
    price: Array
    cost: Array
    subtotal: Array


@dataclass(frozen=True)
class Members:
    """Memberships, in the order of their beginnings."""

    id: Index
    customer: Index
    plan: Index
    begins: Array
    ends: Array
    canceled: Array
    renewed_by: Index


@dataclass(frozen=True)
class MemberStates:
    """By membership: its status, and since when."""

    status: Index
    since: Array


@dataclass(frozen=True)
class MemberVisits:
    """By visit that is due with a membership: its job."""

    job: Index


@dataclass(frozen=True)
class Agreements:
    """Service agreements of companies."""

    customer: Index
    start: Array
    renewed: Index
    renewed_by: Index
    status: Index


@dataclass(frozen=True)
class Visitors:
    """Who came to the online scheduler, and how far."""

    when: Array
    job: Index
    step: Index
    which: Index
