"""The rows inside hostile rows read back exactly from `children`, whatever types were asked for."""

from __future__ import annotations

import itertools
import json
import random
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb import catalog
from stnb.catalog import Endpoint
from stnb.frame import Dtypes, assemble, decode, shape_of
from stnb.frame.drift import Kind
from stnb.frame.types import is_open
from stnb.tables.nested.place import rows_at
from tests.frame.test_decode import Maker, missing, same
from tests.helpers.sample import EVERYTHING, of_each, tenth, with_all_types

ROWS = 12
if EVERYTHING:
    ROWS = 30


def nested(endpoint: Endpoint) -> list[str]:
    """The columns with rows inside a row."""
    found = []
    for path, column in shape_of(endpoint).by_path.items():
        if column.type == "array" and not is_open(column) and rows_at(endpoint.name, path):
            found.append(path)
    return found


KNOWN = [e for e in catalog.load() if e.columns and not e.positional and nested(e)]


def value_at(row: Any, path: str) -> Any:
    """What a row has at a dotted path; None if it has no such place."""
    for name in path.split("."):
        if not isinstance(row, dict):
            return None
        row = row.get(name)
    return row


def elements(value: Any) -> list[Any]:
    """The rows inside: what is no list counts as a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def lost(
    element: Any, child: pd.DataFrame, at: int, lead: int, *, blank: bool = False
) -> Iterator[str]:
    """What of an element is not in its row.

    Args:
        blank: whether it was told that empty texts are missing values.
    """
    if isinstance(element, dict):
        yield from missing(element, child, at)
    elif element is not None and not (blank and element == ""):
        cells = child.iloc[at, lead:]
        if not any(same(element, cell) for cell in cells[cells.notna()]):
            yield f"{element!r} is nowhere in {dict(cells[cells.notna()])}"


@pytest.mark.parametrize(
    ("endpoint", "dtypes"),
    of_each(with_all_types(KNOWN), ["typed", "decimal", "raw"]),
    ids=lambda value: getattr(value, "name", value),
)
def test_rows_inside_hostile_rows_read_back(endpoint: Endpoint, dtypes: Dtypes) -> None:
    """Of several pages, each list in its order, with all that the catalogue does not promise."""
    maker = Maker(random.Random(endpoint.name), wrong=0.1)
    rows = [maker.row(endpoint.columns) for _ in range(ROWS)]
    shape = shape_of(endpoint, dtypes)
    pages = [rows[: ROWS // 2], rows[ROWS // 2 :]]
    parts = [decode(json.dumps(page).encode(), "bare", shape) for page in pages]
    frame, drift, _ = assemble(parts, shape)
    frame.attrs["stnb"] = {"resource": endpoint.name, "dtypes": dtypes}

    for path in nested(endpoint):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", stnb.StnbWarning)
            child = stnb.children(frame, path)
        found: list[Any] = []
        for page in pages:
            found += itertools.chain.from_iterable(elements(value_at(r, path)) for r in page)
        assert len(child) == len(found), path
        lead = len(child.attrs["stnb"]["keys"])
        # By the pull, or by the rows inside where the pull kept their column as text.
        blank = any(each.kind is Kind.BLANK for each in drift.get(path, ()))
        blank |= any("empty texts" in told for told in child.attrs["stnb"]["drift"].values())
        for at, element in enumerate(found):
            assert list(lost(element, child, at, lead, blank=blank)) == [], path


# More digits than a float holds, more than it shows, and fewer than a usual amount has.
TOKENS = ["0.12345678901234567890", "123456789012.123456", "1e-400", "12.50"]


def with_numbers() -> list[tuple[Endpoint, str, str]]:
    """Each route with a number in the rows inside its rows: the column, and the number's name."""
    found = []
    for endpoint in KNOWN:
        for path in nested(endpoint):
            inside = rows_at(endpoint.name, path)
            assert inside is not None
            names = [c.name for c in inside.columns if c.type in ("decimal", "number")]
            if names and len(inside.columns) > 1:
                found.append((endpoint, path, names[0]))
    return found


@pytest.mark.parametrize(
    ("endpoint", "path", "name"),
    tenth(with_numbers(), lambda case: shape_of(rows_at(case[0].name, case[1])).by_path[case[2]]),
    ids=lambda part: getattr(part, "name", part),
)
def test_digits_inside_rows(endpoint: Endpoint, path: str, name: str) -> None:
    """Told by the pull where a float drops them; exact under "decimal" and "raw"."""
    inside = rows_at(endpoint.name, path)
    assert inside is not None
    is_text = shape_of(inside).by_path[name].text
    for token in TOKENS:
        written = f'"{token}"' if is_text else token
        row = f'[{{"{name}":{written}}},{{"{name}":null}}]'
        for part in reversed(path.split(".")):
            row = f'{{"{part}":{row}}}'
        for dtypes in ("typed", "decimal", "raw"):
            shape = shape_of(endpoint, dtypes)
            frame, drift, _ = assemble([decode(f"[{row}]".encode(), "bare", shape)], shape)
            frame.attrs["stnb"] = {"resource": endpoint.name, "dtypes": dtypes}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", stnb.StnbWarning)
                child = stnb.children(frame, path)
            cell = child[name].iloc[0]
            if dtypes == "typed":
                exact = Decimal(str(cell)) == Decimal(token)
                assert exact or path in drift or name in child.attrs["stnb"]["drift"]
                assert float(cell) == float(token)
            else:
                assert Decimal(str(cell)) == Decimal(token), (dtypes, token)
            assert pd.isna(child[name].iloc[1])
