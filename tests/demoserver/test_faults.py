"""Misbehaviour on demand: every fault happens, and a pull through it ends as it should."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import Callable
from typing import Any

import httpx
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.cli.main import main
from stnb.demoserver import FAULTS, STATES, Fault, make_app
from stnb.session import Session

LISTED, FEED = "jpm.appointments", "jpm.export.jobs"


def hasty(app: Any) -> Account:
    """An account of that app, whose waits take no time."""

    async def rest(seconds: float) -> None:
        await asyncio.sleep(0)

    return Account(Session.of_app(app, stnb.demo()._session.credentials, sleep=rest))


@pytest.fixture(scope="module")
def app() -> Any:
    """One app for all: its faults are set anew for each test."""
    return make_app(scale=0.08)


def order(app: Any, *faults: Fault | str) -> None:
    app.state.faults.set([Fault.of(f) for f in faults])


def pull(app: Any, name: str = LISTED) -> tuple[pd.DataFrame, set[str]]:
    """The frame, and the names of the warnings."""
    with hasty(app) as st, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        active = dict([st[name].endpoint.shows_all]) if st[name].endpoint.shows_all else {}
        frame = st[name].pull(**active, page_size=None if name == FEED else 200)
    return frame, {w.category.__name__ for w in told} - {"KnownTrap", "HiddenRows"}


@pytest.fixture(scope="module")
def whole(app: Any) -> dict[str, pd.DataFrame]:
    """What a pull gives without a fault."""
    order(app)
    return {name: pull(app, name)[0] for name in (LISTED, FEED)}


# By name: what it ends with. A set names the warnings of a pull that has every row; "less" is one
# that says that rows lack.
PASSES = (
    "429-header",
    "429-date",
    "429-title",
    "429-bare",
    "500",
    "502",
    "503",
    "503-html",
    "504",
    "409-maintenance",
    "401",
)
PASSES += ("html-200", "empty", "cut-off", "cut-gzip", "slow", "reset", "drop", "never-answers")
ENDS: dict[str, Any] = {key: set() for key in PASSES}
ENDS |= {
    "403": stnb.NotAllowed,
    "404": stnb.NotFound,
    "404-gateway": stnb.NotFound,
    "400-errors": stnb.Rejected,
    "409": stnb.Rejected,
}
ENDS |= {
    "duplicates": set(),
    "resent": set(),
    "total-null": set(),
    "short-pages": set(),
    "empty-page": {"Incomplete"},
    "shifting": set(),
}
ENDS |= {
    "wrong-total": {"Incomplete"},
    "changing-total": {"Incomplete"},
    "gap": "less",
    "ends-early": "less",
}
ENDS |= {key: {"ColumnDrift"} for key in ("unknown-key", "wrong-type", "deep")}
ENDS |= dict.fromkeys(
    ("missing-key", "null-required", "long-fractions", "year-1", "year-9999", "no-zone"), None
)  # the rows are there, some values differ
# Of these one answer is made good by the next.
LASTING = ("same-cursor", "400-errors")
ENDS |= {"big-ids": None, "never-ends": None, "same-cursor": stnb.PagingFault, "empty-batch": set()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_pull_through_a_fault_ends_as_it_should(
    app: Any, whole: dict[str, pd.DataFrame], name: str
) -> None:
    """With every row, with a warning that says what is wrong, or with the right error."""
    source = FEED if name in ("same-cursor", "empty-batch") else LISTED
    good = whole[source]
    order(
        app,
        Fault(
            name,
            path="/jobs" if source == FEED else "/appointments",
            seconds=0.01,
            times=None if name in LASTING else 1,
        ),
    )
    ends = ENDS[name]

    if isinstance(ends, type):
        with pytest.raises(ends):
            pull(app, source)
    else:
        frame, told = pull(app, source)
        if ends == "less":
            assert set(frame["id"]) < set(good["id"])
            assert told == {"Incomplete"}
        elif ends is None:
            assert len(frame) == len(good)
        else:
            assert told == ends
            assert sorted(frame["id"]) == sorted(good["id"])
    assert app.state.faults.table()[0]["done"] >= 1


def client(app: Any, method: str, path: str, **more: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="https://demo.invalid"
        ) as http:
            return await http.request(method, path, **more)

    return asyncio.run(run())


def rows(answer: httpx.Response) -> list[dict[str, Any]]:
    return list(answer.json()["data"])


def page(
    app: Any, *faults: Fault | str, path: str = "appointments", **query: Any
) -> dict[str, Any]:
    order(app, *faults)
    with hasty(app) as st:
        found: dict[str, Any] = st.get(
            f"jpm/v2/tenant/{{tenant}}/{path}", **{"pageSize": 20, "sort": "+Id", **query}
        )
    return found


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param(
            "unknown-key",
            lambda bad, good: [r.pop("surprise") for r in bad] == [1] * 20 and bad == good,
            id="unknown-key",
        ),
        pytest.param(
            "missing-key",
            lambda bad, good: len(bad[0]) == len(good[0]) - 1 and bad[1:] == good[1:],
            id="missing-key",
        ),
        pytest.param(
            "null-required",
            lambda bad, good: bad[0] == good[0] | {"jobId": None},
            id="null-required",
        ),
        pytest.param(
            "wrong-type", lambda bad, good: bad[0] == good[0] | {"jobId": "n/a"}, id="wrong-type"
        ),
        pytest.param(
            "big-ids",
            lambda bad, good: [r["id"] - 2**53 - 1 for r in bad] == [r["id"] for r in good],
            id="big-ids",
        ),
        pytest.param(
            "long-fractions",
            lambda bad, good: bad[3]["start"] == good[3]["start"][:19] + ".1234567Z",
            id="fractions",
        ),
        pytest.param(
            "no-zone", lambda bad, good: bad[3]["start"] + "Z" == good[3]["start"], id="no-zone"
        ),
        pytest.param(
            "year-1", lambda bad, good: bad[0]["start"] == "0001-01-01T00:00:00Z", id="year-1"
        ),
        pytest.param(
            "year-9999", lambda bad, good: bad[0]["start"].startswith("9999"), id="year-9999"
        ),
        pytest.param(
            "deep",
            lambda bad, good: bad[0].pop("extra")["a"]["b"]["c"] and bad[0] == good[0],
            id="deep",
        ),
        pytest.param("duplicates", lambda bad, good: bad == good[:1] + good, id="duplicates"),
        pytest.param("resent", lambda bad, good: bad == good + good[:1], id="resent"),
        pytest.param("short-pages", lambda bad, good: bad == good[:10], id="short-pages"),
    ],
)
def test_what_a_spoilt_page_holds(app: Any, name: str, told: Callable[[Any, Any], bool]) -> None:
    """What the fault's name says, and nothing else."""
    good = page(app)["data"]

    assert told(page(app, name)["data"], good)


