"""Options of a pull: what could do nothing is refused, and what is asked for is what is sent and
decoded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb.catalog import Endpoint, load
from stnb.errors import BadFilter
from stnb.pull.options import Options, table_name, target
from tests.helpers.sample import by_module

pytestmark = pytest.mark.usefixtures("small_demo")

KNOWN = load()


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("jpm.jobs", {"limit": 0}),
        ("jpm.jobs", {"limit": True}),
        ("jpm.jobs", {"limit": "5"}),
        ("jpm.jobs", {"page_size": 5001}),
        ("jpm.jobs", {"keep": "first"}),
        ("jpm.export.jobs", {"page_size": 50}),
        ("jpm.export.jobs", {"concurrency": 4}),
        ("telecom.calls", {"concurrency": 4}),
        ("jpm.jobs.get", {"page_size": 50}),
        ("jpm.jobs.get", {"concurrency": 2}),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(name: str, given: dict[str, Any]) -> None:
    """With what it would take, and nothing is sent."""
    with pytest.raises(BadFilter, match=next(iter(given))):
        Options(**given).check(KNOWN[name])


@pytest.mark.parametrize("endpoints", by_module(KNOWN))
def test_options_that_do_something_are_taken(endpoints: list[Endpoint]) -> None:
    """On every route, with its own limits."""
    for e in endpoints:
        size = min(50, e.page_size_max or 50) if e.takes("pageSize") else None

        Options(limit=1, page_size=size, concurrency=1, keep="all").check(e)


@pytest.mark.parametrize("columns", [["totl"], [], ["customFields.nope"], ""])
def test_columns_that_the_catalogue_lacks_are_refused(columns: Any) -> None:
    """As the API has no word for them."""
    with pytest.raises(BadFilter):
        Options(columns=columns).requested(KNOWN["jpm.jobs"])


def test_columns_need_rows_that_the_catalogue_knows() -> None:
    """A file has none, and a report's are its own."""
    for name in (
        next(e.name for e in KNOWN if e.kind == "file"),
        next(e.name for e in KNOWN if e.positional),
    ):
        with pytest.raises(BadFilter, match="knows no columns"):
            Options(columns=["id"]).requested(KNOWN[name])


def test_only_the_columns_asked_for_are_in_the_frame(st: stnb.Account) -> None:
    """In their order, typed, with the same rows; the key is read along to find repeats, and not
    shown.
    """
    whole = st.jpm.jobs.pull()
    few = st.jpm.jobs.pull(columns=["total", "customerId"])

    assert list(few) == ["total", "customerId"]
    pd.testing.assert_frame_equal(few, whole[["total", "customerId"]])
    assert few.attrs["stnb"]["total"] == len(whole)


def test_an_object_brings_all_below_it(st: stnb.Account) -> None:
    """And one column may be named as a text."""
    assert all(
        c.startswith("address.") for c in st.crm.customers.pull(columns="address", active="Any")
    )
    assert len(list(st.crm.customers.pull(columns="address", active="Any"))) > 3


def test_pages_take_columns_too(st: stnb.Account) -> None:
    """Each page has them and no others."""
    assert {tuple(page) for page in st.jpm.jobs.pages(columns=["id", "total"], page_size=2000)} == {
        ("id", "total")
    }


@pytest.mark.parametrize(
    ("name", "to", "file"),
    [
        ("jpm.jobs", "out.parquet", "out.parquet"),
        ("jpm.jobs", "data", "data/jpm_jobs.parquet"),
        ("jpm.export.jobs", "data/", "data/jpm_jobs.parquet"),
        ("telecom.export.calls", Path("a.parquet"), "a.parquet"),
    ],
)
def test_a_pull_goes_to_a_file_or_into_a_folder(name: str, to: Any, file: str) -> None:
    """Under the resource's name as a table."""
    call = stnb.demo(scale=0.01)[name].start(limit=1).call

    assert target(call, to) == Path(file)


def test_a_folder_may_be_called_like_a_file(tmp_path: Path) -> None:
    """What is there decides."""
    (tmp_path / "x.parquet").mkdir()
    call = stnb.demo(scale=0.01).jpm.jobs.start(limit=1).call

    assert target(call, tmp_path / "x.parquet") == tmp_path / "x.parquet" / "jpm_jobs.parquet"


@pytest.mark.parametrize("to", ["out.doc", "out.json5", "jobs.PARQUE"])
def test_another_ending_is_refused(st: stnb.Account, to: str) -> None:
    """Before anything is sent."""
    with pytest.raises(BadFilter, match="says no format"):
        st.jpm.jobs.pull(to=to)


def test_tables_have_names_of_their_own() -> None:
    """A list and its feed are one table; no two others are."""
    names = [table_name(e) for e in KNOWN if e.kind in ("list", "export")]
    twins = [e for e in KNOWN if ".export." in e.name and e.name.replace(".export.", ".") in KNOWN]

    assert len(names) - len(set(names)) == sum(
        KNOWN[e.name.replace(".export.", ".")].kind == "list" for e in twins
    )


def test_a_filter_called_to_stays_the_apis_own(st: stnb.Account) -> None:
    """On the two routes that have one."""
    frame = st["marketing.campaign_cost_summary"].pull(from_="2026-01-01", to="2026-02-01")

    assert frame.attrs["stnb"]["params"]["to"].startswith("2026-02-01")
    assert str(st["marketing.campaign_cost_summary"].pull.__signature__).count("to") == 1
