"""What the sessions of a process share: tokens, paces, lanes, and what was learned of a tenant."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

from stnb.credentials import Credentials

from .company import Company
from .gate import Gate
from .learned import Learned
from .limiter import Governor
from .report_turns import ReportTurn
from .token import TokenAuth

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@dataclass
class Shared:
    """All of it by key; `one` gives what is there, or makes it.

    Attributes:
        auths: a token for each set of credentials.
        governors: the pace of each tenant.
        gates: the lanes of each tenant.
        learned: what the resources of each tenant take.
        turns: whose turn it is to run each report.
        plain: the hosts that refuse to send compressed answers.
        company: the pages of all tenants that are in flight.
    """

    auths: dict[Credentials, TokenAuth] = field(default_factory=dict)
    governors: dict[Hashable, Governor] = field(default_factory=dict)
    gates: dict[Hashable, Gate] = field(default_factory=dict)
    learned: dict[Hashable, Learned] = field(default_factory=dict)
    turns: dict[Hashable, ReportTurn] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)
    company: Company = field(default_factory=Company)

    def forget_calls(self) -> None:
        """Forget what calls under way may hold; what was learned stays."""
        self.auths.clear()
        self.governors.clear()
        self.gates.clear()
        self.turns.clear()
        self.company = Company()


# Over the real network, so that two accounts of a tenant have one token and one pace.
OF_PROCESS = Shared()


def one(store: dict[K, T], key: K, make: Callable[[], T]) -> T:
    """What is there under a key; it is made if nothing is."""
    return store.get(key) or store.setdefault(key, make())  # threads may come at once
