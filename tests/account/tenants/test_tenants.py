"""Several tenants read as one: every row under its tenant's name, and what lacks is said."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.account.tenants.accounts import IN_FLIGHT
from stnb.errors import (
    BadFilter,
    CredentialsMissing,
    Incomplete,
    TenantsFailed,
    UnknownFilter,
    UnknownResource,
    UsageError,
)
from stnb.pull import Progress
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.owner import owner
from tests.helpers.toys import CATALOG, Toys
from tests.helpers.warned import quiet, warned

Handler = Callable[[httpx.Request], httpx.Response]


def rows_of(count: int) -> Handler:
    """A tenant that has so many toys."""
    toys = Toys(count)

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=toys.body(request.url.path, dict(request.url.params)))

    return answer


def refuses(status: int) -> Handler:
    """A tenant that answers everything with a status."""
    return lambda request: httpx.Response(status, json={"title": "no"})


def fakes(**handlers: Handler) -> tuple[stnb.Tenants, dict[str, FakeTenant]]:
    """Tenants with these handlers, each with an id of its own."""
    accounts, found = {}, {}
    for number, (name, handler) in enumerate(handlers.items()):
        fake = FakeTenant(handler, owner=owner(profile=name, tenant=100 + number))
        found[name] = fake
        accounts[name] = Account(fake.session(), catalog=CATALOG)
    return stnb.Tenants(accounts), found


def counts(df: pd.DataFrame) -> dict[str, int]:
    """How many rows each tenant has."""
    return {str(name): int(rows) for name, rows in df.groupby("tenant", sort=False).size().items()}


# -- the rows


def test_the_rows_are_those_of_each_tenant_in_the_order_of_the_tenants() -> None:
    """As a pull of each alone gives them."""
    ts, _ = fakes(phoenix=rows_of(120), mesa=rows_of(0), yuma=rows_of(3))
    df = ts.pull("toys.widgets")

    assert counts(df) == {"phoenix": 120, "yuma": 3}
    assert df.columns[0] == "tenant"
    for name, account in ts.items():
        alone = account["toys.widgets"].pull()
        part = df[df["tenant"] == name].drop(columns="tenant").reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone, check_flags=False)
    about = df.attrs["stnb"]
    assert (about["rows"], about["total"], about["complete"]) == (123, 123, True)
    assert about["tenants"]["yuma"]["tenant"] == 102


def test_one_id_of_two_tenants_stays_two_rows() -> None:
    """Ids are unique within a tenant only."""
    ts, _ = fakes(a=rows_of(5), b=rows_of(5))
    df = ts.pull("toys.widgets")
    assert df.duplicated("id").sum() == 5
    assert not df.duplicated(["tenant", "id"]).any()


def test_a_limit_holds_for_each_tenant_and_is_said() -> None:
    """The frame is not complete then."""
    ts, _ = fakes(a=rows_of(50), b=rows_of(5))
    df = ts.pull("toys.widgets", limit=10)
    assert counts(df) == {"a": 10, "b": 5}
    assert df.attrs["stnb"]["complete"] is False
    assert df.attrs["stnb"]["total"] == 55
    assert df.attrs["stnb"]["first"].startswith("a: ")


def test_what_cannot_be_asked_is_refused_before_anything_is_sent() -> None:
    """As for one tenant."""
    ts, found = fakes(a=rows_of(5), b=rows_of(5))
    for error, name, filters in (
        (UnknownResource, "toys.widget", {}),
        (UnknownFilter, "toys.widgets", {"colour": "red"}),
        (BadFilter, "toys.widgets", {"ids": [1.5]}),
    ):
        with pytest.raises(error):
            ts.pull(name, **filters)
    assert [fake.requests for fake in found.values()] == [[], []]
    with pytest.raises(CredentialsMissing, match="Near it: a"):
        ts["aa"]


def test_a_phrase_means_the_days_of_each_tenants_own_zone() -> None:
    """The same day begins at two moments."""
    accounts = {}
    found = {}
    for name, zone in (("east", "America/New_York"), ("west", "America/Phoenix")):
        fake = FakeTenant(rows_of(1), owner=owner(profile=name, timezone=zone))
        found[name] = fake
        accounts[name] = Account(fake.session(), catalog=CATALOG)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        df = stnb.Tenants(accounts).pull("toys.bounded", createdBefore="2026-07-01")
    sent = {name: fake.queries[0]["createdBefore"] for name, fake in found.items()}
    assert sent == {"east": "2026-07-01T04:00:00Z", "west": "2026-07-01T07:00:00Z"}
    assert df.attrs["stnb"]["timezone"] is None


# -- a tenant that fails


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_a_tenant_that_fails_costs_the_others_nothing(status: int) -> None:
    """It is left out, and told in the warning, the attrs and the table of problems."""
    ts, _ = fakes(a=rows_of(120), bad=refuses(status), b=rows_of(5))
    with pytest.warns(Incomplete, match="lacks 1 of 3 tenants. bad: ") as seen:
        df = ts.pull("toys.widgets")
    assert len(seen) == 1
    assert counts(df) == {"a": 120, "b": 5}
    about = df.attrs["stnb"]
    assert (about["complete"], about["total"]) == (False, None)
    assert list(about["problems"]) == ["bad"]
    assert ts.problems["tenant"].tolist() == ["bad"]
    assert str(status) in ts.problems["problem"][0]


def test_resume_reads_only_the_tenant_that_lacks() -> None:
    """And gives the rows of all."""
    bad = {"on": True}

    def sometimes(request: httpx.Request) -> httpx.Response:
        return refuses(403)(request) if bad["on"] else rows_of(7)(request)

    ts, found = fakes(a=rows_of(120), b=sometimes)
    assert len(warned(lambda: ts.pull("toys.widgets"))[1]) == 1
    before = len(found["a"].requests)
    bad["on"] = False
    df = ts.resume()
    assert counts(df) == {"a": 120, "b": 7}
    assert (len(found["a"].requests), df.attrs["stnb"]["complete"]) == (before, True)
    assert ts.problems.empty


def test_strict_makes_an_error_of_it_that_can_be_resumed() -> None:
    """The rows of the others are in the error."""
    bad = {"on": True}

    def sometimes(request: httpx.Request) -> httpx.Response:
        return refuses(403)(request) if bad["on"] else rows_of(7)(request)

    ts, _ = fakes(a=rows_of(120), b=sometimes)
    with pytest.raises(TenantsFailed, match="for 1 of 2 tenants") as caught:
        ts.pull("toys.widgets", strict=True)
    assert list(caught.value.problems) == ["b"]
    assert caught.value.frame is not None
    assert counts(caught.value.frame) == {"a": 120}
    bad["on"] = False
    df = caught.value.resume()
    assert isinstance(df, pd.DataFrame)
    assert counts(df) == {"a": 120, "b": 7}


def breaks_off(count: int, bad: dict[str, bool], at: int) -> Handler:
    """A tenant of so many rows, whose server fails from a page on as long as it is bad."""
    whole = rows_of(count)

    def answer(request: httpx.Request) -> httpx.Response:
        if bad["on"] and int(request.url.params.get("page", 1)) >= at:
            return httpx.Response(500, json={"title": "Failure"})
        return whole(request)

    return answer


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("limit", [None, 9_000])
def test_rows_of_tenants_that_failed_half_way_are_in_the_error(
    strict: bool, limit: int | None
) -> None:
    """The same as in `last_partial`: those of every tenant, each once, and never said to be all;
    the rest comes with `resume`.
    """
    bad = {"on": True}
    ts, found = fakes(
        whole=rows_of(3) if strict else refuses(403),
        half=breaks_off(12_000, bad, at=2),
        none=breaks_off(12_000, bad, at=1),
    )
    with pytest.raises(TenantsFailed) as caught:
        ts.pull("toys.widgets", strict=strict, limit=limit, page_size=5_000)
    frame, partial = caught.value.frame, stnb.last_partial
    assert frame is not None
    assert partial is not None
    assert counts(frame) == {**({"whole": 3} if strict else {}), "half": 5_000}
    pd.testing.assert_frame_equal(frame, partial)
    assert frame["id"][frame["tenant"] == "half"].is_unique
    about = frame.attrs["stnb"]
    assert (about["complete"], about["total"], about["rows"]) == (False, None, len(frame))
    assert list(about["problems"]) == ([] if strict else ["whole"]) + ["half", "none"]
    assert about["tenants"]["half"]["complete"] is False
    failed = 2 if strict else 3
    assert any(f"lacks rows of {failed} of 3 tenants" in text for text in about["notices"])

    if strict:
        bad["on"] = False
        before = len(found["half"].requests)
        df = quiet(caught.value.resume)
        rows = limit or 12_000
        assert counts(df) == {"whole": 3, "half": rows, "none": rows}
        asked = [query["page"] for query in found["half"].queries[before:]]
        assert "1" not in asked


def test_no_tenant_at_all_is_an_error() -> None:
    """There is no frame to give."""
    ts, _ = fakes(a=refuses(403), b=refuses(404))
    with pytest.raises(TenantsFailed, match="for 2 of 2 tenants") as caught:
        ts.pull("toys.widgets")
    assert caught.value.frame is None


def test_there_is_nothing_to_resume_before_a_pull() -> None:
    """In words."""
    with pytest.raises(UsageError, match="nothing to resume"):
        fakes(a=rows_of(1))[0].resume()


# -- counts, queries, progress


def test_counts_come_as_a_table_with_the_problem_of_each() -> None:
    """One small request a tenant."""
    ts, found = fakes(a=rows_of(120), bad=refuses(403), b=rows_of(5))
    table = ts.where("toys.widgets").count()
    assert table["rows"].tolist()[::2] == [120, 5]
    assert pd.isna(table["rows"][1])
    assert [bool(text) for text in table["problem"]] == [False, True, False]
    assert len(found["a"].requests) == 1
    assert ts.count("toys.widgets")["tenant"].tolist() == ["a", "bad", "b"]


def test_a_query_can_be_narrowed_and_shows_its_filters() -> None:
    """Nothing is sent by that."""
    ts, found = fakes(a=rows_of(120), b=rows_of(5))
    query = ts.where("toys.widgets").where(ids=[1, 3])
    assert repr(query) == "<Query of toys.widgets · 2 tenants · ids=[1, 3]>"
    assert not found["a"].requests
    assert counts(query.pull()) == {"a": 2, "b": 2}


def test_the_progress_counts_tenants_and_rows() -> None:
    """And ends as done."""
    heard: list[Progress] = []
    ts, _ = fakes(a=rows_of(120), b=rows_of(5))
    ts.pull("toys.widgets", progress=heard.append)
    assert heard[-1].step == "2 of 2 tenants"
    assert (heard[-1].rows, heard[-1].total, heard[-1].state) == (125, 125, "done")
    assert [p.rows for p in heard] == sorted(p.rows for p in heard)


def test_the_progress_says_which_tenant_waits() -> None:
    """For the pause that its server asks for."""
    asked: list[int] = []

    def busy(request: httpx.Request) -> httpx.Response:
        asked.append(1)
        if len(asked) == 1:
            return httpx.Response(429, headers={"Retry-After": "12"}, json={})
        return rows_of(5)(request)

    heard: list[Progress] = []
    ts, _ = fakes(busy=busy)
    ts.pull("toys.widgets", progress=heard.append)
    assert "0 of 1 tenants · busy waits 12 s" in {p.note for p in heard}


def test_a_cancelled_pull_keeps_what_arrived() -> None:
    """And goes on from there."""
    ts, _ = fakes(a=rows_of(120), b=rows_of(5))
    run = ts.start("toys.widgets", page_size=50)
    run.cancel()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Incomplete)
        run.wait()
    df = run.resume().wait()
    assert counts(df) == {"a": 120, "b": 5}


# -- bounds


@pytest.mark.long
def test_answers_under_way_are_bounded_over_all_tenants() -> None:
    """Each tenant's own lanes would be many times as many."""
    under_way = {"now": 0, "most": 0}

    class Slow(FakeTenant):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            under_way["now"] += 1
            under_way["most"] = max(under_way["most"], under_way["now"])
            await self.clock.sleep(0.0)
            try:
                return rows_of(2_000)(request)
            finally:
                under_way["now"] -= 1

    accounts = {}
    for number in range(12):
        fake = Slow(owner=owner(profile=f"t{number}", tenant=number + 1))
        accounts[f"t{number}"] = Account(fake.session(), catalog=CATALOG)
    df = stnb.Tenants(accounts).pull("toys.widgets", page_size=50)
    assert len(df) == 24_000
    assert under_way["most"] <= IN_FLIGHT


