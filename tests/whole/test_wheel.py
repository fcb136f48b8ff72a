"""The wheel holds what an installed stnb needs, and nothing else."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# As pip does without a network: the backend of this environment, and no other package.
BUILD = ["-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index", "--no-cache-dir"]

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        importlib.util.find_spec("hatchling") is None or importlib.util.find_spec("pip") is None,
        reason="hatchling, which builds the wheel, is not installed",
    ),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, *BUILD, "--wheel-dir", str(folder), str(ROOT)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = folder.glob("*.whl")
    with zipfile.ZipFile(made) as opened:
        yield opened


def test_everything_of_the_package_is_there(wheel: zipfile.ZipFile) -> None:
    """Modules, data files, scripts and styles of the explorer, notebooks, and the mark of types."""
    names = set(wheel.namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "stnb").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    notebooks = {f"stnb/notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}

    pictures = {"stnb/guide/explorer.png"}  # a page of the guide shows it

    assert wanted | notebooks | pictures <= names
    assert "stnb/py.typed" in names
    assert len(notebooks) == 11


def test_nothing_else_is_there(wheel: zipfile.ZipFile) -> None:
    """No tests, no caches, no secrets, nothing beside the package and its metadata."""
    names = wheel.namelist()
    tops = {name.partition("/")[0] for name in names}
    odd = re.compile(r"(^|/)(tests?|__pycache__|\.[^/]+|conftest\.py)(/|$)|\.(pyc|env|parquet)$")

    assert tops == {"stnb", f"stnb-{PROJECT['version']}.dist-info"}
    assert [name for name in names if odd.search(name)] == []
    assert len(names) == len(set(names))


def test_the_metadata(wheel: zipfile.ZipFile) -> None:
    """The whole licence, its name, the README, the Pythons, and the `stnb` command."""
    folder = f"stnb-{PROJECT['version']}.dist-info"
    licence = wheel.read(f"{folder}/licenses/LICENSE")
    metadata = wheel.read(f"{folder}/METADATA").decode()

    assert licence == (ROOT / "LICENSE").read_bytes()
    assert "\nLicense-Expression: Apache-2.0\n" in metadata
    assert "\nLicense-File: LICENSE\n" in metadata
    assert f"\nRequires-Python: {PROJECT['requires-python']}\n" in metadata
    assert "\n# stnb\n" in metadata
    assert b"stnb = stnb.cli.main:main" in wheel.read(f"{folder}/entry_points.txt")


def test_it_runs_from_the_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Unpacked outside the repository it pulls, and copies its own notebooks."""
    place = tmp_path / "site"
    wheel.extractall(place)
    program = (
        f"import sys; sys.path.insert(0, {str(place)!r})\n"
        "import stnb; from stnb.cli.main import main\n"
        f"assert stnb.__file__.startswith({str(place)!r}), stnb.__file__\n"
        "df = stnb.demo(scale=0.02).jpm.jobs.pull(jobStatus='Completed')\n"
        "assert len(df) > 10\n"
        "assert main(['notebooks', 'copied']) == 0\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=200
    )

    assert done.returncode == 0, done.stderr[-3_000:]
    assert len(list((tmp_path / "copied").glob("*.ipynb"))) == 11
