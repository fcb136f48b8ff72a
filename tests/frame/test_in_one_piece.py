"""What a frame keeps in Arrow's memory lies in one piece there, however many pages it came in."""

from __future__ import annotations

import pyarrow as pa
import pytest

from stnb.frame import assemble, decode, shape_of
from tests.frame.test_by_value import TOYS


@pytest.mark.parametrize("limit", [None, 4])
@pytest.mark.parametrize("column", ["string", "parts"])
def test_texts_and_lists_of_many_pages_are_one_piece(column: str, limit: int | None) -> None:
    """Pieces would lie among what decoding took, which then could not go back to the system."""
    shape = shape_of(TOYS)
    pages = []
    for number in range(3):
        text = f'[{{"string":"a{number}","parts":[{number}]}},{{"string":null,"parts":null}}]'
        pages.append(decode(text.encode(), "bare", shape))
    frame, _, _ = assemble(pages, shape, limit=limit)

    found = pa.table(frame[[column]]).column(column)
    assert found.num_chunks == 1
    wanted = {
        "string": ["a0", None, "a1", None, "a2", None],
        "parts": [[0], None, [1], None, [2], None],
    }
    assert found.to_pylist() == wanted[column][:limit]
