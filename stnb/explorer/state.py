"""What is chosen in the explorer, as plain data, and the Python that repeats it. No widgets here."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from stnb.catalog import Endpoint, Param, load
from stnb.pull import call

LIMIT = 1_000  # rows of a first look; "all" is one click away
SINGLE = {"record", "file"}  # kinds without rows to limit
WIDEST = 88  # letters of the pull line before it goes over several lines
ENTRIES = {
    "integer": "number",
    "date-time": "YYYY-MM-DD",
    "date": "YYYY-MM-DD",
    "string": "text",
    "object": "name=value",
}


@dataclass(frozen=True)
class State:
    """Everything that is chosen. Filters go by their Python keyword, as in `pull(...)`.

    Attributes:
        names: whether names stand beside ids, as `st.name_columns` puts them.
        view: "table" or "chart".
        grid, chart: what is set in the table and in the chart; only what differs from the usual.

    >>> State("demo", "jpm.jobs", {"jobStatus": "Completed"}, limit=100).as_dict()
    {'profile': 'demo', 'resource': 'jpm.jobs', 'filters': {'jobStatus': 'Completed'}, 'limit': 100}
    """

    profile: str | None = None
    resource: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = LIMIT
    env_file: str | None = None
    names: bool = False
    view: str = "table"
    grid: Mapping[str, Any] = field(default_factory=dict)
    chart: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The keywords that make the same explorer again: `explore(**state)`."""
        chosen = {
            "profile": self.profile,
            "resource": self.resource,
            "filters": dict(self.filters),
            "limit": self.limit,
        }
        usual = State()
        for name in ("env_file", "names", "view", "grid", "chart"):
            if (value := getattr(self, name)) != getattr(usual, name):
                chosen[name] = dict(value) if isinstance(value, Mapping) else value
        return chosen


def named(endpoint: Endpoint, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check filters, by the API's names or Python's, and bring them to Python's. That one is
    missing is no error yet.

    Raises:
        UnknownFilter: the resource has no such filter.
        BadFilter: a value does not fit.
    """
    lenient = replace(endpoint, params=tuple(replace(p, required=False) for p in endpoint.params))
    call.call(lenient, tenant=0, filters=given)
    return {
        p.py: value
        for name, value in given.items()
        if value is not None and (p := endpoint.takes(name))
    }


# -- the code


def code(state: State) -> str:
    """The lines that repeat the pull.

    >>> print(code(State("demo", "jpm.jobs", {"jobStatus": "Completed"}, limit=100)))
    import stnb
    <BLANKLINE>
    st = stnb.connect("demo")
    df = st.jpm.jobs.pull(jobStatus="Completed", limit=100)
    """
    given = [literal(state.profile)] if state.profile else []
    given += [f"env_file={literal(state.env_file)}"] if state.env_file else []
    lines = ["import stnb", "", f"st = stnb.connect({', '.join(given)})"]
    if state.resource:
        lines.append(_call(f"df = {_dotted(state.resource)}.pull", state))
        lines += ["df = st.name_columns(df)"] if state.names else []
    return "\n".join(lines)


def literal(value: Any) -> str:
    """Write a filter's value as Python, with the double quotes of a formatted file."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple, set)):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, date):
        return literal(value.isoformat())
    return (
        repr(value)
        if value is None or isinstance(value, (bool, int, float))
        else literal(str(value))
    )


def _call(start: str, state: State) -> str:
    given = [f"{name}={literal(value)}" for name, value in state.filters.items()]
    endpoint = load().endpoints.get(state.resource or "")
    single = endpoint is not None and endpoint.kind in SINGLE
    given += [] if state.limit is None or single else [f"limit={state.limit}"]
    line = f"{start}({', '.join(given)})"
    if len(line) <= WIDEST:
        return line
    return f"{start}(\n" + "".join(f"    {g},\n" for g in given) + ")"


def _dotted(resource: str) -> str:
    """`get` is a verb of a list, so a record's own resource goes by its name in brackets."""
    plain = all(
        part.isidentifier() and not keyword.iskeyword(part) and part != "get"
        for part in resource.split(".")
    )
    return f"st.{resource}" if plain else f"st[{literal(resource)}]"


# -- from what is typed to a filter's value, and back


def hint(param: Param) -> str:
    """What an empty text field says it wants."""
    entry = "id" if _are_ids(param) else ENTRIES.get(param.type, param.type)
    return f"{entry}, {entry}, …" if param.many and param.type != "object" else entry


def parse(param: Param, text: str) -> Any:
    """Turn typed text into a filter's value, None for an empty field. Whether it fits is for
    `named` to say.
    """
    text = text.strip()
    if not text:
        return None
    if param.type == "object":
        return _pairs(text)
    if param.many:
        return [_plain(param, part.strip()) for part in text.split(",") if part.strip()]
    return _plain(param, text)


def typed(value: Any) -> str:
    """The text that `parse` turns into this value."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={v}" for k, v in value.items())
    if isinstance(value, (list, tuple, set)):
        return (
            json.dumps(value)
            if any(isinstance(v, Mapping) for v in value)
            else ", ".join(map(typed, value))
        )
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(param: Param, text: str) -> str | int | float:
    whole = re.fullmatch(r"[1-9]\d*", text) if _are_ids(param) else re.fullmatch(r"[+-]?\d+", text)
    if whole and (_are_ids(param) or param.type in {"integer", "number"}):
        return int(text)
    if param.type == "number" and re.fullmatch(r"[+-]?\d*\.\d+", text):
        return float(text)
    return text


def _are_ids(param: Param) -> bool:
    """Lists of ids are sent, and so declared, as text; people mean numbers."""
    return bool(param.many) and param.name.lower().endswith("ids")


def _pairs(text: str) -> Any:
    """Read "name=value, name=value"; JSON is for what pairs cannot say, such as a list of mappings."""
    if text[0] in "[{":
        try:
            return json.loads(text)
        except ValueError:
            return text
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    return (
        {name.strip(): value.strip() for name, mark, value in pairs}
        if all(mark for _, mark, _ in pairs)
        else text
    )
