"""The demo as a server: a process of its own, found by the lines that it prints for a .env file."""

from __future__ import annotations

import re
import socket
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import stnb
from stnb.cli.main import main
from stnb.demoserver import APP_KEY, CLIENT_ID, CLIENT_SECRET, TENANT, serve
from tests.helpers.served_demo import COMMAND, Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("served"))
    yield made
    made.end()


@pytest.fixture
def env(served: Served) -> Path:
    """A .env file with the printed lines in the working folder; no faults in force."""
    httpx.delete(f"{served.url}/_demo/faults")
    file = Path(".env")
    file.write_text(served.env)
    return file


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=60, cwd=cwd
    )


@pytest.mark.long
def test_a_pull_from_the_terminal(env: Path) -> None:
    """With the printed lines in a .env file, a pull of that profile reads from the server."""
    done = run("pull", "jpm.jobs", "--profile", "local", "--limit", "7", "--to", "jobs.csv")

    assert done.returncode == 0, done.stderr
    assert len(Path("jobs.csv").read_text().splitlines()) == 8


def test_connect_finds_it(env: Path) -> None:
    """So does a notebook, and both read the rows that the demo in this process has."""
    with stnb.connect("local") as there, stnb.demo(scale=0.05) as here:
        assert (there.environment, there.tenant) == ("custom", here.tenant)
        assert there.jpm.jobs.pull(limit=300).equals(here.jpm.jobs.pull(limit=300))


@pytest.mark.parametrize("fault", ["reset", "drop", "never-answers", "cut-gzip", "cut-off"])
def test_lines_that_break(env: Path, served: Served, fault: str) -> None:
    """A connection is closed before or within an answer, as the network does it, and the
    pull goes on."""
    order = {"name": fault, "path": "/appointments", "seconds": 0.05}
    assert httpx.post(f"{served.url}/_demo/faults", json=[order]).status_code == 200
    with stnb.connect("local") as st, warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = st.jpm.appointments.pull(active="Any")

    assert len(frame) == frame.attrs["stnb"]["total"] > 100
    assert frame.attrs["stnb"]["complete"] is True
    assert httpx.get(f"{served.url}/_demo/faults").json()["in force"][0]["done"] == 1


@pytest.mark.parametrize(
    ("fault", "error"), [("reset", "RemoteProtocolError"), ("drop", "RemoteProtocolError")]
)
def test_how_a_line_breaks(env: Path, served: Served, fault: str, error: str) -> None:
    """A plain client sees no answer, or one that is shorter than it said."""
    httpx.post(f"{served.url}/_demo/faults", json=[fault])

    with pytest.raises(getattr(httpx, error)):
        httpx.get(f"{served.url}/jpm/v2/tenant/1/jobs")
    assert httpx.get(f"{served.url}/jpm/v2/tenant/1/jobs").status_code == 401


def test_answers_are_packed_for_those_who_take_it(env: Path, served: Served) -> None:
    """Long answers are sent as gzip, and nothing else tells what serves them."""
    headers = {"Authorization": f"Bearer {_token(served)}", "ST-App-Key": APP_KEY}
    plain, packed = (
        httpx.get(
            f"{served.url}/jpm/v2/tenant/{TENANT}/jobs",
            headers={**headers, "Accept-Encoding": kind},
        )
        for kind in ("identity", "gzip")
    )

    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content
    assert "server" not in plain.headers
    assert len(plain.headers.get_list("date")) == 1


def _token(served: Served) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    return str(httpx.post(f"{served.url}/connect/token", data=form).json()["access_token"])


def test_ctrl_c_ends_it_and_frees_the_port(tmp_path: Path) -> None:
    """Without a traceback, also while a call is under way; the port can be taken again at once."""
    served = Served(
        tmp_path, "--live", "--speed", "60", "--fault", "429-header", "--fault", "503:0.5"
    )
    waiting = httpx.Client()
    faults = waiting.get(f"{served.url}/_demo/faults").json()["in force"]
    code, out, err = served.end()
    waiting.close()

    assert [(f["name"], f["chance"]) for f in faults] == [("429-header", 1.0), ("503", 0.5)]
    assert (code, out, err) == (0, "", "stnb: the demo has ended.\n")
    serve.listen(served.port).close()


def test_a_taken_port_is_told_in_three_sentences(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """What happened, why, and what to do."""
    assert main(["demo", "serve", "--port", str(served.port)]) == 2

    told = capsys.readouterr().err
    assert told.startswith(f"stnb: Port {served.port} cannot be had. ")
    assert len(re.findall(r"\.(?:\s|$)", told)) == 3


@pytest.mark.parametrize(
    ("options", "told"),
    [
        pytest.param(["--host", "0.0.0.0"], "does not listen on 0.0.0.0", id="another host"),
        pytest.param(["--speed", "2"], "without --live", id="a speed where no time passes"),
        pytest.param(["--live", "--speed", "0"], "is no speed", id="no speed"),
        pytest.param(["--fault", "nonsense"], "there are 429-header", id="no such fault"),
        pytest.param(["--state", "nonsense"], "there are healthy", id="no such state"),
        pytest.param(["--scale", "-1"], "from 0.001 to 100", id="no size"),
        pytest.param(["--scale", "0.0001"], "from 0.001 to 100", id="no job"),
        pytest.param(["--latency", "-1"], "from 0 to 600", id="no latency"),
        pytest.param(["--profile", "a b"], "no name of a profile", id="no name"),
        pytest.param(["--port", "99999"], "cannot be had", id="no port"),
    ],
)
def test_wrong_options_are_refused(
    options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is served."""
    assert main(["demo", "serve", *options]) == 2
    assert told in capsys.readouterr().err


def test_it_listens_on_the_loopback_alone() -> None:
    """Whatever is asked for."""
    with serve.listen(0) as line:
        assert line.getsockname()[0] == "127.0.0.1"
        assert line.family == socket.AF_INET
