"""What people write at a first try, such as `st.jpm.jobs(limit=2)`, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import pandas as pd

from stnb.catalog import Endpoint
from stnb.errors import BadFilter, UnknownResource
from stnb.errors.misused import WrongUse
from stnb.errors.wording import shown

from .other_words import ELSEWHERE, OF_AN_ACCOUNT


def written(resource: str) -> str:
    """The expression for a resource of the account `st`.

    >>> written("jpm.jobs"), written("jpm.jobs.get")
    ('st.jpm.jobs', 'st["jpm.jobs.get"]')
    """
    return f'st["{resource}"]' if resource.endswith(".get") else f"st.{resource}"


def arguments_of(bare: tuple[object, ...], named: Mapping[str, object]) -> str:
    """Arguments as they were written.

    >>> arguments_of((5,), {"limit": 2})
    '5, limit=2'
    """
    parts = [shown(value) for value in bare]
    parts += [f"{name}={shown(value)}" for name, value in named.items()]
    return ", ".join(parts)


# -- a resource


def resource_called(name: str, named: Mapping[str, object]) -> NoReturn:
    """`st.jpm.jobs(limit=2)`."""
    raise WrongUse(
        f"{name} cannot be called.",
        "A resource has verbs: pull reads its rows, head the first ones, count counts them.",
        f"Write {written(name)}.pull({arguments_of((), named) or 'limit=100'}).",
    )


def resource_indexed(endpoint: Endpoint, key: object) -> NoReturn:
    """`st.jpm.jobs["jobStatus"]`, `st.jpm.jobs[:5]` or `st.jpm.jobs[48200017]`."""
    here = written(endpoint.name)
    advice = f"Write df = {here}.pull(limit=100), then df[…]."
    if isinstance(key, slice):
        advice = f"Write {here}.head({key.stop or 5})."
    elif isinstance(key, int):
        advice = f"Write {here}.head() for first rows, {here}.get({key}) for the one with that id."
    elif isinstance(key, str):
        advice = f"Write df = {here}.pull(limit=100), then df[{key!r}]."
        if endpoint.takes(key) is not None:
            advice += f" To filter by it: {here}.pull({key}=…)."
    raise WrongUse(
        f"{endpoint.name} holds no rows itself.",
        "It is what can be read; rows and columns belong to the frame that a pull brings.",
        advice,
    )


def resource_iterated(name: str) -> NoReturn:
    """`for row in st.jpm.jobs`, `list(st.jpm.jobs)`, `pd.DataFrame(st.jpm.jobs)`."""
    raise WrongUse(
        f"{name} holds no rows itself.",
        "It is what can be read; its rows come as a frame.",
        f"Write df = {written(name)}.pull(limit=100), or for page in {written(name)}.pages().",
    )


def of_a_frame(endpoint: Endpoint, name: str) -> None:
    """Explain a name that the resource's frame has, or other libraries, and the resource has not:
    `jobs.shape`, `jobs.filter`.

    Raises:
        UnknownResource: it is such a name.
    """
    columns = {column.name for column in endpoint.columns}
    as_sent = _as_the_api_writes(name)
    if as_sent in columns and name not in ELSEWHERE:
        name = as_sent
    if name in ELSEWHERE and name not in columns:
        raise UnknownResource(
            f"{endpoint.name} has no {name!r}.",
            "A resource has other words for that.",
            f"Write {written(endpoint.name)}.{ELSEWHERE[name]}.",
        )
    if not hasattr(pd.DataFrame, name) and name not in columns:
        return
    here = written(endpoint.name)
    access = f"df[{name!r}]" if name in columns else f"df.{name}"
    advice = f"Write df = {here}.pull(limit=100), then {access}."
    if endpoint.takes(name) is not None:
        advice += f" To filter by it: {here}.pull({name}=…)."
    raise UnknownResource(
        f"{endpoint.name} has no {name!r}.", "That belongs to the frame that a pull brings.", advice
    )


def _as_the_api_writes(name: str) -> str:
    """`job_status` as "jobStatus"."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def has_no_length(what: str, count: str) -> NoReturn:
    """`len(st.jpm.jobs)` or `len(query)`."""
    raise WrongUse(
        f"{what} has no length.",
        "It holds no rows itself; the server is asked how many there are.",
        f"Write {count}, or len(df) of a frame that was pulled.",
    )


def query_read(name: str, key: object) -> NoReturn:
    """`query["total"]`, `query[:5]` or `for row in query`."""
    advice = "Write df = query.pull(), then df[…]."
    if isinstance(key, str):
        advice = f"Write df = query.pull(), then df[{key!r}]."
    raise WrongUse(
        f"A query of {name} holds no rows itself.",
        "It is what will be asked; rows and columns belong to the frame that a pull brings.",
        advice,
    )


def report_used(name: str, run: str) -> NoReturn:
    """`r(…)`, `r["Revenue"]`, `len(r)` or `for row in r` of a report."""
    raise WrongUse(
        f"The report {name!r} holds no rows itself.",
        "It is what can be run; a run brings its rows as a frame.",
        f"Write df = {run}.",
    )


def report_lacks(name: str, what: str, has: Sequence[str], run: str) -> NoReturn:
    """`r.pull(…)`, `r.head()` or `r.shape` of a report.

    Args:
        has: the names that it has.
    """
    near = difflib.get_close_matches(what, has, n=1)
    raise UnknownResource(
        f"The report {name!r} has no {what!r}.",
        "A report is run, and its rows come as a frame.",
        f"Write r.{near[0]} if you mean that." if near else f"Write df = {run}.",
    )


