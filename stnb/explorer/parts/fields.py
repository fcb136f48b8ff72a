"""The filters of a resource as a person meets them: two ends of a span are one field."""

from __future__ import annotations

from dataclasses import dataclass

from stnb.catalog import Column, Endpoint, Param, words
from stnb.pull.date_phrases import TIMES

from .id_names import LOOKUPS, list_of, lookup_of

FIRST = 8  # fields at the top of the menu, before "More filters"
SUGGESTED = 3  # of them, offered by name beside the chips
# Parts of the names of filters that are used most, in the order of their use.
USED_MOST = (
    "status",
    "active",
    "completed",
    "invoiced",
    "received",
    "businessunit",
    "jobtype",
    "technician",
    "customerid",
    "number",
    "name",
    "starts",
    "created",
    "modified",
)
USED_LEAST = ("externaldata", "customfield", "sort", "order")  # how their names begin
# Columns by which a list without documented orders is usually sorted.
USUAL_ORDERS = ("id", "number", "name", "createdOn", "modifiedOn")

Options = tuple[tuple[str, str], ...]
"""Values and the words for them."""


@dataclass(frozen=True)
class Field:
    """One filter, or the two ends of a span.

    Attributes:
        label: what a person calls it.
        kind: "choice", "choices", "span", "range", "date", "names", "lookup", "sort" or "text".
        params: the filter; of a span the one that begins it, then the one that ends it.
        options: the values of a menu with their words.
    """

    label: str
    kind: str
    params: tuple[Param, ...]
    options: Options = ()

    @property
    def key(self) -> str:
        """The Python keyword of its first filter, which no other field has."""
        return self.params[0].py

    @property
    def required(self) -> bool:
        """Whether nothing can be pulled without it."""
        return any(param.required for param in self.params)

    @property
    def api(self) -> str:
        """The names that the API and the code use."""
        return " and ".join(param.name for param in self.params)


def fields(endpoint: Endpoint) -> list[Field]:
    """The fields of a resource: required ones first, then those that are used most.

    Example:
        >>> jobs = stnb.catalog.load()["jpm.jobs"]
        >>> [field.label for field in fields(jobs)[:3]]
        ['Job status', 'Appointment status', 'Completed']
    """
    found: list[Field] = []
    taken: set[str] = set()
    for param in by_use(endpoint):
        if param.name in taken:
            continue
        ends = _ends(endpoint, param, taken)
        taken.update(end.name for end in ends)
        found.append(_field(endpoint, ends))
    return found


def by_use(endpoint: Endpoint) -> list[Param]:
    """The filters of a resource, in the order in which people need them."""
    return sorted(endpoint.filters, key=_rank)


def _rank(param: Param) -> tuple[int, int, bool]:
    """Required filters, then the most used, then all others, then the least used."""
    name = param.name.lower()
    if param.required:
        return (0, int(param.where != "path"), False)
    if name.startswith(USED_LEAST):
        return (3, 0, False)
    # Other switches tune an answer rather than narrow it.
    parts = ("active",) if param.type == "boolean" else USED_MOST
    for part in parts:
        if part in name:
            return (1, USED_MOST.index(part), "before" in name)
    return (2, 0, False)


def _ends(endpoint: Endpoint, param: Param, taken: set[str]) -> tuple[Param, ...]:
    """Both ends of the span that a filter belongs to; the filter alone if it spans nothing."""
    stem, end = words.span(param.name)
    if not end or param.many or param.values:
        return (param,)
    for other in endpoint.filters:
        other_stem, other_end = words.span(other.name)
        fits = other_stem == stem and other_end not in ("", end) and other.type == param.type
        if fits and not other.many and other.name not in taken:
            return (param, other) if end == "from" else (other, param)
    return (param,)


def _field(endpoint: Endpoint, params: tuple[Param, ...]) -> Field:
    first = params[0]
    if len(params) == 2:
        kind = "span" if first.type in TIMES else "range"
        return Field(words.span_label(first.name), kind, params)
    label = words.label(first.name)
    if first.name == "sort":
        return Field(label, "sort", params, orders(endpoint, first))
    if first.values:
        options = tuple((value, words.spoken(value)) for value in first.values)
        return Field(label, "choices" if first.many else "choice", params, options)
    if first.type == "boolean" and not first.many:
        return Field(label, "choice", params, (("true", "Yes"), ("false", "No")))
    if first.type in TIMES and not first.many:
        return Field(label, "date", params)
    if list_of(first) is not None:
        return Field(label, "names", params)
    if lookup_of(first) in LOOKUPS:
        return Field(label, "lookup", params)
    return Field(label, "text", params)


def orders(endpoint: Endpoint, param: Param) -> Options:
    """By what rows can be sorted, such as ("+CreatedOn", "Created on: oldest first").

    Example:
        >>> orders(endpoint, Param("sort", values=("+Id", "-Id")))
        (('+Id', 'Id: lowest first'), ('-Id', 'Id: highest first'))
    """
    columns = {column.name.lower(): column for column in endpoint.columns}
    values = param.values
    if not values:
        # The API documents no orders here; these it takes where it has the columns.
        usual = [name for name in USUAL_ORDERS if name.lower() in columns]
        capital = [name[0].upper() + name[1:] for name in usual]
        values = tuple(sign + name for name in capital for sign in "+-")
    found = []
    for value in values:
        column = columns.get(value[1:].lower())
        up, down = _directions(value[1:], column)
        direction = down if value.startswith("-") else up
        found.append((value, f"{words.spoken(value[1:])}: {direction}"))
    return tuple(found)


def _directions(name: str, column: Column | None) -> tuple[str, str]:
    kind = "" if column is None else column.type
    if kind in TIMES or name.endswith(("On", "Date")):
        return "oldest first", "newest first"
    if kind in ("integer", "decimal") or name.lower() == "id":
        return "lowest first", "highest first"
    return "A to Z", "Z to A"
