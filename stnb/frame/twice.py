"""Keys that stand twice in one object of a page: JSON's readers keep the last value.

RFC 8259 leaves open what they mean. Arrow's reader refuses such a page, so that only the careful
path has to look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from stnb.errors.nesting import loads

from .drift import Drift, Drifts, Kind, add_drift
from .schema import Shape

Pairs = list[tuple[str, Any]]


class _Doubled(dict[str, Any]):
    """An object with keys that stood twice."""

    __slots__ = ("keys_twice",)
    keys_twice: frozenset[str]


def watching(found: list[str]) -> Callable[[Pairs], dict[str, Any]]:
    """A hook for `json.loads` that makes objects, and adds the keys of the first one with a key
    twice to `found`.
    """

    def made(pairs: Pairs) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs) and not found:
            found.extend(key for key, _ in pairs)
        return values

    return made


def note_twice(document: bytes, shape: Shape, drifts: Drifts) -> None:
    """Note the columns of a page with keys that stand twice in one object, and in how many rows.

    Example:
        >>> drifts: Drifts = {}
        >>> note_twice(b'{"data": [{"id": 1, "id": 2}]}', shape_of(st.jpm.jobs.endpoint), drifts)
        >>> sentences(drifts)
        {'id': 'stood twice in one object in 1 row; the last value was kept'}
    """
    body = loads(document, object_pairs_hook=_marking(), strict=False)
    rows: Iterable[Any] = body["data"]
    for key in _keys_twice(body):
        add_drift(drifts, {key: [Drift(key, Kind.TWICE)]})
    for row in rows:
        for path in dict.fromkeys(_paths(row, "", shape)):
            if shape.reads(path):
                add_drift(drifts, {path: [Drift(path, Kind.TWICE, 1)]})


def _marking() -> Callable[[Pairs], dict[str, Any]]:
    """A hook for `json.loads` that makes objects, and marks those with a key twice."""
    # Thousands of objects have the same keys twice: they share one set of names.
    shared: dict[frozenset[str], frozenset[str]] = {}

    def made(pairs: Pairs) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) == len(pairs):
            return values
        counted = Counter(key for key, _ in pairs)
        names = frozenset(key for key, times in counted.items() if times > 1)
        doubled = _Doubled(values)
        doubled.keys_twice = shared.setdefault(names, names)
        return doubled

    return made


def _keys_twice(value: Any) -> Iterable[str]:
    if isinstance(value, _Doubled):
        return sorted(value.keys_twice)
    return ()


def _paths(value: Any, above: str, shape: Shape) -> Iterable[str]:
    """The columns with a key that stands twice; what lies in a list is of the list's column."""
    for key in _keys_twice(value):
        yield f"{above}{key}"
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        path = f"{above}{key}"
        if isinstance(inner, dict) and path not in shape.by_path:
            yield from _paths(inner, f"{path}.", shape)
        elif _is_doubled(inner):
            yield path


def _is_doubled(value: Any) -> bool:
    """Whether a key stands twice in it, at any depth."""
    if isinstance(value, _Doubled):
        return True
    if isinstance(value, dict):
        return any(map(_is_doubled, value.values()))
    return isinstance(value, list) and any(map(_is_doubled, value))
