"""What a tenant's resources take, kept for the next process."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.access.doctor import examine
from stnb.access.doctor.local import of_learned
from stnb.account.account import Account
from stnb.account.facts import try_facts
from stnb.filesystem.folders import cache_folder
from stnb.frame import notices
from stnb.session import Session, clock
from stnb.session.client import OF_PROCESS
from stnb.session.learned import DAYS, FORM, LARGEST_FILE, Learned, learned_file, read, written
from stnb.session.taken import Taken
from tests.account.test_facts import Changed
from tests.helpers.moments import NOW
from tests.helpers.owner import owner
from tests.helpers.warned import quiet, said
from tests.pull.test_refused_parameters import LIST, Refusing

ROWS = 3_000


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where every session keeps what it learns, as over the real network."""
    file = tmp_path / "cache" / "taken" / "tenant.json"
    monkeypatch.setattr(Session, "_learned_file", lambda session, api_url, tenant: file)
    return file


def entry(**other: Any) -> dict[str, Any]:
    return {"without": ["sort"], "most": 200, "least": None, "learned": NOW.isoformat()} | other


def content(resources: Any, form: Any = FORM) -> bytes:
    return json.dumps({"form": form, "resources": resources}).encode()


def test_next_process_asks_for_nothing_that_was_refused(path: Path) -> None:
    """It reads exact rows, is refused nothing, and does not say again what has no consequence."""
    server = Refusing(LIST, ("sort", "pageSize"), most=200)
    _, first = said(lambda: server.resource(LIST).pull())
    refusals = server.turned_down
    frame, again = said(lambda: server.resource(LIST).pull())

    assert refusals > 0
    assert server.turned_down == refusals
    assert sorted(frame["id"]) == list(range(ROWS))
    assert [text for text in first if "takes pages" in text]
    assert not [text for text in again if "takes pages" in text or "sort" in text]


def test_file_is_small_private_and_holds_no_value(path: Path) -> None:
    """Names of resources and parameters, sizes and a moment; 0600 in a folder of 0700."""
    quiet(Refusing(LIST, ("sort", "pageSize"), most=200).resource(LIST).pull)
    body = json.loads(path.read_bytes())

    assert set(body) == {"form", "resources"}
    assert set(body["resources"]) == {LIST.name}
    kept = body["resources"][LIST.name]
    assert (kept["without"], kept["most"], kept["least"]) == (["sort"], 200, None)
    assert set(kept) == {"without", "most", "least", "learned"}
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_demo_and_tests_keep_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only over the real network is anything kept; the file's name does not tell the tenant."""
    monkeypatch.setenv("STNB_CACHE", str(tmp_path))
    quiet(Refusing(LIST, ("sort",)).resource(LIST).pull)
    session = Session(owner(api_url="https://api.example.com", auth_url="https://auth.example.com"))
    tenant = session.credentials.tenant

    assert not (cache_folder() / "taken").exists()
    assert session.learned.file == learned_file("https://api.example.com", tenant)
    assert str(tenant) not in learned_file("https://api.example.com", tenant).name
    assert learned_file("https://a", tenant) != learned_file("https://b", tenant)
    OF_PROCESS.learned.clear()


