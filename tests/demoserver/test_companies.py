"""Several demo tenants behind one address."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

import stnb
from stnb.account.account import Account
from stnb.credentials import Credentials, Secret
from stnb.demoserver import APP_KEY, Companies, keys_of
from stnb.demoserver import serve as server
from stnb.errors import NotAuthenticated
from stnb.session import Session
from tests.helpers.warned import quiet, warned

HOST = "https://demo.invalid"


def account(app: Companies, number: int, **fields: Any) -> Account:
    """One of the tenants, called with its own pair."""
    keys = keys_of(number)
    usual = {
        "profile": f"t{number}",
        "environment": "demo",
        "tenant": keys.tenant,
        "client_id": Secret(keys.client_id),
        "client_secret": Secret(keys.client_secret),
        "app_key": Secret(APP_KEY),
        "api_url": HOST,
        "auth_url": f"{HOST}/connect/token",
        "timezone": keys.timezone,
    }
    return Account(Session.of_app(app, Credentials(**{**usual, **fields})))


def test_each_tenant_has_its_own_company() -> None:
    """Whose ids may be the same, and whose people are not."""
    app = Companies(3, scale=0.01)
    ts = stnb.Tenants({f"t{number}": account(app, number) for number in range(3)})
    with ts:
        df = quiet(lambda: ts.pull("crm.customers", limit=20, active="Any"))
    names = {tenant: set(part["name"]) for tenant, part in df.groupby("tenant")}
    assert len(names) == 3
    assert names["t0"] != names["t1"] != names["t2"]
    zones = {name: about["timezone"] for name, about in df.attrs["stnb"]["tenants"].items()}
    assert len(set(zones.values())) == 3


def test_a_pair_opens_its_own_tenant_alone() -> None:
    """Another tenant's secret gets no token, and another's token no rows."""
    app = Companies(2, scale=0.01)
    other = keys_of(1)
    mixed = account(app, 0, client_secret=Secret(other.client_secret))
    with mixed, pytest.raises(NotAuthenticated):
        mixed.jpm.jobs.count()
    stranger = account(app, 0, tenant=other.tenant)
    with stranger, pytest.raises(stnb.RequestError):
        stranger.jpm.jobs.count()


def test_what_goes_wrong_is_ordered_for_one_tenant() -> None:
    """The others go on."""
    app = Companies(3, scale=0.01)
    place = f"{HOST}/_demo/tenant/{keys_of(1).tenant}/state"

    async def order() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
            return (await client.post(place, json={"state": "disabled"})).status_code

    assert asyncio.run(order()) == 200
    ts = stnb.Tenants({f"t{number}": account(app, number) for number in range(3)})
    with ts:
        df, _ = warned(lambda: ts.pull("jpm.jobs", limit=5))
    assert sorted(set(df["tenant"])) == ["t0", "t2"]
    assert list(df.attrs["stnb"]["problems"]) == ["t1"]


def test_the_lines_of_each_tenant_make_a_profile() -> None:
    """With a number behind the name."""
    lines = server.env_lines("http://127.0.0.1:1", "local", 2).splitlines()
    assert f"SERVICETITAN_LOCAL02_TENANT_ID={keys_of(1).tenant}" in lines
    assert len({line for line in lines if "CLIENT_SECRET" in line}) == 2
