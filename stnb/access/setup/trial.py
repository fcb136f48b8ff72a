"""The trial of four values: a token is asked for and nothing else, and how it went is said in
words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stnb import catalog, demoserver
from stnb.credentials import DEMO, HOSTS, Credentials
from stnb.errors import (
    NotAuthenticated,
    RequestError,
    StnbError,
    UnexpectedAnswer,
    Unreachable,
)
from stnb.session import Session, loop

PATIENCE = 45.0  # seconds to wait for a token


@dataclass(frozen=True)
class Verdict:
    """How the trial went.

    Attributes:
        level: "ok"; "wrong" where they were refused; "unknown" where they could not be tried.
        tenant: the tenant that the token names, or None.
    """

    level: str
    title: str
    lines: tuple[str, ...]
    tenant: int | None = None


def try_them(mine: Credentials, *, app: Any = None) -> Verdict:
    """Ask for a token, and for nothing else; say how it went.

    Args:
        app: an ASGI app that stands where the network would.
    """
    if mine.environment == DEMO and app is None:
        app = demoserver.make_app()
    session = Session(mine) if app is None else Session.of_app(app, mine)
    work = loop.submit(_token(session))
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
    named = str(claims.get("tenant", ""))
    tenant = int(named) if named.isascii() and named.isdigit() else None
    if tenant is not None and tenant != mine.tenant:
        return Verdict(
            "wrong",
            f"The pair is of tenant {tenant}, not of {mine.tenant}.",
            (
                f"ServiceTitan accepts it, and its token names tenant {tenant}.",
                f"If that is the tenant you mean, make {tenant} the Tenant ID.",
                f"Otherwise fetch the pair of tenant {mine.tenant}: each tenant has its own.",
            ),
            tenant,
        )
    lines = [
        f"A token was granted for tenant {mine.tenant} in {'the demo' if mine.environment == DEMO else mine.environment}."
    ]
    if scopes is not None:
        readable = sum(e.scope in scopes for e in catalog.load())
        lines.append(f"It lets the app read {readable} of {len(catalog.load())} resources.")
    lines.append("The App Key is put to the test by the first read.")
    return Verdict("ok", "They work.", tuple(lines), tenant)


def _is_refusal(err: StnbError) -> bool:
    return isinstance(err, NotAuthenticated) or (
        isinstance(err, RequestError) and err.status in (400, 401, 403)
    )


def _refused(mine: Credentials, err: StnbError) -> Verdict:
    other = next((name for name in HOSTS if name != mine.environment), "")
    elsewhere = (
        ""
        if mine.environment not in HOSTS
        else f" The pair is of {other}: each environment has its own."
    )
    return Verdict(
        "wrong",
        "The pair was refused.",
        (
            err.happened,
            f"Likely one of these, the commonest first. A sign was lost in copying.{elsewhere} The secret was made again "
            "since, which ended this one. The tenant's admin has not pressed **Allow** yet (**Not Connected Yet**), or has "
            "pressed **Disable**.",
            "Copy Client ID and Client Secret once more; then ask the tenant's admin to look under **API Application Access**.",
        ),
    )


def _untried(err: StnbError) -> Verdict:
    why = (
        err.why
        if not isinstance(err, UnexpectedAnswer)
        else "Likely a gateway or a proxy on the way is in trouble."
    )
    return Verdict(
        "unknown",
        "They could not be tried.",
        (err.happened, why, "Try again; or keep them and try later."),
    )
