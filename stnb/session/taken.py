"""What a resource of a tenant takes of the parameters that stnb adds to a call by itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Taken:
    """What was learned of one resource of one tenant, from what it refused to a pull, or to the
    check of the facts.

    Attributes:
        without: the parameters that it refuses altogether.
        most, least: rows a page that it takes; None if it refused no size.
        learned: when that was learned; None if nothing was.
        late: how many pages of a size did not come in time.
        came: the sizes of which a page came.
        told: the parameters of which this process has said that they are left out.
        in_vain: how often an unnamed refusal of these filters was not for a parameter of ours.
        ids: how many ids a call takes at most; None if no call was too long.
        took: the parameters of stnb's own that went through in this process.
        elsewhere: says what of these other lists of the tenant refuse, and none of them took.
        search_lock: the one that the lists of a tenant search behind, each after the other, so that
            what the first ones find is known to the rest.
        keep: writes it down for the next process.
    """

    without: set[str] = field(default_factory=set)
    most: int | None = None
    least: int | None = None
    learned: datetime | None = None
    late: Counter[int] = field(default_factory=Counter)
    came: set[int] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    in_vain: Counter[tuple[tuple[str, str], ...]] = field(default_factory=Counter)
    ids: int | None = None
    took: set[str] = field(default_factory=set)
    elsewhere: Callable[[], frozenset[str]] = field(default=frozenset, repr=False, compare=False)
    search_lock: Callable[[], asyncio.Lock] = field(default=asyncio.Lock, repr=False, compare=False)
    keep: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    @property
    def is_usual(self) -> bool:
        """Whether it refused nothing, as far as is known."""
        return not self.without and self.most is None and self.least is None
