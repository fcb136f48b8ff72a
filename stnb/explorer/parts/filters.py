"""A control for every filter of a resource, made from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as W

from stnb.catalog import Endpoint, Param
from stnb.errors import UsageError

from ..guard import guarded
from ..state import named
from .control import UNSET, Control
from .date_menu import ENDS, end_of_period
from .id_names import list_of

FIRST = 8  # filters in sight; the others are behind "More filters"
# Parts of the names of filters that are used most, in the order of their use.
USED_MOST = (
    "status",
    "active",
    "completed",
    "invoiced",
    "received",
    "businessunit",
    "jobtype",
    "technician",
    "customerid",
    "number",
    "name",
    "starts",
    "created",
    "modified",
)
USED_LEAST = ("externaldata", "customfield", "sort", "order")  # how their names begin


def by_use(endpoint: Endpoint) -> tuple[list[Param], list[Param]]:
    """The filters to show at once, required and most used first, and those for "More filters"."""
    ordered = sorted(endpoint.filters, key=_rank)
    first = max(FIRST, len(endpoint.required))
    # One or two more are not worth a button.
    if len(ordered) <= first + 2:
        return ordered, []
    return ordered[:first], ordered[first:]


def _rank(param: Param) -> tuple[int, int, bool]:
    """Required filters, then the most used, then all others, then the least used."""
    name = param.name.lower()
    if param.required:
        return (0, int(param.where != "path"), False)
    if name.startswith(USED_LEAST):
        return (3, 0, False)
    # Other switches tune an answer rather than narrow it.
    words = ("active",) if param.type == "boolean" else USED_MOST
    for word in words:
        if word in name:
            return (1, USED_MOST.index(word), "before" in name)
    return (2, 0, False)


class Filters(W.VBox):
    """The controls of one resource at a time.

    Args:
        changed: is called after every change.
        show_error: is given why a value does not fit, and None once it does.
    """

    def __init__(
        self, changed: Callable[[], None], show_error: Callable[[Exception | None], None]
    ) -> None:
        self._changed, self.show_error = changed, show_error
        self._endpoint: Endpoint | None = None
        self._controls: dict[str, Control] = {}
        self._labels: dict[str, dict[str, int]] = {}
        # One layout for all fields, as each Layout is a model of its own on the page.
        self._field_layout = W.Layout(width="auto", margin="0")
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
        self.first.children = self._make_controls(first)
        self.first.layout.display = "" if first else "none"
        self.more.layout.display = "" if rest else "none"
        self.more.value = any(param.py in values for param in rest)
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
        """Take the controls off the page. Their models would stay in the notebook otherwise."""
        self.rest.children = self.first.children = ()
        for control in self._controls.values():
            control.close()
        self._controls = {}

    def close(self) -> None:
        """Take the controls and their box off the page."""
        self.close_controls()
        for part in self.children:
            part.close()
        super().close()

    def _params(self) -> tuple[list[Param], list[Param]]:
        if self._endpoint is None:
            return [], []
        return by_use(self._endpoint)

    def _make_controls(self, params: list[Param]) -> list[Any]:
        assert self._endpoint is not None or not params
        widgets = []
        for param in params:
            control = Control(self._endpoint, param, self._on_value, self._field_layout)
            control.offer(self._labels.get(list_of(param) or "", {}))
            self._controls[param.py] = control
            widgets.append(control.widget)
        return widgets

    def _show_more(self) -> None:
        """Open or close the other filters. There may be thirty, so they are made when opened."""
        _, rest = self._params()
        if self.more.value and not self.rest.children:
            self.rest.children = self._make_controls(rest)
        if self.more.value:
            self.more.icon, self.more.description = "caret-down", "Fewer filters"
        else:
            self.more.icon, self.more.description = "caret-right", f"More filters ({len(rest)})"
        self.rest.layout.display = "" if self.more.value and rest else "none"

    @guarded
    def _on_more(self, _change: object) -> None:
        self._show_more()

    @guarded
    def _on_value(self, control: Control) -> None:
        self._fill_end(control)
        self._changed()
        control.mark(self._problem(control))
        # The filter that was changed comes first, then the others that do not fit.
        for other in (control, *self._controls.values()):
            if other.problem is not None:
                self.show_error(other.problem)
                return
        self.show_error(None)

    def _problem(self, control: Control) -> UsageError | None:
        """Why a control's value does not fit, or None."""
        if self._endpoint is None or control.value is None:
            return None
        try:
            named(self._endpoint, {control.param.py: control.value})
        except UsageError as error:
            return control.name_problem or error
        return None

    def _fill_end(self, control: Control) -> None:
        """Fill in the end of a period that is over, such as "last month".

        What a person typed into the field of the end stays.
        """
        if self._endpoint is None:
            return
        ends = end_of_period(self._endpoint, control.param)
        if ends is None or ends.py not in self._controls:
            return
        field = self._controls[ends.py]
        if field.widget.value in (UNSET, field.filled_in):
            field.filled_in = ENDS.get(control.widget.value, UNSET)
            field.widget.value = field.filled_in
