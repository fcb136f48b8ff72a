"""The demo is whole on any day: its builders, its phrases and the explorer; and nothing looks at
the machine's clock.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stnb
from stnb.catalog import load
from stnb.demoserver import make_app
from stnb.demoserver.company.world import World
from stnb.explorer import explore
from stnb.pull.date_phrases import SINCE
from stnb.session import clock
from tests.helpers.code import parsed
from tests.helpers.moments import DAYS, NOW
from tests.helpers.sample import EVERYTHING, of_each

pytestmark = pytest.mark.usefixtures("small_demo")

ROOT = Path(__file__).parents[2]
CATALOG = load()
LISTS = [
    e
    for e in CATALOG
    if e.kind in ("list", "export", "rows") and e.columns and not e.name.startswith("reporting.")
]
HISTORIES = (
    "crm.customers",
    "jpm.jobs",
    "jpm.appointments",
    "accounting.invoices",
    "accounting.payments",
    "telecom.calls",
)


@pytest.mark.parametrize("day", DAYS)
def test_every_list_has_its_rows(day: str) -> None:
    """Of every resource: rows that are JSON, none of them made or changed after the history's end,
    or changed before made.
    """
    world = World(CATALOG, 1, 0.02, dt.date.fromisoformat(day))
    wrong = []
    # In the quick round a resource is looked at on one of the days.
    for e in LISTS if EVERYTHING else LISTS[DAYS.index(day) :: len(DAYS)]:
        table = world.table(world.home(e))
        rows = [json.loads(row) for row in table.rows(np.arange(table.size), e.columns, e.name)]
        wrong += [(e.name, *found) for row in rows if (found := out_of_order(row, day))]

    assert wrong[:5] == []
    assert all(world.table(name).size for name in HISTORIES if name in world.catalog.endpoints)


def out_of_order(row: dict[str, Any], day: str) -> tuple[str, str] | None:
    """When a row was made and changed, if that cannot be; as the feed's clock, the first second of
    the day still counts.
    """
    made, changed = (str(row.get(name) or "").rstrip("Z") for name in ("createdOn", "modifiedOn"))
    late = max(made, changed) > f"{day}T00:00:01"
    return (made, changed) if late or (made and changed and made > changed) else None


@pytest.fixture(scope="module", params=DAYS)
def there(request: pytest.FixtureRequest) -> Iterator[stnb.Account]:
    """An account of a demo that stands on one of the days."""
    with stnb.demo(
        today=dt.datetime.fromisoformat(f"{request.param}T12:00"), scale=0.05
    ) as account:
        yield account


def test_phrases_count_from_the_demos_own_day(
    there: stnb.Account, request: pytest.FixtureRequest
) -> None:
    """The last 30 days are the last of the history; the provenance has the same clock."""
    today = pd.Timestamp(there.window("today")[0])
    jobs = there.jpm.jobs.pull(createdOnOrAfter="last 30 days")

    assert f"{today:%Y-%m-%d}" == request.node.callspec.params["there"]
    assert jobs["createdOn"].min() >= today - pd.Timedelta(days=30)
    assert (
        today - pd.Timedelta(days=4) < jobs["createdOn"].max() < today
    )  # a small company has days without a job
    assert jobs.attrs["stnb"]["began"].startswith(f"{today:%Y-%m-%d}T12:0")


def test_since_counts_from_it_too(there: stnb.Account) -> None:
    """A phrase for a list and for a feed, and an earlier frame, after which nothing has changed."""
    today = pd.Timestamp(there.window("today")[0])
    changed = there.jpm.jobs.pull(since="last 7 days")
    fed = there.jpm.export.jobs.pull(since="last 7 days")

    assert changed["modifiedOn"].min() >= today - pd.Timedelta(days=7)
    assert set(changed["id"]) <= set(fed["id"])
    assert there.jpm.jobs.pull(since=changed).empty


@pytest.mark.parametrize(("there", "phrase"), of_each(DAYS, SINCE), indirect=["there"])
def test_every_phrase_of_the_menus_is_answered(there: stnb.Account, phrase: str) -> None:
    """The jobs and the calls of a span, as `window` has it too."""
    start, end = there.window(phrase)
    counted = there.jpm.jobs.count(createdOnOrAfter=phrase, createdBefore=end)

    assert counted == there.jpm.jobs.count(createdOnOrAfter=start, createdBefore=end)
    assert counted > 0 or phrase in (
        "today",
        "this week",
        "this month",
        "this quarter",
        "this year",
        "yesterday",
    )


@pytest.mark.parametrize("at", [0, 1, 2] if EVERYTHING else [0])
def test_the_explorer_opens_pulls_and_draws(
    there: stnb.Account, at: int, request: pytest.FixtureRequest
) -> None:
    """With what it offers by itself: the limit, the table, and the first chart; in the quick round
    of one resource a day.
    """
    resources = ["jpm.jobs", "accounting.invoices", "telecom.calls"]
    day = DAYS.index(request.node.callspec.params["there"])
    ui = explore(there, resources[(day + at) % 3])
    ui.pull()
    frame = ui.wait(60)
    ui.parts.views.value = "chart"
    ui.parts.chart.wait(60)

    assert ui.error is None
    assert frame is not None
    assert len(frame)
    assert ui.parts.chart.picture.shown["svg"].startswith("<svg")
    ui.close()


def test_the_demo_of_a_user_ends_yesterday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable that the suite sets, the demo's day is its clock's, at its hour."""
    monkeypatch.delenv("STNB_DEMO_TODAY")
    app = make_app(scale=0.02, clock=NOW.timestamp)

    assert app.state.now() == NOW


