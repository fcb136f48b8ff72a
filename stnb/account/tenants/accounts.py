"""The accounts of several tenants, read as one."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, Self, overload

import pandas as pd

from stnb.account.account import Account
from stnb.account.query import Query
from stnb.account.resource import Resource
from stnb.account.verbs import Verb
from stnb.catalog.html_table import element
from stnb.errors import CredentialsMissing, StnbError, UsageError
from stnb.errors.copying import StaysHere
from stnb.errors.misused import explains_misuse
from stnb.errors.wording import counted, listed
from stnb.pull.together import Problem, PullOfTenants

from . import linked
from .query import QueryOfTenants, problem_table

if TYPE_CHECKING:
    from stnb.account import surface  # so written, because a stub is no module to the check

    Name = surface.Name
else:
    Name = str

IN_FLIGHT = 96  # answers under way at once, over all tenants
SHOWN = 6  # names of tenants in a sentence


P = ParamSpec("P")


class Asked(Protocol[P]):
    """A resource with its own filters, whose names and values a type checker knows."""

    @property
    def where(self) -> Callable[P, Query]:
        """Its filters and options as a query."""


class AnyAsked(Protocol):
    """A resource by a name that was computed, which takes what it is given."""

    @cached_property
    def where(self) -> Verb[Query]:
        """Its filters and options as a query."""
        raise NotImplementedError


@explains_misuse("ts")
class Accounts(StaysHere, Mapping[str, Account]):
    """The accounts of several tenants by name, whose verbs read all of them at once.

    Args:
        accounts: by the name that the tenant gets in a frame.
        unready: profiles that were meant too and are not ready, and why.
    """

    def __init__(
        self, accounts: Mapping[str, Account], *, unready: Mapping[str, StnbError] | None = None
    ) -> None:
        self._accounts = dict(accounts)
        self._unready = dict(unready or {})
        self._last: PullOfTenants | None = None
        places = asyncio.Semaphore(IN_FLIGHT)
        for account in self._accounts.values():
            account.session.places = places

    def __getitem__(self, tenant: str) -> Account:
        """One tenant's account.

        Raises:
            CredentialsMissing: there is no tenant of that name.
        """
        if tenant in self._accounts:
            return self._accounts[tenant]
        near = difflib.get_close_matches(str(tenant), self._accounts, n=1) or [*self._accounts][:3]
        raise CredentialsMissing(
            f"There is no tenant {tenant!r} here.",
            f"There are {len(self._accounts)}: {listed(list(self), SHOWN)}.",
            f"Near it: {', '.join(near)}.",
        )

    def __contains__(self, tenant: object) -> bool:
        return tenant in self._accounts

    def __iter__(self) -> Iterator[str]:
        return iter(self._accounts)

    def __len__(self) -> int:
        return len(self._accounts)

    def _named(self) -> str:
        return f"The accounts of {counted(len(self), 'tenant')}"

    def _instead(self) -> str:
        return "Write stnb.tenants(…) there. What they pulled, a frame, can be copied."

    def __repr__(self) -> str:
        text = f"<stnb {counted(len(self), 'tenant')} · {listed(list(self), SHOWN)}"
        if self._unready:
            text += f" · not ready: {listed(list(self._unready), SHOWN)}"
        return f"{text}>"

    def _repr_html_(self) -> str:
        return str(element("div", repr(self))) + str(self.frame.to_html(index=False, border=0))

    @property
    def unready(self) -> Mapping[str, StnbError]:
        """The profiles that were meant too and are not ready, and why.

        Example:
            >>> ts.unready
            {}
        """
        return dict(self._unready)

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each tenant: tenant, environment, id and timezone.

        Example:
            >>> list(ts.frame)
            ['tenant', 'environment', 'id', 'timezone']
        """
        rows = []
        for name, account in self.items():
            zone = account.session.credentials.timezone
            rows.append((name, account.environment, account.tenant, zone))
        kinds = {"tenant": "str", "environment": "str", "id": "Int64", "timezone": "str"}
        return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)

    # -- reading

    @overload
    def where(self, resource: Asked[P], *bare: P.args, **arguments: P.kwargs) -> QueryOfTenants: ...
    @overload
    def where(self, resource: Name | AnyAsked, **arguments: Any) -> QueryOfTenants: ...
    def where(self, resource: Any, *bare: object, **arguments: Any) -> QueryOfTenants:
        """Filters and options for every tenant, as a query that shows what it would send.

        Args:
            resource: its name, such as "jpm.jobs", or that resource of an account, whose filters
                a type checker knows then. It knows names that are written out; one that is
                computed is given as st[name].
            arguments: filters and options, as `Resource.where` takes them.

        Raises:
            UnknownResource, UnknownFilter, BadFilter: the call cannot be made as written.

        Example:
            >>> ts.where("jpm.jobs", createdOnOrAfter="last month").count()
        """
        return self._where(resource, *bare, **arguments)

    def _where(self, resource: Any, *bare: object, **arguments: Any) -> QueryOfTenants:
        name = resource.name if isinstance(resource, Resource) else resource
        queries = {}
        for tenant, account in self._accounts.items():
            of_tenant = dict(arguments)
            if isinstance(arguments.get("since"), pd.DataFrame):
                of_tenant["since"] = linked.of_tenant(arguments["since"], tenant)
            queries[tenant] = account[name].where(*bare, **of_tenant)
        return QueryOfTenants(name, queries, self._unready, self._keep)

    def pull(self, resource: str | Resource, *, to: Any = None, **arguments: Any) -> Any:
        """Read a resource of every tenant, side by side, each at its own pace.

        Args:
            resource: its name, such as "jpm.jobs".
            to: a file, or a folder with a Parquet file for each tenant.
            arguments: filters and options, as `Resource.pull` takes them; `strict=True` makes a
                tenant that fails an error; `limit` holds for each tenant.

        Returns:
            One frame, whose first column is `tenant`; with `to` its path. A tenant that failed is
            left out: a warning, `problems` and `attrs["stnb"]["problems"]` say why.

        Raises:
            UsageError: the call cannot be made as written; nothing was sent.
            TenantsFailed: no tenant could be read, or `strict=True` and one could not;
                `err.resume()` reads only what is missing.

        Example:
            >>> jobs = ts.pull("jpm.jobs", completedOnOrAfter="last 90 days")
            >>> jobs.groupby("tenant")["total"].sum()
        """
        run = _taken_from(arguments)
        return self._where(resource, **arguments).pull(to=to, **run)

    def start(self, resource: str | Resource, **arguments: Any) -> PullOfTenants:
        """Begin a pull in the background; the same arguments as `pull`, without `to`.

        Example:
            >>> run = ts.start("jpm.jobs", createdOnOrAfter="last 30 days")
            >>> df = run.wait()
        """
        run = _taken_from(arguments)
        return self._where(resource, **arguments).start(**run)

    def head(self, resource: str | Resource, n: int = 5, **arguments: Any) -> pd.DataFrame:
        """The first rows of each tenant: one small request each.

        Example:
            >>> ts.head("jpm.jobs", 2)
        """
        return self._where(resource, **arguments).head(n)

    def count(self, resource: str | Resource, **arguments: Any) -> pd.DataFrame:
        """How many rows each tenant has: tenant, rows, seconds and problem.

        Example:
            >>> ts.count("jpm.jobs", jobStatus="Completed")
        """
        return self._where(resource, **arguments).count()

    def resume(self) -> pd.DataFrame:
        """Go on with the last pull: what is missing is read, and the rows of all tenants are the
        answer.

        Example:
            >>> jobs = ts.pull("jpm.jobs")  # warns that one tenant was left out
            >>> jobs = ts.resume()
        """
        if self._last is None:
            raise UsageError(
                "There is nothing to resume.",
                "No pull of these tenants has begun.",
                'Begin one, such as ts.pull("jpm.jobs").',
            )
        self._last = self._last.resume()
        return self._last.wait()

    @property
    def problems(self) -> pd.DataFrame:
        """Why tenants lack in the last pull: tenant, resource, problem and rows (that arrived).

        Example:
            >>> df = ts.pull("jpm.jobs", limit=10)
            >>> len(ts.problems)
            0
        """
        found = [Problem(name, "", err, 0) for name, err in self._unready.items()]
        if self._last is not None:
            found = self._last.problems
        return problem_table(found)

    def _keep(self, run: PullOfTenants) -> None:
        self._last = run

    # -- what belongs to the rows

    def follow(self, df: pd.DataFrame, column: str, **options: Any) -> pd.DataFrame:
        """The rows that the ids in a column lead to, each in its own tenant; see `Account.follow`.

        The answer's first column is `tenant`: merge by it and by the id.

        Example:
            >>> customers = ts.follow(ts.pull("jpm.jobs", limit=5), "customerId")
        """
        return linked.follow(self, df, column, options)

    def name_columns(self, df: pd.DataFrame, **options: Any) -> pd.DataFrame:
        """A copy with the name right after each id, as each tenant names it; see
        `Account.name_columns`.

        Example:
            >>> ts.name_columns(ts.pull("jpm.jobs", limit=5))
        """
        return linked.name_columns(self, df, options)

    def tag_names(self, df: pd.DataFrame, column: str = "tagTypeIds") -> pd.Series[Any]:
        """The names of each row's tags, as lists, as each tenant names them.

        Example:
            >>> ts.tag_names(ts.pull("jpm.jobs", limit=5))
        """
        return linked.tag_names(self, df, column)

    # -- the connections

    def close(self) -> None:
        """Close the connections of every tenant; the next pull opens new ones.

        Example:
            >>> ts.close()
        """
        for account in self._accounts.values():
            account.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _taken_from(arguments: dict[str, Any]) -> dict[str, Any]:
    """What says how to run a pull, taken out of the arguments that say which rows."""
    return {name: arguments.pop(name) for name in ("progress", "strict") if name in arguments}
