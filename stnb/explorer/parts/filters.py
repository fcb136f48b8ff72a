"""The filters of a resource: a chip for each that is set, and a menu of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stnb.catalog import Endpoint, Param
from stnb.errors import BadFilter, UsageError
from stnb.pull import dates
from stnb.pull.date_phrases import phrases

from ..guard import guarded
from ..widget import Widget
from .chip_text import chip_text
from .control import Control
from .date_menu import ENDS, end_of_period
from .fields import FIRST, SUGGESTED, Field, by_use, fields
from .id_names import Labels, list_of
from .lookups import Lookups


class Filters(
    Widget,
    scripts=("parts/float.js", "parts/focus.js", "parts/fields.js", "parts/filters.js"),
    style="parts/filters.css",
):
    """The chips and fields of one resource at a time. A notebook saves nothing of them.

    Args:
        changed: is called after every change.
        look_up: finds entries of a long list, such as customers by name.
        idle: is called when a page has shown changed filters for a moment.

    Attributes:
        lookups: the searches in long lists.
    """

    def __init__(
        self,
        changed: Callable[[], None],
        look_up: Callable[[str, str], Labels] = lambda thing, text: {},
        idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_change, self._idle = changed, idle
        self.lookups = Lookups(look_up)
        self._endpoint: Endpoint | None = None
        self._fields: list[Field] = []
        self._controls: dict[str, Control] = {}
        self._labels: dict[str, Labels] = {}
        self._unread: dict[str, str] = {}  # why a resource has no labels
        self._quiet = False
        super().__init__()

    def __getitem__(self, name: str) -> Control:
        """The control of a filter, by its Python keyword."""
        return self._controls[name]

    @property
    def values(self) -> dict[str, Any]:
        """What is set, by Python keyword."""
        values = {name: control.value for name, control in self._controls.items()}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def problem(self) -> UsageError | None:
        """Why the first value that does not fit does not; None if all fit."""
        for found in map(self._problem, self._fields):
            if found is not None:
                return found
        return None

    @property
    def summary(self) -> list[str]:
        """What is set, in words: "Completed: last month"."""
        texts = {field.label: chip_text(field, self._controls) for field in self._fields}
        return [f"{label}: {text}" for label, text in texts.items() if text]

    def show(self, endpoint: Endpoint | None, values: Mapping[str, Any]) -> None:
        """Offer the filters of a resource, and set some of them."""
        self._endpoint = endpoint
        self._fields = [] if endpoint is None else fields(endpoint)
        self._controls = {}
        if endpoint is not None:
            for param in by_use(endpoint):  # the code has them in this order
                control = Control(endpoint, param, self._on_value)
                control.offer(self._labels.get(list_of(param) or "", {}))
                self._controls[param.py] = control
        self._quiet = True
        try:
            for name, value in values.items():
                self._controls[name].value = value
        finally:
            self._quiet = False
        self._send_form()

    def name_ids(self, resource: str, labels: Labels, unread: str = "") -> None:
        """Offer names in the filters whose ids are of that resource, or say why there are none. Any
        thread may call it.
        """
        self._labels[resource], self._unread[resource] = labels, unread
        for control in list(self._controls.values()):
            if list_of(control.param) == resource:
                control.labels = {}  # which may be another tenant's
                control.offer(labels)
        self._send_form()

    def search_of(self, owner: tuple[str, ...]) -> None:
        """Whose long lists are searched from now on."""
        if self.lookups.choose(owner, list(self._controls.values())):
            self._send_form()

    def clear(self) -> None:
        """Take every filter away that is not required."""
        self.set({name: "" for name, c in self._controls.items() if not c.param.required})

    def set(self, entries: Mapping[str, Any]) -> None:
        """Enter some values as a person does, by Python keyword."""
        for name, entry in entries.items():
            self._controls[name].entry = entry

    # -- the page

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks for the form, reports entries, searches a long list, or has been still."""
        kind = message.get("kind")
        if kind == "form":
            self._send_form()
        elif kind == "set":
            entries = message.get("entries", {})
            self.set({name: entry for name, entry in entries.items() if name in self._controls})
        elif kind == "find":
            self._find(message)
        elif kind == "idle":
            self._idle()

    def _find(self, message: Mapping[str, Any]) -> None:
        """Search a long list. The page drops an answer about another text than the one that stands
        there by then.
        """
        name, text = str(message.get("name", "")), str(message.get("text", "")).strip()
        control = self._controls.get(name)
        if control is None or not text:
            return

        def told(found: Labels, problem: list[str]) -> None:
            options = [[str(i), label] for label, i in found.items()]
            answer = {"kind": "found", "name": name, "text": text, "options": options}
            self.send({**answer, "problem": problem})

        self.lookups.start(control, text, told)

    def _send_form(self) -> None:
        form = [self._as_shown(at, field) for at, field in enumerate(self._fields)]
        name = "" if self._endpoint is None else self._endpoint.name
        self.send({"kind": "form", "name": name, "fields": form, "values": self._as_set()})

    def _as_shown(self, at: int, field: Field) -> dict[str, Any]:
        """All that a page needs to show a field, but what is entered in it."""
        first = field.params[0]
        controls = [self._controls[param.py] for param in field.params]
        shown: dict[str, Any] = {
            "key": field.key,
            "label": field.label,
            "kind": field.kind,
            "api": field.api,
            "about": _about(field),
            "required": field.required,
            "first": at < FIRST,
            "suggested": at < SUGGESTED,
            "many": bool(first.many),
            "unset": _unset(self._endpoint, first),
            "names": [param.py for param in field.params],
            "ends": [_end_label(param) for param in field.params],
            "hints": [control.hint for control in controls],
        }
        if field.options:
            shown["options"] = [list(option) for option in field.options]
        if field.kind == "names":
            shown["options"] = [[str(i), label] for label, i in controls[0].labels.items()]
            shown["unread"] = self._unread.get(list_of(first) or "", "")
        if field.kind in ("span", "date"):
            shown["presets"] = list(phrases(first))
        return shown

    def _as_set(self) -> dict[str, Any]:
        """By a field's key: its entries, the chip's words, and what is wrong."""
        found = {}
        for field in self._fields:
            controls = [self._controls[param.py] for param in field.params]
            problem = self._problem(field)
            fixes = [[c.param.py, day] for c in controls for day in c.fixes]
            found[field.key] = {
                "text": chip_text(field, self._controls),
                "entries": [control.entry for control in controls],
                "problem": [] if problem is None else [problem.happened, problem.why],
                "fixes": fixes,
            }
        return found

    # -- changes

    @guarded
    def _on_value(self, control: Control) -> None:
        if self._quiet:
            return
        self._fill_end(control)
        self.send({"kind": "values", "values": self._as_set()})
        self._on_change()

    def _problem(self, field: Field) -> UsageError | None:
        for param in field.params:
            problem = self._controls[param.py].problem
            if problem is not None:
                return problem
        if field.kind != "span":
            return None
        begin, end = [str(self._controls[param.py].entry).strip() for param in field.params]
        if begin and end and _reversed(begin, end):
            return BadFilter(
                f"{field.label}: the end is not after the begin.",
                f"It goes from {begin} to {end}, and no row can be there.",
                "Change one of them.",
            )
        return None

    def _fill_end(self, control: Control) -> None:
        """Fill in the end of a period that is over, such as "last month".

        What a person typed into the field of the end stays.
        """
        assert self._endpoint is not None
        ends = end_of_period(self._endpoint, control.param)
        if ends is None or ends.py not in self._controls:
            return
        field = self._controls[ends.py]
        if field.entry in ("", field.filled_in):
            field.filled_in = ENDS.get(str(control.entry), "")
            field.entry = field.filled_in


