"""Memory is given back where the system takes it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pandas as pd
import pytest

from stnb.catalog import load
from stnb.frame import assemble, decode, memory, shape_of
from stnb.frame.united import united


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    memory._malloc_trim.cache_clear()
    yield
    memory._malloc_trim.cache_clear()


def test_the_c_library_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it has a function for that, it is called once, and keeps nothing."""
    asked: list[int] = []

    class Library:
        malloc_trim = staticmethod(asked.append)

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library)
    memory.give_back()
    assert asked == [0]


@pytest.mark.parametrize("error", [OSError, TypeError, AttributeError])
def test_another_c_library_is_no_error(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """Other systems have no such function, or open no library so."""

    def missing(name: None) -> None:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", missing)
    memory.give_back()


def test_frames_share_what_they_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The columns of a frame are counted by the one mover of all frames."""
    moved: list[int] = []
    monkeypatch.setattr(memory.COLUMNS, "moved", moved.append)
    united({"mesa": pd.DataFrame({"id": [1, 2]}), "tucson": pd.DataFrame({"id": [1]})})
    page = decode(b'{"data": [{"id": 1}]}', "data", shape_of(load()["jpm.jobs"]))
    before = len(moved)
    assemble([page], shape_of(load()["jpm.jobs"]))
    assert 0 < before < len(moved)
