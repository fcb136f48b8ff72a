"""The rooms keep to their order, and the code to its tools."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["importlinter.cli", "lint_imports_command"], id="import contracts"),
        pytest.param(["ruff", "check", "."], id="ruff check"),
        pytest.param(["ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["mypy"], id="mypy --strict"),
        pytest.param(["stnb.cli.main", "scan", "."], id="stnb scan"),
        pytest.param(
            ["codespell_lib", "stnb", "tests", "notebooks", "README.md", ".env.example"],
            id="codespell",
        ),
    ],
)
def test_tools_agree(command: list[str]) -> None:
    """Every tool of the project passes on the project."""
    done = subprocess.run(
        [sys.executable, *_module(command)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stdout + done.stderr


def _module(command: list[str]) -> list[str]:
    if command[0] == "importlinter.cli":
        return [
            "-c",
            "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())",
        ]
    return ["-m", *command]
