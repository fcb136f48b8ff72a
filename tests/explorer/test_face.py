"""What the explorer says: the line below the rows, why there are none, and what was not asked."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb import catalog
from stnb.account.account import Account
from stnb.catalog import Endpoint, Param, meanings
from stnb.demoserver import Fault, make_app
from stnb.explorer import entry, explore, outcome, texts
from stnb.explorer.parts import fields, id_names, title
from stnb.explorer.parts.blank import Nothing
from stnb.explorer.parts.filters import Filters
from stnb.explorer.state import State
from stnb.pull import Progress
from stnb.session import Session

pytestmark = pytest.mark.usefixtures("small_demo")

JOBS = catalog.load()["jpm.jobs"]
CUSTOMERS = catalog.load()["crm.customers"]


def ended(
    state: str = "done", rows: int = 3, limit: int | None = None, filters: tuple[str, ...] = ()
) -> outcome.Outcome:
    """A pull that came to its end at 10:42."""
    progress = Progress(rows, 6000, 1, 2, 0.5, state)
    failed = state == "failed"
    return outcome.Outcome(
        State("demo", "jpm.jobs", limit=limit), progress, failed, filters, "10:42"
    )


@pytest.mark.parametrize(
    ("state", "limit", "first", "shown", "facts"),
    [
        ("done", None, "", 3, ["rows", "complete", "pulled 10:42, 2 requests"]),
        ("done", None, "", 1, ["of 3 rows shown", "complete", "pulled 10:42, 2 requests"]),
        ("done", 3, "", 3, ["rows", "the first 3 of 6,000", "pulled 10:42, 2 requests"]),
        (
            "done",
            3,
            "the first 3 of 6,000, oldest first",
            3,
            ["rows", "the first 3 of 6,000, oldest first", "pulled 10:42, 2 requests"],
        ),
        ("cancelled", None, "", 3, ["rows", "cancelled at 3 of 6,000", "pulled 10:42, 2 requests"]),
        (
            "failed",
            None,
            "",
            3,
            ["rows", "stopped at 3 of 6,000 by an error", "pulled 10:42, 2 requests"],
        ),
    ],
)
def test_the_line_below_the_rows(
    state: str, limit: int | None, first: str, shown: int, facts: list[str]
) -> None:
    """It has how many rows are on show, whether these are all, and when they came."""
    frame = pd.DataFrame({"id": range(3)})
    frame.attrs["stnb"] = {"first": first}

    assert outcome.facts(ended(state, limit=limit), frame, shown) == facts
    assert outcome.is_part(ended(state)) == (state != "done")


@pytest.mark.parametrize(
    ("pace", "limit", "ending"),
    [(None, None, "match"), (9000.0, None, ", under a second"), (500.0, 1000, "1,000, about 2 s")],
)
def test_a_count_tells_the_time(pace: float | None, limit: int | None, ending: str) -> None:
    """After a first pull its pace tells how long the next one takes."""
    assert texts.counted("jpm.jobs", 6000, limit, pace).endswith(ending)


def test_rows_of_other_filters_say_so(st: stnb.Account) -> None:
    """Once a filter is changed, the line below the rows says that they are those of before."""
    ui = explore(st, "jpm.jobs", limit=5)
    ui.pull()
    ui.wait(60)
    assert outcome.CHANGED not in ui.parts.foot.facts
    ui.parts.filters["jobStatus"].entry = "Completed"
    assert ui.parts.foot.facts[1] == outcome.CHANGED
    ui.parts.filters["jobStatus"].entry = ""
    assert outcome.CHANGED not in ui.parts.foot.facts
    ui.close()


def _nothing(state: str, endpoint: Endpoint = JOBS, filters: tuple[str, ...] = ()) -> Nothing:
    return outcome.nothing(ended(state, rows=0, filters=filters), endpoint)


def test_no_rows_have_four_reasons() -> None:
    """Empty, none matching, failed and cancelled differ in picture, in words and in what to do."""
    found = [
        _nothing("done"),
        _nothing("done", filters=("Job status: Hold",)),
        _nothing("failed"),
        _nothing("cancelled"),
    ]

    assert [one.kind for one in found] == ["empty", "unmatched", "failed", "cancelled"]
    assert len({one.title for one in found}) == 4
    assert all(one.text for one in found)
    assert found[1].chips == ("Job status: Hold",)
    assert [name for name, _ in found[1].actions] == ["clear"]


def test_hidden_rows_may_be_the_reason() -> None:
    """Where the API hides inactive rows, looking among them is offered."""
    assert ("active", "Look among the inactive too") in _nothing("done", CUSTOMERS).actions


def test_a_button_in_the_place_of_the_rows(st: stnb.Account) -> None:
    """Without a match, "Take the filter away" pulls again without them."""
    ui = explore(st, "jpm.jobs", {"completedOnOrAfter": "tomorrow"}, limit=5)
    ui.pull()
    ui.wait(60)
    assert ui.parts.blank.shown["kind"] == "unmatched"
    assert ui.parts.blank.shown["chips"] == ["Completed: tomorrow"]
    assert ui.parts.blank.layout.display == ""

    ui.parts.blank._handle_custom_msg({"kind": "act", "name": "clear"}, None)
    frame = ui.wait(60)

    assert frame is not None
    assert len(frame) == 5
    assert ui.state["filters"] == {}
    assert ui.parts.blank.layout.display == "none"
    assert ui.parts.foot.shown == "5"
    ui.close()


def test_a_still_page_learns_how_many_rows_there_are(st: stnb.Account) -> None:
    """A page that has shown changed filters for a moment has them counted, where that is cheap."""
    ui = explore(st, "jpm.jobs", {"jobStatus": "Completed"})
    ui.parts.filters._handle_custom_msg({"kind": "idle"}, None)
    while ui._pulls.counter.running:
        threading.Event().wait(0.01)

    assert ui.parts.messages.state == "counted"
    assert "rows match" in ui.parts.messages.line
    ui.parts.filters["jobStatus"].entry = "Hold"
    assert ui.parts.messages.line == ""  # it was about other filters
    ui.close()


def test_long_lists_are_searched(st: stnb.Account) -> None:
    """Customers are found by a part of their name; the chip has the name, the pull the id."""
    ui = explore(st, "jpm.jobs")
    sent: list[Any] = []
    ui.parts.filters.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    ui.parts.filters._handle_custom_msg({"kind": "find", "name": "customerId", "text": "ma"}, None)
    ui.parts.filters.lookups.wait(60)
    found = next(message for message in sent if message["kind"] == "found")
    i, label = found["options"][0]
    ui.parts.filters["customerId"].entry = i

    assert ui.parts.filters.values == {"customerId": int(i)}
    assert ui.parts.filters.summary == [f"Customer: {label.partition(' · ')[2]}"]
    ui.close()


ANN = {"phoenix": {"7 · Ann": 7}, "tucson": {"9 · Ann": 9}}


def searched(filters: Filters) -> None:
    """Have the page search the customers for a name."""
    filters.reply({"kind": "find", "name": "customerId", "text": "ann"})
    filters.lookups.wait(60)


def test_a_name_of_another_tenant_is_no_id() -> None:
    """What was found among one tenant's customers is forgotten once another one is chosen."""
    chosen = "phoenix"
    filters = Filters(lambda: None, look_up=lambda thing, text: ANN[chosen])
    filters.show(JOBS, {})
    filters.search_of((chosen,))
    searched(filters)
    filters["customerId"].entry = "ann"
    assert filters.values == {"customerId": 7}

    filters.search_of((chosen,))
    assert filters.values == {"customerId": 7}
    chosen = "tucson"
    filters.search_of((chosen,))
    assert filters.problem is not None
    searched(filters)
    assert filters.values == {"customerId": 9}
    assert filters.problem is None


