"""The demo's stock, equipment, paper, tasks and projects.

What was ordered came, was billed and was paid, and all of it agrees.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pytest

from stnb.catalog import Column
from stnb.demoserver.company.world import World
from tests.helpers.demo_rows import CATALOG, TODAY, WORLD, rows


def by_id(name: str) -> dict[Any, dict[str, Any]]:
    return {row["id"]: row for row in rows(name)}


def cents(value: Any) -> int:
    return round(float(value) * 100)


# -- purchasing


def test_an_order_is_its_lines_its_tax_and_its_freight() -> None:
    """A purchase order's total is its items with tax and shipping, and each item is its quantity
    times its cost."""
    orders = rows("inventory.purchase_orders")

    assert len(orders) > 300
    for order in orders:
        assert all(
            cents(i["total"]) == round(i["quantity"] * cents(i["cost"])) for i in order["items"]
        )
        goods = sum(cents(i["total"]) for i in order["items"])
        assert goods + cents(order["tax"]) + cents(order["shipping"]) == cents(order["total"])


def test_no_more_is_received_than_was_ordered_and_the_status_follows() -> None:
    """What came of each line is in the receipts, never more than ordered, and decides the
    order's status."""
    came: dict[int, float] = defaultdict(float)
    for receipt in rows("inventory.receipts"):
        for item in receipt["items"]:
            came[item["purchaseOrderItemId"]] += item["quantity"]
    statuses = Counter(order["status"] for order in rows("inventory.purchase_orders"))

    assert set(statuses) >= {"PartiallyReceived", "Received", "Canceled"}
    for order in rows("inventory.purchase_orders"):
        assert all(came[i["id"]] == i["quantityReceived"] <= i["quantity"] for i in order["items"])
        whole, some = (
            all(i["quantityReceived"] == i["quantity"] for i in order["items"]),
            any(came[i["id"]] for i in order["items"]),
        )
        expected = (
            {"Received"}
            if whole
            else {"PartiallyReceived"}
            if some
            else {"Pending", "Sent", "Canceled"}
        )
        assert order["status"] in expected
        assert (order["receivedOn"] is not None) == whole


def test_receipts_follow_their_orders() -> None:
    """A receipt comes after its order, from its vendor and to its warehouse.

    Those of a whole order add up to its total.
    """
    orders, sums = by_id("inventory.purchase_orders"), Counter[int]()
    for receipt in rows("inventory.receipts"):
        order = orders[receipt["purchaseOrderId"]]
        assert [receipt[k] for k in ("vendorId", "inventoryLocationId", "jobId")] == [
            order[k] for k in ("vendorId", "inventoryLocationId", "jobId")
        ]
        assert order["date"] <= receipt["receivedOn"] <= receipt["createdOn"]
        sums[order["id"]] += cents(receipt["receiptAmount"])

    assert all(
        sums[o["id"]] == cents(o["total"]) for o in orders.values() if o["status"] == "Received"
    )


def test_lines_are_about_things_of_the_pricebook() -> None:
    """Every SKU of an order is a material or a piece of equipment with the same code."""
    codes = {
        g["id"]: g["code"] for kind in ("materials", "equipment") for g in rows(f"pricebook.{kind}")
    }

    for order in rows("inventory.purchase_orders"):
        assert all(codes[i["skuId"]] == i["skuCode"] for i in order["items"])


def test_no_more_goes_back_than_came() -> None:
    """A return is of one receipt's line, after it, from the same vendor and of no more
    than had come."""
    lines = {i["id"]: (r, i) for r in rows("inventory.receipts") for i in r["items"]}

    assert rows("inventory.returns")
    for given in rows("inventory.returns"):
        (item,) = given["items"]
        receipt, line = lines[item["receiptItemId"]]
        assert given["purchaseOrderId"] == receipt["purchaseOrderId"]
        assert given["returnDate"] > receipt["createdOn"]
        assert 0 < item["quantity"] <= line["quantity"]
        assert cents(given["returnAmount"]) == round(item["quantity"] * cents(line["cost"]))


