"""Several tenants at once: their accounts by name, and one frame of all."""

from __future__ import annotations

from .accounts import Accounts
from .entry import accounts

__all__ = ["Accounts", "accounts"]
