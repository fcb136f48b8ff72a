"""The API's OpenAPI documents -> catalog.json: facts only (names, types, values, limits, scopes),
never sentences.

A user can run it on documents downloaded from the developer portal:

    stnb catalog build --specs DIR [--older DIR] [--to FILE]
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stnb.errors import BadFilter
from . import corrections

Json = dict[str, Any]
KINDS = ("list", "export", "record", "rows", "file")
DEFAULT_PAGE, LARGEST_PAGE = 50, 5000  # facts §5


def build(specs: Path, older: Path | None = None) -> Json:
    """Read the documents in `specs`; endpoints that only `older` has are taken too, marked as
    withdrawn.

    Raises:
        BadFilter: the folder holds no OpenAPI document.
    """
    found = {path: op for path, op in _operations(specs)}
    if not found:
        raise BadFilter(
            f"No OpenAPI document was found in {specs}.",
            "The folder has no *.json file with `paths` and `servers` in it.",
            "Download the documents from the developer portal and name their folder with --specs.",
        )
    gone = {path: op for path, op in _operations(older) if path not in found} if older else {}
    names = _names([*found, *gone])
    schemas: dict[str, Any] = {}
    endpoints = [
        _endpoint(path, op, names, schemas, withdrawn=path in gone)
        for path, op in sorted({**gone, **found}.items(), key=lambda e: names[e[0]])
    ]
    _join_records(endpoints)
    return {"format": 1, "schemas": schemas, "endpoints": endpoints}


def dump(catalog: Json) -> str:
    """The catalogue as JSON text, one endpoint or schema a line, so that a change is a readable
    diff.
    """
    schemas = ",\n".join(f"{_pack(k)}:{_pack(v)}" for k, v in sorted(catalog["schemas"].items()))
    endpoints = ",\n".join(_pack(e) for e in catalog["endpoints"])
    return f'{{"format":{catalog["format"]},\n"schemas":{{\n{schemas}\n}},\n"endpoints":[\n{endpoints}\n]}}\n'


def _pack(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _operations(folder: Path) -> Iterator[tuple[str, Json]]:
    """(full path, operation with its document) for each GET and the report query."""
    for file in sorted(folder.glob("*.json")):
        doc = _document(file)
        if not (isinstance(doc, dict) and doc.get("paths") and doc.get("servers")):
            continue
        base = "/" + doc["servers"][0]["url"].split("//", 1)[-1].partition("/")[2].rstrip("/")
        for path, item in doc["paths"].items():
            for method in ("get", "post"):
                if method in item and (method == "get" or base + path == corrections.REPORT_QUERY):
                    yield (
                        base + path,
                        {**item[method], "method": method.upper(), "doc": doc, "shared": item.get("parameters", [])},
                    )


def _document(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BadFilter(
            f"{file} is no JSON text.",
            "Likely its download was cut off; without it, its routes would be missing in silence.",
            "Download it again, or take it out of the folder.",
        ) from None


# -- names


def _names(paths: list[str]) -> dict[str, str]:
    """A unique name for each path: its fixed segments joined by dots.

    A path that ends in a parameter is the record of the list before it: `.get`. Where two paths
    still share a
    name, the one with fewer parameters has it and the other says by what it is read: `.by_id`.
    """
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    for path in sorted(paths, key=lambda p: (p.count("{"), p.endswith("}"), "/v2/" in p and "telecom" in p, p)):
        module, version, segments = _split(path)
        fixed = [s for s in segments if not s.startswith("{")]
        holes = [s.strip("{}") for s in segments if s.startswith("{")]
        name = ".".join(map(_snake, [module, *fixed]))
        if segments[-1].startswith("{") and path.rpartition("/")[0] in paths:
            name += ".get"
        if name in taken:
            name = f"{name}.by_{_snake(holes[-1])}" if holes else name.replace(".", f".{version}.", 1)
        assert name not in taken, (name, path, taken[name])
        taken[name] = path
        names[path] = name
    return names


def _split(path: str) -> tuple[str, str, list[str]]:
    module, *rest = path.strip("/").split("/")
    at = rest.index("tenant")
    return module, rest[at - 1], rest[at + 2 :]


def _snake(segment: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", segment).replace("-", "_").lower()


def _join_records(endpoints: list[Json]) -> None:
    """Tell each list which record endpoint reads one of its rows."""
    by_name = {e["name"]: e for e in endpoints}
    for e in endpoints:
        owner = by_name.get(e["name"].removesuffix(".get"))
        if e["name"].endswith(".get") and owner is not None:
            owner["record"] = e["name"]


# -- one endpoint


def _endpoint(path: str, op: Json, names: dict[str, str], schemas: dict[str, Any], *, withdrawn: bool) -> Json:
    name, doc = names[path], op["doc"]
    params = [_param(p, doc) for p in [*op["shared"], *op.get("parameters", [])] if p["name"] != "tenant" and p["in"] != "header"]
    kind, row, positional = _answer(path, op, params)
    out: Json = {"name": name, "path": path, "kind": kind}
    if op["method"] == "POST":
        out["method"] = "POST"
        params.append({"name": "parameters", "where": "body", "type": "object"})
    if scope := _scope(op):
        out["scope"] = scope
    if params:
        out["params"] = params
    if row is not None:
        out["columns"] = _columns(row, doc, schemas)
    if kind == "list":
        out["page_size"], out["page_size_max"] = corrections.PAGE_SIZES.get(name, (DEFAULT_PAGE, LARGEST_PAGE))
    if shows_all := _shows_all(name, op):
        out["shows_all"] = shows_all
    if key := _key(name, out.get("columns"), schemas):
        out["key"] = key
    flags = {
        "page_first": corrections.PAGE_FIRST.get(name, 1) != 1 and corrections.PAGE_FIRST[name],
        "withdrawn": withdrawn,
        "positional": positional,
        "sequential": name in corrections.SEQUENTIAL,
    }
    out |= {k: v for k, v in flags.items() if v is not False}
    if links := _links(name, out.get("columns"), schemas, set(names.values())):
        out["links"] = links
    return out


def _scope(op: Json) -> str | None:
    for alternative in op.get("security") or []:
        for scopes in alternative.values():
            if scopes:
                return str(scopes[0])
    return None


def _answer(path: str, op: Json, params: list[Json]) -> tuple[str, Json | None, bool]:
    """(kind, schema of one row, whether rows are arrays)."""
    responses = op["responses"]
    content = responses.get("200", {}).get("content") or {}
    whole = next((c["schema"] for c in content.values() if "schema" in c), None)
    if whole is None:
        return _kind_without_schema(path, responses, params), None, False
    schema = _resolve(whole, op["doc"])
    if schema.get("format") == "binary":
        return "file", None, False
    if _type(schema) == "array":
        return "rows", schema["items"], False
    properties = schema.get("properties", {})
    data = properties.get("data")
    if data is None or _type(_resolve(data, op["doc"])) != "array":
        return "record", whole, False
    row = _resolve(data, op["doc"])["items"]
    kind = "export" if "continueFrom" in properties else "list" if "page" in properties else "rows"
    positional = _type(_resolve(row, op["doc"])) == "array"
    return kind, None if positional else row, positional


def _kind_without_schema(path: str, responses: Json, params: list[Json]) -> str:
    """Where no schema is given, redirects lead to files, and the parameters of paging tell the
    rest.
    """
    names = {p["name"] for p in params}
    if "302" in responses or path in corrections.NO_SCHEMA_FILES:
        return "file"
    if {"page", "pageSize"} <= names:
        return "list"
    if "includeRecentChanges" in names:
        return "export"
    return "record" if path.endswith("}") else "rows"


def _shows_all(name: str, op: Json) -> tuple[str, str] | None:
    if name in corrections.SHOWS_ALL:
        return corrections.SHOWS_ALL[name]
    said = " ".join(p.get("description", "") for p in op.get("parameters", []) if p["name"] == "active").lower()
    hides = re.search(r"only active|(?<!inactive )active items will be returned by default", said)
    if not hides or name in corrections.SHOWS_ALL_ALREADY or "and inactive items will be returned by default" in said:
        return None
    return ("active", "Any")


def _key(name: str, columns: Any, schemas: dict[str, Any]) -> tuple[str, ...] | None:
    if name in corrections.KEYS:
        return corrections.KEYS[name]
    rows = schemas.get(columns, []) if isinstance(columns, str) else []
    return ("id",) if any(c[0] == "id" for c in rows) else None


# -- parameters


def _param(raw: Json, doc: Json) -> Json:
    schema = _resolve(raw.get("schema", {}), doc)
    said = raw.get("description", "")
    many = ""
    if _type(schema) == "array":
        many, schema = "repeat", {**_resolve(schema["items"], doc), "maxItems": schema.get("maxItems")}
    elif _type(schema) == "string" and _is_comma_list(raw["name"], said):
        many = "comma"
    default = schema.get("default", raw.get("default"))
    facts: Json = {
        "where": raw["in"] if raw["in"] != "query" else None,
        "type": _param_type(schema),
        "required": raw.get("required"),
        "values": _values(raw["name"], schema, said),
        "default": None if default is None else json.dumps(default).strip('"'),
        "many": many,
        "maximum": _most(schema, said) if many else schema.get("maxProperties"),
    }
    return {"name": raw["name"], **{k: v for k, v in facts.items() if v and v != "string"}}


def _is_comma_list(name: str, said: str) -> bool:
    """A text parameter that takes several values: by its description, or as a plural of ids (facts
    §7).
    """
    return bool(
        re.search(r"(?i)comma.(separated|delimited)|multiple (user )?ids", said) or re.search(r"^ids$|Ids$|DataValues$", name)
    )


def _param_type(schema: Json) -> str:
    kind = _type(schema)
    if kind == "string":
        return schema.get("format") if schema.get("format") in ("date-time", "date", "guid") else "string"  # type: ignore[return-value]
    return kind if kind in ("integer", "number", "boolean", "object") else "string"


def _values(name: str, schema: Json, said: str) -> list[str]:
    if name == "sort":
        listed = re.findall(r"(?:fields are|Options|possible values|field): *([^.\n]*)", said)
        fields = re.findall(r"[A-Z]\w+", re.sub(r"\(.*?\)", "", " ".join(listed)))
        return [sign + f for f in dict.fromkeys(fields) for sign in "+-"]
    return [str(v) for v in schema.get("enum") or []]


def _most(schema: Json, said: str) -> int | None:
    """How many values fit in one call, where the documents say so: 50 for most lists of ids (facts
    §7).
    """
    if schema.get("maxItems"):
        return int(schema["maxItems"])
    stated = re.search(r"maximum (\d+)", said)
    return int(stated[1]) if stated else None


# -- columns


def _columns(row: Json, doc: Json, schemas: dict[str, Any]) -> str:
    """File the row's schema (and those below it) under its name; answer that name."""
    name = _ref(row)
    if name is not None:
        _file(name, _resolve(row, doc), doc, schemas, ())
        return name
    fields = row.get("properties", {}) if _type(row) == "object" else {"value": row}
    columns = [_column(k, v, doc, schemas, ()) for k, v in fields.items()]
    # two that are alike may share it
    name = f"inline:{hashlib.sha256(_pack(columns).encode()).hexdigest()[:12]}"
    schemas[name] = columns
    return name


