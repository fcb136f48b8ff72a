"""A notice is warned of once, at the reader's line."""

from __future__ import annotations

import warnings

import pytest

from stnb import catalog
from stnb.errors import ColumnDrift, Incomplete, KnownTrap, StnbWarning
from stnb.frame import notices
from stnb.frame.drift import Drift, Kind
from stnb.frame.notices import Notice


def warned(*several: Notice) -> list[str]:
    """What of these is warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for notice in several:
            notices.warn(notice)
    return [str(w.message) for w in caught]


def test_a_text_is_said_once() -> None:
    """Another text, even with other figures alone, is another notice."""
    one, other = Notice(StnbWarning, "5 rows"), Notice(StnbWarning, "6 rows")

    assert warned(one, other, one) == ["5 rows", "6 rows"]
    assert warned(one) == []


def test_a_key_is_said_once_whatever_its_figures() -> None:
    """The key tells notices apart, not the words."""
    first, second = Notice(KnownTrap, "5 jobs", "trap"), Notice(KnownTrap, "6 jobs", "trap")

    assert warned(first, second, Notice(KnownTrap, "7 jobs", "another")) == ["5 jobs", "7 jobs"]


def test_an_incomplete_pull_is_said_each_time() -> None:
    """Rows that are missing matter in every pull."""
    notice = Notice(Incomplete, "3 of 5 rows")

    assert warned(notice, notice) == ["3 of 5 rows"] * 2


def test_what_is_forgotten_is_said_again() -> None:
    """As in a new process."""
    notice = Notice(StnbWarning, "5 rows")

    assert warned(notice) == ["5 rows"]
    notices.forget()
    assert warned(notice) == ["5 rows"]


def test_what_is_heard_is_not_warned_of() -> None:
    """A widget shows it in its own place, and a later warning is not suppressed by it."""
    notice = Notice(StnbWarning, "5 rows")

    with notices.heard() as told:
        assert warned(notice) == []

    assert told == [notice]
    assert warned(notice) == ["5 rows"]


def test_a_warning_points_at_the_readers_line() -> None:
    """It names this file, not one of the package."""
    with pytest.warns(StnbWarning) as caught:
        notices.warn(Notice(StnbWarning, "5 rows"))

    assert caught[0].filename == __file__


def test_a_warning_names_a_few_columns_only() -> None:
    """The others are in the frame's attrs."""
    drift = {name: [Drift(name, Kind.NEW, 1)] for name in "abcdefg"}

    (notice,) = notices.drifted(catalog.load()["jpm.jobs"], drift)

    assert notice.category is ColumnDrift
    assert notice.text.startswith("jpm.jobs differs from the catalogue: a is not in the catalogue;")
    assert notice.text.endswith("found in 1 row; and 3 more, in df.attrs. Nothing was dropped.")
    assert notices.drifted(catalog.load()["jpm.jobs"], {}) == []
