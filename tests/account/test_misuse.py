"""What people write at a first try is answered in three sentences that show what to write."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb.account import reached
from stnb.account.other_words import ELSEWHERE, OF_AN_ACCOUNT
from stnb.errors import BadFilter, CredentialsMissing, StnbError, UnknownResource

TRIES: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "a resource is called": (
        lambda st: st.jpm.jobs(limit=2),
        TypeError,
        "Write st.jpm.jobs.pull(limit=2).",
    ),
    "a resource is called with a value": (
        lambda st: st.jpm.jobs("Completed"),
        BadFilter,
        'pull(jobStatus="Completed")',
    ),
    "a module is called": (
        lambda st: st.jpm(),
        TypeError,
        "Write st.jpm.appointments.pull(limit=100).",
    ),
    "an account is called": (
        lambda st: st("jpm.jobs"),
        TypeError,
        "Write st['jpm.jobs'].pull(limit=100).",
    ),
    "a column of a resource": (
        lambda st: st.jpm.jobs["total"],
        TypeError,
        "df = st.jpm.jobs.pull(limit=100), then df['total']",
    ),
    "a filter of a resource": (
        lambda st: st.jpm.jobs["jobStatus"],
        TypeError,
        "To filter by it: st.jpm.jobs.pull(jobStatus=…).",
    ),
    "rows of a resource": (lambda st: st.jpm.jobs[:7], TypeError, "st.jpm.jobs.head(7)"),
    "a record of a resource": (lambda st: st.jpm.jobs[12], TypeError, "st.jpm.jobs.get(12)"),
    "a condition": (
        lambda st: st.jpm.jobs[st.jpm.jobs.total > 5],
        AttributeError,
        "df['total']",
    ),
    "a list of a resource": (lambda st: list(st.jpm.jobs), TypeError, "st.jpm.jobs.pages()"),
    "a frame of a resource": (
        lambda st: pd.DataFrame(st.jpm.jobs),
        TypeError,
        "df = st.jpm.jobs.pull(limit=100)",
    ),
    "another word for where": (
        lambda st: st.jpm.jobs.filter(jobStatus="Completed"),
        UnknownResource,
        "Write st.jpm.jobs.where(…).",
    ),
    "another word for a file": (
        lambda st: st.jpm.jobs.to_csv("x.csv"),
        UnknownResource,
        'Write st.jpm.jobs.pull(to="FILE.csv").',
    ),
    "another word for columns": (
        lambda st: st.jpm.jobs.schema,
        UnknownResource,
        "Write st.jpm.jobs.columns.",
    ),
    "a resource taken for its frame": (lambda st: st.jpm.jobs.shape, UnknownResource, "df.shape"),
    "a resource to a helper of frames": (
        lambda st: stnb.local(st.jpm.jobs),
        UnknownResource,
        "df = st.jpm.jobs.pull(limit=100)",
    ),
    "a resource whose ids are to be named": (
        lambda st: st.name_columns(st.jpm.jobs),
        BadFilter,
        "df = st.jpm.jobs.pull(limit=100)",
    ),
    "an item of a module": (lambda st: st.jpm["jobs"], TypeError, "Write st['jpm.jobs']"),
    "a number of a module": (lambda st: st.jpm[0], TypeError, 'st["jpm.appointments"]'),
    "a list of a module": (lambda st: list(st.jpm), TypeError, "press Tab"),
    "a number of an account": (lambda st: st[3], TypeError, 'st["jpm.jobs"]'),
    "a list of an account": (lambda st: list(st), TypeError, "st.resources"),
    "a resource without its module": (lambda st: st["jobs"], KeyError, "jpm.jobs"),
    "a module for a resource": (lambda st: st["jpm"], KeyError, "jpm is a module"),
    "a verb of a module": (
        lambda st: st.jpm.pull(),
        UnknownResource,
        "Write st.jpm.appointments.pull(…).",
    ),
    "a verb of an account": (
        lambda st: st.pull("jpm.jobs"),
        UnknownResource,
        "Write st.jpm.jobs.pull(…).",
    ),
    "a name of stnb": (lambda st: st.sql("select 1"), UnknownResource, "Write stnb.sql(…)."),
    "a value without a name": (
        lambda st: st.jpm.jobs.pull("Completed"),
        BadFilter,
        'pull(jobStatus="Completed")',
    ),
    "a value to count": (
        lambda st: st.jpm.jobs.count("Completed"),
        BadFilter,
        'count(jobStatus="Completed")',
    ),
    "a value to pages": (lambda st: st.jpm.jobs.pages("x"), BadFilter, "pages(ids=…)"),
    "a number without a name": (lambda st: st.jpm.jobs.pull(50), BadFilter, "pull(limit=50)"),
    "a dictionary": (
        lambda st: st.jpm.jobs.pull({"jobStatus": "Completed"}),
        BadFilter,
        "pull(jobStatus='Completed')",
    ),
    "a dictionary of other names": (
        lambda st: st.jpm.jobs.pull({"job-status": "Completed"}),
        BadFilter,
        "pull(**filters)",
    ),
    "filters by a name": (
        lambda st: st.jpm.jobs.pull(filters={"jobStatus": "Completed"}),
        BadFilter,
        "pull(jobStatus='Completed')",
    ),
    "a limit as text": (lambda st: st.jpm.jobs.pull(limit="50"), BadFilter, "Write limit=50."),
    "no rows": (lambda st: st.jpm.jobs.pull(limit=0), BadFilter, "Leave it out"),
    "a limit as a fraction": (
        lambda st: st.jpm.jobs.pull(limit=5.0),
        BadFilter,
        "Write limit=5.",
    ),
    "a number for columns": (
        lambda st: st.jpm.jobs.pull(columns=5),
        BadFilter,
        'Write columns=["id"]',
    ),
    "a chart of a resource": (
        lambda st: st.jpm.jobs.chart,
        UnknownResource,
        "Write st.jpm.jobs.pull(), then stnb.pictures.draw(df).",
    ),
    "a column with underscores": (
        lambda st: st.jpm.jobs.job_status,
        UnknownResource,
        "then df['jobStatus']. To filter by it: st.jpm.jobs.pull(jobStatus=…).",
    ),
    "the tables": (lambda st: st.tables, UnknownResource, "Write st.resources."),
    "a search": (lambda st: st.search, UnknownResource, 'Write st.find("words").'),
    "a frame of a query": (
        lambda st: st.jpm.jobs.where().df,
        UnknownResource,
        "Write query.pull().",
    ),
    "a frame's verb on a query": (
        lambda st: st.jpm.jobs.where().sort_values,
        UnknownResource,
        "Write df = query.pull(), then df.sort_values.",
    ),
    "a column of a query": (
        lambda st: st.jpm.jobs.where().jobStatus,
        UnknownResource,
        "Write df = query.pull(), then df.jobStatus.",
    ),
    "what no query has": (
        lambda st: st.jpm.jobs.where().zzz,
        UnknownResource,
        "Its verbs are pull, head, count",
    ),
    "a tenant's number for a profile": (
        lambda st: stnb.connect(985798691),  # type: ignore[arg-type]
        CredentialsMissing,
        "stnb.profiles() lists the names",
    ),
}


@pytest.mark.parametrize("attempt", TRIES)
def test_a_first_try_is_answered_with_what_to_write(st: stnb.Account, attempt: str) -> None:
    """The error has three sentences, is of the kind that Python's own would be, and shows the
    line to write.
    """
    tried, kind, advice = TRIES[attempt]

    with pytest.raises(StnbError) as caught:
        tried(st)

    assert isinstance(caught.value, kind)
    assert advice in f"{caught.value.why} {caught.value.next}"


def test_an_account_knows_its_resources(st: stnb.Account) -> None:
    """`in` takes a resource's whole name; a resource and a module count as true."""
    assert "jpm.jobs" in st
    assert "jobs" not in st
    assert 3 not in st
    assert st.jpm
    assert st.jpm.jobs


