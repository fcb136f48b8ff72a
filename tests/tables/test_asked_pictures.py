"""Pictures from a frame and two column names: what they compute, how they write it, and what they
say to those who do not see them.
"""

from __future__ import annotations

import doctest
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb import pictures
from stnb.tables import charts
from stnb.tables.charts.asked import canvas, question

EVERY = [pictures.bars, pictures.line, pictures.heat, pictures.funnel, pictures.dots]


def bar_sizes(picture: Any) -> list[float]:
    """The lengths of all bars, in the order in which they were drawn."""
    axes = picture.axes[0]
    return [max(bar.get_width(), bar.get_height()) for bar in axes.patches]


def texts(picture: Any) -> list[str]:
    """All that is written in the picture."""
    picture.draw_without_rendering()
    return [
        text.get_text() for text in picture.findobj(match=lambda part: hasattr(part, "get_text"))
    ]


def days(*names: str) -> pd.Series[Any]:
    return pd.Series(pd.to_datetime(list(names)))


@pytest.mark.parametrize("module", [canvas, question])
def test_the_examples_are_right(module: Any) -> None:
    """What the docstrings of the parts show is what they give."""
    assert doctest.testmod(module).failed == 0


# -- bars


def test_rows_of_a_group_are_added_up() -> None:
    """The largest group comes first, and stands out in colour and title only if it is clear."""
    frame = pd.DataFrame({"city": ["Mesa", "Tempe", "Mesa"], "subTotal": [100.0, 50.0, 300.0]})

    clear = pictures.bars(frame, "city", "subTotal")
    close = pictures.bars(pd.DataFrame({"city": ["Mesa", "Tempe"], "subTotal": [100.0, 99.0]}),
                          "city", "subTotal")  # fmt: skip

    assert [bar.get_width() for bar in clear.axes[0].patches] == [400.0, 50.0]
    assert clear.finding.title == "Mesa makes up 89% of the sub total, $450"
    assert close.finding.title == "Sub total by city"
    colors = {bar.get_facecolor() for bar in close.axes[0].patches}
    assert len(colors) == 1


def test_a_series_needs_no_names() -> None:
    """Its index is the groups; its values are the amounts."""
    picture = pictures.bars(pd.Series({"Mesa": 2, "Tempe": 7}))

    assert [bar.get_width() for bar in picture.axes[0].patches] == [7, 2]


def test_an_index_counts_as_a_column() -> None:
    """What `groupby` gives can be drawn as it is."""
    by_city = pd.DataFrame({"city": ["Mesa", "Mesa"], "total": [1.0, 2.0]}).groupby("city").sum()

    assert "Mesa $3" in pictures.bars(by_city, "city", "total").finding.alt


def test_without_an_amount_the_rows_are_counted() -> None:
    """Missing groups are one of their own."""
    frame = pd.DataFrame({"city": ["Mesa", None, "Mesa"]})

    assert pictures.bars(frame, "city").finding.alt.endswith("Mesa 2, (none) 1.")


def test_groups_with_an_order_keep_it() -> None:
    """Numbers and ordered categories stand in their own order; an empty category has its place."""
    ages = pd.CategoricalDtype(["not due", "1–30", "31–60"], ordered=True)
    frame = pd.DataFrame({"age": pd.Series(["31–60", "not due"], dtype=ages), "owed": [9.0, 1.0]})

    picture = pictures.bars(frame, "age", "owed", unit="$")

    assert [bar.get_height() for bar in picture.axes[0].patches] == [1, 0, 9]
    assert "not due $1, 1–30 $0, 31–60 $9" in picture.finding.alt


def test_many_groups_become_one_bar() -> None:
    """The others are added up, and a note says so; averages of others are left out."""
    frame = pd.DataFrame({"city": [f"city {i:02}" for i in range(20)], "total": range(1, 21)})

    summed = pictures.bars(frame, "city", "total", top=5)
    averages = pictures.bars(frame, "city", "total", how="mean", top=5)

    assert sum(bar.get_width() for bar in summed.axes[0].patches) == 210
    assert summed.finding.notes == ("The 5 largest of 20 are shown, the others as one.",)
    assert averages.finding.notes == ("The 5 highest of 20 are shown.",)


def test_parts_stand_on_each_other_or_side_by_side() -> None:
    """The heights are those of the parts either way."""
    frame = pd.DataFrame({"hour": [8, 8, 9], "kind": ["a", "b", "a"], "total": [1, 2, 3]})

    stacked = pictures.bars(frame, "hour", "total", split="kind")
    beside = pictures.bars(frame, "hour", "total", split="kind", stack=False)

    for picture in (stacked, beside):
        assert [bar.get_height() for bar in picture.axes[0].patches] == [1, 3, 2, 0]
    assert stacked.axes[0].patches[2].get_y() == 1
    assert beside.axes[0].patches[2].get_y() == 0


