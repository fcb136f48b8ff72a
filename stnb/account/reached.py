"""What was meant by a name of `stnb` that belongs to an account."""

from __future__ import annotations

from stnb.catalog import load

from .account import Account
from .names import resources_called


def of_an_account(name: str) -> str:
    """How a name is reached from an account `st`; "" if it has none of that name.

    >>> of_an_account("window"), of_an_account("jobs")
    ('st.window', 'st.jpm.jobs')
    """
    known = load()
    if hasattr(Account, name) or name in known.modules:
        return f"st.{name}"
    called = resources_called(name, known.endpoints)
    return called[0] if called else ""
