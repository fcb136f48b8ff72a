"""One filter's control: a menu, a list or a text field, and its value as `pull` takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as W

from stnb.catalog import Endpoint, Param
from stnb.errors import UsageError

from ..state import hint, parse, typed
from .date_menu import phrases
from .id_names import list_of, problem, with_ids

UNSET = ""  # ipywidgets takes None for "no entry at all" and would leave the menu blank
ROWS = 4  # of a list, before it scrolls


class Control:
    """One filter's widget and its value; None while it is not set.

    It is no widget itself: a menu, a list and a text field differ only in how a value goes in and
    comes out.

    Args:
        endpoint: the resource.
        param: its filter.
        changed: is called with this control after every change.
        layout: the widget's layout, which many controls share.

    Attributes:
        filled_in: what was filled in for another filter's period, and may be replaced with it.
        problem: why the value does not fit, or None.
    """

    def __init__(
        self,
        endpoint: Endpoint | None,
        param: Param,
        changed: Callable[[Control], None],
        layout: W.Layout,
    ) -> None:
        self.param = param
        self.filled_in: str | None = None
        self.problem: UsageError | None = None
        self._labels: dict[str, int] = {}
        self.widget = _widget(param, _unset_label(endpoint, param), layout)
        self.widget.add_class("stnb-field")
        if param.required:
            self.widget.add_class("stnb-required")
        self.widget.observe(lambda _: changed(self), "value")

    @property
    def value(self) -> Any:
        """The value as `pull` takes it; None if it is not set."""
        shown = self.widget.value
        if isinstance(self.widget, W.Text):
            return parse(self.param, with_ids(shown, self._labels))
        if isinstance(self.widget, W.SelectMultiple):
            return list(shown) or None
        return None if shown == UNSET else shown

    @value.setter
    def value(self, value: Any) -> None:
        if isinstance(self.widget, W.Text):
            self.widget.value = typed(value)
        elif isinstance(self.widget, W.SelectMultiple):
            wanted = set(map(str.strip, typed(value).lower().split(",")))
            self.widget.value = tuple(v for v in self.param.values if v.lower() in wanted)
        else:
            self.widget.value = _menu_entry(self.param, value)

    def offer(self, labels: dict[str, int]) -> None:
        """Offer names for ids. Either may be typed."""
        if labels and isinstance(self.widget, W.Combobox):
            self._labels = labels
            self.widget.options = tuple(labels)
            self.widget.placeholder = "name or id, …" if self.param.many else "name or id"

    @property
    def name_problem(self) -> UsageError | None:
        """Why what was typed names no id, if names can be typed; else None."""
        if not self._labels:
            return None
        return problem(self.param.name, self.widget.value, self._labels)

    def mark(self, problem: UsageError | None) -> None:
        """Show that the value does not fit, with the reason as a tooltip; or that it does."""
        self.problem = problem
        if problem is None:
            self.widget.remove_class("stnb-wrong")
            self.widget.tooltip = _about(self.param)
        else:
            self.widget.add_class("stnb-wrong")
            self.widget.tooltip = f"{problem.happened} {problem.why}"

    def close(self) -> None:
        """Take the widget, and the style that ipywidgets gave it, off the page."""
        self.widget.style.close()
        self.widget.close()


def _widget(param: Param, unset: str, layout: W.Layout) -> Any:
    common = {"description": _label(param), "tooltip": _about(param), "layout": layout}
    if param.values and param.many:
        rows = min(ROWS, len(param.values))
        return W.SelectMultiple(options=param.values, rows=rows, **common)
    if param.values:
        entries = [(value, value) for value in param.values]
        return W.Dropdown(options=[(unset, UNSET), *entries], **common)
    if param.type == "boolean" and not param.many:
        return W.Dropdown(options=[(unset, UNSET), ("yes", True), ("no", False)], **common)
    # A text is sent when it is complete, not with every key.
    common["continuous_update"] = False
    if param.type in ("date", "date-time") and not param.many:
        return W.Combobox(placeholder="date, or pick", options=phrases(param), **common)
    if list_of(param) is not None:
        return W.Combobox(placeholder=hint(param), **common)
    return W.Text(placeholder=hint(param), **common)


def _label(param: Param) -> str:
    return f"{param.name} *" if param.required else param.name


def _unset_label(endpoint: Endpoint | None, param: Param) -> str:
    """The menu's entry for a filter that is not set: what the API does then."""
    shows_all = None if endpoint is None else endpoint.shows_all
    if shows_all is not None and shows_all[0] == param.name:
        return "default: active only"
    if param.required:
        return "choose…"
    if param.default:
        return f"default: {param.default}"
    return "any"


def _about(param: Param) -> str:
    """The tooltip, such as "ids: required, string, several, at most 50"."""
    facts = [param.type]
    if param.required:
        facts.insert(0, "required")
    if param.many:
        facts.append("several")
    if param.many and param.maximum:
        facts.append(f"at most {param.maximum}")
    return f"{param.name}: {', '.join(facts)}"


def _menu_entry(param: Param, value: Any) -> Any:
    """The menu's own entry for a value. Like the API it takes True, "true" and "True"."""
    if value is None:
        return UNSET
    text = str(value).lower()
    if not param.values:
        return text == "true"
    for entry in param.values:
        if entry.lower() == text:
            return entry
    return UNSET
