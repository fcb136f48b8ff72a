"""Every promise of the security page names a test that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / ".github" / "SECURITY.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def promises() -> list[str]:
    """The lines of the page that promise something."""
    lines = PAGE.read_text("utf-8").splitlines()
    return [line for line in lines if line.startswith("- ")]


@pytest.mark.parametrize(("file", "test"), NAMED.findall(PAGE.read_text("utf-8")))
def test_a_named_test_exists(file: str, test: str) -> None:
    """A function of that name, in that file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}

    assert test in names
    assert test.startswith("test_")


def test_each_promise_names_a_test() -> None:
    """There are twenty and more, and none stands alone."""
    assert len(promises()) >= 20
    assert [line for line in promises() if not NAMED.search(line)] == []


def test_the_page_is_one_page() -> None:
    """Short enough to be read."""
    assert len(PAGE.read_text("utf-8").split()) < 1000
