"""The parameters of a run, checked before anything is sent."""

from __future__ import annotations

import datetime as dt
import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from stnb.errors import BadFilter, UnknownFilter, tongue
from stnb.errors.wording import shown
from stnb.pull.by_type import Unfit, exact_number
from stnb.pull.dates import window
from stnb.pull.values import as_list

from .models import Choice, Description, Parameter

ENDS = ("to", "end", "until", "before")  # how the last day of a span is called
SHOWN = 12  # choices that an error lists
EXPECTED = {
    "Number": "a number",
    "Boolean": "True or False",
    "Date": 'a day such as "2026-07-01" or "yesterday", or a span of days such as "last month"',
    "Time": 'a time of day such as "09:30"',
}


class Values:
    """Reads what a report is to be run with.

    Args:
        choices: gives the values of a dynamic set, by its id.
        zone, now: in which phrases such as "last month" are meant, and from when on.
    """

    def __init__(
        self,
        report: Description,
        choices: Callable[[str], Sequence[Choice]],
        zone: dt.tzinfo,
        now: dt.datetime,
    ) -> None:
        self._report, self._choices, self._zone, self._now = report, choices, zone, now

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters by the API's names, with values that JSON has.

        Raises:
            UnknownFilter: the report has no such parameter.
            BadFilter: a value does not fit, or a required one is missing.
        """
        values = self.some(given)
        self._check_required(values)
        self._check_spans(values)
        return values

    def some(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The same for a part of them, whose rest is to follow.

        Raises:
            UnknownFilter, BadFilter: as `read`.
        """
        values: dict[str, Any] = {}
        for name, value in given.items():
            parameter = self.parameter(name)
            if value is None:
                continue
            if parameter.name in values:
                self._refuse(f"{parameter.name} was given twice.", "It has one value.", "Give one.")
            values[parameter.name] = self._value(parameter, value)
        return values

    def parameter(self, name: str) -> Parameter:
        """The parameter that a name means: the API's, Python's, or the label, in any spelling.

        Raises:
            UnknownFilter: there is none.
        """
        for plain in (_lower, _letters):
            wanted = plain(name)
            for parameter in self._report.parameters:
                known = (parameter.name, parameter.py, parameter.label)
                if wanted and wanted in map(plain, known):
                    return parameter
        names = [tongue.either(p.py, p.name) for p in self._report.parameters]
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"Its parameters are: {', '.join(names) or 'none'}."
        if near:
            hint = f"Near it: {', '.join(near)}."
        raise UnknownFilter(
            f"The report {self._report.name!r} has no parameter {name!r}.",
            "Its description names no such one, and nothing was sent.",
            hint,
        )

    def _check_required(self, values: Mapping[str, Any]) -> None:
        lacking = [p for p in self._report.parameters if p.required and p.name not in values]
        if not lacking:
            return
        python = ", ".join(f"{p.py}=…" for p in lacking)
        options = " ".join(f"--{p.name} …" for p in lacking)
        raise BadFilter(
            f"The report {self._report.name!r} needs {' and '.join(p.name for p in lacking)}.",
            "The API refuses a run without.",
            f"Give it, as in {tongue.either(f'run({python})', options)}.",
        )

    def _check_spans(self, values: Mapping[str, Any]) -> None:
        """Refuse a last day before the first one: the report would have no rows."""
        dates = {p.name.lower(): p.name for p in self._report.parameters if p.data_type == "Date"}
        first, last = dates.get("from"), dates.get("to")
        if first is None or last is None or not (first in values and last in values):
            return
        if str(values[first]) > str(values[last]):
            self._refuse(
                f"{first} is {values[first]}, and {last} is {values[last]}.",
                "A span of days that ends before it begins holds no rows.",
                "Exchange the two.",
            )

    def _value(self, parameter: Parameter, value: Any) -> Any:
        if not parameter.many:
            if isinstance(value, (list, tuple, set, frozenset, Mapping)):
                self._misfit(parameter, value, "It takes one value.", "Run it once for each.")
            return self._one(parameter, value)
        values = [self._one(parameter, each) for each in as_list(value)]
        if not values:
            why = "It is empty, and would not narrow anything."
            self._misfit(parameter, value, why, "Leave it out, or give a value.")
        return values

    def _one(self, parameter: Parameter, value: Any) -> Any:
        choices = self._accepted(parameter)
        if choices:
            return self._chosen(parameter, value, choices)
        try:
            return self._written(parameter, value)
        except Unfit as unfit:
            self._misfit(parameter, value, unfit.why, unfit.then)
        except (ValueError, TypeError, OverflowError):
            expected = EXPECTED.get(parameter.data_type, "a text")
            self._misfit(parameter, value, f"It takes {expected}.", "Write it so.")

    def _accepted(self, parameter: Parameter) -> Sequence[Choice]:
        if parameter.choices or not parameter.dynamic_set:
            return parameter.choices
        return self._choices(parameter.dynamic_set)

    def _chosen(self, parameter: Parameter, value: Any, choices: Sequence[Choice]) -> Any:
        """A choice by its value, or by what people call it."""
        text = str(value).strip().casefold()
        if isinstance(value, float) and value.is_integer():
            text = str(int(value))
        for choice in choices:
            if str(choice.value).casefold() == text:
                return choice.value
        called = [choice for choice in choices if choice.label.casefold() == text]
        if len(called) != 1:
            why = _why_not(text, choices, called)
            self._misfit(parameter, value, why, "Choose one, by its value or its name.")
        return called[0].value

    def _written(self, parameter: Parameter, value: Any) -> Any:
        """A value of its type, as JSON has it.

        Raises:
            ValueError, TypeError, OverflowError: it does not fit.
        """
        if parameter.data_type == "Number":
            return _number(value)
        if parameter.data_type == "Boolean":
            return _boolean(value)
        if parameter.data_type == "Date":
            return self._day(parameter, value)
        if parameter.data_type == "Time":
            return _time(value)
        if isinstance(value, (bool, bytes)) or value != value:
            raise TypeError
        text = str(exact_number(value)).strip()
        if not text:
            raise ValueError
        return text

    def _day(self, parameter: Parameter, value: Any) -> str:
        """The first day of a span, or the last one of it where the parameter ends one: the days
        of a report are both included.
        """
        start, end = window(value, self._zone, self._now)
        day = start.astimezone(self._zone).date()
        if parameter.name.lower().endswith(ENDS):
            day = end.astimezone(self._zone).date() - dt.timedelta(days=1)
        return day.isoformat()

    def _misfit(self, parameter: Parameter, value: Any, why: str, then: str) -> NoReturn:
        written = shown(value)
        text = value if isinstance(value, str) else written
        given = tongue.either(f"{parameter.py}={written}"[:90], f"--{parameter.name} {text}"[:90])
        self._refuse(f"{given} does not fit the report {self._report.name!r}.", why, then)

    def _refuse(self, what: str, why: str, then: str) -> NoReturn:
        raise BadFilter(what, why, then)


