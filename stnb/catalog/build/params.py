"""The parameters of an operation, as the catalogue holds them."""

from __future__ import annotations

import json
import re
from typing import Any

from .documents import Json, resolve, type_of

COMMA_LIST = re.compile(r"comma.(separated|delimited)|multiple (user )?ids", re.IGNORECASE)
PLURAL_OF_IDS = re.compile(r"^ids$|Ids$|DataValues$")
STATED_MAXIMUM = re.compile(r"maximum (\d+)")
SORT_FIELDS = re.compile(r"(?:fields are|Options|possible values|field): *([^.\n]*)")


def param(raw: Json, doc: Json) -> Json:
    """One parameter; what is usual (a query parameter, a string, optional) is left out."""
    schema = resolve(raw.get("schema", {}), doc)
    description = raw.get("description", "")
    many = ""
    if type_of(schema) == "array":
        many = "repeat"
        schema = {**resolve(schema["items"], doc), "maxItems": schema.get("maxItems")}
    elif type_of(schema) == "string" and _is_comma_list(raw["name"], description):
        many = "comma"
    if raw["name"] == "sort":
        # One document describes it by the object that its server makes of it; every route takes
        # the text "+Id".
        schema, many = {"type": "string", "default": schema.get("default")}, ""
    facts: Json = {
        "where": None if raw["in"] == "query" else raw["in"],
        "type": _type(schema),
        "required": raw.get("required"),
        "values": _values(raw["name"], schema, description),
        "default": _default(schema.get("default", raw.get("default"))),
        "many": many,
        "maximum": _maximum(schema, description) if many else schema.get("maxProperties"),
    }
    telling = {key: value for key, value in facts.items() if value and value != "string"}
    return {"name": raw["name"], **telling}


def _is_comma_list(name: str, description: str) -> bool:
    """Whether a text takes several values: by its description, or as a plural of ids."""
    return bool(COMMA_LIST.search(description) or PLURAL_OF_IDS.search(name))


def _type(schema: Json) -> str:
    kind = type_of(schema)
    form = schema.get("format")
    if kind == "string" and form in ("date-time", "date", "guid"):
        return str(form)
    if kind in ("integer", "number", "boolean", "object"):
        return kind
    return "string"


def _default(value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value).strip('"')


def _values(name: str, schema: Json, description: str) -> list[str]:
    """The values that a parameter takes: of an enum, or the fields that `sort` describes."""
    if name != "sort":
        return [str(value) for value in schema.get("enum") or []]
    listed = " ".join(SORT_FIELDS.findall(description))
    fields = re.findall(r"[A-Z]\w+", re.sub(r"\(.*?\)", "", listed))
    values = []
    for field in dict.fromkeys(fields):
        values += [f"+{field}", f"-{field}"]
    return values


def _maximum(schema: Json, description: str) -> int | None:
    """How many values fit in one call, if the documents say so: 50 for most lists of ids."""
    if schema.get("maxItems"):
        return int(schema["maxItems"])
    stated = STATED_MAXIMUM.search(description)
    return int(stated[1]) if stated else None
