"""Attacks by another user of the machine: what a process list, a folder and a port show."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from stnb.cli import lab, main, server
from tests.helpers.interrupts import ended

HOMES = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
BROWSER = """#!/bin/sh
# A browser that writes down how it was called, and what the page says.
printf '%s\\n' "$@" >> {log}
for page in "$@"; do
  path="${{page#file://}}"
  stat -c '%a' "$path" >> {log}.mode
  cat "$path" >> {log}.page
done
echo done >> {log}.done
"""
needs_proc = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")


def command_lines() -> str:
    """The command lines of all processes, as any user of the machine can read them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.append((process / "cmdline").read_bytes().decode("utf-8", "replace"))
        except OSError:  # it ended meanwhile
            continue
    return "\n".join(found)


@contextmanager
def started(
    folder: Path, *arguments: str, **variables: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A command of ours with a browser that writes down how it was called: address and process."""
    log = notes(folder)
    script = folder / "open-page"
    script.write_text(BROWSER.format(log=log))
    script.chmod(0o755)
    environment = {**os.environ, **{name: str(folder / name.lower()) for name in HOMES}}
    environment |= {"BROWSER": f"{script} %s", **variables}
    command = [sys.executable, "-m", "stnb.cli.main", *arguments, "--browser"]
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        restore_signals=True,
        cwd=folder,
    ) as process:
        assert process.stderr is not None
        lines = iter(process.stderr)
        said = ""
        while "token=" not in said:
            said += next(lines)
        address = re.findall(r"http://\S+token=\S+", said)[-1]
        try:
            yield address, process
        finally:
            ended(process, signal.SIGINT)


def notes(folder: Path) -> Path:
    """What the browser writes down, out of the sight of others."""
    private = folder / "notes"
    private.mkdir(mode=0o700, exist_ok=True)
    return private / "browser"


def open_to_others(folder: Path, token: str) -> list[Path]:
    """The files below a folder that hold the token and that other users can get at."""
    found = []
    for place, below, names in os.walk(folder):
        below[:] = [name for name in below if Path(place, name).stat().st_mode & 0o011]
        for file in (Path(place, name) for name in names):
            readable = file.is_file() and file.stat().st_mode & 0o044
            if readable and token.encode() in file.read_bytes():
                found.append(file)
    return found


def free() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def opened(folder: Path, process: subprocess.Popen[str]) -> tuple[str, str, str]:
    """How the browser was called: its arguments, the modes of the files, and what was in them."""
    log = notes(folder)
    for _ in range(600):
        if Path(f"{log}.done").exists():
            break
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    return log.read_text(), Path(f"{log}.mode").read_text(), Path(f"{log}.page").read_text()


@needs_proc
@pytest.mark.parametrize(
    ("command", "needs"),
    [
        pytest.param("lab", "jupyterlab", id="lab"),
        pytest.param("app", "voila", id="app", marks=pytest.mark.long),
    ],
)
def test_no_command_line_holds_a_token(command: str, needs: str, tmp_path: Path) -> None:
    """Neither the server's nor the browser's, which gets a page of mode 0600 that leads on."""
    if importlib.util.find_spec(needs) is None:
        pytest.skip(f"{needs} is not installed")
    arguments = ["lab", str(tmp_path)]
    if command == "app":
        arguments = ["app", "--profile", "demo"]

    with started(tmp_path, *arguments, "--port", free()) as (address, process):
        token = address.partition("token=")[2]
        called, modes, page = opened(tmp_path, process)
        shown, open_files = command_lines(), open_to_others(tmp_path, token)

    assert len(token) >= 32
    assert f"stnb.cli.main\0{command}" in shown
    assert token not in shown
    assert token not in called
    assert token in page
    assert set(modes.split()) == {"600"}
    assert open_files == []
    left = Path(unquote(urlsplit(called.split()[0]).path))
    assert not left.exists()


@needs_proc
@pytest.mark.long
def test_the_readers_own_settings_do_not_bring_the_token_back(tmp_path: Path) -> None:
    """A token of one's own configuration does not win; with JUPYTER_NO_CONFIG the file still counts
    and an inherited JUPYTER_TOKEN does not.
    """
    pytest.importorskip("jupyterlab")
    variables = {"JUPYTER_NO_CONFIG": "1", "JUPYTER_TOKEN": "of-somebody-else"}
    with started(tmp_path, "lab", str(tmp_path), "--port", free(), **variables) as (address, _):
        base, _, token = address.partition("/lab?token=")
        answer = urllib.request.urlopen(f"{base}/api/contents?token={token}", timeout=20)
        assert answer.status == 200
        answer.close()
        assert token not in command_lines()


# -- who may reach it


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "*", "192.168.1.5", "10.0.0.1", "example.com", "localhost.evil"]
)
def test_a_host_beyond_this_machine_needs_to_be_meant(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the flag nothing is started, and the error says what would be open."""
    assert main.main(["lab", "--host", host]) == main.NOT_AS_WRITTEN
    said = capsys.readouterr().err
    assert "could run code as you" in said
    assert "--open-to-network" in said


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2", "::1"])
def test_this_machine_needs_no_flag(host: str) -> None:
    """The loopback in any spelling."""
    assert server.is_this_machine(host)


def test_what_is_opened_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """With the flag the reader is told what the network can do; on this machine there is nothing
    to tell.
    """
    lab._say_what_it_opens("0.0.0.0", 8888)
    assert "runs code as you" in capsys.readouterr().err

    lab._say_what_it_opens("localhost", 8888)
    assert "network" not in capsys.readouterr().err


@pytest.mark.parametrize("is_root", [True, False])
def test_root_is_allowed_only_if_it_is_root(
    is_root: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--allow-root is given to root alone, and that is said."""
    monkeypatch.setattr(lab, "_is_root", lambda: is_root)

    command = lab._command(Path("x"), "localhost", 1, "/lab")
    lab._say_what_it_opens("localhost", 1)

    assert ("--allow-root" in command) == is_root
    assert ("You are root" in capsys.readouterr().err) == is_root


# -- the files beside it


def test_a_private_file_is_private_from_its_first_byte(tmp_path: Path) -> None:
    """Whatever the umask, mode 0600; a file or a link that is there already is not written to."""
    before = os.umask(0)
    try:
        made = server.write_private(tmp_path / "token", "s3cret")
    finally:
        os.umask(before)
    (tmp_path / "trap").symlink_to(tmp_path / "elsewhere")

    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    for name in ("token", "trap"):
        with pytest.raises(FileExistsError):
            server.write_private(tmp_path / name, "again")
    assert not (tmp_path / "elsewhere").exists()


def test_the_page_for_the_browser_leads_where_it_should(tmp_path: Path) -> None:
    """An address stays an address, and no sign in it ends the attribute that it stands in."""
    page = server.redirect_file(tmp_path, 'http://127.0.0.1:1/?token=a"><script>&x')

    text = page.read_text()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert 'url=http://127.0.0.1:1/?token=a&quot;&gt;&lt;script&gt;&amp;x"' in text
