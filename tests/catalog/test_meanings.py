"""Columns have meanings: by hand for the resources that are used most, by rule for the others."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import pytest

from stnb import catalog
from stnb.catalog import meanings
from stnb.catalog.store import walk

KNOWN = catalog.load()
DATA: dict[str, Any] = json.loads(
    resources.files(catalog).joinpath("columns.json").read_text(encoding="utf-8")
)


def test_each_column_of_the_popular_resources_has_a_meaning_by_hand() -> None:
    """None of the 25 resources has a column, nested or not, for which only the rule speaks."""
    assert len(meanings.popular()) == 25
    for name in meanings.popular():
        for path, _ in walk(KNOWN[name].columns):
            above, _, leaf = path.rpartition(".")
            composed = leaf in meanings.BARE and (above or leaf == "id")
            assert path in DATA["of"].get(name, {}) or leaf in DATA["leaves"] or composed, (
                name,
                path,
            )


def test_no_meaning_is_for_a_column_that_is_not_there() -> None:
    """A resource, a path or a name that the catalogue does not have would be a slip of the pen."""
    leaves = {path.rpartition(".")[2] for endpoint in KNOWN for path, _ in walk(endpoint.columns)}

    assert DATA["nouns"].keys() == set(meanings.popular())
    assert DATA["leaves"].keys() - leaves == set()
    for name, own in DATA["of"].items():
        paths = {path for path, _ in walk(KNOWN[name].columns)}
        assert own.keys() - paths == set(), name
    for names in DATA["units"].values():
        for name in names:
            resource, _, path = name.rpartition(":")
            if resource:
                assert path in {p for p, _ in walk(KNOWN[resource].columns)}, name
            else:
                assert path in leaves, name


def test_meanings_are_short_and_say_more_than_the_name() -> None:
    """One line each, without a full stop, and never the bare name over again."""
    for endpoint in KNOWN:
        for path, column in walk(endpoint.columns):
            meaning = meanings.column(endpoint, path, column)
            assert 2 <= len(meaning) <= 90, (endpoint.name, path, meaning)
            assert not meaning.endswith("."), meaning
            assert re.search(r"[A-Z]", meaning[0]) or meaning[0].isdigit(), meaning


@pytest.mark.parametrize(
    ("resource", "path", "meaning", "unit"),
    [
        ("jpm.jobs", "total", "What the job is invoiced at", "money"),
        ("jpm.jobs.get", "total", "What the job is invoiced at", "money"),
        ("jpm.export.jobs", "id", "Id of the job", ""),
        ("accounting.invoices", "businessUnit.name", "Name of the business unit", ""),
        ("telecom.calls", "leadCall.duration", "How long the call was", "h:mm:ss"),
        ("memberships.memberships", "renewalDuration", "Months that a renewal lasts", "months"),
        ("payroll.gross_pay_items", "paidDurationHours", "Hours that are paid", "hours"),
        ("accounting.invoices", "items.quantity", "How many", "pieces"),
        ("jpm.jobs", "appointmentCount", "How many appointments the job has", ""),
        ("settings.technicians", "commissionRate", "Part of the price that is commission", ""),
    ],
)
def test_known_meanings_and_units(resource: str, path: str, meaning: str, unit: str) -> None:
    """A feed and a record say what their list says; what has no unit for sure has none."""
    endpoint = KNOWN[resource]
    column = dict(walk(endpoint.columns))[path]

    assert meanings.column(endpoint, path, column) == meaning
    assert meanings.unit(endpoint, path, column) == unit
