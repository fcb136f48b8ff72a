"""The demo's reports agree with its tables, and its files are real files."""

from __future__ import annotations

import io
import re
import wave
import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from stnb.catalog import load
from stnb.demoserver.api.reports.definitions import REPORTS
from stnb.demoserver.api.reports.report import Report
from tests.conformance.client import Client

CATALOG = load()
YEAR = {"From": "2025-03-01", "To": "2026-02-28"}
Row = dict[str, Any]


class Demo(Client):
    """The demo's lists and reports."""

    def __init__(self) -> None:
        super().__init__(scale=0.08)
        self.kept: dict[str, list[Row]] = {}

    def all(self, name: str) -> list[Row]:
        if name not in self.kept:
            endpoint, page = CATALOG[name], 1
            query = {endpoint.shows_all[0]: endpoint.shows_all[1]} if endpoint.shows_all else {}
            self.kept[name] = []
            while True:
                body = self.ask(endpoint.path, {**query, "page": page, "pageSize": 5000}).json()
                self.kept[name] += body["data"]
                page += 1
                if not body["hasMore"]:
                    break
        return self.kept[name]

    def run(self, key: int, query: Row | None = None, **parameters: Any) -> httpx.Response:
        report = next(r for r in REPORTS if r.id == key)
        body = {
            "parameters": [{"name": k, "value": v} for k, v in {**YEAR, **parameters}.items()],
            "page": 9,
            "pageSize": 1,
        }
        path = CATALOG["reporting.report_category.reports.data"].path
        self.skip(60)  # a report runs once a minute
        return self.ask(path, query, (report.category, str(key)), "POST", body)

    def cells(self, key: int, **parameters: Any) -> list[Row]:
        """The rows of a report by the names of their fields."""
        body = self.run(key, {"pageSize": 25000}, **parameters).json()
        return [
            dict(zip([f["name"] for f in body["fields"]], row, strict=True)) for row in body["data"]
        ]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    client = Demo()
    yield client
    client.close()


def in_year(text: str | None) -> bool:
    return text is not None and "2025-03-01" <= text[:10] <= "2026-02-28"


def total(rows: list[Row], column: str) -> float:
    return round(sum(float(row[column]) for row in rows), 2)


# -- what there is


def test_categories_and_reports_are_lists(demo: Demo) -> None:
    """Every report is found in its category; names need not be unique."""
    found = []
    for category in demo.ask(CATALOG["reporting.report_categories"].path, {"pageSize": 100}).json()[
        "data"
    ]:
        path = CATALOG["reporting.report_category.reports"].path
        found += demo.ask(path, {"pageSize": 100}, (category["id"],)).json()["data"]

    names = [report["name"] for report in found]
    assert sorted(report["id"] for report in found) == sorted(r.id for r in REPORTS)
    assert len(names) >= 10
    assert len(set(names)) < len(names)


@pytest.mark.parametrize("report", REPORTS, ids=lambda r: str(r.id))
def test_report_is_as_it_is_described(demo: Demo, report: Report) -> None:
    """The description tells the parameters and the fields.

    The data have these fields and a cell for each.
    """
    about = demo.ask(
        CATALOG["reporting.report_category.reports.get"].path,
        None,
        (report.category, str(report.id)),
    ).json()
    body = demo.run(report.id, {"includeTotal": "true"}).json()

    assert [p["name"] for p in about["parameters"] if p["isRequired"]] == ["From", "To"]
    assert {p["dataType"] for p in [*about["parameters"], *about["fields"]]} <= {
        "String",
        "Number",
        "Boolean",
        "Date",
        "Time",
    }
    assert body["fields"] == [{"name": f["name"], "label": f["label"]} for f in about["fields"]]
    assert body["data"]
    assert {len(row) for row in body["data"]} == {len(about["fields"])}
    assert body["totalCount"] >= len(body["data"])