def test_rows_are_put_together_by_month() -> None:
    """A month without rows has a bar of no height, and a table that has its months keeps them."""
    rows = pd.DataFrame({"soldOn": days("2026-01-05", "2026-01-20", "2026-03-01")})
    table = pd.Series([5, 6, 7], days("2026-01-01", "2026-02-01", "2026-03-01"))

    counted = pictures.bars(rows, "soldOn", every="month")
    kept = pictures.bars(table)

    assert [bar.get_height() for bar in counted.axes[0].patches] == [2, 0, 1]
    assert [bar.get_height() for bar in kept.axes[0].patches] == [5, 6, 7]


def test_periods_that_a_pull_does_not_fill_are_outlines() -> None:
    """Its first one if the filter begins inside it, its last one if it was read before its end."""
    frame = pd.DataFrame(
        {"soldOn": pd.to_datetime(["2026-01-20", "2026-02-05", "2026-03-02"], utc=True)}
    )
    frame.attrs["stnb"] = {
        "resource": "sales.estimates",
        "timezone": "America/Phoenix",
        "began": "2026-03-10T12:00:00Z",
        "params": {"soldAfter": "2026-01-15T07:00:00Z"},
    }

    picture = pictures.bars(frame, "soldOn", every="month")
    clear = [bar.get_facecolor()[3] == 0 for bar in picture.axes[0].patches]
    assert clear == [True, False, True]
    assert picture.finding.notes == ("Not whole: January 2026; March 2026.",)


def test_a_filter_on_the_first_day_of_a_month_leaves_it_whole() -> None:
    """In the zone of the office, whatever it is in UTC."""
    frame = pd.DataFrame({"soldOn": pd.to_datetime(["2026-01-20", "2026-02-05"], utc=True)})
    frame.attrs["stnb"] = {
        "timezone": "America/Phoenix",
        "began": "2026-03-10T12:00:00Z",
        "params": {"soldAfter": "2026-01-01T07:00:00Z", "soldBefore": "2026-03-01T07:00:00Z"},
    }

    assert pictures.bars(frame, "soldOn", every="month").finding.notes == ()


@pytest.mark.parametrize("zone", ["", "Asia/Tokyo"])
def test_moments_are_drawn_by_the_clock_that_the_axis_names(zone: str) -> None:
    """Of the office, or of the zone that the times were moved to; also where they are no axis of
    time.
    """
    frame = pd.DataFrame({"soldOn": pd.to_datetime(["2026-01-01T05:00"], utc=True), "who": ["a"]})
    frame.attrs["stnb"] = {"timezone": "America/Phoenix"}
    day = pd.Timestamp("2025-12-31")
    if zone:
        frame = stnb.local(frame, zone)
        day = pd.Timestamp("2026-01-01")
    label = f"sold on, {zone or 'America/Phoenix'} time"

    bars = pictures.bars(frame, "soldOn", every="day").axes[0]
    across = pictures.heat(frame, "soldOn", "who").axes[0]
    down = pictures.heat(frame, "who", "soldOn").axes[0]

    assert (bars.get_xlabel(), across.get_xlabel(), down.get_ylabel()) == (label,) * 3
    assert [f"{day:%b}\n{day:%Y}"] == [text.get_text() for text in across.get_xticklabels()]


def test_the_first_year_of_all_is_drawn_in_utc() -> None:
    """What .NET writes for "never" has no place in zones west of Greenwich."""
    never = pd.DatetimeIndex(["0001-01-01"], dtype="M8[us, UTC]")
    frame = pd.DataFrame({"soldOn": never, "who": ["a"]})
    frame.attrs["stnb"] = {"timezone": "America/Phoenix"}

    ax = pictures.heat(frame, "who", "soldOn").axes[0]

    assert ax.get_ylabel() == "sold on, UTC time"


@pytest.mark.parametrize("zone", ["America/Phoenix", "Pacific/Kiritimati", ""])
def test_days_that_are_kept_as_midnights_are_of_no_zone(zone: str) -> None:
    """Bars, cells and the code name none, and each day is drawn as itself in every zone."""
    due = [*pd.to_datetime(["2026-01-01", "2026-01-01", "2026-01-02"], utc=True), pd.NaT]
    frame = pd.DataFrame({"dueDate": due, "who": ["a", "b", "a", "b"]})
    frame.attrs["stnb"] = {"timezone": zone}

    bars = pictures.bars(frame, "dueDate", every="day").axes[0]
    across = pictures.heat(frame, "dueDate", "who").axes[0]
    down = pictures.heat(frame, "who", "dueDate").axes[0]
    spec = charts.settled(frame, charts.Spec("over time", "count", "dueDate", every="day"))
    picture = charts.draw(frame, spec)

    labels = {bars.get_xlabel(), across.get_xlabel(), down.get_ylabel()}
    assert labels == {"due date"}
    assert [bar.get_height() for bar in bars.patches] == [2, 1]
    assert picture.axes[0].get_xlabel() == "dueDate"
    assert [bar.get_height() for bar in picture.axes[0].patches] == [2, 1]
    assert "'dueDate'" in charts.code(spec).replace('"', "'")
    assert "UTC time" not in charts.code(spec)


