"""What differs from the catalogue, as data and as sentences."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stnb.frame import Drifts, add_drift, sentences
from stnb.frame.drift import Drift, Kind, from_json, to_json


def test_what_pages_found_is_added_up() -> None:
    """Of one kind and detail the rows are added; others of the same column stand beside them, and
    nothing stands twice.
    """
    drift: Drifts = {}
    for kind, rows, detail in (
        (Kind.MISFIT, 999, "integer"),
        (Kind.MISFIT, 1, "integer"),
        (Kind.INSIDE, 0, ""),
        (Kind.MISFIT, 1000, "integer"),
        (Kind.MISFIT, 5, "decimal"),
        (Kind.INSIDE, 0, ""),
    ):
        add_drift(drift, {"a": [Drift("a", kind, rows, detail)]})
    first = list(drift["a"])
    add_drift(drift, {"b": drift["a"]})
    add_drift(drift, {"b": drift["a"]})

    assert drift["a"] == first
    assert [(d.kind, d.rows, d.detail) for d in drift["b"]] == [
        (Kind.MISFIT, 4000, "integer"),
        (Kind.INSIDE, 0, ""),
        (Kind.MISFIT, 10, "decimal"),
    ]
    assert sentences(drift)["b"] == (
        "holds values that are no integer in 4,000 rows; kept as text;"
        " also holds other fields or types inside than the catalogue says;"
        " also holds values that are no decimal in 10 rows; kept as text"
    )


@pytest.mark.parametrize("text", [Kind.MISFIT, Kind.SEVERAL_TYPES, Kind.PAGES_DIFFER])
@pytest.mark.parametrize("typed_first", [True, False])
def test_a_column_that_is_text_was_not_converted(text: Kind, typed_first: bool) -> None:
    """Whichever page was read first; what else differs stays."""
    typed = [Drift("a", Kind.BLANK, 1), Drift("a", Kind.DIGITS, 2), Drift("a", Kind.INSIDE)]
    pages = [typed, [Drift("a", text, 3, "decimal")]]
    drift: Drifts = {}
    for found in pages if typed_first else pages[::-1]:
        add_drift(drift, {"a": found})

    assert {each.kind for each in drift["a"]} == {text, Kind.INSIDE}


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_of_drift_has_a_sentence_and_a_plain_form(kind: Kind) -> None:
    """Its rows are named if they were counted; nothing is lost on the way to a file and back."""
    drift = {"a": [Drift("a", kind, 1, "detail"), Drift("a", Kind.NEW)]}

    assert sentences(drift)["a"].endswith("; also is not in the catalogue; found in 0 rows")
    assert from_json(json.loads(json.dumps(to_json(drift)))) == drift


@pytest.mark.parametrize(
    "plain", [{"a": "text"}, {"a": [{}]}, {"a": [{"kind": "unheard"}]}, {"a": 5}]
)
def test_a_drift_of_another_version_is_refused(plain: Any) -> None:
    """A page whose drift cannot be read is then read again."""
    with pytest.raises((TypeError, ValueError, LookupError)):
        from_json(plain)
