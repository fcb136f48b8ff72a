"""A list of jobs over loopback HTTP with gzip, in a process of its own: `python server.py ROWS
BASE_MS ROW_US`.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import sys

import uvicorn
from rows import page, rows
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stnb.catalog import load
from stnb.pull.paging.lists import choose_size
from stnb.session import START

COUNT, BASE, PER_ROW = int(sys.argv[1]), float(sys.argv[2]) / 1e3, float(sys.argv[3]) / 1e6
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
        await asyncio.sleep(BASE + PER_ROW * min(size, max(COUNT - (number - 1) * size, 0)))
    return Response(content, media_type="application/json", headers={"content-encoding": "gzip"})


async def token(request: Request) -> Response:
    return JSONResponse({"access_token": "t", "expires_in": 900, "token_type": "Bearer"})


app = Starlette(
    routes=[
        Route("/jpm/v2/tenant/{tenant}/jobs", jobs),
        Route("/connect/token", token, methods=["POST"]),
    ]
)
for size in (
    {FULL, choose_size(COUNT, START, FULL)}
    if COUNT <= 100_000
    else {choose_size(COUNT, START, FULL)}
):
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
