"""Rows that are kept for a while: the same query of the same client costs no request."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import stat
from collections.abc import Callable
from typing import Any

import httpx
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import stnb
from stnb.cli import main
from stnb.credentials import Secret
from stnb.frame import notices
from stnb.pull.kept import age, files
from stnb.session import clock
from tests.helpers.fake_tenant import FakeTenant, granted
from tests.helpers.moments import NOW
from tests.helpers.owner import owner
from tests.helpers.toys import FEED, LIST, row
from tests.helpers.warned import said

HOUR = "1 hour"


def pages_of(count: int) -> Callable[[httpx.Request], httpx.Response]:
    """What answers with so many rows on one page."""

    def answer(request: httpx.Request) -> httpx.Response:
        body = {"data": [row(i) for i in range(count)], "hasMore": False, "totalCount": count}
        return httpx.Response(200, json=body)

    return answer


@pytest.fixture(autouse=True)
def demo_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fakes are reached through a transport, as the network is."""
    monkeypatch.setenv("STNB_CACHE", os.path.join(os.getcwd(), "cache"))


def kept() -> list[files.KeptFile]:
    return files.kept_files()


def test_same_query_is_read_from_the_file(still: dt.datetime) -> None:
    """The second pull sends nothing, not even for a token, and brings the same frame."""
    first_tenant, second_tenant = FakeTenant(pages_of(3)), FakeTenant(pages_of(7))
    fresh = first_tenant.resource(LIST).pull(max_age=HOUR)
    again, told = said(lambda: second_tenant.resource(LIST).pull(max_age=HOUR))

    assert (second_tenant.requests, second_tenant.tokens) == ([], 0)
    about = again.attrs["stnb"].pop("kept")
    assert about == {"read": clock.stamp(NOW), "seconds": 0}
    assert_frame_equal(fresh, again)
    assert again.attrs == fresh.attrs
    assert any("nothing was sent" in text for text in told)


def test_file_and_folder_are_private() -> None:
    """Nobody else can read what is kept, whatever the umask."""
    old = os.umask(0)
    try:
        FakeTenant(pages_of(3)).resource(LIST).pull(max_age=HOUR)
    finally:
        os.umask(old)
    [file] = kept()

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(files.folder().stat().st_mode) == 0o700
    content = file.path.read_bytes()
    assert owner().client_id.reveal().encode() not in content
    assert owner().app_key.reveal().encode() not in content


