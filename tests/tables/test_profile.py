"""Profiles: the facts are pandas' own, and what is odd is found and said."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb import catalog
from stnb.frame import assemble, shape_of
from stnb.tables import profile, profile_page
from stnb.tables.oddity import Kind, Oddity, sentence
from tests.helpers.in_time import cpu
from tests.helpers.sample import tries, with_all_types

pytestmark = pytest.mark.usefixtures("small_demo")

NA = pd.NA
BEGAN = "2026-07-01T12:00:00Z"


def frame_of(resource: str = "", path: str = "", **columns: Any) -> pd.DataFrame:
    df = pd.DataFrame({name.replace("__", "."): values for name, values in columns.items()})
    if resource:
        df.attrs["stnb"] = {
            "resource": resource,
            "began": BEGAN,
            **({"path": path} if path else {}),
        }
    return df


def suspicious(df: pd.DataFrame) -> dict[str, str]:
    """What is suspicious, by column; others are left out."""
    found = profile.profile(df)["suspicious"]
    return {str(name): str(text) for name, text in found.items() if text}


def utc(*texts: str | None) -> Any:
    return pd.to_datetime(pd.Series(texts), utc=True)


def far(*days: str | None) -> Any:
    """Days of which some lie outside what nanoseconds hold."""
    return pd.Series(np.array(days, dtype="datetime64[us]")).dt.tz_localize("UTC")


# -- what is odd


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("a", pd.array([NA, NA], "Int64"), "empty in all rows"),
        ("a", pd.array([NA], "Int64"), "empty in all rows"),
        (
            "a", pd.Series([[], None], dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
            "empty in all rows",
        ),
        ("a", [None, None], "empty in all rows"),
        ("a", pd.array([True, True], "boolean"), "always True"),
        ("a", pd.array([True, NA], "boolean"), ""),
        ("a", pd.array([7], "Int64"), ""),
        ("a", pd.array([0.0, 0.0, 0.0, 2.5], "Float64"), "0 in 75 %"),
        ("a", pd.array([0.0, 0.0, 3.0, 2.5], "Float64"), ""),
        ("a", pd.array([0] * 9 + [1], "Int64"), ""),
        (
            "a",
            pd.array(
                [decimal.Decimal("0.00"), decimal.Decimal("0.00"), decimal.Decimal("1.50")],
                pd.ArrowDtype(pa.decimal128(9, 2)),
            ),
            "0 in 67 %",
        ),
        ("createdOn", utc("2026-07-01T12:00:00Z", "2026-07-02T13:00:00Z"), "1 date in the future"),
        ("createdOn", utc("2026-07-01T12:00:00Z", "2026-07-02T11:00:00Z"), ""),
        ("job.completedOn", utc("2026-07-01", "2031-01-01", "2031-01-01"), "2 dates in the future"),
        ("invoiceDate", pd.to_datetime(["2026-07-01", "2026-08-01"]), "1 date in the future"),
        ("dateCanceled", utc("2026-07-01", "2026-08-01"), "1 date in the future"),
        ("dueDate", utc("2026-07-01", "2031-01-01"), ""),
        ("start", utc("2026-07-01", "2031-01-01"), ""),
        ("nextScheduledBillDate", utc("2026-07-01", "2031-01-01"), ""),
        ("to", utc("2026-07-01", "1989-12-31"), "1 date before 1990"),
        ("to", utc("2026-07-01", "1990-01-01"), ""),
        (
            "to", far("2026-07-01", "0001-01-01", "0001-01-01"),
            "2 dates in the year 1, which means none",
        ),
        (
            "to", far("2026-07-01", "0001-01-01", "1905-01-01"),
            "1 date in the year 1, which means none; 1 date before 1990",
        ),
        (
            "a",
            pd.Series([dt.date(1950, 1, 1), dt.date(2020, 1, 1)], dtype=pd.ArrowDtype(pa.date32())),
            "1 date before 1990",
        ),
        ("typeId", pd.array(["12", "13"], "str"), "numbers, kept as text"),
        ("amount", pd.array(["12.50", "-3", None], "str"), "numbers, kept as text"),
        ("typeId", pd.array(["12", "B13"], "str"), ""),
        ("jobNumber", pd.array(["12", "13"], "str"), ""),
        ("address.zip", pd.array(["85001", "85002"], "str"), ""),
        ("a", pd.array(["x", "y ", " z", "y "], "str"), "blanks around the text in 3 rows"),
        ("a", pd.array(["x", "", "  ", "y"], "str"), "empty text in 2 rows"),
        (
            "a", pd.array(["Phoenix", "PHOENIX", "Mesa"], "str"),
            "1 value spelt in several ways, such as 'Phoenix' and 'PHOENIX'",
        ),
        ("a", pd.array(["Phoenix", "Mesa"], "str"), ""),
        ("a", pd.array(["x", "y", None], "str"), ""),
        ("a", pd.to_timedelta(["1h", "2h"]), ""),
    ],
)  # fmt: skip
def test_what_is_odd_about_a_column_is_said(column: str, values: Any, told: str) -> None:
    """Each kind of oddity has its words, and what only comes near it has none."""
    df = frame_of("jpm.jobs", **{column.replace(".", "__"): values})

    assert suspicious(df).get(column, "") == told


def test_a_total_of_zero_is_one_that_is_not_recorded() -> None:
    """Of jobs' totals even a few zeros are told with their meaning; other amounts, and others'
    totals, are not so read.
    """
    totals = pd.array([0.0, 10.0, 20.0, 30.0], "Float64")

    assert suspicious(frame_of("jpm.jobs", total=totals)) == {
        "total": "0 in 25 %: means not recorded"
    }
    assert suspicious(frame_of("jpm.export.jobs", total=totals)) == {
        "total": "0 in 25 %: means not recorded"
    }
    assert suspicious(frame_of("accounting.invoices", total=totals)) == {}
    assert suspicious(frame_of("jpm.jobs", "items", total=totals)) == {}


@pytest.mark.parametrize(
    ("id_column", "name_column"),
    [
        ("id", "name"),
        ("customer.id", "customer.name"),
        ("customerId", "customerName"),
        ("customerId", "customer.name"),
    ],
)
def test_ids_and_names_that_do_not_go_together_are_found(id_column: str, name_column: str) -> None:
    """Two ids for a name and two names for an id are told at either column; what is missing counts
    for nothing.
    """
    ids = pd.array([1, 1, 2, 3, 4, NA, 5], "Int64")
    names = ["Ann", "Bob", "Ann", "Cid", None, "Cid", "Dee"]
    df = pd.DataFrame({id_column: ids, name_column: pd.array(names, "str")})

    assert suspicious(df) == {
        id_column: "1 id with several names, such as '1' with 2",
        name_column: "1 name with several ids, such as 'Ann' with 2",
    }
    assert suspicious(df.iloc[2:]) == {}


def test_a_key_that_stands_twice_is_told() -> None:
    """Rows that repeat a key are counted, by the catalogue's own key; rows inside rows have none of
    their own.
    """
    twice = frame_of("jpm.jobs", id=pd.array([1, 2, 1, 1, NA, NA], "Int64"))
    pairs = {"technicianId": pd.array([1, 1, 2], "Int64"), "jobId": pd.array([5, 5, 5], "Int64")}
    rated = frame_of("customer_interactions.technician_ratings", **pairs)

    assert suspicious(twice) == {"id": "2 rows with the key of another row"}
    assert suspicious(rated)["technicianId"] == "1 row with the key of another row"
    assert suspicious(frame_of("sales.estimates", "items", id=pd.array([1, 2, 1], "Int64"))) == {}


def test_what_identifies_no_row_repeats_none() -> None:
    """A key that is no number, empty or blank is not the key of another row."""
    odd = frame_of("jpm.jobs", id=pd.array(["abc", "abc", "", "", " ", " ", "7", "7"], "str"))
    floats = frame_of("jpm.jobs", id=pd.array([1.5, 1.5, 2.0, 2.0], "Float64"))

    for frame in (odd, floats):
        assert "1 row with the key of another row" in suspicious(frame)["id"]


def test_what_is_odd_is_there_as_data() -> None:
    """Each oddity has its column, its kind and its numbers beside the words, and can be saved."""
    found = profile.profile(
        frame_of(
            "jpm.jobs",
            total=pd.array([0.0, 10.0, 20.0, 30.0], "Float64"),
            createdOn=utc("2026-07-01", "2031-01-01", "1950-01-01", "2026-07-01"),
        )
    )

    assert found.attrs["profile"]["oddities"] == [
        {"column": "total", "kind": "not recorded", "count": 1, "rows": 4},
        {"column": "createdOn", "kind": "future", "count": 1, "rows": 4},
        {"column": "createdOn", "kind": "before 1990", "count": 1, "rows": 4},
    ]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_oddity_has_its_words(kind: Kind) -> None:
    """No kind is without a sentence, and no sentence has a hole."""
    said = sentence(Oddity(kind, 1, 3, ("x",), 2))

    assert said
    assert "{" not in said


def test_integers_beyond_64_bits_have_a_profile() -> None:
    """Python's own large numbers are compared as texts."""
    found = profile.profile(pd.DataFrame({"x": pd.Series([2**63, 2**63, 1], dtype=object)}))

    assert found.loc["x", "top"] == "9223372036854775808 (2) · 1 (1)"


