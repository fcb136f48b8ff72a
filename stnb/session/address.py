"""The address of a call: below the profile's own host, and only to read."""

from __future__ import annotations

import re
from collections.abc import Sequence

import httpx

from stnb.errors import UsageError

REPORT_QUERY = re.compile(r"/reporting/v2/tenant/\d+/report-category/[^/]+/reports/[^/]+/data")
# Every POST that may leave, but for the one for a token: each only reads. The list is closed.
READING_POSTS = (REPORT_QUERY, re.compile(r"/dispatch/v2/tenant/\d+/capacity"))

Query = Sequence[tuple[str, str]]


def address(api_url: str, method: str, path: str, query: Query) -> httpx.URL:
    """Where a call goes: to the profile's own host, and only to read.

    Raises:
        UsageError: the call would write, or the path is no address below the host.
    """
    if not _only_reads(method, path):
        raise UsageError(
            f"{method} {path} was not sent.",
            "stnb only reads.",
            "Use a tool made for writing; stnb does not change a tenant's data.",
        )
    try:
        if path.startswith("/"):
            return httpx.URL(api_url + path).copy_merge_params(list(query))
    except httpx.InvalidURL:
        pass
    raise UsageError(
        f"{method} {path[:200]!r} was not sent.",
        "It is no address below the API's host, or it is too long.",
        "Correct the path. If the filters are long lists of ids, split them.",
    )


def _only_reads(method: str, path: str) -> bool:
    if method == "GET":
        return True
    if method != "POST" or ".." in path.split("/"):
        return False
    return any(known.fullmatch(path) for known in READING_POSTS)


def is_report_query(path: str) -> bool:
    """Whether a call runs a report, which has a limit of its own."""
    return REPORT_QUERY.fullmatch(path) is not None
