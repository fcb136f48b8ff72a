"""Pictures: what fits which column, the numbers drawn, the lines that draw the same; and the
chart's menus.
"""

from __future__ import annotations

import json
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import stnb
from stnb import catalog
from stnb.account.example import examples
from stnb.explorer.parts.chart import DRAWING, EMPTY, Chart
from stnb.explorer.parts.picture import LARGEST, NARROW, WIDE, WIDEST
from stnb.frame import assemble, decode, shape_of
from stnb.tables import charts as pictures
from stnb.tables.charts import Spec, columns, look, numbers
from tests.helpers.sample import tenth, with_all_types

NAMES = sorted(n for n, e in catalog.load().endpoints.items() if e.columns)


@pytest.fixture(autouse=True)
def no_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The code under test may use pyplot, as a notebook does; here it draws without a screen and
    leaves nothing behind.
    """
    mpl.use("agg")
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: None)
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    mpl.rcParams.update(before)


def jobs(rows: int = 500, zone: str = "America/Phoenix") -> pd.DataFrame:
    """Jobs of eight months, with what real ones have: nulls, ids, money, a duration, dates that
    were never set.
    """
    at = np.arange(rows)
    created = pd.Series(pd.Timestamp("2025-11-01T02:00Z") + pd.to_timedelta(at * 11, unit="h"))
    frame = pd.DataFrame(
        {
            "id": pd.array(at, dtype="Int64"),
            "jobStatus": np.where(at % 7 == 0, "Canceled", "Completed"),
            "businessUnitId": pd.array(1000 + at % 15, dtype="Int64"),
            "campaign": pd.array(
                [None if i % 9 == 0 else f"Save $5, win $$ {i % 20}" for i in range(rows)],
                dtype="str",
            ),
            "noCharge": pd.array(
                [None if i % 50 == 0 else i % 4 == 0 for i in range(rows)], dtype="boolean"
            ),
            "createdOn": created,
            "dueDate": created.dt.tz_localize(None).dt.normalize(),
            "total": pd.array(
                [None if i % 10 == 0 else float(i % 97) * 13.5 for i in range(rows)],
                dtype="Float64",
            ),
            "visits": pd.array(at % 4, dtype="Int64"),
            "duration": pd.to_timedelta(at % 90, unit="min"),
            "summary": [
                f"A long story about the job number {i} that nobody wants as a category"
                for i in range(rows)
            ],
        }
    )
    frame.attrs["stnb"] = {
        "resource": "jpm.jobs",
        "timezone": zone,
        "began": "2026-06-18T12:00:00Z",
    }
    return frame


def every_spec(frame: pd.DataFrame) -> Iterator[Spec]:
    for kind, menu in pictures.options(frame).items():
        for _, what in menu.what:
            for _, by in menu.by or (("", ""),):
                yield pictures.settled(frame, Spec(kind, what, by))


def heights(figure: Any) -> list[float]:
    bars = [patch for ax in figure.axes for patch in ax.patches]
    across = bool(figure.axes) and bool(bars) and figure.axes[0].yaxis_inverted()
    return [round(float(bar.get_width() if across else bar.get_height()), 6) for bar in bars]


def run(code: str, frame: pd.DataFrame) -> Any:
    import matplotlib.pyplot as plt

    plt.close("all")
    exec(compile(code, "chart", "exec"), {"df": frame})
    return plt.gcf()


# -- pictures


@pytest.mark.filterwarnings("ignore::UserWarning:matplotlib")
@pytest.mark.long
def test_the_code_draws_the_same_numbers_for_every_choice() -> None:
    """Each kind with each column of each menu: the figure and its lines have the same bars. In the
    quick round a tenth of the pairs of each kind and of each amount.
    """
    frame = jobs()
    specs = list(every_spec(frame))

    for spec in tenth(specs, lambda spec: (spec.kind, spec.what)):
        drawn = pictures.draw(frame, spec)

        assert heights(drawn), spec
        assert heights(run(pictures.code(spec), frame)) == pytest.approx(
            heights(drawn), nan_ok=True
        ), spec
    assert {s.kind for s in specs} == {columns.TIME, columns.CATEGORY, columns.SPREAD}
    assert len(specs) > 30


def test_the_code_imports_what_the_readme_names() -> None:
    """The lines of every choice import matplotlib, pandas and `stnb.pictures`, and nothing else."""
    frame = jobs()

    for spec in every_spec(frame):
        imports = [line for line in pictures.code(spec).splitlines() if "import " in line]
        assert "from stnb import pictures" in imports
        assert set(imports) <= {
            "import matplotlib.pyplot as plt",
            "import pandas as pd",
            "from stnb import pictures",
        }
    assert stnb.pictures is pictures


@pytest.mark.long
def test_every_frame_of_the_catalogue_has_a_picture() -> None:
    """Rows of every resource allow a picture that goes to plain data and back; those of every
    eighth are drawn.
    """
    resources = [catalog.load().endpoints[name] for name in NAMES]
    for at, endpoint in enumerate(with_all_types(resources)):
        name, shape = endpoint.name, shape_of(endpoint)
        rows = _json(examples(endpoint, count=3))
        frame, _, _ = assemble([decode(rows, "bare", shape)], shape)
        spec = pictures.suggest(frame)

        assert Spec.of(spec.as_dict()) == spec
        assert spec.kind != "nothing" or not any(
            str(kind).startswith("datetime64") for kind in frame.dtypes
        ), name
        compile(pictures.code(spec), name, "exec")
        if at % 8 == 0:
            assert bool(heights(pictures.draw(frame, spec))) == (spec.kind != "nothing"), name
            assert pictures.suggest(frame.iloc[:0]).kind == "nothing"


def _json(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows).encode()


def test_a_first_picture_follows_the_types() -> None:
    """Dates make rows over time; without dates money goes by category; a lone number is a
    distribution.
    """
    frame = jobs()

    assert pictures.suggest(frame) == Spec(
        "over time", "count", "createdOn", "month", "America/Phoenix", noun="jobs", open=True
    )
    of_money = {
        "kind": "by category",
        "what": "sum:total",
        "by": "jobStatus",
        "unit": "$",
        "noun": "jobs",
        "crown": True,
    }
    assert pictures.suggest(frame[["total", "jobStatus", "visits"]]).as_dict() == of_money
    assert pictures.suggest(frame[["visits"]]).kind == "distribution"
    assert pictures.suggest(frame[["id", "summary"]]) == Spec(noun="jobs")
    assert pictures.code(Spec()) == ""


@pytest.mark.parametrize(
    ("zone", "month"), [("America/Phoenix", "2026-06-01"), ("UTC", "2026-07-01")]
)
def test_months_are_those_of_the_tenant(zone: str, month: str) -> None:
    """A job of 1 July, 2 in the morning in UTC, was still one of June in Phoenix."""
    frame = pd.DataFrame({"createdOn": pd.to_datetime(["2026-07-01T02:00Z"])})
    frame.attrs["stnb"] = {"resource": "jpm.jobs", "timezone": zone}
    spec = pictures.settled(frame, Spec("over time", "count", "createdOn", every="month"))

    assert list(numbers.computed(frame, spec)["months"].index) == [pd.Timestamp(month)]
    assert zone in pictures.code(spec)


def test_titles_say_the_finding_and_axes_their_units() -> None:
    """The best month or group with its number; dollars and minutes on the axis that has them."""
    frame = jobs()
    by_time = pictures.draw(
        frame, pictures.settled(frame, Spec("over time", "sum:total", "createdOn"))
    )
    by_group = pictures.draw(
        frame, pictures.settled(frame, Spec("by category", "count", "jobStatus"))
    )
    by_id = pictures.draw(
        frame, pictures.settled(frame, Spec("by category", "mean:duration", "businessUnitId"))
    )
    spread = pictures.draw(frame, pictures.settled(frame, Spec("distribution", "values:total")))

    sums = (
        frame["total"]
        .groupby(frame["createdOn"].dt.tz_convert("America/Phoenix").dt.strftime("%B %Y"))
        .sum()
    )
    whole = sums.drop("June 2026")  # June was not over when the rows were read
    least, most = look.money(whole.min()), look.money(whole.max())
    assert by_time.finding.title == f"Sum of total a month: {least} to {most}"
    assert by_time.finding.notes == ("June 2026 was not over yet when the rows were read.",)
    assert by_time.axes[0].get_ylabel() == "sum of total a month, $"
    assert by_group.finding.title == "Completed makes up 86% of 500 jobs"
    assert by_id.finding.title.startswith("businessUnitId 10")
    assert by_id.axes[0].get_xlabel() == "average duration, minutes"
    assert spread.finding.title.startswith("The middle half of the jobs: total from $")
    assert by_group.finding.alt.endswith(
        "Bar chart of the number of jobs by jobStatus: Completed 428, Canceled 72."
    )


def test_what_is_left_out_is_said() -> None:
    """More than twelve categories, missing values, dates before 1990, and the ends of a wide
    distribution.
    """
    frame = jobs()
    groups = pictures.draw(
        frame, pictures.settled(frame, Spec("by category", "sum:total", "businessUnitId"))
    )
    assert groups.finding.notes == (
        "The 12 largest of 15 are shown, the others as one.",
        "50 of 500 jobs have no total.",
    )
    assert sum(heights(groups)) == pytest.approx(float(frame["total"].sum()))

    frame.loc[0, "dueDate"] = pd.Timestamp("1753-01-01")
    frame.loc[1, "dueDate"] = pd.NaT
    times = pictures.draw(frame, pictures.settled(frame, Spec("over time", "count", "dueDate")))
    assert (
        times.finding.notes[0]
        == "2 of 500 jobs have no dueDate or one before 1990 and are left out."
    )
    assert sum(heights(times)) == 498

    far = pd.DataFrame({"total": [*map(float, range(1, 1000)), 1e9]})
    spec = pictures.settled(far, Spec("distribution", "values:total"))
    assert spec.cut
    assert pictures.draw(far, spec).finding.notes == (
        "20 rows lie outside $11 to $990 and are not drawn.",
    )


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(
            [Decimal("1.10"), None, Decimal("-2")], dtype=pd.ArrowDtype(pa.decimal128(18, 6))
        ),
        pd.Series([0.0, 0.0, 0.0]),
        pd.Series([None, None, 4], dtype="Int64"),
        pd.Series([1e300, -1e300, 0.0]),
    ],
)
def test_unusual_amounts(values: pd.Series[Any]) -> None:
    """Exact decimals, all zeros, one value, and huge ones are drawn, and by their code too."""
    frame = pd.DataFrame({"total": values, "city": ["a", "b", "a"]})

    for spec in every_spec(frame):
        assert heights(run(pictures.code(spec), frame)) == pytest.approx(
            heights(pictures.draw(frame, spec)), nan_ok=True
        ), spec


@pytest.mark.long
def test_names_may_be_anything() -> None:
    """Quotes, braces and dollars in a column's name; letters that the font has not; no name twice
    in a menu.
    """
    frame = pd.DataFrame(
        [["漢字", 1.0, 2, 3], ["b$c$d", 2.0, 3, 4]],
        columns=['a"{x}', "to'tal$ amount", "twice", "twice"],
    )
    spec = pictures.settled(frame, Spec("by category", "sum:to'tal$ amount", 'a"{x}'))

    figure = pictures.draw(frame, spec)
    figure.svg()

    assert heights(run(pictures.code(spec), frame)) == heights(figure) == [2.0, 1.0]
    assert "twice" not in str(pictures.options(frame))


@pytest.mark.parametrize(
    ("value", "short", "money"),
    [
        (0, "0", "$0"),
        (999.6, "1,000", "$1k"),
        (1234, "1,234", "$1.2k"),
        (-15300, "-15.3k", "-$15.3k"),
        (0.25, "0.25", "$0.25"),
    ],
)
def test_amounts_are_short(value: float, short: str, money: str) -> None:
    """Numbers and dollars in few letters."""
    assert (look.short(value), look.money(value)) == (short, money)


def test_colours_can_be_read_on_white_and_on_dark() -> None:
    """Texts have 4.2:1 against white and #111, the most that one colour can have against both;
    areas 3:1.
    """
    for colour, least in [(look.INK, 4.2), (look.QUIET, 4.2), *((c, 2.9) for c in look.CYCLE)]:
        assert min(_contrast(colour, "#ffffff"), _contrast(colour, "#111111")) >= least, colour


def _contrast(a: str, b: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = [
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        ]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_theme_is_a_style_and_a_context() -> None:
    """`with theme():` gives back what was set before; `plt.style.use(theme())` takes it too."""
    import matplotlib.pyplot as plt

    before = mpl.rcParams["text.color"]
    with pictures.theme():
        assert mpl.rcParams["text.color"] == look.INK
        assert mpl.rcParams["axes.spines.top"] is False
    assert mpl.rcParams["text.color"] == before

    plt.style.use(pictures.theme())
    assert mpl.rcParams["figure.facecolor"] == "none"


def test_drawing_leaves_the_settings_of_others_alone() -> None:
    """Global settings are as before, so that threads do not disturb each other; the SVG is small,
    the same each time, and parses.
    """
    before = dict(mpl.rcParams)
    frame = jobs()
    spec = pictures.suggest(frame)

    one, two = (pictures.draw(frame, spec).svg() for _ in range(2))

    assert dict(mpl.rcParams) == before
    assert one == two
    assert ElementTree.fromstring(one).tag.endswith("svg")
    assert "Number of jobs a month: " in one
    assert look.INK in one


def test_a_notebook_shows_a_picture_without_pyplot() -> None:
    """A PNG of two dots a pixel, with a description; in a terminal a sentence."""
    figure = pictures.draw(jobs(), pictures.suggest(jobs()))
    data, about = figure._repr_png_()

    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20], "big") == 2 * about["width"]
    assert "Number of jobs a month: " in repr(figure)
    assert about["alt"] == figure.finding.alt


# -- the chart


@pytest.fixture
def chart() -> Chart:
    made = Chart()
    made.update(jobs(), "jpm.jobs")
    return made


def test_nothing_is_drawn_before_the_chart_is_in_view(chart: Chart) -> None:
    """Taking a frame starts no thread and draws nothing; `show` draws once, and not again for the
    same frame.
    """
    assert chart.picture.shown["svg"] == ""
    assert not [t for t in threading.enumerate() if t.name == "stnb-chart"]

    chart.show()
    chart.wait()
    first = chart.picture.shown
    chart.show()
    chart.wait()

    assert first["svg"]
    assert chart.picture.shown is first
    assert not chart.picture.busy


@pytest.mark.long
def test_menus_choose(chart: Chart) -> None:
    """Kind, what and by: each change draws another picture, reports it, and has its own code."""
    reported: list[dict[str, Any]] = []
    chart.on_change(lambda: reported.append(chart.state))
    chart.show()
    chart.wait()

    chart.kind.value = "by category"
    chart.what.value = "sum:total"
    chart.by.value = "businessUnitId"
    chart.wait()

    assert (
        chart.state
        == {"kind": "by category", "what": "sum:total", "by": "businessUnitId"}
        == reported[-1]
    )
    assert len(reported) == 3
    assert "sum of total by businessUnitId" in chart.picture.shown["alt"]
    assert chart.picture.shown["notes"][0] == "The 12 largest of 15 are shown, the others as one."
    assert chart.code == chart.picture.shown["code"]
    assert 'df["total"]' in chart.code

    chart.kind.value = "distribution"
    chart.wait()
    assert chart.state == {"kind": "distribution", "what": "values:total", "by": ""}
    assert chart.by.layout.display == "none"


def test_state_is_plain_data_and_outlives_a_pull(chart: Chart) -> None:
    """It can be set before there are rows, goes back as it came, and is kept for other rows as far
    as they have the columns.
    """
    chosen = {"kind": "by category", "what": "mean:visits", "by": "jobStatus"}
    other = Chart()
    other.state = chosen
    assert other.state == chosen
    other.update(jobs(), "jpm.jobs")
    assert "mean" in other.code
    assert other.state == chosen

    other.update(jobs().drop(columns="visits"), "jpm.jobs")
    other.show()
    other.wait()
    assert other.state == {**chosen, "what": "count"}
    other.state = {"kind": "no such kind", "by": 7}
    other.wait()
    assert other.state["kind"] == "over time"


@pytest.mark.parametrize(
    "frame", [None, pd.DataFrame(), pd.DataFrame({"id": [1]}), pd.DataFrame({0: [1.5]})]
)
def test_without_anything_to_draw_it_says_so(frame: pd.DataFrame | None) -> None:
    """No rows, no columns, nothing that fits: a sentence instead of a picture, and no code."""
    chart = Chart()
    chart.update(frame, "jpm.jobs")
    chart.show()
    chart.wait()

    assert chart.picture.shown["svg"] == ""
    assert chart.picture.shown["alt"] in (
        EMPTY,
        "There is nothing to draw: no column holds a date, a category or an amount.",
    )
    assert chart.code == ""


def test_what_a_notebook_saves_stays_small() -> None:
    """The fullest pictures, of 120 days and of 400 categories with long names, are at most 20 kB;
    the number of rows does not matter.
    """
    at = np.arange(4_000)
    names = [f"A campaign with quite a long name, number {i}" for i in at % 400]
    frame = pd.DataFrame(
        {
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(at % 120, unit="D"),
            "name": names,
            "total": at**1.5,
        }
    )
    specs = [
        Spec("over time", "sum:total", "day", every="day"),
        Spec("by category", "count", "name"),
    ]

    for spec in (*specs, Spec("distribution", "values:total")):
        figure = pictures.draw(frame, pictures.settled(frame, spec), NARROW)
        assert len(heights(figure)) in (120, 13, 30)
        assert len(figure.svg()) <= LARGEST
    assert (
        pictures.settled(
            frame.assign(day=frame["day"] + pd.to_timedelta(at, unit="D")), specs[0]
        ).every
        == "quarter"
    )


def test_a_narrow_page_gets_a_narrow_picture(chart: Chart) -> None:
    """The page says how much room there is, also while the first picture is still drawn, and the
    picture is drawn for it.
    """
    for width in (NARROW, WIDE, WIDEST):
        chart.show()
        chart.picture.width = width
        chart.wait()
        assert chart.picture.shown["size"][0] == width
    assert not chart.picture.busy


def test_an_error_is_shown_in_sentences(chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails while drawing stands in the picture's place; the next picture is drawn as ever."""
    monkeypatch.setattr(pictures, "draw", lambda *_, **__: 1 / 0)
    chart.show()
    chart.wait()
    assert "ZeroDivisionError" in chart.picture.shown["alt"]
    assert not chart.picture.busy

    monkeypatch.undo()
    chart.state = {"kind": "distribution"}
    chart.wait()
    assert chart.picture.shown["svg"]


