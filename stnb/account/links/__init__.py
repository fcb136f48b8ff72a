"""Where ids lead: the table of links, the rows and the names behind ids, and a map of what lies
around a resource.

table        which column leads to which resource, and the traps on the way
lookup       how the rows behind ids are read with the fewest requests
following    the rows behind the ids
names        the names behind the ids, from a book that is kept (`namebook`)
neighbours   what lies around a resource (`around`), and its picture (`drawing`)
"""

from __future__ import annotations

from .follow import follow
from .map import Neighbourhood, neighbourhood
from .name_columns import forget, name_columns, tag_names
from .rules import links, links_of

__all__ = [
    "Neighbourhood",
    "follow",
    "forget",
    "links",
    "links_of",
    "name_columns",
    "neighbourhood",
    "tag_names",
]
