"""Every package that may be missing is asked for in one place, in the same three sentences."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import stnb
from stnb.errors import CredentialsInvalid, SetupError
from stnb.errors.packages import imported, lacking, missing, own_version
from tests.helpers.code import parsed

ROOT = Path(stnb.__file__).parent
HOME = ROOT / "errors" / "packages.py"
# Where the absence of a package is no error: the standard library's own reader takes its place, and
# what is private in pandas may go.
WITHOUT = {ROOT / "session" / "inflate.py", ROOT / "frame" / "pandas_private.py"}
# The name of a picture's missing package is that of the import that failed.
OF_PICTURES = {ROOT / "tables" / "charts" / "look.py", ROOT / "tables" / "charts" / "figure.py"}

MAYBE = re.compile("find_spec|ImportError|ModuleNotFoundError")  # only such files are parsed
EXCEPT = WITHOUT | OF_PICTURES | {HOME}


def _asks(file: Path) -> Iterator[str]:
    """What a file has of looking for packages by itself."""
    code = file.read_text("utf-8")
    if not MAYBE.search(code):
        return
    for node in ast.walk(parsed(code)):
        if isinstance(node, ast.Attribute) and node.attr == "find_spec":
            yield f"{file.name}:{node.lineno}: find_spec"
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            named = ast.unparse(node.type)
            if "ImportError" in named or "ModuleNotFoundError" in named:
                yield f"{file.name}:{node.lineno}: except {named}"


def test_one_home_for_missing_packages() -> None:
    """No other file of the package looks for one by itself."""
    others = [f for f in ROOT.rglob("*.py") if f not in EXCEPT]

    assert [found for file in others for found in _asks(file)] == []


def test_three_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be done, which package is missing, and the line that installs it."""
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(SetupError) as caught:
        imported("duckdb", "No SQL can be run.", "stnb[sql]", otherwise="or read it in pandas")

    assert caught.value.happened == "No SQL can be run."
    assert caught.value.why == "The package duckdb is not installed."
    assert (
        caught.value.next == 'Run `pip install "stnb[sql]"`, then try again, or read it in pandas.'
    )
    assert caught.value.__context__ is None


def test_another_kind_of_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret in a keyring that cannot be read is a fault of the credentials."""
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(CredentialsInvalid, match="package keyring"):
        imported("keyring.errors", "It cannot be read.", "stnb[keyring]", kind=CredentialsInvalid)


def test_what_is_lacking() -> None:
    """The first one that is not there; nothing is imported for that."""
    assert lacking("json", "no_such_package", "another_one") == "no_such_package"
    assert lacking("json", "pandas") == ""
    assert "pip install s3fs" in missing("No.", "s3fs", "s3fs").next


def test_a_folder_that_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """It works as ever, and says so where a version would stand."""

    def missing_one(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    assert own_version() == stnb.__version__ == importlib.metadata.version("stnb")
    monkeypatch.setattr(importlib.metadata, "version", missing_one)
    assert own_version() == stnb.__version__ == "unknown"
