"""The day on which the suite's demo stands, whatever day it is outside."""

from __future__ import annotations

import datetime as dt

NOW = dt.datetime(2026, 11, 20, 18, tzinfo=dt.UTC)
# what STNB_DEMO_TODAY says to this process, and to kernels, servers and commands of tests
DEMO_TODAY = f"{NOW:%Y-%m-%dT%H:%M}"
