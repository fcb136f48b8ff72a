"""The demo tenant: it answers every route as the documents say, and its company adds up."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from stnb.catalog import Column, Endpoint, load
from stnb.demoserver import APP_KEY, CLIENT_ID, CLIENT_SECRET, FAULTS, TENANT, Fault, make_app
from tests.helpers.in_time import is_light
from tests.helpers.sample import tenth

CATALOG = load()
TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12).timestamp()
HOST = "https://demo.invalid"
# Where the ids of a path come from when its beginning is no list of the same module.
NOUNS = {
    "jobs": "jpm.jobs",
    "employees": "settings.employees",
    "technicians": "settings.technicians",
    "estimates": "sales.estimates",
    "calls": "telecom.calls",
    "bookings": "crm.bookings",
}


class Client:
    """Asks the app with a token; plain functions around one in-process transport."""

    def __init__(self, **options: Any) -> None:
        options = {"today": TODAY, "clock": lambda: NOON, "scale": 0.045, **options}
        self.app = make_app(**options)
        self.headers: dict[str, str] = {}

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(self.app), base_url=HOST
            ) as client:
                return await client.request(method, path, **more)

        return asyncio.run(run())

    def token(self, **form: str) -> httpx.Response:
        pair = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        return self.send("POST", "/connect/token", data={**pair, **form})

    def log_in(self) -> Client:
        self.headers = {
            "Authorization": f"Bearer {self.token().json()['access_token']}",
            "ST-App-Key": APP_KEY,
        }
        return self

    def ask(
        self,
        name: str,
        query: Mapping[str, Any] | None = None,
        keys: tuple[str, ...] = (),
        body: Any = None,
    ) -> httpx.Response:
        endpoint = CATALOG[name]
        path = endpoint.path.replace("{tenant}", str(TENANT))
        for key in keys:
            path = re.sub(r"\{\w+\}", key, path, count=1)
        return self.send(endpoint.method, path, params=query or {}, headers=self.headers, json=body)

    def rows(self, name: str, /, **query: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        size = CATALOG[name].page_size_max or 5000
        out: list[dict[str, Any]] = []
        for page in range(1, 1000):
            body = self.ask(name, {"pageSize": size, "page": page, **query}).json()
            out += body["data"]
            if not body["hasMore"]:
                break
        return out

    def feed(self, name: str, /, **query: Any) -> tuple[list[dict[str, Any]], str]:
        """Every row of an export, and its last cursor."""
        out: list[dict[str, Any]] = []
        while True:
            body = self.ask(name, query).json()
            out += body["data"]
            query["from"] = body["continueFrom"]
            if not body["hasMore"]:
                return out, body["continueFrom"]


@pytest.fixture(scope="module")
def demo() -> Client:
    return Client().log_in()


# -- a checker of rows, written apart from the demo's own writer

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")
DAY = re.compile(r"\d{4}-\d\d-\d\dT00:00:00")
DURATION = re.compile(r"(\d+\.)?\d\d:\d\d:\d\d")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def wrong(column: Column, value: Any, path: str) -> Iterator[str]:
    """What is not as the catalogue says."""
    if value is None:
        if not column.nullable:
            yield f"{path} is null"
    elif column.type == "object" and column.children:
        yield from wrong_row(column.children, value, f"{path}.")
    elif column.type == "array":
        if not isinstance(value, list):
            yield f"{path} is no list: {value!r}"
        elif column.children:
            for i, element in enumerate(value):
                yield from wrong(column.children[0], element, f"{path}[{i}]")
    elif not fits(column, value):
        yield f"{path} is no {column.type}{' in text' if column.text else ''}: {value!r}"


def wrong_row(columns: tuple[Column, ...], row: Any, above: str = "") -> Iterator[str]:
    if not isinstance(row, dict):
        yield f"{above} is no object: {row!r}"
        return
    if set(row) != {c.name for c in columns}:
        yield f"{above} has other keys: {set(row) ^ {c.name for c in columns}}"
        return
    for column in columns:
        yield from wrong(column, row[column.name], f"{above}{column.name}")


def fits(column: Column, value: Any) -> bool:
    if column.text:
        return isinstance(value, str) and re.fullmatch(r"-?\d+\.\d\d", value) is not None
    patterns = {"date-time": TIME, "date": DAY, "duration": DURATION, "guid": GUID}
    if pattern := patterns.get(column.type):
        return isinstance(value, str) and pattern.fullmatch(value) is not None
    if column.type == "enum" and column.values:
        return str(value) in column.values
    if column.type in ("decimal", "number"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    kinds: dict[str, type] = {
        "integer": int,
        "boolean": bool,
        "string": str,
        "html": str,
        "enum": str,
    }
    kind = kinds.get(column.type)
    return kind is None or (
        isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    )


def needed(endpoint: Endpoint) -> dict[str, str]:
    """Values for the query parameters that the endpoint requires."""
    values = {"integer": "1", "boolean": "true", "date-time": "2026-01-01"}
    query = {
        p.name: values.get(p.type, p.values[0] if p.values else "1")
        for p in endpoint.params
        if p.required and p.where == "query"
    }
    query.pop("page", None)
    query.pop("pageSize", None)
    if "includeTotal" in query:
        query["includeTotal"] = "true"
    if endpoint.name.startswith("schedulingpro") and "sessionCreatedBefore" in query:
        query["sessionCreatedBefore"] = "2026-03-01"
    return query


def keys_of(demo: Client, endpoint: Endpoint) -> tuple[str, ...]:
    """Ids for the parameters of the path, taken from the lists above it."""
    if endpoint.module == "reporting":
        return {"report": ("accounting", "70101"), "dynamic": ("business-units",)}[
            "dynamic" if "dynamic" in endpoint.path else "report"
        ]
    if endpoint.name == "forms.jobs.attachment":
        lists = (
            demo.ask("forms.jobs.attachments", {}, (str(job["id"]),)).json()["data"]
            for job in demo.rows("jpm.jobs")
        )
        return (str(next(rows[0]["id"] for rows in lists if rows)),)
    keys: list[str] = []
    parts = endpoint.path.split("{tenant}/")[1].split("/")
    for i, part in enumerate(parts):
        if part.startswith("{"):
            keys.append(
                first_id(
                    demo, endpoint.path.split("/{")[0 : len(keys) + 2], parts[i - 1], tuple(keys)
                )
            )
    return tuple(keys)


def first_id(demo: Client, above: list[str], noun: str, keys: tuple[str, ...]) -> str:
    path = "/{".join(above)
    owner = next((e for e in CATALOG if e.path == path and e.kind in ("list", "rows")), None)
    owner = owner or (CATALOG[NOUNS[noun]] if noun in NOUNS else None)
    if (
        owner is not None
        and owner.required
        and (feed := owner.name.replace(".", ".export.", 1)) in CATALOG
    ):
        owner = CATALOG[feed]
    if owner is None or owner.path.count("{") - 1 != len(keys[: owner.path.count("{") - 1]):
        return "1"
    body = demo.ask(
        owner.name,
        needed(owner) | ({"active": "Any"} if owner.takes("active") else {}),
        keys[: owner.path.count("{") - 1],
    ).json()
    rows = body["data"] if isinstance(body, dict) else body
    return str(rows[0].get("id", rows[0].get("name", "1"))) if rows else "1"


# -- the way in


def test_token_is_a_jwt_that_tells_tenant_scopes_and_end() -> None:
    """The token's claims name the tenant, the scopes and an end 900 s away."""
    answer = Client().token()

    body = answer.json()
    claims = json.loads(base64.urlsafe_b64decode(body["access_token"].split(".")[1] + "=="))
    assert (answer.status_code, body["expires_in"], body["token_type"]) == (200, 900, "Bearer")
    assert claims["tenant"] == str(TENANT)
    assert claims["exp"] - claims["nbf"] == 900
    assert "tn.jpm.jobs:r" in claims["scope"]
    assert body["scope"].split() == claims["scope"]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_secret": "cs1.wrong"}, "invalid_client"),
        ({"client_id": CLIENT_ID + " "}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_token_refuses(form: dict[str, str], error: str) -> None:
    """A wrong pair or grant is answered with 400 and OAuth's word for it."""
    answer = Client().token(**form)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_token_refuses_json() -> None:
    """The token endpoint takes forms only."""
    assert (
        Client()
        .send("POST", "/connect/token", json={"grant_type": "client_credentials"})
        .status_code
        == 400
    )


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer x.y.z"}, {"ST-App-Key": "ak1.other"}]
)
def test_api_asks_for_token_and_app_key(demo: Client, headers: dict[str, str]) -> None:
    """Without a good token or app key the answer is 401 in JSON."""
    given = {**demo.headers, **headers} if headers else {}
    answer = demo.send("GET", f"/jpm/v2/tenant/{TENANT}/jobs", headers=given)

    assert answer.status_code == 401
    assert answer.json()["status"] == 401


