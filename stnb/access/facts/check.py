"""Tries the facts of the API with a tenant's own credentials."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import pandas as pd

from stnb.account import connecting
from stnb.account.account import Account
from stnb.session import loop

from .asker import MOST, Asker
from .models import Fact, Finding, Seen
from .report import FactReport
from .table import FACTS
from .untried import Stopped, Untried

Tell = Callable[[Finding], None]


def check_facts(
    who: Account | str | None = None, *, env_file: str | os.PathLike[str] | None = None
) -> pd.DataFrame:
    """Try what stnb believes of the API on a tenant: read-only, in at most 80 requests.

    The table holds counts and forms only, no value of the tenant's data and no secret: it can be
    sent to the maintainers of stnb.

    Args:
        who: a profile or an account; without one the profile that `connect` would take.
        env_file: the file to read instead of the nearest .env upwards from the working directory.

    Returns:
        A row for each fact: fact, believed, seen, holds (boolean). What could not be tried has no
        `holds`, and `seen` says why.

    Raises:
        SetupError: there is no such profile, or it is not complete.

    Example:
        >>> facts = stnb.demo().check_facts()
        >>> facts[~facts.holds.fillna(True)]
    """
    return try_facts(who, env_file=env_file).frame()


def try_facts(
    who: Account | str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    facts: Sequence[Fact] = FACTS,
    most: int = MOST,
    tell: Tell = lambda finding: None,
) -> FactReport:
    """The same as a report.

    Args:
        facts: those to try.
        most: requests at most.
        tell: called with each finding, on another thread.
    """
    account = who
    if not isinstance(account, Account):
        account = connecting.connect(account, env_file=env_file)
    return loop.run(_try_all(account, facts, most, tell))


async def _try_all(account: Account, facts: Sequence[Fact], most: int, tell: Tell) -> FactReport:
    asker = Asker(account, most)
    findings, stopped = [], ""
    try:
        await asker.authorize()
    except Stopped as err:
        stopped = f"not tried: {err.why}"
    for fact in facts:
        seen = Seen(stopped, None)
        if not stopped:
            seen, stopped = await _try(fact, asker)
        finding = Finding(fact.name, fact.believed, seen.what, seen.holds)
        findings.append(finding)
        tell(finding)
    return FactReport(findings, account.environment, asker.requests)


async def _try(fact: Fact, asker: Asker) -> tuple[Seen, str]:
    """What is seen of a fact, and why no other can be tried; "" if others can."""
    try:
        return await fact.look(asker), ""
    except Stopped as err:
        return Seen(f"not tried: {err.why}", None), f"not tried: {err.why}"
    except Untried as err:
        return Seen(f"not tried: {err.why}", None), ""
