"""A server that a command starts, and the page it shows: its port, first answer, and end."""

from __future__ import annotations

import argparse
import contextlib
import functools
import html
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from stnb.errors import SetupError

from .terminal import add_browser_option, say, whole

PATIENCE = 60.0  # seconds until the server must have answered
PORTS = 100  # to try


@dataclass(frozen=True)
class Page:
    """What a server shows.

    Attributes:
        address: of the page, with the token that opens it.
        answers: an address that answers as soon as the server is up.
        server: how the server is called in an error.
        command: what starts the server by itself, for an error.
        lines: what is said once it is up.
    """

    address: str
    answers: str
    server: str
    command: str
    lines: str


def add_page_options(command: argparse.ArgumentParser, port: int) -> None:
    """`--port`, `--browser` and `--no-browser`."""
    command.add_argument(
        "--port", type=whole, default=port, help=f"the first port to try (default: {port})"
    )
    add_browser_option(command)


@contextlib.contextmanager
def started(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path | None = None,
    log: IO[bytes] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a group of its own, which ends with all that it started.

    Args:
        folder: in which it runs; this one if not given.
        log: what it says goes there; to the terminal if not given.
    """
    # A session of its own: Ctrl-C reaches this process alone, which then ends the whole group.
    server = subprocess.Popen(
        command, env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True
    )
    try:
        yield server
    finally:
        end(server)


def stay(server: subprocess.Popen[bytes], page: Page, private: Path, browser: bool) -> int:
    """Show the page and wait until the server ends, or Ctrl-C.

    Args:
        private: a folder that no other user reads.
        browser: whether to open the page.

    Returns:
        The server's exit code; 0 after Ctrl-C.

    Raises:
        SetupError: the server did not start.
    """
    try:
        until_it_answers(server, page.answers, page.server, page.command)
        say(page.lines)
        if browser:
            webbrowser.open(redirect_file(private, page.address).as_uri())
        return server.wait()
    except KeyboardInterrupt:
        return 0


def config_path(*folders: Path) -> str:
    """JUPYTER_CONFIG_PATH with these folders before the reader's own."""
    paths = [str(folder) for folder in folders]
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    if others:
        paths.append(others)
    return os.pathsep.join(paths)


def free_port(host: str, first: int) -> int:
    """The first port from `first` on that nobody listens on.

    Raises:
        SetupError: none of a hundred ports is free.
    """
    # Another program may take the port before the server does; the server then ends with an error,
    # which `until_it_answers` reports.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(first, first + PORTS):
        with socket.socket(family) as probe, contextlib.suppress(OSError):
            probe.bind((host, port))
            return port
    raise SetupError(
        f"No port from {first} on is free.",
        f"{PORTS} of them were tried.",
        "Name another with --port.",
    )


def is_this_machine(host: str) -> bool:
    """Whether a server that listens on `host` is reached from this machine alone.

    >>> is_this_machine("localhost"), is_this_machine("0.0.0.0"), is_this_machine("")
    (True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, which another machine may have, or "", which is all addresses
        return False


def host_in_address(host: str) -> str:
    """The host by which this machine reaches a server that listens on `host`."""
    if host in ("", "*", "0.0.0.0", "::"):
        return "localhost"
    if ":" in host:
        return f"[{host}]"
    return host


def write_private(path: Path, text: str) -> Path:
    """Write a new file that only this user can read, from its first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def redirect_file(folder: Path, address: str) -> Path:
    """A page that leads to an address, to be opened in its place.

    The address holds a token, and others on this machine can read a browser's command line.
    """
    target = html.escape(address)
    page = f'''<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={target}"><title>stnb</title></head>
<body><a href="{target}">Open the page</a></body></html>
'''
    return write_private(folder / "open.html", page)


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
    """End the server and the kernels that it started: it is the leader of their group.

    Windows has no such groups. The server alone is ended there, and Jupyter's kernels end by
    themselves when their server is gone.
    """
    for end_it in _ways_to_end(server):
        if server.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            end_it()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(8)


def _ways_to_end(server: subprocess.Popen[bytes]) -> list[Callable[[], None]]:
    """The kind one and the sure one."""
    if sys.platform == "win32":
        return [server.terminate, server.kill]
    ways = (signal.SIGTERM, signal.SIGKILL)
    return [functools.partial(os.killpg, server.pid, how) for how in ways]
