"""An account of one tenant, with every resource below it by name.

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

from . import cards, scopes
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
    """The work of `stnb.connect`, which is documented there.

    Args:
        meter: makes the progress callback of each pull that is not given one.
    """
    # Loads httpx, which takes a tenth of a second that `import stnb` need not take.
    from stnb.session import Session

    known = credentials.settings(env_file)
    nothing_named = profile is None and env_file is None and "STNB_PROFILE" not in known.values
    if nothing_named and not known.profiles:
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
    """An account for each profile that is ready, by name. `stnb.profiles()` shows the others.

    Raises:
        CredentialsMissing: no profile is ready.
    """
    known = [p for p in credentials.profiles(env_file) if p.name != credentials.DEMO]
    ready = [p.name for p in known if p.ready]
    if not ready and len(known) > 1:
        raise CredentialsMissing(
            f"None of the {len(known)} profiles is ready.",
            " ".join(p.problem.partition("\n")[0] for p in known[:3]),
            "stnb.profiles() shows what each of them lacks.",
        )
    if not ready:
        credentials.load(None, env_file)  # raises, and says what is missing
    return {name: connect(name, env_file=env_file, meter=meter) for name in ready}


def demo(*, meter: Meter | None = None, **options: Any) -> Account:
    """The work of `stnb.demo`, which is documented there."""
    # Loaded only here: who has a tenant does not need the demo.
    from stnb import demoserver as server
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


RESOURCE_COLUMNS = [
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


class Account(Branch):
    """One tenant in one environment, with its resources as attributes: `st.jpm.jobs`.

    Attributes:
        catalog: the routes that can be read.

    Example:
        >>> st = stnb.connect("demo")
        >>> st
        <stnb demo · demo · tenant 900000042 · 324 resources>
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

    @property
    def session(self) -> Session:
        """The tenant's HTTP session. Internal: other rooms of stnb use it, users need not."""
        return self._session

    _stands_in = False

    @property
    def stands_in(self) -> bool:
        """Whether this is the demo only because no credentials were found or named."""
        return self._stands_in

    @property
    def profile(self) -> str:
        """The name of the profile in the .env file, such as "phoenix"."""
        return self._session.credentials.profile

    @property
    def environment(self) -> str:
        """ "production", "integration", "custom" or "demo"."""
        return self._session.credentials.environment

    @property
    def tenant(self) -> int:
        """The tenant's id."""
        return self._session.credentials.tenant

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes in the present token; None before the first pull has brought one."""
        return self._session.scopes

    @property
    def token_seconds(self) -> float | None:
        """Seconds until the present token ends; None before the first one.

        A token is renewed by itself.
        """
        return self._session.token_seconds

    @property
    def pace(self) -> int:
        """The number of requests to this tenant that started in the last second."""
        return self._session.pace

    def __repr__(self) -> str:
        granted = self.scopes
        total = len(self.catalog)
        known = f"{total} resources"
        if granted is not None:
            readable = sum(endpoint.scope in granted for endpoint in self.catalog)
            known = f"{readable} of {total} resources readable"
        return f"<stnb {self.profile} · {self.environment} · tenant {self.tenant} · {known}>"

    def _title(self) -> str:
        return f"The account of profile {self.profile!r}"

    def __getitem__(self, name: str) -> Resource:
        """The resource of a name, such as "jpm.jobs".

        Raises:
            UnknownResource: there is none; the message names near ones.
        """
        return self._resource(self.catalog[name])

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.catalog.endpoints)

    def find(self, words: str, limit: int = 20) -> pd.DataFrame:
        """The resources that fit some words, the best first.

        Args:
            words: what it is about, such as "cancel reason".
            limit: rows at most.

        Returns:
            resource, kind, filters (how many), scope and readable. `readable` is known after a
            first pull, by the token's scopes. If some may not be read, a column `locked` says which
            scope is missing and whom to ask.

        Example:
            >>> st.find("cancel reason")["resource"][0]
            'jpm.job_cancel_reasons'
        """
        endpoints = self.catalog.find(words, limit)
        found = self._table(endpoints)[["resource", "kind", "filters", "scope", "readable"]]
        locks = [cards.locked(endpoint, self.scopes) for endpoint in endpoints]
        if any(locks):
            return found.assign(locked=[f"🔒 {why}" if why else "" for why in locks])
        return found

    @property
    def resources(self) -> pd.DataFrame:
        """The whole catalogue.

        A row for each resource: resource, module, kind, method, route, scope, readable, filters
        (how many), hidden_rows (whether inactive rows are left out) and withdrawn.
        """
        return self._table(self.catalog)

    def _table(self, endpoints: Iterable[Endpoint]) -> pd.DataFrame:
        rows = [self._row(endpoint) for endpoint in endpoints]
        return pd.DataFrame(rows, columns=RESOURCE_COLUMNS).astype({"readable": "boolean"})

    def _row(self, endpoint: Endpoint) -> tuple[Any, ...]:
        granted = self.scopes
        readable: Any = pd.NA
        if granted is not None and endpoint.scope is not None:
            readable = endpoint.scope in granted
        return (
            endpoint.name,
            endpoint.module,
            endpoint.kind,
            endpoint.method,
            endpoint.path,
            endpoint.scope,
            readable,
            len(endpoint.filters),
            endpoint.shows_all is not None,
            endpoint.withdrawn,
        )

    def get(self, path: str, **query: Any) -> Any:
        """Read any path as plain JSON, also one that is not in the catalogue.

        Args:
            path: below the host, such as "jpm/v2/tenant/{tenant}/jobs/1"; `{tenant}` is filled in.
            query: sent as given. The API ignores parameters that it does not know.

        Raises:
            BadFilter: the path leads elsewhere, or has a query of its own.
            RequestError: the request failed.
            UnexpectedAnswer: the answer is no JSON.

        Example:
            >>> st.get("settings/v2/tenant/{tenant}/business-units", pageSize=1)["data"]
        """
        if "://" in path or path.startswith("//") or "?" in path or ".." in path:
            raise BadFilter(
                f"{path!r} is no path.",
                "It must lie below the API's host, without a query.",
                "Give the query as arguments.",
            )
        route = "/" + path.strip("/").replace("{tenant}", str(self.tenant))
        pairs = []
        for name, value in query.items():
            if value is not None:
                pairs.append((name.removesuffix("_"), str(value)))
        answer = loop.run(self._session.send("GET", route, pairs))
        try:
            return json.loads(answer.content)
        except ValueError:
            pass
        raise UnexpectedAnswer(
            f"The answer to {route} is no JSON.", "Likely it was cut off.", "Try again."
        )

    def links(self, name: str, *, incoming: bool = False) -> pd.DataFrame:
        """Where a resource's ids lead, or with `incoming` what leads to it.

        Returns:
            column, leads to, by, how and note. `how` is "documented", "by name" (the column's name
            alone says so) or "open"; `note` names the traps.

        Example:
            >>> found = st.links("jpm.jobs").query("column == 'createdById'")
            >>> found[["leads to", "by"]].values.tolist()
            [['settings.employees', 'userId'], ['settings.technicians', 'userId']]
        """
        from .links.rules import links  # links/ is loaded when it is first used

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
        """The rows that the ids in a column lead to, each once, inactive ones too.

        A warning says how many ids have no row.

        Args:
            columns: of those rows; all if not given.
            resource: what the rows of `df` are, if the frame does not say so, as after a merge.
            progress: called with a Progress at every change.

        Raises:
            BadFilter: the column leads nowhere; the message names the frame's links.
            StnbError: a pull failed.

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
            only: name these columns alone. Records such as a job's invoice are named, by their
                number, only if they stand here.
            resource: what the rows of `df` are, if the frame does not say so, as after a merge.
            fresh: read the names again. Otherwise they are kept as long as the account is.

        Raises:
            BadFilter: a column of `only` leads nowhere, or to rows without a name.
            StnbError: a pull failed.

        Example:
            >>> st.name_columns(jobs)[["customerId", "customerName", "tagTypeNames"]]
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
        """What lies around a resource: a picture in a notebook, a tree of text elsewhere.

        Its `.nodes` and `.edges` are frames.

        Example:
            >>> st.map("jpm.jobs", depth=2)
        """
        from .links.map import neighbourhood

        return neighbourhood(self.catalog, name, depth)

    def schema(self, name: str) -> Schema:
        """All columns of a resource as a tree, also those inside lists and objects.

        Example:
            >>> st.schema("accounting.invoices")
        """
        from stnb.catalog.schema import schema

        return schema(self.catalog[name])

    def window(self, span: Any) -> tuple[dt.datetime, dt.datetime]:
        """The first moment of a span of days in the tenant's zone, and the first one after it.

        Args:
            span: "2026-07-01", "2026-07", "2026", "yesterday", "last month", "last 30 days" (today
                is the last of them), or a date.

        Raises:
            BadFilter: the phrase means no span of days.

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
        """What the app may read, by the scopes in its token.

        Args:
            renew: ask for a new token first. A token keeps its scopes for up to 15 minutes.

        Returns:
            A row for each resource: resource, module, scope, granted, how (we know) and ask (whom,
            for a scope that is missing). If no token could be had, `granted` is missing and `how`
            is "unknown".
        """
        return scopes.table(self, renew=renew)

    @property
    def app(self) -> Any:
        """The app behind a demo tenant, whose state can be changed; None for a real tenant."""
        return self._session.app

    def reload(self) -> bool:
        """Read the profile from its .env file again; the next request uses it.

        A rotated secret is also found by itself, when a request is refused and the file holds
        another secret by then.

        Returns:
            Whether anything differs.

        Raises:
            SetupError: the profile is no longer complete. The present credentials stay in use.
        """
        from .links.name_columns import forget

        forget(self)  # the ids of another tenant have other names
        return self._session.reload()

    def close(self) -> None:
        """Close the connections; the next pull opens new ones."""
        loop.run(self._session.close())

    def __enter__(self) -> Account:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
