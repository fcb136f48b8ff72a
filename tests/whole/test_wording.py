"""Numbers in sentences."""

from __future__ import annotations

import pytest

from stnb.errors.wording import counted, few


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (12_345, "12,345 rows")]
)
def test_a_number_stands_before_its_noun(number: int, words: str) -> None:
    """Thousands have a comma, and one alone has no s."""
    assert counted(number, "row") == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, ""), (1, "0"), (5, "0, 1, 2, 3, 4"), (6, "0, 1, 2, 3, 4 …"), (900, "0, 1, 2, 3, 4 …")],
)
def test_the_first_of_many_values(count: int, words: str) -> None:
    """Between commas, with a sign that there are more."""
    assert few(range(count)) == words
