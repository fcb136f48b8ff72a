"""Names beside ids: what people call a customer, a business unit, a technician, a tag."""

from __future__ import annotations

import re
import weakref
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Catalog
from stnb.errors import BadFilter, StnbWarning
from stnb.frame import PANDAS, notices
from stnb.tables.ids import column_of, distinct, fit

from .follow import Place, key_type, place_of, places
from .lookup import Source
from .namebook import NameBook, label
from .rules import OPEN, Target

# Records of their own, of which there are about as many as rows: they are named where they are
# asked for.
SHOWN = 3  # columns in a notice
RECORDS = frozenset(
    {
        "accounting.bank_deposits",
        "accounting.credit_memos",
        "accounting.export.invoice_items",
        "accounting.inventory_bills",
        "accounting.invoices",
        "accounting.payments",
        "crm.bookings",
        "crm.leads",
        "crm.locations",
        "equipmentsystems.installed_equipment",
        "inventory.purchase_orders",
        "inventory.returns",
        "jpm.appointments",
        "jpm.jobs",
        "jpm.projects",
        "memberships.memberships",
        "memberships.recurring_services",
        "sales.estimates",
        "sales.estimates.items",
        "service_agreements.service_agreements",
    }
)
_BOOKS: weakref.WeakKeyDictionary[Source, NameBook] = weakref.WeakKeyDictionary()


