"""The demo as an ASGI app.

Requests in, answers out, late and spoilt as ordered; and `/_demo`, where that is ordered.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import formatdate
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from . import options, states
from .answer import Call, Demo
from .bodies import Answer
from .control import control
from .fault_effects import INSTEAD, SPOIL
from .fault_pages import ASK, LINE
from .faults import Fault, Faults
from .token import keys_of

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def make_app(
    *,
    seed: int = 1,
    scale: float = 1.0,
    today: date | None = None,
    latency: float = 0.0,
    faults: Sequence[str | Fault | Mapping[str, Any]] | None = None,
    rate_limit: int | None = None,
    clock: Callable[[], float] = time.time,
    scopes: Iterable[str] | None = None,
    state: str = "healthy",
    live: bool = False,
    speed: float = 1.0,
    number: int = 0,
) -> Starlette:
    """The demo tenant as an ASGI app, for the token host and the API host alike.

    Data are made when first asked for.

    Args:
        seed: another seed is another company.
        scale: its size; 1 is 5,250 customers and 21,000 jobs in two years.
        today: the day before which the history ends, and the one that it is there; a datetime (in
            UTC) also says the time at which it begins. Without it the process variable
            STNB_DEMO_TODAY, such as "2026-07-01" or "2026-07-01T09:30", and without that the
            present day (UTC).
        latency: seconds that each answer takes longer.
        faults: misbehaviour on purpose: names of `FAULTS`, names with a chance such as "500:0.05",
            or `Fault`s. The app keeps them as `app.state.faults`; `/_demo/faults` shows and changes
            them.
        rate_limit: calls a second before it answers 429; None for no limit.
        clock: seconds since 1970, for tokens, the lag of exports, the minute between two runs of a
            report and, with `live`, for what happens. `app.state.skip(60)` lets a minute pass for
            reports alone.
        scopes: what the app may read; everything without it.
        state: how the credentials and the tenant stand, one of `STATES`, such as "disabled" or
            "disabled:403". The app keeps it as `app.state.name`, where it can be changed while
            accounts are in use.
        live: whether time goes on: calls, jobs, invoices and payments keep arriving and change.
            Reports stay with the history.
        speed: how many seconds pass in a live demo in one second.
        number: which of several demo tenants it is; each has an id, a pair and a zone of its own,
            as `keys_of` says.

    Raises:
        ValueError: an option cannot be what it is, in one sentence.

    Example:
        >>> transport = httpx.ASGITransport(make_app(scale=0.1, faults=["429-header"]))
    """
    options.check(
        seed=seed,
        scale=scale,
        today=today,
        latency=latency,
        faults=faults,
        rate_limit=rate_limit,
        scopes=scopes,
        speed=speed,
        number=number,
    )
    day = today or _today(clock)
    pace = speed if live else None
    demo = Demo(seed, scale, day, scopes, rate_limit, clock, pace, keys_of(number))
    pending = Faults([Fault.of(f) for f in faults or ()], seed)

    handle = _handler(demo, pending, latency)
    app = Starlette(routes=[*control(pending), Route("/{path:path}", handle, methods=METHODS)])
    states.State.of(state)  # a wrong name is told now, and not at the first call
    app.state.name, app.state.faults, app.state.now = state, pending, demo.moment
    app.state.skip = demo.runs.skip
    # What the rows depend on; "" if the same question may be answered otherwise the next time.
    lasts = not (live or faults or scopes) and state == "healthy" and clock is time.time
    app.state.world = f"{seed} {scale} {day} {number}" if lasts else ""
    return app


def _handler(
    demo: Demo, pending: Faults, latency: float
) -> Callable[[Request], Awaitable[Response]]:
    """What answers each request that is not for `/_demo`."""

    async def handle(request: Request) -> Response:
        now = states.State.of(request.app.state.name)
        call = Call(
            request.method,
            request.url.path,
            request.query_params,
            request.headers,
            await request.body(),
            now,
        )
        fault = pending.next(call.path, call.query.get("page"))
        answer = await _answer(demo, fault, call, latency)
        if answer is None:
            return Broken(b"")
        headers = {"date": formatdate(demo.clock() + now.skew, usegmt=True), **answer.headers}
        kind = Broken if fault and fault.name == "drop" else Response
        return kind(answer.body, answer.status, headers, answer.media)

    return handle


def _today(clock: Callable[[], float]) -> date:
    """The day that the process variable says, else the clock's.

    With the variable, tests and pictures are the same on every day.
    """
    said = os.environ.get("STNB_DEMO_TODAY", "")
    if not said:
        return datetime.fromtimestamp(clock(), UTC).date()
    return datetime.fromisoformat(said) if "T" in said else date.fromisoformat(said)


async def _answer(demo: Demo, fault: Fault | None, call: Call, latency: float) -> Answer | None:
    """The answer, worked out on a thread, so that the loop stays free.

    None where the line is to break before it.
    """
    name = fault.name if fault else ""
    wait = latency + (fault.seconds if fault and name in ("slow", "never-answers") else 0)
    if wait:
        await asyncio.sleep(wait)
    if name in INSTEAD:
        return INSTEAD[name][1](fault)
    if name in LINE and name != "drop":
        return None
    if fault and name in ASK:
        odd = ASK[name][1](fault, call.query)
        plain = {k: v for k, v in odd.items() if not k.startswith("_")}
        pairs = [(k, v) for k, v in call.query.multi_items() if k not in plain]
        call = replace(call, query=QueryParams([*pairs, *plain.items()]), odd=odd)
    answer = await run_in_threadpool(demo.answer, call)
    return SPOIL[name][1](fault, answer) if name in SPOIL else answer


class Broken(Response):
    """An answer whose connection is closed in the middle of its body.

    Without a body, before its first byte.

    Where there is no connection, as in this process, the client has a body that is cut off.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line, body = scope.get("demo.line"), bytes(self.body)
        if body or line is None:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            await send(
                {
                    "type": "http.response.body",
                    "body": body[: len(body) // 2],
                    "more_body": line is not None,
                }
            )
        if line is not None:
            line.close()  # what was written is sent first
            while (await receive())["type"] != "http.disconnect":
                pass
