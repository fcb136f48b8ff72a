"""The doctor: looks in order at everything between a .env file and the first row, and names the
likeliest cause of what is wrong first.

report = examine("phoenix")
report                                       # a table that can be pasted into a ticket
report.cause.ask                             # whom it takes
"""

from __future__ import annotations

from .checks import examine, practice
from .findings import MARKS, NAMES, RARE, Check
from .html import page
from .opened import Module, Scopes, answered
from .report import Report
from .summary import summary
from .text import answer, granted

__all__ = [
    "MARKS",
    "NAMES",
    "RARE",
    "Check",
    "Module",
    "Report",
    "Scopes",
    "answer",
    "answered",
    "examine",
    "granted",
    "page",
    "practice",
    "summary",
]
