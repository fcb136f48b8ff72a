"""From the ids in one column to the names that stand beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Catalog
from stnb.frame import PANDAS
from stnb.tables.ids import column_of, fit, opened_lists

from .models import OPEN, Target
from .namebook import NameBook
from .place import Place, key_type


class NoNames(Exception):
    """A column whose ids cannot be named, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def names_of_column(catalog: Catalog, book: NameBook, df: pd.DataFrame, place: Place) -> Any:
    """The names of a column's ids, as pandas holds them.

    Raises:
        NoNames: the ids cannot be named.
    """
    values = column_of(df[place.path])
    link = place.link
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    if is_text and link.column.endswith("[]") and place.path == link.path:
        values = opened_lists(values)
    is_list = pa.types.is_list(values.type)
    ids = fit(values.values if is_list else values, key_type(catalog, link.targets[0]))
    known = [(target, *book.names(target, ids)) for target in link.targets]
    numbers = pa.concat_arrays([found_ids for _, found_ids, _ in known])
    names = pa.concat_arrays([found_names for _, _, found_names in known])
    out = names.take(pc.index_in(ids, value_set=numbers))

    # An id that stands in two resources has two names; neither may be guessed.
    clashing = _clashes(numbers, names) if len(known) > 1 else numbers.slice(0, 0)
    if len(clashing):
        if link.how == OPEN:
            raise NoNames("some of its ids are in two lists, and nobody says which is meant")
        sure = pc.if_else(pc.is_in(ids, value_set=clashing), None, out)
        out = _by_kind(df, place, ids, known, sure)
    if is_list:
        lists = pa.ListArray.from_arrays(values.offsets, out, mask=values.is_null())
        return pd.arrays.ArrowExtensionArray(pa.chunked_array([lists]))
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
    known: list[tuple[Target, pa.Array, pa.Array]],
    out: pa.Array,
) -> pa.Array:
    """Fill in the names for which the column beside the id tells the resource, as employeeType
    does.
    """
    kind = place.link.kind
    if not kind or kind not in df.columns or len(ids) != len(df):
        return out
    kinds = column_of(df[kind])
    for target, numbers, names in known:
        meant = pc.and_(pc.fill_null(pc.equal(kinds, target.when), False), pc.is_null(out))
        out = pc.if_else(meant, names.take(pc.index_in(ids, value_set=numbers)), out)
    return out
