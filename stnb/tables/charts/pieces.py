"""What the charts of every kind have: amounts on an axis and in words, and what is left out."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .look import money, short
from .spec import Finding, Spec


def draw_nothing(ax: Any, why: str) -> Finding:
    """Leave the picture empty, and say why."""
    ax.set_axis_off()
    return Finding(why, why)


def format_amounts(axis: Any, spec: Spec, whole: bool) -> None:
    """Write the amounts at an axis in the unit of the spec, at round numbers."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=whole))
    formatter = money if spec.unit == "$" else short
    axis.set_major_formatter(formatter)


def amount_in_words(value: float, spec: Spec) -> str:
    """An amount with its unit, short enough for a title."""
    if value != value:  # a category without any amount
        return "–"
    if spec.unit == "$":
        return money(value)
    return f"{short(value)} {spec.unit}" if spec.unit else short(value)


def missing_rows(frame: pd.DataFrame, column: pd.Series[Any], spec: Spec) -> list[str]:
    """That rows are left out because the picture has no place for them."""
    count = int(column.isna().sum())
    if not count:
        return []
    name = spec.by or spec.column
    bounds = ""
    if spec.start:
        bounds += f" or one before {spec.start[:4]}"
    if spec.end:
        bounds += f" or one from {spec.end[:4]} on"
    return [f"{count:,} of {len(frame):,} {spec.noun} have no {name}{bounds} and are left out."]
