"""OpenAPI documents as operations: their parameters, and a validator for each answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker

Json = dict[str, Any]
DURATION = re.compile(r"-?(\d+\.)?\d\d:\d\d:\d\d(\.\d{1,7})?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)")
FORMATS = FormatChecker(formats=())


def _whole(bits: int) -> Any:
    return lambda value: (
        not isinstance(value, int)
        or isinstance(value, bool)
        or -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)
    )


def _reads(read: Any) -> Any:
    """A check that text can be read so; other types are another check's."""

    def check(value: Any) -> bool:
        if isinstance(value, str):
            read(value)
        return True

    return check


def _moment(text: str) -> None:
    if not MOMENT.fullmatch(text):
        raise ValueError(text)
    datetime.fromisoformat(text[:19])


def _duration(text: str) -> None:
    if not DURATION.fullmatch(text):
        raise ValueError(text)


def _email(text: str) -> None:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise ValueError(text)


FORMATS.checks("int64")(_whole(64))
FORMATS.checks("int32")(_whole(32))
FORMATS.checks("date-time", raises=ValueError)(_reads(_moment))
FORMATS.checks("date", raises=ValueError)(_reads(date.fromisoformat))
FORMATS.checks("duration", raises=ValueError)(_reads(_duration))
FORMATS.checks("guid", raises=ValueError)(_reads(UUID))
FORMATS.checks("email", raises=ValueError)(_reads(_email))


@dataclass(frozen=True)
class Operation:
    """One documented call."""

    module: str
    path: str
    method: str
    body: Json
    document: Json

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    @cached_property
    def params(self) -> list[Json]:
        """The parameters of the query, each with `values` (those of its enum) added."""
        found = [p for p in self.body.get("parameters", []) if p["in"] == "query"]
        return [{**p, "values": self._values(p["schema"])} for p in found]

    def _values(self, schema: Json) -> list[Any]:
        for part in (schema, schema.get("items", {}), *schema.get("oneOf", [])):
            if "$ref" in part:
                part = self.document["components"]["schemas"][part["$ref"].rpartition("/")[2]]
            if "enum" in part:
                return list(part["enum"])
        return []

    @cached_property
    def _validators(self) -> dict[int, Draft202012Validator | None]:
        return {}

    def validator(self, status: int) -> Draft202012Validator | None:
        """Checks a JSON answer of that status; None where the documents give no schema for it."""
        if status not in self._validators:
            self._validators[status] = self._validator(status)
        return self._validators[status]

    def _validator(self, status: int) -> Draft202012Validator | None:
        contents = self.body["responses"].get(str(status), {}).get("content", {})
        schema = next(
            (c["schema"] for kind, c in contents.items() if "json" in kind and "schema" in c), None
        )
        if schema is None:
            return None
        root = {**plain(schema), "components": self.document["components"]}
        return Draft202012Validator(root, format_checker=FORMATS)


def plain(schema: Any) -> Any:
    """The schema as JSON Schema has it: OpenAPI 3.0 says "nullable" where that says null."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    out = {
        key: value if key in ("enum", "required") else plain(value)
        for key, value in schema.items()
        if key != "properties"
    }
    if isinstance(schema.get("properties"), dict):
        out["properties"] = {name: plain(value) for name, value in schema["properties"].items()}
    if out.get("nullable") is True:
        out.pop("nullable")
        return {"anyOf": [{"type": "null"}, out]}
    return out


def operations(folder: Path) -> Iterator[Operation]:
    """Every GET of the folder's documents, and the POSTs that only read."""
    for file in sorted(folder.glob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        if not (isinstance(document, dict) and document.get("paths") and document.get("servers")):
            continue
        document["components"] = {
            "schemas": plain(document.get("components", {}).get("schemas", {}))
        }
        base = "/" + document["servers"][0]["url"].split("//", 1)[-1].partition("/")[2].rstrip("/")
        for path, item in document["paths"].items():
            for method, body in item.items():
                if method == "get" or (
                    method == "post" and path.endswith(("/reports/{reportId}/data", "/capacity"))
                ):
                    parameters = [*item.get("parameters", []), *body.get("parameters", [])]
                    yield Operation(
                        base.split("/")[1],
                        base + path,
                        method.upper(),
                        {**body, "parameters": parameters},
                        document,
                    )
