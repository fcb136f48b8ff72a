"""The catalogue: complete, consistent, free of the documents' sentences, and built right from a
document.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

import stnb
from stnb import catalog
from stnb.catalog import Catalog, Column, Endpoint, read
from stnb.catalog.build.build import build, dump
from stnb.catalog.store import walk
from stnb.errors import BadFilter, SetupError, UnknownResource
from stnb.frame import dtype_of
from tests.helpers.in_time import is_light

TEXT = resources.files("stnb.catalog").joinpath("catalog.json").read_text(encoding="utf-8")
OPTIONS = {"limit", "page_size", "concurrency", "progress", "on_page", "dtypes", "self"}
SCALARS = {
    "integer",
    "decimal",
    "number",
    "boolean",
    "string",
    "enum",
    "guid",
    "html",
    "date-time",
    "date",
    "duration",
}
COLUMN_TYPES = SCALARS | {"object", "array", "any"}
PARAM_TYPES = {"integer", "number", "boolean", "string", "date-time", "date", "guid", "object"}


@pytest.fixture(scope="module")
def known() -> Catalog:
    return catalog.load()


def all_columns(columns: tuple[Column, ...]) -> Iterator[Column]:
    for column in columns:
        yield column
        yield from all_columns(column.children)


# -- the committed catalogue


def test_every_route_of_the_documents_is_there(known: Catalog) -> None:
    """314 GET operations of 2026-05, two POSTs that only read, and nine that only 2026-03 had, in
    24 modules.
    """
    kinds = {
        kind: sum(e.kind == kind for e in known)
        for kind in ("list", "export", "record", "rows", "file")
    }

    assert len(known) == 325
    assert len(known.modules) == 24
    assert sum(e.withdrawn for e in known) == 9
    assert [e.name for e in known if e.method == "POST"] == [
        "dispatch.capacity",
        "reporting.report_category.reports.data",
    ]
    assert kinds == {"list": 166, "export": 55, "record": 83, "rows": 15, "file": 6}


def test_paths_and_names_are_unique_and_say_the_module(known: Catalog) -> None:
    """No two endpoints share a route, and each name begins with the base that its route begins
    with.
    """
    routes = {(e.method, e.path) for e in known}

    assert len(routes) == len(known)
    for e in known:
        base = e.path.split("/")[1]
        assert e.name.split(".")[0] == e.module == base.replace("-", "_")
        assert re.fullmatch(r"/[a-z-]+/v[23]/tenant/\{tenant\}/[^ ]+", e.path), e.path
        assert re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)+", e.name), e.name


@pytest.mark.parametrize(
    ("name", "path", "kind", "scope"),
    [
        ("jpm.jobs", "/jpm/v2/tenant/{tenant}/jobs", "list", "tn.jpm.jobs:r"),
        ("jpm.jobs.get", "/jpm/v2/tenant/{tenant}/jobs/{id}", "record", "tn.jpm.jobs:r"),
        ("jpm.export.jobs", "/jpm/v2/tenant/{tenant}/export/jobs", "export", "tn.jpm.jobs:r"),
        ("telecom.calls", "/telecom/v3/tenant/{tenant}/calls", "list", "tn.tlc.calls:r"),
        ("sales.estimates", "/sales/v2/tenant/{tenant}/estimates", "list", "tn.sal.estimates:r"),
        (
            "equipmentsystems.installed_equipment",
            "/equipmentsystems/v2/tenant/{tenant}/installed-equipment",
            "list",
            None,
        ),
        (
            "accounting.inventory_bills",
            "/accounting/v2/tenant/{tenant}/inventory-bills",
            "rows",
            None,
        ),
        (
            "telecom.calls.recording",
            "/telecom/v2/tenant/{tenant}/calls/{id}/recording",
            "file",
            None,
        ),
    ],
)
def test_known_routes_are_as_the_documents_say(
    known: Catalog, name: str, path: str, kind: str, scope: str | None
) -> None:
    """Bases that differ from the document's file name, versions in the path, and kinds by the
    answer's schema.
    """
    e = known[name]

    assert (e.path, e.kind) == (path, kind)
    assert scope in (None, e.scope)


def test_the_odd_endpoints_are_marked(known: Catalog) -> None:
    """Page sizes, the first page, calls one at a time, arrays as rows, and rows without an id."""
    assert known["accounting.journal_entries"].page_size_max == 500
    assert known["settings.business_units.intacct"].page_first == 0
    assert [e.name for e in known if e.sequential] == [
        "reporting.report_category.reports.data",
        "telecom.calls",
    ]
    assert known["reporting.report_category.reports.data"].positional
    assert known["reporting.report_category.reports.data"].page_size_max == 25_000
    assert known["payroll.payroll_settings"].key == ("employeeId",)
    assert known["jpm.jobs"].record == "jpm.jobs.get"
    assert known["jpm.jobs"].shows_all is None
    assert known["settings.technicians"].shows_all == ("active", "Any")
    assert known["accounting.payments"].shows_all == ("activeState", "All")
    assert known["jpm.jobs"].takes("ids").maximum == 50  # type: ignore[union-attr]
    assert 55 <= sum(e.shows_all is not None for e in known) <= 75


def test_a_record_has_the_columns_of_its_own_kind(known: Catalog) -> None:
    """Each `.get` shares its list's columns, or nearly so; none has another resource's."""
    for e in known:
        if e.record is None or not e.columns:
            continue
        mine, its = {c.name for c in e.columns}, {c.name for c in known[e.record].columns}
        if its == {"data"}:  # one that wraps its record
            its = {c.name for c in known[e.record].columns[0].children}
        assert len(mine & its) >= 0.5 * min(len(mine), len(its)), (e.name, sorted(mine ^ its))
    assert "technicianId" not in {c.name for c in known["settings.technicians.get"].columns}
    assert {"id", "jobStatus", "customFields", "total"} <= {
        c.name for c in known["jpm.jobs.get"].columns
    }


def test_every_column_and_filter_is_well_formed(known: Catalog) -> None:
    """Types are those that frame and filters know; arrays have one element, objects have fields,
    enums have values.
    """
    for e in known:
        for c in all_columns(e.columns):
            assert c.type in COLUMN_TYPES, (e.name, c)
            assert (
                len(c.children) == 1
                if c.type == "array"
                else bool(c.children) == (c.type == "object")
            ), (e.name, c)
            assert bool(c.values) == (c.type == "enum"), (e.name, c)
            assert not c.text or c.type == "decimal", (e.name, c)
            assert c.type == "object" or dtype_of(c), (e.name, c)
        for p in e.params:
            assert p.type in PARAM_TYPES, (e.name, p)
            assert p.where in ("path", "query", "body"), (e.name, p)
            assert p.many in ("", "comma", "repeat"), (e.name, p)
            assert p.py.isidentifier(), (e.name, p)
        holes = set(re.findall(r"\{(\w+)\}", e.path)) - {"tenant"}
        assert holes == {p.name for p in e.params if p.where == "path"}, e.name
        assert all(p.required for p in e.params if p.where == "path"), e.name


def test_keys_records_and_links_lead_somewhere(known: Catalog) -> None:
    """Key columns exist, record endpoints exist, and every id leads to a resource of the catalogue
    or to users.
    """
    for e in known:
        assert set(e.key) <= {c.name for c in e.columns}, e.name
        assert e.record is None or known.endpoints[e.record].kind == "record", e.name
        for path, c in walk(e.columns):
            assert c.refers is None or c.refers == "users" or c.refers in known, (e.name, path)
            assert (c.refers is None) == (c.how is None), (e.name, path)


def test_filters_collide_neither_with_our_options_nor_with_each_other(known: Catalog) -> None:
    """Every filter can be given as a keyword beside ours, and the verbs have no keyword that a
    filter has.
    """
    for e in known:
        names = [p.py for p in e.filters]
        assert not OPTIONS & set(names), e.name
        assert len(set(names)) == len(names), e.name
    start = inspect.signature(stnb.connect("demo")["jpm.jobs"].start)
    assert {"limit", "page_size"} <= set(start.parameters)


def test_it_is_small_and_quick(known: Catalog) -> None:
    """Under a megabyte, and read in less time than a little plain Python takes."""
    assert len(TEXT.encode()) < 1_000_000
    assert len(read(TEXT)) == len(known)
    assert is_light(lambda: read(TEXT), 3)


def test_no_sentence_of_the_documents_is_in_it() -> None:
    """It holds names, types and values: no description, nothing long, nothing with blanks but enum
    values.
    """

    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for k, v in value.items():
                yield from (k, *strings(v))
        elif isinstance(value, list):
            for v in value:
                yield from strings(v)
        elif isinstance(value, str):
            yield value

    found = set(strings(json.loads(TEXT)))

    assert not {"description", "example", "summary", "title:"} & set(
        json.loads(TEXT)["endpoints"][0]
    )
    assert not [s for s in found if len(s) > 180]
    assert not [s for s in found if s.count(" ") > 2]
    assert not [s for s in found if re.search(r"(?i)description|\. [A-Z]", s) and " " in s]


# -- looking things up


def test_names_are_read_in_the_ways_people_write_them(known: Catalog) -> None:
    """Dashes, slashes and blanks around are no obstacle."""
    assert known["jpm/job-cancel-reasons"] is known["jpm.job_cancel_reasons"]
    assert known[" jpm.jobs "] is known["jpm.jobs"]


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("jpm.job", "jpm.jobs"), ("crm.custmers", "crm.customers"), ("accounting.jobs", "jpm.jobs")],
)
def test_an_unknown_name_is_answered_with_near_ones(known: Catalog, wrong: str, near: str) -> None:
    """The error is a KeyError and an AttributeError too, and names what was likely meant."""
    with pytest.raises(UnknownResource, match=re.escape(near)) as caught:
        known[wrong]

    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, AttributeError)


@pytest.mark.parametrize("wrong", ["", ".", "../..", "x" * 5000, "jpm.\x00"])
def test_a_senseless_name_is_an_unknown_resource(known: Catalog, wrong: str) -> None:
    """Nothing but UnknownResource comes of it."""
    with pytest.raises(UnknownResource):
        known[wrong]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("cancel reason", "jpm.job_cancel_reasons"),
        ("jobs", "jpm.jobs"),
        ("customers", "crm.customers"),
        ("CUSTOMER", "crm.customers"),
        ("technician", "settings.technicians"),
        ("invoice balance", "accounting.invoices"),
        ("jobStatus", "jpm.jobs"),
        ("purchase orders", "inventory.purchase_orders"),
        ("hold reasons", "jpm.job_hold_reasons"),
        ("business-units", "settings.business_units"),
        ("export jobs", "jpm.export.jobs"),
        ("memberships", "memberships.memberships"),
        ("call reasons", "jbce.call_reasons"),
        ("payments", "accounting.payments"),
    ],
)
def test_find_puts_the_resource_that_is_meant_first(known: Catalog, words: str, first: str) -> None:
    """Names count more than columns, lists more than exports; plurals and case do not matter."""
    assert known.find(words)[0].name == first


def test_find_bears_any_text(known: Catalog) -> None:
    """Nothing found is an empty list, no words are the whole catalogue, and the limit is kept."""
    assert known.find("zzzqqq") == []
    assert known.find("(.*[") == list(known)[:20]
    assert len(known.find("", limit=1000)) == len(known)
    assert len(known.find("id", limit=3)) == 3


def test_an_endpoint_answers_by_either_spelling() -> None:
    """`from_` and `from` are one parameter, and so are a dotted name and its Python form."""
    known = catalog.load()
    feed, bills = known["jpm.export.jobs"], known["accounting.ap_bills"]

    assert feed.takes("from") is feed.takes("from_") is not None
    assert bills.takes("customField.Fields") is bills.takes("customField_Fields") is not None
    assert feed.takes("nothing") is None
    assert known["jpm.job_cancel_reasons"].label == "Job cancel reasons"
    assert bills.label == "AP bills"
    assert not {"page", "pageSize", "includeTotal"} & {p.name for e in known for p in e.filters}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        '{"format":2}',
        '{"format":1}',
        '{"format":1,"schemas":{},"endpoints":[{}]}',
        TEXT[:-50],
    ],
)
def test_a_text_that_is_no_catalogue_is_refused_in_words(text: str) -> None:
    """A file that is cut off, or of another version or form, is a SetupError with the next step."""
    with pytest.raises(SetupError, match="stnb catalog build"):
        read(text)


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    """A path is read as a file; a missing one is a SetupError, not a bare OSError."""
    with pytest.raises(SetupError):
        read(tmp_path / "none.json")


# -- building it


def operation(
    schema: Any = None,
    *,
    params: list[Any] | None = None,
    scope: str | None = None,
    **responses: Any,
) -> Any:
    answer = (
        {"description": "x"}
        if schema is None
        else {"content": {"application/json": {"schema": schema}}}
    )
    out: dict[str, Any] = {
        "parameters": params or [],
        "responses": responses or {"200": answer},
        "description": "A sentence to leave out.",
    }
    if scope:
        out["security"] = [{"oauth": [scope]}]
    return out


def param(name: str, schema: Any = None, where: str = "query", **more: Any) -> Any:
    return {"name": name, "in": where, "schema": schema or {"type": "string"}, **more}


def ref(name: str) -> Any:
    return {"$ref": f"#/components/schemas/{name}"}


def paged(row: Any) -> Any:
    names = {"page": {"type": "integer"}, "hasMore": {"type": "boolean"}}
    return {"type": "object", "properties": {**names, "data": {"type": "array", "items": row}}}


TENANT = param("tenant", {"type": "integer"}, "path", required=True)
PAGING = [
    param("page", {"type": "integer"}),
    param("pageSize", {"type": "integer"}),
    param("includeTotal", {"type": "boolean"}),
]
DOCUMENT = {
    "servers": [{"url": "https://api.servicetitan.io/toys/v2"}],
    "paths": {
        "/tenant/{tenant}/widgets": {
            "parameters": [TENANT],
            "get": operation(
                ref("Widgets"),
                scope="tn.toy.widgets:r",
                params=[
                    *PAGING,
                    param("ids", description="Comma separated, maximum 50"),
                    param(
                        "statuses",
                        {"type": "array", "items": {"type": "string", "enum": ["Open", "Done"]}},
                    ),
                    param(
                        "active",
                        {"type": "string", "enum": ["True", "Any"]},
                        description="Only active items are returned.",
                    ),
                    param("sort", description="Available fields are: Id, Name."),
                    param("from", {"type": "string", "format": "date-time"}, required=True),
                    param("X-Trace", where="header"),
                ],
            ),
        },
        "/tenant/{tenant}/widgets/{id}": {
            "get": operation(
                ref("Widget"), params=[param("id", {"type": "integer"}, "path", required=True)]
            )
        },
        "/tenant/{tenant}/export/widgets": {
            "get": operation(
                {
                    "properties": {
                        "hasMore": {"type": "boolean"},
                        "continueFrom": {"type": "string"},
                        "data": {"type": "array", "items": ref("Widget")},
                    }
                }
            )
        },
        "/tenant/{tenant}/numbers": {
            "get": operation({"type": "array", "items": {"type": "integer"}})
        },
        "/tenant/{tenant}/gadgets/{id}": {
            "get": operation(
                {
                    "type": "object",
                    "properties": {"id": {"type": "integer"}, "size": {"type": "number"}},
                }
            )
        },
        "/tenant/{tenant}/gizmos/{id}": {
            "get": operation(
                {
                    "type": "object",
                    "properties": {"id": {"type": "integer"}, "hue": {"type": "string"}},
                }
            )
        },
        "/tenant/{tenant}/inline": {
            "get": operation(paged({"type": "object", "properties": {"id": {"type": "integer"}}}))
        },
        "/tenant/{tenant}/picture": {"get": operation(**{"302": {"description": "elsewhere"}})},
        "/tenant/{tenant}/bytes": {"get": operation({"type": "string", "format": "binary"})},
        "/tenant/{tenant}/writes": {"post": operation(ref("Widget"))},
    },
    "components": {
        "schemas": {
            "Widgets": paged(ref("Widget")),
            "Widget": {
                "type": "object",
                "properties": {
                    "id": {
                        "type": "integer",
                        "format": "int64",
                        "description": "Another sentence.",
                    },
                    "name": {"type": ["string", "null"]},
                    "price": {"type": "number", "format": "decimal"},
                    "status": {
                        "oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Status"}]
                    },
                    "box": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Box"}]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Widget"}},
                    "tags": {"type": "array", "items": {"type": "integer"}},
                    "anything": {},
                    "made": {"type": "string", "format": "date-time", "nullable": True},
                    "customerId": {"type": "integer"},
                },
            },
            "Status": {"type": "string", "enum": ["Open", "Done"]},
            "Box": {
                "type": "object",
                "properties": {
                    "inside": {"$ref": "#/components/schemas/Box"},
                    "size": {"type": "number"},
                },
            },
        }
    },
}


@pytest.fixture
def toys(tmp_path: Path) -> Catalog:
    return built(tmp_path, DOCUMENT)


def built(folder: Path, document: Any) -> Catalog:
    (folder / "toys.json").write_text(json.dumps(document))
    (folder / "notes.json").write_text("[]")  # not every JSON file is an OpenAPI document
    return read(dump(build(folder)))


def shape(e: Endpoint) -> dict[str, str]:
    return {c.name: c.type for c in e.columns}


def test_a_document_becomes_endpoints_by_the_schema_of_its_answers(toys: Catalog) -> None:
    """List, record, export, rows and file follow from the answer's schema; writes are left out."""
    assert {e.name: e.kind for e in toys} == {
        "toys.widgets": "list",
        "toys.widgets.get": "record",
        "toys.export.widgets": "export",
        "toys.numbers": "rows",
        "toys.gadgets": "record",
        "toys.gizmos": "record",
        "toys.inline": "list",
        "toys.picture": "file",
        "toys.bytes": "file",
    }
    assert toys["toys.widgets"].scope == "tn.toy.widgets:r"
    assert toys["toys.widgets"].record == "toys.widgets.get"
    assert toys["toys.widgets"].key == ("id",)
    assert toys["toys.widgets"].shows_all == ("active", "Any")
    assert not any(e.withdrawn for e in toys)