@pytest.mark.parametrize("report", REPORTS, ids=lambda r: str(r.id))
def test_no_rows_are_lost_between_pages(demo: Demo, report: Report) -> None:
    """Pages are cut by the query, whatever the body says, and add up."""
    whole = demo.run(report.id, {"pageSize": 25000, "includeTotal": "true"}).json()
    size, rows, page = len(whole["data"]) // 3 + 1, [], 1
    while True:
        body = demo.run(report.id, {"page": page, "pageSize": size}).json()
        rows += body["data"]
        page += 1
        if not body["hasMore"]:
            break

    assert rows == whole["data"]
    assert (whole["totalCount"], body["totalCount"]) == (len(rows), None)


def test_choices_of_a_parameter(demo: Demo) -> None:
    """A parameter's dynamic set lists the values that it takes; a set that is none is 404."""
    path = CATALOG["reporting.dynamic_value_sets"].path
    asked = {p.dynamic for r in REPORTS for p in r.parameters if p.dynamic}
    units = demo.ask(path, {"pageSize": 100}, ("business-units",)).json()

    assert {row[0]: row[1] for row in units["data"]} == {
        u["id"]: u["name"] for u in demo.all("settings.business_units")
    }
    assert [f["name"] for f in units["fields"]] == ["Value", "Name"]
    assert {demo.ask(path, None, (key,)).status_code for key in asked} == {200}
    assert demo.ask(path, None, ("nothing",)).status_code == 404


@pytest.mark.parametrize(
    ("key", "parameters", "named"),
    [
        (70101, {"From": None}, "From"),
        (70101, {"To": ""}, "To"),
        (70101, {"From": "yesterday"}, "From"),
        (70101, {"From": 20250101}, "From"),
        (70101, {"BusinessUnitIds": 712}, "BusinessUnitIds"),
        (70101, {"BusinessUnitIds": ["North"]}, "BusinessUnitIds"),
        (70101, {"DateType": 9}, "DateType"),
        (70101, {"DateType": True}, "DateType"),
        (70113, {"CustomerType": "Royal"}, "CustomerType"),
        (70113, {"ActiveOnly": "perhaps"}, "ActiveOnly"),
    ],
)
def test_wrong_parameters_are_named(demo: Demo, key: int, parameters: Row, named: str) -> None:
    """A parameter that is missing, of another type or none of the choices is 400, with its name
    in `errors`."""
    answer = demo.run(key, **parameters)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [named])


@pytest.mark.parametrize("body", [[], {"parameters": "From"}, {"parameters": [{"value": 1}]}, None])
def test_body_that_is_none(demo: Demo, body: Any) -> None:
    """A body without a list of parameters is 400."""
    path = CATALOG["reporting.report_category.reports.data"].path

    assert demo.ask(path, None, ("accounting", "70101"), "POST", body).status_code == 400


def test_cells_need_not_be_of_their_type(demo: Demo) -> None:
    """Balances come as text and days as people write them, although the reports say
    Number and Date."""
    unpaid, new = demo.cells(70106), demo.cells(70113)

    assert all(re.fullmatch(r"\d+\.\d\d", row["Balance"]) for row in unpaid)
    assert all(re.fullmatch(r"\d+/\d+/\d{4}", row["CreatedOn"]) for row in new)


# -- numbers


def bills(demo: Demo) -> list[Row]:
    """The invoices of the year that count."""
    return [b for b in demo.all("accounting.invoices") if b["active"] and in_year(b["invoiceDate"])]


def revenue_of_jobs(demo: Demo) -> dict[int, float]:
    out: dict[int, float] = defaultdict(float)
    for bill in demo.all("accounting.invoices"):
        if bill["active"] and bill["job"]:
            out[bill["job"]["id"]] += float(bill["subTotal"])
    return out


def done(demo: Demo) -> list[Row]:
    return [
        j
        for j in demo.all("jpm.jobs")
        if j["jobStatus"] == "Completed" and in_year(j["completedOn"])
    ]


