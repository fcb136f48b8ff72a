"""The columns of a row: schemas of the documents -> schemas of the catalogue.

A column is [name, type] or, if there is more to say, [name, type, {"required", "values", "text",
"of"}]. "of" is an array's element, or an object's columns: a list, or a schema's name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from . import corrections
from .documents import Json, is_nullable, resolve, schema_name, type_of

Schemas = dict[str, list[Any]]  # the columns of each schema, by its name
TEXT_FORMATS = ("date-time", "date", "duration", "guid", "html")


def pack(value: Any) -> str:
    """The shortest JSON text of a value."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def add_row_schema(row: Json, doc: Json, schemas: Schemas) -> str:
    """Add the schema of a row, and those inside it, to `schemas`; the name of the row's schema.

    A schema that the documents do not name gets one by its content, so that two that are alike
    share it.
    """
    name = schema_name(row)
    if name is not None:
        _add_schema(name, resolve(row, doc), doc, schemas, ())
        return name
    properties: Json = {"value": row}
    if type_of(row) == "object":
        properties = row.get("properties", {})
    columns = _columns(properties, doc, schemas, ())
    name = f"inline:{hashlib.sha256(pack(columns).encode()).hexdigest()[:12]}"
    schemas[name] = columns
    return name


def column_paths(columns: list[Any], schemas: Schemas, above: str = "") -> Iterator[str]:
    """The dotted path of every column and of those inside it."""
    for name, kind, *more in columns:
        path = f"{above}{name}"
        if name:
            yield path
        inner = more[0].get("of") if more else None
        if not inner:
            continue
        below = path
        if path and not path.endswith("."):
            below = f"{path}."
        if kind == "array":
            # The element has no name, so its own fields follow the array's path.
            is_object = inner[1] == "object" and name
            yield from column_paths([inner], schemas, below if is_object else path)
        elif kind == "object":
            fields = schemas[inner] if isinstance(inner, str) else inner
            yield from column_paths(fields, schemas, below)


def _add_schema(
    name: str, schema: Json, doc: Json, schemas: Schemas, above: tuple[str, ...]
) -> None:
    if name in schemas:
        return
    schemas[name] = []  # holds the place, as a schema may hold itself
    schemas[name] = _columns(schema.get("properties", {}), doc, schemas, (*above, name))


def _columns(
    properties: Json, doc: Json, schemas: Schemas, above: tuple[str, ...]
) -> list[list[Any]]:
    return [_column(name, raw, doc, schemas, above) for name, raw in properties.items()]


def _column(name: str, raw: Json, doc: Json, schemas: Schemas, above: tuple[str, ...]) -> list[Any]:
    schema = resolve(raw, doc)
    kind = _type(name, schema, above)
    more: Json = {}
    if not is_nullable(raw, schema):
        more["required"] = True
    if schema.get("enum"):
        kind = "enum"
        more["values"] = [str(value) for value in schema["enum"]]
    if kind == "decimal" and type_of(schema) == "string":
        more["text"] = True
    if kind == "array":
        more["of"] = _column("", schema.get("items") or {}, doc, schemas, above)
    if kind == "object":
        ref = schema_name(raw)
        if ref in above or not schema.get("properties"):
            kind = "any"  # it holds itself, or promises nothing
        elif ref:
            _add_schema(ref, schema, doc, schemas, above)
            more["of"] = ref
        else:
            more["of"] = _columns(schema["properties"], doc, schemas, above)
    return [name, kind, more] if more else [name, kind]


def _type(name: str, schema: Json, above: tuple[str, ...]) -> str:
    kind = type_of(schema)
    form = schema.get("format")
    if above and name in corrections.TEXT_AMOUNTS.get(above[-1], ()):
        return "decimal"
    if kind == "string" and name in corrections.DATE_ONLY:
        return "date"
    if kind == "string" and form in TEXT_FORMATS:
        return str(form)
    if kind == "string":
        return "string"
    if kind == "number":
        return "decimal" if form == "decimal" else "number"
    if "anyOf" in schema or kind not in ("integer", "boolean", "array", "object"):
        return "any"
    return kind
