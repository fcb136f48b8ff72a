"""Pages of a pull in their order, one frame each, for what does not fit in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator

import pandas as pd

from stnb.errors import Incomplete, StnbError
from stnb.frame import Decoded, Drifts, add_drift, notices
from stnb.session import loop

from . import misfits
from .answered import checks
from .misfits import Misfits
from .progress import Tracker
from .source import Arrived, Source


def in_order(source: Source) -> Iterator[pd.DataFrame]:
    """The pages of a source, each a frame that is then forgotten; later ones are fetched ahead.

    Raises:
        StnbError: a call failed; the pages before it come first.
    """
    call = source.call
    drift: Drifts = {}
    unfit = [Misfits(check) for check in checks(call)]
    left, read, cut = source.paging.limit, 0, False
    for notice in notices.hidden(call.endpoint, call.filters):
        notices.warn(notice)
    for part in _by_places(_as_they_arrive(source)):
        if left is not None and left <= 0:
            continue
        add_drift(drift, part.drift)
        whole = source.page_frame(part)
        frame = whole.iloc[:left]
        cut = len(frame) < len(whole)
        read += len(frame)
        if left is not None:
            left -= len(frame)
        misfits.add(unfit, misfits.of_frame(frame))
        yield frame
    for text in source.notices:
        notices.warn(notices.Notice(Incomplete, text))
    for notice in source.adapted:
        notices.warn(notice)
    for notice in misfits.notices(call.endpoint, [each for each in unfit if each.wrong]):
        notices.warn(notice)
    for notice in notices.first(call.endpoint, _which(source, read, cut=cut)):
        notices.warn(notice)
    for notice in notices.drifted(call.endpoint, drift):
        notices.warn(notice)


def _which(source: Source, read: int, *, cut: bool) -> str:
    """Which rows a limit let through, in words; "" if it held none back."""
    limit = source.paging.limit
    if limit is None or read < limit:
        return ""
    said_all = source.more is False or source.total == read
    if said_all and not cut:
        return ""
    return notices.first_rows(read, source.total, order=source.order)


def _by_places(pages: Iterator[Arrived]) -> Iterator[Decoded]:
    """The pages in their order. Places may stay empty, as a batch of ids has further pages or none:
    what lies behind such a one comes at the end.
    """
    expected = 0
    ahead: dict[int, Decoded] = {}  # what arrived before its turn
    for page in pages:
        ahead[page.place] = page.part
        while expected in ahead:
            yield ahead.pop(expected)
            expected += 1
    for place in sorted(ahead):
        yield ahead[place]


def _as_they_arrive(source: Source) -> Iterator[Arrived]:
    """Drive the walk from the reader's thread, one page at a time."""
    walk = source.pages(source.memory(), Tracker())
    try:
        while (page := loop.run(_next, walk)) is not None:
            yield page
        return
    except StnbError as err:
        failure = err
    finally:
        loop.run(_closed, walk)
    yield from source.arrived  # what came beside the page that failed
    # The frames of the loop's thread say nothing to the reader.
    raise failure.with_traceback(None)


async def _next(walk: AsyncGenerator[Arrived, None]) -> Arrived | None:
    return await anext(walk, None)


async def _closed(walk: AsyncGenerator[Arrived, None]) -> None:
    """Close the walk; a step of it that was interrupted comes to its end first."""
    while getattr(walk, "ag_running", False):
        await asyncio.sleep(0.001)
    await walk.aclose()
