"""Filters: what people write becomes what the API takes, and what it would ignore never leaves the
machine.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import json
import math
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb import catalog
from stnb.catalog import Endpoint, Param
from stnb.errors import BadFilter, UnknownFilter, UsageError
from stnb.pull.call import UTC, Call, call
from tests.helpers.sample import tries

KNOWN = catalog.load()
PHOENIX, NEW_YORK, BERLIN = (
    ZoneInfo(z) for z in ("America/Phoenix", "America/New_York", "Europe/Berlin")
)
GUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
REPORT = "reporting.report_category.reports.data"


def made(name: str | Endpoint, /, zone: dt.tzinfo = UTC, **filters: Any) -> Call:
    endpoint = KNOWN[name] if isinstance(name, str) else name
    return call(endpoint, 985798691, filters, zone)


def query(name: str | Endpoint, /, zone: dt.tzinfo = UTC, **filters: Any) -> dict[str, str]:
    return dict(made(name, zone, **filters).query)


def with_param(**facts: Any) -> Endpoint:
    return Endpoint(
        "toys.widgets",
        "toys",
        "/toys/v2/tenant/{tenant}/widgets",
        "list",
        params=(Param("x", **facts),),
    )


def sent(value: Any, zone: dt.tzinfo = UTC, **facts: Any) -> str:
    return query(with_param(**facts), zone, x=value)["x"]


# -- one value of each type


@pytest.mark.parametrize(
    ("facts", "value", "text"),
    [
        ({"type": "integer"}, 5, "5"),
        ({"type": "integer"}, " 5 ", "5"),
        ({"type": "integer"}, "-5", "-5"),
        ({"type": "integer"}, 5.0, "5"),
        ({"type": "integer"}, 2**63 - 1, "9223372036854775807"),
        ({"type": "integer"}, np.int64(2**53 + 1), "9007199254740993"),
        ({"type": "integer"}, pd.Series([7]).iloc[0], "7"),
        ({"type": "integer"}, decimal.Decimal("7"), "7"),
        ({"type": "number"}, 1.5, "1.5"),
        ({"type": "number"}, "2.50", "2.50"),
        ({"type": "number"}, decimal.Decimal("0.10"), "0.10"),
        ({"type": "number"}, np.float64(0.25), "0.25"),
        ({"type": "boolean"}, True, "true"),
        ({"type": "boolean"}, False, "false"),
        ({"type": "boolean"}, "TRUE", "true"),
        ({"type": "boolean"}, np.bool_(True), "true"),
        ({"type": "string"}, " text ", "text"),
        ({"type": "string"}, "a&b=c #+%/é", "a&b=c #+%/é"),
        ({"type": "string"}, 5, "5"),
        ({"type": "guid"}, GUID.upper(), GUID),
        ({"type": "guid"}, uuid.UUID(GUID), GUID),
        ({"type": "guid"}, f"{{{GUID}}}", GUID),
        ({"type": "date"}, "2026-07-01", "2026-07-01"),
        ({"type": "date"}, "2026-07", "2026-07-01"),
        ({"type": "date"}, dt.date(2026, 7, 1), "2026-07-01"),
        ({"type": "date"}, pd.Timestamp("2026-07-01 23:00"), "2026-07-01"),
        ({"values": ("Scheduled", "InProgress")}, "inprogress", "InProgress"),
        ({"values": ("True", "Any", "False")}, True, "True"),
        ({"values": ("True", "Any", "False")}, "any", "Any"),
        ({"values": ("True", "Any", "False")}, "FALSE", "False"),
        ({"type": "integer", "values": ("0", "1")}, 1, "1"),
    ],
)
def test_a_value_is_written_as_the_api_takes_it(
    facts: dict[str, Any], value: Any, text: str
) -> None:
    """Each type takes what Python, numpy and pandas hold, and texts with blanks around."""
    assert sent(value, **facts) == text


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        ({"type": "integer"}, "five"),
        ({"type": "integer"}, ""),
        ({"type": "integer"}, "1_000"),
        ({"type": "integer"}, 1.5),
        ({"type": "integer"}, np.float32(1.5)),
        ({"type": "integer"}, decimal.Decimal("1.5")),
        ({"type": "integer"}, True),
        ({"type": "integer"}, math.nan),
        ({"type": "integer"}, math.inf),
        ({"type": "integer"}, pd.NA),
        ({"type": "integer"}, b"12"),
        ({"type": "integer"}, [1]),
        ({"type": "integer"}, {}),
        ({"type": "number"}, "1,5"),
        ({"type": "number"}, "nan"),
        ({"type": "number"}, "Infinity"),
        ({"type": "number"}, "1_0"),
        ({"type": "number"}, True),
        ({"type": "number"}, pd.NA),
        ({"type": "boolean"}, "yes"),
        ({"type": "boolean"}, 1),
        ({"type": "boolean"}, ""),
        ({"type": "string"}, ""),
        ({"type": "string"}, "  "),
        ({"type": "string"}, math.nan),
        ({"type": "string"}, pd.NA),
        ({"type": "string"}, pd.NaT),
        ({"type": "string"}, b"bytes"),
        ({"type": "string"}, ["a", "b"]),
        ({"type": "string"}, {"a": 1}),
        ({"type": "guid"}, "not a guid"),
        ({"type": "guid"}, 5),
        ({"type": "date"}, "July 1st"),
        ({"type": "date"}, "2026-02-30"),
        ({"type": "date"}, 20260701),
        ({"type": "date"}, pd.NaT),
        ({"type": "date-time"}, "2026-13-01"),
        ({"type": "date-time"}, "20260"),
        ({"type": "date-time"}, "last 30"),
        ({"type": "date-time"}, ""),
        ({"type": "date-time"}, 1.5),
        ({"type": "date-time"}, pd.NaT),
        ({"type": "date-time"}, "0001-01-01T00:00:00+14:00"),
        ({"values": ("Scheduled", "InProgress")}, "Schedule"),
        ({"values": ("Scheduled", "InProgress")}, ""),
        ({"values": ("True", "Any", "False")}, 1),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(facts: dict[str, Any], value: Any) -> None:
    """It is a BadFilter, which is a ValueError too, and names the filter and the resource; nothing
    else is raised.
    """
    with pytest.raises(BadFilter, match=r"x=.* does not fit toys\.widgets") as caught:
        sent(value, **facts)

    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("name", "filters", "of"),
    [
        ("jpm.jobs", {"businessUnitId": "North"}, "st.settings.business_units.pull()"),
        ("jpm.jobs", {"tagTypeIds": ["VIP"]}, "st.settings.tag_types.pull()"),
        ("jpm.jobs", {"customerId": "A. Smith"}, "st.crm.customers.pull()"),
        ("jpm.jobs", {"technicianId": "A. Smith"}, "st.settings.technicians.pull()"),
        ("accounting.invoices", {"businessUnitId": "North"}, "st.settings.business_units"),
    ],
)
def test_a_name_for_an_id_is_answered_with_where_its_id_is(
    name: str, filters: dict[str, Any], of: str
) -> None:
    """The resource that has the ids by their names is named, as the catalogue knows it."""
    endpoint = catalog.load().endpoints[name]
    with pytest.raises(BadFilter) as caught:
        call(endpoint, 1, filters)
    assert of in caught.value.next


@pytest.mark.parametrize("value", ["North", "12a", "1.5", "", GUID])
def test_no_name_is_sent_where_ids_are_whole_numbers(value: str) -> None:
    """The documents take any text for many lists of ids; their column tells what an id is."""
    for endpoint in catalog.load().endpoints.values():
        columns = {column.name: column for column in endpoint.columns}
        for param in endpoint.filters:
            column = columns.get(param.name)
            if not param.name.endswith("Ids") or column is None or column.type != "array":
                continue
            needed = {p.py: _example(p) for p in endpoint.filters if p.required}
            with pytest.raises(BadFilter, match=param.name):
                call(endpoint, 1, {**needed, param.py: [value]})
            assert call(endpoint, 1, {**needed, param.py: ["12", 13, " 14 "]})


def test_none_means_not_given() -> None:
    """A filter that is None is left out, as when it is passed on from a function's argument."""
    assert query("jpm.jobs", jobStatus=None, number="12") == {"number": "12"}


