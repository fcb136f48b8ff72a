"""`stnb app`: the explorer as a page, for people without a notebook. Voila serves it, to this
machine only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from stnb.account import connecting
from stnb.errors import SetupError
from stnb.errors.packages import lacking, missing

from .server import (
    Page,
    add_page_options,
    end_on_signals,
    environment_of,
    free_port,
    server_command,
    started,
    stay,
    write_private,
)
from .terminal import say

ABOUT = """Open the explorer as a page in the browser, for people without Python: search, filter,
pull, look, chart, and save. It listens on this machine alone, and the address holds a token.
Files come down through the browser, as any download does."""
HOST = "127.0.0.1"
PAGE = """import os

os.chdir(os.environ["STNB_APP_FOLDER"])
from stnb import explorer

explorer.page(os.environ.get("STNB_APP_PROFILE") or None)"""
DATA = Path(__file__).parent / "app_data"  # a folder of Jupyter's data: Voila's template "stnb"
LOG_END = 2_000  # characters of Voila's log that are shown if it does not start


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb app`."""
    command.description = ABOUT
    command.add_argument(
        "--profile",
        metavar="NAME",
        help="the profile to begin with (default: that of `connect()`, else demo)",
    )
    add_page_options(command, port=8866)
    colours = command.add_mutually_exclusive_group()
    for theme in ("dark", "light"):
        colours.add_argument(
            f"--{theme}",
            action="store_const",
            dest="theme",
            const=theme,
            help=f"{theme} colours (default: those of the system)",
        )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve the page and stay until it ends; Ctrl-C ends it, and the kernels of all its visitors.

    Raises:
        SetupError: Voila is not installed, or did not start.
        CredentialsMissing: there is no such profile.
    """
    absent = lacking("voila", "ipykernel")
    if absent:
        raise missing("The app cannot be shown.", absent, "stnb[app]")
    if options.profile is not None:
        # A wrong name is better refused here than in the page.
        connecting.connect(options.profile).close()
    port, token = free_port(HOST, options.port), secrets.token_urlsafe(24)
    base = f"http://{HOST}:{port}"
    address = f"{base}/?token={token}"
    page = Page(
        address,
        answers=f"{base}/voila/static/",
        server="The app",
        command="voila",
        lines=f"\n  The explorer: {address}\n  Ctrl-C ends it.\n",
    )
    end_on_signals()
    say("Starting the app …")
    with _served(options.profile, port, token, options.theme) as (server, folder):
        return stay(server, page, folder, options.browser)


@contextlib.contextmanager
def _served(
    profile: str | None, port: int, token: str, theme: str | None
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Voila on a notebook of one cell, in a temporary folder, and that folder.

    The token is in a file there: others on this machine can read a command line.
    """
    with tempfile.TemporaryDirectory(prefix="stnb-app-") as name:
        folder = Path(name)
        page = folder / "explorer.ipynb"
        page.write_text(json.dumps(_notebook()), encoding="utf-8")
        config = json.dumps(_config(port, token, theme))
        write_private(folder / "voila.json", config)
        log_file = folder / "log"
        command = server_command("voila", str(page), f"--Voila.port={port}")
        with (
            log_file.open("wb") as log,  # every visitor's kernel adds to it
            started(command, _environment(folder, profile), folder, log) as server,
        ):
            try:
                yield server, folder
            except SetupError:
                sys.stderr.write(log_file.read_text(encoding="utf-8", errors="replace")[-LOG_END:])
                raise


def _config(port: int, token: str, theme: str | None) -> dict[str, Any]:
    # Voila turns Jupyter's check of the Host header off; a name rebound to this machine's address
    # would pass.
    checked = {"allow_remote_access": False, "allow_origin": ""}
    voila = {
        "ip": HOST,
        "port": port,
        "port_retries": 0,
        "token": token,
        "open_browser": False,
        "tornado_settings": checked,
    }
    page = {"theme": theme or "light", "template": "lab" if theme else "stnb"}
    return {
        "Voila": voila,
        "VoilaConfiguration": {**page, "show_tracebacks": False},
        # A visit starts a kernel. Some browsers send a cookie with pictures on pages of other
        # sites, too, if nothing is said of it.
        "IdentityProvider": {"cookie_options": {"samesite": "Strict"}},
        "Application": {"log_level": "ERROR"},
    }


def _environment(folder: Path, profile: str | None) -> dict[str, str]:
    paths = [str(DATA), os.environ.get("JUPYTER_PATH")]
    return {
        **environment_of(folder),
        "JUPYTER_PATH": os.pathsep.join(filter(None, paths)),
        "STNB_APP_FOLDER": str(Path.cwd()),
        "STNB_APP_PROFILE": profile or "",
    }


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
    metadata = {
        "kernelspec": kernel,
        "language_info": {"name": "python"},
        "title": "Data of ServiceTitan",
    }
    return {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
