"""A resource's card: what it says of each resource of the catalogue, what is sent when, and how
little is saved.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from stnb import catalog
from stnb.account import cards
from stnb.account.example import example
from stnb.catalog.store import walk
from stnb.explorer.parts import card

KNOWN = catalog.load()


class HeardCard(card.Card):
    """A card whose messages to the page the test can read."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        super().__init__()

    def send(self, content: Any, buffers: Any = None) -> None:
        self.sent.append(content)

    def ask(self, part: str) -> dict[str, Any]:
        self._handle_custom_msg({"kind": "part", "part": part}, [])
        return self.sent[-1]


@pytest.fixture
def shown() -> HeardCard:
    made = HeardCard()
    made.show(KNOWN["jpm.jobs"])
    return made


@pytest.mark.long
def test_every_resource_has_a_whole_card() -> None:
    """For each of the catalogue's resources all parts can be made and sent, and each name in them
    leads somewhere.
    """
    for endpoint in KNOWN:
        parts = {name: make(endpoint) for name, make in card.PARTS.items()}
        json.dumps([card.head(endpoint), parts])

        assert [line["path"] for line in parts["columns"]] == [
            path for path, _ in walk(endpoint.columns)
        ]
        assert len(parts["filters"]) == len(endpoint.filters)
        assert bool(parts["example"]["rows"]) == bool(endpoint.columns)
        hood = parts["neighbours"]
        named = [t["name"] for line in parts["columns"] for t in line["to"]] + [
            n["name"] for n in hood["out"] + hood["into"] + hood["kin"]
        ]
        assert [name for name in named if name not in KNOWN] == [], endpoint.name
        assert len({n["name"] for n in hood["kin"]}) == len(hood["kin"])


@pytest.mark.parametrize("name", [e.name for e in KNOWN if e.kind == "rows" and e.takes("page")])
def test_what_is_read_page_by_page_is_called_a_list(name: str) -> None:
    """Also if the documents give its answer another shape."""
    assert card.head(KNOWN[name])["kind"] == "list"
    assert "a list, read page by page" in cards.text(KNOWN[name])


def test_the_line_tells_what_one_would_not_expect() -> None:
    """Route, kind, scope and number of columns; hidden rows, what is required, a lock and a
    withdrawal where there is one.
    """
    customers = card.head(KNOWN["crm.customers"])
    assert customers["path"] == "/crm/v2/tenant/{tenant}/customers"
    assert (customers["kind"], customers["scope"], customers["lock"]) == (
        "list",
        "tn.crm.customers:r",
        "",
    )
    assert any("the filter “Active” can show" in flag for flag in customers["flags"])
    assert card.head(KNOWN["crm.customers"], frozenset({"tn.crm.customers:r"}))["lock"] == ""
    assert (
        "lacks the scope tn.crm.customers:r"
        in card.head(KNOWN["crm.customers"], frozenset())["lock"]
    )
    assert any("withdrawn" in flag for flag in card.head(KNOWN["marketing.suppressions"])["flags"])
    assert "needs id" in card.head(KNOWN["jpm.jobs.get"])["flags"]


def test_a_column_says_its_type_its_values_and_where_it_leads() -> None:
    """Values come from the column, or from the filter of its name; a link names its target, and by
    which column.
    """
    jobs = {line["path"]: line for line in card.columns(KNOWN["jpm.jobs"])}
    calls = {line["path"]: line for line in card.columns(KNOWN["telecom.calls"])}

    assert jobs["id"]["notes"] == "Id of the job; identifies the row"
    assert jobs["tagTypeIds"]["type"] == "list of whole numbers"
    assert jobs["customFields"]["type"] == "list of objects"
    assert "Completed" in jobs["jobStatus"]["values"]
    assert calls["leadCall.direction"]["values"] == ["Inbound", "Outbound"]
    assert jobs["customerId"]["to"] == [{"name": "crm.customers", "by": "id", "when": ""}]
    assert {t["by"] for t in jobs["createdById"]["to"]} == {"userId"}