# -- files


def test_a_folder_gets_a_file_for_each_tenant_which_sql_reads_as_one(tmp_path: Path) -> None:
    """As `sync` lays them out."""
    pytest.importorskip("duckdb")
    ts, _ = fakes(a=rows_of(120), b=rows_of(5))
    folder = ts.pull("toys.widgets", to=tmp_path / "lake")
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*.parquet")) == [
        "tenant=a/toys_widgets.parquet",
        "tenant=b/toys_widgets.parquet",
    ]
    found = stnb.sql("select tenant, count(*) as n from toys_widgets group by all", folder)
    assert sorted(found.itertuples(index=False)) == [("a", 120), ("b", 5)]


def test_a_file_gets_the_one_frame(tmp_path: Path) -> None:
    """With its first column."""
    ts, _ = fakes(a=rows_of(12), b=rows_of(5))
    path = ts.pull("toys.widgets", to=tmp_path / "all.parquet")
    assert counts(pd.read_parquet(path)) == {"a": 12, "b": 5}


# -- the way in


def env_of(folder: Path, **profiles: Mapping[str, str]) -> Path:
    """A .env file with these profiles; the app key and the environment are said once."""
    lines = ["SERVICETITAN_APP_KEY=ak1.abcdefgh1234", "SERVICETITAN_ENVIRONMENT=integration"]
    for number, (name, fields) in enumerate(profiles.items()):
        usual = {
            "TENANT_ID": str(1000 + number),
            "CLIENT_ID": "cid.abcdefgh1234",
            "CLIENT_SECRET": "cs1.abcdefgh1234abcdefgh",
        }
        for field, value in {**usual, **fields}.items():
            if value:
                lines.append(f"SERVICETITAN_{name.upper()}_{field}={value}")
    file = folder / ".env"
    file.write_text("\n".join(lines))
    file.chmod(0o600)
    return file


