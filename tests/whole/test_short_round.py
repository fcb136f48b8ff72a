"""What a short round of all tests leaves out, and when nothing is left out."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.helpers import short_round
from tests.helpers.short_round import ROOT


def asked(*paths: object, keyword: str = "", markexpr: str = "") -> Any:
    """The settings of a round."""
    option = SimpleNamespace(keyword=keyword, markexpr=markexpr)
    return SimpleNamespace(args=[str(path) for path in paths], option=option)


class Case:
    """A test as pytest collects it."""

    def __init__(self, name: str, *marks: str) -> None:
        self.nodeid, self._marks = f"tests/test_it.py::{name}", marks

    def get_closest_marker(self, mark: str) -> bool:
        return mark in self._marks


def left(*cases: Case) -> list[str]:
    """The names of those that run."""
    given: list[Any] = list(cases)
    out = short_round.left_out(given)
    return [case.nodeid.partition("::")[2] for case in given if case not in out]


@pytest.mark.each
@pytest.mark.parametrize(
    ("config", "short"),
    [
        (asked(ROOT / "tests"), True),
        (asked(ROOT), True),
        (asked(ROOT / "tests", markexpr="not browser"), True),
        (asked(ROOT / "tests", markexpr="browser"), False),
        (asked(ROOT / "tests", markexpr="long"), False),
        (asked(ROOT / "tests", keyword="resume"), False),
        (asked(ROOT / "tests" / "pull"), False),
        (asked(ROOT / "tests", ROOT / "tests" / "pull"), False),
        (asked(f"{ROOT}/tests/pull/test_call.py::test_it[a]"), False),
    ],
    ids=lambda value: "" if isinstance(value, bool) else f"{value.args} {vars(value.option)}",
)
def test_a_round_is_short_if_no_part_is_named(
    config: Any, short: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder, a test, words or a mark name a part; leaving out the pages does not."""
    monkeypatch.setattr(short_round, "EVERYTHING", False)

    assert short_round.is_short(config) is short


def test_whole_sweeps_are_never_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """STNB_TEST_ALL runs all of it."""
    monkeypatch.setattr(short_round, "EVERYTHING", True)

    assert not short_round.is_short(asked(ROOT / "tests"))


@pytest.mark.each
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 7, 8, 9, 40, 101])
def test_an_eighth_of_many_cases_runs(number: int) -> None:
    """Of few cases two run, or the only one."""
    cases = [Case(f"test_a[{at}]") for at in range(number)]

    assert min(number, 2) <= len(left(*cases)) <= max(3, number // 8 + 1)


def test_the_same_cases_run_in_every_process() -> None:
    """They hang on the names alone, not on the order of other tests."""
    cases = [Case(f"test_{name}[{at}]") for name in "abc" for at in range(9)]
    by_name = sorted(random.Random(1).sample(cases, len(cases)), key=lambda case: case.nodeid)

    assert sorted(left(*cases)) == sorted(left(*by_name))


def test_marks_decide() -> None:
    """What is long is left out, of what is marked so each case runs, and the rest stays."""
    each = [Case(f"test_each[{at}]", "each") for at in range(9)]
    ran = left(Case("test_long", "long"), Case("test_plain"), *each)

    assert ran == ["test_plain", *(f"test_each[{at}]" for at in range(9))]
