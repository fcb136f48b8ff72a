"""The explorer: what is chosen as data, its controls, its table, and a pull from click to rows."""

from __future__ import annotations

import ast
import datetime as dt
import gzip
import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipywidgets as W
import pandas as pd
import pytest

import stnb
from stnb import catalog, demoserver
from stnb.catalog import Endpoint, Param
from stnb.credentials import Profile
from stnb.errors import BadFilter, NotAllowed, UnknownFilter, UnknownResource
from stnb.explorer import (
    Explorer,
    entry,
    explore,
    static_copy,
    texts,
)
from stnb.explorer import (
    explorer as view,
)
from stnb.explorer.grid import shown as shown_grid
from stnb.explorer.parts import date_menu, id_names, picker
from stnb.explorer.parts.control import Control
from stnb.explorer.parts.fields import FIRST, fields
from stnb.explorer.python_lines import code, literal
from stnb.explorer.state import State, named
from stnb.explorer.typed_text import parse, typed
from stnb.frame.notices import heard
from stnb.pull import Progress, date_phrases, dates
from tests.helpers.sample import by_module

SAMPLES = {
    "integer": "12",
    "number": "1.5",
    "date-time": "2026-07-01",
    "date": "2026-07-01",
    "object": "Name=value, Other=2",
}
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


# -- a pull in the hand of the test


class HandPull:
    """A pull that moves only when the test moves it."""

    total = 100

    def __init__(self) -> None:
        self.progress = Progress(state="starting")
        self.frame: pd.DataFrame | None = None
        self.error: Exception | None = None

    @property
    def done(self) -> bool:
        return self.progress.state in {"done", "cancelled", "failed"}

    def move(self, rows: int, total: int = 100) -> None:
        self.progress = Progress(rows, total, rows // 10, rows // 10, 0.5, "pulling")

    def end(
        self,
        rows: int = 3,
        state: str = "done",
        notices: tuple[str, ...] = (),
        error: Exception | None = None,
    ) -> None:
        self.frame = pd.DataFrame({"id": range(rows)})
        self.frame.attrs["stnb"] = {"notices": list(notices)}
        self.error = error
        self.progress = Progress(rows, 100, 1, 1, 0.5, state)

    def cancel(self) -> None:
        if not self.done:
            self.end(self.progress.rows, "cancelled")


class HandAccount:
    def __init__(self) -> None:
        self.pulls: list[HandPull] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.scopes: frozenset[str] | None = None
        self.catalog = catalog.load()
        self.token_seconds: float | None = None
        self.pace = 0
        self.environment = "production"
        self.profile = "hand"
        self.counted: list[dict[str, Any]] = []

    def __getitem__(self, name: str) -> Any:
        return SimpleNamespace(start=lambda **given: self._start(name, given), count=self._count)

    def _count(self, **given: Any) -> int:
        self.counted.append(given)
        return 6000

    def _start(self, name: str, given: dict[str, Any]) -> HandPull:
        self.asked.append((name, given))
        self.pulls.append(HandPull())
        return self.pulls[-1]


PROFILES = [
    Profile("phoenix", "production", 985798691, True),
    Profile("half", "integration", None, False, "It lacks a secret."),
    Profile("demo", "demo", None, True),
]


@pytest.fixture
def account() -> HandAccount:
    return HandAccount()


def made(state: State, account: Any) -> Explorer:
    """An explorer whose profiles all lead to one account."""
    return Explorer(state, PROFILES, lambda name: account)


@pytest.fixture
def ui(account: HandAccount) -> Any:
    explorer = made(State("demo", "jpm.jobs"), account)
    yield explorer
    explorer.close()


def until(true: Any, seconds: float = 60.0) -> None:
    """Wait for a condition that another thread brings about."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        threading.Event().wait(0.005)


# -- state


def sample(param: Param) -> str:
    if param.type == "guid":
        return GUID
    if param.values:
        return param.values[0]
    if param.name.endswith(("Ids", "ids")):
        return "7"
    return SAMPLES.get(param.type, "word")


def filled(endpoint: Endpoint) -> dict[str, Any]:
    plain = [
        p
        for p in endpoint.filters
        if not (p.type == "boolean" or p.name == "sort" or (p.type == "object" and p.many))
    ]
    return {p.py: parse(p, sample(p)) for p in plain}


@pytest.mark.parametrize("endpoints", by_module(catalog.load()))
def test_code_is_python_for_every_resource(endpoints: list[Endpoint]) -> None:
    """The code of every resource with every filter set parses, and names each filter once."""
    for endpoint in endpoints:
        values = named(endpoint, filled(endpoint))

        tree = ast.parse(code(State("demo", endpoint.name, values, limit=5)))

        call = tree.body[-1].value  # type: ignore[attr-defined]
        given = {k.arg: ast.literal_eval(k.value) for k in call.keywords}
        assert given.pop("limit", 5) == 5, endpoint.name
        assert given == values, endpoint.name


def test_code_reads_like_a_person_wrote_it() -> None:
    """A short pull stands on one line, a long one with a filter a line."""
    short = State("demo", "jpm.jobs", {"jobStatus": "Completed"}, 100)
    long = State(
        None,
        "jpm.jobs",
        {
            "jobStatus": "Completed",
            "completedOnOrAfter": "2026-07-01",
            "ids": [1, 2],
            "number": 'a"b',
        },
    )

    assert code(short).splitlines() == [
        "import stnb",
        "",
        'st = stnb.connect("demo")',
        'df = st.jpm.jobs.pull(jobStatus="Completed", limit=100)',
    ]
    assert code(long).endswith('    ids=[1, 2],\n    number="a\\"b",\n    limit=1000,\n)')
    assert "stnb.connect()" in code(long)


def test_code_names_what_attributes_cannot() -> None:
    """A single record's resource goes by its name in brackets, and an env file is named."""
    record = code(State("demo", "jpm.jobs.get", {"id": 7}, 100, env_file="other.env"))

    assert 'stnb.connect("demo", env_file="other.env")' in record
    assert record.endswith('df = st["jpm.jobs.get"].pull(id=7)')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("ä\n", '"ä\\n"'),
        (True, "True"),
        (None, "None"),
        (1.5, "1.5"),
        ([1, "a"], '[1, "a"]'),
        ({"a": [True]}, '{"a": [True]}'),
        (pd.Timestamp("2026-07-01"), '"2026-07-01T00:00:00"'),
    ],
)
def test_literals_are_python(value: Any, text: str) -> None:
    """Every kind of filter value is written as Python that means the same."""
    assert literal(value) == text
    assert ast.literal_eval(text) is not Ellipsis


