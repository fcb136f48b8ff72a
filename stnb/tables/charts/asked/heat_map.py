"""A heat map: the stronger the colour, the larger the amount."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api import types

from stnb.errors import UsageError
from stnb.errors.misused import explains_misuse

from ..look import AREA
from .canvas import Scale, canvas, finished, named, sample_note
from .canvas import amount as written
from .plain_columns import groups_of, numbers_of
from .question import How, Unit, check, clock_of, is_money_column, measure_of

if TYPE_CHECKING:
    from ..figure import Picture

NUMBERED = 16  # so many columns have room for their numbers
FAINT = "14"  # of 255: the colour that the smallest amount lets through
PALE, DEEP = "#dcebf7", "#1d5c8f"  # behind numbers, which are dark on the one, white on the other
DARK, HALF = "#16324a", 0.6  # white is read on cells beyond this part of the way to DEEP


@explains_misuse("stnb.pictures")
def heat(
    data: pd.DataFrame,
    across: str = "",
    down: str = "",
    amount: str = "",
    *,
    how: How = "sum",
    unit: Unit | None = None,
    label: str = "",
    title: str = "",
) -> Picture:
    """A table in colours: one column across, another one down.

    Args:
        data: rows, with the names of two columns; or a table that has a number in each cell, such
            as `pd.crosstab` makes, without names.
        across: the column whose values stand side by side.
        down: the column whose values stand below each other.
        amount: the column of the amounts; without one the rows are counted.
        how: "sum", "mean", "median" or "count", of the rows of a cell.
        unit: "$", or "%" for shares between 0 and 1; without one it follows from the column.
        label: what the amounts are, in words.
        title: without one it says what is shown.

    Returns:
        A figure of matplotlib that shows itself, with an alternative text. A small table has its
        numbers in the cells.

    Raises:
        UsageError: there is no such column.

    Example:
        >>> heat(calls, "hour", "weekday")
        >>> heat(pd.crosstab(jobs["weekday"], jobs["week"]))
    """
    cells, shown, what = _cells(data, across, down, amount, how, unit)
    picture, ax = canvas(_height(cells))
    if not cells.size or not np.isfinite(_plain(cells)).any():
        ax.set_axis_off()
        return finished(picture, "There are no rows", "There is nothing to draw.")
    numbered = cells.shape[1] <= NUMBERED
    _draw(ax, cells, shown, numbered)
    _label_axes(ax, cells)
    measure = label or what
    by = " and ".join(str(name) for name in (cells.index.name, cells.columns.name) if name)
    shown_title = f"{measure[:1].upper()}{measure[1:]}" + (f" by {by}" if by else "")
    notes = sample_note(data)
    if not numbered:
        values = _plain(cells)
        high, low = written(np.nanmax(values), shown), written(np.nanmin(values), shown)
        notes = [f"From {low} in the faintest cell to {high} in the strongest.", *notes]
    return finished(picture, title or shown_title, _in_words(cells, shown, measure), notes)


def _check_numbers(data: pd.DataFrame) -> None:
    for name, column in data.items():
        if not types.is_numeric_dtype(column):
            raise UsageError(
                f"The column {name} has no numbers.",
                "Without names of columns every cell is drawn, as of pd.crosstab.",
                'Name two columns: heat(df, "across", "down").',
            )


def _cells(
    data: pd.DataFrame, across: str, down: str, amount: str, how: str, unit: str | None
) -> tuple[pd.DataFrame, str, str]:
    """The table of numbers, their unit, and what they are in words."""
    if not across and not down:
        _check_numbers(data)
        return data, unit or "", str(data.attrs.get("label") or "amount")
    check(data, (across, down, amount))
    found = "$" if amount and is_money_column(data, amount) else ""
    values = numbers_of(data[amount]) if amount else pd.Series(1, data.index)
    rows, below = clock_of(data, down)
    columns, beside = clock_of(data, across)
    keys = {"down": groups_of(rows), "across": groups_of(columns)}
    together = pd.DataFrame({**keys, "value": values})
    step = "sum" if how == "count" or not amount else how
    groups = together.groupby(["down", "across"], observed=False)["value"].agg(step)
    cells = groups.unstack("across")
    if step == "sum":
        cells = cells.fillna(0)
    cells = cells.rename_axis(index=below, columns=beside)
    return cells, found if unit is None else unit, measure_of(data, amount, how)


def _height(cells: pd.DataFrame) -> float:
    return max(1.6, 1.3 + 0.27 * len(cells))


def _draw(ax: Any, cells: pd.DataFrame, unit: str, numbered: bool) -> None:
    """Each cell as a rectangle. Behind numbers it hides the page, so that they can be read."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = [PALE, DEEP] if numbered else [f"{AREA}{FAINT}", AREA]
    colors = LinearSegmentedColormap.from_list("stnb", ends)
    values = np.ma.masked_invalid(_plain(cells))
    look: Any = {"cmap": colors, "edgecolors": "none", "antialiased": False}
    edges_x, edges_y = np.arange(cells.shape[1] + 1) - 0.5, np.arange(cells.shape[0] + 1) - 0.5
    mesh = ax.pcolormesh(edges_x, edges_y, values, **look)
    ax.invert_yaxis()
    if numbered:
        _write_numbers(ax, values, mesh, unit)


