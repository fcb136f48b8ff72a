"""What a report is: its parameters, its fields, and how a parameter's value is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..bodies import Problem
from ..query import bad, moment
from .work_metrics import Asked, Books, Cells


@dataclass(frozen=True)
class Parameter:
    """One parameter of a report.

    Args:
        kind: String, Number, Boolean or Date.
        values: (value, name) of each choice.
        dynamic: the set that holds the choices.
    """

    name: str
    label: str
    kind: str
    many: bool = False
    needed: bool = False
    values: Sequence[tuple[Any, str]] = ()
    dynamic: str | None = None

    def about(self) -> dict[str, Any]:
        choices = {
            "fields": [{"name": "Value", "label": "Value"}, {"name": "Name", "label": "Name"}],
            "dynamicSetId": self.dynamic,
            "values": [list(pair) for pair in self.values],
        }
        about = {
            "name": self.name,
            "label": self.label,
            "dataType": self.kind,
            "isArray": self.many,
            "isRequired": self.needed,
        }
        return {**about, "acceptValues": choices}

    def read(self, value: Any) -> Any:
        """The value, or each of a list.

        Raises:
            Problem: 400, it is missing or no such value.
        """
        if value is None or value == "" or value == []:
            if self.needed:
                raise Problem(400, errors={self.name: [f"The parameter {self.name} is required."]})
            return None
        if self.many != isinstance(value, list):
            raise bad(self.name, json.dumps(value))
        return [self._one(v) for v in value] if self.many else self._one(value)

    def _one(self, value: Any) -> Any:
        try:
            read = READ[self.kind](value)
        except (ValueError, TypeError, OverflowError):
            raise bad(self.name, str(value)) from None
        if self.values and read not in [v for v, _ in self.values]:
            raise bad(self.name, str(value))
        return read


def _date(value: Any) -> str:
    moment(value)
    return str(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise ValueError(value)
    number = float(value)
    return int(number) if number.is_integer() else number


def _boolean(value: Any) -> bool:
    if str(value).lower() not in ("true", "false"):
        raise ValueError(value)
    return str(value).lower() == "true"


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


READ: dict[str, Callable[[Any], Any]] = {
    "Date": _date,
    "Number": _number,
    "Boolean": _boolean,
    "String": _string,
}


@dataclass(frozen=True)
class Report:
    """One report.

    Attributes:
        fields: (name, label, type) of each cell.
        cells: computes the rows from the tables and the parameters' values.
    """

    id: int
    category: str
    name: str
    parameters: Sequence[Parameter]
    fields: Sequence[tuple[str, str, str]]
    cells: Callable[[Books, Asked], Cells]

    def about(self) -> dict[str, Any]:
        fields = [{"name": n, "label": label, "dataType": kind} for n, label, kind in self.fields]
        parameters = [p.about() for p in self.parameters]
        return {
            **self.brief(),
            "modifiedOn": "2025-03-04T16:20:11.52Z",
            "parameters": parameters,
            "fields": fields,
        }

    def brief(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "description": f"{self.name} of the chosen days."}
