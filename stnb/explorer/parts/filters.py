"""A typed control for every filter, made from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as W

from stnb.catalog import Endpoint, Param
from stnb.errors import UsageError

from ..guard import guarded
from ..state import hint, named, parse, typed
from .date_menu import ENDS, partner, presets
from .id_names import list_of, plain, unclear

UNSET = ""  # ipywidgets takes None for "no entry at all" and would leave the menu blank
FIRST = 8  # filters in sight; the rest is behind "More filters"
USUAL = (
    *(
        "status",
        "active",
        "completed",
        "invoiced",
        "received",
        "businessunit",
        "jobtype",
        "technician",
    ),
    *("customerid", "number", "name", "starts", "created", "modified"),
)


def by_use(endpoint: Endpoint) -> tuple[list[Param], list[Param]]:
    """The filters to show at once, required and most used first, and those for "More filters"."""
    ordered = sorted(endpoint.filters, key=_rank)
    first = max(FIRST, len(endpoint.required))
    return (ordered, []) if len(ordered) <= first + 2 else (ordered[:first], ordered[first:])


def _rank(param: Param) -> tuple[int, int, bool]:
    name = param.name.lower()
    if param.required:
        return (0, param.where != "path", False)
    if name.startswith(("externaldata", "customfield", "sort", "order")):
        return (3, 0, False)
    words = (
        USUAL if param.type != "boolean" else ("active",)
    )  # switches tune an answer rather than narrow it
    use = next((USUAL.index(word) for word in words if word in name), None)
    return (2, 0, False) if use is None else (1, use, "before" in name)


class Filters(W.VBox):
    """The controls of one resource at a time.

    `changed()` is called after every change, `tell(error)` with what does not fit and with None
    once it does.
    """

    def __init__(
        self, changed: Callable[[], None], show_error: Callable[[Exception | None], None]
    ) -> None:
        self._changed, self.show_error = changed, show_error
        self._endpoint: Endpoint | None = None
        self._controls: dict[str, Control] = {}
        self._labels: dict[str, dict[str, int]] = {}
        self._wide = W.Layout(
            width="auto", margin="0"
        )  # one for all fields: each Layout is a model of its own on the page
        self.first = W.Box().add_class("stnb-filters")
        self.rest = W.Box().add_class("stnb-filters")
        self.more = W.ToggleButton().add_class("stnb-more")
        super().__init__([self.first, self.more, self.rest])
        self.add_class("stnb-filterset")
        self.more.observe(self._on_more, "value")

    def __getitem__(self, name: str) -> Control:
        """The control of a filter, by its Python keyword."""
        if name not in self._controls:
            self.more.value = True
        return self._controls[name]

    @property
    def values(self) -> dict[str, Any]:
        """What is set, by Python keyword."""
        values = {name: control.value for name, control in self._controls.items()}
        return {name: value for name, value in values.items() if value is not None}

    def show(self, endpoint: Endpoint | None, values: Mapping[str, Any]) -> None:
        """Make the controls of a resource, and set some of them."""
        self.close_controls()
        self._endpoint = endpoint
        first, rest = self._params()
        self.first.children = self._made(first)
        self.first.layout.display = "" if first else "none"
        self.more.layout.display = "" if rest else "none"
        self.more.value = any(p.py in values for p in rest)
        self._show_more()
        for name, value in values.items():
            self[name].value = value

    def name_ids(self, resource: str, labels: dict[str, int]) -> None:
        """Offer names in the filters whose ids are of that resource. Any thread may call it."""
        self._labels[resource] = labels
        for control in list(self._controls.values()):
            if list_of(control.param) == resource:
                control.offer(labels)

    def close_controls(self) -> None:
        """Take the controls off the page; their models would stay in the notebook otherwise."""
        self.rest.children = self.first.children = ()
        for control in self._controls.values():
            control.close()
        self._controls = {}

    def close(self) -> None:
        self.close_controls()
        for part in self.children:
            part.close()
        super().close()

    def _params(self) -> tuple[list[Param], list[Param]]:
        return ([], []) if self._endpoint is None else by_use(self._endpoint)

    def _made(self, params: list[Param]) -> list[Any]:
        made = {
            p.py: Control(self._endpoint, p, self._on_value, self._wide)
            for p in params
            if self._endpoint
        }
        self._controls |= made
        for control in made.values():
            control.offer(self._labels.get(list_of(control.param) or "", {}))
        return [control.widget for control in made.values()]

    def _show_more(self) -> None:
        """Open or close the further filters; they are made when first opened, as there may be
        thirty.
        """
        rest = self._params()[1]
        if self.more.value and not self.rest.children:
            self.rest.children = self._made(rest)
        self.rest.layout.display = "" if self.more.value and rest else "none"
        self.more.icon = "caret-down" if self.more.value else "caret-right"
        self.more.description = (
            "Fewer filters" if self.more.value else f"More filters ({len(rest)})"
        )

    @guarded
    def _on_more(self, _change: object) -> None:
        self._show_more()

    @guarded
    def _on_value(self, control: Control) -> None:
        self._end_span(control)
        self._changed()
        control.mark(None)
        if self._endpoint is not None and control.value is not None:
            try:
                named(self._endpoint, {control.param.py: control.value})
            except UsageError as error:
                control.mark(control.unclear or error)
        wrong = [control, *self._controls.values()]  # the one that was changed first
        self.show_error(next((c.problem for c in wrong if c.problem is not None), None))

    def _end_span(self, control: Control) -> None:
        """ "last month" is over: its end goes into the field beside, unless something else stands
        there.
        """
        beside = partner(self._endpoint, control.param) if self._endpoint else None
        if beside is None or beside.py not in self._controls:
            return
        end, other = ENDS.get(control.widget.value, UNSET), self._controls[beside.py]
        if other.widget.value in (UNSET, other.given):
            other.given = other.widget.value = end


class Control:
    """One filter's widget and its value as `pull` takes it; None while it is not set.

    Not a widget itself: a menu, a list and a text field differ only in how a value goes in and
    comes out.

    Attributes:
        given: what was put in beside another filter's choice, and may be replaced with it.
        problem: why its value does not fit, or None.
    """

    def __init__(
        self, endpoint: Endpoint, param: Param, changed: Callable[[Control], None], layout: W.Layout
    ) -> None:
        self.param = param
        self.given: str | None = None
        self.problem: UsageError | None = None
        self._labels: dict[str, int] = {}
        hides = endpoint.shows_all is not None and endpoint.shows_all[0] == param.name
        unset = "default: active only" if hides else _unset(param)
        self.widget = _widget(param, unset, layout)
        self.widget.add_class("stnb-field")
        if param.required:
            self.widget.add_class("stnb-required")
        self.widget.observe(lambda _: changed(self), "value")

    @property
    def value(self) -> Any:
        shown = self.widget.value
        if isinstance(self.widget, W.Text):
            return parse(self.param, plain(shown, self._labels))
        if isinstance(self.widget, W.SelectMultiple):
            return list(shown) or None
        return None if shown == UNSET else shown

    @value.setter
    def value(self, value: Any) -> None:
        if isinstance(self.widget, W.Text):
            self.widget.value = typed(value)
        elif isinstance(self.widget, W.SelectMultiple):
            wanted = {v.strip().lower() for v in typed(value).split(",")}
            self.widget.value = tuple(v for v in self.param.values if v.lower() in wanted)
        else:
            self.widget.value = _choice(self.param, value)

    def offer(self, labels: dict[str, int]) -> None:
        """Offer names for ids; what is typed may be either."""
        if labels and isinstance(self.widget, W.Combobox):
            self._labels = labels
            self.widget.options = tuple(labels)
            self.widget.placeholder = "name or id, …" if self.param.many else "name or id"

    @property
    def unclear(self) -> UsageError | None:
        """Why what was typed names no id, where names can be typed."""
        return unclear(self.param.name, self.widget.value, self._labels) if self._labels else None

    def mark(self, problem: UsageError | None) -> None:
        """Show that the value does not fit, or that it does; the words are its tooltip."""
        self.problem = problem
        (self.widget.add_class if problem else self.widget.remove_class)("stnb-wrong")
        self.widget.tooltip = f"{problem.happened} {problem.why}" if problem else _about(self.param)

    def close(self) -> None:
        """Take the widget, and the style that ipywidgets gave it, off the page."""
        self.widget.style.close()
        self.widget.close()


def _widget(param: Param, unset: str, layout: W.Layout) -> Any:
    usual = {"description": _label(param), "tooltip": _about(param), "layout": layout}
    if param.values and param.many:
        return W.SelectMultiple(options=param.values, rows=min(4, len(param.values)), **usual)
    if param.values:
        return W.Dropdown(options=[(unset, UNSET), *((v, v) for v in param.values)], **usual)
    if param.type == "boolean" and not param.many:
        return W.Dropdown(options=[(unset, UNSET), ("yes", True), ("no", False)], **usual)
    if param.type in ("date", "date-time") and not param.many:
        return W.Combobox(
            placeholder="date, or pick", options=presets(param), continuous_update=False, **usual
        )
    if list_of(param) is not None:
        return W.Combobox(placeholder=hint(param), continuous_update=False, **usual)
    return W.Text(placeholder=hint(param), continuous_update=False, **usual)


def _label(param: Param) -> str:
    return f"{param.name} *" if param.required else param.name


def _unset(param: Param) -> str:
    if param.required:
        return "choose…"
    return f"default: {param.default}" if param.default else "any"


def _about(param: Param) -> str:
    several = f", at most {param.maximum}" if param.maximum else ""
    return f"{param.name}: {'required, ' if param.required else ''}{param.type}{f', several{several}' if param.many else ''}"


def _choice(param: Param, value: Any) -> Any:
    """The menu's own entry for a value: the API is lenient about True, "true" and "True", and so is
    this.
    """
    if value is None:
        return UNSET
    text = str(value).lower()
    return (
        next((v for v in param.values if v.lower() == text), UNSET)
        if param.values
        else text == "true"
    )
