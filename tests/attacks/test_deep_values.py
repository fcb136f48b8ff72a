"""Values and descriptions that are nested deeper than Python can follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

import stnb
from stnb.session import Session
from tests.helpers.owner import owner

DEPTH = 5_000
ROWS = {"fields": [{"name": "Rate"}], "data": [["1"]], "hasMore": False}


def nested(wrap: Callable[[Any], Any]) -> Any:
    value: Any = "x"
    for _ in range(DEPTH):
        value = wrap(value)
    return value


SHAPES: dict[str, Any] = {
    "lists": nested(lambda value: [value]),
    "tuples": nested(lambda value: (value,)),
    "mappings": nested(lambda value: {"a": value}),
}
REPORT: dict[str, Any] = {"report_category": "a", "reportId": 7}


def account(description: bytes = b"{}") -> stnb.Account:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "a.b", "expires_in": 900})
        if request.method == "GET":
            return httpx.Response(200, content=description)
        return httpx.Response(200, json=ROWS)

    return stnb.Account(Session(owner(), transport=httpx.MockTransport(handler)))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("name", ["ids", "jobStatus", "modifiedOnOrAfter", "number", "nothing"])
def test_a_deep_filter_is_refused_in_words(name: str, shape: Any) -> None:
    """Whatever takes a value says that it does not fit."""
    with account() as st, pytest.raises(stnb.StnbError):
        st.jpm.jobs.where(**{name: shape})


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_deep_names_of_columns_and_a_deep_query_are_refused_in_words(shape: Any) -> None:
    """A name that is none, and a value that no text holds."""
    with account() as st:
        with pytest.raises(stnb.StnbError):
            st.jpm.jobs.where(columns=["id", shape]).start()
        with pytest.raises(stnb.BadFilter):
            st.get("jpm/v2/tenant/{tenant}/jobs", ids=shape)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_deep_parameters_of_a_report_are_refused_in_words(shape: Any) -> None:
    """They are written as JSON, which has no way to hold them."""
    with account() as st, pytest.raises(stnb.StnbError):
        st.reporting.report_category.reports.data.pull(**REPORT, parameters={"From": shape})


def test_a_deep_description_of_a_report_costs_nothing() -> None:
    """The rows arrive, with the types of their values."""
    deep = b"[" * 32_000 + b"]" * 32_000
    with account(deep) as st:
        frame = st.reporting.report_category.reports.data.pull(**REPORT, parameters={})

    assert frame["Rate"].tolist() == ["1"]
