"""The search: questions of the trade find their resources, with the reason and the filters that
belong to them, and the page's own copy of the ranking is the same.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from stnb import catalog, explorer
from stnb.catalog import meanings, phrases, stems
from stnb.pull import call
from tests.helpers.sample import EVERYTHING

KNOWN = catalog.load()
HERE = Path(__file__).parent
SEARCH_JS = Path(explorer.__file__).parent / "parts/search.js"
NODE = shutil.which("node")
RUN = """
const { index, queries } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const ready = indexed(index);
const told = (h) => [ready.names[h.number], h.why, h.filters, h.whole];
console.log(JSON.stringify(queries.map((q) => search(ready, q).map(told))));
"""

MARK = """
const { index, words } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const sets = Object.entries(index.grammar).map(([name, words]) => [name, new Set(words)]);
console.log(JSON.stringify(worthMarking(words, Object.fromEntries(sets))));
"""


def questions(file: str) -> list[tuple[str, list[str]]]:
    areas = json.loads((HERE / file).read_text("utf-8"))
    return [(words, answers) for rows in areas.values() for words, answers in rows]


TRADE = questions("questions.json")
HELD_OUT = questions("questions_held_out.json")


def ranks(asked: list[tuple[str, list[str]]]) -> dict[str, int]:
    """Where the first answer stands among the hits, from 1; 99 for nowhere."""
    found = {}
    for words, answers in asked:
        names = [endpoint.name for endpoint in KNOWN.find(words)]
        places = [names.index(answer) + 1 for answer in answers if answer in names]
        found[words] = min(places, default=99)
    return found


# -- the questions


def test_questions_of_the_trade_find_their_resource() -> None:
    """Of at least 120 questions of all departments 95 % have their resource among the first three,
    and 85 % have it first. Before the search was made for them it were 60 % and 54 %.
    """
    found = ranks(TRADE)

    assert len(found) == len(TRADE) >= 120
    assert sum(rank <= 3 for rank in found.values()) / len(found) >= 0.95, found
    assert sum(rank == 1 for rank in found.values()) / len(found) >= 0.85, found


def test_questions_that_nothing_was_learnt_from_find_theirs() -> None:
    """Questions that no phrase was added for. When they were asked for the first time, the first
    set had 96 % and 89 %, the one of the third round 97 % and 90 %; of the 37 of the fourth they
    were 35 and 32. (Sets and questions that were learnt from are parts of the table above.)
    """
    found = ranks(HELD_OUT)

    assert sum(rank <= 3 for rank in found.values()) / len(found) >= 0.95, found
    assert sum(rank == 1 for rank in found.values()) / len(found) >= 0.85, found


def test_every_answer_is_a_resource() -> None:
    """The tables name resources of the catalogue, and no question stands twice."""
    asked = [*TRADE, *HELD_OUT]

    assert [name for _, answers in asked for name in answers if name not in KNOWN] == []
    assert len({words for words, _ in asked}) == len(asked)


@pytest.mark.parametrize(
    ("words", "name", "filters"),
    [
        ("cancelled jobs", "jpm.jobs", {"jobStatus": "Canceled"}),
        ("jobs canceled last month", "jpm.jobs", {"jobStatus": "Canceled"}),
        (
            "unpaid invoices",
            "accounting.invoices",
            {"balanceFilter_Balance": 0, "balanceFilter_Comparer": "Greater"},
        ),
        ("posted invoices", "accounting.invoices", {"statuses": "Posted"}),
        ("active memberships", "memberships.memberships", {"status": "Active"}),
        ("jobs not completed", "jpm.jobs", {}),
        ("revenue", "accounting.invoices", {}),
        ("jobs", "jpm.jobs", {}),
    ],
)
def test_words_bring_their_filters(words: str, name: str, filters: dict[str, Any]) -> None:
    """A phrase, or a value of a filter beside the resource's name, presets the filter; a negation
    does not.
    """
    first = KNOWN.search(words)[0]

    assert (first.endpoint.name, dict(first.filters)) == (name, filters)


def test_a_missed_appointment_leads_to_cancelled_jobs() -> None:
    """ "No show" finds the log of cancellations, and jobs with their status."""
    found = {hit.endpoint.name: dict(hit.filters) for hit in KNOWN.search("no show")}

    assert next(iter(found)) == "jpm.export.job_canceled_logs"
    assert found["jpm.jobs"] == {"jobStatus": "Canceled"}


def test_a_hit_says_why_and_what_it_is() -> None:
    """The reason is the phrase, the column or filter, or the word that a slip was read as; a name
    needs none. A line says what the resource holds.
    """
    why = {}
    for words in ("unpaid", "jobs", "custmer", "latitude", "minDuration calls"):
        why[words] = KNOWN.search(words)[0].why

    assert why == {
        "unpaid": "for “unpaid”",
        "jobs": "",
        "custmer": "read as “customer”",
        "latitude": "filter latitude",
        "minDuration calls": "for “call duration” · filter minDuration",
    }
    assert KNOWN.search("leads")[0].about == "Leads: people who asked, and are not booked yet"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("Revenue by month", "accounting.invoices"),
        ("show me refunds", "accounting.credit_memos"),
        ("cacnelled", "jpm.jobs"),  # two letters changed places
        ("warrantyy", "jpm.jobs"),  # one too many
        ("ofertime", "payroll.gross_pay_items"),  # one wrong
        ("time sheets", "payroll.jobs.timesheets"),  # one word in two
        ("jobstatus", "jpm.jobs"),  # two words in one
        ("équipement", "pricebook.equipment"),  # an accent
        ("jpm/jobs", "jpm.jobs"),
    ],
)
def test_words_are_understood_in_other_forms(words: str, first: str) -> None:
    """Plurals, words around that say nothing, slips, and words written apart or together."""
    assert KNOWN.find(words)[0].name == first


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [
        ("refund", "refund", 0),
        ("refund", "refnud", 1),
        ("refund", "refunds", 1),
        ("refund", "efund", 1),
        ("refund", "rxfund", 1),
        ("refund", "rxfunx", 2),
        ("refund", "refundal", 2),
        ("refund", "x", 3),
        ("", "a", 1),
    ],
)
def test_slips_are_counted(a: str, b: str, slips: int) -> None:
    """A letter wrong, missing, too many or swapped is one slip; the order does not matter."""
    assert stems.distance(a, b, 2) == stems.distance(b, a, 2) == slips


# -- the data


def test_every_phrase_means_resources_and_filters_that_are_there() -> None:
    """A phrase stands once, names only resources of the catalogue, and its filters pass the check
    that a pull makes.
    """
    said = [phrase for topic in phrases.topics() for phrase in topic.phrases]

    assert len(said) == len(set(said)) >= 120
    for topic in phrases.topics():
        assert [name for name in topic.resources if name not in KNOWN] == [], topic
        assert len(set(topic.resources)) == len(topic.resources), topic
        for name, filters in topic.filters.items():
            assert name in topic.resources, topic
            call.call(KNOWN[name], 1, filters)


def test_no_phrase_is_but_the_name_of_its_resource() -> None:
    """ "Jobs to do" would be "jobs", as "to do" says little: it would preset a filter for whoever
    looks for jobs.
    """
    grammar = phrases.grammar()
    for topic in phrases.topics():
        for phrase in topic.phrases:
            told = {word.stem for word in stems.telling(phrase, grammar)}
            assert told != {stems.NOT}, phrase
            for name in topic.filters:
                own = {stems.stem(word, grammar) for word in stems.plain(name)}
                assert not told <= own, phrase


def test_no_two_topics_say_the_same() -> None:
    """Phrases of the same words have the same first resource: otherwise one of them never wins."""
    grammar = phrases.grammar()
    meant: dict[frozenset[str], str] = {}
    for topic in phrases.topics():
        for phrase in topic.phrases:
            told = frozenset(word.stem for word in stems.telling(phrase, grammar))
            assert meant.setdefault(told, topic.resources[0]) == topic.resources[0], phrase


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("price of a chiller", "pricebook.equipment"),  # a family: no phrase has a chiller's price
        ("cost of a thermocouple", "pricebook.materials"),
        ("sewer", "jpm.jobs"),  # is not "newer"
        ("nivoices", "accounting.invoices"),  # the first letter may be wrong in a long word
        ("people who don't want texts", "telecom.optinouts.optouts"),  # a negation in short
        ("customers on the do not call list", "telecom.optinouts.optouts"),  # not the customers
        ("how many people rang", "telecom.calls"),  # of a verb that is not regular
    ],
)
def test_words_of_a_kind_are_treated_alike(words: str, first: str) -> None:
    """Families of things, slips in the first letter, short negations, and what follows a role."""
    assert KNOWN.find(words)[0].name == first


def test_little_words_are_no_reason() -> None:
    """ "On" stands in createdOn, in "on hold" and in half of all questions, and says nothing."""
    for words in ("meetings on the schedule", "vans on the road", "sign off", "tools out back"):
        for hit in KNOWN.search(words):
            assert not {"on", "off", "out", "back"} & set(stems.plain(hit.why.lower())[-1:]), hit


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("staff rota", "dispatch.technician_shifts"),  # a role counts less than what it has
        ("rota of the staff", "dispatch.technician_shifts"),
        ("open POs", "inventory.purchase_orders"),  # a plural of capitals
        ("overpayment", "accounting.payments"),
        ("certificate of competence", "dispatch.technician_skills"),  # of one family of words
        ("written off", "accounting.credit_memos"),  # "off" does not begin "offer" here
    ],
)
def test_words_are_weighed_by_what_they_are(words: str, first: str) -> None:
    """Roles, short forms, families of words, and short words that are whole."""
    assert KNOWN.find(words)[0].name == first


def test_a_part_of_a_phrase_counts_too() -> None:
    """A word that only a longer phrase has is found without the phrase's others, and says so."""
    hit = KNOWN.search("gate")[0]

    assert (hit.endpoint.name, hit.why) == ("crm.locations", "for “gate”")


