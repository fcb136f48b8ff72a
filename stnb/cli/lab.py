"""`stnb lab`: JupyterLab on the notebooks, with a free port and a token."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from stnb.errors import UsageError
from stnb.errors.packages import lacking, missing

from . import notebooks
from .server import (
    Page,
    add_page_options,
    end_on_signals,
    environment_of,
    free_port,
    host_in_address,
    is_this_machine,
    server_command,
    started,
    stay,
    write_private,
)
from .terminal import say

CONFIG = Path(__file__).parent  # its folder labconfig: no question about news at the first start


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb lab`."""
    command.add_argument("folder", nargs="?", type=Path, help="another folder than the notebooks'")
    command.add_argument(
        "--host", default="localhost", help="the address to listen on (default: localhost)"
    )
    command.add_argument(
        "--open-to-network",
        action="store_true",
        help="allow a --host beyond this machine: who has the token runs code as you",
    )
    add_page_options(command, port=8888)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Start JupyterLab and stay until it ends; Ctrl-C ends it.

    Raises:
        SetupError: JupyterLab is not installed, or did not start.
        UsageError: it would be open to the network, and that was not asked for.
        CannotSave: the notebooks cannot be copied.
    """
    if lacking("jupyterlab"):
        raise missing("JupyterLab cannot be started.", "jupyterlab", "stnb[lab]")
    host = options.host
    if not is_this_machine(host) and not options.open_to_network:
        raise UsageError(
            f"JupyterLab was not started on {host or 'all addresses'}.",
            "It would be open to the network: whoever reaches this machine and has the token could "
            "run code as you, and the token would travel in the clear.",
            "Leave --host out, or add --open-to-network if you mean it.",
        )
    folder = options.folder or notebooks.folder()
    port, token = free_port(host, options.port), secrets.token_urlsafe(24)
    first = "/lab"
    if (folder / notebooks.FIRST).is_file():
        first = f"/lab/tree/{notebooks.FIRST}"
    _say_what_it_opens(host, port)
    say("Starting JupyterLab …")
    end_on_signals()
    base = f"http://{host_in_address(host)}:{port}"
    address = f"{base}{first}?token={token}"
    page = Page(
        address,
        answers=f"{base}/api",
        server="JupyterLab",
        command="jupyter lab",
        lines=f"\n  JupyterLab: {address}\n  Notebooks:  {folder}\n  Ctrl-C ends it.\n",
    )
    with _served(folder, host, port, token, first) as (server, private):
        return stay(server, page, private, options.browser)


def _say_what_it_opens(host: str, port: int) -> None:
    if not is_this_machine(host):
        say(
            f"Port {port} is open to the network: whoever reaches this machine and has the token "
            "runs code as you and reads your .env. The token travels in the clear."
        )
    if _is_root():
        say("You are root, so JupyterLab gets --allow-root: its notebooks may change the system.")


@contextlib.contextmanager
def _served(
    folder: Path, host: str, port: int, token: str, first: str
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """JupyterLab, which opens on its first page, and a folder for private files.

    The token is in a file that only this user reads: others on this machine can read a command
    line.
    """
    with tempfile.TemporaryDirectory(prefix="stnb-lab-") as name:
        config = json.dumps({"IdentityProvider": {"token": token}})
        write_private(Path(name, "jupyter_server_config.json"), config)
        token_file = write_private(Path(name, "token"), token)
        command = _command(folder, host, port, first)
        with started(command, _environment(token_file)) as server:
            yield server, Path(name)


def _environment(token_file: Path) -> dict[str, str]:
    environment = environment_of(token_file.parent, CONFIG)
    # The config file wins over the reader's own; with JUPYTER_NO_CONFIG no such file is read.
    environment.pop("JUPYTER_TOKEN", None)
    environment["JUPYTER_TOKEN_FILE"] = str(token_file)
    return environment


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _command(folder: Path, host: str, port: int, first: str) -> list[str]:
    options = {
        "ServerApp.root_dir": str(folder),
        "ServerApp.port": str(port),
        "ServerApp.port_retries": "0",  # on another port the printed address would be wrong
        "ServerApp.ip": host,
        "Application.log_level": "WARN",
        "ServerApp.open_browser": "False",  # ours is opened, on a page that no other user can read
        "LabApp.default_url": first,
        "LabApp.expose_app_in_browser": "True",  # so that the explorer's button can add a cell
        "LabApp.news_url": "None",  # no request beyond the package index
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    command = server_command("lab")
    if _is_root():  # as in a container
        command.append("--allow-root")
    for name, value in options.items():
        command.append(f"--{name}={value}")
    return command