def test_parameters_are_read_with_their_form(toys: Catalog) -> None:
    """Comma lists and repeated keys, maxima, enums, sort fields, required ones; headers and the
    tenant are left out.
    """
    params = {p.name: p for p in toys["toys.widgets"].params}

    assert set(params) == {
        "page",
        "pageSize",
        "includeTotal",
        "ids",
        "statuses",
        "active",
        "sort",
        "from",
    }
    assert (params["ids"].many, params["ids"].maximum) == ("comma", 50)
    assert (params["statuses"].many, params["statuses"].values) == ("repeat", ("Open", "Done"))
    assert params["sort"].values == ("+Id", "-Id", "+Name", "-Name")
    assert (params["from"].type, params["from"].required, params["from"].py) == (
        "date-time",
        True,
        "from_",
    )
    assert [p.name for p in toys["toys.widgets"].required] == ["from"]
    assert toys["toys.widgets.get"].params[0].where == "path"


def test_columns_keep_types_nulls_values_and_nesting(toys: Catalog) -> None:
    """`oneOf` with null is nullable, an enum behind a reference has its values, and what holds
    itself ends as any.
    """
    columns = {c.name: c for c in toys["toys.widgets"].columns}

    assert shape(toys["toys.widgets"]) == {
        "id": "integer",
        "name": "string",
        "price": "decimal",
        "status": "enum",
        "box": "object",
        "parts": "array",
        "tags": "array",
        "anything": "any",
        "made": "date-time",
        "customerId": "integer",
    }
    assert not columns["id"].nullable
    assert all(columns[c].nullable for c in ("name", "status", "box", "made"))
    assert columns["status"].values == ("Open", "Done")
    assert {c.name: c.type for c in columns["box"].children} == {"inside": "any", "size": "number"}
    assert columns["parts"].children[0].type == "any"
    assert columns["tags"].children[0].type == "integer"
    assert shape(toys["toys.numbers"]) == {"value": "integer"}
    assert (
        shape(toys["toys.widgets.get"])
        == shape(toys["toys.export.widgets"])
        == shape(toys["toys.widgets"])
    )


