"""Hostile rows of every route of the catalogue read back exactly, whatever types were asked for."""

from __future__ import annotations

import json
import random

import pytest

from stnb import catalog
from stnb.catalog import Endpoint
from stnb.frame import Dtypes, assemble, decode, shape_of
from tests.frame.test_decode import Maker, missing
from tests.helpers.sample import EVERYTHING, of_each, with_all_types

ROWS = 12
if EVERYTHING:
    ROWS = 40
KNOWN = [endpoint for endpoint in catalog.load() if endpoint.columns and not endpoint.positional]


@pytest.mark.parametrize(
    ("endpoint", "dtypes"),
    of_each(with_all_types(KNOWN), ["typed", "decimal", "raw"]),
    ids=lambda value: getattr(value, "name", value),
)
def test_hostile_rows_read_back(endpoint: Endpoint, dtypes: Dtypes) -> None:
    """Texts for numbers, numbers for texts, huge digits, nulls, gaps, and objects in odd places, on
    several pages.
    """
    maker = Maker(random.Random(endpoint.name), wrong=0.15)
    rows = [maker.row(endpoint.columns) for _ in range(ROWS)]
    shape = shape_of(endpoint, dtypes)
    pages = [rows[: ROWS // 2], rows[ROWS // 2 :]]
    parts = [decode(json.dumps(page).encode(), "bare", shape) for page in pages]

    frame, _, _ = assemble(parts, shape)

    assert len(frame) == ROWS
    for at, row in enumerate(rows):
        assert missing(row, frame, at) == []