def test_a_late_answer_of_another_tenant_is_not_taken() -> None:
    """A search during which another profile is chosen is made anew there."""
    chosen, asked = "phoenix", list[str]()

    def look_up(thing: str, text: str) -> dict[str, int]:
        nonlocal chosen
        asked.append(chosen)
        found, chosen = ANN[chosen], "tucson"
        filters.search_of((chosen,))
        return found

    filters = Filters(lambda: None, look_up=look_up)
    filters.show(JOBS, {})
    filters.search_of((chosen,))
    searched(filters)

    assert asked == ["phoenix", "tucson"]
    assert filters["customerId"].labels == ANN["tucson"]


@pytest.mark.parametrize("kind", ["403", "404", "409", "400-errors", "404-gateway"])
def test_a_list_that_cannot_be_searched_says_why_in_its_field(kind: str) -> None:
    """The answer to the search says what happened and what to do; the form itself has no fault."""
    st = stnb.demo(scale=0.02, faults=[{"name": kind, "path": "/customers", "times": None}])
    ui = explore(st, "jpm.jobs")
    sent: list[Any] = []
    ui.parts.filters.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    ui.parts.filters._handle_custom_msg({"kind": "find", "name": "customerId", "text": "ma"}, None)
    ui.parts.filters.lookups.wait(60)

    assert [message["kind"] for message in sent if message["kind"] != "form"] == ["found"]
    (found,) = [message for message in sent if message["kind"] == "found"]
    assert found["options"] == []
    assert "customers failed" in found["problem"][0]
    assert found["problem"][-1] == "Type an id, or search again later."
    ui.close()