@settings(max_examples=tries(300), derandomize=True, deadline=None)
@given(
    some.sampled_from(
        ["integer", "number", "boolean", "string", "guid", "date", "date-time", "object"]
    ),
    some.sampled_from(["", "comma", "repeat"]),
    some.one_of(
        some.none(),
        some.integers(),
        some.floats(),
        some.text(),
        some.binary(),
        some.dates(),
        some.datetimes(),
        some.lists(some.integers() | some.text() | some.none(), max_size=3),
        some.dictionaries(some.text(), some.integers(), max_size=2),
    ),
)
def test_any_value_is_sent_or_refused(kind: str, many: str, value: Any) -> None:
    """Whatever is given, the outcome is a query of non-empty texts, or a BadFilter."""
    try:
        pairs = made(with_param(type=kind, many=many), x=value).query
    except BadFilter:
        return

    assert bool(pairs) == (value is not None)
    if kind not in ("object", "string"):
        assert all(
            k and isinstance(v, str) and v not in ("", "None", "nan", "<NA>", "NaT")
            for k, v in pairs
        )


# -- dates and zones


@pytest.mark.parametrize(
    ("value", "zone", "text"),
    [
        ("2026-07-01", UTC, "2026-07-01T00:00:00Z"),
        ("2026-07", UTC, "2026-07-01T00:00:00Z"),
        ("2026-07-01", PHOENIX, "2026-07-01T07:00:00Z"),
        ("2026-07", PHOENIX, "2026-07-01T07:00:00Z"),
        ("2026-07-01T09:30", PHOENIX, "2026-07-01T16:30:00Z"),
        ("2026-07-01 09:30", PHOENIX, "2026-07-01T16:30:00Z"),
        (" 2026-07-01 ", UTC, "2026-07-01T00:00:00Z"),
        ("2026-07-01T09:30Z", PHOENIX, "2026-07-01T09:30:00Z"),
        ("2026-07-01T09:30:00+02:00", PHOENIX, "2026-07-01T07:30:00Z"),
        ("2026-07-01T09:30:00.1234567Z", UTC, "2026-07-01T09:30:00.123456Z"),
        (dt.date(2026, 7, 1), PHOENIX, "2026-07-01T07:00:00Z"),
        (dt.datetime(2026, 7, 1, 9), PHOENIX, "2026-07-01T16:00:00Z"),
        (dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC), PHOENIX, "2026-07-01T09:00:00Z"),
        (dt.datetime(2026, 7, 1, 9, tzinfo=BERLIN), PHOENIX, "2026-07-01T07:00:00Z"),
        (pd.Timestamp("2026-07-01"), PHOENIX, "2026-07-01T07:00:00Z"),
        (pd.Timestamp("2026-07-01", tz="Europe/Berlin"), PHOENIX, "2026-06-30T22:00:00Z"),
        (pd.Timestamp("2026-07-01T00:00:00.123456789Z"), UTC, "2026-07-01T00:00:00.123456Z"),
        # clocks change: 8 March and 1 November 2026 in New York, 29 March and 25 October in Berlin
        ("2026-03-08", NEW_YORK, "2026-03-08T05:00:00Z"),
        ("2026-03-09", NEW_YORK, "2026-03-09T04:00:00Z"),
        ("2026-11-01", NEW_YORK, "2026-11-01T04:00:00Z"),
        ("2026-11-02", NEW_YORK, "2026-11-02T05:00:00Z"),
        ("2026-03-08T02:30", NEW_YORK, "2026-03-08T07:30:00Z"),  # a time that does not exist
        (
            "2026-11-01T01:30",
            NEW_YORK,
            "2026-11-01T05:30:00Z",
        ),  # a time that comes twice: the first
        ("2026-03-29", BERLIN, "2026-03-28T23:00:00Z"),
        ("2026-03-30", BERLIN, "2026-03-29T22:00:00Z"),
        ("2026-10-26", BERLIN, "2026-10-25T23:00:00Z"),
    ],
)
def test_a_date_is_meant_in_the_profiles_zone_and_sent_in_utc(
    value: Any, zone: dt.tzinfo, text: str
) -> None:
    """Days begin where the tenant is, also across changes of the clock; what names its own zone
    keeps it.
    """
    assert sent(value, zone, type="date-time") == text


