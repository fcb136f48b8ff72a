"""catalog.json -> endpoints, and the search over them."""

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
# How much a word counts by where it is found.
WEIGHTS = {"name": 12.0, "module": 4.0, "filters": 3.0, "columns": 2.0, "values": 1.5}
WITHDRAWN = 5.0  # how far a withdrawn route goes down
Words = dict[str, frozenset[str]]  # the words of a resource, by where they are


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
        self.modules: tuple[str, ...] = tuple(dict.fromkeys(e.module for e in self))

    def __repr__(self) -> str:
        return f"<stnb catalogue · {len(self.endpoints)} resources in {len(self.modules)} modules>"

    def __len__(self) -> int:
        return len(self.endpoints)

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self.endpoints.values())

    def __contains__(self, name: object) -> bool:
        return name in self.endpoints

    def __getitem__(self, name: str) -> Endpoint:
        """The endpoint of that name; dashes and slashes may stand for its dots and underscores.

        Raises:
            UnknownResource: there is none; the message names the nearest ones.
        """
        plain = name.strip().strip("/").replace("-", "_").replace("/", ".")
        if plain in self.endpoints:
            return self.endpoints[plain]
        why = "Likely it is spelt otherwise, or newer than the bundled catalogue."
        near = self.near(plain)
        if near:
            why = f"Near it: {', '.join(near)}."
        raise UnknownResource(
            f"There is no resource {name!r} in the catalogue.",
            why,
            'Search with st.find("words"). A path that the catalogue does not know is read by '
            'st.get("module/v2/tenant/{tenant}/path").',
        )

    def near(self, name: str, most: int = 5) -> list[str]:
        """The names that a misspelt one may mean, the likeliest first."""
        tail = name.rpartition(".")[2]
        by_tail: dict[str, list[str]] = {}
        for known in self.endpoints:
            by_tail.setdefault(known.split(".", 1)[1], []).append(known)
        found = list(by_tail.get(tail, []))  # right but for the module
        found += difflib.get_close_matches(name, self.endpoints, n=most, cutoff=0.6)
        for close in difflib.get_close_matches(tail, by_tail, n=most, cutoff=0.7):
            found.append(by_tail[close][-1])
        return list(dict.fromkeys(found))[:most]

    @cached_property
    def _index(self) -> list[tuple[Endpoint, Words]]:
        return [(endpoint, _words_of(endpoint)) for endpoint in self]

    def find(self, words: str, limit: int = 20) -> list[Endpoint]:
        """The resources that fit the words, the best first.

        Names, modules, filters, columns and enum values are searched; camelCase counts as words,
        plurals as singulars. All words must be found. If no resource has all, those with the most
        of them come. A phrase that people use comes first: "revenue" is in invoices, "who answered"
        in calls.

        Args:
            words: such as "cancel reason" or "invoice balance".
            limit: the most to return.
        """
        wanted = _split(words)
        if not wanted:
            return list(self)[:limit]
        ranked = []
        for endpoint, places in self._index:
            rank = _rank(endpoint, places, wanted)
            if rank is not None:
                ranked.append((*rank, endpoint.name))
        ranked.sort()
        found = [name for name in meant(words) if name in self.endpoints]
        for missing, *_, name in ranked:
            if missing == ranked[0][0]:  # as many of the words as the best has
                found.append(name)
        return [self.endpoints[name] for name in dict.fromkeys(found)][:limit]


def _rank(endpoint: Endpoint, places: Words, wanted: list[str]) -> tuple[int, float, int] | None:
    """How well a resource fits, the least first; None if it has none of the words."""
    found, in_name, worth = 0, 0, 0.0
    for word in wanted:
        best = _best_worth(word, places)
        worth += best
        found += best > 0
        in_name += best >= WEIGHTS["name"] / 2
    if not found:
        return None
    # Words of the name that were not asked for push it down, so that a list stands before what
    # hangs below it.
    spare = len(places["name"]) - in_name
    score = -worth + 0.5 * spare + WITHDRAWN * endpoint.withdrawn
    return -found, score, KIND_ORDER[endpoint.kind]


def _best_worth(word: str, places: Words) -> float:
    return max(_worth(word, places[place], weight) for place, weight in WEIGHTS.items())


def _worth(word: str, there: frozenset[str], weight: float) -> float:
    """The weight for a whole word, half of it for the beginning of one."""
    if word in there:
        return weight
    if len(word) > 2 and any(other.startswith(word) for other in there):
        return weight / 2
    return 0.0