# As `ui.state` gave it before the explorer's modules and classes had their present names.
OLDER_STATE: dict[str, Any] = {
    "profile": "demo",
    "resource": "jpm.jobs",
    "filters": {"jobStatus": "Completed", "ids": [1, 2]},
    "limit": 77,
    "names": True,
    "view": "chart",
    "grid": {
        "search": "plumb",
        "sort": ["id", False],
        "picks": {"jobStatus": [{"is": "Completed"}], "createdOn": [{"from": "2026-01-01"}]},
        "hidden": ["summary"],
        "order": ["jobStatus", "id"],
        "widths": {"id": 90},
    },
    "chart": {"kind": "over time", "what": "rows", "by": "completedOn"},
}


def test_a_state_of_an_older_version_still_opens() -> None:
    """A state that an older version saved as JSON makes the explorer that it described."""
    ui = explore(**json.loads(json.dumps(OLDER_STATE)))

    assert ui.state == OLDER_STATE
    assert ui.parts.limit.value == 77
    assert ui.parts.filters["ids"].value == [1, 2]
    assert 'pull(jobStatus="Completed", ids=[1, 2], limit=77)' in ui.code
    ui.close()


def test_state_is_plain_data() -> None:
    """A state survives JSON and comes back the same."""
    state = State("demo", "jpm.jobs", {"ids": [1, 2]}, None)

    assert State(**json.loads(json.dumps(state.as_dict()))) == state
    assert State(env_file="x.env").as_dict()["env_file"] == "x.env"


@pytest.mark.parametrize(
    ("param", "text", "value"),
    [
        (Param("n", type="integer"), " 12 ", 12),
        (Param("n", type="integer"), "12.5", "12.5"),
        (Param("n", type="number"), "-1.5", -1.5),
        (Param("n", type="number"), "3", 3),
        (Param("number"), "0012", "0012"),
        (Param("ids", many="comma"), "1, 90071992547409931,, x7", [1, 90071992547409931, "x7"]),
        (Param("codes", many="comma"), "007, 8", ["007", "8"]),
        (Param("o", type="object"), "a = 1, b=x=y", {"a": "1", "b": "x=y"}),
        (Param("o", type="object"), '[{"type": "Job", "id": 1}]', [{"type": "Job", "id": 1}]),
        (Param("o", type="object"), "[broken", "[broken"),
        (Param("o", type="object"), "no pair", "no pair"),
        (Param("s"), "  ", None),
    ],
)
def test_typed_text_becomes_a_value_and_back(param: Param, text: str, value: Any) -> None:
    """Text typed into a field becomes the filter's value, and that value the same text again."""
    assert parse(param, text) == value
    assert parse(param, typed(value)) == value


def test_filters_are_checked_by_either_name() -> None:
    """Filters may go by the API's name or Python's; unknown ones and wrong values are errors,
    missing ones are not.
    """
    feed, record = catalog.load()["jpm.export.jobs"], catalog.load()["jpm.jobs.get"]

    assert named(feed, {"from": "2026-01-01", "includeRecentChanges": None}) == {
        "from_": "2026-01-01"
    }
    assert named(record, {}) == {}
    with pytest.raises(UnknownFilter):
        named(feed, {"jobStatus": "Done"})
    with pytest.raises(BadFilter):
        named(record, {"id": "seven"})


# -- controls

KINDS = [
    (Param("a", values=("True", "Any", "False"), default="True"), "choice", "Any", "Any"),
    (Param("a", values=("True", "Any", "False"), required=True), "choice", "any", "Any"),
    (Param("a", values=("Open", "Done"), many="repeat"), "choices", ["done"], ["Done"]),
    (Param("a", type="boolean"), "choice", True, True),
    (Param("a", type="boolean"), "choice", "false", False),
    (Param("a", type="date-time"), "date", "2026-07-01", "2026-07-01"),
    (Param("jobTypeId", type="integer"), "names", 12, 12),
    (Param("customerId", type="integer"), "lookup", 12, 12),
    (Param("sort", values=("+Id", "-Id")), "sort", "-id", "-Id"),
    (Param("a", type="integer"), "text", 9007199254740993, 9007199254740993),
    (Param("ids", many="comma"), "text", [1, 2], [1, 2]),
    (Param("a", type="object"), "text", {"x": "1"}, {"x": "1"}),
    (Param("a"), "text", "word", "word"),
]


@pytest.mark.parametrize(
    ("param", "kind", "given", "value"), KINDS, ids=lambda x: getattr(x, "type", None)
)
def test_each_kind_of_filter_has_its_control(
    param: Param, kind: str, given: Any, value: Any
) -> None:
    """The field fits the filter's type; its control is unset at first, holds a value exactly and
    can be cleared.
    """
    heard: list[Control] = []
    endpoint = Endpoint("m.x", "m", "/x", "list", params=(param,))
    control = Control(endpoint, param, heard.append)

    assert [field.kind for field in fields(endpoint)] == [kind]
    assert control.value is None
    control.value = given
    assert control.value == value
    assert heard == [control]
    control.value = None
    assert control.value is None