@pytest.mark.parametrize(
    ("said", "day", "time"),
    [("2027-03-14", "2027-03-14", NOW.time()), ("2027-03-14T09:30", "2027-03-14", dt.time(9, 30))],
)
def test_a_process_variable_says_the_demos_day(
    said: str, day: str, time: dt.time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day alone leaves the clock its hour; what a call says goes first."""
    monkeypatch.setenv("STNB_DEMO_TODAY", said)
    moment = make_app(scale=0.02, clock=NOW.timestamp).state.now()

    assert (f"{moment:%Y-%m-%d}", moment.time()) == (day, time)
    assert make_app(today=dt.date(2026, 3, 2), clock=NOW.timestamp).state.now().date() == dt.date(
        2026, 3, 2
    )


# -- who looks at the machine's clock

READS = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("time", "time"),
}
READS |= {
    ("Timestamp", "now"),
    ("Timestamp", "today"),
    ("time", "localtime"),
    ("time", "gmtime"),
    ("time", "time_ns"),
}
# The demo stands where a server would, which has a clock of its own.
MAY = {
    "stnb/session/clock.py",
    "stnb/demoserver/api/app.py",
    "stnb/demoserver/api/fault_effects.py",
}


def test_one_module_reads_the_machines_clock() -> None:
    """All others ask it, so that a test can say what time it is; so do the tests."""
    files = [*(ROOT / "stnb").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    found = {
        str(f.relative_to(ROOT))
        for f in files
        if "benchmarks" not in f.parts and reads_clock(f.read_text("utf-8"))
    }

    assert found == MAY


def test_no_notebook_reads_the_machines_clock() -> None:
    """They ask the account, whose demo has a day of its own."""
    assert [
        p.name
        for p in (ROOT / "notebooks").glob("*.ipynb")
        if "Timestamp.now" in p.read_text("utf-8")
    ] == []


# Only a file with one of these is parsed.
MAYBE = re.compile(rf"\.\s*(?:{'|'.join(sorted({last for _, last in READS}))})\b")


def reads_clock(code: str) -> bool:
    """Whether a name of `READS` stands in the code."""
    if not MAYBE.search(code):
        return False
    names = [node for node in ast.walk(parsed(code)) if isinstance(node, ast.Attribute)]
    return any((_last(node.value), node.attr) in READS for node in names)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@pytest.fixture
def zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """The machine stands in another zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system keeps its zone to itself")
@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", 20), ("Pacific/Kiritimati", 21), ("Etc/GMT+12", 19)],
    indirect=["zone"],
)
@pytest.mark.usefixtures("zone")
def test_files_are_named_after_the_day_here(still: dt.datetime, day: int) -> None:
    """The machine's zone says which day it is."""
    assert clock.today() == still.date().replace(day=day)
