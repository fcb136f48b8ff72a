"""Runs the demo app against every documented call and lists what differs from the documents."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.conformance.client import Client
from tests.conformance.documents import Json, Operation
from tests.conformance.exceptions import reason

GOOD = {
    "integer": "1",
    "number": "1.5",
    "boolean": "true",
    "string": "a",
    "array": "1",
    "object": "a",
}
GUID = "0f4c2c6e-1111-4222-8333-000000000001"
GOOD_FORMATS = {"date-time": "2026-02-01T00:00:00Z", "date": "2026-02-01", "guid": GUID}
BAD = {"integer": "x", "number": "x", "boolean": "perhaps"}
BAD_FORMATS = {"date-time": "yesterday", "date": "yesterday", "guid": "x"}
NOBODY = {"integer": "999999999999", "string": "nothing-of-that-name"}
ANSWERS = ("page", "pageSize")
WINDOW = [{"name": "From", "value": "2026-01-01"}, {"name": "To", "value": "2026-02-01"}]
# Where ids come from when the path before the parameter is no list.
LISTS = {
    "jobs": "/jpm/v2/tenant/{tenant}/jobs",
    "employees": "/settings/v2/tenant/{tenant}/employees",
    "technicians": "/settings/v2/tenant/{tenant}/technicians",
    "estimates": "/sales/v2/tenant/{tenant}/estimates",
    "calls": "/telecom/v3/tenant/{tenant}/calls",
    "report-category": "/reporting/v2/tenant/{tenant}/report-categories",
    "contacts": "/crm/v2/tenant/{tenant}/contacts",
    "invoice-templates": "/memberships/v2/tenant/{tenant}/export/invoice-templates",
}


@dataclass
class Found:
    """What the sweep saw in one module."""

    routes: int = 0
    bodies: int = 0
    params: int = 0
    wrong: int = 0
    deviations: list[tuple[str, str]] = field(default_factory=list)

    def unexplained(self) -> list[tuple[str, str]]:
        return [d for d in self.deviations if reason(*d) is None]


class Sweep:
    """One run over the operations of a folder."""

    def __init__(self, client: Client, known: Iterable[Operation]) -> None:
        self.client = client
        self.known = {(op.method, op.path): op for op in known}
        self._keys: dict[tuple[str, ...], list[str]] = {}

    def run(self) -> dict[str, Found]:
        out: dict[str, Found] = {}
        for op in self.known.values():
            found = out.setdefault(op.module, Found())
            found.routes += 1
            for what in dict.fromkeys(self.check(op, found)):
                found.deviations.append((op.route, what))
        return out

    def check(self, op: Operation, found: Found) -> Iterator[str]:
        keys = self.keys(op)
        if keys is None:
            yield "no record was found for the path"
            return
        query = needed(op)
        yield from self._bodies(op, found, keys, query)
        for param in op.params:
            if not param["name"].startswith("$"):
                found.params += 1
                yield from self._param(op, found, keys, query, param)
        yield from self._nobody(op, keys, query)
        yield from self._elsewhere(op, keys)

    # -- what is asked

    def _bodies(self, op: Operation, found: Found, keys: list[str], query: Json) -> Iterator[str]:
        """The answer is as documented, and so is a whole feed's page or a list's second."""
        answer = self.ask(op, keys, query)
        yield from self._valid(op, answer, found)
        if "page" in {p["name"] for p in op.params} and answer.status_code == 200:
            more = {**query, "page": int(query.get("page", 1)) + 1, "pageSize": 20}
            yield from self._valid(op, self.ask(op, keys, more), found)

    def _param(
        self, op: Operation, found: Found, keys: list[str], query: Json, param: Json
    ) -> Iterator[str]:
        name = param["name"]
        few = {"pageSize": 3} if any(p["name"] == "pageSize" for p in op.params) else {}
        for value in good(param):
            answer = self.ask(op, keys, {**few, **query, **value})
            if answer.status_code != 200:
                yield f"{name}={value} is answered with {answer.status_code}"
            else:
                yield from self._valid(op, answer, found)
        value = bad(param)
        if value is not None:
            found.wrong += 1
            yield from self._refused(
                op, self.ask(op, keys, {**query, name: value}), f"{name}={value}", name
            )
        if param.get("required") and name not in ANSWERS:
            rest = {k: v for k, v in query.items() if k != name}
            yield from self._refused(op, self.ask(op, keys, rest), f"no {name}", name)

    def _refused(
        self, op: Operation, answer: httpx.Response, what: str, name: str
    ) -> Iterator[str]:
        if "400" not in op.body["responses"]:
            return
        if answer.status_code != 400:
            yield f"{what} is answered with {answer.status_code}, not 400"
        elif name not in answer.json().get("errors", {}):
            yield f"{what} is refused without its name"
        else:
            yield from self._errors(op, answer)

    def _nobody(self, op: Operation, keys: list[str], query: Json) -> Iterator[str]:
        """A record that does not exist is 404, where that is documented."""
        if "404" not in op.body["responses"] or not keys:
            return
        last = [p for p in op.body["parameters"] if p["in"] == "path" and p["name"] != "tenant"][-1]
        stranger = (
            GUID if last["schema"].get("format") == "guid" else NOBODY[last["schema"]["type"]]
        )
        answer = self.ask(op, [*keys[:-1], stranger], query)
        if answer.status_code != 404:
            yield f"an unknown {last['name']} is answered with {answer.status_code}, not 404"
        else:
            yield from self._errors(op, answer)

    def _elsewhere(self, op: Operation, keys: list[str]) -> Iterator[str]:
        """A path beside the route is the gateway's 404."""
        answer = self.client.ask(f"{op.path}/nothing/of-the-kind/at/all", None, keys, op.method)
        if answer.status_code != 404 or "Unable to match" not in answer.json()["title"]:
            yield f"a path beside it is answered with {answer.status_code}"

    # -- how it is answered

    def _valid(self, op: Operation, answer: httpx.Response, found: Found) -> Iterator[str]:
        if answer.status_code != 200:
            yield f"it is answered with {answer.status_code}: {answer.text[:200]}"
            return
        kind = answer.headers["content-type"].partition(";")[0]
        documented = op.body["responses"].get("200", {}).get("content", {})
        found.bodies += 1
        if documented and kind not in documented:
            yield f"its content type is {kind}, not {' or '.join(documented)}"
        if kind == "application/json":
            yield from self._errors(op, answer)

    def _errors(self, op: Operation, answer: httpx.Response) -> Iterator[str]:
        validator = op.validator(answer.status_code)
        for error in validator.iter_errors(answer.json()) if validator else ():
            where = re.sub(
                r"\.\d+", "[]", "".join(f".{part}" for part in error.absolute_path)
            ).lstrip(".")
            inner = _deepest(error)
            yield f"{answer.status_code} {where or 'body'}: {inner}"

    def ask(self, op: Operation, keys: list[str], query: Json) -> httpx.Response:
        body: Json | None = {"parameters": WINDOW} if op.method == "POST" else None
        if op.path.endswith("/capacity"):
            begin, end = "2026-01-01T00:00:00Z", "2026-01-08T00:00:00Z"
            span = {"startsOnOrAfter": begin, "endsOnOrBefore": end}
            body = {**span, "skillBasedAvailability": False}
        self.client.skip(60)  # the same report runs once a minute
        return self.client.ask(op.path, query, keys, op.method, body)

    # -- ids for the path

    def keys(self, op: Operation) -> list[str] | None:
        """Ids that exist for the parameters of the path; None where none could be found."""
        parts = op.path.split("/")
        above = [i for i, part in enumerate(parts) if part.startswith("{") and part != "{tenant}"]
        out: list[str] = []
        for i in above:
            key = self._first(parts[:i], tuple(out))
            if key is None:
                return None
            out.append(key)
        return out

    def _first(self, parts: list[str], above: tuple[str, ...]) -> str | None:
        if parts[-1] == "dynamic-value-sets":
            return "business-units"
        if parts[-1] == "attachment":
            return self._paper()
        path = "/".join(parts)
        path = LISTS.get(parts[-1], path) if parts[-1] == "invoice-templates" else path
        owner = self.known.get(("GET", path)) or self.known.get(("GET", LISTS.get(parts[-1], "")))
        if owner is None:
            return "1"
        at = (owner.path, *above[: owner.path.count("{") - 1])
        if at not in self._keys:
            query = {
                **needed(owner),
                **({"active": "Any"} if any(p["name"] == "active" for p in owner.params) else {}),
            }
            body = self.ask(owner, list(at[1:]), query).json()
            rows = (
                body["data"]
                if isinstance(body, dict) and "data" in body
                else body
                if isinstance(body, list)
                else []
            )
            self._keys[at] = [str(row.get("id", row.get("name", "1"))) for row in rows]
        return next(iter(self._keys[at]), None)

    def _paper(self) -> str | None:
        """The id of some job's attachment: most jobs have none."""
        listed = "/forms/v2/tenant/{tenant}/jobs/{jobId}/attachments"
        for job in self.client.ask(
            LISTS["jobs"], {"pageSize": 200, "jobStatus": "Completed"}
        ).json()["data"]:
            for paper in self.client.ask(listed, None, (str(job["id"]),)).json()["data"]:
                return str(paper["id"])
        return None