def test_profiles_are_taken_by_name_and_by_tag(tmp_path: Path) -> None:
    """Each once, in the order in which they were named."""
    file = env_of(
        tmp_path,
        phoenix={"TAGS": "west, big"},
        tucson={"TAGS": "West"},
        boston={"TAGS": "east"},
    )
    for names, expected in (
        ((), ["phoenix", "tucson", "boston"]),
        (("tag:west",), ["phoenix", "tucson"]),
        (("boston", "tag:west", "phoenix"), ["boston", "phoenix", "tucson"]),
    ):
        assert list(stnb.tenants(*names, env_file=file)) == expected
    table = stnb.profiles(file).frame
    assert table["tags"].tolist()[:3] == ["west, big", "west", "east"]
    assert table["environment"].tolist()[:3] == ["integration"] * 3
    with pytest.raises(CredentialsMissing, match="The tags are: big, east, west"):
        stnb.tenants("tag:north", env_file=file)


def test_a_profile_that_is_not_ready_is_said_and_not_forgotten(tmp_path: Path) -> None:
    """Named, it is an error."""
    file = env_of(tmp_path, phoenix={}, tucson={"CLIENT_SECRET": ""})
    with pytest.warns(Incomplete, match="1 of 2 profiles are not ready"):
        ts = stnb.tenants(env_file=file)
    assert list(ts) == ["phoenix"]
    assert ts.problems["tenant"].tolist() == ["tucson"]
    assert "not ready: tucson" in repr(ts)
    with pytest.raises(CredentialsMissing, match="CLIENT_SECRET"):
        stnb.tenants("tucson", env_file=file)


def test_a_shared_environment_makes_no_profile_of_its_own(tmp_path: Path) -> None:
    """A profile's own one counts first, and its name before the shared one."""
    file = env_of(tmp_path, phoenix={"ENVIRONMENT": "production"}, production={}, tucson={})
    table = stnb.profiles(file).frame.set_index("profile")
    assert table["environment"].to_dict() == {
        "phoenix": "production",
        "production": "production",
        "tucson": "integration",
        "demo": "demo",
    }


def test_the_repr_has_names_and_no_secret(tmp_path: Path) -> None:
    """Neither has the table of a notebook."""
    ts = stnb.tenants(env_file=env_of(tmp_path, phoenix={}, tucson={}))
    assert repr(ts) == "<stnb 2 tenants · phoenix, tucson>"
    assert "cs1" not in ts._repr_html_() + repr(ts)
    assert dataclasses.is_dataclass(ts.where("jpm.jobs"))
    ts.close()
