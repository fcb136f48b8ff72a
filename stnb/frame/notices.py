"""What a reader should know about a frame, in one sentence each, and the warning that says it once."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextvars import ContextVar

from stnb.catalog import Endpoint
from stnb.errors import ColumnDrift, HiddenRows, Incomplete, KnownTrap, StnbWarning

Notice = tuple[type[StnbWarning], str]
_SAID: set[str] = set()
FIGURES = re.compile(r"\d[\d,]*")


def hidden(endpoint: Endpoint, given: Mapping[str, str]) -> list[Notice]:
    """That inactive rows are left out, where the API does so unless asked (facts §7)."""
    if endpoint.shows_all is None or endpoint.shows_all[0] in given:
        return []
    name, value = endpoint.shows_all
    shown = "True" if value == "true" else f'"{value}"'
    return [
        (
            HiddenRows,
            f"{endpoint.name} leaves inactive rows out unless they are asked for: add {name}={shown} to see all.",
        )
    ]


def drifted(endpoint: Endpoint, drift: Mapping[str, str]) -> list[Notice]:
    """That columns differ from the catalogue."""
    if not drift:
        return []
    first = "; ".join(f"{column} {what}" for column, what in list(drift.items())[:4])
    rest = f"; and {len(drift) - 4} more, in df.attrs" if len(drift) > 4 else ""
    return [
        (
            ColumnDrift,
            f"{endpoint.name} differs from the catalogue: {first}{rest}. Nothing was dropped.",
        )
    ]


def stopped(endpoint: Endpoint, how: str, rows: int, total: int | None) -> list[Notice]:
    """That a pull ended early: `how` is "was cancelled" or "failed"."""
    of = f" of {total:,}" if total is not None else ""
    return [(Incomplete, f"The pull of {endpoint.name} {how}: {rows:,} rows{of} had arrived.")]


def short(endpoint: Endpoint, rows: int, total: int | None, duplicates: int) -> list[Notice]:
    """That a list gave fewer rows than it said it has."""
    if total is None or rows >= total:
        return []
    twice = f", {duplicates:,} of them twice" if duplicates else ""
    said = f"{endpoint.name} said that it has {total:,} rows and gave {rows:,}{twice}"
    return [
        (Incomplete, f"{said}: likely rows changed while they were read. Pull again to be sure.")
    ]


def unfound(endpoint: Endpoint, rows: int, asked: int | None) -> list[Notice]:
    """That some of the ids asked for have no row."""
    if asked is None or rows >= asked or endpoint.key != ("id",):
        return []
    hidden = ", or inactive and so left out" if endpoint.shows_all else ""
    return [
        (
            StnbWarning,
            f"{rows:,} of the {asked:,} ids were found in {endpoint.name}; the others are unknown there{hidden}.",
        )
    ]


_HEARD: ContextVar[list[str] | None] = ContextVar("heard", default=None)


@contextlib.contextmanager
def heard() -> Iterator[list[str]]:
    """What would be warned of in this thread meanwhile, as texts: for widgets, which show it in
    their own place.

    Example:
        >>> with heard() as texts:
        ...     st.name_columns(df)
    """
    texts: list[str] = []
    token = _HEARD.set(texts)
    try:
        yield texts
    finally:
        _HEARD.reset(token)


def warn(notice: Notice) -> None:
    """Warn at the line of the reader's code that called us; incompleteness each time, the rest once
    a process.
    """
    category, text = notice
    if (texts := _HEARD.get()) is not None:
        texts.append(text)
        return
    said = (
        FIGURES.sub("", text) if category is KnownTrap else text
    )  # its counts differ from pull to pull
    if category is not Incomplete:
        if said in _SAID:
            return
        _SAID.add(said)
    level, frame = 1, sys._getframe(0)
    home = os.path.join(os.path.dirname(os.path.dirname(__file__)), "")  # of the package
    while frame.f_back is not None and frame.f_code.co_filename.startswith(home):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, category, stacklevel=level)