def test_transfers_lead_from_one_place_to_another() -> None:
    """A transfer moves goods between two places, is picked before it arrives, and all of it is
    picked or nothing."""
    for moved in rows("inventory.transfers"):
        assert moved["fromLocationId"] != moved["toLocationId"]
        assert (moved["status"] == "Received") == (moved["receivedDate"] is not None)
        assert (
            moved["receivedDate"] is None
            or moved["date"] < moved["pickedDate"] < moved["receivedDate"]
        )
        assert all(
            i["quantityPicked"] == (i["quantity"] if moved["pickedDate"] else 0)
            for i in moved["items"]
        )


# -- bills of vendors


def test_bills_are_their_receipts() -> None:
    """Each receipt has one inventory bill with its amounts and lines, and the same bill stands
    among the payables."""
    bills, payables = by_id("accounting.inventory_bills"), by_id("accounting.ap_bills")

    assert len(bills) == len(rows("inventory.receipts"))
    for receipt in rows("inventory.receipts"):
        bill = bills[receipt["billId"]]
        assert [cents(bill[k]) for k in ("billAmount", "taxAmount", "shippingAmount")] == [
            cents(receipt[k]) for k in ("receiptAmount", "taxAmount", "shippingAmount")
        ]
        assert [i["receiptItemId"] for i in bill["items"]] == [i["id"] for i in receipt["items"]]
        assert [(i["quantity"], i["cost"]) for i in bill["items"]] == [
            (f"{i['quantity']:.2f}", f"{i['cost']:.2f}") for i in receipt["items"]
        ]
        assert bill["vendor"]["id"] == receipt["vendorId"]
        assert payables[bill["id"]]["billAmount"] == bill["billAmount"]


def test_bills_without_goods_are_their_expenses() -> None:
    """A payable that has no receipt is the sum of its expense items."""
    monthly = [b for b in rows("accounting.ap_bills") if b["billType"] == "ApBill"]

    assert monthly
    for bill in monthly:
        assert bill["items"] == []
        assert sum(cents(e["amount"]) for e in bill["expenseItems"]) == cents(bill["billAmount"])


def test_no_bill_is_paid_twice() -> None:
    """Payments are the sum of their splits, and payments and credits together never
    exceed a bill."""
    bills, paid = by_id("accounting.ap_bills"), Counter[int]()
    for payment in rows("accounting.ap_payments"):
        assert sum(cents(s["amount"]) for s in payment["splits"]) == cents(payment["amount"]) > 0
        for split in payment["splits"]:
            paid[split["documentId"]] += cents(split["amount"])
            assert bills[split["documentId"]]["billDate"] <= payment["date"]
            assert bills[split["documentId"]]["remittanceVendorInfo"] == payment["remittanceVendor"]
    for credit in rows("accounting.ap_credits"):
        assert (
            sum(cents(s["amount"]) for s in credit["splits"])
            == cents(credit["appliedAmount"])
            <= cents(credit["amount"])
        )
        for split in credit["splits"]:
            paid[split["inventoryBillId"]] += cents(split["amount"])

    assert all(amount <= cents(bills[key]["billAmount"]) for key, amount in paid.items())
    assert all(
        paid[b["id"]] == cents(b["billAmount"])
        for b in bills.values()
        if b["status"] == "Reconciled"
    )


def test_credits_are_of_returns() -> None:
    """The vendor's credit is as much as went back."""
    given = by_id("inventory.returns")

    assert rows("accounting.ap_credits")
    for credit in rows("accounting.ap_credits"):
        assert cents(given[credit["inventoryReturnId"]]["returnAmount"]) == cents(credit["amount"])


# -- equipment


def jobs_of_units() -> dict[int, list[int]]:
    """Job ids by installed equipment, from the fact that the jobs' own column shows."""
    about, job = WORLD.company.job_equipment.id, WORLD.company.jobs.id
    out: dict[int, list[int]] = defaultdict(list)
    for i, key in enumerate(job.tolist()):
        for unit in about.values[about.starts[i] : about.starts[i + 1]].tolist():
            out[unit].append(key)
    return out