def test_the_useful_filters_come_first() -> None:
    """Required filters come first, then status, dates and ids; the two ends of a span are one."""
    found = fields(catalog.load()["jpm.jobs"])
    required = fields(catalog.load()["dispatch.technician_tracking"])

    assert [field.label for field in found[:3]] == ["Job status", "Appointment status", "Completed"]
    assert found[2].api == "completedOnOrAfter and completedBefore"
    assert "External data: key" in [field.label for field in found[FIRST:]]
    assert [field.required for field in required[:2]] == [True, True]


@pytest.mark.parametrize("endpoints", by_module(catalog.load()))
def test_every_filter_has_one_field(endpoints: list[Endpoint]) -> None:
    """No filter is lost or there twice, and no two fields of a resource are called the same."""
    for endpoint in endpoints:
        found = fields(endpoint)
        params = [param.py for field in found for param in field.params]
        labels = [field.label for field in found]

        assert sorted(params) == sorted(param.py for param in endpoint.filters), endpoint.name
        assert len(set(labels)) == len(labels), endpoint.name


def form(ui: Any) -> dict[str, Any]:
    """What the page shows of the filters, by label."""
    shown = {field.key: field.label for field in ui.parts.filters._fields}
    return {shown[key]: value for key, value in ui.parts.filters._as_set().items()}


def test_hidden_rows_are_named_in_the_menu(ui: Explorer) -> None:
    """If the API leaves inactive rows out, the menu does not call that "any"."""
    ui.parts.picker.value = "crm.customers"

    active = next(f for f in ui.parts.filters._fields if f.key == "active")
    assert ui.parts.filters._as_shown(0, active)["unset"] == "Active only (the default)"


def test_a_wrong_value_is_shown_at_once(ui: Explorer) -> None:
    """A wrong date is explained beside its field until it is corrected, and its code cannot be
    copied.
    """
    field = ui.parts.filters["completedOnOrAfter"]

    field.entry = "2026-07-0x"
    assert form(ui)["Completed"]["problem"][0] == "Completed from: “2026-07-0x” does not fit."
    assert isinstance(ui.error, BadFilter)
    assert ui.parts.code.problem == ui.error.happened
    field.entry = "2026-07-01"
    assert form(ui)["Completed"]["problem"] == []
    assert ui.error is None
    assert ui.parts.code.problem == ""
    assert ui.code.endswith('pull(completedOnOrAfter="2026-07-01", limit=1000)')


def test_a_wrong_value_is_not_pulled(ui: Explorer, account: HandAccount) -> None:
    """Pull answers with the same sentence, and nothing is sent."""
    ui.parts.filters["customerId"].entry = "abc"
    ui.pull()

    assert account.pulls == []
    assert ui.parts.messages.error[0] == "Customer: “abc” does not fit."


def test_a_date_in_another_form_is_one_click_away(ui: Explorer, still: dt.datetime) -> None:
    """What was likely meant is offered in the form that fits."""
    ui.parts.filters["completedOnOrAfter"].entry = "07/01/2026"
    assert form(ui)["Completed"]["fixes"] == [
        ["completedOnOrAfter", "2026-07-01"],
        ["completedOnOrAfter", "2026-01-07"],
    ]
    ui.parts.filters._handle_custom_msg(
        {"kind": "set", "entries": {"completedOnOrAfter": "2026-07-01"}}, None
    )
    assert ui.state["filters"] == {"completedOnOrAfter": "2026-07-01"}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("07/01/2026", ["2026-07-01", "2026-01-07"]),
        ("1 July", ["2026-07-01"]),
        ("July 1st, 2025", ["2025-07-01"]),
        ("Dec 25", ["2025-12-25"]),
        ("31/12/25", ["2025-12-31"]),
        ("1.7.2026", ["2026-07-01", "2026-01-07"]),
        ("2026/7/1", ["2026-07-01"]),
        ("30 Feb 2026", []),
        ("soon", []),
    ],
)
def test_what_a_date_means(text: str, days: list[str]) -> None:
    """The month comes first in figures, as in America; without a year it is the last such day."""
    assert date_menu.meant(text, dt.date(2026, 11, 29)) == days


def test_a_span_that_ends_before_it_begins_is_refused(ui: Explorer) -> None:
    """No row can be there, so that is said before anything is sent."""
    ui.parts.filters["completedOnOrAfter"].entry = "2026-07-01"
    ui.parts.filters["completedBefore"].entry = "2026-06-01"

    assert form(ui)["Completed"]["problem"][0] == "Completed: the end is not after the begin."


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"jobStatus": "InProgress"}, "Job status: In progress"),
        (
            {"completedOnOrAfter": "last month", "completedBefore": "this month"},
            "Completed: last month",
        ),
        ({"completedOnOrAfter": "last 90 days"}, "Completed: last 90 days"),
        ({"completedOnOrAfter": "2026-07-01"}, "Completed: from 2026-07-01"),
        ({"completedBefore": "2026-07-01"}, "Completed: before 2026-07-01"),
        (
            {"completedOnOrAfter": "2026-07-01", "completedBefore": "2026-08-01"},
            "Completed: 2026-07-01 – 2026-08-01",
        ),
        ({"hasUnusedAppointments": False}, "Has unused appointments: No"),
        ({"number": "12"}, "Number: 12"),
    ],
)
def test_a_chip_has_words(ui: Explorer, filters: dict[str, Any], words: str) -> None:
    """A chip says what a filter is and what it is set to, as people say it."""
    ui.parts.filters.show(catalog.load()["jpm.jobs"], filters)

    assert ui.parts.filters.summary == [words]


