"""The rooms keep to their order, and the code to its tools."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["importlinter.cli", "lint_imports_command"], id="import contracts"),
        pytest.param(["ruff", "check", "."], id="ruff check"),
        pytest.param(["ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["mypy"], id="mypy --strict"),
        pytest.param(["stnb.cli", "scan", "."], id="stnb scan"),
        pytest.param(["codespell_lib", "stnb", "tests", "notebooks", "README.md", ".env.example"], id="codespell"),
    ],
)
def test_tools_agree(command: list[str]) -> None:
    """Every tool of the project passes on the project."""
    done = subprocess.run([sys.executable, *_module(command)], cwd=ROOT, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_its_place() -> None:
    """The order of rooms names every module and folder of the package, so that none escapes the contracts."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    placed = {room.strip() for line in contracts[0]["layers"] for room in line.split("|")}
    rooms = {p.stem for p in (ROOT / "stnb").iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()} - {"__init__"}

    assert rooms == placed


def _module(command: list[str]) -> list[str]:
    if command[0] == "importlinter.cli":
        return ["-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    return ["-m", *command]