@pytest.mark.parametrize("kind", ["403", "404", "409", "400-errors", "404-gateway"])
def test_a_menu_says_why_it_has_no_names(kind: str) -> None:
    """A list that cannot be read costs the others nothing; its field says why and takes an id, and
    has its names once the list can be read.
    """
    app = make_app(scale=0.02, faults=[Fault(kind, "/business-units", times=None)])
    st = Account(Session.of_app(app, stnb.demo()._session.credentials))
    ui = explore(st, "jpm.jobs")
    ui._screen.id_names.wait()

    said = unread(ui)
    assert "business-units failed" in said["businessUnitId"]
    assert said["businessUnitId"].endswith(" Type an id.")
    assert said["jobTypeId"] == ""
    assert ui.parts.filters["jobTypeId"].labels
    unit = ui.parts.filters["businessUnitId"]
    unit.entry = "7"
    assert (unit.value, unit.problem) == (7, None)

    app.state.faults.set([])  # type: ignore[attr-defined]
    ui.parts.picker.value = "jpm.appointments"
    ui.parts.picker.value = "jpm.jobs"
    ui._screen.id_names.wait()
    assert unread(ui)["businessUnitId"] == ""
    assert ui.parts.filters["businessUnitId"].labels
    ui.close()


def test_no_menu_keeps_the_names_of_another_tenant() -> None:
    """They go when another profile is chosen, also if its names cannot be read yet; and what comes
    for the former one by then is dropped.
    """
    free, told = threading.Event(), dict[str, Any]()
    names = id_names.IdNames(lambda name, labels, why: told.update({name: (labels, why)}))
    units = [param for param in catalog.load()["jpm.jobs"].filters if param.py == "businessUnitId"]

    def account(profile: str) -> Any:
        def rows(**given: Any) -> Any:
            frame = pd.DataFrame({"id": [7], "name": [profile]})
            return SimpleNamespace(wait=lambda: frame if free.wait(60) else None)

        resource = SimpleNamespace(start=rows, endpoint=catalog.load()["settings.business_units"])
        return type("Hand", (dict,), {"profile": profile})({"settings.business_units": resource})

    names.read(account("mesa"), units)
    assert told["settings.business_units"] == ({}, id_names.READING)
    names.read(None, units)  # of another profile, which has no token yet
    free.set()
    names.wait()
    assert told["settings.business_units"] == ({}, "")
    names.read(account("yuma"), units)
    names.wait()
    assert told["settings.business_units"] == ({"7 · yuma": 7}, "")
    names.read(account("mesa"), units)
    assert told["settings.business_units"] == ({"7 · mesa": 7}, "")
    names.read(None, units)
    assert told["settings.business_units"] == ({}, "")


def unread(ui: Any) -> dict[str, str]:
    """By a field's key: why it has no names, as a page gets it."""
    form = ui.parts.filters
    shown = [form._as_shown(at, field) for at, field in enumerate(form._fields)]
    return {field["key"]: field["unread"] for field in shown if "unread" in field}


