"""Which list is read in each module, and the line that says what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stnb.catalog import Catalog, Endpoint
from stnb.errors import StnbError

from .calls import refused
from .causes import seen_of
from .opened import Module

Results = Mapping[str, StnbError | None]  # by resource; None for an answer

# By what a failed read shows (see `refused`): whether the module answers.
ANSWERS = {"scope": False, "shut": False, "key": False, "": True}


def plan(catalog: Catalog, granted: frozenset[str] | None) -> list[Endpoint]:
    """For each module the list to read: one that the scopes open, without required filters, and
    small.
    """
    fitting: dict[str, list[Endpoint]] = {}
    for endpoint in catalog:
        if _fits(endpoint, granted):
            fitting.setdefault(endpoint.module, []).append(endpoint)
    return [min(endpoints, key=_size) for endpoints in fitting.values()]


def _fits(endpoint: Endpoint, granted: frozenset[str] | None) -> bool:
    opened = granted is None or endpoint.scope in granted
    plain_list = endpoint.kind == "list" and endpoint.method == "GET" and not endpoint.required
    # Tenants without such fields or providers may be refused these, whatever the scopes.
    odd = "custom_field" in endpoint.name or "booking_provider" in endpoint.name
    return opened and plain_list and not odd and not endpoint.withdrawn


def _size(endpoint: Endpoint) -> tuple[int, int]:
    return endpoint.path.count("/"), len(endpoint.columns)


def lines(
    catalog: Catalog, granted: frozenset[str] | None, chosen: Iterable[Endpoint], results: Results
) -> tuple[Module, ...]:
    """A line for each module, as far as the reads have come.

    Args:
        granted: the scopes of the token; None if it does not tell them.
        chosen: what is read.
        results: what was read so far.
    """
    by_module: dict[str, list[Endpoint]] = {}
    for endpoint in catalog:
        by_module.setdefault(endpoint.module, []).append(endpoint)
    reads = {endpoint.module: endpoint for endpoint in chosen}
    made = []
    for name, endpoints in by_module.items():
        made.append(_line(name, endpoints, granted, reads.get(name), results))
    return tuple(made)


def _line(
    name: str,
    endpoints: Sequence[Endpoint],
    granted: frozenset[str] | None,
    chosen: Endpoint | None,
    results: Results,
) -> Module:
    readable = None
    if granted is not None:
        readable = sum(endpoint.scope in granted for endpoint in endpoints)
    total = len(endpoints)
    if chosen is None:
        why = "every list that is open needs filters"
        if readable == 0:
            why = "no scope"
        return Module(name, None, readable, total, None, f"not tried: {why}", why)
    if chosen.name not in results:
        return Module(name, chosen.name, readable, total, None, "not tried yet")
    err = results[chosen.name]
    if err is None:
        return Module(name, chosen.name, readable, total, True, "answered")
    answers = ANSWERS.get(refused(err))
    return Module(name, chosen.name, readable, total, answers, seen_of(err, trace=False))


def answers(modules: Iterable[Module]) -> dict[str, bool]:
    """What the reads have shown, by resource."""
    shown = {}
    for module in modules:
        if module.resource and module.answers is not None:
            shown[module.resource] = module.answers
    return shown
