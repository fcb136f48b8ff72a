"""A profile as text for a terminal and as HTML for a notebook."""

from __future__ import annotations

from typing import Any

import pandas as pd

from stnb.catalog.html_table import CODE, QUIET, RIGHT, WARN, Cell, element, joined
from stnb.catalog.html_table import table as html_table

from .text import table

# -- in a terminal


def text(profile: pd.DataFrame) -> str:
    """A profile as text. What is suspicious comes early: a narrow terminal cuts the end."""
    facts = profile.reset_index()
    facts["dtype"] = [_short(dtype) for dtype in facts["dtype"]]
    facts["filled"] = [percent(part) for part in facts["filled"]]
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
VALUE = "white-space:normal;max-width:20em;overflow-wrap:break-word"
SHORT = 20  # letters of a value, such as a moment or an id, that stays on one line
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
    about = profile.attrs.get("profile") or {}
    odd = int((profile["suspicious"] != "").sum())
    parts = []
    if about.get("of"):
        parts.append(str(about["of"]))
    size = f"{len(profile)} columns"
    if "rows" in about:
        size = f"{about['rows']:,} rows × {size}"
    parts.append(size)
    parts.append(f"{odd} with something suspicious" if odd else "nothing suspicious")
    return " · ".join(parts)


def _html_row(name: str, row: dict[Any, Any]) -> list[Cell]:
    dtype = element("span", _short(row.get("dtype")), style=f"{QUIET};font-size:85%")
    column = joined([name, " ", dtype])
    return [
        Cell(column, f"{CODE};font-weight:400;white-space:nowrap", heading=True),
        Cell(_bar(row.get("filled")), "white-space:nowrap"),
        Cell(_count(row.get("distinct")), RIGHT),
        _value(_text(row.get("min"))),
        _value(_text(row.get("max"))),
        Cell(_text(row.get("top")), VALUE),
        Cell(_marked(_text(row.get("suspicious"))), "white-space:normal;min-width:9em"),
    ]


def _value(text: str) -> Cell:
    return Cell(text, VALUE if len(text) > SHORT else "white-space:nowrap")


def _marked(odd: str) -> str:
    """What is suspicious, behind a mark that catches the eye."""
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
    return joined([bar, percent(filled)])


def percent(part: Any) -> str:
    """A share in words. Only what is neither more nor less is called 0 or 100 %."""
    if part is None or pd.isna(part):
        return "–"
    percent = round(100 * part)
    if 0 < part < 1:
        percent = min(99, max(1, percent))
    return f"{percent} %"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    return f"{int(value):,}"


def _short(dtype: Any) -> str:
    """A dtype without the long description of what lists hold."""
    name = str(dtype)
    return "list" if name.startswith(("list", "large_list")) else name
