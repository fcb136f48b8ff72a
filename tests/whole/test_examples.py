"""The examples of the docstrings run: what a reader copies works."""

from __future__ import annotations

import contextlib
import doctest
import functools
import importlib.util
import inspect
import io
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import stnb
from tests.helpers.moments import DEMO_TODAY

CLASSES = ("Account", "Resource", "Query", "Pull", "Tenants", "Progress", "Profile")
PROPERTIES = (property, functools.cached_property)
# What a reader has installed who copies these, beside stnb.
NEEDS = {"Query.arrow": "polars", "Tenants.dask": "dask"}
# Other tests run them: one keeps its state in the user's own folder, and one asks for last month.
ELSEWHERE = {"dlt_source", "sql"}
# Parts of a pull that the other rooms use; a reader has `wait`, `frame` and the like.
INSIDE = {
    *(
        "Pull.await_stop",
        "Pull.check_process",
        "Pull.leave",
        "Pull.let_go",
        "Pull.read",
        "Pull.rest",
    ),
    *("Pull.settle", "Pull.start", "Query.prepare"),
    *("Tenants.get", "Tenants.items", "Tenants.keys", "Tenants.values"),  # of any mapping
}


def public() -> Iterator[tuple[str, Any]]:
    """Each name that `stnb` exports, and each method of what people hold."""
    for name in stnb.__all__:
        found = getattr(stnb, name)
        if inspect.isfunction(found) or (inspect.isclass(found) and name in CLASSES):
            yield name, found
    for name in CLASSES:
        for member, found in inspect.getmembers(getattr(stnb, name)):
            if not member.startswith("_"):
                yield f"{name}.{member}", found


def examples(of: Any) -> list[doctest.Example]:
    """A docstring's lines of code, and what each prints."""
    return doctest.DocTestParser().get_examples(_doc(of))


def _doc(of: Any) -> str:
    # Only Python 3.12 and newer look through a cached property.
    return inspect.getdoc(getattr(of, "func", of)) or ""


PUBLIC = dict(public())
WITH = {name: examples(each) for name, each in PUBLIC.items() if examples(each)}


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    """What the examples speak of: an account, frames of it, two tenants."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STNB_DEMO_TODAY", DEMO_TODAY)
        st = stnb.demo(scale=0.05)
        quietly: dict[str, Any] = {"progress": False}
        found = {"stnb": stnb, "st": st, "pd": pd, "plt": plt, "theme": stnb.theme}
        found["Progress"] = stnb.Progress
        found["sync"] = stnb.sync
        found["df"] = found["jobs"] = st.jpm.jobs.pull(limit=200, **quietly)
        found["invoices"] = st.accounting.invoices.pull(limit=100, **quietly)
        found["last_month"] = st.pricebook.services.pull(**quietly)
        found["run"] = st.jpm.jobs.start()
        accounts = {"phoenix": stnb.demo(seed=1, scale=0.02), "mesa": stnb.demo(seed=2, scale=0.02)}
        found["ts"] = ts = stnb.Tenants(accounts)
        patch.setattr(stnb, "tenants", lambda *named: ts)
        patch.setattr("stnb.account.connecting.connect_all", lambda **options: accounts)
        found["tenants"] = stnb.tenants
        yield found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(WITH.keys() - ELSEWHERE))
def test_it_runs(name: str, names: dict[str, Any]) -> None:
    """Each line, in its order, with what a reader has before it; a property is what it shows."""
    needed = NEEDS.get(name)
    if needed and importlib.util.find_spec(needed) is None:
        pytest.skip(f"needs {needed}")
    known = dict(names)
    if needed:
        known[needed] = importlib.import_module(needed)
    for line in WITH[name]:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(line.source, name, "single"), known)
        if line.want and isinstance(PUBLIC[name], PROPERTIES):
            assert printed.getvalue() == line.want, line.source


def documented(each: Any) -> bool:
    """Whether a docstring belongs to it: a field of a dataclass stands in that of its class."""
    called = inspect.isfunction(each) or inspect.isclass(each)
    return called or isinstance(each, PROPERTIES)


def test_every_name_has_one() -> None:
    """No function, class, method or property is without an example."""
    lacking = []
    for name, each in public():
        if documented(each) and name not in WITH and name not in INSIDE:
            lacking.append(name)

    assert lacking == []
