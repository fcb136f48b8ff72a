"""One report: what it asks for, what it answers, and its runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.catalog.html_table import QUIET, Cell, element
from stnb.catalog.html_table import table as html_table
from stnb.errors import BadFilter, printable, tongue
from stnb.errors.copying import StaysHere
from stnb.errors.interrupts import in_one_line
from stnb.errors.misused import explains_misuse
from stnb.pull import Pull
from stnb.pull.dates import is_date

from .. import misuse
from .models import Choice, Description, Parameter, choices
from .run import OPTIONS, RUN, START, Run
from .values import Values

if TYPE_CHECKING:
    from ..source import Tenant

DATA = "reporting.report_category.reports.data"
SETS = "reporting.dynamic_value_sets"
SPAN = "last month"  # of a first look
LAST_DAY = "To"  # the parameter of most reports that is called like the option of the file


@explains_misuse("report")
class Report(StaysHere):
    """A report of the tenant. Nothing is run until `run` is called.

    Attributes:
        id, name, category: its number, its name, and the name of the category that it lies in.
        description: what its maker wrote about it; "" if nothing.

    Example:
        >>> r = st.report("Revenue by Business Unit")
        >>> df = r.run(From="last month", To="last month")
        >>> df.attrs["stnb"]["labels"]["AverageTicket"]
        'Average Ticket'
    """

    def __init__(self, account: Tenant, about: Description, category: str) -> None:
        self._account, self._about = account, about
        self.id, self.name, self.category = about.id, about.name, category
        self.description = about.about
        self._sets: dict[str, tuple[Choice, ...]] = {}

    def _instead(self) -> str:
        return f"Write stnb.connect({self._account.profile!r}).report({self.id}) there."

    def __repr__(self) -> str:
        lines = [f"{self.name} · report {self.id} · {self.category}"]
        facts = list(self._facts())
        width = max(len(label) for label, _ in facts)
        lines += [f"  {label:<{width}}  {text}" for label, text in facts]
        return "\n".join(map(printable, lines))

    def _repr_html_(self) -> str:
        title = element(
            "div", element("b", self.name), " ", element("span", self._where(), style=QUIET)
        )
        rows = []
        for label, text in self._facts():
            head = Cell(label, f"{QUIET};font-weight:400;white-space:nowrap", heading=True)
            rows.append([head, Cell(text, "white-space:normal")])
        return str(element("div", title, html_table(rows, style="font-size:90%", lines=False)))

    if not TYPE_CHECKING:  # what it does not have: a type checker is to say so itself

        def __call__(self, *bare: object, **arguments: object) -> None:
            misuse.report_used(self.name, self._written())

        def __getitem__(self, key: object) -> None:
            misuse.report_used(self.name, self._written())

        def __iter__(self) -> None:
            misuse.report_used(self.name, self._written())

        def __len__(self) -> int:
            misuse.report_used(self.name, self._written())

        def __bool__(self) -> bool:
            return True  # else Python would ask for the length

        def __getattr__(self, name: str) -> None:
            if name.startswith("_"):
                raise AttributeError(name)
            has = [each for each in dir(self) if not each.startswith("_")]
            misuse.report_lacks(self.name, name, has, self._written())

    def _written(self) -> str:
        """A run, as it is written in Python."""
        needed = ", ".join(f"{p.py}=…" for p in self._about.parameters if p.required)
        return f"st.report({self.id}).run({needed})"

    def _where(self) -> str:
        return f"report {self.id} · {self.category}"

    def _facts(self) -> Iterator[tuple[str, str]]:
        """The (label, text) pairs of the card."""
        if self.description:
            yield "about", self.description
        for parameter in self._about.parameters:
            yield parameter.py, parameter.in_words
        if not self._about.parameters:
            yield "parameters", "none"
        yield "columns", ", ".join(field.name for field in self._about.fields) or "not stated"
        yield "pace", "ServiceTitan runs one report about once a minute; each page is a run"
        required = [p for p in self._about.parameters if p.required]
        python = ", ".join(f"{p.py}=…" for p in required)
        options = " ".join(f"--{p.name} …" for p in required)
        line = f"stnb report run {self.id} {options}".rstrip()
        yield "run", tongue.either(f"r.run({python})", line)

    @property
    def parameters(self) -> pd.DataFrame:
        """What a run takes: name, label, type, required, several and values. The API states no
        defaults: what is left out is the report's own choice.

        `values` names the choices; those of a set of the tenant, such as its business units, are
        read when this is first asked for.
        """
        rows = []
        for p in self._about.parameters:
            known = ", ".join(f"{c.value} ({c.label})" for c in self.choices_of(p))
            rows.append((p.py, p.label, p.data_type, p.required, p.many, known))
        names = ["name", "label", "type", "required", "several", "values"]
        return pd.DataFrame(rows, columns=names)

    @property
    def columns(self) -> pd.DataFrame:
        """What a row holds: name, label (as the office sees it) and type."""
        rows = [(field.name, field.label, field.data_type) for field in self._about.fields]
        return pd.DataFrame(rows, columns=["name", "label", "type"])

    @property
    def modified(self) -> pd.Timestamp | None:
        """When its structure was changed; None if the API does not say."""
        if not self._about.modified:
            return None
        moment = pd.to_datetime(self._about.modified, utc=True, errors="coerce")
        return None if pd.isna(moment) else moment

    def choices(self, parameter: str) -> pd.DataFrame:
        """The values that a parameter takes: value and label; without rows if it takes any.

        Raises:
            UnknownFilter: there is no such parameter.

        Example:
            >>> r.choices("BusinessUnitIds").head(2)
        """
        chosen = self._values().parameter(parameter)
        rows = [(choice.value, choice.label) for choice in self.choices_of(chosen)]
        return pd.DataFrame(rows, columns=["value", "label"])

    def name_of(self, parameter: str) -> str:
        """The API's own name of a parameter, of its label or of any spelling of either.

        Raises:
            UnknownFilter: there is no such parameter.

        Example:
            >>> r.name_of("business-unit-ids")
            'BusinessUnitIds'
        """
        return self._values().parameter(parameter).name

    def choices_of(self, parameter: Parameter) -> tuple[Choice, ...]:
        """The same as it is kept."""
        if parameter.choices or not parameter.dynamic_set:
            return parameter.choices
        return self._dynamic(parameter.dynamic_set)

    def _dynamic(self, name: str) -> tuple[Choice, ...]:
        if name not in self._sets:
            rows = self._account[SETS].pull(dynamicSetId=name, progress=False)
            cells = [list(row) for row in rows.itertuples(index=False, name=None)]
            self._sets[name] = choices(cells)
        return self._sets[name]

    # -- runs

    @cached_property
    @in_one_line
    def run(self) -> Run[pd.DataFrame]:
        """Run it, and answer its rows as a typed frame; see `r.run?` for its parameters."""
        return Run(self._about, "run", RUN, self._run)

    @cached_property
    @in_one_line
    def start(self) -> Run[Pull]:
        """Begin a run in the background; the same arguments as `run`."""
        return Run(self._about, "start", START, self._start)

    def arguments(self, **parameters: Any) -> dict[str, Any]:
        """The same run as the filters of `st.reporting.report_category.reports.data`, such as for
        `stnb.explore(st, "reporting.report_category.reports.data", r.arguments(…))`.

        Raises:
            UsageError: as `run`.
        """
        return {
            "report_category": self._about.category,
            "reportId": self.id,
            "parameters": self._values().read(parameters),
        }

    @property
    def account(self) -> Tenant:
        """The account that it is read from."""
        return self._account

    def first_run(self) -> dict[str, Any]:
        """`arguments` for a first look: required days are those of last month, what else a run
        needs is left open.
        """
        spans = {
            p.name: SPAN for p in self._about.parameters if p.required and p.data_type == "Date"
        }
        days = self._values().some(spans)
        found = {"report_category": self._about.category, "reportId": self.id}
        return {**found, "parameters": days} if days else found

    def _run(self, **given: Any) -> Any:
        options, parameters = self._apart(given)
        return self._account[DATA].pull(**self.arguments(**parameters), **options)

    def _start(self, **given: Any) -> Pull:
        options, parameters = self._apart(given)
        return self._account[DATA].start(**self.arguments(**parameters), **options)

    def _apart(self, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """(options, parameters); a parameter comes before an option of the very same name.

        Raises:
            BadFilter: the report's last day is missing, and `to`, which is the file, is a date.
        """
        names = {p.name for p in self._about.parameters} | {p.py for p in self._about.parameters}
        options, parameters = {}, {}
        for name, value in given.items():
            if name in OPTIONS and name not in names:
                options[name] = value
            else:
                parameters[name] = value
        to = options.get("to")
        if LAST_DAY in names and LAST_DAY not in parameters and is_date(to):
            raise BadFilter(
                f"to={to!r} is no file.",
                f"to= says where the rows go, and {LAST_DAY}= is the last day of this report.",
                f"Write {LAST_DAY}={to!r}.",
            )
        return options, parameters

    def _values(self) -> Values:
        session = self._account.session
        return Values(self._about, self._dynamic, session.credentials.zone, session.now())
