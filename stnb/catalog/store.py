"""catalog.json -> endpoints, and the search over them."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from importlib import resources
from pathlib import Path
from typing import Any

from stnb.errors import SetupError, UnknownResource, tongue
from stnb.errors.nesting import loads

from .models import Column, Endpoint, Param
from .phrases import grammar
from .ranking import search
from .search import Hit, Index, index_of
from .stems import plain


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
        spelt = name.strip().strip("/").replace("-", "_").replace("/", ".")
        if spelt in self.endpoints:
            return self.endpoints[spelt]
        why = "Likely it is spelt otherwise, or newer than the bundled catalogue."
        near = self.near(spelt)
        if near:
            why = f"Near it: {', '.join(near)}."
        elif spelt in self.modules:
            inside = [name for name in self.endpoints if name.startswith(f"{spelt}.")]
            why = f"{spelt} is a module of {len(inside)} resources, such as {inside[0]}."
        raise UnknownResource(
            f"There is no resource {name!r} in the catalogue.",
            why,
            tongue.either(
                'Search with st.find("words"). A path that the catalogue does not know is read by '
                'st.get("module/v2/tenant/{tenant}/path").',
                "Search with `stnb find WORDS`.",
            ),
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
    def index(self) -> Index:
        """The words of all resources, as the search reads them; made when first asked for."""
        return index_of(self)

    def search(self, words: str, limit: int = 20) -> list[Hit]:
        """The resources that answer some words, the best first, and why.

        Names, modules, short meanings, filters, columns and values are searched, and phrases that
        people use: "revenue" is in invoices. Plurals, other forms, British and American words and
        slips of spelling are understood.

        Args:
            words: such as "unpaid invoices" or "cancel reason"; "" finds every resource.
            limit: the most to return.

        Example:
            >>> catalog.search("cancelled jobs")[0].filters
            {'jobStatus': 'Canceled'}
        """
        if not plain(words):
            return [Hit(endpoint) for endpoint in self][:limit]
        found = []
        for answer in search(self.index, words, grammar())[:limit]:
            endpoint = self.endpoints[self.index.names[answer.number]]
            found.append(Hit(endpoint, " · ".join(answer.why), answer.filters, answer.whole))
        return found

    def find(self, words: str, limit: int = 20) -> list[Endpoint]:
        """The resources that answer some words, the best first; as `search`, without the reasons.

        Args:
            words: such as "cancel reason" or "invoice balance".
            limit: the most to return.
        """
        return [hit.endpoint for hit in self.search(words, limit)]


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
        raw = loads(str(text))
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
