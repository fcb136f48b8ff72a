"""One private event loop on one daemon thread, for everything that waits for the network.

It works inside Jupyter's running loop and in plain scripts alike, and a wait for it can be
interrupted: Python raises KeyboardInterrupt wherever the main thread is, and if that is a finaliser
or a callback, the interrupt is lost. So a wait on the main thread handles the signal itself.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import os
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from stnb.errors import Interrupted

from . import ending

P = ParamSpec("P")
T = TypeVar("T")
_MAKING = threading.Lock()
_THREAD: threading.Thread | None = None  # that of the loop
_STOP: _Stop | None = None
LONGEST_STOP = 5.0  # seconds; a fork does not wait longer for the loop's thread, nor it for a fork
POLL = 0.1  # seconds between looks: on some systems a wait without an end cannot be interrupted


def run(function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call on the private loop and wait for the result. Ctrl-C cancels it and returns at once.

    Raises:
        Interrupted: it was interrupted.
    """
    try:
        return wait(submit(function, *args, **kwargs))
    except KeyboardInterrupt:
        pass  # raised below, without the frames of the wait
    raise Interrupted


def submit(
    function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> concurrent.futures.Future[T]:
    """Call on the private loop; the result comes through the future.

    The coroutine is made there as well. One that the main thread makes and an interrupt then keeps
    from its loop would be "never awaited".

    Raises:
        UsageError: Python is at its end.
    """
    future: concurrent.futures.Future[T] = concurrent.futures.Future()
    try:
        loop = _loop(os.getpid())
    except RuntimeError as err:  # there is none yet, and its thread does not start any more
        raise ending.said(err) from None
    made = functools.partial(function, *args, **kwargs)
    loop.call_soon_threadsafe(_begin, loop, made, future)
    return future


def _begin(
    loop: asyncio.AbstractEventLoop,
    made: Callable[[], Coroutine[Any, Any, T]],
    future: concurrent.futures.Future[T],
) -> None:
    """Start, on the loop's own thread, what hands its result to the future."""

    async def call() -> T:
        return await made()

    def hand_over(ended: asyncio.Task[T]) -> None:
        error: BaseException | None = None
        if ended.cancelled():
            future.cancel()
        else:
            error = ended.exception()  # looked at also if nobody waits any more, or Python warns
        if not future.set_running_or_notify_cancel():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(ended.result())

    def cancel(left: concurrent.futures.Future[T]) -> None:
        if left.cancelled():
            loop.call_soon_threadsafe(task.cancel)

    task = loop.create_task(call())
    task.add_done_callback(hand_over)
    future.add_done_callback(cancel)  # at once, if it was cancelled before it began


def in_daemon(work: Callable[[], T], name: str) -> concurrent.futures.Future[T]:
    """Carry out work in a thread of its own, for which nobody waits when Python ends.

    The future is running from the start: an interrupted `wait` leaves it to its end.
    """
    future: concurrent.futures.Future[T] = concurrent.futures.Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            result = work()
        except BaseException as err:  # noqa: BLE001 - it is raised where it is waited for
            future.set_exception(err)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def wait(future: concurrent.futures.Future[T], timeout: float | None = None) -> T:
    """Wait for the future's result. An interrupt cancels the future.

    Raises:
        TimeoutError: it took longer than `timeout` seconds; it goes on running.
        UsageError: Python came to its end meanwhile.
    """
    try:
        with interruptible() as noticed:
            if _is_done(future, timeout, noticed):
                return future.result()
    except RuntimeError as err:
        told = ending.said(err)
        if told is err:
            raise
    except BaseException:  # also one that comes between two steps
        future.cancel()
        raise
    else:
        raise TimeoutError
    raise told


class Noticed:
    """What the handler of an interrupt raised, which may have been lost where it fell.

    Attributes:
        error: what was raised; None as long as nothing was.
    """

    error: BaseException | None = None

    def check(self) -> None:
        """Raise it, if it has not come through by itself."""
        if self.error is not None:
            raise self.error


@contextmanager
def interruptible() -> Iterator[Noticed]:
    """Notice each interrupt of the main thread, and hand it on to the handler before.

    A handler that raises nothing has its will: nothing is noticed. On another thread nothing
    happens, because interrupts come to the main thread alone.
    """
    noticed = Noticed()
    if threading.current_thread() is not threading.main_thread():
        yield noticed
        return
    before = signal.getsignal(signal.SIGINT)

    def handle(number: int, frame: FrameType | None) -> None:
        assert callable(before)
        try:
            before(number, frame)
        except BaseException as err:
            noticed.error = err
            raise

    if not callable(before):  # interrupts are ignored, or not Python's to handle
        yield noticed
        return
    try:
        signal.signal(signal.SIGINT, handle)
        yield noticed
        signal.signal(signal.SIGINT, before)
    except BaseException:  # also an interrupt that falls into the step above
        signal.signal(signal.SIGINT, before)
        raise


@contextmanager
def deaf() -> Iterator[None]:
    """Hear no interrupt of the main thread, for the short time in which one is being obeyed."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _is_done(future: concurrent.futures.Future[T], timeout: float | None, noticed: Noticed) -> bool:
    """Wait in steps, between which Python sees an interrupt; whether the future came to its end."""
    waited = 0.0
    while timeout is None or waited < timeout:
        step = POLL
        if timeout is not None:
            step = min(POLL, timeout - waited)
        concurrent.futures.wait([future], timeout=step)
        noticed.check()
        if future.done():
            return True
        waited += step
    return future.done()


def _loop(pid: int) -> asyncio.AbstractEventLoop:
    """The loop of this process: a fork has none of its parent's threads, so it gets its own."""
    with _MAKING:  # the cache alone would make one for each thread that comes at once
        return _made(pid)


@functools.cache
def _made(pid: int) -> asyncio.AbstractEventLoop:
    global _THREAD
    loop = asyncio.new_event_loop()
    loop.getaddrinfo = _look_up  # type: ignore[method-assign]
    _THREAD = threading.Thread(target=loop.run_forever, name="stnb", daemon=True)
    _THREAD.start()
    return loop


async def _look_up(*host: Any, **kind: Any) -> Any:
    """What the system says of a host's name.

    A name server that does not answer takes minutes. Python would wait at its end for the thread
    that the loop asks in of itself, and work on files would wait for a free one.
    """
    asked = in_daemon(functools.partial(socket.getaddrinfo, *host, **kind), "stnb-name")
    return await asyncio.wrap_future(asked)


class _Stop:
    """Where the loop's thread stays while the process is forked."""

    def __init__(self) -> None:
        self.reached, self.over = threading.Event(), threading.Event()

    def stay(self) -> None:
        self.reached.set()
        self.over.wait(LONGEST_STOP)


def _before_fork() -> None:
    """Have the loop's thread wait between two steps, where it holds no lock.

    A fork in the middle of a step would leave a lock that the thread holds, such as that of an
    import, closed for ever.
    """
    global _STOP
    if _THREAD is None or not _THREAD.is_alive() or _THREAD is threading.current_thread():
        return
    _STOP = _Stop()
    _made(os.getpid()).call_soon_threadsafe(_STOP.stay)
    _STOP.reached.wait(LONGEST_STOP)


def _after_fork_in_parent() -> None:
    if _STOP is not None:
        _STOP.over.set()


def _after_fork_in_child() -> None:
    global _MAKING, _THREAD, _STOP
    _MAKING, _THREAD, _STOP = threading.Lock(), None, None  # the parent may have held the lock


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
