"""The menu of which ids get names beside them."""

from __future__ import annotations

import ipywidgets as W

# The menu's entries, and what `explore(names=…)` takes for each.
QUICK, ALL, NONE = "quick", "all", "none"
TOOLTIP = "Names beside ids: those that a few requests bring, those of all ids, or none"
MEANING = {QUICK: None, ALL: True, NONE: False}


def names_menu() -> W.Dropdown:
    """The menu. Short lists, such as business units, are named without being asked for."""
    entries = [("with names", QUICK), ("with all names", ALL), ("ids alone", NONE)]
    menu = W.Dropdown(options=entries, description="Names beside ids", tooltip=TOOLTIP)
    return menu.add_class("stnb-limit")


def chosen_names(menu: W.Dropdown) -> bool | None:
    """What is chosen, as `explore(names=…)` takes it."""
    return MEANING[menu.value]


def choose_names(menu: W.Dropdown, names: bool | None) -> None:
    """Choose an entry by what `explore(names=…)` takes."""
    for entry, meaning in MEANING.items():
        if meaning is names:
            menu.value = entry
