"""What a word was likely meant to be that is no option and no filter of a command."""

from __future__ import annotations

from collections.abc import Sequence

from stnb.catalog import Endpoint
from stnb.catalog.facts import MODIFIED_SINCE
from stnb.errors import BadFilter, StnbError, UnknownFilter
from stnb.pull import call

from .filters import named

WHENS = frozenset(
    {"from", "to", "start", "end", "after", "before", "date", "until", "on", "day", "month", "year"}
)
NUMBERS = frozenset({"count", "total", "size"})


def not_meant(endpoint: Endpoint, words: Sequence[str]) -> StnbError:
    """Why the first word that the parser does not know cannot be meant."""
    first = words[0]
    see = f"See `stnb pull {endpoint.name} --help`."
    if not first.startswith("-"):
        return _alone(endpoint, first, see)
    name = first.lstrip("-").partition("=")[0]
    if name in WHENS:
        return _undated(endpoint, name, see)
    if name in NUMBERS:
        return BadFilter(
            f"{first} is no option of `stnb pull`.",
            "How many rows there are is asked by a command of its own.",
            f"Use `stnb count {endpoint.name}`, with the same filters.",
        )
    try:
        call.call(endpoint, 1, {name: ""})  # it knows which filters are near to that name
    except StnbError as err:
        return err
    return BadFilter(f"{first} has no value.", "A filter is written as --NAME VALUE.", see)


def _alone(endpoint: Endpoint, word: str, see: str) -> StnbError:
    """What a word without an option was likely meant to be."""
    why = "A filter is written as --NAME VALUE."
    other = named(word)
    if other is not None:
        why = "One command reads one resource."
        see = f"Read {other.name} by a command of its own."
    elif word.isdecimal() and endpoint.takes("ids"):
        see = f"For the row of that id add --ids {word}. {see}"
    return BadFilter(f"{word!r} stands alone.", why, see)


def _undated(endpoint: Endpoint, name: str, see: str) -> StnbError:
    """Which filters of the resource are over dates, for who asks by "from" alone."""
    dated = [param for param in endpoint.filters if param.type in ("date", "date-time")]
    dates = [f"--{param.name}" for param in dated]
    why = "It has no filter over dates."
    if dates:
        why = f"Its dates have names: {', '.join(dates)}."
    if endpoint.takes(MODIFIED_SINCE) or endpoint.kind == "export":
        see = f"For what changed since a day, use --since of `stnb pull`. {see}"
    return UnknownFilter(f"{endpoint.name} has no filter {name!r}.", why, see)