def _deepest(error: Any) -> str:
    """Of a choice between schemas, what is wrong with the likelier one."""
    while error.context:
        inner = [
            e for e in error.context if e.validator != "type" or e.validator_value != "null"
        ] or error.context
        error = max(inner, key=lambda e: len(e.absolute_path))
    if error.validator == "format":
        value = re.sub("[0-9]", "9", json.dumps(error.instance))[:40]
        return f"format {error.validator_value} of {value}"
    return re.sub(r"-?\d[\d.:TZ-]*", "#", f"{error.validator} {error.message}"[:400])


def needed(op: Operation) -> Json:
    """Values for the parameters without which the call is refused."""
    out: Json = {}
    for param in op.params:
        if param.get("required"):
            out |= next(iter(good(param)))
    return out


def good(param: Json) -> list[Json]:
    """Plausible values of a parameter, each as what goes into the query: every one of an enum, else
    one of the type.
    """
    name, schema = param["name"], param["schema"]
    kind = _type(schema)
    if name == "sort":
        return [{name: sign + field} for sign in "+-" for field in sort_fields(param)]
    if name in ("orderBy", "sortBy"):
        return [{name: "id"}]
    if param["values"]:
        return [{name: str(value)} for value in param["values"]]
    if name == "from" and kind == "string":
        return [{name: "2026-02-01"}]
    if kind == "object":
        return [{f"{name}[Text]": "a"}]
    value = GOOD_FORMATS.get(schema.get("format", ""), GOOD.get(kind, "a"))
    return [{name: "1" if name.lower().endswith("ids") or kind == "array" else value}]


