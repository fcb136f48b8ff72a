"""A page's bytes -> a table, in threads beside the loop: pyarrow releases the GIL."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import os
from collections.abc import Callable, Mapping

from stnb.errors import UnexpectedAnswer
from stnb.frame import Decoded, Shape, decode

from .call import Call
from .file_table import file_table
from .paging.models import Page

DECODERS = 2  # threads: two keep up with the network
ASSEMBLERS = 2  # threads


class Unreadable(Exception):
    """A page that is no JSON, on its way from the decoder's thread."""


async def in_thread(work: Callable[[Page], Decoded], page: Page) -> Decoded:
    """Decode a page in one of the threads."""
    return await asyncio.get_running_loop().run_in_executor(_decoders(os.getpid()), work, page)


def table_of(page: Page, call: Call, shape: Shape, data_types: Mapping[str, str] | None) -> Decoded:
    """The rows of a page.

    Args:
        data_types: of the fields of a report.

    Raises:
        Unreadable: it is no JSON, and another try may bring some.
        UnexpectedAnswer: another try would bring the same.
    """
    if page.rows_at == "file":
        return file_table(page)
    positional = call.endpoint.positional
    try:
        return decode(
            page.content, page.rows_at, shape, positional=positional, data_types=data_types
        )
    except UnexpectedAnswer as err:
        if err.final:
            raise
        raise Unreadable(err) from None


@functools.cache
def _decoders(pid: int) -> concurrent.futures.ThreadPoolExecutor:
    """The decoding threads of this process: a fork has none of its parent's."""
    return concurrent.futures.ThreadPoolExecutor(DECODERS, thread_name_prefix="stnb-decode")


@functools.cache
def assemblers(pid: int) -> concurrent.futures.ThreadPoolExecutor:
    """The threads of this process that put frames together. The pages and the frame of each pull
    are in memory then, so few do it at a time.
    """
    return concurrent.futures.ThreadPoolExecutor(ASSEMBLERS, thread_name_prefix="stnb-assemble")
