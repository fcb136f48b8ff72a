"""Numbers in sentences."""

from __future__ import annotations

import pytest

from stnb.errors.wording import counted


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (12_345, "12,345 rows")]
)
def test_a_number_stands_before_its_noun(number: int, words: str) -> None:
    """Thousands have a comma, and one alone has no s."""
    assert counted(number, "row") == words
