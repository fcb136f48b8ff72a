"""The API's OpenAPI documents -> catalog.json.

Only facts are taken (names, types, values, limits, scopes), never sentences. It can be run on
documents downloaded from the developer portal:

    stnb catalog build --specs DIR [--older DIR] [--to FILE]
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from stnb.errors import BadFilter

from . import corrections
from .columns import Schemas, add_row_schema, pack
from .documents import Json, operations, resolve, type_of
from .links import links_of
from .names import names_of
from .params import param

# Rows a page of a list: if nothing is said, and at most.
DEFAULT_PAGE, LARGEST_PAGE = 50, 5000
HIDES_INACTIVE = re.compile(
    r"only active|(?<!inactive )active items will be returned by default", re.IGNORECASE
)
SHOWS_BOTH = re.compile("and inactive items will be returned by default", re.IGNORECASE)


def build(specs: Path, older: Path | None = None) -> Json:
    """Build a catalogue from the documents in a folder.

    Args:
        specs: the folder of the documents, one JSON file a module.
        older: a folder of earlier documents; routes that only these have are marked as withdrawn.

    Raises:
        BadFilter: the folder holds no OpenAPI document, or a file is no JSON text.
    """
    found = dict(operations(specs))
    if not found:
        raise BadFilter(
            f"No OpenAPI document was found in {specs}.",
            "The folder has no *.json file with `paths` and `servers` in it.",
            "Download the documents from the developer portal and name their folder with --specs.",
        )
    every = dict(found)
    if older is not None:
        every = {**dict(operations(older)), **found}
    names = names_of(every)
    schemas: Schemas = {}
    endpoints = []
    for path in sorted(every, key=lambda path: names[path]):
        endpoint = _endpoint(path, every[path], names, schemas, withdrawn=path not in found)
        endpoints.append(endpoint)
    _join_records(endpoints)
    return {"format": 1, "schemas": schemas, "endpoints": endpoints}


def dump(catalog: Json) -> str:
    """The catalogue as JSON text, one schema or endpoint a line, so that a diff can be read."""
    schemas = [f"{pack(name)}:{pack(rows)}" for name, rows in sorted(catalog["schemas"].items())]
    endpoints = [pack(endpoint) for endpoint in catalog["endpoints"]]
    lines = [
        f'{{"format":{catalog["format"]},',
        '"schemas":{',
        ",\n".join(schemas),
        "},",
        '"endpoints":[',
        ",\n".join(endpoints),
        "]}",
    ]
    return "\n".join(lines) + "\n"


def _join_records(endpoints: list[Json]) -> None:
    """Name for each list the endpoint that reads one of its rows by id."""
    by_name = {endpoint["name"]: endpoint for endpoint in endpoints}
    for name in by_name:
        owner = by_name.get(name.removesuffix(".get"))
        if name.endswith(".get") and owner is not None:
            owner["record"] = name


def _endpoint(
    path: str, op: Json, names: dict[str, str], schemas: Schemas, *, withdrawn: bool
) -> Json:
    """One endpoint; what is usual (GET, page 1 first, not withdrawn) is left out."""
    name = names[path]
    params = _params(path, op)
    kind, row, positional = _answer(path, op, params)
    columns = None
    rows: list[Any] = []
    if row is not None:
        columns = add_row_schema(row, op["doc"], schemas)
        rows = schemas[columns]
    page_size, page_size_max = None, None
    if kind == "list":
        sizes = corrections.PAGE_SIZES.get(name, (DEFAULT_PAGE, LARGEST_PAGE))
        page_size, page_size_max = sizes
    facts: Json = {
        "method": None if op["method"] == "GET" else op["method"],
        "scope": _scope(op),
        "params": params,
        "columns": columns,
        "page_size": page_size,
        "page_size_max": page_size_max,
        "shows_all": _shows_all(name, op),
        "key": _key(name, rows),
        "page_first": corrections.PAGE_FIRST.get(name),
        "withdrawn": withdrawn,
        "positional": positional,
        "sequential": name in corrections.SEQUENTIAL,
        "rows_at": corrections.ROWS_AT.get(path),
        "window_days": corrections.WINDOW_DAYS.get(path),
        "links": links_of(name, rows, schemas, set(names.values())),
    }
    out: Json = {"name": name, "path": path, "kind": kind}
    for key, value in facts.items():
        if value not in (None, [], {}) and value is not False:
            out[key] = value
    return out


def _params(path: str, op: Json) -> list[Json]:
    """The parameters of an operation, without the tenant and the headers, which we fill in."""
    listed = [*op["shared"], *op.get("parameters", [])]
    params = [param(raw, op["doc"]) for raw in listed if not _is_ours_to_fill(raw)]
    if path == corrections.REPORT_QUERY:
        params.append({"name": "parameters", "where": "body", "type": "object"})
    elif op["method"] == "POST":
        params += _body_params(op)
    return params


def _body_params(op: Json) -> list[Json]:
    """The properties of a body, as parameters."""
    content = op["requestBody"]["content"]["application/json"]
    schema = resolve(content["schema"], op["doc"])
    required = set(schema.get("required", ()))
    found = []
    for name, raw in schema["properties"].items():
        plain = {**resolve(raw, op["doc"]), "type": type_of(resolve(raw, op["doc"]))}
        each = {"name": name, "in": "body", "schema": plain, "required": name in required}
        found.append(param(each, op["doc"]))
    return found


def _is_ours_to_fill(raw: Json) -> bool:
    return bool(raw["name"] == "tenant" or raw["in"] == "header")


def _scope(op: Json) -> str | None:
    for alternative in op.get("security") or []:
        for scopes in alternative.values():
            if scopes:
                return str(scopes[0])
    return None


def _answer(path: str, op: Json, params: list[Json]) -> tuple[str, Json | None, bool]:
    """(kind, schema of one row, whether rows are arrays)."""
    whole = _answer_schema(op)
    if whole is None:
        return _kind_without_schema(path, op["responses"], params), None, False
    doc = op["doc"]
    schema = resolve(whole, doc)
    if schema.get("format") == "binary":
        return "file", None, False
    if type_of(schema) == "array":
        return "rows", schema["items"], False
    properties = schema.get("properties", {})
    inside = corrections.ROWS_AT.get(path, "data")
    data = resolve(properties.get(inside, {}), doc)
    if type_of(data) != "array":
        return "record", whole, False
    kind = "rows"
    if "continueFrom" in properties:
        kind = "export"
    elif "page" in properties:
        kind = "list"
    row = data["items"]
    if type_of(resolve(row, doc)) == "array":
        return kind, None, True
    return kind, row, False


def _answer_schema(op: Json) -> Json | None:
    content = op["responses"].get("200", {}).get("content") or {}
    for form in content.values():
        if "schema" in form:
            schema: Json = form["schema"]
            return schema
    return None


def _kind_without_schema(path: str, responses: Json, params: list[Json]) -> str:
    """The kind if no schema is given: a redirect leads to a file, and paging tells the rest."""
    names = {each["name"] for each in params}
    if "302" in responses or path in corrections.NO_SCHEMA_FILES:
        return "file"
    if {"page", "pageSize"} <= names:
        return "list"
    if "includeRecentChanges" in names:
        return "export"
    return "record" if path.endswith("}") else "rows"


def _shows_all(name: str, op: Json) -> tuple[str, str] | None:
    """The filter that also shows inactive rows, and its value; None if nothing is hidden."""
    if name in corrections.SHOWS_ALL:
        return corrections.SHOWS_ALL[name]
    if name in corrections.SHOWS_ALL_ALREADY:
        return None
    described = ""
    for raw in op.get("parameters", []):
        if raw["name"] == "active":
            described += " " + raw.get("description", "")
    if HIDES_INACTIVE.search(described) and not SHOWS_BOTH.search(described):
        return ("active", "Any")
    return None


def _key(name: str, columns: list[Any]) -> tuple[str, ...] | None:
    if name in corrections.KEYS:
        return corrections.KEYS[name]
    if any(column[0] == "id" for column in columns):
        return ("id",)
    return None
