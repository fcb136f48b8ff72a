"""What ends a walk over pages whose server never ends it."""

from __future__ import annotations

from stnb.errors import PagingFault, tongue

from .models import Page

MOST_PAGES = 100_000  # of one walk; with 2,500 rows each, more than any tenant has
NOTHING_NEW = 100  # pages in a row without a new row, although there is said to be more
SMALL = 100  # rows, below which a page is small
SMALL_BODY = 2**16  # bytes; larger pages are not looked at for that
MOST_SMALL = 20_000  # small pages that nobody counted; each takes memory, however little it holds
MOST_RUNS = 10  # pages of a report beyond its totalCount: each is a run, and takes a minute
MARGIN = 1_000  # rows beyond twice the totalCount: a list may grow while it is read


def advice() -> str:
    """What to do after a walk that its server never ends."""
    return tongue.either(
        "The rows that came are kept; err.resume() reads on. To see what the server gives, ask for "
        "less with limit= or with filters.",
        "To see what the server gives, ask for less with --limit N or with filters.",
    )


class Guard:
    """Watches the pages of one walk go by.

    Args:
        name: the resource, for the message.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._pages = self._small = self._idle = self._beyond = self._runs = 0
        # The rows of each page, as a hash: a server may give a few pages in turn, without an end.
        self._seen: set[int] = set()

    def see(self, page: Page) -> None:
        """Count a page.

        Raises:
            PagingFault: the pages bring nothing new, or there are too many of them.
        """
        self._pages += 1
        self._small += _is_small(page)
        if page.has_more is False:
            return
        rows = page.rows
        is_new = bool(rows) and hash(rows) not in self._seen
        self._seen.add(hash(rows))
        self._idle += 1
        if is_new:
            self._idle = 0
        if self._idle > NOTHING_NEW:
            raise PagingFault(
                f"{self._name} gave {NOTHING_NEW} pages in a row without a new row, and says that "
                "there are more.",
                "Likely a fault of the server; going on might never end.",
                advice(),
            )
        if self._pages > MOST_PAGES or self._small > MOST_SMALL:
            raise PagingFault(
                f"{self._name} gave over {self._pages - 1:,} pages, and says that there are more.",
                "No resource has so many; likely a fault of the server.",
                advice(),
            )

    def see_beyond(self, page: Page, total: int) -> None:
        """Count the rows of a page that lies behind all that the server counted.

        Raises:
            PagingFault: there are more than twice as many rows as it counted, and 1,000.
        """
        self._beyond += page.row_count
        if page.has_more and self._beyond > total + MARGIN:
            raise PagingFault(
                f"{self._name} has {total:,} rows by its totalCount, gave more than twice as many, "
                "and says that there are more.",
                "Likely a fault of the server; going on might never end.",
                advice(),
            )

    def see_run_beyond(self, page: Page, total: int) -> None:
        """Count a page of a report that lies behind all that the server counted.

        Raises:
            PagingFault: there were ten of them, and there are said to be more.
        """
        self._runs += 1
        if page.has_more and self._runs >= MOST_RUNS:
            raise PagingFault(
                f"{self._name} has {total:,} rows by its totalCount, gave {self._runs} pages "
                "beyond them, and says that there are more.",
                "Likely a fault of the server; each page is a run, and may take a minute.",
                advice(),
            )


def _is_small(page: Page) -> bool:
    """Whether a page that nobody counted has few rows."""
    return page.total is None and len(page.content) < SMALL_BODY and page.row_count < SMALL
