"""`stnb lab`: JupyterLab on the notebooks, with a free port and a token."""

from __future__ import annotations

import argparse
import importlib.util
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from stnb.errors import SetupError

from . import notebooks
from .server import end, end_on_signals, free_port, until_it_answers
from .terminal import add_browser_option, say

CONFIG = Path(__file__).parent  # its folder labconfig: no question about news at the first start


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb lab`."""
    command.add_argument("folder", nargs="?", type=Path, help="another folder than the notebooks'")
    command.add_argument(
        "--host", default="localhost", help="the address to listen on (default: localhost)"
    )
    command.add_argument(
        "--port", type=int, default=8888, help="the first port to try (default: 8888)"
    )
    add_browser_option(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Start JupyterLab and stay until it ends; Ctrl-C ends it.

    Raises:
        SetupError: JupyterLab is not installed, or did not start.
        CannotSave: the notebooks cannot be copied.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise SetupError(
            "JupyterLab is not installed.",
            "stnb was installed without it.",
            "Run: pip install 'stnb[lab]'",
        )
    folder = options.folder or notebooks.folder()
    port, token = free_port(options.host, options.port), secrets.token_urlsafe(24)
    page = "/lab"
    if (folder / notebooks.FIRST).is_file():
        page = f"/lab/tree/{notebooks.FIRST}"
    say("Starting JupyterLab …")
    end_on_signals()
    command = _command(folder, options.host, port, token, options.browser, page)
    # A session of its own: Ctrl-C reaches this process alone, which then ends the whole group.
    server = subprocess.Popen(command, env=_environment(), start_new_session=True)
    try:
        until_it_answers(server, f"http://localhost:{port}/api", "JupyterLab", "jupyter lab")
        say(f"\n  JupyterLab: http://localhost:{port}{page}?token={token}")
        say(f"  Notebooks:  {folder}\n  Ctrl-C ends it.\n")
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        end(server)


def _environment() -> dict[str, str]:
    paths = [str(CONFIG)]
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    if others:
        paths.append(others)
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}


def _command(folder: Path, host: str, port: int, token: str, browser: bool, page: str) -> list[str]:
    options = {
        "ServerApp.root_dir": str(folder),
        "ServerApp.port": str(port),
        "ServerApp.port_retries": "0",  # on another port the printed address would be wrong
        "ServerApp.ip": host,
        "Application.log_level": "WARN",
        "ServerApp.open_browser": str(browser),
        "IdentityProvider.token": token,
        "LabApp.default_url": page,
        "LabApp.expose_app_in_browser": "True",  # so that the explorer's button can add a cell
        "LabApp.news_url": "None",  # no request beyond the package index
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    command = [sys.executable, "-m", "jupyterlab"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # as in a container
        command.append("--allow-root")
    for name, value in options.items():
        command.append(f"--{name}={value}")
    return command