def sort_fields(param: Json) -> list[str]:
    """The fields that the parameter's description names, or those that every list has."""
    text = param.get("description") or ""
    named = re.search(
        r"(?:fields are|field|values|Options):\s*((?:\w+(?: \([^)]*\))?(?:,\s*|$|\.|\s))+)",
        text.rpartition("order.")[2],
    )
    return re.findall(r"[A-Z]\w*", re.sub(r"\([^)]*\)", "", named[1])) if named else ["Id"]


def bad(param: Json) -> str | None:
    """A value that the parameter cannot take; None where everything is text."""
    name, schema = param["name"], param["schema"]
    if name == "sort":
        return "-NoSuchField"
    if param["values"]:
        return "NoSuchValue"
    return BAD_FORMATS.get(schema.get("format", "")) or BAD.get(_type(schema))


def _type(schema: Json) -> str:
    kind = schema.get("type", "string")
    for part in schema.get("anyOf", ()):
        kind = part.get("type", kind) if part.get("type") != "null" else kind
    return next(k for k in kind if k != "null") if isinstance(kind, list) else str(kind)


def table(found: dict[str, Found]) -> str:
    """The result as text: a line for each module, then the deviations, each with its reason where
    there is one.
    """
    head = ("module", "routes", "bodies", "parameters", "wrong values", "explained", "unexplained")
    rows = [
        (
            name,
            f.routes,
            f.bodies,
            f.params,
            f.wrong,
            len(f.deviations) - len(f.unexplained()),
            len(f.unexplained()),
        )
        for name, f in sorted(found.items())
    ]
    total = ("total", *(sum(int(row[i]) for row in rows) for i in range(1, len(head))))
    widths = [max(len(str(row[i])) for row in (head, *rows, total)) for i in range(len(head))]
    lines = []
    for row in (head, *rows, total):
        cells = [str(cell).rjust(width) for cell, width in zip(row, widths, strict=True)]
        cells[0] = str(row[0]).ljust(widths[0])
        lines.append("  ".join(cells))
    reasons = Counter(why for f in found.values() for d in f.deviations if (why := reason(*d)))
    lines += ["", *(f"{n:4d}  {why}" for why, n in reasons.most_common())]
    left = [f"{route}: {what}" for f in found.values() for route, what in f.unexplained()]
    return "\n".join([*lines, "", *left])