def test_the_last_frame_wins() -> None:
    """Many frames in a hurry: what is on show at the end is the last one's."""
    chart = Chart()
    for rows in (50, 100, 150, 200):
        chart.update(jobs(rows), "jpm.jobs")
        chart.state = {"kind": "by category", "what": "count", "by": "jobStatus"}
        chart.show()
    chart.wait()

    assert "of 200 jobs" in chart.picture.shown["alt"]


def test_a_pull_of_the_demo_has_a_picture(st: stnb.Account) -> None:
    """Jobs over time, as they come from a pull."""
    frame = st.jpm.jobs.pull(limit=300)

    assert pictures.suggest(frame).kind == "over time"
    assert "jobs" in pictures.draw(frame, pictures.suggest(frame)).finding.title


def test_a_chart_that_is_being_drawn_does_not_ask_for_rows() -> None:
    """While the first picture is drawn the page reads so; without rows it asks for some."""
    chart = Chart()
    seen: list[str] = []
    chart.picture.observe(lambda change: seen.append(change["new"]["alt"]), "shown")
    chart.update(pd.DataFrame({"n": [1, 2, 3]}), "jpm.jobs")
    chart.show()
    chart.wait()
    assert seen[0] == DRAWING
    assert EMPTY not in seen
    assert len(seen) == 2
    chart.update(None)
    chart.show()
    chart.wait()
    assert chart.picture.shown["alt"] == EMPTY