def test_a_search_holds_up_nothing_else() -> None:
    """While a list is searched and does not answer, other messages are answered."""
    free = threading.Event()
    sent: list[Any] = []

    def look_up(thing: str, text: str) -> id_names.Labels:
        assert free.wait(60)
        return {"7 · Ada": 7}

    form = Filters(lambda: None, look_up)
    form.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    form.show(catalog.load()["jpm.jobs"], {})
    form.reply({"kind": "find", "name": "customerId", "text": "ad"})
    form.reply({"kind": "form"})
    assert [message["kind"] for message in sent] == ["form", "form"]
    free.set()
    form.lookups.wait(60)
    assert sent[-1]["options"] == [["7", "7 · Ada"]]


def test_a_menu_takes_rows_without_names_or_ids() -> None:
    """A row without a name goes by its id; one without an id is no entry."""
    frame = pd.DataFrame(
        {
            "id": pd.array([3, None, 5, 4], dtype="Int64"),
            "name": pd.array(["North", "Lost", None, "East"], dtype="str"),
            "active": pd.array([True, True, True, None], dtype="boolean"),
        }
    )

    assert id_names.labels(frame) == {"4 · East": 4, "3 · North": 3, "5": 5}
    assert id_names.labels(frame.iloc[:0]) == {}


@pytest.mark.parametrize("thing", list(id_names.LOOKUPS))
def test_every_searched_list_has_its_filter(thing: str) -> None:
    """Each list that is searched takes the filter that searches it."""
    name, filter_name = id_names.LOOKUPS[thing]

    assert catalog.load()[name].takes(filter_name) is not None
    assert id_names.lookup_of(Param(f"{thing}Ids")) == thing


def test_sorting_has_words() -> None:
    """The menus say oldest or newest, lowest or highest, A or Z, as the column has it."""
    sort = Param("sort", values=("+CreatedOn", "-CreatedOn", "-Id", "+Name"))
    words = dict(fields.orders(CUSTOMERS, sort))

    assert words == {
        "+CreatedOn": "Created on: oldest first",
        "-CreatedOn": "Created on: newest first",
        "-Id": "Id: highest first",
        "+Name": "Name: A to Z",
    }


def test_a_page_without_a_notebook() -> None:
    """It has a heading of its own, no buttons for cells, and its files come through the browser."""
    ui = entry.page("demo")
    ui.parts.picker.value = "jpm.jobs"
    ui.parts.limit.value = 100
    ui.pull()
    ui.wait(60)
    sent: list[Any] = []
    actions = ui.parts.export.page_actions
    actions.send = lambda content, buffers=None: sent.append((content, buffers))  # type: ignore[method-assign]
    ui.parts.export.files[".csv"].click()
    ui.parts.export.wait()

    assert [content["do"] for content, _ in sent] == ["file"]
    assert sent[0][0]["name"].endswith(".csv")
    assert len(sent[0][1][0].splitlines()) == 101
    shown = [part for line in ui.parts.export.children[:-1] for part in line.children]
    assert ui.parts.export.cell not in shown
    assert ui.parts.views.plain
    ui.parts.foot._handle_custom_msg({"kind": "python"}, None)
    assert ui.parts.views.value == "code"
    ui.close()


def test_what_a_filter_shows_is_enough_for_a_page() -> None:
    """For every resource the form can be drawn: each field has its kind and its names."""
    ui = explore("demo")
    for endpoint in catalog.load():
        ui.parts.filters.show(endpoint, {})
        for at, field in enumerate(ui.parts.filters._fields):
            shown = ui.parts.filters._as_shown(at, field)
            assert len(shown["names"]) == len(shown["ends"]) == len(shown["hints"]) > 0
            assert field.kind not in ("span", "range") or all(shown["ends"])
    ui.close()


def test_a_resource_has_one_short_line_wherever_it_is_shown() -> None:
    """The head of the page and its tiles say what the search says, without the label again."""
    for endpoint in catalog.load():
        line, searched = title.about(endpoint), meanings.about(endpoint)
        assert searched.lower().endswith(line.lower())
        assert not line.startswith(f"{endpoint.label}:")

    assert [tile["name"] for tile in title.tiles()] == list(title.TILES)
    assert title.about(catalog.load()["crm.leads"]) == "People who asked, and are not booked yet"
