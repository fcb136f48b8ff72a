"""catalog.json -> Endpoints, and the search over them."""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from importlib import resources
from pathlib import Path
from typing import Any

from stnb.errors import SetupError, UnknownResource

from .facts import singular
from .models import Column, Endpoint, Param
from .phrases import meant

KIND_ORDER = {"list": 0, "export": 1, "rows": 2, "record": 3, "file": 4}
# How much a hit is worth by where it is: the resource's own name first, then its module, filters,
# columns, values.
WEIGHTS = (("name", 12.0), ("module", 4.0), ("filters", 3.0), ("columns", 2.0), ("values", 1.5))


class Catalog:
    """Every route that can be read, by name.

    Example:
        >>> catalog = stnb.catalog.load()
        >>> catalog["jpm.jobs"].kind
        'list'
        >>> [e.name for e in catalog.find("cancel reason")][:1]
        ['jpm.job_cancel_reasons']
    """

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.endpoints: dict[str, Endpoint] = {e.name: e for e in endpoints}
        self.modules: tuple[str, ...] = tuple(
            dict.fromkeys(e.module for e in self.endpoints.values())
        )

    def __repr__(self) -> str:
        return f"<stnb catalogue · {len(self.endpoints)} resources in {len(self.modules)} modules>"

    def __len__(self) -> int:
        return len(self.endpoints)

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self.endpoints.values())

    def __contains__(self, name: object) -> bool:
        return name in self.endpoints

    def __getitem__(self, name: str) -> Endpoint:
        """The endpoint of that name; dashes and slashes are read as the name's own marks.

        Raises:
            UnknownResource: there is none; the message names those that come near.
        """
        plain = name.strip().strip("/").replace("-", "_").replace("/", ".")
        if plain in self.endpoints:
            return self.endpoints[plain]
        near = self.near(plain)
        raise UnknownResource(
            f"There is no resource {name!r} in the catalogue.",
            f"Near it: {', '.join(near)}."
            if near
            else "Likely it is spelt otherwise, or newer than the bundled catalogue.",
            'Search with st.find("words"); a path that the catalogue does not know is read by st.get("module/v2/tenant/{tenant}/path").',
        )

    def near(self, name: str, most: int = 5) -> list[str]:
        """The names that a misspelt one may have meant, the likeliest first."""
        tail = name.rpartition(".")[2]
        close = [
            n for n in self.endpoints if n.split(".", 1)[1] == tail
        ]  # right but for the module
        close += difflib.get_close_matches(name, self.endpoints, n=most, cutoff=0.6)
        tails = {n.split(".", 1)[1]: n for n in self.endpoints}
        close += [tails[t] for t in difflib.get_close_matches(tail, tails, n=most, cutoff=0.7)]
        return list(dict.fromkeys(close))[:most]

    @cached_property
    def _index(self) -> list[tuple[Endpoint, dict[str, frozenset[str]]]]:
        return [(e, _words_of(e)) for e in self]

    def find(self, words: str, limit: int = 20) -> list[Endpoint]:
        """The resources that fit the words, the best first.

        Searched are names, modules, filters, columns and enum values; camelCase counts as words,
        plurals as singulars. All words must be found; where none has all, those with the most of
        them come. What the words mean in people's terms comes first: "revenue" is in invoices, "who
        answered" in calls.

        Args:
            words: such as "cancel reason" or "invoice balance".
            limit: how many at most.
        """
        wanted = _split(words)
        if not wanted:
            return list(self)[:limit]
        scored = []
        for endpoint, places in self._index:
            hits = [
                max(_worth(word, places[place], weight) for place, weight in WEIGHTS)
                for word in wanted
            ]
            if found := sum(h > 0 for h in hits):
                spare = len(places["name"]) - sum(h >= WEIGHTS[0][1] / 2 for h in hits)
                scored.append(
                    (
                        -found,
                        -sum(hits) + 0.5 * spare + endpoint.withdrawn * 5,
                        KIND_ORDER[endpoint.kind],
                        endpoint.name,
                        endpoint,
                    )
                )
        best = min((s[0] for s in scored), default=0)
        first = [self.endpoints[name] for name in meant(words) if name in self.endpoints]
        return list(
            dict.fromkeys(
                first + [s[-1] for s in sorted(scored, key=lambda s: s[:4]) if s[0] == best]
            )
        )[:limit]


