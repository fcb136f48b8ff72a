"""Tries the facts of the API with a tenant's own credentials."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stnb.session import loop

from .asker import MOST, Asker, Tenant
from .models import Fact, Finding, Seen
from .report import FactReport
from .table import FACTS
from .untried import Stopped, Untried

Tell = Callable[[Finding], None]


def try_facts(
    account: Tenant,
    *,
    facts: Sequence[Fact] = FACTS,
    most: int = MOST,
    tell: Tell = lambda finding: None,
) -> FactReport:
    """Try what stnb believes of the API on a tenant: read-only, and in few requests.

    Args:
        account: whose tenant is asked.
        facts: those to try.
        most: requests at most.
        tell: called with each finding, on another thread.
    """
    return loop.run(_try_all, account, facts, most, tell)


async def _try_all(account: Tenant, facts: Sequence[Fact], most: int, tell: Tell) -> FactReport:
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
