"""A profile of a frame: what each column holds, and what is odd about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Column
from stnb.errors.misused import explains_misuse
from stnb.frame import shape_of
from stnb.frame.keys import types_of_key
from stnb.frame.strange import check_values
from stnb.frame.text import as_text
from stnb.frame.united import TENANT
from stnb.session import clock

from .content import Content, content, shown
from .nested.place import place_of
from .oddities import oddities, repeated_key, several_ids, several_names
from .oddity import Oddity, sentence
from .profile_page import page, text
from .provenance import is_of_several, provenance

TOP = 3  # values that are named
FACTS = {
    "dtype": "str",
    "filled": "Float64",
    "distinct": "Int64",
    "min": "str",
    "max": "str",
    "top": "str",
    "suspicious": "str",
}


class FrameProfile(pd.DataFrame):
    """What `profile` returns: a DataFrame like any other, with its own look in a notebook."""

    @property
    def _constructor(self) -> type[FrameProfile]:  # a selection of its rows is one too
        return FrameProfile

    @property
    def _is_whole(self) -> bool:
        return list(self.columns) == list(FACTS)

    def __repr__(self) -> str:
        if self._is_whole:
            return text(self)
        return super().__repr__()

    def _repr_html_(self) -> str | None:
        if self._is_whole:
            return page(self)
        html: str | None = pd.DataFrame(self)._repr_html_()  # type: ignore[operator]
        return html


@explains_misuse("stnb")
def profile(df: pd.DataFrame) -> FrameProfile:
    """What each column of a frame holds, and what is odd about it.

    These things are odd: a column that is empty or has the same value in all rows; amounts that are
    mostly 0; a date of something that has happened which lies in the future, before 1990 or in the
    year 1; numbers that are kept as text; blanks around texts; one word in several spellings; an id
    with several names, or a name with several ids; rows that repeat a key. A job's total of 0 is
    explained: ServiceTitan means that no total is recorded.

    Args:
        df: any frame; a frame of a pull is also compared with the catalogue.

    Returns:
        A row for each column of `df`, by its name, with

        - dtype
        - filled: the share of rows with a value, 0 to 1; a list without elements is no value
        - distinct: how many different values there are
        - min, max, top: the smallest, the largest and the most frequent values with their counts,
          as text
        - suspicious: what is odd, as text; "" if nothing is

        For lists, all of this is about their lengths. `attrs["profile"]["oddities"]` has what is
        odd as data: for each oddity its column, kind, count and rows.

    Example:
        >>> checked = stnb.profile(st.jpm.jobs.pull())
        >>> checked[checked["suspicious"] != ""]
        >>> checked.loc["total", "filled"]
        1.0
    """
    check_values(df)
    origin, place = provenance(df), place_of(df)
    promised: dict[str, Column] = {}
    if place is not None:
        promised = shape_of(place).by_path
    names = [as_text(str(name)) or "" for name in df.columns]
    columns = []
    for at, name in enumerate(names):
        columns.append(content(name, df.iloc[:, at], promised.get(name)))
    found = _oddities(df, columns, origin)
    dtypes = list(df.dtypes)  # pandas makes them of all columns each time they are asked for
    rows = []
    for at, column in enumerate(columns):
        sentences = [sentence(oddity) for oddity in found[at]]
        rows.append((str(dtypes[at]), *_facts(column), "; ".join(sentences)))
    index = pd.Index(names, name="column", dtype="str")
    answer = FrameProfile(pd.DataFrame(rows, columns=list(FACTS), index=index).astype(FACTS))
    answer.attrs["profile"] = {
        "of": str(origin.get("resource") or ""),
        "rows": len(df),
        "oddities": _as_data(columns, found),
    }
    return answer


def _oddities(
    df: pd.DataFrame, columns: list[Content], origin: dict[str, Any]
) -> list[list[Oddity]]:
    """What is odd about each column, by itself and beside others."""
    now = _read_at(origin)
    is_inside_rows = bool(origin.get("path"))
    resource = ""
    if not is_inside_rows:
        resource = str(origin.get("resource") or "").replace(".export.", ".")
    found = [list(oddities(column, resource, now)) for column in columns]
    for at, oddity in _ids_and_names(columns):
        if oddity not in found[at]:  # two columns may hold the names of one id
            found[at].append(oddity)
    place = place_of(df)
    if place is None or is_inside_rows:
        return found
    key = types_of_key(place.key, shape_of(place).by_path)
    if is_of_several(df):
        key = {TENANT: "string", **key}
    repeated = _repeated_key(df, key)
    if repeated is not None:
        paths = [column.path for column in columns]
        found[paths.index(place.key[0])].append(repeated)
    return found


def _read_at(origin: dict[str, Any]) -> dt.datetime:
    """When the rows were read; now, if that is not known."""
    try:
        return dt.datetime.fromisoformat(str(origin["began"]))
    except (KeyError, ValueError):
        return clock.now()


def _as_data(columns: list[Content], found: list[list[Oddity]]) -> list[dict[str, Any]]:
    data = []
    for column, oddities_of_it in zip(columns, found, strict=True):
        for oddity in oddities_of_it:
            fields = {"kind": str(oddity.kind), "count": oddity.count, "rows": oddity.rows}
            data.append({"column": column.path, **fields})
    return data


# -- the facts


def _facts(column: Content) -> tuple[float | None, int, str | None, str | None, str | None]:
    """filled, distinct, min, max and top of a column."""
    filled = None
    if column.rows:
        filled = (column.rows - column.missing) / column.rows
    if not len(column.values):
        return filled, 0, None, None, None
    unit = " long" if column.nested else ""
    low, high = _ends(column.values, unit)
    return filled, len(column.values), low, high, _top(column, unit)


def _ends(values: pa.Array, unit: str) -> tuple[str | None, str | None]:
    """The smallest and the largest value as text; None for both if the type has no order."""
    kind = values.type
    if pa.types.is_duration(kind):
        values = values.cast(pa.int64())  # Arrow orders no durations
    try:
        found = pc.min_max(values)
        low, high = found["min"].cast(kind).as_py(), found["max"].cast(kind).as_py()
    except pa.ArrowException:
        return None, None
    if low is None:  # all values are NaN
        return None, None
    return shown(low) + unit, shown(high) + unit


def _top(column: Content, unit: str) -> str | None:
    """The most frequent values; None if no value comes twice."""
    if column.counts.max() < 2:
        return None
    most = np.argsort(-column.counts, kind="stable")[:TOP]
    parts = []
    for at in most.tolist():
        value = shown(column.values[at].as_py(), 24)
        parts.append(f"{value}{unit} ({column.counts[at]:,})")
    return " · ".join(parts)


# -- columns beside each other


def _ids_and_names(columns: list[Content]) -> Iterator[tuple[int, Oddity]]:
    """Ids and their names that do not go together one to one, each with its column's number."""
    numbers = {column.path: at for at, column in enumerate(columns)}
    for at, ids in enumerate(columns):
        for name in _names_of(ids.path):
            beside = numbers.get(name)
            if beside is None or ids.nested or columns[beside].nested:
                continue
            names = columns[beside]
            several = several_names(ids, names)
            if several is not None:
                yield at, several
            several = several_ids(names, ids)
            if several is not None:
                yield beside, several


def _names_of(path: str) -> tuple[str, ...]:
    """The columns that may hold the names for a column of ids.

    Example:
        >>> _names_of("customer.id"), _names_of("customerId")
        (('customer.name', 'customerName'), ('customerName', 'customer.name'))
    """
    head, dot, last = path.rpartition(".")
    if last == "id":
        return (f"{head}.name", f"{head}Name") if dot else ("name",)
    if last.endswith("Id"):
        stem = path.removesuffix("Id")
        return f"{stem}Name", f"{stem}.name"
    return ()


def _repeated_key(df: pd.DataFrame, key: Mapping[str, str | None]) -> Oddity | None:
    """Rows whose key an earlier row has; None if the frame lacks the key or repeats a name."""
    if not key or not set(key) <= set(df.columns) or not df.columns.is_unique:
        return None
    return repeated_key(df, key)
