"""JupyterLab on the notebooks: a free port, a token, one line with the address."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from stnb.errors import CannotSave, SetupError

FIRST = "00-start-here.ipynb"
HERE = Path(__file__).parent
HOME = HERE.parent  # the package, which carries the notebooks where it is installed
PATIENCE = 60.0  # seconds until the server must answer


def notebooks(copy_to: Path | None = None, home: Path = HOME) -> Path:
    """The folder of notebooks: the checkout's own, or a copy beside the reader where stnb was
    installed as a package.
    """
    checkout = home.parent / "notebooks"
    if (checkout / FIRST).is_file():
        return checkout
    return copy((copy_to or Path.cwd()) / "stnb-notebooks", home)


def copy(target: Path, home: Path = HOME) -> Path:
    """Copy the notebooks to a folder, which is made where it is not there; what the reader has
    changed in it stays.

    Raises:
        CannotSave: the folder cannot be written.
    """
    checkout = home.parent / "notebooks"
    source = checkout if (checkout / FIRST).is_file() else home / "notebooks"
    hidden = shutil.ignore_patterns(".*")
    try:
        shutil.copytree(
            source, target, dirs_exist_ok=True, copy_function=_keep_existing, ignore=hidden
        )
    except OSError as err:
        raise CannotSave(
            f"The notebooks could not be copied to {target}.",
            f"The system says: {err.strerror or err}.",
            "Start `stnb lab` in a folder that you may write to, or name one: `stnb lab FOLDER`.",
        ) from None
    return target


def _keep_existing(source: str, target: str) -> str:
    """What the reader has changed is theirs."""
    return target if Path(target).exists() else shutil.copy2(source, target)


def run(
    folder: Path | None, host: str, port: int, browser: bool, say: Callable[[str], None]
) -> int:
    """Start JupyterLab and stay until it ends; Ctrl-C ends it.

    Args:
        host: the address to listen on; localhost unless others are to reach it, as from outside a
            container.
        port: the first to try; the next free one is taken.
        say: prints a line.

    Raises:
        SetupError: JupyterLab is not installed, or did not start.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise SetupError(
            "JupyterLab is not installed.",
            "stnb was installed without it.",
            "Run: pip install 'stnb[lab]'",
        )
    folder = folder or notebooks()
    port, token = free_port(host, port), secrets.token_urlsafe(24)
    first = f"/tree/{FIRST}" if (folder / FIRST).is_file() else ""
    say("Starting JupyterLab …")
    on_signals()
    ours = str(HERE)  # no question about news at the first start
    paths = os.pathsep.join(filter(None, [ours, os.environ.get("JUPYTER_CONFIG_PATH")]))
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": paths}
    server = subprocess.Popen(
        _command(folder, host, port, token, browser, first), env=environment, start_new_session=True
    )
    try:
        until_it_answers(server, f"http://localhost:{port}/api", "JupyterLab", "jupyter lab")
        say(
            f"\n  JupyterLab: http://localhost:{port}/lab{first}?token={token}\n  Notebooks:  {folder}\n  Ctrl-C ends it.\n"
        )
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        end(server)


def on_signals() -> None:
    """A kill ends us as Ctrl-C does: the server is in a group of its own and would outlive us."""
    for ending in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, ending):
            signal.signal(getattr(signal, ending), _interrupt)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _command(
    folder: Path, host: str, port: int, token: str, browser: bool, first: str
) -> list[str]:
    options = {
        "ServerApp.root_dir": str(folder),
        "ServerApp.port": str(port),
        "ServerApp.port_retries": "0",
        "ServerApp.ip": host,
        "Application.log_level": "WARN",
        "ServerApp.open_browser": str(browser),
        "IdentityProvider.token": token,
        "LabApp.default_url": f"/lab{first}",
        "LabApp.expose_app_in_browser": "True",  # so that the explorer's button can add a cell
        "LabApp.news_url": "None",  # nothing beyond the package index is asked for
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        *root,
        *(f"--{name}={value}" for name, value in options.items()),
    ]


def free_port(host: str, first: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((host, port))
            return port
    raise SetupError(
        f"No port is free from {first} on.", "A hundred were tried.", "Name another with --port."
    )


def until_it_answers(
    server: subprocess.Popen[bytes], address: str, name: str, command: str
) -> None:
    """Wait for the server's first answer, whatever it says.

    Raises:
        SetupError: it ended, or gave none.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SetupError(
                f"{name} did not start.",
                f"It ended with code {server.returncode}; its words are above.",
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
        f"{name} did not answer.", f"It was given {PATIENCE:.0f} s.", f"Try `{command}` by itself."
    )


def end(server: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels: it is the leader of their group."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if server.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(8)
