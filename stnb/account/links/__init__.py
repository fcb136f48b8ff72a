"""Where ids lead: the links of a resource, the rows and the names behind ids, and a map.

rule_table     what the catalogue alone does not tell about ids
rules          the links of each resource
lookup         rows by their ids, with the fewest requests
follow         the rows behind the ids of a frame
name_columns   the names behind the ids of a frame, kept in a `namebook`
quick          which ids are named by a few requests
map            what lies around a resource (`neighbours`), and its picture (`svg`)
"""

from __future__ import annotations

from .follow import follow
from .map import Neighbourhood, neighbourhood
from .name_columns import forget, name_columns, tag_names
from .quick import Quick, quick_columns
from .rules import links, links_of

__all__ = [
    "Neighbourhood",
    "Quick",
    "follow",
    "forget",
    "links",
    "links_of",
    "name_columns",
    "neighbourhood",
    "quick_columns",
    "tag_names",
]
