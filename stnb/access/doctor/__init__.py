"""The doctor: everything between a .env file and the first row, looked at in order, and the
likeliest cause named first.

report = examine("phoenix")
report                                       # a table that can be pasted into a ticket
report.cause.ask                             # whom it takes
"""

from __future__ import annotations

from .checks import examine, practice
from .report import NAMES, Check, Module, Report

__all__ = ["NAMES", "Check", "Module", "Report", "examine", "practice"]
