"""Routes whose documents promise no envelope are paged too: pulls, counts, files and syncs."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd
import pytest

import stnb

pytestmark = pytest.mark.usefixtures("small_demo")

ODD = "accounting.inventory_bills"


@pytest.fixture
def st() -> stnb.Account:
    return stnb.demo(scale=0.3)


@pytest.mark.long
def test_a_bare_array_is_read_to_its_end(st: stnb.Account, tmp_path: Path) -> None:
    """Rows, count, file and synced table agree, and nothing is said to be complete."""
    bills = st[ODD]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = bills.pull()
        small = bills.pull(page_size=7)
        path = bills.pull(to=tmp_path / "bills.parquet")
        counted = bills.count()
        synced = stnb.sync([ODD], tmp_path / "folder", account=st)

    assert len(frame) > 50
    pd.testing.assert_frame_equal(frame, small)
    assert counted == len(frame) == len(pd.read_parquet(path)) == synced["after"].item()
    assert frame.attrs["stnb"]["complete"] is None
    assert small.attrs["stnb"]["pages"] > len(frame) // 7


def test_the_demo_pages_a_bare_array_as_the_api_does(st: stnb.Account) -> None:
    """Fifty rows if no size is asked for; the next page goes on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first, second = st[ODD].pull(limit=50), st[ODD].pull(limit=60, page_size=50)

    assert second["id"].tolist()[:50] == first["id"].tolist()
    assert second["id"].is_unique
