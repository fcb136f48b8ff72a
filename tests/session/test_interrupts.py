"""The hand that presses Ctrl-C in tests does not give up."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from stnb.session import loop
from tests.helpers.interrupts import ended, interrupted


class Greedy:
    """Python hands an interrupt that comes in here to nobody."""

    def __del__(self) -> None:
        linger()


def linger() -> None:
    """Twenty seconds, with looks at whether somebody pressed."""
    for _ in range(2000):
        threading.Event().wait(0.01)


def test_a_press_that_a_finaliser_swallows_is_repeated() -> None:
    """And does not count."""
    began = time.monotonic()

    def wait() -> None:
        Greedy()
        linger()

    took = interrupted(wait)

    assert took < time.monotonic() - began < 10


def test_a_wait_that_nobody_interrupts_is_a_failure() -> None:
    """As where the interrupt was handled inside, and lost."""
    with pytest.raises(AssertionError, match="not interrupted"):
        interrupted(lambda: None)


def test_a_process_that_does_not_heed_the_first_signal_gets_another() -> None:
    """The second one ends it."""
    code = """
import signal, sys, time

def second(*_):
    sys.exit(3)

def first(*_):
    signal.signal(signal.SIGINT, second)

signal.signal(signal.SIGINT, first)
print("ready", flush=True)
while True:
    time.sleep(0.1)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        ended(process, patience=1)

    assert process.returncode == 3


def test_work_in_a_daemon_goes_on_when_a_wait_for_it_is_given_up() -> None:
    """Its future cannot be cancelled, so it can always be told how the work ended."""
    go = threading.Event()
    future = loop.in_daemon(go.wait, "a daemon")

    assert not future.cancel()

    go.set()
    assert loop.wait(future)