@settings(max_examples=tries(200), derandomize=True, deadline=None)
@given(
    some.datetimes(dt.datetime(1902, 1, 1), dt.datetime(2100, 1, 1)),
    some.sampled_from([UTC, PHOENIX, NEW_YORK, BERLIN]),
)
def test_a_time_is_the_same_instant_in_every_form(moment: dt.datetime, zone: ZoneInfo) -> None:
    """Naive, aware, as text and as a pandas timestamp, it is sent as one and the same text, which
    reads back as it.
    """
    moment = moment.replace(fold=0)  # of an hour that comes twice a text names the first one
    aware = moment.replace(tzinfo=zone)
    texts = {
        sent(v, zone, type="date-time")
        for v in (moment, aware, moment.isoformat(), pd.Timestamp(moment))
    }

    assert len(texts) == 1
    assert dt.datetime.fromisoformat(texts.pop()) == aware.astimezone(dt.UTC)


# -- several values


def test_a_comma_list_takes_any_collection() -> None:
    """A list, tuple, set, array, Series, range or a text with commas; one value needs no list."""
    for value in (
        [1, 2],
        (1, 2),
        {1, 2},
        np.array([1, 2]),
        pd.Series([1, 2]),
        pd.Index([1, 2]),
        range(1, 3),
        "1,2",
        " 1 , 2,",
        iter("12"),
    ):
        assert query("jpm.jobs", ids=value) == {"ids": "1,2"}
    assert query("jpm.jobs", ids=7) == query("jpm.jobs", ids="7") == {"ids": "7"}


