"""What the doctor found: checks, a line for each module, and the verdict; as text, HTML, JSON and
data.
"""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, overload

import pandas as pd

from stnb.catalog.html_table import (
    BAD,
    GOOD,
    QUIET,
    WARN,
    Cell,
    Html,
    element,
    joined,
    table,
)
from stnb.session import clock

YOU, DEVELOPER, ADMIN = "you", "the app developer", "the tenant's admin"
# In the order in which they are made; each needs those before it, as far as they have to do with
# each other.
NAMES = (
    "file",
    "private",
    "values",
    "hosts",
    "clock",
    "token",
    "other environment",
    "tenant",
    "scopes",
    "app key",
    "reads",
    "token lasts",
)
# The order in which they explain why one is not in: the cause before what follows from it, advice
# last.
WEIGHT = (
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
SKIPPED = "not tried: needs"
MARKS = {True: "✓", False: "✗", None: "?"}


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Attributes:
        name: such as "token".
        ok: True, False, or None where it could not be told.
        seen: what was seen.
        means: what it means; a guess begins with "Likely".
        next: what to do next.
        ask: whom it takes: "you", "the app developer" or "the tenant's admin"; "" where there is
            nothing to do.
    """

    name: str
    ok: bool | None
    seen: str
    means: str = ""
    next: str = ""
    ask: str = ""

    @property
    def mark(self) -> str:
        return MARKS[self.ok]


@dataclass(frozen=True)
class Module:
    """What the token and one small read say of a module.

    Attributes:
        resource: what was read, one row of it; None where every list of the module needs filters.
        readable, total: how many of its resources the token's scopes open; `readable` is None where
            they are not known.
        answers: whether the read was answered; None where none was made, or nothing can be told
            from it.
        seen: what came of it.
    """

    module: str
    resource: str | None
    readable: int | None
    total: int
    answers: bool | None
    seen: str = ""


@dataclass(frozen=True)
class Report(Sequence[Check]):
    """A list of checks with a verdict; holds no secret, so that it can be pasted into a ticket.

    Attributes:
        profile, environment, tenant: what was examined; None where it is not known.
        checks: in the order in which they were made.
        modules: one line for each module of the API, once the app could read at all.
        access: the table of `st.access()`, with what the reads have shown; None where there was no
            token.
        done: whether all checks are made.
    """

    profile: str | None
    environment: str | None
    tenant: int | None
    checks: tuple[Check, ...] = ()
    modules: tuple[Module, ...] = ()
    access: pd.DataFrame | None = field(default=None, repr=False, compare=False)
    done: bool = False
    when: datetime = field(
        default_factory=lambda: clock.now().replace(microsecond=0), compare=False
    )

    @overload
    def __getitem__(self, key: int | str) -> Check: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Check, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Check | tuple[Check, ...]:
        """A check by its place or its name."""
        if isinstance(key, str):
            return next(c for c in self.checks if c.name == key)
        return self.checks[key]

    def __len__(self) -> int:
        return len(self.checks)

    def __iter__(self) -> Iterator[Check]:
        return iter(self.checks)

    def plus(self, *checks: Check) -> Report:
        return replace(self, checks=(*self.checks, *checks))

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; what could not be told is not wrong."""
        return not any(c.ok is False for c in self.checks)

    @property
    def cause(self) -> Check | None:
        """The check that explains best what is wrong; None where nothing is."""
        wrong = {c.name: c for c in self.checks if c.ok is False}
        return next((wrong[name] for name in WEIGHT if name in wrong), None)

    @property
    def inside(self) -> bool:
        """Whether data can be read, whatever else is to be said."""
        return any(c.name == "reads" and c.ok is not None for c in self.checks) and any(
            m.answers for m in self.modules
        )

    @property
    def verdict(self) -> str:
        """The likeliest cause in one line, or that all is well."""
        if not self.done:
            return "Examining …"
        if (cause := self.cause) is not None:
            return f"{'You are in. ' * self.inside}{first_sentence(cause.means or cause.seen)}"
        if not self.inside:
            return "Nothing is wrong as far as could be seen."
        # without the names
        return f"You are in: {re.sub(': [^;]+|; for .*', '', self['scopes'].seen)}."

    @property
    def ask(self) -> str:
        """Whom it takes to mend what is wrong, as a sentence; "" where nothing is."""
        ask = self.cause.ask if self.done and self.cause else ""
        return "You can mend this yourself." if ask == YOU else f"Ask {ask}." if ask else ""

    @property
    def missing(self) -> list[str]:
        """The scopes that the catalogue knows and the app was not granted."""
        known = self.access
        return (
            []
            if known is None
            else sorted(set(known.loc[~known["granted"].fillna(True), "scope"].dropna()))
        )

    @property
    def title(self) -> str:
        tenant = f"tenant {self.tenant}" if self.tenant is not None else ""
        return " · ".join(filter(None, [self.profile or "no profile", self.environment, tenant]))

    @property
    def frame(self) -> pd.DataFrame:
        """The checks as a DataFrame."""
        return pd.DataFrame(
            [asdict(c) for c in self.checks], columns=list(Check.__annotations__)
        ).astype({"ok": "boolean"})

    # -- forms

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
            "checks": [asdict(c) for c in self.checks],
            "modules": [asdict(m) for m in self.modules],
            "missing_scopes": self.missing,
        }

    def to_json(self) -> str:
        """Everything as JSON text."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        return self.text(min(shutil.get_terminal_size((100, 24)).columns, 110))

    def text(self, width: int = 100) -> str:
        """The report as plain text of that width."""
        head = f"stnb doctor · {self.title} · {self.when:%Y-%m-%d %H:%M} UTC"
        lines = [
            *textwrap.wrap(head, width),
            "",
            *textwrap.wrap(f"{self.verdict} {self.ask}".strip(), width),
            "",
        ]
        made = [c for c in self.checks if not c.seen.startswith(SKIPPED)]
        wide = max((len(c.name) for c in made), default=0)
        for c in made:
            lines += _hanging(f"{c.mark} {c.name:<{wide}}  ", c.seen, width)
            lines += _hanging(" " * (wide + 4), c.means, width)
            lines += _hanging(
                f"{'':<{wide + 4}}→ ",
                f"{c.next}{f' ({c.ask})' if c.ask else ''}" if c.next else "",
                width,
            )
        if left := [c for c in self.checks if c not in made]:
            lines += _hanging("? ", f"{', '.join(c.name for c in left)}: {left[0].seen}", width)
        return "\n".join([*lines, *self._module_lines(width)])

    def _module_lines(self, width: int) -> list[str]:
        if not self.modules:
            return []
        wide = max(len(m.module) for m in self.modules)
        lines = ["", f"  {'module':<{wide}}  scopes   answers"]
        for m in self.modules:
            lines += _hanging(
                f"{MARKS[m.answers]} {m.module:<{wide}}  {granted(m):<7}  ", said(m), width
            )
        return lines

    def _repr_html_(self) -> str:
        return page(self)


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])", text, maxsplit=1)[0]


def granted(module: Module) -> str:
    """How many of a module's resources the scopes open."""
    return "?" if module.readable is None else f"{module.readable}/{module.total}"


