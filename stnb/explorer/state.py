"""What is chosen in the explorer, as plain data, and the Python that repeats it.

There are no widgets here.
"""

from __future__ import annotations

import json
import keyword
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from stnb.catalog import Endpoint, Param, load, words
from stnb.errors import UsageError
from stnb.errors.nesting import loads
from stnb.pull import call

LIMIT = 1_000  # rows of a first look; "all" is one click away
SINGLE = {"record", "file"}  # kinds without rows to limit
WIDEST = 88  # letters of the pull line before it is broken into several lines
ENTRIES = {
    "integer": "number",
    "date-time": "YYYY-MM-DD",
    "date": "YYYY-MM-DD",
    "string": "text",
    "object": "name=value",
}
ID = re.compile(r"[1-9]\d*")
WHOLE_NUMBER = re.compile(r"[+-]?\d+")
NOT_IN_CODE = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
NUMBER_WITH_POINT = re.compile(r"[+-]?\d*\.\d+")


@dataclass(frozen=True)
class State:
    """Everything that is chosen.

    Attributes:
        profile: the profile's name, or None for the usual one.
        resource: such as "jpm.jobs", or None.
        filters: values by the filter's Python keyword, as in `pull(...)`.
        limit: rows at most; None for all.
        env_file: the path of the .env file, or None for the usual one.
        names: whether names are put beside ids, as `st.name_columns` does.
        view: "table", "chart", "columns", "neighbours" or "code".
        grid, chart: the settings of the table and of the chart; only what differs from the default.

    Example:
        >>> state = State("demo", "jpm.jobs", {"jobStatus": "Completed"}, limit=None)
        >>> list(state.as_dict())
        ['profile', 'resource', 'filters', 'limit']
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

    def same_pull(self, other: State) -> bool:
        """Whether both bring the same rows, whatever is shown of them."""
        return replace(self, view="", grid={}, chart={}) == replace(
            other, view="", grid={}, chart={}
        )

    def as_dict(self) -> dict[str, Any]:
        """The keywords that make the same explorer again: `explore(**state)`."""
        chosen = {
            "profile": self.profile,
            "resource": self.resource,
            "filters": dict(self.filters),
            "limit": self.limit,
        }
        default = State()
        for name in ("env_file", "names", "view"):
            if getattr(self, name) != getattr(default, name):
                chosen[name] = getattr(self, name)
        if self.grid:
            chosen["grid"] = dict(self.grid)
        if self.chart:
            chosen["chart"] = dict(self.chart)
        return chosen


def named(endpoint: Endpoint, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Check filters that go by the API's names or by Python's, and key them by Python's.

    A required filter may be missing: it is not typed in yet.

    Raises:
        UnknownFilter: the resource has no such filter.
        BadFilter: a value does not fit.

    Example:
        >>> named(load()["jpm.export.jobs"], {"from": "2026-01-01"})
        {'from_': '2026-01-01'}
    """
    optional = tuple(replace(param, required=False) for param in endpoint.params)
    call.call(replace(endpoint, params=optional), tenant=0, filters=filters)
    keyed = {}
    for name, value in filters.items():
        param = endpoint.takes(name)
        if param is not None and value is not None:
            keyed[param.py] = value
    return keyed


def check_complete(state: State) -> None:
    """Check that a pull of this state could be sent.

    Raises:
        UsageError: no resource is chosen, or a required filter is empty.
    """
    if state.resource is None or state.profile is None:
        raise UsageError(
            "No resource is chosen.",
            "A pull needs to know what to read.",
            "Choose one in the box above.",
        )
    endpoint = load()[state.resource]
    missing = [param for param in endpoint.required if param.py not in state.filters]
    empty = [words.label(param.name) for param in missing]
    if empty:
        verb = "is" if len(empty) == 1 else "are"
        raise UsageError(
            f"{' and '.join(empty)} {verb} empty.",
            f"{endpoint.label} cannot be read without a value there.",
            "Choose one: these filters stand first.",
        )


# -- the code


