"""Credentials that change while one works: rotated, half edited, moved to another environment."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

import stnb
from stnb import credentials
from stnb.account.account import Account
from stnb.credentials import Credentials
from stnb.session import Session
from tests.helpers.fake_tenant import granted
from tests.helpers.toys import page_of

ENV = """SERVICETITAN_APP_KEY=ak1.key
SERVICETITAN_TENANT_ID=7
SERVICETITAN_ENVIRONMENT={environment}
SERVICETITAN_CLIENT_ID=cid.pair
SERVICETITAN_CLIENT_SECRET={secret}
"""


class Server:
    """Grants tokens for one secret, takes only its own tokens, and writes down what it was sent."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.hosts: Counter[str] = Counter()
        self.tokens: list[str] = []
        self.stray: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.hosts[request.url.host] += 1
        if request.url.path == "/connect/token":
            given = parse_qs(request.content.decode())["client_secret"][0]
            if given != self.secret:
                return httpx.Response(400, json={"error": "invalid_client"})
            self.tokens.append(f"{request.url.host}:{self.secret}:{len(self.tokens)}")
            return granted(self.tokens[-1])
        bearer = request.headers["authorization"].removeprefix("Bearer ")
        if bearer.partition(":")[0].replace("auth", "api") != request.url.host:
            self.stray.append(bearer)
        if bearer.split(":")[1] != self.secret:
            return httpx.Response(401, json={})
        return httpx.Response(200, json=page_of([{"id": 1}], request.url.params))


def write(secret: str, environment: str = "integration") -> None:
    Path(".env").write_text(ENV.format(secret=secret, environment=environment))


@pytest.fixture
def server() -> Server:
    return Server("cs1.first")


@pytest.fixture
def st(server: Server) -> Any:
    write("cs1.first")
    session = Session(
        credentials.load(),
        transport=httpx.MockTransport(server),
        source=credentials.load,
        sleep=no_sleep,
    )
    with Account(session) as account:
        yield account


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


def test_a_rotated_secret_is_found_by_itself(st: Account, server: Server) -> None:
    """When a call is refused and the file holds another secret by then, the call is made with that
    one.
    """
    assert len(st.jpm.jobs.pull()) == 1
    server.secret = "cs1.second"
    write("cs1.second")

    assert len(st.jpm.jobs.pull()) == 1
    assert [t.split(":")[1] for t in server.tokens] == ["cs1.first", "cs1.second"]


def test_a_refused_secret_that_did_not_change_is_told(st: Account, server: Server) -> None:
    """Where the file still has the same secret, the refusal is the error, and nothing is tried for
    ever.
    """
    server.secret = "cs1.second"

    with pytest.raises(stnb.NotAuthenticated):
        st.jpm.jobs.pull()
    assert sum(server.hosts.values()) < 5


def test_calls_side_by_side_share_a_rotated_secret(server: Server) -> None:
    """Eight calls that are refused at once ask for one token with the new secret."""
    write("cs1.first")
    session = Session(
        credentials.load(),
        transport=httpx.MockTransport(server),
        source=credentials.load,
        rate=None,
    )

    async def eight() -> None:
        await asyncio.gather(*(session.send("GET", f"/jpm/v2/tenant/7/jobs/{i}") for i in range(8)))

    asyncio.run(eight())
    server.secret = "cs1.second"
    write("cs1.second")
    asyncio.run(eight())

    assert [t.split(":")[1] for t in server.tokens] == ["cs1.first", "cs1.second"]


def test_another_environment_is_never_taken_by_itself(st: Account, server: Server) -> None:
    """A profile moved to the other environment counts from `reload()` on; no token goes to the
    other's host.
    """
    st.jpm.jobs.pull()
    server.secret = "cs1.second"
    write("cs1.second", "production")

    with pytest.raises(stnb.NotAuthenticated):
        st.jpm.jobs.pull()
    assert st.environment == "integration"
    assert set(server.hosts) == {
        "auth-integration.servicetitan.io",
        "api-integration.servicetitan.io",
    }

    assert st.reload()
    assert st.environment == "production"
    assert len(st.jpm.jobs.pull()) == 1
    assert server.stray == []


def test_a_call_under_way_keeps_its_host_and_its_token(server: Server) -> None:
    """Credentials adopted while a call waits for its second try do not mix with that call's
    address.
    """
    write("cs1.first")
    first = credentials.load()
    write("cs1.first", "production")
    second = credentials.load()
    answers = iter([503])

    def slow(request: httpx.Request) -> httpx.Response:
        answer = server(request)
        status = next(answers, 200) if "/jobs" in request.url.path else 200
        return answer if status == 200 else httpx.Response(status)

    async def swap(seconds: float) -> None:
        session.adopt(second)

    session = Session(first, transport=httpx.MockTransport(slow), sleep=swap)
    asyncio.run(session.send("GET", "/jpm/v2/tenant/7/jobs"))

    assert session.credentials.environment == "production"
    assert server.hosts == {
        "auth-integration.servicetitan.io": 1,
        "api-integration.servicetitan.io": 2,
    }
    assert server.stray == []


def test_a_half_edited_file_keeps_what_works(st: Account) -> None:
    """`reload()` says what the profile lacks; the account goes on with what it had."""
    Path(".env").write_text("SERVICETITAN_TENANT_ID=7\n")

    with pytest.raises(stnb.CredentialsMissing):
        st.reload()
    assert len(st.jpm.jobs.pull()) == 1


def test_reload_says_whether_anything_changed(st: Account) -> None:
    """`reload()` is False for an unchanged file, True for a changed one."""
    assert not st.reload()
    write("cs1.third")
    assert st.reload()


def test_connect_reads_its_own_file_again() -> None:
    """An account reads the file that it came from, wherever the working directory is by then."""
    write("cs1.first")
    with stnb.connect() as st:
        Path("elsewhere").mkdir()
        Path("elsewhere/.env").write_text("")
        before = Path.cwd()

        os.chdir("elsewhere")
        assert not st.reload()
        os.chdir(before)
        write("cs1.second")
        assert st.reload()


def test_all_profiles_at_once() -> None:
    """`connect(all=True)` makes an account for each profile that is ready."""
    Path(".env").write_text(
        ENV.format(secret="cs1.x", environment="production")
        + "SERVICETITAN_NORTH_TENANT_ID=8\nSERVICETITAN_NORTH_ENVIRONMENT=integration\n"
        + "SERVICETITAN_NORTH_CLIENT_ID=cid.n\nSERVICETITAN_NORTH_CLIENT_SECRET=cs1.n\n"
        + "SERVICETITAN_HALF_TENANT_ID=9\n"
    )
    accounts = stnb.connect(all=True)

    assert {name: (st.tenant, st.environment) for name, st in accounts.items()} == {
        "default": (7, "production"),
        "north": (8, "integration"),
    }
    table = stnb.profiles()
    assert [p.name for p in table if not p.ready] == ["half"]
    assert "half" in repr(table)
    assert "<td>north</td>" in table._repr_html_()
    Path(".env").write_text("SERVICETITAN_HALF_TENANT_ID=9\n")
    with pytest.raises(stnb.CredentialsMissing, match="lacks"):
        stnb.connect(all=True)


def test_credentials_equal_by_value() -> None:
    """Two readings of the same file are equal, which is how a change is noticed."""
    write("cs1.first")
    assert isinstance(credentials.load(), Credentials)
    assert credentials.load() == credentials.load()