def _lower(name: str) -> str:
    return name.rstrip("_").casefold()


def _letters(name: str) -> str:
    """A name as people write it in other spellings: date_type, date-type and DateType are one."""
    return "".join(filter(str.isalnum, name)).casefold()


def _why_not(text: str, choices: Sequence[Choice], called: Sequence[Choice]) -> str:
    """Why a text means none of the choices, or several."""
    if called:
        return f"Several are called so: {', '.join(str(choice.value) for choice in called)}."
    labels = {choice.label.casefold(): choice for choice in choices}
    near = [labels[label] for label in difflib.get_close_matches(text, labels, n=3, cutoff=0.4)]
    known = [f"{choice.value} ({choice.label})" for choice in near or choices]
    shown = ", ".join(known[:SHOWN])
    if near:
        return f"Near it: {shown}."
    if len(known) > SHOWN:
        return f"Its values are: {shown} and {len(known) - SHOWN} more."
    return f"Its values are: {shown}."


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or "_" in str(value):
        raise TypeError
    exact = exact_number(value)
    if isinstance(exact, int):
        return exact
    number = float(exact)
    if not math.isfinite(number):
        raise ValueError
    if isinstance(exact, str) and exact.strip().lstrip("+-").isdecimal():
        return int(exact)
    return number


def _boolean(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _time(value: Any) -> str:
    if isinstance(value, dt.time):
        return value.isoformat()
    return dt.time.fromisoformat(str(value).strip()).isoformat()