def said(module: Module) -> str:
    """What was read of a module, and what came of it."""
    return f"{module.resource.partition('.')[2]}: {module.seen}" if module.resource else module.seen


def _hanging(head: str, text: str, width: int) -> list[str]:
    if not text:
        return []
    return textwrap.wrap(
        text, width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )


HUES = {True: GOOD, False: BAD, None: "inherit"}
SIGNS = {True: "all right", False: "wrong", None: "not known"}
FULL_WIDTH = "table-layout:fixed;width:100%"


def page(report: Report) -> str:
    """The report as one calm piece of HTML in the colours of the page around it."""
    checks = [_html_row(c.ok, c.name, _html_words(c)) for c in report.checks]
    parts = [_html_head(report), table(checks, style=FULL_WIDTH)]
    if report.modules:
        modules = [_html_row(m.answers, m.module, _module_words(m)) for m in report.modules]
        summary = element("summary", f"{len(modules)} modules: scopes and answers")
        rows = table(modules, style=FULL_WIDTH)
        parts.append(element("details", summary, rows, style="margin-top:8px"))
    return element("div", *parts, style="max-width:64em;margin:4px 0")


def _html_head(report: Report) -> Html:
    hue = BAD
    if report.cause is None:
        hue = GOOD
    elif report.inside:
        hue = WARN
    parts = [element("div", report.verdict, style="font-weight:600")]
    if report.ask:
        parts.append(element("div", report.ask, style=QUIET))
    origin = f"{report.title} · {report.when:%Y-%m-%d %H:%M} UTC"
    parts.append(element("div", origin, style=f"{QUIET};font-size:.92em"))
    style = f"margin:0 0 10px;padding:8px 12px;border-left:3px solid {hue}"
    return element("div", *parts, style=style)


def _html_row(ok: bool | None, name: str, words: str) -> list[Cell]:
    mark_style = f"width:1.2em;font-weight:700;color:{HUES[ok]}"
    name_style = "width:7.5em;font-weight:600;white-space:normal;overflow-wrap:anywhere"
    return [
        Cell(MARKS[ok], mark_style, title=SIGNS[ok]),
        Cell(name, name_style, heading=True),
        Cell(words, "white-space:normal;overflow-wrap:anywhere"),
    ]


def _module_words(module: Module) -> str:
    return f"{granted(module)} · {said(module)}"


def _html_words(check: Check) -> Html:
    parts: list[str] = [check.seen]
    if check.means:
        parts += [element("br"), element("span", check.means, style=QUIET)]
    if check.next:
        parts += [element("br"), f"→ {check.next}"]
        if check.ask:
            parts += [" ", element("i", f"({check.ask})", style=QUIET)]
    return joined(parts)
