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

from .errors import CannotSave, SetupError

FIRST = "01-first-pull.ipynb"
HOME = Path(__file__).parent
PATIENCE = 60.0  # seconds until the server must answer


def notebooks(copy_to: Path | None = None, home: Path = HOME) -> Path:
    """The folder of notebooks: the checkout's own, or a copy beside the reader where stnb was installed as a package."""
    checkout = home.parent / "notebooks"
    if (checkout / FIRST).is_file():
        return checkout
    target = (copy_to or Path.cwd()) / "stnb-notebooks"
    try:
        shutil.copytree(home / "notebooks", target, dirs_exist_ok=True, copy_function=_keep_existing)
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


def run(folder: Path | None, host: str, port: int, browser: bool, say: Callable[[str], None]) -> int:
    """Start JupyterLab and stay until it ends; Ctrl-C ends it.

    Args:
        host: the address to listen on; localhost unless others are to reach it, as from outside a container.
        port: the first to try; the next free one is taken.
        say: prints a line.

    Raises:
        SetupError: JupyterLab is not installed, or did not start.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise SetupError("JupyterLab is not installed.", "stnb was installed without it.", "Run: pip install 'stnb[lab]'")
    folder = folder or notebooks()
    port, token = _free_port(host, port), secrets.token_urlsafe(24)
    first = f"/tree/{FIRST}" if (folder / FIRST).is_file() else ""
    say("Starting JupyterLab …")
    for ending in ("SIGTERM", "SIGHUP"):  # the server is in a group of its own and would outlive us
        if hasattr(signal, ending):
            signal.signal(getattr(signal, ending), _interrupt)
    ours = str(HOME / "jupyter")  # no question about news at the first start
    paths = os.pathsep.join(filter(None, [ours, os.environ.get("JUPYTER_CONFIG_PATH")]))
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": paths}
    server = subprocess.Popen(_command(folder, host, port, token, browser, first), env=environment, start_new_session=True)
    try:
        _until_it_answers(server, port)
        say(f"\n  JupyterLab: http://localhost:{port}/lab{first}?token={token}\n  Notebooks:  {folder}\n  Ctrl-C ends it.\n")
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _end(server)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _command(folder: Path, host: str, port: int, token: str, browser: bool, first: str) -> list[str]:
    options = {
        "ServerApp.root_dir": str(folder),
        "ServerApp.port": str(port),
        "ServerApp.port_retries": "0",
        "ServerApp.ip": host,
        "Application.log_level": "WARN",
        "ServerApp.open_browser": str(browser),
        "IdentityProvider.token": token,
        "LabApp.default_url": f"/lab{first}",
        "LabApp.news_url": "None",  # nothing beyond the package index is asked for
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [sys.executable, "-m", "jupyterlab", *root, *(f"--{name}={value}" for name, value in options.items())]


def _free_port(host: str, first: int) -> int:
    for port in range(first, first + 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((host, port))
            return port
    raise SetupError(f"No port is free from {first} on.", "A hundred were tried.", "Name another with --port.")


def _until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SetupError(
                "JupyterLab did not start.",
                f"It ended with code {server.returncode}; its words are above.",
                "Try `jupyter lab` by itself.",
            )
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(f"http://localhost:{port}/api", timeout=2),
        ):
            return
        time.sleep(0.1)
    raise SetupError("JupyterLab did not answer.", f"It was given {PATIENCE:.0f} s.", "Try `jupyter lab` by itself.")


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels: it is the leader of their group."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if server.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(8)
