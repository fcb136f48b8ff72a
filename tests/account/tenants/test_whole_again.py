"""To go on with what is whole is no fault."""

from __future__ import annotations

import stnb
from tests.helpers.warned import said


def test_resume_of_a_whole_pull_gives_its_rows() -> None:
    """Nothing is missing, nothing is read: the rows of all tenants once more."""
    ts = stnb.Tenants({"a": stnb.demo(seed=1, scale=0.02), "b": stnb.demo(seed=2, scale=0.02)})
    rows, _ = said(lambda: ts.pull("jpm.jobs", limit=5))
    again, _ = said(ts.resume)

    assert len(rows) == 10
    assert again.equals(rows)
    assert again.attrs == rows.attrs
