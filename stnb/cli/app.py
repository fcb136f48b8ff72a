"""`stnb app`: the explorer as a page, for people without a notebook. Voila serves it, to this
machine only.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from stnb.errors import SetupError

from .lab import end, free_port, on_signals, until_it_answers

ABOUT = """Open the explorer as a page in the browser: search, filter, pull, look, chart, and save, without a notebook.
It listens on this machine alone, and the address holds a token. Files are saved in the folder where this is run."""
HOST = "127.0.0.1"
PAGE = """import os

os.chdir(os.environ["STNB_APP_FOLDER"])
import stnb

stnb.explore(os.environ.get("STNB_APP_PROFILE") or None)"""


def add(commands: Any, say: Callable[[str], None], has_screen: bool) -> None:
    """The command `app`."""
    command = commands.add_parser(
        "app", help="the explorer as a page, without a notebook", description=ABOUT
    )
    command.add_argument(
        "--profile",
        metavar="NAME",
        help="the profile to begin with (default: the usual one, else demo)",
    )
    command.add_argument(
        "--port", type=int, default=8866, help="the first port to try (default: 8866)"
    )
    command.add_argument("--dark", action="store_true", help="dark colours")
    command.add_argument(
        "--browser",
        action=argparse.BooleanOptionalAction,
        default=has_screen,
        help="open the browser",
    )
    command.set_defaults(run=_app, say=say)


def _app(options: argparse.Namespace) -> int:
    return run(options.profile, options.port, options.dark, options.browser, options.say)


def run(
    profile: str | None, port: int, dark: bool, browser: bool, say: Callable[[str], None]
) -> int:
    """Serve the page and stay until it ends; Ctrl-C ends it, and the kernels of all its visitors.

    Raises:
        SetupError: Voila is not installed, or did not start.
        CredentialsMissing: there is no such profile.
    """
    if importlib.util.find_spec("voila") is None or importlib.util.find_spec("ipykernel") is None:
        raise SetupError(
            "The app cannot be shown.",
            "It needs Voila, which is not installed.",
            "Run: pip install 'stnb[app]'",
        )
    if profile is not None:
        from stnb.account.account import connect

        connect(profile).close()  # a wrong name is better told here than on the page
    port, token = free_port(HOST, port), secrets.token_urlsafe(24)
    address = f"http://{HOST}:{port}/?token={token}"
    on_signals()
    say("Starting the app …")
    with _served(profile, port, token, dark) as server:
        try:
            until_it_answers(server, f"http://{HOST}:{port}/voila/static/", "The app", "voila")
            say(f"\n  The explorer: {address}\n  Files go to:  {Path.cwd()}\n  Ctrl-C ends it.\n")
            if browser:
                import webbrowser

                webbrowser.open(address)
            return server.wait()
        except KeyboardInterrupt:
            return 0


@contextlib.contextmanager
def _served(
    profile: str | None, port: int, token: str, dark: bool
) -> Iterator[subprocess.Popen[bytes]]:
    """Voila on a notebook of one cell, in a folder of its own; the token is in a file there, as
    others can read a command line.
    """
    with tempfile.TemporaryDirectory(prefix="stnb-app-") as name:
        folder = Path(name)
        page = folder / "explorer.ipynb"
        page.write_text(json.dumps(_notebook()), encoding="utf-8")
        config = {
            "ip": HOST,
            "port": port,
            "port_retries": 0,
            "token": token,
            "open_browser": False,
        }
        theme = {"theme": "dark" if dark else "light", "show_tracebacks": False}
        said = {"Voila": config, "VoilaConfiguration": theme, "Application": {"log_level": "ERROR"}}
        (folder / "voila.json").write_text(json.dumps(said), encoding="utf-8")
        environment = {
            **os.environ,
            "STNB_APP_FOLDER": str(Path.cwd()),
            "STNB_APP_PROFILE": profile or "",
        }
        paths = filter(None, [str(folder), os.environ.get("JUPYTER_CONFIG_PATH")])
        environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
        command = [sys.executable, "-m", "voila", str(page), f"--Voila.port={port}"]
        with (folder / "log").open("wb") as log:  # every visitor's kernel adds to it
            server = subprocess.Popen(
                command, cwd=folder, env=environment, start_new_session=True, stderr=log, stdout=log
            )
        try:
            yield server
        except SetupError:
            sys.stderr.write(
                (folder / "log").read_text(encoding="utf-8", errors="replace")[-2_000:]
            )
            raise
        finally:
            end(server)


def _notebook() -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "c00",
        "metadata": {},
        "source": PAGE,
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}, "title": "stnb explorer"}
    return {"cells": [cell], "metadata": about, "nbformat": 4, "nbformat_minor": 5}
