"""The reference: every public name with its docstring, for Sphinx to read."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import stnb

CLASSES = ("Account", "Resource", "Query", "Pull", "Tenants", "Progress", "Profile")
PICTURES = ("bars", "line", "heat", "funnel", "dots", "draw", "suggest")


def page() -> str:
    """The page in reStructuredText, which autodoc takes."""
    return "\n".join([*_titled("Reference", "="), *_functions(), *_classes(), *_pictures()])


def _titled(title: str, mark: str) -> list[str]:
    return [title, mark * len(title), ""]


def _functions() -> Iterator[str]:
    yield from _titled("Functions", "-")
    for name in stnb.__all__:
        if inspect.isfunction(getattr(stnb, name, None)):
            yield f".. autofunction:: stnb.{name}\n"


def _classes() -> Iterator[str]:
    yield from _titled("Classes", "-")
    for name in CLASSES:
        yield f".. autoclass:: stnb.{name}\n   :members:\n   :inherited-members: Mapping, dict\n"


def _pictures() -> Iterator[str]:
    yield from _titled("Pictures", "-")
    for name in PICTURES:
        if hasattr(stnb.pictures, name):
            yield f".. autofunction:: stnb.tables.charts.{name}\n"
