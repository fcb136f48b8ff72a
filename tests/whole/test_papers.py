"""What stands around the package says the same as the package."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from stnb.catalog import load

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
GITHUB = ROOT / ".github"


def test_the_licence_is_the_one_that_is_named() -> None:
    """The file is the whole text of the licence of the metadata."""
    text = (ROOT / "LICENSE").read_text("utf-8")

    assert PROJECT["license"] == "Apache-2.0"
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_changelog_knows_the_version() -> None:
    """The version of the metadata has its part, and what comes after it stands before it."""
    heads = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert heads[0] == "Unreleased"
    assert PROJECT["version"] in heads


def test_every_python_that_is_named_is_tried() -> None:
    """The classifiers are the versions of the workflow, and begin with the oldest that installs."""
    marks = [mark.rpartition(" :: ")[2] for mark in PROJECT["classifiers"] if " :: 3." in mark]
    workflow = (GITHUB / "workflows" / "ci.yml").read_text("utf-8")
    [tried] = re.findall(r"^ +python: \[(.+)\]$", workflow, re.MULTILINE)

    assert tried == ", ".join(f'"{mark}"' for mark in marks)
    assert PROJECT["requires-python"] == f">={marks[0]}"


def test_links_of_the_papers_lead_somewhere() -> None:
    """What the papers link to within the repository is there."""
    missing = []
    guide = (ROOT / "stnb" / "guide").glob("*.md")
    for paper in [ROOT / "README.md", ROOT / "CHANGELOG.md", *GITHUB.glob("*.md"), *guide]:
        targets = re.findall(r"\]\(([^)#]+)[^)]*\)", paper.read_text("utf-8"))
        here = [target for target in targets if not target.startswith("http")]
        missing += [target for target in here if not (paper.parent / target).exists()]

    assert missing == []


def test_the_package_runs_as_a_module() -> None:
    """`python -m stnb` is the command: its version, its exit codes."""
    command = [sys.executable, "-m", "stnb"]

    version = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=120)
    wrong = subprocess.run([*command, "pulll"], capture_output=True, text=True, timeout=120)

    assert version.stdout.startswith("stnb ")
    assert version.returncode == 0
    assert wrong.returncode == 2
    assert "__main__" not in wrong.stderr


def test_the_readme_is_short_and_shows_on_a_package_index() -> None:
    """At most 150 lines, no picture that is in the repository alone, and a link to each page of the
    guide.
    """
    text = (ROOT / "README.md").read_text("utf-8")
    guide = {f"stnb/guide/{path.name}" for path in (ROOT / "stnb" / "guide").glob("*.md")}

    assert len(text.splitlines()) <= 150
    assert re.findall(r"!\[[^\]]*\]\((?!https://)", text) == []
    assert guide <= set(re.findall(r"\]\(([^)]+)\)", text))


def test_the_papers_count_the_resources_as_they_are() -> None:
    """Their number grows with the catalogue."""
    said = []
    for paper in [ROOT / "README.md", *(ROOT / "notebooks").glob("*.ipynb")]:
        said += re.findall(r"(?<!over )\b(\d{3}) resources", paper.read_text("utf-8"))

    assert said
    assert set(said) == {str(len(list(load())))}
