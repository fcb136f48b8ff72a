"""Misbehaviour on demand: what the real API does on its bad days, by name."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .fault_effects import INSTEAD, SPOIL
from .fault_pages import ASK, LINE

CHANCE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
# What there is by name, each with a line about it.
FAULTS: dict[str, str] = {
    name: told for kind in (INSTEAD, SPOIL, ASK, LINE) for name, (told, _) in kind.items()
}


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour.

    Args:
        name: one of `FAULTS`.
        path: only where this is in the request's path; "" for every one. The token endpoint has it
            only when named ("connect/token").
        page: only on this page of a list.
        times: how often at most; None for always. Those that change how pages are cut ("short-
            pages", "empty-page", "shifting", "gap") hold for every page until they are taken away.
        chance: how likely each time; the draws follow the seed.
        seconds: for those that have to do with waiting.
        after: how many requests that fit go well before it begins.
        seed: of its draws; the app's without one.

    Example:
        >>> make_app(faults=["429-header", Fault("500", path="/jobs", times=2), Fault("drop",
        times=None, chance=0.05)])
    """

    name: str
    path: str = ""
    page: int | None = None
    times: int | None = 1
    chance: float = 1.0
    seconds: float = 1.0
    after: int = 0
    seed: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or self.name not in FAULTS:
            raise ValueError(
                f"{self.name!r} is no fault of the demo; there are {', '.join(FAULTS)}."
            )
        kinds = {
            "path": str,
            "page": int | None,
            "times": int | None,
            "chance": float | int,
            "seconds": float | int,
            "after": int,
        }
        for name, kind in {**kinds, "seed": int | None}.items():
            value = getattr(self, name)
            if not isinstance(value, kind) or isinstance(value, bool):
                raise ValueError(f"{value!r} cannot be the {name} of a fault.")
        if not 0 <= self.chance <= 1 or not 0 <= self.seconds <= 3600:
            raise ValueError(
                "The chance of a fault lies between 0 and 1, and its seconds between 0 and 3600."
            )

    @classmethod
    def of(cls, given: str | Fault | Mapping[str, Any]) -> Fault:
        """Read "500", which happens once, "500:0.05", which happens to every twentieth request, or
        its fields by name.

        Raises:
            ValueError: there is no such fault, or a field of it cannot be.
        """
        if isinstance(given, Fault):
            return given
        if isinstance(given, str):
            name, colon, chance = given.partition(":")
            if not colon:
                return cls(name)
            if not CHANCE.fullmatch(chance):
                raise ValueError(f"{chance!r} is no chance; write one as in {name}:0.05.")
            return cls(name, times=None, chance=float(chance))
        fields = set(cls.__dataclass_fields__)
        if not isinstance(given, Mapping) or "name" not in given or not set(given) <= fields:
            raise ValueError(
                "A fault is a name or an object with name and any of "
                f"{', '.join(sorted(fields - {'name'}))}."
            )
        return cls(**given)


@dataclass
class Faults:
    """The faults in force and how often each has happened."""

    faults: Sequence[Fault]
    seed: int = 1
    seen: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.set(self.faults)

    def set(self, faults: Sequence[Fault]) -> None:
        """These from now on, and no others."""
        with self._lock:
            self.faults = list(faults)
            self.seen, self.done = [0] * len(self.faults), [0] * len(self.faults)
            self._random = [
                random.Random(self.seed if f.seed is None else f.seed) for f in self.faults
            ]

    def next(self, path: str, page: str | None) -> Fault | None:
        """The fault that this request meets, or None."""
        with self._lock:
            for i, fault in enumerate(self.faults):
                if not _fits(fault, path, page):
                    continue
                self.seen[i] += 1
                spent = (
                    fault.times is not None
                    and self.done[i] >= fault.times
                    and fault.name not in ASK
                )
                if (
                    self.seen[i] > fault.after
                    and not spent
                    and self._random[i].random() < fault.chance
                ):
                    self.done[i] += 1
                    return fault
        return None

    def table(self) -> list[dict[str, Any]]:
        """What is in force: how often each could have happened, and has."""
        with self._lock:
            return [
                asdict(f) | {"seen": s, "done": d}
                for f, s, d in zip(self.faults, self.seen, self.done, strict=True)
            ]


def _fits(fault: Fault, path: str, page: str | None) -> bool:
    if path.endswith("/connect/token") and "connect/token" not in fault.path:
        return False
    return fault.path in path and (
        fault.page is None or fault.name in ASK or str(fault.page) == (page or "1")
    )