def _file(name: str, schema: Json, doc: Json, schemas: dict[str, Any], above: tuple[str, ...]) -> None:
    if name not in schemas:
        schemas[name] = []
        schemas[name] = [_column(k, v, doc, schemas, (*above, name)) for k, v in schema.get("properties", {}).items()]


def _column(name: str, raw: Json, doc: Json, schemas: dict[str, Any], above: tuple[str, ...]) -> list[Any]:
    """[name, type] and, where there is more to say, a third: {"required", "values", "text", "of"}.
    """
    schema = _resolve(raw, doc)
    kind = _column_type(name, schema, above)
    more: Json = {}
    if not _nullable(raw, schema):
        more["required"] = True
    if schema.get("enum"):
        kind, more["values"] = "enum", [str(v) for v in schema["enum"]]
    if kind == "decimal" and _type(schema) == "string":
        more["text"] = True
    if kind == "array":
        more["of"] = _column("", schema.get("items") or {}, doc, schemas, above)
    if kind == "object":
        ref = _ref(raw)
        if ref in above or not schema.get("properties"):
            kind = "any"  # it holds itself, or promises nothing
        elif ref:
            _file(ref, schema, doc, schemas, above)
            more["of"] = ref
        else:
            more["of"] = [_column(k, v, doc, schemas, above) for k, v in schema["properties"].items()]
    return [name, kind, more] if more else [name, kind]


