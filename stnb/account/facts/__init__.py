"""What stnb believes of the API, tried with a tenant's own credentials.

report = try_facts(stnb.connect("phoenix"))
report.summary                               # '38 hold, 1 differ, 2 could not be tried'
"""

from __future__ import annotations

from .check import try_facts
from .models import Fact, Finding, Seen
from .report import FactReport
from .table import FACTS

__all__ = ["FACTS", "Fact", "FactReport", "Finding", "Seen", "try_facts"]
