"""`stnb lab`: a JupyterLab that is there when it says so, and gone when it ends."""

from __future__ import annotations

import argparse
import errno
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import stnb
from stnb.cli import app, main, notebooks, server
from tests.helpers.interrupts import ended


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.long
def test_the_address_works_until_the_end(how: signal.Signals, tmp_path: Path) -> None:
    """The printed address answers, for its token only; Ctrl-C or a kill ends the server too."""
    folder = tmp_path / "mine"
    folder.mkdir()
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = {**os.environ, **{name: str(tmp_path / name.lower()) for name in names}}
    command = [
        sys.executable,
        "-m",
        "stnb.cli.main",
        "lab",
        str(folder),
        "--port",
        str(_free()),
        "--no-browser",
    ]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=environment, restore_signals=True
    ) as process:
        assert process.stderr is not None
        address = next(
            found[0]
            for line in process.stderr
            if (found := re.search(r"http://localhost:\S+", line))
        )
        api = address.partition("/lab")[0] + "/api/contents"
        token = address.partition("token=")[2]

        assert urllib.request.urlopen(f"{api}?token={token}", timeout=20).status == 200
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(api, timeout=20)
        refused.value.close()
        assert refused.value.code == 403
        ended(process, how)
        assert process.returncode == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(api, timeout=5)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_in_use_is_passed_over() -> None:
    """The next free port is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert server.free_port("127.0.0.1", port) > port


@pytest.mark.parametrize("port", [-1, 65_536, 10**12])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    """A number outside of what ports have."""
    with pytest.raises(stnb.errors.UsageError, match="no port"):
        server.free_port("127.0.0.1", port)


def test_any_port_is_one_that_is_known() -> None:
    """0 takes a free one, and the address says which."""
    assert server.free_port("127.0.0.1", 0) > 0


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_a_host_of_another_machine_is_named(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the ports are to blame."""

    def refuse(*address: Any) -> None:
        raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(stnb.errors.SetupError, match="Nothing can listen on"):
        server.free_port(host, 8888)


class Silent:
    """A process that runs and never takes its port."""

    returncode = None

    def poll(self) -> None:
        return None


def test_an_answer_of_another_program_is_not_the_server_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While ours starts, another user's program may take its port: it would be sent the token."""
    monkeypatch.setattr(server, "PATIENCE", 0.3)
    page = server.Page("http://x/?token=t", "http://x/api", "The app", "voila", "")
    asked: list[str] = []

    def answers(address: str) -> bool:
        asked.append(address)
        return True

    monkeypatch.setattr(server, "_answers", answers)
    with pytest.raises(stnb.errors.SetupError, match="did not answer"):
        server.until_it_listens(Silent(), tmp_path / "mark", page)  # type: ignore[arg-type]
    assert asked == []

    (tmp_path / "mark").touch()
    server.until_it_listens(Silent(), tmp_path / "mark", page)  # type: ignore[arg-type]
    assert asked == [page.answers]


MARKS = """
import os, pathlib, sys
os.environ["STNB_PAGE_LISTENS"] = sys.argv[1]
from stnb.cli import page_server
mark = pathlib.Path(sys.argv[1])
page_server._tell_when_it_listens(mark)
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
server = HTTPServer(lambda request: None)
sockets = bind_sockets(0, "127.0.0.1")
assert not mark.exists()
server.add_sockets(sockets)
assert mark.exists()
"""


def test_the_server_tells_once_it_has_its_port(tmp_path: Path) -> None:
    """And not before."""
    pytest.importorskip("tornado")
    command = [sys.executable, "-W", "error", "-c", MARKS, str(tmp_path / "mark")]
    environment = {**os.environ, "PYTHONPATH": str(Path(stnb.__file__).parents[1])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_in_a_checkout_the_notebooks_are_its_own() -> None:
    """A checkout serves its own notebooks folder."""
    assert (notebooks.folder() / notebooks.FIRST).is_file()
    assert notebooks.folder() == Path(stnb.__file__).parent.parent / "notebooks"


def test_an_installed_package_copies_its_notebooks_once(tmp_path: Path) -> None:
    """Where there is no checkout the notebooks are copied beside the reader; what they changed
    there stays theirs.
    """
    package = tmp_path / "site" / "stnb"
    (package / "notebooks").mkdir(parents=True)
    for name in ("01-first-pull.ipynb", "02-new.ipynb"):
        (package / "notebooks" / name).write_text(name)
    target = notebooks.folder(tmp_path, package=package)
    (target / "01-first-pull.ipynb").write_text("changed")
    (target / "02-new.ipynb").unlink()

    assert notebooks.folder(tmp_path, package=package) == target == tmp_path / "stnb-notebooks"
    assert (target / "01-first-pull.ipynb").read_text() == "changed"
    assert (target / "02-new.ipynb").read_text() == "02-new.ipynb"


def test_the_notebooks_can_be_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb notebooks DIR` copies all of them, and changes none that is there."""
    target = tmp_path / "mine"
    assert main.main(["notebooks", str(target)]) == 0
    names = sorted(p.name for p in target.iterdir())
    assert names == sorted(p.name for p in notebooks.folder().glob("*.ipynb"))
    (target / names[1]).write_text("changed")

    assert main.main(["notebooks", str(target)]) == 0
    assert (target / names[1]).read_text() == "changed"
    assert f"{len(names)} notebooks in {target}" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Where the copy cannot be made, the error says where to start instead."""
    with pytest.raises(stnb.CannotSave, match="Start `stnb lab` in a folder that you may write to"):
        notebooks.folder(tmp_path, package=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("said", "theme", "template"),
    [([], "light", "stnb"), (["--dark"], "dark", "lab"), (["--light"], "light", "lab")],
)
def test_the_app_takes_the_colours_of_the_system_unless_told(
    said: list[str], theme: str, template: str
) -> None:
    """Voila's own page has one theme; ours, which the package brings, has both."""
    command = argparse.ArgumentParser()
    app.add(command, said)
    page = app._config(1, "t", command.parse_args(said).theme)["VoilaConfiguration"]

    assert (page["theme"], page["template"]) == (theme, template)
    assert [path.name for path in app.DATA.glob("voila/templates/*")] == ["stnb"]