def test_an_export_feed_is_no_example_of_its_module(st: stnb.Account) -> None:
    """A module that begins with a group names a resource inside of it."""
    with pytest.raises(UnknownResource) as caught:
        st.jpm.export.pull()

    assert "st.jpm.export." in caught.value.next


def test_a_query_has_no_other_attributes(st: stnb.Account) -> None:
    """`hasattr` says so, also of names that a library asks every object for."""
    query = st.jpm.jobs.where()

    assert not hasattr(query, "df")
    assert not hasattr(query, "__array__")
    assert not hasattr(query, "_repr_png_")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Client", "st = stnb.connect()"),
        ("login", "st = stnb.connect()"),
        ("chart", "stnb.pictures.draw(df)"),
        ("find", "st.find"),
        ("search", 'st.find("words")'),
        ("to_csv", 'stnb.save(df, "FILE.csv")'),
        ("export", 'stnb.save(df, "FILE.csv")'),
        ("endpoints", "st.resources"),
        ("read_sql", "stnb.sql("),
        ("config", "stnb.setup()"),
        ("DataFrame", "import pandas as pd"),
        ("gui", "stnb.explore()"),
        ("window", "st.window"),
        ("jobs", "st.jpm.jobs"),
        ("settings", "st.settings"),
    ],
)
def test_a_word_of_another_library_names_ours(name: str, written: str) -> None:
    """`stnb.Client` says what is written here; names of an account and resources stay theirs."""
    with pytest.raises(AttributeError) as caught:
        getattr(stnb, name)

    assert written in str(caught.value)


WRITTEN = re.compile(r"\b(st|stnb)((?:\.\w+)+)(\(?)")


@pytest.mark.parametrize("text", sorted({*reached.ELSEWHERE, *OF_AN_ACCOUNT.values()}))
def test_what_is_written_here_is_there(st: stnb.Account, text: str) -> None:
    """What stands in place of another library's word exists, and is called only if it can be."""
    for start, path, called in WRITTEN.findall(text):
        at: Any = {"st": st, "stnb": stnb}[start]
        for part in path.strip(".").split("."):
            at = getattr(at, part)
        assert callable(at) == bool(called), text


@pytest.mark.parametrize("text", sorted(set(ELSEWHERE.values())))
def test_what_a_resource_has_for_it_is_there(st: stnb.Account, text: str) -> None:
    """So do the verbs of a resource that stand in place of another library's."""
    name, called, _ = text.partition("(")
    assert callable(getattr(st.jpm.jobs, name)) == bool(called), text


def test_every_word_of_another_library_stands_once() -> None:
    """No word is promised twice, and no name of ours is among them."""
    words = [word for each in reached.ELSEWHERE.values() for word in each.split()]

    assert len(set(words)) == len(words)
    assert not set(words) & set(dir(stnb))
