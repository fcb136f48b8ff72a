"""A server that a command starts: a free port, its first answer, and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from stnb.errors import SetupError

PATIENCE = 60.0  # seconds until the server must have answered
PORTS = 100  # to try


def free_port(host: str, first: int) -> int:
    """The first port from `first` on that nobody listens on.

    Raises:
        SetupError: none of a hundred ports is free.
    """
    # Another program may take the port before the server does; the server then ends with an error,
    # which `until_it_answers` reports.
    for port in range(first, first + PORTS):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((host, port))
            return port
    raise SetupError(
        f"No port from {first} on is free.",
        f"{PORTS} of them were tried.",
        "Name another with --port.",
    )


def end_on_signals() -> None:
    """Make SIGTERM and SIGHUP end this process as Ctrl-C does.

    The server is in a process group of its own, and would go on without us.
    """
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), _interrupt)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def until_it_answers(
    server: subprocess.Popen[bytes], address: str, name: str, command: str
) -> None:
    """Wait for the server's first answer, whatever its status.

    Args:
        address: what is asked for.
        name: how the server is called in an error.
        command: what starts it by itself, for the error.

    Raises:
        SetupError: it ended, or did not answer in time.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SetupError(
                f"{name} did not start.",
                f"It ended with code {server.returncode}; its own messages are above.",
                f"Try `{command}` by itself.",
            )
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except urllib.error.HTTPError as answered:
            answered.close()
            return
        except OSError:
            time.sleep(0.1)
    raise SetupError(
        f"{name} did not answer.",
        f"It had {PATIENCE:.0f} seconds.",
        f"Try `{command}` by itself.",
    )


def end(server: subprocess.Popen[bytes]) -> None:
    """End the server and the kernels that it started: it is the leader of their group."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if server.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(8)
