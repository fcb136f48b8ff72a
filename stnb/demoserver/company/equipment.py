"""Equipment at customers' places: what was installed, what stood there before, and how it ages."""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import Array, Choice, Index, Lazy, Ragged, ragged
from .jpm.jobs import CANCELED
from .pricebook import Skus
from .pricebook_items import BRANDS
from .settings.business_units import JOB_TYPES, TAGS, lookup
from .simulation import DAY, HOUR, NAT, Company, Data, after, cost_at, draw, ids, later

# What a place has one of: how often it is on record, how long it lasts in years, and how long its
# maker vouches for it.
KINDS = [
    ("air", 0.8, 15, 10),
    ("water", 0.5, 11, 6),
    ("power", 0.35, 35, 20),
    ("accessory", 0, 12, 5),
]
KIND_OF_TRADE = np.array([0, 0, 1, 2])  # of jobs
SYSTEMS = [
    "Heat pump Air conditioner Furnace Ductless split",
    "Water heater",
    "Electrical panel",
]  # types of each kind
YEAR = 365.25
# The type of a thing by a word in its name; the first that fits.
TYPES = [
    ("heat pump", "Heat pump"),
    ("air conditioner", "Air conditioner"),
    ("furnace", "Furnace"),
    ("split", "Ductless split"),
]
TYPES += [
    ("heater", "Water heater"),
    ("softener", "Water treatment"),
    ("filter", "Water treatment"),
    ("panel", "Electrical panel"),
]
TYPES += [
    ("charger", "EV charger"),
    ("generator", "Generator"),
    ("thermostat", "Thermostat"),
    ("", "Accessory"),
]
TYPE_NAMES = list(dict.fromkeys(name for _, name in TYPES))


def is_repair() -> Array:
    """Which job types are about something that failed."""
    return np.array(["Repair" in t[0] or "No Cool" in t[0] for t in JOB_TYPES])


def _new(co: Company) -> Data:
    """A unit for each piece of equipment on a job's bill, installed when the job was done."""
    b, gear, job = co.bills, co["pricebook.equipment"], co.jobs
    item = np.flatnonzero((b.item_kind == 2) & (b.job[b.item_bill] >= 0))
    bill = b.item_bill[item]
    at = b.job[bill]
    which = np.searchsorted(gear["id"], Skus(co).id[b.item_sku[item]])
    kind = _kinds(gear["displayName"].tolist())[which]
    when = np.where(np.isnat(job.completed[at]), b.date[bill], job.completed[at])
    facts = {
        "place": b.place[bill],
        "customer": co.customers.id[b.customer[bill]],
        "kind": kind,
        "gear": which,
    }
    return facts | {
        "installed": when,
        "made": when,
        "job": at,
        "item": b.item_id[item],
        "cost": b.item_cost[item],
    }


def _repairs(job: Any, places: int) -> Array:
    """How often the equipment of each trade was repaired at each place."""
    done = is_repair()[job.kind] & (job.status != CANCELED)
    return np.bincount(job.place * 3 + KIND_OF_TRADE[job.trade], done, 3 * places).reshape(
        places, 3
    )


def _old(co: Company, new: Data) -> Data:
    """What stood at the places before.

    The more it was repaired, the older it is: so old equipment fails more often.
    """
    rng, job = co.rng("old units"), co.jobs
    places, gear = co["crm.locations"], co["pricebook.equipment"]
    n, kinds = len(places["id"]), _kinds(gear["displayName"].tolist())
    repairs = _repairs(job, n)
    replaced = np.full((n, 3), NAT, dtype="datetime64[us]")
    has = new["kind"] >= 0
    replaced[new["place"][has], new["kind"][has]] = new["installed"][has]
    share = np.array([k[1] for k in KINDS[:3]])
    place, kind = np.nonzero((rng.random((n, 3)) < share) | (repairs > 1))
    count, gone = repairs[place, kind], replaced[place, kind]
    old = (
        2.2
        + 9 * rng.random(len(place))
        + 3.5 * count
        + rng.normal(0, 1.2, len(place))
        + 5 * ~np.isnat(gone)
    )
    age = np.clip(old * np.array([k[2] for k in KINDS])[kind] / 15, 2.2, 34)
    moment = co.end - (age * YEAR * 86_400).astype("timedelta64[s]")
    installed = moment.astype("datetime64[D]").astype("datetime64[us]")
    units = [np.flatnonzero(kinds == k) for k in range(3)]
    known = np.array([[u[i % len(u)] for i in range(60)] for u in units])
    which = known[kind, rng.integers(0, 60, len(place))]
    made = np.minimum(after(rng, places["createdOn"][place], 1, 2000), co.end - HOUR)
    facts = {
        "place": place,
        "customer": places["customerId"][place],
        "kind": kind,
        "gear": which,
        "installed": installed + 18 * HOUR,
    }
    facts |= {
        "made": made,
        "job": np.full(len(place), -1),
        "item": np.full(len(place), -1),
        "gone": gone,
    }
    return facts | {"cost": cost_at(co, np.asarray(gear["cost"])[which], installed)}


def units(co: Company) -> Data:
    """Every piece of equipment as facts.

    The new ones in the order of the bills, then the old ones in the order of the places.
    """
    new = _new(co)
    new["gone"] = np.full(len(new["place"]), NAT, dtype="datetime64[us]")
    old = _old(co, new)
    u = {k: np.concatenate((new[k], old[k])) for k in old}
    return {**u, "id": ids(len(u["place"]), 19_700_000, 2)}