@pytest.mark.long
def test_new_equipment_was_installed_by_a_job() -> None:
    """Equipment from an invoice stands where that invoice's job was, since the job was done, and is
    the first of the job's."""
    jobs, of_unit = by_id("jpm.jobs"), jobs_of_units()
    items = {i["id"]: i for i in rows("accounting.export.invoice_items")}
    invoices = {b["id"]: b for b in rows("accounting.invoices")}
    new = [u for u in rows("equipmentsystems.installed_equipment") if u["invoiceItemId"]]

    assert len(new) > 100
    for unit in new:
        job = jobs[invoices[items[unit["invoiceItemId"]]["invoiceId"]]["job"]["id"]]
        assert unit["locationId"] == job["locationId"]
        assert unit["installedOn"] == job["completedOn"]
        assert items[unit["invoiceItemId"]]["skuId"] == unit["equipmentId"]
        assert job["id"] in of_unit[unit["id"]]


def test_jobs_are_about_equipment_at_their_place() -> None:
    """What a job is about stands at its location and was there when the visit began."""
    jobs, units = by_id("jpm.jobs"), by_id("equipmentsystems.installed_equipment")
    pairs = [(units[u], jobs[j]) for u, js in jobs_of_units().items() for j in js]

    assert len(pairs) > 0.5 * len(jobs)
    assert all(unit["locationId"] == job["locationId"] for unit, job in pairs)
    assert sum(unit["invoiceItemId"] is None for unit, _ in pairs) > len(pairs) / 2
    assert all(
        unit["installedOn"] < job["createdOn"]
        for unit, job in pairs
        if unit["invoiceItemId"] is None
    )


def test_old_equipment_fails_more_often() -> None:
    """Repairs in two years rise with the age of the system.

    What is past its life has more than twice those of young systems.
    """
    kinds = {
        t["id"]
        for t in rows("jpm.job_types")
        if "Repair" in t["name"] or t["name"] == "No Cool Call"
    }
    jobs, of_unit = by_id("jpm.jobs"), jobs_of_units()
    repairs: dict[bool, list[int]] = {True: [], False: []}
    for unit in rows("equipmentsystems.installed_equipment"):
        if (
            unit["type"]["name"] in ("Heat pump", "Air conditioner", "Furnace", "Ductless split")
            and unit["invoiceItemId"] is None
        ):
            old = 2026 - int(unit["installedOn"][:4]) > 12
            repairs[old].append(sum(jobs[j]["jobTypeId"] in kinds for j in of_unit[unit["id"]]))

    assert min(map(len, repairs.values())) > 50
    assert np.mean(repairs[True]) > 2 * np.mean(repairs[False])


def test_replaced_equipment_says_when() -> None:
    """A unit that was replaced has the day of it, is inactive, and a newer one stands
    at its place."""
    units = rows("equipmentsystems.installed_equipment")
    newest: dict[int, str] = {}
    for unit in units:
        newest[unit["locationId"]] = max(newest.get(unit["locationId"], ""), unit["installedOn"])
    gone = [u for u in units if u["status"] == "Replaced"]

    assert gone
    assert all(
        u["actualReplacementDate"]
        and not u["active"]
        and newest[u["locationId"]] > u["installedOn"]
        for u in gone
    )
    assert all(u["actualReplacementDate"] is None for u in units if u["status"] == "Installed")
    assert all(
        u["manufacturerWarrantyStart"] < u["manufacturerWarrantyEnd"]
        and u["manufacturedOn"] < u["installedOn"]
        for u in units
    )


def test_findings_are_of_their_job() -> None:
    """A finding is at the location of its job and about equipment there, and what is older is
    more urgent."""
    jobs, units = by_id("jpm.jobs"), by_id("equipmentsystems.installed_equipment")
    ages: dict[str, list[int]] = defaultdict(list)
    for found in rows("findings.location_findings"):
        job, unit = jobs[found["sourceJobId"]], units[found["installedEquipmentId"]]
        assert found["locationId"] == job["locationId"] == unit["locationId"]
        ages[found["urgencyLevel"]].append(2026 - int(unit["installedOn"][:4]))

    assert np.mean(ages["Low"]) < np.mean(ages["High"])


# -- paper and tasks


def test_owners_of_forms_are_real() -> None:
    """A submission belongs to a job, that job's customer and location, and equipment that
    stands there."""
    jobs, units = by_id("jpm.jobs"), by_id("equipmentsystems.installed_equipment")
    names = {f["id"]: f["name"] for f in rows("forms.forms")}

    assert len(rows("forms.submissions")) > 200
    for submission in rows("forms.submissions"):
        owner = {o["type"]: o["id"] for o in submission["owners"]}
        job = jobs[owner["Job"]]
        assert (owner["Customer"], owner["Location"]) == (job["customerId"], job["locationId"])
        assert (
            "Equipment" not in owner or units[owner["Equipment"]]["locationId"] == job["locationId"]
        )
        assert submission["formName"] == names[submission["formId"]]
        assert submission["submittedOn"] >= job["createdOn"]


