"""Read OpenAPI documents: their operations, and schemas behind `$ref` and `oneOf`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stnb.errors import BadFilter
from stnb.errors.nesting import loads

from . import corrections

Json = dict[str, Any]


def operations(folder: Path) -> Iterator[tuple[str, Json]]:
    """(full path, operation) for each GET, and each POST that only reads.

    An operation has three keys more than in the document: its `method`, the whole document as
    `doc`, and the parameters that its path shares as `shared`.

    Raises:
        BadFilter: a file is no JSON text.
    """
    for file in sorted(folder.glob("*.json")):
        doc = _document(file)
        if not (isinstance(doc, dict) and doc.get("paths") and doc.get("servers")):
            continue
        base = _base_path(doc)
        for path, item in doc["paths"].items():
            for method in ("get", "post"):
                is_read = method == "get" or base + path in corrections.READING_POSTS
                if method in item and is_read:
                    more = {"method": method.upper(), "doc": doc}
                    more["shared"] = item.get("parameters", [])
                    yield base + path, {**item[method], **more}


def _base_path(doc: Json) -> str:
    """The path of the server's URL: "https://api.servicetitan.io/jpm/v2" -> "/jpm/v2"."""
    url = str(doc["servers"][0]["url"])
    host_and_path = url.split("//", 1)[-1]
    return "/" + host_and_path.partition("/")[2].rstrip("/")


def _document(file: Path) -> Any:
    try:
        return loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BadFilter(
            f"{file} is no JSON text.",
            "Likely its download was cut off; without it, its routes would be missing silently.",
            "Download it again, or move it out of the folder.",
        ) from None


def schema_name(raw: Json) -> str | None:
    """The name that a `$ref` leads to, alone or in `oneOf`; None without one."""
    for part in [raw, *(raw.get("oneOf") or [])]:
        if "$ref" in part:
            return str(part["$ref"]).rsplit("/", 1)[-1]
    return None


def resolve(raw: Json, doc: Json) -> Json:
    """Follow `$ref`, alone or as the one real alternative of `oneOf`."""
    name = schema_name(raw)
    if name is None:
        return raw
    return resolve(doc["components"]["schemas"][name], doc)


def type_of(schema: Json) -> str:
    """The one type that is not null; "object" if only properties are given, "any" if nothing is."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        kinds = next((kind for kind in kinds if kind != "null"), None)
    if kinds:
        return str(kinds)
    return "object" if "properties" in schema else "any"


def is_nullable(raw: Json, schema: Json) -> bool:
    """Whether a value may be null, by any of the ways in which the documents say it.

    Args:
        raw: the property as its object lists it.
        schema: the same, resolved.
    """
    if raw.get("nullable") or schema.get("nullable"):
        return True
    kinds = schema.get("type")
    if isinstance(kinds, list) and "null" in kinds:
        return True
    return any(other.get("type") == "null" for other in raw.get("oneOf") or [])