# -- the facts

CELLS: dict[str, Any] = {
    "Int64": some.integers(-(2**63), 2**63 - 1),
    "Float64": some.floats(-1e9, 1e9),
    "boolean": some.booleans(),
    "str": some.text(max_size=6),
    "timedelta64[us]": some.timedeltas(dt.timedelta(-9999), dt.timedelta(9999)).map(pd.Timedelta),
    "datetime64[us, UTC]": some.datetimes(
        dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1),
    ).map(lambda d: pd.Timestamp(d, tz="UTC")),
    "category": some.sampled_from(["a", "b", "c"]),
    "object": some.one_of(some.integers(), some.text(max_size=3), some.booleans()),
}  # fmt: skip


@some.composite
def columns(draw: some.DrawFn) -> pd.Series[Any]:
    dtype = draw(some.sampled_from(sorted(CELLS)))
    values = draw(some.lists(some.none() | CELLS[dtype], max_size=12))
    return pd.Series(values, dtype=dtype)


@settings(max_examples=tries(150))
@given(columns())
def test_the_facts_are_those_of_pandas(series: pd.Series[Any]) -> None:
    """Filled, distinct and the most frequent count agree with pandas for any column, and nothing
    crashes.
    """
    before = series.copy()

    found = profile.profile(series.to_frame("x")).loc["x"]

    pd.testing.assert_series_equal(series, before)
    assert found["dtype"] == str(series.dtype)
    assert pd.isna(found["filled"]) if not len(series) else found["filled"] == series.notna().mean()
    if series.dtype != object:  # of which 1 and True are one value to pandas
        counts = series.value_counts()
        assert found["distinct"] == (counts > 0).sum()
        most = int(counts.max()) if len(counts) else 0
        assert (f"({most:,})" in found["top"]) if most > 1 else pd.isna(found["top"])