def test_it_is_believed_for_a_week(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is tried again, learned anew and kept for another week."""
    server = Refusing(LIST, ("sort",))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    quiet(server.resource(LIST).pull)
    monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(days=DAYS, hours=-1))
    before = server.turned_down
    quiet(server.resource(LIST).pull)
    assert server.turned_down == before

    monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(days=DAYS, hours=1))
    quiet(server.resource(LIST).pull)
    assert server.turned_down > before
    assert read(path.read_bytes())[LIST.name].learned == NOW + dt.timedelta(days=DAYS, hours=1)


def test_rows_that_may_be_missing_are_told_in_each_process(path: Path) -> None:
    """Once in each: who reads the frame of today did not read what was said last week."""
    from stnb.pull.values import Ours

    server = Refusing(LIST, ("active",))
    for _ in range(2):
        notices.forget()
        pull = partial(server.resource(LIST).pull, active=Ours("Any"))
        for times in (1, 0):
            _, texts = said(pull)
            assert len([text for text in texts if "inactive rows may be missing" in text]) == times


def test_what_others_wrote_stays(path: Path) -> None:
    """Two processes that learn of two resources both keep theirs."""
    one, two = Learned(lambda: path), Learned(lambda: path)
    for known, name in ((one, "jpm.jobs"), (two, "crm.customers")):
        known.of(name)
    for known, name in ((one, "jpm.jobs"), (two, "crm.customers")):
        taken = known.of(name)
        taken.most = 100
        taken.keep()

    assert set(Learned(lambda: path).unusual()) == {"jpm.jobs", "crm.customers"}


def test_what_is_taken_again_is_forgotten(path: Path) -> None:
    """The check of the facts sees that the usual size and `sort` are taken after all."""
    path.parent.mkdir(parents=True)
    learned = clock.now().isoformat()
    path.write_bytes(
        content({"jpm.jobs": entry(without=["sort", "createdBefore"], learned=learned)})
    )
    account = Account(Changed().session())
    assert account.session.taken("jpm.jobs").most == 200
    try_facts(account)

    assert account.session.learned.unusual() == {}
    assert json.loads(path.read_bytes())["resources"] == {}


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\xff\xfe\x00",
        b"[]",
        b'{"form": 1',
        b"[" * 100_000,
        content({}, form=2),
        content(["jpm.jobs"]),
        content({"jpm.jobs": None}),
        content({"jpm.jobs": entry(most=-1)}),
        content({"jpm.jobs": entry(most=True)}),
        content({"jpm.jobs": entry(most=1e9)}),
        content({"jpm.jobs": entry(most=10**9)}),
        content({"jpm.jobs": entry(least=500)}),
        content({"jpm.jobs": entry(without="sort")}),
        content({"jpm.jobs": entry(without=["sort", 1])}),
        content({"jpm.jobs": entry(without=["a" * 81])}),
        content({"jpm.jobs": entry(learned="yesterday")}),
        content({"jpm.jobs": entry(learned="2026-07-01T00:00:00")}),
        content({"jpm.jobs": entry(learned=None)}),
        content({"jpm.jobs": entry(learned=(NOW + dt.timedelta(days=2)).isoformat())}),
        content({"../../x": entry()}),
        content({"jpm.jobs": entry()}) + b" " * LARGEST_FILE,
    ],
)
@pytest.mark.usefixtures("still")
def test_broken_file_is_ignored_and_written_anew(broken: bytes, path: Path) -> None:
    """Nothing of it is believed, and what is learned next replaces it."""
    path.parent.mkdir(parents=True)
    path.write_bytes(broken)
    known = Learned(lambda: path)
    assert known.unusual() == {}
    assert known.problem == ""

    taken = known.of("jpm.jobs")
    taken.without.add("sort")
    taken.keep()
    assert known.problem == ""
    assert set(read(path.read_bytes())) == {"jpm.jobs"}


@pytest.mark.usefixtures("still")
def test_sound_entries_beside_a_broken_one_are_believed() -> None:
    """Each stands for itself."""
    found = read(content({"jpm.jobs": entry(), "crm.customers": entry(most="200")}))

    assert found == {"jpm.jobs": Taken({"sort"}, 200, None, NOW)}
    assert read(written(found)) == found


@given(some.binary() | some.recursive(some.none() | some.text() | some.floats(), some.lists))
def test_any_content_can_be_read(body: Any) -> None:
    """Whatever the file holds, reading it raises nothing."""
    if isinstance(body, bytes):
        assert read(body) == {}
    else:
        read(content({"jpm.jobs": entry(without=body, most=body, learned=body)}))


def test_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    """The process knows it all the same, and the doctor says why it is not kept."""
    (tmp_path / "file").write_text("")
    known = Learned(lambda: tmp_path / "file" / "taken.json")
    taken = known.of("jpm.jobs")
    taken.most = 100
    taken.keep()

    assert known.of("jpm.jobs").most == 100
    assert known.problem
    assert known.problem in of_learned(known).seen


def test_user_without_a_home_folder_has_no_file() -> None:
    """Nothing fails; what is learned lasts as long as the process."""

    def find() -> Path:
        raise OSError("this user has no home folder")

    known = Learned(find)
    taken = known.of("jpm.jobs")
    taken.without.add("sort")
    taken.keep()

    assert known.of("jpm.jobs") is taken
    assert "no home folder" in known.problem


def test_nothing_is_read_before_it_is_asked_for() -> None:
    """An account that pulls nothing reads no file; many pulls read it once."""
    reads: list[str] = []
    known = Learned(partial(reads.append, "read"))  # type: ignore[arg-type]
    assert reads == []
    for name in ("jpm.jobs", "crm.customers", "jpm.jobs"):
        known.of(name)
    assert reads == ["read"]


def test_doctor_names_it(path: Path) -> None:
    """With the day until which it is believed, and what to do to have it tried again."""
    server = Refusing(LIST, ("sort", "pageSize"), most=200)
    quiet(server.resource(LIST).pull)
    check = of_learned(server.session().learned)
    day = (clock.now() + dt.timedelta(days=DAYS)).date()

    assert check.ok
    assert check.seen == (
        f"{LIST.name}: pages of 200 rows at most, without sort until {day}. "
        f"Kept in {path}; delete it to have it tried again"
    )


def test_doctor_of_a_tenant_that_takes_all_says_nothing_of_it(path: Path) -> None:
    """And one that does not has a line of its own among the checks."""
    assert "learned" not in {check.name for check in examine("demo")}

    path.parent.mkdir(parents=True)
    path.write_bytes(content({"jpm.jobs": entry(learned=clock.now().isoformat())}))
    report = examine("demo")
    assert report.ok
    assert "jpm.jobs: pages of 200 rows at most" in report["learned"].seen
