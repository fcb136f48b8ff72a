"""The words for the API's names."""

from __future__ import annotations

import re

import pytest

from stnb import catalog
from stnb.catalog import Endpoint, words
from tests.helpers.sample import by_module

CAMEL = re.compile(r"[a-z][A-Z]|[a-z]\.[A-Za-z]|_")


@pytest.mark.parametrize("endpoints", by_module(catalog.load()))
def test_every_filter_has_words(endpoints: list[Endpoint]) -> None:
    """No filter shows the API's spelling, and no two filters of a resource are called the same."""
    for endpoint in endpoints:
        labels = [words.label(param.name) for param in endpoint.filters]

        assert [label for label in labels if CAMEL.search(label)] == [], endpoint.name
        assert [label for label in labels if "On or" in label or "on or" in label] == [], (
            endpoint.name
        )
        assert [label for label in labels if not label[0].isupper()] == [], endpoint.name
        assert len(set(labels)) == len(labels), endpoint.name


def test_every_value_has_words() -> None:
    """The values of menus are words as well, and no two of one menu are the same."""
    for endpoint in catalog.load():
        for param in endpoint.filters:
            spoken = [words.spoken(value) for value in param.values if value[0] not in "+-"]
            assert [text for text in spoken if CAMEL.search(text)] == []
            assert len(set(spoken)) == len(spoken)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("completedOnOrAfter", "Completed from"),
        ("completedBefore", "Completed before"),
        ("modifiedOnOrBefore", "Modified to"),
        ("createdAfter", "Created after"),
        ("businessUnitIds", "Business units"),
        ("jobTypeId", "Job type"),
        ("externalId", "External id"),
        ("isClosed", "Closed"),
        ("ids", "Ids"),
        ("minCost", "Cost from"),
        ("fromLocationIds", "From locations"),
        ("totalFilter.Amount", "Total: amount"),
        ("externalDataApplicationGuid", "External data: application"),
        ("customerZip", "Customer ZIP code"),
        ("syncStatuses", "Sync statuses"),
    ],
)
def test_how_names_become_words(name: str, label: str) -> None:
    """The rule is one for all names; a short table has the exceptions."""
    assert words.label(name) == label


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("completedOnOrAfter", ("completed", "from")),
        ("invoicedOnBefore", ("invoiced", "to")),
        ("dateTo", ("date", "to")),
        ("from", ("", "from")),
        ("toUtc", ("utc", "to")),
        ("maxCost", ("cost", "to")),
        ("totalLess", ("total", "to")),
        ("minutes", ("minutes", "")),
        ("number", ("number", "")),
        ("toLocationIds", ("toLocationIds", "")),
    ],
)
def test_which_filters_are_ends_of_a_span(name: str, span: tuple[str, str]) -> None:
    """What begins or ends a span is known by its name."""
    assert words.span(name) == span
