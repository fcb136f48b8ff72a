"""A Postgres server of a test's own: made in a folder, on a port of this machine, ended with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

INSTALLED = Path("/usr/lib/postgresql")  # Debian has a folder for each version there
OWNER = "postgres"  # the user who runs it where the tests run as root, whom it refuses

USER = "st"  # of the database; no password is asked for, but dlt does not do without one


def _program(name: str) -> str | None:
    """Where a program of Postgres is; None if this machine lacks it."""
    found = sorted(INSTALLED.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if found:
        return str(found[-1])
    return shutil.which(name)


def _by_owner() -> list[str] | None:
    """What a command begins with so that it does not run as root; None if it cannot be helped."""
    if not hasattr(os, "getuid") or os.getuid() != 0:
        return []
    if shutil.which("runuser") is None:
        return None
    import pwd

    try:
        pwd.getpwnam(OWNER)
    except KeyError:
        return None
    return ["runuser", "-u", OWNER, "--"]


def _run(command: Sequence[str], folder: Path) -> None:
    with (folder / "log").open("ab") as log:  # the server keeps it open: a pipe would not end
        subprocess.run(command, check=True, stdout=log, stderr=log, cwd="/")


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of a database of a server that runs meanwhile.

    Skips the test on a machine without Postgres.
    """
    initdb, control, prefix = _program("initdb"), _program("pg_ctl"), _by_owner()
    if initdb is None or control is None:
        pytest.skip("Postgres is not on this machine (Debian: apt-get install postgresql)")
    if prefix is None:
        pytest.skip(f"Postgres does not run as root, and there is no user {OWNER}")
    # Not pytest's folder, which is for the user alone who runs the tests.
    with tempfile.TemporaryDirectory(prefix="stnb-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if prefix:
            shutil.chown(folder, OWNER)
        port = _free_port()
        data = str(folder / "data")
        # What a crash of the machine would lose need not reach the disk.
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        at = ["-D", data]
        _run([*prefix, initdb, *at, "-U", USER, "--auth=trust", "-N"], folder)
        _run([*prefix, control, *at, "-w", "-t", "60", "-o", options, "start"], folder)
        try:
            yield f"postgresql://{USER}:{USER}@127.0.0.1:{port}/postgres"
        finally:
            _run([*prefix, control, *at, "-m", "immediate", "stop"], folder)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
