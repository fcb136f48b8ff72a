"""The sweep finds what is wrong, and finds nothing wrong with the demo."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.client import Client
from tests.conformance.documents import operations
from tests.conformance.exceptions import reason
from tests.conformance.servicepytan_pull import serving
from tests.conformance.sweep import Found, Sweep, good, sort_fields, table

SPECS, PYTHON = os.environ.get("STNB_SPECS"), os.environ.get("STNB_SERVICEPYTAN")
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.1",
    "servers": [{"url": "https://api.example/dispatch/v2"}],
    "paths": {
        "/tenant/{tenant}/zones": {
            "get": {
                "parameters": [
                    {
                        "name": "tenant",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer"},
                    },
                    {"name": "pageSize", "in": "query", "schema": {"type": "integer"}},
                    {
                        "name": "active",
                        "in": "query",
                        "schema": {"type": "string", "enum": ["True", "Any", "False"]},
                    },
                    {
                        "name": "createdBefore",
                        "in": "query",
                        "schema": {"type": "string", "format": "date-time"},
                    },
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Page"}}
                        }
                    },
                    "400": {
                        "content": {
                            "application/json": {
                                "schema": {"type": "object", "required": ["errors"]}
                            }
                        }
                    },
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Page": {
                "type": "object",
                "properties": {
                    "data": {"type": "array", "items": {"$ref": "#/components/schemas/Zone"}}
                },
            },
            "Zone": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "integer", "format": "int64"},
                    "name": {"type": "string", "nullable": True},
                    "active": {"type": "boolean"},
                    "createdOn": {"type": "string", "format": "date-time"},
                },
            },
        }
    },
}


HUE = {"name": "hue", "in": "query", "schema": {"type": "integer"}}


def refusal(op: dict[str, Any]) -> dict[str, Any]:
    """The schema of the answer to a bad request."""
    schema: dict[str, Any] = op["responses"]["400"]["content"]["application/json"]["schema"]
    return schema


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    client = Client(scale=0.02)
    yield client
    client.close()


def swept(client: Client, folder: Path, change: Any = None) -> Found:
    """The sweep over the small document, changed."""
    document = copy.deepcopy(DOCUMENT)
    if change:
        change(
            document["paths"]["/tenant/{tenant}/zones"]["get"],
            document["components"]["schemas"]["Zone"],
        )
    (folder / "dispatch.json").write_text(json.dumps(document))
    return Sweep(client, operations(folder)).run()["dispatch"]


def test_nothing_wrong_is_found_where_nothing_is(client: Client, tmp_path: Path) -> None:
    """A true document has no deviations; routes, bodies and parameters are counted."""
    found = swept(client, tmp_path)

    assert found.deviations == []
    assert (found.routes, found.params, found.wrong) == (1, 3, 3)
    assert found.bodies == 1 + 1 + 3 + 1


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda op, zone: zone["properties"]["id"].update(type="string"), "id: type"),
        (lambda op, zone: zone["properties"]["name"].update(enum=["Nowhere"]), "name: enum"),
        (
            lambda op, zone: zone["properties"]["createdOn"].update(format="date"),
            "createdOn: format date",
        ),
        (lambda op, zone: zone["required"].append("colour"), "required 'colour'"),
        (lambda op, zone: zone.update(additionalProperties=False), "additionalProperties"),
        (
            lambda op, zone: op["parameters"][2]["schema"].update(enum=["Perhaps"]),
            "is answered with 400",
        ),
        (lambda op, zone: op["parameters"].append(HUE), "hue=x is answered with 200"),
        (lambda op, zone: refusal(op).update(type="string"), "400 body: type"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(client: Client, tmp_path: Path, change: Any, what: str) -> None:
    """A document that the demo does not keep to yields a deviation that says where."""
    found = swept(client, tmp_path, change)

    assert any(what in text for _, text in found.deviations), found.deviations
    assert what in table({"dispatch": found}) or found.unexplained() == []


def test_reasons_are_narrow() -> None:
    """A column that newer documents have explains itself; one that no document has does not."""
    route = "GET /jpm/v2/tenant/{tenant}/jobs"

    assert reason(
        route,
        "200 data[]: additionalProperties Additional properties are not allowed ('equipmentIds' "
        "was unexpected)",
    )
    assert (
        reason(
            route,
            "200 data[]: additionalProperties Additional properties are not allowed ('hue' was "
            "unexpected)",
        )
        is None
    )
    assert reason(route, "200 data[].id: type 'x' is not of type 'integer'") is None


def test_values_to_try() -> None:
    """Each value of an enum is tried, and each field that a list can be sorted by."""
    sort = {
        "name": "sort",
        "schema": {"type": "string"},
        "values": [],
        "description": "Available fields are: Id, Date (Year + Month)",
    }

    assert good({"name": "a", "schema": {"type": "string"}, "values": ["X", "Y"]}) == [
        {"a": "X"},
        {"a": "Y"},
    ]
    assert sort_fields(sort) == ["Id", "Date"]


@pytest.mark.skipif(SPECS is None, reason="STNB_SPECS names no folder of OpenAPI documents")
def test_demo_keeps_to_the_documents() -> None:
    """Every documented call is answered as documented, except where there is a reason not to."""
    assert SPECS
    found = Sweep(Client(), operations(Path(SPECS))).run()

    assert found
    assert [d for f in found.values() for d in f.unexplained()] == []


@pytest.mark.skipif(
    PYTHON is None, reason="STNB_SERVICEPYTAN names no Python that has servicepytan"
)
def test_a_client_of_others_works() -> None:
    """servicepytan, unchanged, pulls jobs and an export from the demo."""
    assert PYTHON
    with serving() as told:
        script = str(Path(__file__).with_name("servicepytan_pull.py"))
        done = subprocess.run(
            [PYTHON, script], input=told, capture_output=True, text=True, timeout=120, check=False
        )

    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    assert counts["jobs"] == counts["of"] > 100
    assert counts["export"] == counts["jobs"]
    assert counts["report"] > 5


@pytest.mark.long
def test_the_command_line(tmp_path: Path) -> None:
    """Without documents the command says so by its exit code."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.conformance", str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "module" in done.stdout
