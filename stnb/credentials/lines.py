"""The lines of a .env file: names, values, and what is wrong with a line that is none."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

from dotenv.parser import Binding, parse_stream

from stnb.errors.printable import without_unseen_ends

from .fault import Fault
from .models import OURS, PREFIX
from .secret import Values

NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
PART_OF_VALUE = re.compile(r"[A-Za-z0-9+/_.-]{2,}={0,2}")
# What a line is, by its beginning: the first that fits.
FORMS = (
    (re.compile(r"\$env[:.]", re.IGNORECASE), "is written as for PowerShell ($env:NAME = …)"),
    (re.compile(r"(?:declare|typeset|setenv|set -g?x)\b"), "is written as for a shell"),
    (re.compile(r"setx?\s", re.IGNORECASE), "begins with `set`, as for the Windows prompt"),
    (re.compile(r"[{\"]|'[^']*'\s*:"), "is written as JSON"),
    (re.compile(r"[\w.-]+\s*:"), "has a colon after the name"),
    (re.compile(r"(?:export\s+)?[^=\s]+\s*=\s*['\"]"), "has a quote that is not closed"),
    (re.compile(r"(?:export\s+)?[^=\s]+\s*$"), "has no = after the name"),
)
# Another variable of ours in a value: the ends of lines were lost on the way.
SEVERAL = re.compile(rf"[\s;,]{PREFIX}[A-Z0-9_]+\s*=")
# A name of ours in quotes, in brackets, behind a dot or a star: of a program or of a text.
SIGN_BEFORE = re.compile(rf"[^\w\s]\s*{PREFIX}")
OTHERWISE = "is no NAME=value"


@dataclass(frozen=True)
class Lines:
    """What a file holds.

    Attributes:
        values: the values by their names, as they are written; the last one of a name counts.
        numbers: the line of each name.
        faults: the lines that could not be read.
        twice: the lines of each name that is set several times, with different values.
    """

    values: Values = field(default_factory=Values)
    numbers: dict[str, int] = field(default_factory=dict, repr=False)
    faults: tuple[Fault, ...] = ()
    twice: dict[str, tuple[int, ...]] = field(default_factory=dict)


def read_lines(text: str) -> Lines:
    """The lines of a .env file, whose `$` are not expanded."""
    values, numbers = Values(), dict[str, int]()
    twice: dict[str, tuple[int, ...]] = {}
    faults: list[Fault] = []
    above, end_of_above = "", 0
    for binding in parse_stream(io.StringIO(text, newline=None)):
        line = _number(binding)
        fault = _fault(binding, line)
        if fault is not None:
            part = binding.original.string.strip()
            is_next = bool(above) and line == end_of_above + 1
            if is_next and PART_OF_VALUE.fullmatch(part) and not NAME.fullmatch(part):
                fault = Fault(line, f"looks like the rest of line {line - 1}", above)
            faults.append(fault)
        elif binding.key is not None and binding.value is not None:
            name = without_unseen_ends(binding.key)
            before = values.get(name)
            if before and before.strip() != binding.value.strip():
                twice.setdefault(name, (numbers[name],))
            if name in twice:
                twice[name] += (line,)
            values[name], numbers[name] = binding.value, line
            above = name if _is_ours(name) and binding.value else ""
            end_of_above = line + binding.original.string.strip().count("\n")
    return Lines(values, numbers, tuple(faults), twice)


def _number(binding: Binding) -> int:
    """The line that a binding begins at: the blank lines above it belong to it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _fault(binding: Binding, line: int) -> Fault | None:
    text = binding.original.string.strip()
    if not binding.error and SEVERAL.search(binding.value or ""):
        return Fault(line, "holds several variables")
    if not binding.error:
        is_other_form = bool(binding.key) and FORMS[0][0].match(text) is not None
        is_tail = bool(re.fullmatch(r"[^=]+={1,2}", text)) and not NAME.fullmatch(binding.key or "")
        has_value = binding.key is None or binding.value is not None
        if has_value and not is_other_form and not is_tail:
            if SIGN_BEFORE.search(without_unseen_ends(binding.key or "")):
                return Fault(line, "has other signs before the name")
            return None
    for form, what in FORMS:
        if form.match(text):
            return Fault(line, what)
    return Fault(line, OTHERWISE)


def _is_ours(name: str) -> bool:
    return name.startswith(PREFIX) or name in OURS
