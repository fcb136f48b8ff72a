"""A simulated contractor that answers like the API: an ASGI app for first steps, notebooks and tests, without an account."""

from __future__ import annotations

from .faults import FAULTS, Fault
from .front import make_app
from .states import BEFORE, STATES
from .token import APP_KEY, CLIENT_ID, CLIENT_SECRET, TENANT

__all__ = [
    "APP_KEY",
    "BEFORE",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "FAULTS",
    "STATES",
    "TENANT",
    "Fault",
    "make_app",
]