def _words_of(e: Endpoint) -> dict[str, frozenset[str]]:
    columns: list[str] = []
    values: list[str] = []
    for path, column in walk(e.columns):
        columns.append(path)
        values.extend(column.values)
    filters = [p.name for p in e.filters]
    values += [v for p in e.filters for v in p.values if p.name not in ("sort", "active")]
    parts = {
        "name": [e.name.split(".", 1)[1]],
        "module": [e.module],
        "filters": filters,
        "columns": columns,
        "values": values,
    }
    return {
        place: frozenset(w for text in texts for w in _split(text))
        for place, texts in parts.items()
    }


def _split(text: str) -> list[str]:
    """Lower-case words; "jobCancelReasons" and "job-cancel_reasons" are both job, cancel, reason."""
    words = re.findall(r"[a-z]+|[0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).lower())
    return [singular(w) for w in words]


def _worth(word: str, there: frozenset[str], weight: float) -> float:
    if word in there:
        return weight
    return weight / 2 if len(word) > 2 and any(w.startswith(word) for w in there) else 0.0


def walk(columns: Iterable[Column], above: str = "") -> Iterator[tuple[str, Column]]:
    """(path, column) of every column and those inside it; an array's element adds nothing to the
    path.
    """
    for column in columns:
        path = f"{above}.{column.name}" if above and column.name else above or column.name
        if column.name:
            yield path, column
        yield from walk(column.children, path)


# -- reading


@functools.cache
def load() -> Catalog:
    """The catalogue that comes with the package; read once."""
    return read(resources.files(__package__).joinpath("catalog.json").read_text(encoding="utf-8"))


def read(source: str | Path) -> Catalog:
    """A catalogue from JSON text, or from the file that `stnb catalog build --to` wrote.

    Raises:
        SetupError: the text is no catalogue, or of another version.
    """
    try:
        raw = json.loads(source.read_text(encoding="utf-8") if isinstance(source, Path) else source)
        if raw["format"] == 1:
            return Catalog(_endpoint(e, raw["schemas"]) for e in raw["endpoints"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise SetupError(
        "The catalogue cannot be read.",
        "Likely the file is missing or cut off, or was written by another version of stnb.",
        "Build it again with `stnb catalog build --specs DIR`, or reinstall stnb.",
    )


def _endpoint(raw: Mapping[str, Any], schemas: Mapping[str, Any]) -> Endpoint:
    given = dict(raw)
    params = tuple(_param(p) for p in given.pop("params", ()))
    rows, links = given.pop("columns", None), given.pop("links", {})
    if "shows_all" in given:
        given["shows_all"] = tuple(given["shows_all"])
    return Endpoint(
        module=raw["name"].split(".", 1)[0],
        params=params,
        key=tuple(given.pop("key", ())),
        make_columns=partial(_columns, schemas[rows] if rows else [], schemas, links),
        **given,
    )


def _param(raw: Mapping[str, Any]) -> Param:
    return Param(**{**raw, "values": tuple(raw.get("values", ()))})


def _columns(
    rows: list[Any], schemas: Mapping[str, Any], links: Mapping[str, list[str]], above: str = ""
) -> tuple[Column, ...]:
    return tuple(_column(row, schemas, links, above) for row in rows)


def _column(
    row: list[Any], schemas: Mapping[str, Any], links: Mapping[str, list[str]], above: str
) -> Column:
    name, kind = row[0], row[1]
    more = row[2] if len(row) > 2 else {}
    path = f"{above}.{name}" if above and name else above or name
    inner = more.get("of")
    children: tuple[Column, ...] = ()
    if kind == "array" and inner:
        children = (_column(inner, schemas, links, path),)
    elif kind == "object" and inner:
        children = _columns(
            schemas[inner] if isinstance(inner, str) else inner, schemas, links, path
        )
    refers, how = links.get(path, (None, None)) if name else (None, None)
    return Column(
        name,
        kind,
        not more.get("required"),
        tuple(more.get("values", ())),
        more.get("text", False),
        children,
        refers,
        how,
    )