def test_a_filter_says_what_it_takes() -> None:
    """Required ones come first; several values, a default and the way to inactive rows are in
    words.
    """
    jobs = {line["path"]: line for line in card.filters(KNOWN["jpm.jobs"])}
    assert jobs["ids"]["notes"] == "up to 50 values"
    assert jobs["jobStatus"]["values"][0] == "Scheduled"
    assert card.filters(KNOWN["jpm.jobs.get"])[0]["notes"] == "required"
    customers = {line["path"]: line for line in card.filters(KNOWN["crm.customers"])}
    assert "also shows inactive rows" in customers["active"]["notes"]


def test_neighbours_and_kin() -> None:
    """Jobs lead to customers by their id, invoices lead to jobs, and the feed and the single record
    are named as such.
    """
    hood = card.neighbours(KNOWN["jpm.jobs"])

    assert {"name": "crm.customers", "by": ["customerId"], "how": "documented"} in hood["out"]
    assert "accounting.invoices" in [n["name"] for n in hood["into"]]
    assert "recallForId" in hood["own"]
    kin = {n["name"]: n["what"] for n in hood["kin"]}
    assert kin["jpm.export.jobs"] == "export feed"
    assert kin["jpm.jobs.get"] == "one record"
    assert kin["jpm.jobs.notes"] == "below it"
    assert card.neighbours(KNOWN["jpm.export.jobs"])["kin"] == [
        {"name": "jpm.jobs", "what": "the list"}
    ]


def test_the_example_opens_what_is_nested() -> None:
    """Objects and lists are opened below their name, and a resource without documented rows says
    why it has none.
    """
    rows = card.example_row(KNOWN["accounting.invoices"])["rows"]
    at = next(i for i, row in enumerate(rows) if row["name"] == "items")

    count = len(example(KNOWN["accounting.invoices"])["items"])
    assert rows[at]["value"] == f"{count} elements, of which this is the first"
    assert rows[at + 1]["depth"] == rows[at]["depth"] + 1
    assert {"name": "id", "depth": 0, "kind": "number", "value": rows[0]["value"]} == rows[0]
    none = card.example_row(KNOWN["forms.jobs.attachments"])
    assert none["rows"] == []
    assert "do not say what its rows hold" in none["none"]


def test_a_notebook_saves_next_to_nothing_of_it(shown: HeardCard) -> None:
    """The saved state is below 2 KB and holds nothing of the resource."""
    saved = json.dumps(shown.get_state(), default=str)

    assert len(saved) < 2_000
    assert "jpm" not in saved


def test_parts_are_sent_only_when_they_are_asked_for(shown: HeardCard) -> None:
    """Showing a resource sends its line; a tab's content comes when it is opened, and names its
    resource.
    """
    assert [m["kind"] for m in shown.sent] == ["head"]
    assert shown.sent[0]["head"]["name"] == "jpm.jobs"

    answer = shown.ask("filters")
    assert (answer["part"], answer["name"]) == ("filters", "jpm.jobs")
    assert len(answer["data"]) == len(KNOWN["jpm.jobs"].filters)
    before = len(shown.sent)
    shown._handle_custom_msg({"kind": "part", "part": "secrets"}, [])
    assert len(shown.sent) == before


def test_the_same_neighbour_can_be_clicked_again(shown: HeardCard) -> None:
    """Showing another resource forgets the click, so that the next one on its name is noticed."""
    heard: list[str] = []
    shown.observe(lambda change: heard.append(change["new"]), "chosen")
    for _ in range(2):
        shown.chosen = "crm.customers"
        shown.show(KNOWN["crm.customers"])

    assert heard == ["crm.customers", "", "crm.customers", ""]


def test_without_a_resource_it_is_empty(shown: HeardCard) -> None:
    """Nothing chosen sends an empty line, and its text says so; with one, the text is the
    resource's card.
    """
    assert "jpm.jobs" in repr(shown)
    shown.show(None)

    assert shown.sent[-1] == {"kind": "head", "head": None}
    assert repr(shown) == "<stnb card · nothing chosen>"
    assert shown.ask("columns") == {"kind": "head", "head": None}, "no part of nothing is sent"