def test_pages_that_move(app: Any) -> None:
    """An empty page pushes the others on; a row that came in front, or went, moves them by one."""
    first, second = page(app)["data"], page(app, page=2)["data"]
    empty = page(app, "empty-page", page=2)

    assert (empty["data"], empty["hasMore"], empty["page"]) == ([], True, 2)
    behind = page(app, "empty-page", page=3)
    assert (behind["data"], behind["page"]) == (second, 3)
    assert page(app, Fault("empty-page", page=1))["data"] == []
    assert page(app, "shifting", page=2)["data"] == first[-1:] + second[:-1]
    assert page(app, "gap", page=2)["data"][:-1] == second[1:]
    batch = page(app, "empty-batch", path="export/jobs")
    assert (batch["data"], batch["hasMore"]) == ([], True)
    assert page(app, "empty-batch", path="export/jobs", from_=batch["continueFrom"]) == page(
        app, path="export/jobs"
    )


def test_chance_follows_the_seed(app: Any) -> None:
    """The same seed makes the same requests fail.

    Another does not; the share is about what was asked for.
    """

    def failing(**more: Any) -> list[bool]:
        order(app, Fault("500", path="/zones", times=None, chance=0.3, **more))
        return [app.state.faults.next("/dispatch/zones", None) is not None for _ in range(400)]

    first = failing(seed=1)
    assert failing(seed=1) == first != failing(seed=2)
    assert failing() == first  # the app's own seed is 1
    assert 90 < sum(first) < 150
    assert app.state.faults.table()[0]["seen"] == 400