def test_units_of_forms_nest() -> None:
    """Units are of many kinds, and sections hold units, which may be sections."""
    kinds, depth = Counter[str](), 0

    def walk(units: list[Any], level: int) -> None:
        nonlocal depth
        for unit in units:
            depth = max(depth, level)
            kinds[unit["type"]] += 1
            walk(unit.get("units", []), level + 1)

    for submission in rows("forms.submissions"):
        walk(submission["units"], 1)

    assert depth == 3
    assert len(kinds) >= 10


def test_files_of_jobs_have_names() -> None:
    """The files kept with a job are photographs and papers, dated after its booking."""
    table, made = WORLD.table("forms.jobs.attachments"), WORLD.company.jobs
    names = table.data["name"].make(np.arange(table.size))
    job = np.searchsorted(made.id, table.array("jobId"))

    assert all(re.fullmatch(r"[a-z-]+-\d+\.(jpg|pdf)", name) for name in names)
    assert {name[-3:] for name in names} == {"jpg", "pdf"}
    assert (table.array("createdOn") >= made.created[job]).all()


def test_tasks_and_their_parts_agree() -> None:
    """A task is closed when its status says so, not before its parts.

    It is about its job's customer and uses known words.
    """
    words = json.loads(
        WORLD.single(CATALOG["taskmanagement.data"], []).encode(
            CATALOG["taskmanagement.data"].columns, np.zeros(1, int)
        )[0]
    )
    known = {
        key: {row["id"] for row in words[key]}
        for key in ("taskTypes", "taskSources", "taskResolutions", "employees")
    }
    jobs, statuses = by_id("jpm.jobs"), set()
    for task in rows("taskmanagement.tasks"):
        statuses.add(task["status"])
        assert (
            task["isClosed"]
            == (task["closedOn"] is not None)
            == (task["status"] in ("Completed", "Canceled"))
        )
        assert task["customerId"] == jobs[task["jobId"]]["customerId"]
        assert task["assignedToId"] in known["employees"]
        for kind in ("Type", "Source", "Resolution"):
            assert task[f"employeeTask{kind}Id"] in known[f"task{kind}s"]
        parts = task["subTasksData"]["subTasks"]
        assert task["subTasksData"]["count"] == len(parts)
        assert [p["subtaskNumber"] for p in parts] == list(range(1, len(parts) + 1))
        assert all(p["isClosed"] == (p["closedOn"] is not None) for p in parts)
        assert not task["isClosed"] or all(
            p["isClosed"] and p["closedOn"] <= task["closedOn"] for p in parts
        )

    assert {"Canceled", "Completed"} < statuses
    assert any(t["subTasksData"]["count"] for t in rows("taskmanagement.tasks"))


# -- projects


def test_projects_and_jobs_name_each_other() -> None:
    """A project's jobs are those that name it, all of one customer and place.

    Its status follows from theirs.
    """
    jobs, named = by_id("jpm.jobs"), defaultdict(set)
    for job in jobs.values():
        if job["projectId"]:
            named[job["projectId"]].add(job["id"])
    projects = by_id("jpm.projects")

    assert named.keys() == projects.keys()
    assert any(len(p["jobIds"]) > 1 for p in projects.values())
    for project in projects.values():
        mine = [jobs[key] for key in project["jobIds"]]
        assert set(project["jobIds"]) == named[project["id"]]
        assert {(j["customerId"], j["locationId"]) for j in mine} == {
            (project["customerId"], project["locationId"])
        }
        assert set(project["businessUnitIds"]) == {j["businessUnitId"] for j in mine}
        done = all(j["jobStatus"] == "Completed" for j in mine)
        assert (
            (project["status"] == "Completed")
            == done
            == (project["actualCompletionDate"] is not None)
        )
        assert project["createdOn"] == min(j["createdOn"] for j in mine)