# -- a module, or an account


def branch_called(here: str, example: str, bare: tuple[object, ...]) -> NoReturn:
    """`st.jpm("jobs")` or `st("jpm.jobs")`."""
    advice = f"Write {here}.{example}.pull(limit=100)."
    if here == "st" and bare and isinstance(bare[0], str):
        advice = f"Write st[{bare[0]!r}].pull(limit=100)."
    raise WrongUse(
        f"{here} cannot be called.",
        "It holds resources, each of which has verbs such as pull.",
        advice,
    )


def branch_indexed(here: str, example: str, key: object) -> NoReturn:
    """`st.jpm["jobs"]`, `st.jpm[0]` or `st[0]`."""
    form = f'st["{f"{here}.{example}".removeprefix("st.")}"]'
    if isinstance(key, str) and here != "st":
        form = f"st[{f'{here}.{key}'.removeprefix('st.')!r}]"
    raise WrongUse(
        f"{here} has no item {key!r}.",
        "An account opens a resource by its whole name.",
        f'Write {form}; st.find("words") searches the names.',
    )


def branch_iterated(here: str) -> NoReturn:
    """`list(st)` or `for resource in st.jpm`."""
    raise WrongUse(
        f"{here} is no list.",
        "It holds resources as its attributes.",
        "Write st.resources for a table of all, with what each holds."
        if here == "st"
        else f"Type {here}. and press Tab, or show {here} in a cell.",
    )


def verb_on_a_branch(here: str, example: str, verb: str) -> NoReturn:
    """`st.jpm.pull()` or `st.pull("jpm.jobs")`."""
    raise UnknownResource(
        f"{here} has no {verb!r}.",
        "It holds resources, and each of them has that verb.",
        f"Write {here}.{example}.{verb}(…).",
    )


def of_stnb(name: str) -> NoReturn:
    """`st.sql(…)`, which is `stnb.sql(…)`."""
    raise UnknownResource(
        f"An account has no {name!r}.",
        "It belongs to stnb itself.",
        f"Write stnb.{name}(…).",
    )


def of_an_account(name: str) -> None:
    """Explain a word of other libraries for what an account has: `st.tables`.

    Raises:
        UnknownResource: it is such a word.
    """
    if name in OF_AN_ACCOUNT:
        raise UnknownResource(
            f"An account has no {name!r}.",
            "It has another word for that.",
            f"Write {OF_AN_ACCOUNT[name]}.",
        )


def of_a_query(endpoint: Endpoint, name: str) -> NoReturn:
    """A name that a query has not, such as `query.df` or `query.sort_values`."""
    advice = "Its verbs are pull, head, count, pages, start and where."
    if name in ELSEWHERE:
        advice = f"Write query.{ELSEWHERE[name]}."
    elif hasattr(pd.DataFrame, name) or name in {column.name for column in endpoint.columns}:
        advice = f"Write df = query.pull(), then df.{name}."
    raise UnknownResource(
        f"A query of {endpoint.name} has no {name!r}.",
        "It is what will be asked; rows and columns belong to the frame that a pull brings.",
        advice,
    )


# -- arguments


def refuse_bare(endpoint: Endpoint, verb: str, bare: tuple[object, ...]) -> None:
    """Refuse arguments without a name, as in `jobs.pull("Completed")`.

    Raises:
        BadFilter: there are some.
    """
    if not bare:
        return
    value = bare[0]
    first = next((p.py for p in endpoint.filters), "ids")
    advice = f"{verb}({_likely_filter(endpoint, value) or first}=…)"
    if isinstance(value, str) and _likely_filter(endpoint, value):
        advice = f'{verb}({_likely_filter(endpoint, value)}="{value}")'
    elif isinstance(value, Mapping):
        advice = f"{verb}({_unpacked(value)})"
    elif type(value) is int and endpoint.paged:
        advice = f"{verb}(limit={value}) for so many rows, or {advice}"
    raise BadFilter(
        f"{endpoint.name} does not know what {value!r} is to be.",
        "Filters and options are given by name.",
        f"Write it so: {advice}. The names complete with the Tab key.",
    )


def refuse_packed(endpoint: Endpoint, verb: str, arguments: Mapping[str, Any]) -> None:
    """Refuse a dictionary of filters under a name of its own: `jobs.pull(filters={…})`.

    Raises:
        BadFilter: there is one.
    """
    for name, value in arguments.items():
        if name in ("filters", "params", "query") and isinstance(value, Mapping):
            if endpoint.takes(name) is not None:
                continue
            raise BadFilter(
                f"{endpoint.name} has no filter {name!r}.",
                "Filters are given one by one, by their names.",
                f"Write it so: {verb}({_unpacked(value)}).",
            )


def _unpacked(filters: Mapping[Any, Any]) -> str:
    """The entries of a dictionary as arguments; names that are no Python are unpacked."""
    if filters and all(isinstance(name, str) and name.isidentifier() for name in filters):
        return arguments_of((), filters)
    return "**filters"


def _likely_filter(endpoint: Endpoint, value: object) -> str:
    """The filter one of whose values this is; "" if none has it."""
    if not isinstance(value, (str, int)):
        return ""
    for param in endpoint.filters:
        if value in param.values:
            return param.py
    return ""