def _write_numbers(ax: Any, values: Any, mesh: Any, unit: str) -> None:
    scale = Scale.of(values.compressed(), unit)
    if unit == "%":
        scale = replace(scale, digits=0)  # colours tell close shares apart, digits need not
    for (row, column), value in np.ndenumerate(values):
        if values.mask is not np.ma.nomask and values.mask[row, column]:
            continue
        ink = "white" if mesh.norm(value) > HALF else DARK
        place: Any = {"ha": "center", "va": "center", "fontsize": 9}
        ax.text(column, row, scale.write(value), color=ink, **place)


def _plain(cells: pd.DataFrame) -> Any:
    return cells.to_numpy(dtype="float64", na_value=np.nan)


def _label_axes(ax: Any, cells: pd.DataFrame) -> None:
    from ..look import style_axes

    style_axes(ax, "x")
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_yticks(range(len(cells)), [named(key) for key in cells.index])
    if types.is_datetime64_any_dtype(cells.columns.dtype):
        _month_ticks(ax, pd.DatetimeIndex(cells.columns))
    else:
        step = max(1, -(-cells.shape[1] // 24))
        places = range(0, cells.shape[1], step)
        ax.set_xticks(places, [named(cells.columns[at]) for at in places])
    ax.set(xlabel=cells.columns.name or "", ylabel=cells.index.name or "")


def _month_ticks(ax: Any, times: pd.DatetimeIndex) -> None:
    """A name at the first column of each month, with the year where it begins."""
    places, names = [], []
    before = None
    for at, time in enumerate(times):
        if before is None or time.month != before.month:
            year = f"\n{time:%Y}" if before is None or time.year != before.year else ""
            places.append(at)
            names.append(f"{time:%b}{year}")
        before = time
    if len(places) > 1 and places[1] - places[0] < 4:
        places, names = places[1:], names[1:]  # a month cut short leaves no room for its name
    ax.set_xticks(places, names)


def _in_words(cells: pd.DataFrame, unit: str, measure: str) -> str:
    """The strongest and the faintest cell, and each row's average."""
    values = _plain(cells)
    said = []
    for word, place in (("strongest", np.nanargmax(values)), ("faintest", np.nanargmin(values))):
        row, column = divmod(int(place), values.shape[1])
        amount = written(float(values[row, column]), unit)
        said.append(f"{word} {_key(cells.index[row])}, {_key(cells.columns[column])}: {amount}")
    means = cells.mean(axis=1)
    rows = ", ".join(f"{_key(key)} {written(float(value), unit)}" for key, value in means.items())
    size = f"{len(cells)} rows, {cells.shape[1]} columns"
    return f"Heat map of the {measure}, {size}; {'; '.join(said)}. Average of each row: {rows}."


def _key(key: object) -> str:
    return named(key, "day") if isinstance(key, pd.Timestamp) else named(key)
