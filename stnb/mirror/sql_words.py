"""Words of SQL that a query uses as names, such as end or order."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from .view import quoted_name

MOST = 6  # words of a query that are tried in quotes, in all combinations
TABLE_DUE = frozenset({"from", "join", "describe", "summarize"})
CLAUSES = "select where and or not by on having qualify distinct with between like ilike in"
CASES, SIGNS = "case when then else", ", ( = == <> != < > <= >= + - / ||"
# A name may stand after these.
NAME_DUE = TABLE_DUE.union(CLAUSES.split(), CASES.split(), SIGNS.split())


class Token(NamedTuple):
    """A word or a sign of a query, and DuckDB's kind of it."""

    word: str
    kind: str


def misread_words(
    duckdb: Any, connection: Any, tokens: list[Token], names: Container[str]
) -> dict[str, str]:
    """The words of SQL that stand for names, in small letters, each with the word before it.

    They are those only if DuckDB cannot read the query, and can once they are in quotes. A word
    that is no name has to stand where one is due.

    Args:
        names: the columns of the query's tables, in small letters.
    """
    if _reads(duckdb, connection, tokens):
        return {}
    sure, likely = [], []
    for place, (before, token) in enumerate(pairwise(tokens), start=1):
        if token.kind != "keyword":
            continue
        if token.word.lower() in names:
            sure.append(place)
        elif before.word.lower() in NAME_DUE:
            likely.append(place)
    places = [*sure, *likely][:MOST]
    for many in range(1, len(places) + 1):
        for quoted in combinations(places, many):
            if _reads(duckdb, connection, tokens, quoted):
                return {_small(tokens, place): _small(tokens, place - 1) for place in quoted}
    return {}


def named_by_query(tokens: list[Token]) -> dict[str, str]:
    """The names that a query gives itself by WITH or AS, by their small letters."""
    given = {}
    for place in range(1, len(tokens)):
        if _small(tokens, place - 1) in ("as", "with"):
            given[_small(tokens, place)] = tokens[place].word
    return given


def _small(tokens: list[Token], place: int) -> str:
    return tokens[place].word.lower()


def _reads(duckdb: Any, connection: Any, tokens: list[Token], quoted: Sequence[int] = ()) -> bool:
    """Whether DuckDB can read a query, with some of its words in quotes."""
    words = [token.word for token in tokens]
    for place in quoted:
        words[place] = quoted_name(words[place])
    try:
        connection.extract_statements(" ".join(words))
    except (duckdb.Error, ValueError, RuntimeError):
        return False
    return True
