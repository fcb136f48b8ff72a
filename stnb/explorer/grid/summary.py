"""What a column's header shows: a histogram or the values seen most, and how many are missing. No
widgets here.

A bar is what can be picked, so its pick goes with it: see selecting.py. The bars are of the whole
frame and stay; only their counts follow what is picked elsewhere.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .columns import Held
from .picks import Pick, end, label, stamp

BARS = 16  # of a histogram, about
TOP = 12  # values of text that get a bar each
LONGEST = 300  # letters of a value that still may be a bar
FAR = 3.0  # times the range of nearly all values: a histogram then leaves the outliers to open ends
NONE = 255  # the place of a missing value
HISTOGRAM = {"integer", "number", "duration", "list", "date", "date-time"}
HOUR, DAY = 3_600.0, 86_400.0
TIME_STEPS = [1.0, 60.0, 600.0, HOUR, 6 * HOUR, DAY, 7 * DAY]
MONTH_STEPS = [1, 3, 12, 24, 60, 120, 240, 600, 1200]
YEAR_0 = -1970 * 12  # months since 1970


@dataclass(frozen=True)
class Summary:
    """The bars of one column, and which of them each row belongs to."""

    shape: str  # bars | tops | none
    picks: list[Pick]
    labels: list[str]
    places: NDArray[np.uint8]  # the bar of each row; NONE: missing
    note: str = ""
    ends: tuple[str, str] = ("", "")  # what is written under a histogram

    def counts(self, within: NDArray[np.bool_] | None) -> tuple[list[int], int]:
        """The rows of each bar and the rows without a value, all of them or those that are left."""
        counted = np.bincount(
            self.places if within is None else self.places[within], minlength=NONE + 1
        )
        return [int(n) for n in counted[: len(self.picks)]], int(counted[NONE])

    def page(self) -> dict[str, Any]:
        """What the page needs once: the bars, and their counts over the whole frame."""
        alone = {
            "shape": self.shape,
            "picks": self.picks,
            "labels": self.labels,
            "note": self.note,
            "ends": list(self.ends),
        }
        return {**alone, "all": self.counts(None)[0]}


def summary(held: Held, i: int) -> Summary:
    """Summarise a column by its kind."""
    kind = held.shown[i].kind
    if kind in HISTOGRAM:
        return _histogram(held, i, kind)
    if kind in {"text", "yes/no"} and held.array(i) is not None:
        return _tops(held, i)
    return _plain(held, i, "")


def _plain(held: Held, i: int, note: str) -> Summary:
    return Summary("none", [], [], np.where(held.missing(i), NONE, NONE - 1).astype(np.uint8), note)


# -- histograms


def _histogram(held: Held, i: int, kind: str) -> Summary:
    values = held.numbers(i)
    finite = values[np.isfinite(values)]
    if not len(finite):
        return _plain(held, i, "")
    low, high, below, above = _range(values, finite)
    edges = (
        _day_edges(low, high)
        if kind in {"date", "date-time"}
        else _edges(low, high, kind in {"integer", "list"})
    )
    picks = _ranges(edges, kind, below, above)
    with np.errstate(invalid="ignore"):
        places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(picks) - 1)
    places[np.isnan(values)] = NONE
    labels = [label(pick, kind) for pick in picks]
    ends = end(picks[0], kind, last=False), end(picks[-1], kind, last=True)
    if kind in {
        "date",
        "date-time",
    }:  # the bars are whole weeks, months or years: these reach beyond the first and the last day
        first, last = (
            stamp(t).replace("T", " ")[: len(text)]
            for t, text in zip((low, high), ends, strict=True)
        )
        ends = ends[0] if below else first, ends[1] if above else last
    return Summary("bars", picks, labels, places.astype(np.uint8), ends=ends)


def _range(
    values: NDArray[np.float64], finite: NDArray[np.float64]
) -> tuple[float, float, bool, bool]:
    """From where to where the bars go, and whether values lie below and above: one wrong year must
    not flatten the rest.
    """
    low, high = float(finite.min()), float(finite.max())
    first, last = (
        float(q) for q in np.quantile(finite[:: max(1, len(finite) // 100_000)], [0.01, 0.99])
    )
    below, above = bool(np.isneginf(values).any()), bool(np.isposinf(values).any())
    if last > first and high - low > FAR * (last - first):
        below, above = below or low < first, above or high > last
        low, high = max(low, first), min(high, last)
    return low, high, below, above


def _edges(low: float, high: float, whole: bool) -> NDArray[np.float64]:
    """Round numbers: the steps are 1, 2, 2.5 or 5 times a power of ten."""
    rough = max((high - low) / BARS, abs(high) * 1e-12, 1e-12)
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(float(n * power) for n in (1, 2, 2.5, 5, 10) if n * power >= rough * 0.999)
    if whole:
        step = max(1.0, float(np.ceil(step)))
    first = np.floor(low / step)
    count = int(np.floor(high / step) - first) + 1
    return np.asarray([float(f"{(first + k) * step:.12g}") for k in range(count + 1)])


def _day_edges(low: float, high: float) -> NDArray[np.float64]:
    """Round times: minutes, hours, days, weeks from Monday, months, quarters, years."""
    step = next((s for s in TIME_STEPS if (high - low) / s <= BARS), None)
    if step is not None:
        shift = 4 * DAY if step == 7 * DAY else 0.0  # the epoch was a Thursday
        first = np.floor((low - shift) / step) * step + shift
        return first + step * np.arange(int((high - first) // step) + 2)
    months = np.array([low, high]).astype("datetime64[s]").astype("datetime64[M]").astype(int)
    by = next((s for s in MONTH_STEPS if (months[1] - months[0]) / s <= BARS), MONTH_STEPS[-1])
    first, last = ((m - YEAR_0) // by * by + YEAR_0 for m in months)
    edges = np.arange(first, last + by + 1, by)
    return edges.astype("datetime64[M]").astype("datetime64[s]").astype(np.float64)


def _ranges(edges: NDArray[np.float64], kind: str, below: bool, above: bool) -> list[Pick]:
    marks: list[Any] = [stamp(e) if kind in {"date", "date-time"} else _number(e) for e in edges]
    picks: list[Pick] = [{"from": a, "to": b} for a, b in itertools.pairwise(marks)]
    if below:
        del picks[0]["from"]
    if above:
        picks[-1].pop("to", None)
    return picks


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)


# -- the values seen most


def _tops(held: Held, i: int) -> Summary:
    few = held.coded(i)
    if few is None:
        return _plain(held, i, "nearly all different")
    counts = np.bincount(few.codes[few.codes >= 0], minlength=len(few.values))
    texts = few.values
    alone = len(counts) > TOP and len(counts) > 0.5 * counts.sum()
    if alone or not counts.any():
        return _plain(held, i, f"{len(counts):,} different values" if alone else "")
    best = np.argsort(-counts, kind="stable")[:TOP]
    values = texts.take(pa.array(best)).to_pylist()
    if any(isinstance(v, str) and len(v) > LONGEST for v in values):
        return _plain(held, i, f"{len(counts):,} different values")
    picks: list[Pick] = [{"is": v} for v in values]
    labels = [label(pick, held.shown[i].kind) for pick in picks]
    if len(counts) > TOP:
        picks.append({"but": values})
        labels.append(f"{len(counts) - TOP:,} other values")
    to_bar = np.full(len(counts) + 1, len(best), dtype=np.uint8)
    to_bar[best] = np.arange(len(best), dtype=np.uint8)
    to_bar[-1] = NONE
    return Summary("tops", picks, labels, to_bar[few.codes])
