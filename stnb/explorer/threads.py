"""Threads that ask a server something beside everything else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Threads:
    """Those of one kind. None of them keeps Python from ending.

    Args:
        name: what each is called.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._started: list[threading.Thread] = []

    @property
    def running(self) -> bool:
        """Whether one of them is at work."""
        return any(thread.is_alive() for thread in self._started)

    def start(self, work: Callable[..., object], *args: Any) -> None:
        """Have one more carry out work."""
        thread = threading.Thread(target=work, args=args, name=self._name, daemon=True)
        self._started = [old for old in self._started if old.is_alive()] + [thread]
        thread.start()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until each has ended; for tests."""
        for thread in self._started:
            thread.join(seconds)
