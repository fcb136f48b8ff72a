"""One examination under way: the account, and the report so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stnb.account.account import Account
from stnb.credentials import Settings
from stnb.errors.masking import masked

from .calls import skipped
from .findings import NAMES, RARE, Check
from .report import Report

if TYPE_CHECKING:
    from stnb.session import Session

Tell = Callable[[Report], None]


class Visit:
    """An examination.

    Attributes:
        report: what was found so far.
        known: the variables of the .env file and of the process.
        account: what is examined; set by `meet`.
    """

    def __init__(self, tell: Tell) -> None:
        self.report, self._tell = Report(None, None, None), tell
        self.known = Settings({}, None)
        self.account: Account | None = None

    @property
    def session(self) -> Session:
        """The session of the account, which must have been met."""
        assert self.account is not None
        return self.account.session

    def meet(self, patient: Account) -> None:
        """Examine this account."""
        self.account = patient
        self.report = replace(
            self.report,
            profile=patient.profile,
            environment=patient.environment,
            tenant=patient.tenant,
        )

    def note(self, **found: Any) -> None:
        """Change fields of the report, and show it."""
        self.report = replace(self.report, **found)
        self._tell(self.report)

    def add(self, *checks: Check) -> None:
        """Add checks to the report, and show it.

        They may quote a server's answer or a token's claims, which may repeat a secret.
        """
        self.note(checks=(*self.report.checks, *map(_masked, checks)))

    def skip(self, needs: str) -> None:
        """Add the checks that are left as not tried.

        Args:
            needs: what they need and is not there.
        """
        made = {check.name for check in self.report} | set(RARE)
        self.add(*[skipped(name, needs) for name in NAMES if name not in made])

    def end(self) -> Report:
        """Close the report."""
        self.note(done=True)
        return self.report


def _masked(check: Check) -> Check:
    return replace(
        check,
        seen=masked(check.seen),
        cause=masked(check.cause),
        next=masked(check.next),
        also=masked(check.also),
    )
