"""Ids that were asked for and of which no row came: which they are is known, whatever the server
says of further pages, and so they are asked for once more.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from stnb.errors.nesting import TooDeep
from stnb.session.text import read_json

from ..pairs import Pairs
from .models import Page

# What is noted of a server that said that there is no more, and had more.
HAD_MORE = (
    "{} said that there are no more rows, and gave further ones when it was asked for their ids "
    "again."
)


@dataclass
class Unseen:
    """The ids of one call of which no row has come yet.

    Attributes:
        ids: those, in the order in which they were asked for.
        rows: how many rows came.
        strangers: how many of them have an id that was not asked for.
    """

    ids: dict[str, None]
    rows: int = 0
    strangers: int = 0

    def __post_init__(self) -> None:
        self._asked = frozenset(self.ids)

    def see(self, page: Page) -> bool:
        """Take the ids of a page's rows from those that lack; whether there was one."""
        rows = _rows(page.content)
        self.rows += len(rows)
        before = len(self.ids)
        for row in rows:
            found = _id_of(row)
            self.ids.pop(found, None)
            self.strangers += found not in self._asked
        return len(self.ids) < before

    async def again(
        self, ask: Callable[[list[str]], Awaitable[Page]]
    ) -> AsyncGenerator[Page, None]:
        """Ask for the ids that lack until none of them comes any more; yield what comes."""
        while self.ids:
            page = await ask(list(self.ids))
            if not self.see(page):
                return
            yield page


def unseen(pairs: Pairs) -> Unseen:
    """The ids of a call, before anything came."""
    return Unseen(as_texts(pairs))


def as_texts(pairs: Pairs) -> dict[str, None]:
    """The values of these pairs, in their order, each once."""
    return dict.fromkeys(value for _, text in pairs for value in text.split(","))


def _rows(content: bytes) -> list[Any]:
    """The rows of a page; none if it is no JSON, which the decoder will report."""
    try:
        body = read_json(content)
    except (TooDeep, ValueError):
        return []
    rows = body.get("data") if isinstance(body, dict) else body
    return rows if isinstance(rows, list) else []


def _id_of(row: Any) -> str:
    """The id of a row as it is asked for: 12, 12.0 and "12" are the same."""
    found = row.get("id") if isinstance(row, dict) else None
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return "" if found is None else str(found).strip()
