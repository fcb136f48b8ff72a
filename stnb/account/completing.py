"""The Tab key inside `jobs.pull(…)`: the filters of the resource first, and values between quotes.

IPython completes what an object has; of what a call takes it knows little. So a matcher of ours is
added to its own, and answers only inside a call of one of our verbs.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from typing import Any

from stnb.catalog import Endpoint, Param
from stnb.pull.date_phrases import TIMES, phrases
from stnb.session import clock

from .verbs import Verb

# `df = st.jpm.jobs.pull(a=1, b` is the verb and what was typed of its arguments.
CALL = re.compile(r"([A-Za-z_][\w.]*(?:\[[\"'][\w.]+[\"']\][\w.]*)?)\(([^()]*)$", re.DOTALL)
ARGUMENT = re.compile(r"(?:^|,)\s*(\w*)$")
VALUE = re.compile(r"(?:^|,)\s*(\w+)\s*=\s*\[?(?:[^=\]]*,\s*)?([\"'])([^\"']*)$")
METHODS = frozenset({"pull", "where", "start", "count", "head", "pages", "get"})


def install() -> None:
    """Add the matcher to the IPython that this runs in, once; elsewhere nothing happens."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    completer = getattr(shell, "Completer", None)
    matchers = getattr(completer, "custom_matchers", None)
    if matchers is None or any(isinstance(known, Matcher) for known in matchers):
        return
    matchers.append(Matcher(shell))


class Matcher:
    """What IPython asks at each Tab.

    Args:
        shell: the shell, in whose names the verb is looked up.
    """

    # As IPython's `context_matcher` marks a function of its second version of this interface.
    matcher_api_version = 2
    matcher_identifier = "stnb"
    matcher_priority = 1_000

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self.__qualname__ = "stnb.Matcher"  # by it IPython tells matchers apart

    def __call__(self, context: Any) -> dict[str, Any]:
        before = context.full_text[: self._cursor(context)]
        typed, offered = completions(before, self._shell.user_ns)
        if not offered:
            return {"completions": [], "suppress": False}
        from IPython.core.completer import SimpleCompletion

        made = [SimpleCompletion(text, type="param") for text in offered]
        return {
            "completions": made,
            "matched_fragment": typed,
            "ordered": True,  # the catalogue's order, filters before options
            "suppress": True,
        }

    def _cursor(self, context: Any) -> int:
        lines = context.full_text.split("\n")
        before: int = sum(len(line) + 1 for line in lines[: context.cursor_line])
        position: int = context.cursor_position
        return before + position


def completions(text: str, names: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What was typed of a word, and what it may become, at the end of a text; nothing outside a
    call of a verb.

    Example:
        >>> completions('st.jpm.jobs.pull(jobStatus="C', {"st": st})
        ('C', ['Completed', 'Canceled'])
    """
    call = CALL.search(text)
    if call is None:
        return "", []
    verb, arguments = call.groups()
    endpoint = _endpoint(verb, names)
    if endpoint is None:
        return "", []
    value = VALUE.search(arguments)
    if value is not None:
        name, _, typed = value.groups()
        return typed, _begins(typed, _values(endpoint.takes(name)))
    argument = ARGUMENT.search(arguments)
    if argument is None:
        return "", []
    given = set(re.findall(r"(\w+)\s*=", arguments))
    typed = argument.group(1)
    filters = [f"{param.py}=" for param in endpoint.filters if param.py not in given]
    return typed, _begins(typed, filters)


def _begins(typed: str, words: list[str]) -> list[str]:
    return [word for word in words if word.lower().startswith(typed.lower())]


def _values(param: Param | None) -> list[str]:
    """What a filter takes: its values, or phrases for a date and the form of a day."""
    if param is None:
        return []
    if param.type in TIMES:
        return [*phrases(param), clock.today().isoformat()]
    return list(param.values)


def _endpoint(verb: str, names: Mapping[str, Any]) -> Endpoint | None:
    """The resource whose verb an expression names. Only attributes and names in brackets are looked
    up, so that nothing runs.
    """
    try:
        expression = ast.parse(verb, mode="eval").body
        found = _looked_up(expression, names)
    except Exception:  # noqa: BLE001 - the Tab key shows no errors
        return None
    if isinstance(found, Verb):
        return found.endpoint
    if isinstance(expression, ast.Attribute) and expression.attr in METHODS:
        endpoint = getattr(getattr(found, "__self__", None), "endpoint", None)
        return endpoint if isinstance(endpoint, Endpoint) else None
    return None


def _looked_up(node: ast.expr, names: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.Attribute):
        above = _looked_up(node.value, names)
        if not type(above).__module__.startswith("stnb."):
            raise LookupError  # an attribute of anything else may be a property that runs
        return getattr(above, node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        above = _looked_up(node.value, names)
        if not type(above).__module__.startswith("stnb."):
            raise LookupError
        return above[node.slice.value]
    raise LookupError
