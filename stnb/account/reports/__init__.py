"""The tenant's own reports: found by name, described, and run with checked parameters."""

from __future__ import annotations

from .find import all_reports, report, report_of
from .report import Report

__all__ = ["Report", "all_reports", "report", "report_of"]