def test_schemas_written_in_place_are_kept_apart(toys: Catalog) -> None:
    """Two answers without a name, alike at the beginning, keep their own columns."""
    assert shape(toys["toys.gadgets"]) == {"id": "integer", "size": "number"}
    assert shape(toys["toys.gizmos"]) == {"id": "integer", "hue": "string"}
    assert shape(toys["toys.inline"]) == {"id": "integer"}


def test_no_sentence_gets_from_the_document_into_the_catalogue(tmp_path: Path) -> None:
    """Descriptions are read for what they tell, never copied."""
    (tmp_path / "toys.json").write_text(json.dumps(DOCUMENT))

    assert "entence" not in dump(build(tmp_path))


def test_what_only_an_older_set_has_is_marked_as_withdrawn(tmp_path: Path) -> None:
    """The newer document wins; a route that it lacks is taken from the older one."""
    new, old = tmp_path / "new", tmp_path / "old"
    new.mkdir()
    old.mkdir()
    (old / "toys.json").write_text(json.dumps(DOCUMENT))
    paths: Any = DOCUMENT["paths"]
    fewer = {path: item for path, item in paths.items() if "picture" not in path}
    (new / "toys.json").write_text(json.dumps({**DOCUMENT, "paths": fewer}))

    known = read(dump(build(new, old)))

    assert [e.name for e in known if e.withdrawn] == ["toys.picture"]
    assert len(known) == 9


def test_building_twice_gives_the_same_text(tmp_path: Path) -> None:
    """The output is stable, so that a change is a readable diff."""
    (tmp_path / "toys.json").write_text(json.dumps(DOCUMENT))

    assert dump(build(tmp_path)) == dump(build(tmp_path))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"paths":{}}'])
def test_a_folder_without_documents_is_refused_in_words(tmp_path: Path, content: str) -> None:
    """An empty folder, a file that is no JSON, or JSON that is no OpenAPI document: BadFilter,
    never a bare ValueError.
    """
    (tmp_path / "broken.json").write_text(content)

    with pytest.raises(BadFilter):
        build(tmp_path)
