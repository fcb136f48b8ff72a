"""Facts about the API that several rooms need; each stands here once."""

from __future__ import annotations

import datetime as dt

# A filter such as `ids` takes so many values in one call, as most of the documents say.
MAX_IDS = 50

# The column that says when a record last changed, and the filter over it.
MODIFIED = "modifiedOn"
MODIFIED_SINCE = "modifiedOnOrAfter"

# How far the server's clock and ours may differ, with a margin: what changed since a moment is
# asked for from so much earlier, and rows that come twice are dropped by their key.
CLOCK_SLACK = dt.timedelta(hours=1)

# Below it a float holds every whole number exactly; beyond it an id in a float is no exact id.
LARGEST_EXACT = 2**53

# Ids are int64 in the API's documents.
LARGEST_ID = 2**63 - 1

_SINGULARS = (
    ("children", "child"),
    ("ies", "y"),
    ("tuses", "tus"),
    ("sses", "ss"),
    ("xes", "x"),
    ("ches", "ch"),
)


def singular(noun: str) -> str:
    """One of a plural, by its ending; for the nouns in the API's names.

    >>> singular("categories"), singular("statuses"), singular("jobs"), singular("bonus")
    ('category', 'status', 'job', 'bonus')
    """
    if len(noun) <= 3 or noun.endswith(("ss", "us", "is")):
        return noun
    for plural, single in _SINGULARS:
        if noun.endswith(plural) and len(noun) > 4:
            return noun.removesuffix(plural) + single
    return noun.removesuffix("s")
