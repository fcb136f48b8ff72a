"""One picture on the page, and what the page shows of it."""

from __future__ import annotations

from typing import Any

import anywidget
import pandas as pd
import traitlets

from stnb.tables import charts
from stnb.tables.charts import Spec, look
from stnb.tables.charts import spec as specs

from .. import assets

WIDE, NARROW, WIDEST = 760, 380, 1400  # px; the page reports what fits between the last two
LARGEST = 20_000  # letters of a picture that a saved notebook may keep


class Picture(anywidget.AnyWidget):
    """One picture with its description, its notes and the lines that draw it.

    The page gives it the colours of its theme.

    Attributes:
        shown: all that the page shows. It is one trait, so that a picture is never seen beside the
            words of another one.
        width: the width that fits the page, in px.
        busy: whether a picture is being drawn.
    """

    _esm = assets.module("parts/chart.js")
    _css = assets.style("parts/chart.css")
    shown = traitlets.Dict().tag(sync=True)
    width = traitlets.Int(WIDE).tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)


def picture_of(frame: pd.DataFrame, spec: Spec, width: int) -> dict[str, Any]:
    """The picture as the page needs it; words if there is nothing to draw, or too much."""
    fitting = min(max(width, NARROW), WIDEST)
    figure = charts.draw(frame, spec, fitting, notes=False)
    found = figure.finding
    if spec.kind == specs.NOTHING or not figure.axes[0].axison:
        return words(found.title)
    picture = figure.svg()
    code = charts.code(spec)
    if len(picture) > LARGEST:
        hint = "The picture is too large to keep in a notebook: run its code."
        return words(f"{found.alt} {hint}", code)
    size = [round(float(side) * look.DPI) for side in figure.get_size_inches()]
    notes = list(found.notes)
    return {"svg": picture, "size": size, "alt": found.alt, "notes": notes, "code": code}


def words(text: str, code: str = "") -> dict[str, Any]:
    """Words in place of a picture, and the lines that draw it if there are some."""
    return {"svg": "", "size": [0, 0], "alt": text, "notes": [], "code": code}
