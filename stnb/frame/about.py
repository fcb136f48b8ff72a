"""What a frame says of itself, as far as each part is of its kind: a file may have brought it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The parts of `attrs["stnb"]`; each may be None too.
KINDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("resource", "dtypes", "environment", "timezone", "path"), str),
    **dict.fromkeys(("first", "order", "stopped", "began", "until", "continue_from"), str),
    **dict.fromkeys(("tenant", "rows", "total", "pages", "requests", "duplicates"), int),
    **dict.fromkeys(("params", "bounds", "unfit", "drift", "tenants", "problems"), dict),
    **dict.fromkeys(("notices", "new_columns", "keys"), list),
    "complete": bool,
    "seconds": (int, float),
}
TEXTS = ("notices", "new_columns", "keys")  # lists of texts
MOST = 2**63  # more than any count


def about_of(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """A frame's `attrs["stnb"]` without the parts that are not of their kind; {} if it has none.

    Example:
        >>> about_of({"stnb": {"resource": "jpm.jobs", "rows": "many"}})
        {'resource': 'jpm.jobs'}
    """
    found = attrs.get("stnb")
    if not isinstance(found, dict):
        return {}
    wrong = [name for name, value in found.items() if not _is_sound(name, value)]
    if not wrong:
        return found
    return {name: value for name, value in found.items() if name not in wrong}


def _is_sound(name: Any, value: Any) -> bool:
    kind = KINDS.get(name)
    if kind is None or value is None:
        return True
    if kind is int:
        return type(value) is int and 0 <= value < MOST
    if name in TEXTS:
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    return isinstance(value, kind)
