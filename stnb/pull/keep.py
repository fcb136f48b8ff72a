"""The pages of a pull on their way from the source into the store, and to `on_page`."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from contextlib import aclosing

from .held import Held
from .progress import PageCallback, Tracker
from .shielded import to_its_end
from .source import Arrived, Source
from .store.memory import PageStore


class Keeper:
    """Keeps what a source yields, also what had arrived when it was cancelled or failed.

    Args:
        on_page: is called with each page as a frame, in a thread.
    """

    def __init__(self, source: Source, store: PageStore, on_page: PageCallback | None) -> None:
        self.source, self.store, self._on_page = source, store, on_page

    async def read(self, tracker: Tracker) -> None:
        """Read the source to its end.

        Raises:
            StnbError: a call failed for good, or a page cannot be written.
            Exception: whatever `on_page` raises.
        """
        session, name = self.source.session, self.source.call.endpoint.name
        # A thread of its own: neither the decoders nor another pull wait for the disk or `on_page`.
        with (
            session.reading(),
            Held(name, self.store, session.credentials.limits) as held,
            concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="stnb-keep") as thread,
        ):
            try:
                async with aclosing(self.source.pages(self.store, tracker)) as pages:
                    async for page in pages:
                        await self._keep(page, thread)
                        held.add(page.part)
                        del page
            finally:
                await to_its_end(self._keep_arrived(thread))

    async def _keep_arrived(self, thread: concurrent.futures.Executor) -> None:
        """Keep what had arrived when the source was cancelled or failed."""
        for page in self.source.arrived:
            with contextlib.suppress(Exception):
                await self._keep(page, thread)

    async def _keep(self, page: Arrived, thread: concurrent.futures.Executor) -> None:
        """Put a page into the store; when cancelled meanwhile, to its end all the same."""
        if self.store.in_memory and self._on_page is None:
            self.store.put(*page)
            return
        running = asyncio.get_running_loop().run_in_executor(thread, self._put, page)
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.gather(running, return_exceptions=True)
            raise

    def _put(self, page: Arrived) -> None:
        """In a thread: keep a page, and hand it on."""
        self.store.put(*page)
        if self._on_page is not None:
            self._on_page(self.source.page_frame(page.part))
