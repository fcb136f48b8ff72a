"""The options of a pull, checked before anything is sent: one that would silently be ignored is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd

from stnb.catalog import Endpoint
from stnb.catalog.facts import MODIFIED
from stnb.errors import BadFilter, numbers, tongue
from stnb.frame import Dtypes, Shape, narrow, shape_of
from stnb.frame.save import writer
from stnb.frame.target import arrow_path

from .body_windows import START
from .call import Call
from .kept.age import age_of
from .paging.models import Paging


@dataclass(frozen=True)
class Requested:
    """What the caller wants of the rows.

    Attributes:
        shape: the columns that are decoded, and as what; None for all, typed.
        hidden: columns that are decoded for the key alone, and left out of the frame.
        keep: "newest", so that of rows with one key the newest stays, or "all".
    """

    shape: Shape | None = None
    hidden: tuple[str, ...] = ()
    keep: Literal["newest", "all"] = "newest"


@dataclass(frozen=True)
class Options:
    """What a query takes beside its filters; see `jobs.pull?` for what each one does."""

    limit: int | None = None
    columns: Sequence[str] | None = None
    since: Any = None
    keep: Literal["newest", "all"] = "newest"
    dtypes: Dtypes = "typed"
    page_size: int | None = None
    concurrency: int | None = None
    bulk: bool | None = None
    confirm: bool = False
    max_age: Any = None

    def chosen(self) -> dict[str, str]:
        """The options that differ from the usual, as text."""
        chosen = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, pd.DataFrame):
                chosen[field.name] = "an earlier frame"
            elif value is not field.default and value != field.default:
                chosen[field.name] = str(value)[:80]
        return chosen

    def chosen_values(self) -> dict[str, Any]:
        """The options that differ from the usual, as they were given."""
        return {name: getattr(self, name) for name in self.chosen()}

    def check(self, endpoint: Endpoint, *, many: bool = False) -> None:
        """Refuse what does not fit the route, or what it could do nothing with.

        Args:
            many: whether the route is read for many records; then `concurrency` is how many of them
                are read at once.

        Raises:
            BadFilter: an option does not fit.
        """
        for name in ("limit", "page_size", "concurrency"):
            _check_count(name, getattr(self, name))
        self._check_page_size(endpoint)
        if endpoint.sequential or not many:
            self._check_concurrency(endpoint)
        if not many:
            self._check_single(endpoint)
        if self.keep not in ("newest", "all"):
            raise BadFilter(
                f"keep={self.keep!r} does not fit.",
                'It is "newest", so that of rows with one key the newest stays, or "all".',
                "Leave it out for the newest.",
            )
        self._check_dtypes(endpoint)
        age = age_of(self.max_age)
        if age and endpoint.kind == "file":
            raise BadFilter(
                f"{tongue.either('max_age=', '--max-age')} does not fit.",
                f"{endpoint.name} is a file, and rows alone are kept.",
                "Leave it out.",
            )

    def _check_page_size(self, endpoint: Endpoint) -> None:
        if self.page_size is None:
            return
        if endpoint.takes("pageSize") is None:
            raise BadFilter(
                f"{_size(self.page_size)} does not fit.",
                f"{endpoint.name} takes no page size: the server chooses how many rows an answer "
                "has.",
                "Leave it out.",
            )
        most = endpoint.page_size_max
        if most is not None and self.page_size > most:
            raise BadFilter(
                f"{_size(self.page_size)} does not fit.",
                f"{endpoint.name} gives {most:,} rows a page at most.",
                "Ask for fewer, or leave it out.",
            )

    def _check_concurrency(self, endpoint: Endpoint) -> None:
        if self.concurrency in (None, 1):
            return
        if endpoint.sequential:
            why = "does not bear two calls at once"
        elif endpoint.kind != "list":
            why = "is read in one request, or by a cursor in order"
        else:
            return
        raise BadFilter(
            f"concurrency={self.concurrency} does not fit.",
            f"{endpoint.name} {why}.",
            "Leave it out.",
        )

    def _check_single(self, endpoint: Endpoint) -> None:
        """Refuse what is only for a route that is read for many records."""
        if self.bulk is None and not self.confirm:
            return
        name = "confirm" if self.bulk is None else "bulk"
        then = "Leave it out."
        for param in endpoint.params:
            if param.where == "path":
                then = f"Leave it out, or give several, as in {param.py}=[1, 2, 3]."
        raise BadFilter(
            f"{name}= does not fit.",
            "It is for a route below a record that is read for many records at once.",
            then,
        )

    def _check_dtypes(self, endpoint: Endpoint) -> None:
        why = (
            'It is "typed", "decimal" for exact amounts, or "raw" for values as the API sends them.'
        )
        if self.dtypes not in get_args(Dtypes):
            raise BadFilter(
                f"dtypes={self.dtypes!r} does not fit.", why, 'Leave it out for "typed".'
            )
        if self.dtypes == "decimal" and (endpoint.positional or not shape_of(endpoint).leaves):
            why = (
                f"The catalogue knows no columns of {endpoint.name}, and so none that is an amount."
            )
            raise BadFilter(
                'dtypes="decimal" does not fit.',
                why,
                "Leave it out, and convert the columns in pandas.",
            )

    def paging(self, now: Callable[[], str | None]) -> Paging:
        """How to walk the pages; `now`, the server's time, bounds a list that is read in
        several.
        """
        return Paging(
            limit=self.limit,
            page_size=self.page_size,
            concurrency=self.concurrency,
            now=now,
        )

    def requested(self, endpoint: Endpoint) -> Requested:
        """Which columns are decoded, and as what.

        Raises:
            BadFilter: the catalogue has no such column, or the rows have none that it knows.
        """
        shape = shape_of(endpoint, self.dtypes)
        if self.columns is None:
            return Requested(shape, keep=self.keep)
        if not isinstance(self.columns, Iterable):
            raise BadFilter(
                f"columns={self.columns!r} does not fit.",
                "It takes names of columns.",
                'Write columns=["id"], say; the names complete with the Tab key.',
            )
        names = list(self.columns)
        if isinstance(self.columns, str):
            names = [self.columns]
        if not names or not shape.leaves or endpoint.kind == "file" or endpoint.positional:
            why = f"The catalogue knows no columns of {endpoint.name}."
            if not names:
                why = "The list is empty."
            name = tongue.either("columns=", "--columns")
            raise BadFilter(f"{name} does not fit.", why, "Leave it out, and select in pandas.")
        chosen = narrow(shape, names)
        shown = {leaf.path for leaf in chosen.leaves}
        # The key finds repeats, modifiedOn says which is the newest, and a slot's start of which
        # call it is.
        found_by = [*endpoint.key, MODIFIED]
        if endpoint.window_days is not None:
            found_by.append(START)
        needed = [name for name in found_by if name in shape.by_path]
        hidden = tuple(name for name in needed if name not in shown)
        if hidden:
            chosen = narrow(shape, [*names, *hidden])
        return Requested(chosen, hidden, self.keep)


def _size(rows: int) -> str:
    return tongue.either(f"page_size={rows}", f"--page-size {rows}")


def _check_count(name: str, value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        advice = "Leave it out for stnb's own choice."
        if (numbers.whole(str(value).removesuffix(".0")) or 0) >= 1:
            advice = f"Write {name}={str(value).removesuffix('.0')}."
        raise BadFilter(
            f"{name}={value!r} does not fit.", "It is a whole number from 1 on.", advice
        )


def target(call: Call, to: Any) -> Path:
    """The file that a pull goes to: as named, or `jpm_jobs.parquet` in a folder.

    Raises:
        BadFilter: it is no path of this machine, its ending is that of no format, or the route has
            no rows.
        SetupError: Excel needs a package that is not installed.
    """
    path = arrow_path(to)
    if call.endpoint.kind == "file":
        raise BadFilter(
            "to= does not fit.",
            f"{call.endpoint.name} is a file, not rows.",
            "Write the bytes of get(…) yourself.",
        )
    if path.suffix and not path.is_dir():
        writer(path)  # for its check, before the rows are read
        return path
    return path / f"{table_name(call.endpoint)}.parquet"


def table_name(endpoint: Endpoint) -> str:
    """What a resource is called as a table: "jpm.jobs" and its feed "jpm.export.jobs" are both
    jpm_jobs.
    """
    return endpoint.name.replace(".export.", ".").replace(".", "_")
