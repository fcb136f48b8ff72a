"""What a reader should know about a frame, in one sentence each, and the warning that says it."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

from stnb.catalog import Endpoint
from stnb.errors import (
    ColumnDrift,
    FilterIgnored,
    FirstRows,
    HiddenRows,
    Incomplete,
    KeptRows,
    StnbWarning,
    printable,
    tongue,
)
from stnb.errors.wording import counted

from . import quiet
from .drift import Drifts, sentences, split_off_texts, without_conversions

# What is said of the rows of one pull alone.
EACH_TIME = (FilterIgnored, FirstRows, Incomplete, KeptRows)
MOST_COLUMNS = 4  # that a warning names; more would not be read


@dataclass(frozen=True)
class Notice:
    """A sentence for the reader.

    Attributes:
        text: it; names of columns and values in it may come from a server.
        key: notices with one key are warned of once a process, even if their figures differ;
            without it, those with one text.
        differs: the resource and its columns, of a notice that they differ from the catalogue.
    """

    category: type[StnbWarning]
    text: str
    key: str = ""
    differs: tuple[Endpoint, Drifts] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))


def hidden(endpoint: Endpoint, given: Mapping[str, str]) -> list[Notice]:
    """That inactive rows are left out, if the API does so unless it is asked for them."""
    if endpoint.shows_all is None or endpoint.shows_all[0] in given:
        return []
    name, value = endpoint.shows_all
    shown = "True" if value == "true" else f'"{value}"'
    option = tongue.either(f"{name}={shown}", f"--{name} {value}")
    text = (
        f"{endpoint.name} leaves inactive rows out unless they are asked for:"
        f" add {option} to see all."
    )
    return [Notice(HiddenRows, text)]


def drifted(endpoint: Endpoint, drift: Drifts) -> list[Notice]:
    """That columns differ from the catalogue."""
    others, broken = split_off_texts(drift)
    found = []
    if others:
        text = f"{endpoint.name} differs from the catalogue: {_listed(others)}."
        differs = (endpoint, others)
        found.append(Notice(ColumnDrift, f"{text} Nothing was dropped.", differs=differs))
    if broken:
        found.append(broken_text(endpoint.name, _listed(broken)))
    return found


def made_text(found: Sequence[Notice], columns: Collection[str]) -> list[Notice]:
    """The notices of a frame of which some columns have become the text that was sent, so that
    nothing in them is converted any more.
    """
    told: list[Notice] = []
    for notice in found:
        if notice.differs is None:
            told.append(notice)
            continue
        endpoint, drift = notice.differs
        left: Drifts = {}
        for column, several in drift.items():
            kept = without_conversions(several) if column in columns else several
            if kept:
                left[column] = list(kept)
        told += drifted(endpoint, left)
    return told


def _listed(drift: Drifts) -> str:
    """The columns, each with what is said of it; the first of them if they are many."""
    named = [f"{column} {what}" for column, what in sentences(drift).items()]
    if len(named) > MOST_COLUMNS:
        named[MOST_COLUMNS:] = [f"and {len(named) - MOST_COLUMNS} more, in df.attrs"]
    return "; ".join(named)


def broken_text(name: str, what: str) -> Notice:
    """That an answer held texts that are none; `what` says in which columns, and in how many
    rows.
    """
    return Notice(ColumnDrift, f"{name} sent broken text: {what}.")


def stopped(endpoint: Endpoint, how: str, rows: int, total: int | None) -> list[Notice]:
    """That a pull ended early: `how` is "was cancelled" or "failed"."""
    of = _of(rows, total)
    text = f"The pull of {endpoint.name} {how}: {rows:,} rows{of} had arrived."
    return [Notice(Incomplete, text)]


def first(endpoint: Endpoint, which: str) -> list[Notice]:
    """That `limit` ended the pull; `which` is what `first_rows` says of the rows."""
    if not which:
        return []
    return [Notice(FirstRows, f"{endpoint.name}: {which}.")]


def first_rows(rows: int, total: int | None, *, order: str = "") -> str:
    """Which rows of how many a limit let through, in words.

    Args:
        total: the server's own count; one that is below the rows is refuted, and not said.
        order: "oldest first", "newest first" or "".

    Example:
        >>> first_rows(50, 21_000, order="oldest first")
        'the first 50 of 21,000, oldest first'
    """
    of = _of(rows, total) or ", and the server did not say of how many"
    text = f"the first {rows:,}{of}"
    return f"{text}, {order}" if order else text


def _of(rows: int, total: int | None) -> str:
    """Of how many rows there are so many, in words; "" if the server did not say, or counted fewer:
    its count is refuted then.
    """
    if total is None or total < rows:
        return ""
    return f" of {total:,}"


def arrived(rows: int, total: int | None, how: str) -> str:
    """Which rows of how many a pull has that ended early, in words.

    Example:
        >>> arrived(1_200, 21_000, "was cancelled")
        'the 1,200 of 21,000 that had arrived when the pull was cancelled'
    """
    return f"the {rows:,}{_of(rows, total)} that had arrived when the pull {how}"


def short(
    endpoint: Endpoint, rows: int, total: int | None, duplicates: int, limit: int | None = None
) -> list[Notice]:
    """That a list gave fewer rows than it said it has, or than were asked for of them."""
    if total is None or rows >= total or (limit is not None and rows >= limit):
        return []
    twice = f", {duplicates:,} of them twice" if duplicates else ""
    text = (
        f"{endpoint.name} said that it has {counted(total, 'row')} and gave {rows:,}{twice}:"
        " likely rows changed while they were read. Pull again to be sure."
    )
    return [Notice(Incomplete, text)]


def came_twice(endpoint: Endpoint, duplicates: int) -> Notice:
    """That rows of a list came twice, and nothing says whether others are missing."""
    rows = counted(duplicates, "row")
    text = (
        f"{endpoint.name} gave {rows} twice, and did not say how many there are: others may be "
        "missing, likely as rows changed while they were read. Pull again to be sure."
    )
    return Notice(Incomplete, text)


def unfound(endpoint: Endpoint, rows: int, asked: int | None) -> list[Notice]:
    """That some of the ids asked for have no row."""
    if asked is None or rows >= asked or endpoint.key != ("id",):
        return []
    or_hidden = ", or inactive and so left out" if endpoint.shows_all else ""
    text = (
        f"{rows:,} of the {asked:,} ids were found in {endpoint.name};"
        f" the others are unknown there{or_hidden}."
    )
    return [Notice(StnbWarning, text)]


# -- warning

_SAID: set[str] = set()
_HEARD: ContextVar[list[Notice] | None] = ContextVar("heard", default=None)


@contextlib.contextmanager
def heard() -> Iterator[list[Notice]]:
    """Collect what would be warned of in this thread meanwhile: widgets show it in their own place,
    and tenants add their name.

    Example:
        >>> with heard() as told:
        ...     st.name_columns(df)
    """
    told: list[Notice] = []
    token = _HEARD.set(told)
    try:
        yield told
    finally:
        _HEARD.reset(token)


def forget() -> None:
    """Forget what was warned of in this process, so that all of it is warned of again."""
    _SAID.clear()


def warn(notice: Notice) -> None:
    """Warn at the line of the reader's code that called us.

    That rows are missing, or too many, is warned of each time, anything else once a process.
    """
    told = _HEARD.get()
    if told is not None:
        told.append(notice)
        return
    if is_due(notice):
        quiet.listen()
        warnings.warn(notice.text, notice.category, stacklevel=_level_of_reader())


def is_due(notice: Notice) -> bool:
    """Whether a notice is to be warned of now; the caller does so, and the next time it may not be
    due.
    """
    if notice.category in EACH_TIME:
        return True
    said = notice.key or notice.text
    if said in _SAID:
        return False
    _SAID.add(said)
    return True


def _level_of_reader() -> int:
    """How many frames above `warn` the code lies that is not of this package."""
    package = os.path.join(os.path.dirname(os.path.dirname(__file__)), "")
    level, frame = 0, sys._getframe(0)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame, level = frame.f_back, level + 1
    return level
