"""What an app may read: its scopes, a line for each module, and how both are counted in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scopes:
    """What the token's scopes open.

    Attributes:
        readable: resources that they open.
        total: resources in the catalogue.
        unnamed: resources whose scope is not documented.
        missing: scopes of the catalogue that were not granted.
        gained, lost: scopes that are new since an earlier token, and that are gone.
        closed: modules of which no documented scope was granted.
    """

    readable: int
    total: int
    unnamed: int
    missing: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """What the token and one small read say about a module.

    Attributes:
        resource: what was read, one row of it; None if every list of the module needs filters.
        readable: how many of its resources the token's scopes open; None if that is not known.
        total: how many resources it has.
        answers: whether the read was answered; None if none was made, or if the answer says
            nothing about it.
        seen: what was answered.
        why_not: why no read was made; "" if one was.
    """

    module: str
    resource: str | None
    readable: int | None
    total: int
    answers: bool | None
    seen: str = ""
    why_not: str = ""


def answered(modules: Sequence[Module]) -> str:
    """How many modules answered, in the same words wherever it is said.

    Example:
        >>> answered([Module("crm", "crm.tags", 3, 3, True), Module("jpm", None, 0, 9, None)])
        '1 of 1 modules answered, 1 not known'
    """
    told = [module.answers for module in modules if module.answers is not None]
    said = f"{sum(told)} of {len(told)} modules answered"
    if len(told) < len(modules):
        said += f", {len(modules) - len(told)} not known"
    return said


def scope_counts(scopes: Scopes, *, names: bool = False) -> list[str]:
    """What the token opens, in parts of a sentence.

    Args:
        names: whether the first scopes are named, and the resources counted whose scope is not
            documented.

    Example:
        >>> scope_counts(Scopes(readable=300, total=324, unnamed=0, missing=("tn.crm.tags:r",)))
        ['300 of 324 resources can be read', '1 scope is not granted']
    """
    parts = [f"{scopes.readable} of {scopes.total} resources can be read"]
    for found, what in ((scopes.gained, "new since last time"), (scopes.missing, "not granted")):
        if not found:
            continue
        noun = "scope is" if len(found) == 1 else "scopes are"
        part = f"{len(found)} {noun} {what}"
        if names:
            part += f": {few(found)}"
        parts.append(part)
    if names and scopes.unnamed:
        parts.append(f"for {scopes.unnamed} resources no scope is documented")
    return parts


def few(names: Sequence[str]) -> str:
    """The first names of a list."""
    shown = ", ".join(names[:3])
    return f"{shown}, …" if len(names) > 3 else shown
