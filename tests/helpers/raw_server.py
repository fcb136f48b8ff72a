"""A server on 127.0.0.1 that sends bytes as they are given, whether they are HTTP or not."""

from __future__ import annotations

import asyncio
import contextlib
import threading


class RawServer:
    """Answers each POST, which is for a token, and each GET with the same bytes.

    It closes the connection after each answer, as many of them have no other end.

    Attributes:
        url: where it is.
        heads: the first lines of each request.
    """

    def __init__(self, answer: bytes, token: bytes) -> None:
        self.answer, self.token = answer, token
        self.heads: list[bytes] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> RawServer:
        self._thread = threading.Thread(target=self._loop.run_forever, name="raw", daemon=True)
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**21)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _drop(self) -> None:
        """End what waits for a client that has gone.

        A connection with bytes left to send closes by itself only once they are sent, and would be
        said to be open in whatever test runs later.
        """
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)  # until they are closed

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        with contextlib.suppress(asyncio.CancelledError):  # asyncio would log it
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    await reader.readexactly(int(line.partition(b":")[2]))
            writer.write(self.token if head.startswith(b"POST") else self.answer)
            await writer.drain()