def test_revenue_is_what_the_invoices_say(demo: Demo) -> None:
    """Revenue by business unit is the sum of the invoices of these days, unit by unit."""
    sums: dict[str, float] = defaultdict(float)
    names = {u["id"]: u["name"] for u in demo.all("settings.business_units")}
    for bill in bills(demo):
        sums[names[bill["businessUnit"]["id"]]] += float(bill["subTotal"])
    found = {row["Name"]: row["Revenue"] for row in demo.cells(70101)}

    assert {k: v for k, v in found.items() if v} == {
        k: pytest.approx(v, abs=0.01) for k, v in sums.items() if v
    }


def test_revenue_of_chosen_units(demo: Demo) -> None:
    """A list of business units narrows the report.

    The kind of date decides which invoices are meant.
    """
    every = {row["Name"]: row for row in demo.cells(70101)}
    unit = demo.all("settings.business_units")[0]
    by_completion = demo.cells(70101, DateType=1)
    finished = {j["id"] for j in demo.all("jpm.jobs") if in_year(j["completedOn"])}
    billed = [
        b
        for b in demo.all("accounting.invoices")
        if b["active"] and b["job"] and b["job"]["id"] in finished
    ]

    assert demo.cells(70101, BusinessUnitIds=[unit["id"]]) == [every[unit["name"]]]
    assert total(by_completion, "Revenue") == pytest.approx(total(billed, "subTotal"), abs=0.2)


def test_scoreboards(demo: Demo) -> None:
    """Both scoreboards count the completed jobs to which somebody was sent, each once."""
    sent = {a["jobId"] for a in demo.all("dispatch.appointment_assignments")}
    jobs, revenue = [j["id"] for j in done(demo) if j["id"] in sent], revenue_of_jobs(demo)
    board, months = demo.cells(70102), demo.cells(70114)

    assert (
        sum(r["CompletedJobs"] for r in board)
        == sum(r["CompletedJobs"] for r in months)
        == len(jobs)
    )
    assert total(board, "Revenue") == pytest.approx(sum(revenue[j] for j in jobs), abs=0.2)
    assert {r["Technician"] for r in board} <= {t["name"] for t in demo.all("settings.technicians")}


def test_renewals(demo: Demo) -> None:
    """Memberships that ended and those renewed are counted by their type."""
    ended = [m for m in demo.all("memberships.memberships") if in_year(m["to"])]
    rows = demo.cells(70103)

    assert sum(r["Ended"] for r in rows) == len(ended) > 0
    assert sum(r["Renewed"] for r in rows) == sum(m["renewedById"] is not None for m in ended)


def test_job_list(demo: Demo) -> None:
    """The list of jobs holds those created in these days."""
    rows = demo.cells(70104)

    assert sorted(r["JobNumber"] for r in rows) == sorted(
        j["jobNumber"] for j in demo.all("jpm.jobs") if in_year(j["createdOn"])
    )


def test_booking_rates(demo: Demo) -> None:
    """By campaign and by agent, lead calls and bookings are those of the list of calls."""
    calls = [
        c["leadCall"] for c in demo.all("telecom.calls") if in_year(c["leadCall"]["receivedOn"])
    ]
    leads = [c for c in calls if c["callType"] in ("Booked", "Unbooked")]
    campaigns, agents = demo.cells(70105), demo.cells(70108)

    assert sum(r["LeadCalls"] for r in campaigns) == len(leads)
    assert sum(r["Booked"] for r in campaigns) == sum(c["callType"] == "Booked" for c in leads)
    assert sum(r["LeadCalls"] for r in agents) == sum(c["agent"] is not None for c in leads)


def test_unpaid(demo: Demo) -> None:
    """What is unpaid is the same as a list, by age and on the invoices."""
    left = [b for b in bills(demo) if float(b["balance"]) > 0]
    each, ages = demo.cells(70106), demo.cells(70107)

    assert len(each) == len(left) == sum(r["Invoices"] for r in ages)
    assert (
        total(each, "Balance")
        == total(left, "balance")
        == pytest.approx(total(ages, "Balance"), abs=0.05)
    )


