"""A frame as text for a terminal."""

from __future__ import annotations

from typing import Any

import pandas as pd


def table(frame: pd.DataFrame, width: int, rows: int = 20, cell: int = 24) -> str:
    """The first rows and as many columns as fit, for a terminal; columns that are empty or nested
    come last, if at all.
    """
    top = frame.head(rows)
    plain = [
        c
        for c in top.columns
        if not isinstance(top[c].dtype, pd.ArrowDtype) and top[c].notna().any()
    ]
    lines = [""] * (len(top) + 1)
    shown = 0
    for name in [*plain, *(c for c in top.columns if c not in plain)]:
        right = pd.api.types.is_numeric_dtype(top[name].dtype) and not pd.api.types.is_bool_dtype(
            top[name].dtype
        )
        texts = [str(name), *(_cell(v, cell) for v in top[name])]
        wide = max(map(len, texts))
        if shown and len(lines[0]) + 2 + wide > width:
            break
        gap = "  " if shown else ""
        lines = [
            line + gap + (text.rjust(wide) if right else text.ljust(wide))
            for line, text in zip(lines, texts, strict=True)
        ]
        shown += 1
    more = [
        f"{n:,} more {what}"
        for n, what in ((len(frame) - len(top), "rows"), (frame.shape[1] - shown, "columns"))
        if n
    ]
    return "\n".join(
        [*(line.rstrip() for line in lines), *([f"… {' and '.join(more)}"] if more else [])]
    )


def _cell(value: Any, width: int) -> str:
    if not pd.api.types.is_scalar(value):
        text = str(list(value) if hasattr(value, "__iter__") else value)
    elif pd.isna(value):
        text = "–"
    else:
        text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, pd.Timestamp) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= width else f"{text[: width - 1]}…"
