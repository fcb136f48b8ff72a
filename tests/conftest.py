"""What every test starts from: no credentials in the environment, an empty folder to work in, no network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import stnb
from stnb import notices


@pytest.fixture(autouse=True)
def clean_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No variable of ours, an empty working folder, nothing said before; whatever a test sets is undone."""
    for name in list(os.environ):
        if name.startswith(("SERVICETITAN_", "STNB_")) and name != "STNB_CHROMIUM":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    notices._SAID.clear()
    before = dict(os.environ)
    yield
    assert {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"} == {
        k: v for k, v in before.items() if k != "PYTEST_CURRENT_TEST"
    }


@pytest.fixture
def st() -> Iterator[stnb.Account]:
    """An account of the demo tenant, in this process."""
    with stnb.connect("demo") as account:
        yield account
