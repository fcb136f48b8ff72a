"""What a request looks for on the disk."""

from __future__ import annotations

import sys
import threading
from importlib.abc import MetaPathFinder
from typing import Any

import pytest

from tests.helpers.loopback import Loopback
from tests.helpers.toys import Toys


class Looks(MetaPathFinder):
    """Notes the modules that are looked for."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def find_spec(self, name: str, *_: Any) -> None:
        self.found.append((threading.current_thread().name, name))


def test_no_request_looks_for_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that is missing would be looked for anew at each request, in every folder."""
    looks = Looks()
    with Loopback(Toys(300), faults={}) as server, server.account() as account:
        toys = account["toys.widgets"]
        toys.pull(page_size=100, progress=False)  # what is loaded at first use is there
        monkeypatch.setattr(sys, "meta_path", [looks, *sys.meta_path])
        assert len(toys.pull(page_size=100, progress=False)) == 300
    assert [name for thread, name in looks.found if thread == "stnb"] == []
