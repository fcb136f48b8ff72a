"""Queries that DuckDB is not given, as it fails badly with them."""

from __future__ import annotations

from itertools import accumulate

from stnb.errors import UsageError

# DuckDB's own limit for expressions. It looks at brackets for a time that grows with the square of
# their number: 5,000 that are not closed took it 15 seconds.
MOST_BRACKETS = 1_000
STEP = {"(": 1, ")": -1}


def refuse_unreadable(query: str) -> None:
    """Refuse a query that cannot be handed over.

    Raises:
        UsageError: a character of it is half of one, or its brackets are nested too deep.
    """
    _refuse_half_characters(query)
    if query.count("(") > MOST_BRACKETS:
        _refuse_deep_brackets(query)


def _refuse_half_characters(query: str) -> None:
    try:
        query.encode()
    except UnicodeEncodeError as err:
        raise UsageError(
            "The query was not carried out.",
            f"Its character {err.start + 1} is half of one (a lone surrogate).",
            "Take it out, or write the query anew.",
        ) from None


def _refuse_deep_brackets(query: str) -> None:
    depths = accumulate(STEP.get(sign, 0) for sign in query)
    if max(depths) > MOST_BRACKETS:
        raise UsageError(
            "The query was not carried out.",
            f"Over {MOST_BRACKETS:,} of its brackets are open at one place.",
            "Close them, or give each step a name: `with step as (select …) select … from step`.",
        )
