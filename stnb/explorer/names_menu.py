"""The menu of which ids get names beside them."""

from __future__ import annotations

import ipywidgets as W

# The menu's entries, and what `explore(names=…)` takes for each.
QUICK, ALL, NONE = "quick", "all", "none"
MEANING = {QUICK: None, ALL: True, NONE: False}


def names_menu() -> W.Dropdown:
    """The menu. Short lists, such as business units, are named without being asked for."""
    entries = [("names where quick", QUICK), ("names beside all ids", ALL), ("ids alone", NONE)]
    return W.Dropdown(options=entries, description="Names beside ids").add_class("stnb-limit")


def chosen_names(menu: W.Dropdown) -> bool | None:
    """What is chosen, as `explore(names=…)` takes it."""
    return MEANING[menu.value]


def choose_names(menu: W.Dropdown, names: bool | None) -> None:
    """Choose an entry by what `explore(names=…)` takes."""
    for entry, meaning in MEANING.items():
        if meaning is names:
            menu.value = entry