def test_ids_between_commas_in_a_list_are_several() -> None:
    """They are counted, checked, and cut into calls as if each stood alone."""
    some_ids = ["1,2", 3, " 4 , 2"]
    assert query("jpm.jobs", ids=some_ids) == {"ids": "1,2,3,4,2"}
    assert made("jpm.jobs", ids=some_ids).by_id == 4

    joined = made("jpm.jobs", ids=[",".join(map(str, range(60)))])
    assert [len(dict(batch)["ids"].split(",")) for batch in joined.batches] == [50, 10]

    limited = next(p for p in KNOWN["jpm.jobs"].filters if p.name == "ids")
    other = dataclasses.replace(limited, name="jobIds")
    endpoint = dataclasses.replace(with_param(), params=(other,))
    with pytest.raises(BadFilter, match="60 values"):
        made(endpoint, jobIds=[f"{i},{i + 1}" for i in range(0, 60, 2)])
    with pytest.raises(BadFilter):
        query("jpm.jobs", ids=["1,2.5"])


def test_a_comma_inside_a_value_is_refused() -> None:
    """The API reads its values between commas, and would look for two names."""
    with pytest.raises(BadFilter, match="between commas"):
        sent(["Smith, John"], type="string", many="comma")
    assert sent(["Smith, John"], type="string", many="repeat") == "Smith, John"
    assert sent("Smith, John", type="string", many="comma") == "Smith,John"
    with pytest.raises(BadFilter):
        sent(["1,2"], type="integer", many="repeat")


def test_a_repeated_key_is_sent_once_a_value() -> None:
    """Some filters are lists of keys, not of commas."""
    endpoint = with_param(type="integer", many="repeat")

    assert made(endpoint, x=[3, 1]).query == (("x", "3"), ("x", "1"))
    assert made(endpoint, x="3,1").query == (("x", "3"), ("x", "1"))


