"""Ends a walk whose pages bring the same rows for ever, with other values each time.

Pages with the very same bytes are seen where pages are walked (`paging.guard`). A server may also
give its first page for ever with another moment in it, or a few pages in turn: then the keys say
that nothing new comes. Rows without a usable key are always new, as nothing says otherwise.
"""

from __future__ import annotations

import threading
from typing import Any

import pyarrow as pa

from stnb.catalog import Column, Endpoint
from stnb.errors import PagingFault
from stnb.frame.keys import types_of_key, usable

from .paging import guard

Key = tuple[Any, ...]


class Repeats:
    """Watches the keys of the rows of one walk; threads show it pages at once.

    A page is looked at as a whole only if one before it began with the same row, so that the keys
    of an ordinary pull are not kept. A row may rightly come twice, as when rows shift between two
    pages, or as a feed sends a row again that was changed. So the walk goes on until many pages in
    a row brought nothing new, and more rows than there are different ones among them.
    """

    def __init__(self, endpoint: Endpoint, columns: dict[str, Column]) -> None:
        self._name = endpoint.name
        self._types = types_of_key(endpoint.key, columns)
        self._lock = threading.Lock()
        self._first = set[Key]()  # the first row of each page
        self._keys = set[Key]()  # of the pages since one began as another did
        self._pages = self._rows = 0  # since the last new row

    def see(self, rows: pa.Table, has_more: bool | None) -> None:
        """Look at the rows of a page, unless it says that it is the last one."""
        if has_more is False or not rows.num_rows:
            return
        first = self._keys_of(rows.slice(0, 1))
        with self._lock:
            keys = set[Key]()
            if first and first <= self._first:
                keys = self._keys_of(rows)
            self._first |= first
            self._take(keys, rows.num_rows)

    def check(self) -> None:
        """See whether the walk may go on.

        Raises:
            PagingFault: it brings nothing new.
        """
        if self._pages > guard.NOTHING_NEW and self._rows > len(self._keys):
            raise PagingFault(
                f"{self._name} gave {self._pages} pages in a row whose rows had all come before, "
                "with other values in them, and does not end.",
                "Likely a fault of the server; going on might never end.",
                guard.advice(),
            )

    def _take(self, keys: set[Key], rows: int) -> None:
        """Count a page with these keys; without any it is new."""
        if keys and keys <= self._keys:
            self._pages += 1
            self._rows += rows
            return
        self._pages = self._rows = 0
        if not keys:
            self._keys.clear()
        self._keys |= keys

    def _keys_of(self, rows: pa.Table) -> set[Key]:
        """The keys of rows; none if one of them has none that identifies it."""
        if not self._types or not self._types.keys() <= set(rows.column_names):
            return set()
        parts = [usable(rows.column(name), kind) for name, kind in self._types.items()]
        if any(part.null_count for part in parts):
            return set()
        return set(zip(*(part.to_pylist() for part in parts), strict=True))