def code(state: State) -> str:
    """The lines that repeat the pull.

    Example:
        >>> print(code(State("demo", "jpm.jobs", {"jobStatus": "Completed"}, limit=100)))
        import stnb
        <BLANKLINE>
        st = stnb.connect("demo")
        df = st.jpm.jobs.pull(jobStatus="Completed", limit=100)
    """
    arguments = []
    if state.profile:
        arguments.append(literal(state.profile))
    if state.env_file:
        arguments.append(f"env_file={literal(state.env_file)}")
    lines = ["import stnb", "", f"st = stnb.connect({', '.join(arguments)})"]
    if state.resource:
        lines.append(_pull_line(state.resource, state))
        if state.names:
            lines.append("df = st.name_columns(df)")
    return "\n".join(lines)


def literal(value: Any) -> str:
    """Write a filter's value as Python, with the double quotes of a formatted file.

    Example:
        >>> literal(["a", 1, True])
        '["a", 1, True]'
    """
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        # JSON leaves lone surrogates and ends of lines as they are; a file or an editor does not.
        return NOT_IN_CODE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, (list, tuple, set)):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, Mapping):
        pairs = [f"{literal(key)}: {literal(entry)}" for key, entry in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, date):
        return literal(value.isoformat())
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    return literal(str(value))


def _pull_line(resource: str, state: State) -> str:
    arguments = [f"{name}={literal(value)}" for name, value in state.filters.items()]
    endpoint = load().endpoints.get(resource)
    single = endpoint is not None and endpoint.kind in SINGLE
    if state.limit is not None and not single:
        arguments.append(f"limit={state.limit}")
    start = f"df = {dotted(resource)}.pull"
    line = f"{start}({', '.join(arguments)})"
    if len(line) <= WIDEST:
        return line
    indented = "".join(f"    {argument},\n" for argument in arguments)
    return f"{start}(\n{indented})"


def dotted(resource: str) -> str:
    """The Python expression for a resource of the account `st`.

    `get` is a method of a list, so the resource of a single record goes by its name in brackets.

    Example:
        >>> dotted("jpm.jobs"), dotted("jpm.jobs.get")
        ('st.jpm.jobs', 'st["jpm.jobs.get"]')
    """
    for part in resource.split("."):
        if not part.isidentifier() or keyword.iskeyword(part) or part == "get":
            return f"st[{literal(resource)}]"
    return f"st.{resource}"


# -- from typed text to a filter's value, and back


def hint(param: Param) -> str:
    """What an empty text field asks for, such as "id, id, …"."""
    entry = ENTRIES.get(param.type, param.type)
    if _takes_ids(param):
        entry = "id"
    if param.many and param.type != "object":
        return f"{entry}, {entry}, …"
    return entry


def parse(param: Param, text: str) -> Any:
    """Turn typed text into a filter's value; None for an empty field.

    Whether the value fits is not checked here, but in `named`.

    Example:
        >>> parse(Param("ids", many="comma"), "1, 2")
        [1, 2]
    """
    text = text.strip()
    if not text:
        return None
    if param.type == "object":
        return _pairs(text)
    if param.many:
        return [_single(param, part) for part in _split(text)]
    return _single(param, text)


def typed(value: Any) -> str:
    """The text that `parse` turns into this value.

    Example:
        >>> typed([1, 2])
        '1, 2'
    """
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={entry}" for key, entry in value.items())
    if isinstance(value, (list, tuple, set)):
        if any(isinstance(entry, Mapping) for entry in value):
            return json.dumps(value)
        return ", ".join(map(typed, value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _single(param: Param, text: str) -> str | int | float:
    if _takes_ids(param):
        # A leading zero would be lost in a number, so such an entry stays text.
        return int(text) if ID.fullmatch(text) else text
    if param.type in {"integer", "number"} and WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if param.type == "number" and NUMBER_WITH_POINT.fullmatch(text):
        return float(text)
    return text


def _takes_ids(param: Param) -> bool:
    """Lists of ids are sent as text, and the API declares them so; people mean numbers."""
    return bool(param.many) and param.name.lower().endswith("ids")


def _pairs(text: str) -> Any:
    """Read "name=value, name=value". JSON is for what pairs cannot hold, such as a list of them."""
    if text[0] in "[{":
        try:
            return loads(text)
        except ValueError:
            return text
    pairs = {}
    for part in _split(text):
        name, equals, value = part.partition("=")
        if not equals:
            return text
        pairs[name.strip()] = value.strip()
    return pairs


def _split(text: str) -> list[str]:
    """The entries between the commas, without blanks around them; empty ones are left out."""
    return list(filter(None, map(str.strip, text.split(","))))
