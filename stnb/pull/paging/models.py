"""A page, how the caller wants the pages, and how far a walk over them is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from stnb.frame.count import count_rows
from stnb.session.text import read_json

from ..values import OurSize

Query = tuple[tuple[str, str], ...]
Fetch = Callable[[Query], Awaitable[tuple[bytes, str]]]
ROWS_AT = re.compile(rb'"data"\s*:\s*\[')
BLANKS = b" \t\r\n"


@dataclass(frozen=True)
class Page:
    """The body of one answer.

    Attributes:
        index: its place among the pages, from 0.
        content: the body; a list page that overlaps earlier ones is never handed on.
        rows_at: how the rows lie in it: "data" in an envelope, "bare" for an array, "one" for a
            record, "file".
        total: totalCount, if it was asked for and given.
        has_more: hasMore; None if the answer has none that is true or false.
        continue_from: an export's cursor for the next call.
        query: what was asked for it.
        parts: what was asked for each part of it, if it came in several.
        size: the rows of a full page, as the answer's pageSize says; None if it does not.
    """

    index: int
    content: bytes = field(repr=False)
    rows_at: str
    content_type: str = ""
    total: int | None = None
    has_more: bool | None = None
    continue_from: str | None = None
    query: Query = ()
    size: int | None = None
    parts: tuple[Query, ...] = ()

    @cached_property
    def rows(self) -> memoryview:
        """The rows' part of the body: pages that differ in their number only have the same. It is
        no copy, and counts its hash once.
        """
        content = self.content
        start, end = 0, len(content)
        if self.rows_at == "bare":
            start, end = _stripped(content, start, end)
            start, end = _stripped(content, start + 1, end - 1)
        elif found := ROWS_AT.search(content):
            start, end = _stripped(content, found.end(), content.rfind(b"]"))
        return memoryview(content)[start : max(start, end)]

    @property
    def digest(self) -> tuple[int, int]:
        """Length and hash of the rows: that of other rows differs."""
        return len(self.rows), hash(self.rows)

    @cached_property
    def row_count(self) -> int:
        """How many rows it has; 0 if it is no JSON, which the decoder will report."""
        counted = count_rows(self.content) if self.rows_at == "data" else None
        if counted is not None:
            return counted
        try:
            body = read_json(self.content)
            if isinstance(body, list):
                return len(body)
            return len(body["data"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return 0


@dataclass(frozen=True)
class Seen:
    """What is known of a page whose body is in other hands; each as of a `Page`.

    Attributes:
        digest: by which its rows are compared with those of another page.
        row_count: None where nobody will ask for it: it takes long to count.
    """

    index: int
    rows_at: str
    total: int | None
    has_more: bool | None
    digest: tuple[int, int]
    row_count: int | None

    @classmethod
    def of(cls, page: Page) -> Seen:
        """What is known of a page; its rows are counted if it does not say whether it is the
        last.
        """
        rows = None
        if page.has_more is None:
            rows = page.row_count
        return cls(page.index, page.rows_at, page.total, page.has_more, page.digest, rows)


def _stripped(content: bytes, start: int, end: int) -> tuple[int, int]:
    """The same part of a body without blanks around it."""
    while start < end and content[start] in BLANKS:
        start += 1
    while start < end and content[end - 1] in BLANKS:
        end -= 1
    return start, end


def _unknown() -> None:
    """The server did not say what time it is."""


@dataclass(frozen=True)
class Paging:
    """How the caller wants the pages.

    Attributes:
        limit: rows after which no further page is asked for.
        page_size: rows a page; None lets the walk choose from the total, and an `OurSize` lets it
            choose another if that one is refused.
        concurrency: pages in flight at most; None for as many as the tenant's server bears.
        now: what time it is by the server's clock, as the API writes it; asked for once its first
            answer is there, as the bound of a list that is read in several pages. None for no
            bound.
        in_order: whether one page is read after another, though each waits for a lane.
    """

    limit: int | None = None
    page_size: int | None = None
    concurrency: int | None = None
    now: Callable[[], str | None] = _unknown
    in_order: bool = False

    @property
    def size_is_ours(self) -> bool:
        """Whether pages may have another size if theirs is refused."""
        return self.page_size is None or isinstance(self.page_size, OurSize)


@dataclass(frozen=True)
class Position:
    """How far a walk is, so that it can go on after a fault or a crash. A store keeps it.

    Attributes:
        size: rows a page, once it is chosen.
        planned: so many pages were planned from the total; what lies behind is found by hasMore.
        until: rows created from this moment on are left out, so that pages do not shift while they
            are read.
        done: the pages that need not be asked for again, and the cursor of each.
        rows: how many rows those have.
        more: whether the server has rows beyond those of calls that are done; None if it did not
            say. Of a call for ids only: a page of a list that is read again says so itself.
    """

    size: int | None = None
    planned: int = 0
    until: str | None = None
    done: Mapping[int, str | None] = field(default_factory=dict)
    rows: int = 0
    more: bool | None = False
