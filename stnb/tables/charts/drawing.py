"""A spec and a frame -> a matplotlib figure whose title says what it shows.

pyplot is not used: it belongs to the main thread, and a picture may be drawn by any.
"""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.errors.misused import explains_misuse

from ..provenance import provenance
from .by_category import draw_categories
from .columns import SPREAD, TIME
from .distribution import draw_spread
from .look import DPI, INK, QUIET
from .over_time import draw_over_time
from .pieces import draw_nothing
from .spec import Finding, Spec, too_large

if TYPE_CHECKING:
    from .figure import Picture

LETTER = 10  # dots that a letter of the title takes
NOTE_LETTER = 6  # dots that a letter of the notes takes
NO_PICTURE = "There is nothing to draw: no column holds a date, a category or an amount."


@explains_misuse("stnb.pictures")
def draw(frame: pd.DataFrame, spec: Spec, width: int = 760, notes: bool = True) -> Picture:
    """Draw a picture. In a notebook the figure shows itself.

    Args:
        spec: from `suggest` or `settled`, which know what the frame holds.
        width: in dots.
        notes: whether to write under the picture what is left out of it.

    Returns:
        The figure; `figure.finding` has its title, a description in words, and the notes.

    Example:
        >>> draw(jobs, suggest(jobs))
    """
    from .figure import Picture, Text  # matplotlib is loaded when the first picture is drawn

    made = Picture(figsize=(width / DPI, 3.5), dpi=DPI, layout="constrained", facecolor="none")
    finding = _drawn(made.add_subplot(), frame, spec, width)
    if spec.most:
        count = int(too_large(frame[spec.column]).sum())
        note = f"{count:,} of {len(frame):,} {spec.noun} have a {spec.column} too large to draw."
        finding = replace(finding, notes=(*finding.notes, note))
    about = provenance(frame)
    if about.get("first"):
        finding = replace(finding, notes=(*finding.notes, f"Drawn from {about['first']}."))
    if about.get("view"):
        some = f"Drawn from {len(frame):,} of {about.get('rows', 0):,} rows: {about['view']}."
        finding = replace(finding, notes=(*finding.notes, some))
    made.finding = finding
    title = textwrap.fill(finding.title, int(width / LETTER))
    made.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold", color=INK)
    if notes and finding.notes:
        text = textwrap.fill(" ".join(finding.notes), int(width / NOTE_LETTER))
        made.supxlabel(text, x=0.012, ha="left", fontsize=9, color=QUIET)
    texts: Any = made.findobj(match=Text)
    for text in texts:
        text.set_parse_math(False)  # two dollar signs are no formula
    return made


def _drawn(ax: Any, frame: pd.DataFrame, spec: Spec, width: int) -> Finding:
    if spec.kind == TIME:
        return draw_over_time(ax, frame, spec, width)
    if spec.kind == SPREAD:
        return draw_spread(ax, frame, spec)
    if spec.by:
        return draw_categories(ax, frame, spec, width)
    return draw_nothing(ax, NO_PICTURE)