def test_every_resource_and_module_has_a_line_of_ours() -> None:
    """What it is, short enough for one line; no line is for a resource that is not there."""
    data = json.loads(resources.files(catalog).joinpath("meanings.json").read_text("utf-8"))

    assert {e.name: meanings.about(e) for e in KNOWN if not meanings.about(e)} == {}
    assert [name for name in data["resources"] if name not in KNOWN] == []
    assert [name for name in meanings.popular() if name not in KNOWN] == []
    assert data["modules"].keys() == set(KNOWN.modules)
    assert max(len(line) for line in data["resources"].values()) <= 72


# -- the page's own copy


def test_every_search_is_asked_in_one_place_only() -> None:
    """`find` gives the resources that `search` gives, in its order."""
    for words, _ in HELD_OUT:
        hits = [hit.endpoint.name for hit in KNOWN.search(words)]
        assert hits == [endpoint.name for endpoint in KNOWN.find(words)]


@pytest.mark.skipif(NODE is None, reason="needs node, which runs the page's code")
@pytest.mark.long
def test_the_page_ranks_as_python_does() -> None:
    """For more than 200 queries, whole and as they are typed, with slips and senseless ones, the
    page's code gives the same hits, order, reasons and filters.
    """
    every = [words for words, _ in [*TRADE, *HELD_OUT]]
    asked = every if EVERYTHING else every[::4]
    typed = [words[:letters] for words in asked[:40] for letters in (1, 2, 4, 7)]
    slipped = [words[:3] + words[4:] for words in asked[:40]]
    queries = [
        *asked,
        *typed,
        *slipped,
        "zzzqqq",
        "jobs zzzqqq",
        "(.*[ jobs",
        "é",
        "id",
        "jobStatus",
    ]
    queries = [query for query in queries if stems.plain(query)]
    given = json.dumps({"index": KNOWN.index.as_data(), "queries": queries})
    code = SEARCH_JS.read_text("utf-8") + RUN
    ran = subprocess.run(
        [str(NODE), "-e", code], input=given, capture_output=True, encoding="utf-8", check=True
    )

    assert len(queries) > 200
    for query, found in zip(queries, json.loads(ran.stdout), strict=True):
        hits = KNOWN.search(query, len(KNOWN))
        ours = [[hit.endpoint.name, hit.why, dict(hit.filters), hit.whole] for hit in hits]
        theirs = [[name, " · ".join(why), filters, whole] for name, why, filters, whole in found]
        assert theirs == ours, query


@pytest.mark.skipif(NODE is None, reason="needs node, which runs the page's code")
@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("price of a boiler", ["price", "boiler"]),
        ("show me jobs on hold", ["jobs", "hold"]),
        ("of the", ["of", "the"]),
        ("", []),
    ],
)
def test_the_page_marks_words_that_say_something(words: str, marked: list[str]) -> None:
    """ "A" is not marked in "and" and "at"; if nothing else was typed, all of it is."""
    given = json.dumps({"index": {"grammar": KNOWN.index.as_data()["grammar"]}, "words": words})
    code = SEARCH_JS.read_text("utf-8") + MARK
    ran = subprocess.run(
        [str(NODE), "-e", code], input=given, capture_output=True, encoding="utf-8", check=True
    )

    assert json.loads(ran.stdout) == marked


def test_the_command_line_finds_without_pandas() -> None:
    """What makes a command slow is what it imports: a search loads no pandas and no engine."""
    code = (
        "import sys; from stnb.cli.main import main; main(['find', 'unpaid', 'invoices']);"
        "assert not {'pandas', 'pyarrow', 'httpx'} & sys.modules.keys()"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("accounting.invoices ")