# -- the explorer


def test_a_pull_from_click_to_rows(ui: Explorer, account: HandAccount) -> None:
    """Setting controls changes the code; Pull asks for just that, shows progress, and ends with
    rows and notices.
    """
    ui.parts.filters["jobStatus"].value = "Completed"
    ui.parts.limit.value = 100
    assert 'pull(jobStatus="Completed", limit=100)' in ui.parts.code.text

    ui.parts.pull_button.click()
    until(lambda: ui.parts.messages.state == "starting")
    assert account.asked == [("jpm.jobs", {"limit": 100, "jobStatus": "Completed"})]
    assert (ui.parts.pull_button.disabled, ui.parts.cancel_button.disabled) == (True, False)
    account.pulls[0].move(40)
    until(lambda: ui.parts.messages.line.startswith("Jobs: 40 of 100 rows · 4 pages"))
    assert ui.parts.messages.share == pytest.approx(0.4)
    account.pulls[0].end(3, notices=("Mind the gap.",))

    assert ui.wait().shape == (3, 1)  # type: ignore[union-attr]
    assert ui.parts.grid.about["rows"] == 3
    assert ui.parts.foot.notes == ["Mind the gap."]
    assert ui.parts.messages.state == "done"
    assert (ui.parts.pull_button.disabled, ui.parts.cancel_button.disabled) == (False, True)
    assert repr(ui) == "<stnb explorer · demo · jpm.jobs · 3 rows>"


def test_a_limit_that_cuts_is_reported(ui: Explorer, account: HandAccount) -> None:
    """If there are more rows than the limit lets through, a notice has their number."""
    ui.parts.limit.value = 100
    ui.pull()
    account.pulls[0].total = 6000
    account.pulls[0].end(100)
    ui.wait()

    assert ui.parts.foot.notes == ["These are 100 of 6,000 rows; choose more under “Rows at most”."]


def test_the_frames_own_line_says_which_rows_they_are() -> None:
    """A pull that a limit ended says so itself; the explorer adds where to choose more."""
    frame = pd.DataFrame({"id": [1]})
    line = "jpm.jobs: the first 1 of 6,000, oldest first."
    frame.attrs["stnb"] = {"first": "the first 1 of 6,000, oldest first", "notices": [line]}

    assert texts.notices(frame, 6000, 1) == [
        line,
        "Choose more under “Rows at most” to see the rest.",
    ]


def test_cancel_keeps_what_arrived(ui: Explorer, account: HandAccount) -> None:
    """Cancel ends the pull at once; the rows are on show and the line has their number."""
    ui.pull()
    account.pulls[0].move(40)
    ui.parts.cancel_button.click()

    assert len(ui.wait()) == 40  # type: ignore[arg-type]
    assert "cancelled, 40 of 100 rows kept" in ui.parts.messages.line
    assert not ui.running


def test_a_second_pull_is_refused_while_one_runs(ui: Explorer, account: HandAccount) -> None:
    """The running pull goes on; the refusal is shown and gone once rows are there."""
    ui.pull()
    ui.pull()

    assert "still running" in str(ui.error)
    assert len(account.pulls) == 1
    account.pulls[0].end()
    ui.wait()
    assert ui.error is None
    ui.pull()
    assert len(account.pulls) == 2


def test_a_failed_pull_shows_three_sentences_and_its_rows(
    ui: Explorer, account: HandAccount
) -> None:
    """An error of the pull is shown in its own words, beside the rows that had arrived."""
    ui.pull()
    account.pulls[0].end(
        7, "failed", error=NotAllowed("It happened.", "It has a cause.", "Do this.")
    )

    assert len(ui.wait()) == 7  # type: ignore[arg-type]
    assert ui.parts.messages.error == ["It happened.", "It has a cause.", "Do this."]
    assert "stopped at 7" in ui.parts.messages.line


