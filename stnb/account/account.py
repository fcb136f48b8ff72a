"""What a notebook holds: an Account, and below it every resource by name.

st = stnb.connect("demo")
df = st.jpm.jobs.pull(jobStatus="Completed")
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb import credentials
from stnb.catalog import Catalog, Endpoint, load
from stnb.credentials import Credentials, Secret
from stnb.errors import BadFilter, CredentialsMissing, UnexpectedAnswer
from stnb.pull.dates import window
from stnb.session import loop

from . import cards
from . import scopes as access
from .names import Branch, place
from .query import Meter
from .resource import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stnb.catalog.schema import Schema
    from stnb.pull import ProgressCallback
    from stnb.session import Session

    from .links.map import Neighbourhood


def connect(
    profile: str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    meter: Meter | None = None,
) -> Account:
    """What `stnb.connect` does, told there; it adds the meter.

    Args:
        meter: makes the progress callback of each pull that is not given one.
    """
    from stnb.session import (
        Session,
    )  # brings httpx, a tenth of a second that `import stnb` need not take

    known = credentials.settings(env_file)
    if (
        profile is None
        and env_file is None
        and not known.profiles
        and "STNB_PROFILE" not in known.values
    ):
        made = demo(meter=meter)
        made._stands_in = True
        return made
    name = (profile or known.values.get("STNB_PROFILE") or "").strip().lower()
    if name == credentials.DEMO:
        return demo(meter=meter)
    chosen = credentials.load(name or None, env_file)
    file = known.file if env_file is None else env_file

    def source() -> Credentials:
        return credentials.load(chosen.profile, file)

    return Account(Session(chosen, source=source), meter=meter)


def connect_all(
    *, env_file: str | os.PathLike[str] | None = None, meter: Meter | None = None
) -> dict[str, Account]:
    """An account for each profile that is ready, by its name; see `stnb.profiles()` for those that
    are not.

    Raises:
        CredentialsMissing: no profile is ready.
    """
    known = [p for p in credentials.profiles(env_file) if p.name != credentials.DEMO]
    ready = [p.name for p in known if p.ready]
    if not ready and len(known) > 1:
        raise CredentialsMissing(
            f"None of the {len(known)} profiles is ready.",
            " ".join(p.problem.partition("\n")[0] for p in known[:3]),
            "stnb.profiles() tells what each of them lacks.",
        )
    if not ready:
        credentials.load(None, env_file)  # says what is missing
    return {name: connect(name, env_file=env_file, meter=meter) for name in ready}


def demo(*, meter: Meter | None = None, **options: Any) -> Account:
    """What `stnb.demo` does, told there; it adds the meter."""
    from stnb import demoserver as server  # not needed by those who have a tenant
    from stnb.session import Session

    for name, usual in (("latency", 0), ("scale", 1)):
        options.setdefault(name, float(os.environ.get(f"STNB_DEMO_{name.upper()}") or usual))
    secrets = Secret(server.CLIENT_ID), Secret(server.CLIENT_SECRET), Secret(server.APP_KEY)
    host = "https://demo.invalid"
    owner = Credentials(
        credentials.DEMO, credentials.DEMO, server.TENANT, *secrets, host, f"{host}/connect/token"
    )
    app = server.make_app(**options)
    return Account(Session.of_app(app, owner, now=app.state.now), meter=meter)


class Account(Branch):
    """One tenant in one environment, and its resources as attributes: `st.jpm.jobs`,
    `st.crm.export.customers`.

    Attributes:
        profile, environment, tenant: whose data this is.
        catalog: the routes that can be read.
    """

    def __init__(
        self, session: Session, *, catalog: Catalog | None = None, meter: Meter | None = None
    ) -> None:
        self._session, self._meter = session, meter
        self.catalog = catalog or load()
        for name, endpoint in self.catalog.endpoints.items():
            if not name.endswith(".get"):  # a record is read through its list: jobs.get(id)
                place(self, name, self._resource(endpoint))

    def _resource(self, endpoint: Endpoint) -> Resource:
        return Resource(self._session, self.catalog, endpoint, self._meter)

    _stands_in = False

    @property
    def stands_in(self) -> bool:
        """Whether this is the demo because no credentials were found and none were named."""
        return self._stands_in

    @property
    def profile(self) -> str:
        return self._session.credentials.profile

    @property
    def environment(self) -> str:
        return self._session.credentials.environment

    @property
    def tenant(self) -> int:
        return self._session.credentials.tenant

    @property
    def scopes(self) -> frozenset[str] | None:
        """What the app may read, from the present token; None before the first pull has brought
        one.
        """
        return self._session.scopes

    @property
    def token_seconds(self) -> float | None:
        """How many seconds the present token is still good (it is renewed by itself); None before
        the first one.
        """
        return self._session.token_seconds

    @property
    def pace(self) -> int:
        """How many requests for this tenant started in the last second."""
        return self._session.pace

    def __repr__(self) -> str:
        granted, total = self.scopes, len(self.catalog)
        known = f"{total} resources"
        if granted is not None:
            known = f"{sum(e.scope in granted for e in self.catalog)} of {total} resources readable"
        return f"<stnb {self.profile} · {self.environment} · tenant {self.tenant} · {known}>"

    def _title(self) -> str:
        return f"The account of profile {self.profile!r}"

    def __getitem__(self, name: str) -> Resource:
        """The resource of that name, such as "jpm.jobs".

        Raises:
            UnknownResource: there is none; near names are in the message.
        """
        return self._resource(self.catalog[name])

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.catalog.endpoints)

    def find(self, words: str, limit: int = 20) -> pd.DataFrame:
        """The resources that fit some words, the best first: resource, kind, filters, scope,
        readable.

        `readable` is known (True or False) once a first pull has brought a token, whose scopes tell
        it; where one of them may not be read, a column `locked` says which scope to ask for, and
        whom.

        Example:
            >>> st.find("cancel reason")["resource"][0]
            'jpm.job_cancel_reasons'
        """
        endpoints = self.catalog.find(words, limit)
        found = self._table(endpoints)[["resource", "kind", "filters", "scope", "readable"]]
        locks = [cards.locked(e, self.scopes) for e in endpoints]
        return (
            found.assign(locked=[f"🔒 {why}" if why else "" for why in locks])
            if any(locks)
            else found
        )

    @property
    def resources(self) -> pd.DataFrame:
        """The whole catalogue: resource, module, kind, method, route, scope, readable, filters,
        hidden_rows, withdrawn.
        """
        return self._table(self.catalog)

    def _table(self, endpoints: Iterable[Endpoint]) -> pd.DataFrame:
        granted = self.scopes
        rows = [
            {
                "resource": e.name,
                "module": e.module,
                "kind": e.kind,
                "method": e.method,
                "route": e.path,
                "scope": e.scope,
                "readable": pd.NA if granted is None or e.scope is None else e.scope in granted,
                "filters": len(e.filters),
                "hidden_rows": e.shows_all is not None,
                "withdrawn": e.withdrawn,
            }
            for e in endpoints
        ]
        names = [
            "resource",
            "module",
            "kind",
            "method",
            "route",
            "scope",
            "readable",
            "filters",
            "hidden_rows",
            "withdrawn",
        ]
        return pd.DataFrame(rows, columns=names).astype({"readable": "boolean"})

    def get(self, path: str, **query: Any) -> Any:
        """Read any path, also one that the catalogue does not know, as plain JSON.

        Args:
            path: below the host, such as "jpm/v2/tenant/{tenant}/jobs/1"; `{tenant}` is filled in.
            query: sent as given; the API ignores names that it does not know.

        Raises:
            RequestError: the call failed.
            UnexpectedAnswer: the answer is no JSON.
        """
        if "://" in path or path.startswith("//") or "?" in path or ".." in path:
            raise BadFilter(
                f"{path!r} is no path.",
                "It must lie below the API's host, without a query.",
                "Give the query as arguments.",
            )
        route = "/" + path.strip("/").replace("{tenant}", str(self.tenant))
        pairs = [(k.removesuffix("_"), str(v)) for k, v in query.items() if v is not None]
        answer = loop.run(self._session.send("GET", route, pairs))
        try:
            return json.loads(answer.content)
        except ValueError:
            pass
        raise UnexpectedAnswer(
            f"{route} was answered with no JSON.", "Likely the answer was cut off.", "Try again."
        )

    def links(self, name: str, *, incoming: bool = False) -> pd.DataFrame:
        """Where a resource's ids lead, or with `incoming` what leads to it: column, leads to, by,
        how, note.

        `how` is "documented", "by name" (the name alone says so) or "open"; `note` tells the traps.

        Example:
            >>> st.links("jpm.jobs").query("column == 'createdById'")[["leads to", "by"]].values.tolist()
            [['settings.employees', 'userId'], ['settings.technicians', 'userId']]
        """
        from .links.rules import links  # these rooms are loaded when first used

        return links(self.catalog, name, incoming=incoming)

    def follow(
        self,
        df: pd.DataFrame,
        column: str,
        *,
        columns: Sequence[str] | None = None,
        resource: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> pd.DataFrame:
        """The rows that the ids in a column lead to, each once, inactive ones too; what was not
        found is told.

        Args:
            columns: of those rows; all without it.
            resource: what the rows of `df` are, where the frame does not say, as after a merge.

        Raises:
            BadFilter: the column leads nowhere; the frame's links are named.

        Example:
            >>> customers = st.follow(jobs, "customerId", columns=["id", "name"])
        """
        from .links.follow import follow

        return follow(self, df, column, columns=columns, resource=resource, progress=progress)

    def name_columns(
        self,
        df: pd.DataFrame,
        *,
        only: str | Sequence[str] | None = None,
        resource: str | None = None,
        fresh: bool = False,
    ) -> pd.DataFrame:
        """A copy with the name right after each id: customerId, customerName.

        Args:
            only: these columns; needed for records such as a job's invoice, which are named by
                their number.
            fresh: read the names again; else they are kept for as long as the account is.

        Example:
            >>> st.name_columns(jobs)[["customerId", "customerName", "createdByName", "tagTypeNames"]]
        """
        from .links.name_columns import name_columns

        return name_columns(self, df, only=only, resource=resource, fresh=fresh)

    def tag_names(
        self, df: pd.DataFrame, column: str = "tagTypeIds", *, resource: str | None = None
    ) -> pd.Series[Any]:
        """The names of each row's tags, as lists.

        Example:
            >>> jobs.assign(tags=st.tag_names(jobs))
        """
        from .links.name_columns import tag_names

        return tag_names(self, df, column, resource=resource)

    def map(self, name: str, depth: int = 1) -> Neighbourhood:
        """What lies around a resource: a picture in a notebook, a tree outside; `.nodes` and
        `.edges` are frames.

        Example:
            >>> st.map("jpm.jobs", depth=2)
        """
        from .links.map import neighbourhood

        return neighbourhood(self.catalog, name, depth)

    def schema(self, name: str) -> Schema:
        """All columns of a resource as a tree: types, values, links, and what lies inside lists and
        objects.

        Example:
            >>> st.schema("accounting.invoices")
        """
        from stnb.catalog.schema import schema

        return schema(self.catalog[name])

    def window(self, span: Any) -> tuple[dt.datetime, dt.datetime]:
        """The whole day, month or other span in the tenant's zone: its first moment, and the first
        one behind it.

        Args:
            span: "2026-07-01", "2026-07", "2026", "yesterday", "last month", "last 30 days" (with
                today), or a date.

        Raises:
            BadFilter: it means no span of days.

        Example:
            >>> start, end = st.window("last month")
            >>> st.jpm.jobs.pull(completedOnOrAfter=start, completedBefore=end)
        """
        try:
            return window(span, self._session.credentials.zone, self._session.now())
        except (ValueError, TypeError, OverflowError):
            pass
        raise BadFilter(
            f"{span!r} has no window.",
            "It means no day, month or other span of days.",
            'Write "2026-07" or "last month".',
        )

    def access(self, *, renew: bool = False) -> pd.DataFrame:
        """What the app may read: resource, module, scope, granted, how it is known, and whom to ask
        for what is missing.

        Args:
            renew: ask for a new token first; one in use keeps its scopes for up to 15 minutes.

        Where no token could be had, `granted` is missing and `how` is "unknown".
        """
        return access.table(self, renew=renew)

    @property
    def app(self) -> Any:
        """The app of a demo tenant, whose state can be changed while one practises; None for a real
        tenant.
        """
        return self._session.app

    def reload(self) -> bool:
        """Read the profile from its .env file again and use it from the next call on; says whether
        anything differs.

        A rotated secret is also found by itself, when a call is refused and the file has another
        one by then.

        Raises:
            SetupError: the profile is no longer complete; the present credentials stay.
        """
        from .links.name_columns import forget

        forget(self)  # another tenant's ids have other names
        return self._session.reload()

    def close(self) -> None:
        """Close the connections; the next pull opens new ones."""
        loop.run(self._session.close())

    def __enter__(self) -> Account:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
