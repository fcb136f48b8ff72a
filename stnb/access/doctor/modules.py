"""Which list is read in each module, and the line that says what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stnb.catalog import Catalog, Endpoint
from stnb.errors import StnbError

from .calls import refused
from .causes import seen_of
from .report import Module

Results = Mapping[str, StnbError | None]  # by resource; None for an answer


def plan(catalog: Catalog, granted: frozenset[str] | None) -> list[Endpoint]:
    """For each module the list to read: one that the scopes open, without filters that it must
    have, and small.
    """
    fit: dict[str, list[Endpoint]] = {}
    for e in catalog:
        opened = granted is None or e.scope in granted
        odd = e.withdrawn or "custom_field" in e.name or "booking_provider" in e.name
        if e.kind == "list" and e.method == "GET" and not e.required and opened and not odd:
            fit.setdefault(e.module, []).append(e)
    return [min(es, key=lambda e: (e.path.count("/"), len(e.columns))) for es in fit.values()]


def lines(
    catalog: Catalog, granted: frozenset[str] | None, chosen: Iterable[Endpoint], results: Results
) -> tuple[Module, ...]:
    """A line for each module, as far as the reads have come."""
    by_module: dict[str, list[Endpoint]] = {}
    for e in catalog:
        by_module.setdefault(e.module, []).append(e)
    reads = {e.module: e for e in chosen}
    return tuple(
        _line(name, inside, granted, reads.get(name), results) for name, inside in by_module.items()
    )


def _line(
    name: str,
    inside: Sequence[Endpoint],
    granted: frozenset[str] | None,
    chosen: Endpoint | None,
    results: Results,
) -> Module:
    readable = None if granted is None else sum(e.scope in granted for e in inside)
    if chosen is None:
        why = (
            "not tried: no scope"
            if readable == 0
            else "not tried: every list that is open needs filters"
        )
        return Module(name, None, readable, len(inside), None, why)
    if chosen.name not in results:
        return Module(name, chosen.name, readable, len(inside), None, "not tried yet")
    err = results[chosen.name]
    if err is None:
        return Module(name, chosen.name, readable, len(inside), True, "answered")
    told = {"scope": False, "shut": False, "key": False, "": True}.get(refused(err))
    return Module(name, chosen.name, readable, len(inside), told, seen_of(err, trace=False))


def answers(modules: Iterable[Module]) -> dict[str, bool]:
    """What the reads have shown, by resource."""
    return {m.resource: m.answers for m in modules if m.resource and m.answers is not None}