def _column_type(name: str, schema: Json, above: tuple[str, ...]) -> str:
    kind, form = _type(schema), schema.get("format")
    if above and name in corrections.TEXT_AMOUNTS.get(above[-1], ()):
        return "decimal"
    if kind == "string":
        if name in corrections.DATE_ONLY:
            return "date"
        return str(form) if form in ("date-time", "date", "duration", "guid", "html") else "string"
    if kind == "number":
        return "decimal" if form == "decimal" else "number"
    if "anyOf" in schema or kind not in ("integer", "boolean", "array", "object"):
        return "any"
    return kind


def _nullable(raw: Json, schema: Json) -> bool:
    alternatives = raw.get("oneOf") or []
    kinds = schema.get("type")
    return bool(
        raw.get("nullable")
        or schema.get("nullable")
        or (isinstance(kinds, list) and "null" in kinds)
        or any(a.get("type") == "null" for a in alternatives)
    )


def _ref(raw: Json) -> str | None:
    for part in [raw, *(raw.get("oneOf") or [])]:
        if "$ref" in part:
            return str(part["$ref"]).rsplit("/", 1)[-1]
    return None


def _resolve(raw: Json, doc: Json) -> Json:
    """Follow `$ref`, alone or as the one real alternative of `oneOf`."""
    name = _ref(raw)
    return _resolve(doc["components"]["schemas"][name], doc) if name else raw


