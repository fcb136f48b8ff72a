"""Which parameters of a call a refusal names, and the numbers that it states of them.

Servers write a 400 in many forms: names as keys, as values of `field` or `members`, or in words
alone. All of them are read here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

# Members of RFC 9457 and of the gateway; as keys they name no parameter.
STANDARD = frozenset({"type", "title", "status", "statuscode", "detail", "instance", "traceid"})
WORDLESS = frozenset({"type", "instance", "traceid", "status", "statuscode"})
NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.])\d+(?![\w])")
Said = tuple[frozenset[str], str]  # the names on the way to a text, and the text


def refused(names: Collection[str], body: Any) -> dict[str, tuple[int, ...]]:
    """The parameters that a refusal names, with the whole numbers that it states of each.

    Keys come before words: if a key names a parameter, the words of the others say nothing.

    Args:
        names: the parameters of the call.
        body: the JSON of the answer, or its text.

    Example:
        >>> refused(["page", "pageSize"], {"errors": {"pageSize": ["maximum value is 200"]}})
        {'pageSize': (200,)}
    """
    said = list(_said(body, frozenset(), _plain_all(names)))
    by_key: dict[str, tuple[int, ...]] = {}
    for name in names:
        texts = [text for keys, text in said if _plain(name) in keys]
        if texts:
            by_key[name] = _numbers(texts)
    if by_key:
        return by_key
    words = [text for _, text in said]
    found = {}
    for name in names:
        in_words = _in_words(name)
        texts = [text for text in words if in_words.search(text)]
        if texts:
            found[name] = _numbers(texts) or _numbers(words)
    return found


def _said(
    node: Any, keys: frozenset[str], names: frozenset[str], top: bool = True
) -> Iterator[Said]:
    """Every text and number of the body, with the names on the way to it."""
    if isinstance(node, Mapping):
        telling = node
        if top:
            telling = {k: v for k, v in node.items() if _plain(str(k)) not in WORDLESS}
        named = frozenset(_plain(text) for text in _texts_of(telling)) & names
        for key, value in telling.items():
            plain = _plain(str(key))
            on_the_way = keys | named
            if not (top and plain in STANDARD):
                on_the_way |= _segments(str(key))
            yield from _said(value, on_the_way, names, top=False)
    elif isinstance(node, list):
        for value in node:
            yield from _said(value, keys, names, top=False)
    elif node is not None and not isinstance(node, bool):
        yield keys, str(node)


def _texts_of(node: Mapping[str, Any]) -> Iterator[str]:
    """The texts right below a mapping, also those of its lists, as of `members`."""
    for value in node.values():
        values = [value]
        if isinstance(value, list):
            values = value
        for text in values:
            if isinstance(text, str):
                yield text


def _segments(key: str) -> frozenset[str]:
    """The parts of a key such as `query.pageSize` or `$.page_size`."""
    return frozenset(_plain(part) for part in re.split(r"[.\[\]/$\s]+", key) if part)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


def _plain_all(names: Collection[str]) -> frozenset[str]:
    return frozenset(_plain(name) for name in names)


def _in_words(name: str) -> re.Pattern[str]:
    """How a name is written in words: pageSize, page_size, Page Size."""
    parts = re.findall(r"[A-Z]?[^A-Z]+|[A-Z]+", name) or [name]
    spelled = r"[\s_-]*".join(map(re.escape, parts))
    return re.compile(rf"\b{spelled}(?:s|ed|ing)?\b", re.IGNORECASE)


def _numbers(texts: list[str]) -> tuple[int, ...]:
    found = []
    for text in texts:
        found += [int(number.replace(",", "")) for number in NUMBER.findall(text[:2000])]
    return tuple(dict.fromkeys(found))
