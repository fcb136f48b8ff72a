"""A list and an export of jobs over loopback HTTP with gzip, in a process of its own: `python
server.py ROWS BASE_MS ROW_US [KIND]`.

KIND is how it bears many requests at once:

- scales: as well as one, the default.
- workers: four work, the others wait.
- slows: above six in flight, each is slower by the square of what is too much.
- refuses: above ten in flight, it answers 503.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import random
import sys
from collections.abc import Awaitable, Callable

import uvicorn
from rows import page, rows
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stnb.catalog import load
from stnb.pull.paging.sizes import IN_PACE, LEARNING, choose_size
from stnb.session import START
from stnb.session.lane_refusals import MOST

COUNT, BASE, PER_ROW = int(sys.argv[1]), float(sys.argv[2]) / 1e3, float(sys.argv[3]) / 1e6
KIND = (sys.argv[4:] or ["scales"])[0]
NETWORK = min(0.05, BASE)  # seconds on the way, in which nobody works
TICK = 0.02  # seconds
DISTINCT = 20_000  # rows that are made; beyond them they come again under other ids
FULL = 5000


def made() -> list[bytes]:
    some = rows(load()["jpm.jobs"], min(COUNT, DISTINCT))
    head = some[0].index(b",")  # {"id":40000001
    return [b'{"id":%d%b' % (40_000_001 + i, some[i % DISTINCT][head:]) for i in range(COUNT)]


ROWS = made()


@functools.cache
def body(number: int, size: int) -> bytes:
    return gzip.compress(page(ROWS, number, size), 6)


async def jobs(request: Request) -> Response:
    number, size = (
        int(request.query_params.get("page", 1)),
        int(request.query_params.get("pageSize", 50)),
    )
    content = body(number, size)
    if BASE or PER_ROW:
        rows_of_page = min(size, max(COUNT - (number - 1) * size, 0))
        seconds = BASE - NETWORK + PER_ROW * rows_of_page
        await asyncio.sleep(NETWORK)
        if not await work(seconds * dice.uniform(0.8, 1.2)):
            return Response(status_code=503)
    return Response(content, media_type="application/json", headers={"content-encoding": "gzip"})


@functools.cache
def batch(start: int) -> bytes:
    """One answer of the export, whose cursor is the number of its first row."""
    end = min(start + FULL, COUNT)
    more = str(end < COUNT).lower()
    head = f'{{"hasMore":{more},"continueFrom":"{end}","data":['
    return gzip.compress(head.encode() + b",".join(ROWS[start:end]) + b"]}", 6)


async def export(request: Request) -> Response:
    content = batch(int(request.query_params.get("from") or 0))
    return Response(content, media_type="application/json", headers={"content-encoding": "gzip"})


dice = random.Random(7)
in_flight = refused = 0
workers = asyncio.Semaphore(4)


async def work(seconds: float) -> bool:
    """Do work of so many seconds; whether the server did it."""
    global in_flight, refused
    if KIND == "refuses" and in_flight >= 10:
        refused += 1
        return False
    in_flight += 1
    try:
        await KINDS[KIND](seconds)
    finally:
        in_flight -= 1
    return True


async def by_workers(seconds: float) -> None:
    async with workers:
        await asyncio.sleep(seconds)


async def slower(seconds: float) -> None:
    while seconds > 0:
        await asyncio.sleep(TICK)
        seconds -= TICK / max(1, in_flight / 6) ** 2


KINDS: dict[str, Callable[[float], Awaitable[None]]] = {
    "scales": asyncio.sleep,
    "workers": by_workers,
    "slows": slower,
    "refuses": asyncio.sleep,
}


async def refusals(request: Request) -> Response:
    """How many requests were refused so far."""
    return JSONResponse(refused)


async def token(request: Request) -> Response:
    return JSONResponse({"access_token": "t", "expires_in": 900, "token_type": "Bearer"})


app = Starlette(
    routes=[
        Route("/jpm/v2/tenant/{tenant}/jobs", jobs),
        Route("/jpm/v2/tenant/{tenant}/export/jobs", export),
        Route("/connect/token", token, methods=["POST"]),
        Route("/refusals", refusals),
    ]
)
sizes = {choose_size(COUNT, lanes, FULL) for lanes in (1, START, MOST)}
sizes |= {choose_size(COUNT, lanes, FULL, LEARNING) for lanes in (START, MOST)}
sizes.add(choose_size(COUNT, START, FULL, IN_PACE))
if COUNT > 100_000:
    sizes = {choose_size(COUNT, START, FULL)}
for size in sizes:
    for number in range(1, -(-COUNT // size) + 1):  # so that compressing is not what is measured
        body(number, size)
config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")
server = uvicorn.Server(config)


async def main() -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await serving


asyncio.run(main())
