"""Facts that several rooms share."""

from __future__ import annotations

import pytest

from stnb.catalog.facts import singular


@pytest.mark.parametrize(
    ("plural", "single"),
    [
        ("jobs", "job"),
        ("categories", "category"),
        ("project-statuses", "project-status"),
        ("addresses", "address"),
        ("taxes", "tax"),
        ("matches", "match"),
        ("children", "child"),
        ("bonus", "bonus"),
        ("status", "status"),
        ("analysis", "analysis"),
        ("business", "business"),
        ("gps", "gps"),
        ("ties", "tie"),
    ],
)
def test_one_of_a_plural(plural: str, single: str) -> None:
    """The nouns in the API's names have a singular, and a word that is no plural stays."""
    assert singular(plural) == single
