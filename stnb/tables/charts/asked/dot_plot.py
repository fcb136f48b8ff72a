"""Dots: one column against another, or a map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from stnb.errors.misused import explains_misuse

from ..columns import is_money, words
from ..look import AREA, DPI, INK, PEAK, REST
from .canvas import WIDTH, Scale, canvas, finished, named, sample_note, style
from .canvas import amount as written
from .plain_columns import numbers_of
from .question import Unit, check, in_words

if TYPE_CHECKING:
    from ..figure import Picture

FEW_NAMES = 12  # so many names have room
MANY = 1_000  # more dots are drawn as an image, also where lines and texts stay lines and texts
LARGEST, SMALLEST = 220.0, 12.0  # areas of dots, in square points


@explains_misuse("stnb.pictures")
def dots(
    data: pd.DataFrame,
    across: str,
    up: str,
    *,
    size: str = "",
    color: str = "",
    name: str = "",
    mark: object = None,
    unit: Unit | None = None,
    title: str = "",
) -> Picture:
    """A dot for each row: how one number goes with another. Longitudes and latitudes make a map.

    Args:
        across: the column along the axis below.
        up: the column along the axis on the left.
        size: a column of amounts; the larger, the larger the dot.
        color: a column of amounts; the larger, the stronger the colour.
        name: a column with the dots' names. Marked dots are named; without marks the first twelve,
            or each group of dots if there are at most twelve names for many dots.
        mark: names of dots in the second colour.
        unit: "%" if both axes have shares between 0 and 1, "$" if both have dollars; without one it
            follows from each column.
        title: without one it says what is shown.

    Returns:
        A figure of matplotlib that shows itself, with an alternative text.

    Raises:
        UsageError: there is no such column.

    Example:
        >>> dots(technicians, "won", "cameBack", size="jobs", name="technicianName", unit="%")
        >>> dots(places, "address.longitude", "address.latitude", color="share")
    """
    if name and name in data.index.names:
        data = data.reset_index()
    check(data, (across, up, size, color, name))
    known = data.dropna(subset=[across, up])
    place = _is_map(across, up)
    picture, ax = canvas(5.6 if place else 4.4)
    if known.empty:
        ax.set_axis_off()
        return finished(picture, f"No row has {in_words(across)}", "There is nothing to draw.")
    marked = _marked(known, name, mark)
    _draw(ax, known, across, up, size, color, marked)
    units = [_unit(known, column, unit, place) for column in (across, up)]
    _style(ax, across, up, units, place, known)
    _write_names(ax, known, across, up, name, marked)
    what = f"{in_words(up)} by {in_words(across)}"
    notes = sample_note(data)
    if size:
        notes = [f"The larger a dot, the more {in_words(size)}.", *notes]
    alt = _in_words(known, across, up, units, name, marked)
    return finished(picture, title or what[:1].upper() + what[1:], alt, notes)


def _is_map(across: str, up: str) -> bool:
    east, north = words(across)[-1:], words(up)[-1:]
    return east in (["longitude"], ["lng"], ["lon"]) and north in (["latitude"], ["lat"])


def _marked(data: pd.DataFrame, name: str, mark: object) -> pd.Series[bool]:
    if not name or mark is None:
        return pd.Series(False, data.index)
    several = isinstance(mark, Iterable) and not isinstance(mark, str)
    chosen: list[Any] = list(mark) if several else [mark]  # type: ignore[call-overload]
    return data[name].isin(chosen)


def _draw(
    ax: Any, data: pd.DataFrame, across: str, up: str, size: str, color: str, marked: Any
) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    areas: Any = 36.0 if len(data) <= MANY else 4.0
    if size:
        amounts = numbers_of(data[size]).fillna(0)
        areas = SMALLEST + (LARGEST - SMALLEST) * amounts / max(float(amounts.max()), 1e-9)
    look: Any = {"s": areas, "linewidths": 0, "rasterized": len(data) > MANY}
    x, y = _numbers(data[across]), _numbers(data[up])
    if color:
        strength = LinearSegmentedColormap.from_list("stnb", [f"{AREA}40", AREA, PEAK])
        ax.scatter(x, y, c=_numbers(data[color]), cmap=strength, **look)
        return
    colors = np.where(marked, PEAK, REST if marked.any() else AREA)
    ax.scatter(x, y, c=colors, alpha=0.8, **look)


def _numbers(column: pd.Series[Any]) -> Any:
    return numbers_of(column).to_numpy(na_value=np.nan)


def _write_names(
    ax: Any, data: pd.DataFrame, across: str, up: str, name: str, marked: pd.Series[bool]
) -> None:
    if not name:
        return
    if not marked.any() and 1 < data[name].nunique() <= FEW_NAMES < len(data):
        _name_groups(ax, data, across, up, name)
        return
    shown = data[marked] if marked.any() else data.head(FEW_NAMES)
    middle = float(data[across].astype("float64").mean())
    ax.autoscale_view()
    taken: list[tuple[float, float]] = []
    for _, row in shown.iterrows():
        dot = tuple(
            ax.transAxes.inverted().transform(ax.transData.transform((row[across], row[up])))
        )
        if any(abs(dot[0] - x) < 0.25 and abs(dot[1] - y) < 0.045 for x, y in taken):
            continue  # two names would lie on each other
        taken.append((dot[0], dot[1]))
        right = float(row[across]) <= middle
        at: Any = (float(row[across]), float(row[up]))
        beside: Any = {"textcoords": "offset points", "va": "center", "fontsize": 10}
        ink = PEAK if marked.any() else INK
        step = (10, 0) if right else (-10, 0)
        side = "left" if right else "right"
        ax.annotate(named(row[name]), at, step, ha=side, color=ink, **beside)


def _name_groups(ax: Any, data: pd.DataFrame, across: str, up: str, name: str) -> None:
    """Write the name of each group where the middle of its dots is."""
    behind: Any = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "none"}
    centred: Any = {"ha": "center", "va": "center", "fontsize": 9, "color": "#222222"}
    for key, group in data.groupby(name, observed=True):
        place = group[[across, up]].astype("float64").median()
        box = {**behind, "alpha": 0.88}
        ax.text(place[across], place[up], named(key), bbox=box, **centred)


def _unit(data: pd.DataFrame, column: str, unit: str | None, place: bool) -> str:
    if unit is not None:
        return unit
    return "$" if not place and is_money(column, data[column]) else ""


def _style(
    ax: Any, across: str, up: str, units: list[str], place: bool, data: pd.DataFrame
) -> None:
    scales = [
        Scale.of(_numbers(data[at]), unit) for at, unit in zip((across, up), units, strict=True)
    ]
    north_label, east_label = in_words(up), in_words(across)
    if place:
        north_label, east_label = words(up)[-1], words(across)[-1]
    style(ax, "y", scales[1], north_label, east_label)
    if place:
        ax.grid(visible=False)
    else:
        ax.grid(visible=True, axis="both", alpha=0.28)
    ax.xaxis.set_major_formatter(scales[0].tick)
    ax.margins(0.06)
    if place:
        north = np.radians(float(data[up].astype("float64").mean()))
        ax.set_aspect(1 / max(np.cos(north), 0.2))
        ax.figure.set_size_inches(WIDTH / DPI, 5.6)


def _in_words(
    data: pd.DataFrame, across: str, up: str, units: list[str], name: str, marked: Any
) -> str:
    """The spans of both columns, how far they go together, and the marked dots."""
    parts = []
    for column, unit in zip((across, up), units, strict=True):
        values = data[column].astype("float64")
        low, high = written(values.min(), unit), written(values.max(), unit)
        parts.append(f"{in_words(column)} from {low} to {high}")
    alt = f"{len(data):,} dots, {' and '.join(parts)}."
    if marked.any():
        alt += f" Marked: {', '.join(named(key) for key in data.loc[marked, name])}."
    return alt