def on_job(co: Company) -> Ragged:
    """Ids of installed equipment by job: what the job installed, or the system that
    it was about."""
    u, job, rng = co.units, co.jobs, co.rng("equipment of jobs")
    n, mine = len(job.id), np.flatnonzero(u.job >= 0)
    per = np.bincount(u.job[mine], minlength=n)
    about = np.flatnonzero((per == 0) & (job.status != CANCELED) & (rng.random(n) < 0.85))
    known = np.flatnonzero(u.kind >= 0)
    key = _key(u.place[known], u.kind[known], u.installed[known])
    known, key = known[np.argsort(key, kind="stable")], np.sort(key)
    wanted = _key(job.place[about], KIND_OF_TRADE[job.trade[about]], job.first[about])
    found = np.searchsorted(key, wanted, side="right") - 1
    hit = (found >= 0) & (key[np.maximum(found, 0)] >> 20 == wanted >> 20)
    jobs = np.concatenate((u.job[mine], about[hit]))
    order = np.argsort(jobs, kind="stable")
    return ragged(
        np.bincount(jobs, minlength=n), np.concatenate((u.id[mine], u.id[known[found[hit]]]))[order]
    )


def _key(place: Array, kind: Array, when: Array) -> Index:
    """Sorts by place, kind and day."""
    return np.asarray(((place * 4 + kind) << 20) + when.astype("datetime64[D]").astype(np.int64))


# -- what the lists show


def equipment_types(co: Company) -> Data:
    return lookup(
        co,
        "equipmentsystems.equipment_types",
        TYPE_NAMES,
        2510,
        active=np.ones(len(TYPE_NAMES), dtype=bool),
    )


def _kinds(names: list[str]) -> Index:
    """The place in `KINDS` of each thing, and -1 for what is added to a system and is
    none itself."""
    types = [TYPE_NAMES[t] for t in _types(names).tolist()]
    return np.array([next((k for k, known in enumerate(SYSTEMS) if t in known), -1) for t in types])


def _types(names: list[str]) -> Index:
    """The place in `TYPE_NAMES` of each thing."""
    found = [next(kind for word, kind in TYPES if word in name.lower()) for name in names]
    return np.array([TYPE_NAMES.index(kind) for kind in found])


def installed(co: Company) -> Data:
    rng, u, gear = co.rng("installed"), co.units, co["pricebook.equipment"]
    n, which = len(u.id), u.gear
    start, serial = _day(u.installed), rng.integers(0, 10**8, n)
    names = gear["displayName"].tolist()
    kind = _types(names)[which]
    long = np.array([[k[2], k[3]] for k in KINDS])[u.kind]
    due: Array = start + long[:, 0] * 365 * DAY
    there = np.isnat(u.gone) & (u.kind >= 0)
    return {
        "id": u.id,
        "active": np.isnat(u.gone),
        "equipmentId": gear["id"][which],
        "locationId": co["crm.locations"]["id"][u.place],
        "customerId": u.customer,
        "invoiceItemId": u.item,
        "name": Choice(which, names),
        "type.id": co["equipmentsystems.equipment_types"]["id"][kind],
        "type.name": Choice(kind, TYPE_NAMES),
        "installedOn": u.installed,
        "createdOn": u.made,
        "modifiedOn": later(co, rng, np.fmax(u.made, u.gone), 90),
        "serialNumber": Lazy(lambda at: [f"SN{v:08d}" for v in serial[at].tolist()]),
        "memo": draw(
            rng, ["", "On the roof", "In the garage", "Behind the panel"], n, [5, 1, 2, 1]
        ),
        "manufacturer": Choice(which % 4, BRANDS),
        "model": Choice(which, gear["model"].tolist()),
        "cost": u.cost,
        "status": Choice((~np.isnat(u.gone)).astype(int), ["Installed", "Replaced"]),
        "actualReplacementDate": _day(u.gone),
        "manufacturerWarrantyStart": start,
        "manufacturerWarrantyEnd": start + long[:, 1] * 365 * DAY,
        "serviceProviderWarrantyStart": start,
        "serviceProviderWarrantyEnd": start + 365 * DAY,
        "manufacturedOn": start - rng.integers(30, 300, n) * DAY,
        "predictedReplacementDate": np.where(there, due, NAT),
        "predictedReplacementMonths": np.where(
            there, np.maximum((due - co.end) / DAY, 0) // 30.44, -1
        ).astype(np.int64),
        "tags": _tagged(co, n),
    }


def _day(moments: Array) -> Array:
    return np.asarray(moments.astype("datetime64[D]").astype("datetime64[us]"))


def _tagged(co: Company, n: int) -> Ragged:
    return ragged((co.rng("equipment tags").random(n) < 0.04).astype(int), "equipment tags")


def equipment_tags(co: Company) -> Data:
    u = co.units
    owner = u.id[np.diff(_tagged(co, len(u.id)).starts) > 0]
    n, kinds = len(owner), co["settings.tag_types"]
    which = TAGS.index("Warranty Claim")
    return {
        "id": ids(n, 20_900_000),
        "ownerId": owner,
        "typeId": np.full(n, kinds["id"][which]),
        "typeName": TAGS[which],
        "memo": "",
        "code": TAGS[which][:3].upper(),
    }


FACTS: dict[str, Any] = {
    "units": units,
    "job_equipment": lambda co: {"id": on_job(co)},
}
MAKERS: dict[str, Any] = {
    "equipmentsystems.equipment_types": equipment_types,
    "equipmentsystems.installed_equipment": installed,
    "equipment tags": equipment_tags,
}
