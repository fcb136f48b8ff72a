"""What is seen of the rows: table, chart, columns, neighbours or code."""

from __future__ import annotations

import traitlets

from ..widget import Widget

VIEWS = ("table", "chart", "columns", "neighbours", "code")


class Tabs(Widget, scripts=("parts/tabs.js",), style=("parts/tabs.css", "layout.css")):
    """The line of tabs, and the button that opens the ways out.

    Attributes:
        value: the view on show, one of `VIEWS`.
        columns: how many columns the resource has; 0 if that is not known.
        export: whether the ways out are open.
        leads_out: whether there are rows to take out.
        plain: whether there is no tab for the code.
    """

    value = traitlets.Enum(VIEWS, "table").tag(sync=True)
    columns = traitlets.Int(0).tag(sync=True)
    export = traitlets.Bool(False).tag(sync=True)
    leads_out = traitlets.Bool(False).tag(sync=True)
    plain = traitlets.Bool(False).tag(sync=True)

    def __repr__(self) -> str:
        return f"<stnb tabs · {self.value}>"