def test_faults_are_picked_by_route_page_and_count(app: Any) -> None:
    """The first that fits happens; the token has faults only when it is named."""
    order(
        app,
        Fault("500", path="/jobs", page=3, times=2, after=1),
        "503",
        Fault("429-bare", path="connect/token"),
    )
    next_ = app.state.faults.next
    met = [
        next_("/jobs", "3"),
        next_("/jobs", "3"),
        next_("/jobs", "2"),
        next_("/jobs", "3"),
        next_("/jobs", "3"),
        next_("/connect/token", None),
    ]

    assert [m and m.name for m in met] == ["503", "500", None, "500", None, "429-bare"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        pytest.param("500", Fault("500"), id="a name"),
        pytest.param("500:0.05", Fault("500", times=None, chance=0.05), id="a name with a chance"),
        pytest.param(
            {"name": "drop", "path": "/jobs", "times": None},
            Fault("drop", path="/jobs", times=None),
            id="fields",
        ),
    ],
)
def test_faults_are_written_in_several_ways(given: Any, fault: Fault) -> None:
    """A name, a name with a chance, or fields by name."""
    assert Fault.of(given) == fault
    assert Fault.of(fault) is fault


BAD: list[Any] = [
    "nonsense",
    "500:often",
    "500:7",
    {"path": "/jobs"},
    {"name": "500", "colour": 1},
    {"name": "500", "times": "2"},
]
BAD += [
    {"name": "500", "chance": None},
    {"name": "500", "page": True},
    {"name": "500", "seconds": -1},
    7,
    None,
    {"name": 7},
    {"name": ["500"]},
]


@pytest.mark.parametrize("given", BAD, ids=str)
def test_a_wrong_fault_is_refused_over_http(app: Any, given: Any) -> None:
    """With 400 and a sentence, and those in force stay."""
    order(app, "502")
    answer = client(app, "POST", "/_demo/faults", json=[given])

    assert answer.status_code == 400
    assert answer.json()["title"].endswith(".")
    assert [f["name"] for f in client(app, "GET", "/_demo/faults").json()["in force"]] == ["502"]


def test_a_wrong_name_is_told_with_those_that_there_are(app: Any) -> None:
    """So that one need not look them up."""
    title = client(app, "POST", "/_demo/faults", json=[{"name": "nonsense"}]).json()["title"]

    assert all(name in title for name in FAULTS)
    assert client(app, "POST", "/_demo/faults", content=b"{no json").status_code == 400


def test_faults_are_ordered_over_http(app: Any) -> None:
    """POST sets them, GET shows how often each has happened, DELETE takes them away.

    None of it needs a token.
    """
    set_ = client(
        app,
        "POST",
        "/_demo/faults",
        json=[{"name": "500", "path": "/zones", "times": 2}, "drop:0.5"],
    )
    answers = [client(app, "GET", "/dispatch/v2/tenant/1/zones").status_code for _ in range(3)]
    shown = client(app, "GET", "/_demo/faults").json()

    assert set_.status_code == 200
    assert (answers[:2], shown["names"]) == ([500, 500], FAULTS)
    assert [(f["name"], f["times"]) for f in shown["in force"]] == [("500", 2), ("drop", None)]
    assert shown["in force"][0]["done"] == 2
    assert client(app, "DELETE", "/_demo/faults").json()["in force"] == []
    assert client(app, "GET", "/_demo/nonsense").status_code == 404


def test_states_are_changed_over_http(app: Any) -> None:
    """Likewise for how the credentials stand."""
    order(app)
    set_ = client(app, "POST", "/_demo/state", json={"state": "disabled"})
    with hasty(app) as st, pytest.raises(stnb.NotAuthenticated):
        st.jpm.jobs.head()

    assert set_.json()["state"] == "disabled:unauthorized"
    assert list(client(app, "GET", "/_demo/state").json()["names"]) == list(STATES)
    assert client(app, "POST", "/_demo/state", json="nonsense").status_code == 400
    assert client(app, "DELETE", "/_demo/state").json()["state"] == "healthy"
    with hasty(app) as st:
        assert len(st.jpm.jobs.head()) > 0


def test_plain_names_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """`stnb.demo` takes names and faults alike, and refuses what is none."""
    st = stnb.demo(scale=0.05, faults=["403", Fault("404", path="/jobs")])
    with pytest.raises(stnb.NotAllowed):
        st.jpm.jobs.head()
    with pytest.raises(stnb.NotFound):
        st.jpm.jobs.head()
    with pytest.raises(ValueError, match="no fault of the demo"):
        stnb.demo(faults=["nonsense"])


def test_the_table_of_names_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with a line about it."""
    assert main(["demo", "faults"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(FAULTS)
    assert all(len(line.split()) > 2 for line in lines)
    assert json.dumps(FAULTS)