@pytest.mark.parametrize(
    ("values", "first", "last", "top"),
    [
        (
            pd.array([3, 1, 3, NA, 1_000_000], "Int64"), "1", "1000000",
            "3 (2) · 1 (1) · 1000000 (1)",
        ),
        (pd.array([2.5, -1.0, 2.5], "Float64"), "-1", "2.5", "2.5 (2) · -1 (1)"),
        (pd.to_timedelta(["90min", "30s", "3 days"]), "0:00:30", "3 days, 0:00:00", None),
        (
            utc("2026-07-01T09:30:00Z", "2025-01-01T00:00:00Z"), "2025-01-01", "2026-07-01 09:30",
            None,
        ),
        (far("0001-01-01", "9999-12-31"), "0001-01-01", "9999-12-31", None),
        (
            pd.Series([[1, 2], [], [3], [4]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), "0 long",
            "2 long", "1 long (2) · 2 long (1) · 0 long (1)",
        ),
        (pd.array(["b", "a" * 99, ""], "str"), '""', "b", None),
        (
            pd.Series([{"a": 1}, None], dtype=pd.ArrowDtype(pa.struct({"a": pa.int64()}))),
            "1 long", "1 long", None,
        ),
    ],
)  # fmt: skip
def test_values_are_shown_in_few_letters(
    values: Any, first: str, last: str, top: str | None
) -> None:
    """The smallest, the largest and the most frequent values as text; for lists, their lengths."""
    row = profile.profile(pd.DataFrame({"x": values})).loc["x"]

    assert (row["min"], row["max"], None if pd.isna(row["top"]) else row["top"]) == (
        first,
        last,
        top,
    )


ALIKE = with_all_types(list(catalog.load()))


@pytest.mark.parametrize("endpoint", [pytest.param(e, id=e.name) for e in ALIKE])
def test_every_resource_has_a_profile(endpoint: catalog.Endpoint) -> None:
    """An empty frame of any resource has a row for each column, and nothing is suspicious in it."""
    frame, _, _ = assemble([], shape_of(endpoint))
    frame.attrs["stnb"] = {"resource": endpoint.name}

    found = profile.profile(frame)

    assert list(found.index) == list(frame.columns)
    assert not found["suspicious"].any()
    assert found["filled"].isna().all()


@pytest.mark.usefixtures("usual_demo")
def test_the_profile_of_a_pull_tells_what_is_known_of_the_demo(st: stnb.Account) -> None:
    """Jobs of the demo: zero totals, empty columns, lists by their length; and nothing of it
    changes the frame.
    """
    jobs = st.jpm.jobs.pull()
    before = jobs.copy()

    found = profile.profile(jobs)

    pd.testing.assert_frame_equal(jobs, before)
    zeros = (jobs["total"] == 0).mean()
    assert found.loc["total", "suspicious"] == f"0 in {round(100 * zeros)} %: means not recorded"
    assert found.loc["warrantyId", "suspicious"] == "empty in all rows"
    assert found.loc["tagTypeIds", "filled"] == (jobs["tagTypeIds"].map(len) > 0).mean()
    assert found.loc["id", "suspicious"] == ""
    assert repr(found).startswith(
        "jpm.jobs · 6,000 rows × 40 columns · 7 with something suspicious\n"
    )


# -- the answer as a frame, as text and as a page


def odd_profile() -> profile.FrameProfile:
    names = pd.array(["<b>x</b>", "y", "y"], "str")
    return profile.profile(
        frame_of(
            "jpm.jobs", a=names, b=pd.array([NA, NA, NA], "Int64"), c=pd.array([1, 2, NA], "Int64")
        )
    )


def test_a_profile_is_a_frame_like_any_other(tmp_path: Any) -> None:
    """It filters, sorts and saves, and what is left after a selection is shown as it was."""
    found = odd_profile()

    left = found[found["suspicious"] != ""]
    found.to_parquet(tmp_path / "p.parquet")

    assert list(left.index) == ["b"]
    assert isinstance(left, profile.FrameProfile)
    assert "empty in all rows" in repr(left)
    assert "empty in all rows" in str(left._repr_html_())
    assert repr(found[["filled"]]) == repr(pd.DataFrame(found[["filled"]]))
    assert "<table" in str(found[["filled"]]._repr_html_())
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "p.parquet"), pd.DataFrame(found), check_dtype=False
    )


