"""What a column's header shows: a histogram or the commonest values, and how many are missing.

A bar can be picked, so its pick belongs to it: see select.py. The bars are those of the whole frame
and stay; only their counts follow what is picked elsewhere. No widgets here.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .columns import Columns
from .human import is_id
from .picks import DATES, YEAR_1, YEAR_9999, Pick, axis_ends, date_text, label

BARS = 16  # of a histogram, about
TOP = 12  # values of text that get a bar each
LONGEST = 300  # letters of a value that still may be a bar
FAR = 3.0  # times the range of nearly all values; beyond it values go to an open end
SAMPLE = 100_000  # values that say where nearly all are
NONE = 255  # the bar of a missing value
HISTOGRAM = {"integer", "number", "duration", "list", "date", "date-time"}
HOUR, DAY = 3_600.0, 86_400.0
WEEK = 7 * DAY
TIME_STEPS = [1.0, 60.0, 600.0, HOUR, 6 * HOUR, DAY, WEEK]
MONTH_STEPS = [1, 3, 12, 24, 60, 120, 240, 600, 1200]
LARGEST = 1e300  # far beyond any amount; a wider range overflows
YEAR_0 = -1970 * 12  # months since 1970

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    """The bars of one column, and which of them each row belongs to.

    Attributes:
        shape: "bars" for a histogram, "tops" for the commonest values, or "none".
        picks, labels: what each bar picks, as data and as words.
        bars: the bar of each row; 255 for a missing value.
        note: why there are no bars.
        ends: what is written under a histogram.
    """

    shape: str
    picks: list[Pick]
    labels: list[str]
    bars: NDArray[np.uint8]
    note: str = ""
    ends: tuple[str, str] = ("", "")

    def counts(self, within: NDArray[np.bool_] | None) -> tuple[list[int], int]:
        """The rows of each bar, and the rows without a value.

        Args:
            within: the rows to count; None for all.
        """
        bars = self.bars if within is None else self.bars[within]
        counted = np.bincount(bars, minlength=NONE + 1)
        return list(map(int, counted[: len(self.picks)])), int(counted[NONE])

    def as_message(self) -> dict[str, Any]:
        """What the page needs once: the bars, and their counts over the whole frame."""
        counts, _ = self.counts(None)
        return {
            "shape": self.shape,
            "picks": self.picks,
            "labels": self.labels,
            "note": self.note,
            "ends": list(self.ends),
            "all": counts,
        }


def summary(columns: Columns, i: int) -> Summary:
    """Summarise a column by its kind."""
    kind = columns.shown[i].kind
    if kind == "integer" and is_id(columns.names[i]):
        return _without_bars(columns, i, _how_many(columns, i))
    if kind in HISTOGRAM:
        return _histogram(columns, i, kind)
    if kind in {"text", "yes/no"} and columns.array(i) is not None:
        return _commonest(columns, i, kind)
    return _without_bars(columns, i, "")


def _how_many(columns: Columns, i: int) -> str:
    """How many different ids there are; a histogram of them would say nothing."""
    array = columns.array(i)
    if array is None:
        return ""
    return f"{pc.count_distinct(array, mode='only_valid').as_py():,} different"


def _without_bars(columns: Columns, i: int, note: str) -> Summary:
    bars = np.where(columns.missing(i), NONE, NONE - 1).astype(np.uint8)
    return Summary("none", [], [], bars, note)


# -- histograms


def _histogram(columns: Columns, i: int, kind: str) -> Summary:
    values = columns.numbers(i)
    finite = values[np.isfinite(values)]
    if not len(finite):
        return _without_bars(columns, i, "")
    low, high, below, above = _range(values, finite)
    if kind in DATES:
        edges = _time_edges(low, high)
        # A round number of years may reach beyond the calendar; the bars at its ends are open.
        below, above = below or edges[0] < YEAR_1, above or edges[-1] > YEAR_9999
        edges = _in_calendar(edges)
    else:
        edges = _number_edges(low, high, whole=kind in {"integer", "list"})
    picks = _ranges(edges, kind, below, above)
    with np.errstate(invalid="ignore"):
        bars = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(picks) - 1)
    bars[np.isnan(values)] = NONE
    labels = [label(pick, kind) for pick in picks]
    ends = axis_ends(picks[0], picks[-1], kind)
    if kind in DATES:
        ends = _first_and_last_day(ends, low, high, below, above)
    return Summary("bars", picks, labels, bars.astype(np.uint8), ends=ends)


def _first_and_last_day(
    ends: tuple[str, str], low: float, high: float, below: bool, above: bool
) -> tuple[str, str]:
    """The ends of a histogram of dates.

    Its bars are whole weeks, months or years, which reach beyond the first and the last day. So the
    days themselves are written, as exactly as the bars are.
    """
    first, last = ends
    if not below:
        first = date_text(low).replace("T", " ")[: len(first)]
    if not above:
        last = date_text(high).replace("T", " ")[: len(last)]
    return first, last


def _range(values: Floats, finite: Floats) -> tuple[float, float, bool, bool]:
    """Where the bars begin and end, and whether there are values below and above.

    One wrong year must not flatten the other bars.
    """
    # Between wider ends the length of a bar would be infinite; what is beyond is in an open bar.
    finite = np.clip(finite, -LARGEST, LARGEST)
    low, high = float(finite.min()), float(finite.max())
    sample = finite[:: max(1, len(finite) // SAMPLE)]
    first, last = map(float, np.quantile(sample, [0.01, 0.99]))
    below, above = bool((values < -LARGEST).any()), bool((values > LARGEST).any())
    if last > first and high - low > FAR * (last - first):
        below, above = below or low < first, above or high > last
        low, high = max(low, first), min(high, last)
    return low, high, below, above


def _number_edges(low: float, high: float, whole: bool) -> Floats:
    """Round numbers: the steps are 1, 2, 2.5 or 5 times a power of ten."""
    rough = max((high - low) / BARS, abs(high) * 1e-12, 1e-12)
    power = 10.0 ** np.floor(np.log10(rough))
    step = 10 * power
    for factor in (5, 2.5, 2, 1):
        if factor * power >= rough * 0.999:
            step = factor * power
    step = float(step)
    if whole:
        step = max(1.0, float(np.ceil(step)))
    first = np.floor(low / step)
    count = int(np.floor(high / step) - first) + 1
    # 12 digits, as 3 * 0.1 is not 0.3.
    return np.asarray([float(f"{(first + k) * step:.12g}") for k in range(count + 1)])


def _time_edges(low: float, high: float) -> Floats:
    """Round times: minutes, hours, days, weeks from Monday, months, quarters, years."""
    for step in TIME_STEPS:
        if (high - low) / step <= BARS:
            shift = 4 * DAY if step == WEEK else 0.0  # 1970 began on a Thursday
            first = np.floor((low - shift) / step) * step + shift
            return first + step * np.arange(int((high - first) // step) + 2)
    return _month_edges(low, high)


def _in_calendar(edges: Floats) -> Floats:
    """The edges between the first and the last second of the years 1 to 9999; two at least."""
    inside = np.unique(np.clip(edges, YEAR_1, YEAR_9999))
    if len(inside) == 1:
        return np.array([inside[0] - 1, inside[0]])
    return inside


def _month_edges(low: float, high: float) -> Floats:
    """Months, quarters, or years of which the first one can be divided by their number."""
    times = np.array([low, high]).astype("datetime64[s]")
    first, last = times.astype("datetime64[M]").astype(int)
    step = MONTH_STEPS[-1]
    for months in reversed(MONTH_STEPS):
        if (last - first) / months <= BARS:
            step = months
    first, last = ((month - YEAR_0) // step * step + YEAR_0 for month in (first, last))
    edges = np.arange(first, last + step + 1, step)
    return edges.astype("datetime64[M]").astype("datetime64[s]").astype(np.float64)


def _ranges(edges: Floats, kind: str, below: bool, above: bool) -> list[Pick]:
    bounds: list[Any] = list(map(date_text if kind in DATES else _number, edges))
    picks: list[Pick] = [{"from": low, "to": high} for low, high in itertools.pairwise(bounds)]
    if below:
        del picks[0]["from"]
    if above:
        picks[-1].pop("to", None)
    return picks


def _number(value: float) -> float | int:
    if float(value).is_integer():
        return int(value)
    return float(value)


# -- the commonest values


def _commonest(columns: Columns, i: int, kind: str) -> Summary:
    encoded = columns.encoded(i)
    if encoded is None:
        return _without_bars(columns, i, "nearly all different")
    counts = np.bincount(encoded.codes[encoded.codes >= 0], minlength=len(encoded.values))
    if not counts.any():
        return _without_bars(columns, i, "")
    different = f"{len(counts):,} different values"
    if len(counts) > TOP and len(counts) > 0.5 * counts.sum():
        return _without_bars(columns, i, different)
    best = np.argsort(-counts, kind="stable")[:TOP]
    values = encoded.values.take(pa.array(best)).to_pylist()
    if any(isinstance(value, str) and len(value) > LONGEST for value in values):
        return _without_bars(columns, i, different)
    picks: list[Pick] = [{"is": value} for value in values]
    labels = [label(pick, kind) for pick in picks]
    if len(counts) > TOP:
        picks.append({"but": values})
        labels.append(f"{len(counts) - TOP:,} other values")
    bar_of = np.full(len(counts) + 1, len(best), dtype=np.uint8)
    bar_of[best] = np.arange(len(best), dtype=np.uint8)
    bar_of[-1] = NONE  # code -1, a missing value, takes the last one
    return Summary("tops", picks, labels, bar_of[encoded.codes])
