"""How a picked bar is written down: as plain data in a state, and as words on the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from . import cells

Pick = dict[str, Any]
"""What a bar stands for, as JSON knows it.

{"is": "Completed"} a value, {"is": None} no value, {"but": [...]} any value except these, {"from": 0, "to": 500} from the
first up to, but without, the second; either may be left out. Dates are the wall clock's: {"from": "2026-01-01"}.
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LETTERS = 60


def stamp(seconds: float) -> str:
    """Write seconds since 1970 as a date, with its time where it has one."""
    when = (EPOCH + timedelta(seconds=float(seconds))).replace(tzinfo=None)
    return (
        when.date().isoformat()
        if when.time() == when.time().min
        else when.isoformat(timespec="seconds")
    )


def unstamp(text: str) -> float:
    """Read what `stamp` writes."""
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH).total_seconds()


def label(pick: Pick, kind: str) -> str:
    """Say what a pick leaves.

    >>> label({"from": 0, "to": 500}, "number")
    '0 to under 500'
    >>> label({"from": "2026-01-01", "to": "2026-04-01"}, "date")
    '2026-01 to 2026-03'
    """
    if "is" in pick:
        return _value(pick["is"])
    if "but" in pick:
        return "other values"
    low, high = pick.get("from"), pick.get("to")
    if kind in {"date", "date-time"}:
        return _days(low, high)
    if kind in {"integer", "list"} and low is not None and high is not None:
        return _entries(int(low), int(high) - 1, kind)
    if low is None:
        return f"under {_number(high or 0, kind)}"
    if high is None:
        return f"{_number(low, kind)} and more"
    return f"{_number(low, kind)} to under {_number(high, kind)}"


def end(pick: Pick, kind: str, last: bool) -> str:
    """What stands under a histogram: where its first bar begins or its last one ends, short, as
    there is little room.
    """
    low, high = pick.get("from"), pick.get("to")
    if kind in {"date", "date-time"}:
        return (
            _days(low, high)
            .split(" to ")[-1 if last else 0]
            .removeprefix("before ")
            .removesuffix(" 00:00")
        )
    if low is None:
        return f"< {_short(high or 0, kind)}"
    if high is None:
        return f"≥ {_short(low, kind)}"
    return _short(high - (kind in {"integer", "list"}) if last else low, kind)


def _short(value: float, kind: str) -> str:
    if kind == "duration" or abs(value) < 1e6:
        return _number(value, kind)
    power, unit = next((p, u) for p, u in ((1e12, "T"), (1e9, "G"), (1e6, "M")) if abs(value) >= p)
    return f"{value / power:,.4g} {unit}" if abs(value) < 1e15 else f"{value:.3g}"


def _value(value: Any) -> str:
    text = (
        "missing"
        if value is None
        else "yes"
        if value is True
        else "no"
        if value is False
        else str(value)
    )
    text = " ".join(text.split()) or "(blank)"
    return text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"


def _entries(low: int, high: int, kind: str) -> str:
    text = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return text if kind == "integer" else f"{text} {'entry' if low == high == 1 else 'entries'}"


def _number(value: float, kind: str) -> str:
    if kind == "duration":
        return cells.span(timedelta(seconds=value)) or ""
    return f"{value:,.10g}" if abs(value) < 1e10 else f"{value:,.6g}"


def _days(low: str | None, high: str | None) -> str:
    """Whole months and years are written as such, the last day of a range with it."""
    if low is None or high is None:
        return f"before {_clock(high)}" if low is None else f"from {_clock(low)}"
    if "T" in low or "T" in high:
        return f"{_clock(low)} to before {_clock(high)}"
    end = (datetime.fromisoformat(high) - timedelta(days=1)).date().isoformat()
    whole = (
        4
        if low.endswith("-01-01") and high.endswith("-01-01")
        else 7
        if low.endswith("-01") and high.endswith("-01")
        else 10
    )
    return low[:whole] if low[:whole] == end[:whole] else f"{low[:whole]} to {end[:whole]}"


def _clock(text: str | None) -> str:
    return (text or "").replace("T", " ").removesuffix(":00")