@pytest.mark.parametrize("value", [[], (), "", " , ", pd.Series([], dtype="Int64")])
def test_an_empty_list_is_refused(value: Any) -> None:
    """It would not narrow anything, so the answer would be every row."""
    with pytest.raises(BadFilter, match="It is empty"):
        query("jpm.jobs", ids=value)


@pytest.mark.parametrize(
    "value", [[None], [1, None], ["", 1], [pd.NA], [math.nan], [[1]], b"12", {"a": 1}, [b"1"]]
)
@pytest.mark.parametrize("kind", ["integer", "string"])
def test_a_hole_in_a_list_is_refused(value: Any, kind: str) -> None:
    """A null among the ids is a mistake, and so are bytes, mappings and lists in lists."""
    with pytest.raises(BadFilter):
        sent(value, type=kind, many="comma")


def test_more_ids_than_a_call_takes_become_several_calls() -> None:
    """Fifty ids are the most of one call for jobs; more are cut into fifties, each id once, and
    none is lost.
    """
    assert query("jpm.jobs", ids=range(50))["ids"].count(",") == 49

    found = made("jpm.jobs", ids=[*range(120), 5, 6], jobStatus="Completed")
    parts = [dict(batch)["ids"].split(",") for batch in found.batches]

    assert [len(p) for p in parts] == [50, 50, 20]
    assert [int(v) for part in parts for v in part] == list(range(120))
    assert dict(found.query) == {"jobStatus": "Completed"}
    assert found.by_id == 120
    assert found.filters["ids"] == "122 values, 0 … 6"


def test_other_lists_that_are_too_long_are_refused() -> None:
    """Where more calls would not mean the same, too many values are told, not cut off."""
    with pytest.raises(BadFilter, match=r"51 values.*50 at most"):
        query(
            "crm.locations",
            externalDataApplicationGuid=str(uuid.UUID(int=1)),
            externalDataKey="a",
            externalDataValues=range(51),
        )


# -- sort


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Id", "+Id"),
        ("+Id", "+Id"),
        ("-id", "-Id"),
        ("modifiedon", "+ModifiedOn"),
        (" -Priority ", "-Priority"),
    ],
)
def test_sort_takes_a_name_with_or_without_its_sign(value: str, text: str) -> None:
    """The sign is always sent, and case does not matter."""
    assert query("jpm.jobs", sort=value) == {"sort": text}


@pytest.mark.parametrize("value", ["completedOn", "", "+", "--Id", "Id,ModifiedOn", 5])
def test_a_sort_that_the_api_would_refuse_is_refused(value: Any) -> None:
    """The message lists what it sorts by."""
    with pytest.raises(BadFilter, match="It sorts by Id, ModifiedOn"):
        query("jpm.jobs", sort=value)


def test_a_sort_without_listed_fields_is_passed_on() -> None:
    """About 45 lists take `sort` and do not say by what."""
    assert query("accounting.invoices", sort="CreatedOn") == {"sort": "+CreatedOn"}
    with pytest.raises(BadFilter):
        query("accounting.invoices", sort=" ")


# -- objects and bodies


def test_names_with_values_are_written_in_brackets() -> None:
    """Custom fields of accounting lists go into brackets, those of journal entries behind a dot."""
    assert query("accounting.invoices", customField_Fields={"Color": "red", "Size": 5}) == {
        "customField.Fields[Color]": "red",
        "customField.Fields[Size]": "5",
    }
    assert query("accounting.journal_entries", customField={"Color": "red"}) == {
        "customField.Color": "red"
    }