def test_profit(demo: Demo) -> None:
    """Revenue less what the invoices' items cost is the margin."""
    jobs, costs = {j["id"] for j in done(demo)}, 0.0
    for bill in demo.all("accounting.invoices"):
        if bill["active"] and bill["job"] and bill["job"]["id"] in jobs:
            costs += sum(float(i["totalCost"] or 0) for i in bill["items"])
    rows = demo.cells(70109)

    assert sum(r["Jobs"] for r in rows) == len(jobs)
    assert total(rows, "Cost") == pytest.approx(costs, abs=0.2)
    assert all(r["Margin"] == pytest.approx(r["Revenue"] - r["Cost"], abs=0.02) for r in rows)


def test_close_rate(demo: Demo) -> None:
    """Jobs with an estimate and jobs that sold one are counted by business unit."""
    offered = [e for e in demo.all("sales.estimates") if in_year(e["createdOn"])]
    pairs = {(e["businessUnitId"], e["jobId"]) for e in offered}
    rows = demo.cells(70110)

    assert sum(r["Opportunities"] for r in rows) == len(pairs)
    assert sum(r["Sold"] for r in rows) == len(
        {(e["businessUnitId"], e["jobId"]) for e in offered if e["soldOn"]}
    )
    assert total(rows, "SoldTotal") == pytest.approx(
        sum(e["subtotal"] for e in offered if e["soldOn"]), abs=0.2
    )


def test_campaigns(demo: Demo) -> None:
    """A campaign's jobs and revenue are its jobs'; one that is chosen stands alone."""
    jobs, revenue = (
        [j for j in demo.all("jpm.jobs") if in_year(j["createdOn"])],
        revenue_of_jobs(demo),
    )
    campaign = demo.all("marketing.campaigns")[0]
    mine = [j["id"] for j in jobs if j["campaignId"] == campaign["id"]]
    [row] = demo.cells(70111, CampaignIds=[campaign["id"]])

    assert (row["Campaign"], row["Jobs"]) == (campaign["name"], len(mine))
    assert row["Revenue"] == pytest.approx(sum(revenue[j] for j in mine), abs=0.02)
    assert sum(r["Jobs"] for r in demo.cells(70111)) == len(jobs)


def test_campaign_cost(demo: Demo) -> None:
    """What campaigns cost is what their daily costs add up to."""
    path = CATALOG["marketing.campaign_cost_summary"].path
    summary = demo.ask(path, {"from": "2025-03-01", "to": "2026-03-01"}).json()["items"]

    assert total(demo.cells(70111), "Cost") == pytest.approx(total(summary, "totalCost"), abs=0.5)


def test_pay(demo: Demo) -> None:
    """Hours and gross pay are those of the gross pay items, and the type of employee
    narrows them."""
    items = [i for i in demo.all("payroll.gross_pay_items") if in_year(i["date"])]
    crew = [i for i in items if i["employeeType"] == "Technician"]

    assert total(demo.cells(70112), "GrossPay") == pytest.approx(
        sum(i["amount"] for i in items), abs=0.5
    )
    assert total(demo.cells(70112, EmployeeType="Technician"), "Hours") == pytest.approx(
        sum(i["paidDurationHours"] or 0 for i in crew), abs=0.5
    )


def test_new_customers(demo: Demo) -> None:
    """New customers are those created in these days, by type and whether they are
    active if so asked."""
    new = [c for c in demo.all("crm.customers") if in_year(c["createdOn"])]

    assert sorted(r["Customer"] for r in demo.cells(70113)) == sorted(c["name"] for c in new)
    firms = demo.cells(70113, CustomerType="Commercial", ActiveOnly=True)
    assert len(firms) == sum(c["type"] == "Commercial" and c["active"] for c in new)


# -- files


