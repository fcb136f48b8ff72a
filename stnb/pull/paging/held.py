"""Answers of a walk that came and were not handed on yet, as what they belong to is not whole.

A page may be put together of several answers, and a batch is handed on once all of it is there. If
the walk breaks off before, these rows have arrived all the same: they are in the frame so far, and
the walk that goes on does not ask for them again.
"""

from __future__ import annotations

from .models import Page, Query


class Held:
    """The answers that came, by what was asked.

    Args:
        earlier: those of a walk that broke off.
    """

    def __init__(self, earlier: Held | None = None) -> None:
        self._now: dict[Query, tuple[int, Page]] = {}
        self._earlier: dict[Query, tuple[int, Page]] = {}
        if earlier is not None:
            self._earlier = {**earlier._earlier, **earlier._now}

    def again(self, query: Query) -> Page | None:
        """The answer that an earlier walk had to this question, once; None if it had none."""
        found = self._earlier.pop(query, None)
        if found is None:
            return None
        self._now[query] = found
        return found[1]

    def add(self, place: int, page: Page) -> None:
        """Keep an answer until what it belongs to is handed on.

        Args:
            place: the page, or the batch, that it belongs to.
        """
        self._now[page.query] = (place, page)

    def forget(self, place: int) -> None:
        """Its rows come in other answers."""
        for answers in (self._now, self._earlier):
            for query in [query for query, (at, _) in answers.items() if at == place]:
                del answers[query]

    def hand_on(self, page: Page) -> None:
        """A page is in other hands now, and whatever else belonged to its place has served."""
        for query in page.parts or (page.query,):
            self._now.pop(query, None)
        self.forget(page.index)

    def pages(self) -> list[tuple[int, Page]]:
        """Each answer that is left, with the place that it belongs to, in the order of places."""
        answers = [*self._earlier.values(), *self._now.values()]
        return sorted(answers, key=lambda each: each[0])
