"""`/_demo`: faults and states of a demo that is running, seen and changed over HTTP.

It needs no token.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .bodies import as_json, read_json
from .faults import FAULTS, Fault, Faults
from .states import STATES, State


def control(pending: Faults) -> list[Route]:
    """The routes `/_demo/faults` and `/_demo/state`: GET shows, POST sets, DELETE clears."""

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            given = await _body(request)
            try:
                pending.set(
                    [Fault.of(one) for one in (given if isinstance(given, list) else [given])]
                )
            except ValueError as err:
                return _refused(str(err))
        if request.method == "DELETE":
            pending.set([])
        return _shown({"in force": pending.table(), "names": FAULTS})

    async def state(request: Request) -> Response:
        kept = request.app.state
        if request.method == "POST":
            given = await _body(request)
            try:
                kept.name = str(
                    State.of(str(given.get("state") if isinstance(given, dict) else given))
                )
            except ValueError as err:
                return _refused(str(err))
        if request.method == "DELETE":
            kept.name = "healthy"
        names = {name: list(forms) for name, forms in STATES.items()}
        return _shown({"state": kept.name, "names": names})

    methods = ["GET", "POST", "DELETE"]
    return [
        Route("/_demo/faults", faults, methods=methods),
        Route("/_demo/state", state, methods=methods),
    ]


async def _body(request: Request) -> Any:
    try:
        return read_json(await request.body())
    except ValueError:
        return ""


def _refused(why: str) -> Response:
    return _shown({"status": 400, "title": why}, 400)


def _shown(value: Any, status: int = 200) -> Response:
    # In ASCII: a name may hold half a surrogate pair, which UTF-8 does not take.
    return Response(as_json(value), status, media_type="application/json")
