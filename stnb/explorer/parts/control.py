"""One filter's value: what was typed or ticked for it, and what `pull` takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stnb.catalog import Endpoint, Param, words
from stnb.errors import BadFilter, UsageError

from ..state import named
from ..typed_text import hint, parse, typed
from .date_menu import meant
from .id_names import problem, with_ids

Entry = str | list[str]
LONGEST = 60  # letters of an entry that a message repeats


class Control:
    """What a person entered for one filter, and its value; None while it is not set.

    Args:
        endpoint: the resource.
        param: its filter.
        changed: is called with this control after every change.

    Attributes:
        filled_in: what was filled in for another filter's period, and may be replaced with it.
        problem: why the value does not fit, or None.
        labels: names for ids, any of which may be entered.
        hint: what an empty field asks for.
    """

    def __init__(
        self, endpoint: Endpoint, param: Param, changed: Callable[[Control], None]
    ) -> None:
        self.param = param
        self.filled_in: str | None = None
        self.problem: UsageError | None = None
        self.labels: dict[str, int] = {}
        self.hint = hint(param)
        self._endpoint, self._changed = endpoint, changed
        self._entry: Entry = self._empty

    @property
    def label(self) -> str:
        """What a person calls the filter."""
        return words.label(self.param.name)

    @property
    def _empty(self) -> Entry:
        return [] if self._ticked else ""

    @property
    def _ticked(self) -> bool:
        """Whether values are ticked in a list, rather than typed."""
        return bool(self.param.values and self.param.many)

    @property
    def entry(self) -> Entry:
        """What was typed; of a list with boxes, what is ticked."""
        return self._entry

    @entry.setter
    def entry(self, entry: Entry) -> None:
        if self._ticked and isinstance(entry, str):
            entry = [entry] if entry else []
        elif not self._ticked:
            entry = _joined(entry)
        if entry != self._entry:
            self._entry = entry or self._empty
            self.check()
            self._changed(self)

    @property
    def value(self) -> Any:
        """The value as `pull` takes it; None if it is not set."""
        if isinstance(self._entry, list):
            return self._entry or None
        text = self._entry.strip()
        if not text:
            return None
        if self.param.values:
            return text
        if self.param.type == "boolean" and not self.param.many:
            return text == "true"
        return parse(self.param, with_ids(text, self.labels))

    @value.setter
    def value(self, value: Any) -> None:
        if self._ticked:
            wanted = set(map(str.strip, typed(value).lower().split(",")))
            self.entry = [v for v in self.param.values if v.lower() in wanted]
        elif self.param.values or (self.param.type == "boolean" and not self.param.many):
            self.entry = _menu_entry(self.param, value)
        else:
            self.entry = typed(value)

    def offer(self, labels: dict[str, int]) -> None:
        """Offer names for ids. Either may be entered."""
        self.labels = self.labels | labels
        self.check()

    def check(self) -> None:
        """Find out whether the value fits."""
        self.problem = self._find_problem()

    @property
    def fixes(self) -> list[str]:
        """What was likely meant, if the value does not fit."""
        if self.problem is None or self.param.type not in ("date", "date-time"):
            return []
        return meant(str(self._entry))

    def _find_problem(self) -> UsageError | None:
        value = self.value
        if value is None:
            return None
        try:
            named(self._endpoint, {self.param.py: value})
        except UsageError as error:
            if self.labels:
                unnamed = problem(self.label, _joined(self._entry), self.labels)
                if unnamed is not None:
                    return unnamed
            shown = _joined(self._entry)[:LONGEST]
            return BadFilter(f"{self.label}: “{shown}” does not fit.", error.why, error.next)
        return None


def _joined(entry: Entry) -> str:
    if isinstance(entry, str):
        return entry
    return ", ".join(entry)


def _menu_entry(param: Param, value: Any) -> str:
    """The menu's own entry for a value. Like the API it takes True, "true" and "True"."""
    if value is None:
        return ""
    text = str(value).lower()
    for entry in param.values:
        if entry.lower() == text:
            return entry
    if param.values:
        return ""
    return str(text == "true").lower()
