"""What a person may have meant: names that are nearly ours, and lines that could not be read."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from .models import DEFAULT, FIELDS, PREFIX, Settings, variable

# Other words for our fields, without the signs between them.
FIELD_OF = {field.replace("_", ""): field for field in FIELDS} | {
    "APPLICATIONKEY": "APP_KEY",
    "APIKEY": "APP_KEY",
    "KEY": "APP_KEY",
    "SECRET": "CLIENT_SECRET",
    "SECRETKEY": "CLIENT_SECRET",
    "TENANT": "TENANT_ID",
    "ENV": "ENVIRONMENT",
}
# Names that stand for ServiceTitan in other clients; without one of them, only a bare field counts.
LEADS = re.compile(r"(?:SERVICE[_-]?TITAN|ST)[_-]", re.IGNORECASE)
BARE = frozenset({"CLIENT_ID", "CLIENT_SECRET", "APP_KEY", "TENANT_ID"})
SHOWN = 3  # lines and names at most, in one message
CLOSE = 0.8  # of 1: how like a name must be


def hints(known: Settings, wanted: Iterable[str] = ()) -> str:
    """Sentences about what a person may have meant, each with a blank before it; or "".

    Args:
        wanted: the variables that are missing; without them, any that could be ours.
    """
    missing = set(wanted)
    said = []
    places = dict(_names(known))
    for name, meant in _nearly_ours(tuple(places)):
        place = places[name]
        is_missing = not known.values.get(meant) and (not missing or meant in missing)
        if is_missing:
            said.append(f" {place} says {name}; meant {meant}?")
    said += [f" Line {fault.line} {fault.what}: write NAME=value." for fault in known.faults]
    return "".join(said[:SHOWN])


def _names(known: Settings) -> Iterator[tuple[str, str]]:
    """Every name, and where it stands."""
    for name, line in known.lines.items():
        yield name, f"Line {line}"
    for name in os.environ:
        if name not in known.lines:
            yield name, "The process"


@lru_cache(maxsize=1)  # a list of many profiles asks for each of them
def _nearly_ours(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The names that are not quite ours, each with the variable that it may stand for."""
    pairs = ((name, meant_by(name)) for name in names)
    return [(name, meant) for name, meant in pairs if meant not in ("", name)]


def meant_by(name: str) -> str:
    """The variable of ours that a name may stand for; "" if it is like none.

    >>> meant_by("SERVICETITAN_APPKEY"), meant_by("ST_CLIENT_ID"), meant_by("CLIENT_ID")
    ('SERVICETITAN_APP_KEY', 'SERVICETITAN_CLIENT_ID', 'SERVICETITAN_CLIENT_ID')
    """
    lead = LEADS.match(name)
    if lead is None:
        field = name.upper().replace("-", "_")
        return PREFIX + field if field in BARE else ""
    rest = name[lead.end() :].upper().replace("-", "_")
    words = rest.split("_")
    # The longest end of the name that is a field; what stands before it is a profile.
    for at in range(len(words)):
        found = _field("".join(words[at:]))
        if found:
            return variable("_".join(words[:at]).lower() or DEFAULT, found)
    return ""


def _field(word: str) -> str:
    if word in FIELD_OF:  # nearly every name of a file; to compare takes a millisecond
        return FIELD_OF[word]
    close = difflib.get_close_matches(word, FIELD_OF, n=1, cutoff=CLOSE)
    return FIELD_OF[close[0]] if close else ""
