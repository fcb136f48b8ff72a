"""The demo's money: calls lead to jobs, offers to invoices, and the books balance to the cent."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pytest

from tests.helpers.demo_rows import CATALOG, WORLD, rows


def below(name: str, key: str) -> list[dict[str, Any]]:
    """The rows of a list below the record with that id."""
    endpoint = CATALOG[name]
    table, at = WORLD.below(endpoint, [("", key)])
    return [json.loads(r) for r in table.rows(at, endpoint.columns, name)]


def by_id(name: str) -> dict[Any, dict[str, Any]]:
    return {row["id"]: row for row in rows(name)}


def cents(value: Any) -> int:
    return round(float(value) * 100)


# -- invoices and payments


def test_an_invoice_is_its_items_and_its_tax() -> None:
    """Items are quantity times price, their sum with the tax on goods is the invoice's total."""
    for bill in rows("accounting.invoices"):
        for item in bill["items"]:
            assert cents(item["total"]) == pytest.approx(
                float(item["quantity"]) * cents(item["price"]), abs=0.5
            )
        goods = sum(
            cents(i["total"])
            for i in bill["items"]
            if i["taxable"] and i["type"] != "PriceModifier"
        )
        assert sum(cents(i["total"]) for i in bill["items"]) == cents(bill["subTotal"])
        assert cents(bill["salesTax"]) == pytest.approx(
            goods * bill["salesTaxCode"]["taxRate"], abs=0.51
        )
        assert cents(bill["subTotal"]) + cents(bill["salesTax"]) == cents(bill["total"])


def test_nobody_pays_more_than_the_invoice() -> None:
    """What is applied to an invoice is never more than its total and leaves its balance.

    Payments are what they apply and what is left.
    """
    applied: Counter[int] = Counter()
    for payment in rows("accounting.payments"):
        parts = sum(cents(p["appliedAmount"]) for p in payment["appliedTo"])
        assert cents(payment["total"]) == parts + cents(payment["unappliedAmount"])
        for part in payment["appliedTo"]:
            applied[part["appliedId"]] += cents(part["appliedAmount"])

    for bill in rows("accounting.invoices"):
        assert cents(bill["balance"]) == cents(bill["total"]) - applied[bill["id"]]
        assert abs(applied[bill["id"]]) <= abs(cents(bill["total"]))
        assert (bill["paidOn"] is not None) == (
            cents(bill["balance"]) == 0 and cents(bill["total"]) != 0
        )


def test_refunds_lead_to_what_was_paid() -> None:
    """A refund settles an adjustment, and leads to an earlier payment of the same customer for the
    invoice that was adjusted."""
    paid, bills = by_id("accounting.payments"), by_id("accounting.invoices")
    refunds = [p for p in paid.values() if float(p["total"]) < 0]

    assert len(refunds) >= 5
    assert all(p["refundedPaymentId"] is None for p in paid.values() if float(p["total"]) >= 0)
    for refund in refunds:
        first, (part,) = paid[refund["refundedPaymentId"]], refund["appliedTo"]
        adjustment = bills[part["appliedId"]]
        assert first["appliedTo"][0]["appliedId"] == adjustment["adjustmentToId"]
        assert first["customer"] == refund["customer"]
        assert first["createdOn"] < refund["createdOn"]
        assert cents(adjustment["balance"]) == 0


def test_an_adjustment_takes_off_no_more_than_was_billed() -> None:
    """Adjustments are negative, and smaller than the invoice that they adjust."""
    bills = by_id("accounting.invoices")
    adjustments = [b for b in bills.values() if b["adjustmentToId"] is not None]

    assert len(adjustments) >= 10
    for bill in adjustments:
        assert 0 <= -cents(bill["subTotal"]) <= cents(bills[bill["adjustmentToId"]]["subTotal"])


def test_deposits_are_their_payments() -> None:
    """A bank deposit is the sum of its transactions.

    Only refunds and the payments of the last days are in none.
    """
    sums: Counter[int] = Counter()
    for payment in rows("accounting.payments"):
        if payment["deposit"] is None:
            assert payment["createdOn"] >= "2026-02-28" or float(payment["total"]) < 0
        else:
            sums[payment["deposit"]["id"]] += cents(payment["total"])
    deposits = rows("accounting.bank_deposits")
    first = below("accounting.bank_deposits.transactions", str(deposits[3]["id"]))

    assert len(deposits) > 300
    assert sum(cents(p["total"]) for p in first) == cents(deposits[3]["grossAmount"])
    for deposit in deposits:
        assert sums[deposit["id"]] == cents(deposit["grossAmount"])
        assert cents(deposit["netAmount"]) == cents(deposit["grossAmount"]) - cents(deposit["fees"])
        assert 0 <= cents(deposit["fees"]) <= 0.03 * cents(deposit["grossAmount"])