def test_one_time_beside_days_makes_them_moments() -> None:
    """So does a name that is no date's: the clock that they are drawn by is named."""
    frame = pd.DataFrame(
        {"dueDate": pd.to_datetime(["2026-01-01T00:00", "2026-01-02T07:00"], utc=True)}
    )
    frame["soldOn"] = pd.to_datetime(["2026-01-01", "2026-01-02"], utc=True)
    frame.attrs["stnb"] = {"timezone": "America/Phoenix"}

    for name, words in (("dueDate", "due date"), ("soldOn", "sold on")):
        axis = pictures.bars(frame, name, every="day").axes[0]
        assert axis.get_xlabel() == f"{words}, America/Phoenix time"


# -- lines, heat maps, funnels, dots


def test_of_many_lines_one_stands_out() -> None:
    """It has its name at its end; the others are grey and share a name."""
    frame = pd.DataFrame({"soldOn": [*days("2026-01-01", "2026-02-01", "2026-03-01")] * 8})
    frame["unit"] = [f"unit {at // 3}" for at in range(24)]
    frame["jobs"] = [100 if at < 3 else 5 for at in range(24)]

    picture = pictures.line(frame, "soldOn", "jobs", split="unit")

    assert picture.finding.title == "unit 0 makes up 74% of the jobs"
    written = [text.strip() for text in texts(picture)]
    assert "unit 0" in written
    assert "the other 7" in written


def test_a_line_names_its_ends() -> None:
    """The first and the last amount are written in the picture."""
    picture = pictures.line(pd.Series([1204, 1260], days("2026-01-01", "2026-02-01")))

    assert {"1,204", "1,260"} <= set(texts(picture))


def test_a_small_heat_map_has_its_numbers() -> None:
    """A cell without rows counts none; one without an average stays empty."""
    frame = pd.DataFrame(
        {"hour": [8, 8, 9], "day": ["Mon", "Mon", "Tue"], "total": [1.0, 2.0, 4.0]}
    )

    counted = pictures.heat(frame, "hour", "day")
    averages = pictures.heat(frame, "hour", "day", "total", how="mean")

    assert {"2", "0", "1"} <= set(texts(counted))
    assert "strongest Mon, 8: 2" in counted.finding.alt
    assert {"$1.50", "$4.00"} <= set(texts(averages))


def test_a_table_is_a_heat_map_as_it_is() -> None:
    """Its columns stand across, its rows down."""
    table = pd.DataFrame({2026: [0.5, 1.0]}, index=["members", "others"])

    assert {"50%", "100%", "members"} <= set(texts(pictures.heat(table, unit="%")))


def test_a_funnel_keeps_the_order_of_its_steps() -> None:
    """The title has what is left in the end; the text what each step keeps of the one before."""
    picture = pictures.funnel(pd.Series({"calls": 900, "lead calls": 450, "booked": 300}))

    assert picture.finding.title == "33% of “calls” come to “booked”"
    assert "lead calls 50%, booked 67%" in picture.finding.alt


def test_dots_have_names_that_do_not_cover_each_other() -> None:
    """Of two dots in one place, one is named."""
    frame = pd.DataFrame({"won": [0.2, 0.2, 0.9], "back": [0.1, 0.1, 0.0], "who": ["A", "B", "C"]})

    picture = pictures.dots(frame, "won", "back", name="who", unit="%")

    assert {"A", "C"} <= set(texts(picture))
    assert "B" not in texts(picture)


# -- all of them


@pytest.mark.parametrize("draw", EVERY, ids=lambda draw: draw.__name__)
def test_a_wrong_name_is_explained(draw: Any) -> None:
    """The error has three sentences and the columns that are there."""
    frame = pd.DataFrame({"city": ["Mesa"], "total": [1.0]})

    with pytest.raises(stnb.UsageError, match=r"There is no column citty.*city, total"):
        draw(frame, "citty", "total")


@pytest.mark.parametrize("draw", EVERY, ids=lambda draw: draw.__name__)
def test_no_rows_are_a_picture_too(draw: Any) -> None:
    """It says that there is nothing to draw."""
    frame = pd.DataFrame(
        {"city": pd.Series([], dtype="str"), "total": pd.Series([], dtype="Float64")}
    )

    assert draw(frame, "city", "total").finding.alt.endswith("There is nothing to draw.")


def test_a_page_gets_the_picture_with_its_words() -> None:
    """In HTML an image with an alternative text in which nothing is markup; elsewhere a PNG."""
    picture = pictures.bars(pd.Series({'"><b>Mesa': 2, "Tempe $5 $6": 7}))

    data, about = picture._repr_mimebundle_()

    assert data["text/html"].startswith('<img alt="Tempe $5 $6 stands out: amount 7. ')
    assert "<b>" not in data["text/html"]
    assert "image/png" in data
    assert about["image/png"]["alt"] == picture.finding.alt


def test_a_long_title_is_on_two_lines() -> None:
    """No line of it is wider than the picture, also in a font with wide letters."""
    picture = pictures.bars(pd.Series({"Mesa": 2}), title="A finding in words " * 6)

    head = next(text for text in texts(picture) if text.startswith("A finding"))

    assert max(len(line) for line in head.splitlines()) <= 76
