"""How the amounts of one column are spread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .look import AREA, PEAK, style_axes
from .numbers import computed, drawn
from .pieces import amount_in_words, draw_nothing, format_amounts, missing_rows
from .script import with_unit
from .spec import Finding, Spec


def draw_spread(ax: Any, frame: pd.DataFrame, spec: Spec) -> Finding:
    """Draw a histogram of the amounts, with a line at their median."""
    made = computed(frame, spec)
    values, shown = made["values"], made[drawn(spec)]
    if not len(values):
        return draw_nothing(ax, f"No row has a {spec.column}")
    bins: Any = _bins(shown)
    align: Any = "mid"
    if spec.steps:  # a bar in the middle of each whole number
        bins = range(int(shown.min()), int(shown.max()) + 2)
        align = "left"
    ax.hist(shown, bins=bins, align=align, rwidth=0.9, color=AREA)
    median = amount_in_words(made["median"], spec)
    ax.axvline(made["median"], color=PEAK, linewidth=1.6)
    above: Any = {"xycoords": ("data", "axes fraction"), "va": "bottom"}
    ax.annotate(f" median {median}", (made["median"], 1), color=PEAK, fontsize=10, **above)
    style_axes(ax, "y")
    format_amounts(ax.xaxis, spec, whole=spec.steps)
    format_amounts(ax.yaxis, Spec(), whole=True)
    ax.set(xlabel=with_unit(spec.column, spec), ylabel=f"number of {spec.noun}")

    title = _spread_title(made["first"], made["third"], spec)
    chart = f"Histogram of {spec.column} in {len(values):,} {spec.noun}"
    notes = missing_rows(frame, frame[spec.column], spec)
    if spec.cut:
        count = f"{len(values) - len(shown):,} {spec.noun}"
        ends = f"{amount_in_words(shown.min(), spec)} to {amount_in_words(shown.max(), spec)}"
        notes.append(f"{count} lie outside {ends} and are not drawn.")
    return Finding(title, f"{title}. {chart}; the median is {median}.", tuple(notes))


def _bins(values: pd.Series[Any]) -> Any:
    """The edges of the bars; wider ones than the values if these lie closer than floats do."""
    try:
        return np.histogram_bin_edges(values, 30)
    except ValueError:
        low, high = float(values.min()), float(values.max())
    pad = max(abs(low), abs(high)) / 100
    return np.linspace(low - pad, high + pad, 31)


def _spread_title(first: float, third: float, spec: Spec) -> str:
    low, high = amount_in_words(first, spec), amount_in_words(third, spec)
    if first == third:
        return f"At least half of the {spec.noun} have {low} as {spec.column}"
    return f"The middle half of the {spec.noun}: {spec.column} from {low} to {high}"