def test_credit_memos_are_their_items() -> None:
    """The items of a credit memo add up to it, and it is for less than what was billed."""
    sums: Counter[int] = Counter()
    for item in rows("accounting.credit_memos.credit_memo_items"):
        sums[item["creditMemoId"]] += cents(item["total"])
    memos = rows("accounting.credit_memos")
    parts = below("accounting.credit_memos.items", str(memos[0]["id"]))

    assert len(memos) >= 10
    assert sum(cents(p["total"]) for p in parts) == cents(memos[0]["total"])
    assert all(
        sums[m["id"]] == cents(m["subTotal"]) == cents(m["total"]) == cents(m["balance"]) > 0
        for m in memos
    )


# -- the journal


def test_every_journal_entry_balances() -> None:
    """In each entry debits are credits, and its summary is the sum of its details, account
    by account."""
    entries = rows("accounting.journal_entries")
    for entry in entries[:: len(entries) // 25]:
        details = below("accounting.journal_entries.details", entry["id"])
        sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for line in details:
            sums[line["account"]["id"]][0] += cents(line["debit"])
            sums[line["account"]["id"]][1] += cents(line["credit"])
        told = below("accounting.journal_entries.summary", entry["id"])

        assert details
        assert sum(d for d, _ in sums.values()) == sum(c for _, c in sums.values()) > 0
        assert {t["account"]["id"]: [cents(t["debit"]), cents(t["credit"])] for t in told} == dict(
            sums
        )
        assert all(line["postDate"] == entry["postDate"] for line in details)


@pytest.mark.long
def test_the_journal_is_what_was_billed_and_paid() -> None:
    """Over all entries the receivables are what is left of the invoices less what customers have in
    credit; the tax is that of the invoices."""
    details, accounts = rows("accounting.journal_entries.details"), by_id("accounting.gl_accounts")
    net: Counter[str] = Counter()
    for line in details:
        net[accounts[line["account"]["id"]]["name"]] += cents(line["debit"]) - cents(line["credit"])
    bills, paid = rows("accounting.invoices"), rows("accounting.payments")
    spare = sum(cents(p["unappliedAmount"]) for p in paid) + sum(
        cents(m["total"]) for m in rows("accounting.credit_memos")
    )

    assert sum(net.values()) == 0
    assert net["Accounts Receivable"] == sum(cents(b["balance"]) for b in bills) - spare
    assert -net["Sales Tax Payable"] == sum(cents(b["salesTax"]) for b in bills)
    assert net["Checking"] == sum(cents(p["total"]) for p in paid)


# -- offers


def test_estimates_are_their_items() -> None:
    """Items add up to the estimate.

    Better has all that Good has and something more, and so has Best.
    """
    of_job: dict[int, dict[str, list[Any]]] = defaultdict(dict)
    for estimate in rows("sales.estimates"):
        assert sum(cents(i["total"]) for i in estimate["items"]) == cents(estimate["subtotal"])
        of_job[estimate["jobId"]][estimate["name"]] = [
            (i["sku"]["id"], i["qty"]) for i in estimate["items"]
        ]
    sets = [options for options in of_job.values() if len(options) == 3]

    assert len(sets) > 100
    assert {tuple(o) for o in of_job.values()} >= {
        ("Repair",),
        ("Good", "Better"),
        ("Good", "Better", "Best"),
    }
    for options in sets:
        good, better, best = (options[name] for name in ("Good", "Better", "Best"))
        assert better[:-1] == good
        assert best[:-1] == better


def test_an_opportunity_is_what_became_of_its_estimates() -> None:
    """Won where one of its estimates is sold (then the others are dismissed), open while one is
    open, lost otherwise."""
    o, found = WORLD.company["sales.opportunities"], rows("sales.estimates")
    states: dict[int, list[str]] = defaultdict(list)
    for estimate in found:
        states[estimate["jobId"]].append(estimate["status"]["name"])
    status = dict(zip(o["jobId"].tolist(), o["status"].array().tolist(), strict=True))

    assert set(status) == set(states)
    assert set(status.values()) == {"Open", "Won", "Lost"}
    for job, kinds in states.items():
        assert kinds.count("Sold") == (status[job] == "Won")
        assert status[job] != "Won" or set(kinds) <= {"Sold", "Dismissed"}
        assert ("Open" in kinds) == (status[job] == "Open")
    asked = WORLD.company["sales.opportunities.followups"]["opportunityId"]
    assert not set(asked.tolist()) & set(o["id"][o["status"].array() == "Won"].tolist())
    assert (
        len(below("sales.opportunities.followups.by_id", str(asked[0])))
        == (asked == asked[0]).sum()
    )


def test_changes_of_estimates_lead_to_their_status() -> None:
    """A sold estimate changed to Sold when it was sold, one that is open not at all."""
    for estimate in rows("sales.estimates")[:200]:
        changes = below("sales.status.estimates.changes", str(estimate["id"]))
        name = estimate["status"]["name"]
        assert [c["newStatus"] for c in changes] == ([] if name == "Open" else [name])
        assert all(
            c["oldStatus"] == "Open" and c["createdOn"] >= estimate["createdOn"] for c in changes
        )
        assert name != "Sold" or changes[0]["createdOn"] == estimate["soldOn"]


def test_sold_estimates_are_billed_once() -> None:
    """Each line of a sold estimate stands on one invoice item, at the price of the offer, and that
    item leads back to it."""
    items = {i["id"]: i for i in rows("accounting.export.invoice_items")}
    lines = [(e, line) for e in rows("sales.estimates") for line in e["items"]]
    billed = [
        (line, items[line["invoiceItemId"]])
        for _, line in lines
        if line["invoiceItemId"] is not None
    ]

    assert len(billed) > 500
    assert {e["status"]["name"] for e, line in lines if line["invoiceItemId"] is not None} == {
        "Sold"
    }
    assert (
        sum(line["invoiceItemId"] is None for e, line in lines if e["status"]["name"] == "Sold")
        == 0
    )
    for line, item in billed:
        assert item["estimateItemId"] == line["id"]
        assert item["skuId"] == line["sku"]["id"]
        assert cents(item["total"]) == cents(line["total"])


def test_templates_are_their_items() -> None:
    """The items of an estimate template add up to it.

    A proposal puts the three templates of a trade side by side.
    """
    known = by_id("sales.estimate_templates")
    for template in known.values():
        assert sum(cents(i["totalPrice"]) for i in template["items"]) == cents(
            template["totalPrice"]
        )
        assert cents(template["totalCost"]) < cents(template["totalPrice"])
    for proposal in rows("sales.proposal_templates"):
        prices = [
            known[a["estimateTemplateId"]]["totalPrice"] for a in proposal["estimateAssignments"]
        ]
        assert len(prices) == 3
        assert prices == sorted(prices)


def test_margins_are_believable() -> None:
    """Everything costs less than its price; materials are marked up as the table of
    mark-ups says."""
    for kind in ("services", "materials", "equipment"):
        assert all(0 < row["cost"] < row["price"] for row in rows(f"pricebook.{kind}"))
    tiers = rows("pricebook.materialsmarkup")
    for row in rows("pricebook.materials"):
        (percent,) = {t["percent"] for t in tiers if t["from"] <= row["cost"] < t["to"]}
        assert row["price"] == pytest.approx(row["cost"] * (1 + percent / 100), abs=0.02)


# -- memberships


def test_renewals_make_chains() -> None:
    """A renewed membership ends where the one that renews it begins.

    Both are the same customer's, and the first has expired.
    """
    known = by_id("memberships.memberships")
    renewed = [m for m in known.values() if m["renewedById"] is not None]

    assert len(renewed) > 50
    for old in renewed:
        new = known[old["renewedById"]]
        assert (new["customerId"], new["membershipTypeId"]) == (
            old["customerId"],
            old["membershipTypeId"],
        )
        assert new["from"] == old["to"]
        assert (old["status"], old["active"]) == ("Expired", False)
    assert len({m["renewedById"] for m in renewed}) == len(renewed)


def test_a_members_status_follows_from_its_dates_and_changes() -> None:
    """What has ended is expired, what was cancelled ends on that day, what runs is active or
    suspended; the last change tells it."""
    last: dict[int, dict[str, Any]] = {}
    for change in sorted(
        rows("memberships.export.membership_status_changes"), key=lambda c: str(c["createdOn"])
    ):
        assert change["oldStatus"] == (
            last[change["membershipId"]]["newStatus"]
            if change["membershipId"] in last
            else "Active"
        )
        last[change["membershipId"]] = change
    found = rows("memberships.memberships")
    seen = Counter(m["status"] for m in found)

    assert set(seen) == {"Active", "Suspended", "Expired", "Canceled"}
    assert seen["Expired"] + seen["Canceled"] > 0.2 * len(found)
    for member in found:
        assert member["status"] == (
            last[member["id"]]["newStatus"] if member["id"] in last else "Active"
        )
        assert (
            (member["to"] >= "2026-03-02")
            == (member["status"] in ("Active", "Suspended"))
            == member["active"]
        )
        assert (member["cancellationDate"] is not None) == (member["status"] == "Canceled")
        assert member["cancellationDate"] in (
            None,
            member["to"],
            last.get(member["id"], {}).get("createdOn"),
        )


def test_jobs_of_members_are_within_the_membership() -> None:
    """A job that names a membership was booked while that ran, by the same customer."""
    known = by_id("memberships.memberships")
    jobs = [j for j in rows("jpm.jobs") if j["membershipId"] is not None]

    assert len(jobs) > 100
    for job in jobs:
        member = known[job["membershipId"]]
        assert member["customerId"] == job["customerId"]
        assert member["from"] <= job["createdOn"] < member["to"]


# -- calls


@pytest.mark.long
def test_calls_agree_in_all_their_forms() -> None:
    """The list, the older list and the feed tell the same of a call, and its job knows it."""
    lists, feed, old = (
        rows("telecom.calls"),
        by_id("telecom.export.calls"),
        by_id("telecom.v2.calls"),
    )
    jobs = {j["jobNumber"]: j for j in rows("jpm.jobs")}

    assert len(lists) == len(feed) == len(old) > 3000
    for call in lists:
        own, flat = call["leadCall"], feed[call["id"]]
        assert own["callType"] == flat["type"] == old[call["id"]]["leadCall"]["callType"]
        assert own["campaign"]["id"] == flat["campaign"]["id"]
        assert own["agent"]["id"] == flat["agent"]["id"]
        assert (
            (own["callType"] == "Booked")
            == (call["jobNumber"] is not None)
            == (flat["job"] is not None)
        )
        if call["jobNumber"] is not None:
            job = jobs[call["jobNumber"]]
            assert (job["leadCallId"], job["id"]) == (call["id"], flat["job"]["id"])
            assert (job["campaignId"], job["customerId"]) == (
                own["campaign"]["id"],
                own["customer"]["id"],
            )
            assert own["receivedOn"] < job["createdOn"]


def test_calls_come_by_season_and_hour() -> None:
    """July has more calls than April, nobody calls at night, and people hang up most about noon."""
    calls = [c["leadCall"] for c in rows("telecom.calls")]
    month = Counter(c["receivedOn"][5:7] for c in calls)
    hung_up = Counter(int(c["receivedOn"][11:13]) for c in calls if c["callType"] == "Abandoned")
    hours = Counter(int(c["receivedOn"][11:13]) for c in calls)

    assert month["07"] > 1.4 * month["04"]
    assert sum(hours[h] for h in range(4, 13)) < 0.02 * len(calls)
    assert hung_up[18] + hung_up[19] > 0.8 * sum(hung_up.values())


def test_a_search_brings_what_was_searched_for() -> None:
    """Jobs that came by a search for plumbing are plumbing.

    A postcard of the spring brings nothing in winter.
    """
    names = {c["id"]: c["name"] for c in rows("marketing.campaigns")}
    units = {u["id"]: u["trade"]["name"] for u in rows("settings.business_units")}
    trades: dict[str, set[str]] = defaultdict(set)
    months: dict[str, set[str]] = defaultdict(set)
    for job in rows("jpm.jobs"):
        trades[names[job["campaignId"]]].add(units[job["businessUnitId"]])
        months[names[job["campaignId"]]].add(job["createdOn"][5:7])

    assert trades["Search - Plumbing"] == {"Plumbing"}
    assert trades["Search - Electrical"] == {"Electrical"}
    assert trades["Search - Cooling"] == trades["Search - Heating"] == {"HVAC"}
    assert len(trades["Website"]) == 3
    assert months["Spring Postcard"] == {"03", "04", "05"}
    costs = {
        (names[c["campaignId"]], c["month"]) for c in rows("marketing.costs") if c["dailyCost"] > 0
    }
    assert {m for name, m in costs if name == "Spring Postcard"} == {3, 4, 5}


def test_converted_leads_became_jobs() -> None:
    """A lead is of a call that was not booked.

    Its customer has a job soon after if it was converted, and none otherwise.
    """
    calls, booked = {c["id"]: c["leadCall"] for c in rows("telecom.calls")}, defaultdict(list)
    for job in rows("jpm.jobs"):
        booked[job["customerId"]].append(job["createdOn"][:10])
    leads = rows("crm.leads")

    assert {lead["status"] for lead in leads} == {"Open", "Dismissed", "Converted"}
    for lead in leads:
        assert calls[lead["callId"]]["callType"] == "Unbooked"
        limit = str(np.datetime64(lead["createdOn"][:10]) + 46)
        soon = any(lead["createdOn"][:10] < day <= limit for day in booked[lead["customerId"]])
        assert soon or lead["status"] != "Converted"
