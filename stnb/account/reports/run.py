"""`r.run(…)` and `r.start(…)`: verbs whose signature and help name the report's own parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from stnb.errors import BadFilter
from stnb.errors.interrupts import in_one_line

from .models import Description

T = TypeVar("T")
OPTIONS = ("to", "progress", "on_page", "limit", "dtypes", "max_age")


class Run(Generic[T]):
    """`r.run(...)`: a callable whose signature and help name the report's own parameters."""

    def __init__(self, about: Description, name: str, does: str, call: Callable[..., T]) -> None:
        self._about, self._does, self._call = about, does, call
        self.__name__, self.__qualname__ = name, f"report.{name}"

    def __repr__(self) -> str:
        return f"<{self.__name__} of the report {self._about.name!r}>"

    @in_one_line
    def __call__(self, /, *bare: object, **arguments: Any) -> T:
        if bare:
            name = next((p.py for p in self._about.parameters), "limit")
            raise BadFilter(
                f"{bare[0]!r} stands alone in {self.__name__}().",
                "A report's parameters are given by their names.",
                f"Write {self.__name__}({name}={bare[0]!r}), if that one is meant.",
            )
        return self._call(**arguments)

    @property
    def __signature__(self) -> inspect.Signature:
        kind = inspect.Parameter.KEYWORD_ONLY
        found: dict[str, inspect.Parameter] = {}
        ordered = sorted(self._about.parameters, key=lambda parameter: not parameter.required)
        for p in ordered:
            default: Any = inspect.Parameter.empty if p.required else None
            found.setdefault(
                p.py, inspect.Parameter(p.py, kind, default=default, annotation=p.annotation)
            )
        for name in OPTIONS:
            default = "typed" if name == "dtypes" else None
            found.setdefault(name, inspect.Parameter(name, kind, default=default))
        return inspect.Signature(list(found.values()))

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        lines = [self._does.format(self._about.name), "", "Parameters:"]
        lines += [f"    {p.py}: {p.in_words}" for p in self._about.parameters]
        return "\n".join([*lines, "", _REST])


RUN = "Run the report {}, and answer its rows as a DataFrame."
START = "Begin a run of the report {} in the background, and give the Pull to wait for."
_REST = """\
Options:
    to: a file that the rows go to, whose path is then the answer.
    progress, on_page: as `pull` takes them.
    limit: rows at most.
    dtypes: "typed", or "raw" for values as they are sent.
    max_age: rows of an earlier run may be so old, such as "1 hour", as a run costs a minute.

A day is "2026-07-01", "yesterday" or a span such as "last month": From takes its first day, To its
last. A choice is given by its value or its name.

Raises:
    UsageError: a parameter is missing, unknown or does not fit; nothing was run.
    RequestError, DataError: it failed; err.resume() goes on."""
