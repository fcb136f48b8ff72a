"""A unique name for each route: its fixed segments joined by dots."""

from __future__ import annotations

import re
from collections.abc import Iterable


def names_of(paths: Iterable[str]) -> dict[str, str]:
    """The name of each path.

    A path that ends in a parameter reads one record of the list before it: `.get`. If two paths
    still share a name, the one with fewer parameters has it, and the other says by what it is
    read: `.by_id`.

    >>> names_of(["/jpm/v2/tenant/{tenant}/job-types", "/jpm/v2/tenant/{tenant}/job-types/{id}"])
    {'/jpm/v2/tenant/{tenant}/job-types': 'jpm.job_types', \
'/jpm/v2/tenant/{tenant}/job-types/{id}': 'jpm.job_types.get'}
    """
    every = set(paths)
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    for path in sorted(every, key=_precedence):
        name = _name(path, every, taken)
        assert name not in taken, (name, path, taken[name])
        taken[name] = path
        names[path] = name
    return names


def _precedence(path: str) -> tuple[int, bool, bool, str]:
    """Who gets a name first; of telecom's two versions of calls, v3 does."""
    is_old_telecom = "/v2/" in path and "telecom" in path
    return path.count("{"), path.endswith("}"), is_old_telecom, path


def _name(path: str, every: set[str], taken: dict[str, str]) -> str:
    module, version, segments = _split(path)
    fixed, parameters = [], []
    for segment in segments:
        if segment.startswith("{"):
            parameters.append(segment.strip("{}"))
        else:
            fixed.append(segment)
    name = ".".join(map(_snake, [module, *fixed]))
    if segments[-1].startswith("{") and path.rpartition("/")[0] in every:
        name += ".get"
    if name not in taken:
        return name
    if parameters:
        return f"{name}.by_{_snake(parameters[-1])}"
    return name.replace(".", f".{version}.", 1)


def _split(path: str) -> tuple[str, str, list[str]]:
    """(module, version, the segments behind the tenant's id)."""
    module, *rest = path.strip("/").split("/")
    at = rest.index("tenant")
    return module, rest[at - 1], rest[at + 2 :]


def _snake(segment: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", segment).replace("-", "_").lower()