def test_a_list_of_mappings_is_numbered() -> None:
    """Forms' owners: owners[0].type, owners[0].id, owners[1].type …"""
    owners = [{"type": "Job", "id": 1}, {"type": "Call", "id": 2}]

    assert query("forms.submissions", owners=owners) == {
        "owners[0].type": "Job", "owners[0].id": "1", "owners[1].type": "Call", "owners[1].id": "2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "filters"),
    [
        ("accounting.invoices", {"customField_Fields": "red"}),
        ("accounting.invoices", {"customField_Fields": {}}),
        ("accounting.invoices", {"customField_Fields": {"Color": None}}),
        ("accounting.journal_entries", {"customField": {str(i): i for i in range(6)}}),
        ("forms.submissions", {"owners": [{"type": "Job"}, 5]}),
        ("forms.submissions", {"owners": "Job"}),
        ("forms.submissions", {"owners": [{}]}),
        (REPORT, {"report_category": "x", "reportId": 1, "parameters": "From=2026-01-01"}),
        (REPORT, {"report_category": "x", "reportId": 1, "parameters": {"From": object()}}),
    ],
)
def test_an_object_of_another_form_is_refused(name: str, filters: dict[str, Any]) -> None:
    """No part of it is dropped, and nothing that is no JSON gets into a body."""
    with pytest.raises(BadFilter):
        made(name, **filters)


def test_a_reports_parameters_become_pairs() -> None:
    """A mapping becomes names and values as JSON takes them; the call tells them for the record."""
    given = {
        "From": dt.date(2026, 7, 1),
        "To": pd.Timestamp("2026-07-31"),
        "Until": dt.datetime(2026, 7, 31, tzinfo=dt.UTC),
        "At": dt.time(9, 30),
        "Numpy": np.datetime64("2026-07-31", "ns"),
        "Several": np.array(["2026-07-31"], "datetime64[ns]"),
        "Column": pd.Series([pd.Timestamp("2026-07-31")]),
        "Units": (1, 2),
        "Days": [dt.date(2026, 7, 4)],
        "Count": np.int64(5),
        "All": True,
    }

    c = made(REPORT, report_category="operations", reportId=7, parameters=given)

    assert {p["name"]: p["value"] for p in c.body["parameters"]} == {
        "From": "2026-07-01",
        "To": "2026-07-31",
        "Until": "2026-07-31",
        "At": "09:30:00",
        "Numpy": "2026-07-31",
        "Several": ["2026-07-31"],
        "Column": ["2026-07-31"],
        "Units": [1, 2],
        "Days": ["2026-07-04"],
        "Count": 5,
        "All": True,
    }
    assert json.loads(json.dumps(c.body)) == c.body
    assert "2026-07-01" in c.filters["parameters"]
    assert made(REPORT, report_category="operations", reportId=7).body == {"parameters": []}
    assert made("jpm.jobs").body is None


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime(2026, 7, 31, 9, 30),
        dt.datetime(2026, 7, 31, 0, 0, 0, 1, tzinfo=dt.UTC),
        pd.Timestamp("2026-07-31 12:00"),
        pd.Timestamp("2026-07-31 00:00:00.000000001"),
        np.datetime64("2026-07-31T09:30"),
        [dt.date(2026, 7, 30), dt.datetime(2026, 7, 31, 9, 30)],
        pd.Series([pd.Timestamp("2026-07-31 12:00")]),
        np.array(["2026-07-31T12"], "datetime64[ns]"),
    ],
)
def test_a_day_with_a_time_is_no_parameter_of_a_report(value: Any) -> None:
    """Reports take days or times of day; the time of a day would be lost in silence."""
    with pytest.raises(BadFilter, match="its time would be lost"):
        made(REPORT, report_category="x", reportId=7, parameters={"From": value})


@pytest.mark.parametrize(
    "value", [pd.NaT, np.datetime64("NaT"), np.array(["NaT"], "datetime64[s]")]
)
def test_a_missing_day_is_no_parameter_of_a_report(value: Any) -> None:
    """It would be sent as the text "NaT", or as a number."""
    with pytest.raises(BadFilter):
        made(REPORT, report_category="x", reportId=7, parameters={"From": value})


# -- names


