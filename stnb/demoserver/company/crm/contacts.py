"""How to reach people: the same number and address of a customer in every list that tells them."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np

from ..columns import Choice, Index
from ..settings.people import office
from ..simulation import Company, Data, draw, ids, later, objects, phones

KINDS = ["Phone", "MobilePhone", "Email", "Fax"]
PHONE, MOBILE, EMAIL, FAX = range(4)
TITLES = ["Owner", "Tenant", "Manager", "Bookkeeper"]


def guids(co: Company, name: str, count: int) -> list[str]:
    """Ids of the kind that are no numbers, in their order: a table finds them by their text."""
    text = co.rng(f"{name}.id").bytes(16 * count)
    return [str(uuid.UUID(bytes=text[i : i + 16], version=4)) for i in range(0, 16 * count, 16)]


def reached(co: Company) -> Data:
    """A telephone for every customer, an e-mail address for most, a second number for some."""
    rng, who = co.rng("reached"), co.customers
    n = len(who.id)
    same = np.where(who.into >= 0, who.into, np.arange(n))
    mail, second, fax = (
        rng.random(n) < 0.88,
        rng.random(n) < 0.3,
        who.company & (rng.random(n) < 0.2),
    )
    first = np.where(rng.random(n) < 0.35, PHONE, MOBILE)
    first[0] = PHONE
    extra = [np.flatnonzero(has) for has in (mail, second, fax)]
    customer = np.concatenate((np.arange(n), *extra))
    kind = np.concatenate((first, np.repeat([EMAIL, PHONE, FAX], [len(at) for at in extra])))
    order = np.argsort(customer, kind="stable")
    customer, kind = customer[order], kind[order]
    number = phones(rng, n + len(customer))
    own = [number[i] for i in same.tolist()]
    lead = np.concatenate(([True], customer[1:] != customer[:-1]))
    firsts = zip(customer.tolist(), lead.tolist(), strict=True)
    plain = [own[c] if is_first else number[n + i] for i, (c, is_first) in enumerate(firsts)]
    address = [
        f"{x.replace(' ', '.').lower()}{i % 97}@mail.example"
        for x, i in zip(who.names, same.tolist(), strict=True)
    ]
    value = [
        address[c] if k == EMAIL else p
        for c, k, p in zip(customer.tolist(), kind.tolist(), plain, strict=True)
    ]
    return {"customer": customer, "kind": kind, "value": objects(value), "number": objects(plain)}


def _rows(co: Company, name: str, at: Index) -> Data:
    """What a customer's and a location's contact have alike.

    `at` says of which way to reach somebody each row is.
    """
    rng, known = co.rng(name), co.contact_methods
    n, created = len(at), co.customers.created[known.customer[at]]
    return {
        "type": Choice(known.kind[at], KINDS),
        "value": known.value[at],
        "phoneSettings?": known.kind[at] != EMAIL,
        "phoneSettings.phoneNumber": known.number[at],
        "phoneSettings.doNotText": rng.random(n) < 0.06,
        "memo": draw(rng, [None, "Best after 5 pm", "Office"], n, [8, 1, 1]),
        "createdOn": created,
        "modifiedOn": later(co, rng, created, 200),
        "active": rng.random(n) > 0.02,
    }


def of_customers(co: Company) -> Data:
    at = np.arange(len(co.contact_methods.customer))
    owner = co.customers.id[co.contact_methods.customer]
    return {
        "id": ids(len(at), 31_000_001),
        "customerId": owner,
        **_rows(co, "crm.customers.contacts", at),
    }


def of_locations(co: Company) -> Data:
    """Each location is reached as its customer is."""
    known, places = co.contact_methods.customer, co.customers.places.values
    starts = np.searchsorted(known, np.arange(len(co.customers.id) + 1))
    counts = np.diff(starts)[places]
    at = np.repeat(starts[places] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    owner = np.repeat(co["crm.locations"]["id"], counts)
    return {
        "id": ids(len(at), 33_000_001),
        "locationId": owner,
        **_rows(co, "crm.locations.contacts", at),
    }


def contacts(co: Company) -> Data:
    """A person for each customer."""
    rng, who = co.rng("crm.contacts"), co.customers
    n = len(who.id)
    title = np.where(who.company, rng.integers(2, 4, n), rng.choice([0, 0, 0, 1], n))
    return {
        "id": objects(guids(co, "crm.contacts", n)),
        "referenceId": objects([str(i) for i in who.id.tolist()]),
        "name": objects(who.names),
        "title": Choice(title, TITLES),
        "isArchived": who.merged,
        "createdOn": who.created,
        "createdBy": office(co, rng, n),
        "modifiedOn": later(co, rng, who.created, 200),
        "modifiedBy": office(co, rng, n),
    }


def methods(co: Company) -> Data:
    rng, known, plain = (
        co.rng("crm.contacts.contact_methods"),
        co.contact_methods,
        co["crm.customers.contacts"],
    )
    n = len(known.customer)
    return {
        "id": objects(guids(co, "crm.contacts.contact_methods", n)),
        "contactId": co["crm.contacts"]["id"][known.customer],
        "referenceId": objects([str(i) for i in plain["id"].tolist()]),
        **{key: plain[key] for key in ("type", "value", "memo", "createdOn", "modifiedOn")},
        "createdBy": office(co, rng, n),
        "modifiedBy": office(co, rng, n),
    }


def relationships(co: Company) -> Data:
    """Each contact belongs to its customer."""
    rng, who = co.rng("crm.contacts.relationships"), co.customers
    n = len(who.id)
    return {
        "id": objects(guids(co, "crm.contacts.relationships", n)),
        "contactId": co["crm.contacts"]["id"],
        "relatedEntityId": who.id,
        "typeName": "Customer",
        "typeSlug": "customer",
        "createdOn": who.created,
        "createdBy": office(co, rng, n),
    }


FACTS: dict[str, Any] = {
    "contact_methods": reached,
}
MAKERS: dict[str, Any] = {
    "crm.customers.contacts": of_customers,
    "crm.locations.contacts": of_locations,
    "crm.contacts": contacts,
    "crm.contacts.contact_methods": methods,
    "crm.contacts.relationships": relationships,
}
