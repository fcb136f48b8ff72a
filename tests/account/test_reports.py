"""Reports: found by name or number, described, checked before they run, and run."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as strategy

import stnb
from stnb.account.account import Account
from stnb.account.reports import Report
from stnb.account.reports.models import choices, description
from stnb.account.reports.values import Values
from stnb.demoserver import make_app
from stnb.errors import BadFilter, UnexpectedAnswer, UnknownFilter, UnknownResource, UsageError
from stnb.frame.save import load
from stnb.session import Session

JUNE = {"From": "2026-06-01", "To": "2026-06-30"}


@pytest.fixture(scope="module")
def st() -> Iterator[Account]:
    account = stnb.connect("demo")
    yield account
    account.close()


def minute(account: Account) -> None:
    """Let the minute pass in which a report does not run again."""
    account.app.state.skip(60)


def test_every_report_of_every_category_is_in_one_table(st: Account) -> None:
    """`st.reports()` has id, name, category and description; details are asked for."""
    table = st.reports()
    assert list(table.columns) == ["id", "name", "category", "categoryId", "description"]
    assert {175, 70102, 70114} <= set(table["id"])
    assert table.set_index("id").at[175, "category"] == "Accounting"
    details = st.reports(details=True).set_index("id")
    assert str(details["modifiedOn"].dtype).startswith("datetime64")
    assert details.at[175, "parameters"] == "From, To, BusinessUnitIds"


@pytest.mark.parametrize("which", [175, "175", "Revenue", "revenue "])
def test_a_report_is_found_by_number_and_by_name(st: Account, which: Any) -> None:
    """A whole name comes before the names that hold it."""
    assert st.report(which).id == 175


def test_a_unique_part_of_a_name_finds_it(st: Account) -> None:
    """Words in any order that no other name has are enough."""
    assert st.report("roi campaign").name == "Campaign ROI"
    assert st.report("unpaid age", "accounting").id == 70107


def test_alike_names_are_offered(st: Account) -> None:
    """Two of one name are listed with their numbers, and a slip names what is near."""
    with pytest.raises(UnknownResource, match=r"70102.*70114"):
        st.report("Technician Scoreboard")
    with pytest.raises(UnknownResource, match="Technician Scoreboard"):
        st.report("technicin scoreboords")
    with pytest.raises(UnknownResource, match="The categories are: Accounting"):
        st.report("Revenue", "acounting")
    for nothing in ("", 1.5, True):
        with pytest.raises(UsageError, match="names no report"):
            st.report(nothing)  # type: ignore[arg-type]


def test_it_shows_what_it_asks_for_and_what_it_answers(st: Account) -> None:
    """The card, the signature, the help and the tables name its parameters and columns."""
    r = st.report(70101)
    assert "Revenue by Business Unit · report 70101 · Accounting" in repr(r)
    assert "Average Ticket" in set(r.columns["label"])
    signature = inspect.signature(r.run)
    assert str(signature.parameters["From"]) == "From: 'date'"
    assert signature.parameters["BusinessUnitIds"].default is None
    assert "BusinessUnitIds: Number; one or several" in inspect.getdoc(r.run)  # type: ignore[operator]
    known = r.parameters.set_index("name")["values"]
    assert known["DateType"].startswith("0 (Invoice Date)")
    assert "North Plumbing" in known["BusinessUnitIds"]
    assert r.choices("business units")["label"].str.contains("Plumbing").any()
    assert "<b>Revenue by Business Unit</b>" in r._repr_html_()
    assert r.modified == pd.Timestamp("2025-03-04 16:20:11.52", tz="UTC")


def test_report_175_is_the_revenue_that_the_notebook_explains(st: Account) -> None:
    """Active invoices before tax, adjustments and sales without a job among them."""
    minute(st)
    df = st.report(175).run(From="last month", To="last month")
    start, end = (pd.Timestamp(day.date(), tz="UTC") for day in st.window("last month"))
    invoices = st.accounting.invoices.pull(invoicedOnOrAfter=start)
    invoices = invoices[(invoices["invoiceDate"] < end) & invoices["active"]]
    assert df["Revenue"].sum() == pytest.approx(invoices["subTotal"].sum(), abs=0.005)
    assert df["SalesTax"].sum() == pytest.approx(invoices["salesTax"].sum(), abs=0.005)
    assert df["Invoices"].sum() == len(invoices)
    assert df["Adjustments"].sum() == invoices["adjustmentToId"].notna().sum()
    by_unit = invoices.groupby("businessUnit.name")["subTotal"].sum().round(2)
    assert df.set_index("BusinessUnit")["Revenue"].to_dict() == by_unit.to_dict()


def test_a_run_is_typed_and_has_the_labels(st: Account) -> None:
    """Columns follow the description's data types, and `attrs` has the office's labels."""
    minute(st)
    df = st.report(70104).run(**JUNE, BusinessUnitIds="North Plumbing")
    assert df.attrs["stnb"]["labels"]["JobNumber"] == "Job #"
    assert str(df["CreatedOn"].dtype).startswith("datetime64")
    assert set(df["BusinessUnit"]) == {"North Plumbing"}


def test_a_run_goes_to_a_file_and_in_the_background(st: Account, tmp_path: Any) -> None:
    """`to=` streams the rows, with labels in the file; `start` gives the Pull."""
    r = st.report(175)
    minute(st)
    path = r.run(**JUNE, to=tmp_path / "revenue.parquet")
    assert load(path).attrs["stnb"]["labels"]["SalesTax"] == "Sales Tax"
    minute(st)
    assert len(r.start(**JUNE).wait()) == len(load(path))


def test_one_run_is_one_request_of_rows() -> None:
    """A run asks for the description of its columns and for the rows, once each."""
    app = make_app(scale=0.02)
    owner = stnb.connect("demo").session.credentials
    sent: list[tuple[str, str, bytes]] = []

    class Counting(httpx.ASGITransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            sent.append((request.method, request.url.path, request.content))
            return await super().handle_async_request(request)

    with Account(Session(owner, transport=Counting(app), rate=None, now=app.state.now)) as st:
        r = st.report(175)
        sent.clear()
        for wrong in ({}, {**JUNE, "Form": 1}, {**JUNE, "From": "soon"}):
            with pytest.raises(UsageError):
                r.run(**wrong)
        assert sent == []
        r.run(**JUNE)
    posts = [json.loads(body) for method, path, body in sent if method == "POST"]
    assert posts == [{"parameters": [{"name": k, "value": v} for k, v in JUNE.items()]}]
    assert len(sent) == 2


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({}, BadFilter, "needs From and To"),
        ({"From": "2026-06-01"}, BadFilter, "needs To"),
        ({"From": "2026-06-01", "to": "last month"}, BadFilter, "Write To='last month'"),
        ({"From": "2026-06-01", "to": "x.csv"}, BadFilter, "needs To"),
        ({**JUNE, "Form": 1}, UnknownFilter, "Near it: From"),
        ({**JUNE, "from": "2026-06-01"}, BadFilter, "given twice"),
        ({"From": "soon", "To": "2026-06-30"}, BadFilter, "It takes a day"),
        ({"From": "2026-07-01", "To": "2026-06-01"}, BadFilter, "Exchange"),
        ({**JUNE, "DateType": "Job Completed Dat"}, BadFilter, "Near it: 1"),
        ({**JUNE, "DateType": [1]}, BadFilter, "takes one value"),
        ({**JUNE, "BusinessUnitIds": []}, BadFilter, "empty"),
        ({**JUNE, "BusinessUnitIds": ["Nort Plumbing"]}, BadFilter, "North Plumbing"),
        ({**JUNE, "BusinessUnitIds": 1}, BadFilter, "Its values are"),
    ],
)
def test_what_does_not_fit_is_refused_in_three_sentences(
    st: Account, given: dict[str, Any], error: type[Exception], says: str
) -> None:
    """The refusal comes before a run, as a run costs a minute."""
    with pytest.raises(error, match=says) as found:
        st.report(70102).run(**given)
    assert str(found.value).count(". ") >= 2


def test_what_people_write_becomes_what_the_report_takes(st: Account) -> None:
    """Spans, names of choices, labels and other spellings."""
    arguments = st.report(70101).arguments(
        from_=None,
        From="2026-05",
        to="2026-05",
        BusinessUnitIds=["North Plumbing", 712.0],
        date_type="job creation date",
    )
    assert arguments["parameters"] == {
        "From": "2026-05-01",
        "To": "2026-05-31",
        "BusinessUnitIds": [718, 712],
        "DateType": 2,
    }
    text = st.report(70113).arguments(**JUNE, ActiveOnly="TRUE", CustomerType="commercial")
    assert text["parameters"] == {**JUNE, "ActiveOnly": True, "CustomerType": "Commercial"}


def test_a_report_stays_here(st: Account) -> None:
    """It is tied to an account, and says what to write elsewhere."""
    with pytest.raises(UsageError, match=r"report\(175\)"):
        pickle.dumps(st.report(175))


JSON = strategy.recursive(
    strategy.none() | strategy.booleans() | strategy.integers() | strategy.text(max_size=5),
    lambda inner: (
        strategy.lists(inner, max_size=3)
        | strategy.dictionaries(
            strategy.sampled_from(
                ["id", "name", "parameters", "fields", "acceptValues", "values", "dataType"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_description_is_read_or_refused_in_words(raw: Any) -> None:
    """What a server sends never raises what is not ours."""
    try:
        found = description("any", raw)
    except UnexpectedAnswer:
        return
    for parameter in found.parameters:
        assert parameter.py.isidentifier()


@given(JSON)
def test_any_value_is_read_or_refused_in_words(value: Any) -> None:
    """What a person gives is sent as JSON has it, or refused."""
    kinds = ["String", "Number", "Boolean", "Date", "Time", "Other"]
    raw = [{"name": kind, "dataType": kind} for kind in kinds]
    about = description("any", {"id": 1, "name": "All", "parameters": raw})
    values = Values(about, lambda name: choices([]), dt.UTC, dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    for kind in kinds:
        try:
            read = values.read({kind: value})
        except UsageError:
            continue
        json.dumps(read, allow_nan=False)


def test_a_category_that_is_closed_is_left_out_and_named() -> None:
    """Access is given by category, too: the others are listed all the same."""
    app = make_app(scale=0.02)
    owner = stnb.connect("demo").session.credentials

    class Closed(httpx.ASGITransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if "/report-category/payroll/" in request.url.path:
                return httpx.Response(403, json={"title": "Scope validation failed"})
            return await super().handle_async_request(request)

    with Account(Session(owner, transport=Closed(app), rate=None)) as st:
        with pytest.warns(stnb.StnbWarning, match="reports of Payroll"):
            table = st.reports()
        assert len(table) == 14
        assert "Payroll" not in set(table["category"])


def test_a_value_alone_is_answered_with_the_line_to_write(st: Account) -> None:
    """`r.run("2026-06-01")` says which name is missing."""
    with pytest.raises(BadFilter, match="From='2026-06-01'"):
        st.report(175).run("2026-06-01")


def test_hostile_texts_stay_texts() -> None:
    """A name with control characters is shown without them, and its HTML is escaped."""
    raw = {"id": 1, "name": "\x1b[2J<b>x", "parameters": [{"name": "²a b"}, {"name": "from"}]}
    about = description("any", raw)
    assert [parameter.py for parameter in about.parameters] == ["_a_b", "from_"]
    report = Report(stnb.connect("demo"), about, "<i>")
    assert "\x1b" not in repr(report)
    assert "<b>x" not in report._repr_html_().replace("<b>\x1b", "")
    assert list(inspect.signature(report.run).parameters)[:2] == ["_a_b", "from_"]


def test_rows_of_an_earlier_run_can_be_taken(st: Account) -> None:
    """`max_age=` spares a run, with the labels that the rows had; other parameters are another."""
    r = st.report(175)
    minute(st)
    first = r.run(**JUNE, max_age="1 hour")
    with pytest.warns(stnb.KeptRows):
        again = r.run(**JUNE, max_age="1 hour")
    assert again.attrs["stnb"]["labels"] == first.attrs["stnb"]["labels"]
    pd.testing.assert_frame_equal(first, again, check_flags=False)
    minute(st)
    assert len(r.run(From="2026-06-01", To="2026-06-01", max_age="1 hour")) < len(first)


def test_a_number_from_the_list_of_reports_is_its_number(st: Account) -> None:
    """Also as numpy has it."""
    assert st.report(np.int64(175)).id == 175


def _length(report: Any) -> int:
    return len(report)


@pytest.mark.parametrize(
    "tried",
    [
        lambda r: r(),
        lambda r: r(From="2026-07-01"),
        lambda r: r["Revenue"],
        lambda r: list(r),
        _length,
        lambda r: r.pull(limit=1),
        lambda r: r.shape,
    ],
)
def test_a_first_try_is_answered_with_the_run_to_write(
    st: Account, tried: Callable[[Any], Any]
) -> None:
    """In sentences, as a resource answers; the report itself is true."""
    report = st.report(175)
    with pytest.raises(UsageError) as caught:
        tried(report)
    assert caught.value.next == "Write df = st.report(175).run(From=…, To=…)."
    assert report


def test_a_slip_is_answered_with_the_name_that_is_near(st: Account) -> None:
    """It stays an AttributeError."""
    with pytest.raises(AttributeError, match=r"r\.columns"):
        _ = getattr(st.report(175), "column")  # noqa: B009
    assert not hasattr(st.report(175), "_column")