def _type(schema: Json) -> str:
    """The one type that is not null; an object where only its properties are given."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        kinds = next((k for k in kinds if k != "null"), None)
    return str(kinds) if kinds else "object" if "properties" in schema else "any"


# -- links


def _links(name: str, columns: Any, schemas: dict[str, Any], resources: set[str]) -> dict[str, list[str]]:
    """Column path -> [target, how], for every column that leads to another resource."""
    if not isinstance(columns, str):
        return {}
    own = name.removesuffix(".get").replace(".export.", ".")
    out = {}
    for path in _paths(schemas[columns], schemas):
        target = _link(own, path)
        if target and (target[0] in resources or target[0] == corrections.USERS):
            out[path] = [target[0], target[1]]
    return out


def _link(own: str, path: str) -> tuple[str, str] | None:
    for resource, column, target, how in corrections.LINKS:
        fits = resource in ("*", own) or (resource.endswith(".*") and own.startswith(resource[:-1]))
        if fits and (column == path or (resource == "*" and path.endswith(f".{column}"))):
            return target, how
    parts = path.split(".")
    for tail in (".".join(parts[-2:]), parts[-1]):
        if tail in corrections.BY_NAME:
            how = corrections.D if own.split(".")[0] in corrections.DOCUMENTED_MODULES else corrections.N
            return corrections.BY_NAME[tail], how
    return None


def _paths(columns: list[Any], schemas: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, kind, *more in columns:
        path = f"{above}{name}"
        if name:
            yield path
        inner = more[0].get("of") if more else None
        if kind == "array" and inner:
            yield from _paths([inner], schemas, f"{path}." if inner[1] == "object" and name else path)
        elif kind == "object" and inner:
            yield from _paths(
                schemas[inner] if isinstance(inner, str) else inner,
                schemas,
                path if path.endswith(".") or not path else f"{path}.",
            )
