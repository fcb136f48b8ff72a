"""A picture praises only what stands out, and draws periods that are not whole as outlines."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import stnb
from stnb import pictures
from stnb.tables.charts import Spec

pytestmark = pytest.mark.usefixtures("small_demo")

ABOUT = {"resource": "jpm.jobs", "timezone": "America/Phoenix", "began": "2026-09-20T12:00:00Z"}


def months(counts: dict[str, int], **about: Any) -> pd.DataFrame:
    """Jobs of these months, each on the tenth at noon in Phoenix."""
    times = [f"{month}-10T19:00Z" for month, count in counts.items() for _ in range(count)]
    frame = pd.DataFrame({"completedOn": pd.to_datetime(times, utc=True)})
    frame.attrs["stnb"] = {**ABOUT, **about}
    return frame


def drawn(frame: pd.DataFrame) -> Any:
    wish = Spec("over time", "count", "completedOn", every="month")
    return pictures.draw(frame, pictures.settled(frame, wish))


def hollow(figure: Any) -> list[bool]:
    return [bar.get_facecolor()[3] == 0 for bar in figure.axes[0].patches]


COUNTS = {"2026-05": 4, "2026-06": 9, "2026-07": 5}


def test_a_maximum_is_named_only_if_it_stands_out() -> None:
    """Nine jobs against five are a finding, nine against nine are not; the code says the same."""
    clear, even = months(COUNTS), months({**COUNTS, "2026-07": 9})

    assert drawn(clear).finding.title == "June 2026 has the most jobs: 9"
    assert drawn(even).finding.title == "Number of jobs a month: 4 to 9"
    assert "idxmax" not in pictures.code(
        pictures.settled(even, Spec("over time", "count", "completedOn"))
    )


@pytest.mark.parametrize(
    ("about", "which", "note"),
    [
        ({}, [False, False, False], ""),
        ({"began": "2026-07-20T00:00Z"}, [False, False, True], "July 2026 was not over"),
        (
            {"bounds": {"completedOn": {"from": "2026-05-04T07:00:00Z"}}},
            [True, False, False],
            "May 2026 is not whole: a filter begins within it.",
        ),
        ({"bounds": {"completedOn": {"from": "2026-05-01T07:00:00Z"}}}, [False, False, False], ""),
        (
            {"bounds": {"completedOn": {"before": "2026-07-15T07:00:00Z"}}},
            [False, False, True],
            "July 2026 is not whole: a filter ends within it.",
        ),
        (
            {"first": "the first 18 of 90, oldest first", "order": "oldest first"},
            [False, False, True],
            "July 2026 is not whole: there are more rows.",
        ),
        (
            {"first": "the first 18 of 90, newest first", "order": "newest first"},
            [True, False, False],
            "May 2026 is not whole: there are more rows.",
        ),
        (
            {"first": "the 18 of 90 that had arrived when the pull was cancelled", "order": ""},
            [True, False, True],
            "May 2026 and July 2026 are not whole: there are more rows.",
        ),
    ],
)
def test_periods_that_are_not_whole_are_outlines(
    about: dict[str, Any], which: list[bool], note: str
) -> None:
    """By a filter, a sample, a cancelled pull or the day of reading, at either end; with a note."""
    figure = drawn(months(COUNTS, **about))

    assert hollow(figure) == which
    assert note in " ".join(figure.finding.notes)
    assert bool(figure.finding.notes) == (True in which)


def test_a_lone_period_that_is_not_whole_is_an_outline_too() -> None:
    """If no period is whole, the numbers are still drawn and named, and the code runs."""
    frame = months({"2026-09": 3})
    figure = drawn(frame)
    assert hollow(figure) == [True]

    spec = pictures.settled(frame, Spec("over time", "count", "completedOn", every="month"))
    assert "iloc" not in pictures.code(spec)


def test_a_pull_says_which_spans_its_filters_bound() -> None:
    """The bounds are by column, and the order of the rows is known, also newest first."""
    st = stnb.demo(scale=0.05)
    frame = st.jpm.jobs.pull(completedOnOrAfter="2026-01-05", createdBefore="2026-06-01")
    about = frame.attrs["stnb"]
    assert set(about["bounds"]) == {"completedOn", "createdOn"}
    assert about["bounds"]["completedOn"]["from"].startswith("2026-01-05T07:00")

    with pytest.warns(stnb.FirstRows, match="newest first"):
        newest = st.jpm.jobs.pull(sort="-CreatedOn", limit=20)
    assert newest.attrs["stnb"]["order"] == "newest first"
    assert newest["createdOn"].is_monotonic_decreasing