def test_token_ends() -> None:
    """A token is refused 900 s after it was given."""
    now = [NOON]
    demo = Client(clock=lambda: now[0]).log_in()
    before = demo.ask("settings.business_units").status_code
    now[0] += 901

    assert (before, demo.ask("settings.business_units").status_code) == (200, 401)


def test_scope_that_is_not_granted() -> None:
    """A scope outside the app's is 403 with ServiceTitan's own title."""
    demo = Client(scopes=["tn.jpm.jobs:r"]).log_in()

    answer = demo.ask("crm.customers")
    assert (answer.status_code, answer.json()["title"]) == (403, "Scope validation failed")
    assert demo.ask("jpm.jobs").status_code == 200


def test_another_tenant(demo: Client) -> None:
    """A tenant that is not the token's is refused."""
    assert demo.send("GET", "/jpm/v2/tenant/1/jobs", headers=demo.headers).status_code == 403


def test_unknown_route_is_the_gateways_404(demo: Client) -> None:
    """No such route: the gateway's sentence and fewer keys; no such record: the API's."""
    gateway = demo.send("GET", f"/jpm/v2/tenant/{TENANT}/nothing", headers=demo.headers)
    record = demo.ask("jpm.jobs.get", keys=("1",))

    assert (gateway.status_code, record.status_code) == (404, 404)
    assert gateway.json()["title"] == "Unable to match incoming request to an operation."
    assert (
        set(gateway.json())
        < set(record.json())
        == {"type", "title", "status", "traceId", "errors", "data"}
    )


