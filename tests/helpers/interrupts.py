"""Ctrl-C in a test: pressed until it is honoured, as Python lets a finaliser swallow it."""

from __future__ import annotations

import _thread
import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

SETTLED = 0.05  # seconds from the beginning of the wait to the first press
PATIENCE = 3.0  # seconds until it is pressed again although nothing is known to have swallowed it
PRESSES = 10


def interrupted(wait: Callable[[], Any], ready: Callable[[], bool] = lambda: True) -> float:
    """Press Ctrl-C while `wait` runs, once `ready()`: the seconds until it ended.

    A press that a finaliser swallowed does not count. One that took longer does, and is pressed
    again so that the test ends.

    Raises:
        AssertionError: `wait` came to its own end.
    """
    hand = _Hand(ready)
    with hand.noticing():
        try:
            hand.start()
            wait()
        except KeyboardInterrupt:
            return time.monotonic() - hand.pressed
        finally:
            hand.stop()
    raise AssertionError("the wait was not interrupted")


class _Hand(threading.Thread):
    """Presses Ctrl-C from another thread.

    Attributes:
        pressed: when the press was that counts.
    """

    def __init__(self, ready: Callable[[], bool]) -> None:
        super().__init__(daemon=True)
        self._ready, self._honoured, self._swallowed = ready, threading.Event(), threading.Event()
        self.pressed = 0.0

    def run(self) -> None:
        self._honoured.wait(SETTLED)
        while not self._ready() and not self._honoured.wait(0.001):
            pass
        self._swallowed.set()  # none counts yet
        for _ in range(PRESSES):
            if self._honoured.is_set():
                return
            if self._swallowed.is_set():
                self._swallowed.clear()
                self.pressed = time.monotonic()
            _thread.interrupt_main()
            self._wait_for_either()

    def _wait_for_either(self) -> None:
        until = time.monotonic() + PATIENCE
        while (
            not self._honoured.wait(0.01)
            and not self._swallowed.is_set()
            and time.monotonic() < until
        ):
            pass

    @contextlib.contextmanager
    def noticing(self) -> Iterator[None]:
        """Notice what finalisers swallow; Python hands it to this hook and goes on."""
        usual = sys.unraisablehook

        def hook(unraisable: Any) -> None:
            if isinstance(unraisable.exc_value, KeyboardInterrupt):
                self._swallowed.set()
            else:
                usual(unraisable)

        sys.unraisablehook = hook
        try:
            yield
        finally:
            sys.unraisablehook = usual

    def stop(self) -> None:
        """Press no more; a press that came too late ends here."""
        for _ in range(2):
            with contextlib.suppress(KeyboardInterrupt):
                self._honoured.set()
                self.join()
                time.sleep(0)


def ended(
    process: subprocess.Popen[str], how: signal.Signals = signal.SIGINT, patience: float = 20
) -> tuple[str, str]:
    """End a process by a signal, sent again until it is honoured: what it still printed, by stdout
    and stderr.

    Raises:
        AssertionError: it did not end, and was killed.
    """
    for _ in range(3):
        process.send_signal(how)  # nothing happens if it has ended
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=patience)
    process.kill()
    raise AssertionError(f"{how.name} did not end it: {process.communicate()}")