def test_recordings_are_sounds(demo: Demo) -> None:
    """A call's recording is about a second of sound, and so is its voicemail.

    Calls that were given up have none.
    """
    calls = demo.all("telecom.calls")[:40]
    for name in ("recording", "voicemail"):
        answers = [
            demo.ask(CATALOG[f"telecom.calls.{name}"].path, None, (str(c["leadCall"]["id"]),))
            for c in calls
        ]
        sounds = [a.content for a in answers if a.status_code == 200]
        assert sounds
        assert {a.status_code for a in answers} <= {200, 404}
        for data in sounds:
            with wave.open(io.BytesIO(data)) as file:
                assert 0.4 <= file.getnframes() / file.getframerate() <= 1.5
                assert len(set(file.readframes(1000))) > 20


def check_file(answer: httpx.Response) -> None:
    """The bytes are what the content type says."""
    kind, data = answer.headers["content-type"], answer.content
    if kind == "image/png":
        at, image = 8, b""
        while at < len(data):
            size = int.from_bytes(data[at : at + 4])
            body = data[at + 4 : at + 8 + size]
            assert int.from_bytes(data[at + 8 + size : at + 12 + size]) == zlib.crc32(body)
            image += body[4:] if body[:4] == b"IDAT" else b""
            at += 12 + size
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert zlib.decompress(image)
    elif kind == "application/pdf":
        start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
        places = [int(p) for p in re.findall(rb"(\d{10}) 00000 n", data[start:])]
        assert data.startswith(b"%PDF-1.4")
        assert data[start:].startswith(b"xref")
        assert [data[place:].split()[:3] for place in places] == [
            [b"%d" % i, b"0", b"obj"] for i in range(1, len(places) + 1)
        ]
        assert data.count(b"/Type /Page ") == 1
    else:
        assert kind == "image/jpeg"
        assert data[:3] == b"\xff\xd8\xff"
        assert data[-2:] == b"\xff\xd9"


@pytest.mark.parametrize(
    "name",
    ["equipmentsystems.installed_equipment.attachments", "findings.assets", "pricebook.images"],
)
@pytest.mark.parametrize(
    ("path", "kind"),
    [("plate.png", "image/png"), ("Images/a.jpg", "image/jpeg"), ("permit.pdf", "application/pdf")],
)
def test_files_are_of_the_kind_of_their_name(demo: Demo, name: str, path: str, kind: str) -> None:
    """A picture is a picture and a PDF has one page."""
    answer = demo.ask(CATALOG[name].path, {"path": path})

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    check_file(answer)


def test_papers_of_a_job(demo: Demo) -> None:
    """What the list of a job's attachments names is found by its id.

    An id that is none is 404 without a body.
    """
    listed, one = CATALOG["forms.jobs.attachments"].path, CATALOG["forms.jobs.attachment"].path
    papers: list[Row] = []
    for job in done(demo)[:60]:
        papers += demo.ask(listed, None, (str(job["id"]),)).json()["data"]
    kinds = {"png": "image/png", "jpg": "image/jpeg", "pdf": "application/pdf"}
    nobody = demo.ask(one, None, ("1",))

    assert papers
    assert (nobody.status_code, nobody.content) == (404, b"")
    for paper in papers[:20]:
        answer = demo.ask(one, None, (str(paper["id"]),))
        assert answer.headers["content-type"] == kinds.get(
            paper["name"].rpartition(".")[2], "image/png"
        )
        check_file(answer)


def test_pictures_of_the_price_book(demo: Demo) -> None:
    """The pictures that services and findings name are there."""
    for service in demo.all("pricebook.services"):
        for asset in (service["assets"] or ())[:2]:
            check_file(demo.ask(CATALOG["pricebook.images"].path, {"path": asset["url"]}))
    for finding in demo.all("findings.location_findings")[:20]:
        for asset in demo.ask(
            CATALOG["findings.location_findings.attachments"].path, None, (str(finding["id"]),)
        ).json()["data"]:
            check_file(demo.ask(CATALOG["findings.assets"].path, {"path": asset["fileName"]}))
