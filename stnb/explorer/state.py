"""What is chosen in the explorer, as plain data.

There are no widgets here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stnb.catalog import Endpoint, load, words
from stnb.errors import UsageError
from stnb.pull import call

REPORT_ROWS = "reporting.report_category.reports.data"
LIMIT = 1_000  # rows of a first look; "all" is one click away
SINGLE = {"record", "file"}  # kinds without rows to limit


@dataclass(frozen=True)
class State:
    """Everything that is chosen.

    Attributes:
        profile: the profile's name, or None for the usual one.
        resource: such as "jpm.jobs", or None.
        filters: values by the filter's Python keyword, as in `pull(...)`.
        limit: rows at most; None for all.
        env_file: the path of the .env file, or None for the usual one.
        names: whether names are put beside ids, as `st.name_columns` does; None for those that a
            few requests bring.
        view: "table", "chart", "columns", "neighbours" or "code".
        grid, chart: the settings of the table and of the chart; only what differs from the default.
        tenants: the profiles that are read as one table; none if `profile` alone is read.

    Example:
        >>> state = State("demo", "jpm.jobs", {"jobStatus": "Completed"}, limit=None)
        >>> list(state.as_dict())
        ['profile', 'resource', 'filters', 'limit']
    """

    profile: str | None = None
    resource: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = LIMIT
    env_file: str | None = None
    names: bool | None = None
    view: str = "table"
    grid: Mapping[str, Any] = field(default_factory=dict)
    chart: Mapping[str, Any] = field(default_factory=dict)
    tenants: tuple[str, ...] = ()

    @property
    def whose(self) -> str:
        """Whose rows are read, in words."""
        if self.tenants:
            return f"{len(self.tenants)} tenants"
        return str(self.profile)

    @property
    def most(self) -> int | None:
        """Rows at most: `limit` holds for each tenant. None for all."""
        if self.limit is None:
            return None
        return self.limit * max(len(self.tenants), 1)

    def same_pull(self, other: State) -> bool:
        """Whether both bring the same rows, whatever is shown of them."""
        return replace(self, view="", grid={}, chart={}) == replace(
            other, view="", grid={}, chart={}
        )

    def as_dict(self) -> dict[str, Any]:
        """The keywords that make the same explorer again: `explore(**state)`."""
        chosen: dict[str, Any] = {
            "profile": self.profile,
            "resource": self.resource,
            "filters": dict(self.filters),
            "limit": self.limit,
        }
        default = State()
        for name in ("env_file", "names", "view"):
            if getattr(self, name) != getattr(default, name):
                chosen[name] = getattr(self, name)
        if self.tenants:
            chosen["tenants"] = list(self.tenants)
        if self.grid:
            chosen["grid"] = dict(self.grid)
        if self.chart:
            chosen["chart"] = dict(self.chart)
        return chosen


def named(endpoint: Endpoint, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Check filters that go by the API's names or by Python's, and key them by Python's.

    A required filter may be missing: it is not typed in yet.

    Raises:
        UnknownFilter: the resource has no such filter.
        BadFilter: a value does not fit.

    Example:
        >>> named(load()["jpm.export.jobs"], {"from": "2026-01-01"})
        {'from_': '2026-01-01'}
    """
    optional = tuple(replace(param, required=False) for param in endpoint.params)
    call.call(replace(endpoint, params=optional), tenant=0, filters=filters)
    keyed = {}
    for name, value in filters.items():
        param = endpoint.takes(name)
        if param is not None and value is not None:
            keyed[param.py] = value
    return keyed


def check_complete(state: State) -> None:
    """Check that a pull of this state could be sent.

    Raises:
        UsageError: no resource is chosen, or a required filter is empty.
    """
    if state.resource is None or state.profile is None:
        raise UsageError(
            "No resource is chosen.",
            "A pull needs to know what to read.",
            "Choose one in the box above.",
        )
    endpoint = load()[state.resource]
    missing = [param for param in endpoint.required if param.py not in state.filters]
    empty = [words.label(param.name) for param in missing]
    if empty:
        verb = "is" if len(empty) == 1 else "are"
        raise UsageError(
            f"{' and '.join(empty)} {verb} empty.",
            f"{endpoint.label} cannot be read without a value there.",
            "Choose one: these filters stand first.",
        )
