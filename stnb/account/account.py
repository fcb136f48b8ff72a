"""An account of one tenant, with every resource below it by name.

st = stnb.connect("demo")
df = st.jpm.jobs.pull(jobStatus="Completed")
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.catalog import Catalog, Endpoint, load
from stnb.errors import BadFilter, UnexpectedAnswer
from stnb.errors.misused import explains_misuse
from stnb.errors.wording import counted, shown
from stnb.frame import notices
from stnb.frame.utf8 import read_json
from stnb.pull.dates import window
from stnb.pull.kept.age import age_of
from stnb.session import loop

from . import cards, completing, misuse, other_words, scopes
from .linked import Linked
from .names import place, resources_called
from .resource import Resource
from .resource_table import found_table, resource_table

if TYPE_CHECKING:
    from stnb.catalog.schema import Schema
    from stnb.session import Session

    from . import surface  # so written, because a stub is no module to the check of the rooms
    from .reports import Report

    Modules = surface.Modules
else:
    Modules = object  # the modules are attributes that `place` makes


@explains_misuse("st")
class Account(Linked, Modules):
    """One tenant in one environment, with its resources as attributes: `st.jpm.jobs`.

    Attributes:
        catalog: the routes that can be read.
        stands_in: whether this is the demo only because no credentials were found or named.

    Example:
        >>> st = stnb.connect("demo")
        >>> st
        <stnb demo · demo · tenant 900000042 · 325 resources>
    """

    def __init__(
        self,
        session: Session,
        *,
        catalog: Catalog | None = None,
        max_age: str | dt.timedelta | None = None,
    ) -> None:
        self._session = session
        self._max_age = age_of(max_age)
        self.catalog = catalog or load()
        self.stands_in = False
        completing.install()
        for name, endpoint in self.catalog.endpoints.items():
            if not name.endswith(".get"):  # a record is read through its list: jobs.get(id)
                place(self, name, self._resource(endpoint))

    def _resource(self, endpoint: Endpoint) -> Resource:
        return Resource(self._session, self.catalog, endpoint, self._max_age)

    @property
    def session(self) -> Session:
        """The tenant's HTTP session. Internal: other rooms of stnb use it, users need not.

        Example:
            >>> st.session.credentials.profile
            'demo'
        """
        return self._session

    @property
    def profile(self) -> str:
        """The name of the profile in the .env file, such as "phoenix".

        Example:
            >>> stnb.connect("demo").profile
            'demo'
        """
        return self._session.credentials.profile

    @property
    def environment(self) -> str:
        """ "production", "integration", "custom" or "demo".

        Example:
            >>> stnb.connect("demo").environment
            'demo'
        """
        return self._session.credentials.environment

    @property
    def tenant(self) -> int:
        """The tenant's id.

        Example:
            >>> stnb.connect("demo").tenant
            900000042
        """
        return self._session.credentials.tenant

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes in the present token; None before the first pull has brought one.

        Example:
            >>> st.jpm.jobs.count()
            >>> "tn.jpm.jobs:r" in st.scopes
            True
        """
        return self._session.scopes

    @property
    def token_seconds(self) -> float | None:
        """Seconds until the present token ends; None before the first one.

        A token is renewed by itself.

        Example:
            >>> st.jpm.jobs.count()
            >>> st.token_seconds > 0
            True
        """
        return self._session.token_seconds

    @property
    def pace(self) -> int:
        """The number of requests to this tenant that started in the last second.

        Example:
            >>> stnb.connect("demo").pace
            0
        """
        return self._session.pace

    def __repr__(self) -> str:
        granted = self.scopes
        total = len(self.catalog)
        known = f"{total} resources"
        if granted is not None:
            readable = sum(endpoint.scope in granted for endpoint in self.catalog)
            known = f"{readable} of {total} resources readable"
        return f"<stnb {self.profile} · {self.environment} · tenant {self.tenant} · {known}>"

    def _elsewhere(self, name: str) -> list[str]:
        return resources_called(name, self.catalog.endpoints)

    def _title(self) -> str:
        return f"The account of profile {self.profile!r}"

    def _instead(self) -> str:
        return (
            f"Write stnb.connect({self.profile!r}) there. What it pulled, a frame, can be copied."
        )

    def __getitem__(self, name: str) -> Resource:
        """The resource of a name, such as "jpm.jobs".

        Raises:
            UnknownResource: there is none; the message names near ones.
        """
        if not isinstance(name, str):
            misuse.branch_indexed("st", self._example(), name)
        return self._resource(self.catalog[name])

    def __contains__(self, name: object) -> bool:
        """Whether there is a resource of that name, such as "jpm.jobs"."""
        return name in self.catalog.endpoints

    def _expression(self) -> str:
        return "st"

    def _example(self) -> str:
        return "jpm.jobs"

    def _missing(self, name: str) -> Any:
        if name in other_words.OF_STNB:
            misuse.of_stnb(name)
        misuse.of_an_account(name)
        return super()._missing(name)

    if not TYPE_CHECKING:  # as in Branch
        __getattr__ = _missing

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.catalog.endpoints)

    def find(self, words: str, limit: int = 20) -> pd.DataFrame:
        """The resources that answer some words, the best first; the explorer ranks them so, too.

        Args:
            words: what it is about, such as "cancel reason" or "unpaid invoices".
            limit: rows at most.

        Returns:
            resource, about (what it holds), why (it was found; "" if by its name), preset (the
            filters that belong to the words), kind, scope and readable. `readable` is known after
            a first pull, by the token's scopes. If some may not be read, a column `locked` says
            which scope is missing and whom to ask.

        Example:
            >>> found = st.find("cancelled jobs")
            >>> found["resource"][0], found["preset"][0]
            ('jpm.jobs', 'jobStatus=Canceled')
        """
        found = found_table(self.catalog.search(words, limit), self.scopes)
        locks = [cards.locked(self.catalog[name], self.scopes) for name in found["resource"]]
        if any(locks):
            return found.assign(locked=[f"🔒 {why}" if why else "" for why in locks])
        return found

    @property
    def resources(self) -> pd.DataFrame:
        """The whole catalogue.

        A row for each resource: resource, module, kind, method, route, scope, readable, filters
        (how many), hidden_rows (whether inactive rows are left out) and withdrawn.

        Example:
            >>> st.resources.groupby("module").size()
        """
        return resource_table(self.catalog, self.scopes)

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
        # The token goes with the request, so the request may not leave the API's host.
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
                pairs.append((name.removesuffix("_"), _as_text(name, value)))
        answer = loop.run(self._session.send, "GET", route, pairs)
        try:
            value, broken = read_json(answer.content)
        except ValueError:
            pass  # raised below, so that the error has no cause that says the same
        else:
            if broken:
                texts = counted(broken, "text")
                what = f"bytes that are no UTF-8 in {texts}; U+FFFD stands in their place"
                notices.warn(notices.broken_text(route, what))
            return value
        raise UnexpectedAnswer(
            f"The answer to {route} is no JSON.", "Likely it was cut off.", "Try again."
        )

    def reports(self, *, details: bool = False) -> pd.DataFrame:
        """The tenant's own reports: a request for each of their categories.

        Args:
            details: also say when each was changed, and what it takes and holds: a request each.

        Returns:
            id, name, category, categoryId and description; with `details` modifiedOn, parameters
            and columns (names, between commas). Names are not unique.

        Raises:
            RequestError: the app may read none of them.

        Example:
            >>> st.reports().query("category == 'Technician'")[["id", "name"]]
        """
        from .reports import all_reports  # loaded only when it is used, as most pulls need none

        return all_reports(self, details)

    def report(self, which: str | int, category: str | None = None) -> Report:
        """One report of the tenant, to look at and to run.

        Args:
            which: its number, its name, or words of its name that no other one has.
            category: the category that it lies in, if several have one of that name.

        Raises:
            UnknownResource: there is none, or several; the message names them.

        Example:
            >>> r = st.report("Revenue by Business Unit")
            >>> df = r.run(From="2026-07-01", To="2026-07-31", BusinessUnitIds=["North Plumbing"])
        """
        from .reports import report

        return report(self, which, category)

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

        Example:
            >>> missing = st.access().query("granted == False")
        """
        return scopes.table(self, renew=renew)

    def check_facts(self) -> pd.DataFrame:
        """Try what stnb believes of the API on this tenant: read-only, in at most 80 requests.

        The table holds counts and forms only, no value of the tenant's data and no secret: it can
        be sent to the maintainers of stnb.

        Returns:
            A row for each fact: fact, believed, seen, holds (boolean). What could not be tried has
            no `holds`, and `seen` says why.

        Example:
            >>> facts = st.check_facts()
            >>> facts[~facts.holds.fillna(True)]
        """
        from .facts import try_facts  # loaded only when it is used, as it is rarely

        return try_facts(self).frame()

    @property
    def app(self) -> Any:
        """The app behind a demo tenant, whose state can be changed; None for a real tenant.

        Example:
            >>> stnb.connect("demo").app is None
            False
        """
        return self._session.app

    def reload(self) -> bool:
        """Read the profile from its .env file again; the next request uses it.

        A rotated secret is also found by itself, when a request is refused and the file holds
        another secret by then.

        Returns:
            Whether anything differs.

        Raises:
            SetupError: the profile is no longer complete. The present credentials stay in use.

        Example:
            >>> st.reload()  # whether a value of the profile differs by now
        """
        from .links.name_columns import forget

        forget(self)  # the ids of another tenant have other names
        return self._session.reload()

    def close(self) -> None:
        """Close the connections; the next pull opens new ones.

        Example:
            >>> st.close()
        """
        loop.run(self._session.close)

    def __enter__(self) -> Account:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _as_text(name: str, value: Any) -> str:
    try:
        return str(value)
    except RecursionError:
        raise BadFilter(
            f"{name}= is {shown(value)}.",
            "The query of a path takes texts and numbers.",
            "Give the text that the API expects.",
        ) from None
