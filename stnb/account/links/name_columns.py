"""Names beside ids: `st.name_columns` and `st.tag_names`."""

from __future__ import annotations

import re
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Catalog
from stnb.errors import BadFilter, StnbWarning
from stnb.frame import notices
from stnb.frame.about import about_of
from stnb.tables.ids import distinct, fit

from ..source import Source
from .ids_to_names import NoNames, names_of_column
from .lookup import Keys, why_unread
from .models import Target
from .namebook import NameBook, label
from .place import Place, key_type, place_of, places
from .rule_table import RECORDS

SHOWN = 3  # columns in a notice
_BOOKS: weakref.WeakKeyDictionary[Source, NameBook] = weakref.WeakKeyDictionary()


def forget(account: Source) -> None:
    """Forget the names that were looked up for an account; the next call asks again."""
    _BOOKS.pop(account, None)


def book_of(account: Source) -> NameBook:
    """The names that were looked up for an account."""
    return _BOOKS.get(account) or _BOOKS.setdefault(account, NameBook(account))


def name_columns(
    account: Source,
    df: pd.DataFrame,
    *,
    only: str | Sequence[str] | None = None,
    resource: str | None = None,
    fresh: bool = False,
) -> pd.DataFrame:
    """A copy of a frame with, right after each id, the name of what it leads to.

    `customerId` gets `customerName`, `createdById` `createdByName`, `tagTypeIds` `tagTypeNames` (a
    list) and `customer.id` `customer.name`. A column that has that name already stays as it is.
    Customers, people and the lists of a tenant's settings are named. Locations, projects, jobs,
    invoices and other records are named only if `only` asks for them, because there are about as
    many of them as rows. Each resource is looked up once an account, inactive rows too.

    Args:
        df: a frame of a pull, or of `stnb.children`.
        only: the id columns to name. A job is called by its number, an invoice by its reference
            number, a membership by its type.
        resource: what the frame holds, if it does not say so itself, as after a merge.
        fresh: look everything up again.

    Returns:
        The copy. A name is missing if the id is, if no row has that id, or if two resources have it
        and nothing tells which is meant. A notice names the columns that stayed without names, and
        why; a list that could not be read costs its own columns alone.

    Raises:
        BadFilter: a column of `only` is no link, or leads to rows without a name; or the frame does
            not say what it holds.

    Example:
        >>> st.name_columns(jobs)[["customerId", "customerName", "createdByName", "tagTypeNames"]]
    """
    if fresh:
        forget(account)
    book = book_of(account)
    catalog = account.catalog
    columns = [only] if isinstance(only, str) else only
    wanted, reasons = _chosen(catalog, df, columns, resource)
    unread = book.learn(needs_of(catalog, df, wanted))
    out = df.copy()
    for column, place in wanted.items():
        closed = [t.resource for t in place.link.targets if t.resource in unread]
        if closed:  # the other of two lists alone might name the wrong one
            reasons[column] = why_unread(closed[0], unread[closed[0]])
            continue
        try:
            names = names_of_column(catalog, book, df, place)
        except NoNames as why:
            reasons[column] = why.reason
            continue
        out.insert(out.columns.tolist().index(column) + 1, named_column(column), names)
    _warn_of_unnamed(reasons)
    return out


def tag_names(
    account: Source, df: pd.DataFrame, column: str = "tagTypeIds", *, resource: str | None = None
) -> pd.Series[Any]:
    """The names of each row's tags, as lists. One request; none if they are known already.

    If the tags could not be read, all names are missing, and a notice says why.

    Raises:
        BadFilter: the column is no link, or the frame does not say what it holds.

    Example:
        >>> jobs.assign(tags=st.tag_names(jobs))
    """
    place_of(account.catalog, df, column, resource)
    ids = df[[column]]
    ids.attrs = df.attrs
    named = name_columns(account, ids, only=column, resource=resource)
    names = named_column(column.replace("[]", ""))
    if names in named.columns:
        return named[names]
    missing = pa.nulls(len(df), pa.list_(pa.string()))
    values = pd.arrays.ArrowExtensionArray(pa.chunked_array([missing]))
    return pd.Series(values, index=df.index, name=names)


