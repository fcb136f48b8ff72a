"""A server that a command starts, and the page it shows: its port, first answer, and end."""

from __future__ import annotations

import argparse
import contextlib
import errno
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

from stnb.errors import SetupError, UsageError

from . import page_server
from .terminal import add_browser_option, say, whole

PATIENCE = 60.0  # seconds until the server must have answered
PORTS = 100  # to try
LAST_PORT = 65_535
MARK = "listens"  # the file by which our own server tells that it has the port


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
        until_it_listens(server, private / MARK, page)
        say(page.lines)
        if browser:
            webbrowser.open(redirect_file(private, page.address).as_uri())
        return server.wait()
    except KeyboardInterrupt:
        return 0


def server_command(name: str, *arguments: str) -> list[str]:
    """The command that starts JupyterLab ("lab") or Voila ("voila")."""
    return [sys.executable, "-m", page_server.__name__, name, *arguments]


def environment_of(private: Path, *settings: Path) -> dict[str, str]:
    """The process variables of a server.

    Args:
        private: a folder that no other user reads, with settings of the server; it tells there
            that it has its port.
        settings: further folders with settings.
    """
    return {
        **os.environ,
        "JUPYTER_CONFIG_PATH": config_path(private, *settings),
        page_server.LISTENS: str(private / MARK),
    }


def config_path(*folders: Path) -> str:
    """JUPYTER_CONFIG_PATH with these folders before the reader's own."""
    paths = [str(folder) for folder in folders]
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    if others:
        paths.append(others)
    return os.pathsep.join(paths)


def free_port(host: str, first: int) -> int:
    """The first port from `first` on that nobody listens on; any for 0.

    Raises:
        UsageError: there is no port of that number.
        SetupError: none of a hundred ports is free, or the host is not this machine's.
    """
    # Another program may take the port before the server does; the server then ends with an error,
    # which `until_it_listens` reports.
    if not 0 <= first <= LAST_PORT:
        raise UsageError(
            f"There is no port {first}.",
            f"Ports have numbers up to {LAST_PORT}.",
            "Name one with --port, such as 8888, or leave it out.",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(first, min(first + PORTS, LAST_PORT + 1)):
        with socket.socket(family) as probe:
            try:
                probe.bind((host, port))
            except OSError as err:
                if err.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise _no_such_host(host, err) from None
            else:
                return int(probe.getsockname()[1])
    raise SetupError(
        f"No port from {first} on is free.",
        f"{PORTS} of them were tried, or all up to the last.",
        "Name another with --port.",
    )


def _no_such_host(host: str, err: OSError) -> SetupError:
    return SetupError(
        f"Nothing can listen on {host}.",
        f"The system says: {err.strerror or err}; likely it is no address of this machine.",
        "Correct --host, or leave it out.",
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


def until_it_listens(server: subprocess.Popen[bytes], mark: Path, page: Page) -> None:
    """Wait until the server has its port, and for its first answer, whatever its status.

    An answer alone says little: while the server starts, another user's program can take the port,
    answer in its place, and would be sent the token by the browser.

    Args:
        mark: a file that the server makes once it has the port.

    Raises:
        SetupError: it ended, or did not answer in time.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SetupError(
                f"{page.server} did not start.",
                f"It ended with code {server.returncode}; its own messages are above.",
                f"Try `{page.command}` by itself.",
            )
        if mark.exists() and _answers(page.answers):
            return
        time.sleep(0.1)
    raise SetupError(
        f"{page.server} did not answer.",
        f"It had {PATIENCE:.0f} seconds.",
        f"Try `{page.command}` by itself.",
    )


def _answers(address: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=2):
            return True
    except urllib.error.HTTPError as answered:
        answered.close()
        return True
    except OSError:
        return False


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
