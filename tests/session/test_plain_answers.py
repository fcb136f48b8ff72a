"""A server that refuses the header by which stnb asks for compressed answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from stnb.account.resource import Resource
from stnb.catalog import load
from stnb.errors import Rejected
from stnb.frame import notices
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.warned import quiet, said

CATALOG = load()
WORDS = "The header Accept-Encoding is not supported."
REFUSALS: dict[str, Callable[[], httpx.Response]] = {
    "406": lambda: httpx.Response(406),
    "a page": lambda: httpx.Response(406, html="<h1>406 Not Acceptable</h1>"),
    "a key": lambda: httpx.Response(400, json={"errors": {"Accept-Encoding": ["gzip"]}}),
    "words": lambda: httpx.Response(400, json={"status": 400, "title": WORDS}),
    "text": lambda: httpx.Response(400, text=WORDS),
}
ROWS = {"data": [{"id": 7}], "hasMore": False, "totalCount": 1, "continueFrom": "c1"}


class Plain(FakeTenant):
    """A tenant that sends plain answers alone.

    Attributes:
        refused: how many requests asked for compressed ones.
    """

    def __init__(self, way: str) -> None:
        super().__init__(catalog=CATALOG)
        self.way, self.refused = REFUSALS[way], 0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if "gzip" in request.headers.get("accept-encoding", ""):
            self.refused += 1
            return self.way()
        if request.url.path.endswith("/recording"):
            return httpx.Response(
                200, content=b"RIFF----WAVE", headers={"content-type": "audio/wav"}
            )
        body: Any = ROWS
        if request.method == "POST":
            body = {"availabilities": []}
        if request.url.path.endswith("/jobs/7"):
            body = {"id": 7}
        return httpx.Response(200, content=json.dumps(body).encode())


def files(get: Callable[[str], Resource], folder: Path) -> int:
    found = get("telecom.calls.recording").pull(id=[1, 2, 3], to=str(folder), progress=False)
    return int(found["path"].notna().sum()) - 2


SPAN = {
    "startsOnOrAfter": "2026-07-01",
    "endsOnOrBefore": "2026-07-02",
    "skillBasedAvailability": False,
}
KINDS: dict[str, Callable[[Callable[[str], Resource], Path], int]] = {
    "a list": lambda get, folder: len(get("jpm.jobs").pull()),
    "ids": lambda get, folder: len(get("jpm.jobs").pull(ids=[7])),
    "a record": lambda get, folder: len(get("jpm.jobs.get").pull(id=7)),
    "a count": lambda get, folder: get("jpm.jobs").count(),
    "a feed": lambda get, folder: len(get("jpm.export.jobs").pull()),
    "bytes": lambda get, folder: len(get("telecom.calls.recording").pull(id=1)),
    "files": files,
    "capacity": lambda get, folder: len(get("dispatch.capacity").pull(**SPAN)) + 1,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["406", "a key"])
def test_any_call_goes_on_with_plain_answers(kind: str, way: str, tmp_path: Path) -> None:
    """What stnb adds never fails the user's call: it is left out, and remembered for the host."""
    tenant = Plain(way)
    resource = tenant.resource(CATALOG["jpm.jobs"])

    for _ in range(2):
        assert quiet(lambda: KINDS[kind](resource.sibling, tmp_path)) == 1
    assert 1 <= tenant.refused <= 6  # what was asked side by side
    refused = tenant.refused
    quiet(lambda: KINDS["a list"](resource.sibling, tmp_path))
    assert tenant.refused == refused


@pytest.mark.parametrize("way", REFUSALS)
def test_it_is_told_once(way: str) -> None:
    """In whatever words it is refused."""
    tenant = Plain(way)
    resource = tenant.resource(CATALOG["jpm.jobs"])
    notices.forget()

    texts = [said(resource.pull)[1] for _ in range(2)]

    assert [len([text for text in each if "uncompressed" in text]) for each in texts] == [1, 0]
    assert tenant.refused == 1


def test_a_host_that_refuses_plain_answers_too_is_an_error() -> None:
    """It is asked twice, and no more."""
    tenant = FakeTenant(lambda request: httpx.Response(406), catalog=CATALOG)
    with pytest.raises(Exception, match="406"):
        tenant.resource(CATALOG["jpm.jobs"]).pull()
    assert len(tenant.requests) == 2


def test_a_refusal_of_something_else_leaves_it_in() -> None:
    """The next call asks for compressed answers as before."""
    body = {"errors": {"ids": ["no"]}}
    tenant = FakeTenant(lambda request: httpx.Response(400, json=body), catalog=CATALOG)
    resource = tenant.resource(CATALOG["jpm.jobs"])
    for _ in range(2):
        with pytest.raises(Rejected):
            resource.pull(ids=[1])
    assert {request.headers["accept-encoding"] for request in tenant.requests} == {"gzip"}
