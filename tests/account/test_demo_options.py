"""A demo is made as it is ordered, or the order is answered in three sentences."""

from __future__ import annotations

import inspect
from datetime import date
from typing import Any

import numpy as np
import pytest

import stnb
from stnb.demoserver import make_app
from stnb.errors import UsageError

WRONG: list[dict[str, Any]] = [
    {"seed": None},
    {"seed": -1},
    {"seed": "company"},
    {"scale": "big"},
    {"scale": 0},
    {"scale": 0.0001},
    {"scale": float("nan")},
    {"scale": True},
    {"today": "2026-07-01"},
    {"today": 20260701},
    {"latency": -1},
    {"latency": "slow"},
    {"faults": "500"},
    {"faults": 5},
    {"faults": [5]},
    {"faults": ["500:2"]},
    {"faults": ["no such fault"]},
    {"rate_limit": 0},
    {"rate_limit": 1.5},
    {"scopes": "tn.jpm.jobs:r"},
    {"scopes": 5},
    {"state": "off"},
    {"state": 5},
    {"live": True, "speed": 0},
    {"live": True, "speed": "fast"},
    {"number": -1},
    {"number": "second"},
    {"scle": 0.1},
    {"clock": None},
]


@pytest.mark.parametrize("options", WRONG, ids=str)
def test_an_order_that_cannot_be_is_answered_at_once(options: dict[str, Any]) -> None:
    """Before any row is asked for, and in three sentences."""
    with pytest.raises(UsageError) as caught:
        stnb.demo(**options)
    told = caught.value
    assert all([told.happened, told.why, told.next])


def test_a_wrong_value_is_a_value_error() -> None:
    """As whoever catches what Python raises for one expects."""
    with pytest.raises(ValueError, match="scale"):
        stnb.demo(scale=-1)


@pytest.mark.parametrize("scale", [0.001, np.float64(0.002)])
def test_the_smallest_company_has_rows_to_read(scale: float) -> None:
    """Of jobs and invoices alike."""
    st = stnb.demo(scale=scale, seed=np.int64(3), scopes=None)  # type: ignore[arg-type]
    for name in ("jpm.jobs", "accounting.invoices"):
        assert st[name].count() > 0, name


def test_what_is_ordered_is_made() -> None:
    """Each option reaches the tenant."""
    st = stnb.demo(scale=0.001, number=1, today=date(2026, 7, 1), scopes=iter(["tn.jpm.jobs:r"]))
    assert st.tenant == stnb.demo(scale=0.001).tenant + 1
    assert st.jpm.jobs.head(1)["createdOn"].dt.year.iloc[0] <= 2026
    with pytest.raises(stnb.NotAllowed):
        st.crm.customers.head(1)


def test_it_takes_what_the_app_takes() -> None:
    """By name; the app's clock is for tests, and an account keeps rows."""
    app = set(inspect.signature(make_app).parameters)
    assert set(inspect.signature(stnb.demo).parameters) == app - {"clock"} | {"max_age"}
