"""What a chip says of a filter: "last month", "Completed", "2,000 – 3,000"."""

from __future__ import annotations

from collections.abc import Mapping

from stnb.catalog import words

from .control import Control
from .date_menu import ENDS
from .fields import Field

NAMED = 2  # values that a chip names; the others are counted
DASH = " – "


def chip_text(field: Field, controls: Mapping[str, Control]) -> str:
    """The value of a field in a few words; "" if it is not set.

    Args:
        field: the field.
        controls: by Python keyword.
    """
    own = [controls[param.py] for param in field.params]
    if len(own) == 2:
        return _span(field, str(own[0].entry).strip(), str(own[1].entry).strip())
    entry = own[0].entry
    if isinstance(entry, list):
        return _few([words.spoken(value) for value in entry])
    if field.options and entry:
        return dict(field.options).get(entry, entry)
    if own[0].labels and entry:
        return _few([_name(part.strip(), own[0]) for part in entry.split(",")])
    return entry.strip()


def _span(field: Field, begin: str, end: str) -> str:
    if begin and ENDS.get(begin) == end:
        return begin
    if begin and end:
        return f"{begin}{DASH}{end}"
    if begin:
        return begin if " " in begin or begin.isalpha() else f"from {begin}"
    if end:
        return f"{words.label(field.params[1].name).rpartition(' ')[2]} {end}"
    return ""


def _name(part: str, control: Control) -> str:
    """The name of an id without its id, which the tooltip and the code have."""
    for label, i in control.labels.items():
        if part in (str(i), label):
            return label.partition(" · ")[2]
    return part


def _few(texts: list[str]) -> str:
    texts = [text for text in texts if text]
    more = len(texts) - NAMED
    if more > 0:
        return f"{', '.join(texts[:NAMED])} +{more}"
    return ", ".join(texts)
