"""The explorer's short texts: where one is, what a resource is, how a pull stands."""

from __future__ import annotations

from html import escape

import pandas as pd

from .. import cards
from ..catalog import Endpoint
from ..credentials import Profile
from ..pull import Progress

WORDS = {
    "demo": "demo, made-up data",
    "integration": "integration",
    "production": "production, read-only",
    "custom": "custom address",
}
HINT = '<div class="stnb-card">Choose a resource: type a word such as jobs, invoices or calls, and press Enter.</div>'


def badge(profile: Profile) -> str:
    """The environment in words and colour."""
    kind = profile.environment if profile.environment in WORDS else "none"
    words = WORDS.get(profile.environment or "", "environment not set")
    tenant = f"<small>tenant {profile.tenant}</small>" if profile.tenant else ""
    return f'<span class="stnb-badge {kind}">{words}{tenant}</span>'


def card(endpoint: Endpoint, granted: frozenset[str] | None = None) -> str:
    """One line on a resource: route, kind, scope, and what one would otherwise not expect."""
    parts = [f"<span>{endpoint.method} <code>{escape(endpoint.path)}</code></span>", f"<span>{endpoint.kind}</span>"]
    if endpoint.scope:
        parts.append(f"<span>scope <code>{escape(endpoint.scope)}</code></span>")
    if endpoint.columns:
        parts.append(f"<span>{len(endpoint.columns)} columns</span>")
    if endpoint.shows_all:
        parts.append(f'<span class="flag">inactive rows are hidden unless {" = ".join(map(escape, endpoint.shows_all))}</span>')
    if why := cards.locked(endpoint, granted):
        parts.append(f'<span class="flag">🔒 {escape(why)}</span>')
    if endpoint.withdrawn:
        parts.append('<span class="flag">withdrawn: no longer in the API\'s documents</span>')
    return f'<div class="stnb-card">{"".join(parts)}</div>'


def line(progress: Progress) -> str:
    """How a pull stands, in one line."""
    rows = f"{progress.rows:,} rows" if progress.total is None else f"{progress.rows:,} of {progress.total:,} rows"
    pages = f"{progress.pages:,} page{'' if progress.pages == 1 else 's'}"
    start = {"starting": "starting", "cancelled": f"cancelled, {rows} kept", "failed": f"stopped at {rows}"}.get(
        progress.state, rows
    )
    return " · ".join(filter(None, [start, pages, f"{progress.seconds:.1f} s", progress.note]))


def notices(frame: pd.DataFrame, total: int | None, limit: int | None) -> list[str]:
    """What one should know about the rows on show; that there are more is no notice of the frame, which has what it asked for."""
    more = total is not None and limit is not None and total > limit
    first = [f"These are {len(frame):,} of {total:,} rows; choose more under “Rows at most”."] if more else []
    return first + [str(notice) for notice in frame.attrs.get("stnb", {}).get("notices", [])]
