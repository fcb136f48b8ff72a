"""What the doctor found, as data: the checks, what was not tried, and the verdict."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from stnb.session import clock

from .opened import Module, Scopes, scope_counts

YOU, DEVELOPER, ADMIN = "you", "the app developer", "the tenant's admin"
# In the order in which the checks are made. Each needs those before it that it has to do with.
NAMES = (
    "file",
    "private",
    "values",
    "learned",
    "hosts",
    "clock",
    "token",
    "other environment",
    "tenant",
    "scopes",
    "app key",
    "reads",
    "token lasts",
    "pace",
)
# In the order in which failed checks explain why one is not in: a cause before its consequences,
# and last what is only advice.
CAUSES = (
    "file",
    "values",
    "hosts",
    "other environment",
    "token",
    "tenant",
    "app key",
    "scopes",
    "reads",
    "token lasts",
    "clock",
    "private",
)
# Made only on request, or only if there is something to say.
RARE = ("learned", "other environment", "pace")
MARKS = {True: "✓", False: "✗", None: "?"}
NO_SCOPES_TOLD = "the token does not tell its scopes"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: such as "token".
        ok: True, False, or None if it could not be found out.
        seen: what was seen.
        cause: what it means, in one sentence; a guess begins with "Likely".
        next: what to do next.
        ask: whom it takes: "you", "the app developer" or "the tenant's admin"; "" if there is
            nothing to do.
        also: further sentences about the cause.
        needs: what was missing, if the check was not made for that reason; else "".
        missing: the values that the profile lacks, such as ("APP_KEY",).
        pair_refused: whether the token endpoint says that client id or secret are wrong.
    """

    name: str
    ok: bool | None
    seen: str
    cause: str = ""
    next: str = ""
    ask: str = ""
    also: str = ""
    needs: str = ""
    missing: tuple[str, ...] = ()
    pair_refused: bool = False

    @property
    def means(self) -> str:
        """The cause with its further sentences; "" if there is nothing to explain."""
        return f"{self.cause} {self.also}".strip()

    @property
    def mark(self) -> str:
        """A sign for `ok`."""
        return MARKS[self.ok]

    def as_dict(self) -> dict[str, Any]:
        """What a reader needs of it, as plain data: name, ok, seen, means, next, ask."""
        return {
            "name": self.name,
            "ok": self.ok,
            "seen": self.seen,
            "means": self.means,
            "next": self.next,
            "ask": self.ask,
        }


@dataclass(frozen=True)
class Untried:
    """What was not tried, and why.

    Attributes:
        is_check: whether it is one of the report's checks, which says so itself.
    """

    what: str
    why: str
    is_check: bool = False


@dataclass(frozen=True)
class Findings:
    """Everything that was found about one profile.

    Attributes:
        profile, environment, tenant: what was examined; None if it is not known.
        checks: in the order in which they were made.
        modules: one line for each module of the API, once the app could read at all.
        access: the table of `st.access()`, with what the reads have shown; None if there was no
            token.
        done: whether all checks are made.
        scopes: what the token opens; None if it does not tell, or if there was none.
        when: when the examination began, in UTC.
    """

    profile: str | None
    environment: str | None
    tenant: int | None
    checks: tuple[Check, ...] = ()
    modules: tuple[Module, ...] = ()
    access: pd.DataFrame | None = field(default=None, repr=False, compare=False)
    done: bool = False
    scopes: Scopes | None = None
    when: datetime = field(
        default_factory=lambda: clock.now().replace(microsecond=0), compare=False
    )

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; what could not be found out is not wrong."""
        return not any(check.ok is False for check in self.checks)

    @property
    def cause(self) -> Check | None:
        """The check that explains best what is wrong; None if nothing is."""
        wrong = {check.name: check for check in self.checks if check.ok is False}
        for name in CAUSES:
            if name in wrong:
                return wrong[name]
        return None

    @property
    def inside(self) -> bool:
        """Whether data can be read, whatever else is wrong."""
        reads_told = any(c.name == "reads" and c.ok is not None for c in self.checks)
        return reads_told and any(module.answers for module in self.modules)

    @property
    def verdict(self) -> str:
        """The likeliest cause in one line, or that all is well."""
        if not self.done:
            return "Examining …"
        cause = self.cause
        if cause is not None:
            sentence = cause.cause or cause.seen
            return f"You are in. {sentence}" if self.inside else sentence
        if not self.inside:
            return "Nothing is wrong as far as could be seen."
        if self.scopes is None:
            return f"You are in: {NO_SCOPES_TOLD}."
        return f"You are in: {'; '.join(scope_counts(self.scopes))}."

    @property
    def ask(self) -> str:
        """Whom it takes to put right what is wrong, as a sentence; "" if nothing is."""
        if not self.done or self.cause is None or not self.cause.ask:
            return ""
        if self.cause.ask == YOU:
            return "You can mend this yourself."
        return f"Ask {self.cause.ask}."

    @property
    def missing(self) -> list[str]:
        """The scopes that the catalogue knows and the app was not granted."""
        if self.access is None:
            return []
        lacking = ~self.access["granted"].fillna(True)
        return sorted(set(self.access.loc[lacking, "scope"].dropna()))

    @property
    def not_tried(self) -> list[Untried]:
        """What this report says nothing about, each with its reason."""
        found = []
        by_need: dict[str, list[str]] = {}
        for check in self.checks:
            if check.needs:
                by_need.setdefault(check.needs, []).append(check.name)
        for needs, names in by_need.items():
            found.append(Untried(", ".join(names), f"needs the {needs}", is_check=True))
        unread = [module for module in self.modules if module.why_not]
        found += [Untried(module.module, module.why_not) for module in unread]
        total = sum(module.total for module in self.modules)
        tried = len([module for module in self.modules if module.answers is not None])
        if total > tried:
            found.append(
                Untried(f"{total - tried} of {total} resources", "one list of each module is read")
            )
        if all(check.name != "other environment" for check in self.checks):
            found.append(Untried("other environment", "only if the pair is refused and you ask"))
        found.append(Untried("what stnb believes of the API", "only with --facts"))
        return found

    @property
    def can_try_other(self) -> bool:
        """Whether the pair was refused, and the other environment was not tried yet."""
        names = {check.name for check in self.checks}
        refused = any(check.pair_refused for check in self.checks)
        return self.done and refused and "other environment" not in names

    @property
    def title(self) -> str:
        """Profile, environment and tenant in one line."""
        parts = [self.profile or "no profile"]
        if self.environment:
            parts.append(self.environment)
        if self.tenant is not None:
            parts.append(f"tenant {self.tenant}")
        return " · ".join(parts)

    @property
    def frame(self) -> pd.DataFrame:
        """The checks as a DataFrame: name, ok, seen, means, next, ask."""
        columns = list(Check("", None, "").as_dict())
        rows = [check.as_dict() for check in self.checks]
        return pd.DataFrame(rows, columns=columns).astype({"ok": "boolean"})

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        cause = self.cause
        return {
            "profile": self.profile,
            "environment": self.environment,
            "tenant": self.tenant,
            "when": self.when.isoformat(),
            "ok": self.ok,
            "verdict": self.verdict,
            "ask": cause.ask if cause else "",
            "next": cause.next if cause else "",
            "checks": [check.as_dict() for check in self.checks],
            "modules": [dataclasses.asdict(module) for module in self.modules],
            "missing_scopes": self.missing,
            "not_tried": [dataclasses.asdict(untried) for untried in self.not_tried],
        }
