"""What the API's description of a report says, read with care: a tenant's office made it."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stnb.errors import UnexpectedAnswer

# How the API's data types are written in Python.
TYPES = {"Number": "float", "Boolean": "bool", "Date": "date", "Time": "time"}
SHOWN = 4  # choices of a parameter in words


@dataclass(frozen=True)
class Choice:
    """A value that a parameter takes, and what people call it."""

    value: Any
    label: str


@dataclass(frozen=True)
class Parameter:
    """One parameter of a report.

    Attributes:
        name: as the API writes it.
        data_type: String, Number, Boolean, Date or Time.
        many: whether it takes a list.
        choices: the values that it takes; empty if it takes any, or if a set of the tenant has
            them.
        dynamic_set: the id of that set; "" if there is none.
    """

    name: str
    label: str
    data_type: str
    many: bool
    required: bool
    choices: tuple[Choice, ...] = ()
    dynamic_set: str = ""

    @property
    def py(self) -> str:
        """The name as a Python argument."""
        letters = [each if f"_{each}".isidentifier() else "_" for each in self.name]
        name = "".join(letters)
        if not name.isidentifier():
            return f"_{name}"
        return f"{name}_" if keyword.iskeyword(name) else name

    @property
    def annotation(self) -> str:
        """Its type in Python, such as "date" or "list[float]"."""
        one = TYPES.get(self.data_type, "str")
        return f"list[{one}]" if self.many else one

    @property
    def in_words(self) -> str:
        """What it takes, in words."""
        words = [self.data_type]
        if self.required:
            words.append("required")
        if self.many:
            words.append("one or several")
        if self.label != self.name:
            words.append(self.label)
        if self.dynamic_set:
            words.append("by id or name")
        shown = [f"{choice.value} ({choice.label})" for choice in self.choices[:SHOWN]]
        if len(self.choices) > SHOWN:
            shown.append("…")
        if shown:
            words.append(", ".join(shown))
        return "; ".join(words)


@dataclass(frozen=True)
class Field:
    """One column of a report."""

    name: str
    label: str
    data_type: str


@dataclass(frozen=True)
class Description:
    """One report of a tenant.

    Attributes:
        category: the id of the category that it lies in.
        modified: when its structure was changed, as the API writes it.
    """

    id: int
    name: str
    category: str
    about: str
    modified: str
    parameters: tuple[Parameter, ...]
    fields: tuple[Field, ...]


def description(category: str, raw: Any) -> Description:
    """The description of a report, from the JSON of the API.

    Raises:
        UnexpectedAnswer: it is none.
    """
    try:
        return Description(
            int(raw["id"]),
            str(raw["name"]),
            category,
            str(raw.get("description") or ""),
            str(raw.get("modifiedOn") or ""),
            tuple(_parameter(each) for each in raw.get("parameters") or ()),
            tuple(_field(each) for each in raw.get("fields") or ()),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise UnexpectedAnswer(
        "The description of the report cannot be read.",
        "It lacks an id, a name, or the name of a parameter.",
        "Run it with st.reporting.report_category.reports.data.pull(…), which needs none.",
    )


def _parameter(raw: Mapping[str, Any]) -> Parameter:
    accepts = raw.get("acceptValues") or {}
    name = str(raw["name"])
    return Parameter(
        name,
        str(raw.get("label") or name),
        str(raw.get("dataType") or "String"),
        bool(raw.get("isArray")),
        bool(raw.get("isRequired")),
        choices(accepts.get("values") or ()),
        str(accepts.get("dynamicSetId") or ""),
    )


def choices(rows: Iterable[Any]) -> tuple[Choice, ...]:
    """Values and labels from rows of cells: the key comes first, then what it is called."""
    found = []
    for row in rows:
        cells = list(row) if isinstance(row, (list, tuple)) else [row]
        if cells:
            found.append(Choice(cells[0], str(cells[1 if len(cells) > 1 else 0])))
    return tuple(found)


def _field(raw: Mapping[str, Any]) -> Field:
    name = str(raw["name"])
    return Field(name, str(raw.get("label") or name), str(raw.get("dataType") or "String"))
