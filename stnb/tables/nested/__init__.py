"""What is nested in a frame: the rows inside a row, and the fields that a tenant has defined.

Example:
    >>> items = stnb.children(invoices, "items")  # a row for each item, with its invoice's id
    >>> jobs = jobs.join(stnb.custom_fields(jobs))  # a column for each custom field
"""

from __future__ import annotations

from .children import children
from .pivot import custom_fields, external_data
from .place import rows_at

__all__ = ["children", "custom_fields", "external_data", "rows_at"]
