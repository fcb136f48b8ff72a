"""A simulated contractor that answers like the API.

An ASGI app for first steps, notebooks and tests, without an account.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .api.faults import FAULTS, Fault
from .api.states import BEFORE, STATES
from .api.token import APP_KEY, CLIENT_ID, CLIENT_SECRET, TENANT, TIMEZONE, Keys, keys_of

if TYPE_CHECKING:
    from .api import serve
    from .api.app import make_app
    from .api.companies import Companies

__all__ = [
    "APP_KEY",
    "BEFORE",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "FAULTS",
    "STATES",
    "TENANT",
    "TIMEZONE",
    "Companies",
    "Fault",
    "Keys",
    "keys_of",
    "make_app",
    "serve",
]


# What brings numpy and starlette; the dialogue of `stnb setup` needs the names alone.
_HOMES = {"make_app": ".api.app", "Companies": ".api.companies"}


def __getattr__(name: str) -> Any:
    if name == "serve":  # brings uvicorn, which nobody needs who stays in this process
        return import_module(".api.serve", __name__)
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
