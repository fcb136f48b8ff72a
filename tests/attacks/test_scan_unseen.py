"""Attacks on `stnb scan` by what it did not read as one: literals, names, and notebooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stnb.cli import main
from stnb.credentials import patterns, scan
from tests.attacks.test_scan import NAME, UNKNOWN, notebook, parts
from tests.helpers.full_length import APP_KEY, CLIENT_SECRET


@pytest.mark.parametrize("at", [6, 14, 30, 50])
@pytest.mark.parametrize(
    ("form", "is_code"),
    [
        ("x = ('{a}'  # the first half\n     '{b}')", True),
        ("x = ('{a}'\n  # it's the second half\n  # of it\n     '{b}')", True),
        ("x = ('{a}' +  # so\n     rb'{b}')", True),
        ("x = ('{a}'\n     \"{b}\")", False),
        ("x = \"{a}\" + '{b}'", False),
    ],
)
def test_a_remark_or_other_quotes_hide_no_half(form: str, is_code: bool, at: int) -> None:
    """No half stays, in a notebook; it is found in a text file too."""
    source = form.format(a=CLIENT_SECRET[:at], b=CLIENT_SECRET[at:])
    Path("book.ipynb").write_text(json.dumps(notebook(source.splitlines(keepends=True))))
    Path("notes.txt").write_text(source)

    found = scan.find(fix=True)

    assert [each.removed for each in found] == [True, False]
    left = "".join(json.loads(Path("book.ipynb").read_text())["cells"][0]["source"])
    assert not parts(left, CLIENT_SECRET)
    if is_code:
        compile(left, "cell", "exec")


@pytest.mark.parametrize(
    "line",
    [
        f"{NAME}: str = '{UNKNOWN}'",
        f"{NAME} = ('{UNKNOWN}')",
        f"{NAME} = (\n    '{UNKNOWN}'\n)",
        f"os.environ.setdefault('{NAME}', '{UNKNOWN}')",
        f'monkeypatch.setenv("{NAME}", "{UNKNOWN}")',
        f"os.putenv('{NAME}',\n    '{UNKNOWN}')",
    ],
)
def test_a_value_that_code_sets_is_found(line: str) -> None:
    """As an argument, behind a type, or in brackets."""
    Path("book.ipynb").write_text(json.dumps(notebook(line)))

    assert [each.removed for each in scan.find(fix=True)] == [True]
    assert UNKNOWN not in Path("book.ipynb").read_text()


@pytest.mark.parametrize(
    "line",
    [
        f"for name in ('{NAME}', 'SERVICETITAN_APP_KEY', 'SERVICETITAN_TENANT_ID_2'):",
        "names = ['SERVICETITAN_APP_KEY', 'SERVICETITAN_TENANT_ID_2']",
        f"os.environ.get('{NAME}', '')",
        f"{NAME}, 12345678901",
        f"{NAME} = (read(12345678))",
        f"{NAME}: str",
    ],
)
def test_code_about_a_name_is_no_secret(line: str) -> None:
    """Names beside each other, calls, types."""
    Path("notes.py").write_text(line)

    assert scan.find() == []


@pytest.mark.parametrize("beside", ["x = 1", f"y = '{APP_KEY}'"])
def test_a_name_that_stands_twice_hides_nothing(
    beside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reader of JSON sees the last one; the first is found all the same, and told apart."""
    text = json.dumps(notebook(beside)).replace('"cells"', f'"cells": ["{CLIENT_SECRET}"], "cells"')
    Path("book.ipynb").write_text(text)

    assert main.main(["scan", "--fix"]) == 1
    out, err = capsys.readouterr()
    assert "client secret" in out
    assert "removed" not in out
    assert "holds a name twice" in err
    assert Path("book.ipynb").read_text() == text


def test_a_name_in_capitals_is_a_notebook_s_too() -> None:
    """As on disks that keep capitals and compare without."""
    Path("BOOK.IPYNB").write_text(json.dumps(notebook(f"x = '{CLIENT_SECRET}'")))

    assert [each.removed for each in scan.find(fix=True)] == [True]
    assert not parts(Path("BOOK.IPYNB").read_text(), CLIENT_SECRET)


def test_the_search_is_linear() -> None:
    """A long text of what nearly is a joint or a value takes no time to speak of."""
    for piece in ("'#", "#'\n", "' #'\n", f"{NAME}: ", f"{NAME}', ", f"{NAME} = (", "'\n", "'+"):
        assert patterns.hits(piece * (100_000 // len(piece)), {}) == []
