"""What was sent, and values do not say, is kept packed, and comes back as it was."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.catalog import Column, Endpoint
from stnb.frame import assemble, decode, shape_of
from stnb.frame.packed import LARGE, Packed, packed

TIMES = Endpoint("toys.times", "toys", "/toys", "list", make_columns=lambda: (WHEN,))
WHEN = Column("when", "date-time")
TEXTS = some.lists(some.none() | some.text(some.characters(exclude_categories=["Cs"])))


@given(TEXTS)
def test_a_column_comes_back(texts: list[str | None]) -> None:
    """With every text and every gap, and each by its own name."""
    column = pa.array(texts, pa.string())
    found = Packed({"other": pa.array(["x"] * len(texts)), "sent": column})

    assert found["sent"].equals(column)
    assert (list(found), len(found), "sent" in found) == (["other", "sent"], 2, True)


def test_a_name_that_is_not_there_is_an_error() -> None:
    """As in any mapping."""
    with pytest.raises(KeyError):
        Packed({"sent": pa.array(["x"])})["other"]


def test_little_is_left_as_it_is() -> None:
    """Packing it would take longer than it is worth."""
    small = {"sent": pa.array(["2026-10-01T07:00:00Z"])}
    large = {"sent": pa.array(["2026-10-01T07:00:00Z"] * LARGE)}

    assert packed(small) is small
    assert isinstance(packed(large), Packed)
    assert packed(large)["sent"].equals(large["sent"])


def test_a_large_page_becomes_the_text_that_was_sent() -> None:
    """If a later page makes text of its times, these have the digits with which they came."""
    shape = shape_of(TIMES)
    times = [f"2026-10-01T07:{n // 60 % 60:02}:{n % 60:02}.{n:07}+00:00" for n in range(3000)]
    first = decode(json.dumps([{"when": time} for time in times]).encode(), "bare", shape)
    second = decode(b'[{"when":"soon"}]', "bare", shape)
    assert isinstance(first.sent.texts, Packed)  # the values do not say that it was no Z

    frame, _, _ = assemble([first, second], shape)

    assert frame["when"].tolist() == [*times, "soon"]