def test_python_names_and_the_apis_are_the_same_filter() -> None:
    """`from_` is `from`; a dot may be an underscore."""
    assert (
        query("jpm.export.jobs", from_="x")
        == query("jpm.export.jobs", **{"from": "x"})
        == {"from": "x"}
    )
    dotted = {"customField.Fields": {"a": "b"}}
    assert query("accounting.invoices", **dotted) == query(
        "accounting.invoices", customField_Fields={"a": "b"}
    )


def test_one_filter_given_twice_is_refused() -> None:
    """By both spellings at once, one of the two would be dropped."""
    with pytest.raises(BadFilter, match="twice"):
        query("jpm.export.jobs", from_="x", **{"from": "y"})


@pytest.mark.parametrize(
    ("name", "wrong", "near"),
    [
        ("jpm.jobs", "scheduledOnOrAfter", "appointmentStartsOnOrAfter|completedOnOrAfter"),
        ("jpm.jobs", "modifiedOnOrBefore", "modifiedBefore"),
        ("jpm.jobs", "jobstatus", "jobStatus"),
        ("jpm.jobs", "completed", "completedOnOrAfter"),
        ("crm.customers", "phoneNumber", "phone"),
        ("jpm.appointments", "technicianIds", "technicianId"),
        ("jpm.appointments", "startsOnOrBefore", "startsBefore"),
        ("jpm.export.jobs", "sort", "from_"),
        ("jpm.jobs", "n", r"Give limit=… for fewer rows\."),
        ("jpm.jobs", "nrows", r"Give limit=… for fewer rows\."),
        ("jpm.jobs", "max_rows", r"Give limit=… for fewer rows\."),
        ("jpm.jobs", "usecols", r'Give columns=\["id"\] for fewer columns\.'),
        ("jpm.jobs", "order_by", r'Give sort="-Id"'),
        ("dispatch.capacity", "order_by", r"sort the frame"),
        ("jpm.jobs", "offset", r"stnb pages by itself"),
        ("jpm.jobs", "filter", r'such as jobStatus="'),
        ("jpm.jobs", "start_date", r'Give completedOnOrAfter="last month"'),
        ("settings.tag_types", "month", r"It has no filter of its date|createdOnOrAfter"),
        ("jpm.jobs", "groupby", r"The frame does that after the pull: df\.groupby\(…\)\."),
        ("jpm.jobs", "tenant_id", r"An account is of one profile"),
        ("jpm.jobs", "tenant", "."),
        ("jpm.jobs", "", "."),
        ("jpm.jobs", "x" * 2000, "."),
    ],
)
def test_an_unknown_filter_is_refused_and_near_ones_named(name: str, wrong: str, near: str) -> None:
    """The API would answer with every row; the error is a TypeError too, as for a function."""
    with pytest.raises(UnknownFilter, match=near) as caught:
        made(name, **{wrong: "x"})

    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("name", ["page", "pageSize", "includeTotal"])
def test_paging_is_not_a_filter(name: str) -> None:
    """stnb pages by itself; the error says what to write instead."""
    with pytest.raises(BadFilter, match=r"limit=.*page_size="):
        made("jpm.jobs", **{name: 1})


def test_a_resource_without_filters_says_so() -> None:
    """No list of near names where there is none."""
    bare = Endpoint("toys.widgets", "toys", "/toys/v2/tenant/{tenant}/widgets", "list")

    with pytest.raises(UnknownFilter, match="none"):
        made(bare, x=1)


# -- the path


def test_what_a_route_needs_must_be_given() -> None:
    """All missing ones are named at once, in the form to write."""
    with pytest.raises(
        BadFilter, match=r"needs report_category and reportId.*report_category=…, reportId=…"
    ):
        made(REPORT)
    with pytest.raises(BadFilter, match="needs id"):
        made("jpm.jobs.get", id=None)