def test_old_rows_are_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of just the age that was allowed are too old; so are those of a clock that goes back."""
    tenant = FakeTenant(pages_of(3))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    tenant.resource(LIST).pull(max_age=HOUR)
    sent = []
    for minutes in (59, 60, -30):
        later = NOW + dt.timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        tenant.requests.clear()
        said(lambda: tenant.resource(LIST).pull(max_age=HOUR))
        sent.append(len(tenant.requests))

    assert sent == [0, 1, 1]


@pytest.mark.parametrize(
    "other",
    [
        {"tenant": 43},
        {"environment": "production"},
        {"profile": "q"},
        {"client_id": Secret("cid.0th3rQ7w8e9")},
        {"app_key": Secret("ak1.0th3rQ7w8e9r0")},
        {"api_url": "https://other.example"},
        {"timezone": "America/Phoenix"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_nobody_reads_what_another_kept(other: dict[str, Any]) -> None:
    """Another tenant, environment, profile, client or app has rows of its own."""
    tenant = FakeTenant(pages_of(3))
    tenant.resource(LIST).pull(max_age=HOUR)
    stranger = FakeTenant(pages_of(5), owner=owner(**other))

    assert len(stranger.resource(LIST).pull(max_age=HOUR)) == 5


def test_other_scopes_read_anew() -> None:
    """An app whose token has other scopes by now does not read what the former one kept."""

    class Scoped(FakeTenant):
        scope = "toys.widgets:read"

        async def grant(self, request: httpx.Request) -> httpx.Response:
            claims = base64.urlsafe_b64encode(json.dumps({"scope": self.scope}).encode())
            return granted(f"eyJ0oken.{claims.decode().rstrip('=')}.x")

    tenant = Scoped(pages_of(3))
    tenant.resource(LIST).pull(max_age=HOUR)
    tenant.scope = "toys.gadgets:read"
    changed = tenant.resource(LIST)
    changed.pull()
    tenant.requests.clear()
    changed.pull(max_age=HOUR)

    assert len(tenant.requests) == 1


@pytest.mark.parametrize(
    "asked",
    [{"limit": 2}, {"columns": ["id"]}, {"dtypes": "raw"}, {"ids": [1]}, {"keep": "all"}],
    ids=lambda asked: next(iter(asked)),
)
def test_another_query_has_other_rows(asked: dict[str, Any]) -> None:
    """Filters and the options that change the answer are part of what is kept."""
    tenant = FakeTenant(pages_of(3))
    tenant.resource(LIST).pull(max_age=HOUR)
    tenant.requests.clear()
    said(lambda: tenant.resource(LIST).pull(max_age=HOUR, **asked))

    assert len(tenant.requests) == 1


@pytest.mark.parametrize("asked", [{"page_size": 50}, {"concurrency": 1}])
def test_how_it_is_asked_does_not_matter(asked: dict[str, Any]) -> None:
    """The size of pages and their number at once bring the same rows."""
    tenant = FakeTenant(pages_of(3))
    tenant.resource(LIST).pull(max_age=HOUR)
    tenant.requests.clear()
    said(lambda: tenant.resource(LIST).pull(max_age=HOUR, **asked))

    assert tenant.requests == []


def test_answers_that_lack_rows_are_not_kept() -> None:
    """Fewer rows than the server counted, and a pull that failed, are read again."""

    def short(request: httpx.Request) -> httpx.Response:
        body = {"data": [row(1)], "hasMore": False, "totalCount": 9}
        return httpx.Response(200, json=body)

    said(lambda: FakeTenant(short).resource(LIST).pull(max_age=HOUR))
    broken = FakeTenant(lambda request: httpx.Response(403, json={"title": "no"}))
    with pytest.raises(stnb.NotAllowed):
        broken.resource(LIST).pull(max_age=HOUR)

    assert kept() == []


def test_first_rows_are_kept_as_such() -> None:
    """The answer to `limit=` is whole as that; what was said of it is said again."""
    tenant = FakeTenant(pages_of(9))
    said(lambda: tenant.resource(LIST).pull(limit=2, max_age=HOUR))
    notices.forget()
    frame, told = said(lambda: tenant.resource(LIST).pull(limit=2, max_age=HOUR))

    assert len(frame) == 2
    assert frame.attrs["stnb"]["complete"] is False
    assert [text for text in told if text.startswith("toys.widgets: the first 2 of 9")]


DAMAGES: dict[str, Callable[[files.KeptFile], object]] = {
    "cut off": lambda file: file.path.write_bytes(file.path.read_bytes()[:-40]),
    "empty": lambda file: file.path.write_bytes(b""),
    "text": lambda file: file.path.write_text("rows"),
    "another's": lambda file: pd.DataFrame({"id": [1]}).to_parquet(file.path),
    "open to others": lambda file: file.path.chmod(0o644),
    "a link": lambda file: file.path.rename("x") and file.path.symlink_to(os.path.abspath("x")),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damaged_and_foreign_files_are_not_used(damage: Callable[[Any], object]) -> None:
    """The rows are read anew, it is said why, and a sound file takes the place of the other."""
    tenant = FakeTenant(pages_of(3))
    tenant.resource(LIST).pull(max_age=HOUR)
    damage(kept()[0])
    tenant.requests.clear()
    frame, told = said(lambda: tenant.resource(LIST).pull(max_age=HOUR))
    again, _ = said(lambda: tenant.resource(LIST).pull(max_age=HOUR))

    assert len(frame) == len(again) == 3
    assert len(tenant.requests) == 1
    assert [text for text in told if "are read anew" in text]


def test_a_file_of_another_query_is_not_used() -> None:
    """A file that was put under another query's name says what it is."""
    tenant = FakeTenant(pages_of(3))
    tenant.resource(LIST).pull(max_age=HOUR)
    [first] = kept()
    said(lambda: tenant.resource(LIST).pull(max_age=HOUR, ids=[1]))
    [other] = [file for file in kept() if file.path != first.path]
    other.path.write_bytes(first.path.read_bytes())
    tenant.requests.clear()
    _, told = said(lambda: tenant.resource(LIST).pull(max_age=HOUR, ids=[1]))

    assert len(tenant.requests) == 1
    assert [text for text in told if "not written for this query" in text]


def test_without_a_folder_the_pull_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder that cannot be made costs a sentence, not the rows."""
    open("no-folder", "w").close()
    monkeypatch.setenv("STNB_CACHE", os.path.abspath("no-folder"))
    frame, told = said(lambda: FakeTenant(pages_of(3)).resource(LIST).pull(max_age=HOUR))

    assert len(frame) == 3
    assert [text for text in told if "were not kept" in text]
    assert not [text for text in told if "read anew" in text]  # there was nothing to read


def test_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest files go when all are too large; one that is too large by itself is not kept."""
    tenant = FakeTenant(pages_of(3))
    for i in range(4):
        said(lambda i=i: tenant.resource(LIST).pull(max_age=HOUR, ids=[i]))
        newest = kept()[0].path
        for file in kept():
            written = file.path.stat().st_mtime
            os.utime(file.path, (written - 10, written - 10))
        monkeypatch.setattr(files, "MOST", newest.stat().st_size * 2 + 200)
    assert len(kept()) == 2

    monkeypatch.setattr(files, "LARGEST", 10)
    _, told = said(lambda: tenant.resource(LIST).pull(max_age=HOUR, ids=[77]))
    assert [text for text in told if "one query may take 10" in text]


