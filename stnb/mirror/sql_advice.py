"""What to do about a query that DuckDB refuses.

The advice rests on the query and the tables, not on DuckDB's words: those are only quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from stnb.errors.wording import listed

from .sql_files import Files
from .view import quoted_name

NAMED = 12  # tables that an error names at most
KEYWORDS = 6  # words of a query that are tried in quotes, in all combinations
LONGEST = 400  # characters of DuckDB's words in an error

NAME_PARAMETERS = (
    'Give each $name of the query its value, as in sql("… where id = $id", folder, id=5).'
)
ONLY_TABLES = "Only the Parquet files of the folder can be queried, each by the name of its table."
MEND = "Mend the query; `DESCRIBE table` lists the columns of a table."


class Token(NamedTuple):
    """A word or a sign of a query, and DuckDB's kind of it."""

    word: str
    kind: str


def duckdb_says(err: Exception) -> str:
    """DuckDB's own words, without the picture of the query beneath them."""
    words = " ".join(str(err).partition("\n\nLINE ")[0].split())
    words = re.sub(r' Did you mean "pg_\w+"\?', "", words)  # a table of its own, which nobody means
    if len(words) > LONGEST:
        words = f"{words[:LONGEST]}…"
    elif not words.endswith((".", "!", "?")):
        words += "."
    return f"DuckDB says: {words}"


def advice(duckdb: Any, connection: Any, query: str, names: set[str], files: Files) -> str:
    """The next step: how a name of the query is written, or which tables there are.

    Args:
        names: the tables that the query names, lower case; none if DuckDB cannot read it.
    """
    tokens = _tokens(duckdb, query)
    tables = _dotted_tables(tokens, files)
    if tables:
        dotted, table = tables
        return f"Write {table} for {dotted}: a table has the name of its file."
    columns = _columns(tokens, files)
    unquoted = _dotted_columns(tokens, columns) or _keywords(duckdb, connection, tokens, columns)
    if unquoted:
        written = ", ".join(quoted_name(column) for column in unquoted)
        return f"Write {written} with the double quotes, as a column's name is no plain word."
    known = {name.lower() for name in files.names}
    if names <= known:
        return MEND
    return f"The tables are: {listed(files.names, NAMED)}."


def _tokens(duckdb: Any, query: str) -> list[Token]:
    """The words and signs of a query, each with DuckDB's kind of it."""
    try:
        found = duckdb.tokenize(query)
    except (duckdb.Error, ValueError, RuntimeError):
        return []
    raw = query.encode("utf-8", "replace")  # DuckDB counts bytes
    starts = [start for start, _ in found] + [len(raw)]
    tokens = []
    for (start, kind), (_, end) in zip(found, pairwise(starts), strict=True):
        tokens.append(Token(raw[start:end].decode("utf-8", "replace").strip(), kind.name))
    return tokens


def _dotted_tables(tokens: list[Token], files: Files) -> tuple[str, str] | None:
    """A resource's name that was written for its table: `jpm.jobs` for `jpm_jobs`."""
    tables = {name.lower(): name for name in files.names}
    for chain in _chains(tokens):
        for end in range(len(chain), 1, -1):
            table = tables.get("_".join(chain[:end]).lower())
            if table is not None:
                return ".".join(chain[:end]), table
    return None


def _dotted_columns(tokens: list[Token], columns: set[str]) -> list[str]:
    """The columns with a dot in their name that are not in quotes, such as address.city."""
    found = []
    for chain in _chains(tokens):
        for first in range(len(chain) - 1):
            column = ".".join(chain[first:])
            if column in columns and column not in found:
                found.append(column)
    return found


def _keywords(duckdb: Any, connection: Any, tokens: list[Token], columns: set[str]) -> list[str]:
    """The columns that are keywords of SQL and not in quotes, such as end.

    They are those only if DuckDB can read the query once they are in quotes.
    """
    if _reads(duckdb, connection, tokens):
        return []
    places = []
    for place, token in enumerate(tokens):
        if token.kind == "keyword" and token.word in columns:
            places.append(place)
    places = places[:KEYWORDS]
    for many in range(1, len(places) + 1):
        for quoted in combinations(places, many):
            if _reads(duckdb, connection, tokens, quoted):
                return list(dict.fromkeys(tokens[place].word for place in quoted))
    return []


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


def _chains(tokens: list[Token]) -> list[list[str]]:
    """The names with dots between them, as the words between the dots."""
    chains: list[list[str]] = []
    last = ""
    for token in tokens:
        if token.word == ".":
            last = "."
        elif token.kind in ("identifier", "keyword") and not token.word.startswith('"'):
            if last == "." and chains:
                chains[-1].append(token.word)
            else:
                chains.append([token.word])
            last = token.word
        else:
            last = ""
    return [chain for chain in chains if len(chain) > 1]


def _columns(tokens: list[Token], files: Files) -> set[str]:
    """The columns of the tables that the query speaks of."""
    words = {token.word.strip('"').lower() for token in tokens}
    columns: set[str] = set()
    paths = dict(files.tables)
    for name, of_tenants in files.by_tenant.items():
        paths[name] = next(iter(of_tenants.values()))
    for name, path in paths.items():
        if name.lower() not in words:
            continue
        try:
            columns.update(pq.read_schema(path).names)
        except (OSError, ValueError):  # pyarrow's errors are of these
            continue
    return columns
