"""What an app may read, as data: every resource with its scope, whether it is granted, and how that
is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from stnb.catalog import Catalog
from stnb.errors import BadFilter, DataError, RequestError
from stnb.session import loop

if TYPE_CHECKING:
    from stnb.session import Session

COLUMNS = ["resource", "module", "scope", "granted", "how", "ask"]
# the one adds the scope, the other upgrades to the new version
ASK = "the app developer, then the tenant's admin"
GAINED, LOST, UNKNOWN = "gained", "lost", "unknown"


class Owner(Protocol):
    """What an Account has of this."""

    catalog: Catalog
    _session: Session

    @property
    def profile(self) -> str: ...


def table(account: Owner, *, renew: bool = False) -> pd.DataFrame:
    """What the app may read. Asks for a token where none is there; its scopes tell (facts §1), no
    call is made.

    Args:
        renew: ask for a new token in any case: the present one still has the scopes of when it was
            given.

    Returns:
        A row for each resource: resource, module, scope, granted (boolean; missing where nothing
            tells), how ("token",
        "answer" or "unknown") and ask (whom, where it is not granted). Where no token could be had,
        nothing is known, and `frame.attrs["stnb"]["problem"]` says why.

    Example:
        >>> access = st.access()
        >>> access[~access.granted.fillna(False)]
    """
    problem = ""
    try:
        loop.run(account._session.authorize(renew=renew))
    except (RequestError, DataError) as err:
        problem = str(err)
    granted = None if problem else account._session.scopes
    return of_scopes(account, granted, {}, problem)


def of_scopes(
    account: Owner, granted: frozenset[str] | None, answers: Mapping[str, bool], problem: str = ""
) -> pd.DataFrame:
    """The table of scopes that are known already, None where they are not.

    Args:
        answers: what calls have shown by resource; it counts for more than the token.
    """
    rows = []
    for e in account.catalog:
        told = None if granted is None or e.scope is None else e.scope in granted
        how = "unknown" if told is None else "token"
        if e.name in answers:
            told, how = answers[e.name], "answer"
        ask = {True: "", False: ASK, None: "you: run the doctor" if problem else ""}[told]
        rows.append((e.name, e.module, e.scope, pd.NA if told is None else told, how, ask))
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"granted": "boolean"})
    who = account._session.credentials
    frame.attrs["stnb"] = {
        "profile": who.profile,
        "environment": who.environment,
        "tenant": who.tenant,
        "problem": problem,
    }
    return frame


def compare(a: Owner | pd.DataFrame, b: Owner | pd.DataFrame) -> pd.DataFrame:
    """What one may read and the other may not: two accounts, or two tables of `access`, such as
    before and after an upgrade.

    Returns:
        A row for each resource, those that differ first: resource, scope, a, b (boolean) and
            change: "gained" where b
        may read it and a may not, "lost" the other way round, "unknown" where one is not known, ""
        where both are alike.

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
    out["a"], out["b"] = both["granted_a"], both["granted_b"]
    out["change"] = [_change(x, y) for x, y in zip(out["a"], out["b"], strict=True)]
    return out.sort_values("change", key=lambda c: c.map(_ORDER), kind="stable", ignore_index=True)


_ORDER = {GAINED: 0, LOST: 1, UNKNOWN: 2, "": 3}


def _change(a: Any, b: Any) -> str:
    if pd.isna(a) or pd.isna(b):
        return "" if pd.isna(a) and pd.isna(b) else UNKNOWN
    return "" if a == b else GAINED if b else LOST


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
