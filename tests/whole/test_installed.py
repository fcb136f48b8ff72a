"""The built wheel does its work in fresh environments, with the core alone and with each extra.

It downloads packages: `STNB_TEST_WHEEL=1 pytest -n 0 tests/whole/test_installed.py` runs it. With
`uv` on the PATH it takes a quarter of the time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.interrupts import ended

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FOR_DEVELOPERS = {"test", "bench"}
VERSIONS = ("3.11", "3.12", "3.13")
# What a person's shell has: before the tests set variables, and without those of a tenant.
PLAIN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("SERVICETITAN_", "STNB_", "PYTHON"))
}
PLAIN["STNB_DEMO_SCALE"] = "0.05"
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)

# What every installation does, and one call of each extra after it.
MAIN = "import stnb; st = stnb.demo(); df = st.jpm.jobs.pull(jobStatus='Completed')\n"
CALLS = {
    "": "assert len(df) > 10; stnb.save(df, 'jobs.parquet'); stnb.save(df, 'jobs.csv')",
    "app": "import stnb.cli.app, voila; stnb.explore()",
    "completion": "from stnb.cli.main import main; assert main(['completion', 'bash']) == 0",
    "dask": "ts = stnb.Tenants({'a': st}); assert len(ts.dask('jpm.jobs', by='month').compute())",
    "delta": "stnb.sync([st.jpm.jobs], to='lake', format='delta')",
    "dlt": "assert 'jpm_jobs' in stnb.dlt_source(st, ['jpm.jobs']).resources",
    "docs": "from stnb.cli.main import main; assert main(['docs', '--as-saved']) == 0",
    "fast": "from stnb.session import inflate; assert 'isal' in inflate._fastest().__name__",
    "keyring": "from stnb.credentials import vault; vault.is_usable(); import keyring",
    "lab": "stnb.pictures.bars(df, 'jobStatus', 'total'); stnb.save(df, 'jobs.xlsx')",
    "socks": "import httpx; httpx.Client(proxy='socks5h://127.0.0.1:9').close()",
    "sql": "stnb.save(df, 'jobs.parquet'); assert len(stnb.sql('select id from jobs', '.')) > 10",
}

asked = pytest.mark.skipif(
    os.environ.get("STNB_TEST_WHEEL") != "1", reason="it downloads packages: STNB_TEST_WHEEL=1"
)


def _python(version: str) -> str:
    """The path of a Python of this version: on the PATH, or among pyenv's.

    pyenv puts a `python3.12` on the PATH that ends at once if 3.12 is not the version in use.
    """
    own = Path.home() / ".pyenv" / "versions"
    kept = sorted(own.glob(f"{version}.*/bin/python{version}"))
    for found in [shutil.which(f"python{version}"), *kept]:
        if found and subprocess.run([found, "-V"], capture_output=True).returncode == 0:
            return str(found)
    pytest.skip(f"there is no Python {version}")


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, env=PLAIN, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3_000:]


def _installed(python: str, what: str, folder: Path) -> str:
    """A fresh environment with a wheel: its Python."""
    inside = str(folder / "env" / "bin" / "python")
    uv = shutil.which("uv", path=PLAIN.get("PATH"))
    if uv:
        _run([uv, "venv", "-q", "--python", python, "env"], folder)
        _run([uv, "pip", "install", "-q", "--python", inside, what], folder)
    else:
        _run([python, "-m", "venv", "env"], folder)
        _run([inside, "-m", "pip", "install", "-q", what], folder)
    return inside


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["-q", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder)]
    _run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], folder)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose environment is removed afterwards: each is up to a gigabyte."""
    yield tmp_path
    shutil.rmtree(tmp_path / "env", ignore_errors=True)


def test_every_extra_is_tried() -> None:
    """An extra that is added has its call here."""
    assert set(CALLS) - {""} == set(PROJECT["optional-dependencies"]) - FOR_DEVELOPERS


@asked
@pytest.mark.timeout(900)
@pytest.mark.parametrize("extra", CALLS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_fresh_environment(version: str, extra: str, wheel: Path, folder: Path) -> None:
    """Installed outside the repository it pulls, makes a call of the extra, copies notebooks."""
    wanted = f"{wheel}[{extra}]" if extra else str(wheel)
    python = _installed(_python(version), wanted, folder)

    _run([python, "-I", "-c", MAIN + CALLS[extra]], folder)
    _run([python, "-I", "-m", "stnb", "notebooks", "copied"], folder)

    assert len(list((folder / "copied").glob("*.ipynb"))) == 11
    if extra == "lab":
        _paste_the_readme(python, folder)
        _start("lab", python, folder)
    if extra == "app":
        _start("app", python, folder)


def _paste_the_readme(python: str, folder: Path) -> None:
    """All its snippets, in their order, as into one notebook."""
    snippets = SNIPPET.findall((ROOT / "README.md").read_text("utf-8"))
    assert len(snippets) == 2
    (folder / "readme.py").write_text("\n".join(snippets), "utf-8")
    _run([python, "-I", "readme.py"], folder)


def _start(command: str, python: str, folder: Path) -> None:
    """`stnb lab` or `stnb app` prints an address that answers, and ends by Ctrl-C."""
    port = "8900" if command == "lab" else "8950"
    with subprocess.Popen(
        [python, "-I", "-m", "stnb", command, "--no-browser", "--port", port],
        cwd=folder / "copied",
        env=PLAIN,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        restore_signals=True,
    ) as process:
        assert process.stdout is not None
        printed = []
        found = None
        for line in process.stdout:
            printed.append(line)
            found = re.search(r"http://\S+", line)
            if found:
                break
        assert found, "".join(printed)
        assert urllib.request.urlopen(found[0], timeout=60).status == 200
        ended(process)
        assert process.returncode == 0