def _words_of(endpoint: Endpoint) -> Words:
    columns: list[str] = []
    values: list[str] = []
    for path, column in walk(endpoint.columns):
        columns.append(path)
        values += column.values
    filters = []
    for param in endpoint.filters:
        filters.append(param.name)
        if param.name not in ("sort", "active"):
            values += param.values
    return {
        "name": _distinct([endpoint.name.split(".", 1)[1]]),
        "module": _distinct([endpoint.module]),
        "filters": _distinct(filters),
        "columns": _distinct(columns),
        "values": _distinct(values),
    }


def _distinct(texts: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for text in texts:
        found.update(_split(text))
    return frozenset(found)


def _split(text: str) -> list[str]:
    """Lower-case singulars: job, cancel, reason of "jobCancelReasons" and "job-cancel_reasons"."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).lower()
    return [singular(word) for word in re.findall(r"[a-z]+|[0-9]+", spaced)]


def walk(columns: Iterable[Column], above: str = "") -> Iterator[tuple[str, Column]]:
    """(dotted path, column) of every column and those inside it.

    An array's element has no name, so it adds nothing to the path.
    """
    for column in columns:
        path = _joined(above, column.name)
        if column.name:
            yield path, column
        yield from walk(column.children, path)


def _joined(above: str, name: str) -> str:
    if above and name:
        return f"{above}.{name}"
    return above or name


# -- reading


@functools.cache
def load() -> Catalog:
    """The catalogue that comes with the package; it is read once."""
    return read(resources.files(__package__).joinpath("catalog.json").read_text(encoding="utf-8"))


def read(source: str | Path) -> Catalog:
    """Read a catalogue from JSON text, or from the file that `stnb catalog build --to` wrote.

    Raises:
        SetupError: the text is no catalogue, or of another version.
    """
    try:
        text = source
        if isinstance(source, Path):
            text = source.read_text(encoding="utf-8")
        raw = json.loads(str(text))
        if raw["format"] == 1:
            return Catalog([_endpoint(each, raw["schemas"]) for each in raw["endpoints"]])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise SetupError(
        "The catalogue cannot be read.",
        "Likely the file is missing or cut off, or was written by another version of stnb.",
        "Build it again with `stnb catalog build --specs DIR`, or reinstall stnb.",
    )


Schemas = Mapping[str, Any]  # the columns of each schema, by its name
Links = Mapping[str, list[str]]  # column path -> [target, how]


def _endpoint(raw: Mapping[str, Any], schemas: Schemas) -> Endpoint:
    given = dict(raw)
    params = tuple(_param(each) for each in given.pop("params", ()))
    rows: list[Any] = []
    if "columns" in given:
        rows = schemas[given.pop("columns")]
    links = given.pop("links", {})
    if "shows_all" in given:
        given["shows_all"] = tuple(given["shows_all"])
    return Endpoint(
        module=raw["name"].split(".", 1)[0],
        params=params,
        key=tuple(given.pop("key", ())),
        make_columns=partial(_columns, rows, schemas, links),
        **given,
    )


def _param(raw: Mapping[str, Any]) -> Param:
    return Param(**{**raw, "values": tuple(raw.get("values", ()))})


def _columns(
    rows: list[Any], schemas: Schemas, links: Links, above: str = ""
) -> tuple[Column, ...]:
    return tuple(_column(row, schemas, links, above) for row in rows)


def _column(row: list[Any], schemas: Schemas, links: Links, above: str) -> Column:
    """One column of the file: [name, type] or [name, type, more]; see `build.columns`."""
    name, kind, *rest = row
    more: Mapping[str, Any] = rest[0] if rest else {}
    path = _joined(above, name)
    inner = more.get("of")
    children: tuple[Column, ...] = ()
    if kind == "array" and inner:
        children = (_column(inner, schemas, links, path),)
    elif kind == "object" and isinstance(inner, str):
        children = _columns(schemas[inner], schemas, links, path)
    elif kind == "object" and inner:
        children = _columns(inner, schemas, links, path)
    refers, how = None, None
    if name and path in links:
        refers, how = links[path]
    return Column(
        name=name,
        type=kind,
        nullable=not more.get("required"),
        values=tuple(more.get("values", ())),
        text=more.get("text", False),
        children=children,
        refers=refers,
        how=how,
    )
