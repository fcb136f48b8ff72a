"""The trial of four values: ask for a token and nothing else, and word how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stnb import catalog, demoserver
from stnb.credentials import DEMO, HOSTS, Credentials
from stnb.errors import (
    NotAuthenticated,
    RequestError,
    StnbError,
    Unreachable,
)
from stnb.session import Session, loop

PATIENCE = 45.0  # seconds to wait for a token


@dataclass(frozen=True)
class Verdict:
    """How the trial went.

    Attributes:
        level: "ok"; "wrong" if they were refused; "unknown" if they could not be tried.
        title: how it went, in one sentence.
        lines: what it means, and what to do next.
        tenant: the tenant that the token names, or None.
    """

    level: str
    title: str
    lines: tuple[str, ...]
    tenant: int | None = None


def try_them(mine: Credentials, *, app: Any = None) -> Verdict:
    """Ask for a token, and for nothing else; answer with how it went.

    Args:
        app: an ASGI app that answers in place of the network.
    """
    if mine.environment == DEMO and app is None:
        app = demoserver.make_app()
    session = Session(mine) if app is None else Session.of_app(app, mine)
    work = loop.submit(_token, session)
    try:
        claims = loop.wait(work, PATIENCE)
    except TimeoutError:
        work.cancel()
        return _untried(
            Unreachable(
                "No answer came in time.",
                "Likely the network or a proxy is in the way.",
                "Try again later.",
            )
        )
    except StnbError as err:
        return _refused(mine, err) if _is_refusal(err) else _untried(err)
    return _judged(mine, claims, session.scopes)


async def _token(session: Session) -> dict[str, Any]:
    try:
        await session.authorize(renew=True, patience=10)
        return dict(session.claims or {})
    finally:
        await session.close()


def _judged(mine: Credentials, claims: dict[str, Any], scopes: frozenset[str] | None) -> Verdict:
    """What the token that was granted shows."""
    # The token endpoint does not ask for the tenant, so a pair of another one gets its token too.
    tenant = _tenant(claims)
    if tenant is not None and tenant != mine.tenant:
        return Verdict(
            "wrong",
            f"The pair belongs to tenant {tenant}, not to {mine.tenant}.",
            (
                f"ServiceTitan accepts it, and its token names tenant {tenant}.",
                f"If that is the tenant you mean, make {tenant} the Tenant ID.",
                f"Otherwise fetch the pair of tenant {mine.tenant}: each tenant has its own.",
            ),
            tenant,
        )
    environment = "the demo" if mine.environment == DEMO else mine.environment
    lines = [f"A token was granted for tenant {mine.tenant} in {environment}."]
    if scopes is not None:
        resources = catalog.load()
        readable = sum(endpoint.scope in scopes for endpoint in resources)
        lines.append(f"It lets the app read {readable} of {len(resources)} resources.")
    lines.append("The first read will show whether the App Key is right.")
    return Verdict("ok", "They work.", tuple(lines), tenant)


def _tenant(claims: dict[str, Any]) -> int | None:
    number = str(claims.get("tenant", ""))
    if number.isascii() and number.isdigit():
        return int(number)
    return None


def _is_refusal(err: StnbError) -> bool:
    if isinstance(err, NotAuthenticated):
        return True
    return isinstance(err, RequestError) and err.status in (400, 401, 403)


def _refused(mine: Credentials, err: StnbError) -> Verdict:
    causes = [
        "Likely one of these, the commonest first. A character was lost in copying.",
        "The secret was generated again since, which ended this one.",
        "The tenant's admin has not pressed **Allow** yet (**Not Connected Yet**), or has pressed "
        "**Disable**.",
    ]
    if mine.environment in HOSTS:
        (other,) = HOSTS.keys() - {mine.environment}
        causes.insert(1, f"The pair belongs to {other}: each environment has its own.")
    step = (
        "Copy Client ID and Client Secret once more; then ask the tenant's admin to look under "
        "**API Application Access**."
    )
    return Verdict("wrong", "The pair was refused.", (err.happened, " ".join(causes), step))


def _untried(err: StnbError) -> Verdict:
    lines = (err.happened, err.why, err.next, "Or keep them and try later.")
    return Verdict("unknown", "They could not be tried.", lines)