def test_rate_limit() -> None:
    """Past the limit the answer is 429, with the seconds to wait in its title.

    A second later all is well.
    """
    now = [NOON]
    demo = Client(rate_limit=3, clock=lambda: now[0]).log_in()
    codes = [demo.ask("dispatch.zones").status_code for _ in range(3)]
    limited = demo.ask("dispatch.zones")
    now[0] += 1.1

    assert codes == [200] * 3
    assert limited.status_code == 429
    assert re.search(r"Try again in \d+ seconds", limited.json()["title"])
    assert demo.ask("dispatch.zones").status_code == 200


# -- every route


@pytest.mark.parametrize(
    "name", [e.name for e in tenth(list(CATALOG), lambda e: (e.module, e.kind, e.method))]
)
def test_every_route_answers_with_what_the_catalogue_promises(demo: Client, name: str) -> None:
    """Each endpoint answers 200 in the shape of its kind, and each row satisfies its columns."""
    endpoint = CATALOG[name]
    body = (
        {
            "parameters": [
                {"name": "From", "value": "2026-01-01"},
                {"name": "To", "value": "2026-02-01"},
            ]
        }
        if endpoint.method == "POST"
        else None
    )
    if name == "dispatch.capacity":
        body = {
            "startsOnOrAfter": "2026-01-01T00:00:00Z",
            "endsOnOrBefore": "2026-01-04T00:00:00Z",
            "skillBasedAvailability": False,
        }
    answer = demo.ask(name, needed(endpoint), keys_of(demo, endpoint), body)

    assert answer.status_code == 200, answer.text[:300]
    if endpoint.kind == "file":
        assert answer.content.startswith((b"RIFF", b"\x89PNG", b"\xff\xd8\xff", b"%PDF-"))
        return
    found = answer.json()
    if endpoint.kind in ("list", "export"):
        shape = (
            {"page", "pageSize", "hasMore", "totalCount", "data"}
            if endpoint.kind == "list"
            else {"hasMore", "continueFrom", "data"}
        )
        assert set(found) - {"fields"} == shape
    rows = (
        found[endpoint.rows_at]
        if isinstance(found, dict) and endpoint.kind != "record"
        else found
        if isinstance(found, list)
        else [found]
    )
    if endpoint.name == "crm.locations.preferredtechnician":
        assert all(row is None or isinstance(row, int) for row in rows)
    elif endpoint.columns:
        assert [w for row in rows for w in wrong_row(endpoint.columns, row)][:5] == []


PAGED = [
    e
    for e in CATALOG
    if e.kind == "list"
    and "{" not in e.path.split("{tenant}")[1]
    and not any(p.required for p in e.params)
]


def pages(endpoint: Endpoint) -> Any:
    """From which page on, how many rows at most, and by what rows are known."""
    return endpoint.page_first, endpoint.page_size_max, endpoint.key, endpoint.module == "telecom"


