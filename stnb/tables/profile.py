"""A profile of a frame: what each column holds, and what is odd about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog.html_table import CODE, QUIET, RIGHT, WARN, Cell, element, joined
from stnb.catalog.html_table import table as html_table
from stnb.frame import shape_of
from stnb.session import clock

from .nested.place import about, place_of
from .oddities import Content, content, odd, repeated, shown, two_names
from .text import table

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


class Profile(pd.DataFrame):
    """What `profile` answers: a DataFrame like any other, with a picture in a notebook."""

    @property
    def _constructor(self) -> type[Profile]:  # what is left after a selection is one too
        return Profile

    @property
    def _whole(self) -> bool:
        return list(self.columns) == list(FACTS)

    def __repr__(self) -> str:
        return text(self) if self._whole else super().__repr__()

    def _repr_html_(self) -> str | None:
        return page(self) if self._whole else pd.DataFrame(self)._repr_html_()  # type: ignore[operator]


def profile(df: pd.DataFrame) -> Profile:
    """What each column of a frame holds, and what is odd about it.

    Returns:
        A row for each column, by its name: dtype, filled (the share of rows with a value, 0 to 1; a
            list without elements
        is none), distinct (how many different values), min, max and top (the most frequent values
        with their counts),
        as text, and suspicious: "" where nothing is odd. Of lists, all this is about their lengths.
            Odd is what is
        empty or the same in all rows; mostly 0; a date that has happened in the future, before 1990
        or in the year 1; numbers as text; blanks around text; one word in several spellings; two
        ids for a name or two names for an id; a key that stands twice. What means something else by
        ServiceTitan's ways is said: a job's total of 0 is one that is not recorded (facts §8).

    Example:
        >>> checked = stnb.profile(st.jpm.jobs.pull())
        >>> checked[checked["suspicious"] != ""]
        >>> checked.loc["total", "filled"]
        1.0
    """
    said, place = about(df), place_of(df)
    promised = {} if place is None else shape_of(place).by_path
    resource = "" if said.get("path") else str(said.get("resource") or "").replace(".export.", ".")
    names = [str(name) for name in df.columns]
    contents = [content(name, df.iloc[:, i], promised.get(name)) for i, name in enumerate(names)]
    told = {i: odd(c, resource, _now(said)) for i, c in enumerate(contents)}
    for i, text in _beside(df, contents, () if said.get("path") or place is None else place.key):
        told[i].append(text)
    rows = [
        (str(df.dtypes.iloc[i]), *_facts(c), "; ".join(dict.fromkeys(told[i])))
        for i, c in enumerate(contents)
    ]
    index = pd.Index(names, name="column", dtype="str")
    answer = Profile(pd.DataFrame(rows, columns=list(FACTS), index=index).astype(FACTS))
    answer.attrs["profile"] = {"of": str(said.get("resource") or ""), "rows": len(df)}
    return answer


def _now(said: dict[str, Any]) -> dt.datetime:
    """When the rows were read; now, where that is not known."""
    try:
        return dt.datetime.fromisoformat(str(said["began"]))
    except (KeyError, ValueError):
        return clock.now()


def _facts(c: Content) -> tuple[float | None, int, str | None, str | None, str | None]:
    filled = None if not c.rows else (c.rows - c.missing) / c.rows
    if not len(c.values):
        return filled, 0, None, None, None
    unit = " long" if c.nested else ""
    first, last = (None if value is None else shown(value) + unit for value in _ends(c.values))
    return filled, len(c.values), first, last, _top(c, unit)


def _ends(values: pa.Array) -> tuple[Any, Any]:
    """The smallest and the largest value; of a type that has no order, None."""
    kind = values.type
    try:
        found = pc.min_max(values.cast(pa.int64()) if pa.types.is_duration(kind) else values)
        return tuple(found[end].cast(kind).as_py() for end in ("min", "max"))
    except pa.ArrowException:
        return None, None


def _top(c: Content, unit: str) -> str | None:
    """The most frequent values, where any of them stands twice."""
    if c.counts.max() < 2:
        return None
    most = np.argsort(-c.counts, kind="stable")[:TOP]
    return " · ".join(
        f"{shown(c.values[int(i)].as_py(), 24)}{unit} ({c.counts[i]:,})" for i in most
    )


def _beside(
    df: pd.DataFrame, contents: list[Content], key: tuple[str, ...]
) -> Iterator[tuple[int, str]]:
    """What is odd about columns together: (number of the column, what)."""
    at = {c.path: i for i, c in enumerate(contents)}
    for i, c in enumerate(contents):
        for name in _names_of(c.path):
            if name in at and not c.nested and not contents[at[name]].nested:
                for j, text in zip((i, at[name]), two_names(c, contents[at[name]]), strict=True):
                    if text:
                        yield j, text
    if key and set(key) <= set(at) and len(at) == df.shape[1] and (text := repeated(df, key)):
        yield at[key[0]], text


def _names_of(path: str) -> tuple[str, ...]:
    """The columns that may hold the names of an id's rows: "customer.id" and "customerId" ->
    "customer.name" or "customerName".
    """
    head, dot, last = path.rpartition(".")
    if last == "id":
        return (f"{head}{dot}name", f"{head}Name") if head else ("name",)
    return (f"{path[:-2]}Name", f"{path[:-2]}.name") if last.endswith("Id") else ()


# -- in a terminal


def text(profile: pd.DataFrame) -> str:
    """A profile as text; what is suspicious comes before the values, which a narrow terminal cuts."""
    facts = profile.reset_index()
    facts["dtype"] = [_short(dtype) for dtype in facts["dtype"]]
    facts["filled"] = [_percent(part) for part in facts["filled"]]
    order = ["column", "dtype", "filled", "distinct", "suspicious", "top", "min", "max"]
    return f"{_title(profile)}\n{table(facts[order], 200, rows=len(facts), cell=80)}"


# -- in a notebook

HEAD = (
    "column",
    "filled",
    Cell("distinct", RIGHT),
    "from",
    "to",
    "most frequent",
    "suspicious",
)
VALUE = "white-space:normal;max-width:20em;overflow-wrap:anywhere"
BAR = "display:inline-block;width:48px;height:.55em;margin-right:6px;border-radius:2px"
GROUND = "background:color-mix(in srgb,currentColor 16%,transparent)"
FILLED = "background:var(--jp-brand-color1,var(--vscode-focusBorder,#1976d2))"


def page(profile: pd.DataFrame) -> str:
    """A profile as HTML, in the colours of the page around it."""
    facts = zip(profile.index, profile.to_dict("records"), strict=True)
    rows = [_html_row(str(name), row) for name, row in facts]
    title = element("div", _title(profile), style="margin-bottom:4px")
    columns = html_table(rows, HEAD, style="font-size:90%")
    return element("div", title, columns, style="max-width:100%;overflow-x:auto;margin:4px 0")


def _title(profile: pd.DataFrame) -> str:
    said = profile.attrs.get("profile") or {}
    odd = int((profile["suspicious"] != "").sum()) if "suspicious" in profile else 0
    rows = (
        f"{said['rows']:,} rows × {len(profile)} columns"
        if "rows" in said
        else f"{len(profile)} columns"
    )
    parts = [str(said["of"])] if said.get("of") else []
    return " · ".join(
        [*parts, rows, f"{odd} with something suspicious" if odd else "nothing suspicious"]
    )


def _html_row(name: str, row: dict[Any, Any]) -> list[Cell]:
    dtype = element("span", _short(row.get("dtype")), style=f"{QUIET};font-size:85%")
    column = joined([name, " ", dtype])
    return [
        Cell(column, f"{CODE};font-weight:400;white-space:nowrap", heading=True),
        Cell(_bar(row.get("filled")), "white-space:nowrap"),
        Cell(_count(row.get("distinct")), RIGHT),
        *(Cell(_text(row.get(fact)), VALUE) for fact in ("min", "max", "top")),
        Cell(_marked(_text(row.get("suspicious"))), "white-space:normal;min-width:14em"),
    ]


def _marked(odd: str) -> str:
    """What is suspicious, behind a mark that is seen from afar."""
    if not odd:
        return ""
    mark = element("span", "▲", aria_hidden="true", style=f"color:{WARN}")
    return joined([mark, " ", odd])


def _bar(filled: Any) -> str:
    """The share as a small bar and a number."""
    if filled is None or pd.isna(filled):
        return "–"
    length = f"display:block;height:100%;width:{100 * filled:.0f}%;border-radius:2px"
    part = element("span", style=f"{length};{FILLED}")
    bar = element("span", part, aria_hidden="true", style=f"{BAR};{GROUND}")
    return joined([bar, _percent(filled)])


def _percent(part: Any) -> str:
    """A share in words: 0 and 100 % are only what is just that."""
    if part is None or pd.isna(part):
        return "–"
    return f"{min(99, max(1, round(100 * part))) if 0 < part < 1 else round(100 * part)} %"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> str:
    return "" if value is None or pd.isna(value) else f"{int(value):,}"


def _short(dtype: Any) -> str:
    """A dtype without what lists hold, which is long."""
    return "list" if str(dtype).startswith(("list", "large_list")) else str(dtype)