def named_column(column: str) -> str:
    """The name of the column of names beside a column of ids.

    >>> named_column("customerId"), named_column("tagTypeIds"), named_column("customer.id")
    ('customerName', 'tagTypeNames', 'customer.name')
    """
    if column.endswith(".id"):
        return f"{column.removesuffix('.id')}.name"
    renamed = re.sub(r"Id(s?)$", r"Name\1", column)
    return renamed if renamed != column else f"{column}Name"


# -- which columns


def _chosen(
    catalog: Catalog, df: pd.DataFrame, only: Sequence[str] | None, resource: str | None
) -> tuple[dict[str, Place], dict[str, str]]:
    """The columns to name, and those left as they are with the reason; "" for records."""
    if only is not None:
        return _named_by_hand(catalog, df, only, resource), {}
    wanted: dict[str, Place] = {}
    reasons: dict[str, str] = {}
    for column, place in places(catalog, df, resource).items():
        if column not in df.columns or named_column(column) in df.columns or _is_own(df, place):
            continue
        if any(target.resource in RECORDS for target in place.link.targets):
            reasons[column] = ""
        elif not _nameless(catalog, place):
            wanted[column] = place
    return wanted, reasons


def named_by_itself(catalog: Catalog, df: pd.DataFrame) -> dict[str, Place]:
    """The columns that `name_columns` names if nobody says which.

    Raises:
        BadFilter: the frame does not say what it holds.
    """
    return _chosen(catalog, df, None, None)[0]


def _named_by_hand(
    catalog: Catalog, df: pd.DataFrame, only: Sequence[str], resource: str | None
) -> dict[str, Place]:
    wanted = {}
    for given in only:
        column = given.replace("[]", "")
        place = place_of(catalog, df, given, resource)
        _check(catalog, df, column, place)
        if named_column(column) not in df.columns:
            wanted[column] = place
    return wanted


def _nameless(catalog: Catalog, place: Place) -> list[str]:
    """The resources that a column may lead to and whose rows have no name."""
    return [t.resource for t in place.link.targets if not label(catalog[t.resource])]


def _check(catalog: Catalog, df: pd.DataFrame, column: str, place: Place) -> None:
    nameless = _nameless(catalog, place)
    if nameless:
        raise BadFilter(
            f"{column!r} cannot be named.",
            f"{nameless[0]} has no column with a name.",
            "Use st.follow for its rows.",
        )
    if column not in df.columns:
        raise BadFilter(
            f"{column!r} cannot be named.",
            "The ids lie in the elements of a list.",
            f"Open the list first: stnb.children(df, {column.split('.')[0]!r}).",
        )


def _is_own(df: pd.DataFrame, place: Place) -> bool:
    """Whether the id is the row's own, such as an employee's userId."""
    attrs = about_of(df.attrs)
    here = str(attrs.get("resource")).replace(".export.", ".")
    return not attrs.get("path") and place.link.targets[0] == Target(here, place.path)


def needs_of(catalog: Catalog, df: pd.DataFrame, wanted: Mapping[str, Place]) -> dict[str, Keys]:
    """The ids to look up for all columns, by resource and by the column that holds them."""
    out: dict[str, dict[str, pa.Array]] = {}
    for place in wanted.values():
        raw = distinct(df, place.path)
        for target in place.link.targets:
            ids = fit(raw, key_type(catalog, target)).drop_null()
            by_column = out.setdefault(target.resource, {})
            if target.by in by_column:
                ids = pc.unique(pa.concat_arrays([by_column[target.by], ids]))
            by_column[target.by] = ids
    return {**out}


def _warn_of_unnamed(reasons: dict[str, str]) -> None:
    """One notice for all columns that stayed without names."""
    records = [column for column, why in reasons.items() if not why]
    texts = [f"{column} has no names: {why}." for column, why in reasons.items() if why]
    if records:
        few = ", ".join(records[:SHOWN])
        if len(records) > SHOWN:
            few += f" and {len(records) - SHOWN} others"
        verb = "leads" if len(records) == 1 else "lead"
        texts.append(
            f"{few} {verb} to records and stayed without names: "
            f"ask for those you need, as in only={records[:1]!r}."
        )
    if texts:
        notices.warn(notices.Notice(StnbWarning, " ".join(texts)))