@pytest.mark.parametrize("name", [e.name for e in tenth(PAGED, pages)])
def test_pages_add_up(demo: Client, name: str) -> None:
    """The pages of a list hold totalCount rows, and no key twice."""
    endpoint = CATALOG[name]
    total = demo.ask(name, {"includeTotal": "true", "pageSize": 1}).json()["totalCount"]
    size = max(1, min(endpoint.page_size_max or 5000, total // 3 + 1))
    rows: list[Any] = []
    page = endpoint.page_first
    while True:
        body = demo.ask(name, {"page": page, "pageSize": size}).json()
        rows += body["data"]
        page += 1
        if not body["hasMore"]:
            break

    assert len(rows) == total
    if endpoint.key == ("id",):
        assert len({row["id"] for row in rows}) == total


def test_total_is_null_unless_asked_for(demo: Client) -> None:
    """totalCount comes with includeTotal=true only; calls tell it unasked."""
    assert demo.ask("jpm.jobs").json()["totalCount"] is None
    assert demo.ask("jpm.jobs", {"includeTotal": "true"}).json()["totalCount"] > 0
    assert demo.ask("telecom.calls").json()["totalCount"] > 0


# -- parameters


@pytest.mark.parametrize(
    "query",
    [
        {"pageSize": 5001},
        {"page": 0},
        {"pageSize": "many"},
        {"completedOnOrAfter": "yesterday"},
        {"customerId": "x"},
        {"jobStatus": "Nearly"},
        {"sort": "-completedOn"},
        {"ids": ",".join(str(i) for i in range(51))},
    ],
)
def test_bad_values_are_named(demo: Client, query: dict[str, Any]) -> None:
    """A value that a parameter cannot take is 400, with the parameter's name in `errors`."""
    answer = demo.ask("jpm.jobs", query)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(query)


def test_required_parameter(demo: Client) -> None:
    """Without a required parameter the answer is 400."""
    answer = demo.ask("jpm.jobs.cancel_reasons")

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["ids"])


def test_unknown_parameters_are_ignored(demo: Client) -> None:
    """A filter that is none changes nothing, as in the real API."""
    ask = {"includeTotal": "true", "pageSize": 1}

    assert (
        demo.ask("jpm.jobs", ask).json()
        == demo.ask("jpm.jobs", {**ask, "scheduledOnOrAfter": "2100-01-01"}).json()
    )


@pytest.mark.parametrize(
    "name",
    [
        "crm.customers",
        "jpm.appointments",
        "sales.estimates",
        "settings.technicians",
        "memberships.memberships",
    ],
)
def test_inactive_rows_are_hidden(demo: Client, name: str) -> None:
    """Lists that hide inactive rows show them with active=Any, whatever its case.

    False shows them alone.
    """
    default, everything = demo.rows(name), demo.rows(name, active="aNY")
    hidden = demo.rows(name, active="False")

    assert all(row["active"] for row in default)
    assert len(default) < len(everything) == len(default) + len(hidden)


def test_filters_filter(demo: Client) -> None:
    """Filters by status, id, date, list and name leave exactly the rows that fit."""
    jobs = demo.rows("jpm.jobs")
    job = next(j for j in jobs if j["tagTypeIds"] and j["completedOn"])
    bound = "2025-12-01T00:00:00Z"
    ids = lambda rows: {r["id"] for r in rows}  # noqa: E731

    assert ids(demo.rows("jpm.jobs", jobStatus="Canceled")) == {
        j["id"] for j in jobs if j["jobStatus"] == "Canceled"
    }
    assert ids(demo.rows("jpm.jobs", customerId=job["customerId"])) == {
        j["id"] for j in jobs if j["customerId"] == job["customerId"]
    }
    assert ids(demo.rows("jpm.jobs", completedOnOrAfter=bound)) == {
        j["id"] for j in jobs if (j["completedOn"] or "") >= bound[:19]
    }
    assert ids(demo.rows("jpm.jobs", number=job["jobNumber"])) == {job["id"]}
    assert job["id"] in ids(demo.rows("jpm.jobs", tagTypeIds=job["tagTypeIds"][0]))
    assert ids(demo.rows("jpm.jobs", ids=f"{job['id']},{jobs[0]['id']}")) == {
        job["id"],
        jobs[0]["id"],
    }
    assert demo.rows("jpm.jobs", createdOnOrAfter="2100-01-01") == []
    assert all("heli" in c["name"].lower() for c in demo.rows("crm.customers", name="heli"))


def test_filters_across_tables(demo: Client) -> None:
    """Jobs by technician, customers by telephone and invoices by balance look where
    the answer is."""
    sent = demo.rows("dispatch.appointment_assignments", active="Any")
    technician = sent[0]["technicianId"]
    contact = next(c for c in demo.rows("crm.customers.contacts") if c["type"] == "Phone")
    open_bills = demo.rows(
        "accounting.invoices", **{"balanceFilter.Comparer": "Greater", "balanceFilter.Balance": "0"}
    )

    assert {j["id"] for j in demo.rows("jpm.jobs", technicianId=technician)} == {
        s["jobId"] for s in sent if s["technicianId"] == technician
    }
    assert contact["customerId"] in {
        c["id"] for c in demo.rows("crm.customers", phone=contact["value"], active="Any")
    }
    assert open_bills
    assert all(float(b["balance"]) > 0 for b in open_bills)


@pytest.mark.parametrize(
    ("name", "after", "before", "column"),
    [
        ("accounting.invoices", "invoicedOnOrAfter", "invoicedOnBefore", "invoiceDate"),
        ("accounting.payments", "paidOnAfter", "paidOnBefore", "date"),
        ("sales.estimates", "soldAfter", "soldBefore", "soldOn"),
        ("jpm.appointments", "startsOnOrAfter", "startsBefore", "start"),
        ("crm.customers", "modifiedOnOrAfter", "modifiedBefore", "modifiedOn"),
    ],
)
def test_irregular_windows(demo: Client, name: str, after: str, before: str, column: str) -> None:
    """Date windows work under the names that each list has for them."""
    rows = demo.rows(name, **{after: "2025-10-01T00:00:00Z", before: "2025-11-01T00:00:00Z"})

    assert rows
    assert all("2025-10-01" <= row[column] < "2025-11-01" for row in rows)


@pytest.mark.parametrize("name", ["accounting.invoices", "accounting.payments"])
def test_repeated_values(demo: Client, name: str) -> None:
    """Several values of one filter come as repeated keys or as one list."""
    rows = demo.ask(
        name,
        {
            "statuses": ["Posted", "Exported"] if name.endswith("invoices") else "Posted",
            "pageSize": 500,
        },
    ).json()["data"]

    assert {r["syncStatus"] for r in rows} == (
        {"Posted", "Exported"} if name.endswith("invoices") else {"Posted"}
    )


def test_sort(demo: Client) -> None:
    """+Field sorts upwards and -Field downwards."""
    up = [j["modifiedOn"][:19] for j in demo.rows("jpm.jobs", sort="+ModifiedOn")]
    down = [j["id"] for j in demo.rows("jpm.jobs", sort="-Id")]

    assert up == sorted(up)
    assert down == sorted(down, reverse=True)


# -- exports


@pytest.mark.parametrize(
    ("feed", "listed"),
    [
        ("jpm.export.jobs", "jpm.jobs"),
        ("crm.export.customers", "crm.customers"),
        ("crm.export.locations", "crm.locations"),
        ("accounting.export.invoices", "accounting.invoices"),
        ("accounting.export.payments", "accounting.payments"),
        ("sales.export.estimates", "sales.estimates"),
        ("telecom.export.calls", "telecom.calls"),
        ("jpm.export.appointments", "jpm.appointments"),
    ],
)
def test_feed_holds_every_row_in_the_order_of_change(demo: Client, feed: str, listed: str) -> None:
    """An export's pages hold each row of the list once, inactive ones too, and then nothing."""
    rows, cursor = demo.feed(feed)
    shows = CATALOG[listed].shows_all
    again = demo.ask(feed, {"from": cursor}).json()

    assert len(rows) > 100
    assert sorted(r["id"] for r in rows) == sorted(
        r["id"] for r in demo.rows(listed, **({shows[0]: shows[1]} if shows else {}))
    )
    assert [r["modifiedOn"][:19] for r in rows] == sorted(r["modifiedOn"][:19] for r in rows)
    assert (again["data"], again["hasMore"], again["continueFrom"]) == ([], False, cursor)


def test_feed_from_a_date(demo: Client) -> None:
    """A date as `from` begins with the changes of that day."""
    rows, _ = demo.feed("jpm.export.jobs", **{"from": "2026-01-15"})
    everything, _ = demo.feed("jpm.export.jobs")

    assert {r["id"] for r in rows} == {
        r["id"] for r in everything if r["modifiedOn"] >= "2026-01-15"
    }
    assert demo.ask("jpm.export.jobs", {"from": "not a cursor"}).status_code == 400


def test_feed_lags_a_quarter_of_an_hour() -> None:
    """Changes of the last 15 minutes come with includeRecentChanges=true only."""
    midnight = datetime.fromisoformat("2026-03-02T00:00:00+00:00").timestamp()
    demo = Client(clock=lambda: midnight, scale=0.6).log_in()
    early, _ = demo.feed("jpm.export.appointments")
    fresh, _ = demo.feed("jpm.export.appointments", includeRecentChanges="true")

    assert len(early) < len(fresh)
    assert max(r["modifiedOn"] for r in early) <= "2026-03-01T23:45:01"


def test_assignment_feed_hides_inactive_rows(demo: Client) -> None:
    """The export of assignments is the one that shows active rows only unless asked."""
    default, _ = demo.feed("dispatch.export.appointment_assignments")
    everything, _ = demo.feed("dispatch.export.appointment_assignments", active="Any")

    assert all(r["active"] for r in default)
    assert len(default) < len(everything)


# -- the company

CORE = [
    "crm.customers",
    "crm.locations",
    "jpm.jobs",
    "jpm.appointments",
    "dispatch.appointment_assignments",
    "accounting.invoices",
    "accounting.payments",
    "sales.estimates",
    "settings.technicians",
    "settings.employees",
    "settings.business_units",
    "jpm.job_types",
    "marketing.campaigns",
    "telecom.calls",
    "memberships.memberships",
    "pricebook.services",
    "accounting.export.invoice_items",
    "crm.leads",
    "crm.bookings",
    "jpm.projects",
    "dispatch.technician_shifts",
    "marketing.costs",
]


def links(columns: tuple[Column, ...], row: Any) -> Iterator[tuple[str, str]]:
    """(target, id) of every link in a row."""
    for column in columns:
        value = row.get(column.name) if isinstance(row, dict) else row
        if column.type == "array" and column.children and isinstance(value, list):
            for element in value:
                yield from links((column.children[0],), element)
        elif column.type == "object" and isinstance(value, dict):
            yield from links(column.children, value)
        elif column.type == "object" and column.name == "" and isinstance(row, dict):
            yield from links(column.children, row)
        elif column.refers and value is not None:
            technician = (
                column.name == "employeeId"
                and isinstance(row, dict)
                and row.get("employeeType") == "Technician"
            )
            yield ("settings.technicians" if technician else column.refers), str(value)


@pytest.fixture(scope="module")
def known(demo: Client) -> dict[str, set[str]]:
    """Ids by resource, fetched when first asked for."""

    class Known(dict[str, set[str]]):
        def __missing__(self, name: str) -> set[str]:
            if name == "users":
                people = [
                    *demo.rows("settings.technicians", active="Any"),
                    *demo.rows("settings.employees", active="Any"),
                ]
                found = {str(r["userId"]) for r in people}
            elif CATALOG[name].kind == "rows":
                size = {"pageSize": 5000} if CATALOG[name].takes("pageSize") else {}
                found = {str(r["id"]) for r in demo.ask(name, size).json()}
            elif (feed := name.replace(".", ".export.", 1)) in CATALOG and CATALOG[name].required:
                found = {str(r["id"]) for r in demo.feed(feed)[0]}
            elif CATALOG[name].kind == "export":
                found = {str(r["id"]) for r in demo.feed(name)[0]}
            else:
                shows = CATALOG[name].shows_all
                found = {
                    str(r["id"]) for r in demo.rows(name, **({shows[0]: shows[1]} if shows else {}))
                }
            self[name] = found
            return found

    return Known()


WITHOUT_PARENTS = [
    e
    for e in CATALOG
    if e.kind in ("list", "export")
    and "{" not in e.path.split("{tenant}")[1]
    and not any(p.required for p in e.params)
]


@pytest.mark.parametrize(
    "name", [e.name for e in tenth(WITHOUT_PARENTS, lambda e: (e.module, e.kind))]
)
def test_links_lead_somewhere(demo: Client, known: dict[str, set[str]], name: str) -> None:
    """Every id that the catalogue links leads to a row of its target, inactive ones counted."""
    endpoint = CATALOG[name]
    shows = endpoint.shows_all
    query = {shows[0]: shows[1]} if shows else {}
    rows = demo.feed(name, **query)[0] if endpoint.kind == "export" else demo.rows(name, **query)
    lost = {
        (target, key)
        for row in rows
        for target, key in links(endpoint.columns, row)
        if key not in known[target]
    }

    assert rows or not endpoint.columns
    assert lost == set()


def test_records_are_as_in_their_list(demo: Client) -> None:
    """A record by its id agrees with its row in the list."""
    for name in ("jpm.jobs", "crm.customers", "crm.locations", "jpm.appointments"):
        row = demo.ask(name, {"pageSize": 3}).json()["data"][-1]
        assert demo.ask(f"{name}.get", keys=(str(row["id"]),)).json() == row


def test_money_adds_up(demo: Client) -> None:
    """An invoice is its items and its tax.

    What was paid and what is left is its total; customers owe what their invoices leave.
    """
    bills = demo.rows("accounting.invoices")
    paid: dict[int, float] = {}
    for payment in demo.rows("accounting.payments", activeState="All"):
        for part in payment["appliedTo"]:
            paid[part["appliedId"]] = paid.get(part["appliedId"], 0) + float(part["appliedAmount"])
    owed: dict[int, float] = {}
    for bill in bills:
        owed[bill["customer"]["id"]] = owed.get(bill["customer"]["id"], 0) + float(bill["balance"])
        assert sum(float(i["total"]) for i in bill["items"]) == pytest.approx(
            float(bill["subTotal"]), abs=0.005
        )
        assert float(bill["subTotal"]) + float(bill["salesTax"]) == pytest.approx(
            float(bill["total"]), abs=0.005
        )
        assert float(bill["total"]) - paid.get(bill["id"], 0) == pytest.approx(
            float(bill["balance"]), abs=0.005
        )
        assert paid.get(bill["id"], 0) <= max(float(bill["total"]), 0) + 0.005
    for customer in demo.rows("crm.customers", active="Any"):
        assert customer["balance"] == pytest.approx(owed.get(customer["id"], 0), abs=0.01)


def test_jobs_and_invoices_lead_to_each_other(demo: Client) -> None:
    """A job's invoice leads back to the job; adjustments make a job have several."""
    bills = {b["id"]: b for b in demo.rows("accounting.invoices")}
    jobs = demo.rows("jpm.jobs")
    adjustments = [b for b in bills.values() if b["adjustmentToId"]]

    assert all(bills[j["invoiceId"]]["job"]["id"] == j["id"] for j in jobs)
    assert adjustments
    assert all(bills[a["adjustmentToId"]]["job"]["id"] == a["job"]["id"] for a in adjustments)


def test_traps_are_there(demo: Client) -> None:
    """What surprises in real data is in the demo's as well."""
    jobs, customers = demo.rows("jpm.jobs"), demo.rows("crm.customers", active="Any")
    sent = demo.rows("dispatch.appointment_assignments", active="Any")
    fractions = {len(j["createdOn"].partition(".")[2].rstrip("Z")) for j in jobs}

    assert any(j["jobStatus"] == "Canceled" and j["completedOn"] for j in jobs)
    assert any(j["jobStatus"] == "Completed" and j["total"] == 0 for j in jobs)
    assert any(c["mergedToId"] and not c["active"] for c in customers)
    assert any("<" in (j["summary"] or "") for j in jobs)
    assert any(j["customFields"] for j in jobs)
    assert len(sent) > len({s["appointmentId"] for s in sent})
    assert fractions >= {0, 1, 3, 6, 7}
    assert all(isinstance(p["typeId"], str) for p in demo.rows("accounting.payments"))


def test_last_month_has_data(demo: Client) -> None:
    """The history reaches to the day before `today`, and visits are planned beyond it."""
    assert demo.rows("jpm.jobs", createdOnOrAfter="2026-02-20")
    assert demo.rows("jpm.appointments", startsOnOrAfter="2026-03-02")


def test_reports(demo: Client) -> None:
    """Reports run with their parameters and page through their rows."""
    about = demo.ask("reporting.report_category.reports.get", keys=("operations", "70104")).json()
    body = {
        "parameters": [
            {"name": "From", "value": "2025-06-01"},
            {"name": "To", "value": "2025-06-30"},
        ]
    }
    data = "reporting.report_category.reports.data"
    key = ("operations", "70104")

    def ask(**query: Any) -> Any:
        return demo.ask(data, query, key, body).json()

    first = ask(pageSize=20, includeTotal="true")
    demo.app.state.skip(60)
    second = ask(pageSize=20, page=2)

    assert [f["name"] for f in first["fields"]] == [f["name"] for f in about["fields"]]
    assert len(first["data"]) == 20 < first["totalCount"]
    assert first["data"] != second["data"]
    demo.app.state.skip(60)
    assert demo.ask(data, {}, key, {}).status_code == 400


# -- as a server


def test_many_calls_at_once() -> None:
    """Calls that come together to an app which has no data yet get what they would get
    one by one."""
    names = [
        "jpm.jobs",
        "accounting.invoices",
        "inventory.receipts",
        "payroll.payrolls",
        "crm.customers",
        "telecom.calls",
    ] * 3
    demo = Client().log_in()

    async def run() -> list[httpx.Response]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(demo.app), base_url=HOST, headers=demo.headers
        ) as client:
            paths = [CATALOG[name].path.replace("{tenant}", str(TENANT)) for name in names]
            return await asyncio.gather(*(client.get(path) for path in paths))

    answers = asyncio.run(run())
    assert {a.status_code for a in answers} == {200}
    assert [a.content for a in answers] == [demo.ask(name).content for name in names]


