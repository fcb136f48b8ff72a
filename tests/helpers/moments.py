"""The day on which the suite's demo stands, whatever day it is outside."""

from __future__ import annotations

import datetime as dt
import os

NOW = dt.datetime(2026, 11, 20, 11, tzinfo=dt.UTC)  # the same day in nearly every zone
# what STNB_DEMO_TODAY says to this process, and to kernels, servers and commands of tests
DEMO_TODAY = f"{NOW:%Y-%m-%dT%H:%M}"
# Days that are unlike others: the last and the first of a year, a change to summer time, a leap
# day, one far ahead.
DAYS = ("2026-12-31", "2027-01-01", "2027-03-14", "2028-02-29", "2030-07-01")
ALL = bool(
    os.environ.get("STNB_TEST_ALL")
)  # everything, as .ci/run wants it, and not a part of each kind
