"""Lengths of time, in words."""

from __future__ import annotations

import pytest

from stnb.session.clock import in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "1 s"),
        (4.2, "4 s"),
        (9.6, "10 s"),
        (61, "60 s"),
        (84.2, "85 s"),
        (120, "120 s"),
        (121, "2 minutes"),
        (597, "10 minutes"),
        (7_199, "120 minutes"),
        (7_200, "2 hours"),
        (9 * 3_600 + 4, "9 hours"),
        (172_800, "2 days"),
        (4e8, "4,630 days"),
    ],
)
def test_a_length_of_time_reads_as_one_says_it(seconds: float, words: str) -> None:
    """In the largest unit of which there are at least two, and rounded."""
    assert in_words(seconds) == words