def _reversed(begin: str, end: str) -> bool:
    from stnb.session import clock

    zone = clock.now().tzinfo
    assert zone is not None
    try:
        return dates.moment(begin, zone) >= dates.moment(end, zone)
    except (ValueError, TypeError):
        return False  # another problem says so


def _unset(endpoint: Endpoint | None, param: Param) -> str:
    """The menu's entry for a filter that is not set: what the API does then."""
    shows_all = None if endpoint is None else endpoint.shows_all
    if shows_all is not None and shows_all[0] == param.name:
        return "Active only (the default)"
    if param.required:
        return ""
    if param.default:
        return f"{param.default} (the default)"
    return "Any"


def _about(field: Field) -> str:
    """The tooltip: the API's names, and how many values fit."""
    facts = [field.api]
    if field.required:
        facts.append("required")
    first = field.params[0]
    if first.many and first.maximum:
        facts.append(f"at most {first.maximum} values")
    elif first.many:
        facts.append("several values")
    return ", ".join(facts)


def _end_label(param: Param) -> str:
    """What stands before an end of a span: "From", "Before"."""
    from stnb.catalog import words

    stem, _ = words.span(param.name)
    last = words.label(param.name).removeprefix(words.label(stem) if stem else "").strip()
    return last[:1].upper() + last[1:]
