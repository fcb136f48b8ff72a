"""A page's envelope (hasMore, totalCount, continueFrom), read from its edges, without decoding the
rows between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from stnb.errors import UnexpectedAnswer
from stnb.errors.nesting import TooDeep
from stnb.session.text import read_json

from ..call import Call
from .models import ROWS_AT, Page

LIST = ("hasMore", "totalCount")
FEED = (*LIST, "continueFrom")
PLACE = ("page", "totalCount", "continueFrom")  # every page has one of them
COUNT = re.compile(r"\d{1,18}", re.ASCII)


def read_page(call: Call, index: int, content: bytes, content_type: str) -> Page:
    """Read the envelope of an answer.

    Raises:
        UnexpectedAnswer: an envelope was promised, and there is none.
    """
    if call.endpoint.kind == "file":
        return Page(index, content, "file", content_type)
    if call.endpoint.rows_at != "data":
        return Page(index, _inner(call, content), "bare", content_type, has_more=False)
    if content.lstrip()[:1] == b"[":  # some lists come bare, whatever the documents say (seen)
        return Page(index, content, "bare", content_type)
    if call.endpoint.kind == "record":
        return Page(index, content, "one", content_type)
    looked_for = FEED if call.endpoint.kind == "export" else LIST
    meta = envelope(content, looked_for)
    if meta is None:
        meta = _without_rows(content)
        if meta is not None:
            content = json.dumps(meta).encode()
    if meta is None:
        if call.endpoint.kind == "rows":
            return Page(index, content, "one", content_type)
        raise UnexpectedAnswer(
            f"A page of {call.endpoint.name} has no rows in it.",
            "The answer is JSON, but lacks the list `data` that every page of this kind has.",
            "Look at the answer with st.get(path); likely the route changed: search with "
            'st.find("words").',
        )
    more, cursor = meta.get("hasMore"), meta.get("continueFrom")
    if not isinstance(more, bool):
        more = None
    return Page(
        index,
        content,
        "data",
        content_type,
        total=_count(meta.get("totalCount")),
        has_more=more,
        continue_from=str(cursor) if cursor else None,
        size=_count(meta.get("pageSize")),
    )


def _inner(call: Call, content: bytes) -> bytes:
    """The rows of an answer that holds them under a name of its own, as a bare list.

    Raises:
        UnexpectedAnswer: there is no such list.
    """
    name, whole = call.endpoint.rows_at, _json(content)
    rows = whole.get(name) if isinstance(whole, dict) else whole
    if rows is None and isinstance(whole, dict) and name in whole:
        rows = []
    if isinstance(rows, list):
        return json.dumps(rows).encode()
    raise UnexpectedAnswer(
        f"An answer of {call.endpoint.name} has no rows in it.",
        f"It is JSON, but lacks the list `{name}`.",
        "Likely the route changed. Try again later, or look for a newer stnb.",
    )


def _without_rows(content: bytes) -> dict[str, Any] | None:
    """The envelope of a page that says `"data": null` for no rows; None if it is another answer, or
    if it says that there are rows.
    """
    meta = _json(content)
    if not isinstance(meta, dict) or "data" not in meta or meta["data"] is not None:
        return None
    if meta.get("hasMore") is not False or _count(meta.get("totalCount")) not in (None, 0):
        return None
    return {**meta, "data": []}


def _count(value: Any) -> int | None:
    """A number of rows, whatever the type of JSON that says it; None if the value says none."""
    as_text = isinstance(value, str) and COUNT.fullmatch(value.strip())
    as_float = isinstance(value, float) and value.is_integer()
    if as_text or as_float:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def envelope(content: bytes, looked_for: Sequence[str] = FEED) -> dict[str, Any] | None:
    """Everything of a page but its rows; None if it has no list `data`.

    The rows are cut out at the first `"data":[` and the last `]`. If what is left is no
    envelope, or a key may have been cut out too, the whole is read.

    Args:
        looked_for: such keys.
    """
    meta: Any = _edges(content)
    if meta is None or any(
        key not in meta and f'"{key}"'.encode() in content for key in looked_for
    ):
        meta = _json(content)
    if isinstance(meta, dict) and isinstance(meta.get("data"), list):
        return meta
    return None


def is_whole(content: bytes) -> bool:
    """Whether a page has come to its end, as far as its edges show; what is broken between them is
    the decoder's to find.

    Raises:
        TooDeep: it is nested too deep to be read at all.
    """
    enveloped = content.lstrip()[:1] == b"{"
    return (enveloped and _edges(content) is not None) or _json(content) is not None


def _edges(content: bytes) -> dict[str, Any] | None:
    """The envelope without its rows; None if the cut took too much, or the end may be that of a
    list in a row.
    """
    start, end = ROWS_AT.search(content), content.rfind(b"]")
    if start is None:
        return None
    meta = _json(content[: start.end()] + content[end:])
    if not isinstance(meta, dict) or not {"data", "hasMore"} <= meta.keys():
        return None
    if meta.keys().isdisjoint(PLACE):
        return None
    return meta


def _json(content: bytes) -> Any:
    try:
        return read_json(content)
    except TooDeep:
        raise
    except ValueError:
        return None


def joined(index: int, parts: Sequence[Page]) -> Page:
    """One page of the parts that lie behind one another; what is said of the end is the last's."""
    last = parts[-1]
    rows = b",".join(part.rows for part in parts if part.rows)
    content = b"[" + rows + b"]"
    if last.rows_at != "bare":
        said = {"page": index, "hasMore": last.has_more, "totalCount": last.total}
        content = json.dumps(said)[:-1].encode() + b', "data": ' + content + b"}"
    queries = tuple(query for part in parts for query in part.parts or (part.query,))
    return replace(last, index=index, content=content, size=None, parts=queries)
