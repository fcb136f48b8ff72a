"""What a resource and its rows look like in text."""

from __future__ import annotations

import pandas as pd
import pytest

import stnb
from stnb.account import cards
from stnb.catalog import Endpoint, load


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_table_fits_the_terminal(width: int, st: stnb.Account) -> None:
    """No line is wider than the terminal, and what is left out is counted."""
    frame = st.jpm.jobs.pull(limit=30)
    lines = cards.table(frame, width).splitlines()

    assert len(lines) == 22
    assert max(map(len, lines)) <= width
    assert lines[0].split()[0] == "id"
    assert lines[-1].startswith("… 10 more rows and ")


def test_a_table_shows_what_is_missing_and_shortens_what_is_long() -> None:
    """Missing values are a dash, long texts end in an ellipsis, times have minutes, empty and
    nested columns come last.
    """
    frame = pd.DataFrame(
        {
            "empty": [None, None],
            "text": ["a\nb", "x" * 99],
            "when": pd.to_datetime(["2026-07-01T10:30Z", None]),
        }
    )

    assert cards.table(frame, 200).splitlines() == [
        "text                      when              empty",
        "a b                       2026-07-01 10:30  –",
        f"{'x' * 23}…  –                 –",
    ]


def test_every_resource_has_a_card() -> None:
    """Each resource's card has its kind, route and scope, in text and in HTML, in short lines."""
    for endpoint in load():
        text = cards.text(endpoint)
        assert endpoint.path in text
        assert max(map(len, text.splitlines())) < 160
        assert endpoint.name in cards.as_html(endpoint)


def test_a_name_is_escaped_in_html() -> None:
    """What comes from documents cannot become markup."""
    text = cards.as_html(Endpoint(name="a.<script>", module="a", path="/<i>", kind="list"))

    assert "<script>" not in text
    assert "<i>" not in text
