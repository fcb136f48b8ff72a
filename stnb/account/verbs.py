"""Verbs of a resource whose signature and help name the resource's own filters."""

from __future__ import annotations

import dataclasses
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, overload

import pandas as pd

from stnb.catalog import Endpoint, Param
from stnb.errors.interrupts import in_one_line
from stnb.pull.options import Options

from . import cards, misuse

T = TypeVar("T")


def path_parameters(endpoint: Endpoint) -> list[str]:
    """The path parameters, by their names in Python, in the order of the path."""
    return [p.py for p in endpoint.required if p.where == "path"]


class Verb(Generic[T]):
    """`jobs.pull(...)`: a callable whose signature and help name the resource's own filters.

    Args:
        does: the first line of its help.
        extra: the arguments beside filters and options.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        name: str,
        does: str,
        call: Callable[..., T],
        extra: tuple[str, ...] = (),
    ) -> None:
        self._endpoint, self._does, self._call, self._extra = endpoint, does, call, extra
        self.__name__, self.__qualname__ = name, f"{endpoint.name}.{name}"

    @property
    def endpoint(self) -> Endpoint:
        """The resource whose verb this is."""
        return self._endpoint

    def __repr__(self) -> str:
        return f"<{self.__name__} of {self._endpoint.name}>"

    @in_one_line
    def __call__(self, *bare: object, **arguments: Any) -> T:
        misuse.refuse_bare(self._endpoint, self.__name__, bare)
        misuse.refuse_packed(self._endpoint, self.__name__, arguments)
        return self._call(**arguments)

    @property
    def __signature__(self) -> inspect.Signature:
        endpoint, kind = self._endpoint, inspect.Parameter.KEYWORD_ONLY
        parameters = {p.py: inspect.Parameter(p.py, kind) for p in endpoint.required}
        defaults: dict[str, Any] = dict.fromkeys(p.py for p in endpoint.filters)
        # bulk and confirm are refused if no record stands above the rows.
        for field in dataclasses.fields(Options):
            if path_parameters(endpoint) or field.name not in ("bulk", "confirm"):
                defaults[field.name] = field.default
        # A route's own filter, such as `to` in short summaries, comes before our argument.
        for name in self._extra:
            defaults.setdefault(name, None)
        for name, default in defaults.items():
            if name not in parameters:
                parameters[name] = inspect.Parameter(name, kind, default=default)
        return inspect.Signature(list(parameters.values()))

    # A property, because nobody needs the filters of all 325 resources in words at once.
    @property
    def __doc__(self) -> str:  # type: ignore[override]
        endpoint = self._endpoint
        lines = [self._does.format(endpoint.name), "", "Filters:"]
        lines += [_help_line(param) for param in endpoint.filters]
        lines += ["", _OPTIONS]
        if self._extra:
            lines.append(_RUN)
        return "\n".join([*lines, "", _RAISES])


class PullVerb(Protocol):
    """What `jobs.pull` answers, for type checkers: a frame, or where the file `to` is."""

    @overload
    def __call__(self, *bare: object, to: os.PathLike[str], **arguments: Any) -> Path: ...
    @overload
    def __call__(self, *bare: object, to: str, **arguments: Any) -> Path | str: ...
    @overload
    def __call__(self, *bare: object, to: None = None, **arguments: Any) -> pd.DataFrame: ...


def _help_line(param: Param) -> str:
    words = [param.type]
    if param.required:
        words.append("required")
    if param.where == "path":
        words.append("one or many")
    elif param.many:
        words.append(cards.several(param))
    if param.values:
        words.append(", ".join(param.values))
    return f"    {param.py}: {'; '.join(words)}"


RUN = ("to", "progress", "on_page")
PULL = "Read {} as a DataFrame."
START = "Begin a pull of {} in the background, and give the Pull that can be waited for."
WHERE = "A Query of {}: it shows what it would send, and has pull, count, head, pages and start."
_OPTIONS = """\
Options:
    limit: rows at most.
    columns: the names of those to decode; the others are skipped, which is faster. "address" takes
        all below it.
    since: only what changed since: a date or phrase, or an earlier frame or Parquet file, whose
        cursor a feed goes on from.
    keep: "newest", so that of rows with one key the newest stays, or "all".
    dtypes: "typed"; "decimal" for amounts as exact decimals; "raw" for values as they are sent:
        dates and amounts sent as text stay text.
    page_size: rows a request; chosen from the total if not given.
    concurrency: requests in flight at most. If it is not given, there are 8, and then as many as
        the server bears, from 2 to 24.
    bulk: for many records above the rows: True to read the list or feed that holds the rows of many
        at once, False for a call each; the cheaper way if not given.
    confirm: make more than 1,000 calls for that.
    max_age: such as "1 hour": rows that the same query brought and that are no older are read from
        a private file of this machine, and nothing is sent; None never."""
_RUN = """\
    to: a file, whose path is the answer. Into .parquet, or a folder, the rows stream, and the same
        call again goes on where a killed one stopped; .xlsx, .csv and .json are written at the end.
        Of recordings and other files, the folder that they go to, each whole file once.
    progress: called with a Progress at every change; False for none.
    on_page: called with each page as a DataFrame, as it arrives."""
_RAISES = """\
Raises:
    UsageError: the call cannot be made as written; nothing was sent.
    RequestError, DataError: it failed; the rows that had arrived are in err.frame, and err.resume()
        goes on."""
