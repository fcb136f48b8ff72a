"""Timesheets and pay (modules payroll, timesheets)."""
