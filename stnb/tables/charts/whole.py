"""Which periods of a picture over time are whole, and whether its highest bar stands out.

A period that was cut off, by a filter, by the limit of a sample or by the day of reading, is drawn
as an outline, and no title praises it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from stnb.errors.misused import explains_misuse

from ..provenance import provenance
from .columns import SPREAD, TIME, fits
from .numbers import computed, periods
from .spec import Spec, first
from .spec import settled as settled_choice

# One step from the beginning of a period to the beginning of the next.
OFFSETS = {"day": "D", "week": "7D", "month": "MS", "quarter": "QS", "year": "YS"}
STANDS_OUT = 1.1  # times the second highest number; less is no finding
READ, FILTERED, SAMPLED = "read", "filtered", "sampled"


def settled(frame: pd.DataFrame, spec: Spec) -> Spec:
    """The same picture with all that follows from the frame: period, zone, unit, what is left out,
    which periods are not whole, and whether the highest number stands out.
    """
    chosen = settled_choice(frame, spec)
    if chosen.kind == TIME:
        return _of_periods(frame, chosen)
    if chosen.kind == SPREAD or not chosen.by:
        return chosen
    return replace(chosen, crown=_stands_out(computed(frame, chosen)["numbers"]))


@explains_misuse("stnb.pictures")
def suggest(frame: pd.DataFrame) -> Spec:
    """A sensible first picture: rows over time, or else amounts by category, or else how a number
    is spread.

    Example:
        >>> suggest(pd.DataFrame({"city": ["Mesa", "Tempe"], "total": [1.5, 2.5]})).what
        'sum:total'
    """
    return settled(frame, first(frame, fits(frame)))


def why_cut(frame: pd.DataFrame, numbers: pd.Series[Any], spec: Spec) -> tuple[str, str]:
    """Why the first and the last period are not whole: "filtered", "sampled", "read", or ""."""
    known = numbers.index[numbers.notna()]
    if not len(known):
        return "", ""
    about = provenance(frame)
    bounds = (about.get("bounds") or {}).get(spec.by, {})
    first, end = known[0], known[-1] + pd.tseries.frequencies.to_offset(OFFSETS[spec.every])
    start, stop = _moment(bounds.get("from"), spec), _moment(bounds.get("before"), spec)
    early = late = ""
    if about.get("first"):
        # Of a sample in a known order, only the end that it did not reach is cut off.
        order = about.get("order")
        early = "" if order == "oldest first" else SAMPLED
        late = "" if order == "newest first" else SAMPLED
    if start is not None and first < start < end:
        early = FILTERED
    if stop is not None and first < stop < end:
        late = FILTERED
    read = _moment(about.get("began"), spec)
    if read is not None and known[-1] <= read < end and not late:
        late = READ
    return early, late


def whole(numbers: pd.Series[Any], spec: Spec) -> pd.Series[Any]:
    """The numbers of the whole periods; all of them if none is whole."""
    if spec.cut_off:
        return numbers
    return numbers.iloc[int(spec.begun) : len(numbers) - int(spec.open)]


def _of_periods(frame: pd.DataFrame, spec: Spec) -> Spec:
    numbers = computed(frame, spec)[periods(spec)]
    if not numbers.notna().any():
        return spec
    early, late = why_cut(frame, numbers, spec)
    cut = replace(spec, begun=bool(early), open=bool(late))
    if not whole(numbers, cut).notna().any():
        cut = replace(cut, cut_off=True)
    return replace(cut, crown=_stands_out(whole(numbers, cut)))


def _stands_out(numbers: pd.Series[Any]) -> bool:
    """Whether the highest number is clearly above the second one."""
    highest = numbers.dropna().astype("float64").nlargest(2).tolist()
    if len(highest) < 2:
        return bool(highest)
    return highest[0] > 0 and highest[0] >= STANDS_OUT * highest[1]


def _moment(text: str | None, spec: Spec) -> pd.Timestamp | None:
    """A moment by the clock of the picture."""
    if not text:
        return None
    moment = pd.Timestamp(text.upper())
    if moment.tzinfo is not None:
        moment = moment.tz_convert(spec.zone or "UTC").tz_localize(None)
    return moment