def test_planted_stories(demo: Client) -> None:
    """Summer is busier than spring, one month loses far more jobs than the rest, and the third
    branch is younger than the others."""
    jobs = Client(scale=1.0).log_in().rows("jpm.jobs")
    by_month: dict[str, list[bool]] = {}
    for job in jobs:
        by_month.setdefault(job["createdOn"][:7], []).append(job["jobStatus"] == "Canceled")
    lost = {month: sum(flags) / len(flags) for month, flags in by_month.items() if len(flags) > 60}
    west = {u["id"] for u in demo.rows("settings.business_units") if u["name"].startswith("West")}

    assert len(by_month["2025-07"]) > 1.4 * len(by_month["2025-04"])
    assert max(lost, key=lambda m: lost[m]) == "2025-08"
    assert lost["2025-08"] > 0.2 > 2 * sorted(lost.values())[len(lost) // 2]
    assert min(j["createdOn"] for j in jobs if j["businessUnitId"] in west) > "2025-05-01"


def test_starts_at_once() -> None:
    """A new app answers its first page of jobs with little work."""
    seeds = itertools.count(90)  # companies that no other test has

    def first_page() -> None:
        demo = Client(seed=next(seeds), scale=1.0).log_in()
        assert demo.ask("jpm.jobs").status_code == 200

    assert is_light(first_page, 60)


@pytest.mark.parametrize(
    ("fault", "status", "start"),
    [
        (Fault("429-header", seconds=2), 429, b"{"),
        (Fault("429-title", seconds=2), 429, b"{"),
        (Fault("429-bare"), 429, b""),
        (Fault("500"), 500, b"{"),
        (Fault("503-html"), 503, b"<html"),
        (Fault("409-maintenance"), 409, b"{"),
        (Fault("401"), 401, b"{"),
        (Fault("403"), 403, b"{"),
        (Fault("html-200"), 200, b"<html"),
        (Fault("empty"), 200, b""),
        (Fault("cut-off"), 200, b"{"),
        (Fault("slow", seconds=0.01), 200, b"{"),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_faults_happen_once(fault: Fault, status: int, start: bytes) -> None:
    """A fault comes as often as it was ordered, and then all is well."""
    demo = Client(faults=[fault]).log_in()
    bad, good = demo.ask("dispatch.zones"), demo.ask("dispatch.zones")

    assert (bad.status_code, good.status_code) == (status, 200)
    assert bad.content.startswith(start)
    assert bad.content != good.content or fault.name == "slow"
    assert ("retry-after" in bad.headers) == (fault.name == "429-header")


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("duplicates", lambda b: b["data"][0] == b["data"][1]),
        ("wrong-total", lambda b: b["totalCount"] == 19),
        ("total-null", lambda b: b["totalCount"] is None),
        ("ends-early", lambda b: not b["hasMore"]),
    ],
)
def test_faults_of_pages(name: str, check: Any) -> None:
    """Pages can be spoilt: rows twice, totals and ends that are not."""
    demo = Client(faults=[Fault(name, path="/zones", page=1)]).log_in()

    assert check(demo.ask("dispatch.zones", {"includeTotal": "true", "pageSize": 3}).json())


def test_faults_by_chance_follow_the_seed() -> None:
    """The same seed has the same bad luck; `after` and `page` say where it may strike."""
    codes = []
    for _ in range(2):
        demo = Client(faults=[Fault("500", chance=0.5, times=None, after=2)]).log_in()
        codes.append([demo.ask("dispatch.zones").status_code for _ in range(12)])

    assert codes[0] == codes[1]
    assert codes[0][:2] == [200, 200]
    assert set(codes[0]) == {200, 500}


def test_cursor_that_stands_still() -> None:
    """A feed can be made to repeat its cursor for ever, and a list to have no end."""
    demo = Client(
        faults=[Fault("same-cursor", times=None), Fault("never-ends", path="/zones", times=None)]
    ).log_in()
    first, second = (demo.ask("jpm.export.jobs").json() for _ in range(2))

    assert first["continueFrom"] == second["continueFrom"]
    assert first["hasMore"]
    with pytest.raises(ValueError):
        Fault("nonsense")
    assert "same-cursor" in FAULTS
