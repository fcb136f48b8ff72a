"""What is chosen in the explorer, as the Python that repeats it.

There are no widgets here.
"""

from __future__ import annotations

import json
import keyword
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from stnb.catalog import load
from stnb.errors import printable

from .state import SINGLE, State

WIDEST = 88  # letters of the pull line before it is broken into several lines


def code(state: State, named: Sequence[str] = ()) -> str:
    """The lines that repeat the pull.

    Args:
        state: what was pulled, or is chosen.
        named: the columns of ids that got names beside them without being asked for.

    Example:
        >>> print(code(State("demo", "jpm.jobs", {"jobStatus": "Completed"}, limit=100)))
        import stnb
        <BLANKLINE>
        st = stnb.connect("demo")
        df = st.jpm.jobs.pull(jobStatus="Completed", limit=100)
    """
    arguments, name, made_by = list(map(literal, state.tenants)), "ts", "stnb.tenants"
    if not state.tenants:
        name, made_by = "st", "stnb.connect"
        arguments = [literal(state.profile)] if state.profile else []
    if state.env_file:
        arguments.append(f"env_file={literal(state.env_file)}")
    lines = ["import stnb", "", _call(f"{name} = {made_by}", arguments)]
    if state.resource:
        lines.append(_pull_line(state.resource, state))
        if state.names:
            lines.append(f"df = {name}.name_columns(df)")
        elif named:
            lines.append(_call(f"df = {name}.name_columns", ["df", f"only={literal(named)}"]))
    return "\n".join(lines)


def literal(value: Any) -> str:
    """Write a filter's value as Python, with the double quotes of a formatted file.

    Example:
        >>> literal(["a", 1, True])
        '["a", 1, True]'
    """
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        # JSON leaves lone surrogates, ends of lines and what nobody sees as they are; a file or an
        # editor does not.
        return printable(quoted, one_line=True)
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
    if state.tenants:
        return _call("df = ts.pull", [literal(resource), *arguments])
    return _call(f"df = {dotted(resource)}.pull", arguments)


def _call(start: str, arguments: list[str]) -> str:
    """A call, on several lines if one would be too long."""
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
