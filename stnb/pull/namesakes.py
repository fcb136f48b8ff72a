"""Which columns the name of a filter may be about."""

from __future__ import annotations

from collections.abc import Iterator


def namesakes(name: str) -> Iterator[str]:
    """The columns that a filter's name may be about."""
    yield name
    singular = name
    if name.endswith("ies"):
        singular = f"{name[:-3]}y"
    elif name.endswith("uses"):
        singular = name[:-2]
    elif name.endswith("s"):
        singular = name[:-1]
    if singular != name:
        yield singular
    if singular.endswith("Id"):
        yield f"{singular[:-2]}.id"
    yield f"{singular}.name"
