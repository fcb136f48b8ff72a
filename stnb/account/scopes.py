"""What an app may read: each resource with its scope, whether it is granted, and how we know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from stnb.catalog import Catalog
from stnb.errors import BadFilter, DataError, RequestError
from stnb.errors.misused import explains_misuse
from stnb.session import loop

if TYPE_CHECKING:
    from stnb.session import Session

COLUMNS = ["resource", "module", "scope", "granted", "how", "ask"]
# The developer adds the scope, then the admin upgrades to the app's new version.
ASK = "the app developer, then the tenant's admin"
GAINED, LOST, UNKNOWN = "gained", "lost", "unknown"


class Owner(Protocol):
    """The part of an Account that is needed here."""

    catalog: Catalog

    @property
    def session(self) -> Session: ...


def table(account: Owner, *, renew: bool = False) -> pd.DataFrame:
    """What the app may read, by the scopes in its token. The API is not called.

    Tokens are JWTs that list their scopes (ServiceTitan, "Make your first API call").

    Args:
        renew: ask for a new token even if the present one is still good. A token keeps the scopes
            that the app had when it was issued.

    Returns:
        A row for each resource: resource, module, scope, granted (boolean, missing if unknown), how
        ("token", "answer" or "unknown") and ask (whom to ask for a scope that is missing). If no
        token could be had, nothing is known, and `frame.attrs["stnb"]["problem"]` says why.

    Example:
        >>> access = st.access()
        >>> access[~access.granted.fillna(False)]
    """
    problem = ""
    try:
        loop.run(account.session.authorize, renew=renew)
    except (RequestError, DataError) as err:
        problem = str(err)
    granted = None if problem else account.session.scopes
    return of_scopes(account, granted, {}, problem)


def of_scopes(
    account: Owner, granted: frozenset[str] | None, answers: Mapping[str, bool], problem: str = ""
) -> pd.DataFrame:
    """The same table, made from scopes that are known already.

    Args:
        granted: the token's scopes; None if there is no token.
        answers: whether calls to a resource got through. An answer counts for more than the token.
        problem: why there is no token.
    """
    rows = []
    for endpoint in account.catalog:
        allowed: bool | None = None
        how = "unknown"
        if granted is not None and endpoint.scope is not None:
            allowed, how = endpoint.scope in granted, "token"
        if endpoint.name in answers:
            allowed, how = answers[endpoint.name], "answer"
        ask = _whom_to_ask(allowed, problem)
        rows.append((endpoint.name, endpoint.module, endpoint.scope, allowed, how, ask))
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"granted": "boolean"})
    who = account.session.credentials
    frame.attrs["stnb"] = {
        "profile": who.profile,
        "environment": who.environment,
        "tenant": who.tenant,
        "problem": problem,
    }
    return frame


def _whom_to_ask(allowed: bool | None, problem: str) -> str:
    if allowed is False:
        return ASK
    if allowed is None and problem:
        return "you: run the doctor"
    return ""


@explains_misuse("stnb")
def compare_access(a: Owner | pd.DataFrame, b: Owner | pd.DataFrame) -> pd.DataFrame:
    """What two profiles may read, or one profile before and after an app's upgrade.

    Args:
        a, b: accounts, or frames of `st.access()`.

    Returns:
        A row for each resource, those that differ first: resource, scope, a, b (boolean) and change
        ("gained" if only b may read it, "lost" if only a may, "unknown" if one of them is not
        known, "" if both are alike).

    Raises:
        BadFilter: a frame is no table of `st.access()`.

    Example:
        >>> before = st.access()
        >>> # the tenant's admin upgrades the app ...
        >>> stnb.compare_access(before, st.access(renew=True)).query("change != ''")
    """
    left, right = _frame(a), _frame(b)
    both = left.merge(right, on="resource", how="outer", suffixes=("_a", "_b"), sort=False)
    out = pd.DataFrame(
        {"resource": both["resource"], "scope": both["scope_b"].fillna(both["scope_a"])}
    )
    out["a"] = both["granted_a"]
    out["b"] = both["granted_b"]
    out["change"] = [_change(was, now) for was, now in zip(out["a"], out["b"], strict=True)]
    return out.sort_values("change", key=lambda c: c.map(_ORDER), kind="stable", ignore_index=True)


_ORDER = {GAINED: 0, LOST: 1, UNKNOWN: 2, "": 3}


def _change(a: Any, b: Any) -> str:
    if pd.isna(a) and pd.isna(b):
        return ""
    if pd.isna(a) or pd.isna(b):
        return UNKNOWN
    if a == b:
        return ""
    return GAINED if b else LOST


def _frame(given: Owner | pd.DataFrame) -> pd.DataFrame:
    if not isinstance(given, pd.DataFrame):
        return table(given)
    if not {"resource", "scope", "granted"} <= set(given.columns):
        raise BadFilter(
            "That frame is no table of access.",
            "It lacks the columns resource, scope and granted.",
            "Compare two accounts, or two frames that st.access() gave.",
        )
    return given
