"""The words of a refusal, whatever the form of its body.

ServiceTitan writes a problem of RFC 9457 with `errors`; its gateway, its token endpoint and the
proxies on the way write others. None of their words is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MOST = 12  # texts
# Keys that say nothing to a reader, or are said elsewhere.
SILENT = frozenset({"type", "status", "statuscode", "instance", "traceid", "code", "title", "data"})
# Keys whose text stands for itself; before another text its key is named.
OF_ITSELF = frozenset(
    {
        "detail",
        "message",
        "error",
        "errordescription",
        "errormessage",
        "description",
        "text",
        "reason",
        "errors",
        "messages",
        "details",
    }
)
# Keys of an object that name what its message is about.
NAMES = frozenset({"field", "fields", "name", "member", "members", "property", "path", "parameter"})


def words_of(body: Any) -> list[str]:
    """The texts of a refusal, each after the name of what it is about; without its title.

    Example:
        >>> words_of({"title": "Bad Request", "errors": [{"field": "ids", "message": "too many"}]})
        ['ids: too many']
        >>> words_of({"error": {"code": 7, "message": "too many ids"}})
        ['too many ids']
    """
    found: list[str] = []
    for name, text in _texts(body, ""):
        said = " ".join(text.split())
        if name:
            said = f"{name}: {said}"
        if said and said not in found:
            found.append(said)
        if len(found) == MOST:
            break
    return found


def _texts(node: Any, about: str) -> Iterator[tuple[str, str]]:
    """Each text with the name of what it is about; "" if it stands for itself."""
    if isinstance(node, str):
        yield about, node
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, about)
    elif isinstance(node, Mapping):
        named = _named(node) or about
        for key, value in node.items():
            plain = str(key).replace("_", "").replace("-", "").lower()
            if plain in SILENT or (plain in NAMES and named):
                continue
            own = str(key)
            if plain in OF_ITSELF or plain == "modelstate":
                own = named
            yield from _texts(value, own)


def _named(node: Mapping[str, Any]) -> str:
    """What an object with a message is about, such as the parameter in its `field`."""
    names = []
    for key, value in node.items():
        if str(key).lower() not in NAMES:
            continue
        values = [value]
        if isinstance(value, list):
            values = value
        names += [name for name in values if isinstance(name, str)]
    return ", ".join(names)