def forget(account: Source) -> None:
    """Forget the names that were looked up for an account; the next call asks again."""
    _BOOKS.pop(account, None)


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
    list) and `customer.id` `customer.name`; a column of that name that is there already stays as it
    is. Customers, people and the lists of a tenant's settings are named; locations, projects, jobs,
    invoices and other records only where `only` asks for them, as there are about as many of them
    as rows. Each target is looked up once an account, inactive rows
    too: by fifties, or as a whole list of which only the names are decoded.

    Args:
        df: a frame of a pull, or of `stnb.children`.
        only: the id columns to name. A job is called by its number, an invoice by its reference
            number, a membership by its type.
        resource: what the frame holds, where it does not say so itself, as after a merge.
        fresh: look everything up again.

    Returns:
        The copy. A name is missing where the id is, where no row has that id, and where two lists
        have it and nothing tells which is meant. A notice tells which columns stayed without names,
        and why.

    Raises:
        BadFilter: a column of `only` is no link, or leads to what has no name; or the frame does
            not say what it holds.
        StnbError: a pull failed.

    Example:
        >>> st.name_columns(jobs)[["customerId", "customerName", "createdByName", "tagTypeNames"]]
    """
    if fresh:
        forget(account)
    book = _BOOKS.get(account) or _BOOKS.setdefault(account, NameBook(account))
    wanted, left = _chosen(account.catalog, df, [only] if isinstance(only, str) else only, resource)
    refused = book.learn(_needs(account.catalog, df, wanted))
    out = df.copy()
    for column, place in wanted.items():
        closed = [t.resource for t in place.link.targets if t.resource in refused]
        names = (
            f"the app may not read {closed[0]}"
            if closed
            else _names(account.catalog, book, df, place)
        )
        if isinstance(names, str):
            left[column] = names
        else:
            out.insert(out.columns.tolist().index(column) + 1, named_column(column), names)
    _tell(left)
    return out


def tag_names(
    account: Source, df: pd.DataFrame, column: str = "tagTypeIds", *, resource: str | None = None
) -> pd.Series[Any]:
    """The names of each row's tags, as lists: one request, and none where they are known by then.

    Raises:
        BadFilter: the column is no link, or the frame does not say what it holds.

    Example:
        >>> jobs.assign(tags=st.tag_names(jobs))
    """
    place_of(account.catalog, df, column, resource)
    ids = df[[column]]
    ids.attrs = df.attrs
    return name_columns(account, ids, only=column, resource=resource).iloc[:, 1]


def named_column(column: str) -> str:
    """ "customerId" -> "customerName", "tagTypeIds" -> "tagTypeNames", "customer.id" ->
    "customer.name".
    """
    if column.endswith(".id"):
        return f"{column[:-3]}.name"
    ends = re.sub(r"Id(s?)$", r"Name\1", column)
    return ends if ends != column else f"{column}Name"


# -- which columns


def _chosen(
    catalog: Catalog, df: pd.DataFrame, only: Sequence[str] | None, resource: str | None
) -> tuple[dict[str, Place], dict[str, str]]:
    """The columns to name, and those left as they are, with the reason."""
    if only is not None:
        chosen = {
            column.replace("[]", ""): place_of(catalog, df, column, resource) for column in only
        }
        for column, place in chosen.items():
            _check(catalog, df, column, place)
        return {c: p for c, p in chosen.items() if named_column(c) not in df.columns}, {}
    wanted, left = {}, {}
    for column, place in places(catalog, df, resource).items():
        if column not in df.columns or named_column(column) in df.columns or _is_own(df, place):
            continue
        if any(t.resource in RECORDS for t in place.link.targets):
            left[column] = ""
        elif all(label(catalog[t.resource]) for t in place.link.targets):
            wanted[column] = place
    return wanted, left


def _check(catalog: Catalog, df: pd.DataFrame, column: str, place: Place) -> None:
    nameless = [t.resource for t in place.link.targets if not label(catalog[t.resource])]
    if nameless or column not in df.columns:
        raise BadFilter(
            f"{column!r} cannot be named.",
            f"{nameless[0]} has no column with a name."
            if nameless
            else "The ids lie in the elements of a list.",
            "Use st.follow for its rows."
            if nameless
            else f"Open the list first: stnb.children(df, {column.split('.')[0]!r}).",
        )


def _is_own(df: pd.DataFrame, place: Place) -> bool:
    """Whether the id is the row's own, such as an employee's userId."""
    said = df.attrs.get("stnb") or {}
    here = str(said.get("resource")).replace(".export.", ".")
    return not said.get("path") and place.link.targets[0] == Target(here, place.path)


def _needs(
    catalog: Catalog, df: pd.DataFrame, wanted: dict[str, Place]
) -> dict[str, dict[str, pa.Array]]:
    """Ids by resource and by the column that holds them, of all columns to name."""
    out: dict[str, dict[str, pa.Array]] = {}
    for place in wanted.values():
        raw = distinct(df, place.path)
        for target in place.link.targets:
            ids, here = (
                fit(raw, key_type(catalog, target)).drop_null(),
                out.setdefault(target.resource, {}),
            )
            here[target.by] = (
                pc.unique(pa.concat_arrays([here[target.by], ids])) if target.by in here else ids
            )
    return out


def _tell(left: dict[str, str]) -> None:
    """One notice for all that stayed without a name."""
    records = [column for column, why in left.items() if not why]
    texts = [f"{column} has no names: {why}." for column, why in left.items() if why]
    if records:
        few = ", ".join(records[:SHOWN]) + (
            f" and {len(records) - SHOWN} others" if len(records) > SHOWN else ""
        )
        which = f"{few} lead{'s' if len(records) == 1 else ''} to records and stayed without names"
        texts.append(f"{which}: ask for those you need, as in only={records[:1]!r}.")
    if texts:
        notices.warn(notices.Notice(StnbWarning, " ".join(texts)))


# -- from ids to names


def _names(catalog: Catalog, book: NameBook, df: pd.DataFrame, place: Place) -> Any:
    """The names of a column's ids as pandas holds them; why there are none, as a text."""
    values, link = column_of(df[place.path]), place.link
    if pa.types.is_string(values.type) and link.column.endswith("[]") and place.path == link.path:
        return "its lists are kept as text"
    lists = pa.types.is_list(values.type)
    ids = fit(values.values if lists else values, key_type(catalog, link.targets[0]))
    found = [(target, *book.names(target, ids)) for target in link.targets]
    numbers, names = (
        pa.concat_arrays([f[1] for f in found]),
        pa.concat_arrays([f[2] for f in found]),
    )
    clashing = _clashes(numbers, names) if len(found) > 1 else numbers.slice(0, 0)
    if len(clashing) and link.how == OPEN:
        return "some of its ids are in two lists, and nobody says which is meant"
    out = names.take(pc.index_in(ids, value_set=numbers))
    if len(clashing):
        out = _by_kind(
            df, place, ids, found, pc.if_else(pc.is_in(ids, value_set=clashing), None, out)
        )
    if lists:
        told = pa.ListArray.from_arrays(values.offsets, out, mask=values.is_null())
        return pd.arrays.ArrowExtensionArray(pa.chunked_array([told]))
    return PANDAS[pa.string()].__from_arrow__(pa.chunked_array([out]))


def _clashes(ids: pa.Array, names: pa.Array) -> pa.Array:
    """The ids that have two names."""
    counted = (
        pa.table({"id": ids, "name": names}).group_by("id").aggregate([("name", "count_distinct")])
    )
    return counted.filter(pc.greater(counted["name_count_distinct"], 1))["id"].combine_chunks()


def _by_kind(
    df: pd.DataFrame,
    place: Place,
    ids: pa.Array,
    found: list[tuple[Target, pa.Array, pa.Array]],
    out: pa.Array,
) -> pa.Array:
    """Names filled in where the column beside the id says which list is meant, as employeeType
    does.
    """
    kind = place.link.kind
    if not kind or kind not in df.columns or len(ids) != len(df):
        return out
    kinds = column_of(df[kind])
    for target, numbers, names in found:
        meant = pc.and_(pc.fill_null(pc.equal(kinds, target.when), False), pc.is_null(out))
        out = pc.if_else(meant, names.take(pc.index_in(ids, value_set=numbers)), out)
    return out
