"""Pages of a pull in their order, one frame each, for what does not fit in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pandas as pd

from stnb.errors import Incomplete, StnbError
from stnb.frame import Drifts, add_drift, file_frame, notices
from stnb.session import loop

from .run import Pull


def in_order(run: Pull) -> Iterator[pd.DataFrame]:
    """The pages of a pull that was not started, each a frame that is then forgotten; later ones are
    fetched ahead.
    """
    walk, e, parts = run.decoded(), run.call.endpoint, run.shelf.parts  # type: ignore[attr-defined]
    drift: Drifts = {}
    expected, left = 0, run.plan.limit
    failure: StnbError | None = None
    for notice in notices.hidden(e, run.call.given):
        notices.warn(notice)
    try:
        more = True
        while more:
            try:
                more = loop.run(_next(walk)) is not None
            except StnbError as err:  # the pages before it come first
                more, failure = False, err
            while expected in parts and (left is None or left > 0):
                part = parts.pop(expected)
                add_drift(drift, part.drift)
                page = run.page_frame(part).iloc[:left]
                left = None if left is None else left - len(page)
                expected += 1
                yield page
    finally:
        loop.run(_close(walk))
    if failure is not None:
        raise failure.with_traceback(None)
    if run.file is not None:
        yield file_frame((run.file.content, run.file.content_type))
    for notice in [
        *(notices.Notice(Incomplete, text) for text in run.plan.notices),
        *notices.drifted(e, drift),
    ]:
        notices.warn(notice)


async def _next(walk: AsyncIterator[int]) -> int | None:
    return await anext(walk, None)


async def _close(walk: Any) -> None:
    await walk.aclose()
