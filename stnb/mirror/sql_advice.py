"""What to do about a query that DuckDB refuses.

The advice rests on the query and the tables, not on DuckDB's words: those are only quoted.
"""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from typing import Any

import pyarrow.parquet as pq

from stnb.errors.wording import listed

from .delta_version import columns_of
from .sql_files import Files
from .sql_words import TABLE_DUE, Token, misread_words, named_by_query
from .view import quoted_name, quoted_text

NAMED = 12  # tables that an error names at most
LONGEST = 400  # characters of DuckDB's words in an error
COMPARISONS = frozenset({"=", "==", "<>", "!=", "<", ">", "<=", ">=", "like", "ilike"})
DAY = re.compile(r"(?<![\d-])\d{4}-\d\d-\d\d(?![\d-])")

NAME_PARAMETERS = (
    'Give each $name of the query its value, as in sql("… where id = $id", folder, id=5).'
)
ONLY_TABLES = "Only the Parquet files of the folder can be queried, each by the name of its table."
MEND = "Mend the query; `DESCRIBE table` lists the columns of a table."


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
    """The next step: how the names and values of the query are written, or which tables there are.

    Args:
        names: the tables that the query names, lower case; none if DuckDB cannot read it.
    """
    tokens = _tokens(duckdb, query)
    tables = _dotted_tables(tokens, files)
    columns = _columns(tokens, set(tables.values()), files)
    unquoted = _dotted_columns(tokens, columns)
    misread = misread_words(duckdb, connection, tokens, columns)
    known = columns | {name.lower(): name for name in files.names} | named_by_query(tokens)
    unquoted += [known[word] for word in misread if word in known]
    steps = []
    for dotted, table in tables.items():
        steps.append(f"Write {table} for {dotted}: a table has the name of its file.")
    if unquoted:
        written = ", ".join(quoted_name(column) for column in unquoted)
        steps.append(f"Write {written} with the double quotes, as the name is no plain word.")
    steps += _of_no_name({w: before for w, before in misread.items() if w not in known}, files)
    steps += _of_other_tables(tokens, columns, tables, files)
    texts = ", ".join(map(quoted_text, _quoted_values(tokens, columns)))
    if texts:
        steps.append(f"Write {texts} with single quotes: double quotes are for names.")
    days = ", ".join(map(quoted_text, DAY.findall(_without_texts(tokens))))
    if days:
        steps.append(f"Write {days} with single quotes: without them it is a subtraction.")
    if steps:
        return " ".join(steps)
    if names <= {name.lower() for name in files.names}:
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


def _dotted_tables(tokens: list[Token], files: Files) -> dict[str, str]:
    """The tables whose resource's name was written: `jpm.jobs` for `jpm_jobs`."""
    tables = {name.lower(): name for name in files.names}
    found = {}
    for chain in [*_chains(tokens), *_quoted_chains(tokens)]:
        for start, end in combinations(range(len(chain) + 1), 2):
            table = tables.get("_".join(chain[start:end]).lower())
            if table is not None and end - start > 1:
                found[".".join(chain[:end])] = table
                break
    return found


def _dotted_columns(tokens: list[Token], columns: dict[str, str]) -> list[str]:
    """The columns with a dot in their name that are not in quotes, such as address.city."""
    found = []
    for chain in _chains(tokens):
        for first in range(len(chain) - 1):
            column = columns.get(".".join(chain[first:]).lower())
            if column is not None and column not in found:
                found.append(column)
    return found


def _of_other_tables(
    tokens: list[Token], columns: dict[str, str], tables: dict[str, str], files: Files
) -> list[str]:
    """The names with dots that are columns of a table of which the query does not speak."""
    unknown = []
    for chain in _chains(tokens):
        dotted = ".".join(chain)
        known = {dotted.lower(), ".".join(chain[1:]).lower()} & set(columns)
        if dotted not in tables and not known:
            unknown.append(dotted.lower())
    steps: dict[str, str] = {}
    for name in files.names if unknown else ():
        others = _columns([], {name}, files)
        for dotted in unknown:
            if dotted in others:
                column = quoted_name(others[dotted])
                steps.setdefault(dotted, f"{column} is a column of {name}, which the query lacks.")
    return list(steps.values())


def _of_no_name(words: dict[str, str], files: Files) -> list[str]:
    """What to write for words of SQL that stand for a name, and are none here.

    Args:
        words: the words, each with the word before it.
    """
    steps = []
    for word, before in words.items():
        what = "table" if before in TABLE_DUE else "column"
        steps.append(f"`{word}` is a word of SQL and the name of no {what} here.")
    if TABLE_DUE & set(words.values()):
        steps.append(f"The tables are: {listed(files.names, NAMED)}.")
    if set(words.values()) - TABLE_DUE:
        steps.append("Write the column that is meant; `DESCRIBE table` lists those of a table.")
    return steps


def _quoted_values(tokens: list[Token], columns: dict[str, str]) -> list[str]:
    """The texts in double quotes that are compared with a column, and are no name of the query."""
    given = {token.word for before, token in pairwise(tokens) if before.word.lower() == "as"}
    found = []
    for place in range(1, len(tokens)):
        word = tokens[place].word
        compared = tokens[place - 1].word.lower() in COMPARISONS
        qualifies = [token.word for token in tokens[place + 1 : place + 2]] == ["."]
        if not compared or qualifies or not word.startswith('"') or word in given:
            continue
        text = word.strip('"')
        if text.lower() not in columns:
            found.append(text)
    return list(dict.fromkeys(found))


def _without_texts(tokens: list[Token]) -> str:
    """The signs and numbers of a query, in which a date may stand that is in no quotes."""
    words = []
    for token in tokens:
        plain = token.kind in ("numeric_const", "operator")
        words.append(token.word if plain else " ")
    return "".join(words)


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


def _quoted_chains(tokens: list[Token]) -> list[list[str]]:
    """The names with dots that are in quotes, and those in single quotes of which rows are asked:
    from 'jpm.jobs'.
    """
    chains = []
    for before, token in pairwise(tokens):
        asked = before.word.lower() in ("from", "join")
        if token.word.startswith('"') or (asked and token.word.startswith("'")):
            chains.append(token.word.strip("\"'").split("."))
    return chains


def _columns(tokens: list[Token], tables: set[str], files: Files) -> dict[str, str]:
    """The columns of the tables that the query speaks of, by their names in small letters.

    Args:
        tables: those whose resource's name was written.
    """
    words = {token.word.strip('"').lower() for token in tokens}
    columns: dict[str, str] = {}
    paths = dict(files.tables)
    for name, of_tenants in files.by_tenant.items():
        paths[name] = next(iter(of_tenants.values()))
    for name, path in paths.items():
        if name.lower() not in words and name not in tables:
            continue
        try:
            known = pq.read_schema(path).names
        except (OSError, ValueError):  # pyarrow's errors are of these
            continue
        columns.update({column.lower(): column for column in known})
    for name, folder in files.delta.items():
        if name.lower() in words or name in tables:
            columns.update({column.lower(): column for column in columns_of(folder)})
    return columns
