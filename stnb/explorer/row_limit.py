"""The menu of how many rows a pull brings at most."""

from __future__ import annotations

import ipywidgets as W

LIMITS = (100, 1_000, 10_000, 100_000)
ALL = "all"


def limit_menu() -> W.Dropdown:
    """The menu, with the usual limits and all rows."""
    limits = [*((_first(limit), limit) for limit in LIMITS), ("all rows", ALL)]
    menu = W.Dropdown(options=limits, description="Rows at most")
    return menu.add_class("stnb-limit")


def chosen_limit(menu: W.Dropdown) -> int | None:
    """The limit that is chosen; None for all rows."""
    return None if menu.value == ALL else int(menu.value)


def choose_limit(menu: W.Dropdown, limit: int | None) -> None:
    """Choose a limit, and offer it if it is not one of the usual ones."""
    if limit is None:
        menu.value = ALL
        return
    if limit not in LIMITS:
        menu.options = [(_first(limit), limit), *menu.options]
    menu.value = limit


def _first(limit: int) -> str:
    return f"first {limit:,} rows"