def test_rows_that_parquet_would_change_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would not come back the same is not kept, and that is said."""
    monkeypatch.setattr(pd.DataFrame, "equals", lambda self, other: False)
    _, told = said(lambda: FakeTenant(pages_of(3)).resource(LIST).pull(max_age=HOUR))

    assert kept() == []
    assert [text for text in told if "would not be the same" in text]


def test_an_account_says_it_for_all_its_pulls() -> None:
    """`connect(max_age=...)` counts for each pull, `max_age=None` reads afresh, count always."""
    st = stnb.connect("demo", max_age=HOUR)
    first, _ = said(lambda: st.jpm.job_types.pull())
    again, _ = said(lambda: st.jpm.job_types.where().pull())
    afresh, _ = said(lambda: st.jpm.job_types.pull(max_age=None))
    whole, _ = said(lambda: st.jpm.job_types.where(max_age=None).pull())

    assert "kept" not in first.attrs["stnb"]
    assert "kept" in again.attrs["stnb"]
    assert "kept" not in afresh.attrs["stnb"]
    assert "kept" not in whole.attrs["stnb"]
    files.clear()
    assert st.jpm.job_types.count() == len(first)
    assert kept() == []


def test_a_demo_that_is_another_company_has_other_rows() -> None:
    """The seed and the size of a demo are part of who it is; one that changes keeps nothing."""
    small = stnb.demo(scale=0.02, max_age=HOUR)
    other = stnb.demo(scale=0.02, seed=2, max_age=HOUR)
    faulty = stnb.demo(scale=0.02, faults=["429-header"], max_age=HOUR)

    for account in (small, other, faulty, stnb.demo(live=True, scale=0.02, max_age=HOUR)):
        said(account.crm.customers.head)
    assert len(kept()) == 2


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("pull", {"to": "jobs.parquet"}),
        ("pull", {"to": "jobs.csv"}),
        ("pages", {}),
    ],
)
def test_files_and_pages_are_read_afresh(verb: str, arguments: dict[str, Any]) -> None:
    """What keeps nothing refuses the option; an account's own does not get into its way."""
    resource = FakeTenant(pages_of(3)).resource(LIST)
    with pytest.raises(stnb.BadFilter, match="max_age"):
        getattr(resource, verb)(max_age=HOUR, **arguments)
    tenant = FakeTenant(pages_of(3))
    account = type(resource)(tenant.session(), resource.catalog, LIST, dt.timedelta(hours=1))
    list(map(str, [getattr(account, verb)(**arguments)]))

    assert kept() == []


def test_a_feed_keeps_its_cursor() -> None:
    """A kept frame of a feed goes on from where it ended."""

    def answer(request: httpx.Request) -> httpx.Response:
        body = {"data": [row(1)], "hasMore": False, "continueFrom": "c1"}
        return httpx.Response(200, json=body)

    tenant = FakeTenant(answer)
    said(lambda: tenant.resource(FEED).pull(max_age=HOUR))
    frame, _ = said(lambda: tenant.resource(FEED).pull(max_age=HOUR))
    tenant.requests.clear()
    said(lambda: tenant.resource(FEED).pull(since=frame))

    assert tenant.queries[0]["from"] == "c1"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1 hour", 3600), ("90 s", 90), ("1.5 h", 5400), ("2 days", 172_800), ("1 Week", 604_800)],
)
def test_ages_are_read_as_people_write_them(written: str, seconds: int) -> None:
    """A number and a unit."""
    assert age.age_of(written) == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "wrong", ["1", 3600, "hour", "-1 hour", "1 month", "١ hour", "nan h", "31 days", True]
)
def test_other_ages_are_refused(wrong: Any) -> None:
    """A number without its unit, one below nothing and over thirty days are refused in words."""
    with pytest.raises(stnb.BadFilter, match="max_age"):
        stnb.demo().jpm.jobs.where(max_age=wrong)
    with pytest.raises(stnb.BadFilter, match="max_age"):
        stnb.connect("demo", max_age=wrong)


def test_the_command_lists_and_clears(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb cache` names what is kept and what is damaged; `--clear` leaves nothing."""
    said(lambda: stnb.demo(scale=0.02, max_age=HOUR).jpm.jobs.pull(jobStatus="Completed"))
    (files.folder() / f"{'0' * 64}.parquet").write_text("x")

    assert main.main(["cache"]) == 0
    shown = capsys.readouterr().out
    assert "jpm.jobs" in shown
    assert "jobStatus=Completed" in shown
    assert "it is" in shown
    assert main.main(["cache", "--clear"]) == 0
    assert main.main(["cache"]) == 0
    assert "No rows are kept" in capsys.readouterr().err
