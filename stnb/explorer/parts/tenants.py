"""Whose rows are read: one profile by its menu, or several that are ticked in a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ipywidgets as W
import traitlets

from stnb.credentials import DEMO, Profile

from ..widget import Widget


class TenantsMenu(Widget, scripts=("parts/tenants.js",), style="parts/tenants.css"):
    """Boxes for the profiles that are ready, and a button for each tag. While two or more are
    ticked, they stand in place of the profile's menu and status.

    Nothing is to be seen if there are no two profiles to choose from. The demo is none of them:
    made-up rows do not belong between real ones.

    Args:
        profiles: to choose from.
        alone: the menu for one profile, and what is shown of that one.

    Attributes:
        chosen: the names that are ticked.
    """

    chosen = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, profiles: Iterable[Profile], *alone: W.DOMWidget) -> None:
        self._ready = [each for each in profiles if each.ready and each.name != DEMO]
        self._single, self._alone = alone[0], alone
        super().__init__()
        if len(self._ready) < 2:
            self.layout.display = "none"
        self.observe(self._on_chosen, "chosen")

    @property
    def names(self) -> tuple[str, ...]:
        """The tenants that are read as one, in the order of the profiles; none if one is read."""
        names = tuple(each.name for each in self._ready if each.name in self.chosen)
        return names if len(names) > 1 else ()

    @names.setter
    def names(self, names: Iterable[str]) -> None:
        self.chosen = list(names)

    def reply(self, message: dict[str, Any]) -> None:
        """The page asks what there is to tick."""
        if message.get("kind") == "offered":
            self.send({"kind": "offered", **self.offered()})

    def offered(self) -> dict[str, Any]:
        """The profiles that can be ticked, and the names behind each tag."""
        tags: dict[str, list[str]] = {}
        for profile in self._ready:
            for tag in profile.tags:
                tags.setdefault(tag, []).append(profile.name)
        shown = [{"name": each.name, "environment": each.environment} for each in self._ready]
        return {"profiles": shown, "tags": dict(sorted(tags.items()))}

    def _on_chosen(self, change: Mapping[str, Any]) -> None:
        first = (*self.names, *change["new"])[:1]
        if first:
            self._single.value = first[0]
        for part in self._alone:
            part.layout.display = "none" if self.names else ""

    def __repr__(self) -> str:
        return f"<stnb tenants · {', '.join(self.names) or 'one'}>"
