"""What a resource of a tenant takes of the parameters that stnb adds to a call by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Taken:
    """What was learned of one resource of one tenant, from what it refused to a pull, or to the
    check of the facts. It lasts as long as the process.

    Attributes:
        without: the parameters that it refuses altogether.
        most, least: rows a page that it takes; None if it refused no size.
        late: how many pages of a size did not come in time.
        came: the sizes of which a page came.
    """

    without: set[str] = field(default_factory=set)
    most: int | None = None
    least: int | None = None
    late: Counter[int] = field(default_factory=Counter)
    came: set[int] = field(default_factory=set)