def test_the_path_has_the_tenant_and_the_ids() -> None:
    """Nothing of a path parameter goes into the query."""
    c = made("jpm.jobs.notes", id=48213377)

    assert (c.path, c.query) == ("/jpm/v2/tenant/985798691/jobs/48213377/notes", ())
    assert c.filters == {"id": "48213377"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a/b", "a%2Fb"),
        ("a b", "a%20b"),
        ("../x", "..%2Fx"),
        ("?x=1#y", "%3Fx%3D1%23y"),
        ("{reportId}", "%7BreportId%7D"),
        ("%2e", "%252e"),
        ("é", "%C3%A9"),
    ],
)
def test_a_path_parameter_stays_in_its_place(value: str, text: str) -> None:
    """Slashes, marks of a query, holes and percent signs are quoted."""
    c = made(REPORT, report_category=value, reportId=5)

    assert c.path == f"/reporting/v2/tenant/985798691/report-category/{text}/reports/5/data"


@pytest.mark.parametrize("value", [".", "..", " .. "])
def test_a_path_parameter_cannot_climb(value: str) -> None:
    """A dot or two is no name: on its way it would become another route."""
    with pytest.raises(BadFilter):
        made(REPORT, report_category=value, reportId=5)


# -- the whole catalogue

EXAMPLES: dict[str, Any] = {
    "integer": 5, "number": 1.5, "boolean": True, "string": "x", "guid": GUID, "date": "2026-07-01",
    "date-time": "2026-07-01", "object": {"a": "b"},
}  # fmt: skip


def _example(param: Param) -> Any:
    if param.values:
        return param.values[0]
    if param.name.endswith(("Ids", "ids")):
        return "5"
    return EXAMPLES[param.type]


@pytest.mark.parametrize("endpoint", [pytest.param(e, id=e.name) for e in KNOWN])
def test_every_filter_of_every_resource_can_be_given(endpoint: Endpoint) -> None:
    """All at once, by their Python names: each lands in the path, the query or the body, and no
    hole is left.
    """
    given = {p.py: _example(p) for p in endpoint.filters}

    c = call(endpoint, 1, given)

    assert "{" not in c.path
    for p in endpoint.filters:
        assert p.name in c.filters
        if p.where == "query":
            assert any(
                k == p.name or k.startswith((f"{p.name}[", f"{p.name}.")) for k, _ in c.query
            ), p
    with pytest.raises(UsageError):
        call(endpoint, 1, {**given, "nonsense": 1})


@pytest.mark.parametrize(
    ("value", "zone", "text"),
    [
        ("2026-10-01", PHOENIX, "2026-10-01T00:00:00Z"),
        ("2026-10", BERLIN, "2026-10-01T00:00:00Z"),
        (dt.datetime(2026, 10, 1, tzinfo=PHOENIX), PHOENIX, "2026-10-01T00:00:00Z"),
        (dt.datetime(2026, 10, 1, tzinfo=dt.UTC), PHOENIX, "2026-10-01T00:00:00Z"),
        ("2026-10-01T09:30", PHOENIX, "2026-10-01T16:30:00Z"),
    ],
)
def test_a_day_of_an_invoice_is_its_midnight_in_utc(value: Any, zone: dt.tzinfo, text: str) -> None:
    """The API keeps these days so, and one in another zone would leave out the rows of the first
    day; times stay times.
    """
    found = query(
        "accounting.invoices",
        zone,
        invoicedOnOrAfter=value,
        dueDateBefore=value,
        createdOnOrAfter="2026-10-01",
    )

    assert found["invoicedOnOrAfter"] == found["dueDateBefore"] == text
    assert found["createdOnOrAfter"] != "2026-10-01T00:00:00Z"


def test_a_day_has_its_own_invoices_west_of_greenwich(st: Any) -> None:
    """What is pulled by a day are the rows of this day."""
    st._session.credentials = dataclasses.replace(
        st._session.credentials, timezone="America/Phoenix"
    )
    day = st.accounting.invoices.pull(limit=1)["invoiceDate"].dt.strftime("%Y-%m-%d").iloc[0]
    start, end = st.window(day)

    found = st.accounting.invoices.pull(invoicedOnOrAfter=start, invoicedOnBefore=end)
    assert set(found["invoiceDate"].dt.strftime("%Y-%m-%d")) == {day}
