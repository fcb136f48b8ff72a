"""`since=`: only what changed after a moment, an earlier frame or an earlier file, in each
resource's own terms.

A feed goes on from the earlier pull's cursor, a list asks for what was modified since.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import Any

import pandas as pd

from stnb.catalog import Endpoint
from stnb.catalog.facts import CLOCK_SLACK, MODIFIED_SINCE
from stnb.credentials import Credentials
from stnb.errors import BadFilter, tongue
from stnb.frame.about import about_of

from .dates import moment


def since(
    endpoint: Endpoint, value: Any, owner: Credentials, now: dt.datetime | None = None
) -> dict[str, Any]:
    """The filter that asks for what changed.

    Args:
        value: a date or a phrase such as "last 30 days", a frame that stnb pulled, or the path of a
            Parquet file that it wrote.
        owner: whose frame or file it has to be; its zone says when a day begins.
        now: what a phrase is counted from; the present if not given.

    Raises:
        BadFilter: the resource has no filter for what changed, or the value names no moment of
            this tenant's.
    """
    earlier = _provenance(endpoint, value)
    if earlier is not None:
        _check_owner(endpoint, earlier, owner)
    if endpoint.kind != "export" and not endpoint.takes(MODIFIED_SINCE):
        search = tongue.either("st.find(words)", "`stnb find WORDS`")
        raise BadFilter(
            f"{endpoint.name} cannot tell what changed since.",
            "It has no filter on the time of a change, and is no feed.",
            f"Leave since out and pull it whole; {search} shows whether there is a feed.",
        )
    if endpoint.kind == "export" and earlier is not None:
        cursor = earlier.get("continue_from")
        if cursor and earlier.get("resource") == endpoint.name:
            return {"from_": cursor}
    if earlier is None:
        changed = _moment(endpoint, value, owner.zone, now)
    else:
        changed = _began(endpoint, earlier)
    if endpoint.kind == "export":
        # ServiceTitan's guide to its export feeds promises days only.
        return {"from_": changed.astimezone(dt.UTC).date().isoformat()}
    return {MODIFIED_SINCE: changed}


def with_since(
    endpoint: Endpoint,
    filters: Mapping[str, Any],
    value: Any,
    owner: Credentials,
    now: dt.datetime | None = None,
) -> dict[str, Any]:
    """The filters, and beside them the one that asks for what changed.

    Raises:
        BadFilter: as `since`, or that filter is given too.
    """
    asks = since(endpoint, value, owner, now)
    for name in asks:
        # Python's `from_` is also taken as the API's `from`.
        if filters.get(name) is not None or filters.get(name.rstrip("_")) is not None:
            raise BadFilter(
                f"since and {name} were both given.",
                f"since is written as {name} for {endpoint.name}.",
                "Give one of them.",
            )
    return {**filters, **asks}


def _moment(
    endpoint: Endpoint, value: Any, zone: dt.tzinfo, now: dt.datetime | None
) -> dt.datetime:
    try:
        return moment(value, zone, now)
    except (ValueError, TypeError, OverflowError):
        pass
    raise _bad(
        endpoint,
        value,
        'It is no date such as "2026-07-01" or "last 30 days", and no file that is there.',
        "Give a date, a frame that stnb pulled, or the path of a Parquet file that it wrote.",
    )


def _provenance(endpoint: Endpoint, value: Any) -> Mapping[str, Any] | None:
    """What an earlier frame or file says of itself; None if the value is neither."""
    if isinstance(value, pd.DataFrame):
        about = about_of(value.attrs)
    elif isinstance(value, os.PathLike) or (
        isinstance(value, str) and value.lower().endswith(".parquet")
    ):
        from stnb.frame.parquet import provenance  # Parquet itself is loaded for those who use it

        value = os.fspath(value)
        about = provenance(value)
    else:
        return None
    if not about:
        shown = value
        if isinstance(value, pd.DataFrame):
            shown = "the frame"
        raise _bad(
            endpoint,
            shown,
            "It does not say when and from where it was pulled.",
            "Give the frame or the file as stnb made it, or a date.",
        )
    found: Mapping[str, Any] = about
    return found


def _check_owner(endpoint: Endpoint, about: Mapping[str, Any], owner: Credentials) -> None:
    if (about.get("tenant"), about.get("environment")) != (owner.tenant, owner.environment):
        raise _bad(
            endpoint,
            "what was pulled earlier",
            f"It is of tenant {about.get('tenant')} in {about.get('environment')}, and this is "
            f"tenant {owner.tenant} in {owner.environment}.",
            "Give a date instead, or use the profile that it was pulled with.",
        )


def _began(endpoint: Endpoint, about: Mapping[str, Any]) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(str(about["began"])) - CLOCK_SLACK
    except (KeyError, ValueError):
        pass
    raise _bad(
        endpoint,
        "what was pulled earlier",
        "It does not say when it began.",
        "Give a date instead.",
    )


def _bad(endpoint: Endpoint, value: Any, why: str, then: str) -> BadFilter:
    return BadFilter(f"since={str(value)[:80]} does not fit {endpoint.name}.", why, then)
