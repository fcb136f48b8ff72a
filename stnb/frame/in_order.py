"""Whether values say by themselves how the objects in a page's lists were sent.

A value does not say which keys its object had, nor in which order. Where each object has all the
keys of its column, and in their order, nothing needs to be said; that is how most servers write.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterator

import pyarrow as pa

from .fallback import Columns

Names = tuple[str, ...]
PLAIN_TEXT = rb'"[^"]*+"'
TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
LIST = rb"\[[^\[\]{}]*+\]"
OTHER = rb'[^"\[\]{},]++'


def objects_in_order(document: bytes, columns: Columns) -> bool:
    """Whether each object in a list has all the keys of its column, in their order.

    The keys are looked for in the text, so that all that it holds must be known.

    Args:
        columns: all that the page holds, as the fast reader gives it, which refuses a key twice.

    Returns:
        False also where it cannot be told, as for objects inside of such objects.

    Example:
        >>> page = b'{"data":[{"id":1,"items":[{"a":1,"b":2}]}]}'
        >>> objects_in_order(page, {"id": ids, "items": items})
        True
    """
    objects: Counter[Names] = Counter()
    elsewhere: set[str] = set()
    for path, values in columns.items():
        elsewhere.update(path.split("."))
        for inside in _objects(values):
            if any("struct" in str(field.type) for field in inside.type):
                return False
            names = tuple(field.name for field in inside.type)
            objects[names] += len(inside) - inside.null_count
    if not all(_is_only_there(names, objects, elsewhere) for names in objects):
        return False
    if not objects:
        return True
    pattern = _pattern(frozenset(objects), escapes=b"\\" in document)
    return len(pattern.findall(document)) == objects.total()


def holds_objects(values: pa.Array) -> bool:
    """Whether there is an object in a list."""
    return any(True for _ in _objects(values))


def _objects(values: pa.Array) -> Iterator[pa.Array]:
    """The objects in lists, at any depth of them."""
    if not pa.types.is_list(values.type):
        return
    inside = values.flatten()
    if len(inside) and pa.types.is_struct(inside.type):
        yield inside
    else:
        yield from _objects(inside)


def _is_only_there(names: Names, objects: Counter[Names], elsewhere: set[str]) -> bool:
    """Whether an object with the first of these keys is one of those."""
    if not names or names[0] in elsewhere or "." in names[0]:
        return False
    return not any(names[0] in others for others in objects if others != names)


@functools.lru_cache(maxsize=64)
def _pattern(kinds: frozenset[Names], *, escapes: bool) -> re.Pattern[bytes]:
    """Finds each object that has the keys of one kind, all of them and in their order.

    A quote inside of a text stands behind a backslash, so that no text holds what is looked for. A
    list of texts with brackets is not found, so that its page is kept.

    Args:
        escapes: whether there is a backslash. Without one, texts are found in two thirds of the
            time.
    """
    text = TEXT if escapes else PLAIN_TEXT
    value = b"(?:" + b"|".join((text, OTHER, LIST)) + b")"
    return re.compile(b"|".join(_object(names, value) for names in sorted(kinds)))


def _object(names: Names, value: bytes) -> bytes:
    return rb"\{" + b",".join(re.escape(_key(name)) + value for name in names) + rb"\}"


def _key(name: str) -> bytes:
    return json.dumps(name, ensure_ascii=False).encode(errors="surrogatepass") + b":"