def test_nothing_fails_unseen(
    ui: Explorer, account: HandAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks in a callback or in the thread of a pull is shown, and the explorer can go
    on.
    """
    monkeypatch.setattr(ui.parts.card, "show", lambda *given: 1 / 0)
    ui.parts.picker.value = "crm.customers"
    assert "ZeroDivisionError" in str(ui.error)
    monkeypatch.undo()

    monkeypatch.setattr(ui.parts.grid, "update", lambda *given: [][0])
    ui.pull()
    account.pulls[0].end()
    ui.wait()
    assert "IndexError" in str(ui.error)
    assert not ui.parts.pull_button.disabled


def test_pull_without_a_resource_is_an_error(account: HandAccount) -> None:
    """Before a resource is chosen, Pull is off, and asking for it by code is answered."""
    ui = made(State(), account)

    assert ui.parts.pull_button.disabled
    ui.pull()
    assert "No resource is chosen" in str(ui.error)
    assert not ui.running


def test_words_that_mean_filters_set_them(ui: Explorer) -> None:
    """A resource that was found by "unpaid invoices" is chosen with its filters set, which the code
    says.
    """
    hit = catalog.load().search("unpaid invoices")[0]
    box = ui.parts.picker
    box.value = hit.endpoint.name
    box.reply({"kind": "chosen", "name": hit.endpoint.name, "filters": hit.filters})

    assert ui.state["filters"] == {
        "balanceFilter_Balance": 0,
        "balanceFilter_Comparer": "Greater",
    }
    assert 'balanceFilter_Comparer="Greater"' in ui.code


def test_another_profile_keeps_resource_and_filters(ui: Explorer) -> None:
    """Switching the profile changes the badge and the connect line, and nothing else."""
    ui.parts.filters["jobStatus"].value = "Hold"
    before = ui.state

    ui.parts.profile.value = "phoenix"

    assert ui.state == {**before, "profile": "phoenix"}
    assert 'connect("phoenix")' in ui.code
    assert (ui.parts.status.shown["kind"], ui.parts.status.shown["words"]) == (
        "production",
        "production, read-only",
    )
    assert ui.parts.status.shown["tenant"] == "985798691"


def test_a_profile_that_is_not_ready_shows_why() -> None:
    """Choosing a half-filled profile shows its error; going back takes it away."""

    def connect(name: str) -> Any:
        if name == "half":
            raise stnb.CredentialsMissing("Half lacks a secret.", "It is not there.", "Add it.")
        return HandAccount()

    ui = Explorer(State("demo", "jpm.jobs"), PROFILES, connect)
    ui.parts.profile.value = "half"
    assert ui.parts.messages.error[0] == "Half lacks a secret."
    assert "half (not ready)" in [label for label, _ in ui.parts.profile.options]
    ui.parts.profile.value = "demo"
    assert ui.parts.messages.error == []


def test_another_resource_starts_with_its_own_first_filters(ui: Explorer) -> None:
    """A filter means what its resource says, so none is carried over: another resource begins with
    its last rows.
    """
    ui.parts.filters["tagTypeIds"].value = [1, 2]
    ui.parts.picker.value = "jpm.appointments"

    assert ui.state["filters"] == {"startsOnOrAfter": "last 90 days", "sort": "-Id"}
    assert "tagTypeIds" not in ui.code


def test_state_round_trips(ui: Explorer, account: HandAccount) -> None:
    """An explorer made from `ui.state` is in that state, an odd limit too."""
    ui.parts.filters["tagTypeIds"].value = [1, 2]
    ui.parts.filters["hasUnusedAppointments"].value = False
    state = {**ui.state, "limit": 77}

    again = made(State(**state), account)

    assert again.state == state


def test_two_explorers_do_not_disturb_each_other(ui: Explorer, account: HandAccount) -> None:
    """Choices, rows and errors stay with the explorer that has them."""
    other = made(State("demo", "crm.customers"), account)
    ui.parts.filters["jobStatus"].value = "Hold"
    ui.pull()
    account.pulls[0].end(5)
    ui.wait()

    assert other.frame is None
    assert other.state["filters"] == {}
    assert other.parts.grid.covers != ui.parts.grid.covers


def test_closing_ends_the_pull(ui: Explorer, account: HandAccount) -> None:
    """A closed explorer leaves no pull, no thread and no widget behind."""
    ui.pull()
    account.pulls[0].move(40)
    ui.close()

    ui.wait(60)
    assert account.pulls[0].progress.state == "cancelled"
    assert ui.parts.grid.comm is None
    assert not ui.running


def test_running_a_cell_again_closes_what_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two explorers of one run live side by side; the next run of the cell closes both, another
    cell's stays.
    """
    place = ["cell-1", "run-1"]
    monkeypatch.setattr(entry, "running_cell", lambda: tuple(place))
    monkeypatch.setattr(entry, "display", lambda ui: None)
    monkeypatch.setattr(entry, "_made", {})
    first, second = explore("demo"), explore("demo")
    place[:] = ["cell-2", "run-2"]
    elsewhere = explore("demo")
    assert first.comm is not None
    place[:] = ["cell-1", "run-3"]
    explore("demo")

    assert first.comm is None
    assert second.comm is None
    assert elsewhere.comm is not None


def test_explore_refuses_what_is_not_there() -> None:
    """A name that is unknown is an error at once, in the words of the catalogue and the
    credentials.
    """
    with pytest.raises(UnknownResource):
        explore("demo", "jpm.job")
    with pytest.raises(UnknownFilter):
        explore("demo", "jpm.jobs", {"status": "Done"})
    with pytest.raises(stnb.CredentialsMissing):
        explore("nowhere")


def test_the_demo_from_pick_to_rows() -> None:
    """The whole way on the demo tenant: state in, controls set, pull, typed rows out, and code that
    repeats them.
    """
    ui = explore("demo", "jpm.jobs", {"jobStatus": "Completed"}, limit=50)
    ui.pull()
    frame = ui.wait(60)

    assert ui.error is None
    assert frame is not None
    assert set(frame["jobStatus"]) == {"Completed"}
    assert len(frame) == 50
    names: dict[str, Any] = {}
    exec(ui.code, names)
    pd.testing.assert_frame_equal(names["df"], frame)
    ui.close()


def test_an_account_may_stand_for_its_profile(st: stnb.Account) -> None:
    """`explore(st)` uses that account."""
    ui = explore(st, "jpm.jobs", limit=3)
    ui.pull()

    assert ui.state["profile"] == "demo"
    assert len(ui.wait(60)) == 3  # type: ignore[arg-type]
    ui.close()


def test_with_several_profiles_the_demo_opens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where `connect()` could not choose, the explorer opens on the demo, and every profile is in
    its menu.
    """
    names = (
        "TENANT_ID=1",
        "ENVIRONMENT=production",
        "CLIENT_ID=cid.a",
        "CLIENT_SECRET=cs1.a",
        "APP_KEY=ak1.a",
    )
    file = tmp_path / "two.env"
    file.write_text(
        "\n".join(f"SERVICETITAN_{city}_{name}" for city in ("NORTH", "SOUTH") for name in names)
    )

    ui = explore(env_file=file)

    assert ui.state == {**State("demo").as_dict(), "env_file": str(file)}
    assert [value for _, value in ui.parts.profile.options] == ["north", "south", "demo"]
    ui.parts.profile.value = "south"
    assert ui.error is None
    assert ui.parts.status.shown["tenant"] == "1"
    assert "cs1.a" not in json.dumps(W.Widget.get_manager_state(), default=str)


def test_code_leads_to_its_resource(st: stnb.Account) -> None:
    """For every resource the expression before `.pull` is the resource that was chosen."""
    for name in catalog.load().endpoints:
        line = code(State("demo", name)).splitlines()[-1]
        assert eval(line.removeprefix("df = ").split(".pull(")[0], {"st": st}).name == name


def test_widget_state_holds_no_secret_and_little_else() -> None:
    """What a notebook may save of an explorer is small and free of credentials and rows."""
    ui = explore("demo", "jpm.jobs", limit=200)
    ui.pull()
    frame = ui.wait(60)
    assert frame is not None

    saved = W.Widget.get_manager_state()["state"]
    text = json.dumps(
        [saved[part.model_id] for part in (ui, ui.parts.grid, ui.parts.picker, ui.parts.messages)],
        default=str,
    )
    assert str(frame["id"].iloc[0]) not in text
    assert demoserver.CLIENT_SECRET not in text
    assert demoserver.APP_KEY not in text
    ui.close()


# -- the picker and the static copy


def test_the_whole_catalogue_travels_small() -> None:
    """What is shown of all resources is packed into less than 10 KB, and with all of the
    search, its phrases and its reasons, into less than 90 KB; it travels once to a page.
    """
    known = catalog.load()
    packed = picker.pack(known)
    entries = json.loads(gzip.decompress(packed))["entries"]

    assert len(gzip.compress(json.dumps(entries).encode())) < 10_000
    assert len(packed) < 90_000
    assert [e["name"] for e in entries] == list(known.endpoints)
    assert next(e for e in entries if e["name"] == "crm.customers")["hidden"]


def test_the_static_copy_is_plain_and_harmless() -> None:
    """The copy holds the first rows and the code, escapes what it shows, and carries nothing
    active.
    """
    frame = pd.DataFrame({f"c{i}": ["<script>alert(1)</script>", None] * 10 for i in range(12)})

    html = static_copy.page(frame, 'x = "<b>"', "mark")

    assert "<script" not in html
    assert html.count("<tr") == 11
    assert "10 of 20 rows, the first 8 of 12 columns" in html
    assert "&lt;b&gt;" in html


def test_the_static_copy_says_which_rows_these_are() -> None:
    """A saved notebook keeps what was said of the rows, such as which of how many they are."""
    st = stnb.demo(scale=0.05)
    with heard():
        frame = st.jpm.jobs.pull(limit=50)
    which = frame.attrs["stnb"]["first"]

    assert which.startswith("the first 50 of ")
    assert which in static_copy.page(frame, "", "mark")


def test_showing_a_frame_leaves_a_static_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """`show` gives a grid; displaying it puts a widget and, as an output of its own, the copy that
    it covers.
    """
    shown: list[Any] = []
    for module in (static_copy, view, shown_grid):
        monkeypatch.setattr(module, "get_ipython", lambda: SimpleNamespace(kernel=None))
    monkeypatch.setattr(static_copy, "display", lambda *a, **k: shown.append((a, k)))

    grid = stnb.show(pd.DataFrame({"a": ["seen"]}))
    grid._ipython_display_()

    assert "application/vnd.jupyter.widget-view+json" in shown[0][0][0]
    assert grid.covers in shown[1][0][0].data
    assert "seen" in shown[1][0][0].data
    assert shown[1][1] == {"display_id": True}


def test_a_pull_updates_the_static_copy(
    ui: Explorer, account: HandAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An explorer shown in a notebook updates its static copy after each pull; asked twice in one
    run, it shows once.
    """
    updates: list[str] = []
    handle = SimpleNamespace(update=lambda html: updates.append(html.data))
    for module in (static_copy, view, shown_grid):
        monkeypatch.setattr(module, "get_ipython", lambda: SimpleNamespace(kernel=None))
    monkeypatch.setattr(static_copy, "display", lambda *a, **k: handle)
    monkeypatch.setattr(static_copy, "running_cell", lambda: ("cell", "run"))

    ui._ipython_display_()
    ui._ipython_display_()
    ui.pull()
    account.pulls[0].end()
    ui.wait()

    assert len(updates) == 1
    assert "st.jpm.jobs.pull" in updates[0]


def test_a_resource_that_the_app_may_not_read_has_a_lock(ui: Any, account: HandAccount) -> None:
    """Once the token's scopes are known, the list marks what they do not open."""
    assert ui.parts.picker.locked == []
    account.scopes = frozenset({"tn.jpm.jobs:r"})
    ui.parts.profile.value = "phoenix"

    assert "crm.customers" in ui.parts.picker.locked
    assert "jpm.jobs" not in ui.parts.picker.locked


# -- the status line, and what is set before a pull


def test_status_shows_token_rate_and_readable_resources(
    ui: Any, account: HandAccount, still: dt.datetime
) -> None:
    """Beside the profile stand the readable resources, the token's end and the requests of the last
    second.
    """
    account.scopes, account.token_seconds, account.pace = frozenset({"tn.jpm.jobs:r"}), 600.0, 7

    ui.parts.profile.value = "phoenix"

    shown = ui.parts.status.shown
    assert shown["read"].endswith(f"of {len(catalog.load())} resources")
    assert shown["few"]
    assert shown["pace"] == 7
    assert shown["end"] == (still.timestamp() + 600) * 1000
    assert repr(ui.parts.status) == "<stnb status · production, read-only>"


def test_a_span_that_is_over_brings_its_end(ui: Any) -> None:
    """Picking "last month" fills the field beside with "this month"; another pick takes it back;
    what was typed stays.
    """
    since, until_ = (
        ui.parts.filters["completedOnOrAfter"],
        ui.parts.filters["completedBefore"],
    )

    since.entry = "last month"
    assert until_.entry == "this month"
    assert ui.state["filters"] == {
        "completedOnOrAfter": "last month",
        "completedBefore": "this month",
    }
    since.entry = "last 30 days"
    assert until_.entry == ""
    until_.entry = "2026-07-01"
    since.entry = "last year"
    assert until_.entry == "2026-07-01"


def test_every_preset_is_a_date() -> None:
    """Each word that a date filter offers is one that a pull takes."""
    for param in (
        Param("createdOnOrAfter", type="date-time"),
        Param("createdBefore", type="date-time"),
    ):
        for word in date_phrases.phrases(param):
            dates.moment(word, dt.UTC)
    assert set(date_menu.ENDS) < set(date_phrases.SINCE)


def test_ids_go_by_their_names(st: stnb.Account) -> None:
    """Filters for business units and their like offer names, and take a name, an id, or several of
    either.
    """
    ui = explore(st, "jpm.jobs", limit=5)
    ui._screen.id_names.wait()
    unit = ui.parts.filters["businessUnitId"]

    label = next(o for o in unit.labels if "North Plumbing" in o)
    unit.entry = label
    assert unit.value == int(label.partition(" ")[0])
    assert list(unit.labels)[-1].endswith("(inactive)")
    assert ui.parts.filters.summary[0].startswith("Business unit: ")
    tags = ui.parts.filters["tagTypeIds"]
    first, second = list(tags.labels)[:2]
    tags.entry = f"{first}, {second.partition(' ')[0]}"
    assert tags.value == [int(first.partition(" ")[0]), int(second.partition(" ")[0])]
    ui.close()


def test_names_are_not_asked_for_before_a_token_is_there(ui: Any, account: HandAccount) -> None:
    """Choosing a resource of a real tenant sends nothing."""
    ui.parts.picker.value = "jpm.appointments"
    ui._screen.id_names.wait()
    assert account.asked == []


def test_count_asks_without_a_pull(ui: Any, account: HandAccount) -> None:
    """Count shows the rows that match and what the limit leaves of them, if counting is cheap."""
    ui.parts.filters["jobStatus"].value = "Hold"
    ui.parts.count_button.click()
    until(lambda: ui.parts.messages.state == "counted")

    assert ui.parts.messages.line == "Jobs: 6,000 rows match; Pull brings the first 1,000"
    assert (account.counted, account.asked) == ([{"jobStatus": "Hold"}], [])
    ui.parts.picker.value = "jpm.export.jobs"
    assert ui.parts.count_button.layout.display == "none"
    ui.parts.picker.value = "accounting.inventory_bills"
    assert ui.parts.count_button.layout.display != "none"


def test_a_pull_that_stopped_goes_on(ui: Any, account: HandAccount) -> None:
    """After Cancel there is "Go on", which resumes that very pull, whatever is chosen by then."""
    ui.pull()
    account.pulls[0].move(40)
    ui.parts.cancel_button.click()
    ui.wait()
    assert ui.parts.resume_button.layout.display == ""
    ui.parts.picker.value = "crm.customers"
    account.pulls[0].resume = lambda: account._start("again", {})

    ui.parts.resume_button.click()
    account.pulls[1].end(100)

    assert len(ui.wait()) == 100
    assert ui.parts.messages.line.startswith("Jobs:")
    assert ui.parts.resume_button.layout.display == "none"


def test_names_beside_ids(st: stnb.Account) -> None:
    """If all names are asked for the rows come with them, and so does the code."""
    ui = explore(st, "jpm.jobs", limit=5, names=True)
    ui.pull()
    frame = ui.wait(60)

    assert "customerName" in frame
    assert ui.code.endswith("df = st.name_columns(df)")
    assert ui.state["names"] is True
    ui.close()


def test_the_doctor_can_be_asked(
    ui: Any, account: HandAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the way in offers the doctor, whose report stands below it until the error is
    gone; one of usage does not.
    """
    monkeypatch.setattr(view, "Doctor", lambda account: W.HTML("report"))
    ui.pull()
    ui.pull()
    assert not ui.parts.messages.checkable
    account.pulls[0].end(
        0, "failed", error=NotAllowed("It happened.", "It has a cause.", "Do this.")
    )
    ui.wait()
    assert ui.parts.messages.checkable

    ui.parts.messages._handle_custom_msg({"kind": "check"}, None)
    assert [part.value for part in ui.parts.doctor.children] == ["report"]
    ui.show_error(None)
    assert ui.parts.doctor.children == ()


def test_a_neighbour_becomes_the_choice(ui: Any) -> None:
    """Clicking a neighbour on the card chooses it; what is no resource changes nothing."""
    ui.parts.card.chosen = "crm.customers"
    assert ui.parts.picker.value == "crm.customers"
    ui.parts.card.chosen = "nonsense"
    assert ui.parts.picker.value == "crm.customers"


def test_the_chart_is_of_what_the_table_shows(ui: Any, account: HandAccount) -> None:
    """The views change places; neither is there before rows are."""
    assert ui.parts.grid.layout.display == ui.parts.export.layout.display == "none"
    assert ui.parts.blank.shown["kind"] == "before"
    ui.pull()
    account.pulls[0].end(5)
    ui.wait()
    assert (ui.parts.grid.layout.display, ui.parts.chart.layout.display) == ("", "none")
    ui.parts.views.value = "chart"
    assert (ui.parts.grid.layout.display, ui.parts.chart.layout.display) == ("none", "")
    assert ui.state["view"] == "chart"


@pytest.mark.parametrize(
    ("progress", "limit", "text"),
    [
        (
            Progress(4000, 21_000, 4, 4, 2.0, "pulling"),
            None,
            "4,000 of 21,000 rows · 4 pages · 2.0 s · 2,000 rows/s · about 8 s left",
        ),
        (
            Progress(400, 21_000, 1, 1, 2.0, "pulling"),
            1000,
            "400 of 1,000 rows · 1 page · 2.0 s · 200 rows/s · about 3 s left",
        ),
        (
            Progress(1, None, 1, 1, 200.0, "pulling"),
            None,
            "1 row · 1 page · 200.0 s · 0 rows/s",
        ),
        (Progress(10, 21_000, 1, 1, 0.5, "pulling"), None, "10 of 21,000 rows · 1 page · 0.5 s"),
        (
            Progress(50, 90_000, 1, 1, 10.0, "pulling"),
            None,
            "50 of 90,000 rows · 1 page · 10.0 s · 5 rows/s · about 5 hours left",
        ),
    ],
)
def test_progress_has_its_speed_and_the_time_left(
    progress: Progress, limit: int | None, text: str
) -> None:
    """After a second the line has rows a second and the time left, up to the limit."""
    assert texts.line(progress, limit) == text


def test_a_wait_counts_down() -> None:
    """The line has the seconds that are left, and never none."""
    waiting = Progress(reason="the server asks for a pause", resume_in=4.8)
    assert texts.line(waiting).endswith(" · waiting 5 s: the server asks for a pause")
    assert texts.line(replace(waiting, resume_in=0.0)).endswith(
        " · waiting 1 s: the server asks for a pause"
    )


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("businessUnitIds", "settings.business_units"),
        ("jobTypeId", "jpm.job_types"),
        ("id", None),
        ("number", None),
    ],
)
def test_which_list_a_filter_is_of(name: str, resource: str | None) -> None:
    """The name of a filter decides which short list its ids are of."""
    assert id_names.list_of(Param(name)) == resource


def test_what_is_exported_is_of_the_rows_on_show(ui: Any, account: HandAccount) -> None:
    """Once another resource is chosen, code and file name are still those of the rows; the rows are
    a click away, with the filters that they had.
    """
    ui.pull()
    account.pulls[0].end(3)
    ui.wait(60)
    ui.count()
    until(lambda: ui.parts.messages.state == "counted")
    ui.parts.picker.value = "crm.customers"

    assert ui.parts.messages.line == ""  # the count was of other filters
    assert "st.crm.customers.pull" in ui.code
    assert "st.jpm.jobs.pull" in ui.parts.export._code_or_error()
    assert ui.parts.export._default_name().startswith("jpm-jobs-")
    assert ui.parts.blank.shown["actions"] == [["back", "Back to Jobs"]]
    ui.parts.blank._handle_custom_msg({"kind": "act", "name": "back"}, None)
    assert ui.parts.picker.value == "jpm.jobs"
    assert ui.parts.grid.layout.display == ""


def test_a_stopped_pull_names_what_it_goes_on_with(ui: Any, account: HandAccount) -> None:
    """When another resource is chosen meanwhile."""
    ui.pull()
    account.pulls[0].end(3, "cancelled")
    ui.wait(60)
    assert ui.parts.resume_button.description == "Go on"
    ui.parts.picker.value = "crm.customers"

    assert ui.parts.resume_button.description == "Go on with jpm.jobs"


def test_required_filters_go_by_the_names_on_the_form(ui: Any, account: HandAccount) -> None:
    """Nothing is sent, and the sentence speaks of fields, not of Python."""
    ui.parts.picker.value = "marketing.campaign_cost_summary"
    ui.pull()

    assert account.pulls == []
    assert ui.parts.messages.error == [
        "From and To are empty.",
        "Campaign cost summary cannot be read without a value there.",
        "Choose one: these filters stand first.",
    ]


def test_an_error_stands_until_all_fields_fit(ui: Any) -> None:
    """Every wrong filter is explained; mending one leaves the other's sentence on show."""
    ui.parts.filters["customerId"].entry = "abc"
    ui.parts.filters["completedOnOrAfter"].entry = "yesterdayy"
    assert form(ui)["Completed"]["problem"]
    assert form(ui)["Customer"]["problem"]
    ui.parts.filters["completedOnOrAfter"].entry = ""
    assert ui.error.happened == "Customer: “abc” does not fit."
    ui.parts.filters["customerId"].entry = "5"

    assert ui.error is None


KNOWN = {"7 · North Plumbing": 7, "8 · North HVAC": 8, "9 · West HVAC (inactive)": 9}


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("plumb", "7", None),
        ("9 · West HVAC (inactive), 8", "9, 8", None),
        ("west,north p", "9,7", None),
        ("12", "12", None),
        (
            "hvac",
            "hvac",
            "2 names hold 'hvac'. x takes one of them: 8 · North HVAC; 9 · West HVAC (inactive). "
            "Type more",
        ),
        ("zzz", "zzz", "No name holds 'zzz'."),
    ],
)
def test_a_part_of_a_name_is_enough_where_it_is_the_only_one(
    text: str, value: str, problem: str | None
) -> None:
    """Otherwise the error lists the names that fit, or reports that there is none."""
    assert id_names.with_ids(text, KNOWN) == value
    found = id_names.problem("x", text, KNOWN)
    assert (found is None) == (problem is None)
    assert problem is None or str(found).replace("\n", " ").startswith(problem)