def test_the_page_has_bars_and_escapes_values() -> None:
    """Each column has a bar as long as it is filled, a mark where it is odd, and no value becomes a
    tag.
    """
    html = str(odd_profile()._repr_html_())

    assert html.count('<th scope="row"') == 3
    assert "width:67%" in html
    assert "67 %" in html
    assert html.count("▲") == 1
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html
    assert "<style" not in html


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (0.0, "0 %"),
        (0.0001, "1 %"),
        (0.5, "50 %"),
        (0.9999, "99 %"),
        (1.0, "100 %"),
        (math.nan, "–"),
    ],
)
def test_shares_are_whole_only_where_they_are(part: float, words: str) -> None:
    """A column that lacks one value in a million is not 100 % filled."""
    assert profile_page.percent(part) == words


def test_columns_of_one_name_are_each_told() -> None:
    """A frame after a careless merge, with two columns of one name, has two rows."""
    df = pd.DataFrame([[1, None], [1, None]], columns=["id", "id"])

    assert list(profile.profile(df)["suspicious"]) == ["always 1", "empty in all rows"]


@pytest.mark.long
def test_a_large_frame_takes_a_few_times_what_counting_its_values_takes() -> None:
    """50,000 rows of 60 columns: ids, times and texts, of which some differ in each row. Measured
    against pandas on the same machine: about three times.
    """
    rng = np.random.default_rng(1)
    n = 50_000
    data: dict[str, Any] = {}
    for i in range(20):
        data[f"id{i}"] = pd.array(rng.integers(0, 10**9, n), "Int64")
        data[f"when{i}On"] = pd.to_datetime(rng.integers(1.6e9, 1.7e9, n), unit="s", utc=True)
        data[f"text{i}"] = pd.array(
            rng.integers(0, 10 ** (9 if i < 5 else 3), n).astype(str), "str"
        )
    df = pd.DataFrame(data)

    assert any(cpu(lambda: profile.profile(df)) < 8 * cpu(df.nunique) for _ in range(5))


@pytest.mark.long
def test_a_wide_frame_takes_as_long_as_its_columns() -> None:
    """A page of four times as many columns takes four times as long, and not sixteen times."""
    narrow = profile.profile(pd.DataFrame({f"c{at}": [at, at + 1] for at in range(100)}))
    wide = pd.concat([narrow] * 8)
    wider = pd.concat([wide] * 4)

    def page(frame: pd.DataFrame) -> float:
        return cpu(lambda: profile_page.page(frame))

    assert any(page(wider) < 8 * page(wide) for _ in range(5))
