"""An interrupt ends the pulls of all tenants, and what had arrived is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.pull import Progress
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.interrupts import interrupted
from tests.helpers.owner import owner
from tests.helpers.toys import CATALOG, Toys
from tests.helpers.warned import quiet

PATIENCE = 5.0  # seconds; on a busy machine the press itself takes a while


class Stuck(FakeTenant):
    """Gives its first pages, and then nothing more."""

    def __init__(self, pages: int, **options: Any) -> None:
        super().__init__(**options)
        self.left, self.toys = pages, Toys(500)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        if int(query.get("page", 1)) > self.left:
            await asyncio.Event().wait()
        return httpx.Response(200, json=self.toys.body(request.url.path, query))


@pytest.mark.parametrize("pages", [0, 1, 3])
def test_what_had_arrived_of_every_tenant_is_in_last_partial(pages: int) -> None:
    """In one frame, and at once."""
    fakes = [Stuck(pages, owner=owner(profile=f"t{n}", tenant=n + 1)) for n in range(6)]
    accounts = {f.owner.profile: Account(f.session(), catalog=CATALOG) for f in fakes}
    ts = stnb.Tenants(accounts)

    heard = [Progress()]

    def ready() -> bool:
        asked = all(len(fake.requests) > pages for fake in fakes)
        return asked and heard[-1].rows == 6 * 50 * pages

    took = interrupted(lambda: ts.pull("toys.widgets", page_size=50, progress=heard.append), ready)
    assert took < PATIENCE
    kept = quiet(lambda: stnb.last_partial)
    assert kept is not None
    assert len(kept) == 6 * 50 * pages
    if pages:
        assert set(kept["tenant"]) == set(accounts)
        assert not kept.duplicated(["tenant", "id"]).any()
        assert kept.attrs["stnb"]["complete"] is False


def test_tenants_that_never_began_have_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt before any of them has begun is said in one line, too."""
    fake = Stuck(0)
    ts = stnb.Tenants({"t1": Account(fake.session(), catalog=CATALOG)})

    def pressed(self: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("stnb.pull.together.PullOfTenants.check_process", pressed)
    monkeypatch.setattr("stnb.pull.run.Pull.rest", lambda self: pd.DataFrame())
    with pytest.raises(stnb.errors.Interrupted) as caught:
        ts.start("toys.widgets").wait()

    assert caught.value._render_traceback_() == ["Interrupted; no rows had arrived."]
    kept = quiet(lambda: stnb.last_partial)
    assert kept is not None
    assert kept.empty
    assert kept.attrs["stnb"]["complete"] is False


def test_an_interrupted_pull_goes_on_from_there() -> None:
    """Nothing is read twice."""
    fakes = [Stuck(2, owner=owner(profile=f"t{n}", tenant=n + 1)) for n in range(3)]
    accounts = {f.owner.profile: Account(f.session(), catalog=CATALOG) for f in fakes}
    ts = stnb.Tenants(accounts)

    heard = [Progress()]
    interrupted(
        lambda: ts.pull("toys.widgets", page_size=50, progress=heard.append),
        lambda: heard[-1].rows == 3 * 50 * 2,
    )
    for fake in fakes:
        fake.left = 99
        fake.requests.clear()
    df = ts.resume()
    assert len(df) == 1500
    assert df.attrs["stnb"]["complete"] is True
    for fake in fakes:
        assert {query["page"] for query in fake.queries}.isdisjoint({"1", "2"})


def test_one_that_was_just_cancelled_goes_on() -> None:
    """Though the pulls of the tenants are still ending."""
    fakes = [Stuck(2, owner=owner(profile=f"t{n}", tenant=n + 1)) for n in range(3)]
    accounts = {f.owner.profile: Account(f.session(), catalog=CATALOG) for f in fakes}
    run = stnb.Tenants(accounts).start("toys.widgets", page_size=50)
    for fake in fakes:
        fake.left = 99
    run.cancel()
    assert len(run.resume().wait()) == 1500