def test_words_of_projects_agree() -> None:
    """Status and substatus are called what their lists call them, and a substatus is one of
    its status."""
    statuses, below, kinds = (
        by_id("jpm.project_statuses"),
        by_id("jpm.project_substatuses"),
        by_id("jpm.project_types"),
    )
    for project in rows("jpm.projects"):
        assert statuses[project["statusId"]]["name"] == project["status"]
        assert project["projectTypeId"] in kinds
        if project["subStatusId"]:
            assert below[project["subStatusId"]]["name"] == project["subStatus"]
            assert below[project["subStatusId"]]["statusId"] == project["statusId"]


def test_budget_codes_are_made_of_segment_items() -> None:
    """A budget code joins the codes of its items, and items lie below their parents."""
    wbs = "jpm.work_breakdown_structure"
    items = by_id(f"{wbs}.segments.items")

    assert all(
        i["parentId"] is None or items[i["parentId"]]["code"] == i["path"].split("/")[0]
        for i in items.values()
    )
    for code in rows(f"{wbs}.budget_codes"):
        assert code["code"] == "-".join(items[s["segmentItemId"]]["code"] for s in code["segments"])


# -- the rest


def test_scheduler_figures_are_its_sessions() -> None:
    """What a scheduler is said to have made is what its sessions show."""
    shown = CATALOG["schedulingpro.schedulers.performance"]
    for scheduler in rows("schedulingpro.schedulers"):
        figures = json.loads(
            WORLD.single(shown, [scheduler["id"]]).encode(shown.columns, np.zeros(1, int))[0]
        )
        mine = [
            s
            for s in rows("schedulingpro.schedulers.sessions")
            if s["schedulerId"] == scheduler["id"]
        ]
        assert figures["totalSessions"] == figures["milestoneFrequencyCount"]["opened"] == len(mine)
        assert figures["totalJobsCreated"] == sum(s["jobId"] is not None for s in mine)


def test_custom_fields_are_defined() -> None:
    """Whatever custom field stands on a row is defined in the list of its kind, and its value is
    one of the choices."""
    for name, fields in (
        ("crm.customers", "crm.customers.custom_fields"),
        ("jpm.jobs", "jpm.jobs.custom_fields"),
        ("jpm.projects", "jpm.projects.custom_fields"),
        ("accounting.invoices", "accounting.invoices.custom_fields"),
        ("inventory.vendors", "inventory.vendors.custom_fields"),
    ):
        known = {f["name"]: f["dataTypeOptions"] for f in rows(fields)}
        found = [f for row in rows(name) for f in row["customFields"]]
        assert found
        assert all(f["value"] in (known[f["name"]] or [f["value"]]) for f in found)


def moments(columns: tuple[Column, ...], row: Any, above: str = "") -> list[tuple[str, str, str]]:
    """(where, createdOn, modifiedOn) of a row and of everything in it that has both."""
    out = []
    if isinstance(row, dict) and row.get("createdOn") and row.get("modifiedOn"):
        out.append((above, row["createdOn"], row["modifiedOn"]))
    for column in columns:
        value = row.get(column.name) if isinstance(row, dict) else None
        for element in value if isinstance(value, list) else [value]:
            inner = (
                column.children[0].children
                if column.type == "array" and column.children
                else column.children
            )
            if isinstance(element, dict) and inner:
                out += moments(inner, element, f"{above}.{column.name}")
    return out


@pytest.mark.parametrize(
    "module",
    sorted({e.module for e in CATALOG if e.kind in ("list", "export", "rows") and e.columns}),
)
def test_nothing_is_changed_before_it_is_made(module: str) -> None:
    """In every resource, what has both was created no later than it was modified, and neither
    after today."""
    small = World(CATALOG, 5, 0.05, TODAY)
    wrong = []
    for e in CATALOG:
        if (
            e.module != module
            or e.kind not in ("list", "export", "rows")
            or e.name.startswith("reporting")
            or not e.columns
        ):
            continue
        table = small.table(small.home(e))
        for text in table.rows(np.arange(table.size), e.columns, e.name):
            for where, made, changed in moments(e.columns, json.loads(text)):
                if made.rstrip("Z") > changed.rstrip("Z") or changed > "2026-03-02T00:00:01":
                    wrong.append((e.name, where, made, changed))

    assert wrong[:5] == []
